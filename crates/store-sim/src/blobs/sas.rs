//! The signed URLs that the Store hands out: shared access signatures, made and checked. Today they are signed with a user's
//! delegation key, in the documentation's example with the account's key.
//! Knows no HTTP and no blob content.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use std::time::Duration;

/// The service version of today's URLs, and that of the documentation's example. A request without `x-ms-version` is
/// served by the version that its signature names.
pub(super) const VERSION: &str = "2024-05-04";
pub(super) const OLD_VERSION: &str = "2014-02-14";

/// The account and container that the signature speaks of. They are part of the text that is signed, not of the URL's host.
const CONTAINER: &str = "/ingestionpackagesprod1/ingestion";

/// How long a delegation key lives, at most.
const KEY_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The members of the text to sign that only a delegation key has, in their order; then those that every signature has.
const DELEGATION: [&str; 9] = [
    "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid",
];
const OVERRIDES: [&str; 5] = ["rscc", "rscd", "rsce", "rscl", "rsct"];

/// How a URL is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Form {
    /// A `+` in the signature stays as it is, as the Store leaves it now and then.
    pub raw_plus: bool,
    /// As in the documentation's example, of the service version of 2014.
    pub is_old: bool,
}

/// The account key; also the secret of the one delegation key there is.
pub(super) struct Key([u8; 32]);

/// Why a signature does not open the blob.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No `sig` at all.
    Anonymous,
    /// Not made with our key for this blob, or altered on the way.
    Signature { string_to_sign: String },
    /// Its time has not come or has passed.
    Time {
        start: Option<Timestamp>,
        end: Timestamp,
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

    /// The query of a URL that opens `blob` for a time.
    pub(super) fn query(&self, blob: &str, rights: &str, lifetime: Duration, form: Form) -> String {
        self.query_until(blob, rights, &wire_date(lifetime), form)
    }

    /// The same with the end as it stands in `se`.
    pub(crate) fn query_until(&self, blob: &str, rights: &str, end: &str, form: Form) -> String {
        // The key's owner and lifetime are signed, but not checked.
        let owner = uuid::Uuid::from_u64_pair(0x5e0a_9a52_4c1b_4f7e, 0x9d3a_71c6_b8e4_02f5);
        let tenant = uuid::Uuid::from_u64_pair(0x9bd4_1c77_20f3_4e68, 0x8a15_d6c0_93b2_7e41);
        let (end, rights) = (("se", end.to_owned()), ("sp", rights.to_owned()));
        let version = if form.is_old { OLD_VERSION } else { VERSION };
        let [version, resource] = [("sv", version.to_owned()), ("sr", "b".to_owned())];
        let mut fields = if form.is_old {
            vec![version, resource, end, rights]
        } else {
            vec![
                ("skoid", owner.to_string()),
                ("sktid", tenant.to_string()),
                ("skt", wire_date(Duration::ZERO)),
                ("ske", wire_date(KEY_LIFETIME)),
                ("sks", "b".to_owned()),
                ("skv", VERSION.to_owned()),
                version,
                end,
                resource,
                rights,
            ]
        };
        let signed = fields.iter().cloned();
        let query = Query(
            signed
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        );
        let signature = BASE64_STANDARD.encode(self.sign(&string_to_sign(blob, &query)));
        let place = if form.is_old { 2 } else { fields.len() };
        fields.insert(place, ("sig", signature));
        let fields = fields.iter().map(|(name, value)| {
            // The example writes its date with plain colons.
            let value = if form.is_old && *name == "se" {
                value.clone()
            } else {
                url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
            };
            let plus = if form.raw_plus { "+" } else { "%2B" };
            format!("{name}={}", value.replace("%2B", plus))
        });
        fields.collect::<Vec<_>>().join("&")
    }

    /// The rights that the query grants on the blob.
    pub(super) fn check<'q>(&self, blob: &str, query: &'q Query) -> Result<&'q str, Denied> {
        let given = query.get("sig").ok_or(Denied::Anonymous)?;
        let text = string_to_sign(blob, query);
        // The version is part of what is signed, so another one cannot match; the resource is not in the old form.
        let is_ours = query.get("sr") == Some("b")
            && BASE64_STANDARD.decode(given).is_ok_and(|given| {
                self.mac(&text)
                    .is_some_and(|mac| mac.verify_slice(&given).is_ok())
            });
        if !is_ours {
            return Err(Denied::Signature {
                string_to_sign: text,
            });
        }
        let now = Timestamp::now();
        let start = query.get("st").and_then(|start| start.parse().ok());
        let end = query.end().unwrap_or(Timestamp::MIN);
        if now < end && start.is_none_or(|start| start <= now) {
            Ok(query.get("sp").unwrap_or_default())
        } else {
            Err(Denied::Time { start, end })
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        self.mac(text)
            .map(|mac| mac.finalize().into_bytes().to_vec())
            .unwrap_or_default()
    }

    /// Never `None`: HMAC takes a key of any length.
    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

/// A time from now in whole seconds, rounded up, so that a lifetime of one second is not none.
fn wire_date(from_now: Duration) -> String {
    let seconds = i64::try_from(from_now.as_secs()).unwrap_or(i64::MAX);
    let end = Timestamp::now()
        .as_second()
        .saturating_add(seconds)
        .saturating_add(i64::from(!from_now.is_zero()));
    Timestamp::from_second(end)
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// What is signed: by the order of the versions 2013-08-15 to 2014-02-14, or of those since 2020-12-06 for delegation keys.
fn string_to_sign(blob: &str, query: &Query) -> String {
    let field = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let mut lines = ["sp", "st", "se"].map(field).to_vec();
    if field("sv") == OLD_VERSION {
        lines.push(format!("{CONTAINER}/{blob}"));
        lines.extend(["si", "sv"].map(field));
    } else {
        lines.push(format!("/blob{CONTAINER}/{blob}"));
        lines.extend(DELEGATION.map(field));
        // Address, protocol, version, resource, snapshot, encryption scope.
        lines.extend(["sip", "spr", "sv", "sr", "snapshot", "ses"].map(field));
    }
    lines.extend(OVERRIDES.map(field));
    lines.join("\n")
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

    /// When the signature ends.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.get("se")?.parse().ok()
    }
}
