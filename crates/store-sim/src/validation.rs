//! What a PUT is refused for. The first thing that is wrong is answered, as the real service does.

use crate::clock::UNSET_DATE;
use crate::errors::{Checked, Reply, bad_value, unknown_word};
use crate::json::{list, members, text};
use crate::scenario::Switches;
use crate::seed::Kind;
use crate::vocabulary::{self as words, has};
use crate::{languages, limits, member_types};
use serde_json::Value;

/// Checks an update against the stored draft.
pub(super) fn update(kind: Kind, sent: &Value, old: &Value, switches: &Switches) -> Checked {
    if kind == Kind::AddOn && switches.refuse_echo {
        for name in ["id", "status", "statusDetails", "fileUploadUrl"] {
            if sent.get(name).is_some() {
                return Err(bad_value(name, &format!("'{name}' is read-only.")));
            }
        }
    }
    member_types::check(sent)?;
    if kind != Kind::Flight {
        check_languages(kind, sent)?;
        check_price(sent)?;
    }
    if kind == Kind::App {
        check_families(sent)?;
    }
    check_packages(kind, sent, old)?;
    if kind == Kind::App {
        check_images(sent, old)?;
    }
    if switches.late_validation {
        Ok(())
    } else {
        content(kind, sent)
    }
}

/// Enumerations, lengths and counts: what may also be found only at the commit.
pub(super) fn content(kind: Kind, sent: &Value) -> Checked {
    check_publishing(sent)?;
    check_rollout(sent)?;
    match kind {
        Kind::App => {
            word(sent, "applicationCategory", words::CATEGORIES)?;
            word(sent, "visibility", words::VISIBILITIES)?;
            word(sent, "enterpriseLicensing", words::LICENSING)?;
            for item in list(sent, "hardwarePreferences") {
                is_word(item, "hardwarePreferences", words::HARDWARE)?;
            }
            if let Some(pricing) = sent.get("pricing") {
                word(pricing, "trialPeriod", words::TRIAL_PERIODS)?;
            }
            check_gaming(sent)?;
            check_trailers(sent)?;
            limits::app(sent)
        }
        Kind::AddOn => {
            word(sent, "contentType", words::CONTENT_TYPES)?;
            word(sent, "lifetime", words::LIFETIMES)?;
            word(sent, "visibility", words::VISIBILITIES)?;
            for (_, listing) in members(sent, "listings") {
                listing
                    .get("icon")
                    .map_or(Ok(()), |icon| word(icon, "fileStatus", words::FILE_STATES))?;
            }
            limits::add_on(sent)
        }
        Kind::Flight => limits::length(sent, "notesForCertification", 2000),
    }
}

/// An absent member is fine, and `null` is the same: it gets its default.
fn word(value: &Value, name: &str, known: &str) -> Checked {
    value
        .get(name)
        .filter(|member| !member.is_null())
        .map_or(Ok(()), |member| is_word(member, name, known))
}

fn is_word(member: &Value, name: &str, known: &str) -> Checked {
    match member.as_str() {
        Some(word) if has(known, word) => Ok(()),
        _ => {
            let shown = member
                .as_str()
                .map_or_else(|| member.to_string(), str::to_owned);
            Err(unknown_word(name, &shown))
        }
    }
}

fn check_languages(kind: Kind, sent: &Value) -> Checked {
    if members(sent, "listings").next().is_none() {
        let (target, message) = match kind {
            Kind::App => ("appListings", "The size of AppListings must be 1 or more"),
            _ => ("listings", "The size of Listings must be 1 or more"),
        };
        return Err(bad_value(target, message));
    }
    let unknown: Vec<&str> = members(sent, "listings")
        .map(|(code, _)| code)
        .filter(|code| !languages::is_known(code))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(bad_value(
            "appListings",
            &format!("Language codes: {} not supported", unknown.join("|")),
        ))
    }
}

