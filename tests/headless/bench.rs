//! The program itself with a Store, a home and the sample files of its own: what it prints, what it changes, how it exits.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use store_sim::{Sim, SimOptions, samples};
use tempfile::TempDir;

pub(crate) const APP: &str = "app:9NX0EXAMPLE1";
pub(crate) const ADD_ON: &str = "addon:9NX0ADDONEX1";
pub(crate) const FLIGHT: &str = "flight:9NX0EXAMPLE1/5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915";
/// Makes a flight of the app.
pub(crate) const CREATE_FLIGHT: [&str; 6] = [
    "create",
    "flight",
    "--app",
    "9NX0EXAMPLE1",
    "--name",
    "Ring 9",
];
pub(crate) const SECRET: &str = "demo-secret";

/// A Store of its own, a home of its own, and the sample files.
pub(crate) struct Bench {
    pub runtime: tokio::runtime::Runtime,
    pub sim: Sim,
    pub folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(SimOptions::default())
    }

    pub(crate) fn with(options: SimOptions) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let usual = SimOptions::default().speed;
        let options = SimOptions {
            speed: if (options.speed - usual).abs() < f64::EPSILON {
                200.0
            } else {
                options.speed
            },
            rate_limit: None,
            ..options
        };
        let sim = runtime.block_on(store_sim::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        samples::write(folder.path()).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        // The pauses between two looks follow the simulator's speed.
        let config = format!(
            "[follow]\nshortest = \"100ms\"\nlongest = \"200ms\"\n\n[profiles.test]\ntenant_id = \"contoso.example\"\n\
             client_id = \"0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40\"\nclient_secret = {{ env = \"TEST_SECRET\" }}\nrequests_per_minute = 5000\n\
             endpoints = {{ login = \"{0}\", store = \"{0}\" }}\n",
            sim.url()
        );
        fs::write(folder.path().join("home/config.toml"), config).unwrap();
        Self {
            runtime,
            sim,
            folder,
        }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flightdeck"));
        command
            .args(args)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("FLIGHTDECK_HOME", self.folder.path().join("home"))
            .env("TEST_SECRET", SECRET);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&self.command(args).output().unwrap())
    }

    /// What the simulator counted.
    pub(crate) fn state(&self) -> Value {
        let url = format!("{}/_sim/state", self.sim.url());
        self.runtime.block_on(async {
            store_client::http::http_client()
                .unwrap()
                .get(url)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap()
        })
    }

    pub(crate) fn show(&self, target: &str, which: &str) -> Value {
        let shown = self.run(&["show", target, "--submission", which, "--json"]);
        assert_eq!(shown.code, 0, "{shown:?}");
        serde_json::from_str(&shown.out).unwrap()
    }

    /// The live document with one leaf changed, as a file.
    pub(crate) fn edited(&self, target: &str, edit: impl FnOnce(&mut Value)) -> String {
        let mut document = self.show(target, "published");
        edit(&mut document);
        let path = self.file("edited.json");
        fs::write(&path, document.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let ended = Self {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        };
        for canary in [SECRET, "sig=", "eyJ0eXAi"] {
            assert!(
                !ended.out.contains(canary) && !ended.err.contains(canary),
                "{canary} leaked: {ended:?}"
            );
        }
        ended
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    pub(crate) fn result(&self) -> Value {
        self.lines().pop().unwrap_or_default()
    }
}

/// No secret and no signed URL lies anywhere below the home folder.
pub(crate) fn assert_home_is_clean(home: &Path) {
    for entry in fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_home_is_clean(&path);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            for canary in [SECRET, "sig=", "eyJ0eXAi"] {
                assert!(!text.contains(canary), "{canary} in {}", path.display());
            }
        }
    }
}
