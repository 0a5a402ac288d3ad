//! `watch` over several targets, and the list of all that is pending.

use crate::bench::{ADD_ON, APP, Bench, CREATE_FLIGHT, Ended, FLIGHT};
use serde_json::Value;
use std::fs;
use store_sim::SimOptions;

/// A Store that leaves the time to look: a clean commit takes some seconds.
fn slow() -> Bench {
    Bench::with(SimOptions {
        speed: 8.0,
        ..SimOptions::default()
    })
}

/// Commits a change of each and does not wait for it.
fn committed(bench: &Bench, targets: &[&str], word: &str) {
    for target in targets {
        let document = bench.edited(target, |document| {
            if let Some(notes) = document.get_mut("notesForCertification") {
                *notes = word.into();
            } else {
                document["tag"] = word.into();
            }
        });
        let args = ["publish", target, "--json", &document, "--wait", "none"];
        let ended = bench.run(&args);
        assert_eq!(ended.code, 0, "{target}: {ended:?}");
    }
}

#[test]
fn several_are_followed_at_once_and_each_line_names_its_target() {
    let bench = slow();
    committed(&bench, &[APP, ADD_ON, FLIGHT], "one");
    let watched = bench.run(&["watch", APP, ADD_ON, FLIGHT, "--output", "json"]);
    assert_eq!(watched.code, 0, "{watched:?}");
    let events = watched.lines();
    assert!(
        events.iter().all(|event| event["target"].is_string()),
        "{watched:?}"
    );
    for target in [APP, ADD_ON, FLIGHT] {
        let of = |name: &str| {
            let is_its = |event: &&Value| event["target"] == target && event["event"] == name;
            events.iter().filter(is_its).collect::<Vec<_>>()
        };
        assert_eq!(of("result")[0]["outcome"], "published", "{watched:?}");
        assert_eq!(of("status").last().unwrap()["status"], "Published");
    }

    // Who asks later knows what was seen: the two processes share one memory of the submission.
    let status = bench.run(&["status", APP, "--output", "json"]).result();
    assert_eq!(
        (
            &status["status"],
            &status["sinceIsBegin"],
            &status["fellBack"]
        ),
        (&"Published".into(), &true.into(), &false.into()),
        "{status}"
    );
    let usual = bench.run(&["status", ADD_ON]);
    assert!(usual.out.contains("  state      for "), "{usual:?}");

    committed(&bench, &[APP, ADD_ON], "two");
    let pending = bench
        .run(&["list", "--pending", "--output", "json"])
        .lines();
    let of = |target: &str| {
        pending
            .iter()
            .find(|line| line["target"] == target)
            .unwrap()
    };
    assert_eq!(of(APP)["actor"], "store", "{pending:?}");
    assert!(
        of(ADD_ON)["what"].as_str().unwrap().starts_with("of "),
        "{pending:?}"
    );
    // Without a name: all that is pending, until the commits are taken in.
    let watched = bench.run(&["watch", APP, ADD_ON, "--until", "committed"]);
    assert_eq!(watched.code, 0, "{watched:?}");
    let is_named = |line: &str| line.starts_with(APP) || line.starts_with(ADD_ON);
    assert!(watched.out.lines().all(is_named), "{watched:?}");
    assert!(watched.out.contains("is committed"), "{watched:?}");
    assert!(
        !watched.out.contains("status       Published"),
        "{watched:?}"
    );
}

