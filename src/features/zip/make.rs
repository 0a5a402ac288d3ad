//! The ZIP picker's way to make a ZIP: of the folder under the cursor, or of the one that is shown. Touches no disk itself.

use super::{
    picker::ZipPicker,
    tasks::{Pack, PackProgress},
};
use crate::{
    screen::{
        command::Command,
        pane::{Context, Possible},
    },
    state::prepared::{CheckVerdict, count},
    tasks::{
        message::{TaskEvent, TaskMessage},
        task::Task,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use store_model::units;
use tui_kit::{meter, theme::Role};

/// Columns of the bar.
const BAR: usize = 20;

impl ZipPicker {
    /// The folder that a ZIP would be made of.
    fn source(&self, cx: &Context) -> Option<PathBuf> {
        let here = self
            .entry(cx)
            .filter(|entry| entry.is_folder)
            .map(|entry| entry.path.clone());
        here.or_else(|| Some(cx.model.folder.path.clone()))
            .filter(|folder| !folder.as_os_str().is_empty())
    }

    /// What that folder is called on screen.
    pub(super) fn make_name(&self, cx: &Context) -> String {
        let here = self.entry(cx).filter(|entry| entry.is_folder);
        here.map_or_else(
            || "this folder".to_owned(),
            |entry| format!("{}/", entry.name),
        )
    }

    pub(super) fn can_make(&self, cx: &Context) -> Possible {
        if self.making.is_some() {
            return Possible::No("A ZIP is already being created.".into());
        }
        if self.expected.is_empty() {
            return Possible::No(
                "The JSON expects no file: mark a new package or image as PendingUpload first."
                    .into(),
            );
        }
        if self.source(cx).is_none() {
            Possible::No("Go to a folder first.".into())
        } else {
            Possible::Yes
        }
    }

    pub(super) fn make(&mut self, cx: &Context) {
        if let Possible::No(why) = self.can_make(cx) {
            self.note = Some((why, Role::Warning));
            return;
        }
        let document = self.verdict.as_ref().and_then(CheckVerdict::value).cloned();
        let (Some(folder), Some(document)) = (self.source(cx), document) else {
            return;
        };
        let out = free_name(cx, &folder);
        self.making = Some(out.clone());
        (self.failure, self.packed) = (None, (0, 0));
        cx.send(Command::start(Pack {
            folder,
            out,
            kind: self.target.kind(),
            document: Arc::new(document),
        }));
    }

    /// Takes in how the making goes on, or ended.
    pub(super) fn made(&mut self, message: &TaskMessage, cx: &Context) {
        let Some((task, event)) = Pack::event(message) else {
            return;
        };
        if self.making.as_ref() != Some(&task.out) {
            return;
        }
        match event {
            TaskEvent::Progress(PackProgress::Progress { done, total })
            | TaskEvent::Done(PackProgress::Progress { done, total }) => {
                self.packed = (*done, *total);
                return;
            }
            TaskEvent::Progress(PackProgress::Done(packed))
            | TaskEvent::Done(PackProgress::Done(packed)) => {
                self.browse(cx.model.folder.path.clone(), cx);
                let name = task.out.file_name().unwrap_or_default().to_string_lossy();
                let left = match packed.left_out.len() {
                    0 => String::new(),
                    left => format!("; {} left out", count(left, "file is", "files are")),
                };
                let files = count(packed.files.len(), "file", "files");
                let said = format!(
                    "✓ {name} created: {files}, {}{left}.",
                    units::bytes(packed.size)
                );
                self.wanted = Some((task.out.clone(), said));
            }
            TaskEvent::Failed(error) => self.failure = Some(error.message.clone()),
            TaskEvent::Cancelled => {
                self.note = Some(("Stopped; no ZIP was created.".into(), Role::Warning));
            }
        }
        self.making = None;
    }

    /// The line that says how far it is.
    pub(super) fn progress(&self, columns: usize) -> Option<(String, Role)> {
        let name = self.making.as_ref()?.file_name()?.to_string_lossy();
        let (done, total) = self.packed;
        if total == 0 {
            return Some((format!("making {name} …"), Role::Busy));
        }
        let percent = u128::from(done) * 100 / u128::from(total);
        let bar = if columns >= 70 {
            format!("{}  ", meter::bar(done, total, BAR))
        } else {
            String::new()
        };
        let (done, total) = (units::bytes(done), units::bytes(total));
        Some((
            format!("making {name}  {bar}{percent} %  {done} of {total}"),
            Role::Busy,
        ))
    }
}

/// A name in the folder that is shown, after the one that is packed; never one that is there.
fn free_name(cx: &Context, folder: &Path) -> PathBuf {
    let entries = cx
        .model
        .folder
        .entries
        .value()
        .map_or(&[][..], Vec::as_slice);
    let stem = folder
        .file_name()
        .map_or_else(|| "upload".into(), |name| name.to_string_lossy());
    let name = |number: usize| {
        if number == 1 {
            format!("{stem}.zip")
        } else {
            format!("{stem}-{number}.zip")
        }
    };
    let is_free = |name: &String| {
        !entries
            .iter()
            .any(|entry| entry.name.eq_ignore_ascii_case(name))
    };
    // One more name than there are entries: one of them is free.
    let name = (1..=entries.len() + 1)
        .map(name)
        .find(is_free)
        .unwrap_or_else(|| "upload.zip".to_owned());
    cx.model.folder.path.join(name)
}
