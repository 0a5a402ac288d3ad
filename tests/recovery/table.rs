//! The table of docs/recovery.md: every changing call of a run, with a fault that hits exactly there.

use super::{
    bench::{ADD_ON, APP, FLIGHT, FOR_EVER, Release},
    inside::Inside,
};
use flightdeck::engine::{
    plan::PendingPolicy,
    view::{Outcome, RunView},
};
use futures::future::join_all;
use rstest::rstest;
use std::time::Duration;
use store_client::Patience;

/// How an answer gets lost: in words, as a fault, and whether the Store has done the work all the same.
pub(crate) const FAULTS: [(&str, &str, bool); 8] = [
    ("reply lost after the work", "effect = \"lost-reply\"", true),
    (
        "connection lost before the work",
        "effect = \"reset\"",
        false,
    ),
    (
        "500 after the work",
        "effect = \"answer-after\"\nstatus = 500",
        true,
    ),
    (
        "503 after the work",
        "effect = \"answer-after\"\nstatus = 503",
        true,
    ),
    (
        "500 before the work",
        "effect = \"answer\"\nstatus = 500",
        false,
    ),
    (
        "503 before the work",
        "effect = \"answer\"\nstatus = 503",
        false,
    ),
    ("time-out after the work", "effect = \"delay-after\"", true),
    ("time-out before the work", "effect = \"delay\"", false),
];

pub(crate) fn fault(call: &str, effect: &str) -> String {
    format!("[[fault]]\ncall = \"{call}\"\nnth = 1\nmilliseconds = {FOR_EVER}\n{effect}\n")
}

/// Long enough for a call that is not held back, on a machine that does other things too.
pub(crate) fn impatient(bench: &mut Inside) {
    let short = Duration::from_secs(4);
    let patience = Patience {
        create: short,
        read: short,
        change: short,
        back_off: Duration::from_millis(2),
        ..Patience::default()
    };
    bench.services.store = bench.services.store.with_patience(patience);
}

/// One call of the table.
pub(crate) struct Row {
    /// As the simulator names it.
    pub call: &'static str,
    /// The line of docs/recovery.md: call, what is asked, how the answer is read, what follows.
    pub line: &'static str,
    /// Method and the end of the path of the call itself, and of what is asked after it.
    pub sent: (&'static str, &'static str),
    pub asked: &'static str,
}

/// `{id}` stands for the draft's id; the paths are those below the product.
pub(crate) const ROWS: [Row; 4] = [
    Row {
        call: "delete",
        line: "| delete of a replaced draft | the product | no pending submission: done; the same one: not done; another one: it is not ours | done: create; not done: delete again; another: refused, nothing is touched |",
        sent: ("DELETE", "/submissions/{id}"),
        asked: "",
    },
    Row {
        call: "create",
        line: "| create | the product, then the draft that it names | a draft whose id was not there before, in `PendingCommit`, not made in Partner Center and equal to what is live: ours; none: not done | ours: used as if it had been answered; not done: create again; anything else: refused, with the link |",
        sent: ("POST", "/submissions"),
        asked: "",
    },
    Row {
        call: "update",
        line: "| update | the draft | holds everything that was sent: done; else: not done | done: read back; not done: the same PUT again, unless somebody else changed the draft: refused with the list; no longer in `PendingCommit`: refused, left alone |",
        sent: ("PUT", "/submissions/{id}"),
        asked: "/submissions/{id}",
    },
    Row {
        call: "commit",
        line: "| commit | the status | any state but `PendingCommit`: done; `PendingCommit`: not done | done: follow; not done: look at the draft again, then commit |",
        sent: ("POST", "/submissions/{id}/commit"),
        asked: "/submissions/{id}/status",
    },
];

/// The requests without their queries.
pub(crate) fn without_queries(bench: &Inside) -> Vec<String> {
    bench
        .requests()
        .into_iter()
        .map(|request| request.split('?').next().unwrap().to_owned())
        .collect()
}

