//! A Store and a home of its own for each test, the program as a process that can be killed, and the proof of what is left.

use serde_json::Value;
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};
use store_client::http::http_client;
use store_model::target::Target;
use store_sim::{Scenario, Sim, SimOptions, samples};
use tempfile::TempDir;

/// Whatever is waited for longer than this has hung.
const HANGS: Duration = Duration::from_mins(3);

/// So long is nothing held back in a test: the end comes from outside.
pub(crate) const FOR_EVER: u32 = 3_600_000;

pub(crate) const SECRET: &str = store_sim::CLIENT_SECRET;

/// The sample files, laid out once for all tests.
static SAMPLES: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recovery-samples");
    fs::create_dir_all(&folder).unwrap();
    samples::write(&folder).unwrap();
    folder
});

/// What is published in these tests: a target, its document and its archive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    pub target: &'static str,
    pub json: &'static str,
    pub zip: &'static str,
}

pub(crate) const APP: Release = Release {
    target: "app:9NX0EXAMPLE1",
    json: "notes-2.5.json",
    zip: "northwind-notes-2.5.zip",
};
pub(crate) const ADD_ON: Release = Release {
    target: "addon:9NX0ADDONEX1",
    json: "notes-pro.json",
    zip: "notes-pro-icon.zip",
};
pub(crate) const FLIGHT: Release = Release {
    target: "flight:9NX0EXAMPLE1/5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915",
    json: "insiders-2.5.json",
    zip: "northwind-notes-2.5.zip",
};

impl Release {
    pub(crate) fn target(self) -> Target {
        self.target.parse().unwrap()
    }
}

pub(crate) fn sample(name: &str) -> PathBuf {
    SAMPLES.join(name)
}

pub(crate) struct Bench {
    pub runtime: tokio::runtime::Runtime,
    pub sim: Sim,
    pub folder: TempDir,
}

impl Bench {
    /// A Store with the faults of this scenario.
    pub(crate) fn new(scenario: &str) -> Self {
        Self::with(scenario, "")
    }

