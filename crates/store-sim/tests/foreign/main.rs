//! Clients that are not ours upload 64 MiB, whole and in two runs, to the simulator and to Azurite. What arrives must be the
//! file; what the two services answer differently must be what `differences.txt` says.
//!
//! Each client is named by its variable: `FLIGHTDECK_PYTHON`, an interpreter with `azure-storage-blob`;
//! `FLIGHTDECK_NODE_MODULES`, a folder with `@azure/storage-blob`; `FLIGHTDECK_AZCOPY` and `FLIGHTDECK_RCLONE`, the programs;
//! `FLIGHTDECK_AZURITE`, the `azurite-blob` executable. What is not named is skipped, unless
//! `FLIGHTDECK_REQUIRE_CLIENTS=1`. `FLIGHTDECK_WRITE_DIFFERENCES=1` writes the list anew.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

#[path = "../../../../tests/support/azurite.rs"]
mod azurite;
mod recorder;
mod requests;

use azurite::Azurite;
use recorder::{Notes, Recorder};
use reqwest::Client;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use store_sim::{Sim, SimOptions};

/// Not a multiple of any block size.
const SIZE: usize = (64 << 20) + 1;
const APP: &str = "applications/9NX0EXAMPLE1/submissions";

/// One run of a foreign program.
type Step = (&'static str, Command);

struct Foreign {
    name: &'static str,
    /// The programs to run one after the other, for an upload in one go or in two.
    steps: fn(&Setting, is_whole: bool) -> Vec<Step>,
    variable: &'static str,
}

/// What a client is given.
struct Setting {
    file: PathBuf,
    folder: PathBuf,
    url: String,
}

const CLIENTS: [Foreign; 4] = [
    Foreign {
        name: "python",
        steps: python,
        variable: "FLIGHTDECK_PYTHON",
    },
    Foreign {
        name: "javascript",
        steps: javascript,
        variable: "FLIGHTDECK_NODE_MODULES",
    },
    Foreign {
        name: "azcopy",
        steps: azcopy,
        variable: "FLIGHTDECK_AZCOPY",
    },
    Foreign {
        name: "rclone",
        steps: rclone,
        variable: "FLIGHTDECK_RCLONE",
    },
];

fn named(variable: &str) -> Option<String> {
    let found = std::env::var(variable)
        .ok()
        .filter(|value| !value.is_empty());
    let required = std::env::var("FLIGHTDECK_REQUIRE_CLIENTS").is_ok_and(|value| value == "1");
    assert!(found.is_some() || !required, "{variable} is required here");
    found
}

fn script(program: &str, name: &str, setting: &Setting, how: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/foreign")
                .join(name),
        )
        .arg(how)
        .arg(&setting.file)
        .env("FLIGHTDECK_UPLOAD_URL", &setting.url);
    command
}

fn scripted(program: &str, name: &str, setting: &Setting, is_whole: bool) -> Vec<Step> {
    let steps: &[&str] = if is_whole {
        &["whole"]
    } else {
        &["begin", "finish"]
    };
    steps
        .iter()
        .map(|how| ("", script(program, name, setting, how)))
        .collect()
}

fn python(setting: &Setting, is_whole: bool) -> Vec<Step> {
    let program = named("FLIGHTDECK_PYTHON").unwrap();
    scripted(&program, "upload.py", setting, is_whole)
}

fn javascript(setting: &Setting, is_whole: bool) -> Vec<Step> {
    scripted("node", "upload.cjs", setting, is_whole)
}

/// Its first run is refused a block and fails; the second takes the job up.
fn azcopy(setting: &Setting, is_whole: bool) -> Vec<Step> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(named("FLIGHTDECK_AZCOPY").unwrap());
        command
            .args(arguments)
            .env("AZCOPY_LOG_LOCATION", &setting.folder)
            .env("AZCOPY_JOB_PLAN_LOCATION", &setting.folder)
            .env("AZCOPY_DISABLE_SYSLOG", "true")
            .env("AZCOPY_CONCURRENCY_VALUE", "4");
        command
    };
    let file = setting.file.to_str().unwrap();
    let copy = run(&[
        "copy",
        file,
        &setting.url,
        "--from-to=LocalBlob",
        "--block-size-mb=4",
        "--put-blob-size-mb=4",
        "--check-length=true",
        "--skip-version-check",
    ]);
    if is_whole {
        return vec![("", copy)];
    }
    vec![("refused", copy), ("job", run(&["jobs", "resume"]))]
}

