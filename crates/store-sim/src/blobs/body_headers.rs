//! What a request says of its body before it comes: length and checksums, and how large a service version lets it be.
//! Reads no body.

use super::receive::Checksums;
use super::refusal::Refusal;
use axum::http::{HeaderMap, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine as _};

const MIB: u64 = 1 << 20;

/// The service versions that were known when this was written; a request for one in between is refused.
const VERSIONS: &str = "2008-10-27 2009-04-14 2009-07-17 2009-09-19 2011-08-18 2012-02-12 2013-08-15 2014-02-14 2015-02-21 \
    2015-04-05 2015-07-08 2015-12-11 2016-05-31 2017-04-17 2017-07-29 2017-11-09 2018-03-28 2018-11-09 2019-02-02 2019-07-07 \
    2019-10-10 2019-12-12 2020-02-10 2020-04-08 2020-06-12 2020-08-04 2020-10-02 2020-12-06 2021-02-12 2021-04-10 2021-06-08 \
    2021-08-06 2021-10-04 2021-12-02 2022-11-02 2023-01-03 2023-05-03 2023-08-03 2023-11-03 2024-02-04 2024-05-04 2024-08-04 \
    2024-11-04 2025-01-05 2025-05-05 2025-07-05 2025-11-05 2026-02-06 2026-04-06 2026-06-06 2026-10-06";

pub(super) fn is_version(asked: &str) -> bool {
    // Clients are updated sooner than this list: a later version is believed, once its day has come.
    let is_newer = VERSIONS.split_whitespace().next_back() < Some(asked)
        && asked
            .parse::<jiff::civil::Date>()
            .is_ok_and(|day| asked.len() == 10 && day <= jiff::Zoned::now().date());
    is_newer || VERSIONS.split_whitespace().any(|known| known == asked)
}

/// The largest Put Blob and the largest block of a service version, in bytes.
pub(super) fn limits(version: &str) -> (u64, u64) {
    // Dates of this form compare as text.
    match version {
        old if old < "2016-05-31" => (64 * MIB, 4 * MIB),
        middle if middle < "2019-12-12" => (256 * MIB, 100 * MIB),
        _ => (5000 * MIB, 4000 * MIB),
    }
}

/// A body with what the headers promise about it.
pub(crate) struct BodyHeaders {
    pub length: u64,
    pub md5: Option<[u8; 16]>,
    crc64: Option<[u8; 8]>,
}

impl BodyHeaders {
    /// What the headers say; refused when they say it wrongly, or announce more than `limit` bytes.
    pub(super) fn read(headers: &HeaderMap, version: &str, limit: u64) -> Result<Self, Refusal> {
        let length = text(headers, "content-length").ok_or_else(|| {
            Refusal::new(
                StatusCode::LENGTH_REQUIRED,
                "MissingContentLengthHeader",
                "The Content-Length header was not specified.",
            )
        })?;
        let length = length
            .parse()
            .map_err(|_| Refusal::header("Content-Length", length))?;
        if length > limit {
            return Err(Refusal::too_large(limit));
        }
        if headers.contains_key("x-ms-structured-body") {
            return Err(unsupported("x-ms-structured-body"));
        }
        let md5 = text(headers, "content-md5")
            .map(|given| {
                decode(given).ok_or_else(|| {
                    Refusal::bad_request(
                        "InvalidMd5",
                        "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and Base64-encoded.",
                    )
                })
            })
            .transpose()?;
        let name = "x-ms-content-crc64";
        let crc64 = text(headers, name)
            .map(|given| decode(given).ok_or_else(|| Refusal::header(name, given)))
            .transpose()?;
        if crc64.is_some() && version < "2019-02-02" {
            return Err(unsupported(name));
        }
        if let (Some(_), Some(_)) = (md5, crc64) {
            return Err(Refusal::bad_request(
                "InvalidInput",
                "One of the request inputs is not valid: Content-MD5 and x-ms-content-crc64 exclude each other.",
            ));
        }
        Ok(Self { length, md5, crc64 })
    }

    /// Refused when the body is not the one that was announced.
    pub(super) fn compare(&self, sums: &Checksums) -> Result<(), Refusal> {
        if let (Some(given), Some(found)) = (self.md5, sums.md5)
            && given != found
        {
            return Err(Refusal::bad_request(
                "Md5Mismatch",
                "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
            )
            .with("UserSpecifiedMd5", BASE64_STANDARD.encode(given))
            .with("ServerCalculatedMd5", BASE64_STANDARD.encode(found)));
        }
        if let Some(given) = self.crc64
            && given != sums.crc64
        {
            return Err(Refusal::bad_request(
                "Crc64Mismatch",
                "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.",
            )
            .with("UserSpecifiedCrc", BASE64_STANDARD.encode(given))
            .with("ServerCalculatedCrc", BASE64_STANDARD.encode(sums.crc64)));
        }
        Ok(())
    }
}

fn decode<const N: usize>(given: &str) -> Option<[u8; N]> {
    BASE64_STANDARD.decode(given).ok()?.try_into().ok()
}

fn unsupported(header: &str) -> Refusal {
    Refusal::bad_request(
        "UnsupportedHeader",
        "One of the HTTP headers specified in the request is not supported.",
    )
    .with("HeaderName", header)
}

/// A header as text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
