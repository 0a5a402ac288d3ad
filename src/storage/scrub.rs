//! The last guard against a signed upload URL on disk: it is taken out of text that is about to be written.
//! Works on text, not on values, because a kept draft may be broken JSON and must otherwise stay as it is, letter by letter.

use std::borrow::Cow;
use store_model::submission::REDACTED;

const FIELD: &str = "\"fileuploadurl\"";

/// The text with the value of every `fileUploadUrl` that carries a signature replaced by [`REDACTED`].
///
/// Other fields are left alone: a link in the notes for certification is the author's own.
pub fn scrub(text: &str) -> Cow<'_, str> {
    // ASCII only, so that positions are those of `text`.
    let lower = text.to_ascii_lowercase();
    if !lower.contains(FIELD) || !has_signature(&lower) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let (mut written, mut from) = (0, 0);
    while let Some(found) = lower.get(from..).and_then(|rest| rest.find(FIELD)) {
        from += found + FIELD.len();
        let Some((start, end)) = value(text, from) else {
            continue;
        };
        from = end;
        if lower.get(start..end).is_some_and(has_signature) {
            clean.push_str(text.get(written..start).unwrap_or_default());
            clean.push_str(REDACTED);
            written = end;
        }
    }
    clean.push_str(text.get(written..).unwrap_or_default());
    Cow::Owned(clean)
}

/// Where the text value after a field's name begins and ends, without its quotes; an open one ends with its line.
fn value(text: &str, from: usize) -> Option<(usize, usize)> {
    let after = text
        .get(from..)?
        .trim_start()
        .strip_prefix(':')?
        .trim_start();
    let inside = after.strip_prefix('"').unwrap_or(after);
    let start = text.len() - inside.len();
    let mut is_escaped = false;
    let end = inside.find(|c: char| {
        let is_end = !is_escaped && (c == '"' || c == '\n');
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    Some((start, start + end.unwrap_or(inside.len())))
}

fn has_signature(lower: &str) -> bool {
    lower.contains("sig=") || lower.contains("sig%3d") || lower.contains("sig\\u003d")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        r#"{"fileUploadUrl": "https://x/y?se=1&sig=CANARY", "a": 25.0}"#,
        r#"{"fileUploadUrl": "REDACTED", "a": 25.0}"#
    )]
    #[case(
        r#"{"FileUploadURL":"https://x/y?se=1\u0026sig=CANARY%2B\"q"}"#,
        r#"{"FileUploadURL":"REDACTED"}"#
    )]
    #[case(
        "{\"ü\": 1, \"fileUploadUrl\" :\n \"x?sig=CANARY\n}",
        "{\"ü\": 1, \"fileUploadUrl\" :\n \"REDACTED\n}"
    )]
    #[case(
        r#"[{"fileUploadUrl":"?sig=CANARY"},{"fileUploadUrl":"?sig=CANARY"}"#,
        r#"[{"fileUploadUrl":"REDACTED"},{"fileUploadUrl":"REDACTED"}"#
    )]
    #[case(
        r#"{"fileUploadUrl": null, "notes": "see https://x?sig=mine"}"#,
        r#"{"fileUploadUrl": null, "notes": "see https://x?sig=mine"}"#
    )]
    #[case(r#"{"fileUploadUrl": ?sig=CANARY"#, r#"{"fileUploadUrl": REDACTED"#)]
    #[case(r#"{"fileUploadUrl""#, r#"{"fileUploadUrl""#)]
    fn only_the_signed_url_goes(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(scrub(text), expected.replace("REDACTED", REDACTED));
    }
}
