//! `texts`: out to a folder and back, and nothing else touched.

use crate::bench::{APP, Bench, FLIGHT};
use serde_json::{Value, json};
use std::fs;

#[test]
fn release_notes_come_from_a_folder_and_a_table_and_touch_nothing_else() {
    let bench = Bench::new();
    let path = |name: &str| bench.file(name).to_str().unwrap().to_owned();
    let document = bench.edited(APP, |document| {
        document["pricing"]["priceId"] = json!("Tier1020");
    });
    let before = fs::read_to_string(&document).unwrap();
    let exported = bench.run(&[
        "texts",
        "export",
        APP,
        "--field",
        "release notes",
        "--to",
        &path("texts"),
        "--output",
        "json",
    ]);
    assert_eq!(
        (exported.code, &exported.result()["event"]),
        (0, &json!("result")),
        "{exported:?}"
    );
    let note = bench.file("texts").join("en-us").join("releaseNotes.txt");
    assert!(fs::read_to_string(&note).unwrap().len() > 3, "{exported:?}");

    // What was exported changes nothing; what is there is not overwritten.
    let same = bench.run(&[
        "texts",
        "import",
        "--json",
        &document,
        "--from",
        &path("texts"),
        "--output",
        "json",
    ]);
    assert_eq!(
        (same.code, &same.result()["changed"]),
        (0, &json!(0)),
        "{same:?}"
    );
    assert_eq!(fs::read_to_string(&document).unwrap(), before);
    fs::write(&note, "\u{feff}Tabs.\r\n").unwrap();
    let refused = bench.run(&[
        "texts",
        "export",
        APP,
        "--field",
        "releaseNotes",
        "--to",
        &path("texts"),
    ]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused.err.contains("--force")
            && fs::read_to_string(&note).unwrap().starts_with('\u{feff}'),
        "{refused:?}"
    );

    let new = path("new.json");
    let args = [
        "texts",
        "import",
        "--json",
        &document,
        "--from",
        &path("texts"),
        "--out",
        &new,
        "--output",
        "json",
    ];
    let ended = bench.run(&args);
    let line = ended
        .lines()
        .into_iter()
        .find(|line| line["event"] == "text")
        .unwrap();
    assert_eq!(
        (ended.code, &line["language"], &line["after"]),
        (0, &json!("en-us"), &json!("Tabs.")),
        "{ended:?}"
    );
    let mut value: Value = serde_json::from_str(&before).unwrap();
    let old = std::mem::replace(
        &mut value["listings"]["en-us"]["baseListing"]["releaseNotes"],
        json!("Tabs."),
    );
    assert_eq!(
        fs::read_to_string(&new).unwrap(),
        before.replacen(&old.to_string(), "\"Tabs.\"", 1)
    );
    assert_eq!(
        serde_json::from_str::<Value>(&fs::read_to_string(&new).unwrap()).unwrap(),
        value
    );

    // A language that is not there, and a text that is too long, end it before anything is written.
    let long = "x".repeat(1501);
    fs::write(
        bench.file("t.csv"),
        format!("language;releaseNotes\nen-us;{long}\nfr-fr;Onglets.\n"),
    )
    .unwrap();
    let refused = bench.run(&[
        "texts",
        "import",
        "--json",
        &new,
        "--from",
        &path("t.csv"),
        "--output",
        "json",
    ]);
    let why: Vec<_> = refused
        .lines()
        .into_iter()
        .filter(|line| line["event"] == "problem")
        .map(|line| line["why"].clone())
        .collect();
    assert_eq!(
        (refused.code, why),
        (3, vec![json!("notListed"), json!("tooLong")]),
        "{refused:?}"
    );
    let args = [
        "texts",
        "import",
        "--json",
        &new,
        "--from",
        &path("t.csv"),
        "--lenient",
        "--add-languages",
        "--out",
        "-",
    ];
    let ended = bench.run(&args);
    let printed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        printed["listings"]["fr-fr"]["baseListing"]["releaseNotes"], "Onglets.",
        "{ended:?}"
    );
    assert_eq!(
        printed["listings"]["en-us"]["baseListing"]["releaseNotes"],
        "Tabs."
    );

    for (args, code) in [
        (vec!["texts", "export", FLIGHT, "--to", "x"], 2),
        (
            vec!["texts", "export", APP, "--field", "price", "--to", "x"],
            2,
        ),
        (vec!["texts", "export", "--to", "x"], 2),
        (
            vec!["texts", "import", "--json", &new, "--from", "not-there"],
            2,
        ),
    ] {
        let ended = bench.run(&args);
        assert!(
            ended.code == code && !ended.err.is_empty(),
            "{args:?}: {ended:?}"
        );
    }
}
