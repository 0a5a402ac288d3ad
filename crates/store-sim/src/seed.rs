//! What an account of the simulator holds before the first request: plain data, made by `account.rs` and read by `store.rs`.

use serde_json::Value;

/// The kinds of product that own submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    App,
    AddOn,
    Flight,
}

/// Everything that a simulated publisher owns, and who may sign in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    /// Tenant ids or verified domains that sign-in accepts.
    pub tenants: Vec<String>,
    pub client_id: String,
    pub client_secret: String,
    pub products: Vec<ProductSeed>,
}

/// One app, add-on or flight.
#[derive(Clone, Debug)]
pub(crate) struct ProductSeed {
    pub kind: Kind,
    /// Store ID, or the flight's GUID.
    pub id: String,
    /// The app that an add-on or a flight belongs to.
    pub app: Option<String>,
    /// The resource as the lists give it, without its two submission references.
    pub resource: Value,
    /// The live submission's document with its `id`; never has a `fileUploadUrl`.
    pub published: Option<Value>,
    pub pending: Option<PendingSeed>,
    /// Every call for this product answers 409: it uses features the API does not support.
    pub is_unsupported: bool,
}

/// A submission on its way.
#[derive(Clone, Debug)]
pub(crate) struct PendingSeed {
    /// The document with its `id`; the store adds `fileUploadUrl` when the draft was made by the API.
    pub document: Value,
    /// Made or changed in Partner Center: the API can read it, and nothing else.
    pub is_portal_made: bool,
    /// `PendingCommit`, `CommitStarted`, `Certification`, `CommitFailed`, … as on the wire.
    pub status: String,
    /// Stays in that state instead of moving on with the pipeline.
    pub is_stuck: bool,
}
