//! Several head-less processes of one account at once, against a simulator that counts: none makes it refuse.
#![cfg(feature = "sim")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

use serde_json::{Value, json};
use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};
use store_sim::{Sim, SimOptions, samples};
use tempfile::TempDir;

const SECRET: &str = "demo-secret";

/// Shorter than the service's minute by what starting and looking may take.
const MINUTE: Duration = Duration::from_secs(55);

/// A Store that allows so many requests a minute, and a home whose profiles keep to the same number.
struct Bench {
    runtime: tokio::runtime::Runtime,
    sim: Sim,
    folder: TempDir,
}

impl Bench {
    fn new(allowed: u32, configured: u32) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = SimOptions {
            speed: 200.0,
            rate_limit: Some(allowed),
            ..SimOptions::default()
        };
        let sim = runtime.block_on(store_sim::start(options)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        samples::write(folder.path()).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let profile = |name: &str| {
            format!(
                "[profiles.{name}]\ntenant_id = \"contoso.example\"\nclient_id = \"0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40\"\n\
                 client_secret = {{ env = \"TEST_SECRET\" }}\nrequests_per_minute = {configured}\n\
                 endpoints = {{ login = \"{0}\", store = \"{0}\" }}\n",
                sim.url()
            )
        };
        let config = format!(
            "default_profile = \"test\"\n[follow]\nshortest = \"100ms\"\nlongest = \"200ms\"\n\n{}{}",
            profile("test"),
            profile("twin")
        );
        fs::write(folder.path().join("home/config.toml"), config).unwrap();
        Self {
            runtime,
            sim,
            folder,
        }
    }

    fn start(&self, args: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_flightdeck"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("FLIGHTDECK_HOME", self.folder.path().join("home"))
            .env("TEST_SECRET", SECRET)
            .spawn()
            .unwrap()
    }

    /// What the simulator counted.
    fn state(&self) -> Value {
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
}

fn last_line(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_default()
}

/// Whatever is counted leaves the count after a minute: a machine so slow that this is over in the middle has shown nothing, and
/// it is tried again.
fn within_a_minute(mut attempt: impl FnMut() -> Box<dyn FnOnce()>) {
    for _ in 0..5 {
        let begun = Instant::now();
        let judge = attempt();
        if begun.elapsed() < MINUTE {
            return judge();
        }
    }
    panic!("never done within a minute");
}

#[test]
fn processes_of_one_account_count_together() {
    within_a_minute(|| {
        let (requests, state, last) = count_together();
        Box::new(move || {
            assert_eq!(state["throttled"], 0);
            assert!((20..=120).contains(&requests), "{requests}");
            // All of them, not only those of the last process.
            assert_eq!(last["requests"], json!({"used": requests, "limit": 120}));
        })
    });
}

fn count_together() -> (u64, Value, Value) {
    let bench = Bench::new(120, 120);
    // Two profiles of one tenant: the service counts them as one.
    let of = |profile| ["--profile", profile, "list", "apps", "--output", "json"];
    for _ in 0..3 {
        let children: Vec<_> = ["test", "test", "twin", "test"]
            .map(|profile| bench.start(&of(profile)))
            .into();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    let (json, zip) = (
        bench.folder.path().join("notes-2.5.json"),
        bench.folder.path().join("northwind-notes-2.5.zip"),
    );
    let publish = bench.start(&[
        "--profile",
        "test",
        "publish",
        "app:9NX0EXAMPLE1",
        "--json",
        json.to_str().unwrap(),
        "--zip",
        zip.to_str().unwrap(),
        "--output",
        "json",
        "--wait",
        "committed",
    ]);
    let output = publish.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let state = bench.state();
    (
        state["requests"].as_u64().unwrap(),
        state,
        last_line(&output),
    )
}

/// The service allows 24 and forty processes want more: some of them have to wait for the next minute, so they are ended.
#[test]
fn processes_that_want_more_than_there_is_wait_and_are_not_refused() {
    within_a_minute(|| {
        let (state, waiting) = want_more();
        Box::new(move || {
            assert_eq!(
                (&state["requests"], &state["throttled"]),
                (&json!(24), &json!(0))
            );
            assert!(waiting > 0, "40 processes cannot all be through");
        })
    });
}

fn want_more() -> (Value, usize) {
    let bench = Bench::new(24, 24);
    let mut children: Vec<_> = (0..40)
        .map(|_| bench.start(&["--profile", "test", "list", "apps", "--output", "json"]))
        .collect();
    // Whoever is through has ended; when the minute is full, the others stand still.
    while bench.state()["requests"].as_u64().unwrap() < 24 {
        // Another process is waited for, and it needs the machine.
        thread::sleep(Duration::from_millis(5));
    }
    let mut waiting = 0;
    for child in &mut children {
        if child.try_wait().unwrap().is_none() {
            waiting += 1;
            child.kill().unwrap();
        }
        child.wait().unwrap();
    }
    (bench.state(), waiting)
}

/// The first minute of a dashboard against the simulator's own limit: while the background asks for everything about 14 apps in
/// one burst, a person's request goes out at once.
#[test]
fn a_persons_request_goes_out_while_the_background_asks_for_everything() {
    use futures::{FutureExt, future::join_all};
    use secrecy::SecretString;
    use std::sync::Arc;
    use store_client::{Credential, Priority, Store, StoreSettings, http::http_client_for};
    use store_model::target::Target;

    let bench = Bench::new(20, 20);
    bench.runtime.block_on(async {
        let url: url::Url = bench.sim.url().parse().unwrap();
        let settings = StoreSettings {
            login: url.clone(),
            store: url.clone(),
            tenant: "contoso.example".into(),
            client: "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40".into(),
            credential: Credential::Secret(Arc::new(|| Ok(SecretString::from(SECRET)))),
            requests_per_minute: store_client::REQUESTS_PER_MINUTE,
        };
        let person = Store::new(http_client_for(&url).unwrap(), settings, Arc::new(|_| ()));
        let background = person.with_priority(Priority::Background);
        // Each of them another read, so that none is shared.
        let mut everything = join_all((0..14).map(|number| {
            let app = Target::app(format!("9NX0EXAMPLE{number}"));
            let store = background.clone();
            async move { tokio::join!(store.product(&app), store.rollout(&app, "1")) }
        }))
        .boxed();
        let mut looks = Box::pin(async {
            for app in ["9NX0EXAMPLE1", "9NX0EXAMPLE2"] {
                let product = person.product(&Target::app(app)).await.unwrap();
                let published = product.published.unwrap();
                person
                    .submission(&Target::app(app), &published)
                    .await
                    .unwrap();
            }
        });
        tokio::select! {
            biased;
            _ = &mut everything => panic!("the background was done first"),
            () = &mut looks => {}
        }
        let view = person.budget();
        assert!(view.waiting > 14 && view.delayed == 0, "{view:?}");
    });
    assert_eq!(bench.state()["throttled"], 0);
}
