//! Packages and pictures of a ZIP held against the document, and what is repaired in it.

use super::{against, apply_to, repairs};
use crate::archive::{inside_tests::*, *};
use crate::{
    examples, finding::Severity, json::edit::apply_to_text, product::PackageIdentity, target::Kind,
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::io::Cursor;
use zip::CompressionMethod;

#[rstest]
#[case::newer("2.5.0.0", "x64", None)]
#[case::same("2.4.0.0", "x64", Some((Severity::Warning, "another file of the same version")))]
#[case::same_elsewhere("2.4.0.0", "arm64", None)]
#[case::leaving("2.3.0.0", "x86", Some((Severity::Warning, "another file of the same version")))]
#[case::older("2.3.9.0", "x64", Some((Severity::Warning, "never gets the older one")))]
#[case::fourth("2.5.0.1", "x64", Some((Severity::Error, "must be 0")))]
#[case::nought("0.9.0.0", "arm64", Some((Severity::Error, "the first not 0")))]
#[case::short("2.5", "x64", Some((Severity::Error, "four numbers")))]
fn a_version_is_held_against_what_is_live(
    #[case] version: &str,
    #[case] architecture: &str,
    #[case] wanted: Option<(Severity, &str)>,
) {
    let live = json!([
        {"id": "1", "fileName": "live.msix", "fileStatus": "Uploaded", "version": "2.4.0.0", "architecture": "x64", "languages": ["en-US"]},
        {"id": "2", "fileName": "old.msix", "fileStatus": "PendingDelete", "version": "2.3.0.0", "architecture": "x86"},
    ]);
    let said = said(
        &document(&["new.msix"], &live),
        &[("new.msix", &package(version, architecture))],
    );
    let said: Vec<_> = said
        .into_iter()
        .filter(|(_, sentence)| !sentence.starts_with("No package is left"))
        .collect();
    match wanted {
        None => assert_eq!(said, []),
        Some((severity, part)) => {
            assert!(
                said.len() == 1 && said[0].0 == severity && said[0].1.contains(part),
                "{said:?}"
            );
        }
    }
}

#[test]
fn a_package_of_another_product_or_publisher_is_an_error() {
    let zip = [("new.msix", package("1.0.0.0", "x64"))];
    let archive = looked_into(&zip_of(&[(zip[0].0, &zip[0].1)]));
    let document = document(&["new.msix"], &json!([]));
    let errors = |name: &str, publisher: &str| {
        let identity = PackageIdentity {
            name: name.into(),
            publisher: publisher.into(),
        };
        let fit = against(Kind::App, &document, &archive, Some(&identity));
        fit.findings()
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| (finding.pointer, finding.sentence))
            .collect::<Vec<_>>()
    };
    assert_eq!(errors("Contoso.App", PUBLISHER), []);
    assert_eq!(errors("", ""), []);
    let said = errors("Contoso.Other", PUBLISHER);
    assert!(
        said[0].0 == "/applicationPackages/0"
            && said[0].1.contains("packages are called Contoso.Other"),
        "{said:?}"
    );
    assert!(
        errors("Contoso.App", "CN=else")[0]
            .1
            .contains("this account's is CN=else")
    );
    assert!(against(Kind::App, &document, &archive, None).is_ok());
}

#[test]
fn one_package_twice_is_an_error_and_two_architectures_are_none() {
    let (x64, arm, both) = (
        package("1.0.0.0", "x64"),
        package("1.0.0.0", "arm64"),
        bundle("1.0.0.0", &["x64", "x86"]),
    );
    assert_eq!(
        said(
            &document(&["a.msix", "b.msix"], &json!([])),
            &[("a.msix", &x64), ("b.msix", &arm)]
        ),
        []
    );
    let said = said(
        &document(&["a.msix", "b.msixbundle"], &json!([])),
        &[("a.msix", &x64), ("b.msixbundle", &both)],
    );
    assert_eq!(
        said,
        [(
            Severity::Error,
            "a.msix and b.msixbundle are both Contoso.App 1.0.0.0 for x64: only one of them can be published.".to_owned()
        )]
    );
}

