//! What a new submission holds before anybody has written to it.

use crate::clock::UNSET_DATE;
use crate::json::{number, set, text};
use crate::seed::Kind;
use crate::store::Product;
use serde_json::{Value, json};

/// What `packagerollout` says of a submission that never had one.
pub(super) fn no_rollout() -> Value {
    json!({
        "isPackageRollout": false, "packageRolloutPercentage": number(0.0), "packageRolloutStatus": "PackageRolloutNotStarted",
        "fallbackSubmissionId": "0"
    })
}

/// A copy of the live submission: a rollout's settings are inherited, its state is not.
pub(super) fn copy(mut live: Value) -> Value {
    if let Some(rollout) = live.pointer_mut("/packageDeliveryOptions/packageRollout") {
        if text(rollout, "packageRolloutStatus") != "PackageRolloutNotStarted" && !rollout.is_null()
        {
            set(rollout, "packageRolloutStatus", "PackageRolloutNotStarted");
        }
        set(rollout, "fallbackSubmissionId", "0");
    }
    live
}

/// The first submission of a product.
pub(super) fn empty(product: &Product, id: &str) -> Value {
    match product.kind {
        Kind::App => app(id),
        Kind::AddOn => add_on(id),
        Kind::Flight => flight(id, &product.id),
    }
}

pub(super) fn delivery() -> Value {
    json!({ "packageRollout": no_rollout(), "isMandatoryUpdate": false, "mandatoryUpdateEffectiveDate": UNSET_DATE })
}

fn app(id: &str) -> Value {
    json!({
        "id": id, "applicationCategory": "NotSet",
        "pricing": {
            "trialPeriod": "NoFreeTrial", "marketSpecificPricings": {}, "sales": [], "priceId": "Base", "isAdvancedPricingModel": true
        },
        "visibility": "NotSet", "targetPublishMode": "Immediate", "targetPublishDate": UNSET_DATE, "listings": {},
        "hardwarePreferences": [], "automaticBackupEnabled": false, "canInstallOnRemovableMedia": true, "isGameDvrEnabled": false,
        "gamingOptions": [], "hasExternalInAppProducts": false, "meetAccessibilityGuidelines": false, "notesForCertification": "",
        "status": "PendingCommit", "statusDetails": {}, "fileUploadUrl": "", "applicationPackages": [], "packageDeliveryOptions": delivery(),
        "enterpriseLicensing": "None", "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies": false,
        "allowTargetFutureDeviceFamilies": {}, "friendlyName": "", "trailers": []
    })
}

fn add_on(id: &str) -> Value {
    json!({
        "id": id, "contentType": "NotSet", "keywords": [], "lifetime": "Forever", "listings": {},
        "pricing": { "marketSpecificPricings": {}, "sales": [], "priceId": "Base", "isAdvancedPricingModel": true },
        "targetPublishDate": UNSET_DATE, "targetPublishMode": "Immediate", "tag": "", "visibility": "NotSet",
        "status": "PendingCommit", "statusDetails": {}, "fileUploadUrl": "", "friendlyName": ""
    })
}

fn flight(id: &str, flight: &str) -> Value {
    json!({
        "id": id, "flightId": flight, "status": "PendingCommit", "statusDetails": {}, "flightPackages": [],
        "packageDeliveryOptions": delivery(), "fileUploadUrl": "", "targetPublishMode": "Immediate", "targetPublishDate": "",
        "notesForCertification": ""
    })
}
