//! The short form in which `assets/demo` describes products: only what differs from an empty submission.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct App {
    pub id: String,
    pub name: String,
    /// Without the publisher's prefix.
    pub identity: String,
    pub first_published: String,
    pub published: Option<Published>,
    pub pending: Option<Pending>,
    #[serde(default)]
    pub is_unsupported: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddOn {
    pub id: String,
    pub app: String,
    pub product_id: String,
    pub product_type: String,
    pub published: Option<Published>,
    pub pending: Option<Pending>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Flight {
    pub id: String,
    pub app: String,
    pub name: String,
    pub groups: Vec<String>,
    pub rank_higher_than: String,
    pub published: Option<Published>,
    pub pending: Option<Pending>,
}

/// A live submission: what differs from the empty document of its kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Published {
    pub id: String,
    /// `Submission n`; flights have none.
    pub number: Option<u32>,
    #[serde(default)]
    pub listings: Map<String, Value>,
    /// Listings of another file instead.
    pub languages_from: Option<String>,
    #[serde(default)]
    pub packages: Vec<Map<String, Value>>,
    /// Merged over the document: objects by key, everything else replaced.
    #[serde(default)]
    pub set: Value,
}

/// A submission on its way: what differs from the live one, or from the empty document where there is none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pending {
    pub id: String,
    pub number: Option<u32>,
    pub status: String,
    #[serde(default)]
    pub is_portal_made: bool,
    #[serde(default)]
    pub is_stuck: bool,
    #[serde(default)]
    pub listings: Map<String, Value>,
    /// Added to the live ones.
    #[serde(default)]
    pub packages: Vec<Map<String, Value>>,
    /// File names of live packages to mark `PendingDelete`.
    #[serde(default)]
    pub drop: Vec<String>,
    #[serde(default)]
    pub set: Value,
}
