//! One owner at a time: an advisory lock that ends with the process, however it ends.

use super::{atomic, error::DiskError, holder::Holder, input};
use jiff::Timestamp;
use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// A held lock; let go when dropped.
///
/// The lock is on `NAME.lock`, an empty file; its holder is named in `NAME.holder` beside it, because on Windows
/// nobody else can read a locked file. That is also why the data itself is never locked.
#[derive(Debug)]
pub struct Lock {
    file: File,
    holder: PathBuf,
}

/// A look at a lock ([`is_held`]) takes it for an instant; a taker that meets one tries again this often.
const TRIES: usize = 100;
/// A process and a time.
const MOST_HOLDER: u64 = 4096;

impl Lock {
    /// Takes the lock called `path` (its name gets `.lock` and `.holder`) or says who has it. `tried` follows "could not".
    pub fn take(path: &Path, tried: &str) -> Result<Self, DiskError> {
        let (lock, holder) = names(path);
        atomic::refuse_link(&lock).map_err(|source| DiskError::new(tried, &lock, source))?;
        let file = atomic::private()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock);
        let file = file.map_err(|source| DiskError::new(tried, &lock, source))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    let who = Holder {
                        pid: std::process::id(),
                        since: Timestamp::now(),
                    };
                    // Only for the message: a lock without it is as good.
                    drop(serde_json::to_vec(&who).map(|who| atomic::write(&holder, &who)));
                    return Ok(Self { file, holder });
                }
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
                Err(TryLockError::Error(source)) => {
                    return Err(DiskError::new(tried, &lock, source));
                }
            }
        }
        Err(DiskError::held(tried, path, read_holder(&holder)))
    }

    /// Takes the lock's files away, for a thing that is being removed.
    pub(super) fn remove(self, path: &Path) -> io::Result<()> {
        let (lock, _) = names(path);
        // Windows removes no open file; dropping first lets it go.
        drop(self);
        fs::remove_file(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // In this order: the next holder's name is not taken away.
        drop(fs::remove_file(&self.holder));
        drop(self.file.unlock());
    }
}

/// A lock that is only ever held for a moment; a process that holds it for this long has stopped.
pub(super) const LIMIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(1);

/// Locks a file whose other users hold it for a moment only. It is let go when the file is closed.
pub(super) fn wait(file: &File, limit: Duration) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() >= limit => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another process does not let the file go",
                ));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}

/// Whether somebody holds the lock. Costs a look at the disk; takes the lock only if a holder is written down.
pub fn is_held(path: &Path) -> bool {
    let (lock, holder) = names(path);
    if !holder.exists() {
        return false;
    }
    let Ok(file) = File::open(lock) else {
        return false;
    };
    // Shared, so that two who look do not take each other for a holder. Let go when the file is closed.
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Who holds the lock, as far as it was written down.
pub fn holder(path: &Path) -> Option<Holder> {
    if is_held(path) {
        read_holder(&names(path).1)
    } else {
        None
    }
}

fn names(path: &Path) -> (PathBuf, PathBuf) {
    let with = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    (with(".lock"), with(".holder"))
}

fn read_holder(path: &Path) -> Option<Holder> {
    serde_json::from_slice(&input::read(path, MOST_HOLDER).ok()?).ok()
}
