//! The table against the schemas, in both directions; and for each decision an input that raises it beside the nearest one that
//! does not.

use super::{
    judge::{Felt, RiskRow},
    table::TABLE,
    *,
};
use crate::{
    examples,
    json::pointer::{names, remove, set},
    rules::schema::{resource, schema},
};
use serde_json::json;
use std::collections::BTreeSet;

const KINDS: [Kind; 3] = [Kind::App, Kind::AddOn, Kind::Flight];

pub(super) fn found(kind: Kind, base: &Value, sent: &Value) -> Vec<Risk> {
    risks(kind, Some(base), sent, &ZipPackages::new())
}

/// The places of a schema that hold values, `*` for any element or member.
fn leaves(kind: Kind, node: &Value, path: &str, found: &mut Vec<String>) {
    let mut chain = vec![node];
    while let Some(reference) = chain.last().and_then(|node| node.get("$ref")?.as_str()) {
        let (file, fragment) = reference.split_once('#').unwrap();
        let root = if file.is_empty() {
            // A reference inside of the shared file is written with the file's name.
            schema(kind)
        } else {
            resource(file).unwrap()
        };
        chain.push(root.pointer(fragment).unwrap());
    }
    let before = found.len();
    let mut seen = BTreeSet::new();
    for node in chain {
        for (name, inner) in node
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if seen.insert(name.clone()) {
                leaves(kind, inner, &format!("{path}/{name}"), found);
            }
        }
        for keyword in ["items", "additionalProperties"] {
            let inner = node.get(keyword).filter(|inner| inner.is_object());
            if let Some(inner) = inner.filter(|_| seen.insert("*".to_owned())) {
                leaves(kind, inner, &format!("{path}/*"), found);
            }
        }
    }
    if found.len() == before {
        found.push(path.to_owned());
    }
}

/// The row that decides about a place: the one that names most of it.
fn decision(kind: Kind, path: &str) -> Option<&'static RiskRow> {
    let names = names(path);
    let covers = |row: &&RiskRow| {
        let wanted: Vec<_> = row.path.split('/').skip(1).collect();
        wanted.len() <= names.len()
            && wanted
                .iter()
                .zip(&names)
                .all(|(wanted, name)| *wanted == "*" || wanted == name)
    };
    let rows = TABLE.iter().filter(|row| row.is_for(kind)).filter(covers);
    rows.max_by_key(|row| {
        let exact = row.path.split('/').filter(|name| *name != "*").count();
        (row.path.split('/').count(), exact)
    })
}

#[test]
fn every_field_has_a_decision_and_every_decision_a_field() {
    for kind in KINDS {
        let mut fields = Vec::new();
        leaves(kind, schema(kind), "", &mut fields);
        assert!(fields.len() > 15, "{fields:?}");
        let mut used = BTreeSet::new();
        for field in &fields {
            let row = decision(kind, field);
            assert!(row.is_some(), "{field} of the {} is undecided", kind.word());
            used.insert(row.unwrap().path);
        }
        // A decision may be about a whole list or map.
        let of = |row: &RiskRow| decision(kind, row.path).is_some_and(|same| same.path == row.path);
        let holds = |row: &RiskRow| {
            let count = row.path.split('/').count();
            let holder =
                |field: &String| field.split('/').take(count).collect::<Vec<_>>().join("/");
            fields.iter().any(|field| holder(field) == row.path)
        };
        for row in TABLE.iter().filter(|row| row.is_for(kind)) {
            assert!(
                (of(row) && holds(row)) || used.contains(row.path),
                "{} is no field of the {}",
                row.path,
                kind.word()
            );
            if let Felt::No(why) = row.felt {
                assert!(!why.is_empty(), "{}", row.path);
            }
        }
    }
}

/// What is on the server, what raises a risk there, and the nearest that does not; `null` takes the member out.
struct Example {
    kind: Kind,
    row: &'static str,
    at: &'static str,
    base: Value,
    raises: Value,
    risk: RiskKind,
    harmless: Value,
}

macro_rules! examples {
    ($($kind:ident $row:literal $at:literal $base:tt => $risk:ident $raises:tt, not $harmless:tt;)+) => {
        vec![$(Example {
            kind: Kind::$kind,
            row: $row,
            at: $at,
            base: json!($base),
            raises: json!($raises),
            risk: RiskKind::$risk,
            harmless: json!($harmless),
        }),+]
    };
}

