//! The journals: one file a run, one JSON object a line, each line on disk before the next step is taken.
//! Knows lines, not what they mean.

use super::{
    atomic,
    error::DiskError,
    holder::Holder,
    input,
    lock::{self, Lock},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use store_model::{signed_url::redact_document, target::Target};

/// Journals hold whole documents. What matters about a run that has ended is kept in the history for good.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A run writes a few documents, each of some megabytes; what is far larger was not written by one.
const LARGEST: u64 = 512 << 20;

/// The folder of the journals.
#[derive(Clone, Debug)]
pub struct Runs {
    folder: PathBuf,
}

/// A journal that this process owns: nobody else can open it until this is dropped.
#[derive(Debug)]
pub struct Journal {
    id: String,
    path: PathBuf,
    file: File,
    /// Length up to the last whole line, in bytes: what follows is the rest of a write that failed.
    end: u64,
    was_cut: bool,
    _lock: Lock,
}

/// A journal as the list shows it, read without taking its lock.
#[derive(Clone, Debug)]
pub struct RunFile {
    pub id: String,
    pub path: PathBuf,
    /// The header, as [`Runs::create`] got it.
    pub first: Option<Value>,
    /// The last whole line; the header itself while nothing follows it.
    pub last: Option<Value>,
    pub is_locked: bool,
    /// Who works on it, if that was written down.
    pub holder: Option<Holder>,
    /// Why the file is no journal that could be resumed, in words.
    pub damaged: Option<String>,
}

/// What a journal holds.
struct Lines {
    entries: Vec<Value>,
    /// Length of the whole lines, in bytes.
    end: u64,
    /// The last line is whole except for its line end.
    is_open: bool,
    was_cut: bool,
}

impl Runs {
    /// Journals below `data_dir/runs`, which [`super::Home::prepare`] creates.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("runs"),
        }
    }

    /// Takes a target for this process, so that no other one changes it meanwhile.
    pub fn hold(&self, target: &Target) -> Result<Lock, DiskError> {
        Lock::take(&self.target(target), "work on this target")
    }

    /// Who works on a target, if that was written down.
    pub fn holder(&self, target: &Target) -> Option<Holder> {
        lock::holder(&self.target(target))
    }

    /// The name of a target's lock; no file of this name is made.
    fn target(&self, target: &Target) -> PathBuf {
        let name: String = target
            .to_string()
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        self.folder.join(format!("target-{name}"))
    }

    /// Starts a journal; the header is on disk when this returns. `id` is a UUID (v7, so that names sort by time).
    pub fn create(&self, id: &str, header: &Value) -> Result<Journal, DiskError> {
        let tried = "start the journal of a run";
        let path = self.path(id, tried)?;
        let lock = Lock::take(&path, tried)?;
        let fail = |source| DiskError::new(tried, &path, source);
        let file = atomic::private()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(fail)?;
        let mut journal = Journal {
            id: id.to_owned(),
            path: path.clone(),
            file,
            end: 0,
            was_cut: false,
            _lock: lock,
        };
        if let Err(error) = journal.append(header) {
            // A run without a header would stand in the list for ever.
            drop(fs::remove_file(&path));
            return Err(error);
        }
        atomic::sync_folder(&self.folder).map_err(fail)?;
        Ok(journal)
    }

    /// Takes a journal over, with all its lines, header first. A last line that a crash cut is dropped ([`Journal::was_cut`]).
    pub fn open(&self, id: &str) -> Result<(Vec<Value>, Journal), DiskError> {
        let tried = "open the journal of a run";
        let path = self.path(id, tried)?;
        let fail = |source| DiskError::new(tried, &path, source);
        // First, so that no lock file is made for a run that is not there.
        input::open(&path).map_err(fail)?;
        let mut file = atomic::private()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(fail)?;
        let lock = Lock::take(&path, tried)?;
        let lines = read_lines(&mut file, &path, tried)?;
        let mut journal = Journal {
            id: id.to_owned(),
            path: path.clone(),
            file,
            end: lines.end,
            was_cut: lines.was_cut,
            _lock: lock,
        };
        if lines.is_open {
            journal.put("", File::sync_data).map_err(fail)?;
        }
        Ok((lines.entries, journal))
    }

    /// All lines of a journal, without taking it over: for looking only.
    pub fn read(&self, id: &str) -> Result<Vec<Value>, DiskError> {
        let tried = "read the journal of a run";
        let path = self.path(id, tried)?;
        let (mut file, _) =
            input::open(&path).map_err(|source| DiskError::new(tried, &path, source))?;
        Ok(read_lines(&mut file, &path, tried)?.entries)
    }

    /// Every journal, newest first. Takes no lock and reads the first and the last line only.
    pub fn list(&self) -> Result<Vec<RunFile>, DiskError> {
        let fail = |source| DiskError::new("list the runs", &self.folder, source);
        let mut runs = Vec::new();
        for entry in atomic::entries(&self.folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let id = path
                .file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.strip_suffix(".jsonl"));
            if let Some(id) = id.filter(|id| is_id(id)) {
                runs.push(glance(id.to_owned(), path.clone()));
            }
        }
        runs.sort_by(|a, b| b.id.cmp(&a.id));
        Ok(runs)
    }

    /// Removes the journals that were last written more than [`KEPT`] before `now`, if their last line says that they have
    /// ended. Those that somebody holds stay.
    pub fn prune(
        &self,
        now: Timestamp,
        has_ended: impl Fn(&Value) -> bool,
    ) -> Result<usize, DiskError> {
        let fail = |source| DiskError::new("clean the runs up", &self.folder, source);
        let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        let mut removed = 0;
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            let id = name
                .to_str()
                .and_then(|name| name.strip_suffix(".jsonl"))
                .filter(|id| is_id(id));
            let written = entry
                .metadata()
                .and_then(|data| data.modified())
                .map_err(fail)?;
            let is_old = Timestamp::try_from(written).is_ok_and(|written| written < oldest);
            // Only what is old is opened: this runs before every release.
            if let Some(id) = id.filter(|_| is_old) {
                let run = glance(id.to_owned(), entry.path());
                if !run.is_locked && run.last.as_ref().is_some_and(&has_ended) {
                    self.remove(id)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// Removes a journal that nobody works on.
    pub fn remove(&self, id: &str) -> Result<(), DiskError> {
        let tried = "remove the journal of a run";
        let path = self.path(id, tried)?;
        let fail = |source| DiskError::new(tried, &path, source);
        if !path.try_exists().map_err(fail)? {
            return Err(fail(io::ErrorKind::NotFound.into()));
        }
        let lock = Lock::take(&path, tried)?;
        fs::remove_file(&path).map_err(fail)?;
        lock.remove(&path).map_err(fail)?;
        atomic::sync_folder(&self.folder).map_err(fail)
    }

    fn path(&self, id: &str, tried: &str) -> Result<PathBuf, DiskError> {
        let path = self.folder.join(format!("{id}.jsonl"));
        if is_id(id) {
            return Ok(path);
        }
        let source = io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{id:?} is no run's id"),
        );
        Err(DiskError::new(tried, &self.folder, source))
    }
}

/// Ids become file names: only the text of a UUID passes, in the one spelling that has one file.
fn is_id(id: &str) -> bool {
    id.len() == 36 && uuid::Uuid::try_parse(id).is_ok_and(|uuid| uuid.to_string() == id)
}

impl Journal {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether opening it dropped a last line that was not written to its end. What that line would have said is not known.
    pub fn was_cut(&self) -> bool {
        self.was_cut
    }

    /// Adds an entry; it is on disk when this returns. After an error the entry is not in the journal, and another may be tried.
    pub fn append(&mut self, entry: &Value) -> Result<(), DiskError> {
        self.put(&line_of(entry), File::sync_data)
            .map_err(|source| DiskError::new("write the journal of a run", &self.path, source))
    }

    /// Adds an entry that a power cut may take back. Gives the file, to be synced where waiting for a disk holds nobody up.
    pub fn note(&mut self, entry: &Value) -> Result<File, DiskError> {
        self.put(&line_of(entry), |_| Ok(()))
            .and_then(|()| self.file.try_clone())
            .map_err(|source| DiskError::new("write the journal of a run", &self.path, source))
    }

    fn put(&mut self, line: &str, sync: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
        // Whatever an earlier write left behind after the last whole line.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        let bytes = format!("{line}\n");
        let written = self
            .file
            .write_all(bytes.as_bytes())
            .and_then(|()| sync(&self.file));
        match written {
            Ok(()) => self.end += bytes.len() as u64,
            // A full disk: the rest of the line would read as damage. The next write cuts it if this cannot.
            Err(_) => drop(self.file.set_len(self.end)),
        }
        written
    }
}

/// The last guard: no signed URL gets onto the disk.
fn line_of(entry: &Value) -> String {
    redact_document(&entry.to_string()).into_owned()
}

fn read_lines(file: &mut File, path: &Path, tried: &str) -> Result<Lines, DiskError> {
    let fail = |source| DiskError::new(tried, path, source);
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail(input::Unfit::TooLarge { most: LARGEST }.into()));
    }
    let mut lines = Lines {
        entries: Vec::new(),
        end: 0,
        is_open: false,
        was_cut: false,
    };
    let mut parts = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .enumerate()
        .peekable();
    while let Some((index, line)) = parts.next() {
        let is_last = parts.peek().is_none();
        match serde_json::from_slice::<Value>(line) {
            Ok(entry) if entry.is_object() => {
                lines.entries.push(entry);
                lines.end += line.len() as u64;
                lines.is_open = !line.ends_with(b"\n");
            }
            // A power cut may also leave a line of zeros with an end.
            _ if is_last => lines.was_cut = true,
            _ => {
                return Err(DiskError::damaged(
                    tried,
                    path,
                    format!("line {} is no JSON object: the file is damaged", index + 1),
                ));
            }
        }
    }
    if lines.entries.is_empty() {
        return Err(DiskError::damaged(
            tried,
            path,
            "it holds no whole line: the run ended before it began".to_owned(),
        ));
    }
    Ok(lines)
}

