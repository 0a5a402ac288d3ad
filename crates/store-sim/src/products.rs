//! Apps, add-ons and flights: lists with paging, resources with their two submission references, creation and deletion.

use crate::call::{Call, Key};
use crate::errors::{self, Reply, bad_value};
use crate::json::{Object, list, remove, set, text};
use crate::seed::Kind;
use crate::store::{Product, Store};
use crate::{member_names, submissions};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a list gives when no `top` is asked for, as observed with `GET applications`.
const PAGE: usize = 10;
/// More than this was never seen to be given at once when a size is asked for.
const MAX_PAGE: usize = 100;
const NON_FLIGHTED: &str = "Non-flighted submission";

pub(super) fn list_apps(store: &Store, call: &Call) -> Reply {
    page(
        store,
        call,
        "applications",
        PAGE,
        |(kind, _), _| *kind == Kind::App,
        resource,
    )
}

pub(super) fn list_add_ons(store: &Store, call: &Call) -> Reply {
    page(
        store,
        call,
        "inappproducts/",
        // "All add-ons", as the documentation of this list promises for a call without parameters.
        usize::MAX,
        |(kind, _), _| *kind == Kind::AddOn,
        resource,
    )
}

pub(super) fn list_app_add_ons(store: &Store, call: &Call) -> Reply {
    let base = format!("applications/{}/listinappproducts/", app_id(store, call));
    page(
        store,
        call,
        &base,
        PAGE,
        |(kind, _), product| *kind == Kind::AddOn && belongs(product, call),
        |product| json!({ "inAppProductId": product.id }),
    )
}

pub(super) fn list_flights(store: &Store, call: &Call) -> Reply {
    let base = format!("applications/{}/listflights/", app_id(store, call));
    page(
        store,
        call,
        &base,
        PAGE,
        |(kind, _), product| *kind == Kind::Flight && belongs(product, call),
        resource,
    )
}

fn app_id<'a>(store: &'a Store, call: &Call) -> &'a str {
    call.product
        .as_ref()
        .and_then(|key| store.products.get(key))
        .map_or("", |product| &product.id)
}

fn belongs(product: &Product, call: &Call) -> bool {
    product.app.as_deref().is_some_and(|app| {
        call.app
            .as_deref()
            .is_some_and(|asked| app.eq_ignore_ascii_case(asked))
    })
}

fn page(
    store: &Store,
    call: &Call,
    base: &str,
    default: usize,
    keep: impl Fn(&Key, &Product) -> bool,
    give: impl Fn(&Product) -> Value,
) -> Reply {
    let number = |name: &str| call.parameter(name).map(str::parse::<usize>).transpose();
    let (Ok(top), Ok(skip)) = (number("top"), number("skip")) else {
        return bad_value(
            "top",
            "The paging parameters must be whole numbers that are not negative.",
        );
    };
    let all: Vec<&Product> = store
        .order
        .iter()
        .filter_map(|key| store.products.get(key).filter(|product| keep(key, product)))
        .collect();
    let unasked = if store.env.switches.full_lists {
        usize::MAX
    } else {
        default
    };
    let top = top.map_or(unasked, |top| top.clamp(1, MAX_PAGE));
    let skip = skip.unwrap_or(0);
    let value: Vec<Value> = all
        .iter()
        .skip(skip)
        .take(top)
        .map(|product| give(product))
        .collect();
    let end = skip.saturating_add(value.len());
    let mut body = Object::new();
    if end < all.len() && !value.is_empty() {
        body.insert(
            "@nextLink".to_owned(),
            format!("{base}?skip={end}&top={top}").into(),
        );
    }
    body.insert("value".to_owned(), value.into());
    body.insert("totalCount".to_owned(), all.len().into());
    Reply::new(200, body.into())
}

