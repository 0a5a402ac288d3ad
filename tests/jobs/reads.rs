//! Lists, targets and states: what is told first, and what when a part of it cannot be had.

use crate::bench::{Bench, add_on_with_draft, app, held};
use flightdeck::tasks::{
    job::{Catalog, Job},
    report::Report,
};
use store_model::{status::Status, target::Target};
use store_sim::SimOptions;

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_told_page_by_page_and_then_as_a_whole() {
    let mut bench = Bench::with(SimOptions {
        apps: Some(450),
        ..SimOptions::default()
    })
    .await;
    let told = bench.run(Job::LoadCatalog(Catalog::Apps)).await;
    let Some((
        Report::Products {
            catalog: Catalog::Apps,
            products,
            ..
        },
        parts,
    )) = told.split_last()
    else {
        panic!("{told:?}")
    };
    assert_eq!(products.len(), 450);
    let mut longest = 0;
    for part in parts {
        let Report::Some {
            catalog: Catalog::Apps,
            products: some,
            total: 450,
        } = part
        else {
            panic!("{part:?}")
        };
        assert!(some.len() > longest && products.starts_with(some));
        longest = some.len();
    }
    assert!(parts.len() > 1, "{} parts", parts.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_known_lists_come_from_disk_without_a_request() {
    let mut bench = Bench::new().await;
    assert_eq!(bench.run(Job::Recall).await, []);
    let mut known = Vec::new();
    for catalog in [Catalog::Apps, Catalog::AddOns] {
        let told = bench.run(Job::LoadCatalog(catalog)).await;
        let Some(Report::Products {
            catalog,
            products,
            at,
        }) = told.last()
        else {
            panic!("{told:?}")
        };
        assert!(!products.is_empty());
        known.push(Report::Recalled {
            catalog: catalog.clone(),
            products: products.clone(),
            at: *at,
        });
    }
    bench.restart();
    let before = bench.state().await["answered"].clone();
    assert_eq!(bench.run(Job::Recall).await, known);
    assert_eq!(bench.state().await["answered"], before);
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_refused_says_so_and_keeps_what_was_known() {
    let mut bench = Bench::new().await;
    bench.run(Job::LoadCatalog(Catalog::Apps)).await;
    let url = format!("{}/_sim/operator/switch", bench.sim.url());
    let http = store_client::http::http_client().unwrap();
    let answer = http
        .post(url)
        .json(&serde_json::json!({"name": "role_removed"}))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    let told = bench.run(Job::LoadCatalog(Catalog::Apps)).await;
    let [Report::Failed { message }] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(
        message.contains("list") && message.contains("403"),
        "{message}"
    );
    assert!(matches!(
        bench.run(Job::Recall).await.as_slice(),
        [Report::Recalled { .. }]
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_comes_with_both_of_its_documents() {
    let mut bench = Bench::new().await;
    let told = bench.run(Job::LoadTarget(add_on_with_draft())).await;
    let [Report::Target(detail)] = told.as_slice() else {
        panic!("{told:?}")
    };
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

    let told = bench.run(Job::LoadTarget(app())).await;
    let [Report::Target(detail)] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(detail.published.is_some() && detail.pending.is_none());

    let told = bench
        .run(Job::LoadTarget(Target::app("9NX0NOTTHERE")))
        .await;
    let [Report::Failed { message }] = told.as_slice() else {
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
    let told = bench
        .run(Job::LoadStatuses(
            pending.map(|(target, id)| (target, id.to_owned())).to_vec(),
        ))
        .await;
    let mut seen: Vec<_> = told
        .iter()
        .map(|report| match report {
            Report::Status {
                target,
                submission,
                report,
            } => (target.id(), submission.as_str(), report.status.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    seen.sort_by_key(|(id, ..)| *id);
    assert_eq!(
        seen,
        [
            ("9NX0EXAMPLE3", "1152921505690000211", Status::Certification),
            ("9P2KLEDG3R7M", "1152921505690000216", Status::CommitFailed)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_read_of_a_target_ends_the_older_one() {
    // The first answer takes so long that the person asks again.
    let mut bench = Bench::with(held("get-app")).await;
    let older = bench.start(Job::LoadTarget(app()));
    let other = bench.start(Job::LoadTarget(add_on_with_draft()));
    let newer = bench.start(Job::LoadTarget(app()));
    let [older, other] = bench.ended([older, other]).await;
    bench.play("").await;
    let [newer] = bench.ended([newer]).await;
    assert_eq!(older, [Report::Cancelled]);
    assert!(matches!(other.as_slice(), [Report::Target(_)]));
    assert!(matches!(newer.as_slice(), [Report::Target(_)]));
}
