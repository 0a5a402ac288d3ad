//! What was approved holds for as long as a run takes: stopped and gone on with, or with a new draft in place of the old one.

use super::{
    bench::{APP, Bench, Ended, FOR_EVER, sample},
    inside::{Inside, publish},
};
use flightdeck::engine::view::{Cause, Outcome, StepState};
use serde_json::Value;
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use store_model::submission::put_body;
use tokio_util::sync::CancellationToken;

/// What takes longer hangs.
const HANGS: Duration = Duration::from_mins(1);

const URL_ENDS: &str = "[[fault]]\ncall = \"put-block\"\nnth = 1\neffect = \"expire-upload\"\n";

/// A release whose upload URL ends, with a ZIP of its own, and what was said when it was begun.
struct Stopped {
    bench: Bench,
    zip: PathBuf,
    run: String,
    before: Value,
}

impl Stopped {
    fn new(more: &[&str], has_hash: bool) -> Self {
        let bench = Bench::new("");
        let (json, zip) = (sample(APP.json), bench.file("release.zip"));
        fs::copy(sample(APP.zip), &zip).unwrap();
        let (json, file) = (json.to_str().unwrap(), zip.to_str().unwrap());
        let mut said: Vec<String> = more.iter().map(|&word| word.to_owned()).collect();
        if has_hash {
            let diff = [
                "diff", APP.target, "--json", json, "--zip", file, "--output", "json",
            ];
            let hash = bench.run(&diff).result()["hash"]
                .as_str()
                .unwrap()
                .to_owned();
            said.extend(["--expect".to_owned(), hash]);
        }
        bench.play(URL_ENDS);
        let before = bench.state();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let ended = bench.publish_zip(APP, &zip, &said).wait();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let run = bench.run_id();
        Self {
            bench,
            zip,
            run,
            before,
        }
    }

    fn journal(&self) -> Vec<u8> {
        let path = format!("data/runs/{}.jsonl", self.run);
        fs::read(self.bench.home().join(path)).unwrap()
    }

    fn renew(&self, more: &[&str]) -> Ended {
        let args = ["resume", &self.run, "--renew", "--output", "json"];
        self.bench.run(&[&args, more].concat())
    }

    /// The renewal says no: the draft is there, nothing was committed, and the run is what it was.
    fn assert_refused(&self, more: &[&str], words: &str) {
        let (journal, state) = (self.journal(), self.bench.state());
        let ended = self.renew(more);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.words().contains(words), "{words}: {ended:?}");
        assert_eq!(self.journal(), journal, "the journal was touched");
        let after = self.bench.state();
        for count in ["creates", "updates", "deletes", "commits"] {
            let count = |state: &Value| state["products"][APP.target][count].clone();
            assert_eq!(count(&after), count(&state), "{ended:?}");
        }
    }

    fn assert_renewed(&self, more: &[&str]) {
        self.renew(more).assert_published();
        let (was, is) = (
            &self.before["products"][APP.target],
            self.bench.state()["products"][APP.target].clone(),
        );
        let done = |name: &str| is[name].as_u64().unwrap() - was[name].as_u64().unwrap();
        assert_eq!(
            (done("creates"), done("deletes"), done("commits")),
            (2, 1, 1)
        );
    }
}

/// Another ZIP that fits as well: one byte of a comment at its end.
fn replace(zip: &PathBuf) {
    let mut bytes = fs::read(zip).unwrap();
    let length = bytes.len();
    // The length of the archive's comment stands in its last two bytes while there is none.
    bytes[length - 2] = 1;
    bytes.push(b'!');
    fs::write(zip, bytes).unwrap();
}

#[test]
fn a_renewal_publishes_nothing_else_than_what_was_approved() {
    let stopped = Stopped::new(&[], true);
    replace(&stopped.zip);
    stopped.assert_refused(&[], "--expect");
    fs::copy(sample(APP.zip), &stopped.zip).unwrap();
    stopped.assert_renewed(&[]);
}

#[test]
fn a_renewal_deletes_nothing_that_somebody_else_has_put_into_the_draft() {
    for has_hash in [false, true] {
        let stopped = Stopped::new(&[], has_hash);
        let bench = &stopped.bench;
        let home = bench.file("elsewhere");
        let store = super::inside::open(&bench.sim.url(), &home, std::sync::Arc::new(|_| ())).store;
        let id = bench.state()["products"][APP.target]["pending"].clone();
        bench.runtime.block_on(async {
            let (target, id) = (APP.target(), id.as_str().unwrap());
            let fetched = store.submission(&target, id).await.unwrap();
            let mut document = fetched.submission.document;
            document["notesForCertification"] = "theirs".into();
            let body = put_body(target.kind(), &document);
            store.update_submission(&target, id, &body).await.unwrap();
        });
        let words = if has_hash { "--expect" } else { "theirs" };
        stopped.assert_refused(&[], words);
    }
}

