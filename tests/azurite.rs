//! Uploads to Azurite, a blob service that is not ours, through signed URLs of the Store's shape.
//! Skipped without Azurite; see `support/azurite.rs`.
#![cfg(feature = "sim")]
#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use store_client::blob::{
    Checksum, Hooks, Source, UploadError, UploadEvent, UploadSettings, UploadUrl, Uploaded, upload,
};
use store_client::http::http_client;
use tokio_util::sync::CancellationToken;

#[path = "support/azurite.rs"]
mod support;
use support::{Azurite, VERSION};

const MIB: usize = 1 << 20;

/// Azurite with the program's own way to it.
struct Host {
    azurite: Azurite,
    http: reqwest::Client,
}

impl Host {
    async fn start() -> Option<Self> {
        let http = http_client().unwrap();
        let azurite = Azurite::start(&http).await?;
        Some(Self { azurite, http })
    }

    fn signed(&self, blob: &str, rights: &str, plus: bool) -> UploadUrl {
        UploadUrl::parse(&self.azurite.signed(blob, rights, plus)).unwrap()
    }

    async fn upload(
        &self,
        url: &UploadUrl,
        path: &Path,
        settings: &UploadSettings,
    ) -> Result<Uploaded, UploadError> {
        upload(
            &self.http,
            url,
            Arc::new(Source::open(path).unwrap()),
            settings,
            Vec::new(),
            Hooks::new(&|_| (), &CancellationToken::new()),
        )
        .await
    }

    /// The blob's type and bytes.
    async fn fetch(&self, blob: &str) -> (String, Vec<u8>) {
        let answer = self
            .http
            .get(self.azurite.place(blob))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (kind, answer.bytes().await.unwrap().to_vec())
    }
}

fn file(folder: &Path, size: usize) -> (PathBuf, Vec<u8>) {
    let path = folder.join(format!("{size}.zip"));
    let bytes: Vec<u8> = (0..size)
        .map(|at| (at * 131 + at / 257 + at / 65_536) as u8)
        .collect();
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

fn settings(checksum: Checksum, block_size: usize) -> UploadSettings {
    UploadSettings {
        checksum,
        block_size: Some(block_size as u64),
        ..UploadSettings::default()
    }
}

#[tokio::test]
async fn every_size_arrives_byte_for_byte() {
    let Some(azurite) = Host::start().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (size, checksum) in [
        (0, Checksum::Md5),
        (1, Checksum::None),
        (MIB, Checksum::Md5),
        (MIB + 1, Checksum::None),
        (9 * MIB + 77, Checksum::Md5),
        (33 * MIB, Checksum::None),
    ] {
        let (path, bytes) = file(folder.path(), size);
        let blob = format!("size-{size}");
        let url = azurite.signed(&blob, "rwl", false);
        let uploaded = azurite
            .upload(&url, &path, &settings(checksum, MIB))
            .await
            .unwrap();
        assert_eq!(
            (uploaded.size, uploaded.blocks as usize),
            (size as u64, size.div_ceil(MIB))
        );
        let (kind, arrived) = azurite.fetch(&blob).await;
        assert_eq!(kind, "application/zip");
        assert!(arrived == bytes, "{size} bytes arrived changed");
    }
}

#[tokio::test]
async fn a_plus_in_the_signature_is_understood_and_a_wrong_signature_is_not() {
    let Some(azurite) = Host::start().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = file(folder.path(), 1000);
    azurite
        .upload(
            &azurite.signed("plus", "rw", true),
            &path,
            &settings(Checksum::Md5, MIB),
        )
        .await
        .unwrap();
    assert!(azurite.fetch("plus").await.1 == bytes);

    let wrong = UploadUrl::parse(&format!(
        "{}/ingest/no?sv={VERSION}&sr=b&sig=c4n4rY%3D&se=2099-01-01T00%3A00%3A00Z&sp=rw",
        azurite.azurite.base
    ));
    let refused = azurite
        .upload(&wrong.unwrap(), &path, &settings(Checksum::Md5, MIB))
        .await
        .unwrap_err();
    let UploadError::Refused {
        status: 403,
        request_id,
        ..
    } = &refused
    else {
        panic!("{refused:?}")
    };
    assert!(request_id.len() > 10, "{request_id}");
    assert!(!format!("{refused} {refused:?}").contains("c4n4rY"));
}

#[tokio::test]
async fn a_cancelled_upload_goes_on_with_and_without_the_right_to_list() {
    let Some(azurite) = Host::start().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = file(folder.path(), 12 * MIB);
    let settings = UploadSettings {
        connections: 2,
        ..settings(Checksum::Md5, MIB)
    };
    for rights in ["rwl", "cw"] {
        let blob = format!("resume-{rights}");
        let url = azurite.signed(&blob, rights, false);
        let cancel = CancellationToken::new();
        let journal = Mutex::new(Vec::new());
        let observe = |event: UploadEvent| {
            if let UploadEvent::Acknowledged { index, .. } = event {
                let mut journal = journal.lock().unwrap();
                journal.push(index);
                if journal.len() == 5 {
                    cancel.cancel();
                }
            }
        };
        let ended = upload(
            &azurite.http,
            &url,
            Arc::new(Source::open(&path).unwrap()),
            &settings,
            Vec::new(),
            Hooks::new(&observe, &cancel),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(ended, UploadError::Cancelled { sent, .. } if sent == 5 * MIB as u64),
            "{ended:?}"
        );

        let known = if rights == "rwl" {
            Vec::new()
        } else {
            journal.into_inner().unwrap()
        };
        let go = CancellationToken::new();
        let hooks = Hooks::new(&|_| (), &go);
        let source = Arc::new(Source::open(&path).unwrap());
        let uploaded = upload(&azurite.http, &url, source, &settings, known, hooks)
            .await
            .unwrap();
        assert!(
            uploaded.already >= 5 * MIB as u64,
            "{rights}: {}",
            uploaded.already
        );
        assert!(azurite.fetch(&blob).await.1 == bytes, "{rights}");
    }
}

#[tokio::test]
async fn a_checksum_it_does_not_know_is_said_with_the_way_out() {
    let Some(azurite) = Host::start().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = file(folder.path(), 10);
    let url = azurite.signed("crc", "rwl", false);
    let refused = azurite
        .upload(&url, &path, &settings(Checksum::Crc64, MIB))
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("choose md5 or none"),
        "{refused}"
    );
}
