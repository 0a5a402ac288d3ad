//! The lower half of the table "Ambiguity": making and deleting add-ons, flights and drafts.

use super::{
    bench::{APP, FLIGHT},
    inside::Inside,
    table::{FAULTS, fault, impatient},
};
use flightdeck::engine::{
    driver::{
        manage::{self, ManageError, NewProduct},
        rollout::{self, Move},
    },
    preflight::Refusal,
};
use futures::future::join_all;
use rstest::rstest;
use serde_json::Value;
use store_model::target::Target;

/// The lines of docs/recovery.md that the tests here hold true.
pub(crate) const LINES: [&str; 5] = [
    "| create add-on | all add-ons, before and after | one of that app and `productId` that was not there before: ours; none: not done | ours: used; not done: create again; several: said, nothing more is sent |",
    "| create flight | the app's flights, before and after | one of that name that was not there before: ours; none: not done | as for an add-on |",
    "| delete add-on, delete flight | the product | 404: done; there: not done | done: said so; not done: delete again |",
    "| delete draft (outside of a run) | the product | that draft is not the pending one: done; it is: not done | done: said so; not done: delete again |",
    "| rollout: set, halt, finalize | the rollout | it stands as it was wanted: done; else: not done | done: said so; not done: the same call again |",
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    AddOn,
    Flight,
}

fn new(kind: Kind, name: &str) -> NewProduct {
    let app = "9NX0EXAMPLE1".to_owned();
    match kind {
        Kind::AddOn => NewProduct::AddOn {
            app,
            product_id: name.to_owned(),
            product_type: "Durable".into(),
        },
        Kind::Flight => NewProduct::Flight {
            app,
            name: Some(name.to_owned()),
            groups: Vec::new(),
            rank_higher_than: None,
        },
    }
}

