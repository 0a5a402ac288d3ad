//! Lines that explain something: a name on the left, wrapped text on the right, signs with hanging text, keys side by side.
//! Knows nothing of what they say.

use ratatui::text::{Line, Span};
use tui_kit::{
    text::{width, wrap},
    theme::{Role, Theme},
};

/// Columns of the names on the left.
pub const LABEL: usize = 11;

/// Lines that grow: a name on the left, wrapped text on the right.
pub struct TextPanel<'a> {
    theme: &'a Theme,
    pub(crate) width: usize,
    lines: Vec<Line<'static>>,
}

impl<'a> TextPanel<'a> {
    pub fn new(theme: &'a Theme, width: usize) -> Self {
        Self {
            theme,
            width,
            lines: Vec::new(),
        }
    }

    pub fn into_lines(self) -> Vec<Line<'static>> {
        self.lines
    }

    /// Lines so far.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A line made elsewhere.
    pub fn line(&mut self, line: Line<'static>) {
        self.lines.push(line);
    }

    /// A named value; a long one goes on below itself.
    pub fn row(&mut self, label: &str, text: &str, role: Role) {
        let room = self.width.saturating_sub(LABEL + 1).max(8);
        for (index, part) in wrap(text, room).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.lines.push(Line::from(vec![
                Span::styled(format!(" {label:<LABEL$}"), self.theme.style(Role::Muted)),
                Span::styled(part, self.theme.style(role)),
            ]));
        }
    }

    /// Another line under the value before.
    pub fn more(&mut self, text: &str, role: Role) {
        self.row("", text, role);
    }

    /// Text over the whole width; what follows a sign goes on under itself, not under the sign.
    pub fn text(&mut self, text: &str, role: Role) {
        let body = text.trim_start();
        let sign = body
            .split(' ')
            .next()
            .filter(|word| word.chars().all(|c| !c.is_alphanumeric()))
            .unwrap_or_default();
        let outer = text.len() - body.len();
        let inner = if sign.is_empty() {
            outer
        } else {
            outer + width(sign) + 1
        };
        let rest = body.get(sign.len()..).unwrap_or_default().trim_start();
        for (index, part) in wrap(rest, self.width.saturating_sub(2 + inner).max(8))
            .into_iter()
            .enumerate()
        {
            let head = if index == 0 && !sign.is_empty() {
                format!("{}{sign} ", " ".repeat(outer))
            } else {
                " ".repeat(inner)
            };
            self.lines.push(Line::styled(
                format!(" {head}{part}"),
                self.theme.style(role),
            ));
        }
    }

    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// Keys with what they do, side by side as far as they fit.
    pub fn keys(&mut self, label: &str, keys: &[(String, &str)]) {
        let room = self.width.saturating_sub(LABEL + 1);
        let mut line = vec![Span::styled(
            format!(" {label:<LABEL$}"),
            self.theme.style(Role::Muted),
        )];
        let mut used = 0;
        for (key, what) in keys {
            let needs = key.chars().count() + what.chars().count() + 4;
            if used > 0 && used + needs > room {
                self.lines.push(Line::from(std::mem::take(&mut line)));
                line.push(Span::raw(" ".repeat(LABEL + 1)));
                used = 0;
            }
            line.push(Span::styled(key.clone(), self.theme.style(Role::Key)));
            line.push(Span::styled(
                format!(" {what}   "),
                self.theme.style(Role::Text),
            ));
            used += needs;
        }
        self.lines.push(Line::from(line));
    }
}