#[test]
fn customers_who_are_left_behind_are_named() {
    let live = |status: &str| {
        json!([{"id": "1", "fileName": "live.msix", "fileStatus": status, "version": "2.4.0.0", "architecture": "x64", "languages": ["en-US"],
            "capabilities": ["other"], "targetDeviceFamilies": ["Windows.Desktop min version 10.0.17763.0", "Windows.Xbox min version 10.0.17763.0"]}])
    };
    let said = |status: &str, listings: Value| {
        let mut document = document(&["new.msix"], &live(status));
        document["listings"] = listings;
        said(&document, &[("new.msix", &package("2.5.0.0", "x64"))])
    };
    let gone = said("PendingDelete", json!({"en": {}}));
    assert_eq!(
        gone,
        [
            (Severity::Note, "new.msix asks for internetClient, which no package here had: customers are told, and restricted ones need an approval.".to_owned()),
            (Severity::Warning, "No package is left for x64 · Desktop from 10.0.17763.0 to before 10.0.19041.0: nobody new there gets it any more.".to_owned()),
            (Severity::Warning, "No package is left for x64 · Xbox from 10.0.17763.0: nobody new there gets it any more.".to_owned()),
        ]
    );
    let kept = said("Uploaded", json!({"de-de": {}}));
    assert!(
        kept.iter().all(|(severity, _)| *severity == Severity::Note),
        "{kept:?}"
    );
    assert!(
        kept[0]
            .1
            .starts_with("new.msix speaks en-US without a listing"),
        "{kept:?}"
    );
}

#[rstest]
#[case::fits("Screenshot", png(1366, 768), None)]
#[case::upright("Screenshot", png(768, 1366), None)]
#[case::small("Screenshot", png(1280, 720), Some((Severity::Error, "has 1280×720 pixels; Screenshot needs 1366×768 to 3840×2160")))]
#[case::huge("Screenshot", png(7680, 4320), Some((Severity::Error, "7680×4320")))]
#[case::poster("StoreLogo9x16", png(720, 1080), None)]
#[case::turned("StoreLogo9x16", png(1080, 720), Some((Severity::Error, "needs 720×1080 or 1440×2160")))]
#[case::old_type("WideIcon358X173", png(10, 10), Some((Severity::Warning, "needs 358×173")))]
#[case::unknown_type("Future", png(1, 1), None)]
#[case::jpeg("Screenshot", jpeg(40_000, 1920, 1080), Some((Severity::Warning, "is a JPEG inside")))]
#[case::text("Screenshot", b"not a picture".to_vec(), Some((Severity::Error, "neither PNG nor JPEG")))]
#[case::cut("Icon", png(300, 300)[..12].to_vec(), Some((Severity::Error, "neither PNG nor JPEG")))]
fn a_picture_is_held_against_its_type(
    #[case] image_type: &str,
    #[case] content: Vec<u8>,
    #[case] wanted: Option<(Severity, &str)>,
) {
    let image =
        json!({"fileName": "en-us\\a.png", "fileStatus": "PendingUpload", "imageType": image_type});
    let document = json!({"listings": {"en-us": {"baseListing": {"images": [image]}}}});
    let said = said(&document, &[("en-us/a.png", &content)]);
    match wanted {
        None => assert_eq!(said, []),
        Some((severity, part)) => assert!(
            said.len() == 1 && said[0].0 == severity && said[0].1.contains(part),
            "{said:?}"
        ),
    }
}

#[test]
fn icons_and_thumbnails_have_sizes_of_their_own() {
    let document = json!({"listings": {"en-us": {"icon": {"fileName": "i.png", "fileStatus": "PendingUpload"}}}});
    let archive = looked_into(&packed(
        &[("i.png", &png(299, 300))],
        CompressionMethod::Deflated,
    ));
    let fit = against(Kind::AddOn, &document, &archive, None);
    assert!(
        !fit.is_ok()
            && fit.remarks[0]
                .sentence
                .contains("the add-on's icon needs 300×300"),
        "{fit:?}"
    );
    let document = json!({"trailers": [{"videoFileName": "v.mp4", "trailerAssets": {"en-us": {"imageList": [{"fileName": "t.png"}]}}}]});
    let said = said(
        &document,
        &[("v.mp4", b"video"), ("t.png", &png(1280, 720))],
    );
    assert!(
        said.len() == 1 && said[0].1.contains("a trailer's thumbnail needs 1920×1080"),
        "{said:?}"
    );
}

