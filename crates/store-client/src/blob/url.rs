//! A signed URL as opaque, secret text. It is never rebuilt from parts: only a `+` inside the signature is
//! respelled. It must not know who signs or what is sent.

use std::fmt;

use crate::endpoint::is_this_machine;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::Url;

/// A SAS URL. `Debug` and `Display` show the place only, never the query.
#[derive(Clone)]
pub struct UploadUrl {
    /// Scheme, host and path; no query, no fragment, no credentials.
    place: Url,
    /// Everything after the `?`, as it was given.
    query: SecretString,
}

/// Why there is no upload URL. The text itself is never repeated: it may hold a signature.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum UploadUrlError {
    /// The Store gave none, as for drafts that were made or changed in Partner Center.
    #[error("the Store gave no upload URL: the draft was made or changed in Partner Center")]
    None,
    /// Plain http to another machine.
    #[error(
        "the upload URL leads to {0} over plain http, where everybody on the way could read the packages and the signature; \
         packages are only sent over https"
    )]
    Plain(String),
    /// The place before the `?` does not parse.
    #[error("the upload URL is no URL ({0}); read the submission again to get a new one")]
    NotAUrl(url::ParseError),
    /// Neither `https` nor `http`.
    #[error(
        "the upload URL starts with `{0}`, not with https; read the submission again to get a new one"
    )]
    Scheme(String),
    /// No `sig=` in the query.
    #[error(
        "the upload URL carries no signature (sig=); read the submission again to get a new one"
    )]
    NoSignature,
}

impl UploadUrl {
    /// Reads a URL as the Store gives it (`fileUploadUrl`).
    pub fn parse(text: &str) -> Result<Self, UploadUrlError> {
        let text = text.trim();
        let text = text.split_once('#').map_or(text, |(before, _)| before);
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let mut place = Url::parse(place).map_err(UploadUrlError::NotAUrl)?;
        if !matches!(place.scheme(), "https" | "http") || place.host().is_none() {
            return Err(UploadUrlError::Scheme(place.scheme().to_owned()));
        }
        if place.scheme() == "http" && !is_this_machine(&place) {
            let host = place.host_str().unwrap_or_default();
            return Err(UploadUrlError::Plain(host.to_owned()));
        }
        // Neither is part of a signed URL; both fail only where there is no host, which was just excluded.
        let _ = place.set_username("");
        let _ = place.set_password(None);
        if value_of(query, "sig").is_none_or(str::is_empty) {
            return Err(UploadUrlError::NoSignature);
        }
        Ok(Self {
            place,
            query: SecretString::from(query),
        })
    }

    /// When the signature ends (`se=`), if the URL says so in a form we can read.
    pub fn expires(&self) -> Option<Timestamp> {
        let end = decoded(value_of(self.query.expose_secret(), "se")?);
        end.parse().ok().or_else(|| {
            // The service also takes a date alone and a time without seconds.
            let day: jiff::civil::DateTime = end.trim_end_matches('Z').parse().ok()?;
            day.to_zoned(jiff::tz::TimeZone::UTC)
                .ok()
                .map(|time| time.timestamp())
        })
    }

    /// Scheme, host and path, fit for journals and messages.
    pub fn place(&self) -> String {
        self.place.to_string()
    }

    pub(super) fn location(&self) -> &Url {
        &self.place
    }

    /// The query as it goes out first: a `+` inside `sig=` as `%2B`, all else untouched.
    pub(super) fn query(&self) -> SecretString {
        SecretString::from(respelled(self.query.expose_secret()))
    }

    /// The second spelling to try after a 403, when there is one that differs.
    pub(super) fn other_query(&self) -> Option<SecretString> {
        let given = self.query.expose_secret();
        let first = respelled(given);
        let second = if first.contains('+') {
            first.replace('+', "%2B")
        } else {
            given.to_owned()
        };
        (second != first).then(|| SecretString::from(second))
    }

