//! What the Store answers, and the bodies of its refusals as they were reported from the real service.
//! Knows no HTTP types: a reply is a status and a JSON value.

use crate::stage::Stage;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    /// `None` is an empty body, which the real service sends with some 403 and 404.
    pub body: Option<Value>,
    pub retry_after: Option<u64>,
}

impl Reply {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
            retry_after: None,
        }
    }

    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            body: None,
            retry_after: None,
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status < 300
    }
}

/// The error shape of the API itself; `target` may be unknown.
pub(super) fn refusal(status: u16, code: &str, target: Option<&str>, message: &str) -> Reply {
    let mut body = json!({ "code": code, "data": [], "details": [], "message": message, "source": "Ingestion Api" });
    if let Some(target) = target {
        crate::json::set(&mut body, "target", target);
    }
    Reply::new(status, body)
}

/// The error shape of the gateway in front of the API.
pub(super) fn gateway(status: u16, message: &str) -> Reply {
    Reply::new(status, json!({ "statusCode": status, "message": message }))
}

pub(super) fn no_token() -> Reply {
    gateway(
        401,
        "APIM: Unauthorized. Access token is missing or invalid.",
    )
}

pub(super) fn rate_limited(seconds: u64) -> Reply {
    let mut reply = gateway(
        429,
        &format!("Rate limit is exceeded. Try again in {seconds} seconds."),
    );
    reply.retry_after = Some(seconds);
    reply
}

/// The token is good, its identity is unknown to Partner Center.
pub(super) fn unknown_identity(correlation: &str) -> Reply {
    let message = format!("Identity cannot be authorized. CorrelationId: {correlation}");
    Reply::new(401, json!({ "code": "Unauthorized", "message": message }))
}

/// The Entra application is not linked with the account yet.
pub(super) fn account_not_linked() -> Reply {
    refusal(
        503,
        "ServiceUnavailable",
        None,
        "Account service is experiencing issue. Please try again later.",
    )
}

/// A submission is pending already.
pub(super) fn create_conflict() -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("submission"),
        "Create submission failed, status code Conflict, reason phrase Conflict",
    )
}

/// The same of an add-on, in other words.
pub(super) fn add_on_create_conflict() -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("submission"),
        "In app product already has an in-progress submission",
    )
}

/// The submission is under way.
pub(super) fn not_deletable() -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("submissionId"),
        "Submission in its current state cannot be deleted",
    )
}

/// Only a draft can be changed or committed.
pub(super) fn not_editable(doing: &str, state: Stage) -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("submission"),
        &format!("Submission cannot be {doing} in its current state: {state}"),
    )
}

/// Partner Center made the draft, or changed it.
pub(super) fn portal_made() -> Reply {
    refusal(
        400,
        "InvalidOperation",
        Some("applicationSubmission"),
        "Ingestion API can only update, delete, and commit submissions that are created through the API. Please delete the current in-progress submission and create one using the API",
    )
}

/// No submission has this id.
pub(super) fn no_submission() -> Reply {
    refusal(
        404,
        "ResourceNotFound",
        Some("submissionId"),
        "Submission not found",
    )
}

pub(super) fn foreign_submission() -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("submissionId"),
        "Submission does not belong to the specified product",
    )
}

/// Such a product can be seen in lists, and nothing else works with it.
pub(super) fn unsupported_product() -> Reply {
    refusal(
        409,
        "InvalidState",
        Some("application"),
        "This application uses features that are not supported by the submission API. To perform this operation, use the Dev Center dashboard.",
    )
}

/// Happens at any call, now and then.
pub(super) fn internal_error() -> Reply {
    Reply::new(
        500,
        json!({
            "code": "InternalServerError", "data": [], "details": [],
            "innererror": {
                "code": "UnknownInternalFailure", "data": [], "details": [],
                "message": "The service has encountered an unknown internal server error: "
            },
            "message": "An internal server error occurred while processing the operation.", "source": "Ingestion Api"
        }),
    )
}

/// Happens at any call; the work may have been done all the same.
pub(super) fn try_again_later() -> Reply {
    refusal(
        503,
        "InvalidOperation",
        None,
        "This operation cannot be completed at this time. Retry your operation using exponential backoff.",
    )
}

pub(super) fn bad_value(target: &str, message: &str) -> Reply {
    refusal(400, "InvalidParameterValue", Some(target), message)
}

/// A list or a text that is too long, in the service's words: `what` is `size` for lists and `length` for texts.
pub(super) fn too_much(what: &str, member: &str, most: usize) -> Reply {
    let message = format!("The {what} of {} must be {most} or less", pascal(member));
    bad_value(member, &message)
}

/// A word that is not in an enumeration.
pub(super) fn unknown_word(member: &str, word: &str) -> Reply {
    let message = format!("'{word}' is not a valid '{}' value", pascal(member));
    bad_value(member, &message)
}

/// A member's name as the service's own code spells it.
fn pascal(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What a check returns: nothing, or the refusal.
pub(super) type Checked = Result<(), Reply>;

/// One entry of `statusDetails.errors` or `.warnings`.
pub(super) fn detail(code: &str, details: &str) -> Value {
    json!({ "code": code, "details": details })
}

/// The error that a stage fails with when the scenario names only a code.
pub(super) fn failure(code: &str, details: Option<&str>) -> Value {
    let details = details.unwrap_or(match code {
        "InvalidState" => {
            "Submission has active validation errors which cannot be exposed via API, please visit https://developer.microsoft.com to see the issue."
        }
        "InvalidMicrosoftAgeRating" => "The age rating questionnaire has not been completed.",
        "InvalidParameterValue" => "Validation error: InvalidPricingAvailabilitySettings -",
        "IsInternalError" => "Commit workflow 6f1de5a5-5d3c-4bb0-a0de-2b1c8e0f7a94 is cancelled.",
        "InvalidArchive" => "The archive could not be opened.",
        "PackageValidationFailed" => "The package was rejected.",
        "MissingFiles" => "Files of the submission were not found in the archive.",
        _ => "The service could not process the submission.",
    });
    detail(code, details)
}
