//! The program itself, head-less, against the simulator over real HTTP: what it prints, what it changes, how it exits.
#![cfg(feature = "sim")]

#[path = "support/nobody.rs"]
mod nobody;
#[path = "support/program.rs"]
mod program;

use nobody::Nobody;
use program::{ADD_ON, APP, Bench, Ended, FLIGHT, SECRET, assert_home_is_clean};

use flightdeck::{
    domain::{submission::put_body, target::Kind},
    sim::{Scenario, SimOptions},
};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Stdio};

#[test]
fn an_app_an_add_on_and_a_flight_go_to_published_with_their_zip() {
    let bench = Bench::new();
    for (target, json, zip) in [
        (APP, "notes-2.5.json", "northwind-notes-2.5.zip"),
        (ADD_ON, "notes-pro.json", "notes-pro-icon.zip"),
        (FLIGHT, "insiders-2.5.json", "northwind-notes-2.5.zip"),
    ] {
        let (json, zip) = (bench.file(json), bench.file(zip));
        let args = ["publish", target, "--json", json.to_str().unwrap(), "--zip", zip.to_str().unwrap(), "--output", "json"];
        let ended = bench.run(&args);
        assert_eq!(ended.code, 0, "{target}: {ended:?}");
        let result = ended.result();
        assert_eq!(
            (&result["event"], &result["outcome"], &result["status"]),
            (&json!("result"), &json!("published"), &json!("Published"))
        );
        assert!(result["submissionId"].is_string() && result["run"].is_string());

        let lines = ended.lines();
        let steps: Vec<_> =
            lines.iter().filter(|line| line["event"] == "step" && line["state"] == "done").map(|line| &line["step"]).collect();
        let all = ["sign-in", "read-target", "settle-draft", "create", "update", "read-back", "upload", "commit", "follow"];
        assert_eq!(steps, all.map(Value::from).iter().collect::<Vec<_>>());
        let last = lines.iter().rfind(|line| line["event"] == "progress").unwrap();
        assert_eq!(last["sent"], last["total"]);
        assert_eq!(last["total"], fs::metadata(&zip).unwrap().len());
        assert!(lines.iter().any(|line| line["event"] == "status" && line["status"] == "CommitStarted"));
    }
    let live = bench.show(APP, "published");
    let packages = live["applicationPackages"].as_array().unwrap();
    let new = packages.iter().find(|package| package["fileName"] == "Northwind.Notes_2.5.0.0.msixbundle").unwrap();
    assert_eq!((&new["fileStatus"], &new["version"]), (&json!("Uploaded"), &json!("2.5.0.0")));
    assert_home_is_clean(&bench.folder.path().join("home"));
}

