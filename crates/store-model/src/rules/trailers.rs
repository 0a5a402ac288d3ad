//! Rules about trailers (store-api.md § 3.9): they have no status, so that an entry left out is one removed.

use super::{listings::twins, table as rule};
use crate::{
    finding::{Inspection, places},
    json::pointer::{child, member},
    package::{FileEntry, FileRole, files},
    target::Kind,
};
use serde_json::Value;
use std::collections::HashSet;

pub fn check(inspection: &mut Inspection<'_>) {
    assets(inspection);
    for (pointer, trailer) in inspection.places("trailers/*") {
        let is_empty = |name: &str| {
            member(trailer, name)
                .is_none_or(|(_, value)| value.as_object().is_none_or(serde_json::Map::is_empty))
        };
        if trailer.is_object() && is_empty("trailerAssets") {
            inspection.report(
                pointer,
                rule::TRAILER_EMPTY,
                "The trailer has neither title nor thumbnail in any language (trailerAssets).",
            );
        }
    }
    against_base(inspection);
}

fn assets(inspection: &mut Inspection<'_>) {
    let listings =
        member(inspection.document, "listings").and_then(|(_, listings)| listings.as_object());
    for (pointer, assets) in inspection.places("trailers/*/trailerAssets") {
        let Some(assets) = assets.as_object() else {
            continue;
        };
        twins(inspection, &pointer, assets.keys());
        for (language, asset) in assets {
            let pointer = child(&pointer, language);
            let images = member(asset, "imageList")
                .and_then(|(_, images)| images.as_array())
                .map_or(0, Vec::len);
            if images == 0 {
                inspection.report(
                    pointer.clone(),
                    rule::TRAILER_THUMBNAIL_MISSING,
                    format!("The trailer has no thumbnail for {language}; exactly one is needed."),
                );
            }
            if listings.is_some_and(|listings| {
                !listings
                    .keys()
                    .any(|code| code.eq_ignore_ascii_case(language))
            }) {
                inspection.report(
                    pointer,
                    rule::TRAILER_LANGUAGE_WITHOUT_LISTING,
                    format!(
                        "The trailer speaks {language}, but there is no listing in that language."
                    ),
                );
            }
        }
    }
}

fn trailers(document: &Value) -> impl Iterator<Item = FileEntry> {
    files(Kind::App, document)
        .into_iter()
        .filter(|entry| entry.role == FileRole::Trailer)
}

fn against_base(inspection: &mut Inspection<'_>) {
    let Some(base) = inspection.base else { return };
    let ids: HashSet<String> = trailers(inspection.document)
        .filter_map(|entry| entry.id)
        .collect();
    let pointer = places(inspection.document, "trailers")
        .into_iter()
        .next()
        .map_or_else(String::new, |(pointer, _)| pointer);
    for gone in trailers(base).filter(|entry| entry.id.as_ref().is_some_and(|id| !ids.contains(id)))
    {
        inspection.report(
            pointer.clone(),
            rule::TRAILER_LEFT_OUT,
            format!(
                "The trailer {} is on the server, but not here: it will be removed.",
                gone.file_name
            ),
        );
    }
}
