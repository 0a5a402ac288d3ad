//! What most tests of the dashboard begin with: the documents of the reference, and a dashboard with one of them open.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use crate::dashboard::{Dashboard, detail};
use flightdeck::tasks::report::TargetDetail;
use serde_json::{Value, json};
use store_model::target::Target;

/// The reference's examples, as the Store sends them.
pub(crate) const APP: &str = include_str!("../documents/app-get.json");
pub(crate) const ADD_ON: &str = include_str!("../documents/add-on-get.json");
pub(crate) const FLIGHT: &str = include_str!("../documents/flight-get.json");

/// The app of the examples.
pub(crate) fn app() -> Target {
    Target::app("9NX0EXAMPLE1")
}

pub(crate) fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// An example as a published submission.
pub(crate) fn live(text: &str) -> Value {
    let mut document = document(text);
    document["status"] = json!("Published");
    document
        .as_object_mut()
        .unwrap()
        .shift_remove("fileUploadUrl");
    document
}

/// The app's next submission, as a draft.
pub(crate) fn draft() -> Value {
    let mut document = document(APP);
    document["id"] = json!("1152921505690000200");
    document["friendlyName"] = json!("Submission 8");
    document
}

/// The app with what it has pending and live.
pub(crate) fn notes(pending: Option<Value>, live: Value) -> TargetDetail {
    detail(&app(), "Northwind Notes", pending, Some(live))
}

impl Dashboard {
    /// A dashboard on which this was read and the detail pane has the focus; then come these keys.
    pub(crate) fn open((columns, rows): (u16, u16), detail: TargetDetail, keys: &str) -> Self {
        let mut dashboard = Self::new(columns, rows, vec![detail]);
        dashboard.keys("enter");
        dashboard.wait(500);
        dashboard.keys("4");
        dashboard.keys(keys);
        dashboard
    }

    /// The edited text of the app, if anything was edited.
    pub(crate) fn edited(&self) -> Option<&str> {
        self.app.model().edits.get(&app())?.text.as_deref()
    }
}
