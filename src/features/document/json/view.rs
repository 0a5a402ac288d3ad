//! The JSON tab while it is read: a document with line numbers, colours, scroll, search and folds. Knows no Store.

use super::search_bar::{Pressed, SearchBar};
use crate::screen::{
    action::Action,
    pane::{Context, Typed},
};
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use tui_kit::{
    text::{
        area::TextArea,
        brackets::{around, pairs_at},
        folds::{Folds, Visible},
        place::TextPosition,
        scroll::TextScroll,
        search::TextSearch,
    },
    theme::Role,
};

/// Which document, and which version of it, is shown.
pub type ShownVersion = (u64, u64);

#[derive(Clone, Debug, Default)]
pub struct JsonView {
    scroll: TextScroll,
    /// Open while a pattern is typed.
    bar: Option<SearchBar>,
    search: TextSearch,
    /// The hit that was gone to.
    hit: Option<TextPosition>,
    folds: Folds,
    /// What hits and folds are of.
    of: ShownVersion,
}

impl JsonView {
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    pub fn takes_text(&self) -> bool {
        self.bar.is_some()
    }

    /// The hit of the search, else the first line in view; from 0.
    pub fn line(&self) -> usize {
        self.hit.map_or(self.scroll.top(), |hit| hit.line)
    }

    /// Puts a line in view.
    pub fn go_to_line(&mut self, line: usize, lines: &[String]) {
        self.hit = None;
        self.folds.reveal(line, lines);
        self.scroll.show(
            line,
            Visible {
                lines,
                folds: Some(&self.folds),
            },
        );
    }

    /// Whether there is a search that one step back would end.
    pub fn has_search(&self) -> bool {
        self.bar.is_some() || !self.search.pattern().is_empty()
    }

    /// To be told before anything else is done: of another version hits and folds are not true any more.
    pub fn sync(&mut self, version: ShownVersion, lines: &[String]) {
        if version != self.of {
            self.of = version;
            self.hit = None;
            self.folds.clear();
            self.search.forget_hits();
            self.search.refresh(lines, 0);
        }
    }

    pub fn act(&mut self, action: Action, lines: &[String]) -> bool {
        let page = self.scroll.page().saturating_sub(1).max(1);
        let text = Visible {
            lines,
            folds: Some(&self.folds),
        };
        match action {
            Action::Up => self.scroll.up(1, text),
            Action::Down => self.scroll.down(1, text),
            Action::PageUp => self.scroll.up(page, text),
            Action::PageDown => self.scroll.down(page, text),
            Action::First => self.scroll.reset(),
            Action::Last => self.scroll.to_end(text),
            Action::Filter | Action::Find => self.bar = Some(SearchBar::default()),
            Action::FindNext => self.find_next(lines, false),
            Action::FindPrevious => self.find_next(lines, true),
            Action::Fold => self.fold(lines, false),
            Action::FoldAlike => self.fold(lines, true),
            Action::UnfoldAll => self.folds.clear(),
            Action::Back if self.has_search() => {
                self.bar = None;
                self.search.clear();
                self.hit = None;
            }
            _ => return false,
        }
        true
    }

    /// Folds the part that the first line in view is in, or unfolds it; or all parts as deep as that one. At the top of the
    /// document its members are meant: folding all of it shows nothing.
    fn fold(&mut self, lines: &[String], all: bool) {
        let line = self.scroll.top();
        if !all && self.folds.unfold(line, lines) {
            return;
        }
        let Some(pair) = around(lines, TextPosition { line, byte: 0 }) else {
            return;
        };
        let pairs = if all || pair.depth == 0 {
            pairs_at(lines, pair.depth.max(1))
        } else {
            vec![pair]
        };
        self.folds.fold(&pairs, lines);
    }

    pub fn wheel(&mut self, down: bool, lines: &[String]) {
        let text = Visible {
            lines,
            folds: Some(&self.folds),
        };
        if down {
            self.scroll.down(3, text);
        } else {
            self.scroll.up(3, text);
        }
    }

    /// A click into a folded line unfolds it.
    pub fn click(&mut self, row: u16, lines: &[String]) {
        let text = Visible {
            lines,
            folds: Some(&self.folds),
        };
        let line = self.scroll.line_at(row, text);
        self.folds.unfold(line, lines);
    }

    fn find_next(&mut self, lines: &[String], backwards: bool) {
        self.search.refresh(lines, 0);
        let top = TextPosition {
            line: self.scroll.top(),
            byte: 0,
        };
        let next = match (self.hit, backwards) {
            _ if self.search.pattern().is_empty() => {
                self.bar = Some(SearchBar::default());
                return;
            }
            (None, false) => self.search.at_or_behind(top),
            (Some(hit), false) => self.search.behind(hit),
            (hit, true) => self.search.before(hit.unwrap_or(top)),
        };
        self.go_to_hit(next, lines);
    }

    fn go_to_hit(&mut self, hit: Option<TextPosition>, lines: &[String]) {
        self.hit = hit;
        if let Some(place) = hit {
            self.folds.reveal(place.line, lines);
            self.scroll.show(
                place.line,
                Visible {
                    lines,
                    folds: Some(&self.folds),
                },
            );
        }
    }

    pub fn typed(&mut self, typed: &Typed, lines: &[String]) -> bool {
        let Some(bar) = &mut self.bar else {
            return false;
        };
        match bar.typed(typed) {
            Pressed::Unused => return false,
            Pressed::Leave => return self.act(Action::Back, lines),
            Pressed::Enter => {
                // Typing has gone to the hit already; without a new pattern the last one is meant.
                let is_empty = bar.pattern().is_empty();
                self.bar = None;
                if is_empty && !self.search.pattern().is_empty() {
                    self.find_next(lines, false);
                }
            }
            Pressed::Typed => {
                if bar.pattern() != self.search.pattern() && !bar.pattern().is_empty() {
                    self.search.set(bar.pattern());
                    self.search.refresh(lines, 0);
                    // What is typed on stays on the hit that it has found.
                    let hit = self.search.at_or_behind(self.hit.unwrap_or_default());
                    self.go_to_hit(hit, lines);
                }
            }
        }
        true
    }

    pub fn draw(
        &self,
        frame: &mut Frame,
        area: Rect,
        cx: &Context,
        version: ShownVersion,
        lines: &[String],
    ) {
        let foot = u16::from(self.has_search());
        let [text, line] =
            Layout::vertical([Constraint::Min(1), Constraint::Length(foot)]).areas(area);
        let is_true = version == self.of;
        let hits = if is_true { self.search.hits() } else { &[] };
        TextArea {
            text: Visible {
                lines,
                folds: is_true.then_some(&self.folds),
            },
            hits,
            hit_length: self.search.pattern().len(),
            wraps: true,
            ..TextArea::default()
        }
        .draw(frame, text, &self.scroll, cx.theme);
        let found = self.search.word(self.hit.unwrap_or_default());
        match &self.bar {
            Some(bar) => bar.draw(frame, line, cx, &found),
            None if foot > 0 => {
                let keys = format!("{} next · esc ends the search", cx.key(Action::FindNext));
                let said = format!(" {found} for “{}” · {keys}", self.search.pattern());
                frame.render_widget(Line::styled(said, cx.theme.style(Role::Muted)), line);
            }
            None => {}
        }
    }
}