async fn played(release: Release, row: &Row, (words, effect, is_done): (&str, &str, bool)) {
    let mut bench = Inside::new("").await;
    let what = format!("{} of {}: {words}", row.call, release.target);
    let target = release.target();
    let is_replaced = row.call == "delete";
    let old = if is_replaced {
        Some(
            bench
                .services
                .store
                .create_submission(&target)
                .await
                .unwrap()
                .submission
                .id,
        )
    } else {
        None
    };
    bench.play(&fault(row.call, effect)).await;
    if words.starts_with("time-out") {
        impatient(&mut bench);
    }
    let before = bench.state().await;
    let is_of_before = bench.requests().len();
    let mut plan = Inside::plan(target.clone(), release.json, Some(release.zip));
    if is_replaced {
        plan.pending = PendingPolicy::Replace;
    }
    let told = bench.publish(plan).await;
    let view = told.view.unwrap();
    let ending = view.ending.clone().unwrap();
    assert_eq!(ending.outcome, Outcome::Published, "{what}: {ending:?}");
    assert!(
        view.warnings
            .iter()
            .any(|warning| warning.contains("asking the Store")),
        "{what}: {:?}",
        view.warnings
    );

    let after = bench.state().await;
    assert_eq!(after["faults"][0], 1, "{what}");
    let done = |name: &str| {
        let count =
            |state: &serde_json::Value| state["products"][release.target][name].as_u64().unwrap();
        count(&after) - count(&before)
    };
    assert_eq!(
        (done("creates"), done("commits"), done("publications")),
        (1, 1, 1),
        "{what}"
    );
    assert_eq!(done("deletes"), u64::from(is_replaced), "{what}");

    // What was asked after the call, and that it was repeated exactly when it had not been done.
    let id = if is_replaced {
        old.unwrap()
    } else {
        view.submission.clone().unwrap()
    };
    let path = |end: &str| format!("{}{}", target.path(), end.replace("{id}", &id));
    let call = format!("{} {}", row.sent.0, path(row.sent.1));
    let requests: Vec<_> = without_queries(&bench).split_off(is_of_before);
    let calls: Vec<_> = requests
        .iter()
        .enumerate()
        .filter(|(_, request)| **request == call)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(
        calls.len(),
        if is_done { 1 } else { 2 },
        "{what}: {requests:#?}"
    );
    assert_eq!(
        requests[calls[0] + 1],
        format!("GET {}", path(row.asked)),
        "{what}: {requests:#?}"
    );
    if row.call == "create" && is_done {
        assert_eq!(
            requests[calls[0] + 2],
            format!("GET {}", path("/submissions/{id}")),
            "{what}: {requests:#?}"
        );
    }
    bench.assert_clean();
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_is_asked_before_anything_is_repeated(
    #[values(APP, ADD_ON, FLIGHT)] release: Release,
    #[values(0, 1, 2, 3)] row: usize,
) {
    // Those that run out of time get the machine for themselves: no other call may.
    for faults in [&FAULTS[..6], &FAULTS[6..]] {
        join_all(
            faults
                .iter()
                .map(|fault| played(release, &ROWS[row], *fault)),
        )
        .await;
    }
}

/// The request never arrives, and before anybody asks, people were at work in Partner Center.
async fn overtaken(call: &str, actions: &[&str]) -> (Inside, RunView) {
    let bench = Inside::new("").await;
    let is_replaced = call == "delete";
    if is_replaced {
        bench
            .services
            .store
            .create_submission(&APP.target())
            .await
            .unwrap();
    }
    bench
        .play(&format!(
            "{}{}",
            fault(call, "effect = \"delay\""),
            fault(call, "effect = \"reset\"")
        ))
        .await;
    let mut plan = Inside::plan(APP.target(), APP.json, Some(APP.zip));
    if is_replaced {
        plan.pending = PendingPolicy::Replace;
    }
    let meanwhile = async {
        while bench.state().await["faults"][1] != 1 {
            tokio::task::yield_now().await;
        }
        for action in actions {
            bench.operate(action, APP.target).await;
        }
        bench.play("").await;
    };
    let (told, ()) = tokio::join!(bench.publish(plan), meanwhile);
    (bench, told.view.unwrap())
}

#[rstest]
#[case("create", &["portal-draft"], Outcome::Refused, "not ours")]
#[case("delete", &["delete-draft", "portal-draft"], Outcome::Refused, "was not touched")]
#[case("update", &["commit"], Outcome::Refused, "is left alone")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_did_meanwhile_is_left_alone(
    #[case] call: &str,
    #[case] actions: &[&str],
    #[case] outcome: Outcome,
    #[case] words: &str,
) {
    let (bench, view) = overtaken(call, actions).await;
    let ending = view.ending.as_ref().unwrap();
    assert_eq!(ending.outcome, outcome, "{ending:?}");
    assert!(ending.message.contains(words), "{ending:?}");
    let product = bench.state().await["products"][APP.target].take();
    assert_eq!(
        (
            &product["updates"],
            &product["deletes"],
            &product["commits"]
        ),
        (&0.into(), &0.into(), &0.into())
    );
    // The person's no is final: the run cannot be talked into it.
    let again = bench.resume(&view.id).await;
    assert!(
        again
            .failure
            .unwrap()
            .contains("has ended and cannot go on")
    );
    assert_eq!(bench.state().await["products"][APP.target], product);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_committed_meanwhile_is_followed() {
    let (bench, view) = overtaken("commit", &["commit"]).await;
    assert_eq!(view.ending.unwrap().outcome, Outcome::Published);
    let product = bench.state().await["products"][APP.target].take();
    assert_eq!(
        (&product["commits"], &product["publications"]),
        (&0.into(), &1.into()),
        "it was not committed again"
    );
}

/// Blob storage is asked by the uploader itself: its block list and the blob's length.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_asks_the_blob_itself(#[values("put-block", "put-block-list")] call: &str) {
    // Its time limits are long (a stalled line is no lost one): the time-out is the uploader's own test.
    join_all(FAULTS[..6].iter().map(|(words, effect, _)| async move {
        let bench = Inside::new(&fault(call, effect)).await;
        let told = bench
            .publish(Inside::plan(APP.target(), APP.json, Some(APP.zip)))
            .await;
        let ending = told.view.unwrap().ending.unwrap();
        assert_eq!(
            ending.outcome,
            Outcome::Published,
            "{call}, {words}: {ending:?}"
        );
        let state = bench.state().await;
        let product = &state["products"][APP.target];
        assert_eq!(
            (&product["creates"], &product["commits"]),
            (&1.into(), &1.into()),
            "{call}, {words}"
        );
        bench.assert_clean();
    }))
    .await;
}

#[test]
fn the_table_in_the_documentation_is_this_one() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recovery.md")).unwrap();
    for line in ROWS
        .iter()
        .map(|row| row.line)
        .chain(super::products::LINES)
    {
        assert!(
            text.lines().any(|other| other == line),
            "docs/recovery.md does not say:\n{line}"
        );
    }
}
