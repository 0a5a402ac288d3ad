//! Products: listed, made, deleted, rolled out, and those that the API does not know.

use crate::bench::{ADD_ON, APP, Bench, CREATE_FLIGHT, Ended};
use store_sim::SimOptions;

#[test]
fn five_thousand_apps_are_listed_completely() {
    let bench = Bench::with(SimOptions {
        apps: Some(5000),
        ..SimOptions::default()
    });
    let ended = bench.run(&["list", "--output", "json"]);
    assert_eq!(ended.code, 0);
    let ids: std::collections::HashSet<_> = ended
        .lines()
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 5000);
    assert!(
        bench.state()["requests"]
            .as_u64()
            .is_some_and(|requests| requests <= 52),
        "{}",
        bench.state()["requests"]
    );
}

#[test]
fn unknown_targets_portal_drafts_and_unsupported_products_are_explained() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["status", "app:9NX0NOSUCHID"]).code, 5);
    assert_eq!(bench.run(&["status", "nonsense"]).code, 2);
    let unsupported = bench.run(&["status", "app:9NROOMS5BOOK"]);
    assert!(
        unsupported.code == 5 && unsupported.err.contains("Partner Center"),
        "{unsupported:?}"
    );
    let portal = bench.run(&["publish", "app:9N8PUZZL3G4M", "--pending", "replace"]);
    assert!(
        portal.code == 3 && portal.err.contains("https://partner.microsoft.com/"),
        "{portal:?}"
    );
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

    let made = bench.run(&[&CREATE_FLIGHT[..], &["--output", "json"]].concat());
    assert_eq!(made.code, 0, "{made:?}");
    let target = made.result()["target"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(&["delete", &target, "--yes"]).code, 0);
    // What somebody owns is not deleted by a mere yes.
    let owned = bench.run(&["delete", ADD_ON, "--yes"]);
    assert!(
        owned.code == 3 && owned.err.contains("northwind.notes.pro"),
        "{owned:?}"
    );
    assert_eq!(bench.run(&["delete", APP, "--yes"]).code, 3);
}

#[test]
fn a_rollout_is_looked_at_moved_and_ended_on_purpose() {
    let bench = Bench::new();
    let target = "app:9NX0EXAMPLE2";
    let rollout =
        |args: &[&str]| bench.run(&[&["rollout", target, "--output", "json"], args].concat());
    let status = |ended: &Ended| {
        ended.result()["packageRolloutStatus"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let before = rollout(&[]);
    assert_eq!(
        (
            before.result()["packageRolloutPercentage"].as_f64(),
            status(&before).as_str()
        ),
        (Some(5.0), "PackageRolloutInProgress")
    );
    assert_eq!(
        rollout(&["set", "25"]).result()["packageRolloutPercentage"],
        25.0
    );
    assert_eq!(rollout(&["set", "101"]).code, 1);
    let unasked = rollout(&["halt"]);
    assert!(
        unasked.code == 3 && unasked.err.contains("--yes"),
        "{unasked:?}"
    );
    assert_eq!(
        rollout(&["get"]).result()["packageRolloutPercentage"],
        25.0,
        "nothing was halted"
    );
    assert_eq!(
        status(&rollout(&["finalize", "--yes"])),
        "PackageRolloutComplete"
    );
    assert_eq!(rollout(&["halt", "--yes"]).code, 5, "it has ended");
    let whole = bench.run(&["rollout", APP]);
    assert!(
        whole.code == 0 && whole.out.contains("all customers"),
        "{whole:?}"
    );
    assert_eq!(bench.run(&["rollout", ADD_ON]).code, 1);
}
