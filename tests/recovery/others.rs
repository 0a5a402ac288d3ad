//! Other people at work on the same draft at any moment of a run: what they did is never published as ours, what is theirs is never
//! overwritten, and nobody reports a success whose bits are somebody else's.

use super::{
    bench::{ADD_ON, APP, FLIGHT, FOR_EVER, Release, sample},
    inside::{Inside, Told, publish},
};
use flightdeck::{
    engine::{
        plan::{PendingPolicy, Plan},
        view::{Cause, Outcome},
    },
    tasks::services::Services,
};
use rstest::rstest;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use store_model::{
    fingerprint::{Fingerprint, ZipPart},
    submission::{Submission, put_body},
};
use tokio_util::sync::CancellationToken;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The request of this number is held back before the Store works on it.
fn held(call: &str, nth: u64) -> String {
    format!(
        "[[fault]]\ncall = \"{call}\"\nnth = {nth}\neffect = \"delay\"\nmilliseconds = {FOR_EVER}\n"
    )
}

/// What the other client changes, where people would feel it most.
fn foreign(release: Release) -> (&'static str, Value) {
    match release.target {
        target if target == FLIGHT.target => ("/notesForCertification", "theirs".into()),
        _ => ("/pricing/priceId", "Free".into()),
    }
}

/// Whether there was a draft to be changed, and the Store has taken the change.
pub(crate) async fn change(other: &Services, release: Release) -> bool {
    let target = release.target();
    let Some(id) = other.store.product(&target).await.unwrap().pending else {
        return false;
    };
    let mut document = other
        .store
        .submission(&target, &id)
        .await
        .unwrap()
        .submission
        .document;
    let (pointer, value) = foreign(release);
    *document.pointer_mut(pointer).unwrap() = value;
    let body = put_body(target.kind(), &document);
    other
        .store
        .update_submission(&target, &id, &body)
        .await
        .is_ok()
}

pub(crate) async fn live(other: &Services, release: Release) -> Submission {
    let target = release.target();
    let id = other
        .store
        .product(&target)
        .await
        .unwrap()
        .published
        .unwrap();
    other
        .store
        .submission(&target, &id)
        .await
        .unwrap()
        .submission
}

async fn approved(mut plan: Plan, other: &Services, release: Release) -> Plan {
    let live = live(other, release).await;
    let zip = fs::read(plan.zip.as_ref().unwrap().path()).unwrap();
    plan.expect = Some(Fingerprint::of(
        &plan.target,
        Some(&live),
        None,
        plan.document.as_ref().unwrap(),
        ZipPart::Sha256(Sha256::digest(zip).into()),
    ));
    plan
}

