//! A path that is typed with completion: folders that jobs list, completed by tab. Part of overlays that read or write files;
//! touches no disk itself.

use super::{
    action::Action,
    command::Command,
    pane::{Context, Typed},
};
use crate::tasks::{browse::Browse, report::FolderEntry};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent},
    layout::Rect,
    text::Line,
};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use tui_kit::{
    field::Field,
    modal,
    text::{fit, pad},
    theme::Role,
};

#[derive(Debug, Default)]
pub struct PathInput {
    field: Field,
    /// The folder that was asked for last: the model's entries are its.
    asked: Option<PathBuf>,
    /// The suggestion under the cursor, if a person has gone there.
    chosen: Option<usize>,
}

fn is_separator(c: char) -> bool {
    c == '/' || (cfg!(windows) && c == '\\')
}

/// A path with the home folder for a `~` in front, where there is one. What belongs to another person (`~name`) stays as it is.
pub(crate) fn from_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// What was typed or dropped as a path; quotes around it are no part of it.
pub(super) fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

/// Whether an entry can be a source or a place for texts.
fn is_offered(entry: &FolderEntry) -> bool {
    entry.is_folder
        || Path::new(&entry.name).extension().is_some_and(|ending| {
            ["csv", "tsv"]
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
        })
}

impl PathInput {
    /// Begins where files were looked for last.
    pub fn opened(&mut self, cx: &Context) {
        let last = Some(cx.model.folder.path.as_path()).filter(|path| path.is_absolute());
        let start = last.or(cx.model.profile.zip_folder.as_deref());
        if let Some(start) = start {
            let start = start.to_string_lossy();
            let end = if start.ends_with(is_separator) {
                String::new()
            } else {
                MAIN_SEPARATOR.to_string()
            };
            self.field = Field::with_text(format!("{start}{end}"));
        }
        self.browse(cx);
    }

    /// What was typed, `~` as the home folder.
    pub fn path(&self, cx: &Context) -> Option<PathBuf> {
        let text = unquoted(self.field.text());
        (!text.is_empty()).then(|| from_home(Path::new(text), cx.model.profile.home.as_deref()))
    }

    /// The folder of what is typed, and the beginning of a name in it.
    fn parts(&self) -> (&str, &str) {
        let text = self.field.text();
        let start = text.rfind(is_separator).map_or(0, |at| at + 1);
        (
            text.get(..start).unwrap_or_default(),
            text.get(start..).unwrap_or_default(),
        )
    }

    /// A second separator behind a folder begins at the root again: nobody has to delete what is there to type a whole path.
    fn begin_anew(&mut self) {
        let text = self.field.text();
        // A network path of Windows begins with two.
        let mut pairs = text
            .char_indices()
            .zip(text.chars().skip(1))
            .skip(usize::from(cfg!(windows)));
        let doubled = pairs.find(|((_, one), two)| is_separator(*one) && is_separator(*two));
        if let Some(((at, _), _)) = doubled {
            let rest = text.get(at + 1..).unwrap_or_default().to_owned();
            self.field.set(rest);
        }
    }

    fn browse(&mut self, cx: &Context) {
        let (folder, _) = self.parts();
        let folder = Path::new(if folder.is_empty() { "." } else { folder });
        let folder = from_home(folder, cx.model.profile.home.as_deref());
        if self.asked.as_ref() != Some(&folder) {
            self.asked = Some(folder.clone());
            cx.send(Command::start(Browse { folder }));
        }
    }

