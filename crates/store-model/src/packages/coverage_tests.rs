//! Who gets which package, as tables of packages and the marks they get.

use super::*;
use crate::packages::rows::{ZipPackages, rows};
use rstest::rstest;
use serde_json::{Value, json};

/// `file architecture version family@least,family status`
fn packages(lines: &[&str]) -> Value {
    let list: Vec<Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let [name, architecture, version, families, status] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let families: Vec<String> = families
                .split(',')
                .filter(|family| *family != "-")
                .map(|family| match family.split_once('@') {
                    Some((name, least)) => format!("Windows.{name} min version 10.0.{least}.0"),
                    None => format!("Windows.{family}"),
                })
                .collect();
            json!({"fileName": name, "fileStatus": status, "id": index.to_string(), "version": version,
                "architecture": architecture, "targetDeviceFamilies": families})
        })
        .collect();
    json!({ "applicationPackages": list })
}

fn read(lines: &[&str]) -> Vec<PackageRow> {
    rows(Kind::App, &packages(lines), None, &ZipPackages::new())
}

fn who(lines: &[&str], index: usize) -> Vec<String> {
    customers(Kind::App, &read(lines), index)
        .iter()
        .map(ToString::to_string)
        .collect()
}

const OLD: &str = "old x64 1.0.0.0 Desktop@17763 Uploaded";

#[rstest]
#[case::alone(&[OLD], 0, &["x64 · Desktop from 10.0.17763.0"])]
#[case::newer_for_newer_windows(&[OLD, "new x64 2.0.0.0 Desktop@19041 Uploaded"], 0, &["x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0"])]
#[case::newer_for_all(&[OLD, "new x64 2.0.0.0 Desktop@17763 Uploaded"], 0, &[])]
#[case::going_counts_no_more(&[OLD, "new x64 2.0.0.0 Desktop@17763 PendingDelete"], 0, &["x64 · Desktop from 10.0.17763.0"])]
#[case::thirty_two_bits_run_on_sixty_four(&["a x86 1.0.0.0 Desktop@17763 Uploaded"], 0, &["x64, x86 · Desktop from 10.0.17763.0"])]
#[case::at_equal_versions_the_own_architecture(&["a x86 1.0.0.0 Desktop@17763 Uploaded", OLD], 0, &["x86 · Desktop from 10.0.17763.0"])]
#[case::a_newer_x86_takes_x64(&["a x86 1.5.0.0 Desktop@17763 Uploaded", OLD], 1, &[])]
#[case::neutral_is_for_the_rest(&["n Neutral 1.0.0.0 Desktop@17763 Uploaded", "a x64 2.0.0.0 Desktop@17763 Uploaded"], 0, &["any processor · Desktop from 10.0.17763.0"])]
#[case::universal_is_every_family(&["u x64 1.0.0.0 Universal@10240 Uploaded", "d x64 2.0.0.0 Desktop@17763 Uploaded"], 0,
    &["x64 · Desktop from 10.0.10240.0 to before 10.0.17763.0", "x64 · every family from 10.0.10240.0"])]
#[case::other_family_is_no_rival(&[OLD, "x x64 2.0.0.0 Xbox@17763 Uploaded"], 0, &["x64 · Desktop from 10.0.17763.0"])]
#[case::arm(&["a ARM 1.0.0.0 Desktop@17763 Uploaded"], 0, &["ARM64, ARM · Desktop from 10.0.17763.0"])]
#[case::no_family(&["a x64 1.0.0.0 - Uploaded"], 0, &["x64"])]
fn the_highest_version_that_fits_wins(
    #[case] lines: &[&str],
    #[case] index: usize,
    #[case] expected: &[&str],
) {
    assert_eq!(who(lines, index), expected);
}

#[test]
fn a_removal_says_who_gets_what_instead() {
    let rows = read(&[
        "gone x86 1.0.0.0 Desktop@10240 PendingDelete",
        "mid x64 1.5.0.0 Desktop@17763 Uploaded",
        "new x86 2.0.0.0 Desktop@19041 Uploaded",
    ]);
    let (before, after) = (|_| true, |index| index != 0);
    let said: Vec<_> = served(Kind::App, &rows, 0, &before, &after)
        .into_iter()
        .map(|served| {
            (
                served.customers.to_string(),
                served.instead.map(|instead| instead.file_name),
            )
        })
        .collect();
    // On x64 only the oldest Windows had it.
    assert_eq!(
        said,
        [
            (
                "x64 · Desktop from 10.0.10240.0 to before 10.0.17763.0".to_owned(),
                None
            ),
            (
                "x86 · Desktop from 10.0.10240.0 to before 10.0.19041.0".to_owned(),
                None
            ),
        ]
    );
}

#[test]
fn flights_are_told_apart_by_architecture_alone() {
    let list = json!({"flightPackages": [
        {"fileName": "a", "fileStatus": "Uploaded", "id": "1", "version": "1.0.0.0", "architecture": "x64"},
        {"fileName": "b", "fileStatus": "Uploaded", "id": "2", "version": "1.1.0.0", "architecture": "x64", "targetDeviceFamilies": ["Windows.Xbox min version 10.0.1.0"]}]});
    let rows = rows(Kind::Flight, &list, None, &ZipPackages::new());
    assert_eq!(customers(Kind::Flight, &rows, 0), []);
    assert_eq!(
        customers(Kind::Flight, &rows, 1)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["x64"]
    );
}

#[rstest]
#[case(&[OLD, "b x64 1.0.0.0 Desktop@17763 Uploaded"], 0, vec![PackageMark::Twice { other: "b".into() }])]
#[case(&[OLD, "b X64 1.0.0.0 Xbox@17763 Uploaded"], 0, vec![PackageMark::Twice { other: "b".into() }])]
#[case(&[OLD, "b x64 1.0.0.0 Desktop@17763 PendingDelete"], 0, vec![])]
#[case(&[OLD, "b x64 2.0.0.0 Desktop@17763 Uploaded"], 0, vec![PackageMark::Superseded { by: "b".into(), version: Version([2, 0, 0, 0]) }])]
#[case(&[OLD, "b x64 2.0.0.0 Desktop@19041 Uploaded"], 0, vec![])]
#[case(&[OLD, "b x64 2.0.0.0 Desktop@17763 Uploaded"], 1, vec![])]
fn what_is_said_of_one(
    #[case] lines: &[&str],
    #[case] index: usize,
    #[case] expected: Vec<PackageMark>,
) {
    assert_eq!(marks(Kind::App, &read(lines))[index], expected);
}

#[test]
fn names_and_gaps_are_marked() {
    let live = packages(&[OLD, "lost x64 0.9.0.0 Desktop@17763 Uploaded"]);
    let mut draft = packages(&[OLD]);
    draft["applicationPackages"]
        .as_array_mut()
        .unwrap()
        .push(json!({"fileName": "Old", "fileStatus": "PendingUpload"}));
    let rows = rows(Kind::App, &draft, Some(&live), &ZipPackages::new());
    assert_eq!(
        marks(Kind::App, &rows),
        [
            vec![],
            vec![PackageMark::SameName, PackageMark::Unknown],
            vec![PackageMark::Missing]
        ]
    );
}