/// The resource as lists give it: with its references.
pub(super) fn resource(product: &Product) -> Value {
    let mut resource = product.resource.clone();
    let groups = (product.kind == Kind::Flight).then(|| {
        (
            remove(&mut resource, "groupIds"),
            remove(&mut resource, "rankHigherThan"),
        )
    });
    let (last, pending) = match product.kind {
        Kind::App => (
            "lastPublishedApplicationSubmission",
            "pendingApplicationSubmission",
        ),
        Kind::AddOn => (
            "lastPublishedInAppProductSubmission",
            "pendingInAppProductSubmission",
        ),
        Kind::Flight => ("lastPublishedFlightSubmission", "pendingFlightSubmission"),
    };
    for (name, id) in [(last, &product.published), (pending, &product.pending)] {
        if let Some(id) = id {
            set(
                &mut resource,
                name,
                json!({ "id": id, "resourceLocation": format!("{}/{}/submissions/{id}", folder(product.kind), product.id) }),
            );
        }
    }
    if let Some((groups, rank)) = groups {
        set(
            &mut resource,
            "groupIds",
            groups.unwrap_or_else(|| json!([])),
        );
        set(
            &mut resource,
            "rankHigherThan",
            rank.unwrap_or_else(|| NON_FLIGHTED.into()),
        );
    }
    resource
}

/// The folder of a resource location; a flight's is written without its app, as in the real replies.
fn folder(kind: Kind) -> &'static str {
    match kind {
        Kind::App => "applications",
        Kind::AddOn => "inappproducts",
        Kind::Flight => "flights",
    }
}

pub(super) fn get(store: &Store, key: &Key) -> Reply {
    let Some(product) = store.products.get(key) else {
        return Reply::empty(404);
    };
    let mut resource = resource(product);
    if product.kind == Kind::App {
        set(&mut resource, "hasAdvancedListingPermission", true);
    }
    let Value::Object(members) = resource else {
        return Reply::new(200, resource);
    };
    // The single application's reply spells this one member with a capital.
    let spelled = members.into_iter().map(|(name, value)| {
        let name = if product.kind == Kind::App && name == "packageFamilyName" {
            "PackageFamilyName".to_owned()
        } else {
            name
        };
        (name, value)
    });
    Reply::new(200, Value::Object(spelled.collect()))
}