fn check_price(sent: &Value) -> Checked {
    let tier = sent
        .pointer("/pricing/priceId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if tier == "Base" {
        return Err(bad_value(
            "pricing",
            "'Base' is not a valid PriceId for base price.",
        ));
    }
    if tier.is_empty() {
        return Err(bad_value("pricing", "You must select a valid base price"));
    }
    if !words::is_tier(tier) && tier != "NotAvailable" {
        return Err(unknown_tier(tier));
    }
    for (market, tier) in sent
        .get("pricing")
        .into_iter()
        .flat_map(|pricing| members(pricing, "marketSpecificPricings"))
    {
        if market.len() != 2 || !market.chars().all(|c| c.is_ascii_uppercase()) {
            return Err(bad_value(
                "marketSpecificPricings",
                &format!("'{market}' is not a market."),
            ));
        }
        let tier = tier.as_str().unwrap_or_default();
        if !words::is_tier(tier) && !matches!(tier, "NotAvailable" | "Base") {
            return Err(unknown_tier(tier));
        }
    }
    Ok(())
}

fn unknown_tier(tier: &str) -> Reply {
    let text = format!(
        "'{tier}' is not a valid PriceId. Valid values: Base, NotAvailable, Free, Tier2 to Tier96, Tier1012 to Tier1424."
    );
    bad_value("pricing", &text)
}

fn check_families(sent: &Value) -> Checked {
    const NEEDED: [&str; 4] = ["Desktop", "Mobile", "Xbox", "Holographic"];
    let given: Vec<&str> = members(sent, "allowTargetFutureDeviceFamilies")
        .map(|(family, _)| family)
        .collect();
    if NEEDED.iter().any(|family| !given.contains(family)) {
        let text = "AllowTargetFutureDeviceFamilies needs to be initialized for all supported platform, [Desktop, Mobile, Xbox, Holographic]";
        return Err(bad_value("allowTargetFutureDeviceFamilies", text));
    }
    // Keys that are numbers come out of real replies, so they go in again.
    let unknown = given.into_iter().find(|family| {
        !has(words::FAMILIES, family) && !family.chars().all(|c| c.is_ascii_digit())
    });
    unknown.map_or(Ok(()), |family| {
        Err(bad_value(
            "allowTargetFutureDeviceFamilies",
            &format!("'{family}' is not a known device family."),
        ))
    })
}

fn check_packages(kind: Kind, sent: &Value, old: &Value) -> Checked {
    let name = if kind == Kind::Flight {
        "flightPackages"
    } else {
        "applicationPackages"
    };
    let missing: Vec<&str> = list(old, name)
        .iter()
        .map(|package| text(package, "id"))
        .filter(|id| {
            // What is known already cannot be uploaded again: such an entry does not keep it.
            !id.is_empty()
                && !list(sent, name).iter().any(|other| {
                    text(other, "id") == *id && text(other, "fileStatus") != "PendingUpload"
                })
        })
        .collect();
    if !missing.is_empty() {
        let text = format!(
            "Please keep all file entries for existing packages. If you wish to remove a package, mark it as PendingDelete. The following packages are missing in your update: {}",
            missing.join(", ")
        );
        return Err(bad_value("packages", &text));
    }
    for package in list(sent, name) {
        let id = text(package, "id");
        if !id.is_empty() && !list(old, name).iter().any(|known| text(known, "id") == id) {
            return Err(bad_value(
                "packages",
                &format!("Package {id} does not exist in the submission."),
            ));
        }
        if text(package, "fileName").is_empty() {
            return Err(bad_value("fileName", "A package needs a file name."));
        }
        if text(package, "fileStatus").is_empty() {
            return Err(bad_value("fileStatus", "A package needs a file status."));
        }
        word(package, "fileStatus", words::FILE_STATES)?;
        word(package, "minimumDirectXVersion", words::DIRECT_X)?;
        word(package, "minimumSystemRam", words::MEMORY)?;
    }
    let kept = list(sent, name)
        .iter()
        .filter(|package| text(package, "fileStatus") != "PendingDelete")
        .count();
    if kept > 30 {
        Err(bad_value(
            "packages",
            "A submission cannot have more than 30 packages.",
        ))
    } else {
        Ok(())
    }
}

