//! A submission with listings in so many languages that it has a wanted size.

use serde_json::{Map, Value, json};

/// At least this many bytes, written as documents are.
pub(crate) fn document(bytes: usize) -> Value {
    let mut listings = Map::new();
    let text = "Notes that open in half the time, with tabs, printing and a search that finds. ";
    let listing = |language: &str| {
        let images: Vec<_> = (0..40)
            .map(|at| json!({"fileName": format!("{language}/{at}.png"), "fileStatus": "Uploaded", "id": at.to_string(), "imageType": "Screenshot"}))
            .collect();
        let features: Vec<_> = (0..20).map(|at| format!("{at} {text}")).collect();
        json!({"baseListing": {"title": "Notes", "description": text.repeat(100), "features": features, "releaseNotes": text.repeat(15), "images": images}})
    };
    let each = serde_json::to_string_pretty(&listing("xx-00"))
        .unwrap_or_default()
        .len();
    for at in 0..bytes.div_ceil(each) {
        let language = format!("xx-{at:03}");
        listings.insert(language.clone(), listing(&language));
    }
    json!({
        "id": "1152921505690000101", "applicationCategory": "Productivity_FilesAndNotes", "visibility": "Public",
        "targetPublishMode": "Immediate", "listings": listings, "applicationPackages": [], "status": "Published"
    })
}