const X86: &str = "2000000000071000009";

pub(super) fn package(status: &str, architecture: &str) -> Value {
    json!({"fileName": format!("{architecture}.msix"), "fileStatus": status, "id": format!("{X86}{architecture}"), "version": "3.0.0.0",
        "architecture": architecture, "minimumDirectXVersion": "None", "minimumSystemRam": "None"})
}

pub(super) fn two(status: &str) -> Value {
    json!([package("Uploaded", "x64"), package(status, "x86")])
}

fn all_examples() -> Vec<Example> {
    let game = |genres: &[&str], most: u32, is_on: bool| {
        json!([{"genres": genres, "isLocalMultiplayer": is_on, "isLocalCooperative": is_on, "isOnlineMultiplayer": is_on,
            "isOnlineCooperative": is_on, "isCrossPlayEnabled": is_on, "localMultiplayerMaxPlayers": most}])
    };
    let (one, other) = (
        game(&["Games_Word"], 4, true),
        game(&["Games_Word"], 4, true),
    );
    let mut all = examples! {
        App "/pricing/priceId" "/pricing/priceId" "Tier1020" => BecomesFree "Free", not "Tier1020";
        AddOn "/pricing/priceId" "/pricing/priceId" "Free" => Price "Tier1020", not "Free";
        AddOn "/pricing/priceId" "/pricing/priceId" "Tier1020" => Price null, not "Tier1020";
        AddOn "/pricing/priceId" "/pricing/priceId" "Tier1020" => Price "Base", not "Tier1020";
        App "/pricing/marketSpecificPricings" "/pricing/marketSpecificPricings" {"BR": "Tier1015"} => Price {}, not {"br": "Tier1015"};
        App "/pricing/marketSpecificPricings" "/pricing/marketSpecificPricings" {} => Visibility {"BR": "NotAvailable"}, not {"BR": "Base"};
        AddOn "/pricing/marketSpecificPricings" "/pricing/marketSpecificPricings" {"BR": "NotAvailable"} => Visibility null, not {"BR": "NotAvailable"};
        App "/pricing/trialPeriod" "/pricing/trialPeriod" "ThirtyDays" => Price null, not "ThirtyDays";
        App "/pricing/trialPeriod" "/pricing/trialPeriod" "ThirtyDays" => Price "NoFreeTrial", not "ThirtyDays";
        App "/pricing/trialPeriod" "/pricing/trialPeriod" "NoFreeTrial" => BecomesFree "TrialNeverExpires", not null;
        App "/hasExternalInAppProducts" "/hasExternalInAppProducts" false => Features true, not null;
        App "/visibility" "/visibility" "Public" => Visibility "Hidden", not "Public";
        AddOn "/visibility" "/visibility" "Public" => Visibility null, not "Public";
        App "/visibility" "/visibility" null => Visibility "Public", not "";
        App "/applicationCategory" "/applicationCategory" "Productivity" => Visibility "Business", not "Productivity";
        App "/applicationCategory" "/applicationCategory" "Productivity" => Visibility null, not "Productivity";
        App "/listings" "/listings/de-de" {"baseListing": {"description": "x"}} => Languages null, not {"baseListing": {"description": "y"}};
        AddOn "/listings" "/listings/de-de" {"title": "x"} => Languages {}, not {"title": "y"};
        App "/allowTargetFutureDeviceFamilies/*" "/allowTargetFutureDeviceFamilies/Desktop" true => Coverage false, not true;
        App "/allowTargetFutureDeviceFamilies/*" "/allowTargetFutureDeviceFamilies/Xbox" true => Coverage null, not true;
        App "/allowTargetFutureDeviceFamilies/*" "/allowTargetFutureDeviceFamilies/Team" null => Coverage true, not false;
        App "/allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies" "/allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies" false => Coverage true, not null;
        App "/hardwarePreferences" "/hardwarePreferences" ["Touch", "Mouse"] => Requirements ["Touch"], not ["Mouse", "Touch"];
        App "/hardwarePreferences" "/hardwarePreferences" ["Touch"] => Requirements null, not ["Touch"];
        App "/listings/*/baseListing/minimumHardware" "/listings/en-us/baseListing/minimumHardware" ["8 GB"] => Requirements ["16 GB"], not ["8 GB"];
        App "/targetPublishMode" "/targetPublishMode" "Manual" => Schedule "Immediate", not "Manual";
        AddOn "/targetPublishMode" "/targetPublishMode" "Manual" => Schedule null, not "Manual";
        Flight "/targetPublishMode" "/targetPublishMode" "Manual" => Schedule "SpecificDate", not "Manual";
        Flight "/targetPublishMode" "/targetPublishMode" "SpecificDate" => Schedule "Immediate", not "Manual";
        AddOn "/targetPublishMode" "/targetPublishDate" "2026-05-02T06:00:00Z" => Schedule "2026-05-01T06:00:00Z", not "2026-05-02T08:00:00+02:00";
        App "/packageDeliveryOptions/packageRollout/isPackageRollout" "/packageDeliveryOptions/packageRollout" {"isPackageRollout": false} => Rollout {"isPackageRollout": true}, not null;
        Flight "/packageDeliveryOptions/packageRollout/isPackageRollout" "/packageDeliveryOptions" {"packageRollout": null} => Rollout {"packageRollout": {"isPackageRollout": true}}, not {"isMandatoryUpdate": false};
        App "/packageDeliveryOptions/isMandatoryUpdate" "/packageDeliveryOptions/isMandatoryUpdate" false => Rollout true, not null;
        App "/isSeekEnabled" "/isSeekEnabled" false => Rollout true, not null;
        App "/enterpriseLicensing" "/enterpriseLicensing" "None" => Licensing "Online", not "None";
        App "/enterpriseLicensing" "/enterpriseLicensing" "Online" => Licensing null, not "Online";
        App "/listings/*/baseListing/licenseTerms" "/listings/en-us/baseListing/licenseTerms" "Mine." => Licensing "", not "Mine, and yours.";
        AddOn "/lifetime" "/lifetime" "OneYear" => Lifetime "Forever", not "OneYear";
        AddOn "/lifetime" "/lifetime" "OneYear" => Lifetime null, not "OneYear";
        AddOn "/contentType" "/contentType" "OnlineDownload" => Features "Asp", not "OnlineDownload";
        AddOn "/keywords" "/keywords" ["pro"] => Features [], not ["pro", "plus"];
        AddOn "/tag" "/tag" "a" => Features "", not "b";
        App "/automaticBackupEnabled" "/automaticBackupEnabled" true => Features null, not true;
        App "/canInstallOnRemovableMedia" "/canInstallOnRemovableMedia" true => Features false, not true;
        App "/isGameDvrEnabled" "/isGameDvrEnabled" true => Features null, not true;
        App "/meetAccessibilityGuidelines" "/meetAccessibilityGuidelines" true => Features false, not true;
        App "/gamingOptions/*/isBroadcastingPrivilegeGranted" "/gamingOptions/0/isBroadcastingPrivilegeGranted" true => Features false, not true;
        App "/gamingOptions/*/kinectDataForExternal" "/gamingOptions/0/kinectDataForExternal" "Disabled" => Features "Enabled", not "Disabled";
        App "/gamingOptions/*/localMultiplayerMinPlayers" "/gamingOptions/0/localMultiplayerMinPlayers" 2 => Features 3, not 2.0;
        App "/gamingOptions/*/localMultiplayerMaxPlayers" "/gamingOptions/0/localMultiplayerMaxPlayers" 8 => Features null, not 8;
        App "/gamingOptions/*/localCooperativeMinPlayers" "/gamingOptions/0/localCooperativeMinPlayers" 2 => Features 4, not 2;
        App "/gamingOptions/*/localCooperativeMaxPlayers" "/gamingOptions/0/localCooperativeMaxPlayers" 8 => Features 4, not 8;
        App "/gamingOptions/*/genres" "/gamingOptions/0/genres" ["Games_Word", "Games_Music"] => Visibility ["Games_Word"], not ["Games_Music", "Games_Word"];
        App "/gamingOptions/*/isLocalMultiplayer" "/gamingOptions/0/isLocalMultiplayer" true => Features false, not true;
        App "/gamingOptions/*/isLocalCooperative" "/gamingOptions/0/isLocalCooperative" true => Features null, not true;
        App "/gamingOptions/*/isOnlineMultiplayer" "/gamingOptions/0/isOnlineMultiplayer" true => Features false, not true;
        App "/gamingOptions/*/isOnlineCooperative" "/gamingOptions/0/isOnlineCooperative" true => Features false, not true;
        App "/gamingOptions/*/isCrossPlayEnabled" "/gamingOptions/0/isCrossPlayEnabled" true => Features false, not true;
    };
    let mut add = |kind, row, at, base: Value, raises: Value, risk, harmless: Value| {
        all.push(Example {
            kind,
            row,
            at,
            base,
            raises,
            risk,
            harmless,
        });
    };
    add(
        Kind::App,
        "/gamingOptions/*/genres",
        "/gamingOptions",
        one,
        json!(null),
        RiskKind::Visibility,
        other,
    );
    for (kind, field) in [
        (Kind::App, "/applicationPackages"),
        (Kind::Flight, "/flightPackages"),
    ] {
        let gone = json!([
            package("PendingDelete", "x64"),
            package("PendingDelete", "x86")
        ]);
        add(
            kind,
            field,
            field,
            two("Uploaded"),
            two("PendingDelete"),
            RiskKind::Coverage,
            two("Uploaded"),
        );
        add(
            kind,
            field,
            field,
            two("Uploaded"),
            gone,
            RiskKind::Coverage,
            two("Uploaded"),
        );
        for name in ["minimumDirectXVersion", "minimumSystemRam"] {
            let mut asks = two("Uploaded");
            asks[0][name] = json!("Much");
            let row = if kind == Kind::App {
                "/applicationPackages/*/minimumDirectXVersion"
            } else {
                "/flightPackages/*/minimumDirectXVersion"
            };
            let mut empty = two("Uploaded");
            empty[0][name] = json!(null);
            add(
                kind,
                row,
                field,
                two("Uploaded"),
                asks,
                RiskKind::Requirements,
                empty,
            );
        }
    }
    all
}

