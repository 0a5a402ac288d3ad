//! What a release manager can do about an answer, from what is known of the service (store-api.md §§ 1.3, 1.5, 6, 8.2).
//! It must not know how answers are fetched.

use reqwest::StatusCode;

/// `409 Conflict`.
pub(super) fn status_words(status: u16) -> String {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}"))
}

/// Known messages by a part of their text, in lower case: the most telling first.
const BY_TEXT: [(&str, &str); 19] = [
    (
        "features that are not supported",
        "This product uses features that the submission API does not offer: manage it in Partner Center; repeating does not help.",
    ),
    (
        "created through the api",
        "This submission was made or touched in Partner Center, and only there it can be changed, deleted or committed: \
         open it in Partner Center, or delete it there and start again.",
    ),
    (
        "in-progress submission",
        "A submission is under way already: keep it, or delete it first.",
    ),
    (
        "create submission failed",
        "A submission is under way already: keep it, or delete it first.",
    ),
    (
        "cannot be deleted",
        "It is past the point where it can be deleted here: cancel its certification in Partner Center.",
    ),
    (
        "keep all file entries",
        "Keep every existing package in the JSON and mark those to remove with fileStatus PendingDelete.",
    ),
    (
        "valid priceid",
        "The price was set in Partner Center in a way that the API cannot write (Base): choose a price tier, or make this submission in Partner Center.",
    ),
    (
        "valid base price",
        "Choose a price tier in pricing.priceId, or make this submission in Partner Center.",
    ),
    (
        "allowtargetfuturedevicefamilies",
        "Put Desktop, Mobile, Xbox and Holographic into allowTargetFutureDeviceFamilies, each true or false.",
    ),
    (
        "size of listings",
        "The JSON needs at least one entry in listings.",
    ),
    (
        "language codes",
        "Take the languages that are named out of the listings, or correct their codes.",
    ),
    (
        "should contain id",
        "Keep the id of every image that exists already; mark those to remove with fileStatus PendingDelete.",
    ),
    (
        "account service",
        "Often the Entra application is not linked with the Partner Center account (yet): see Account settings, User management, \
         Microsoft Entra applications; after a change there, wait some minutes.",
    ),
    (
        "identity cannot be authorized",
        "The sign-in is right, but Partner Center does not know this Entra application: add it under Account settings, \
         User management, Microsoft Entra applications, with the Manager role.",
    ),
    (
        "not allowed to access this api",
        "Give the Entra application the Manager role in Partner Center under Account settings, User management.",
    ),
    (
        "access token is missing or invalid",
        "A fresh token was refused as well: check that the tenant is the one associated with the Partner Center account.",
    ),
    (
        "submission not found",
        "It was deleted or published meanwhile, or belongs to another product: load the product again.",
    ),
    (
        "validation errors which cannot be exposed",
        "Open the submission in Partner Center: only there the errors are shown.",
    ),
    (
        "invalidpricingavailabilitysettings",
        "The price or the markets do not fit each other: correct them here or in Partner Center.",
    ),
];

/// What to do about a refusal; `None` where nothing more than the Store's words is known.
pub(super) fn advice(
    status: u16,
    code: Option<&str>,
    message: &str,
    changes: bool,
) -> Option<&'static str> {
    let text = message.to_lowercase();
    if let Some((_, advice)) = BY_TEXT.iter().find(|(part, _)| text.contains(part)) {
        return Some(advice);
    }
    Some(match (status, code) {
        (300..400, _) => {
            "The address in the profile leads elsewhere, and a token is not sent on: correct the endpoint."
        }
        (400, Some("InvalidParameterValue")) => "Correct the value in the JSON and send it again.",
        (400, Some("InvalidOperation")) => {
            "The submission may have been made or touched in Partner Center: finish it there, or delete it there and start again."
        }
        (401, _) => {
            "Check that the Entra application belongs to this Partner Center account, with the Manager role \
             (Account settings, User management)."
        }
        (403, _) => {
            "Check that the id is the Store ID of a product of this account (Partner Center, Product identity), and that the \
             Entra application has the Manager role."
        }
        (404, _) => {
            "Check the id: it must be the Store ID, not a package name. A flight whose first draft was deleted answers so too; \
             make its next submission in Partner Center."
        }
        (409, Some("InvalidState")) => {
            "Its state does not allow this now, or it was made in Partner Center: load it again and look at its status."
        }
        (409, _) => {
            "The state of the product does not allow this, or it uses features that only Partner Center offers."
        }
        (411, _) => {
            "Something between here and the Store dropped the Content-Length header: check the proxy."
        }
        (407, _) => "The proxy wants a sign-in: check the proxy settings of this machine.",
        (413, _) => "The JSON is too large for the Store.",
        (500.., _) if changes => {
            "The Store has trouble and may have done it all the same: look at the product again before repeating it."
        }
        (500.., _) => "The Store has trouble: try again in a few minutes.",
        _ => return None,
    })
}

/// What to do about a failed sign-in, by the number in `AADSTS…`, else by the OAuth `error`.
pub(super) fn sign_in_advice(number: Option<u64>, error: &str) -> &'static str {
    match (number, error) {
        (Some(7_000_215), _) => {
            "Enter the value of the client secret again: often the secret's ID is pasted instead of its value."
        }
        (Some(7_000_222), _) => {
            "The client secret has expired: create a new key in Partner Center or Entra ID and store it in the profile."
        }
        (Some(7_000_218 | 7_000_216), _) => {
            "The profile gives neither a secret nor a federated token: complete it."
        }
        (Some(700_027), _) => {
            "The signature of the federated token was not accepted: check the federated credential or certificate of the Entra application."
        }
        (Some(700_016), _) => {
            "Check the client id and the tenant id: this application does not exist in that tenant."
        }
        (Some(7_000_112), _) => "The Entra application is disabled: enable it in Entra ID.",
        (Some(90_002), _) => "Check the tenant id: no such tenant exists in this cloud.",
        (Some(900_023), _) => {
            "The tenant id must be a GUID or a domain name: correct it in the profile."
        }
        (Some(500_011 | 50_001), _) => {
            "The tenant is not connected with Partner Center: associate it under Account settings, Tenants."
        }
        (Some(700_211..=700_213), _) => {
            "The federated credential of the Entra application does not match this pipeline: check its issuer, subject and audience."
        }
        (Some(700_024), _) => {
            "The federated token has expired: let the pipeline write a fresh one."
        }
        (Some(90_055 | 90_033), _) | (_, "temporarily_unavailable") => {
            "The sign-in service is busy: try again in a few minutes."
        }
        (Some(900_144 | 90_014 | 70_011 | 901_002), _) => {
            "This looks like a fault of this program: please report it with the correlation id."
        }
        (_, "invalid_client") => "Check the client id and the client secret in the profile.",
        (_, "unauthorized_client") => "Check the client id and the tenant id in the profile.",
        _ => "Check tenant id, client id and secret in the profile, and its login address.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

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
    fn every_known_refusal_has_its_advice(
        #[case] status: u16,
        #[case] code: Option<&str>,
        #[case] message: &str,
        #[case] part: &str,
    ) {
        let advice = advice(status, code, message, false).unwrap();
        assert!(advice.contains(part), "{advice}");
    }

    #[test]
    fn parts_of_texts_are_lower_case() {
        for (part, _) in BY_TEXT {
            assert_eq!(part, part.to_lowercase());
        }
    }
}
