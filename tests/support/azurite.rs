//! A running Azurite, Microsoft's own blob emulator, and signed URLs for it.
//!
//! `FLIGHTDECK_AZURITE` names the `azurite-blob` executable; without it `npm install azurite` in the folder that a
//! skipped test prints is enough. `FLIGHTDECK_REQUIRE_AZURITE=1` turns skipping into failing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail loudly and say why they are skipped"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Azurite's published development account.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
pub(crate) const VERSION: &str = "2018-11-09";
/// A running Azurite with one container.
pub(crate) struct Azurite {
    child: Child,
    pub(crate) base: String,
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Azurite {
    /// `None`, with a printed word, when there is no Azurite on this machine and none is required.
    pub(crate) async fn start(http: &reqwest::Client) -> Option<Self> {
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
        };
        let created = http
            .put(azurite.container())
            .header("content-length", 0)
            .send()
            .await
            .unwrap();
        assert_eq!(created.status(), 201);
        Some(azurite)
    }

    /// A URL that may create the container `ingest`.
    pub(crate) fn container(&self) -> String {
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
    pub(crate) fn signed(&self, blob: &str, rights: &str, plus: bool) -> String {
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
        format!(
            "{}/ingest/{blob}?sv={VERSION}&sr=b&sig={sig}&se={end}&sp={rights}",
            self.base
        )
    }

    /// A URL that may do everything with one blob.
    pub(crate) fn place(&self, blob: &str) -> String {
        self.container()
            .replace("restype=container&", "")
            .replace("/ingest?", &format!("/ingest/{blob}?"))
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
