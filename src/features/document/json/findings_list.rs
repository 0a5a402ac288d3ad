//! The findings of the check, as a list beside the text or below it. Knows the place of each finding, not the text there.

use crate::{
    screen::{
        action::Action,
        pane::{Context, Typed},
        status_badge::of_severity,
    },
    state::prepared::{CheckVerdict, count},
};
use ratatui::{
    Frame,
    crossterm::event::KeyCode,
    layout::Rect,
    text::{Line, Span},
};
use store_model::rules::check::Finding;
use tui_kit::{
    list::Cursor,
    text::{fit, wrap},
    theme::Role,
};

/// From this width of the text on, the list stands beside it.
const WIDE: u16 = 120;

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Another row is selected.
    Moved,
    /// Go there.
    Enter,
    Leave,
    Unused,
}

#[derive(Clone, Debug, Default)]
pub struct FindingsList {
    /// Whether keys are for it; else for the text.
    pub has_focus: bool,
    cursor: Cursor,
}

impl FindingsList {
    /// With the focus, at this finding.
    #[must_use]
    pub fn focused(self, finding: Option<usize>) -> Self {
        let mut list = Self {
            has_focus: true,
            ..self
        };
        list.select(finding.unwrap_or(list.selected()));
        list
    }

    pub fn selected(&self) -> usize {
        self.cursor.index()
    }

    pub fn select(&mut self, finding: usize) {
        self.cursor.set(finding);
    }

    pub fn typed(&mut self, typed: &Typed, findings: usize) -> Chosen {
        let Typed::Key(key) = typed else {
            return Chosen::Unused;
        };
        let action = match key.code {
            KeyCode::Esc => return Chosen::Leave,
            KeyCode::Enter => return Chosen::Enter,
            KeyCode::Up | KeyCode::Char('k') => Action::Up,
            KeyCode::Down | KeyCode::Char('j') => Action::Down,
            KeyCode::PageUp => Action::PageUp,
            KeyCode::PageDown => Action::PageDown,
            KeyCode::Home => Action::First,
            KeyCode::End => Action::Last,
            _ => return Chosen::Unused,
        };
        self.cursor.act(action, findings);
        Chosen::Moved
    }

    /// The areas of text and list; a list below the text takes no more rows than it has.
    pub fn areas(area: Rect, findings: usize) -> (Rect, Rect) {
        if area.width >= WIDE {
            let width = (area.width * 2 / 5).min(72);
            let text = Rect {
                width: area.width - width,
                ..area
            };
            (
                text,
                Rect {
                    x: text.right(),
                    width,
                    ..area
                },
            )
        } else {
            let height = (area.height / 3)
                .clamp(1, 8)
                .min(u16::try_from(findings + 1).unwrap_or(u16::MAX));
            let text = Rect {
                height: area.height - height,
                ..area
            };
            (
                text,
                Rect {
                    y: text.bottom(),
                    height,
                    ..area
                },
            )
        }
    }

    /// Which finding a click means, from the left upper corner of its area.
    pub fn row_at(&self, row: u16, findings: usize) -> Option<usize> {
        self.cursor
            .row_at(usize::from(row.checked_sub(1)?), findings)
    }

    pub fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context, verdict: &CheckVerdict) {
        if area.is_empty() {
            return;
        }
        let style = |role| cx.theme.style(role);
        let is_wide = area.height > 8;
        let border = if is_wide { "│" } else { " " };
        let findings = &verdict.findings;
        let width = usize::from(area.width).saturating_sub(2);
        let all = match verdict.error() {
            Some(_) => "not checked: invalid JSON".to_owned(),
            None => count(findings.len(), "finding", "findings"),
        };
        let keys = match (self.has_focus, findings.is_empty()) {
            (_, true) => format!("{} closes this", cx.key(Action::Findings)),
            (true, _) => "enter goes there · esc closes this".to_owned(),
            (false, _) => format!("{} comes here", cx.key(Action::Findings)),
        };
        let head = Line::from(vec![
            Span::styled(if is_wide { "│" } else { "─" }, style(Role::Border)),
            Span::styled(
                format!(" {all} "),
                style(if self.has_focus {
                    Role::Title
                } else {
                    Role::Muted
                }),
            ),
            Span::styled(
                fit(&keys, width.saturating_sub(all.len() + 2)).into_owned(),
                style(Role::Muted),
            ),
        ]);
        frame.render_widget(head, Rect { height: 1, ..area });

        // A wide list says all of the selected finding below the rows.
        let detail = match findings.get(self.selected()).filter(|_| is_wide) {
            Some(finding) => detail(cx, finding, width),
            None => Vec::new(),
        };
        let foot = detail.len().min(usize::from(area.height / 2));
        let rows = usize::from(area.height).saturating_sub(1 + foot);
        let window = self.cursor.window(rows, findings.len());
        let selected = self.selected().min(findings.len().saturating_sub(1));
        let digits = (0..findings.len())
            .filter_map(|at| verdict.at(at))
            .map(|place| place.line)
            .max()
            .unwrap_or(1)
            .ilog10()
            + 1;
        let mut y = area.y + 1;
        for (at, finding) in findings
            .iter()
            .enumerate()
            .take(window.end)
            .skip(window.start)
        {
            let line = verdict
                .at(at)
                .map_or_else(String::new, |place| place.line.to_string());
            let (sign, mark) = of_severity(finding.severity);
            let start = format!("{sign} {line:>width$} ", width = digits as usize);
            let sentence = fit(
                &finding.sentence,
                width.saturating_sub(start.chars().count()),
            )
            .into_owned();
            let line = Line::from(vec![
                Span::styled(border, style(Role::Border)),
                Span::styled(start, style(mark)),
                Span::raw(sentence),
            ]);
            let place = Rect {
                y,
                height: 1,
                ..area
            };
            frame.render_widget(line, place);
            if at == selected {
                tui_kit::row::select(frame, place, cx.theme, self.has_focus);
            }
            y += 1;
        }
        let mut rest = detail.into_iter().take(foot);
        while y < area.bottom() && is_wide {
            let is_detail = usize::from(area.bottom() - y) <= foot;
            let mut line = Line::from(Span::styled(border, style(Role::Border)));
            if is_detail && let Some(said) = rest.next() {
                line.push_span(said);
            }
            frame.render_widget(
                line,
                Rect {
                    y,
                    height: 1,
                    ..area
                },
            );
            y += 1;
        }
    }
}

/// All of a finding: its sentence, what the field is for, its place, its rule.
fn detail(cx: &Context, finding: &Finding, width: usize) -> Vec<Span<'static>> {
    let style = |role| cx.theme.style(role);
    let mut lines = vec![Span::raw("")];
    let (sign, role) = of_severity(finding.severity);
    lines.push(Span::styled(
        format!(" {sign} {}", finding.severity),
        style(role),
    ));
    for line in wrap(&finding.sentence, width.saturating_sub(1)) {
        lines.push(Span::styled(format!(" {line}"), style(Role::Text)));
    }
    for line in wrap(finding.help, width.saturating_sub(1)) {
        lines.push(Span::styled(format!(" {line}"), style(Role::Muted)));
    }
    let place = if finding.pointer.is_empty() {
        "the whole document"
    } else {
        &finding.pointer
    };
    for line in [place.to_owned(), format!("rule {}", finding.rule)] {
        lines.push(Span::styled(
            format!(" {}", fit(&line, width.saturating_sub(1))),
            style(Role::Muted),
        ));
    }
    lines
}
