//! Submission documents that must not get lost: the working copy of each target with the document that it was made from, both
//! sides of every PUT, and what was rescued before a delete or set aside by a person.
//! All but the working copy are plain JSON files; their names say the rest.

use super::{
    atomic,
    draft_name::{is_plain, stem, target},
    error::DiskError,
    input,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};
use store_model::{signed_url::redact_document, target::Target};

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
    /// What stood on the server before a run overwrote it.
    BeforePut,
    /// What stood there afterwards, as it was read back.
    AfterPut,
    /// A working copy that gave way to another text.
    SetAside,
}

impl Kept {
    const ALL: [(&'static str, Self); 5] = [
        ("edited", Self::Edited),
        ("before-delete", Self::BeforeDelete),
        ("before-put", Self::BeforePut),
        ("after-put", Self::AfterPut),
        ("set-aside", Self::SetAside),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, kept)| *kept == self)
            .map_or("", |(word, _)| word)
    }
}

/// A document to keep: a value, written pretty, or text as it is.
#[derive(Clone, Copy, Debug)]
pub enum DraftDocument<'a> {
    Value(&'a Value),
    Text(&'a str),
}

impl<'a> From<&'a Value> for DraftDocument<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<&'a str> for DraftDocument<'a> {
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
    /// The editable part of its document as it was then; `None` where an older version did not keep it.
    pub base: Option<Value>,
    /// The ZIP that was picked for it.
    pub zip: Option<PathBuf>,
    pub saved_at: Timestamp,
    /// Which session wrote it; `None` in files of older versions.
    pub writer: Option<String>,
}

/// The first line of a working copy's file; the text follows it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    target: Target,
    base_submission: Option<String>,
    /// Tells the file that holds the base's document; older versions wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_digest: Option<String>,
    zip: Option<PathBuf>,
    saved_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    writer: Option<String>,
}

/// A kept document as the list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftFile {
    pub path: PathBuf,
    pub target: Target,
    pub why: Kept,
    pub submission: Option<String>,
    /// The run that overwrote or left it.
    pub run: Option<String>,
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
/// A base is kept once, however often its working copy is: its file is named by its content.
const BASE_END: &str = "~base.json";
/// How many updates of a target are kept with both sides, and how many texts that were set aside. What was saved before a delete
/// stays until a person removes it.
pub const MOST_PUTS: usize = 50;
/// Twice the largest document that is read: a text that is being edited may be larger for a while.
const LARGEST: u64 = 2 * input::DOCUMENT;
/// A target, a ZIP's path and a time are far shorter.
const MOST_HEADER: u64 = 1 << 20;
/// A time as part of a file name: Windows allows no colon.
const NAME_TIME: &str = "%Y%m%dT%H%M%S.%3fZ";

