//! The file of the log, for its owner alone; what is written into it is decided elsewhere.

use super::atomic;
use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// A log that has grown beyond this is put aside; one older log is kept.
const MOST: u64 = 4 * 1024 * 1024;

/// Opens `flightdeck.log` in this folder to append to it.
pub fn open(folder: &Path) -> io::Result<File> {
    atomic::create_folder(folder).map_err(|error| error.source)?;
    let path = folder.join("flightdeck.log");
    atomic::refuse_link(&path)?;
    if fs::metadata(&path).is_ok_and(|facts| facts.len() > MOST) {
        // Another process may have it open, which Windows does not allow: then it grows on.
        let _ = fs::rename(&path, folder.join("flightdeck.old.log"));
    }
    atomic::private().create(true).append(true).open(&path)
}