#[test]
fn release_notes_come_from_a_folder_and_a_table_and_touch_nothing_else() {
    let bench = Bench::new();
    let path = |name: &str| bench.file(name).to_str().unwrap().to_owned();
    let document = bench.edited(APP, |document| document["pricing"]["priceId"] = json!("Tier1020"));
    let before = fs::read_to_string(&document).unwrap();
    let exported = bench.run(&["texts", "export", APP, "--field", "release notes", "--to", &path("texts"), "--output", "json"]);
    assert_eq!((exported.code, &exported.result()["event"]), (0, &json!("result")), "{exported:?}");
    let note = bench.file("texts").join("en-us").join("releaseNotes.txt");
    assert!(fs::read_to_string(&note).unwrap().len() > 3, "{exported:?}");

    // What was exported changes nothing; what is there is not overwritten.
    let same = bench.run(&["texts", "import", "--json", &document, "--from", &path("texts"), "--output", "json"]);
    assert_eq!((same.code, &same.result()["changed"]), (0, &json!(0)), "{same:?}");
    assert_eq!(fs::read_to_string(&document).unwrap(), before);
    fs::write(&note, "\u{feff}Tabs.\r\n").unwrap();
    let refused = bench.run(&["texts", "export", APP, "--field", "releaseNotes", "--to", &path("texts")]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.err.contains("--force") && fs::read_to_string(&note).unwrap().starts_with('\u{feff}'), "{refused:?}");

    let new = path("new.json");
    let args = ["texts", "import", "--json", &document, "--from", &path("texts"), "--out", &new, "--output", "json"];
    let ended = bench.run(&args);
    let line = ended.lines().into_iter().find(|line| line["event"] == "text").unwrap();
    assert_eq!((ended.code, &line["language"], &line["after"]), (0, &json!("en-us"), &json!("Tabs.")), "{ended:?}");
    let mut value: Value = serde_json::from_str(&before).unwrap();
    let old = std::mem::replace(&mut value["listings"]["en-us"]["baseListing"]["releaseNotes"], json!("Tabs."));
    assert_eq!(fs::read_to_string(&new).unwrap(), before.replacen(&old.to_string(), "\"Tabs.\"", 1));
    assert_eq!(serde_json::from_str::<Value>(&fs::read_to_string(&new).unwrap()).unwrap(), value);

    // A language that is not there, and a text that is too long, end it before anything is written.
    let long = "x".repeat(1501);
    fs::write(bench.file("t.csv"), format!("language;releaseNotes\nen-us;{long}\nfr-fr;Onglets.\n")).unwrap();
    let refused = bench.run(&["texts", "import", "--json", &new, "--from", &path("t.csv"), "--output", "json"]);
    let why: Vec<_> =
        refused.lines().into_iter().filter(|line| line["event"] == "problem").map(|line| line["why"].clone()).collect();
    assert_eq!((refused.code, why), (3, vec![json!("notListed"), json!("tooLong")]), "{refused:?}");
    let args = ["texts", "import", "--json", &new, "--from", &path("t.csv"), "--lenient", "--add-languages", "--out", "-"];
    let ended = bench.run(&args);
    let printed: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(printed["listings"]["fr-fr"]["baseListing"]["releaseNotes"], "Onglets.", "{ended:?}");
    assert_eq!(printed["listings"]["en-us"]["baseListing"]["releaseNotes"], "Tabs.");

    for (args, code) in [
        (vec!["texts", "export", FLIGHT, "--to", "x"], 2),
        (vec!["texts", "export", APP, "--field", "price", "--to", "x"], 2),
        (vec!["texts", "export", "--to", "x"], 2),
        (vec!["texts", "import", "--json", &new, "--from", "not-there"], 2),
    ] {
        let ended = bench.run(&args);
        assert!(ended.code == code && !ended.err.is_empty(), "{args:?}: {ended:?}");
    }
}

