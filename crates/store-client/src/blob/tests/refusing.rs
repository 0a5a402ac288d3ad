//! Uploads that must end: with the right error, nothing committed, and no signature in sight (the harness checks
//! every error and event for it, and the service echoes it wherever it can).

use std::time::Duration;

use super::fake::{CANARY, Fake, Fault, url};
use crate::blob::{UploadError, UploadEvent};

#[tokio::test]
async fn the_other_spelling_of_the_signature_is_tried_once() {
    let mut fake = Fake::start(1000, 1000, |call, _| {
        (!call.query.contains("c4n4rY+x"))
            .then(|| Fault::Answer(403, "AuthenticationFailed", vec![]))
    })
    .await;
    fake.url = url(fake.port, "sv=1&sig=c4n4rY+x");
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(fake.count("list"), 2);

    let mut fake = Fake::start(1000, 1000, |_, _| {
        Some(Fault::Answer(403, "AuthenticationFailed", vec![]))
    })
    .await;
    fake.url = url(fake.port, "sv=1&sig=c4n4rY+x");
    let refused = fake.upload().await.unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("403 AuthenticationFailed")
            && said.contains("req-7")
            && said.contains("new one"),
        "{said}"
    );
    assert_eq!(fake.count(""), 2);
}

#[tokio::test]
async fn an_ended_url_is_said_before_and_during_the_upload() {
    let mut fake = Fake::start(1000, 1000, |_, _| None).await;
    fake.url = url(
        fake.port,
        &format!("se=2020-01-01T00%3A00%3A00Z&sig={CANARY}"),
    );
    let ended = fake.upload().await.unwrap_err();
    assert!(matches!(ended, UploadError::Expired { .. }), "{ended:?}");
    assert_eq!(fake.count(""), 0);

    // Written in whole seconds, so that it is at least one second away.
    let soon = jiff::Timestamp::now() + Duration::from_secs(2);
    let mut fake = Fake::start(3000, 1000, move |call, _| {
        // The service notices the end while block 2 is on its way.
        (call.name == "block 2").then(|| {
            while jiff::Timestamp::now() <= soon {
                std::thread::yield_now();
            }
            Fault::Answer(403, "AuthenticationFailed", vec![])
        })
    })
    .await;
    fake.settings.connections = 1;
    fake.url = url(fake.port, &format!("se={soon:.0}&sig={CANARY}"));
    let ended = fake.upload().await.unwrap_err();
    assert!(
        matches!(
            ended,
            UploadError::Expired {
                sent: 2000,
                total: 3000,
                ..
            }
        ),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_final_answer_ends_the_upload_at_once() {
    let cases = [
        (409, "InvalidBlobType"),
        (404, "ContainerNotFound"),
        (413, "RequestBodyTooLarge"),
        (500, "FeatureNotSupported"),
    ];
    for (status, code) in cases {
        let fake = Fake::start(3000, 3000, move |call, _| {
            call.name
                .starts_with("block")
                .then(|| Fault::Answer(status, code, vec![]))
        })
        .await;
        let refused = fake.upload().await.unwrap_err();
        let UploadError::Refused {
            status: told,
            code: named,
            request_id,
            ..
        } = &refused
        else {
            panic!("{refused:?}")
        };
        assert_eq!(
            (*told, named.as_str(), request_id.as_str()),
            (status, code, "req-7")
        );
        assert_eq!((fake.count("block"), fake.count("commit")), (1, 0));
    }
}

#[tokio::test]
async fn bytes_that_change_on_their_way_are_sent_four_times() {
    let fake = Fake::start(100, 100, |call, _| {
        call.name
            .starts_with("block")
            .then(|| Fault::Answer(400, "Crc64Mismatch", vec![]))
    })
    .await;
    let refused = fake.upload().await.unwrap_err();
    assert!(refused.to_string().contains("proxy"), "{refused}");
    assert_eq!(fake.count("block"), 4);
}

#[tokio::test]
async fn nothing_but_failures_is_given_up_and_says_what_is_kept() {
    let mut fake = Fake::start(3000, 1000, |call, _| {
        (call.name == "block 1").then(|| Fault::Answer(503, "ServerBusy", vec![]))
    })
    .await;
    fake.patience.give_up = Duration::from_millis(100);
    let ended = fake.upload().await.unwrap_err();
    assert!(
        matches!(
            ended,
            UploadError::GivenUp {
                sent: 2000,
                total: 3000,
                ..
            }
        ),
        "{ended:?}"
    );
    let said = ended.to_string();
    assert!(
        said.contains("503 ServerBusy")
            && said.contains("2000 of 3000")
            && said.contains("/ingest/package"),
        "{said}"
    );
    assert_eq!(fake.count("commit"), 0);
}

#[tokio::test]
async fn a_host_that_is_not_there_is_given_up() {
    let mut fake = Fake::start(10, 10, |_, _| None).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    fake.url = url(
        nobody.local_addr().unwrap().port(),
        &format!("sig={CANARY}"),
    );
    drop(nobody);
    fake.patience.give_up = Duration::from_millis(20);
    let ended = fake.upload().await.unwrap_err();
    let UploadError::GivenUp { last, .. } = &ended else {
        panic!("{ended:?}")
    };
    assert!(last.contains("refused"), "{last}");
}

#[tokio::test]
async fn a_changed_file_is_never_committed() {
    let fake = Fake::start(5000, 1000, |_, _| None).await;
    let path = fake.path.clone();
    let ended = fake
        .observed(move |event| {
            if matches!(event, UploadEvent::Acknowledged { .. }) {
                std::fs::write(&path, b"longer".repeat(1000)).unwrap();
            }
        })
        .await;
    assert!(
        matches!(ended, Err(UploadError::FileChanged { .. })),
        "{ended:?}"
    );
    assert_eq!(fake.count("commit"), 0);

    let mut fake = Fake::start(5000, 1000, |_, _| None).await;
    fake.settings.connections = 1;
    let path = fake.path.clone();
    let ended = fake
        .observed(move |event| {
            if matches!(event, UploadEvent::Acknowledged { index: 1, .. }) {
                std::fs::File::options()
                    .write(true)
                    .open(&path)
                    .unwrap()
                    .set_len(2500)
                    .unwrap();
            }
        })
        .await;
    assert!(
        matches!(ended, Err(UploadError::FileChanged { .. })),
        "{ended:?}"
    );
    assert_eq!(fake.count("commit"), 0);
}

#[tokio::test]
async fn a_blob_of_another_length_is_an_error() {
    let fake = Fake::start(3000, 1000, |call, store| {
        if call.name == "head" {
            store.blob = Some(vec![0; 5]);
        }
        None
    })
    .await;
    let ended = fake.upload().await.unwrap_err();
    assert!(
        matches!(
            ended,
            UploadError::LengthDiffers {
                expected: 3000,
                found: 5,
                ..
            }
        ),
        "{ended:?}"
    );
}
