//! Picks the ZIP to upload: browses folders that tasks list, filters, and shows at once how the ZIP under the cursor fits.
//! Touches no disk itself.

use super::tasks::Pack;
use crate::screen::{
    overlay::{Closing, Overlay, hints},
    path_input::from_home,
};
use crate::{
    screen::{
        action::Action,
        command::Command,
        pane::{Context, Handled, Possible, Typed},
    },
    state::{
        ModelChange,
        prepared::{CheckVerdict, Prepared},
    },
    tasks::{
        browse::{Browse, is_zip},
        report::FolderEntry,
    },
};
use ratatui::{
    Frame,
    crossterm::event::{KeyCode, KeyEvent, MouseEvent, MouseEventKind},
    layout::{Constraint, Layout, Rect},
    text::Line,
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use store_model::{archive::fit::is_package, target::Target};
use tui_kit::{
    field::Field,
    list::Cursor,
    meter,
    modal::{self, ModalTone},
    text::{fit, width},
    theme::Role,
};

/// A cursor that only passes over a ZIP does not have it opened.
pub(super) const EXAMINE: Duration = Duration::from_millis(120);

/// What a row of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PickerRow {
    /// The folder above.
    Up,
    /// An entry of the model's folder.
    Entry(usize),
}

#[derive(Debug)]
pub struct ZipPicker {
    pub(super) target: Target,
    /// The document that the ZIP is for.
    pub(super) verdict: Option<CheckVerdict>,
    /// What the JSON waits for.
    pub(super) expected: Vec<String>,
    pub(super) filter: Field,
    pub(super) cursor: Cursor,
    pub(super) rows: Vec<PickerRow>,
    /// The folder that the rows are of; the cursor goes home when it changes.
    pub(super) folder: PathBuf,
    /// The file under the cursor, which stays there when the folder is read again.
    pub(super) here: Option<PathBuf>,
    /// When the ZIP under the cursor is to be looked into.
    pub(super) examine_at: Option<Duration>,
    /// The ZIP that was looked into last.
    pub(super) asked: Option<PathBuf>,
    pub(super) note: Option<(String, Role)>,
    /// The ZIP that is being made for this picker.
    pub(super) making: Option<PathBuf>,
    /// Bytes of its folder that are in it, and of all; zeros while that is not known.
    pub(super) packed: (u64, u64),
    /// The ZIP that was made, and what is said once the folder shows it: until then Enter would take another one.
    pub(super) wanted: Option<(PathBuf, String)>,
    /// Why no ZIP could be made of a folder: longer than a line.
    pub(super) failure: Option<String>,
}

pub(super) fn rank(entry: &FolderEntry) -> u8 {
    match entry {
        entry if entry.is_folder => 1,
        entry if is_zip(&entry.name) => 0,
        _ => 2,
    }
}

/// Why a file cannot be uploaded as it is.
pub(super) fn refusal(name: &str) -> &'static str {
    if is_package(name) {
        "a package; the Store needs a ZIP, even for a single package"
    } else {
        "no ZIP"
    }
}

/// A path that was typed or pasted instead of a filter.
pub(super) fn as_path(text: &str, cx: &Context) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let path = from_home(Path::new(text), cx.model.profile.home.as_deref());
    let is_path = path.is_absolute() || text.starts_with("./") || text.starts_with("../");
    is_path.then_some(path)
}

impl ZipPicker {
    pub fn new(target: Target) -> Self {
        Self {
            target,
            verdict: None,
            expected: Vec::new(),
            filter: Field::default(),
            cursor: Cursor::default(),
            rows: Vec::new(),
            folder: PathBuf::new(),
            here: None,
            examine_at: None,
            asked: None,
            note: None,
            making: None,
            packed: (0, 0),
            wanted: None,
            failure: None,
        }
    }

    fn judge(&mut self, cx: &Context) {
        self.verdict = Prepared::of(cx.model, &self.target)
            .and_then(|prepared| CheckVerdict::of(&prepared, cx.now));
        self.expected = self
            .verdict
            .as_ref()
            .map(|verdict| verdict.expected(self.target.kind()))
            .unwrap_or_default();
    }