    fn suggestions<'a>(&self, cx: &Context<'a>) -> Vec<&'a FolderEntry> {
        let (_, start) = self.parts();
        let start = start.to_lowercase();
        let fits = |entry: &&FolderEntry| {
            is_offered(entry)
                && entry.name.to_lowercase().starts_with(&start)
                && (start.starts_with('.') || !entry.name.starts_with('.'))
        };
        let folder = &cx.model.folder.entries;
        let entries = if folder.is_loading() || folder.error().is_some() {
            None
        } else {
            folder.value()
        };
        entries.into_iter().flatten().filter(fits).collect()
    }

    fn complete(&mut self, cx: &Context) {
        let found = self.suggestions(cx);
        let entry = match self.chosen {
            Some(at) => found.get(at).copied(),
            None if found.len() == 1 => found.first().copied(),
            None => None,
        };
        let (folder, start) = self.parts();
        let text = match entry {
            Some(entry) if entry.is_folder => format!("{folder}{}{MAIN_SEPARATOR}", entry.name),
            Some(entry) => format!("{folder}{}", entry.name),
            // As far as all of them agree.
            None => {
                let Some(first) = found.first() else { return };
                let agreed = found
                    .iter()
                    .skip(1)
                    .fold(first.name.as_str(), |agreed, entry| {
                        let same = agreed
                            .char_indices()
                            .zip(entry.name.chars())
                            .take_while(|((_, a), b)| a == b)
                            .last();
                        agreed
                            .get(..same.map_or(0, |((at, c), _)| at + c.len_utf8()))
                            .unwrap_or_default()
                    });
                if agreed.len() <= start.len() {
                    self.chosen = Some(0);
                    return;
                }
                format!("{folder}{agreed}")
            }
        };
        self.field.set(text);
        self.chosen = None;
        self.browse(cx);
    }

    /// Takes a suggestion that a person has gone to; says whether there was one.
    pub fn accept(&mut self, cx: &Context) -> bool {
        let is_chosen = self.chosen.is_some();
        if is_chosen {
            self.complete(cx);
        }
        is_chosen
    }

    pub fn walk(&mut self, down: bool, cx: &Context) {
        let last = self.suggestions(cx).len().checked_sub(1);
        self.chosen = match (self.chosen, down) {
            (None, true) => last.map(|_| 0),
            (None, false) => None,
            (Some(at), true) => last.map(|last| (at + 1).min(last)),
            (Some(at), false) => at.checked_sub(1),
        };
    }

    pub fn typed(&mut self, typed: &Typed, cx: &Context) -> bool {
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Tab, ..
            }) => {
                self.complete(cx);
                return true;
            }
            Typed::Paste(text) if Path::new(unquoted(text)).is_absolute() => self.field.clear(),
            _ => {}
        }
        if !self.field.typed(typed) {
            return false;
        }
        self.begin_anew();
        self.chosen = None;
        self.browse(cx);
        true
    }

    /// What the keys do while a path is typed; `done` is what enter does.
    pub fn hints(cx: &Context, done: &str) -> Line<'static> {
        let keys = [
            ("tab".to_owned(), "complete"),
            (cx.key(Action::Enter), done),
            (cx.key(Action::Back), "cancel"),
        ];
        modal::hints(cx.theme, &keys)
    }

    pub fn draw_field(&self, frame: &mut Frame, area: Rect, cx: &Context, is_active: bool) {
        self.field
            .draw(frame, area, cx.theme, "a folder, or a .csv file", is_active);
    }

    pub fn draw_suggestions(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let style = |role| cx.theme.style(role);
        let found = self.suggestions(cx);
        if let Some(error) = cx.model.folder.entries.error() {
            frame.render_widget(
                Line::styled(
                    fit(error, usize::from(area.width)).into_owned(),
                    style(Role::Muted),
                ),
                area,
            );
        }
        let height = usize::from(area.height);
        let skip = self.chosen.map_or(0, |at| (at + 1).saturating_sub(height));
        for ((at, entry), place) in found.iter().enumerate().skip(skip).zip(area.rows()) {
            let is_here = self.chosen == Some(at);
            let end = if entry.is_folder {
                MAIN_SEPARATOR.to_string()
            } else {
                String::new()
            };
            let line = format!("{} {}{end}", if is_here { "▸" } else { " " }, entry.name);
            let role = if is_here {
                Role::Selection
            } else {
                Role::Muted
            };
            frame.render_widget(
                Line::styled(pad(&line, usize::from(area.width)), style(role)),
                place,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("~", "/home/ada")]
    #[case("~/texts", "/home/ada/texts")]
    #[case("~/texts/de.csv", "/home/ada/texts/de.csv")]
    #[case("~bob/texts", "~bob/texts")]
    #[case("texts/~", "texts/~")]
    #[case("/srv/~/x", "/srv/~/x")]
    fn a_tilde_in_front_is_the_home_folder(#[case] typed: &str, #[case] path: &str) {
        assert_eq!(
            from_home(Path::new(typed), Some(Path::new("/home/ada"))),
            Path::new(path)
        );
        assert_eq!(from_home(Path::new(typed), None), Path::new(typed));
    }
}
