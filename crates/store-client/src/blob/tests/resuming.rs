//! Going on where an earlier upload ended, and never mixing with foreign blocks.

use super::fake::{Fake, Fault};
use crate::blob::{UploadError, UploadEvent};

fn mismatch() -> Fault {
    Fault::Answer(403, "AuthorizationPermissionMismatch", vec![])
}

#[tokio::test]
async fn a_cancelled_upload_commits_nothing_and_goes_on_later() {
    let mut fake = Fake::start(10_000, 1000, |_, _| None).await;
    fake.settings.connections = 1;
    let cancel = fake.cancel.clone();
    let ended = fake
        .observed(move |event| {
            if matches!(event, UploadEvent::Acknowledged { sent: 4000, .. }) {
                cancel.cancel();
            }
        })
        .await;
    assert!(
        matches!(
            ended,
            Err(UploadError::Cancelled {
                sent: 4000,
                total: 10_000
            })
        ),
        "{ended:?}"
    );
    assert_eq!((fake.count("commit"), fake.count("block")), (0, 4));

    fake.cancel = tokio_util::sync::CancellationToken::new();
    fake.events.lock().unwrap().clear();
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    // A block under way at the cancel may have reached the service.
    assert!(uploaded.already >= 4000, "{}", uploaded.already);
    assert_eq!(fake.count("block"), 10);
    let events = fake.events.lock().unwrap();
    assert!(
        matches!(events[0], UploadEvent::Started { already, .. } if already == uploaded.already)
    );
}

#[tokio::test]
async fn cancelled_before_the_first_byte_sends_nothing() {
    let fake = Fake::start(10_000, 1000, |_, _| None).await;
    fake.cancel.cancel();
    let ended = fake.upload().await;
    assert!(
        matches!(ended, Err(UploadError::Cancelled { sent: 0, .. })),
        "{ended:?}"
    );
    assert_eq!(fake.count(""), 0);
}

#[tokio::test]
async fn the_journal_decides_only_where_the_service_may_not_be_asked() {
    let mut fake = Fake::start(5000, 1000, |call, _| (call.name == "list").then(mismatch)).await;
    fake.upload().await.unwrap();
    fake.known = vec![0, 1, 4, 77];
    fake.store().calls.clear();
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(uploaded.already, 3000);
    let counts = fake.counted();
    assert!(
        counts.contains_key("block 2")
            && counts.contains_key("block 3")
            && !counts.contains_key("block 0"),
        "{counts:?}"
    );

    // Asked, the service wins: it has nothing, whatever the journal says.
    let mut fake = Fake::start(5000, 1000, |_, _| None).await;
    fake.known = vec![0, 1, 4];
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!((uploaded.already, fake.count("block")), (0, 5));
}

#[tokio::test]
async fn a_journal_that_was_wrong_costs_one_more_round() {
    let mut fake = Fake::start(5000, 1000, |call, _| (call.name == "list").then(mismatch)).await;
    fake.known = vec![0, 1];
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(fake.count("commit"), 2);
}

#[tokio::test]
async fn blocks_of_another_cut_or_file_are_not_taken_for_ours() {
    let mut fake = Fake::start(3000, 2000, |_, _| None).await;
    fake.upload().await.unwrap();
    fake.settings.block_size = Some(1000);
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!((uploaded.already, uploaded.blocks), (0, 3));

    fake.bytes = vec![9; 3000];
    std::fs::write(&fake.path, &fake.bytes).unwrap();
    assert_eq!(fake.upload().await.unwrap().already, 0);
    fake.assert_arrived();
}

#[tokio::test]
async fn foreign_blocks_with_other_names_are_cleared_once() {
    let fake = Fake::start(5000, 1000, |call, store| {
        let foreign = store.staged.contains_key("foreign");
        (foreign && call.name.starts_with("block"))
            .then(|| Fault::Answer(400, "InvalidBlobOrBlock", vec![]))
    })
    .await;
    fake.store().staged.insert("foreign".to_owned(), vec![1]);
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(fake.count("clear"), 1);
}

#[tokio::test]
async fn blocks_the_service_forgot_are_sent_again() {
    let mut forgotten = false;
    let fake = Fake::start(5000, 1000, move |call, store| {
        if call.name == "commit" && !std::mem::replace(&mut forgotten, true) {
            store.staged.retain(|id, _| !id.ends_with('3'));
        }
        None
    })
    .await;
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!((fake.count("block"), fake.count("commit")), (6, 2));
}