    pub(super) fn entry<'a>(&self, cx: &Context<'a>) -> Option<&'a FolderEntry> {
        match self.rows.get(self.cursor.index())? {
            PickerRow::Up => None,
            PickerRow::Entry(index) => cx.model.folder.entries.value()?.get(*index),
        }
    }

    /// The ZIP under the cursor.
    pub(super) fn zip<'a>(&self, cx: &Context<'a>) -> Option<&'a FolderEntry> {
        self.entry(cx).filter(|entry| rank(entry) == 0)
    }

    pub(super) fn browse(&mut self, folder: PathBuf, cx: &Context) {
        self.filter.clear();
        (self.note, self.wanted) = (None, None);
        cx.send(Command::start(Browse { folder }));
    }

    pub(super) fn up(&mut self, cx: &Context) {
        if let Some(parent) = parent(&cx.model.folder.path) {
            self.browse(parent, cx);
        }
    }
}

/// The folder above; above a drive (or the root) there is the list of drives.
pub(super) fn parent(folder: &Path) -> Option<PathBuf> {
    if folder.as_os_str().is_empty() {
        return None;
    }
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => Some(parent.to_owned()),
        // Only Windows has several tops.
        None if cfg!(windows) => Some(PathBuf::new()),
        _ => None,
    }
}

