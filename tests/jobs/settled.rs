//! What becomes of a working copy when the Store changes: by our own runs and tasks, by another dashboard, by nobody.

use crate::{
    bench::{Bench, add_on_with_draft, app},
    dashboard::Dashboard,
};
use flightdeck::{
    engine::view::Outcome,
    storage::{EditedDraft, Kept},
    tasks::{report::Report, services::Services},
};
use jiff::Timestamp;
use std::fs;
use store_model::{json::document::pretty, status::Status, submission::put_body, target::Target};
use store_sim::{Scenario, SimOptions};

/// The app's next release as it would be edited, with its ZIP, on disk as an earlier session left it.
async fn prepared(bench: &Bench) -> EditedDraft {
    let live = bench.services.store.product(&app()).await.unwrap();
    let id = live.published.unwrap();
    let live = bench.services.store.submission(&app(), &id).await.unwrap();
    let draft = EditedDraft {
        text: pretty(&put_body(app().kind(), &bench.document("notes-2.5.json"))),
        base: Some(put_body(app().kind(), &live.submission.document)),
        base_submission: Some(id),
        zip: Some(bench.file("northwind-notes-2.5.zip")),
        saved_at: Timestamp::now(),
        writer: None,
    };
    bench
        .services
        .home
        .drafts()
        .save_edited(&app(), &draft)
        .unwrap();
    draft
}

fn kept(services: &Services, target: &Target) -> Option<EditedDraft> {
    services.home.drafts().edited(target).unwrap()
}

/// A run that was stopped in its upload, with the working copy that it carries still on disk.
async fn stopped(bench: &mut Bench) {
    prepared(bench).await;
    let services = bench.services.clone();
    bench.services.upload.bandwidth = Some(64 << 10);
    bench.pool = flightdeck::tasks::pool::Pool::new(bench.services.clone(), bench.sender.clone());
    let job = bench.publish(bench.release());
    bench
        .until(|report| matches!(report, Report::Upload(progress) if progress.sent > 0))
        .await;
    bench.pool.cancel(job);
    bench.ended([job]).await;
    bench.services = services;
}

