//! Submission documents that must not get lost: the working copy of each target, and what was rescued before a delete or a PUT.
//! A rescued document is a plain JSON file; its file name says the rest.

use super::{atomic, error::DiskError, scrub::scrub};
use crate::domain::target::Target;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

/// The folder of kept documents.
#[derive(Clone, Debug)]
pub struct Drafts {
    folder: PathBuf,
}

/// Why a document was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The working copy: one a target, overwritten at every pause.
    Edited,
    /// What stood on the server before its submission was deleted.
    BeforeDelete,
    /// What stood on the server before it was overwritten.
    BeforePut,
}

impl Kept {
    const ALL: [(&'static str, Self); 3] =
        [("edited", Self::Edited), ("before-delete", Self::BeforeDelete), ("before-put", Self::BeforePut)];

    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kept)| *kept == self).map_or("", |(word, _)| word)
    }
}

/// A document to keep: a value, written pretty, or text as it is.
#[derive(Clone, Copy, Debug)]
pub enum Document<'a> {
    Value(&'a Value),
    Text(&'a str),
}

impl<'a> From<&'a Value> for Document<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<&'a str> for Document<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// The working copy of a target's document.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedDraft {
    /// As it was typed: may be broken JSON. Empty when only a ZIP was picked.
    pub text: String,
    /// The submission that the editing began from.
    pub base_submission: Option<String>,
    /// The ZIP that was picked for it.
    pub zip: Option<PathBuf>,
    pub saved_at: Timestamp,
}

/// The first line of a working copy's file; the text follows it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    target: Target,
    base_submission: Option<String>,
    zip: Option<PathBuf>,
    saved_at: Timestamp,
}

/// A kept document as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftFile {
    pub path: PathBuf,
    pub target: Target,
    pub why: Kept,
    pub submission: Option<String>,
    pub saved_at: Timestamp,
}

/// A kept document with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub file: DraftFile,
    pub text: String,
}

/// Stands between the parts of a file name; an id never holds one.
const BETWEEN: char = '~';
const EDITED_END: &str = "~edited.draft";
/// A time as part of a file name: Windows allows no colon.
const NAME_TIME: &str = "%Y%m%dT%H%M%S.%3fZ";

