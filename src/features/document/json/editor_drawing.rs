//! How the editor looks: the text, the search lines, the findings beside it. Changes nothing.

use super::editor::JsonEditor;
use super::{findings_list::FindingsList, search_bar::SearchBar};
use crate::{
    screen::{action::Action, edit_session::EditSession, pane::Context, status_badge::of_severity},
    state::prepared::count,
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use tui_kit::{
    text::{area::TextArea, fit, wrap},
    theme::Role,
};

impl JsonEditor {
    /// What the lowest line says: a note, the syntax error, the finding that was gone to, how many there are.
    pub(super) fn word(&self, session: &EditSession, cx: &Context) -> (String, Role) {
        if let Some(note) = &self.note {
            return (note.clone(), Role::Warning);
        }
        let next = cx.key(Action::NextFinding);
        let found = self.search.word(session.buffer().cursor());
        match session.verdict() {
            _ if self.at_finding.is_none() && !found.is_empty() => (
                format!(
                    "{found} of “{}”, {} next",
                    self.search.pattern(),
                    cx.key(Action::FindNext)
                )
                .replacen(" of “", " for “", 1),
                Role::Info,
            ),
            None => ("checking …".to_owned(), Role::Muted),
            Some(verdict) => match (
                verdict.error(),
                self.at_finding
                    .and_then(|at| Some((at, verdict.findings.get(at)?))),
            ) {
                (Some(error), _) => (format!("✗ {error}   {next} goes there"), Role::Danger),
                (None, Some((at, finding))) => {
                    let (_, role) = of_severity(finding.severity);
                    (
                        format!(
                            "{} of {}  {}: {}",
                            at + 1,
                            verdict.findings.len(),
                            finding.severity,
                            finding.sentence
                        ),
                        role,
                    )
                }
                (None, None) => match verdict.findings.first() {
                    Some(first) => {
                        let all = count(verdict.findings.len(), "finding", "findings");
                        let list = cx.key(Action::Findings);
                        let said = format!("{all}, {next} next, {list} lists: {}", first.sentence);
                        (said, of_severity(first.severity).1)
                    }
                    None => ("✓ no findings; saved at every pause".to_owned(), Role::Good),
                },
            },
        }
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, session: &EditSession, cx: &Context) {
        let buffer = session.buffer();
        let is_listing = self.list.as_ref().is_some_and(|list| list.has_focus);
        let (word, role) = self.word(session, cx);
        let room = usize::from(area.width).saturating_sub(1);
        // Whoever walks through the findings reads each of them in full.
        let words = if is_listing {
            wrap(&word, room)
        } else {
            vec![fit(&word, room).into_owned()]
        };
        let foot = self
            .bar
            .as_ref()
            .map_or(words.len().min(3) as u16, SearchBar::height);
        let [body, foot] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(foot)]).areas(area);
        let listed = self.list.as_ref().zip(session.verdict());
        let (text, list) = listed.map_or((body, Rect::default()), |(_, verdict)| {
            FindingsList::areas(body, verdict.findings.len())
        });
        self.areas.set((text, list));
        TextArea {
            text: buffer.visible(),
            cursor: Some(buffer.cursor()),
            selection: self.search.within().or_else(|| buffer.selection()),
            hits: self.search.hits(),
            hit_length: self.search.pattern().len(),
            pair: self.pair(buffer),
            marks: session.marks(),
            wraps: false,
            is_active: cx.is_focused && self.bar.is_none() && !is_listing,
        }
        .draw(frame, text, &self.scroll, cx.theme);
        if let Some((shown, verdict)) = listed {
            shown.draw(frame, list, cx, verdict);
        }
        if let Some(bar) = &self.bar {
            let found = self.search.word(buffer.cursor());
            let found = match &self.note {
                Some(note) => note.clone(),
                None if self.search.within().is_some() => format!("in the selection: {found}"),
                None => found,
            };
            bar.draw(frame, foot, cx, &found);
        } else {
            for (word, row) in words.iter().zip(foot.rows()) {
                frame.render_widget(Line::styled(format!(" {word}"), cx.theme.style(role)), row);
            }
        }
    }
}