fn glance(id: String, path: PathBuf) -> RunFile {
    let is_locked = lock::is_held(&path);
    let holder = if is_locked { lock::holder(&path) } else { None };
    let (first, last, damaged) = match ends(&path) {
        Ok((Some(first), last)) => (Some(first.clone()), last.or(Some(first)), None),
        Ok((None, _)) => (
            None,
            None,
            Some("its first line is no JSON object".to_owned()),
        ),
        Err(error) => (None, None, Some(error.to_string())),
    };
    RunFile {
        id,
        path,
        first,
        last,
        is_locked,
        holder,
        damaged,
    }
}

/// The first and the last whole line; journals hold documents, so the middle stays unread.
fn ends(path: &Path) -> io::Result<(Option<Value>, Option<Value>)> {
    let object = |line: &[u8]| {
        serde_json::from_slice::<Value>(line)
            .ok()
            .filter(Value::is_object)
    };
    let (file, facts) = input::open(path)?;
    if facts.len() > LARGEST {
        return Err(input::Unfit::TooLarge { most: LARGEST }.into());
    }
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    let first = object(&line);
    let length = reader.seek(SeekFrom::End(0))?;
    let mut size = 16 * 1024;
    loop {
        let start = length.saturating_sub(size);
        reader.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        reader.read_to_end(&mut tail)?;
        let mut lines = tail
            .split(|byte| *byte == b'\n')
            .rev()
            .filter(|line| !line.is_empty());
        // The last line, or the one before where that was cut.
        let found = lines
            .next()
            .and_then(object)
            .or_else(|| lines.next().and_then(object));
        if found.is_some() || start == 0 {
            return Ok((first, found));
        }
        size *= 8;
    }
}
