//! `--expect` holds through everything that happens to a run: a ZIP that changes on its way, a killed process, a Store that moves on.

use super::bench::{APP, Bench, FOR_EVER, Process, sample};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

struct Approved {
    bench: Bench,
    hash: String,
    /// A ZIP of its own, to be tampered with.
    zip: PathBuf,
    before: Value,
}

impl Approved {
    /// The hash is taken while nothing is held back.
    fn new() -> Self {
        let bench = Bench::new("");
        let (json, zip) = (sample(APP.json), bench.file("release.zip"));
        fs::copy(sample(APP.zip), &zip).unwrap();
        let args = [
            "diff",
            APP.target,
            "--json",
            json.to_str().unwrap(),
            "--zip",
            zip.to_str().unwrap(),
            "--output",
            "json",
        ];
        let diff = bench.run(&args);
        assert_eq!(diff.code, Some(0), "{diff:?}");
        let hash = diff.result()["hash"].as_str().unwrap().to_owned();
        let before = bench.state();
        Self {
            bench,
            hash,
            zip,
            before,
        }
    }

    /// A release that waits at a call, until the Store is told otherwise.
    fn held(&self, call: &str, effect: &str) -> Process {
        let rule = format!(
            "[[fault]]\ncall = \"{call}\"\nnth = 1\neffect = \"{effect}\"\nmilliseconds = {FOR_EVER}\n"
        );
        self.bench.play(&rule);
        let process = self
            .bench
            .publish_zip(APP, &self.zip, &["--expect", &self.hash]);
        self.bench.until_struck();
        process
    }

    /// One byte of the content is another one; size and time stay as they were.
    fn swap(&self) {
        let time = fs::metadata(&self.zip).unwrap().modified().unwrap();
        let mut bytes = fs::read(&self.zip).unwrap();
        let at = bytes
            .windows(4)
            .position(|four| four == [b'P', b'K', 1, 2])
            .unwrap()
            - 1;
        bytes[at] ^= 1;
        fs::write(&self.zip, bytes).unwrap();
        fs::File::options()
            .append(true)
            .open(&self.zip)
            .unwrap()
            .set_modified(time)
            .unwrap();
    }

    fn assert_nothing_sent(&self) {
        let state = self.bench.state();
        assert_eq!(state["receivedBytes"], self.before["receivedBytes"]);
        for count in ["commits", "publications"] {
            assert_eq!(
                state["products"][APP.target][count], self.before["products"][APP.target][count],
                "{count}"
            );
        }
    }

    fn assert_published(&self) {
        self.bench
            .assert_published_once(APP, &self.before, &self.zip, None);
    }
}

fn swapped_zip_is_not_uploaded(approved: &Approved, process: Process) {
    let ended = process.wait();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let message = ended.result()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("is not the ZIP that was approved") && message.contains("resume"),
        "{message}"
    );
    approved.assert_nothing_sent();
    // With the approved one back in its place the run goes on.
    fs::copy(sample(APP.zip), &approved.zip).unwrap();
    approved.bench.resume().wait().assert_published();
    approved.assert_published();
}

#[cfg(unix)]
#[test]
fn a_zip_that_is_swapped_between_check_and_upload_is_not_uploaded() {
    let approved = Approved::new();
    let process = approved.held("update", "delay");
    approved.swap();
    approved.bench.play("");
    swapped_zip_is_not_uploaded(&approved, process);
}

#[test]
fn a_killed_run_goes_on_with_what_was_approved() {
    let approved = Approved::new();
    approved.held("create", "delay-after").kill();
    approved.bench.play("");
    approved.bench.resume().wait().assert_published();
    approved.assert_published();
}

#[test]
fn a_killed_run_goes_on_with_nothing_else_than_what_was_approved() {
    let approved = Approved::new();
    approved.held("create", "delay-after").kill();
    approved.bench.play("");
    approved.swap();
    swapped_zip_is_not_uploaded(&approved, approved.bench.resume());
}

fn other(home: &Path, bench: &Bench) -> flightdeck::tasks::services::Services {
    super::inside::open(&bench.sim.url(), home, std::sync::Arc::new(|_| ()))
}

#[test]
fn a_killed_run_overwrites_no_draft_that_somebody_else_changed() {
    let approved = Approved::new();
    let bench = &approved.bench;
    approved.held("update", "delay").kill();
    bench.play("");
    let elsewhere = bench.file("elsewhere");
    let store = other(&elsewhere, bench).store;
    let id = bench.state()["products"][APP.target]["pending"]
        .as_str()
        .unwrap()
        .to_owned();
    bench.runtime.block_on(async {
        let mut document = store
            .submission(&APP.target(), &id)
            .await
            .unwrap()
            .submission
            .document;
        document["notesForCertification"] = "theirs".into();
        let body = store_model::submission::put_body(APP.target().kind(), &document);
        store
            .update_submission(&APP.target(), &id, &body)
            .await
            .unwrap();
    });
    let ended = bench.resume().wait();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let message = ended.result()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("Somebody else has changed draft") && message.contains("theirs"),
        "{message}"
    );
    approved.assert_nothing_sent();
}

#[test]
fn a_killed_run_makes_no_draft_of_what_somebody_else_has_published_since() {
    let approved = Approved::new();
    let bench = &approved.bench;
    approved.held("create", "delay").kill();
    bench.play("");
    let elsewhere = bench.file("elsewhere");
    let store = other(&elsewhere, bench).store;
    let made = bench.runtime.block_on(async {
        let made = store
            .create_submission(&APP.target())
            .await
            .unwrap()
            .submission
            .id;
        store.commit(&APP.target(), &made).await.unwrap();
        made
    });
    bench.until("the other release", |bench| {
        (bench.state()["products"][APP.target]["published"] == made).then_some(())
    });
    let before = bench.state()["products"].clone();
    let ended = bench.resume().wait();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let message = ended.result()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("has published") && message.contains(&made),
        "{message}"
    );
    assert_eq!(bench.state()["products"], before);
}