fn check_images(sent: &Value, old: &Value) -> Checked {
    for (code, listing) in members(sent, "listings") {
        let before = members(old, "listings")
            .find(|(other, _)| other.eq_ignore_ascii_case(code))
            .and_then(|(_, listing)| listing.get("baseListing"));
        for image in listing
            .get("baseListing")
            .map(|base| list(base, "images"))
            .unwrap_or_default()
        {
            let is_new = text(image, "fileStatus") == "PendingUpload";
            let known = before.map(|base| list(base, "images")).unwrap_or_default();
            if !is_new
                && !known.iter().any(|other| {
                    !text(other, "id").is_empty() && text(other, "id") == text(image, "id")
                })
            {
                let name = text(image, "fileName");
                return Err(bad_value(
                    "images",
                    &format!("Existing Image ({name}) should contain Id"),
                ));
            }
            word(image, "fileStatus", words::FILE_STATES)?;
            word(image, "imageType", words::IMAGE_TYPES)?;
        }
        for (platform, _) in members(listing, "platformOverrides") {
            is_word(&platform.into(), "platformOverrides", words::PLATFORMS)?;
        }
    }
    Ok(())
}

fn check_publishing(sent: &Value) -> Checked {
    word(sent, "targetPublishMode", words::PUBLISH_MODES)?;
    let is_set = has_date(sent, "targetPublishDate")?;
    if text(sent, "targetPublishMode") == "SpecificDate" && !is_set {
        return Err(bad_value(
            "targetPublishDate",
            "The publish mode SpecificDate needs a date.",
        ));
    }
    Ok(())
}

/// Whether a member holds a date; nothing and the year 1601 are none. With or without fraction and zone.
fn has_date(value: &Value, name: &str) -> Result<bool, Reply> {
    let date = text(value, name);
    if date.is_empty() || date.starts_with(UNSET_DATE.split('T').next().unwrap_or_default()) {
        return Ok(false);
    }
    if date.parse::<jiff::Timestamp>().is_ok() || date.parse::<jiff::civil::DateTime>().is_ok() {
        return Ok(true);
    }
    Err(bad_value(name, &format!("'{date}' is not a date.")))
}

fn check_rollout(sent: &Value) -> Checked {
    if let Some(options) = sent.get("packageDeliveryOptions") {
        has_date(options, "mandatoryUpdateEffectiveDate")?;
    }
    let Some(percentage) =
        sent.pointer("/packageDeliveryOptions/packageRollout/packageRolloutPercentage")
    else {
        return Ok(());
    };
    if percentage.is_null() {
        return Ok(());
    }
    match percentage.as_f64() {
        Some(value) if (0.0..=100.0).contains(&value) => Ok(()),
        _ => Err(bad_value(
            "packageRolloutPercentage",
            "The percentage must be a number from 0 to 100.",
        )),
    }
}

fn check_gaming(sent: &Value) -> Checked {
    let options = list(sent, "gamingOptions");
    if options.len() > 1 {
        return Err(bad_value(
            "gamingOptions",
            "There can be only one object of gaming options.",
        ));
    }
    for option in options {
        word(option, "kinectDataForExternal", words::KINECT)?;
        for genre in list(option, "genres") {
            // The service itself gives categories of other apps here.
            let is_known = genre
                .as_str()
                .is_some_and(|genre| has(words::GENRES, genre) || has(words::CATEGORIES, genre));
            if !is_known {
                is_word(genre, "genres", words::GENRES)?;
            }
        }
        for name in [
            "localMultiplayerMinPlayers",
            "localMultiplayerMaxPlayers",
            "localCooperativeMinPlayers",
            "localCooperativeMaxPlayers",
        ] {
            let is_right = option.get(name).is_none_or(|count| {
                count.is_null()
                    || count
                        .as_u64()
                        .is_some_and(|count| (2..=1000).contains(&count))
            });
            if !is_right {
                return Err(bad_value(
                    name,
                    "The number of players must be from 2 to 1000.",
                ));
            }
        }
    }
    Ok(())
}

fn check_trailers(sent: &Value) -> Checked {
    let trailers = list(sent, "trailers");
    if trailers.len() > 15 {
        return Err(bad_value("trailers", "There can be at most 15 trailers."));
    }
    for trailer in trailers {
        if text(trailer, "videoFileName").is_empty() {
            return Err(bad_value("videoFileName", "A trailer needs a video file."));
        }
        for (code, asset) in members(trailer, "trailerAssets") {
            if !languages::is_known(code) {
                return Err(bad_value(
                    "trailerAssets",
                    &format!("Language codes: {code} not supported"),
                ));
            }
            if list(asset, "imageList").len() != 1 {
                return Err(bad_value(
                    "imageList",
                    "A trailer needs exactly one thumbnail for each language.",
                ));
            }
            limits::length(asset, "title", 255)?;
        }
    }
    Ok(())
}