#[test]
fn one_changed_leaf_changes_nothing_else() {
    let bench = Bench::new();
    let before = bench.show(APP, "published");
    let json = bench.edited(APP, |document| document["notesForCertification"] = "Grüße, 你好, 🧪".into());
    let ended = bench.run(&["publish", APP, "--json", &json]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mut after = bench.show(APP, "published");
    assert_eq!(after["notesForCertification"], "Grüße, 你好, 🧪");
    after["notesForCertification"] = before["notesForCertification"].clone();
    // The service flips this flag with every PUT (store-api.md Q13).
    after["pricing"]["isAdvancedPricingModel"] = before["pricing"]["isAdvancedPricingModel"].clone();
    // To the letter: order of keys, text of numbers, unknown fields; only what the service itself writes is left out.
    let body = |document: &Value| put_body(Kind::App, document).to_string();
    assert_eq!(body(&after), body(&before));
}

#[test]
fn a_failed_commit_ends_with_5_and_the_errors_in_words() {
    let scenario = Scenario::named("commit-failed").unwrap();
    let bench = Bench::with(SimOptions { scenario, ..SimOptions::default() });
    let json = bench.edited(APP, |document| document["notesForCertification"] = "x".into());
    let ended = bench.run(&["publish", APP, "--json", &json, "--output", "json"]);
    assert_eq!(ended.code, 5, "{ended:?}");
    let result = ended.result();
    assert_eq!((&result["outcome"], &result["status"]), (&json!("failed"), &json!("CommitFailed")));
    assert!(!result["errors"].as_array().unwrap().is_empty());
}

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
    assert!(result["message"].as_str().unwrap().contains(before["id"].as_str().unwrap()), "{result}");
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
    assert_eq!((&listed["why"], &listed["submissionId"]), (&json!("before-delete"), &before["id"]));
    let path = listed["path"].as_str().unwrap();
    let saved: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(saved["id"], before["id"]);
    assert_eq!(bench.show(target, "published")["tag"], "new");

    // What was rescued goes into a new submission as it is; the icon that it waits for has its ZIP.
    let icon = bench.file("notes-sync-icon.zip");
    let restored = bench.run(&["publish", target, "--json", path, "--zip", icon.to_str().unwrap(), "--bandwidth", "10 MB"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(bench.show(target, "published")["tag"], before["tag"]);
}

#[test]
fn a_kept_document_is_printed_as_it_was_kept() {
    let bench = Bench::new();
    let json = bench.edited(ADD_ON, |document| document["tag"] = "new".into());
    assert_eq!(bench.run(&["publish", ADD_ON, "--json", &json]).code, 0);
    let listed = bench.run(&["drafts", "--output", "json"]);
    let kept: Vec<Value> = listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [after, before] = kept.as_slice() else { panic!("{listed:?}") };
    assert_eq!((&after["why"], &before["why"]), (&json!("after-put"), &json!("before-put")));
    assert!(after["runId"].is_string() && after["runId"] == before["runId"], "{listed:?}");

    let path = after["path"].as_str().unwrap();
    let name = Path::new(path).file_name().unwrap().to_str().unwrap();
    for which in [path, name, "~after-put~"] {
        let shown = bench.run(&["drafts", "--show", which]);
        assert_eq!((shown.code, &shown.out), (0, &fs::read_to_string(path).unwrap()), "{shown:?}");
        let document: Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(document["tag"], "new");
        assert!(!shown.out.contains("sig="), "{shown:?}");
    }
    let several = bench.run(&["drafts", "--show", after["runId"].as_str().unwrap()]);
    assert!(several.code == 2 && several.out.is_empty() && several.err.contains(name), "{several:?}");
    let none = bench.run(&["drafts", APP, "--show", name]);
    assert!(none.code == 2 && none.err.contains("No kept document"), "{none:?}");
    assert_eq!(bench.run(&["drafts", "--show", ""]).code, 2);

    // What is printed can be published.
    let file = bench.file("x.json");
    fs::write(&file, bench.run(&["drafts", "--show", "~before-put~"]).out).unwrap();
    let back = bench.run(&["publish", ADD_ON, "--json", file.to_str().unwrap()]);
    assert_eq!(back.code, 0, "{back:?}");
}

#[test]
fn packages_of_a_flight_are_called_as_those_of_its_app() {
    let bench = Bench::new();
    let (json, zip) = (bench.file("insiders-2.5.json"), bench.file("northwind-notes-2.5.zip"));
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    assert_eq!(bench.run(&["check", FLIGHT, "--json", json, "--zip", zip]).code, 0);

    // The same release for a flight of another app.
    let made = bench.run(&["create", "flight", "--app", "9NX0EXAMPLE2", "--name", "Ring", "--group", "7", "--output", "json"]);
    assert_eq!(made.code, 0, "{made:?}");
    let target = made.result()["target"].as_str().unwrap().to_owned();
    let check = bench.run(&["check", &target, "--json", json, "--zip", zip]);
    assert!(check.code == 3 && check.out.contains("this product's packages are called"), "{check:?}");
    let publish = bench.run(&["publish", &target, "--json", json, "--zip", zip, "--pending", "keep"]);
    assert!(
        publish.code == 3 && format!("{}{}", publish.out, publish.err).contains("this product's packages are called"),
        "{publish:?}"
    );
}

#[test]
fn a_zip_with_mistakes_is_refused_with_the_list_before_anything_is_sent() {
    let bench = Bench::new();
    let (json, zip) = (bench.file("notes-2.5.json"), bench.file("northwind-notes-2.5-mistakes.zip"));
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    let ended = bench.run(&["publish", APP, "--json", json, "--zip", zip]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("Northwind.Notes_2.5.0.0.msixbundle"), "{ended:?}");
    assert_eq!(bench.run(&["check", "-", "--json", json, "--zip", zip]).code, 3);
    assert!(ended.err.contains("Northwind.Notes_2.5.0.0_arm64.msix is no package"), "{ended:?}");
    // The live document waits for no file: what is wrong with the ZIP itself is said all the same.
    let untouched = bench.edited(APP, |_| {});
    let said = bench.run(&["check", APP, "--json", &untouched, "--zip", zip]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("Northwind.Notes_2.5.0.0_arm64.msix is no package"), "{said:?}");
    assert!(said.out.contains("northwind-notes-2.5/Northwind.Notes_2.5.0.0.msixbundle and northwind.notes"), "{said:?}");
    assert_eq!(bench.run(&["publish", APP, "--json", &untouched, "--zip", zip]).code, 3);
    let good = bench.file("northwind-notes-2.5.zip");
    let fits = bench.run(&["check", APP, "--json", json, "--zip", good.to_str().unwrap()]);
    assert_eq!(fits.code, 0, "{fits:?}");
    assert_eq!(bench.run(&["show", APP, "--submission", "pending"]).code, 5, "no draft was made");
    let broken = bench.file("broken.zip");
    let ended = bench.run(&["check", "-", "--json", json, "--zip", broken.to_str().unwrap()]);
    assert!(ended.code == 3 && ended.out.contains("broken.zip"), "{ended:?}");
}

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
        "{path}:2:18: error: /contentType: contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed. [Q48]"
    );
    assert_eq!(lines.first(), Some(&first.as_str()), "{said:?}");
    assert_eq!(lines.get(1), Some(&"    What the add-on sells; it must be chosen before the first update."));
    assert_eq!(lines.last(), Some(&"1 error, 1 warning, 0 notes."));

    let said = bench.run(&["check", "-", "--json", path, "--output", "json"]);
    assert_eq!(said.code, 3, "{said:?}");
    let objects: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        objects,
        [
            json!({
                "event": "finding", "severity": "error", "pointer": "/contentType", "line": 2, "column": 18,
                "sentence": "contentType is NotSet, which an update refuses. Choose what the add-on sells; it cannot be guessed.",
                "rule": "Q48", "help": "What the add-on sells; it must be chosen before the first update."
            }),
            json!({
                "event": "finding", "severity": "warning", "pointer": "/visibility", "line": 5, "column": 17,
                "sentence": "\"Shy\" is not among the known values: Public, Private, Hidden, NotSet.", "rule": "§ 3.4",
                "help": "Who can get it: Public is found by everyone, Private only through its link, Hidden by nobody new."
            }),
            json!({"event": "result", "outcome": "refused", "errors": 1, "warnings": 1, "notes": 0}),
        ]
    );

    fs::write(path, text.replace("NotSet", "EMagazine").replace("Shy", "Public")).unwrap();
    let said = bench.run(&["check", "-", "--json", path]);
    assert_eq!((said.code, said.out.as_str()), (0, "No findings.\n"), "{said:?}");
    assert_eq!(bench.state()["requests"], 0, "without a target nothing is asked: {}", bench.state());
}

