//! The hash under which a release is approved: of what the server holds, of the document, of the ZIP. Three parts, so that a later
//! comparison can say which of them changed. Knows no file and no network.

use super::canonical::{canonical, write_text};
use crate::{
    submission::{Submission, put_body},
    target::{Kind, Target},
};
use serde::{Deserialize, Serialize, de::Error};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// 128 bits a part, as 22 letters and digits: nobody makes two documents of one hash, not even their author, and the whole fits
/// into 80 columns.
const DIGITS: usize = 22;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The ZIP part where there is none.
const NONE: &str = "none";
/// The ZIP part where it was not looked at; such a hash compares the other two alone.
const OPEN: &str = "open";
/// Goes into every part: another way to compute them is another version.
const VERSION: &str = "flightdeck 2";

/// What of the ZIP is part of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZipPart {
    /// There is no ZIP.
    None,
    /// SHA-256 of its whole content.
    Sha256([u8; 32]),
    /// Not looked at.
    Open,
}

impl ZipPart {
    fn text(self) -> String {
        match self {
            Self::None => NONE.to_owned(),
            Self::Open => OPEN.to_owned(),
            Self::Sha256(sum) => digits(&sum),
        }
    }
}

/// The three parts as text, 22 letters and digits each: `BASE-DOCUMENT-ZIP`; the last may be `none` or `open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    base: String,
    document: String,
    zip: String,
}

/// Why a text is no hash of a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the whole hash as flightdeck diff prints it: three parts with - between")]
pub struct NoFingerprint;

impl Fingerprint {
    /// Of what the server holds (the live submission and the draft, each with its id), and of the document that is to be committed.
    pub fn of(
        target: &Target,
        live: Option<&Submission>,
        draft: Option<&Submission>,
        document: &Value,
        zip: ZipPart,
    ) -> Self {
        let kind = target.kind();
        let mut base = Part::of("base");
        base.text(&target.to_string());
        for submission in [live, draft] {
            match submission {
                None => base.0.update(b"0"),
                Some(submission) => {
                    base.text(&submission.id);
                    base.document(kind, &submission.document);
                }
            }
        }
        let mut body = Part::of("document");
        body.document(kind, document);
        Self {
            base: base.finish(),
            document: body.finish(),
            zip: zip.text(),
        }
    }

    /// The same base and document with another ZIP.
    #[must_use]
    pub fn with_zip(&self, zip: ZipPart) -> Self {
        Self {
            zip: zip.text(),
            ..self.clone()
        }
    }

    /// The same document and ZIP on another base.
    #[must_use]
    pub fn on_base_of(&self, other: &Self) -> Self {
        Self {
            base: other.base.clone(),
            ..self.clone()
        }
    }

    /// Whether the ZIP has to be read before two hashes can be compared.
    pub fn needs_zip(&self) -> bool {
        self.zip != NONE && self.zip != OPEN
    }

    /// Whether the ZIP part was left open.
    pub fn is_open(&self) -> bool {
        self.zip == OPEN
    }

    /// What differs, as a text; empty when nothing changed. A ZIP part that one side left open is not compared.
    pub fn changed(&self, now: &Self) -> Vec<&'static str> {
        let mut found = Vec::new();
        if self.base != now.base {
            found.push("what the Store holds (its live submission or its draft)");
        }
        if self.document != now.document {
            found.push("the document");
        }
        if self.zip != now.zip && !self.is_open() && !now.is_open() {
            found.push(match (self.zip.as_str(), now.zip.as_str()) {
                (_, NONE) => "the ZIP (one was approved, none is given)",
                (NONE, _) => "the ZIP (none was approved, one is given)",
                _ => "the ZIP",
            });
        }
        found
    }

    /// The first six digits of each part, for a line on a screen.
    pub fn short(&self) -> String {
        let short = |part: &str| part.chars().take(6).collect::<String>();
        format!(
            "{}-{}-{}",
            short(&self.base),
            short(&self.document),
            short(&self.zip)
        )
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.base, self.document, self.zip)
    }
}

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<_> = text.trim().split('-').collect();
        let &[base, document, zip] = parts.as_slice() else {
            return Err(NoFingerprint);
        };
        let is_part =
            |part: &str| part.len() == DIGITS && part.bytes().all(|c| c.is_ascii_alphanumeric());
        if is_part(base) && is_part(document) && (is_part(zip) || [NONE, OPEN].contains(&zip)) {
            return Ok(Self {
                base: base.to_owned(),
                document: document.to_owned(),
                zip: zip.to_owned(),
            });
        }
        Err(NoFingerprint)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// The first 128 bits in base 62.
fn digits(sum: &[u8]) -> String {
    let mut rest = sum
        .iter()
        .take(16)
        .fold(0_u128, |rest, byte| rest << 8 | u128::from(*byte));
    let mut digits = Vec::new();
    for _ in 0..DIGITS {
        digits.push(
            ALPHABET
                .get((rest % 62) as usize)
                .map_or('0', |digit| char::from(*digit)),
        );
        rest /= 62;
    }
    digits.iter().rev().collect()
}

/// The digits of a part's texts and documents. Another way to compute them is another version.
struct Part(Sha256);

impl Part {
    fn of(name: &str) -> Self {
        let mut part = Self(Sha256::new());
        part.text(VERSION);
        part.text(name);
        part
    }

