//! Runs from their start to their end, and what becomes of the account when they are stopped on the way.

use crate::bench::{Bench, add_on, add_on_with_draft, app, held, result, uploads, views};
use flightdeck::{
    engine::{
        driver::tasks::{Follow, Publish},
        plan::{PendingPolicy, Plan},
        view::{Outcome, RunView, Step, StepState},
    },
    tasks::{load::LoadTarget, report::Report, reporter::JobId, services::Services},
};
use serde_json::{Value, json};
use std::{fs, io::Write, path::PathBuf, sync::Arc};
use store_sim::{Scenario, SimOptions};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A block of the least size, so that a small archive has many.
const BLOCK: u64 = 64 << 10;

fn small_blocks(services: &mut Services) {
    services.upload.block_size = Some(BLOCK);
}

/// Far too slow to come to an end.
fn slow_upload(services: &mut Services) {
    services.upload.block_size = Some(BLOCK);
    services.upload.bandwidth = Some(1 << 20);
}

/// The sample archive with 24 MiB more in it than the document asks for.
pub(crate) fn archive_of_many_blocks(bench: &Bench) -> PathBuf {
    let path = bench.file("many-blocks.zip");
    fs::copy(bench.file("northwind-notes-2.5.zip"), &path).unwrap();
    let file = fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    let mut zip = ZipWriter::new_append(file).unwrap();
    zip.start_file(
        "notes.bin",
        SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
    )
    .unwrap();
    zip.write_all(&vec![7; 24 << 20]).unwrap();
    zip.finish().unwrap();
    path
}

/// The app's next release with an archive that takes long.
fn long_release(bench: &Bench) -> Plan {
    bench.plan(
        app(),
        "notes-2.5.json",
        Some(&bench.file("northwind-notes-large.zip")),
    )
}

/// Reads until the upload under way has had a block acknowledged.
async fn until_uploading(bench: &mut Bench) {
    bench
        .until(|report| matches!(report, Report::Upload(progress) if progress.sent > 0))
        .await;
}

fn ending(reports: &[Report]) -> (Outcome, String) {
    let last = views(reports).into_iter().next_back().unwrap();
    let ending = last.ending.as_ref().unwrap_or_else(|| panic!("{last:?}"));
    (ending.outcome, ending.message.clone())
}

