//! Colours by meaning. The default theme uses the terminal's own 16 colours, so that it fits every scheme.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Text,
    /// Less important, or not possible now.
    Muted,
    Title,
    Border,
    BorderFocused,
    /// The row under the cursor of the focused pane.
    Selection,
    /// The row under the cursor of another pane.
    SelectionUnfocused,
    Good,
    Busy,
    Warning,
    Danger,
    Info,
    /// A key that can be pressed.
    Key,
    /// Letters that a filter matched.
    Match,
    /// The line that nobody may overlook: demo, offline.
    Banner,
    JsonName,
    JsonString,
    JsonNumber,
    JsonWord,
    JsonMark,
    /// The bracket at the cursor and its partner.
    BracketPair,
}

/// Styles of all roles.
#[derive(Clone, Debug, Default)]
pub struct Theme {
    is_plain: bool,
}

impl Theme {
    /// Without any colour, for `NO_COLOR`: only bold, dim, underlined, reversed.
    pub fn plain() -> Self {
        Self { is_plain: true }
    }

    pub fn style(&self, role: Role) -> Style {
        let style = Self::coloured(role);
        if self.is_plain {
            let modifiers = match role {
                Role::Banner => Modifier::REVERSED | Modifier::BOLD,
                _ => style.add_modifier,
            };
            return Style::default().add_modifier(modifiers);
        }
        style
    }

    #[expect(
        clippy::match_same_arms,
        reason = "one line a role: which of them look alike is chance"
    )]
    fn coloured(role: Role) -> Style {
        let plain = Style::default();
        match role {
            Role::Text => plain,
            Role::Muted => plain.add_modifier(Modifier::DIM),
            Role::Title => plain.add_modifier(Modifier::BOLD),
            Role::Border => plain.fg(Color::DarkGray),
            Role::BorderFocused => plain.fg(Color::Cyan),
            Role::Selection => plain.add_modifier(Modifier::REVERSED),
            Role::SelectionUnfocused => plain.add_modifier(Modifier::BOLD),
            Role::Good => plain.fg(Color::Green),
            Role::Busy => plain.fg(Color::Cyan),
            Role::Warning => plain.fg(Color::Yellow),
            Role::Danger => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            Role::Info => plain.fg(Color::Blue),
            Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            Role::Match => plain.fg(Color::Yellow).add_modifier(Modifier::UNDERLINED),
            Role::Banner => plain
                .fg(Color::Black)
                .bg(Color::Yellow)
                .add_modifier(Modifier::BOLD),
            Role::JsonName => plain.fg(Color::Cyan),
            Role::JsonString => plain.fg(Color::Green),
            Role::JsonNumber => plain.fg(Color::Magenta),
            Role::JsonWord => plain.fg(Color::Yellow),
            Role::JsonMark => plain.fg(Color::DarkGray),
            Role::BracketPair => plain
                .fg(Color::Yellow)
                .add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        }
    }
}
