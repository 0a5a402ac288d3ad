//! The first minute of the dashboard under the service's limit of 20 requests a minute: the program's own loading, scheduler,
//! client and ledger against the simulator. The requests cross real sockets, which no paused clock knows of, and the limits of
//! both sides count real minutes: so it takes the time that it takes, about eight minutes for both accounts.
//!
//! `cargo bench --bench minute` measures both; `-- small` and `-- large` one of them.

#[path = "../tests/jobs/dashboard.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "shared with the tests, which fail loudly and use the rest"
)]
mod dashboard;
#[path = "../tests/support/services.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod services;

mod bench {
    /// What `dashboard` waits for comes within this time.
    pub(crate) const HANGS: std::time::Duration = std::time::Duration::from_mins(10);
}

use dashboard::Dashboard;
use flightdeck::state::Model;
use std::{
    collections::HashSet,
    error::Error,
    io::{self, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store_client::Exchange;
use store_model::target::Target;
use store_sim::{Sim, SimOptions};
use tokio::time::sleep;

type Outcome<T> = Result<T, Box<dyn Error>>;

const LIMIT: u32 = 20;

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let small = SimOptions {
        rate_limit: Some(LIMIT),
        ..SimOptions::default()
    };
    let large = SimOptions {
        apps: Some(2_000),
        add_ons: 3_000,
        drafts: Some(40),
        ..small.clone()
    };
    for (name, options) in [("small", small), ("large", large)] {
        if wants(name) {
            runtime.block_on(measure(name, options))?;
        }
    }
    Ok(())
}

/// Counts the requests to the Store, and those that it refused because there were too many.
#[derive(Default)]
struct Count {
    sent: AtomicUsize,
    refused: AtomicUsize,
}

async fn measure(name: &str, options: SimOptions) -> Outcome<()> {
    let (sim, home) = (store_sim::start(options).await?, tempfile::tempdir()?);
    start(&format!("{name}, cold"), &sim, home.path()).await?;
    // The requests of the first start count for the second as well: this is a start a minute later.
    sleep(Duration::from_mins(1)).await;
    start(&format!("{name}, a second time"), &sim, home.path()).await?;
    sim.stop().await;
    Ok(())
}

/// Starts the dashboard and notes when each thing was known for the first time.
async fn start(name: &str, sim: &Sim, home: &Path) -> Outcome<()> {
    let count = Arc::new(Count::default());
    let watch = Arc::clone(&count);
    let observe = Arc::new(move |exchange: Exchange| {
        if !exchange.path.contains("sign in") {
            watch.sent.fetch_add(1, Ordering::Relaxed);
            let is_refused = exchange.status == Some(429);
            watch
                .refused
                .fetch_add(is_refused.into(), Ordering::Relaxed);
        }
    });
    let services = services::open_limited(&sim.url(), home, "", observe, LIMIT);
    let begun = Instant::now();
    let mut dashboard = Dashboard::open(services);
    let mut out = io::stdout().lock();
    let mut told = |what: &str| {
        writeln!(
            out,
            "{name}: {what} after {:.2} s and {} requests, {} x 429",
            begun.elapsed().as_secs_f64(),
            count.sent.load(Ordering::Relaxed),
            count.refused.load(Ordering::Relaxed),
        )
    };
    dashboard
        .until("a list", |model| model.apps.products.value().is_some())
        .await;
    told("a list is shown")?;
    dashboard
        .until("the selected product", |model| {
            let mut details = model.details.values();
            details.any(|detail| detail.value().is_some())
        })
        .await;
    told("the selected product is readable")?;
    dashboard
        .until("the lists", |model| {
            [&model.apps, &model.add_ons]
                .iter()
                .all(|list| list.at.is_some() && !list.products.is_loading())
        })
        .await;
    told("the lists are complete")?;
    dashboard
        .until("the pending states", |model| {
            let (known, pending) = (model.statuses.len(), pending(model));
            let states = &model.statuses;
            known > 0 && pending.iter().all(|target| states.contains_key(target))
        })
        .await;
    let pending = pending(dashboard.app.model()).len();
    told(&format!("all {pending} pending states are known"))?;
    dashboard.close().await;
    Ok(())
}

/// What has a submission on its way, as far as the lists tell.
fn pending(model: &Model) -> HashSet<Target> {
    let lists = [&model.apps, &model.add_ons].into_iter();
    let products = lists
        .filter_map(|list| list.products.value())
        .flatten()
        .filter(|product| product.pending.is_some());
    products.map(|product| product.target.clone()).collect()
}