#[test]
fn a_draft_that_nobody_committed_is_said_to_be_one() {
    let bench = Bench::new();
    let made = bench.run(&[&CREATE_FLIGHT[..], &["--output", "json"]].concat());
    let flight = made.result()["target"].as_str().unwrap().to_owned();
    let watched = bench.run(&["watch", &flight]);
    assert!(
        watched.code == 3
            && watched.err.contains("is a draft that nobody has committed")
            && watched.err.contains(&flight)
            && !watched.err.contains("fell back"),
        "{watched:?}"
    );
    let watched = bench.run(&["watch", &flight, "--output", "json"]);
    let result = watched.result();
    assert_eq!(
        (&result["outcome"], &result["status"]),
        (&"refused".into(), &"PendingCommit".into())
    );

    // The board's list: all three kinds, each with its type, what waits for a person first.
    let listed = bench.run(&["list", "--pending"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    for kind in ["app", "add-on", "flight"] {
        let is_its = |line: &str| line.split_whitespace().nth(1) == Some(kind);
        assert!(listed.out.lines().any(is_its), "no {kind}: {listed:?}");
    }
    let listed = bench.run(&["list", "--pending", "--output", "json"]);
    let lines = listed.lines();
    assert!(
        lines.iter().all(|line| line["type"].is_string()),
        "{listed:?}"
    );
    assert!(
        lines.iter().any(|line| line["target"] == flight),
        "{listed:?}"
    );
    let failed = |line: &Value| {
        let status = line["status"].as_str().unwrap();
        status.ends_with("Failed") || status == "Canceled"
    };
    assert!(
        lines.iter().map(|line| u8::from(!failed(line))).is_sorted(),
        "{listed:?}"
    );
    let only = bench.run(&["list", "addons", "--pending", "--output", "json"]);
    assert!(
        only.lines().iter().all(|line| line["type"] == "add-on"),
        "{only:?}"
    );
}

#[cfg(unix)]
#[test]
fn each_change_is_told_to_a_program() {
    let bench = slow();
    committed(&bench, &[APP], "one");
    let script = bench.file("told.sh");
    let told = bench.file("told");
    fs::write(
        &script,
        format!(
            "echo \"$FLIGHTDECK_TARGET $FLIGHTDECK_STATUS ${{TEST_SECRET:-none}} $(cat)\" >> '{}'; echo to stdout",
            told.display()
        ),
    )
    .unwrap();
    let command = format!("sh '{}'", script.display());
    let watched = bench.run(&["watch", APP, "--output", "json", "--on-change", &command]);
    assert_eq!(watched.code, 0, "{watched:?}");
    let told = fs::read_to_string(&told).unwrap();
    let last = told.lines().last().unwrap();
    let (variables, json) = last.split_once(" {").unwrap();
    assert_eq!(variables, format!("{APP} Published none"));
    let event: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
    assert_eq!(
        (&event["event"], &event["target"]),
        (&"status".into(), &APP.into())
    );
    assert_eq!(
        told.lines().count(),
        watched
            .lines()
            .iter()
            .filter(|event| event["event"] == "status")
            .count()
    );

    // One that fails does no harm, and is told.
    committed(&bench, &[ADD_ON], "one");
    let watched = bench.run(&["watch", ADD_ON, "--on-change", "false"]);
    assert!(
        watched.code == 0
            && watched
                .err
                .contains("warning: --on-change false: ended with"),
        "{watched:?}"
    );
}

#[test]
fn a_watch_ends_in_time() {
    let scenario = "[[fault]]\ncall = \"commit\"\neffect = \"stuck\"\nstage = \"Certification\"\n";
    let bench = Bench::with(SimOptions {
        scenario: store_sim::Scenario::parse(scenario).unwrap(),
        ..SimOptions::default()
    });
    committed(&bench, &[APP], "one");
    let output = bench
        .command(&["watch", APP, "--timeout", "2s"])
        .output()
        .unwrap();
    let ended = Ended::of(&output);
    assert!(
        ended.code == 6 && ended.err.contains("timeout") && ended.err.contains(APP),
        "{ended:?}"
    );
}

#[test]
fn a_release_prints_what_is_risky_and_what_is_odd() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| {
        document["pricing"]["priceId"] = "Tier1012".into();
        document["listings"]["en-us"]["baseListing"]["releaseNotes"] = "bell\u{7}".into();
    });
    let publish = ["publish", APP, "--json", &json];
    let refused = bench.run(&publish);
    assert!(
        refused.code == 3
            && ["--allow price", "--allow finding:control-characters"]
                .iter()
                .all(|way| refused.err.contains(way)),
        "{refused:?}"
    );
    let allow = ["--allow", "price", "--allow", "finding:control-characters"];
    let ended = bench.run(&[&publish[..], &allow].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.err.contains("(allowed: price)") && ended.err.contains("control characters"),
        "{ended:?}"
    );
}
