//! How the short form of `assets/demo` grows into products with whole documents.

use crate::catalogue::{AddOn, App, Flight, Pending, Published};
use crate::seed::{Kind, PendingSeed, ProductSeed};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

const APP_SUBMISSION: &str = include_str!("../../../assets/demo/app-submission.json");
const APP_LISTING: &str = include_str!("../../../assets/demo/app-listing.json");
const ADD_ON_SUBMISSION: &str = include_str!("../../../assets/demo/add-on-submission.json");
const FLIGHT_SUBMISSION: &str = include_str!("../../../assets/demo/flight-submission.json");
const ATLAS_LISTINGS: &str = include_str!("../../../assets/demo/atlas-listings.json");

/// The publisher of the account: prefix of identities, suffix of family names, certificate subject.
const PUBLISHER: (&str, &str, &str) = (
    "40417Northwind",
    "q7w3e9r1t5y2u",
    "CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62",
);

/// Counts up the ids of packages and images.
pub(crate) struct Ids {
    package: u64,
    image: u64,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            package: 2_000_000_000_071_000_000,
            image: 1_152_922_700_002_900_000,
        }
    }
}

impl Ids {
    /// A sequence far from the demo's.
    pub(crate) fn generated() -> Self {
        Self {
            package: 2_000_000_000_080_000_000,
            image: 1_152_922_700_010_000_000,
        }
    }

    fn package(&mut self) -> String {
        self.package += 1;
        self.package.to_string()
    }

    fn image(&mut self) -> String {
        self.image += 1;
        self.image.to_string()
    }
}

impl App {
    pub(crate) fn seed(self, ids: &mut Ids) -> ProductSeed {
        let (prefix, suffix, subject) = PUBLISHER;
        let identity = format!("{prefix}.{}", self.identity);
        let resource = json!({
            "id": self.id, "primaryName": self.name, "packageFamilyName": format!("{identity}_{suffix}"),
            "packageIdentityName": identity, "publisherName": subject, "firstPublishedDate": self.first_published,
        });
        let (published, pending) = documents(
            Kind::App,
            APP_SUBMISSION,
            None,
            self.published,
            self.pending,
            ids,
        );
        ProductSeed {
            kind: Kind::App,
            id: self.id,
            app: None,
            resource,
            published,
            pending,
            is_unsupported: self.is_unsupported,
        }
    }
}

impl AddOn {
    pub(crate) fn seed(self, ids: &mut Ids) -> ProductSeed {
        let location = format!("applications/{}", self.app);
        let resource = json!({
            "applications": { "value": [{ "id": self.app, "resourceLocation": location }], "totalCount": 1 },
            "id": self.id, "productId": self.product_id, "productType": self.product_type,
        });
        let (published, pending) = documents(
            Kind::AddOn,
            ADD_ON_SUBMISSION,
            None,
            self.published,
            self.pending,
            ids,
        );
        ProductSeed {
            kind: Kind::AddOn,
            id: self.id,
            app: Some(self.app),
            resource,
            published,
            pending,
            is_unsupported: false,
        }
    }
}

impl Flight {
    pub(crate) fn seed(self, ids: &mut Ids) -> ProductSeed {
        let resource = json!({
            "flightId": self.id, "friendlyName": self.name, "groupIds": self.groups, "rankHigherThan": self.rank_higher_than,
        });
        let (published, pending) = documents(
            Kind::Flight,
            FLIGHT_SUBMISSION,
            Some(&self.id),
            self.published,
            self.pending,
            ids,
        );
        ProductSeed {
            kind: Kind::Flight,
            id: self.id,
            app: Some(self.app),
            resource,
            published,
            pending,
            is_unsupported: false,
        }
    }
}

fn documents(
    kind: Kind,
    empty: &str,
    flight: Option<&str>,
    published: Option<Published>,
    pending: Option<Pending>,
    ids: &mut Ids,
) -> (Option<Value>, Option<PendingSeed>) {
    let mut base: Value = embedded(empty);
    if let Some(flight) = flight {
        put(&mut base, "flightId", flight.into());
    }
    let number = published.as_ref().and_then(|published| published.number);
    let published = published.map(|published| live(kind, base.clone(), published, ids));
    let pending = pending.map(|pending| {
        let from = published.clone().unwrap_or(base);
        on_its_way(kind, from, number, pending, ids)
    });
    (published, pending)
}

fn live(kind: Kind, mut document: Value, published: Published, ids: &mut Ids) -> Value {
    put(&mut document, "id", published.id.into());
    name(&mut document, published.number);
    let listings = match published.languages_from {
        Some(_) => embedded::<Map<String, Value>>(ATLAS_LISTINGS),
        None => published.listings,
    };
    add_listings(kind, &mut document, listings, ids);
    add_packages(kind, &mut document, published.packages, ids);
    merge(&mut document, published.set);
    date(&mut document);
    document
}

