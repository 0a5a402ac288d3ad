//! The six calls every submission has, the same for apps, add-ons and flights: create, get, update, delete, commit, status.

use crate::call::{Key, StoreRequest, Verb};
use crate::errors::{self, Reply, refusal};
use crate::json::{list, members, remove, set, set_first, text};
use crate::seed::Kind;
use crate::stage::Stage;
use crate::store::{Environment, Product, Store, Submission};
use crate::{drafts, member_names, put_document, validation};
use serde_json::{Value, json};

impl Store {
    /// The refusal for a submission that this product does not have: 409 when it belongs to another one.
    pub(super) fn missing(&self, key: &Key, id: &str) -> Option<Reply> {
        if self
            .products
            .get(key)
            .is_some_and(|product| product.submissions.contains_key(id))
        {
            return None;
        }
        let is_elsewhere = self
            .products
            .values()
            .any(|product| product.submissions.contains_key(id));
        Some(if is_elsewhere {
            errors::foreign_submission()
        } else {
            errors::no_submission()
        })
    }
}

pub(super) fn create(store: &mut Store, key: &Key, request: &StoreRequest) -> Reply {
    let Some(product) = store.products.get_mut(key) else {
        return Reply::empty(404);
    };
    if store.env.switches.strict_bodies && !request.is_json {
        return Reply::empty(415);
    }
    if store.env.switches.strict_bodies && !request.body.is_empty() {
        return errors::bad_value("submission", "The submission definition is not valid.");
    }
    if product.pending.is_some() {
        return if product.kind == Kind::AddOn {
            errors::add_on_create_conflict()
        } else {
            errors::create_conflict()
        };
    }
    if product.has_lost_first_draft {
        return Reply::empty(404);
    }
    if product.has_open_rollout() {
        let text = "A package rollout of the last published submission is in progress. Finalize or halt it first.";
        return refusal(409, "InvalidState", Some("packageRollout"), text);
    }
    first_draft(product, &mut store.env);
    let Some(submission) = product.pending_mut() else {
        return errors::internal_error();
    };
    let issued = store.env.issue(&request.host);
    submission.blob = Some(issued.blob);
    let kind = product.kind;
    let Some(submission) = product.pending() else {
        return errors::internal_error();
    };
    let mut document = show(product, submission, &store.env, &request.host);
    let is_minimal = request
        .call
        .parameter("isminimalresponse")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if is_minimal && kind == Kind::App {
        let keep = [
            "id",
            "status",
            "statusDetails",
            "fileUploadUrl",
            "friendlyName",
        ];
        let short = keep
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), document.get_mut(*name)?.take())));
        document = Value::Object(short.collect());
    }
    Reply::new(201, document)
}

/// Gives a product its next draft: a copy of what is live, or an empty one. The upload URL is issued when it is read.
pub(super) fn first_draft(product: &mut Product, env: &mut Environment) {
    let id = env.ids.submission();
    let name = product.next_name();
    let live = product
        .published()
        .map(|published| published.document.clone());
    let mut document = live.map_or_else(|| drafts::empty(product, &id), drafts::copy);
    if env.switches.no_rollout_field
        && let Some(options) = document.get_mut("packageDeliveryOptions")
    {
        remove(options, "packageRollout");
    }
    set_first(&mut document, "id", id.as_str());
    if product.kind != Kind::Flight {
        set(&mut document, "friendlyName", name);
    }
    let mut submission =
        Submission::new(id.clone(), document, Stage::PendingCommit, env.clock.now());
    if product.kind != Kind::AddOn {
        submission.warns_about_sales();
    }
    product.submissions.insert(id.clone(), submission);
    product.pending = Some(id);
    product.counts.creates += 1;
}

/// The calls on one existing submission.
pub(super) fn one(store: &mut Store, key: &Key, request: &StoreRequest) -> Reply {
    let id = request.call.submission.clone().unwrap_or_default();
    if let Some(refusal) = store.missing(key, &id) {
        return refusal;
    }
    let Some(product) = store.products.get_mut(key) else {
        return Reply::empty(404);
    };
    let Some(submission) = product.submissions.get_mut(&id) else {
        return errors::no_submission();
    };
    // Drafts of the API get their upload URL when they are read, at the latest.
    if submission.stage == Stage::PendingCommit
        && !submission.is_portal_made
        && submission.blob.is_none()
    {
        submission.blob = Some(store.env.issue(&request.host).blob);
    }
    match request.call.verb {
        Verb::Update => update(product, &id, &store.env, request),
        Verb::Delete => delete(product, &id),
        Verb::Commit => commit(product, &id, &store.env, request),
        Verb::Status => status(submission),
        _ => {
            let Some(submission) = product.submissions.get(&id) else {
                return errors::no_submission();
            };
            Reply::new(200, show(product, submission, &store.env, &request.host))
        }
    }
}

