//! Lengths and counts of texts, in UTF-16 units as the real service's platform counts them.

use crate::errors::{Checked, bad_value, too_much};
use crate::json::{list, members, text};
use serde_json::Value;

/// Member, most characters.
const BASE_TEXTS: [(&str, usize); 9] = [
    ("copyrightAndTrademarkInfo", 200),
    ("licenseTerms", 10_000),
    ("description", 10_000),
    ("releaseNotes", 1500),
    ("shortDescription", 1000),
    ("shortTitle", 50),
    ("sortTitle", 255),
    ("voiceTitle", 255),
    ("devStudio", 255),
];

/// Member, most entries, an entry's name in refusals, most characters of an entry. Partner Center takes keywords of 40.
const BASE_LISTS: [(&str, usize, &str, usize); 4] = [
    ("keywords", 7, "keyword", 30),
    ("features", 20, "feature", 200),
    ("recommendedHardware", 11, "recommendedHardware", 200),
    ("minimumHardware", 11, "minimumHardware", 200),
];

/// Kind of screenshot, most of them in a listing.
const SCREENSHOTS: [(&str, usize); 5] = [
    ("Screenshot", 10),
    ("MobileScreenshot", 8),
    ("XboxScreenshot", 8),
    ("SurfaceHubScreenshot", 8),
    ("HoloLensScreenshot", 8),
];

pub(super) fn app(sent: &Value) -> Checked {
    length(sent, "notesForCertification", 2000)?;
    for (_, listing) in members(sent, "listings") {
        if let Some(base) = listing.get("baseListing") {
            base_listing(base)?;
        }
        for (_, base) in members(listing, "platformOverrides") {
            base_listing(base)?;
        }
    }
    Ok(())
}

fn base_listing(base: &Value) -> Checked {
    BASE_TEXTS
        .iter()
        .try_for_each(|(name, most)| length(base, name, *most))?;
    BASE_LISTS
        .iter()
        .try_for_each(|(name, entries, entry, most)| {
            entries_of(base, name, *entries, entry, *most)
        })?;
    let words: usize = list(base, "keywords")
        .iter()
        .filter_map(Value::as_str)
        .map(|keyword| keyword.split_whitespace().count())
        .sum();
    if words > 21 {
        return Err(bad_value(
            "keywords",
            "The keywords can have at most 21 words in total.",
        ));
    }
    let images = list(base, "images");
    for image in images {
        length(image, "description", 200)?;
    }
    for (kind, most) in SCREENSHOTS {
        let count = images
            .iter()
            .filter(|image| {
                text(image, "imageType") == kind && text(image, "fileStatus") != "PendingDelete"
            })
            .count();
        if count > most {
            return Err(bad_value(
                "images",
                &format!("There can be at most {most} images of the type {kind}."),
            ));
        }
    }
    Ok(())
}

pub(super) fn add_on(sent: &Value) -> Checked {
    length(sent, "tag", 3000)?;
    entries_of(sent, "keywords", 10, "keyword", 30)?;
    for (_, listing) in members(sent, "listings") {
        if text(listing, "title").is_empty() {
            return Err(bad_value("title", "A listing needs a title."));
        }
        length(listing, "title", 100)?;
        length(listing, "description", 200)?;
    }
    Ok(())
}

pub(super) fn length(value: &Value, name: &str, most: usize) -> Checked {
    if text(value, name).encode_utf16().count() > most {
        return Err(too_much("length", name, most));
    }
    Ok(())
}

fn entries_of(value: &Value, name: &str, entries: usize, entry: &str, most: usize) -> Checked {
    let list = list(value, name);
    if list.len() > entries {
        return Err(too_much("size", name, entries));
    }
    let mut texts = list.iter().filter_map(Value::as_str);
    if texts.any(|text| text.encode_utf16().count() > most) {
        return Err(too_much("length", entry, most));
    }
    Ok(())
}
