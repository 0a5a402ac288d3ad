//! What the simulated Store holds: products, their submissions, and counts. The calls that read and change it are in
//! `products.rs`, `submissions.rs`, `rollout.rs`, `pipeline.rs` and `operator.rs`.

use crate::blobs::{Blobs, Issued};
use crate::call::{Key, Verb};
use crate::clock::Clock;
use crate::errors;
use crate::json::{list, members, set, text};
use crate::package::Fingerprint;
use crate::scenario::Switches;
use crate::seed::{Account, Kind, PendingSeed, ProductSeed};
use crate::stage::Stage;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

pub(super) struct Store {
    pub products: HashMap<Key, Product>,
    /// The order in which lists give the products.
    pub order: Vec<Key>,
    pub env: Environment,
    /// Answered calls by name, and of them those that succeeded.
    pub answered: BTreeMap<Verb, u64>,
    pub succeeded: BTreeMap<Verb, u64>,
}

/// What the calls work with, beside the products.
pub(super) struct Environment {
    pub clock: Clock,
    pub blobs: Blobs,
    pub switches: Switches,
    pub ids: Ids,
}

impl Environment {
    /// A place for the next ZIP.
    pub(super) fn issue(&self, host: &str) -> Issued {
        self.blobs.issue(host, self.switches.url_form())
    }
}

/// New ids: 19-digit decimals above 2^60, as the real ones are.
pub(super) struct Ids {
    submission: u64,
    package: u64,
    image: u64,
}

impl Ids {
    pub(super) fn submission(&mut self) -> String {
        self.submission += 1;
        self.submission.to_string()
    }

    pub(super) fn package(&mut self) -> String {
        self.package += 1;
        self.package.to_string()
    }

    pub(super) fn image(&mut self) -> String {
        self.image += 1;
        self.image.to_string()
    }
}

pub(super) struct Product {
    pub kind: Kind,
    /// As written in the account; keys are lower case.
    pub id: String,
    pub app: Option<String>,
    pub resource: Value,
    /// The app's: what packages must carry and listings may be called.
    pub identity: Identity,
    pub published: Option<String>,
    pub pending: Option<String>,
    /// The last publication that reached everybody: what a rollout falls back to.
    pub finalized: Option<String>,
    pub submissions: HashMap<String, Submission>,
    /// The number in the last `friendlyName`.
    pub number: u64,
    pub is_unsupported: bool,
    pub has_age_rating: bool,
    /// The packages that were uploaded, by their ids.
    pub uploaded: HashMap<String, Uploaded>,
    /// A bundle was published: from then on there must be one.
    pub has_bundle: bool,
    /// The flight's first submission was deleted: the service finds no flight to create another one for.
    pub has_lost_first_draft: bool,
    pub counts: Counts,
}

/// What identifies an app.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    /// The package identity's name and publisher.
    pub name: String,
    pub publisher: String,
    /// The names that are reserved for the app.
    pub reserved: HashSet<String>,
}

/// What is remembered of an uploaded package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uploaded {
    pub fingerprint: Fingerprint,
    pub is_bundle: bool,
}

/// Changes that were made, whatever was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub creates: u64,
    pub updates: u64,
    pub deletes: u64,
    pub commits: u64,
    pub publications: u64,
}

pub(super) struct Submission {
    pub id: String,
    /// What the client gave and the service filled in; state, details and upload URL are put in when it is read.
    pub document: Value,
    /// `statusDetails`: errors, warnings, certificationReports.
    pub details: Value,
    pub stage: Stage,
    /// When the stage began, in the clock's time.
    pub since: Duration,
    pub blob: Option<String>,
    /// The blob that was published; no call refers to it any more.
    pub archive: Option<String>,
    pub is_portal_made: bool,
    /// The status was read since the commit.
    pub is_status_read: bool,
    pub is_released: bool,
    pub plan: Plan,
}

