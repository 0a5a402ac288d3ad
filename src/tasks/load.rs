//! Reads what the account owns: lists, one target, states of pending submissions; the last known lists come from disk first.

use super::{
    blocking::away,
    interrupted::{self, Interrupted},
    report::{Past, Report, TargetDetail},
    reporter::Reporter,
    services::Services,
    sightings,
    task::{FailureNotice, Task, TaskContext, TaskError},
    working_copy::read_edit,
};
use crate::storage::{DiskError, Drafts, Kept};
use jiff::Timestamp;
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};
use store_client::{ApiError, Priority, Store};
use store_model::{
    catalog::Catalog,
    product::{PackageIdentity, Product},
    status::StatusReport,
    story::{Sighting, Story},
    submission::Submission,
    target::Target,
};

/// The file of a list in the cache; flights are cheap to ask for and not kept.
fn cache_name(catalog: &Catalog) -> Option<&'static str> {
    match catalog {
        Catalog::Apps => Some("apps"),
        Catalog::AddOns => Some("add-ons"),
        Catalog::Flights { .. } => None,
    }
}

/// A list in the cache, with the server's count.
type KeptList = (Vec<Product>, usize);

/// Reads what is known from disk alone: the last known lists first, because the first frame waits for them, then the runs that an
/// earlier process left and what was edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Recall;

/// A part of what was known.
#[derive(Clone, Debug, PartialEq)]
pub enum Recalled {
    List {
        catalog: Catalog,
        products: Vec<Product>,
        /// The server's count; more than there are where only a part was read.
        total: usize,
        at: Timestamp,
    },
    /// What was seen of submissions before.
    Past(Past),
    /// Runs that an earlier process left.
    Interrupted(Vec<Interrupted>),
    /// Targets whose edited text is on disk; always the last part.
    Edited(Vec<Target>),
}

impl Task for Recall {
    type Output = Recalled;

    fn topic(&self) -> Option<String> {
        Some("recall".into())
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Recalled, TaskError> {
        let home = context.home();
        let reads = [Catalog::Apps, Catalog::AddOns].map(|catalog| {
            let (cache, profile) = (home.cache(), context.profile().to_owned());
            let name = cache_name(&catalog);
            let read = move || cache.load::<KeptList>(&profile, name?);
            (catalog, tokio::task::spawn_blocking(read))
        });
        for (catalog, read) in reads {
            if let Ok(Some(((products, total), at))) = read.await {
                let list = Recalled::List {
                    catalog,
                    products,
                    total,
                    at,
                };
                context.send(list).await;
            }
        }
        let past = sightings::past(home, context.profile()).await;
        context.send(Recalled::Past(past)).await;
        let (runs, profile) = (home.runs(), context.profile().to_owned());
        match away(move || interrupted::list(&runs, &profile)).await {
            Ok(runs) => context.send(Recalled::Interrupted(runs)).await,
            Err(error) => tracing::warn!(error, "the journals cannot be listed"),
        }
        let drafts = home.drafts();
        let targets = away(move || edited(&drafts)).await.unwrap_or_else(|error| {
            tracing::warn!(error, "the working copies cannot be listed");
            Vec::new()
        });
        Ok(Recalled::Edited(targets))
    }
}

/// Targets with an edited text; one with only a chosen ZIP is none.
fn edited(drafts: &Drafts) -> Result<Vec<Target>, DiskError> {
    let files = drafts
        .list()?
        .into_iter()
        .filter(|file| file.why == Kept::Edited);
    let has_text = |target: &Target| {
        drafts
            .edited(target)
            .ok()
            .flatten()
            .is_some_and(|draft| !draft.text.is_empty())
    };
    Ok(files.map(|file| file.target).filter(has_text).collect())
}

/// Reads a list of the account.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadCatalog(pub Catalog);

/// A list, or its first part while the rest is on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadedList {
    pub products: Vec<Product>,
    /// The server's count.
    pub total: usize,
    pub at: Timestamp,
}

impl Task for LoadCatalog {
    type Output = LoadedList;