async fn resumed(bench: &mut Bench) -> Dashboard {
    stopped(bench).await;
    let mut dashboard = Dashboard::at(bench.services.clone(), &app()).await;
    dashboard
        .until("the run that was left", |model| !model.runs.is_empty())
        .await;
    assert!(
        dashboard
            .copy(&app())
            .is_some_and(|copy| copy.zip.is_some())
    );
    dashboard.keys("5 c");
    dashboard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_run_that_is_published_leaves_nothing_prepared() {
    let mut bench = Bench::new().await;
    let mut dashboard = resumed(&mut bench).await;
    let is_published = |model: &flightdeck::state::Model| {
        let ending = model.runs.first().and_then(|row| row.view.ending.as_ref());
        ending.is_some_and(|ending| ending.outcome == Outcome::Published)
    };
    dashboard.until("the end", is_published).await;
    dashboard.settle().await;
    assert_eq!(dashboard.copy(&app()), None);
    dashboard.keys("4");
    let screen = dashboard.screen();
    for said in [
        "Somebody else",
        "changes against",
        "northwind-notes-2.5.zip",
    ] {
        assert!(!screen.contains(said), "{said}: {screen}");
    }
    assert_eq!(kept(&bench.services, &app()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_has_published_is_no_longer_prepared_either() {
    let mut bench = Bench::new().await;
    prepared(&bench).await;
    let job = bench.publish(bench.release());
    bench.ended([job]).await;
    assert!(kept(&bench.services, &app()).is_some());
    let mut dashboard = Dashboard::at(bench.services.clone(), &app()).await;
    dashboard.settle().await;
    assert_eq!(dashboard.copy(&app()), None, "{}", dashboard.screen());
    assert_eq!(kept(&bench.services, &app()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_draft_takes_what_was_prepared_with_it_but_not_what_was_edited_since() {
    for further in [false, true] {
        let bench = Bench::new().await;
        let target = add_on_with_draft();
        let mut dashboard = Dashboard::at(bench.services.clone(), &target).await;
        let detail = dashboard.app.model().details[&target]
            .value()
            .unwrap()
            .clone();
        let mut body = put_body(target.kind(), &detail.pending.as_ref().unwrap().document);
        if further {
            body["tag"] = "edited further".into();
        }
        dashboard.edit(&target, pretty(&body));
        dashboard.settle().await;
        assert!(kept(&bench.services, &target).is_some());
        dashboard.keys("shift-d right enter");
        let gone = target.clone();
        dashboard
            .until("the deletion", |model| {
                model
                    .product(&gone)
                    .is_some_and(|product| product.pending.is_none())
            })
            .await;
        dashboard.settle().await;
        let copy = dashboard.copy(&target);
        assert_eq!(copy.is_some(), further, "{copy:?}");
        assert!(copy.is_none_or(|copy| copy.remote_changes.is_empty()));
        assert!(
            !dashboard.screen().contains("Somebody else"),
            "{}",
            dashboard.screen()
        );
        assert_eq!(kept(&bench.services, &target).is_some(), further);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_commit_the_submission_that_was_committed_is_shown() {
    let mut bench = Bench::with(SimOptions {
        scenario: Scenario::named("stuck").unwrap(),
        ..SimOptions::default()
    })
    .await;
    let mut dashboard = resumed(&mut bench).await;
    dashboard
        .until("the committed submission", |model| {
            let detail = model.details[&app()].value().unwrap();
            let pending = detail.pending.as_ref();
            pending.is_some_and(|pending| pending.status() == Status::CommitStarted)
        })
        .await;
    // Whether the Store takes it is not known yet: nothing is thrown away.
    assert!(
        dashboard
            .copy(&app())
            .is_some_and(|copy| copy.zip.is_some())
    );
    dashboard.close().await;
}

#[rstest::rstest]
#[case("commit-failed")]
#[case("fall-back")]
#[case("certification-failed")]
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_keeps_document_and_zip_and_its_story(#[case] scenario: &str) {
    let mut bench = Bench::with(SimOptions {
        scenario: Scenario::named(scenario).unwrap(),
        ..SimOptions::default()
    })
    .await;
    let mut dashboard = resumed(&mut bench).await;
    let has_failed = |model: &flightdeck::state::Model| {
        let ending = model.runs.first().and_then(|row| row.view.ending.as_ref());
        ending.is_some_and(|ending| ending.outcome == Outcome::Failed && ending.cause.is_some())
    };
    dashboard.until("the failure", has_failed).await;
    dashboard.settle().await;
    let copy = dashboard.copy(&app()).unwrap();
    assert_eq!(copy.zip, Some(bench.file("northwind-notes-2.5.zip")));
    assert!(copy.text.as_ref().unwrap().contains("2.5"));
    let on_disk = kept(&bench.services, &app()).unwrap();
    assert!(on_disk.zip.is_some() && !on_disk.text.is_empty());
    dashboard.keys("4");
    let screen = dashboard.screen();
    assert!(
        screen.contains("failed") || screen.contains("Failed"),
        "{screen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_dashboard_sees_the_text_of_the_first_and_overwrites_none() {
    let bench = Bench::new().await;
    let mut first = Dashboard::at(bench.services.clone(), &app()).await;
    let mut second = Dashboard::at(bench.services.clone(), &app()).await;
    first.edit(&app(), "{\"first\": 1}");
    first.settle().await;
    second.keys("e");
    second
        .until("the first one's text", |model| {
            model
                .edits
                .get(&app())
                .and_then(|copy| copy.text.as_deref())
                == Some("{\"first\": 1}")
        })
        .await;
    // Both go on: the later one keeps its text, the other one is set aside.
    first.edit(&app(), "{\"first\": 2}");
    first.settle().await;
    second.edit(&app(), "{\"second\": 1}");
    second.settle().await;
    assert_eq!(
        kept(&bench.services, &app()).unwrap().text,
        "{\"second\": 1}"
    );
    let aside: Vec<_> = bench
        .services
        .home
        .drafts()
        .list()
        .unwrap()
        .into_iter()
        .filter(|file| file.why == Kept::SetAside)
        .map(|file| fs::read_to_string(file.path).unwrap())
        .collect();
    assert_eq!(aside, ["{\"first\": 2}"]);
    let said = second.app.messages().join("\n");
    assert!(said.contains("Another Flightdeck"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_asks_while_something_is_not_on_disk() {
    let bench = Bench::new().await;
    let mut dashboard = Dashboard::at(bench.services.clone(), &app()).await;
    bench.block("drafts");
    dashboard.edit(&app(), "{\"not\": \"on disk\"}");
    dashboard.keys("q");
    dashboard.settle().await;
    assert!(!dashboard.has_quit);
    let screen = dashboard.screen();
    assert!(
        screen.contains("Leave and lose what was edited?") && screen.contains("is not on disk"),
        "{screen}"
    );
    // With room again it is kept and left without a question.
    dashboard.keys("esc");
    fs::remove_file(bench.home().join("data/drafts")).unwrap();
    fs::create_dir(bench.home().join("data/drafts")).unwrap();
    dashboard.keys("q");
    dashboard.settle().await;
    assert!(dashboard.has_quit, "{}", dashboard.screen());
    assert!(kept(&bench.services, &app()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_working_copy_is_set_aside_and_named() {
    let bench = Bench::new().await;
    let drafts = bench.services.home.drafts();
    let path = drafts.save(&app(), Kept::Edited, None, "{}").unwrap();
    for damage in [&b"cut off"[..], b"\xff\xfe not a text"] {
        fs::write(&path, damage).unwrap();
        let mut dashboard = Dashboard::at(bench.services.clone(), &app()).await;
        dashboard.edit(&app(), "{\"new\": 1}");
        dashboard.settle().await;
        assert_eq!(kept(&bench.services, &app()).unwrap().text, "{\"new\": 1}");
        let is_there = drafts.list().unwrap().into_iter().any(|file| {
            file.why == Kept::SetAside && fs::read(file.path).is_ok_and(|bytes| bytes == damage)
        });
        assert!(is_there, "{damage:?}");
        let said = dashboard.app.messages().join("\n");
        assert!(said.contains("set aside"), "{said}");
        dashboard.close().await;
    }
}
