//! The ledger of an account's requests: a small file that all processes of one machine count in.
//! It must not know what it holds. Blocks for a moment; call it where blocking is allowed.
//!
//! It holds a minute, so nothing is synced to disk: a power cut lasts longer than what it would lose.

use super::{atomic, error::DiskError, input::Unfit, lock};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// No more is read of the file: far more requests than any account may send in a minute.
const MOST_BYTES: u64 = 1 << 20;

/// One account's ledger. Opened at the first use.
#[derive(Debug)]
pub struct LedgerFile {
    path: PathBuf,
    /// Threads of one process stand in line here: on some systems a lock belongs to the process.
    file: Mutex<Option<File>>,
    lock_limit: Duration,
}

impl LedgerFile {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: Mutex::default(),
            lock_limit: lock::LIMIT,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the content by what `change` makes of it and of the time, in milliseconds since 1970, while nobody else does
    /// the same. The lock ends with the process, however that ends.
    pub fn exchange(&self, change: &mut dyn FnMut(u64, &[u8]) -> Vec<u8>) -> io::Result<()> {
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
        lock::wait(&file, self.lock_limit)?;
        let result = replace(&file, change);
        let unlocked = file.unlock();
        result?;
        // A file whose lock cannot be let go is closed, which lets it go.
        if unlocked.is_ok() {
            *slot = Some(file);
        }
        Ok(())
    }

    /// Proves that the ledger can be kept; makes it, and its folder, where there is none.
    pub fn prove(&self) -> Result<(), DiskError> {
        atomic::create_folder(atomic::folder_of(&self.path))?;
        self.exchange(&mut |_, content| content.to_vec())
            .map_err(|source| DiskError::new("count this command's requests", &self.path, source))
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

fn replace(mut file: &File, change: &mut dyn FnMut(u64, &[u8]) -> Vec<u8>) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    let content = change(now(), &bytes);
    if content != bytes {
        // Content before length: a crash between the two leaves old lines, which only count what has been counted before.
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&content)?;
        file.set_len(content.len() as u64)?;
    }
    Ok(())
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| {
            u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
        })
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