    /// Takes the query and the signature out of a text that a server wrote.
    pub(super) fn scrub(&self, text: &str) -> String {
        let given = self.query.expose_secret();
        let signature = value_of(given, "sig").unwrap_or_default();
        let respelled = respelled(given);
        let mut clean = text.to_owned();
        for secret in [
            given,
            respelled.as_str(),
            signature,
            decoded(signature).as_str(),
            signature.replace('+', "%2B").as_str(),
        ] {
            if !secret.is_empty() {
                clean = clean.replace(secret, "…");
            }
        }
        clean
    }
}

impl fmt::Display for UploadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?…", self.place)
    }
}

impl fmt::Debug for UploadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadUrl({self})")
    }
}

/// The raw value of a query parameter, not decoded.
fn value_of<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|(_, value)| value)
}

fn respelled(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .map(|pair| {
            if pair.starts_with("sig=") {
                pair.replace('+', "%2B")
            } else {
                pair.to_owned()
            }
        })
        .collect();
    pairs.join("&")
}

/// Percent-decoding that leaves a `+` alone, as a signature means it.
fn decoded(value: &str) -> String {
    let kept = value.replace('+', "%2B");
    url::form_urlencoded::parse(kept.as_bytes())
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUS: &str = "https://acct.blob.core.windows.net/ingest/a-b?sv=2014-02-14&sr=b&sig=aB%2Fc+d%3D&se=2026-11-23T10%3A00%3A00Z&rscd=a+b&sp=rwl";

    fn url(text: &str) -> UploadUrl {
        UploadUrl::parse(text).unwrap()
    }

    #[test]
    fn only_the_plus_inside_the_signature_is_respelled() {
        let sent = url(PLUS).query();
        assert_eq!(
            sent.expose_secret(),
            "sv=2014-02-14&sr=b&sig=aB%2Fc%2Bd%3D&se=2026-11-23T10%3A00%3A00Z&rscd=a+b&sp=rwl"
        );
        let second = url(PLUS).other_query().unwrap();
        assert!(second.expose_secret().contains("rscd=a%2Bb"));
        assert!(second.expose_secret().contains("sig=aB%2Fc%2Bd%3D"));
    }

    #[test]
    fn the_second_spelling_is_the_raw_one_when_only_the_signature_has_a_plus() {
        let other = url("https://h/c/b?sig=a+b").other_query();
        assert_eq!(other.unwrap().expose_secret(), "sig=a+b");
        assert!(url("https://h/c/b?sig=ab").other_query().is_none());
    }

    #[test]
    fn the_end_is_read_in_every_form_the_service_takes() {
        let cases = [
            ("2026-11-23T10%3A00%3A00Z", "2026-11-23T10:00:00Z"),
            ("2026-11-23T10:00Z", "2026-11-23T10:00:00Z"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            (
                "2026-11-23T10:00:00.1234567Z",
                "2026-11-23T10:00:00.1234567Z",
            ),
        ];
        for (given, meant) in cases {
            let read = url(&format!("https://h/b?se={given}&sig=x")).expires();
            assert_eq!(read, Some(meant.parse().unwrap()), "{given}");
        }
        assert_eq!(url("https://h/b?sig=x").expires(), None);
        assert_eq!(url("https://h/b?sig=x&se=soon").expires(), None);
    }

    #[test]
    fn nothing_shows_the_query() {
        let url = url(PLUS);
        for shown in [
            format!("{url}"),
            format!("{url:?}"),
            format!("{url:#?}"),
            url.place(),
        ] {
            assert!(
                shown.contains("acct.blob.core.windows.net/ingest/a-b"),
                "{shown}"
            );
            assert!(!shown.contains("sig") && !shown.contains("aB"), "{shown}");
        }
        let echoed = "no match for aB/c+d= in sig=aB%2Fc%2Bd%3D or aB%2Fc+d%3D";
        assert_eq!(url.scrub(echoed), "no match for … in sig=… or …");
    }

    #[test]
    fn what_is_no_upload_url_is_refused_without_repeating_it() {
        for (text, word) in [
            ("", "no URL"),
            ("file:///x?sig=s3cret", "`file`"),
            ("http://h.example/b?sig=s3cret", "h.example over plain http"),
            ("http://127.0.0.1.example/b?sig=s3cret", "plain http"),
            ("https://h/b?sv=s3cret", "sig="),
            ("https://h/b?sig=", "sig="),
        ] {
            let said = UploadUrl::parse(text).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
}