#[test]
fn a_protected_profile_asks_for_what_a_renewal_deletes() {
    let guarded = ["--profile", "guarded"];
    let bench = Bench::new("");
    let ended = bench.publish(APP, &guarded).wait();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    drop(bench);
    let stopped = Stopped::new(&["--profile", "guarded", "--yes"], false);
    // The yes to the commit was said; going on needs no other.
    let args = ["resume", &stopped.run, "--output", "json"];
    let ended = stopped.bench.run(&[&args[..], &guarded].concat());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    stopped.assert_refused(&guarded, "--yes");
    stopped.assert_renewed(&["--profile", "guarded", "--yes"]);
}

#[test]
fn a_draft_that_the_run_did_not_make_is_not_deleted_without_a_yes() {
    let bench = Bench::new("");
    bench.make_draft(APP.target);
    bench.play(URL_ENDS);
    let before = bench.state();
    let ended = bench.publish(APP, &["--pending", "keep"]).wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let stopped = Stopped {
        zip: sample(APP.zip),
        run: bench.run_id(),
        before,
        bench,
    };
    stopped.assert_refused(&[], "did not make its draft");
    stopped.renew(&["--yes"]).assert_published();
}

#[test]
fn a_renewal_that_nothing_asks_for_changes_nothing() {
    // The URL is good.
    let bench = Bench::new(&format!(
        "[[fault]]\ncall = \"put-block\"\nnth = 1\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
    ));
    let before = bench.state();
    let process = bench.publish(APP, &[]);
    bench.until_struck();
    process.kill();
    bench.play("");
    let stopped = Stopped {
        zip: sample(APP.zip),
        run: bench.run_id(),
        before,
        bench,
    };
    stopped.assert_refused(&[], "has not ended");
    stopped.bench.resume().wait().assert_published();
    // The run is over.
    stopped.assert_refused(&[], "has ended");
}

#[test]
fn a_committed_run_survives_a_renewal_that_is_refused() {
    let bench = Bench::new(
        "[[fault]]\ncall = \"commit\"\nnth = 1\neffect = \"stuck\"\nstage = \"Certification\"\n",
    );
    let before = bench.state();
    let ended = bench.publish(APP, &["--timeout", "20s"]);
    bench.until("the commit", |bench| {
        (bench.state()["products"][APP.target]["commits"] == 1).then_some(())
    });
    ended.kill();
    let stopped = Stopped {
        zip: sample(APP.zip),
        run: bench.run_id(),
        before,
        bench,
    };
    stopped.assert_refused(&[], "");
    let last = stopped.bench.resume();
    stopped.bench.operate("unstick", APP.target);
    last.wait().assert_published();
}

/// Stopped before the upload; then the ZIP loses the package that the document names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumed_run_examines_its_archive_again() {
    let bench =
        Inside::new("[[fault]]\ncall = \"put-block\"\neffect = \"answer\"\nstatus = 409\n").await;
    let zip = bench.folder.path().join("release.zip");
    fs::copy(sample(APP.zip), &zip).unwrap();
    let mut plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
    plan.zip = Some(zip.clone().into());
    let stopped = bench.publish(plan).await.view.unwrap();
    let ending = stopped.ending.unwrap();
    assert_eq!(ending.cause, Some(Cause::Trouble), "{ending:?}");
    bench.play("").await;
    // Another product's archive.
    fs::copy(sample("notes-pro-icon.zip"), &zip).unwrap();
    let ending = bench
        .resume(&stopped.id)
        .await
        .view
        .unwrap()
        .ending
        .unwrap();
    assert_eq!(ending.outcome, Outcome::Failed, "{ending:?}");
    assert!(ending.message.contains("was not uploaded"), "{ending:?}");
    assert_eq!(bench.state().await["products"][APP.target]["commits"], 0);
    // The right one in its place again; nothing of the detour is left in the steps.
    fs::copy(sample(APP.zip), &zip).unwrap();
    let view = bench.resume(&stopped.id).await.view.unwrap();
    assert_eq!(view.ending.unwrap().outcome, Outcome::Published);
    assert!(
        view.steps.iter().all(|step| step.state == StepState::Done),
        "{:?}",
        view.steps
    );
}