#[test]
fn a_folder_becomes_a_zip_that_fits_or_is_refused_with_what_it_lacks() {
    let bench = Bench::new();
    let (json, build, out) = (bench.file("notes-2.5.json"), bench.file("build-2.5"), bench.file("made.zip"));
    let (json, build, out) = (json.to_str().unwrap(), build.to_str().unwrap(), out.to_str().unwrap());
    let made = bench.run(&["pack", build, "--json", json, "--out", out]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(
        made.out.contains("+ Northwind.Notes_2.5.0.0.msixbundle  from packages/northwind.notes_2.5.0.0.msixbundle"),
        "{made:?}"
    );
    assert!(made.out.contains("build.log is left out") && made.out.contains("It fits the document."), "{made:?}");
    let first = fs::read(out).unwrap();
    let again = bench.run(&["pack", build, APP, "--json", json, "--out", out, "--output", "json"]);
    let last: Value = serde_json::from_str(again.out.lines().last().unwrap()).unwrap();
    assert_eq!((again.code, &last["outcome"], &last["files"]), (0, &json!("packed"), &json!(1)), "{again:?}");
    assert_eq!(fs::read(out).unwrap(), first, "the same folder gives the same bytes");
    let fits = bench.run(&["check", APP, "--json", json, "--zip", out]);
    assert_eq!(fits.code, 0, "{fits:?}");

    // The live document waits for nothing, the folder of another build has nothing, and a document has to be named.
    let idle = bench.run(&["pack", build, APP, "--out", out]);
    assert!(idle.code == 3 && idle.out.contains("waits for no file"), "{idle:?}");
    let empty = bench.file("home");
    let lacking = bench.run(&["pack", empty.to_str().unwrap(), "--json", json, "--out", out]);
    assert!(lacking.code == 3 && lacking.out.contains("is not in the folder"), "{lacking:?}");
    assert_eq!(bench.run(&["pack", build, "--out", out]).code, 2);
    assert_eq!(fs::read(out).unwrap(), first, "what is refused leaves the old ZIP alone");
}

#[test]
fn what_packages_say_of_themselves_is_held_against_the_document() {
    let bench = Bench::new();
    let (old, nested) = (bench.file("northwind-notes-2.3-old.zip"), bench.file("northwind-notes-2.5-nested.zip"));
    let waiting = |names: &[&str]| {
        bench.edited(APP, |document| {
            let packages = document["applicationPackages"].as_array_mut().unwrap();
            packages.extend(names.iter().map(|name| {
                json!({"fileName": name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"})
            }));
        })
    };
    let json = waiting(&["Northwind.Notes_2.3.0.0_x64.msix"]);
    let said = bench.run(&["check", APP, "--json", &json, "--zip", old.to_str().unwrap()]);
    assert!(said.code == 0 && said.out.contains("whoever has that one never gets the older one"), "{said:?}");
    // Another product's package is refused before anything is sent.
    let other = "app:9NX0EXAMPLE2";
    let said = bench.run(&["check", other, "--json", &json, "--zip", old.to_str().unwrap()]);
    assert!(said.code == 3 && said.out.contains("this product's packages are called"), "{said:?}");
    let names = ["Northwind.Notes_2.5.0.0_x64.msix", "Northwind.Notes_2.5.0.0_arm64.msix"];
    let said = bench.run(&["check", "-", "--json", &waiting(&names), "--zip", nested.to_str().unwrap()]);
    assert!(said.code == 3 && said.out.contains("Everything sits in the folder northwind-notes-2.5/"), "{said:?}");
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
    assert!(missing.code == 2 && missing.err.contains("nowhere.json"), "{missing:?}");
}

#[test]
fn a_wrong_secret_ends_with_4_and_says_which_code() {
    let bench = Bench::new();
    let output = bench.command(&["list"]).env("TEST_SECRET", "wrong").output().unwrap();
    let ended = Ended::of(&output);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.err.contains("AADSTS7000215"), "{ended:?}");
}

#[test]
fn no_profile_and_no_network_are_told_apart() {
    let bench = Bench::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let none = Ended::of(&bench.command(&["list"]).env("FLIGHTDECK_HOME", elsewhere.path()).output().unwrap());
    assert!(none.code == 2 && none.err.contains("flightdeck demo"), "{none:?}");

    // The names that every Azure tool knows make a profile without any file.
    let nobody = Nobody::new();
    let from_environment = |login: &str| {
        let mut command = bench.command(&["list"]);
        command
            .env("FLIGHTDECK_HOME", elsewhere.path())
            .env("AZURE_TENANT_ID", "contoso.example")
            .env("AZURE_CLIENT_ID", "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40")
            .env("AZURE_CLIENT_SECRET", SECRET)
            .env("FLIGHTDECK_LOGIN_URL", login)
            .env("FLIGHTDECK_STORE_URL", bench.sim.url());
        Ended::of(&command.output().unwrap())
    };
    let address = format!("http://{}", nobody.address());
    let dead = from_environment(&address);
    let tried = format!("Could not sign in: the connection to {address} failed: ");
    assert!(dead.code == 1 && dead.err.contains(&tried) && !dead.err.contains("oauth2"), "{dead:?}");
    assert_eq!(from_environment(&bench.sim.url()).code, 0);
}

#[test]
fn a_home_that_cannot_be_written_is_good_enough_for_reading() {
    let bench = Bench::new();
    let (json, out) = (bench.file("notes-2.5.json"), bench.file("made.zip"));
    let (json, out) = (json.to_str().unwrap(), out.to_str().unwrap());
    // Files where the folders belong: nobody can write below them, whatever his rights are.
    let home = bench.file("home");
    for folder in ["data", "cache"] {
        fs::write(home.join(folder), "").unwrap();
    }
    for (args, code) in [
        (vec!["list"], 0),
        (vec!["list", "flights", "--output", "json"], 0),
        (vec!["show", APP], 0),
        (vec!["status", APP], 0),
        (vec!["check", APP, "--json", json], 0),
        (vec!["diff", APP, "--json", json], 0),
        (vec!["rollout", APP], 0),
        (vec!["texts", "export", APP, "--to", out], 0),
    ] {
        let ended = bench.run(&args);
        assert_eq!(ended.code, code, "{args:?}: {ended:?}");
        assert!(!ended.out.is_empty() && !ended.out.contains("warning: could not"), "{args:?}: {ended:?}");
        assert_eq!(ended.err.matches("warning: could not").count(), 1, "{args:?}: {ended:?}");
        assert!(ended.err.contains("cache") && ended.err.contains("counts its own requests alone"), "{args:?}: {ended:?}");
    }
    // Whatever may change something needs a journal first.
    let before = bench.state();
    for args in [
        vec!["publish", APP, "--json", json],
        vec!["create", "flight", "--app", "9NX0EXAMPLE1", "--name", "Ring 9"],
        vec!["delete", ADD_ON, "--draft", "--yes"],
        vec!["rollout", "app:9NX0EXAMPLE2", "set", "25"],
        vec!["watch", APP],
        vec!["resume"],
    ] {
        let ended = bench.run(&args);
        assert!(ended.code == 1 && ended.err.contains("could not create the folder"), "{args:?}: {ended:?}");
    }
    assert_eq!(bench.state(), before, "nothing was asked");
    // A ledger that is lost alone costs nothing else, and says so in the same words.
    fs::remove_file(home.join("data")).unwrap();
    let kept = bench.run(&["drafts"]);
    assert!(kept.code == 0 && kept.err.contains("warning: ") && kept.err.contains("No document is kept."), "{kept:?}");
    fs::remove_file(home.join("cache")).unwrap();
    let fine = bench.run(&["list"]);
    assert_eq!((fine.code, fine.err.as_str()), (0, ""), "{fine:?}");
    assert!(!home.join("data").exists(), "who only reads leaves no folders behind");
}

#[test]
fn unknown_targets_portal_drafts_and_unsupported_products_are_explained() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["status", "app:9NX0NOSUCHID"]).code, 5);
    assert_eq!(bench.run(&["status", "nonsense"]).code, 2);
    let unsupported = bench.run(&["status", "app:9NROOMS5BOOK"]);
    assert!(unsupported.code == 5 && unsupported.err.contains("Partner Center"), "{unsupported:?}");
    let portal = bench.run(&["publish", "app:9N8PUZZL3G4M", "--pending", "replace"]);
    assert!(portal.code == 3 && portal.err.contains("https://partner.microsoft.com/"), "{portal:?}");
}

