//! Signed URLs are recognised by what they are, a `sig=` in a query, whatever the field, the host and the spelling: whoever has one
//! can replace an upload, so none is shown, logged or kept.

use serde_json::Value;
use std::borrow::Cow;

/// What is shown instead of a signed upload URL.
pub const REDACTED: &str = "(signed upload URL, not shown)";

/// More layers of escaping than this are no accident of any program.
const MOST_LAYERS: usize = 4;

/// The author's own words to the testers: a link in them is meant to be read, and goes back to the Store as it was written.
const AUTHORS_OWN: &str = "notesForCertification";

/// Whether a member is the one that the Store uses for signed upload URLs: whatever it holds is never shown.
pub fn is_signed_url(name: &str, value: &Value) -> bool {
    name.eq_ignore_ascii_case("fileUploadUrl") && value.is_string()
}

/// The text with each signed URL replaced by [`REDACTED`].
pub fn redact(text: &str) -> Cow<'_, str> {
    replace(text, |_| false)
}

/// As [`redact`], for the text of a JSON document: the notes for certification stay as their author wrote them.
/// Works on text, because a kept draft may be broken JSON and must otherwise stay letter by letter.
pub fn redact_document(text: &str) -> Cow<'_, str> {
    replace(text, is_authors_own)
}

/// Takes signed URLs out of every text of a document.
pub fn redact_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redact(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_value),
        Value::Object(members) => {
            for (key, value) in members {
                if !key.eq_ignore_ascii_case(AUTHORS_OWN) {
                    redact_value(value);
                }
            }
        }
        _ => {}
    }
}

fn replace(text: &str, is_kept: impl Fn(&str) -> bool) -> Cow<'_, str> {
    // Most texts have neither: nothing is looked at twice.
    if !text.contains(['=', '%', '\\', '&']) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::new();
    let mut written = 0;
    for (start, word) in words(text) {
        if has_signature(word) && !is_kept(text.get(..start).unwrap_or_default()) {
            // What stands before the address is no part of it: `url=https://…`.
            let offset = find_address(word);
            clean.push_str(text.get(written..start + offset).unwrap_or_default());
            clean.push_str(REDACTED);
            written = start + word.len();
        }
    }
    if written == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(text.get(written..).unwrap_or_default());
    Cow::Owned(clean)
}

/// The runs of characters in which a URL may stand, with their places: between blanks and quotes, as a JSON text escapes them.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(|c| !is_border(c))?;
        let word = text.get(start..)?;
        let mut length = word.len();
        let mut chars = word.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let is_escape =
                c == '\\' && matches!(chars.peek(), Some((_, 'n' | 'r' | 't' | 'f' | 'b' | '"')));
            if is_border(c) || is_escape {
                length = at;
                break;
            }
        }
        from = start + length.max(1);
        Some((start, word.get(..length)?))
    })
}

fn is_border(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '<' | '>')
}

fn find_address(word: &str) -> usize {
    let lower = word.to_ascii_lowercase();
    lower
        .find("https:")
        .or_else(|| lower.find("http:"))
        .unwrap_or_default()
}

fn has_signature(word: &str) -> bool {
    let mut text = word.to_lowercase();
    for _ in 0..MOST_LAYERS {
        if is_query_with_signature(&text) {
            return true;
        }
        let next = decoded(&text);
        if next == text {
            return false;
        }
        text = next;
    }
    is_query_with_signature(&text)
}

fn is_query_with_signature(text: &str) -> bool {
    text.match_indices("sig=").any(|(at, found)| {
        let is_parameter = text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|before| !before.is_alphanumeric() && before != '_' && before != '-');
        let has_value = text
            .get(at + found.len()..)
            .and_then(|after| after.chars().next())
            .is_some_and(|after| !matches!(after, '&' | '…' | ',' | ')'));
        is_parameter && has_value
    })
}

/// One layer of escaping taken off: `%3d`, `\u003d`, `&amp;`, `&#61;`.
fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escape = match c {
            '%' => rest.get(1..3).map(|digits| (3, digits, 16)),
            '\\' if rest.starts_with("\\\\") => Some((2, "5c", 16)),
            '\\' if rest.starts_with("\\/") => Some((2, "2f", 16)),
            '\\' if rest.starts_with("\\u") => rest.get(2..6).map(|digits| (6, digits, 16)),
            '\\' if rest.starts_with("\\x") => rest.get(2..4).map(|digits| (4, digits, 16)),
            '&' => rest.find(';').filter(|end| *end < 10).and_then(|end| {
                let name = rest.get(1..end)?;
                match name {
                    "amp" => Some((end + 1, "26", 16)),
                    "equals" => Some((end + 1, "3d", 16)),
                    _ => match name.strip_prefix("#x") {
                        Some(digits) => Some((end + 1, digits, 16)),
                        None => Some((end + 1, name.strip_prefix('#')?, 10)),
                    },
                }
            }),
            _ => None,
        };
        let escaped = escape.and_then(|(length, digits, base)| {
            let code = u32::from_str_radix(digits, base).ok()?;
            Some((length, char::from_u32(code)?))
        });
        let (length, c) = escaped.unwrap_or((c.len_utf8(), c));
        plain.extend(c.to_lowercase());
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

