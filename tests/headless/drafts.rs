//! Drafts that are there already, and documents that were kept.

use crate::bench::{ADD_ON, APP, Bench};
use serde_json::{Value, json};
use std::{fs, path::Path};

#[test]
fn a_foreign_draft_ends_with_3_and_is_left_as_it_is() {
    let bench = Bench::new();
    let target = "addon:9NX0ADDONEX2";
    let before = bench.show(target, "pending");
    let json = bench.edited(target, |document| document["tag"] = "new".into());
    let ended = bench.run(&["publish", target, "--json", &json, "--output", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let result = ended.result();
    assert_eq!(result["outcome"], "refused");
    assert!(
        result["message"]
            .as_str()
            .unwrap()
            .contains(before["id"].as_str().unwrap()),
        "{result}"
    );
    assert_eq!(bench.show(target, "pending"), before);
}

#[test]
fn a_replaced_draft_is_saved_first() {
    let bench = Bench::new();
    let target = "addon:9NX0ADDONEX2";
    let before = bench.show(target, "pending");
    let json = bench.edited(target, |document| document["tag"] = "new".into());
    let ended = bench.run(&["publish", target, "--json", &json, "--pending", "replace"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let listed = bench.run(&["drafts", target, "--output", "json"]).result();
    assert_eq!(
        (&listed["why"], &listed["submissionId"]),
        (&json!("before-delete"), &before["id"])
    );
    let path = listed["path"].as_str().unwrap();
    let saved: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(saved["id"], before["id"]);
    assert_eq!(bench.show(target, "published")["tag"], "new");

    // What was rescued goes into a new submission as it is; the icon that it waits for has its ZIP.
    let icon = bench.file("notes-sync-icon.zip");
    let restored = bench.run(&[
        "publish",
        target,
        "--json",
        path,
        "--zip",
        icon.to_str().unwrap(),
        "--bandwidth",
        "10 MB",
        "--allow",
        "features",
    ]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(bench.show(target, "published")["tag"], before["tag"]);
}

#[test]
fn a_kept_document_is_printed_as_it_was_kept() {
    let bench = Bench::new();
    let json = bench.edited(ADD_ON, |document| document["tag"] = "new".into());
    assert_eq!(bench.run(&["publish", ADD_ON, "--json", &json]).code, 0);
    let listed = bench.run(&["drafts", "--output", "json"]);
    let kept: Vec<Value> = listed
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [after, before] = kept.as_slice() else {
        panic!("{listed:?}")
    };
    assert_eq!(
        (&after["why"], &before["why"]),
        (&json!("after-put"), &json!("before-put"))
    );
    assert!(
        after["runId"].is_string() && after["runId"] == before["runId"],
        "{listed:?}"
    );

    let path = after["path"].as_str().unwrap();
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    for which in [path, name, "~after-put~"] {
        let shown = bench.run(&["drafts", "--show", which]);
        assert_eq!(
            (shown.code, &shown.out),
            (0, &fs::read_to_string(path).unwrap()),
            "{shown:?}"
        );
        let document: Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(document["tag"], "new");
        assert!(!shown.out.contains("sig="), "{shown:?}");
    }
    let several = bench.run(&["drafts", "--show", after["runId"].as_str().unwrap()]);
    assert!(
        several.code == 2 && several.out.is_empty() && several.err.contains(name),
        "{several:?}"
    );
    let none = bench.run(&["drafts", APP, "--show", name]);
    assert!(
        none.code == 2 && none.err.contains("No kept document"),
        "{none:?}"
    );
    assert_eq!(bench.run(&["drafts", "--show", ""]).code, 2);

    // What is printed can be published.
    let file = bench.file("x.json");
    fs::write(&file, bench.run(&["drafts", "--show", "~before-put~"]).out).unwrap();
    let back = bench.run(&["publish", ADD_ON, "--json", file.to_str().unwrap()]);
    assert_eq!(back.code, 0, "{back:?}");
}
