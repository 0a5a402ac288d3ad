//! The texts of an answer as somebody would write them who wants to take over the terminal, or the build log, that prints them.

use serde_json::Value;

/// Clears the screen, sets the title and the clipboard, in both spellings of the escape; begins a line of its own that build
/// services take as a command; turns the direction of writing around.
const MARK: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{7}\u{9b}31m\u{9d}0;owned\u{9c}\u{0}\u{85}\
    \r\n##vso[task.setvariable variable=owned]yes\r\n::error::owned\u{2028}\u{202e}\u{2066}";

/// Members that a client has to be able to use: what names, places, dates, or is one of a list of known words.
const USED: &str = "@nextLink access_token applicationCategory architecture code contentType date enterpriseLicensing error \
    expires_in expires_on ext_expires_in fallbackSubmissionId fileStatus fileUploadUrl firstPublishedDate flightId id imageType inAppProductId kinectDataForExternal \
    lifetime mandatoryUpdateEffectiveDate minimumDirectXVersion minimumSystemRam not_before packageRolloutStatus priceId productType \
    resource resourceLocation status targetPublishDate targetPublishMode token_type trialPeriod version videoFileId visibility";
/// Lists and maps of such words.
const WORDS: &str = "capabilities genres groupIds hardwarePreferences languages marketSpecificPricings targetDeviceFamilies";

/// Puts the mark behind every text that is only shown.
pub(super) fn mark(value: &mut Value) {
    match value {
        Value::String(text) => text.push_str(MARK),
        Value::Array(elements) => elements.iter_mut().for_each(mark),
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, member)| {
                let known = if member.is_string() { USED } else { WORDS };
                !known.split_whitespace().any(|known| known == *name)
            })
            .for_each(|(_, member)| mark(member)),
        _ => {}
    }
}

/// A request body without the marks that the client had from us.
pub(super) fn clean(body: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice(body) else {
        return body.to_vec();
    };
    unmark(&mut value);
    value.to_string().into_bytes()
}

fn unmark(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace(MARK, ""),
        Value::Array(elements) => elements.iter_mut().for_each(unmark),
        Value::Object(members) => members.values_mut().for_each(unmark),
        _ => {}
    }
}