fn on_its_way(
    kind: Kind,
    mut document: Value,
    number: Option<u32>,
    pending: Pending,
    ids: &mut Ids,
) -> PendingSeed {
    put(&mut document, "id", pending.id.into());
    put(&mut document, "status", pending.status.clone().into());
    name(
        &mut document,
        pending.number.or(number.map(|number| number + 1)),
    );
    if let Some(packages) = packages_of(kind, &mut document) {
        for package in packages {
            let is_dropped = package["fileName"]
                .as_str()
                .is_some_and(|name| pending.drop.iter().any(|dropped| dropped == name));
            if is_dropped {
                put(package, "fileStatus", "PendingDelete".into());
            }
        }
    }
    add_listings(kind, &mut document, pending.listings, ids);
    add_packages(kind, &mut document, pending.packages, ids);
    merge(&mut document, pending.set);
    date(&mut document);
    PendingSeed {
        document,
        is_portal_made: pending.is_portal_made,
        status: pending.status,
        is_stuck: pending.is_stuck,
    }
}

fn name(document: &mut Value, number: Option<u32>) {
    if let Some(number) = number {
        put(
            document,
            "friendlyName",
            format!("Submission {number}").into(),
        );
    }
}

/// App listings grow from their texts, with images as `[file, type, caption]`; add-on listings only get their icon.
fn add_listings(kind: Kind, document: &mut Value, listings: Map<String, Value>, ids: &mut Ids) {
    if listings.is_empty() {
        return;
    }
    let mut grown = Map::new();
    for (language, mut listing) in listings {
        if kind == Kind::App {
            let images = match listing
                .as_object_mut()
                .and_then(|texts| texts.shift_remove("images"))
            {
                Some(Value::Array(images)) => images,
                // Nothing is published without a screenshot.
                _ => vec![json!(["main.png", "Screenshot"])],
            };
            let images: Vec<Value> = images
                .iter()
                .map(|image| grow_image(&language, image, ids))
                .collect();
            let mut base: Value = embedded(APP_LISTING);
            merge(&mut base, listing);
            put(&mut base, "images", images.into());
            grown.insert(
                language,
                json!({ "baseListing": base, "platformOverrides": {} }),
            );
        } else {
            if let Some(Value::String(icon)) = listing.get("icon") {
                let icon =
                    json!({ "fileName": format!("{language}/{icon}"), "fileStatus": "Uploaded" });
                put(&mut listing, "icon", icon);
            }
            grown.insert(language, listing);
        }
    }
    put(document, "listings", grown.into());
}

fn grow_image(language: &str, image: &Value, ids: &mut Ids) -> Value {
    let part = |at: usize| image.get(at).and_then(Value::as_str);
    let mut grown = json!({
        "fileName": format!("{language}/{}", part(0).unwrap_or_default()), "fileStatus": "Uploaded", "id": ids.image(),
    });
    if let Some(caption) = part(2) {
        put(&mut grown, "description", caption.into());
    }
    put(&mut grown, "imageType", part(1).unwrap_or_default().into());
    grown
}

/// A live package gets its id and the facts that the Store reads from it; one that is `PendingUpload` has neither yet.
fn add_packages(
    kind: Kind,
    document: &mut Value,
    packages: Vec<Map<String, Value>>,
    ids: &mut Ids,
) {
    let Some(known) = packages_of(kind, document) else {
        return;
    };
    for short in packages {
        let mut package = if short.contains_key("fileStatus") {
            json!({ "fileName": "", "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None" })
        } else {
            json!({
                "fileName": "", "fileStatus": "Uploaded", "id": ids.package(), "version": "", "architecture": "x64",
                "targetPlatform": "Windows10", "languages": ["en-US"], "capabilities": [], "minimumDirectXVersion": "None",
                "minimumSystemRam": "None", "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0"]
            })
        };
        // The API lists no device families for the packages of a flight.
        if kind == Kind::Flight
            && let Some(fields) = package.as_object_mut()
        {
            fields.shift_remove("targetDeviceFamilies");
        }
        merge(&mut package, Value::Object(short));
        known.push(package);
    }
}

fn packages_of(kind: Kind, document: &mut Value) -> Option<&mut Vec<Value>> {
    let field = match kind {
        Kind::App => "applicationPackages",
        Kind::Flight => "flightPackages",
        Kind::AddOn => return None,
    };
    document.get_mut(field)?.as_array_mut()
}

/// Sets one field of an object; a new one goes to the end.
fn put(object: &mut Value, field: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Objects are merged by key, everything else is replaced. Null is "nothing to merge".
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (_, Value::Null) => {}
        (Value::Object(into), Value::Object(from)) => {
            for (field, value) in from {
                match into.get_mut(&field) {
                    Some(old) => merge(old, value),
                    None => {
                        into.insert(field, value);
                    }
                }
            }
        }
        (into, from) => *into = from,
    }
}

/// Dates that depend on the current time are written as `now+72h` or `now-6h` in the data.
fn date(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(date),
        Value::Object(fields) => fields.values_mut().for_each(date),
        Value::String(text) => {
            let hours = text
                .strip_prefix("now")
                .and_then(|rest| rest.strip_suffix('h'))
                .and_then(|hours| hours.parse().ok());
            if let Some(hours) = hours {
                let time = Timestamp::now() + SignedDuration::from_hours(hours);
                *text = time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            }
        }
        _ => {}
    }
}

#[expect(
    clippy::expect_used,
    reason = "embedded data, read by the tests of account.rs"
)]
fn embedded<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("assets/demo holds valid data")
}