    fn text(&mut self, text: &str) {
        let mut bytes = Vec::new();
        write_text(b's', text, &mut bytes);
        self.0.update(bytes);
    }

    fn document(&mut self, kind: Kind, document: &Value) {
        self.0.update(canonical("", &put_body(kind, document)));
    }

    fn finish(self) -> String {
        digits(&self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{examples, json::pointer::set};
    use rstest::rstest;
    use serde_json::json;

    fn submission(id: &str, document: Value) -> Submission {
        Submission {
            id: id.to_owned(),
            document,
        }
    }

    fn of(
        live: Option<&Submission>,
        draft: Option<&Submission>,
        document: &Value,
        zip: ZipPart,
    ) -> Fingerprint {
        Fingerprint::of(&Target::app("9NX0EXAMPLE1"), live, draft, document, zip)
    }

    fn zip(byte: u8) -> ZipPart {
        ZipPart::Sha256([byte; 32])
    }

    #[test]
    fn each_part_tells_its_own_change() {
        let live = submission("1", examples::app());
        let approved = of(Some(&live), None, &examples::app_update(), zip(1));
        assert_eq!(approved.changed(&approved), Vec::<&str>::new());
        let mut other = examples::app();
        assert!(set(&mut other, "/visibility", json!("Hidden")));
        let changed = |now: &Fingerprint| approved.changed(now).join(" and ");
        let update = examples::app_update();
        for base in [
            of(
                Some(&submission("2", examples::app())),
                None,
                &update,
                zip(1),
            ),
            of(Some(&submission("1", other.clone())), None, &update, zip(1)),
            of(
                Some(&live),
                Some(&submission("3", examples::app())),
                &update,
                zip(1),
            ),
            of(None, Some(&live), &update, zip(1)),
            Fingerprint::of(
                &Target::app("9NX0EXAMPLE2"),
                Some(&live),
                None,
                &update,
                zip(1),
            ),
        ] {
            assert!(
                changed(&base).starts_with("what the Store holds")
                    && !changed(&base).contains(" and "),
                "{}",
                changed(&base)
            );
        }
        assert_eq!(
            changed(&of(Some(&live), None, &other, zip(1))),
            "the document"
        );
        assert_eq!(changed(&of(Some(&live), None, &update, zip(2))), "the ZIP");
        assert!(changed(&of(Some(&live), None, &update, ZipPart::None)).contains("none is given"));
        assert_eq!(changed(&of(Some(&live), None, &update, ZipPart::Open)), "");
    }

    #[rstest]
    #[case(
        r#"{"a":25.0,"b":{"c":[1,"x"]}}"#,
        r#"{ "b": {"c": [1.0, "x"]}, "a": 25, "n": null, "e": [] }"#
    )]
    #[case(
        r#"{"targetPublishDate":"2026-01-01T00:00:00Z"}"#,
        r#"{"targetPublishDate":"2026-01-01T00:00:00.0000000Z"}"#
    )]
    #[case(
        r#"{"targetPublishDate":""}"#,
        r#"{"targetPublishDate":"1601-01-01T00:00:00Z"}"#
    )]
    #[case(
        r#"{"pricing":{"isAdvancedPricingModel":true,"x":1}}"#,
        r#"{"pricing":{"x":1,"isAdvancedPricingModel":false}}"#
    )]
    #[case(
        r#"{"id":"1","status":"None","x":1}"#,
        r#"{"x":1,"fileUploadUrl":"y"}"#
    )]
    fn what_means_the_same_has_the_same_hash(#[case] left: &str, #[case] right: &str) {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let hash = |text: &str| of(None, None, &parse(text), ZipPart::None);
        assert_eq!(hash(left), hash(right));
    }

    #[rstest]
    #[case(json!({"a": ["b", "c"]}), json!({"a": ["bc"]}))]
    #[case(json!({"a": "1"}), json!({"a": 1}))]
    #[case(json!({"a": {"b": "c"}}), json!({"a": "b", "c": {}}))]
    #[case(json!({"a": [[1], 2]}), json!({"a": [1, [2]]}))]
    #[case(json!({"a": ["c", "b"]}), json!({"a": ["b", "c"]}))]
    #[case(json!({"a": false}), json!({}))]
    fn what_differs_has_another_hash(#[case] left: Value, #[case] right: Value) {
        assert_ne!(
            of(None, None, &left, ZipPart::None),
            of(None, None, &right, ZipPart::None)
        );
    }

    #[test]
    fn its_text_is_read_again() {
        for part in [ZipPart::None, ZipPart::Open, zip(1)] {
            let hash = of(None, None, &examples::app(), part);
            let text = hash.to_string();
            assert_eq!(text.parse(), Ok(hash.clone()));
            assert!(text.len() <= 68 && !text.starts_with('-'), "{text}");
            assert_eq!(
                serde_json::from_value::<Fingerprint>(json!(text)).unwrap(),
                hash
            );
        }
        for wrong in [
            "",
            "abc",
            "a-b-c",
            "0123456789abcdefABCDEF-0123456789abcdefABCDEF-0123456789abcdefABCDEé",
            "none-none-none",
        ] {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(NoFingerprint), "{wrong}");
        }
    }
}
