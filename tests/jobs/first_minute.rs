//! The first minute of the dashboard under the service's real limit: what a person looks at comes first, and the rest in turn.

use crate::{
    bench::{Bench, app},
    dashboard::Dashboard,
    services,
};
use flightdeck::tasks::services::Services;
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use store_client::Exchange;
use store_sim::{Sim, SimOptions};

/// What went out, in order: the method and the path of each request to the Store.
type Sent = Arc<Mutex<Vec<String>>>;

/// As many apps as a publisher has, and the limit that the service has.
async fn sim() -> Sim {
    store_sim::start(SimOptions {
        rate_limit: Some(20),
        ..SimOptions::default()
    })
    .await
    .unwrap()
}

fn open(sim: &Sim, home: &Path) -> (Services, Sent) {
    open_with(sim, home, 20)
}

fn open_with(sim: &Sim, home: &Path, limit: u32) -> (Services, Sent) {
    let sent = Sent::default();
    let record = Arc::clone(&sent);
    let watch = Arc::new(move |exchange: Exchange| {
        let status = exchange.status.unwrap_or_default();
        let line = format!("{} {} {status}", exchange.method, exchange.path);
        record.lock().unwrap().push(line);
    });
    let services = services::open_limited(&sim.url(), home, "", watch, limit);
    (services, sent)
}

fn store(sent: &Sent) -> Vec<String> {
    let sent = sent.lock().unwrap();
    let of_store = |line: &&String| !line.contains("sign in");
    sent.iter().filter(of_store).cloned().collect()
}

/// Opens the dashboard and waits until the selected product can be read; gives what went out until then.
async fn readable(services: Services, sent: &Sent) -> (Dashboard, Vec<String>) {
    let mut dashboard = Dashboard::open(services);
    dashboard
        .until("the selected product", |model| {
            model
                .details
                .values()
                .any(|detail| detail.value().is_some())
        })
        .await;
    let sent = store(sent);
    let selected = dashboard.app.selected().unwrap();
    let detail = dashboard.app.model().details.get(selected);
    assert!(detail.is_some_and(|detail| detail.value().is_some()));
    (dashboard, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_selected_product_is_readable_after_four_requests() {
    let (sim, home) = (sim().await, tempfile::tempdir().unwrap());
    let (services, sent) = open(&sim, home.path());
    let (mut dashboard, first) = readable(services, &sent).await;
    assert!(first.len() <= 4, "{first:?}");
    // Then the other lists, then what is pending.
    let asked = |all: &[String]| all.iter().skip(4).any(|line| line.contains("/status"));
    dashboard
        .until("what is pending", |_| asked(&store(&sent)))
        .await;
    let all = store(&sent);
    assert!(all.iter().all(|line| !line.ends_with("429")), "{all:?}");
    dashboard.close().await;

    // A published document does not change under its id: the next start has it.
    let (services, sent) = open(&sim, home.path());
    let (dashboard, second) = readable(services, &sent).await;
    assert!(second.len() < first.len(), "{second:?}");
    dashboard.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_document_is_read_once() {
    let (bench, home) = (Bench::new().await, tempfile::tempdir().unwrap());
    let (services, sent) = open_with(&bench.sim, home.path(), 50_000);
    let dashboard = Dashboard::at(services, &app()).await;
    dashboard.close().await;
    let (services, sent_again) = open_with(&bench.sim, home.path(), 50_000);
    let dashboard = Dashboard::at(services, &app()).await;
    dashboard.close().await;
    let reads = |sent: &Sent| {
        let part = format!("{}/submissions/", app().id());
        let lines = store(sent);
        lines.iter().filter(|line| line.contains(&part)).count()
    };
    assert_eq!((reads(&sent), reads(&sent_again)), (1, 0));
}
