//! Microsoft's Python way of releasing, against the simulator: the standard library's `http.client` and PyPI's `azure-storage-blob`.
//! Skipped, with a word on stderr, where Python or the package is missing. `FLIGHTDECK_PYTHON` names another interpreter.
#![cfg(feature = "sim")]

use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};
use store_sim::{Scenario, SimOptions};

const APP: &str = "9NX0EXAMPLE1";
const ADD_ON: &str = "9NX0ADDONEX1";
const FLIGHT: &str = "5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915";

/// An interpreter that has the package.
fn python() -> Option<String> {
    let named = std::env::var("FLIGHTDECK_PYTHON").ok();
    let candidates = named
        .into_iter()
        .chain(["python3", "python"].map(str::to_owned));
    candidates.into_iter().find(|name| {
        let tried = Command::new(name)
            .args(["-c", "import azure.storage.blob"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_sample_publishes_an_app_an_add_on_and_a_flight() {
    let Some(python) = python() else {
        // Not `eprintln!`: the test runner would swallow it, and a skipped test must be seen.
        let word = "skipped: no Python with the package azure-storage-blob (pip install azure-storage-blob, or name one in FLIGHTDECK_PYTHON)";
        writeln!(std::io::stderr(), "{word}").unwrap();
        return;
    };
    for raw_plus in [false, true] {
        let scenario = Scenario::parse(&format!("[switches]\nraw_plus = {raw_plus}")).unwrap();
        let sim = store_sim::start(SimOptions {
            speed: 200.0,
            rate_limit: None,
            scenario,
            ..SimOptions::default()
        })
        .await
        .unwrap();
        let mut command = Command::new(&python);
        command.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/python/store_flow.py"
        ));
        command
            .args([&sim.address().to_string(), APP, ADD_ON, FLIGHT])
            .env("NO_PROXY", "*");
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );

        // A second sim in this process would find the provider installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let text = http
            .get(format!("{}/_sim/state", sim.url()))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let state: Value = serde_json::from_str(&text).unwrap();
        for target in [
            format!("app:{APP}"),
            format!("addon:{ADD_ON}"),
            format!("flight:{APP}/{FLIGHT}"),
        ] {
            let product = &state["products"][&target];
            let counts: Vec<u64> = ["creates", "deletes", "updates", "commits", "publications"]
                .iter()
                .map(|name| product[name].as_u64().unwrap())
                .collect();
            assert_eq!(counts, [2, 1, 1, 1, 1], "{target}");
        }
        sim.stop().await;
    }
}