/// Whether what follows is the value of the notes for certification: the last key before it, with only its value's text between.
fn is_authors_own(before: &str) -> bool {
    let lower = before.to_ascii_lowercase();
    let Some(key) = lower.rfind(&format!("\"{}\"", AUTHORS_OWN.to_ascii_lowercase())) else {
        return false;
    };
    let Some(value) = before
        .get(key + AUTHORS_OWN.len() + 2..)
        .and_then(|after| after.trim_start().strip_prefix(':'))
        .and_then(|after| after.trim_start().strip_prefix('"'))
    else {
        return false;
    };
    // Still inside of that text: no quote has ended it, and a broken document's text ends with its line.
    let mut is_escaped = false;
    !value.chars().any(|c| {
        let ends = !is_escaped && (c == '"' || c == '\n');
        is_escaped = c == '\\' && !is_escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(
        r#"{"fileUploadUrl": "https://x/y?se=1&sig=CANARY", "a": 25.0}"#,
        r#"{"fileUploadUrl": "REDACTED", "a": 25.0}"#
    )]
    #[case(
        r#"{"FileUploadURL":"https://x/y?se=1\u0026sig=CANARY%2B"}"#,
        r#"{"FileUploadURL":"REDACTED"}"#
    )]
    #[case(
        "{\"ü\": 1, \"fileUploadUrl\" :\n \"x?sig=CANARY\n}",
        "{\"ü\": 1, \"fileUploadUrl\" :\n \"REDACTED\n}"
    )]
    #[case(
        r#"[{"a":"?sig=CANARY"},{"b":"https://x?Sig=CANARY"}"#,
        r#"[{"a":"REDACTED"},{"b":"REDACTED"}"#
    )]
    #[case(r#"{"fileUploadUrl": ?sig=CANARY"#, r#"{"fileUploadUrl": REDACTED"#)]
    #[case(
        r#"{"notesForCertification": "see https://x?sig=mine", "other": "https://x?sig=CANARY"}"#,
        r#"{"notesForCertification": "see https://x?sig=mine", "other": "REDACTED"}"#
    )]
    #[case("PUT https://h/c?sv=1&SIG=CANARY failed", "PUT REDACTED failed")]
    #[case("at url=https://h/c?sv=1&amp;sig=CANARY.", "at url=REDACTED")]
    #[case("https%3A%2F%2Fh%2Fc%3Fsig%3DCANARY", "REDACTED")]
    #[case(
        "https://h/?u=https%253A%252F%252Fh%253Fs%2569g%253DCANARY",
        "REDACTED"
    )]
    #[case(r"https://h/?a=1\\u0026\u0073ig=CANARY", "REDACTED")]
    #[case(
        "config=1 https://h?design=2 no sig= here",
        "config=1 https://h?design=2 no sig= here"
    )]
    #[case(r#"{"fileUploadUrl""#, r#"{"fileUploadUrl""#)]
    fn only_the_signed_url_goes(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(
            redact_document(text),
            expected.replace("REDACTED", REDACTED)
        );
    }

    #[test]
    fn a_value_loses_them_in_any_field() {
        let mut value = json!({"a": ["x https://h?sig=CANARY"], "statusDetails": {"errors": [{"details": "?SIG=CANARY"}]},
            "notesForCertification": "https://h?sig=mine"});
        redact_value(&mut value);
        let text = value.to_string();
        assert!(
            !text.contains("CANARY") && text.contains("sig=mine"),
            "{text}"
        );
    }

    /// A canary in a URL, spelled as programs spell it.
    fn spelled(layer: u8, name: &str, host: &str) -> String {
        let url = format!("https://{host}/c/b?sv=2014-02-14&sr=b&{name}=C4NARY%2Bx&se=2026");
        let percent = |text: &str| {
            text.bytes()
                .map(|b| {
                    if b.is_ascii_alphanumeric() {
                        char::from(b).to_string()
                    } else {
                        format!("%{b:02X}")
                    }
                })
                .collect::<String>()
        };
        match layer {
            0 => url,
            1 => percent(&url),
            2 => percent(&percent(&url)),
            3 => url.replace('&', "\\u0026").replace('=', "\\u003d"),
            4 => url.replace('&', "&amp;"),
            _ => url.replace('=', "%3d").replace('?', "%3f"),
        }
    }

    proptest! {
        #[test]
        fn no_canary_survives(
            layer in 0_u8..6, name in "[sS][iI][gG]", host in "[a-z]{1,9}(\\.[a-z]{2,5}){0,2}",
            key in "[A-Za-z]{1,12}", before in "[^\"\\\\%&=]{0,20}", after in "[^\"\\\\%&=]{0,20}"
        ) {
            prop_assume!(!key.eq_ignore_ascii_case(AUTHORS_OWN));
            let message = format!("{before} {} {after}", spelled(layer, &name, &host));
            prop_assert!(!redact(&message).contains("C4NARY"), "{message}");
            let mut value = json!({ &key: { "details": message } });
            let text = value.to_string();
            prop_assert!(!redact_document(&text).contains("C4NARY"), "{text}");
            redact_value(&mut value);
            prop_assert!(!value.to_string().contains("C4NARY"));
        }
    }
}
