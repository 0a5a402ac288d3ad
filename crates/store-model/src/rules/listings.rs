//! Rules about listings, their texts and languages (store-api.md §§ 3.6, 3.7, 3.16, 3.18).

use super::{rule::Rule, table as rule};
use crate::{
    finding::{Inspection, Severity, places},
    json::pointer::{child, member},
    limits,
    target::Kind,
    value::is_empty,
};
use serde_json::{Map, Value};
use std::collections::HashMap;

pub fn check(inspection: &mut Inspection<'_>) {
    let listings = member(inspection.document, "listings");
    let pointer = listings.map_or_else(String::new, |(key, _)| child("", key));
    let Some(listings) = listings
        .and_then(|(_, listings)| listings.as_object())
        .filter(|listings| !listings.is_empty())
    else {
        return inspection.report(
            pointer,
            rule::LISTINGS_MISSING,
            "There must be at least one listing; a submission without listings is refused.",
        );
    };
    twins(inspection, &pointer, listings.keys());
    for (language, listing) in listings {
        let pointer = child(&pointer, language);
        // What is no object is told by the schema.
        if !listing.is_object() {
            continue;
        }
        if inspection.kind == Kind::App {
            app_listing(inspection, &pointer, language, listing);
        } else {
            needed(inspection, &pointer, listing, "title", rule::TITLE_MISSING);
        }
    }
    against_base(inspection, &pointer, listings);
}

/// One language in two spellings.
pub fn twins<'a>(
    inspection: &mut Inspection<'_>,
    pointer: &str,
    codes: impl Iterator<Item = &'a String>,
) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for code in codes {
        let pointer = child(pointer, code);
        if let Some(other) = seen.insert(code.to_lowercase(), code) {
            inspection.report(
                pointer,
                rule::LANGUAGE_TWICE,
                format!("{code} and {other} are the same language."),
            );
        }
    }
}

/// A text that must be there; one that the server's copy lacks as well is evidently taken.
fn needed(inspection: &mut Inspection<'_>, pointer: &str, holder: &Value, name: &str, rule: Rule) {
    let found = member(holder, name);
    if found.is_some_and(|(_, value)| {
        !is_empty(value) && value.as_str().is_none_or(|text| !text.trim().is_empty())
    }) {
        return;
    }
    let lacks = |holder: &Value| member(holder, name).is_none_or(|(_, value)| is_empty(value));
    let is_on_server = inspection
        .base
        .and_then(|base| base.pointer(pointer))
        .is_some_and(lacks);
    let severity = if is_on_server {
        Severity::Warning
    } else {
        Severity::Error
    };
    let pointer = found.map_or_else(|| pointer.to_owned(), |(key, _)| child(pointer, key));
    inspection.report_as(severity, pointer, rule, format!("The {name} is missing."));
}

fn app_listing(inspection: &mut Inspection<'_>, pointer: &str, language: &str, listing: &Value) {
    let Some((key, base_listing)) =
        member(listing, "baseListing").filter(|(_, base)| base.is_object())
    else {
        return inspection.report(
            pointer,
            rule::BASE_LISTING_MISSING,
            format!("The listing {language} has no baseListing."),
        );
    };
    let pointer = child(pointer, key);
    needed(
        inspection,
        &pointer,
        base_listing,
        "description",
        rule::DESCRIPTION_MISSING,
    );
    screenshots(inspection, &pointer, language, base_listing);
    image_types(inspection, &pointer, base_listing);
    let keywords = member(base_listing, "keywords")
        .and_then(|(key, value)| Some((child(&pointer, key), value, value.as_array()?)));
    if let Some((pointer, value, keywords)) = keywords {
        let words: usize = keywords
            .iter()
            .filter_map(Value::as_str)
            .map(|keyword| keyword.split_whitespace().count())
            .sum();
        if words > limits::KEYWORD_WORDS {
            let severity = inspection.severity_of(&pointer, value);
            inspection.report_as(
                severity,
                pointer,
                rule::TOO_MANY_KEYWORD_WORDS,
                format!(
                    "The keywords have {words} words in all; at most {} are allowed.",
                    limits::KEYWORD_WORDS
                ),
            );
        }
    }
}

/// How many images of each screenshot type stay in a listing.
fn screenshot_counts(base_listing: &Value) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for (_, image) in places(base_listing, "images/*") {
        let text = |name: &str| {
            member(image, name)
                .and_then(|(_, value)| value.as_str())
                .unwrap_or_default()
        };
        if text("fileStatus") != "PendingDelete" {
            *counts.entry(text("imageType")).or_insert(0) += 1;
        }
    }
    counts
}