/// It has no way to go on; what counts is that the blocks of its first run are not in the way of the second.
fn rclone(setting: &Setting, is_whole: bool) -> Vec<Step> {
    let (place, query) = setting.url.split_once('?').unwrap();
    let (container, blob) = place.rsplit_once('/').unwrap();
    let (_, container_name) = container.rsplit_once('/').unwrap();
    let run = || {
        let mut command = Command::new(named("FLIGHTDECK_RCLONE").unwrap());
        command
            .arg("copyto")
            .arg(&setting.file)
            .arg(format!(":azureblob:{container_name}/{blob}"))
            .arg("--azureblob-chunk-size=4M")
            .args(["--retries=1", "--low-level-retries=1", "--ignore-times"])
            .env("RCLONE_CONFIG", "/dev/null")
            .env("RCLONE_AZUREBLOB_SAS_URL", format!("{container}?{query}"));
        command
    };
    if is_whole {
        vec![("", run())]
    } else {
        vec![("refused", run()), ("", run())]
    }
}

/// Runs the steps. A step that is to be refused must fail, the others must not.
async fn run(client: &Foreign, setting: &Setting, is_whole: bool, recorder: &Recorder) {
    let mut job = None;
    for (kind, mut command) in (client.steps)(setting, is_whole) {
        recorder.refuse_block_after(if kind == "refused" { 4 } else { -1 });
        if kind == "job" {
            let (_, signature) = setting.url.split_once('?').unwrap();
            command
                .arg(job.take().unwrap())
                .arg(format!("--destination-sas={signature}"));
        }
        // No proxy of the machine stands between.
        command
            .env("NO_PROXY", "*")
            .env_remove("http_proxy")
            .env_remove("HTTP_PROXY");
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let said = format!(
            "{} {kind}\n{}\n{}",
            client.name,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.success(), kind != "refused", "{said}");
        job = said
            .split_once("Job ")
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .map(str::to_owned);
    }
    recorder.refuse_block_after(-1);
}

