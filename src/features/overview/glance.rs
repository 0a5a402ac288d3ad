//! What the overview adds below itself where the screen has room for it: what customers would get that is not live yet, and the
//! texts of one language. Keeps the difference that it has made; knows no key and no cursor.

use crate::screen::action::Action;
use crate::{
    screen::{
        difference_lines::DiffLines,
        documents::Documents,
        edit_session::is_large_value,
        pane::Context,
        text_panel::{LABEL, TextPanel},
    },
    state::prepared::{Prepared, count},
};
use ratatui::text::{Line, Span};
use serde_json::Value;
use store_model::{difference::Difference, target::Target, texts::grid};
use tui_kit::{
    memo::Memo,
    text::{fit, wrap},
    theme::Role,
};

/// Fewer lines than this say too little to begin.
const LEAST: usize = 4;

/// Lines of one changed text, and of one text of a listing.
const MOST_CHANGED: usize = 8;
const MOST_TEXT: usize = 6;

/// Wider lines of running text are hard to read.
const WIDEST: usize = 100;

#[derive(Debug, Default)]
pub struct Glance {
    /// The difference as one version of the document has it; nothing where comparing takes too long for a glance.
    made: Memo<(Target, (u64, u64)), Option<DiffLines>>,
}

impl Glance {
    /// What was compared may not be what it was.
    pub fn forget(&self) {
        self.made.take();
    }

    /// What differs from what is live, in at most `room` lines; nothing where nothing does, or nothing is live.
    pub fn changes(
        &self,
        documents: &Documents,
        cx: &Context,
        prepared: &Prepared,
        width: usize,
        room: usize,
    ) -> Vec<Line<'static>> {
        let Some(live) = prepared
            .live()
            .filter(|_| room >= LEAST && (prepared.draft().is_some() || prepared.text.is_some()))
        else {
            return Vec::new();
        };
        let made = self
            .made
            .get((prepared.target.clone(), documents.version()), || {
                let value = documents.value(cx)?;
                Some((!is_large_value([&live.document, &*value])).then(|| {
                    let zip_packages = prepared.zip_packages(cx.model);
                    DiffLines::new(
                        Difference::between(
                            prepared.kind(),
                            Some(&live.document),
                            &value,
                            &zip_packages,
                        ),
                        MOST_CHANGED,
                    )
                }))
            });
        let Some(made) = made else { return Vec::new() };
        let mut panel = TextPanel::new(cx.theme, width);
        let key = cx.key(Action::ShowDiff);
        let Some(lines) = &*made else {
            panel.row(
                "changes",
                &format!("{key} compares this large document with live"),
                Role::Text,
            );
            return panel.into_lines();
        };
        if lines.difference().is_empty() {
            return Vec::new();
        }
        let changes = count(lines.difference().len(), "change", "changes");
        let what = if lines.difference().len() == 1 {
            "it"
        } else {
            "them"
        };
        panel.row(
            "changes",
            &format!("{changes} compared with live; {key} shows {what}"),
            Role::Text,
        );
        let laid = lines.laid(cx.theme, width.saturating_sub(LABEL));
        let room = room.saturating_sub(panel.len());
        let shown = if laid.lines.len() > room {
            room.saturating_sub(1)
        } else {
            room
        };
        let mut heads = laid
            .spots
            .iter()
            .filter(|(spot, _)| spot.is_group())
            .map(|(_, line)| *line)
            .peekable();
        for (index, line) in laid.lines.iter().take(shown).enumerate() {
            let mut line = line.clone();
            // Nothing folds here: the sign that says so goes.
            if heads.next_if_eq(&index).is_some()
                && let Some(sign) = line.spans.first_mut()
            {
                *sign = Span::raw("   ");
            }
            line.spans.insert(0, Span::raw(" ".repeat(LABEL - 2)));
            panel.line(line);
        }
        if laid.lines.len() > shown {
            panel.more(
                &format!(
                    "… {}",
                    count(laid.lines.len() - shown, "more line", "more lines")
                ),
                Role::Muted,
            );
        }
        panel.into_lines()
    }
}

/// The texts of the language that others are compared with, in at most `room` lines.
pub fn texts(
    cx: &Context,
    prepared: &Prepared,
    document: &Value,
    width: usize,
    room: usize,
) -> Vec<Line<'static>> {
    let kind = prepared.kind();
    let Some(language) = grid::default_language(document, None).filter(|_| room >= LEAST) else {
        return Vec::new();
    };
    let mut panel = TextPanel::new(cx.theme, width.min(WIDEST));
    panel.row("texts", &language, Role::Text);
    let columns = panel.width.saturating_sub(LABEL + 1).max(8);
    for field in grid::fields(kind) {
        let Some(text) =
            grid::text(kind, document, &language, &field).filter(|text| !text.is_empty())
        else {
            continue;
        };
        // A text has thousands of characters: no more of it is wrapped than can be seen.
        let text = if field.is_list {
            text.to_lines().replace('\n', " · ")
        } else {
            text.to_lines()
        };
        let text: String = text.chars().take((MOST_TEXT + 1) * columns).collect();
        let mut lines: Vec<String> = text
            .lines()
            .flat_map(|line| wrap(line, columns))
            .filter(|line| !line.is_empty())
            .collect();
        let room = room.saturating_sub(panel.len() + 1).min(MOST_TEXT);
        if room == 0 {
            break;
        }
        if lines.len() > room {
            lines.truncate(room);
            if let Some(last) = lines.last_mut() {
                *last = fit(&format!("{last} …"), columns).into_owned();
            }
        }
        panel.more(field.word, Role::Muted);
        for line in lines {
            panel.more(&line, Role::Text);
        }
    }
    if panel.len() > 1 {
        panel.into_lines()
    } else {
        Vec::new()
    }
}