/// The steps that were told as done, in the order in which they came to it.
fn done(views: &[&RunView]) -> Vec<Step> {
    let mut done = Vec::new();
    for step in views.iter().flat_map(|view| &view.steps) {
        if step.state == StepState::Done && !done.contains(&step.step) {
            done.push(step.step);
        }
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_told_from_its_start_to_published() {
    let mut bench = Bench::watched(SimOptions::default(), |_| {}, small_blocks).await;
    let zip = archive_of_many_blocks(&bench);
    let size = fs::metadata(&zip).unwrap().len();
    let plan = bench.plan(app(), "notes-2.5.json", Some(&zip));
    let told = bench.run(Publish(Arc::new(plan))).await;

    let views = views(&told);
    assert_eq!(done(&views), Step::ALL);
    for step in Step::ALL {
        let states: Vec<_> = views
            .iter()
            .map(|view| view.step(step).unwrap().state)
            .collect();
        assert!(
            states.contains(&StepState::Started),
            "{step:?} was never told as under way"
        );
        assert!(
            states.is_sorted_by_key(|state| *state as u8),
            "{step:?} went back: {states:?}"
        );
    }
    let last = views.last().unwrap();
    let ending = last.ending.as_ref().unwrap();
    assert_eq!(
        (
            ending.outcome,
            last.timeline.last().unwrap().status.as_str()
        ),
        (Outcome::Published, "Published")
    );
    assert!(
        last.timeline
            .iter()
            .any(|seen| seen.status.as_str() == "CommitStarted")
    );

    let uploads = uploads(&told);
    assert!(
        uploads.len() > 1
            && uploads
                .iter()
                .all(|progress| progress.run == last.id && progress.total == size)
    );
    assert!(
        uploads.is_sorted_by_key(|progress| progress.sent)
            && uploads.is_sorted_by_key(|progress| progress.blocks_done)
    );
    let complete = uploads.last().unwrap();
    assert_eq!(
        (complete.sent, complete.blocks_done, complete.blocks),
        (size, size.div_ceil(BLOCK) as u32, complete.blocks_done)
    );

    let state = bench.state_of(&app()).await;
    assert_eq!(
        [
            &state["creates"],
            &state["updates"],
            &state["commits"],
            &state["deletes"]
        ],
        [&json!(1), &json!(1), &json!(1), &json!(0)]
    );
    assert_eq!(state["published"], last.submission.as_deref().unwrap());
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_in_its_upload_commits_nothing_and_names_the_draft() {
    let mut bench = Bench::watched(SimOptions::default(), |_| {}, slow_upload).await;
    let job = bench.publish(long_release(&bench));
    until_uploading(&mut bench).await;
    bench.pool.cancel(job);
    let [told] = bench.ended([job]).await;
    let (outcome, message) = ending(&told);
    let state = bench.state_of(&app()).await;
    let draft = state["pending"].as_str().unwrap();
    assert_eq!(outcome, Outcome::Cancelled);
    assert!(
        message.contains(draft) && message.contains("not committed"),
        "{message}"
    );
    assert_eq!(
        (&state["creates"], &state["commits"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        state["submissions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == draft)
            .unwrap()["blobBytes"],
        Value::Null
    );
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_while_it_follows_leaves_the_submission_to_the_store() {
    let scenario = Scenario::named("stuck").unwrap();
    let mut bench = Bench::with(SimOptions {
        scenario,
        ..SimOptions::default()
    })
    .await;
    let job = bench.publish(bench.release());
    bench
        .until(|report| matches!(report, Report::Run(view) if !view.timeline.is_empty()))
        .await;
    bench.pool.cancel(job);
    let [told] = bench.ended([job]).await;
    let (outcome, message) = ending(&told);
    assert!(
        outcome == Outcome::Cancelled && message.contains("goes on by itself"),
        "{message}"
    );
    let state = bench.state_of(&app()).await;
    let pending = state["pending"].as_str().unwrap().to_owned();
    let submission = state["submissions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == pending.as_str())
        .unwrap()
        .clone();
    assert_eq!(
        (&state["commits"], &state["deletes"], &submission["status"]),
        (&json!(1), &json!(0), &json!("CommitStarted"))
    );

    // It can be followed again, and let go again.
    let follow = bench.start(Follow {
        target: app(),
        name: "Northwind Notes".into(),
        submission: pending,
    });
    bench
        .until(|report| matches!(report, Report::Run(view) if !view.timeline.is_empty()))
        .await;
    bench.pool.cancel(follow);
    let [told] = bench.ended([follow]).await;
    assert_eq!(ending(&told).0, Outcome::Cancelled);
    assert_eq!(bench.state_of(&app()).await["commits"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_at_once_changes_nothing() {
    // However late the stop comes, nothing has been read yet.
    let mut bench = Bench::with(held("get-app")).await;
    let job = bench.publish(bench.release());
    bench.pool.cancel(job);
    let [told] = bench.ended([job]).await;
    let (outcome, message) = ending(&told);
    assert!(
        outcome == Outcome::Cancelled && message.contains("before anything"),
        "{message}"
    );
    assert_eq!(bench.state_of(&app()).await["creates"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_releases_go_side_by_side() {
    let mut bench = Bench::new().await;
    let icon = bench.file("notes-pro-icon.zip");
    let plans = [
        bench.release(),
        bench.plan(add_on(), "notes-pro.json", Some(&icon)),
    ];
    let jobs = plans.map(|plan| bench.publish(plan));
    let told = bench.ended(jobs).await;
    for (told, target) in told.iter().zip([app(), add_on()]) {
        assert_eq!(ending(told).0, Outcome::Published);
        let views = views(told);
        assert!(
            views
                .iter()
                .all(|view| view.target == target && view.id == views[0].id),
            "reports of another run"
        );
        assert!(
            uploads(told)
                .iter()
                .all(|progress| progress.run == views[0].id)
        );
        assert_eq!(bench.state_of(&target).await["publications"], 1);
    }
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_releases_of_one_target_never_share_a_draft() {
    // Neither is through before the other one has come to its end.
    let mut bench = Bench::with(held("commit")).await;
    let jobs: [JobId; 2] = std::array::from_fn(|_| bench.publish(bench.release()));
    bench.until_ended(&jobs).await;
    bench.play("").await;
    let told = bench.ended(jobs).await;
    let mut outcomes = told.map(|told| ending(&told).0.word());
    outcomes.sort_unstable();
    // The later one finds the draft of the first, or the Store refuses it a second one.
    assert!(
        matches!(outcomes, ["failed" | "published", "published" | "refused"])
            && outcomes[0] != outcomes[1],
        "{outcomes:?}"
    );
    let state = bench.state_of(&app()).await;
    assert_eq!(
        (&state["creates"], &state["commits"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_journal_there_is_no_run() {
    let mut bench = Bench::new().await;
    bench.block("runs");
    let told = bench.run(Publish(Arc::new(bench.release()))).await;
    let Some(Report::Failed(flightdeck::tasks::message::TaskFailure { message, .. })) =
        told.first()
    else {
        panic!("{told:?}")
    };
    assert!(
        message.contains("not started") && message.contains("runs"),
        "{message}"
    );
    let state = bench.state().await;
    assert_eq!(state["products"][app().to_string()]["creates"], 0);
    assert_eq!(state["requests"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_replaced_only_after_its_document_is_saved() {
    let mut bench = Bench::new().await;
    let target = add_on_with_draft();
    let told = bench.run(LoadTarget(target.clone())).await;
    let published = &result::<LoadTarget>(&told).unwrap().published;
    let mut document = published.as_ref().unwrap().document.clone();
    document["tag"] = "changed".into();
    let draft = bench.state_of(&target).await["pending"]
        .as_str()
        .unwrap()
        .to_owned();
    let plan = Plan {
        target: target.clone(),
        document: Some(document),
        zip: None,
        pending: PendingPolicy::Replace,
        draft_seen: Some(draft.clone()),
        base: None,
        ..bench.release()
    };

    let drafts = bench.home().join("data/drafts");
    bench.block("drafts");
    let told = bench.run(Publish(Arc::new(plan.clone()))).await;
    let (outcome, message) = ending(&told);
    assert!(
        outcome == Outcome::Failed && message.contains("drafts"),
        "{message}"
    );
    let state = bench.state_of(&target).await;
    assert_eq!(
        (&state["deletes"], &state["creates"], &state["pending"]),
        (&json!(0), &json!(0), &json!(draft))
    );

    fs::remove_file(&drafts).unwrap();
    fs::create_dir(&drafts).unwrap();
    let told = bench.run(Publish(Arc::new(plan))).await;
    assert_eq!(ending(&told).0, Outcome::Published, "{:?}", ending(&told));
    let saved: Vec<_> = fs::read_dir(&drafts)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(
        saved.iter().any(|text| text.contains(&draft)),
        "{} files",
        saved.len()
    );
    bench.assert_home_is_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_run_stands_in_the_history_with_its_journal_beside() {
    let mut bench = Bench::new().await;
    let told = bench.run(Publish(Arc::new(bench.release()))).await;
    let run = views(&told)[0].id.clone();
    let journal = bench.services.home.runs().read(&run).unwrap();
    assert_eq!(journal[0]["run"], run.as_str());
    let intends = journal
        .iter()
        .filter(|entry| entry.get("intends").is_some())
        .count();
    // Create, update, upload, commit: each was on disk before its request.
    assert_eq!(intends, 4);
    let history = fs::read_to_string(bench.home().join("data/history.jsonl")).unwrap();
    assert!(
        history.contains(&run) && history.contains("published"),
        "{history}"
    );
}
