//! The contents of a submission as rows: packages, rollout, price, visibility, when it is published, languages. Judges nothing.

use crate::{
    screen::{pane::Context, status_badge::at, text_panel::TextPanel},
    state::prepared::count,
};
use serde_json::Value;
use store_model::{
    json::document::member,
    package::{FileStatus, PackageFacts, packages},
    product::field,
    target::{Kind, Target},
    value::{Date, date},
};
use tui_kit::theme::Role;

/// A text deep in a document; an empty one is none.
pub fn text_at<'a>(document: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter()
        .try_fold(document, |value, name| field(value, name))?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// What the submission on the server says: packages, rollout, price, visibility, when, languages.
pub fn outline(panel: &mut TextPanel, cx: &Context, target: &Target, document: &Value) {
    let kind = target.kind();
    if kind.packages_field().is_some() {
        let list = packages(kind, document);
        panel.row(
            "packages",
            &count(list.len(), "package", "packages"),
            Role::Text,
        );
        for package in &list {
            let (text, role) = package_line(package);
            panel.more(&text, role);
        }
    }
    if kind.has_rollout() {
        rollout(panel, target, document);
    }
    if kind != Kind::Flight {
        match text_at(document, &["pricing", "priceId"]) {
            Some("Base") => {
                panel.row(
                    "price",
                    "! Base: managed in Partner Center; the Store refuses this value from here",
                    Role::Warning,
                );
            }
            Some(tier) => {
                let markets = field(document, "pricing")
                    .and_then(|pricing| field(pricing, "marketSpecificPricings"));
                let own = markets
                    .and_then(Value::as_object)
                    .map_or(0, serde_json::Map::len);
                let own = if own > 0 {
                    format!(
                        ", {} of their own",
                        count(own, "market has a price", "markets have prices")
                    )
                } else {
                    String::new()
                };
                let trial = text_at(document, &["pricing", "trialPeriod"])
                    .filter(|trial| *trial != "NoFreeTrial");
                let trial = trial
                    .map(|trial| format!(", trial {trial}"))
                    .unwrap_or_default();
                panel.row("price", &format!("{tier}{own}{trial}"), Role::Text);
            }
            None => panel.row("price", "! none", Role::Warning),
        }
        let visibility = text_at(document, &["visibility"]).unwrap_or("not said");
        panel.row("visibility", visibility, Role::Text);
    }
    let mode = text_at(document, &["targetPublishMode"]).unwrap_or("not said");
    let when = text_at(document, &["targetPublishDate"]).map_or(Date::Unset, date);
    let mode = match (mode, when) {
        ("Immediate", _) => "Immediate: as soon as it is certified".to_owned(),
        ("Manual", _) => "Manual: waits for “Publish now” in Partner Center".to_owned(),
        ("SpecificDate", Date::At(time)) => format!("on {}", at(time, cx.zone)),
        (mode, _) => mode.to_owned(),
    };
    panel.row("publish", &mode, Role::Text);
    if let Some((_, Value::Object(listings))) = member(document, "listings") {
        let names: Vec<&str> = listings.keys().map(String::as_str).collect();
        panel.row(
            "languages",
            &format!("{}: {}", names.len(), names.join(" ")),
            Role::Text,
        );
    }
}

fn package_line(package: &PackageFacts) -> (String, Role) {
    let facts = [package.version.as_str(), package.architecture.as_str()];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let (sign, note, role) = match &package.status {
        FileStatus::PendingUpload => ("+", ", to be uploaded", Role::Info),
        FileStatus::PendingDelete => ("-", ", to be removed", Role::Warning),
        FileStatus::Uploaded | FileStatus::None => ("·", "", Role::Text),
        FileStatus::Other(_) => ("?", ", in an unknown state", Role::Warning),
    };
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!("  {}", facts.join(" "))
    };
    (format!("{sign} {}{facts}{note}", package.file_name), role)
}

fn rollout(panel: &mut TextPanel, target: &Target, document: &Value) {
    let rollout = field(document, "packageDeliveryOptions")
        .and_then(|options| field(options, "packageRollout"));
    let Some(rollout) = rollout.filter(|rollout| {
        field(rollout, "isPackageRollout").and_then(Value::as_bool) == Some(true)
    }) else {
        panel.row("rollout", "none: all customers at once", Role::Text);
        return;
    };
    let percent = field(rollout, "packageRolloutPercentage")
        .map(ToString::to_string)
        .unwrap_or_default();
    let percent = percent.strip_suffix(".0").unwrap_or(&percent);
    let status = field(rollout, "packageRolloutStatus").and_then(Value::as_str);
    let (text, role) = match status {
        Some("PackageRolloutInProgress") => (
            format!("◔ {percent} % of the customers get the newest packages"),
            Role::Info,
        ),
        Some("PackageRolloutComplete") => ("finalized: all customers".to_owned(), Role::Text),
        Some("PackageRolloutStopped") => (
            "halted: customers keep the earlier packages".to_owned(),
            Role::Warning,
        ),
        _ => (
            format!("! begins at {percent} % of the customers"),
            Role::Warning,
        ),
    };
    panel.row("rollout", &text, role);
    if status == Some("PackageRolloutInProgress") {
        panel.more(
            &format!("flightdeck rollout {target} set 25, halt or finalize changes that"),
            Role::Muted,
        );
    }
}
