//! Uploads to Azurite, a blob service that is not ours, through signed URLs of the Store's shape.
//!
//! `FLIGHTDECK_AZURITE` names the `azurite-blob` executable; without it `npm install azurite` in the folder that a
//! skipped test prints is enough. `FLIGHTDECK_REQUIRE_AZURITE=1` turns skipping into failing.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail loudly and say why they are skipped"
)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store_client::blob::{
    Checksum, UploadError, UploadEvent, UploadSettings, UploadUrl, Uploaded, upload,
};
use store_client::http::http_client;
use tokio_util::sync::CancellationToken;

/// Azurite's published development account.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const VERSION: &str = "2018-11-09";
const MIB: usize = 1 << 20;

/// A running Azurite with one container.
struct Azurite {
    child: Child,
    base: String,
    http: reqwest::Client,
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Azurite {
    /// `None`, with a printed word, when there is no Azurite on this machine and none is required.
    async fn start() -> Option<Self> {
        let program = program()?;
        let mut child = Command::new(&program)
            .args([
                "--inMemoryPersistence",
                "--disableTelemetry",
                "--skipApiVersionCheck",
                "--blobHost",
                "127.0.0.1",
            ])
            // It finds a free port by itself, and says which.
            .args(["--blobPort", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.contains("successfully listen"));
        let ready =
            ready.unwrap_or_else(|| panic!("{} ended before it listened", program.display()));
        let (_, address) = ready.rsplit_once("http://").unwrap();
        // Nobody reads on, and Azurite must not block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));

        let azurite = Self {
            child,
            base: format!("http://{}/{ACCOUNT}", address.trim_end_matches('/')),
            http: http_client().unwrap(),
        };
        let created = azurite
            .http
            .put(azurite.container())
            .header("content-length", 0)
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        Some(azurite)
    }

    /// A URL that may create the container `ingest`.
    fn container(&self) -> String {
        let end = "2099-01-01T00:00:00Z";
        let sig = sign(&format!(
            "{ACCOUNT}\nrwdlac\nb\nsco\n\n{end}\n\n\n{VERSION}\n"
        ));
        let sig = sig
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        format!(
            "{}/ingest?restype=container&sv={VERSION}&ss=b&srt=sco&sp=rwdlac&se={end}&sig={sig}",
            self.base
        )
    }

    /// A signed URL of one blob, its signature with raw `+` as the Store writes it; `plus` insists on one.
    fn signed(&self, blob: &str, rights: &str, plus: bool) -> UploadUrl {
        let (end, sig) = (0..60)
            .map(|second| format!("2099-01-01T00:00:{second:02}Z"))
            .map(|end| {
                let place = format!("/blob/{ACCOUNT}/ingest/{blob}");
                let sig = sign(&format!(
                    "{rights}\n\n{end}\n{place}\n\n\n\n{VERSION}\nb\n\n\n\n\n\n"
                ));
                (end, sig)
            })
            .find(|(_, sig)| sig.contains('+') == plus)
            .unwrap();
        let sig = sig.replace('/', "%2F").replace('=', "%3D");
        let end = end.replace(':', "%3A");
        let text = format!(
            "{}/ingest/{blob}?sv={VERSION}&sr=b&sig={sig}&se={end}&sp={rights}",
            self.base
        );
        UploadUrl::parse(&text).unwrap()
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
            path,
            settings,
            Vec::new(),
            &|_| (),
            &CancellationToken::new(),
        )
        .await
    }

    /// The blob's type and bytes.
    async fn fetch(&self, blob: &str) -> (String, Vec<u8>) {
        let url = self
            .container()
            .replace("restype=container&", "")
            .replace("/ingest?", &format!("/ingest/{blob}?"));
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (kind, answer.bytes().await.unwrap().to_vec())
    }
}

fn program() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("azurite");
    let name = if cfg!(windows) {
        "azurite-blob.cmd"
    } else {
        "azurite-blob"
    };
    let installed = folder.join("node_modules").join(".bin").join(name);
    match std::env::var_os("FLIGHTDECK_AZURITE") {
        Some(path) => Some(path.into()),
        None if installed.exists() => Some(installed),
        None => {
            let required =
                std::env::var("FLIGHTDECK_REQUIRE_AZURITE").is_ok_and(|value| value == "1");
            assert!(
                !required,
                "Azurite is required here: set FLIGHTDECK_AZURITE to the azurite-blob executable"
            );
            println!(
                "SKIPPED, no Azurite: npm install --prefix {} azurite",
                folder.display()
            );
            None
        }
    }
}

fn sign(text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(KEY).unwrap()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
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
    let Some(azurite) = Azurite::start().await else {
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
    let Some(azurite) = Azurite::start().await else {
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
        azurite.base
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
    let Some(azurite) = Azurite::start().await else {
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
            &path,
            &settings,
            Vec::new(),
            &observe,
            &cancel,
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
        let uploaded = upload(&azurite.http, &url, &path, &settings, known, &|_| (), &go)
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
    let Some(azurite) = Azurite::start().await else {
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