fn screenshots(
    inspection: &mut Inspection<'_>,
    pointer: &str,
    language: &str,
    base_listing: &Value,
) {
    let images = member(base_listing, "images")
        .map_or_else(|| pointer.to_owned(), |(key, _)| child(pointer, key));
    let counts = screenshot_counts(base_listing);
    let has_one = |counts: &HashMap<&str, usize>| {
        limits::SCREENSHOTS
            .iter()
            .any(|(kind, _)| counts.contains_key(kind))
    };
    if !has_one(&counts) {
        let is_on_server = inspection
            .base
            .and_then(|base| base.pointer(pointer))
            .is_some_and(|base| !has_one(&screenshot_counts(base)));
        let severity = if is_on_server {
            Severity::Warning
        } else {
            Severity::Error
        };
        inspection.report_as(
            severity,
            images.clone(),
            rule::SCREENSHOT_MISSING,
            format!("The listing {language} has no screenshot; at least one is needed."),
        );
    }
    for (kind, most) in limits::SCREENSHOTS {
        let count = counts.get(kind).copied().unwrap_or_default();
        if count > *most {
            let severity = inspection
                .document
                .pointer(&images)
                .map_or(Severity::Error, |value| {
                    inspection.severity_of(&images, value)
                });
            inspection.report_as(
                severity,
                images.clone(),
                rule::TOO_MANY_SCREENSHOTS,
                format!("The listing {language} has {count} images of the type {kind}; at most {most} are allowed."),
            );
        }
    }
}

fn image_types(inspection: &mut Inspection<'_>, pointer: &str, base_listing: &Value) {
    for (place, image) in places(base_listing, "images/*") {
        let text = |name: &str| {
            member(image, name)
                .and_then(|(_, value)| value.as_str())
                .unwrap_or_default()
        };
        let kind = text("imageType");
        if text("fileStatus") == "PendingUpload" && limits::OLD_IMAGE_TYPES.contains(&kind) {
            let sentence = format!(
                "Images of the type {kind} are historical; the Store takes them no longer for new listings."
            );
            inspection.report(
                format!("{pointer}{place}"),
                rule::IMAGE_TYPE_HISTORICAL,
                sentence,
            );
        } else if kind.is_empty() && image.is_object() {
            inspection.report(
                format!("{pointer}{place}"),
                rule::IMAGE_TYPE_MISSING,
                format!("{} has no imageType.", text("fileName")),
            );
        }
    }
}

fn against_base(inspection: &mut Inspection<'_>, pointer: &str, listings: &Map<String, Value>) {
    let Some(base) = inspection
        .base
        .and_then(|base| member(base, "listings")?.1.as_object())
    else {
        return;
    };
    for gone in base
        .keys()
        .filter(|code| !listings.keys().any(|kept| kept.eq_ignore_ascii_case(code)))
    {
        inspection.report(
            pointer,
            rule::LANGUAGE_REMOVED,
            format!(
                "The listing {gone} is on the server, but not here: that language will be removed."
            ),
        );
    }
    for new in listings
        .keys()
        .filter(|code| !base.keys().any(|old| old.eq_ignore_ascii_case(code)))
    {
        inspection.report(
            child(pointer, new),
            rule::LANGUAGE_ADDED,
            format!("The listing {new} is new: that language will be added."),
        );
    }
    if inspection.kind != Kind::App {
        return;
    }
    for (language, listing) in listings {
        let title = |listing: &Value| {
            let (_, base_listing) = member(listing, "baseListing")?;
            Some(member(base_listing, "title")?.1.as_str()?.to_owned())
        };
        let old = base
            .iter()
            .find(|(code, _)| code.eq_ignore_ascii_case(language))
            .and_then(|(_, listing)| title(listing));
        if let (Some(old), Some(new)) = (old, title(listing))
            && old != new
        {
            let place = places(listing, "baseListing/title")
                .into_iter()
                .next()
                .map(|(place, _)| place)
                .unwrap_or_default();
            let pointer = format!("{}{place}", child(pointer, language));
            inspection.report(
                pointer,
                rule::TITLE_NOT_APPLIED,
                format!("The Store accepts a new title, but keeps {old:?}: the name is chosen in Partner Center."),
            );
        }
    }
}