/// What will go wrong with a submission, by a fault or by an operator.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Never leaves this stage.
    pub stuck: Option<Stage>,
    /// Fails in this stage, with this error (none for a rejection by certification).
    pub fails: Option<(Stage, Option<Value>)>,
    /// Goes from `CommitStarted` back to `PendingCommit`.
    pub falls_back: bool,
    /// Answers every PUT with 200 and stores nothing.
    pub is_zombie: bool,
    pub skips: Vec<Stage>,
}

impl Submission {
    pub(super) fn new(id: String, document: Value, stage: Stage, since: Duration) -> Self {
        Self {
            id,
            document,
            details: json!({ "errors": [], "warnings": [], "certificationReports": [] }),
            stage,
            since,
            blob: None,
            archive: None,
            is_portal_made: false,
            is_status_read: true,
            is_released: false,
            plan: Plan::default(),
        }
    }

    pub(super) fn add_detail(&mut self, list: &str, detail: Value) {
        if let Some(entries) = self.details.get_mut(list).and_then(Value::as_array_mut) {
            entries.push(detail);
        }
    }

    pub(super) fn warns_about_sales(&mut self) {
        if !list(&self.details, "warnings")
            .iter()
            .any(|warning| text(warning, "code") == "SalesUnsupportedWarning")
        {
            self.add_detail("warnings", errors::detail("SalesUnsupportedWarning", SALES));
        }
    }
}

const SALES: &str = "The sales resource is no longer supported. To view or edit the sales data for this submission, use the Dev Center dashboard.";

impl Product {
    /// Without any submission.
    pub(super) fn new(
        kind: Kind,
        id: String,
        app: Option<String>,
        resource: Value,
        identity: Identity,
    ) -> Self {
        Self {
            kind,
            id,
            app,
            resource,
            identity,
            published: None,
            pending: None,
            finalized: None,
            submissions: HashMap::new(),
            number: 0,
            is_unsupported: false,
            has_age_rating: false,
            uploaded: HashMap::new(),
            has_bundle: false,
            has_lost_first_draft: false,
            counts: Counts::default(),
        }
    }

    /// The name of the package list in this kind's submissions.
    pub(super) fn packages(&self) -> &'static str {
        if self.kind == Kind::Flight {
            "flightPackages"
        } else {
            "applicationPackages"
        }
    }

    pub(super) fn pending(&self) -> Option<&Submission> {
        self.submissions.get(self.pending.as_ref()?)
    }

    pub(super) fn pending_mut(&mut self) -> Option<&mut Submission> {
        self.submissions.get_mut(self.pending.as_ref()?)
    }

    pub(super) fn forget_pending(&mut self) {
        if let Some(id) = self.pending.take() {
            self.submissions.remove(&id);
        }
    }

    pub(super) fn published(&self) -> Option<&Submission> {
        self.submissions.get(self.published.as_ref()?)
    }

    /// The next `friendlyName`.
    pub(super) fn next_name(&mut self) -> String {
        self.number += 1;
        format!("Submission {}", self.number)
    }

    pub(super) fn has_open_rollout(&self) -> bool {
        self.published().is_some_and(|published| {
            published
                .document
                .pointer("/packageDeliveryOptions/packageRollout")
                .is_some_and(|rollout| {
                    text(rollout, "packageRolloutStatus") == "PackageRolloutInProgress"
                })
        })
    }
}

impl Store {
    pub(super) fn new(account: &Account, env: Environment) -> Self {
        let mut store = Self {
            products: HashMap::new(),
            order: Vec::new(),
            env,
            answered: BTreeMap::new(),
            succeeded: BTreeMap::new(),
        };
        let identities: HashMap<String, Identity> = account
            .products
            .iter()
            .filter(|seed| seed.kind == Kind::App)
            .map(|seed| (seed.id.to_lowercase(), Identity::of(seed)))
            .collect();
        for seed in &account.products {
            let app = seed.app.as_deref().unwrap_or(&seed.id).to_lowercase();
            let identity = identities.get(&app).cloned().unwrap_or_default();
            store.load(seed, identity);
        }
        store
    }