#[test]
fn every_decision_has_what_raises_it_and_what_just_does_not() {
    let all = all_examples();
    for row in TABLE {
        for kind in KINDS.into_iter().filter(|kind| row.is_for(*kind)) {
            // A decision that several kinds share is shown with one of them.
            assert!(
                matches!(row.felt, Felt::No(_))
                    || all.iter().any(|example| example.row == row.path),
                "{} of the {} has no example",
                row.path,
                kind.word()
            );
        }
    }
    for Example {
        kind,
        row,
        at,
        base,
        raises,
        risk,
        harmless,
    } in all
    {
        assert!(
            decision(kind, row).is_some_and(|found| found.path == row),
            "{row}"
        );
        let mut server = match kind {
            Kind::App => examples::app(),
            Kind::AddOn => examples::add_on(),
            Kind::Flight => {
                let mut flight = examples::flight();
                flight["flightPackages"] = two("Uploaded");
                flight["packageDeliveryOptions"] = json!({});
                flight
            }
        };
        let put = |document: &mut Value, value: &Value| {
            if value.is_null() {
                remove(document, at);
            } else {
                assert!(set(document, at, value.clone()), "{at}");
            }
        };
        put(&mut server, &base);
        let sent = |value: &Value| {
            let mut sent = server.clone();
            put(&mut sent, value);
            sent
        };
        let raised = found(kind, &server, &sent(&raises));
        assert!(
            raised.iter().any(|found| found.kind == risk)
                && raised
                    .iter()
                    .all(|found| found.kind == risk || at == "/gamingOptions"),
            "{at}: {raises} raised {raised:?}"
        );
        for found in &raised {
            assert!(
                sent(&raises).pointer(&found.pointer).is_some(),
                "{found:?} has no place"
            );
            assert!(
                found.sentence.ends_with('.') && !found.sentence.contains("(Q"),
                "{found:?}"
            );
        }
        assert_eq!(
            found(kind, &server, &sent(&harmless)),
            [],
            "{at}: {harmless}"
        );
        // A member that is null says no more than one that is left out.
        if raises.is_null() {
            let mut nulled = server.clone();
            set(&mut nulled, at, Value::Null);
            let kinds =
                |risks: Vec<Risk>| risks.into_iter().map(|risk| risk.kind).collect::<Vec<_>>();
            assert_eq!(kinds(found(kind, &server, &nulled)), kinds(raised), "{at}");
        }
    }
}
