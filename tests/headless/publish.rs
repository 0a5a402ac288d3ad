//! `publish`: to the customers or not at all, and how it ends.

use crate::bench::{ADD_ON, APP, Bench, FLIGHT, assert_home_is_clean};
use serde_json::{Value, json};
use std::fs;
use store_model::{submission::put_body, target::Kind};
use store_sim::{Scenario, SimOptions};

#[test]
fn an_app_an_add_on_and_a_flight_go_to_published_with_their_zip() {
    let bench = Bench::new();
    for (target, json, zip) in [
        (APP, "notes-2.5.json", "northwind-notes-2.5.zip"),
        (ADD_ON, "notes-pro.json", "notes-pro-icon.zip"),
        (FLIGHT, "insiders-2.5.json", "northwind-notes-2.5.zip"),
    ] {
        let (json, zip) = (bench.file(json), bench.file(zip));
        let args = [
            "publish",
            target,
            "--json",
            json.to_str().unwrap(),
            "--zip",
            zip.to_str().unwrap(),
            "--output",
            "json",
        ];
        let ended = bench.run(&args);
        assert_eq!(ended.code, 0, "{target}: {ended:?}");
        let result = ended.result();
        assert_eq!(
            (&result["event"], &result["outcome"], &result["status"]),
            (&json!("result"), &json!("published"), &json!("Published"))
        );
        assert!(result["submissionId"].is_string() && result["run"].is_string());

        let lines = ended.lines();
        let steps: Vec<_> = lines
            .iter()
            .filter(|line| line["event"] == "step" && line["state"] == "done")
            .map(|line| &line["step"])
            .collect();
        let all = [
            "sign-in",
            "read-target",
            "settle-draft",
            "create",
            "update",
            "read-back",
            "upload",
            "commit",
            "follow",
        ];
        assert_eq!(steps, all.map(Value::from).iter().collect::<Vec<_>>());
        let last = lines
            .iter()
            .rfind(|line| line["event"] == "progress")
            .unwrap();
        assert_eq!(last["sent"], last["total"]);
        assert_eq!(last["total"], fs::metadata(&zip).unwrap().len());
        assert!(
            lines
                .iter()
                .any(|line| line["event"] == "status" && line["status"] == "CommitStarted")
        );
    }
    let live = bench.show(APP, "published");
    let packages = live["applicationPackages"].as_array().unwrap();
    let new = packages
        .iter()
        .find(|package| package["fileName"] == "Northwind.Notes_2.5.0.0.msixbundle")
        .unwrap();
    assert_eq!(
        (&new["fileStatus"], &new["version"]),
        (&json!("Uploaded"), &json!("2.5.0.0"))
    );
    assert_home_is_clean(&bench.folder.path().join("home"));
}

#[test]
fn one_changed_leaf_changes_nothing_else() {
    let bench = Bench::new();
    let before = bench.show(APP, "published");
    let json = bench.edited(APP, |document| {
        document["notesForCertification"] = "Grüße, 你好, 🧪".into();
    });
    let ended = bench.run(&["publish", APP, "--json", &json]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mut after = bench.show(APP, "published");
    assert_eq!(after["notesForCertification"], "Grüße, 你好, 🧪");
    after["notesForCertification"] = before["notesForCertification"].clone();
    // The service flips this flag with every PUT (store-api.md Q13).
    after["pricing"]["isAdvancedPricingModel"] =
        before["pricing"]["isAdvancedPricingModel"].clone();
    // To the letter: order of keys, text of numbers, unknown fields; only what the service itself writes is left out.
    let body = |document: &Value| put_body(Kind::App, document).to_string();
    assert_eq!(body(&after), body(&before));
}

#[test]
fn a_failed_commit_ends_with_5_and_the_errors_in_words() {
    let scenario = Scenario::named("commit-failed").unwrap();
    let bench = Bench::with(SimOptions {
        scenario,
        ..SimOptions::default()
    });
    let json = bench.edited(APP, |document| {
        document["notesForCertification"] = "x".into();
    });
    let ended = bench.run(&["publish", APP, "--json", &json, "--output", "json"]);
    assert_eq!(ended.code, 5, "{ended:?}");
    let result = ended.result();
    assert_eq!(
        (&result["outcome"], &result["status"]),
        (&json!("failed"), &json!("CommitFailed"))
    );
    assert!(!result["errors"].as_array().unwrap().is_empty());
}

#[test]
fn a_timeout_ends_with_6_and_leaves_the_submission_to_the_store() {
    // The timeout counts from the start: on a slow machine a second may be over before the commit, but some time is enough.
    let mut statuses = ["1s", "4s", "16s", "64s"].into_iter().map(|timeout| {
        let scenario = Scenario::named("stuck").unwrap();
        let bench = Bench::with(SimOptions {
            scenario,
            ..SimOptions::default()
        });
        let json = bench.edited(APP, |document| {
            document["notesForCertification"] = "x".into();
        });
        let ended = bench.run(&[
            "publish",
            APP,
            "--json",
            &json,
            "--timeout",
            timeout,
            "--output",
            "json",
        ]);
        assert_eq!(ended.code, 6, "{ended:?}");
        ended.result()["status"].clone()
    });
    assert!(statuses.any(|status| status == "CommitStarted"));
}

#[test]
fn becoming_free_needs_a_yes_to_that_very_change() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| {
        document["pricing"]["priceId"] = "Free".into();
    });
    let ended = bench.run(&["publish", APP, "--json", &json]);
    assert!(
        ended.code == 3 && ended.err.contains("--allow becomes-free"),
        "{ended:?}"
    );
    let agreed = bench.run(&[
        "publish",
        APP,
        "--json",
        &json,
        "--allow",
        "becomes-free",
        "--allow",
        "price",
    ]);
    assert_eq!(agreed.code, 0, "{agreed:?}");
    assert_eq!(bench.show(APP, "published")["pricing"]["priceId"], "Free");
}
