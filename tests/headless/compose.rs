//! `publish`, `diff` and `check` with packages, texts and values instead of a document.

use crate::bench::{ADD_ON, APP, Bench, FLIGHT};
use serde_json::json;
use std::{fs, io, path::PathBuf};

const BUNDLE: &str = "Northwind.Notes_2.5.0.0.msixbundle";

/// A build folder with the bundle of the sample ZIP.
fn dist(bench: &Bench) -> PathBuf {
    let dist = bench.folder.path().join("dist");
    fs::create_dir_all(dist.join("deeper")).unwrap();
    let zip = fs::File::open(bench.file("northwind-notes-2.5.zip")).unwrap();
    let mut zip = zip::ZipArchive::new(zip).unwrap();
    let mut bundle = zip.by_name(BUNDLE).unwrap();
    let mut file = fs::File::create(dist.join("deeper").join(BUNDLE)).unwrap();
    io::copy(&mut bundle, &mut file).unwrap();
    // What a Mac leaves in every folder is no package, whatever it is called.
    fs::create_dir(dist.join("__MACOSX")).unwrap();
    fs::write(dist.join("__MACOSX").join("._notes.msix"), "no ZIP").unwrap();
    dist
}

#[test]
fn packages_and_release_notes_become_a_release_without_json() {
    let bench = Bench::new();
    let dist = dist(&bench);
    let notes = bench.folder.path().join("whatsnew");
    fs::create_dir(&notes).unwrap();
    fs::write(notes.join("default.txt"), "Tables\n").unwrap();
    fs::write(notes.join("de-de.txt"), "Tabellen\n").unwrap();
    let given = [dist.to_str().unwrap(), "--notes", notes.to_str().unwrap()];
    let with = |command: &[&str], more: &[&str]| {
        let args: Vec<&str> = command.iter().chain(&given).chain(more).copied().collect();
        bench.run(&args)
    };
    // What one person approves is what another publishes, each from the same files.
    let diff = with(&["diff", APP], &["--output", "json"]);
    let last = diff.lines().pop().unwrap();
    let hash = last["hash"].as_str().unwrap();
    assert_eq!(with(&["check", APP], &[]).code, 0);
    let ended = with(&["publish", APP], &["--expect", hash, "--output", "json"]);
    assert_eq!((diff.code, ended.code), (0, 0), "{ended:?}");
    let changes: Vec<_> = ended
        .lines()
        .into_iter()
        .filter(|line| line["event"] == "composed")
        .map(|line| line["change"].clone())
        .collect();
    assert_eq!(
        changes,
        [
            "packageAdded",
            "packageReplaced",
            "textChanged",
            "textChanged"
        ]
    );
    let live = bench.show(APP, "published");
    let packages: Vec<_> = live["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| package["fileName"].as_str().unwrap())
        .collect();
    assert_eq!(packages, ["Northwind.Notes_2.3.4.0_arm64.msix", BUNDLE]);
    let text = |language: &str| &live["listings"][language]["baseListing"]["releaseNotes"];
    assert_eq!(
        (text("en-us"), text("de-de")),
        (&json!("Tables"), &json!("Tabellen"))
    );

    // A package that was built again since is another release.
    fs::write(notes.join("default.txt"), "Other\n").unwrap();
    assert_eq!(with(&["publish", APP], &["--expect", hash]).code, 3);
}

#[test]
fn flights_take_packages_and_add_ons_values() {
    let bench = Bench::new();
    let dist = dist(&bench);
    let ended = bench.run(&["publish", FLIGHT, dist.to_str().unwrap(), "--rollout", "10"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let live = bench.show(FLIGHT, "published");
    assert!(live["flightPackages"].to_string().contains(BUNDLE));
    let rollout = &live["packageDeliveryOptions"]["packageRollout"];
    assert_eq!(
        rollout["packageRolloutPercentage"],
        json!(10.0),
        "{rollout}"
    );

    let set = ["publish", ADD_ON, "--set", "/pricing/priceid=Tier1012"];
    assert_eq!(bench.run(&set).code, 3);
    let allowed: Vec<&str> = set.into_iter().chain(["--allow", "price"]).collect();
    assert_eq!(bench.run(&allowed).code, 0);
    let live = bench.show(ADD_ON, "published");
    assert_eq!(live["pricing"]["priceId"], json!("Tier1012"));
}

#[test]
fn what_cannot_be_composed_is_refused_before_anything_is_sent() {
    let bench = Bench::new();
    let dist = dist(&bench);
    let dist = dist.to_str().unwrap();
    let empty = bench.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    fs::write(empty.join("x.msix"), "no ZIP").unwrap();
    let broken = empty.to_str().unwrap();
    let zip = bench.file("northwind-notes-2.5.zip");
    for (args, code, why) in [
        (&["none/*.msix"][..], 2, "cannot be read"),
        (&[broken], 2, "is no package"),
        (&[dist, zip.to_str().unwrap()], 2, "ready ZIP"),
        (&["--set", "visibility=Hidden"], 3, "begins with a slash"),
        (&["--set", "/no/such=1"], 3, "has no /no/such"),
        (&["--set", "/visibility"], 2, "POINTER=VALUE"),
        (&["--rollout", "0"], 2, "above 0"),
    ] {
        let args: Vec<&str> = ["publish", APP].iter().chain(args).copied().collect();
        let ended = bench.run(&args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(ended.err.contains(why), "{args:?}: {}", ended.err);
    }
    let rollout = bench.run(&["publish", ADD_ON, "--rollout", "5"]);
    assert_eq!(rollout.code, 2, "{rollout:?}");
    // Only the refusals for the document looked at the Store at all.
    assert_eq!(
        bench.run(&["list", "--pending"]).out.matches(APP).count(),
        0
    );
}

#[test]
fn a_draft_is_left_for_a_colleague_who_publishes_it_as_it_is() {
    let bench = Bench::new();
    let dist = dist(&bench);
    let dist = dist.to_str().unwrap();
    let before = bench.show(APP, "published");
    let dry = bench.run(&["publish", APP, dist, "--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(
        dry.out.contains(BUNDLE) && dry.out.contains("hash"),
        "{dry:?}"
    );
    assert_eq!(
        bench.run(&["list", "--pending"]).out.matches(APP).count(),
        0
    );

    // A dry run refuses what the run would: here customers would lose their package.
    let lost = bench.run(&["publish", APP, dist, "--dry-run", "--replace", "all"]);
    assert!(
        lost.code == 3 && lost.err.contains("--allow coverage"),
        "{lost:?}"
    );

    let left = bench.run(&["publish", APP, dist, "--no-commit", "--output", "json"]);
    assert_eq!(
        (left.code, &left.result()["outcome"]),
        (0, &json!("draft")),
        "{left:?}"
    );
    let draft = bench.show(APP, "pending");
    assert_eq!(draft["status"], json!("PendingCommit"));
    assert_eq!(bench.show(APP, "published"), before);

    // An approval of a ZIP cannot be held against one that lies only in the Store.
    let diff = bench.run(&["diff", APP, dist, "--output", "json"]);
    let hash = diff.result()["hash"].as_str().unwrap().to_owned();
    let expected = bench.run(&["publish", APP, "--expect", &hash]);
    assert_eq!(expected.code, 3, "{expected:?}");

    let published = bench.run(&["publish", APP, "--output", "json"]);
    assert_eq!(published.code, 0, "{published:?}");
    assert_eq!(published.result()["submissionId"], draft["id"]);
    let lines = published.lines();
    let sent = lines.iter().filter(|line| line["event"] == "progress");
    assert_eq!(sent.count(), 0);
    assert!(bench.show(APP, "published").to_string().contains(BUNDLE));
}

#[test]
fn an_interrupted_run_from_packages_is_resumed_by_its_target() {
    let bench = Bench::new();
    let dist = dist(&bench);
    let dist = dist.to_str().unwrap();
    let slow = [
        "publish",
        APP,
        dist,
        "--bandwidth",
        "1 kB",
        "--timeout",
        "2s",
    ];
    let stopped = bench.run(&slow);
    assert_eq!(stopped.code, 6, "{stopped:?}");
    assert_eq!(bench.run(&["resume", FLIGHT]).code, 3);
    let resumed = bench.run(&["resume", "--all", "--output", "json"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(resumed.result()["outcome"], json!("published"));
    assert!(bench.show(APP, "published").to_string().contains(BUNDLE));
    let none = bench.run(&["resume", "--all"]);
    assert!(
        none.code == 0 && none.err.contains("No run was interrupted"),
        "{none:?}"
    );

    // What the run sends must be what it began with.
    let add_on = bench.run(&["resume", APP]);
    assert!(
        add_on.code == 3 && add_on.err.contains("No run of"),
        "{add_on:?}"
    );
}
