//! What other people do, in Partner Center or through another client, over HTTP: `POST /_sim/operator/ACTION` with a JSON body,
//! most with `{"product": "app:ID"}`; `GET /_sim/state`, `PUT /_sim/scenario` (TOML). Not part of the Store, not counted, never
//! at fault. A scenario can do the same before any call (effect `operator`).

use crate::call::{Call, Key};
use crate::clock::wire_date;
use crate::errors::{Reply, detail};
use crate::faults::Faults;
use crate::json::{set, text};
use crate::products;
use crate::scenario::{Rule, Scenario};
use crate::seed::Kind;
use crate::service::Service;
use crate::stage::Stage;
use crate::store::{Identity, Product, Store};
use crate::{pipeline, submissions};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// `received` is the count of body bytes that blobs have taken in.
pub(super) fn answer(service: &mut Service, received: u64, call: &Call, body: &[u8]) -> Reply {
    pipeline::catch_up(&mut service.store);
    match (
        call.method.as_str(),
        call.name.as_deref().unwrap_or_default(),
    ) {
        ("GET", "state") => Reply::new(200, state(service, received, call.parameter("product"))),
        ("PUT", "scenario") => match Scenario::parse(&String::from_utf8_lossy(body)) {
            Ok(scenario) => {
                service.faults = Faults::new(&scenario);
                service.store.env.switches = scenario.switches;
                Reply::empty(204)
            }
            Err(why) => wrong(&why),
        },
        ("POST", name) => {
            let asked = serde_json::from_slice(body).unwrap_or_else(|_| json!({}));
            match name.strip_prefix("operator/") {
                Some(action) => act(service, action, &asked),
                None => Reply::empty(404),
            }
        }
        _ => Reply::empty(404),
    }
}

/// Does what a scenario wants done before a call.
pub(super) fn act_before(service: &mut Service, rule: &Rule, call: &Call) -> Reply {
    pipeline::catch_up(&mut service.store);
    let mut asked = rule
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_else(|| json!({}));
    if let Some(product) = call
        .product
        .as_ref()
        .and_then(|key| service.store.products.get(key))
        .filter(|_| asked.get("product").is_none())
    {
        set(&mut asked, "product", target(product));
    }
    act(service, rule.action.as_deref().unwrap_or_default(), &asked)
}

fn wrong(why: &str) -> Reply {
    Reply::new(400, json!({ "message": why }))
}

/// `app:ID`, `addon:ID`, `flight:APP/ID`, as the state names products.
fn key(target: &str) -> Option<Key> {
    let (kind, id) = target.split_once(':')?;
    let id = id.rsplit('/').next().unwrap_or(id).to_lowercase();
    Some((
        match kind {
            "app" => Kind::App,
            "addon" => Kind::AddOn,
            "flight" => Kind::Flight,
            _ => return None,
        },
        id,
    ))
}

fn target(product: &Product) -> String {
    match product.kind {
        Kind::App => format!("app:{}", product.id),
        Kind::AddOn => format!("addon:{}", product.id),
        Kind::Flight => format!(
            "flight:{}/{}",
            product.app.as_deref().unwrap_or_default(),
            product.id
        ),
    }
}

