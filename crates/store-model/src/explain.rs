//! What the service's error codes mean to a person, from `assets/errors.toml`. Unknown codes stay unexplained, never hidden.

use serde::Deserialize;
use std::sync::LazyLock;

/// A code explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    pub meaning: String,
    pub advice: String,
    /// JSON pointers into the document, `*` for any name, with spaces between; empty where the document is not the cause.
    pub where_: String,
    /// Whether only Partner Center helps.
    pub portal: bool,
    /// Said on nearly every submission: to be dimmed.
    pub is_noise: bool,
}

/// What only Partner Center can do about an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PortalNeed {
    #[default]
    None,
    /// This one thing.
    ForThis,
    /// Everything: the API offers nothing for this product.
    ForProduct,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    contains: Option<String>,
    meaning: String,
    #[serde(default, rename = "where")]
    place: String,
    advice: String,
    #[serde(default)]
    portal: bool,
    #[serde(default)]
    unsupported: bool,
    #[serde(default)]
    noise: bool,
}

#[derive(Deserialize)]
struct Table {
    error: Vec<Row>,
}

fn parse() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../../assets/errors.toml"))
}

// The file is part of the program; a test reads it, so an unreadable one never ships.
static TABLE: LazyLock<Vec<Row>> =
    LazyLock::new(|| parse().map(|table| table.error).unwrap_or_default());

/// Explains a code of the service, of sign-in (`AADSTS7000215`, with or without the letters) or of HTTP (`403`). `details` is the
/// text that came with it. `None` for an unknown code: show what came.
pub fn explain(code: &str, details: &str) -> Option<Explanation> {
    let code = code.trim();
    let details = details.to_lowercase();
    let is_code = |row: &&Row| {
        row.code.eq_ignore_ascii_case(code)
            || row
                .code
                .strip_prefix("AADSTS")
                .is_some_and(|number| number == code)
    };
    let by_text = |row: &&Row| {
        is_code(row)
            && row
                .contains
                .as_ref()
                .is_some_and(|part| details.contains(&part.to_lowercase()))
    };
    let plain = |row: &&Row| is_code(row) && row.contains.is_none();
    let row = TABLE
        .iter()
        .find(by_text)
        .or_else(|| TABLE.iter().find(plain))?;
    Some(Explanation {
        meaning: row.meaning.clone(),
        advice: row.advice.clone(),
        where_: row.place.clone(),
        portal: row.portal,
        is_noise: row.noise,
    })
}

/// What to do about an error answer of the API: by its text whatever the code, else by its code, else by its HTTP status.
/// `None` where nothing is known to help.
pub fn advice(status: u16, code: Option<&str>, text: &str) -> Option<&'static str> {
    row_of(status, code, text).map(|row| row.advice.as_str())
}

/// What only Partner Center can do about an error answer of the API.
pub fn portal_need(status: u16, code: Option<&str>, text: &str) -> PortalNeed {
    match row_of(status, code, text) {
        Some(row) if row.unsupported => PortalNeed::ForProduct,
        Some(row) if row.portal => PortalNeed::ForThis,
        _ => PortalNeed::None,
    }
}

