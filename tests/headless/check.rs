//! `check` and `pack`: what is wrong with a document or a ZIP, before anything is sent.

use crate::bench::{APP, Bench, FLIGHT};
use serde_json::{Value, json};
use std::fs;

#[test]
fn the_check_names_place_sentence_rule_and_help() {
    let bench = Bench::new();
    let path = bench.file("wrong.json");
    let text = "{\n  \"contentType\": \"NotSet\",\n  \"listings\": {\"en-us\": {\"title\": \"T\"}},\n  \"pricing\": {\"priceId\": \"Tier2\"},\n  \
                \"visibility\": \"Shy\",\n  \"targetPublishMode\": \"Immediate\"\n}\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let said = bench.run(&["check", "-", "--json", path]);
    assert_eq!(said.code, 3, "{said:?}");
    let lines: Vec<&str> = said.out.lines().collect();
    let first = format!(
        "{path}:2:18: error: /contentType: contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed. [content-type-not-chosen]"
    );
    assert_eq!(lines.first(), Some(&first.as_str()), "{said:?}");
    assert_eq!(
        lines.get(1),
        Some(&"    What the add-on sells; it must be chosen before the first update.")
    );
    assert_eq!(lines.last(), Some(&"1 error, 1 warning, 0 notes."));

    let said = bench.run(&["check", "-", "--json", path, "--output", "json"]);
    assert_eq!(said.code, 3, "{said:?}");
    let objects: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        objects,
        [
            json!({
                "event": "finding", "target": null, "severity": "error", "pointer": "/contentType", "line": 2, "column": 18,
                "sentence": "contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed.",
                "message": "contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed.",
                "rule": "content-type-not-chosen", "help": "What the add-on sells; it must be chosen before the first update."
            }),
            json!({
                "event": "finding", "target": null, "severity": "warning", "pointer": "/visibility", "line": 5, "column": 17,
                "sentence": "\"Shy\" is not among the known values: Public, Private, Hidden, NotSet.", "rule": "value-unknown",
                "message": "\"Shy\" is not among the known values: Public, Private, Hidden, NotSet.",
                "help": "Who can get it: Public is found by everyone, Private only through its link, Hidden by nobody new."
            }),
            json!({"event": "result", "target": null, "outcome": "refused", "errors": 1, "warnings": 1, "notes": 0}),
        ]
    );

    fs::write(
        path,
        text.replace("NotSet", "EMagazine").replace("Shy", "Public"),
    )
    .unwrap();
    let said = bench.run(&["check", "-", "--json", path]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "No findings.\n"),
        "{said:?}"
    );
    assert_eq!(
        bench.state()["requests"],
        0,
        "without a target nothing is asked: {}",
        bench.state()
    );
}

#[test]
fn broken_json_names_line_and_column() {
    let bench = Bench::new();
    let path = bench.file("broken.json");
    fs::write(&path, "{\n  \"a\": 1,\n  \"b\" 2\n}").unwrap();
    let ended = bench.run(&["publish", APP, "--json", path.to_str().unwrap()]);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("broken.json:3:"), "{ended:?}");
    let missing = bench.run(&["check", "-", "--json", "nowhere.json"]);
    assert!(
        missing.code == 2 && missing.err.contains("nowhere.json"),
        "{missing:?}"
    );
}

