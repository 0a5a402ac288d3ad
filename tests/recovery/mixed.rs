//! Everything at once, by chance: a Store that loses answers, somebody who edits the draft, a second run from another machine, a run
//! that is stopped, gone on with or renewed. `FLIGHTDECK_MIXED_RUNS` sets how many, `FLIGHTDECK_MIXED_SEED` plays the one again that failed.

use super::{
    bench::APP,
    inside::{Inside, Told, publish},
    others::{change, is_success, live, marked, published_bits},
};
use flightdeck::engine::plan::{PendingPolicy, Plan};
use futures::{StreamExt as _, stream};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

const HANGS: Duration = Duration::from_mins(4);

fn faults(seed: u64, random: &mut fastrand::Rng) -> String {
    if random.bool() {
        return String::new();
    }
    let rules = [
        ("store", 0.04, "effect = \"answer\"\nstatus = 503"),
        ("store", 0.04, "effect = \"lost-reply\""),
        ("store", 0.03, "effect = \"answer-after\"\nstatus = 500"),
        ("blob", 0.06, "effect = \"reset\""),
        ("put-block", 0.3, "times = 2\neffect = \"expire-upload\""),
    ];
    let rules = rules.map(|(call, chance, effect)| {
        format!("[[fault]]\ncall = \"{call}\"\nchance = {chance}\n{effect}\n")
    });
    format!("seed = {seed}\n{}", rules.concat())
}

fn plan(zip: &Path, notes: &str, pending: PendingPolicy) -> Plan {
    let mut plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
    plan.zip = Some(zip.to_owned().into());
    plan.document.as_mut().unwrap()["notesForCertification"] = notes.into();
    Plan { pending, ..plan }
}

/// What the run came to in the end, however often it was stopped, and how often a new draft took the place of its old one.
async fn carried_out(bench: &Inside, plan: Plan, random: &mut fastrand::Rng) -> (Told, u32) {
    let mut renewals = 0;
    if random.bool() {
        bench.cancel_after(random.u64(1..14));
    }
    let mut told = bench.publish(plan).await;
    for _ in 0..12 {
        let Some(view) = told.view.clone() else { break };
        let may_go_on = view
            .ending
            .as_ref()
            .is_some_and(flightdeck::engine::view::Ending::may_go_on);
        if !may_go_on {
            break;
        }
        // Asked for or not, and with a yes or without: a renewal that is refused leaves the run as it was.
        if random.u8(..3) == 0 {
            let renewed = bench.renew(&view.id, random.bool()).await;
            let has_begun = renewed.view.as_ref().is_some_and(|new| new.id != view.id);
            if has_begun {
                renewals += 1;
                told = renewed;
                continue;
            }
        }
        told = bench.resume(&view.id).await;
    }
    (told, renewals)
}

/// Whether the first run, and the second one, said that they published; how often the first one was renewed.
async fn played(seed: u64) -> (bool, bool, u32) {
    let mut random = fastrand::Rng::with_seed(seed);
    let bench = Inside::new(&faults(seed, &mut random)).await;
    let other = bench.elsewhere();
    let [first, second]: [PathBuf; 2] =
        ["first", "other"].map(|name| bench.folder.path().join(format!("{name}.zip")));
    marked(&first, "first");
    marked(&second, "other");
    let is_over = AtomicBool::new(false);
    let after = async |requests: u64| {
        while (bench.requests().len() as u64) < requests && !is_over.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    };
    let (edits, edit_at) = (random.bool(), random.u64(1..16));
    let (races, race_at) = (random.bool(), random.u64(1..16));
    let policy = if random.bool() {
        PendingPolicy::Keep
    } else {
        PendingPolicy::Replace
    };
    let mut of_run = random.fork();
    let run = async {
        let told = carried_out(
            &bench,
            plan(&first, "first", PendingPolicy::Fail),
            &mut of_run,
        )
        .await;
        is_over.store(true, Ordering::Relaxed);
        told
    };
    let editing = async {
        if edits {
            after(edit_at).await;
            change(&other, APP).await;
        }
    };
    let racing = async {
        if !races {
            return None;
        }
        after(race_at).await;
        let cancel = CancellationToken::new();
        Some(publish(&other, plan(&second, "second", policy), &cancel).await)
    };
    let ((one, renewals), (), two) = tokio::join!(run, editing, racing);
    bench.play("").await;
    let state = bench.state().await;
    let product = &state["products"][APP.target];
    let now = live(&other, APP).await.document;
    let bits = published_bits(&bench, product);
    let what = || format!("seed {seed}: {one:?}\n{two:?}");
    let successes = [is_success(&one), two.as_ref().is_some_and(is_success)];
    let count = successes.iter().filter(|is| **is).count() as u64;
    let publications = product["publications"].as_u64().unwrap();
    assert!(publications >= count, "{}", what());
    if publications == count {
        // Everything that was published was said to be: what is live now is a winner's, to the last bit.
        let is_of = |zip: &Path, notes: &str| {
            now["notesForCertification"] == notes && bits == fs::read(zip).unwrap()
        };
        let owners = [is_of(&first, "first"), is_of(&second, "second")];
        let is_a_winners = (0..2).any(|number| successes[number] && owners[number]);
        assert!(count == 0 || is_a_winners, "{}", what());
    }
    // Nobody commits but the two runs: a price that nobody approved is live only if the one that committed it says so.
    if now["pricing"]["priceId"] == "Free" {
        assert!(what().contains("not what this run sent"), "{}", what());
    }
    bench.assert_clean();
    (successes[0], successes[1], renewals)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_interferes_nothing_is_published_that_was_not_approved() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let seeds: Vec<u64> = match number("FLIGHTDECK_MIXED_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("FLIGHTDECK_MIXED_RUNS").unwrap_or(80)).collect(),
    };
    let all = seeds.iter().map(|seed| async move {
        let run = Box::pin(tokio::time::timeout(HANGS, played(*seed))).await;
        run.unwrap_or_else(|_| panic!("seed {seed} hangs"))
    });
    let all: Vec<_> = stream::iter(all).buffer_unordered(4).collect().await;
    let won = all.iter().filter(|ends| ends.0 || ends.1).count();
    let renewals: u32 = all.iter().map(|ends| ends.2).sum();
    println!(
        "{won} of {} were published by somebody, {renewals} times with another draft",
        all.len()
    );
    assert!(all.len() < 40 || (won > all.len() / 4 && won < all.len() && renewals > 0));
}
