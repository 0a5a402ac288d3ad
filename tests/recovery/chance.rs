//! Many head-less publishes while a fifth of the requests goes wrong, each in its own way. `FLIGHTDECK_FAULT_RUNS` sets how many,
//! `FLIGHTDECK_FAULT_SEED` plays the one again that failed.

use super::{
    bench::{ADD_ON, APP, FLIGHT},
    inside::{Inside, Told},
};
use flightdeck::{
    engine::view::{Cause, Outcome},
    storage::Kept,
};
use futures::{StreamExt as _, stream};
use std::{fmt::Write as _, time::Duration};

/// A run that takes longer hangs. The pauses of an unlucky upload are seconds.
const HANGS: Duration = Duration::from_mins(5);

/// A fifth of the requests: refused, cut before the work, done and lost, done and denied, cut in the body, throttled.
fn faults(seed: u64) -> String {
    let rules = [
        ("store", 0.04, "effect = \"answer\"\nstatus = 500"),
        ("store", 0.03, "effect = \"answer\"\nstatus = 503"),
        (
            "store",
            0.02,
            "effect = \"answer\"\nstatus = 429\nretry_after = 0",
        ),
        ("store", 0.03, "effect = \"reset\""),
        ("store", 0.04, "effect = \"lost-reply\""),
        ("store", 0.02, "effect = \"answer-after\"\nstatus = 500"),
        ("store", 0.02, "effect = \"answer-after\"\nstatus = 503"),
        ("store", 0.02, "effect = \"cut-body\""),
        ("sign-in", 0.1, "effect = \"answer\"\nstatus = 503"),
        ("sign-in", 0.1, "effect = \"reset\""),
        ("blob", 0.08, "effect = \"answer\"\nstatus = 503"),
        ("blob", 0.06, "effect = \"reset\""),
        ("blob", 0.06, "effect = \"lost-reply\""),
        ("create", 0.03, "effect = \"zombie\""),
        (
            "commit",
            0.03,
            "effect = \"fail\"\ncode = \"PackageValidationFailed\"",
        ),
    ];
    let mut text = format!("seed = {seed}\n");
    for (call, chance, effect) in rules {
        writeln!(
            text,
            "[[fault]]\ncall = \"{call}\"\nchance = {chance}\n{effect}"
        )
        .unwrap();
    }
    text
}

/// What was played: how many faults struck, how often the run was gone on with, whether it was published.
async fn played(seed: u64) -> (u64, u64, bool) {
    let bench = Inside::new(&faults(seed)).await;
    let release = [APP, ADD_ON, FLIGHT][(seed % 3) as usize];
    let plan = Inside::plan(release.target(), release.json, Some(release.zip));
    // Every second run is cancelled somewhere, and every fourth once more when it goes on.
    let mut random = fastrand::Rng::with_seed(seed);
    if seed.is_multiple_of(2) {
        bench.cancel_after(random.u64(1..16));
    }
    let mut told = bench.publish(plan).await;
    let mut attempts = 1;
    let (struck, is_published) = loop {
        let state = bench.state().await;
        let product = &state["products"][release.target];
        assert!(
            product["commits"].as_u64().unwrap() <= 1,
            "seed {seed} committed twice"
        );
        assert!(
            product["creates"].as_u64().unwrap() <= 1,
            "seed {seed} created twice"
        );
        let Told {
            view: Some(view), ..
        } = &told
        else {
            panic!("seed {seed} told nothing: {told:?}")
        };
        let ending = view
            .ending
            .clone()
            .unwrap_or_else(|| panic!("seed {seed} has no end"));
        // Whatever draft there is, the outcome names it, or the journal says that a create is open.
        if let Some(draft) = product["pending"].as_str() {
            let journal = bench.services.home.runs().read(&view.id).unwrap();
            let names_it = view.submission.as_deref() == Some(draft);
            let says_it = journal
                .iter()
                .any(|line| line["intends"]["step"] == "create");
            assert!(
                names_it || says_it,
                "seed {seed}: draft {draft} is unaccounted for: {ending:?}"
            );
        }
        let struck: Vec<u64> = state["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|count| count.as_u64().unwrap())
            .collect();
        match (ending.outcome, ending.cause) {
            (Outcome::Published, _) => {
                assert_eq!(product["publications"], 1, "seed {seed}");
                assert_eq!(product["pending"], serde_json::Value::Null, "seed {seed}");
                break (struck, true);
            }
            // A draft that stores nothing, a package that the Store refuses: the Store's no is final.
            (Outcome::Failed, Some(Cause::Store)) => {
                assert!(struck[13] + struck[14] > 0, "seed {seed}: {ending:?}");
                break (struck, false);
            }
            (Outcome::Failed, _) => {
                let message = &ending.message;
                let injected = [
                    "500",
                    "503",
                    "429",
                    "requests a minute",
                    "connection",
                    "answer",
                    "reach",
                    "sending",
                    "blob",
                ];
                assert!(
                    injected.iter().any(|word| message.contains(word)),
                    "seed {seed}: {message}"
                );
                assert!(attempts < 20, "seed {seed}: {message}");
                attempts += 1;
                told = bench.resume(&view.id.clone()).await;
            }
            (Outcome::Cancelled, _) => {
                assert_eq!(seed % 2, 0, "seed {seed}: {ending:?}");
                if seed.is_multiple_of(4) && attempts == 1 {
                    bench.cancel_after(random.u64(1..12));
                }
                attempts += 1;
                told = bench.resume(&view.id.clone()).await;
            }
            (outcome, _) => panic!("seed {seed} ended {outcome:?}: {ending:?}"),
        }
    };
    bench.assert_clean();
    let kept = bench.services.home.drafts().list().unwrap();
    let count = |why| kept.iter().filter(|file| file.why == why).count();
    assert_eq!(
        count(Kept::BeforeDelete),
        0,
        "seed {seed}: nothing was to be deleted"
    );
    // However often it was interrupted: what was published has both sides of its update on disk.
    assert!(
        !is_published || (count(Kept::BeforePut) > 0 && count(Kept::AfterPut) > 0),
        "seed {seed}: {kept:?}"
    );
    (struck.iter().sum(), attempts - 1, is_published)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_run_ends_published_or_for_the_reason_injected() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let seeds: Vec<u64> = match number("FLIGHTDECK_FAULT_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("FLIGHTDECK_FAULT_RUNS").unwrap_or(300)).collect(),
    };
    let played = seeds.iter().map(|seed| async move {
        let run = Box::pin(tokio::time::timeout(HANGS, played(*seed))).await;
        run.unwrap_or_else(|_| panic!("seed {seed} hangs"))
    });
    let all: Vec<_> = stream::iter(played).buffer_unordered(6).collect().await;
    if seeds.len() >= 90 {
        let struck: u64 = all.iter().map(|(struck, _, _)| struck).sum();
        let resumed = all.iter().filter(|(_, resumed, _)| *resumed > 0).count();
        let published = all
            .iter()
            .filter(|(_, _, is_published)| *is_published)
            .count();
        println!(
            "{} runs: {struck} faults, {resumed} gone on with, {published} published",
            all.len()
        );
        // A day on which nothing happens proves nothing.
        assert!(
            struck > 2 * all.len() as u64 && resumed > all.len() / 5 && published > all.len() / 2
        );
    }
}
