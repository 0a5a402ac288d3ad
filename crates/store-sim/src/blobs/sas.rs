//! Shared access signatures of service version 2014-02-14, the kind that the Store hands out: made and checked.
//! Knows no HTTP and no blob content.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use std::time::Duration;

/// The service version that signs; it also is the version of a request without `x-ms-version`.
pub(super) const VERSION: &str = "2014-02-14";

/// The account and container that the signature speaks of. They stand in the string to sign, not in the URL's host.
const CONTAINER: &str = "/ingestionpackagesprod1/ingestion";

/// The account key.
pub(super) struct Key([u8; 32]);

/// Why a signature does not open the blob.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No `sig` at all.
    Anonymous,
    /// Not made with our key for this blob, or altered on the way.
    Signature {
        string_to_sign: String,
    },
    Expired {
        expiry: String,
    },
}

impl Key {
    pub(super) fn random() -> Self {
        // Two v4 UUIDs are the operating system's randomness, 244 bits of it.
        let mut bytes = [0; 32];
        let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
        for (byte, random) in bytes
            .iter_mut()
            .zip(halves.iter().flat_map(uuid::Uuid::as_bytes))
        {
            *byte = *random;
        }
        Self(bytes)
    }

    /// The query of a URL that opens `blob`, from `sv` on. `+` in the signature stays as it is when `raw_plus` is set,
    /// as the Store does now and then.
    pub(super) fn query(
        &self,
        blob: &str,
        rights: &str,
        lifetime: Duration,
        raw_plus: bool,
    ) -> String {
        self.query_until(blob, rights, &expiry(Timestamp::now(), lifetime), raw_plus)
    }

    /// The same with the end as it stands in `se`.
    pub(crate) fn query_until(
        &self,
        blob: &str,
        rights: &str,
        expiry: &str,
        raw_plus: bool,
    ) -> String {
        let signature = self.sign(&string_to_sign(blob, rights, "", expiry, [""; 6]));
        let plus = if raw_plus { "+" } else { "%2B" };
        let signature = BASE64_STANDARD
            .encode(signature)
            .replace('+', plus)
            .replace('/', "%2F")
            .replace('=', "%3D");
        format!("sv={VERSION}&sr=b&sig={signature}&se={expiry}&sp={rights}")
    }

    /// The rights that the query grants on the blob.
    pub(super) fn check<'q>(&self, blob: &str, query: &'q Query) -> Result<&'q str, Denied> {
        let given = query.get("sig").ok_or(Denied::Anonymous)?;
        let field = |name| query.get(name).unwrap_or_default();
        let (rights, expiry) = (field("sp"), field("se"));
        let overrides = ["si", "rscc", "rscd", "rsce", "rscl", "rsct"].map(field);
        let text = string_to_sign(blob, rights, field("st"), expiry, overrides);
        // The version stands in the text that we sign, so another `sv` or `sr` cannot match either.
        let is_ours = field("sv") == VERSION
            && field("sr") == "b"
            && BASE64_STANDARD.decode(given).is_ok_and(|given| {
                self.mac(&text)
                    .is_some_and(|mac| mac.verify_slice(&given).is_ok())
            });
        if !is_ours {
            return Err(Denied::Signature {
                string_to_sign: text,
            });
        }
        match expiry.parse::<Timestamp>() {
            Ok(end) if Timestamp::now() < end => Ok(rights),
            _ => Err(Denied::Expired {
                expiry: expiry.to_owned(),
            }),
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        self.mac(text)
            .map(|mac| mac.finalize().into_bytes().to_vec())
            .unwrap_or_default()
    }

    /// Always there: HMAC takes a key of any length.
    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

/// Whole seconds, as `se` has them; rounded up, so that a lifetime of one second is not none.
fn expiry(now: Timestamp, lifetime: Duration) -> String {
    let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
    let end = now.as_second().saturating_add(lifetime).saturating_add(1);
    Timestamp::from_second(end)
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// The fields in the order of the versions 2013-08-15 to 2014-02-14; later ones add more.
fn string_to_sign(
    blob: &str,
    rights: &str,
    start: &str,
    expiry: &str,
    others: [&str; 6],
) -> String {
    let [identifier, cache, disposition, encoding, language, kind] = others;
    let resource = format!("{CONTAINER}/{blob}");
    [
        rights,
        start,
        expiry,
        &resource,
        identifier,
        VERSION,
        cache,
        disposition,
        encoding,
        language,
        kind,
    ]
    .join("\n")
}

/// A query as Azure reads it: percent-decoded, a raw `+` meaning a space. That is why a signature whose `+` was not
/// sent as `%2B` is refused.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(raw: &str) -> Self {
        Self(
            url::form_urlencoded::parse(raw.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
