//! Lists, targets and states: what is told first, and what when a part of it cannot be had.

use crate::bench::{Bench, add_on_with_draft, app, event, held, result};
use flightdeck::tasks::{
    load::{LoadCatalog, LoadStatus, LoadTarget, Recall, Recalled},
    message::TaskEvent,
    report::Report,
};
use store_model::{catalog::Catalog, status::Status, target::Target};
use store_sim::{Scenario, SimOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_told_page_by_page_and_then_as_a_whole() {
    let mut bench = Bench::with(SimOptions {
        apps: Some(450),
        ..SimOptions::default()
    })
    .await;
    let told = bench.run(LoadCatalog(Catalog::Apps)).await;
    let products = &result::<LoadCatalog>(&told).unwrap().products;
    assert_eq!(products.len(), 450);
    let (_, parts) = told.split_last().unwrap();
    let mut longest = 0;
    for part in parts {
        let Some(TaskEvent::Progress(part)) = event::<LoadCatalog>(part) else {
            panic!("{part:?}")
        };
        assert_eq!(part.total, 450);
        assert!(part.products.len() > longest && products.starts_with(&part.products));
        longest = part.products.len();
    }
    assert!(parts.len() > 1, "{} parts", parts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_known_lists_come_from_disk_without_a_request() {
    let mut bench = Bench::new().await;
    let recalled = |told: &[Report]| -> Vec<Recalled> {
        let parts = told.iter().filter_map(event::<Recall>);
        let lists = parts.filter_map(|part| match part {
            TaskEvent::Progress(list @ Recalled::List { .. }) => Some(list.clone()),
            _ => None,
        });
        lists.collect()
    };
    assert_eq!(recalled(&bench.run(Recall).await), []);
    let mut known = Vec::new();
    for catalog in [Catalog::Apps, Catalog::AddOns] {
        let told = bench.run(LoadCatalog(catalog.clone())).await;
        let list = result::<LoadCatalog>(&told).unwrap();
        assert!(!list.products.is_empty());
        known.push(Recalled::List {
            catalog,
            products: list.products.clone(),
            total: list.total,
            at: list.at,
        });
    }
    bench.restart();
    let before = bench.state().await["answered"].clone();
    assert_eq!(recalled(&bench.run(Recall).await), known);
    assert_eq!(bench.state().await["answered"], before);
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_part_of_a_long_list_that_was_read_outlives_an_outage_and_a_restart() {
    let mut bench = Bench::with(SimOptions {
        apps: Some(250),
        scenario: Scenario::parse(
            "[[fault]]\ncall = \"GET /v1.0/my/applications\"\nnth = 2\neffect = \"answer\"\nstatus = 403\n",
        )
        .unwrap(),
        ..SimOptions::default()
    })
    .await;
    let told = bench.run(LoadCatalog(Catalog::Apps)).await;
    assert!(
        matches!(told.last(), Some(Report::Failed { .. })),
        "{told:?}"
    );
    bench.restart();
    let recalled = bench.run(Recall).await;
    let part = recalled
        .iter()
        .filter_map(event::<Recall>)
        .find_map(|part| match part {
            TaskEvent::Progress(Recalled::List {
                products, total, ..
            }) => Some((products.len(), *total)),
            _ => None,
        });
    // The pages are read side by side, so that the third may be there as well.
    assert!(matches!(part, Some((100 | 200, 250))), "{part:?}");
    // A later part that is no longer changes nothing; the whole list does.
    bench.run(LoadCatalog(Catalog::Apps)).await;
    bench.restart();
    let recalled = bench.run(Recall).await;
    let known = recalled.iter().filter_map(event::<Recall>).any(|part| {
        matches!(part, TaskEvent::Progress(Recalled::List { products, total: 250, .. }) if products.len() == 250)
    });
    assert!(known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_refused_says_so_and_keeps_what_was_known() {
    let mut bench = Bench::new().await;
    bench.run(LoadCatalog(Catalog::Apps)).await;
    let url = format!("{}/_sim/operator/switch", bench.sim.url());
    let http = store_client::http::http_client().unwrap();
    let answer = http
        .post(url)
        .json(&serde_json::json!({"name": "role_removed"}))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    let told = bench.run(LoadCatalog(Catalog::Apps)).await;
    let [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert!(
        message.contains("list") && message.contains("403"),
        "{message}"
    );
    let told = bench.run(Recall).await;
    assert!(matches!(
        event::<Recall>(&told[0]),
        Some(TaskEvent::Progress(Recalled::List { .. }))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_comes_with_both_of_its_documents() {
    let mut bench = Bench::new().await;
    let told = bench.run(LoadTarget(add_on_with_draft())).await;
    let detail = result::<LoadTarget>(&told).unwrap();
    let (published, pending) = (
        detail.published.as_ref().unwrap(),
        detail.pending.as_ref().unwrap(),
    );
    assert_eq!(detail.product.target, add_on_with_draft());
    assert_eq!(
        (Some(&published.id), Some(&pending.id)),
        (
            detail.product.published.as_ref(),
            detail.product.pending.as_ref()
        )
    );
    assert_eq!(
        (published.status(), pending.status()),
        (Status::Published, Status::PendingCommit)
    );
    assert!(pending.has_upload_url() && detail.edit.is_none());

    let told = bench.run(LoadTarget(app())).await;
    let detail = result::<LoadTarget>(&told).unwrap();
    assert!(detail.published.is_some() && detail.pending.is_none());

    let told = bench.run(LoadTarget(Target::app("9NX0NOTTHERE"))).await;
    let [Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })] = told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert!(message.contains("9NX0NOTTHERE"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_cannot_be_had_does_not_keep_the_others_back() {
    let mut bench = Bench::new().await;
    let pending = [
        (Target::app("9NX0EXAMPLE3"), "1152921505690000211"),
        (Target::app("9NX0NOTTHERE"), "1152921505690000999"),
        (Target::app("9P2KLEDG3R7M"), "1152921505690000216"),
    ];
    let mut seen = Vec::new();
    for (target, submission) in pending {
        let submission = submission.to_owned();
        let told = bench.run(LoadStatus { target, submission }).await;
        seen.push(result::<LoadStatus>(&told).map(|report| report.status.clone()));
    }
    assert_eq!(
        seen,
        [
            Some(Status::Certification),
            None,
            Some(Status::CommitFailed)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_read_of_a_target_ends_the_older_one() {
    // The first answer takes so long that the person asks again.
    let mut bench = Bench::with(held("get-app")).await;
    let older = bench.start(LoadTarget(app()));
    let other = bench.start(LoadTarget(add_on_with_draft()));
    let newer = bench.start(LoadTarget(app()));
    let [older, other] = bench.ended([older, other]).await;
    bench.play("").await;
    let [newer] = bench.ended([newer]).await;
    assert_eq!(older, [Report::Cancelled]);
    assert!(result::<LoadTarget>(&other).is_some());
    assert!(result::<LoadTarget>(&newer).is_some());
}
