//! Blocks on their way: whole, in parallel, through faults.

use std::time::Duration;

use super::fake::{Fake, Fault, breaking_line, url};
use crate::blob::{Checksum, UploadEvent};

fn busy() -> Fault {
    Fault::Answer(503, "ServerBusy", vec![("retry-after", "0".to_owned())])
}

#[tokio::test]
async fn every_size_arrives_whole_and_is_reported() {
    for size in [0, 1, 999, 1000, 1001, 700_000] {
        let block = if size > 1001 { 300_000 } else { 1000 };
        let fake = Fake::start(size, block, |_, _| None).await;
        let uploaded = fake.upload().await.unwrap();
        fake.assert_arrived();
        let blocks = (size as u64).div_ceil(block);
        assert_eq!(
            (uploaded.size, u64::from(uploaded.blocks), uploaded.resent),
            (size as u64, blocks, 0)
        );
        assert_eq!(fake.count("block") as u64, blocks);

        let events = fake.events.lock().unwrap();
        let total = size as u64;
        assert_eq!(
            events[0],
            UploadEvent::Started {
                total,
                block_size: block,
                blocks: blocks as u32,
                already: 0
            }
        );
        assert_eq!(events[1], UploadEvent::Connections(8));
        assert_eq!(
            events[events.len() - 2..],
            [UploadEvent::Committing, UploadEvent::Done]
        );
        let sums: Vec<u64> = events
            .iter()
            .filter_map(|event| {
                if let UploadEvent::Acknowledged { sent, .. } = event {
                    Some(*sent)
                } else {
                    None
                }
            })
            .collect();
        assert!(
            sums.is_sorted() && sums.last().copied().unwrap_or(0) == total,
            "{sums:?}"
        );
    }
}

#[tokio::test]
async fn each_checksum_and_a_bandwidth_ceiling_send_the_same_bytes() {
    for checksum in [Checksum::Crc64, Checksum::Md5, Checksum::None] {
        let mut fake = Fake::start(600_001, 200_000, |_, _| None).await;
        fake.settings.checksum = checksum;
        fake.settings.bandwidth = Some(40_000_000);
        fake.upload().await.unwrap();
        fake.assert_arrived();
    }
}

#[tokio::test]
async fn no_more_connections_than_asked_for() {
    let mut fake = Fake::start(40_000, 1000, |_, _| None).await;
    fake.settings.connections = 3;
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert!(fake.most_at_once() <= 3, "{}", fake.most_at_once());
}

#[tokio::test]
async fn a_busy_service_costs_one_block_and_not_the_upload() {
    let mut refused = 0;
    let fake = Fake::start(10_000, 1000, move |call, _| {
        (call.name == "block 4" && refused < 3)
            .then(|| refused += 1)
            .map(|()| busy())
    })
    .await;
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(uploaded.resent, 1);
    assert_eq!(fake.count("block"), 13);
    let events = fake.events.lock().unwrap();
    let reason = "the service answered 503 ServerBusy".to_owned();
    assert!(events.contains(&UploadEvent::Retry {
        index: 4,
        attempt: 3,
        reason
    }));
}

#[tokio::test]
async fn resets_cut_answers_and_silence_are_survived() {
    let mut silent = 0;
    let mut cut = 0;
    let mut fake = Fake::start(10_000, 1000, move |call, _| match call.name.as_str() {
        "block 2" if silent < 2 => {
            silent += 1;
            Some(Fault::Silent)
        }
        "block 3" | "list" if cut < 2 => {
            cut += 1;
            Some(Fault::Cut)
        }
        _ => None,
    })
    .await;
    fake.url = url(breaking_line(fake.port, 5).await, "sig=c4n4rY");
    fake.patience.stall = Duration::from_millis(300);
    fake.patience.answer = Duration::from_millis(300);
    fake.upload().await.unwrap();
    fake.assert_arrived();
    let events = fake.events.lock().unwrap();
    let stalled = "nothing moved for 0.3 s".to_owned();
    assert!(
        events.contains(&UploadEvent::Retry {
            index: 2,
            attempt: 1,
            reason: stalled
        }),
        "{events:?}"
    );
}

