//! Edits of packages: what each changes, what it leaves, and what keeping the newest says and does.

use super::*;
use crate::family::Family;
use crate::json::{
    document::pretty,
    edit::{apply_to_text, apply_to_value},
};
use crate::packages::rows::{ZipPackage, ZipPackages, rows};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

fn package(id: &str, architecture: &str, version: &str, least: &str) -> Value {
    json!({"fileName": format!("{id}.msix"), "fileStatus": "Uploaded", "id": id, "version": version, "architecture": architecture,
        "targetDeviceFamilies": [format!("Windows.Desktop min version 10.0.{least}.0")], "minimumDirectXVersion": "None"})
}

fn live() -> Value {
    json!({"visibility": "Public", "applicationPackages": [
        package("1", "x64", "1.0.0.0", "17763"), package("2", "x64", "2.0.0.0", "19041"), package("3", "ARM64", "1.0.0.0", "17763")], "n": 25.0})
}

fn zip_packages(name: &str, version: &str) -> ZipPackages {
    let families = vec![Family::read("Windows.Desktop min version 10.0.17763.0").unwrap()];
    ZipPackages::from([(
        name.to_owned(),
        ZipPackage {
            version: version.into(),
            architectures: vec!["x64".into()],
            families,
            ..ZipPackage::default()
        },
    )])
}

fn read(document: &Value, zip_packages: &ZipPackages) -> Vec<PackageRow> {
    rows(Kind::App, document, Some(&live()), zip_packages)
}

fn done(document: &Value, edits: &[Edit]) -> Value {
    let mut changed = document.clone();
    apply_to_value(&mut changed, edits).unwrap();
    changed
}

