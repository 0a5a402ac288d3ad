//! The ledger of an account's requests: a small file that all processes of one machine count in.
//! It must not know what a request is. Blocks for a moment; call it where blocking is allowed.
//!
//! The file is text: `until MS` for a pause, `person MS` while somebody waits for the next slot, then one line with the time of
//! each request; all in milliseconds since 1970.
//! It holds a minute, so nothing is synced to disk: a power cut lasts longer than what it would lose.

use super::{atomic, error::DiskError, input::Unfit};
use std::{
    fmt::Write as _,
    fs::{File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The lock is held for a moment only; who cannot have it for so long faces a stopped process.
const LOCK_LIMIT: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_millis(1);

/// More is read of no file: far more requests than any account may send in a minute.
const MOST_BYTES: u64 = 1 << 20;

/// No pause that was written down is believed to last longer.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// Who waits for the next slot asks again when it is free; a process that died meanwhile holds nobody up for longer than this.
const GRACE: Duration = Duration::from_secs(1);

/// A look at the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLook {
    pub slot: LedgerSlot,
    /// How long ago each request of the window was.
    pub ages: Vec<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerSlot {
    Taken,
    /// The next slot is free after this time.
    Full(Duration),
    /// A pause is on for so long.
    Blocked(Duration),
}

/// One account's ledger. Opened at the first use.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    /// Threads of one process stand in line here: on some systems a lock belongs to the process.
    file: Mutex<Option<File>>,
    lock_limit: Duration,
}

/// What stands in the file, in milliseconds since 1970.
#[derive(Debug, Default, PartialEq, Eq)]
struct Content {
    until: u64,
    /// The next slot is a person's until then.
    person: u64,
    times: Vec<u64>,
}

impl LedgerFile {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: Mutex::default(),
            lock_limit: LOCK_LIMIT,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes a slot when there were fewer than `limit` requests within `window` and no pause is on. A person who finds it full
    /// has the next slot kept, whichever process asks first.
    pub fn take(&self, limit: usize, window: Duration, is_person: bool) -> io::Result<LedgerLook> {
        self.with(|content| content.take(now(), limit, window, is_person))
    }

    /// Lets nobody take a slot for so long; a longer pause stays.
    pub fn block(&self, pause: Duration) -> io::Result<()> {
        self.with(|content| content.block(now(), pause))
    }

    /// Proves that the ledger can be kept; makes it, and its folder, where there is none.
    pub fn prove(&self) -> Result<(), DiskError> {
        atomic::create_folder(atomic::folder_of(&self.path))?;
        self.with(|_| ())
            .map_err(|source| DiskError::new("count this command's requests", &self.path, source))
    }

    /// Reads, changes and writes while nobody else does. The lock ends with the process, however that ends.
    fn with<T>(&self, change: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match slot.take() {
            Some(file) if is_still(&file, &self.path) => file,
            _ => {
                atomic::refuse_link(&self.path)?;
                let file = atomic::private()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(&self.path)?;
                // Reading a pipe would wait for whoever writes into it.
                if !file.metadata()?.is_file() {
                    return Err(Unfit::NoFile.into());
                }
                file
            }
        };
        self.lock(&file)?;
        let result = exchange(&file, change);
        let unlocked = file.unlock();
        let value = result?;
        // A file whose lock cannot be let go is closed, which lets it go.
        if unlocked.is_ok() {
            *slot = Some(file);
        }
        Ok(value)
    }

    fn lock(&self, file: &File) -> io::Result<()> {
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if start.elapsed() >= self.lock_limit => {
                    return Err(io::Error::new(
                        io::ErrorKind::ResourceBusy,
                        "another process does not let the ledger go",
                    ));
                }
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            }
        }
    }
}

/// Somebody may have emptied the cache: two processes must not count in two files.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |data: std::fs::Metadata| (data.dev(), data.ino());
    matches!((file.metadata().map(id), std::fs::metadata(path).map(id)), (Ok(held), Ok(named)) if held == named)
}

/// Windows removes no open file's name for others to take: what is open is what has the name, or nothing has.
#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}

fn exchange<T>(mut file: &File, change: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let mut content = Content::read(&bytes);
    let value = change(&mut content);
    let text = content.text();
    if text.as_bytes() != bytes {
        // Content before length: a crash between the two leaves old lines, which only count what has been counted before.
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)?;
    }
    Ok(value)
}

impl Content {
    /// Lines that make no sense are left out.
    fn read(bytes: &[u8]) -> Self {
        let mut content = Self::default();
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter_map(|line| std::str::from_utf8(line).ok())
        {
            if let Some(until) = line.strip_prefix("until ") {
                content.until = content.until.max(until.parse().unwrap_or(0));
            } else if let Some(person) = line.strip_prefix("person ") {
                content.person = content.person.max(person.parse().unwrap_or(0));
            } else if let Ok(time) = line.parse() {
                content.times.push(time);
            }
        }
        content
    }

    fn text(&self) -> String {
        let mut text = format!("until {:013}\nperson {:013}\n", self.until, self.person);
        for time in &self.times {
            let _ = writeln!(text, "{time:013}");
        }
        text
    }

    /// Forgets what is over. A time that is still to come was written before the clock was put back: it counts as now,
    /// so that nobody waits for the old time and no request is forgotten too early.
    fn settle(&mut self, now: u64, window: Duration) {
        let window = millis(window);
        self.times.retain_mut(|time| {
            *time = (*time).min(now);
            now - *time < window
        });
        self.times.sort_unstable();
        self.until = if self.until <= now {
            0
        } else {
            self.until.min(now.saturating_add(millis(LONGEST_PAUSE)))
        };
        self.person = if self.person <= now {
            0
        } else {
            self.person.min(now.saturating_add(window + millis(GRACE)))
        };
    }

    fn take(&mut self, now: u64, limit: usize, window: Duration, is_person: bool) -> LedgerLook {
        self.settle(now, window);
        let limit = limit.max(1);
        let is_kept = self.person > now && !is_person;
        let slot = if self.until > now {
            LedgerSlot::Blocked(Duration::from_millis(self.until - now))
        } else if let Some(last) = self.times.len().checked_sub(limit) {
            // Free when fewer than the limit are left: the clock of the request that makes room counts.
            let room = self.times.get(last).copied().unwrap_or(now);
            let wait = Duration::from_millis((room + millis(window)).saturating_sub(now));
            if is_person {
                self.person = self.person.max(now + millis(wait + GRACE));
            }
            LedgerSlot::Full(wait)
        } else if is_kept && self.times.len() + 1 == limit {
            LedgerSlot::Full(Duration::from_millis(self.person - now))
        } else {
            if is_person {
                self.person = 0;
            }
            self.times.push(now);
            LedgerSlot::Taken
        };
        LedgerLook {
            slot,
            ages: self
                .times
                .iter()
                .map(|time| Duration::from_millis(now - time))
                .collect(),
        }
    }

    fn block(&mut self, now: u64, pause: Duration) {
        let until = now.saturating_add(millis(pause.min(LONGEST_PAUSE)));
        // What was written before the clock was put back is cut to the longest pause.
        self.until = self
            .until
            .min(now.saturating_add(millis(LONGEST_PAUSE)))
            .max(until);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, millis)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