fn products(state: &Value) -> Vec<String> {
    state["products"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[rstest]
#[case(Kind::AddOn, "create-addon", "delete-addon")]
#[case(Kind::Flight, "create-flight", "delete-flight")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_is_made_once_and_deleted_once(
    #[case] kind: Kind,
    #[case] create: &str,
    #[case] delete: &str,
) {
    join_all(FAULTS.map(|(words, effect, is_done)| async move {
        let mut bench = Inside::new(&fault(create, effect)).await;
        if words.starts_with("time-out") {
            impatient(&mut bench);
        }
        let before = products(&bench.state().await);
        let made = manage::make(&bench.services, &new(kind, "recovery.test"))
            .await
            .unwrap();
        let state = bench.state().await;
        let mut added = products(&state);
        added.retain(|product| !before.contains(product));
        assert_eq!(added, [made.target.to_string()], "{create}: {words}");
        assert_eq!(
            (made.name.as_str(), &state["faults"][0]),
            ("recovery.test", &1.into()),
            "{create}: {words}"
        );
        let attempts = |verb: &str| {
            let requests = bench.requests();
            requests
                .iter()
                .filter(|request| request.starts_with(verb) && !request.starts_with("POST sign in"))
                .count()
        };
        assert_eq!(
            attempts("POST "),
            if is_done { 1 } else { 2 },
            "{create}: {words}: {:#?}",
            bench.requests()
        );

        bench.play(&fault(delete, effect)).await;
        manage::remove(&bench.services, &made.target).await.unwrap();
        let state = bench.state().await;
        assert_eq!(
            (products(&state), &state["faults"][0]),
            (before, &1.into()),
            "{delete}: {words}"
        );
        assert_eq!(
            attempts("DELETE "),
            if is_done { 1 } else { 2 },
            "{delete}: {words}"
        );
        bench.assert_clean();
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_deleted_once_and_saved_before() {
    join_all(FAULTS.map(|(words, effect, is_done)| async move {
        let mut bench = Inside::new(&fault("delete", effect)).await;
        if words.starts_with("time-out") {
            impatient(&mut bench);
        }
        let target: Target = APP.target();
        let draft = bench
            .services
            .store
            .create_submission(&target)
            .await
            .unwrap()
            .submission
            .id;
        let saved = manage::discard(&bench.services, &target, &draft)
            .await
            .unwrap();
        let saved: Value = serde_json::from_str(&std::fs::read_to_string(saved).unwrap()).unwrap();
        assert_eq!(saved["id"], draft, "{words}");
        let state = bench.state().await;
        let product = &state["products"][APP.target];
        assert_eq!(
            (&product["deletes"], &product["pending"]),
            (&1.into(), &Value::Null),
            "{words}"
        );
        let sent = bench
            .requests()
            .iter()
            .filter(|request| request.starts_with("DELETE "))
            .count();
        assert_eq!(sent, if is_done { 1 } else { 2 }, "{words}");
        bench.assert_clean();
    }))
    .await;
}

#[rstest]
#[case(Move::Set(25.0), "set-rollout", "PackageRolloutInProgress")]
#[case(Move::Halt, "halt-rollout", "PackageRolloutStopped")]
#[case(Move::Finalize, "finalize-rollout", "PackageRolloutComplete")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_is_moved_once(#[case] to: Move, #[case] call: &str, #[case] status: &str) {
    join_all(FAULTS.map(|(words, effect, is_done)| async move {
        let mut bench = Inside::new(&fault(call, effect)).await;
        if words.starts_with("time-out") {
            impatient(&mut bench);
        }
        let target = Target::app("9NX0EXAMPLE2");
        let live = bench
            .services
            .store
            .product(&target)
            .await
            .unwrap()
            .published
            .unwrap();
        let moved = rollout::shift(&bench.services, &target, &live, to)
            .await
            .unwrap();
        assert_eq!(moved.status, status, "{call}: {words}");
        let sent = bench
            .requests()
            .iter()
            .filter(|request| request.starts_with("POST applications"))
            .count();
        assert_eq!(
            sent,
            if is_done { 1 } else { 2 },
            "{call}: {words}: {:#?}",
            bench.requests()
        );
        bench.assert_clean();
    }))
    .await;
}

/// What was there before is not taken for what was to be made.
#[rstest]
#[case(Kind::AddOn, "create-addon")]
#[case(Kind::Flight, "create-flight")]
#[tokio::test]
async fn an_old_one_of_the_same_name_is_not_adopted(#[case] kind: Kind, #[case] create: &str) {
    let bench = Inside::new("").await;
    manage::make(&bench.services, &new(kind, "recovery.twin"))
        .await
        .unwrap();
    let before = products(&bench.state().await);
    bench.play(&fault(create, "effect = \"lost-reply\"")).await;
    // The Store has refused it, and the refusal was lost.
    let error = manage::make(&bench.services, &new(kind, "recovery.twin"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("409"), "{error}");
    assert_eq!(products(&bench.state().await), before);
}

/// A Store that never answers is not asked for ever.
#[tokio::test]
async fn it_ends_when_nothing_becomes_clear() {
    let bench =
        Inside::new("[[fault]]\ncall = \"create-addon\"\neffect = \"answer\"\nstatus = 503\n")
            .await;
    let error = manage::make(&bench.services, &new(Kind::AddOn, "recovery.never"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
    let posts = bench
        .requests()
        .iter()
        .filter(|request| *request == "POST inappproducts")
        .count();
    assert_eq!(posts, 5);
}

#[tokio::test]
async fn what_a_run_works_on_is_not_deleted() {
    let bench = Inside::new("").await;
    let target = FLIGHT.target();
    let run = bench.services.home.runs().hold(&target).unwrap();
    for answer in [
        manage::remove(&bench.services, &target).await,
        manage::discard(&bench.services, &target, "1")
            .await
            .map(drop),
    ] {
        assert!(
            matches!(answer, Err(ManageError::Refused(Refusal::Driven { .. }))),
            "{answer:?}"
        );
    }
    assert!(bench.requests().is_empty());
    drop(run);
}