fn statuses(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    document["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (text(&package["fileName"]), text(&package["fileStatus"])))
        .collect()
}

#[test]
fn marking_touches_one_leaf_and_its_undoing_every_byte() {
    let text = pretty(&live());
    let rows_before = read(&live(), &ZipPackages::new());
    let edits = toggle(Kind::App, &live(), &rows_before[1], None);
    assert_eq!(
        edits,
        [Edit::Set {
            pointer: "/applicationPackages/1/fileStatus".into(),
            value: "PendingDelete".into()
        }]
    );
    let marked = apply_to_text(&text, &edits).unwrap();
    let value: Value = serde_json::from_str(&marked).unwrap();
    let back = toggle(
        Kind::App,
        &value,
        &read(&value, &ZipPackages::new())[1],
        Some(&live()),
    );
    assert_eq!(apply_to_text(&marked, &back).unwrap(), text);
}

#[test]
fn a_removal_is_taken_back_to_the_state_that_the_server_had() {
    let mut server = live();
    server["applicationPackages"][0]["fileStatus"] = json!("None");
    let mut document = live();
    document["applicationPackages"][0]["fileStatus"] = json!("PendingDelete");
    let rows = read(&document, &ZipPackages::new());
    let value = |live: Option<&Value>| restore(Kind::App, &document, &rows[0], live);
    let set = |status: &str| {
        vec![Edit::Set {
            pointer: "/applicationPackages/0/fileStatus".into(),
            value: status.into(),
        }]
    };
    assert_eq!(
        (value(Some(&server)), value(None)),
        (set("None"), set("Uploaded"))
    );
}

#[test]
fn a_lost_entry_comes_back_whole() {
    let mut document = live();
    document["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .remove(1);
    let rows = read(&document, &ZipPackages::new());
    assert_eq!((rows.len(), rows[2].disposition), (3, Disposition::Missing));
    let edits = toggle(Kind::App, &document, &rows[2], Some(&live()));
    assert_eq!(
        done(&document, &edits)["applicationPackages"][2],
        live()["applicationPackages"][1]
    );
}

#[test]
fn add_and_replace() {
    let document = live();
    let rows = read(&document, &ZipPackages::new());
    let added = done(
        &document,
        &add(Kind::App, &document, &rows, " in\\new.msix ").unwrap(),
    );
    assert_eq!(
        added["applicationPackages"][3],
        json!({"fileName": "in/new.msix", "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None"})
    );
    let replaced = done(
        &document,
        &replace(Kind::App, &document, &rows, &rows[0], "new.msix").unwrap(),
    );
    assert_eq!(statuses(&replaced)[0].1, "PendingDelete");
    assert_eq!(
        statuses(&replaced)[3],
        ("new.msix".to_owned(), "PendingUpload".to_owned())
    );
    let rows = read(&added, &ZipPackages::new());
    let renamed = replace(Kind::App, &added, &rows, &rows[3], "newer.msix").unwrap();
    assert_eq!(
        renamed,
        [Edit::Set {
            pointer: "/applicationPackages/3/fileName".into(),
            value: "newer.msix".into()
        }]
    );
    assert!(is_reused(&rows, "1.MSIX") && !is_reused(&rows, "new.msix"));
    let off = remove(&added, &rows[3]);
    assert_eq!(pretty(&done(&added, &off)), pretty(&document));
}

#[rstest]
#[case("", PackageChangeError::Nameless)]
#[case("../x.msix", PackageChangeError::Unsafe("../x.msix".into()))]
#[case("x.zip", PackageChangeError::NoPackage("x.zip".into()))]
#[case("IN\\NEW.msix", PackageChangeError::Named("in/new.msix".into()))]
fn names_that_cannot_be_taken(#[case] name: &str, #[case] refusal: PackageChangeError) {
    let document = live();
    let document = done(
        &document,
        &add(
            Kind::App,
            &document,
            &read(&document, &ZipPackages::new()),
            "in/new.msix",
        )
        .unwrap(),
    );
    assert_eq!(
        add(
            Kind::App,
            &document,
            &read(&document, &ZipPackages::new()),
            name
        ),
        Err(refusal)
    );
}

#[test]
fn a_first_package_makes_the_list_and_an_add_on_has_none() {
    let edits = add(Kind::Flight, &json!({}), &[], "a.msix").unwrap();
    assert_eq!(
        done(&json!({}), &edits)["flightPackages"][0]["fileName"],
        "a.msix"
    );
    assert_eq!(
        add(Kind::AddOn, &json!({}), &[], "a.msix"),
        Err(PackageChangeError::AddOn)
    );
}

#[test]
fn the_newest_stays_and_who_loses_is_named() {
    let document = live();
    let plan = keep_newest(
        Kind::App,
        &document,
        &read(&document, &ZipPackages::new()),
        1,
        false,
    );
    let groups: Vec<_> = plan
        .groups
        .iter()
        .map(|group| {
            (
                group.name.as_str(),
                group.kept.as_slice(),
                group.going.as_slice(),
            )
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("x64 · Desktop", [1].as_slice(), [0].as_slice()),
            ("ARM64 · Desktop", [2].as_slice(), [].as_slice())
        ]
    );
    assert_eq!(
        plan.edits,
        [Edit::Set {
            pointer: "/applicationPackages/0/fileStatus".into(),
            value: "PendingDelete".into()
        }]
    );
    let [leaving] = plan.leaving.as_slice() else {
        panic!("{plan:?}")
    };
    // The newer one wants a newer Windows: the customers in between have nothing.
    assert_eq!(
        leaving.served[0].customers.to_string(),
        "x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0"
    );
    assert!(leaving.loses());
    assert_eq!(
        keep_newest(
            Kind::App,
            &document,
            &read(&document, &ZipPackages::new()),
            2,
            false
        )
        .edits,
        []
    );
    // Who spares keeps the older one for them.
    let sparing = keep_newest(
        Kind::App,
        &document,
        &read(&document, &ZipPackages::new()),
        1,
        true,
    );
    assert_eq!(
        (
            sparing.spared.as_slice(),
            sparing.edits.len(),
            sparing.groups[0].kept.as_slice()
        ),
        ([0].as_slice(), 0, [1, 0].as_slice())
    );
}

#[test]
fn a_new_package_takes_the_customers_of_the_old_ones() {
    let document = live();
    let zip_packages = zip_packages("new.msix", "3.0.0.0");
    let document = done(
        &document,
        &add(
            Kind::App,
            &document,
            &read(&document, &zip_packages),
            "new.msix",
        )
        .unwrap(),
    );
    let plan = keep_newest(
        Kind::App,
        &document,
        &read(&document, &zip_packages),
        1,
        false,
    );
    let going: Vec<_> = plan.leaving.iter().map(|leaving| leaving.row).collect();
    assert_eq!(
        (going, plan.leaving.iter().any(Leaving::loses)),
        (vec![0, 1], false)
    );
    let instead = plan.leaving[0].served[0].instead.as_ref().unwrap();
    assert_eq!(
        (
            instead.file_name.as_str(),
            instead.version.unwrap().to_string()
        ),
        ("new.msix", "3.0.0.0".to_owned())
    );
}

#[test]
fn what_nobody_knows_is_never_removed_and_never_counts() {
    let document = live();
    let document = done(
        &document,
        &add(
            Kind::App,
            &document,
            &read(&document, &ZipPackages::new()),
            "App_9.0.0.0_x64.msix",
        )
        .unwrap(),
    );
    let plan = keep_newest(
        Kind::App,
        &document,
        &read(&document, &ZipPackages::new()),
        1,
        false,
    );
    assert_eq!(
        (
            plan.unknown.as_slice(),
            plan.leaving
                .iter()
                .map(|leaving| leaving.row)
                .collect::<Vec<_>>()
        ),
        ([3].as_slice(), vec![0])
    );
}

#[test]
fn several_new_ones_leave_without_touching_others() {
    let mut document = live();
    let mut zip_packages = ZipPackages::new();
    for (name, version) in [
        ("a.msix", "3.0.0.0"),
        ("b.msix", "4.0.0.0"),
        ("c.msix", "3.5.0.0"),
    ] {
        zip_packages.extend(self::zip_packages(name, version));
        document = done(
            &document,
            &add(Kind::App, &document, &read(&document, &zip_packages), name).unwrap(),
        );
    }
    let plan = keep_newest(
        Kind::App,
        &document,
        &read(&document, &zip_packages),
        1,
        false,
    );
    let after = statuses(&done(&document, &plan.edits));
    assert_eq!(
        after
            .iter()
            .map(|(name, status)| (name.as_str(), status.as_str()))
            .collect::<Vec<_>>(),
        [
            ("1.msix", "PendingDelete"),
            ("2.msix", "PendingDelete"),
            ("3.msix", "Uploaded"),
            ("b.msix", "PendingUpload")
        ]
    );
}

fn any_package() -> impl Strategy<Value = Value> {
    let text = |values: &'static [&'static str]| prop::sample::select(values);
    (text(&["x64", "x86", "ARM64", "arm64", "Neutral", ""]), text(&["1.0.0.0", "1.2.0.0", "2.0.0.0", "1.10.0.0", "odd"]),
        text(&["Windows.Desktop min version 10.0.17763.0", "Windows.Desktop min version 10.0.19041.0", "Windows.Universal min version 10.0.0.0", "None"]),
        text(&["Uploaded", "PendingDelete", "PendingUpload", "None", "Strange"]))
        .prop_map(|(architecture, version, family, status)| json!({"fileName": "p.msix", "fileStatus": status, "version": version, "architecture": architecture, "targetDeviceFamilies": [family]}))
}

fn any_document() -> impl Strategy<Value = Value> {
    prop::collection::vec(any_package(), 0..30).prop_map(|mut packages| {
        for (index, package) in packages.iter_mut().enumerate() {
            package["id"] = if package["fileStatus"] == "PendingUpload" {
                Value::Null
            } else {
                json!(index.to_string())
            };
            package["fileName"] = json!(format!("{index}.msix"));
        }
        json!({"visibility": "Public", "applicationPackages": packages, "rest": {"n": 25.0}})
    })
}

/// Everything but the state of packages, and but the new packages.
fn bare(document: &Value) -> Value {
    let mut bare = document.clone();
    bare["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .retain(|package| package["fileStatus"] != "PendingUpload");
    for package in bare["applicationPackages"].as_array_mut().unwrap() {
        package["fileStatus"] = Value::Null;
    }
    bare
}

proptest! {
    /// What is newest of its group stays, each group keeps as many as asked for, nothing else of the document changes.
    #[test]
    fn keeping_the_newest_never_removes_a_newest(document in any_document(), most in 1usize..4) {
        let before = rows(Kind::App, &document, None, &ZipPackages::new());
        let plan = keep_newest(Kind::App, &document, &before, most, false);
        let after_document = done(&document, &plan.edits);
        prop_assert_eq!(bare(&after_document), bare(&document));
        let after = rows(Kind::App, &after_document, None, &ZipPackages::new());
        for row in before.iter().filter(|row| row.disposition.stays() && row.is_known()) {
            let group = group_name(Kind::App, row).to_lowercase();
            let members = |rows: &[PackageRow]| -> Vec<PackageRow> {
                rows.iter().filter(|other| other.disposition.stays() && other.is_known() && group_name(Kind::App, other).to_lowercase() == group).cloned().collect()
            };
            let (old, new) = (members(&before), members(&after));
            prop_assert_eq!(new.len(), old.len().min(most));
            prop_assert_eq!(new.iter().map(|row| row.version).max(), old.iter().map(|row| row.version).max());
        }
        let unknown = |rows: &[PackageRow]| rows.iter().filter(|row| row.disposition.stays() && !row.is_known()).count();
        prop_assert_eq!(unknown(&after), unknown(&before));
        // Once is enough.
        prop_assert_eq!(keep_newest(Kind::App, &after_document, &after, most, false).edits, vec![]);
    }

    /// Who spares leaves nobody without, and keeps at least what keeping the newest keeps.
    #[test]
    fn sparing_leaves_nobody_without(document in any_document(), most in 1usize..3) {
        let before = rows(Kind::App, &document, None, &ZipPackages::new());
        let strict = keep_newest(Kind::App, &document, &before, most, false);
        let sparing = keep_newest(Kind::App, &document, &before, most, true);
        prop_assert_eq!(strict.edits.len(), sparing.edits.len() + sparing.spared.len());
        for leaving in sparing.leaving.iter().filter(|leaving| !leaving.is_marked) {
            let offered = |index: usize| before.get(index).is_some_and(|row| row.disposition.stays());
            let remains = |index: usize| offered(index) && !sparing.leaving.iter().any(|other| other.row == index);
            let served = served(Kind::App, &before, leaving.row, &offered, &remains);
            prop_assert!(served.iter().all(|served| served.instead.is_some()), "{:?}", served);
        }
    }

    /// Marking and taking back is nothing, in the text's very bytes; marking alone touches one leaf of the packages.
    #[test]
    fn taking_back_is_marking_undone(document in any_document(), pick in any::<prop::sample::Index>()) {
        let before = rows(Kind::App, &document, None, &ZipPackages::new());
        let kept: Vec<_> = before.iter().filter(|row| row.disposition == Disposition::Kept).collect();
        prop_assume!(!kept.is_empty());
        let row = pick.get(&kept);
        let text = pretty(&document);
        let edits = toggle(Kind::App, &document, row, Some(&document));
        prop_assert!(edits.iter().all(|edit| edit.pointer().starts_with("/applicationPackages/") && edit.pointer().ends_with("/fileStatus")));
        let marked = apply_to_text(&text, &edits).unwrap();
        let value: Value = serde_json::from_str(&marked).unwrap();
        let again = rows(Kind::App, &value, None, &ZipPackages::new());
        let again = again.iter().find(|other| other.key() == row.key()).unwrap();
        prop_assert_eq!(again.disposition, Disposition::Going);
        prop_assert_eq!(apply_to_text(&marked, &toggle(Kind::App, &value, again, Some(&document))).unwrap(), text);
    }
}