fn row_of(status: u16, code: Option<&str>, text: &str) -> Option<&'static Row> {
    let text = text.to_lowercase();
    let by_text = |row: &&Row| {
        let part = row.contains.as_ref();
        part.is_some_and(|part| text.contains(&part.to_lowercase()))
    };
    let by_code = |code: &str| {
        let is_plain = |row: &&Row| row.contains.is_none() && row.code.eq_ignore_ascii_case(code);
        TABLE.iter().find(is_plain)
    };
    // Redirects share one explanation, and so do failures of the server.
    let status = match status {
        300..400 => 300,
        500.. => 500,
        other => other,
    };
    TABLE
        .iter()
        .find(by_text)
        .or_else(|| code.and_then(by_code))
        .or_else(|| by_code(&status.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::collections::HashSet;

    #[test]
    fn the_table_is_readable_and_each_row_can_be_reached() {
        let table = parse().unwrap().error;
        let mut seen = HashSet::new();
        for row in &table {
            assert!(
                seen.insert((row.code.as_str(), row.contains.as_deref())),
                "{} stands twice",
                row.code
            );
            assert!(
                !row.meaning.is_empty() && row.advice.ends_with('.'),
                "{}",
                row.code
            );
            let found = explain(&row.code, row.contains.as_deref().unwrap_or_default()).unwrap();
            assert_eq!(found.meaning, row.meaning, "{}", row.code);
        }
    }

    #[test]
    fn every_code_of_the_reference_is_explained() {
        let details = "None InvalidArchive MissingFiles PackageValidationFailed InvalidParameterValue InvalidOperation InvalidState \
            ResourceNotFound ServiceError ListingOptOutWarning ListingOptInWarning UpdateOnlyWarning Other PackageValidationWarning \
            SalesUnsupportedWarning InvalidMicrosoftAgeRating IsInternalError";
        let sign_in = "7000215 7000222 7000218 7000216 700027 70002 700016 7000112 90002 900023 900144 90014 500011 50001 70011 901002 90055 90033";
        for code in details.split_whitespace().chain(sign_in.split(' ')) {
            assert!(explain(code, "").is_some(), "{code}");
        }
        assert_eq!(explain("AADSTS7000215", ""), explain("7000215", ""));
    }

    #[rstest]
    #[case(
        "InvalidParameterValue",
        "'Base' is not a valid PriceId for base price.",
        "/pricing/priceId"
    )]
    #[case(
        "InvalidParameterValue",
        "The size of Listings must be 1 or more",
        "/listings"
    )]
    #[case(
        "InvalidParameterValue",
        "The size of AppListings must be 1 or more",
        "/listings"
    )]
    #[case("invalidparametervalue", "something new", "")]
    fn the_text_tells_more_than_the_code(
        #[case] code: &str,
        #[case] details: &str,
        #[case] place: &str,
    ) {
        assert_eq!(explain(code, details).unwrap().where_, place);
    }

    #[test]
    fn noise_is_marked_and_the_unknown_stays_unexplained() {
        let is_noise = |code| explain(code, "").is_some_and(|explanation| explanation.is_noise);
        assert!(is_noise("SalesUnsupportedWarning") && !is_noise("MissingFiles"));
        assert_eq!(explain("BrandNewCode", "text"), None);
    }

    #[rstest]
    #[case(
        409,
        Some("InvalidState"),
        "In app product already has an in-progress submission",
        "under way already"
    )]
    #[case(
        409,
        Some("InvalidState"),
        "Submission in its current state cannot be deleted",
        "certification"
    )]
    #[case(409, Some("InvalidState"), "odd", "status")]
    #[case(
        400,
        Some("InvalidOperation"),
        "Ingestion API can only update … submissions that are created through the API.",
        "Partner Center"
    )]
    #[case(
        409,
        Some("InvalidState"),
        "This application uses features that are not supported by the submission API.",
        "repeating does not help"
    )]
    #[case(
        404,
        Some("ResourceNotFound"),
        "Submission not found",
        "load the product again"
    )]
    #[case(404, None, "", "Store ID")]
    #[case(403, None, "", "Manager role")]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "Please keep all file entries for existing packages.",
        "PendingDelete"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "'Base' is not a valid PriceId for base price.",
        "price tier"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "You must select a valid base price",
        "price tier"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "AllowTargetFutureDeviceFamilies needs to be initialized",
        "Holographic"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "The size of Listings must be 1 or more",
        "listings"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "Language codes: en-US|hi-IN not supported",
        "codes"
    )]
    #[case(
        400,
        Some("InvalidParameterValue"),
        "Existing Image (…) should contain Id",
        "id of every image"
    )]
    #[case(
        503,
        None,
        "Account service is experiencing issue. Please try again later.",
        "linked"
    )]
    #[case(
        401,
        Some("Unauthorized"),
        "Identity cannot be authorized. CorrelationId: 1",
        "Manager role"
    )]
    #[case(
        401,
        None,
        "APIM: Unauthorized. Access token is missing or invalid.",
        "tenant"
    )]
    #[case(411, None, "", "proxy")]
    #[case(
        500,
        Some("InternalServerError"),
        "An internal server error occurred",
        "few minutes"
    )]
    fn every_known_refusal_has_advice(
        #[case] status: u16,
        #[case] code: Option<&str>,
        #[case] message: &str,
        #[case] part: &str,
    ) {
        let advice = advice(status, code, message).unwrap();
        assert!(advice.contains(part), "{advice}");
    }

    #[test]
    fn what_only_partner_center_can_do_is_told_from_the_table() {
        let unsupported =
            "This application uses features that are not supported by the submission API.";
        for (status, code, text, need) in [
            (409, "InvalidState", unsupported, PortalNeed::ForProduct),
            (
                409,
                "InvalidOperation",
                "It was not created through the API.",
                PortalNeed::ForThis,
            ),
            (
                400,
                "Odd",
                "There is no such product E1307.",
                PortalNeed::None,
            ),
        ] {
            assert_eq!(portal_need(status, Some(code), text), need, "{text}");
        }
    }
}