    fn topic(&self) -> Option<String> {
        Some(format!("catalog {:?}", self.0))
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, context: TaskContext<Self>) -> Result<LoadedList, TaskError> {
        let services = context.services().await?;
        let store = services.store.with_priority(Priority::Selected);
        let (cache, profile, name) = (
            services.home.cache(),
            &services.profile,
            cache_name(&self.0),
        );
        let keep = |products: &[Product], total: usize, at: Timestamp| {
            let kept = name.map(|name| cache.save(profile, name, &(products, total), at));
            if let Some(Err(error)) = kept {
                tracing::warn!(%error, "the list was not kept");
            }
        };
        // How many of them are kept already.
        let known = LazyLock::new(|| {
            let kept = name.and_then(|name| cache.load::<KeptList>(profile, name));
            kept.map_or(0, |((products, _), _)| products.len())
        });
        // Pages arrive inside of the client's own future, where nothing may wait: a full channel loses a preview, never the
        // result. Each preview is at least twice the one before: thousands of products are not copied anew with every page.
        let shown = AtomicUsize::new(0);
        let preview = context.meter();
        let seen = |products: &[Product], total: usize| {
            if products.len() >= 2 * shown.load(Ordering::Relaxed) {
                shown.store(products.len(), Ordering::Relaxed);
                let at = Timestamp::now();
                preview(LoadedList {
                    products: products.to_vec(),
                    total,
                    at,
                });
                // A long list takes minutes: what has come of it outlives an outage and a restart.
                if products.len() < total && products.len() > *known {
                    keep(products, total, at);
                }
            }
        };
        let read = store.products(&self.0, &seen).await;
        let products = read.map_err(|error| TaskError::of_store(&error))?;
        let (total, at) = (products.len(), Timestamp::now());
        keep(&products, total, at);
        let changed = sightings::settle(&services, &products).await;
        tell(context.reporter(), changed).await;
        Ok(LoadedList {
            products,
            total,
            at,
        })
    }
}

/// Reads a target with its live submission, its draft, and the working copy that an earlier session kept.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadTarget(pub Target);

impl Task for LoadTarget {
    type Output = Arc<TargetDetail>;

    fn topic(&self) -> Option<String> {
        Some(format!("target {}", self.0))
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Warning
    }

    async fn run(self, context: TaskContext<Self>) -> Result<Arc<TargetDetail>, TaskError> {
        let services = context.services().await?;
        let read = read_cached(&services, &self.0).await;
        let mut detail = read.map_err(|error| TaskError::of_store(&error))?;
        let looks = sightings::of_documents(
            &detail.product,
            detail.pending.as_ref(),
            detail.published.as_ref(),
        );
        tell(context.reporter(), sightings::keep(&services, looks).await).await;
        // What cannot be kept can still be looked at.
        let edit = read_edit(context.home(), self.0, context.reporter()).await;
        let edit = edit.unwrap_or_else(|error| {
            tracing::warn!(?error, "the working copy cannot be read");
            None
        });
        // What this session wrote it knows better: it may just be about to be thrown away.
        detail.edit = edit
            .filter(|edit| edit.writer.as_deref() != Some(context.session()))
            .map(Into::into);
        Ok(Arc::new(detail))
    }
}

/// Reads the state of a pending submission, behind everything else.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadStatus {
    pub target: Target,
    pub submission: String,
}

impl Task for LoadStatus {
    type Output = StatusReport;

    fn topic(&self) -> Option<String> {
        Some(format!("status {}", self.target))
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::InPlace
    }

    async fn run(self, context: TaskContext<Self>) -> Result<StatusReport, TaskError> {
        let services = context.services().await?;
        let store = services.store.with_priority(Priority::Pending);
        let asked = store.status(&self.target, &self.submission).await;
        let (target, id, at) = (&self.target, &self.submission, Timestamp::now());
        let look = match &asked {
            Ok(report) => Sighting::of(target, id, report, at),
            Err(error) if error.status() == Some(404) => Sighting {
                is_gone: true,
                ..Sighting::new(target, id, at)
            },
            Err(_) => return Ok(asked?),
        };
        tell(
            context.reporter(),
            sightings::keep(&services, vec![look]).await,
        )
        .await;
        Ok(asked?)
    }
}

