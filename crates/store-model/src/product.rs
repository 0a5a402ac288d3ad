//! What the account owns, as the lists give it: one type for apps, add-ons and flights.

use crate::{
    json::pointer::member,
    target::{Kind, Target},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An app, an add-on or a flight with the raw resource it was read from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub target: Target,
    /// App: its name; add-on: its `productId`; flight: its `friendlyName`; the id where that is missing. Control characters are gone.
    pub name: String,
    /// The app that an add-on belongs to; `None` for an app (a flight's target names its app).
    pub app: Option<String>,
    /// The submission under way.
    pub pending: Option<String>,
    /// The live submission.
    pub published: Option<String>,
    /// The resource as the server sent it, as JSON text: with thousands of products a tree of each would need ten times the memory.
    raw: Box<str>,
}

/// What the packages of a product must be called and signed with. Either may be empty where the resource lacks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageIdentity {
    pub name: String,
    /// `CN=…`
    pub publisher: String,
}

/// Looks a field up whatever the case of its first letters: replies spell `PackageFamilyName` too (docs/store-api.md#property-names-and-enumeration-values).
pub fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    member(value, name)
        .map(|(_, found)| found)
        .filter(|found| !found.is_null())
}

pub use crate::safe_text::plain_text;

impl Product {
    /// The submission that is worked on: the one under way, else the live one.
    pub fn submission(&self) -> Option<&String> {
        self.pending.as_ref().or(self.published.as_ref())
    }

    /// Reads a resource; `app` is the app whose flights were asked for. `None` when it has no usable id.
    pub fn read(kind: Kind, app: Option<&str>, raw: &Value) -> Option<Self> {
        let text = |name: &str| {
            field(raw, name)
                .and_then(Value::as_str)
                .map(plain_text)
                .filter(|text| !text.is_empty())
        };
        let id = text(kind.id_field())?;
        // "Absent", null, a missing id and the id "0" all mean none (docs/store-api.md#product-resources).
        let reference = |name: &str| {
            let id = field(raw, name)
                .and_then(|reference| field(reference, "id"))
                .and_then(Value::as_str)?;
            (!id.is_empty() && id != "0").then(|| id.to_owned())
        };
        let owner = || {
            let apps = field(raw, "applications")
                .and_then(|apps| field(apps, "value"))
                .and_then(Value::as_array)?;
            apps.first()
                .and_then(|app| field(app, "id"))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let (text_target, name, app) = match kind {
            Kind::App => (format!("app:{id}"), text("primaryName"), None),
            Kind::AddOn => (
                format!("addon:{id}"),
                text("productId"),
                app.map(str::to_owned).or_else(owner),
            ),
            Kind::Flight => (format!("flight:{}/{id}", app?), text("friendlyName"), None),
        };
        Some(Self {
            target: text_target.parse().ok()?,
            name: name.unwrap_or(id),
            app,
            pending: reference(kind.pending_field()),
            published: reference(kind.published_field()),
            raw: raw.to_string().into(),
        })
    }

    /// What is known of a product with a pending submission where no list was read.
    pub fn known(target: &Target, name: Option<&str>, pending: &str) -> Self {
        Self {
            target: target.clone(),
            name: name.unwrap_or(target.id()).to_owned(),
            app: None,
            pending: Some(pending.to_owned()),
            published: None,
            raw: "null".into(),
        }
    }

    /// What its packages must be called; only an app's resource tells.
    pub fn package_identity(&self) -> Option<PackageIdentity> {
        let resource = self.resource();
        let text = |name: &str| {
            field(&resource, name)
                .and_then(Value::as_str)
                .map(plain_text)
                .unwrap_or_default()
        };
        let identity = PackageIdentity {
            name: text("packageIdentityName"),
            publisher: text("publisherName"),
        };
        (identity != PackageIdentity::default()).then_some(identity)
    }

    /// The resource as the server sent it, unknown fields and all.
    pub fn resource(&self) -> Value {
        serde_json::from_str(&self.raw).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_three_kinds_and_their_references() {
        let app = Product::read(
            Kind::App,
            None,
            &json!({"id": "9A", "primaryName": "Notes\u{1b}[2J",
            "pendingApplicationSubmission": {"id": "0"}, "lastPublishedApplicationSubmission": {"id": "11"}}),
        );
        let app = app.unwrap();
        assert_eq!(
            (app.name.as_str(), app.pending, app.published.as_deref()),
            ("Notes[2J", None, Some("11"))
        );

        let add_on = Product::read(
            Kind::AddOn,
            None,
            &json!({"id": "9B", "productId": "pro",
            "applications": {"value": [{"id": "9A"}]}, "pendingInAppProductSubmission": {"id": "12"}}),
        );
        let add_on = add_on.unwrap();
        assert_eq!(
            (add_on.app.as_deref(), add_on.pending.as_deref()),
            (Some("9A"), Some("12"))
        );

        let flight = Product::read(
            Kind::Flight,
            Some("9A"),
            &json!({"flightId": "f-1", "friendlyName": ""}),
        )
        .unwrap();
        assert_eq!(
            (flight.target.to_string(), flight.name.as_str()),
            ("flight:9A/f-1".to_owned(), "f-1")
        );
        assert_eq!(
            Product::read(Kind::App, None, &json!({"primaryName": "no id"})),
            None
        );
    }

    #[test]
    fn field_names_match_in_any_case() {
        let app = Product::read(
            Kind::App,
            None,
            &json!({"id": "9A", "PackageFamilyName": "x_y"}),
        )
        .unwrap();
        assert_eq!(
            field(&app.resource(), "packageFamilyName"),
            Some(&json!("x_y"))
        );
    }
}