impl Drafts {
    /// Documents below `data_dir/drafts`, which [`super::Home::prepare`] creates.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("drafts"),
        }
    }

    /// Keeps a document; gives the file. A rescued one never overwrites another, a working copy replaces the one before
    /// (and keeps its ZIP; [`Drafts::save_edited`] sets all of it).
    pub fn save<'a>(
        &self,
        target: &Target,
        why: Kept,
        submission: Option<&str>,
        document: impl Into<DraftDocument<'a>>,
    ) -> Result<PathBuf, DiskError> {
        self.save_of(target, why, submission, None, document)
    }

    /// As [`Drafts::save`], for a document that a run overwrites or leaves. Of those, and of what was set aside, the oldest go when
    /// there are too many.
    pub fn save_of<'a>(
        &self,
        target: &Target,
        why: Kept,
        submission: Option<&str>,
        run: Option<&str>,
        document: impl Into<DraftDocument<'a>>,
    ) -> Result<PathBuf, DiskError> {
        let text = match document.into() {
            DraftDocument::Value(value) => format!("{value:#}\n"),
            DraftDocument::Text(text) => text.to_owned(),
        };
        let saved_at = Timestamp::now();
        if why == Kept::Edited {
            let before = self.edited(target).ok().flatten();
            let (zip, base) = before
                .map(|draft| (draft.zip, draft.base))
                .unwrap_or_default();
            let base_submission = submission.map(str::to_owned);
            return self.save_edited(
                target,
                &EditedDraft {
                    text,
                    base_submission,
                    base,
                    zip,
                    saved_at,
                    writer: None,
                },
            );
        }
        let part = |text: Option<&str>| -> String {
            text.unwrap_or_default()
                .chars()
                .filter(|c| is_plain(*c))
                .take(64)
                .collect()
        };
        let submission = part(submission);
        let run = run
            .map(|run| format!("{BETWEEN}{}", part(Some(run))))
            .unwrap_or_default();
        if let Some(path) = self.same_side(target, why, &run, &text) {
            return Ok(path);
        }
        let mut number = 0_i64;
        loop {
            // A name that is taken moves on by a millisecond: it stays readable, and nothing is overwritten.
            let at = saved_at
                .checked_add(jiff::SignedDuration::from_millis(number))
                .unwrap_or(saved_at);
            let name = format!(
                "{}~{}~{}~{submission}{run}.json",
                stem(target),
                at.strftime(NAME_TIME),
                why.word()
            );
            let path = self.folder.join(name);
            if atomic::write_new(&path, redact_document(&text).as_bytes())? {
                self.drop_oldest(target, why);
                return Ok(path);
            }
            number += 1;
        }
    }

    /// The file of a run that holds this very side already: a resumed run reads its draft again.
    fn same_side(&self, target: &Target, why: Kept, run: &str, text: &str) -> Option<PathBuf> {
        let run = run.strip_prefix(BETWEEN)?;
        let files = self.list().ok()?.into_iter();
        let mut files = files.filter(|file| {
            file.target == *target && file.why == why && file.run.as_deref() == Some(run)
        });
        files
            .find(|file| text_of(&file.path).is_ok_and(|kept| kept == redact_document(text)))
            .map(|file| file.path)
    }

    /// Keeps the working copy of a target in place of the one before.
    pub fn save_edited(&self, target: &Target, draft: &EditedDraft) -> Result<PathBuf, DiskError> {
        let path = self.edited_path(target);
        let EditedDraft {
            text,
            base_submission,
            base,
            zip,
            saved_at,
            writer,
        } = draft;
        if self.edited(target).is_err_and(|error| error.is_damage()) {
            self.set_damaged_aside(target)?;
        }
        // The base first: a working copy never names one that is not there.
        let (base_digest, is_new_base) = match base {
            Some(base) => self.save_base(target, base)?,
            None => (None, false),
        };
        let header = Header {
            target: target.clone(),
            base_submission: base_submission.clone(),
            base_digest: base_digest.clone(),
            zip: zip.clone(),
            saved_at: *saved_at,
            writer: writer.clone(),
        };
        let header = serde_json::to_string(&header).map_err(|error| {
            DiskError::new("keep the edited document", &path, io::Error::other(error))
        })?;
        atomic::write(
            &path,
            format!("{header}\n{}", redact_document(text)).as_bytes(),
        )?;
        if is_new_base {
            self.drop_bases(target, base_digest.as_deref());
        }
        Ok(path)
    }

    /// Keeps the document that a working copy is made from; gives the name of its content, and whether it was not there yet.
    fn save_base(
        &self,
        target: &Target,
        base: &Value,
    ) -> Result<(Option<String>, bool), DiskError> {
        let text = base.to_string();
        let text = redact_document(&text);
        let digest = Sha256::digest(text.as_bytes())
            .iter()
            .take(12)
            .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        let is_new = atomic::write_new(&self.base_path(target, &digest), text.as_bytes())?;
        Ok((Some(digest), is_new))
    }

    fn base_path(&self, target: &Target, digest: &str) -> PathBuf {
        self.folder
            .join(format!("{}{BETWEEN}{digest}{BASE_END}", stem(target)))
    }

    /// Removes the bases of a target but this one. What cannot be removed does no harm.
    fn drop_bases(&self, target: &Target, but: Option<&str>) {
        let begin = format!("{}{BETWEEN}", stem(target));
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let digest = name
                .to_str()
                .and_then(|name| name.strip_prefix(&begin)?.strip_suffix(BASE_END));
            if digest.is_some_and(|digest| {
                Some(digest) != but && digest.chars().all(|c| c.is_ascii_hexdigit())
            }) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    /// Keeps the number of PUTs and of set-aside texts bounded; both sides of a PUT go together. What cannot be removed stays.
    fn drop_oldest(&self, target: &Target, why: Kept) {
        let kinds: &[Kept] = match why {
            // The second side comes with its first.
            Kept::BeforePut => &[Kept::BeforePut, Kept::AfterPut],
            Kept::SetAside => &[Kept::SetAside],
            Kept::AfterPut | Kept::BeforeDelete | Kept::Edited => return,
        };
        let Ok(files) = self.list() else { return };
        let mut groups: Vec<Option<String>> = Vec::new();
        let mut alone = 0;
        for file in files
            .into_iter()
            .filter(|file| file.target == *target && kinds.contains(&file.why))
        {
            let is_kept = if file.run.is_none() {
                alone += 1;
                alone + groups.len() <= MOST_PUTS
            } else {
                if !groups.contains(&file.run) && alone + groups.len() < MOST_PUTS {
                    groups.push(file.run.clone());
                }
                groups.contains(&file.run)
            };
            if !is_kept {
                drop(fs::remove_file(&file.path));
            }
        }
    }

    /// The working copy of a target, if there is one.
    pub fn edited(&self, target: &Target) -> Result<Option<EditedDraft>, DiskError> {
        let path = self.edited_path(target);
        let tried = "read the edited document";
        let whole = match text_of(&path) {
            Ok(whole) => whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(DiskError::new(tried, &path, error)),
        };
        let (header, text) = whole.split_once('\n').unwrap_or((&whole, ""));
        let Header {
            base_submission,
            base_digest,
            zip,
            saved_at,
            writer,
            ..
        } = serde_json::from_str(header).map_err(|error| {
            DiskError::damaged(tried, &path, format!("its first line is damaged: {error}"))
        })?;
        // Without its base a text is still a text: only the merge is missed.
        let base = base_digest
            .filter(|digest| digest.chars().all(|c| c.is_ascii_hexdigit()))
            .and_then(|digest| {
                serde_json::from_slice(
                    &input::read(&self.base_path(target, &digest), LARGEST).ok()?,
                )
                .ok()
            });
        Ok(Some(EditedDraft {
            text: text.to_owned(),
            base_submission,
            base,
            zip,
            saved_at,
            writer,
        }))
    }

    /// Moves a working copy that cannot be read to the texts that were set aside, byte by byte; gives its new place.
    pub fn set_damaged_aside(&self, target: &Target) -> Result<PathBuf, DiskError> {
        let path = self.edited_path(target);
        let fail = |source| DiskError::new("set a damaged document aside", &path, source);
        let at = Timestamp::now().strftime(NAME_TIME);
        let name = format!("{}~{at}~{}~.json", stem(target), Kept::SetAside.word());
        let aside = self.folder.join(name);
        fs::rename(&path, &aside).map_err(fail)?;
        atomic::sync_folder(&self.folder).map_err(fail)?;
        Ok(aside)
    }

    /// Throws a target's working copy away; fine when there is none.
    pub fn drop_edited(&self, target: &Target) -> Result<(), DiskError> {
        let path = self.edited_path(target);
        self.drop_bases(target, None);
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
        for entry in atomic::entries(&self.folder).map_err(fail)? {
            files.extend(describe(&entry.map_err(fail)?.path()));
        }
        files.sort_by(|a, b| {
            b.saved_at
                .cmp(&a.saved_at)
                .then_with(|| a.path.cmp(&b.path))
        });
        Ok(files)
    }

    /// A kept document with its text; `path` as [`Drafts::list`] or [`Drafts::save`] gave it.
    pub fn read(&self, path: &Path) -> Result<Draft, DiskError> {
        let tried = "read a kept document";
        let whole = text_of(path).map_err(|source| DiskError::new(tried, path, source))?;
        let file = describe(path).ok_or_else(|| {
            DiskError::damaged(
                tried,
                path,
                "its name or first line is not of a kept document".to_owned(),
            )
        })?;
        let text = match file.why {
            Kept::Edited => whole
                .split_once('\n')
                .map_or_else(String::new, |(_, text)| text.to_owned()),
            Kept::BeforeDelete | Kept::BeforePut | Kept::AfterPut | Kept::SetAside => whole,
        };
        Ok(Draft { file, text })
    }

    fn edited_path(&self, target: &Target) -> PathBuf {
        self.folder.join(format!("{}{EDITED_END}", stem(target)))
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    let bytes = input::read(path, LARGEST)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn describe(path: &Path) -> Option<DraftFile> {
    let name = path.file_name()?.to_str()?;
    if name.ends_with(EDITED_END) {
        let mut line = String::new();
        BufReader::new(input::open(path).ok()?.0.take(MOST_HEADER))
            .read_line(&mut line)
            .ok()?;
        let header: Header = serde_json::from_str(&line).ok()?;
        let Header {
            target,
            base_submission: submission,
            saved_at,
            ..
        } = header;
        return Some(DraftFile {
            path: path.to_owned(),
            target,
            why: Kept::Edited,
            submission,
            run: None,
            saved_at,
        });
    }
    let mut parts = name.strip_suffix(".json")?.split(BETWEEN);
    let (target, at, why, submission) = (
        target(parts.next()?)?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    );
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S%.fZ", at).ok()?;
    Some(DraftFile {
        path: path.to_owned(),
        target,
        why: Kept::ALL.iter().find(|(word, _)| *word == why)?.1,
        submission: (!submission.is_empty()).then(|| submission.to_owned()),
        run: parts.next().map(str::to_owned),
        saved_at: at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp(),
    })
}