    pub(super) fn insert(&mut self, product: Product) {
        let key = (product.kind, product.id.to_lowercase());
        self.order.push(key.clone());
        self.products.insert(key, product);
    }

    fn load(&mut self, seed: &ProductSeed, identity: Identity) {
        let mut product = Product {
            is_unsupported: seed.is_unsupported,
            has_age_rating: seed.published.is_some(),
            ..Product::new(
                seed.kind,
                seed.id.clone(),
                seed.app.clone(),
                seed.resource.clone(),
                identity,
            )
        };
        if let Some(document) = &seed.published {
            let submission = load_submission(seed.kind, document, Stage::Published);
            let rollout = document.pointer("/packageDeliveryOptions/packageRollout");
            let fallback = rollout
                .filter(|rollout| {
                    text(rollout, "packageRolloutStatus") == "PackageRolloutInProgress"
                })
                .map(|rollout| text(rollout, "fallbackSubmissionId").to_owned());
            product.number = number_of(document);
            product.has_bundle = list(document, product.packages())
                .iter()
                .any(has_bundle_name);
            product.finalized = fallback.or_else(|| Some(submission.id.clone()));
            product.published = Some(submission.id.clone());
            product
                .submissions
                .insert(submission.id.clone(), submission);
        }
        if let Some(pending) = &seed.pending {
            let submission = load_pending(seed.kind, pending);
            product.number = product.number.max(number_of(&pending.document));
            product.pending = Some(submission.id.clone());
            product
                .submissions
                .insert(submission.id.clone(), submission);
        }
        self.insert(product);
    }
}

impl Identity {
    /// Of an app. Reserved are its own name and whatever its listings were called.
    fn of(seed: &ProductSeed) -> Self {
        let pending = seed.pending.as_ref().map(|pending| &pending.document);
        let titles = seed
            .published
            .iter()
            .chain(pending)
            .flat_map(|document| members(document, "listings"))
            .filter_map(|(_, listing)| listing.get("baseListing"))
            .map(|base| text(base, "title"));
        Self {
            name: text(&seed.resource, "packageIdentityName").to_owned(),
            publisher: text(&seed.resource, "publisherName").to_owned(),
            reserved: titles
                .chain([text(&seed.resource, "primaryName")])
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            submission: 1_152_921_505_700_000_000,
            package: 2_000_000_000_080_000_000,
            image: 1_152_922_800_003_000_000,
        }
    }
}

fn number_of(document: &Value) -> u64 {
    text(document, "friendlyName")
        .rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
}

fn load_submission(kind: Kind, document: &Value, stage: Stage) -> Submission {
    let mut submission = Submission::new(
        text(document, "id").to_owned(),
        document.clone(),
        stage,
        Duration::ZERO,
    );
    for name in ["errors", "warnings", "certificationReports"] {
        for (member, entries) in members(document, "statusDetails") {
            if member == name && entries.is_array() {
                set(&mut submission.details, name, entries.clone());
            }
        }
    }
    if kind != Kind::AddOn {
        submission.warns_about_sales();
    }
    submission
}

fn load_pending(kind: Kind, seed: &PendingSeed) -> Submission {
    let stage = Stage::named(&seed.status).unwrap_or(Stage::PendingCommit);
    let mut submission = load_submission(kind, &seed.document, stage);
    submission.is_portal_made = seed.is_portal_made;
    if seed.is_stuck {
        submission.plan.stuck = Some(stage);
    }
    submission
}

/// Whether an entry of a package list is a bundle, by its file name.
pub(super) fn has_bundle_name(entry: &Value) -> bool {
    text(entry, "fileName").to_lowercase().ends_with("bundle")
}
