//! What requests share and wait for: equal reads, the budget of a minute, a silent Store, the clock.

use super::bench::{Bench, app, in_turn, until};
use super::faults::{APP, COMMIT, STATUS, committed, resource};
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;
use store_client::{ApiError, Patience, Priority, Trouble};
use wiremock::ResponseTemplate;

#[tokio::test]
async fn equal_reads_share_a_request_until_something_changes() {
    let bench = Bench::start().await;
    let status = |text: &str| ResponseTemplate::new(200).set_body_json(json!({"status": text}));
    let slow = status("PendingCommit").set_delay(Duration::from_millis(400));
    bench
        .on("GET", STATUS, in_turn([slow, status("CommitStarted")]))
        .await;
    bench.on("POST", COMMIT, committed()).await;
    let target = app();
    let many = join_all((0..10).map(|_| bench.store.status(&target, "1")));
    let after_a_change = async {
        until(|| bench.store.budget().used == 1).await;
        bench.store.commit(&target, "1").await.unwrap();
        bench.store.status(&target, "1").await.unwrap()
    };
    let (many, after) = tokio::join!(many, after_a_change);
    assert!(
        many.into_iter()
            .all(|report| report.unwrap().status.as_str() == "PendingCommit")
    );
    assert_eq!(after.status.as_str(), "CommitStarted");
    assert_eq!(
        bench
            .calls()
            .await
            .iter()
            .filter(|call| call.starts_with("GET"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_read_that_began_during_a_change_does_not_answer_after_it() {
    let bench = Bench::start().await;
    let status = |text: &str| ResponseTemplate::new(200).set_body_json(json!({"status": text}));
    // Far apart, so that even a slow machine has the read begin while the change is under way, and end after it.
    let slow = status("PendingCommit").set_delay(Duration::from_secs(4));
    bench
        .on("GET", STATUS, in_turn([slow, status("CommitStarted")]))
        .await;
    bench
        .on(
            "POST",
            COMMIT,
            committed().set_delay(Duration::from_secs(2)),
        )
        .await;
    let target = app();
    let change = async {
        bench.store.commit(&target, "1").await.unwrap();
        bench.store.status(&target, "1").await.unwrap()
    };
    let during = async {
        until(|| bench.store.budget().used == 1).await;
        bench.store.status(&target, "1").await.unwrap()
    };
    let (after, during) = tokio::join!(change, during);
    assert_eq!(
        (during.status.as_str(), after.status.as_str()),
        ("PendingCommit", "CommitStarted")
    );
}

#[tokio::test]
async fn a_shared_read_survives_the_one_who_began_it_and_a_dropped_one_is_told_of() {
    let bench = Bench::start().await;
    bench
        .on("GET", APP, resource().set_delay(Duration::from_millis(150)))
        .await;
    bench.store.sign_in().await.unwrap();
    let target = app();
    let mut first = Box::pin(bench.store.product(&target));
    assert!(futures::future::poll_immediate(&mut first).await.is_none());
    let second = bench.store.product(&target);
    let dropped = async {
        until(|| bench.store.budget().used == 1).await;
        drop(first);
    };
    let (second, ()) = tokio::join!(second, dropped);
    second.unwrap();
    assert_eq!(bench.calls().await.len(), 1);

    let mut alone = Box::pin(bench.store.product(&target));
    assert!(futures::future::poll_immediate(&mut alone).await.is_none());
    drop(alone);
    assert_eq!(
        bench.log().last().unwrap().error.as_deref(),
        Some("given up before the answer came")
    );
}

#[tokio::test]
async fn the_budget_holds_requests_back_and_shows_it() {
    let bench = Bench::with(|settings| settings.requests_per_minute = 1).await;
    bench.on("GET", APP, resource()).await;
    bench.store.product(&app()).await.unwrap();
    let (store, target) = (bench.store.with_priority(Priority::Background), app());
    let mut waiting = Box::pin(store.status(&target, "1"));
    assert!(
        futures::future::poll_immediate(&mut waiting)
            .await
            .is_none()
    );
    let view = bench.store.budget();
    assert_eq!((view.used, view.limit, view.waiting), (1, 1, 1));
    drop(waiting);
    assert_eq!(bench.store.budget().waiting, 0);
    assert_eq!(bench.calls().await.len(), 1);
}

/// With the clock put forward, once the connection is there, instead of a minute of waiting.
#[tokio::test]
async fn a_store_that_never_answers_is_said_while_it_is_waited_for() {
    let bench = Bench::start().await;
    bench
        .on("GET", APP, resource().set_delay(Duration::from_hours(1)))
        .await;
    bench.store.sign_in().await.unwrap();
    tokio::time::pause();
    let told = std::sync::Mutex::new(Vec::new());
    let target = app();
    let enough = tokio::sync::Notify::new();
    let tell = |wait: store_client::Waiting| {
        let mut told = told.lock().unwrap();
        told.push(wait.to_string());
        if told.len() == 4 {
            enough.notify_one();
        }
    };
    tokio::select! {
        result = bench.store.product(&target) => panic!("{result:?}"),
        () = bench.store.tell_waits(tell) => {}
        () = enough.notified() => {}
    }
    let host = bench.server.address();
    let expected =
        [5, 15, 30, 45].map(|seconds| format!("still waiting for {host}, {seconds} s of 60 s"));
    assert_eq!(told.into_inner().unwrap(), expected);
}

#[tokio::test]
async fn a_silent_store_is_tried_twice() {
    let bench = Bench::start().await;
    bench
        .on("GET", APP, resource().set_delay(Duration::from_hours(1)))
        .await;
    bench.store.sign_in().await.unwrap();
    let store = bench.store.with_patience(Patience {
        read: Duration::from_millis(500),
        back_off: Duration::ZERO,
        ..Patience::default()
    });
    let error = store.product(&app()).await.unwrap_err();
    assert!(
        matches!(
            error,
            ApiError::Lost {
                trouble: Trouble::Silent,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(bench.calls().await.len(), 2);
}

/// The Store's clock is what its answers say: a fresh upload URL is not taken for an ended one.
#[tokio::test]
async fn a_clock_that_is_hours_ahead_is_told_and_reckoned_with() {
    let bench = Bench::start().await;
    let past = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(5);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&past)
        .unwrap();
    bench
        .on("GET", APP, resource().insert_header("Date", date.as_str()))
        .await;
    bench.store.product(&app()).await.unwrap();
    let clock = bench.store.waits().clock().clone();
    assert!(clock.now() < jiff::Timestamp::now() - jiff::SignedDuration::from_hours(4));
    let told = std::sync::Mutex::new(None);
    let enough = tokio::sync::Notify::new();
    let tell = |wait: store_client::Waiting| {
        *told.lock().unwrap() = Some(wait.to_string());
        enough.notify_one();
    };
    tokio::select! {
        () = bench.store.tell_waits(tell) => {}
        () = enough.notified() => {}
    }
    assert_eq!(
        told.into_inner().unwrap().as_deref(),
        Some("this machine's clock is 5 h ahead of the server's")
    );
}