/// The step that the only journal last announced, while nothing follows it.
fn intention(services: &Services) -> Option<String> {
    let runs = services.home.runs().list().unwrap();
    let last = runs.first()?.last.clone()?;
    Some(last["intends"]["step"].as_str()?.to_owned())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_client_changes_is_never_published(
    #[values(APP, ADD_ON, FLIGHT)] release: Release,
    #[values(false, true)] is_expected: bool,
) {
    let (mut refused, mut told_afterwards, mut calm) = (0, 0, 0);
    for call in ["store", "blob"] {
        for nth in 1.. {
            let bench = Inside::new(&held(call, nth)).await;
            let other = bench.elsewhere();
            let mut plan = Inside::plan(release.target(), release.json, Some(release.zip));
            if is_expected {
                // The other client's requests count as well: they come before the scenario.
                bench.play("").await;
                plan = approved(plan, &other, release).await;
                bench.play(&held(call, nth)).await;
            }
            let is_over = AtomicBool::new(false);
            let run = async {
                let told = bench.publish(plan).await;
                is_over.store(true, Ordering::Relaxed);
                told
            };
            let meanwhile = async {
                if !bench.until_struck(|| is_over.load(Ordering::Relaxed)).await {
                    return None;
                }
                let step = intention(&bench.services).unwrap_or_default();
                let is_changed = change(&other, release).await;
                bench.play("").await;
                Some((step, is_changed))
            };
            let (told, changed) = tokio::join!(run, meanwhile);
            let Some((step, is_changed)) = changed else {
                assert!(nth > 4, "{call} was never held back");
                break;
            };
            let what = format!(
                "{} before {call} {nth} ({step:?}): {:#?}",
                release.target,
                bench.requests()
            );
            let ending = told.view.unwrap().ending.unwrap();
            let (pointer, value) = foreign(release);
            let is_foreign = live(&other, release).await.document.pointer(pointer) == Some(&value);
            match (ending.outcome, ending.cause) {
                (Outcome::Published, _) => {
                    assert!(!is_foreign, "{what}: published what somebody else wrote");
                    calm += 1;
                }
                (Outcome::Refused, _) => {
                    assert!(is_changed && !is_foreign, "{what}: {ending:?}");
                    // Before the run has seen its fresh draft, it can only tell that customers would feel the difference.
                    let is_told = ending.message.contains("Somebody else has changed draft")
                        || ending.message.contains("was made from what is live");
                    assert!(is_told, "{what}: {ending:?}");
                    refused += 1;
                }
                // The Store refused nothing: the PUT was stored and then overwritten by theirs.
                (Outcome::Failed, Some(Cause::Store)) if !is_foreign => {
                    assert!(
                        is_changed && ending.message.contains("does not hold"),
                        "{what}: {ending:?}"
                    );
                    refused += 1;
                }
                // Nothing can be read between the last look and the commit itself; it is never called a success.
                (Outcome::Failed, Some(Cause::Store)) => {
                    assert_eq!(step, "commit", "{what}: {ending:?}");
                    assert!(
                        ending.message.contains("not what this run sent"),
                        "{what}: {ending:?}"
                    );
                    told_afterwards += 1;
                }
                _ => panic!("{what}: {ending:?}"),
            }
        }
    }
    assert!(
        refused >= 4 && told_afterwards == 1 && calm >= 4,
        "{refused} refused, {told_afterwards} told afterwards, {calm} published"
    );
}

/// The app's archive with something in it that nobody asks for, so that its bits are its own.
pub(crate) fn marked(path: &Path, mark: &str) {
    fs::copy(sample(APP.zip), path).unwrap();
    let file = fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut zip = ZipWriter::new_append(file).unwrap();
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("mark.txt", options).unwrap();
    zip.write_all(mark.as_bytes()).unwrap();
    zip.finish().unwrap();
}

pub(crate) fn is_success(told: &Told) -> bool {
    let ending = told.view.as_ref().and_then(|view| view.ending.as_ref());
    ending.is_some_and(|ending| ending.outcome == Outcome::Published)
}

/// The archive of what is live, as the simulator has it.
pub(crate) fn published_bits(bench: &Inside, product: &Value) -> Vec<u8> {
    let submissions = product["submissions"].as_array().unwrap();
    let published = submissions
        .iter()
        .find(|one| one["id"] == product["published"])
        .unwrap();
    let blob = published["archive"].as_str();
    let mut bits = Vec::new();
    if let Some(mut archive) = blob.and_then(|blob| bench.sim.uploaded(blob)) {
        archive.read_to_end(&mut bits).unwrap();
    }
    bits
}

/// Two runs for one target, the second started after so many requests of the first; each from a home of its own, so that no lock
/// keeps them apart. With `same_text` only their archives differ.
async fn raced(after: usize, same_text: bool) -> (bool, bool) {
    let bench = Inside::new("").await;
    let other = bench.elsewhere();
    let (first, second) = (
        bench.folder.path().join("first.zip"),
        bench.folder.path().join("second.zip"),
    );
    marked(&first, "first");
    marked(&second, "other");
    let plan = |zip: &Path, notes: &str| {
        let mut plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
        plan.zip = Some(zip.to_owned().into());
        if !same_text {
            plan.document.as_mut().unwrap()["notesForCertification"] = notes.into();
        }
        plan
    };
    let later = Plan {
        pending: PendingPolicy::Keep,
        ..plan(&second, "second")
    };
    let (cancel, is_over) = (CancellationToken::new(), AtomicBool::new(false));
    let shifted = async {
        while bench.requests().len() < after && !is_over.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        publish(&other, later, &cancel).await
    };
    let run = async {
        let told = bench.publish(plan(&first, "first")).await;
        is_over.store(true, Ordering::Relaxed);
        told
    };
    let (one, two) = tokio::join!(run, shifted);
    let state = bench.state().await;
    let product = &state["products"][APP.target];
    let bits = published_bits(&bench, product);
    let notes = live(&other, APP).await.document["notesForCertification"].clone();
    for (told, zip, own) in [(&one, &first, "first"), (&two, &second, "second")] {
        if is_success(told) {
            assert_eq!(product["commits"], 1, "after {after}: {told:?}");
            assert!(
                bits == fs::read(zip).unwrap(),
                "after {after}: the live package is another's: {one:?}\n{two:?}"
            );
            assert!(
                same_text || notes == own,
                "after {after}: the live texts are another's"
            );
        }
    }
    (is_success(&one), is_success(&two))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_of_one_target_never_both_succeed(#[values(false, true)] same_text: bool) {
    let (mut won, mut lost) = (0, 0);
    for number in 0..50 {
        let raced = raced(number % 14, same_text);
        let ends = tokio::time::timeout(Duration::from_mins(2), raced)
            .await
            .unwrap_or_else(|_| panic!("race {number} hangs"));
        match ends {
            (false, false) => lost += 1,
            (true, true) => panic!("race {number}: both say that they published"),
            _ => won += 1,
        }
    }
    println!("{won} races had a winner, {lost} had none");
    assert!(won > 0);
}

/// From one home the second one is not even begun, and it names who works on the target.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_a_run_works_on_is_refused_to_a_second_one() {
    for call in ["get-app", "create", "put-block", "commit", "status"] {
        let bench = Inside::new(&held(call, 1)).await;
        let plan = || Inside::plan(APP.target(), APP.json, Some(APP.zip));
        let second = async {
            bench.until_struck(|| false).await;
            let before = bench.state().await;
            let told = publish(&bench.services, plan(), &CancellationToken::new()).await;
            assert_eq!(bench.state().await, before, "{call}: not one request");
            bench.play("").await;
            told
        };
        let (first, second) = tokio::join!(bench.publish(plan()), second);
        assert!(is_success(&first), "{call}: {first:?}");
        let run = first.view.unwrap().id;
        let ending = second.view.unwrap().ending.unwrap();
        assert_eq!(ending.outcome, Outcome::Refused, "{call}: {ending:?}");
        let holder = format!("Process {} (run {run})", std::process::id());
        assert!(
            ending.message.contains(&holder) || ending.message.contains(&run),
            "{call}: {ending:?}"
        );
        // A second journal was never begun, and the target is free again.
        assert_eq!(bench.services.home.runs().list().unwrap().len(), 1);
        assert!(bench.services.home.runs().hold(&APP.target()).is_ok());
    }
}
