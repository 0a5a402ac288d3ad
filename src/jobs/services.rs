//! What jobs work with: the Store, the files, the settings of one profile. Made once by `main`, cloned into every job.

use crate::{
    api::{blob::UploadSettings, client::Store},
    disk::home::Home,
    publish::cadence::Cadence,
};

/// Cheap to clone: everything inside is shared.
#[derive(Clone)]
pub struct Services {
    pub store: Store,
    /// For blob storage; the same client that the Store uses.
    pub http: reqwest::Client,
    pub home: Home,
    /// The profile's name: journals and caches belong to it.
    pub profile: String,
    pub cadence: Cadence,
    pub upload: UploadSettings,
}
