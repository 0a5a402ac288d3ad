//! All blobs of one simulator: URLs handed out, contents opened for the Store.
//! Knows no HTTP and no submission; what a blob is for is the caller's business.

use super::blob::Blob;
use super::content::{BlobFile, Spool};
use super::sas::{Form, Key};
use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

/// Everything a SAS from the Store allows: read, write, list.
const RIGHTS: &str = "rwl";

/// How URLs are handed out.
#[derive(Clone, Debug)]
pub(crate) struct BlobSettings {
    /// From the moment of issue; a whole number of seconds.
    pub sas_lifetime: Duration,
    /// Scheme and host of the URLs, instead of `http` and the request's own host.
    pub base: Option<String>,
}

/// A new blob: its name here and the URL that opens it. The URL is a secret.
pub(crate) struct Issued {
    pub blob: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the Store asks by `url` for every answer anew")
    )]
    pub url: String,
}

/// The blobs. Clones are the same storage.
#[derive(Clone)]
pub(crate) struct Blobs {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    settings: BlobSettings,
    pub key: Key,
    pub spool: Arc<Spool>,
    blobs: RwLock<HashMap<String, Entry>>,
    pub received: AtomicU64,
}

struct Entry {
    blob: Arc<Blob>,
    /// The signature handed out, to hand out again.
    query: String,
}

impl Blobs {
    pub(crate) fn new(settings: BlobSettings) -> io::Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared {
                settings,
                key: Key::random(),
                spool: Arc::new(Spool::new()?),
                blobs: RwLock::default(),
                received: AtomicU64::new(0),
            }),
        })
    }

    /// A new empty blob. `host` is the request's own, so that a proxy can stand between.
    pub(crate) fn issue(&self, host: &str, form: Form) -> Issued {
        let shared = &self.shared;
        let (blob, query) = loop {
            let blob = uuid::Uuid::new_v4().to_string();
            let lifetime = shared.settings.sas_lifetime;
            let query = shared.key.query(&blob, RIGHTS, lifetime, form);
            // Half of all signatures have one; whoever asks for a raw plus wants to see it.
            if !form.raw_plus || query.contains('+') {
                break (blob, query);
            }
        };
        let url = shared.address(&blob, &query, host);
        let entry = Entry {
            blob: Arc::default(),
            query,
        };
        shared
            .blobs
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(blob.clone(), entry);
        Issued { blob, url }
    }

    /// The URL of a blob handed out before, with the same signature.
    pub(crate) fn url(&self, blob: &str, host: &str) -> Option<String> {
        let blobs = self.shared.read();
        let entry = blobs.get(blob)?;
        Some(self.shared.address(blob, &entry.query, host))
    }

    /// The committed content. `None`: nothing was uploaded.
    pub(crate) fn open(&self, blob: &str) -> Option<BlobFile> {
        Some(BlobFile::new(self.shared.blob(blob)?.committed()?.content))
    }

    /// Bytes of the committed content.
    pub(crate) fn length(&self, blob: &str) -> Option<u64> {
        Some(self.shared.blob(blob)?.committed()?.content.length())
    }

    /// From now on the URL is refused as one whose time has passed.
    pub(crate) fn expire(&self, blob: &str) {
        if let Some(blob) = self.shared.blob(blob) {
            blob.expire();
        }
    }

    /// Drops the blocks that are staged and not committed.
    pub(crate) fn forget_blocks(&self, blob: &str) {
        if let Some(blob) = self.shared.blob(blob) {
            drop(blob.forget());
        }
    }

    /// A handle that is dead once the blobs are removed from the disk.
    pub(crate) fn storage(&self) -> Weak<dyn Any + Send + Sync> {
        let spool: Arc<dyn Any + Send + Sync> = Arc::<Spool>::clone(&self.shared.spool);
        Arc::downgrade(&spool)
    }

    /// Body bytes received so far, refused uploads included.
    pub(crate) fn received(&self) -> u64 {
        self.shared.received.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Entry>> {
        self.blobs.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn blob(&self, name: &str) -> Option<Arc<Blob>> {
        self.read().get(name).map(|entry| Arc::clone(&entry.blob))
    }

    fn address(&self, blob: &str, query: &str, host: &str) -> String {
        match &self.settings.base {
            Some(base) => format!("{}/ingestion/{blob}?{query}", base.trim_end_matches('/')),
            None => format!("http://{host}/ingestion/{blob}?{query}"),
        }
    }
}