impl Overlay for ZipPicker {
    fn name(&self) -> &'static str {
        "zip-picker"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn opened(&mut self, cx: &Context) {
        self.judge(cx);
        let chosen =
            Prepared::of(cx.model, &self.target).and_then(|prepared| prepared.zip?.parent());
        let last = Some(cx.model.folder.path.as_path()).filter(|path| !path.as_os_str().is_empty());
        let start = chosen
            .or(last.filter(|_| cx.model.folder.entries.value().is_some()))
            .or(cx.model.profile.zip_folder.as_deref());
        self.browse(start.map_or_else(|| PathBuf::from("."), Path::to_owned), cx);
        self.arrange_rows(cx);
        self.cursor_home(cx);
        self.moved(cx);
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        match action {
            Action::Repair if self.repairs(cx).is_empty() => {
                Possible::No("Nothing in the JSON can be repaired for this ZIP.".into())
            }
            Action::MakeZip => self.can_make(cx),
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Closing {
        self.note = None;
        match action {
            Action::Repair => self.repair(cx),
            Action::MakeZip => self.make(cx),
            Action::Back if self.making.is_some() => cx.send_all(
                cx.model
                    .running::<Pack>()
                    .map(|(job, _)| Command::Cancel(job)),
            ),
            // In a typed filter they are the field's.
            Action::First | Action::Last | Action::Left | Action::Right
                if !self.filter.is_empty() =>
            {
                return Closing::Unused;
            }
            Action::Left => self.up(cx),
            Action::Back if !self.filter.is_empty() => {
                self.filter.clear();
                self.arrange_rows(cx);
                self.cursor_home(cx);
                self.moved(cx);
            }
            Action::Back => return Closing::Close(Vec::new()),
            Action::Enter | Action::Right => {
                if let Some(path) = as_path(self.filter.text(), cx) {
                    if path
                        .extension()
                        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
                    {
                        return self.choose(path, cx);
                    }
                    self.browse(path, cx);
                    return Closing::Stay;
                }
                match (self.rows.get(self.cursor.index()), self.entry(cx)) {
                    (Some(PickerRow::Up), _) => self.up(cx),
                    (_, Some(entry)) if entry.is_folder => {
                        self.browse(entry.path.clone(), cx);
                    }
                    (_, Some(entry)) if action == Action::Enter && rank(entry) == 0 => {
                        return self.choose(entry.path.clone(), cx);
                    }
                    (_, Some(entry)) if action == Action::Enter => {
                        self.note = Some((
                            format!("✗ {}: {}.", entry.name, refusal(&entry.name)),
                            Role::Danger,
                        ));
                    }
                    _ => {}
                }
            }
            action if self.cursor.act(action, self.rows.len()) => self.moved(cx),
            _ => return Closing::Unused,
        }
        Closing::Stay
    }

    fn typed(&mut self, typed: &Typed, cx: &Context) -> Handled {
        self.note = None;
        match typed {
            Typed::Key(KeyEvent {
                code: KeyCode::Backspace,
                ..
            }) if self.filter.is_empty() => {
                self.up(cx);
                return Handled::Yes;
            }
            Typed::Key(key) => {
                if !self.filter.key(*key) {
                    return Handled::No;
                }
            }
            Typed::Paste(text) => self.filter.paste(text),
        }
        self.arrange_rows(cx);
        self.cursor.set(0);
        self.moved(cx);
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, _area: Rect, cx: &Context) -> Closing {
        if let MouseEventKind::ScrollDown | MouseEventKind::ScrollUp = event.kind {
            self.cursor
                .scroll(event.kind == MouseEventKind::ScrollDown, self.rows.len());
            self.moved(cx);
        }
        Closing::Stay
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        match change {
            ModelChange::Folder => self.listed(cx),
            ModelChange::Task(message) => self.made(message, cx),
            ModelChange::Edit(target) | ModelChange::Target(target) if *target == self.target => {
                self.judge(cx);
            }
            _ => {}
        }
    }

    fn wake_at(&self) -> Option<Duration> {
        self.examine_at
    }

    fn woken(&mut self, cx: &Context) {
        // Asked for once, whether or not there still is a ZIP to look into.
        if self.examine_at.take_if(|at| cx.uptime >= *at).is_some()
            && let Some(zip) = self.zip(cx)
        {
            self.examine(&zip.path.clone(), cx);
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let name = cx
            .model
            .product(&self.target)
            .map_or(self.target.id(), |product| product.name.as_str());
        let mut keys = vec![(Action::Enter, "choose"), (Action::Left, "up")];
        if !self.repairs(cx).is_empty() {
            keys.push((Action::Repair, "repair"));
        }
        if self.can_make(cx) == Possible::Yes {
            keys.push((Action::MakeZip, "make a ZIP"));
        }
        keys.push((
            Action::Back,
            if self.making.is_some() {
                "stop"
            } else {
                "cancel"
            },
        ));
        let hints = hints(cx, &keys);
        let title = format!("Pick the ZIP for {name}");
        let (columns, rows) = (
            area.width.saturating_sub(6).min(140),
            area.height
                .saturating_sub(4)
                .min((self.rows.len() as u16).saturating_add(3).max(20)),
        );
        let inner = modal::draw(
            frame,
            area,
            cx.theme,
            (ModalTone::Calm, &title),
            hints,
            (columns, rows),
        );
        let note = self
            .progress(usize::from(inner.width))
            .or_else(|| self.note.clone());
        let [path, filter, body, foot] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(1),
            Constraint::Min(1),
            Constraint::Length(u16::from(note.is_some())),
        ])
        .areas(inner);

        let spinner = if cx.model.folder.entries.is_loading() {
            format!("{} ", meter::spinner(cx.uptime))
        } else {
            String::new()
        };
        let folder = cx.model.folder.path.to_string_lossy();
        let folder = if folder.is_empty() {
            "drives".into()
        } else {
            folder
        };
        // The end of a long path says more than its beginning.
        let room = usize::from(path.width).saturating_sub(spinner.len() + 1);
        let mut shown = folder.as_ref();
        while width(shown) > room {
            shown = shown
                .get(shown.chars().next().map_or(1, char::len_utf8)..)
                .unwrap_or_default();
        }
        let cut = if shown.len() < folder.len() {
            "…"
        } else {
            ""
        };
        let shown = format!("{spinner}{cut}{shown}");
        frame.render_widget(
            Line::styled(
                fit(&shown, usize::from(path.width)).into_owned(),
                cx.theme.style(Role::Title),
            ),
            path,
        );
        let [label, input] =
            Layout::horizontal([Constraint::Length(2), Constraint::Min(1)]).areas(filter);
        frame.render_widget(Line::styled("/ ", cx.theme.style(Role::Key)), label);
        self.filter
            .draw(frame, input, cx.theme, "type to filter, or a path", true);

        let (list, gap, panel) = if body.width >= 90 {
            let [list, gap, panel] = Layout::horizontal([
                Constraint::Percentage(52),
                Constraint::Length(2),
                Constraint::Min(1),
            ])
            .areas(body);
            (
                list,
                Rect::ZERO,
                Rect {
                    x: panel.x,
                    width: panel.width,
                    ..gap.union(panel)
                },
            )
        } else {
            // What a short list leaves is the panel's.
            let list = (self.rows.len().max(1) as u16).min(body.height * 3 / 5);
            let panel = body.height.saturating_sub(list + 1);
            let [list, gap, panel] = Layout::vertical([
                Constraint::Min(1),
                Constraint::Length(1),
                Constraint::Length(panel),
            ])
            .areas(body);
            (list, gap, panel)
        };
        if gap.width > 0 {
            frame.render_widget(
                Line::styled(
                    "─".repeat(usize::from(gap.width)),
                    cx.theme.style(Role::Border),
                ),
                gap,
            );
        }
        self.draw_list(frame, list, cx);
        self.draw_panel(frame, panel, cx);
        if let Some((note, role)) = note {
            frame.render_widget(
                Line::styled(
                    fit(&note, usize::from(foot.width)).into_owned(),
                    cx.theme.style(role),
                ),
                foot,
            );
        }
    }
}