#[test]
fn a_zip_with_mistakes_is_refused_with_the_list_before_anything_is_sent() {
    let bench = Bench::new();
    let (json, zip) = (
        bench.file("notes-2.5.json"),
        bench.file("northwind-notes-2.5-mistakes.zip"),
    );
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    let ended = bench.run(&["publish", APP, "--json", json, "--zip", zip]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(
        ended.err.contains("Northwind.Notes_2.5.0.0.msixbundle"),
        "{ended:?}"
    );
    assert_eq!(
        bench
            .run(&["check", "-", "--json", json, "--zip", zip])
            .code,
        3
    );
    assert!(
        ended
            .err
            .contains("Northwind.Notes_2.5.0.0_arm64.msix is no package"),
        "{ended:?}"
    );
    // The live document waits for no file: what is wrong with the ZIP itself is said all the same.
    let untouched = bench.edited(APP, |_| {});
    let said = bench.run(&["check", APP, "--json", &untouched, "--zip", zip]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.out
            .contains("Northwind.Notes_2.5.0.0_arm64.msix is no package"),
        "{said:?}"
    );
    assert!(
        said.out
            .contains("northwind-notes-2.5/Northwind.Notes_2.5.0.0.msixbundle and northwind.notes"),
        "{said:?}"
    );
    assert_eq!(
        bench
            .run(&["publish", APP, "--json", &untouched, "--zip", zip])
            .code,
        3
    );
    let good = bench.file("northwind-notes-2.5.zip");
    let fits = bench.run(&[
        "check",
        APP,
        "--json",
        json,
        "--zip",
        good.to_str().unwrap(),
    ]);
    assert_eq!(fits.code, 0, "{fits:?}");
    assert_eq!(
        bench.run(&["show", APP, "--submission", "pending"]).code,
        5,
        "no draft was made"
    );
    let broken = bench.file("broken.zip");
    let ended = bench.run(&[
        "check",
        "-",
        "--json",
        json,
        "--zip",
        broken.to_str().unwrap(),
    ]);
    assert!(
        ended.code == 3 && ended.out.contains("broken.zip"),
        "{ended:?}"
    );
}

#[test]
fn what_packages_say_of_themselves_is_held_against_the_document() {
    let bench = Bench::new();
    let (old, nested) = (
        bench.file("northwind-notes-2.3-old.zip"),
        bench.file("northwind-notes-2.5-nested.zip"),
    );
    let waiting = |names: &[&str]| {
        bench.edited(APP, |document| {
            let packages = document["applicationPackages"].as_array_mut().unwrap();
            packages.extend(names.iter().map(|name| {
                json!({"fileName": name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"})
            }));
        })
    };
    let json = waiting(&["Northwind.Notes_2.3.0.0_x64.msix"]);
    let said = bench.run(&[
        "check",
        APP,
        "--json",
        &json,
        "--zip",
        old.to_str().unwrap(),
    ]);
    assert!(
        said.code == 0
            && said
                .out
                .contains("whoever has that one never gets the older one"),
        "{said:?}"
    );
    // Another product's package is refused before anything is sent.
    let other = "app:9NX0EXAMPLE2";
    let said = bench.run(&[
        "check",
        other,
        "--json",
        &json,
        "--zip",
        old.to_str().unwrap(),
    ]);
    assert!(
        said.code == 3 && said.out.contains("this product's packages are called"),
        "{said:?}"
    );
    let names = [
        "Northwind.Notes_2.5.0.0_x64.msix",
        "Northwind.Notes_2.5.0.0_arm64.msix",
    ];
    let said = bench.run(&[
        "check",
        "-",
        "--json",
        &waiting(&names),
        "--zip",
        nested.to_str().unwrap(),
    ]);
    assert!(
        said.code == 3
            && said
                .out
                .contains("Everything sits in the folder northwind-notes-2.5/"),
        "{said:?}"
    );
}

#[test]
fn packages_of_a_flight_are_called_as_those_of_its_app() {
    let bench = Bench::new();
    let (json, zip) = (
        bench.file("insiders-2.5.json"),
        bench.file("northwind-notes-2.5.zip"),
    );
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    assert_eq!(
        bench
            .run(&["check", FLIGHT, "--json", json, "--zip", zip])
            .code,
        0
    );

    // The same release for a flight of another app.
    let made = bench.run(&[
        "create",
        "flight",
        "--app",
        "9NX0EXAMPLE2",
        "--name",
        "Ring",
        "--group",
        "7",
        "--output",
        "json",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let target = made.result()["target"].as_str().unwrap().to_owned();
    let check = bench.run(&["check", &target, "--json", json, "--zip", zip]);
    assert!(
        check.code == 3 && check.out.contains("this product's packages are called"),
        "{check:?}"
    );
    let publish = bench.run(&[
        "publish",
        &target,
        "--json",
        json,
        "--zip",
        zip,
        "--pending",
        "keep",
        // The packages that the document keeps are those of another app, too.
        "--allow",
        "finding:package-id-unknown",
    ]);
    assert!(
        publish.code == 3
            && format!("{}{}", publish.out, publish.err)
                .contains("this product's packages are called"),
        "{publish:?}"
    );
}

#[test]
fn a_folder_becomes_a_zip_that_fits_or_is_refused_with_what_it_lacks() {
    let bench = Bench::new();
    let (json, build, out) = (
        bench.file("notes-2.5.json"),
        bench.file("build-2.5"),
        bench.file("made.zip"),
    );
    let (json, build, out) = (
        json.to_str().unwrap(),
        build.to_str().unwrap(),
        out.to_str().unwrap(),
    );
    let made = bench.run(&["pack", build, "--json", json, "--out", out]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(
        made.out.contains(
            "+ Northwind.Notes_2.5.0.0.msixbundle  from packages/northwind.notes_2.5.0.0.msixbundle"
        ),
        "{made:?}"
    );
    assert!(
        made.out.contains("build.log is left out") && made.out.contains("It fits the document."),
        "{made:?}"
    );
    let first = fs::read(out).unwrap();
    let again = bench.run(&[
        "pack", build, APP, "--json", json, "--out", out, "--output", "json",
    ]);
    let last: Value = serde_json::from_str(again.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (again.code, &last["outcome"], &last["files"]),
        (0, &json!("packed"), &json!(1)),
        "{again:?}"
    );
    assert_eq!(
        fs::read(out).unwrap(),
        first,
        "the same folder gives the same bytes"
    );
    let fits = bench.run(&["check", APP, "--json", json, "--zip", out]);
    assert_eq!(fits.code, 0, "{fits:?}");

    // The live document waits for nothing, the folder of another build has nothing, and a document has to be named.
    let idle = bench.run(&["pack", build, APP, "--out", out]);
    assert!(
        idle.code == 3 && idle.out.contains("waits for no file"),
        "{idle:?}"
    );
    let empty = bench.file("home");
    let lacking = bench.run(&[
        "pack",
        empty.to_str().unwrap(),
        "--json",
        json,
        "--out",
        out,
    ]);
    assert!(
        lacking.code == 3 && lacking.out.contains("is not in the folder"),
        "{lacking:?}"
    );
    assert_eq!(bench.run(&["pack", build, "--out", out]).code, 2);
    assert_eq!(
        fs::read(out).unwrap(),
        first,
        "what is refused leaves the old ZIP alone"
    );
}
