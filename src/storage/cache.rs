//! The last known lists, drawn at start before the first reply. May be lost at any time: whatever is odd counts as none.

use super::{atomic, error::DiskError, input};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use store_model::signed_url::redact_document;

/// Raised when what is kept changes its shape; older files then count as none.
const FORMAT: u32 = 1;
/// Some hundred thousand products. A larger list is not kept: reading it would cost more than asking.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The cache folder.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    profile: &'a str,
    at: Timestamp,
    value: &'a T,
}

#[derive(Deserialize)]
struct Stored<T> {
    format: u32,
    profile: String,
    at: Timestamp,
    value: T,
}

impl Cache {
    /// Lists directly below `cache_dir`, which [`super::Home::prepare`] creates.
    pub fn new(cache_dir: &Path) -> Self {
        Self {
            folder: cache_dir.to_owned(),
        }
    }

    /// Keeps a list of a profile; a list that is too large is not kept, and the one before it goes.
    pub fn save(
        &self,
        profile: &str,
        name: &str,
        value: &impl Serialize,
        at: Timestamp,
    ) -> Result<(), DiskError> {
        let path = self.path(profile, name);
        let bytes = serde_json::to_vec(&Written {
            format: FORMAT,
            profile,
            at,
            value,
        })
        .map_err(|error| DiskError::new("keep a list", &path, io::Error::other(error)))?;
        if bytes.len() as u64 > LARGEST {
            return remove(&path);
        }
        let text = String::from_utf8_lossy(&bytes);
        atomic::write(&path, redact_document(&text).as_bytes())
    }

    /// A list as it was last known, and when that was.
    pub fn load<T: DeserializeOwned>(&self, profile: &str, name: &str) -> Option<(T, Timestamp)> {
        let bytes = input::read(&self.path(profile, name), LARGEST).ok()?;
        let read: Stored<T> = serde_json::from_slice(&bytes).ok()?;
        // Where names differ by case only, some systems have one file for two profiles.
        (read.format == FORMAT && read.profile == profile).then_some((read.value, read.at))
    }

    /// Forgets a list.
    pub fn remove(&self, profile: &str, name: &str) -> Result<(), DiskError> {
        remove(&self.path(profile, name))
    }

    fn path(&self, profile: &str, name: &str) -> PathBuf {
        self.folder
            .join(format!("{}~{}.json", safe(profile), safe(name)))
    }
}

fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DiskError::new("forget a list", path, error))
        }
        _ => Ok(()),
    }
}

/// A name that people chose as part of a file name: letters, digits and `-` stay, anything else gets a checksum of the whole name.
fn safe(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.is_empty() && name.len() <= 64 && name.chars().all(plain) {
        return name.to_owned();
    }
    let start: String = name.chars().filter(|c| plain(*c)).take(32).collect();
    let sum = Sha256::digest(name.as_bytes())
        .iter()
        .take(8)
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{start}_{sum:016x}")
}
