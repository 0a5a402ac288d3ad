//! Generated apps and add-ons for accounts larger than the demo's: plausible, distinct, and the same in every run.

use crate::catalogue::{AddOn, App, Pending, Published};
use crate::documents::Ids;
use crate::seed::ProductSeed;
use serde_json::{Map, Value, json};

const BRANDS: &str = "Adventure Environment|Alpine|Bellows|Coho|Contoso|Fabrikam|Fourth Coffee|Graphic Institute|\
    Humongous|Litware|Lucerne|Margie's|Munson's|Northwind|Proseware|Relecloud|Tailspin|Trey|\
    VanArsdel|Wingtip";
const THINGS: &str = "Archive|Budget|Calendar|Camera|Chess|Clock|Dictionary|Garden|Journal|Kitchen|Library|Mail|\
    Maps|Metronome|Mixer|Planner|Player|Reader|Recorder|Scanner|Studio|Tracker|Translator|\
    Tuner|Vault";
const EDITIONS: &str = "| Pro| Lite| for Schools| Plus| Companion| Beta| Classic| for Teams| Mini";
/// One app in this number has a draft, about as many as a busy publisher has.
const DRAFT_EVERY: usize = 17;

/// Generates the given number of apps.
pub(crate) fn apps(count: usize) -> impl Iterator<Item = ProductSeed> {
    let mut ids = Ids::generated();
    (0..count).map(move |index| app(index).seed(&mut ids))
}

/// Generates the given number of add-ons of one app.
pub(crate) fn add_ons(count: usize, app: &str) -> impl Iterator<Item = ProductSeed> {
    let mut ids = Ids::generated();
    (0..count).map(move |index| {
        let add_on = AddOn {
            id: store_id("9ADD", index),
            app: app.to_owned(),
            product_id: format!("generated.{index}"),
            product_type: "Durable".to_owned(),
            published: Some(published(1_152_921_508_000_000_000, index)),
            pending: None,
        };
        add_on.seed(&mut ids)
    })
}

fn published(first: u64, index: usize) -> Published {
    Published {
        id: (first + index as u64).to_string(),
        number: Some(1 + (index % 40) as u32),
        listings: Map::new(),
        languages_from: None,
        packages: Vec::new(),
        set: Value::Null,
    }
}

fn app(index: usize) -> App {
    // The product of the three lengths is 5,000; beyond it a number keeps names apart.
    let count = |list: &'static str| list.split('|').count();
    let pick =
        |list: &'static str, at: usize| list.split('|').nth(at % count(list)).unwrap_or_default();
    let [brands, things, editions] = [BRANDS, THINGS, EDITIONS].map(count);
    let brand = pick(BRANDS, index);
    // Shifted in each round, so that neighbours in the list differ in their second word too.
    let thing = pick(THINGS, index / brands + index % brands);
    let edition = pick(EDITIONS, index / (brands * things));
    let round = index / (brands * things * editions);
    let name = match round {
        0 => format!("{brand} {thing}{edition}"),
        round => format!("{brand} {thing}{edition} {}", round + 1),
    };
    let version = format!("{}.{}.{}.0", 1 + index % 9, index % 13, index % 7);
    let identity = format!(
        "{}{index}",
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
    );
    let listings = json!({
        "en-us": {
            "title": name, "description": format!("{name} does one thing, and does it well."), "shortDescription": thing,
            "releaseNotes": format!("Version {version}.")
        }
    });
    let package =
        json!({ "fileName": format!("{identity}_{version}_x64.msix"), "version": version });
    App {
        id: store_id("9GEN", index),
        name,
        identity,
        first_published: format!(
            "20{:02}-{:02}-{:02}T08:00:00Z",
            16 + index % 10,
            1 + index % 12,
            1 + index % 28
        ),
        published: Some(Published {
            listings: object(listings),
            packages: vec![object(package)],
            ..published(1_152_921_506_000_000_000, index)
        }),
        pending: (index % DRAFT_EVERY == DRAFT_EVERY - 1).then(|| pending(index)),
        is_unsupported: false,
    }
}

fn pending(index: usize) -> Pending {
    let states = [
        "PendingCommit",
        "Certification",
        "PendingCommit",
        "CommitFailed",
        "Release",
        "CertificationFailed",
    ];
    let status = states
        .get(index / DRAFT_EVERY % states.len())
        .copied()
        .unwrap_or("PendingCommit");
    Pending {
        id: (1_152_921_507_000_000_000 + index as u64).to_string(),
        number: None,
        status: status.to_owned(),
        is_portal_made: false,
        is_stuck: status != "PendingCommit",
        listings: Map::new(),
        packages: Vec::new(),
        drop: Vec::new(),
        // Only these modes wait in `Release`.
        set: if status == "Release" {
            json!({ "targetPublishMode": "Manual" })
        } else {
            Value::Null
        },
    }
}

/// A prefix and eight letters or digits, different for every index.
fn store_id(prefix: &str, index: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    // A bijection of 40 bits: ids look random and never collide.
    let mut rest = (index as u64).wrapping_mul(0x9E_3779_B97F) & 0xFF_FFFF_FFFF;
    let mut id = prefix.to_owned();
    for _ in 0..8 {
        let digit = DIGITS.get((rest % 36) as usize).copied().unwrap_or(b'0');
        id.push(char::from(digit));
        rest /= 36;
    }
    id
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
