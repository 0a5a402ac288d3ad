//! What kind of value each member of a request holds: the real service cannot even read another. `null` counts as absent.

use crate::errors::{Checked, bad_value};
use crate::vocabulary::has;
use serde_json::Value;

const BOOLEANS: &str = "allowMicrosoftDecideAppAvailabilityToFutureDeviceFamilies automaticBackupEnabled canInstallOnRemovableMedia \
    hasExternalInAppProducts isBroadcastingPrivilegeGranted isCrossPlayEnabled isGameDvrEnabled isLocalCooperative isLocalMultiplayer \
    isMandatoryUpdate isOnlineCooperative isOnlineMultiplayer isPackageRollout meetAccessibilityGuidelines";

const TEXTS: &str = "applicationCategory contentType copyrightAndTrademarkInfo description devStudio enterpriseLicensing fileName \
    fileStatus imageType kinectDataForExternal licenseTerms lifetime mandatoryUpdateEffectiveDate minimumDirectXVersion \
    minimumSystemRam notesForCertification priceId releaseNotes shortDescription shortTitle sortTitle tag targetPublishDate \
    targetPublishMode title trialPeriod videoFileName visibility voiceTitle";

const LISTS: &str = "applicationPackages features flightPackages gamingOptions genres hardwarePreferences imageList images keywords \
    minimumHardware recommendedHardware trailers";

const OBJECTS: &str = "allowTargetFutureDeviceFamilies baseListing icon listings marketSpecificPricings packageDeliveryOptions \
    packageRollout platformOverrides pricing trailerAssets";

/// Refuses the first member that holds another kind of value than it should.
pub(super) fn check(value: &Value) -> Checked {
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            let wanted = match member {
                Value::Null => None,
                _ if has(BOOLEANS, name) => (!member.is_boolean()).then_some("true or false"),
                _ if has(TEXTS, name) => (!member.is_string()).then_some("a string"),
                _ if has(LISTS, name) => (!member.is_array()).then_some("an array"),
                _ if has(OBJECTS, name) => (!member.is_object()).then_some("an object"),
                _ => None,
            };
            match wanted {
                Some(wanted) => Err(bad_value(
                    name,
                    &format!("The value of {name} must be {wanted}."),
                )),
                None => check(member),
            }
        }),
        Value::Array(elements) => elements.iter().try_for_each(check),
        _ => Ok(()),
    }
}