#[test]
fn a_package_that_took_the_place_of_another_takes_its_entry_too() {
    let document = document(
        &["Notes_2.4.1.0_x64.msix", "Notes_2.4.1.0_arm64.msix"],
        &json!([]),
    );
    let (x64, arm) = (package("2.5.0.0", "x64"), package("2.5.0.0", "arm64"));
    let zip = zip_of(&[
        ("out/Notes_2.5.0.0_arm64.msix", &arm),
        ("out/Notes_2.5.0.0_x64.msix", &x64),
    ]);
    let archive = looked_into(&zip);
    let fit = against(Kind::App, &document, &archive, None);
    let repairs = repairs(Kind::App, &document, &fit);
    let mut changed = document.clone();
    apply(&mut changed, &repairs);
    let names: Vec<&Value> = changed["applicationPackages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["fileName"])
        .collect();
    assert_eq!(
        names,
        ["out/Notes_2.5.0.0_x64.msix", "out/Notes_2.5.0.0_arm64.msix"]
    );
    assert!(against(Kind::App, &changed, &archive, None).is_ok());
}

#[test]
fn what_an_earlier_zip_was_to_bring_goes_when_others_take_its_place() {
    let live = json!([{"id": "1", "fileName": "live.msix", "fileStatus": "Uploaded", "version": "1.0.0.0", "architecture": "x64"}]);
    let before = document(&["old_x64.msix", "old_arm64.msix"], &live);
    let changed = |files: &[(&str, &[u8])]| {
        let archive = looked_into(&zip_of(files));
        let repairs = repairs(
            Kind::App,
            &before,
            &against(Kind::App, &before, &archive, None),
        );
        let mut changed = before.clone();
        apply(&mut changed, &repairs);
        let on_text: Value =
            serde_json::from_str(&apply_to(&crate::json::document::pretty(&before), &repairs))
                .unwrap();
        assert_eq!(on_text, changed);
        let names: Vec<String> = changed["applicationPackages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["fileName"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    assert_eq!(
        changed(&[("new.msixbundle", &bundle("2.0.0.0", &["x64"]))]),
        ["live.msix", "new.msixbundle"]
    );
    // Nothing in their place: perhaps it is the wrong ZIP.
    assert_eq!(
        changed(&[("readme.txt", b"text")]),
        ["live.msix", "old_x64.msix", "old_arm64.msix"]
    );
}

#[test]
fn repairs_of_the_text_keep_every_other_byte() {
    let text = "{ \"applicationPackages\" : [\n\t{ \"fileName\":\"Notes.msix\",   \"fileStatus\": \"PendingUpload\" } ],\n \"notesForCertification\":\"\\u00e4 25.00\" }\n";
    let document: Value = serde_json::from_str(text).unwrap();
    let archive = looked_into(&zip_of(&[("sub/notes.msix", &package("1.0.0.0", "x64"))]));
    let fit = against(Kind::App, &document, &archive, None);
    let repairs = repairs(Kind::App, &document, &fit);
    assert_eq!(
        apply_to(text, &repairs),
        text.replace("Notes.msix", "sub/notes.msix")
    );
    assert_eq!(
        apply_to_text(text, &repairs[0].edits).unwrap(),
        apply_to(text, &repairs)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever a strange package holds, it is looked into without a panic.
    #[test]
    fn no_bytes_are_a_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), is_deflated: bool) {
        let method = if is_deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let upload = zip_of(&[("a.msixbundle", &bundle("1.0.0.0", &["x64"]))]);
        let mut bytes = packed(&[("a.msixupload", &upload), ("b.png", &png(300, 300))], method);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if let Ok(mut archive) = read(Cursor::new(&bytes)) {
            look_inside(Cursor::new(&bytes), &mut archive);
            let document = examples::app_update();
            let fit = against(Kind::App, &document, &archive, None);
            let mut changed = document.clone();
            apply(&mut changed, &repairs(Kind::App, &document, &fit));
            let _ = fit.findings();
        }
    }
}