/// The Store has no status for a while, then for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_cannot_be_read_ends_no_release() {
    let fault = "[[fault]]\ncall = \"status\"\neffect = \"answer\"\nstatus = 404\n";
    let bench = Inside::new(&format!("{fault}times = 3\n")).await;
    let plan = || Inside::plan(APP.target(), APP.json, Some(APP.zip));
    let ending = bench.publish(plan()).await.view.unwrap().ending.unwrap();
    assert_eq!(ending.outcome, Outcome::Published, "{ending:?}");

    let bench = Inside::new(fault).await;
    let view = bench.publish(plan()).await.view.unwrap();
    let ending = view.ending.unwrap();
    assert_eq!(
        (ending.outcome, ending.cause),
        (Outcome::Failed, Some(Cause::Trouble)),
        "{ending:?}"
    );
    assert!(ending.message.contains("cannot be read"), "{ending:?}");
    bench.play("").await;
    let ending = bench.resume(&view.id).await.view.unwrap().ending.unwrap();
    assert_eq!(ending.outcome, Outcome::Published, "{ending:?}");
}

/// The create is refused, and before anybody asks, somebody else has made a draft and begun to edit it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_that_somebody_else_edits_is_not_taken_for_ours() {
    let fault = "[[fault]]\ncall = \"create\"\nnth = 1\neffect = \"answer\"\nstatus = 503\n";
    let held = format!(
        "[[fault]]\ncall = \"get-app\"\nnth = 2\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n{fault}"
    );
    let bench = Inside::new(&held).await;
    let other = bench.elsewhere().store;
    let meanwhile = async {
        bench.until_struck(|| false).await;
        let target = APP.target();
        let made = other.create_submission(&target).await.unwrap().submission;
        let mut body = put_body(target.kind(), &made.document);
        body["notesForCertification"] = "theirs".into();
        other
            .update_submission(&target, &made.id, &body)
            .await
            .unwrap();
        bench.play("").await;
        made.id
    };
    let plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
    let (told, theirs) = tokio::join!(bench.publish(plan), meanwhile);
    let ending = told.view.unwrap().ending.unwrap();
    assert_eq!(ending.outcome, Outcome::Refused, "{ending:?}");
    assert!(
        ending.message.contains("it is not ours") && ending.message.contains("theirs"),
        "{ending:?}"
    );
    let draft = other.submission(&APP.target(), &theirs).await.unwrap();
    assert_eq!(draft.submission.document["notesForCertification"], "theirs");
    assert_eq!(bench.state().await["products"][APP.target]["updates"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_goes_by_the_services_clock() {
    for (date, is_renewed) in [
        // The Store's clock is years ahead of this machine's: by it the URL has ended.
        ("Fri, 01 Jan 2100 00:00:00 GMT", true),
        ("Sat, 01 Jan 2000 00:00:00 GMT", false),
    ] {
        let bench = Inside::new(&format!(
            "[[fault]]\ncall = \"store\"\neffect = \"add-headers\"\nheaders = {{ Date = \"{date}\" }}\n"
        ))
        .await;
        let plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
        // Stopped with a draft, before the upload.
        bench.cancel_after(7);
        let view = bench.publish(plan).await.view.unwrap();
        let draft = view.submission.clone().unwrap();
        let renewed = bench.renew(&view.id, true).await.view.unwrap();
        let deletes = bench.state().await["products"][APP.target]["deletes"].clone();
        assert_eq!(
            (renewed.id != view.id, deletes == 1, draft.is_empty()),
            (is_renewed, is_renewed, false),
            "{date}: {renewed:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_follows_leaves_the_persons_slots_alone() {
    let bench = Inside::new(
        "[[fault]]\ncall = \"commit\"\neffect = \"stuck\"\nstage = \"Certification\"\n",
    )
    .await;
    let home = bench.folder.path().join("limited");
    let mut services =
        super::services::open_limited(&bench.sim.url(), &home, "", Arc::new(|_| ()), 20);
    services.cadence.shortest = Duration::from_millis(5);
    services.cadence.longest = Duration::from_millis(5);
    let (store, cancel) = (services.store.clone(), CancellationToken::new());
    let stop = cancel.clone();
    let run = tokio::spawn(async move {
        let plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
        publish(&services, plan, &stop).await
    });
    // It looks until its share of the minute is used, and then waits for its turn.
    let waits = async {
        while store.budget().waiting == 0 || store.budget().used < 14 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(HANGS, waits).await.unwrap();
    assert_eq!(store.budget().used, 14);
    store.product(&APP.target()).await.unwrap();
    cancel.cancel();
    let told = run.await.unwrap();
    assert!(told.failure.is_none(), "{told:?}");
}