fn act(service: &mut Service, action: &str, asked: &Value) -> Reply {
    match action {
        "reserve-app" => return reserve_app(&mut service.store, asked),
        "create-group" => {
            return Reply::new(
                201,
                json!({ "id": service.store.env.ids.submission(), "name": text(asked, "name") }),
            );
        }
        "switch" => {
            return switch(
                service,
                text(asked, "name"),
                asked.get("on").and_then(Value::as_bool).unwrap_or(true),
            );
        }
        "revoke-tokens" => {
            service.access.revoke();
            return Reply::empty(204);
        }
        _ => {}
    }
    let Some(key) = key(text(asked, "product")) else {
        return wrong("`product` must be app:ID, addon:ID or flight:APP/ID");
    };
    if action == "reserve-name" {
        let (name, (_, id)) = (text(asked, "name"), key);
        // The app's flights carry its packages.
        for product in service.store.products.values_mut() {
            if product.app.as_ref().unwrap_or(&product.id).to_lowercase() == id {
                product.identity.reserved.insert(name.to_owned());
            }
        }
        return Reply::empty(204);
    }
    if action == "create-flight" {
        return portal_flight(&mut service.store, &key, asked);
    }
    let Store { products, env, .. } = &mut service.store;
    let Some(product) = products.get_mut(&key) else {
        return wrong("no such product");
    };
    match action {
        "answer-age-rating" => product.has_age_rating = true,
        "unsupported" => {
            product.is_unsupported = asked.get("on").and_then(Value::as_bool).unwrap_or(true);
        }
        "change-live" | "base-price" => {
            let published = product
                .published
                .as_ref()
                .and_then(|id| product.submissions.get_mut(id));
            let Some(published) = published else {
                return wrong("nothing of the product is published");
            };
            if action == "base-price" {
                let base = json!({ "field": "/pricing/priceId", "value": "Base" });
                return change(&mut published.document, &base);
            }
            return change(&mut published.document, asked);
        }
        "portal-draft" => {
            if product.pending.is_some() {
                return wrong("the product has a pending submission");
            }
            submissions::first_draft(product, env);
            product.counts.creates -= 1;
            if let Some(pending) = product.pending_mut() {
                pending.is_portal_made = true;
            }
        }
        "delete-draft" => {
            let Some(id) = product.pending.take() else {
                return wrong("no pending submission");
            };
            product.submissions.remove(&id);
            product.has_lost_first_draft = false;
        }
        _ => return act_on_pending(product, env, action, asked),
    }
    Reply::empty(204)
}

fn act_on_pending(
    product: &mut Product,
    env: &mut crate::store::Environment,
    action: &str,
    asked: &Value,
) -> Reply {
    let now = env.clock.now();
    let address = format!(
        "https://partner.microsoft.com/dashboard/products/{}/report",
        product.id
    );
    let Some(pending) = product.pending_mut() else {
        return wrong("no pending submission");
    };
    match action {
        "change-draft" => return change(&mut pending.document, asked),
        "touch-draft" => pending.is_portal_made = true,
        "commit" if pending.stage == Stage::PendingCommit => {
            pending.stage = Stage::CommitStarted;
            pending.since = now;
        }
        "approve" if pending.stage == Stage::Certification => {
            pending.stage = Stage::Release;
            pending.since = now;
        }
        "reject" if pending.stage == Stage::Certification => {
            pending.stage = Stage::CertificationFailed;
            pending.add_detail(
                "certificationReports",
                json!({ "date": wire_date(env.clock.date(now)), "reportUrl": address }),
            );
            let why = text(asked, "details");
            if !why.is_empty() {
                pending.add_detail("errors", detail("Other", why));
            }
        }
        "cancel"
            if matches!(
                pending.stage,
                Stage::PreProcessing | Stage::Certification | Stage::Release
            ) =>
        {
            pending.stage = Stage::Canceled;
        }
        "publish-now" => {
            pending.is_released = true;
            pending.plan.stuck.take_if(|stage| *stage == Stage::Release);
        }
        "unstick" => {
            pending.plan.stuck = None;
            pending.since = now;
        }
        "expire-upload" | "lose-blocks" => {
            let Some(blob) = &pending.blob else {
                return wrong("the submission has no upload URL");
            };
            if action == "expire-upload" {
                env.blobs.expire(blob);
            } else {
                env.blobs.forget_blocks(blob);
            }
        }
        _ => {
            return wrong(&format!(
                "`{action}` is not known, or not possible in {}",
                pending.stage
            ));
        }
    }
    Reply::empty(204)
}

/// Puts `value` at the JSON pointer `field`; a last part `-` appends to a list, and without a `value` the member goes.
fn change(document: &mut Value, asked: &Value) -> Reply {
    let field = text(asked, "field");
    let changed = field.rsplit_once('/').and_then(|(place, name)| {
        match (document.pointer_mut(place)?, asked.get("value")) {
            (Value::Object(members), Some(value)) => {
                members.insert(name.replace("~1", "/").replace("~0", "~"), value.clone());
            }
            (Value::Object(members), None) => {
                members.shift_remove(name)?;
            }
            (Value::Array(elements), Some(value)) if name == "-" => elements.push(value.clone()),
            (Value::Array(elements), value) => {
                let at = name
                    .parse::<usize>()
                    .ok()
                    .filter(|at| *at < elements.len())?;
                match value {
                    Some(value) => *elements.get_mut(at)? = value.clone(),
                    None => drop(elements.remove(at)),
                }
            }
            _ => return None,
        }
        Some(())
    });
    changed.map_or_else(
        || wrong(&format!("`{field}` is not in the document")),
        |()| Reply::empty(204),
    )
}

