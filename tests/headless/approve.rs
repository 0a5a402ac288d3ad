//! A second pair of eyes, head-less: what `diff` says in its three forms, what `--expect` lets pass, and which changes need a yes of
//! their own whatever kind of product it is.

use crate::bench::{ADD_ON, APP, Bench, Ended, FLIGHT};
use rstest::rstest;
use serde_json::{Value, json};
use std::fs;

/// An app of the demo account with a rollout that its live submission carries on.
const ROLLED_OUT: &str = "app:9NX0EXAMPLE2";

fn hash(bench: &Bench, args: &[&str]) -> String {
    let ended = bench.run(&[&["diff"], args, &["--output", "json"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    ended.result()["hash"].as_str().unwrap().to_owned()
}

/// Refused before the first changing request.
fn assert_refused(bench: &Bench, target: &str, ended: &Ended) {
    assert_eq!(ended.code, 3, "{ended:?}");
    let shown = bench.run(&["show", target]);
    assert!(shown.out.contains("pending    none"), "{shown:?}");
}

#[rstest]
#[case::app_free(APP, "/pricing/priceId", json!("Free"), "becomes-free")]
#[case::app_free_in_a_market(APP, "/pricing/marketSpecificPricings", json!({"BR": "Free", "LB": "NotAvailable"}), "becomes-free")]
#[case::app_price(APP, "/pricing/priceId", json!("Tier1030"), "price")]
#[case::app_hidden(APP, "/visibility", json!("Hidden"), "visibility")]
#[case::app_rollout(APP, "/packageDeliveryOptions/packageRollout", json!({"isPackageRollout": true, "packageRolloutPercentage": 5.0}), "rollout")]
#[case::app_inherited_rollout(ROLLED_OUT, "/notesForCertification", json!("x"), "rollout")]
#[case::app_mandatory(APP, "/packageDeliveryOptions/isMandatoryUpdate", json!(true), "rollout")]
#[case::add_on_free(ADD_ON, "/pricing/priceId", json!("Free"), "becomes-free")]
#[case::add_on_hidden(ADD_ON, "/visibility", json!("Hidden"), "visibility")]
#[case::flight_rollout(FLIGHT, "/packageDeliveryOptions/packageRollout", json!({"isPackageRollout": true, "packageRolloutPercentage": 5.0}), "rollout")]
fn a_delicate_change_needs_a_yes_to_that_very_change(
    #[case] target: &str,
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] allow: &str,
) {
    let bench = Bench::new();
    let json = bench.edited(target, |document| {
        *document.pointer_mut(pointer).unwrap() = value;
    });
    let publish = |more: &[&str]| {
        bench.run(
            &[
                // Only one of the targets is being rolled out; elsewhere this says nothing.
                &[
                    "publish",
                    target,
                    "--json",
                    &json,
                    "--wait",
                    "none",
                    "--existing-rollout",
                    "finalize",
                    // The same of an update that is mandatory from no date on.
                    "--allow",
                    "finding:mandatory-date-missing",
                ],
                more,
            ]
            .concat(),
        )
    };
    let ended = publish(&[]);
    assert!(ended.err.contains(&format!("--allow {allow}")), "{ended:?}");
    assert_refused(&bench, target, &ended);
    // A yes to everything else is no yes to this.
    let others: Vec<&str> = ["price", "becomes-free", "visibility", "rollout"]
        .into_iter()
        .filter(|kind| *kind != allow)
        .collect();
    let ended = publish(
        &others
            .iter()
            .flat_map(|kind| ["--allow", kind])
            .collect::<Vec<_>>(),
    );
    assert!(ended.err.contains(&format!("--allow {allow}")), "{ended:?}");
    assert_refused(&bench, target, &ended);
    if target != ROLLED_OUT {
        let agreed = publish(&["--allow", allow]);
        assert_eq!(agreed.code, 0, "{agreed:?}");
    }
    let told = bench.run(&["diff", ROLLED_OUT, "--json", &json, "--format", "markdown"]);
    assert!(
        told.out.contains("### ⚠️ Needs a yes of its own"),
        "{told:?}"
    );
}

/// Ids and hashes of a fresh account are the same every time; the paths of the samples are not.
fn steady(bench: &Bench, text: &str) -> String {
    text.replace(bench.folder.path().to_str().unwrap(), "…")
}

#[test]
fn the_three_forms_of_a_difference() {
    let bench = Bench::new();
    let (json, zip) = (
        bench.file("notes-2.5.json"),
        bench.file("northwind-notes-2.5.zip"),
    );
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    for format in ["text", "json", "markdown"] {
        let ended = bench.run(&[
            "diff", APP, "--json", json, "--zip", zip, "--format", format,
        ]);
        assert_eq!(ended.code, 0, "{ended:?}");
        if format == "text" {
            assert!(
                ended.out.lines().all(|line| line.chars().count() <= 80),
                "{}",
                ended.out
            );
        }
        insta::assert_snapshot!(format!("diff_{format}"), steady(&bench, &ended.out));
    }
    for (name, target, file) in [
        ("add_on", ADD_ON, "notes-pro.json"),
        ("flight", FLIGHT, "insiders-2.5.json"),
    ] {
        let file = bench.file(file);
        let ended = bench.run(&["diff", target, "--json", file.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{ended:?}");
        insta::assert_snapshot!(format!("diff_{name}"), steady(&bench, &ended.out));
    }
}

#[test]
fn the_same_document_differs_in_nothing_and_no_draft_is_said_so() {
    let bench = Bench::new();
    let same = bench.edited(APP, |_| ());
    let ended = bench.run(&["diff", APP, "--json", &same]);
    assert!(
        ended.code == 0 && ended.out.contains("No difference."),
        "{ended:?}"
    );
    let missing = bench.run(&["diff", APP]);
    assert!(
        missing.code == 3 && missing.err.contains("no draft") && missing.err.contains("--json"),
        "{missing:?}"
    );
    let draft = bench.run(&["diff", "addon:9NX0ADDONEX2", "--output", "json"]);
    assert!(
        draft.code == 0 && draft.result()["pending"].is_string(),
        "{draft:?}"
    );
}

/// The document as another tool would write it: packages turned round, a member in another case, numbers with a fraction.
fn respelled(document: &mut Value) {
    let object = document.as_object_mut().unwrap();
    let visibility = object.remove("visibility").unwrap();
    object.insert("Visibility".to_owned(), visibility);
    let packages = object["applicationPackages"].as_array_mut().unwrap();
    assert!(packages.len() > 1);
    packages.reverse();
    let rollout = &mut object["packageDeliveryOptions"]["packageRollout"];
    let percentage = rollout["packageRolloutPercentage"].to_string();
    let other = match percentage.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => format!("{percentage}.0"),
    };
    rollout["packageRolloutPercentage"] = serde_json::from_str(&other).unwrap();
}

#[test]
fn another_spelling_is_the_document_that_was_approved() {
    let bench = Bench::new();
    let same = bench.edited(APP, |_| ());
    let before = hash(&bench, &[APP, "--json", &same]);
    let other = bench.edited(APP, respelled);
    let ended = bench.run(&["diff", APP, "--json", &other]);
    assert!(
        ended.code == 0 && ended.out.contains("No difference."),
        "{ended:?}"
    );
    assert_eq!(hash(&bench, &[APP, "--json", &other]), before);

    let note = |document: &mut Value| document["notesForCertification"] = "Tabs.".into();
    let approved = hash(&bench, &[APP, "--json", &bench.edited(APP, note)]);
    let json = bench.edited(APP, |document| {
        note(document);
        respelled(document);
    });
    let ended = bench.run(&[
        "publish", APP, "--json", &json, "--expect", &approved, "--wait", "none",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn members_that_differ_only_in_case_are_refused_before_a_draft_is_made() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| {
        let pricing = document["pricing"].clone();
        document["Pricing"] = pricing;
    });
    let ended = bench.run(&["publish", APP, "--json", &json, "--wait", "none"]);
    assert!(
        ended.code == 2 && ended.err.contains("\"Pricing\" stands twice"),
        "{ended:?}"
    );
    let shown = bench.run(&["show", APP]);
    assert!(shown.out.contains("pending    none"), "{shown:?}");
}

#[test]
fn what_was_approved_is_published_and_nothing_else() {
    let bench = Bench::new();
    let (json, zip) = (
        bench.file("notes-2.5.json"),
        bench.file("northwind-notes-2.5.zip"),
    );
    let (json, zip) = (json.to_str().unwrap(), zip.to_str().unwrap());
    let approved = hash(&bench, &[APP, "--json", json, "--zip", zip]);
    let publish = |json: &str, more: &[&str]| {
        bench.run(
            &[
                &[
                    "publish", APP, "--json", json, "--expect", &approved, "--output", "json",
                ],
                more,
            ]
            .concat(),
        )
    };
    let refusal = |ended: &Ended| {
        assert_refused(&bench, APP, ended);
        ended.result()["message"].as_str().unwrap().to_owned()
    };

    // The document.
    let mut other: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    other["notesForCertification"] = "slipped in".into();
    let path = bench.file("other.json");
    fs::write(&path, other.to_string()).unwrap();
    let said = refusal(&publish(path.to_str().unwrap(), &["--zip", zip]));
    assert!(
        said.contains("the document changed")
            && !said.contains("Store holds")
            && !said.contains("ZIP"),
        "{said}"
    );

    // The ZIP: its size and its time stay, one byte of its content does not.
    let good = fs::read(zip).unwrap();
    let time = fs::metadata(zip).unwrap().modified().unwrap();
    let at = good
        .windows(4)
        .position(|bytes| bytes == [b'P', b'K', 1, 2])
        .unwrap()
        - 1;
    let mut bad = good.clone();
    bad[at] ^= 1;
    fs::write(zip, bad).unwrap();
    fs::File::options()
        .append(true)
        .open(zip)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let said = refusal(&publish(json, &["--zip", zip]));
    assert!(
        said.contains("the ZIP changed") && !said.contains("document"),
        "{said}"
    );
    fs::write(zip, good).unwrap();

    // What the Store holds.
    let with_flag = bench.edited(APP, |document| {
        document["notesForCertification"] = "in between".into();
    });
    assert_eq!(bench.run(&["publish", APP, "--json", &with_flag]).code, 0);
    let said = refusal(&publish(json, &["--zip", zip]));
    assert!(
        said.contains("what the Store holds") && !said.contains("the document"),
        "{said}"
    );

    // A wrong text is wrong usage; the right hash of now goes through.
    assert_eq!(
        bench
            .run(&["publish", APP, "--json", json, "--expect", "abc"])
            .code,
        2
    );
    let now = hash(&bench, &[APP, "--json", json, "--zip", zip]);
    let ended = bench.run(&[
        "publish", APP, "--json", json, "--zip", zip, "--expect", &now,
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_draft_can_be_approved_and_kept() {
    let bench = Bench::new();
    let target = "addon:9NX0ADDONEX2";
    let icon = bench.file("notes-sync-icon.zip");
    let icon = icon.to_str().unwrap();
    let approved = hash(&bench, &[target, "--zip", icon]);
    let keep = [
        "publish",
        target,
        "--pending",
        "keep",
        "--zip",
        icon,
        "--expect",
        &approved,
    ];
    let ended = bench.run(&keep);
    assert_eq!(ended.code, 0, "{ended:?}");
    let again = bench.run(&keep);
    assert!(
        again.code == 3 && again.err.contains("what the Store holds"),
        "{again:?}"
    );
}

/// What is not certain can be allowed by the name of its rule, and a package that customers lose by `coverage`.
#[test]
fn an_uncertain_finding_and_lost_customers_each_need_their_own_yes() {
    let bench = Bench::new();
    let json = bench.file("notes-2.5.json");
    let json = json.to_str().unwrap();
    let packed = fs::File::open(bench.file("northwind-notes-2.5.zip")).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(bench.file("odd.zip")).unwrap());
    zip.merge_archive(zip::ZipArchive::new(packed).unwrap())
        .unwrap();
    zip.start_file("../up.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.finish().unwrap();
    let odd = bench.file("odd.zip");
    let publish = |json: &str, more: &[&str]| {
        let args = [
            "publish",
            APP,
            "--json",
            json,
            "--zip",
            odd.to_str().unwrap(),
            "--wait",
            "none",
        ];
        bench.run(&[&args, more].concat())
    };
    let refused = publish(json, &[]);
    assert!(
        refused.code == 3 && refused.err.contains("--allow finding:zip-path-unsafe"),
        "{refused:?}"
    );
    let certain = publish(json, &["--allow", "finding:file-missing"]);
    assert!(
        certain.code == 2 && certain.err.contains("for certain"),
        "{certain:?}"
    );
    let mut less: Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    for package in less["applicationPackages"].as_array_mut().unwrap() {
        if package["architecture"] == "ARM64" {
            package["fileStatus"] = "PendingDelete".into();
        }
    }
    let without_arm = bench.file("less.json");
    fs::write(&without_arm, less.to_string()).unwrap();
    let allowed = ["--allow", "finding:zip-path-unsafe"];
    let lost = publish(without_arm.to_str().unwrap(), &allowed);
    assert!(
        lost.code == 3 && lost.err.contains("ARM64") && lost.err.contains("--allow coverage"),
        "{lost:?}"
    );
    let done = publish(json, &allowed);
    assert!(
        done.code == 0 && done.err.contains("(allowed: finding:zip-path-unsafe)"),
        "{done:?}"
    );
}

/// What the Store may refuse is asked for, once by the name of its rule, and the journal keeps that it was allowed.
#[test]
fn what_may_be_refused_needs_its_yes_and_is_recorded() {
    let bench = Bench::new();
    let json = bench.edited(APP, |document| {
        document["notesForCertification"] = "Rings a bell: \u{7}".into();
    });
    let publish = |more: &[&str]| {
        let args = ["publish", APP, "--json", &json, "--wait", "none"];
        bench.run(&[&args, more].concat())
    };
    let refused = publish(&[]);
    assert!(
        refused.code == 3
            && refused.err.contains("may refuse")
            && refused.err.contains("--allow finding:control-characters"),
        "{refused:?}"
    );
    let done = publish(&["--allow", "finding:control-characters"]);
    assert!(
        done.code == 0 && done.err.contains("(allowed: finding:control-characters)"),
        "{done:?}"
    );
    let kept = fs::read_dir(bench.folder.path().join("home/data/runs")).unwrap();
    let is_recorded = |path: std::path::PathBuf| {
        fs::read_to_string(path).is_ok_and(|text| text.contains("finding:control-characters"))
    };
    assert!(
        kept.into_iter()
            .any(|file| is_recorded(file.unwrap().path()))
    );
}