#[test]
fn becoming_free_needs_a_yes_to_that_very_change() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| document["pricing"]["priceId"] = "Free".into());
    let ended = bench.run(&["publish", APP, "--json", &json]);
    assert!(ended.code == 3 && ended.err.contains("--allow becomes-free"), "{ended:?}");
    let agreed = bench.run(&["publish", APP, "--json", &json, "--allow", "becomes-free", "--allow", "price"]);
    assert_eq!(agreed.code, 0, "{agreed:?}");
    assert_eq!(bench.show(APP, "published")["pricing"]["priceId"], "Free");
}

#[test]
fn add_ons_and_flights_are_created_and_deleted() {
    let bench = Bench::new();
    let made = bench.run(&[
        "create",
        "addon",
        "--app",
        "9NX0EXAMPLE1",
        "--product-id",
        "cli.test",
        "--type",
        "durable",
        "--output",
        "json",
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let target = made.result()["target"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(&["delete", &target]).code, 3, "not without --yes");
    assert_eq!(bench.run(&["delete", &target, "--yes"]).code, 0);
    assert_eq!(bench.run(&["status", &target]).code, 5, "it is gone");

    let made = bench.run(&["create", "flight", "--app", "9NX0EXAMPLE1", "--name", "Ring 9", "--output", "json"]);
    assert_eq!(made.code, 0, "{made:?}");
    let target = made.result()["target"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(&["delete", &target, "--yes"]).code, 0);
    // What somebody owns is not deleted by a mere yes.
    let owned = bench.run(&["delete", ADD_ON, "--yes"]);
    assert!(owned.code == 3 && owned.err.contains("northwind.notes.pro"), "{owned:?}");
    assert_eq!(bench.run(&["delete", APP, "--yes"]).code, 3);
}

#[test]
fn a_rollout_is_looked_at_moved_and_ended_on_purpose() {
    let bench = Bench::new();
    let target = "app:9NX0EXAMPLE2";
    let rollout = |args: &[&str]| bench.run(&[&["rollout", target, "--output", "json"], args].concat());
    let status = |ended: &Ended| ended.result()["packageRolloutStatus"].as_str().unwrap_or_default().to_owned();
    let before = rollout(&[]);
    assert_eq!(
        (before.result()["packageRolloutPercentage"].as_f64(), status(&before).as_str()),
        (Some(5.0), "PackageRolloutInProgress")
    );
    assert_eq!(rollout(&["set", "25"]).result()["packageRolloutPercentage"], 25.0);
    assert_eq!(rollout(&["set", "101"]).code, 1);
    let unasked = rollout(&["halt"]);
    assert!(unasked.code == 3 && unasked.err.contains("--yes"), "{unasked:?}");
    assert_eq!(rollout(&["get"]).result()["packageRolloutPercentage"], 25.0, "nothing was halted");
    assert_eq!(status(&rollout(&["finalize", "--yes"])), "PackageRolloutComplete");
    assert_eq!(rollout(&["halt", "--yes"]).code, 5, "it has ended");
    let whole = bench.run(&["rollout", APP]);
    assert!(whole.code == 0 && whole.out.contains("all customers"), "{whole:?}");
    assert_eq!(bench.run(&["rollout", ADD_ON]).code, 1);
}

#[test]
fn a_timeout_ends_with_6_and_leaves_the_submission_to_the_store() {
    // The timeout counts from the start: on a slow machine a second may be over before the commit, but some time is enough.
    let mut statuses = ["1s", "4s", "16s", "64s"].into_iter().map(|timeout| {
        let scenario = Scenario::named("stuck").unwrap();
        let bench = Bench::with(SimOptions { scenario, ..SimOptions::default() });
        let json = bench.edited(APP, |document| document["notesForCertification"] = "x".into());
        let ended = bench.run(&["publish", APP, "--json", &json, "--timeout", timeout, "--output", "json"]);
        assert_eq!(ended.code, 6, "{ended:?}");
        ended.result()["status"].clone()
    });
    assert!(statuses.any(|status| status == "CommitStarted"));
}

#[test]
fn five_thousand_apps_are_listed_completely() {
    let bench = Bench::with(SimOptions { apps: Some(5000), ..SimOptions::default() });
    let ended = bench.run(&["list", "--output", "json"]);
    assert_eq!(ended.code, 0);
    let ids: std::collections::HashSet<_> = ended.lines().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 5000);
    assert!(bench.state()["requests"].as_u64().is_some_and(|requests| requests <= 52), "{}", bench.state()["requests"]);
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let bench = Bench::new();
    let mut child = bench.command(&["list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
    assert_eq!(ended.status.code(), Some(0));
}
