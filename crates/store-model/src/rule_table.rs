//! Every rule of the check, by the subjects of `docs/rules.md`. Holds no rule's code; tests keep it equal to that page.

use crate::rule::{Certainty, Rule};

macro_rules! rules {
    ($($subject:literal { $($constant:ident $name:literal $certainty:ident [$($source:literal),+];)+ })+) => {
        $($(
            pub const $constant: Rule = Rule {
                name: $name,
                certainty: Certainty::$certainty,
                sources: &[$($source),+],
            };
        )+)+

        /// The rules of each subject, by the subject's heading.
        pub const SUBJECTS: &[(&str, &[Rule])] = &[$(($subject, &[$($constant),+])),+];
    };
}

/// Every rule, in the order of `docs/rules.md`.
pub fn all() -> impl Iterator<Item = Rule> {
    SUBJECTS.iter().flat_map(|(_, rules)| rules.iter().copied())
}

rules! {
    "Shape of the document" {
        DOCUMENT_NOT_AN_OBJECT "document-not-an-object" Refused ["an-update-replaces-everything"];
        WRONG_TYPE "wrong-type" Refused ["document-fields"];
        VALUE_CASE "value-case" Refused ["property-names-and-enumeration-values"];
        VALUE_UNKNOWN "value-unknown" MayBeRefused ["unknown-values"];
        TEXT_TOO_LONG "text-too-long" Refused ["listing-text-limits", "add-on-text-limits", "certification-notes-limit"];
        TEXT_TOO_LONG_IN_UTF16 "text-too-long-in-utf16" MayBeRefused ["how-characters-are-counted"];
        TOO_MANY_ENTRIES "too-many-entries" Refused ["listing-text-limits", "add-on-text-limits", "trailers", "game-options"];
        NUMBER_OUT_OF_RANGE "number-out-of-range" Refused ["delivery-options", "game-options"];
        DATE_MALFORMED "date-malformed" Refused ["dates"];
        SCHEMA_BREACH "schema-breach" Refused ["document-fields"];
        KEY_CASE "key-case" Note ["listing-languages", "app-listings"];
        FIELD_NAMED_TWICE "field-named-twice" NotSent ["property-names-and-enumeration-values"];
        FLIGHT_FIELD_UNKNOWN "flight-field-unknown" MayBeRefused ["flight-submission"];
    }
    "Fields in general" {
        READ_ONLY_FIELD_CHANGED "read-only-field-changed" Note ["fields-the-store-owns"];
        ADD_ON_READ_ONLY_FIELD "add-on-read-only-field" Note ["fields-the-store-owns"];
        OBSOLETE_FIELD_SET "obsolete-field-set" Note ["obsolete-listing-fields", "sales"];
        FIELD_LEFT_OUT "field-left-out" MayNotBeMeant ["an-update-replaces-everything"];
        CONTROL_CHARACTERS "control-characters" MayBeRefused ["control-characters"];
        TEXT_GARBLED "text-garbled" MayNotBeMeant ["control-characters"];
        SIGNED_URL_LEFT_OUT "signed-url-left-out" NotSent ["fields-the-store-owns"];
    }
    "Price and availability" {
        PRICE_MISSING "price-missing" Refused ["missing-price"];
        PRICE_BASE "price-base" Refused ["base-price-refused"];
        PRICE_TIER_UNKNOWN "price-tier-unknown" Refused ["price-tiers"];
        PRICE_BECOMES_FREE "price-becomes-free" MayNotBeMeant ["price-tiers"];
        PRICE_NOT_AVAILABLE "price-not-available" MayNotBeMeant ["price-tiers"];
        MARKET_UNKNOWN "market-unknown" Refused ["price-tiers"];
        MARKET_WITHDRAWN "market-withdrawn" MayNotBeMeant ["price-tiers"];
        MARKET_BECOMES_FREE "market-becomes-free" MayNotBeMeant ["price-tiers"];
        FREE_APP_WITH_TRIAL "free-app-with-trial" Note ["free-trial"];
        ADD_ON_WITH_TRIAL "add-on-with-trial" MayBeRefused ["add-on-submission"];
        ADD_ON_BECOMES_PAID "add-on-becomes-paid" MayBeRefused ["free-add-on-that-gets-a-price"];
        VISIBILITY_NOT_CHOSEN "visibility-not-chosen" MayNotBeMeant ["visibility"];
        VISIBILITY_HIDDEN "visibility-hidden" MayNotBeMeant ["visibility"];
        VISIBILITY_PRIVATE "visibility-private" MayNotBeMeant ["visibility"];
        DEVICE_FAMILIES_INCOMPLETE "device-families-incomplete" Refused ["device-families"];
        DEVICE_FAMILY_UNKNOWN "device-family-unknown" Refused ["device-families"];
        CATEGORY_NOT_CHOSEN "category-not-chosen" MayNotBeMeant ["categories"];
        CATEGORY_CROSSES_GAMES "category-crosses-games" MayBeRefused ["categories"];
    }
    "Publishing and rollout" {
        PUBLISH_MODE_MISSING "publish-mode-missing" MayNotBeMeant ["what-a-new-submission-contains"];
        PUBLISH_DATE_MISSING "publish-date-missing" Refused ["publish-mode-and-date"];
        PUBLISH_DATE_PAST "publish-date-past" MayBeRefused ["publish-mode-and-date"];
        PUBLISH_DATE_TOO_NEAR "publish-date-too-near" MayBeRefused ["publish-mode-and-date"];
        PUBLISH_DATE_UNUSED "publish-date-unused" Note ["publish-mode-and-date"];
        ROLLOUT_NOT_STATED "rollout-not-stated" Note ["rollout-inherited"];
        ROLLOUT_INHERITED "rollout-inherited" MayNotBeMeant ["rollout-inherited"];
        ROLLOUT_PERCENTAGE_MISSING "rollout-percentage-missing" Refused ["delivery-options"];
        ROLLOUT_PERCENTAGE_UNUSED "rollout-percentage-unused" Note ["delivery-options"];
        ROLLOUT_TO_NOBODY "rollout-to-nobody" MayNotBeMeant ["delivery-options"];
        ROLLOUT_TO_EVERYONE "rollout-to-everyone" Note ["gradual-rollout"];
        ROLLOUT_WITHOUT_NEW_PACKAGE "rollout-without-new-package" Note ["delivery-options"];
        MANDATORY_DATE_MISSING "mandatory-date-missing" MayBeRefused ["delivery-options"];
        MANDATORY_DATE_PAST "mandatory-date-past" Note ["delivery-options"];
        MANDATORY_DATE_UNUSED "mandatory-date-unused" Note ["delivery-options"];
    }
    "Listings" {
        LISTINGS_MISSING "listings-missing" Refused ["listings-are-required"];
        BASE_LISTING_MISSING "base-listing-missing" Refused ["app-listings"];
        DESCRIPTION_MISSING "description-missing" Refused ["app-listings"];
        TITLE_MISSING "title-missing" Refused ["add-on-submission"];
        TITLE_NOT_APPLIED "title-not-applied" MayBeRefused ["listing-titles"];
        LANGUAGE_UNKNOWN "language-unknown" Refused ["listing-languages"];
        LANGUAGE_TWICE "language-twice" Refused ["listing-languages"];
        LANGUAGE_REMOVED "language-removed" MayNotBeMeant ["languages-added-or-removed"];
        LANGUAGE_ADDED "language-added" Note ["languages-added-or-removed"];
        PLATFORM_UNKNOWN "platform-unknown" MayBeRefused ["app-listings"];
        TOO_MANY_KEYWORD_WORDS "too-many-keyword-words" Refused ["listing-text-limits"];
        CONTENT_TYPE_NOT_CHOSEN "content-type-not-chosen" Refused ["content-type-of-an-add-on"];
        CONTENT_TYPE_MISSING "content-type-missing" MayBeRefused ["content-type-of-an-add-on"];
        CONTENT_TYPE_CHANGED "content-type-changed" MayNotBeMeant ["content-type-of-an-add-on"];
        PLAYER_COUNTS_REVERSED "player-counts-reversed" Refused ["game-options"];
        PLAYER_COUNTS_MISSING "player-counts-missing" MayBeRefused ["game-options"];
        PLAYER_COUNTS_UNUSED "player-counts-unused" Note ["game-options"];
    }
    "Images and trailers" {
        SCREENSHOT_MISSING "screenshot-missing" Refused ["app-listings"];
        TOO_MANY_SCREENSHOTS "too-many-screenshots" Refused ["listing-images"];
        IMAGE_TYPE_MISSING "image-type-missing" Refused ["listing-images"];
        IMAGE_TYPE_HISTORICAL "image-type-historical" MayBeRefused ["listing-images"];
        IMAGE_ID_MISSING "image-id-missing" Refused ["existing-images"];
        IMAGE_LEFT_OUT "image-left-out" MayNotBeMeant ["existing-images"];
        IMAGE_REPLACED_IN_PLACE "image-replaced-in-place" MayBeRefused ["existing-images", "reusing-a-file-name"];
        IMAGE_NAME_REUSED "image-name-reused" MayBeRefused ["reusing-a-file-name"];
        TRAILER_EMPTY "trailer-empty" MayNotBeMeant ["trailers"];
        TRAILER_THUMBNAIL_MISSING "trailer-thumbnail-missing" Refused ["trailers"];
        TRAILER_LANGUAGE_WITHOUT_LISTING "trailer-language-without-listing" MayNotBeMeant ["trailers"];
        TRAILER_LEFT_OUT "trailer-left-out" MayNotBeMeant ["file-status"];
        TRAILER_FILE_TYPE "trailer-file-type" MayBeRefused ["trailers"];
    }
    "Files in the document" {
        FILE_NAME_MISSING "file-name-missing" Refused ["file-status"];
        FILE_NAME_UNSAFE "file-name-unsafe" Refused ["paths-in-the-zip", "zip-formats"];
        FILE_STATUS_MISSING "file-status-missing" Refused ["file-status"];
        NEW_FILE_HAS_ID "new-file-has-id" MayBeRefused ["keep-every-existing-package", "file-status"];
        IMAGE_NOT_PNG "image-not-png" MayBeRefused ["listing-images", "add-on-icon", "trailers"];
    }
    "Packages in the document" {
        NO_PACKAGE_LEFT "no-package-left" MayBeRefused ["package-entries"];
        TOO_MANY_PACKAGES "too-many-packages" MayBeRefused ["number-of-packages"];
        PACKAGE_LEFT_OUT "package-left-out" Refused ["keep-every-existing-package"];
        PACKAGE_ID_MISSING "package-id-missing" Refused ["keep-every-existing-package"];
        PACKAGE_ID_TWICE "package-id-twice" Refused ["keep-every-existing-package"];
        EXISTING_PACKAGE_AS_NEW "existing-package-as-new" Refused ["keep-every-existing-package"];
        PACKAGE_ID_UNKNOWN "package-id-unknown" MayBeRefused ["package-entries"];
        PACKAGE_RENAMED "package-renamed" MayBeRefused ["keep-every-existing-package"];
        PACKAGE_NAME_REUSED "package-name-reused" MayBeRefused ["reusing-a-file-name"];
        PACKAGE_UPLOADED_TWICE "package-uploaded-twice" Refused ["the-zip"];
        PACKAGE_VERSION_TWICE "package-version-twice" MayBeRefused ["same-version-twice"];
        PACKAGE_MINIMUMS_MISSING "package-minimums-missing" MayBeRefused ["package-entries"];
        PACKAGE_FILE_TYPE "package-file-type" Refused ["package-file-types"];
        PACKAGE_TYPE_HISTORICAL "package-type-historical" MayBeRefused ["package-file-types"];
        BUNDLE_REQUIRED "bundle-required" Refused ["bundle-after-bundle"];
        PACKAGE_SUPERSEDED "package-superseded" Note ["which-package-a-customer-gets", "number-of-packages"];
        PACKAGE_LANGUAGE_WITHOUT_LISTING "package-language-without-listing" MayNotBeMeant ["package-languages"];
    }
    "The ZIP" {
        ZIP_NOT_GIVEN "zip-not-given" Note ["the-zip"];
        ZIP_UNREADABLE "zip-unreadable" CommitFails ["the-zip", "zip-formats"];
        ZIP_NOT_NEEDED "zip-not-needed" MayNotBeMeant ["the-zip"];
        ZIP_FITS "zip-fits" Note ["the-zip"];
        BARE_PACKAGE "bare-package" CommitFails ["the-zip"];
        FILE_MISSING "file-missing" CommitFails ["the-zip"];
        FILE_NAME_CASE "file-name-case" CommitMayFail ["paths-in-the-zip"];
        FILE_ELSEWHERE "file-elsewhere" CommitFails ["paths-in-the-zip"];
        ZIP_BACKSLASH "zip-backslash" CommitFails ["paths-in-the-zip"];
        ZIP_NESTED_FOLDER "zip-nested-folder" CommitFails ["paths-in-the-zip"];
        FILE_EMPTY "file-empty" CommitFails ["the-zip"];
        FILE_TOO_LARGE "file-too-large" CommitFails ["file-size-limits"];
        ZIP_FILE_TWICE "zip-file-twice" CommitMayFail ["zip-formats"];
        ZIP_PATH_UNSAFE "zip-path-unsafe" CommitMayFail ["zip-formats"];
        ZIP_ENCRYPTED "zip-encrypted" CommitMayFail ["zip-formats"];
        ZIP_METHOD "zip-method" CommitMayFail ["zip-formats"];
        ZIP_DEFLATE64 "zip-deflate64" MayBeRefused ["zip-formats"];
        ZIP_OVERLAP "zip-overlap" CommitMayFail ["zip-formats"];
        ZIP_IMPLAUSIBLE_SIZE "zip-implausible-size" CommitMayFail ["zip-formats"];
        ZIP_FILE_ALREADY_UPLOADED "zip-file-already-uploaded" MayNotBeMeant ["file-status"];
        ZIP_FILE_NOT_NEEDED "zip-file-not-needed" Note ["the-zip"];
        PACKAGE_NOT_LISTED "package-not-listed" MayNotBeMeant ["the-zip"];
        PACKAGES_SHARE_NAME "packages-share-name" CommitMayFail ["reusing-a-file-name"];
        FILE_AMBIGUOUS "file-ambiguous" NotPacked ["paths-in-the-zip"];
    }
    "Packages in the ZIP" {
        NOT_A_PACKAGE "not-a-package" CommitFails ["package-contents"];
        PACKAGE_UNREADABLE "package-unreadable" CommitFails ["package-contents"];
        PACKAGE_NOT_INSPECTED "package-not-inspected" Note ["package-contents"];
        BUNDLE_INCOMPLETE "bundle-incomplete" MayBeRefused ["package-contents"];
        BUNDLE_WITHOUT_APP "bundle-without-app" CommitFails ["package-contents"];
        BUNDLE_CONTRADICTS_ITSELF "bundle-contradicts-itself" CommitFails ["package-contents", "package-identity"];
        BUNDLE_OFFSETS_DIFFER "bundle-offsets-differ" Note ["package-contents"];
        BLOCK_MAP_DIFFERS "block-map-differs" CommitFails ["package-contents"];
        BUNDLE_VERSIONS_DIFFER "bundle-versions-differ" MayBeRefused ["package-versions"];
        BUNDLES_SHARE_NAME "bundles-share-name" MayBeRefused ["same-version-twice"];
        UPLOAD_HOLDS_SEVERAL "upload-holds-several" MayBeRefused ["package-contents"];
        PACKAGE_PART_MISSING "package-part-missing" CommitFails ["package-contents"];
        PACKAGE_TYPE_MISMATCH "package-type-mismatch" MayBeRefused ["package-file-types"];
        PACKAGE_NOT_AN_APP "package-not-an-app" MayBeRefused ["package-contents"];
        PACKAGE_LANGUAGE_MISSING "package-language-missing" CommitFails ["package-contents"];
        DEVICE_FAMILY_MISSING "device-family-missing" MayBeRefused ["package-contents"];
        DEBUG_FRAMEWORK "debug-framework" MayBeRefused ["package-contents"];
        PACKAGE_IDENTITY_MISMATCH "package-identity-mismatch" CommitFails ["package-identity"];
        PACKAGE_PUBLISHER_MISMATCH "package-publisher-mismatch" CommitFails ["package-identity"];
        PACKAGES_OF_TWO_PRODUCTS "packages-of-two-products" MayNotBeMeant ["package-identity"];
        PACKAGE_VERSION_INVALID "package-version-invalid" CommitFails ["package-versions"];
        PACKAGE_VERSION_FOURTH_PART "package-version-fourth-part" CommitFails ["package-versions"];
        SAME_PACKAGE_TWICE "same-package-twice" CommitFails ["same-version-twice"];
        PACKAGE_OLDER_THAN_LIVE "package-older-than-live" MayNotBeMeant ["which-package-a-customer-gets"];
        PACKAGE_CAPABILITY_ADDED "package-capability-added" Note ["capabilities"];
        DEVICE_FAMILY_LOST "device-family-lost" MayNotBeMeant ["which-package-a-customer-gets"];
        ARCHITECTURE_LOST "architecture-lost" MayNotBeMeant ["which-package-a-customer-gets"];
        MINIMUM_VERSION_RAISED "minimum-version-raised" MayNotBeMeant ["which-package-a-customer-gets"];
    }
    "Pictures in the ZIP" {
        PICTURE_UNREADABLE "picture-unreadable" CommitFails ["listing-images"];
        PICTURE_SIZE "picture-size" Refused ["image-sizes"];
    }
    "New add-ons" {
        PRODUCT_ID_LENGTH "product-id-length" Refused ["new-add-ons"];
        PRODUCT_ID_CHARACTER "product-id-character" Refused ["new-add-ons"];
        PRODUCT_TYPE_UNKNOWN "product-type-unknown" MayBeRefused ["new-add-ons"];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = include_str!("../../../docs/rules.md");
    const STORE_API: &str = include_str!("../../../docs/store-api.md");

    fn paragraph(rule: Rule) -> &'static str {
        let heading = format!("\n### {}\n\n", rule.name);
        let (_, text) = RULES.split_once(&heading).unwrap();
        text.lines().next().unwrap()
    }

    #[test]
    fn the_page_has_the_same_rules_in_the_same_order_by_the_same_subjects() {
        let mut subject = "";
        let mut documented = Vec::new();
        for line in RULES.lines() {
            if let Some(name) = line.strip_prefix("## ") {
                subject = name;
            } else if let Some(name) = line.strip_prefix("### ") {
                documented.push((subject, name));
            }
        }
        let ours: Vec<_> = SUBJECTS
            .iter()
            .flat_map(|(subject, rules)| rules.iter().map(|rule| (*subject, rule.name)))
            .collect();
        assert_eq!(documented, ours);
        for rule in all() {
            let link = format!("[`{0}`](#{0})", rule.name);
            assert!(RULES.contains(&link), "{rule} is missing in the overview");
        }
    }

    #[test]
    fn each_paragraph_says_how_certain_its_rule_is_and_links_its_sources() {
        let anchors: Vec<String> = STORE_API
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .map(|line| line.trim_start_matches('#').trim().to_lowercase())
            .map(|heading| {
                let kept = heading
                    .chars()
                    .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
                kept.collect::<String>().replace(' ', "-")
            })
            .collect();
        for rule in all() {
            let line = paragraph(rule);
            let severity = rule.severity().word();
            let words = match rule.certainty.words() {
                "" => String::new(),
                words => format!(", {words}"),
            };
            let start = format!(
                "**{}{}**{words}",
                severity[..1].to_uppercase(),
                &severity[1..]
            );
            assert!(line.starts_with(&start), "{rule}: {line}");
            let links: Vec<&str> = line
                .split("(store-api.md#")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
                .collect();
            assert_eq!(links, rule.sources, "{rule}");
            for source in rule.sources {
                assert!(
                    anchors.iter().any(|anchor| anchor == source),
                    "{rule}: {source}"
                );
            }
        }
    }
}