async fn tell(reporter: &Reporter, changed: Vec<Story>) {
    if !changed.is_empty() {
        reporter.send(Report::Stories(changed)).await;
    }
}

/// Reads the documents of a product when nothing else is to be done: only they tell how far a rollout is, who publishes what is
/// certified, and whether a draft was made in Partner Center.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    pub product: Product,
    /// The live document is asked for too; else only the pending one.
    pub with_live: bool,
}

impl Task for Glance {
    type Output = ();

    fn topic(&self) -> Option<String> {
        Some(format!("glance {}", self.product.target))
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::InPlace
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let store = services.store.with_priority(Priority::Background);
        let Self { product, with_live } = &self;
        let live = product.published.as_deref().filter(|_| *with_live);
        let pending = read_submission(&store, &product.target, product.pending.as_deref()).await?;
        let published = read_live(&services, &store, &product.target, live).await?;
        let looks = sightings::of_documents(product, pending.as_ref(), published.as_ref());
        tell(context.reporter(), sightings::keep(&services, looks).await).await;
        Ok(())
    }
}

/// What the packages of a target must be called. A flight has its app's packages, and only the app's resource tells: one request.
pub(crate) async fn package_identity(
    store: &Store,
    product: &Product,
) -> Result<Option<PackageIdentity>, ApiError> {
    match &product.target {
        Target::Flight { app, .. } => {
            Ok(store.product(&Target::app(app)).await?.package_identity())
        }
        Target::App { .. } | Target::AddOn { .. } => Ok(product.package_identity()),
    }
}

/// A target with its documents as the Store has them now.
pub(crate) async fn read_target(
    services: &Services,
    target: &Target,
    priority: Priority,
) -> Result<TargetDetail, ApiError> {
    let store = services.store.with_priority(priority);
    let product = store.product(target).await?;
    let published = read_submission(&store, target, product.published.as_deref());
    read_documents(&store, product.clone(), published).await
}

/// The same for the screen: a published document that was read before comes from disk, because it never changes under its id.
async fn read_cached(services: &Services, target: &Target) -> Result<TargetDetail, ApiError> {
    let store = services.store.with_priority(Priority::Selected);
    let product = store.product(target).await?;
    let live = product.published.as_deref();
    let published = read_live(services, &store, target, live);
    read_documents(&store, product.clone(), published).await
}

/// The live document, from disk where it was read before.
async fn read_live(
    services: &Services,
    store: &Store,
    target: &Target,
    id: Option<&str>,
) -> Result<Option<Submission>, ApiError> {
    let cache = services.home.cache();
    let (profile, name) = (services.profile.clone(), format!("live {target}"));
    let (place, owner, kept) = (cache.clone(), profile.clone(), name.clone());
    let load = move || place.load::<Submission>(&owner, &kept);
    if let Ok(Some((known, _))) = tokio::task::spawn_blocking(load).await
        && Some(known.id.as_str()) == id
    {
        return Ok(Some(known));
    }
    let read = read_submission(store, target, id).await?;
    let for_all = |live: &Submission| sightings::open_rollout(&live.document).is_none();
    if let Some(live) = read.clone().filter(for_all) {
        let keep = move || cache.save(&profile, &name, &live, Timestamp::now());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(keep).await {
            tracing::info!(%error, "the published document was not kept");
        }
    }
    Ok(read)
}

async fn read_documents(
    store: &Store,
    product: Product,
    published: impl Future<Output = Result<Option<Submission>, ApiError>>,
) -> Result<TargetDetail, ApiError> {
    let pending = read_submission(store, &product.target, product.pending.as_deref());
    let (pending, published) = futures::try_join!(pending, published)?;
    Ok(TargetDetail {
        product,
        published,
        pending,
        edit: None,
    })
}

async fn read_submission(
    store: &Store,
    target: &Target,
    id: Option<&str>,
) -> Result<Option<Submission>, ApiError> {
    match id {
        Some(id) => Ok(Some(store.submission(target, id).await?.submission)),
        None => Ok(None),
    }
}
