//! Colours by meaning. A theme is a file: a style for each role, and the ground that the screen is painted with.

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// What lies below a dialog.
    Behind,
}

impl Role {
    pub const ALL: [Self; 22] = [
        Self::Text,
        Self::Muted,
        Self::Title,
        Self::Border,
        Self::BorderFocused,
        Self::Selection,
        Self::SelectionUnfocused,
        Self::Good,
        Self::Busy,
        Self::Warning,
        Self::Danger,
        Self::Info,
        Self::Key,
        Self::Match,
        Self::Banner,
        Self::JsonName,
        Self::JsonString,
        Self::JsonNumber,
        Self::JsonWord,
        Self::JsonMark,
        Self::BracketPair,
        Self::Behind,
    ];
}

/// Why a text is not a theme, for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("{0}")]
    Syntax(String),
    #[error(
        "{role:?}: {word:?} is neither a colour (\"#rrggbb\", 0 to 255, \"red\") nor \"bold\", \"dim\", \"underlined\" or \"reversed\""
    )]
    Word { role: Role, word: String },
}

/// Styles of all roles.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: BTreeMap<Role, Style>,
    is_plain: bool,
}

/// Bold, dim and reversed alone, in the terminal's own colours; every theme begins with it.
fn uncoloured(role: Role) -> Style {
    let plain = Style::default();
    match role {
        Role::Muted | Role::Behind => plain.add_modifier(Modifier::DIM),
        Role::Title | Role::Danger | Role::Key | Role::SelectionUnfocused => {
            plain.add_modifier(Modifier::BOLD)
        }
        Role::Selection => plain.add_modifier(Modifier::REVERSED),
        Role::Banner => plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
        Role::Match => plain.add_modifier(Modifier::UNDERLINED),
        Role::BracketPair => plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        _ => plain,
    }
}

/// `114 on 235 bold`.
fn style(role: Role, text: &str) -> Result<Style, ThemeError> {
    let mut style = Style::default();
    let mut is_ground = false;
    for word in text.split_whitespace() {
        style = match word {
            "on" => {
                is_ground = true;
                continue;
            }
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "underlined" => style.add_modifier(Modifier::UNDERLINED),
            "reversed" => style.add_modifier(Modifier::REVERSED),
            colour => match (colour.parse::<Color>(), is_ground) {
                (Ok(colour), true) => style.bg(colour),
                (Ok(colour), false) => style.fg(colour),
                (Err(_), _) => {
                    let word = word.to_owned();
                    return Err(ThemeError::Word { role, word });
                }
            },
        };
    }
    Ok(style)
}

impl Theme {
    /// Without any colour, for `NO_COLOR`: only bold, dim, underlined, reversed.
    pub fn plain() -> Self {
        let styles = Role::ALL.map(|role| (role, uncoloured(role)));
        Self {
            styles: styles.into(),
            is_plain: true,
        }
    }

    /// Reads a theme file: a role a line, with its colours and marks. A role that is not in it looks like text.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        let written: BTreeMap<Role, String> =
            toml::from_str(text).map_err(|error| ThemeError::Syntax(error.to_string()))?;
        let mut styles = BTreeMap::new();
        for role in Role::ALL {
            let text = written.get(&role).map_or("", String::as_str);
            styles.insert(role, style(role, text)?);
        }
        Ok(Self {
            styles,
            is_plain: false,
        })
    }

    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// What every cell begins with: the colours of text and the ground below it.
    pub fn ground(&self) -> Style {
        let text = self.style(Role::Text);
        Style {
            add_modifier: Modifier::empty(),
            ..text
        }
    }

    /// Whether it has no colours: nothing may be told by colour alone then.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }
}

impl Default for Theme {
    /// The terminal's own colours and marks.
    fn default() -> Self {
        Self::plain()
    }
}