fn file(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("upload.zip");
    let bytes: Vec<u8> = (0..SIZE)
        .map(|at| (at * 131 + at / 257 + at / 65_536) as u8)
        .collect();
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

/// A simulator whose drafts give upload URLs.
struct Store {
    sim: Sim,
    http: Client,
    token: String,
}

impl Store {
    async fn start(http: &Client) -> Self {
        let sim = store_sim::start(SimOptions {
            rate_limit: None,
            ..SimOptions::default()
        })
        .await
        .unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", store_sim::CLIENT_ID),
            ("client_secret", store_sim::CLIENT_SECRET),
            ("resource", "https://manage.devcenter.microsoft.com"),
        ];
        let url = format!("{}/{}/oauth2/token", sim.url(), store_sim::TENANT);
        let answer = http.post(url).form(&form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        Self {
            token: answer["access_token"].as_str().unwrap().to_owned(),
            http: http.clone(),
            sim,
        }
    }

    async fn ask(&self, method: reqwest::Method, path: &str) -> Value {
        let request = self
            .http
            .request(method, format!("{}/v1.0/my/{path}", self.sim.url()))
            .bearer_auth(&self.token)
            .header("content-length", 0);
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A new draft's blob and URL. The folder is named twice: clients take the first part of a path on a numeric host for
    /// the account.
    async fn place(&self) -> (String, String) {
        let draft = self.ask(reqwest::Method::POST, APP).await;
        let id = draft["id"].as_str().unwrap();
        let url = draft["fileUploadUrl"].as_str().unwrap().to_owned();
        self.ask(reqwest::Method::DELETE, &format!("{APP}/{id}"))
            .await;
        let (place, _) = url.split_once('?').unwrap();
        let blob = place.rsplit('/').next().unwrap().to_owned();
        (blob, url.replace("/ingestion/", "/ingestion/ingestion/"))
    }

    fn uploaded(&self, blob: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut file = self.sim.uploaded(blob).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_clients_upload_and_the_differences_to_azurite_are_known() {
    let clients: Vec<&Foreign> = CLIENTS
        .iter()
        .filter(|client| {
            let is_there = named(client.variable).is_some();
            if !is_there {
                println!("SKIPPED, {}: {} names none", client.name, client.variable);
            }
            is_there
        })
        .collect();
    // A second test in this process would find it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Azurite closes idle connections, now and then just as the next request is sent.
    let http = Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    let recorder = Recorder::start(&http).await;
    let store = Store::start(&http).await;
    let azurite = Azurite::start(&http).await;
    let folder = tempfile::tempdir().unwrap();
    let (file, bytes) = file(folder.path());
    let setting = |url: &str| Setting {
        file: file.clone(),
        folder: folder.path().to_owned(),
        url: recorder.through(url),
    };

    let mut ours: BTreeMap<&str, Notes> = BTreeMap::new();
    let mut theirs: BTreeMap<&str, Notes> = BTreeMap::new();
    for client in &clients {
        for is_whole in [true, false] {
            recorder.point_at(&store.sim.url());
            let (blob, url) = store.place().await;
            run(client, &setting(&url), is_whole, &recorder).await;
            assert!(store.uploaded(&blob) == bytes, "{} {is_whole}", client.name);
            ours.entry(client.name)
                .or_default()
                .extend(recorder.take_notes());

            let Some(azurite) = &azurite else { continue };
            let (root, _) = azurite.base.split_once("/devstore").unwrap();
            recorder.point_at(root);
            let blob = format!("{}-{is_whole}", client.name);
            let url = azurite.signed(&blob, "rwl", false);
            run(client, &setting(&url), is_whole, &recorder).await;
            let arrived = http.get(azurite.place(&blob)).send().await.unwrap();
            assert!(arrived.bytes().await.unwrap() == bytes, "{blob}");
            theirs
                .entry(client.name)
                .or_default()
                .extend(recorder.take_notes());
        }
    }
    let Some(azurite) = &azurite else { return };
    recorder.point_at(&store.sim.url());
    let (_, url) = store.place().await;
    ours.insert("requests", requests::play(&http, &recorder, &url).await);
    let (root, _) = azurite.base.split_once("/devstore").unwrap();
    recorder.point_at(root);
    let url = azurite.signed("requests", "rwl", false);
    theirs.insert("requests", requests::play(&http, &recorder, &url).await);
    compare(&ours, &theirs);
}

/// Holds the differences against the list, as far as the clients ran.
fn compare(ours: &BTreeMap<&str, Notes>, theirs: &BTreeMap<&str, Notes>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/differences.txt");
    let found: BTreeSet<String> = ours
        .iter()
        .flat_map(|(name, notes)| differences(name, notes, &theirs[name]))
        .collect();
    if std::env::var("FLIGHTDECK_WRITE_DIFFERENCES").is_ok_and(|value| value == "1") {
        let lines: Vec<&str> = found.iter().map(String::as_str).collect();
        std::fs::write(&path, format!("{HEAD}{}\n", lines.join("\n"))).unwrap();
    }
    let listed = std::fs::read_to_string(&path).unwrap();
    let listed: BTreeSet<String> = listed
        .lines()
        .filter(|line| {
            ours.keys()
                .any(|name| line.starts_with(&format!("{name} ")))
        })
        .map(str::to_owned)
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "not in {}: {new:#?}\nno more: {gone:#?}",
        path.display()
    );
}

const HEAD: &str = "\
# Where the simulator (sim) answers the same requests otherwise than Azurite does: answers that only one of them gives, and
# headers that only one of them sends with an answer. Azure's documentation decides which of them is right. A test writes
# this list (FLIGHTDECK_WRITE_DIFFERENCES=1) and compares it.
";

fn differences(name: &str, ours: &Notes, theirs: &Notes) -> Vec<String> {
    let mut lines = Vec::new();
    for (one, other, who) in [(ours, theirs, "sim"), (theirs, ours, "azurite")] {
        for (answer, headers) in one {
            let Some(others) = other.get(answer) else {
                lines.push(format!("{name} {answer}: only {who}"));
                continue;
            };
            for header in headers.split(' ') {
                if !others.split(' ').any(|other| other == header) {
                    lines.push(format!("{name} {answer}: only {who} sends {header}"));
                }
            }
        }
    }
    lines
}