/// The submission as the API gives it.
pub(super) fn show(
    product: &Product,
    submission: &Submission,
    env: &Environment,
    host: &str,
) -> Value {
    let mut document = submission.document.clone();
    set_first(&mut document, "id", submission.id.as_str());
    set(&mut document, "status", submission.stage);
    set(&mut document, "statusDetails", submission.details.clone());
    let is_shown = submission.stage != Stage::Published || env.switches.keep_upload_url;
    let url = submission
        .blob
        .as_deref()
        .filter(|_| is_shown && !submission.is_portal_made)
        .and_then(|blob| env.blobs.url(blob, host));
    match url {
        Some(url) => set(&mut document, "fileUploadUrl", url),
        None => drop(remove(&mut document, "fileUploadUrl")),
    }
    if product.kind == Kind::Flight {
        set(&mut document, "flightId", product.id.as_str());
    }
    document
}

fn update(product: &mut Product, id: &str, env: &Environment, request: &StoreRequest) -> Reply {
    let Some(current) = product.submissions.get(id) else {
        return errors::no_submission();
    };
    if current.is_portal_made {
        return errors::portal_made();
    }
    if current.stage != Stage::PendingCommit {
        return errors::not_editable("updated", current.stage);
    }
    let sent = match member_names::read(&request.body) {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    if let Err(refusal) = validation::update(product.kind, &sent, &current.document, &env.switches)
    {
        return refusal;
    }
    let document = put_document::stored(product.kind, sent, &current.document);
    let warnings = language_warnings(product, &document);
    let Some(current) = product.submissions.get_mut(id) else {
        return errors::no_submission();
    };
    if current.plan.is_zombie {
        let mut zombie = Submission::new(id.to_owned(), document, current.stage, current.since);
        zombie.blob.clone_from(&current.blob);
        zombie.details = current.details.clone();
        return Reply::new(200, show(product, &zombie, env, &request.host));
    }
    current.document = document;
    if let Some(entries) = current
        .details
        .get_mut("warnings")
        .and_then(Value::as_array_mut)
    {
        entries.retain(|entry| {
            !matches!(
                text(entry, "code"),
                "ListingOptInWarning" | "ListingOptOutWarning"
            )
        });
        entries.extend(warnings);
    }
    product.counts.updates += 1;
    let Some(current) = product.submissions.get(id) else {
        return errors::no_submission();
    };
    Reply::new(200, show(product, current, env, &request.host))
}

/// Warnings for languages that the live submission has not, or that only it has.
fn language_warnings(product: &Product, document: &Value) -> Vec<Value> {
    let Some(published) = product.published() else {
        return Vec::new();
    };
    let codes = |value: &Value| -> Vec<String> {
        members(value, "listings")
            .map(|(code, _)| code.to_lowercase())
            .collect()
    };
    let (old, new) = (codes(&published.document), codes(document));
    let differing = |these: &[String], those: &[String]| {
        these
            .iter()
            .filter(|code| !those.contains(code))
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (gone, come) = (differing(&old, &new), differing(&new, &old));
    let mut warnings = Vec::new();
    if !gone.is_empty() {
        warnings.push(errors::detail(
            "ListingOptOutWarning",
            &format!("You have removed one or more listing languages: {gone}"),
        ));
    }
    if !come.is_empty() {
        warnings.push(errors::detail(
            "ListingOptInWarning",
            &format!("You have added one or more listing languages: {come}"),
        ));
    }
    warnings
}

fn delete(product: &mut Product, id: &str) -> Reply {
    let Some(submission) = product.submissions.get(id) else {
        return errors::no_submission();
    };
    if submission.is_portal_made {
        return errors::portal_made();
    }
    if product.pending.as_deref() != Some(id) || !submission.stage.is_deletable() {
        return errors::not_deletable();
    }
    product.submissions.remove(id);
    product.pending = None;
    product.counts.deletes += 1;
    // A flight that loses the submission it was born with cannot be given another one.
    product.has_lost_first_draft = product.kind == Kind::Flight && product.published.is_none();
    Reply::empty(204)
}

fn commit(product: &mut Product, id: &str, env: &Environment, request: &StoreRequest) -> Reply {
    if env.switches.strict_bodies && !request.is_json {
        return Reply::empty(415);
    }
    let now = env.clock.now();
    let Some(submission) = product.submissions.get_mut(id) else {
        return errors::no_submission();
    };
    if submission.is_portal_made {
        return errors::portal_made();
    }
    if submission.stage != Stage::PendingCommit {
        return errors::not_editable("committed", submission.stage);
    }
    submission.stage = Stage::CommitStarted;
    submission.since = now;
    submission.is_status_read = !env.switches.bare_first_status;
    set(&mut submission.details, "errors", json!([]));
    product.counts.commits += 1;
    Reply::new(202, json!({ "status": "CommitStarted" }))
}

fn status(submission: &mut Submission) -> Reply {
    let mut body = json!({ "status": submission.stage.to_string() });
    if submission.is_status_read || !list(&submission.details, "errors").is_empty() {
        set(&mut body, "statusDetails", submission.details.clone());
    }
    submission.is_status_read = true;
    Reply::new(200, body)
}
