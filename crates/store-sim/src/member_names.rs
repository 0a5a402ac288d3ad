//! Property names of a request: the real service takes them in any case and answers in its own. Unknown members keep their spelling.

use crate::errors::{Reply, bad_value};
use serde_json::Value;

/// Members whose own members are named by people or by lists of codes, not by the API.
const MAPS: [&str; 5] = [
    "listings",
    "platformOverrides",
    "trailerAssets",
    "marketSpecificPricings",
    "allowTargetFutureDeviceFamilies",
];

/// The members of the API, in its own spelling.
const NAMES: &str = "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies allowTargetFutureDeviceFamilies applicationCategory \
    applicationIds applicationPackages architecture automaticBackupEnabled baseListing canInstallOnRemovableMedia capabilities \
    contentType copyrightAndTrademarkInfo description devStudio enterpriseLicensing fallbackSubmissionId features fileName fileStatus \
    fileUploadUrl flightId flightPackages friendlyName gamingOptions genres groupIds hardwarePreferences hasExternalInAppProducts icon id \
    imageList images imageType isAdvancedPricingModel isBroadcastingPrivilegeGranted isCrossPlayEnabled isGameDvrEnabled \
    isLocalCooperative isLocalMultiplayer isMandatoryUpdate isOnlineCooperative isOnlineMultiplayer isPackageRollout isSeekEnabled \
    keywords kinectDataForExternal languages licenseTerms lifetime listings localCooperativeMaxPlayers localCooperativeMinPlayers \
    localMultiplayerMaxPlayers localMultiplayerMinPlayers mandatoryUpdateEffectiveDate marketSpecificPricings \
    meetAccessibilityGuidelines minimumDirectXVersion minimumHardware minimumSystemRam notesForCertification packageDeliveryOptions \
    packageRollout packageRolloutPercentage packageRolloutStatus platformOverrides priceId pricing privacyPolicy productId productType \
    rankHigherThan recommendedHardware releaseNotes sales shortDescription shortTitle sortTitle status statusDetails supportContact tag \
    targetDeviceFamilies targetPlatform targetPublishDate targetPublishMode title trailerAssets trailers trialPeriod version \
    videoFileId videoFileName visibility voiceTitle websiteUrl";

/// A request body, which must be an object, with its members spelled properly.
pub(super) fn read(body: &[u8]) -> Result<Value, Reply> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Ok(correct(value)),
        Ok(_) => Err(bad_value(
            "request",
            "The request body must be a JSON object.",
        )),
        Err(error) => Err(bad_value(
            "request",
            &format!("The request body is not valid JSON: {error}"),
        )),
    }
}

/// Gives known members their proper case; order and values stay.
fn correct(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| {
                    let name = NAMES
                        .split_whitespace()
                        .find(|known| known.eq_ignore_ascii_case(&name))
                        .map_or(name, str::to_owned);
                    let member = if MAPS.contains(&name.as_str()) {
                        correct_map(member)
                    } else {
                        correct(member)
                    };
                    (name, member)
                })
                .collect(),
        ),
        Value::Array(elements) => Value::Array(elements.into_iter().map(correct).collect()),
        other => other,
    }
}

fn correct_map(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, member)| (name, correct(member)))
                .collect(),
        ),
        other => other,
    }
}
