//! Reads what the account owns: lists, one target, states of pending submissions; the last known lists come from disk first.

use super::{
    blocking::away,
    job::Catalog,
    journal,
    report::{KeptEdit, Report, TargetDetail},
    reporter::Reporter,
    services::Services,
};
use crate::storage::{DiskError, Drafts, Home, Kept};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use store_client::{ApiError, Priority, Store};
use store_model::{
    product::{PackageIdentity, Product},
    submission::Submission,
    target::Target,
};

/// Status requests in flight: enough to hide the line's delay, few enough to leave slots to people.
const STATUSES_AT_ONCE: usize = 4;

/// The file of a list in the cache; flights are cheap to ask for and not kept.
fn cache_name(catalog: &Catalog) -> Option<&'static str> {
    match catalog {
        Catalog::Apps => Some("apps"),
        Catalog::AddOns => Some("add-ons"),
        Catalog::Flights { .. } => None,
    }
}

/// The last known lists, what was edited, and the runs that were left, from disk alone. The lists come first: the first frame
/// waits for them.
pub async fn recall(home: &Home, profile: &str, reporter: &Reporter) {
    let reads = [Catalog::Apps, Catalog::AddOns].map(|catalog| {
        let (cache, profile, name) = (home.cache(), profile.to_owned(), cache_name(&catalog));
        (
            catalog,
            tokio::task::spawn_blocking(move || cache.load::<Vec<Product>>(&profile, name?)),
        )
    });
    for (catalog, read) in reads {
        if let Ok(Some((products, at))) = read.await {
            reporter
                .send(Report::Recalled {
                    catalog,
                    products,
                    at,
                })
                .await;
        }
    }
    let (runs, profile) = (home.runs(), profile.to_owned());
    match away(move || journal::interrupted(&runs, &profile)).await {
        Ok(runs) if runs.is_empty() => {}
        Ok(runs) => reporter.send(Report::Interrupted(runs)).await,
        Err(error) => tracing::warn!(error, "the journals cannot be listed"),
    }
    let drafts = home.drafts();
    match away(move || edited(&drafts)).await {
        Ok(targets) if targets.is_empty() => {}
        Ok(targets) => reporter.send(Report::Edited(targets)).await,
        Err(error) => tracing::warn!(error, "the working copies cannot be listed"),
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

pub async fn catalog(services: &Services, catalog: Catalog, reporter: &Reporter) {
    let store = services.store.with_priority(Priority::Selected);
    // Pages arrive inside of the client's own future, where nothing may wait: a full channel loses a preview, never the result.
    // Each preview is at least twice the one before: thousands of products are not copied anew with every page.
    let shown = AtomicUsize::new(0);
    let seen = |products: &[Product], total: usize| {
        if products.len() >= 2 * shown.load(Ordering::Relaxed) {
            shown.store(products.len(), Ordering::Relaxed);
            reporter.try_send(Report::Some {
                catalog: catalog.clone(),
                products: products.to_vec(),
                total,
            });
        }
    };
    match store.products(&catalog, &seen).await {
        Ok(products) => {
            let at = Timestamp::now();
            if let Some(name) = cache_name(&catalog)
                && let Err(error) =
                    services
                        .home
                        .cache()
                        .save(&services.profile, name, &products, at)
            {
                tracing::warn!(%error, "the list was not kept");
            }
            reporter
                .send(Report::Products {
                    catalog,
                    products,
                    at,
                })
                .await;
        }
        Err(error) => reporter.fail(error).await,
    }
}

/// A target with both of its documents and the working copy that an earlier session kept.
pub async fn target(services: &Services, target: Target, reporter: &Reporter) {
    match read_target(services, &target, Priority::Selected).await {
        Ok(detail) => reporter.send(Report::Target(Box::new(detail))).await,
        Err(error) => reporter.fail(error).await,
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

pub(crate) async fn read_target(
    services: &Services,
    target: &Target,
    priority: Priority,
) -> Result<TargetDetail, ApiError> {
    let store = services.store.with_priority(priority);
    let product = store.product(target).await?;
    let read = async |id: Option<&String>| -> Result<Option<Submission>, ApiError> {
        match id {
            Some(id) => Ok(Some(store.submission(target, id).await?.submission)),
            None => Ok(None),
        }
    };
    let (pending, published) = futures::try_join!(
        read(product.pending.as_ref()),
        read(product.published.as_ref())
    )?;
    let kept = services
        .home
        .drafts()
        .edited(target)
        .unwrap_or_else(|error| {
            tracing::warn!(%error, "the working copy cannot be read");
            None
        });
    let edit = kept.map(|edit| KeptEdit {
        text: edit.text,
        base: edit.base_submission,
        body: edit.base.map(Arc::new),
        zip: edit.zip,
        saved: edit.saved_at,
    });
    Ok(TargetDetail {
        product,
        published,
        pending,
        edit,
    })
}

/// One call for each pending submission, after what the screen shows; one that fails is no reason to give the others up.
pub async fn statuses(services: &Services, pending: Vec<(Target, String)>, reporter: &Reporter) {
    let store = services.store.with_priority(Priority::Pending);
    let look = |(target, submission): (Target, String)| {
        let store = store.clone();
        async move {
            match store.status(&target, &submission).await {
                Ok(report) => {
                    reporter
                        .send(Report::Status {
                            target,
                            submission,
                            report,
                        })
                        .await;
                }
                Err(error) => tracing::info!(%error, %target, "no status"),
            }
        }
    };
    stream::iter(pending)
        .map(look)
        .buffer_unordered(STATUSES_AT_ONCE)
        .collect::<()>()
        .await;
}