#[tokio::test]
async fn a_line_on_which_nothing_moves_gets_two_connections() {
    let mut silent = 0;
    let mut fake = Fake::start(20_000, 1000, move |call, _| {
        (call.name.starts_with("block") && silent < 8)
            .then(|| silent += 1)
            .map(|()| Fault::Silent)
    })
    .await;
    fake.patience.stall = Duration::from_millis(300);
    fake.patience.answer = Duration::from_millis(300);
    fake.patience.window = Duration::from_millis(50);
    fake.upload().await.unwrap();
    fake.assert_arrived();
    let events = fake.events.lock().unwrap();
    assert!(events.contains(&UploadEvent::Connections(2)), "{events:?}");
}

#[tokio::test]
async fn too_large_blocks_start_again_with_four_mebibytes() {
    let fake = Fake::start(9 << 20, 5 << 20, |call, _| {
        (call.length > 4 << 20).then(|| Fault::Answer(413, "RequestBodyTooLarge", vec![]))
    })
    .await;
    let uploaded = fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(uploaded.blocks, 3);
    let events = fake.events.lock().unwrap();
    let again = UploadEvent::Started {
        total: 9 << 20,
        block_size: 4 << 20,
        blocks: 3,
        already: 0,
    };
    assert!(events.contains(&again), "{events:?}");
}

#[tokio::test]
async fn a_lost_answer_to_the_commit_is_looked_up() {
    let mut lost = false;
    let fake = Fake::start(3000, 1000, move |call, _| {
        (call.name == "commit" && !std::mem::replace(&mut lost, true)).then_some(Fault::Cut)
    })
    .await;
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(fake.count("commit"), 1);
}

#[tokio::test]
async fn an_older_blob_of_the_same_length_does_not_pass_for_the_new_one() {
    let mut failed = false;
    let fake = Fake::start(3000, 1000, move |call, _| {
        let fail = call.name == "commit" && !std::mem::replace(&mut failed, true);
        fail.then(|| Fault::Answer(500, "InternalError", vec![]))
    })
    .await;
    {
        let mut store = fake.store();
        store.blob = Some(vec![0; 3000]);
        store.modified = "Sun, 22 Nov 2020 16:00:00 GMT".to_owned();
    }
    fake.upload().await.unwrap();
    fake.assert_arrived();
    assert_eq!(fake.count("commit"), 2);
}

#[tokio::test]
async fn no_proxy_stands_between_an_upload_and_this_machine() {
    let fake = Fake::start(3000, 1000, |_, _| None).await;
    // Nobody listens there.
    let proxy = reqwest::Proxy::all("http://127.0.0.1:9").unwrap();
    let proxied = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let (settings, cancel) = (
        crate::blob::UploadSettings::default(),
        tokio_util::sync::CancellationToken::new(),
    );
    let uploaded = crate::blob::upload(
        &proxied,
        &fake.url,
        std::sync::Arc::new(crate::blob::Source::open(&fake.path).unwrap()),
        &settings,
        Vec::new(),
        crate::blob::Hooks::new(&|_| (), &cancel),
    )
    .await;
    assert_eq!(uploaded.unwrap().size, 3000);
    fake.assert_arrived();
}

#[test]
fn an_upload_can_be_spawned() {
    fn spawnable<T: Send>(_: T) {}
    let folder = tempfile::tempdir().unwrap();
    let source = crate::blob::Source::assemble(folder.path().join("x"), Vec::new()).unwrap();
    let http = crate::http::http_client().unwrap();
    let url = url(1, "sig=x");
    let (settings, cancel) = (
        crate::blob::UploadSettings::default(),
        tokio_util::sync::CancellationToken::new(),
    );
    spawnable(crate::blob::upload(
        &http,
        &url,
        std::sync::Arc::new(source),
        &settings,
        Vec::new(),
        crate::blob::Hooks::new(&|_| (), &cancel),
    ));
}
