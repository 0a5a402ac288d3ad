//! The two folders and what is in them, proved to be writable before anything is changed.

use super::{
    atomic, cache::Cache, drafts::Drafts, error::DiskError, history::History, ledger::LedgerFile,
    runs::Runs, submissions::Submissions,
};
use sha2::{Digest, Sha256};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Data and cache folder.
#[derive(Clone, Debug)]
pub struct Home {
    data: PathBuf,
    cache: PathBuf,
    /// What has been read of it is kept for all who ask in this process.
    submissions: Submissions,
}

/// Written on trial: a full disk still makes empty files.
const TRIAL: [u8; 4096] = [0; 4096];

impl Home {
    /// Creates the folders and proves that they can be written.
    pub fn prepare(data: &Path, cache: &Path) -> Result<Self, DiskError> {
        let home = Self::at(data, cache);
        for folder in [
            data.join("runs"),
            data.join("drafts"),
            home.log_folder(),
            cache.to_owned(),
        ] {
            atomic::create_folder(&folder)?;
            atomic::sweep(&folder);
            let fail = |source| DiskError::new("write into the folder", &folder, source);
            // Gone when dropped. No fsync: that would cost the first frame.
            tempfile::tempfile_in(&folder)
                .and_then(|mut file| file.write_all(&TRIAL))
                .map_err(fail)?;
        }
        Ok(home)
    }

    /// The folders as they are, for who only reads: they may be missing, or not be writable.
    pub fn at(data: &Path, cache: &Path) -> Self {
        Self {
            data: data.to_owned(),
            cache: cache.to_owned(),
            submissions: Submissions::new(data),
        }
    }

    /// The first of the folders into which everybody on this machine may write, and so plant journals or drafts that are trusted.
    #[cfg(unix)]
    pub fn exposed(&self) -> Option<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        const OTHERS_MAY_WRITE: u32 = 0o002;
        let data = &self.data;
        let folders = [
            data.clone(),
            data.join("runs"),
            data.join("drafts"),
            self.cache.clone(),
        ];
        folders.into_iter().find(|folder| {
            std::fs::metadata(folder)
                .is_ok_and(|facts| facts.permissions().mode() & OTHERS_MAY_WRITE != 0)
        })
    }

    /// Windows has no such right by default: folders inherit those of the user's profile.
    #[cfg(not(unix))]
    pub fn exposed(&self) -> Option<PathBuf> {
        None
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn log_folder(&self) -> PathBuf {
        self.data.join("log")
    }

    pub fn runs(&self) -> Runs {
        Runs::new(&self.data)
    }

    pub fn drafts(&self) -> Drafts {
        Drafts::new(&self.data)
    }

    pub fn history(&self) -> History {
        History::new(&self.data)
    }

    pub fn submissions(&self) -> &Submissions {
        &self.submissions
    }

    /// The ledger of requests of one account, told by any text that names it.
    pub fn ledger(&self, account: &str) -> LedgerFile {
        let name = Sha256::digest(account)
            .iter()
            .take(8)
            .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        LedgerFile::new(self.cache.join(format!("requests-{name}")))
    }

    pub fn cache(&self) -> Cache {
        Cache::new(&self.cache)
    }
}