    /// `upload` goes into the config file's `[upload]`.
    pub(crate) fn with(scenario: &str, upload: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let scenario = Scenario::parse(scenario).unwrap();
        let options = SimOptions {
            speed: 400.0,
            rate_limit: None,
            scenario,
            ..SimOptions::default()
        };
        let sim = runtime.block_on(store_sim::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        let profile = |name: &str| {
            format!(
                "[profiles.{name}]\ntenant_id = \"contoso.example\"\nclient_id = \"{1}\"\nclient_secret = {{ env = \"TEST_SECRET\" }}\n\
                 requests_per_minute = 5000\nendpoints = {{ login = \"{0}\", store = \"{0}\" }}\n",
                sim.url(),
                store_sim::CLIENT_ID,
            )
        };
        let config = format!(
            "default_profile = \"test\"\n[follow]\nshortest = \"100ms\"\nlongest = \"200ms\"\n[upload]\n{upload}\n{}{}{}protected = true\n",
            profile("test"),
            profile("other"),
            profile("guarded"),
        );
        fs::write(home.join("config.toml"), config).unwrap();
        Self {
            runtime,
            sim,
            folder,
        }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.file("home")
    }

    /// The program with these arguments, started.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        let number = fs::read_dir(self.folder.path()).unwrap().count();
        let [out, err] = ["out", "err"].map(|end| self.file(&format!("process-{number}.{end}")));
        let child = Command::new(env!("CARGO_BIN_EXE_flightdeck"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("FLIGHTDECK_HOME", self.home())
            .env("TEST_SECRET", SECRET)
            .spawn()
            .unwrap();
        Process { child, out, err }
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.start(args).wait()
    }

    pub(crate) fn publish(&self, release: Release, more: &[&str]) -> Process {
        self.publish_zip(release, &sample(release.zip), more)
    }

    pub(crate) fn publish_zip(&self, release: Release, zip: &Path, more: &[&str]) -> Process {
        let json = sample(release.json);
        let args = [
            "publish",
            release.target,
            "--json",
            json.to_str().unwrap(),
            "--zip",
            zip.to_str().unwrap(),
        ];
        self.start(&[&args[..], &["--output", "json"], more].concat())
    }

    pub(crate) fn resume(&self) -> Process {
        self.start(&["resume", &self.run_id(), "--output", "json"])
    }

    /// What the simulator knows.
    pub(crate) fn state(&self) -> Value {
        let url = format!("{}/_sim/state", self.sim.url());
        self.runtime.block_on(async {
            http_client()
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

    /// From now on other faults; whatever is held back goes on.
    pub(crate) fn play(&self, scenario: &str) {
        let url = format!("{}/_sim/scenario", self.sim.url());
        let send = async {
            http_client()
                .unwrap()
                .put(url)
                .body(scenario.to_owned())
                .send()
                .await
                .unwrap()
        };
        assert_eq!(self.runtime.block_on(send).status(), 204);
    }

    /// What people do in Partner Center.
    pub(crate) fn operate(&self, action: &str, product: &str) {
        let url = format!("{}/_sim/operator/{action}", self.sim.url());
        let body = serde_json::json!({ "product": product }).to_string();
        let send = async {
            http_client()
                .unwrap()
                .post(url)
                .body(body)
                .send()
                .await
                .unwrap()
        };
        assert_eq!(self.runtime.block_on(send).status(), 204);
    }

    /// Waits until `seen` gives something, however long a slow machine takes.
    pub(crate) fn until<T>(&self, what: &str, mut seen: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = seen(self) {
                return found;
            }
            assert!(
                begun.elapsed() < HANGS,
                "{what} did not come: {:#}",
                self.state()["products"][APP.target]
            );
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// Waits until the first rule of the scenario has struck.
    pub(crate) fn until_struck(&self) {
        self.until("the fault", |bench| {
            (bench.state()["faults"][0] == 1).then_some(())
        });
    }

    /// The only journal.
    pub(crate) fn journal(&self) -> Option<PathBuf> {
        let runs = fs::read_dir(self.home().join("data/runs")).ok()?;
        let mut journals = runs
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
        let found = journals.next();
        assert_eq!(journals.next(), None, "one run, one journal");
        found
    }

    pub(crate) fn run_id(&self) -> String {
        self.journal()
            .unwrap()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// The whole lines of the only journal.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let Some(journal) = self.journal() else {
            return Vec::new();
        };
        let text = fs::read_to_string(journal).unwrap();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The step that the journal's last intention names, while nothing follows it.
    pub(crate) fn intention(&self) -> Option<String> {
        Some(self.lines().last()?["intends"]["step"].as_str()?.to_owned())
    }

    /// A draft that the API made and this run did not.
    pub(crate) fn make_draft(&self, target: &str) -> String {
        let services = super::inside::open(
            &self.sim.url(),
            &self.file("elsewhere"),
            std::sync::Arc::new(|_| ()),
        );
        let made = self
            .runtime
            .block_on(services.store.create_submission(&target.parse().unwrap()));
        made.unwrap().submission.id
    }

    /// The only proof that counts: what the simulator did, since `before`.
    pub(crate) fn assert_published_once(
        &self,
        release: Release,
        before: &Value,
        zip: &Path,
        replaced: Option<&str>,
    ) {
        let mut after = self.state();
        let (mut was, is) = (before["products"].clone(), after["products"].take());
        let count = |of: &Value, name: &str| of[release.target][name].as_u64().unwrap();
        let done = |name| count(&is, name) - count(&was, name);
        assert_eq!(
            (done("creates"), done("commits"), done("publications")),
            (1, 1, 1),
            "{}",
            is[release.target]
        );
        assert_eq!(done("deletes"), u64::from(replaced.is_some()));
        let product = &is[release.target];
        assert_eq!(product["pending"], Value::Null);
        let published = product["submissions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == product["published"])
            .unwrap();
        assert_eq!(published["status"], "Published");
        assert!(
            self.is_uploaded(published["archive"].as_str().unwrap(), zip),
            "the archive is not the ZIP"
        );
        // Everybody else's things are as they were.
        was[release.target] = product.clone();
        assert_eq!(is, was);
        if let Some(draft) = replaced {
            let drafts = fs::read_dir(self.home().join("data/drafts")).unwrap();
            let saved: Vec<_> = drafts
                .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
                .collect();
            assert!(
                saved
                    .iter()
                    .any(|text| serde_json::from_str::<Value>(text).unwrap()["id"] == draft),
                "the old draft is lost"
            );
        }
        self.assert_clean();
    }

    fn is_uploaded(&self, blob: &str, zip: &Path) -> bool {
        let (mut blob, mut file) = (self.sim.uploaded(blob).unwrap(), File::open(zip).unwrap());
        let (mut one, mut other) = (vec![0; 1 << 20], vec![0; 1 << 20]);
        loop {
            let read = fill(&mut blob, &mut one);
            if read != fill(&mut file, &mut other) || one[..read] != other[..read] {
                return false;
            }
            if read == 0 {
                return true;
            }
        }
    }

    /// No file that the program wrote holds a secret, a token or a signed URL; neither does what it printed.
    pub(crate) fn assert_clean(&self) {
        assert_clean(self.folder.path());
    }
}

pub(crate) fn assert_clean(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_clean(&path);
        } else if path.extension().is_none_or(|end| end != "zip") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            for canary in [SECRET, "sig=", "eyJ0eXAi"] {
                assert!(!text.contains(canary), "{canary} in {}", path.display());
            }
        }
    }
}

fn fill(from: &mut impl Read, buffer: &mut [u8]) -> usize {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]).unwrap() {
            0 => break,
            read => filled += read,
        }
    }
    filled
}

/// The program while it runs.
pub(crate) struct Process {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Process {
    /// SIGKILL, or what Windows has for it: the program learns nothing of it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(
            status.code().filter(|_| cfg!(unix)),
            None,
            "it had ended by itself: {:?}",
            self.ended(status)
        );
    }

    pub(crate) fn wait(mut self) -> Ended {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return self.ended(status);
            }
            if begun.elapsed() > HANGS {
                self.child.kill().unwrap();
                panic!(
                    "the program hangs: {}",
                    fs::read_to_string(&self.out).unwrap()
                );
            }
            thread::sleep(Duration::from_millis(3));
        }
    }

    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -INT {}", self.child.id())])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn ended(&self, status: ExitStatus) -> Ended {
        let [out, err] = [&self.out, &self.err].map(|path| fs::read_to_string(path).unwrap());
        for canary in [SECRET, "sig=", "eyJ0eXAi"] {
            assert!(
                !out.contains(canary) && !err.contains(canary),
                "{canary} leaked"
            );
        }
        Ended {
            code: status.code(),
            out,
            err,
        }
    }
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub(crate) fn result(&self) -> Value {
        self.out
            .lines()
            .next_back()
            .map(|line| serde_json::from_str(line).unwrap())
            .unwrap_or_default()
    }

    /// All that was said.
    pub(crate) fn words(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    pub(crate) fn assert_published(&self) {
        assert_eq!(self.code, Some(0), "{self:?}");
        let result = self.result();
        assert_eq!(
            (&result["outcome"], &result["status"]),
            (&"published".into(), &"Published".into()),
            "{self:?}"
        );
    }
}
