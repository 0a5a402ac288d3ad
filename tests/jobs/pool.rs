//! What holds for every job: a panic is a failed job, a slow reader loses previews and no result, the end waits only so long.

use crate::{
    bench::{Bench, HANGS, add_on, app, held, result, uploads, views},
    runs::archive_of_many_blocks,
};
use flightdeck::{
    engine::view::{Outcome, Step, StepState},
    tasks::{
        load::{LoadCatalog, LoadTarget},
        report::{Connection, Report},
    },
};
use serde_json::json;
use std::time::Duration;
use store_model::catalog::Catalog;
use store_sim::{Scenario, SimOptions};
use tokio::time;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_has_failed_and_the_others_go_on() {
    // Whoever watches the requests runs inside of the job that makes them.
    let observe = |exchange: &store_client::Exchange| {
        assert!(
            !exchange.path.contains(app().id()) || !exchange.path.ends_with("/commit"),
            "what only the log may tell"
        );
        assert!(
            exchange.path.split('?').next() != Some("inappproducts"),
            "what only the log may tell"
        );
    };
    let mut bench = Bench::watched(SimOptions::default(), observe, |_| {}).await;
    let icon = bench.file("notes-pro-icon.zip");
    let broken = bench.publish(bench.release());
    let whole = bench.publish(bench.plan(add_on(), "notes-pro.json", Some(&icon)));
    let list = bench.start(LoadCatalog(Catalog::AddOns));
    let [broken, whole, list] = bench.ended([broken, whole, list]).await;
    for told in [&broken, &list] {
        let Some(Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })) =
            told.last()
        else {
            panic!("{told:?}")
        };
        assert!(
            message.contains("internal error") && !message.contains("what only the log may tell"),
            "{message}"
        );
    }
    assert_eq!(
        views(&broken)
            .last()
            .unwrap()
            .step(Step::Commit)
            .unwrap()
            .state,
        StepState::Started
    );
    assert_eq!(
        views(&whole)
            .last()
            .unwrap()
            .ending
            .as_ref()
            .unwrap()
            .outcome,
        Outcome::Published
    );
    // The client they shared is not broken either.
    assert!(result::<LoadTarget>(&bench.run(LoadTarget(app())).await).is_some());
    assert!(result::<LoadCatalog>(&bench.run(LoadCatalog(Catalog::Apps)).await).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_late_misses_previews_and_no_result() {
    // Nothing of the upload goes on before nobody reads any more.
    let mut bench = Bench::watched(
        held("put-block"),
        |_| {},
        |services| services.upload.block_size = Some(64 << 10),
    )
    .await;
    let zip = archive_of_many_blocks(&bench);
    let size = std::fs::metadata(&zip).unwrap().len();
    let job = bench.publish(bench.plan(app(), "notes-2.5.json", Some(&zip)));
    let is_uploading = |report: &Report| matches!(report, Report::Run(view) if view.current().is_some_and(|step| step.step == Step::Upload));
    bench.until(is_uploading).await;
    while bench
        .sender
        .try_send((None, Report::Connection(Connection::default())))
        .is_ok()
    {}
    bench.play("").await;
    // Nobody reads until the whole archive has arrived.
    let arrived = async {
        loop {
            let state = bench.state_of(&app()).await;
            if state["submissions"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["blobBytes"] == json!(size))
            {
                break;
            }
        }
    };
    time::timeout(HANGS, arrived).await.unwrap();
    let list = bench.start(LoadCatalog(Catalog::Apps));
    let [told, list] = bench.ended([job, list]).await;

    let views = views(&told);
    let states: Vec<_> = views
        .iter()
        .map(|view| {
            view.steps
                .iter()
                .filter(|step| step.state == StepState::Done)
                .count()
        })
        .collect();
    assert!(
        states.is_sorted() && states.first() == Some(&7) && states.last() == Some(&9),
        "{states:?}"
    );
    assert_eq!(
        views.last().unwrap().ending.as_ref().unwrap().outcome,
        Outcome::Published
    );
    assert!(result::<LoadCatalog>(&list).is_some());
    // Words about the upload on its way are gone; that it is complete is not.
    let uploads = uploads(&told);
    assert!(
        uploads.len() < 10,
        "{} words about an upload that nobody read",
        uploads.len()
    );
    assert_eq!(uploads.last().map(|progress| progress.sent), Some(size));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_program_stops_every_run_in_order() {
    let scenario = Scenario::parse(
        "[[fault]]\ncall = \"commit\"\nproduct = \"9NX0ADDONEX1\"\neffect = \"stuck\"\n",
    )
    .unwrap();
    let slow = |services: &mut flightdeck::tasks::services::Services| {
        services.upload.block_size = Some(64 << 10);
        services.upload.bandwidth = Some(1 << 20);
    };
    let mut bench = Bench::watched(
        SimOptions {
            scenario,
            ..SimOptions::default()
        },
        |_| {},
        slow,
    )
    .await;
    let (icon, large) = (
        bench.file("notes-pro-icon.zip"),
        bench.file("northwind-notes-large.zip"),
    );
    bench.publish(bench.plan(add_on(), "notes-pro.json", Some(&icon)));
    bench
        .until(|report| matches!(report, Report::Run(view) if !view.timeline.is_empty()))
        .await;
    bench.publish(bench.plan(app(), "notes-2.5.json", Some(&large)));
    bench.until(|report| matches!(report, Report::Upload(progress) if progress.total > 1 << 20 && progress.sent > 0)).await;

    let pool = bench.stop_pool();
    pool.shut_down(HANGS).await;
    let rest: Vec<_> = bench
        .rest()
        .await
        .into_iter()
        .map(|(_, report)| report)
        .collect();
    let ended: Vec<_> = views(&rest)
        .into_iter()
        .filter_map(|view| Some(view.ending.as_ref()?.outcome))
        .collect();
    // What is only followed is not cancelled by that: the next start goes on with it.
    assert_eq!(ended, [Outcome::Cancelled]);
    assert_eq!(
        rest.iter()
            .filter(|report| matches!(report, Report::Ended))
            .count(),
        2
    );
    assert_eq!(
        (
            &bench.state_of(&app()).await["commits"],
            &bench.state_of(&add_on()).await["commits"]
        ),
        (&json!(0), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_program_waits_no_longer_than_it_was_told_to() {
    // A request that changes something is never dropped half-way, and this one takes for ever.
    let scenario = Scenario::parse(
        "[[fault]]\ncall = \"create\"\neffect = \"delay\"\nmilliseconds = 600000\n",
    )
    .unwrap();
    let mut bench = Bench::with(SimOptions {
        scenario,
        ..SimOptions::default()
    })
    .await;
    bench.publish(bench.release());
    bench
        .until(|report| matches!(report, Report::Run(view) if view.current().is_some_and(|step| step.step == Step::Create)))
        .await;
    let pool = bench.stop_pool();
    time::timeout(HANGS, pool.shut_down(Duration::from_millis(50)))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_that_is_gone_holds_no_job_up() {
    let mut bench = Bench::new().await;
    bench.publish(bench.release());
    bench.until(|report| matches!(report, Report::Run(_))).await;
    let pool = bench.stop_pool();
    bench.close();
    pool.shut_down(HANGS).await;
    let journal = bench.services.home.runs().list().unwrap();
    assert!(
        journal
            .iter()
            .all(|run| !run.is_locked && run.damaged.is_none())
            && journal.len() == 1,
        "{journal:?}"
    );
}