impl Drafts {
    /// Documents below `data_dir/drafts`, which [`super::Home::prepare`] creates.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("drafts") }
    }

    /// Keeps a document; gives the file. A rescued one never overwrites another, a working copy replaces the one before
    /// (and keeps its ZIP; [`Drafts::save_edited`] sets all of it).
    pub fn save<'a>(
        &self,
        target: &Target,
        why: Kept,
        submission: Option<&str>,
        document: impl Into<Document<'a>>,
    ) -> Result<PathBuf, DiskError> {
        let text = match document.into() {
            Document::Value(value) => format!("{value:#}\n"),
            Document::Text(text) => text.to_owned(),
        };
        let saved_at = Timestamp::now();
        if why == Kept::Edited {
            // One before that cannot be read is no reason to lose this one.
            let zip = self.edited(target).ok().flatten().and_then(|draft| draft.zip);
            let base_submission = submission.map(str::to_owned);
            return self.save_edited(target, &EditedDraft { text, base_submission, zip, saved_at });
        }
        let submission: String = submission.unwrap_or_default().chars().filter(|c| is_plain(*c)).take(64).collect();
        let mut number = 0_i64;
        loop {
            // A name that is taken moves on by a millisecond: it stays readable, and nothing is overwritten.
            let at = saved_at.checked_add(jiff::SignedDuration::from_millis(number)).unwrap_or(saved_at);
            let name = format!("{}~{}~{}~{submission}.json", stem(target), at.strftime(NAME_TIME), why.word());
            let path = self.folder.join(name);
            if atomic::write_new(&path, scrub(&text).as_bytes())? {
                return Ok(path);
            }
            number += 1;
        }
    }

    /// Keeps the working copy of a target in place of the one before.
    pub fn save_edited(&self, target: &Target, draft: &EditedDraft) -> Result<PathBuf, DiskError> {
        let path = self.edited_path(target);
        let EditedDraft { text, base_submission, zip, saved_at } = draft;
        let header =
            Header { target: target.clone(), base_submission: base_submission.clone(), zip: zip.clone(), saved_at: *saved_at };
        let header = serde_json::to_string(&header)
            .map_err(|error| DiskError::new("keep the edited document", &path, io::Error::other(error)))?;
        atomic::write(&path, format!("{header}\n{}", scrub(text)).as_bytes())?;
        Ok(path)
    }

    /// The working copy of a target, if there is one.
    pub fn edited(&self, target: &Target) -> Result<Option<EditedDraft>, DiskError> {
        let path = self.edited_path(target);
        let tried = "read the edited document";
        let whole = match fs::read_to_string(&path) {
            Ok(whole) => whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DiskError::new(tried, &path, error)),
        };
        let (header, text) = whole.split_once('\n').unwrap_or((&whole, ""));
        let Header { base_submission, zip, saved_at, .. } = serde_json::from_str(header)
            .map_err(|error| DiskError::damaged(tried, &path, format!("its first line is damaged: {error}")))?;
        Ok(Some(EditedDraft { text: text.to_owned(), base_submission, zip, saved_at }))
    }

    /// Throws a target's working copy away; fine when there is none.
    pub fn drop_edited(&self, target: &Target) -> Result<(), DiskError> {
        let path = self.edited_path(target);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(DiskError::new("remove the edited document", &path, error)),
        }
    }

    /// Everything kept, newest first. Files that are no kept document are left out.
    pub fn list(&self) -> Result<Vec<DraftFile>, DiskError> {
        let fail = |source| DiskError::new("list the kept documents", &self.folder, source);
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            files.extend(describe(&entry.map_err(fail)?.path()));
        }
        files.sort_by(|a, b| b.saved_at.cmp(&a.saved_at).then_with(|| a.path.cmp(&b.path)));
        Ok(files)
    }

    /// A kept document with its text; `path` as [`Drafts::list`] or [`Drafts::save`] gave it.
    pub fn read(&self, path: &Path) -> Result<Draft, DiskError> {
        let tried = "read a kept document";
        let whole = fs::read_to_string(path).map_err(|source| DiskError::new(tried, path, source))?;
        let file = describe(path)
            .ok_or_else(|| DiskError::damaged(tried, path, "its name or first line is not of a kept document".to_owned()))?;
        let text = match file.why {
            Kept::Edited => whole.split_once('\n').map_or_else(String::new, |(_, text)| text.to_owned()),
            Kept::BeforeDelete | Kept::BeforePut => whole,
        };
        Ok(Draft { file, text })
    }

    fn edited_path(&self, target: &Target) -> PathBuf {
        self.folder.join(format!("{}{EDITED_END}", stem(target)))
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

/// A target's text as part of a file name. `:` and `/` become `+`, which no id holds; anything odd is spelled out.
fn stem(target: &Target) -> String {
    let mut stem = String::new();
    for c in target.to_string().chars() {
        match c {
            ':' | '/' => stem.push('+'),
            c if is_plain(c) => stem.push(c),
            c => stem.extend(['%'].into_iter().chain(c.escape_unicode().filter(char::is_ascii_alphanumeric))),
        }
    }
    stem
}

/// Back from [`stem`].
fn target(stem: &str) -> Option<Target> {
    let (scheme, ids) = stem.split_once('+')?;
    format!("{scheme}:{}", ids.replace('+', "/")).parse().ok()
}

fn describe(path: &Path) -> Option<DraftFile> {
    let name = path.file_name()?.to_str()?;
    if name.ends_with(EDITED_END) {
        let mut line = String::new();
        BufReader::new(File::open(path).ok()?).read_line(&mut line).ok()?;
        let header: Header = serde_json::from_str(&line).ok()?;
        let Header { target, base_submission: submission, saved_at, .. } = header;
        return Some(DraftFile { path: path.to_owned(), target, why: Kept::Edited, submission, saved_at });
    }
    let mut parts = name.strip_suffix(".json")?.split(BETWEEN);
    let (target, at, why, submission) = (target(parts.next()?)?, parts.next()?, parts.next()?, parts.next()?);
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S%.fZ", at).ok()?;
    Some(DraftFile {
        path: path.to_owned(),
        target,
        why: Kept::ALL.iter().find(|(word, _)| *word == why)?.1,
        submission: (!submission.is_empty()).then(|| submission.to_owned()),
        saved_at: at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
    })
}