pub(super) fn create_add_on(store: &mut Store, body: &[u8]) -> Reply {
    let asked = match member_names::read(body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let [app] = list(&asked, "applicationIds") else {
        return bad_value(
            "applicationIds",
            "Exactly one application id must be given.",
        );
    };
    let app = app.as_str().unwrap_or_default().to_lowercase();
    let Some(owner) = store.products.get(&(Kind::App, app.clone())) else {
        return Reply::empty(403);
    };
    if owner.is_unsupported {
        return errors::unsupported_product();
    }
    let (owner_id, identity) = (owner.id.clone(), owner.identity.clone());
    let product_id = text(&asked, "productId");
    if product_id.is_empty()
        || product_id.chars().count() > 100
        || product_id.contains(['<', '>', '*', '%', '&', ':', '\\', '?', '+', ','])
    {
        return bad_value(
            "productId",
            "The product id must have 1 to 100 characters and none of < > * % & : \\ ? + ,",
        );
    }
    let product_type = text(&asked, "productType");
    if !matches!(product_type, "Durable" | "Consumable") {
        return bad_value(
            "productType",
            &format!(
                "'{product_type}' is not a valid product type. Valid values: Consumable, Durable."
            ),
        );
    }
    let is_taken = store.products.values().any(|product| {
        product.kind == Kind::AddOn
            && product
                .app
                .as_deref()
                .is_some_and(|other| other.eq_ignore_ascii_case(&app))
            && text(&product.resource, "productId") == product_id
    });
    if is_taken {
        return errors::refusal(
            409,
            "InvalidState",
            Some("productId"),
            "The product id is already in use for this application.",
        );
    }
    let id = store.new_store_id();
    let resource = json!({
        "applications": { "value": [{ "id": owner_id, "resourceLocation": format!("applications/{owner_id}") }], "totalCount": 1 },
        "id": id, "productId": product_id, "productType": product_type
    });
    store.insert(Product::new(
        Kind::AddOn,
        id,
        Some(owner_id),
        resource.clone(),
        identity,
    ));
    Reply::new(201, resource)
}

impl Store {
    /// A Store ID that nothing has: 12 capitals and digits, `9` first.
    pub(super) fn new_store_id(&self) -> String {
        loop {
            let random = Uuid::new_v4().simple().to_string().to_uppercase();
            let id = format!("9P{}", random.get(..10).unwrap_or("0000000000"));
            let key = id.to_lowercase();
            if !self.products.contains_key(&(Kind::AddOn, key.clone()))
                && !self.products.contains_key(&(Kind::App, key))
            {
                return id;
            }
        }
    }
}

pub(super) fn delete_add_on(store: &mut Store, key: &Key) -> Reply {
    delete(store, key, true)
}

fn delete(store: &mut Store, key: &Key, is_kept_when_published: bool) -> Reply {
    let Some(product) = store.products.get(key) else {
        return Reply::empty(404);
    };
    let is_busy = product
        .pending()
        .is_some_and(|pending| pending.is_portal_made || !pending.stage.is_deletable());
    if is_busy || (is_kept_when_published && product.published.is_some()) {
        return errors::refusal(
            409,
            "InvalidState",
            Some("product"),
            "The product in its current state cannot be deleted",
        );
    }
    store.products.remove(key);
    store.order.retain(|other| other != key);
    Reply::empty(204)
}

pub(super) fn create_flight(store: &mut Store, app: &Key, body: &[u8]) -> Reply {
    let asked = match member_names::read(body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some((app_id, identity)) = store
        .products
        .get(app)
        .map(|app| (app.id.clone(), app.identity.clone()))
    else {
        return Reply::empty(403);
    };
    let name = text(&asked, "friendlyName").to_owned();
    if flights_of(store, &app_id)
        .any(|flight| !name.is_empty() && text(&flight.resource, "friendlyName") == name)
    {
        return errors::refusal(
            409,
            "InvalidState",
            Some("friendlyName"),
            "A flight of this name already exists.",
        );
    }
    let groups: Vec<Value> = list(&asked, "groupIds")
        .iter()
        .map(|group| {
            group
                .as_str()
                .map_or_else(|| group.to_string(), str::to_owned)
                .into()
        })
        .collect();
    let below = match text(&asked, "rankHigherThan") {
        "" => highest(store, &app_id),
        NON_FLIGHTED => NON_FLIGHTED.to_owned(),
        wanted => {
            let found = flights_of(store, &app_id)
                .find(|flight| {
                    text(&flight.resource, "friendlyName") == wanted
                        || flight.id.eq_ignore_ascii_case(wanted)
                })
                .map(|flight| text(&flight.resource, "friendlyName").to_owned());
            let Some(found) = found else {
                return bad_value(
                    "rankHigherThan",
                    &format!("'{wanted}' is not a flight of this application."),
                );
            };
            found
        }
    };
    rerank(store, &app_id, &below, &name);
    let id = Uuid::new_v4().to_string();
    let resource = json!({ "flightId": id, "friendlyName": name, "groupIds": groups, "rankHigherThan": below });
    let mut flight = Product::new(Kind::Flight, id, Some(app_id), resource, identity);
    if !store.env.switches.flights_without_draft {
        submissions::first_draft(&mut flight, &mut store.env);
    }
    let reply = Reply::new(201, self::resource(&flight));
    store.insert(flight);
    reply
}

fn flights_of<'a>(store: &'a Store, app: &'a str) -> impl Iterator<Item = &'a Product> {
    store
        .products
        .values()
        .filter(move |product| product.kind == Kind::Flight && product.app.as_deref() == Some(app))
}

/// The flight that no other one is ranked above.
fn highest(store: &Store, app: &str) -> String {
    let below: Vec<&str> = flights_of(store, app)
        .map(|flight| text(&flight.resource, "rankHigherThan"))
        .collect();
    flights_of(store, app)
        .find(|flight| {
            !below.contains(&text(&flight.resource, "friendlyName"))
                && !below.contains(&flight.id.as_str())
        })
        .map_or_else(
            || NON_FLIGHTED.to_owned(),
            |flight| text(&flight.resource, "friendlyName").to_owned(),
        )
}

/// Whoever ranked directly above `old` now ranks above `new`.
fn rerank(store: &mut Store, app: &str, old: &str, new: &str) {
    for product in store.products.values_mut() {
        if product.kind == Kind::Flight
            && product.app.as_deref() == Some(app)
            && text(&product.resource, "rankHigherThan") == old
        {
            set(&mut product.resource, "rankHigherThan", new);
        }
    }
}

pub(super) fn delete_flight(store: &mut Store, key: &Key) -> Reply {
    let Some(flight) = store.products.get(key) else {
        return Reply::empty(404);
    };
    let app = flight.app.clone().unwrap_or_default();
    let name = text(&flight.resource, "friendlyName").to_owned();
    let below = text(&flight.resource, "rankHigherThan").to_owned();
    let reply = delete(store, key, false);
    if reply.is_success() {
        rerank(store, &app, &name, &below);
    }
    reply
}