fn reserve_app(store: &mut Store, asked: &Value) -> Reply {
    let id = store.new_store_id();
    let name = text(asked, "name");
    let identity = format!(
        "40417Contoso.{}",
        name.split_whitespace().collect::<String>()
    );
    let resource = json!({
        "id": id, "primaryName": name, "packageFamilyName": format!("{identity}_q7w3e9r1t5y2u"), "packageIdentityName": identity,
        "publisherName": "CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62", "firstPublishedDate": "1601-01-01T00:00:00Z"
    });
    let identity = Identity {
        name: identity,
        publisher: text(&resource, "publisherName").to_owned(),
        reserved: HashSet::from([name.to_owned()]),
    };
    store.insert(Product::new(
        Kind::App,
        id,
        None,
        resource.clone(),
        identity,
    ));
    Reply::new(201, resource)
}

/// A flight made in Partner Center: its first submission belongs to Partner Center too.
fn portal_flight(store: &mut Store, app: &Key, asked: &Value) -> Reply {
    let Some(owner) = store.products.get(app) else {
        return wrong("no such product");
    };
    let id = Uuid::new_v4().to_string();
    let resource = json!({
        "flightId": id, "friendlyName": text(asked, "name"), "groupIds": [], "rankHigherThan": "Non-flighted submission"
    });
    let mut flight = Product::new(
        Kind::Flight,
        id,
        Some(owner.id.clone()),
        resource,
        owner.identity.clone(),
    );
    submissions::first_draft(&mut flight, &mut store.env);
    flight.counts.creates -= 1;
    if let Some(pending) = flight.pending_mut() {
        pending.is_portal_made = true;
    }
    let reply = Reply::new(201, products::resource(&flight));
    store.insert(flight);
    reply
}

fn switch(service: &mut Service, name: &str, on: bool) -> Reply {
    let switches = &mut service.store.env.switches;
    let Ok(mut value) = serde_json::to_value(&*switches) else {
        return wrong("switches cannot be read");
    };
    if value.get(name).is_none() {
        return wrong(&format!("`{name}` is no switch"));
    }
    set(&mut value, name, on);
    match serde_json::from_value(value) {
        Ok(changed) => *switches = changed,
        Err(error) => return wrong(&error.to_string()),
    }
    Reply::empty(204)
}

fn state(service: &Service, received: u64, only: Option<&str>) -> Value {
    let store = &service.store;
    let wanted = only.and_then(key);
    let products: Map<String, Value> = store
        .order
        .iter()
        .filter(|key| only.is_none() || wanted.as_ref() == Some(*key))
        .filter_map(|key| store.products.get(key))
        .map(|product| (target(product), describe(product, store)))
        .collect();
    json!({
        "requests": service.access.requests, "throttled": service.access.throttled, "tokens": service.access.issued,
        "receivedBytes": received, "answered": store.answered, "succeeded": store.succeeded,
        "faults": service.faults.triggered(), "switches": store.env.switches, "products": products
    })
}

fn describe(product: &Product, store: &Store) -> Value {
    let mut submissions: Vec<_> = product.submissions.values().collect();
    submissions.sort_by(|one, other| one.id.cmp(&other.id));
    let submissions: Vec<Value> = submissions
        .into_iter()
        .map(|submission| {
            json!({
                "id": submission.id, "status": submission.stage.to_string(), "portalMade": submission.is_portal_made,
                "isZombie": submission.plan.is_zombie, "blob": submission.blob, "archive": submission.archive,
                "blobBytes": submission.blob.as_deref().and_then(|blob| store.env.blobs.length(blob))
            })
        })
        .collect();
    let counts = product.counts;
    json!({
        "creates": counts.creates, "updates": counts.updates, "deletes": counts.deletes, "commits": counts.commits,
        "publications": counts.publications, "published": product.published, "pending": product.pending, "submissions": submissions
    })
}
