//! How a blob call is answered: the headers that every answer carries, those of uploads and downloads, and the bytes.

use super::blob::{Committed, Properties};
use super::content::BlobFile;
use super::receive::Checksums;
use super::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use std::io::{Read as _, Seek as _, SeekFrom};

/// Bytes read at once for an answer.
const READ: u64 = 512 << 10;

/// An answer before the headers that all answers carry.
pub(super) struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Body,
}

impl Answer {
    pub(super) fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::empty(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    pub(super) fn of(self, committed: &Committed) -> Self {
        self.with("etag", &committed.etag)
            .with("last-modified", &http_date(committed.modified))
    }

    /// What an upload is answered with: both sums for a whole blob, else the one that was asked for. Before 2019-02-02 there
    /// was only one.
    pub(super) fn written(self, sums: &Checksums, version: &str, is_whole: bool) -> Self {
        let mut answer = self.with("x-ms-request-server-encrypted", "true");
        if version >= "2019-02-02" && (is_whole || sums.md5.is_none()) {
            answer = answer.with("x-ms-content-crc64", &BASE64_STANDARD.encode(sums.crc64));
        }
        match sums.md5 {
            Some(md5) => answer.with("content-md5", &BASE64_STANDARD.encode(md5)),
            None => answer,
        }
    }

    /// What a download is answered with.
    pub(crate) fn properties(self, committed: &Committed) -> Self {
        let Properties {
            content_type,
            md5,
            metadata,
        } = &committed.properties;
        let mut answer = self
            .with("accept-ranges", "bytes")
            .with("content-type", content_type)
            .with("x-ms-blob-type", "BlockBlob")
            .with("x-ms-creation-time", &http_date(committed.created))
            .with("x-ms-lease-state", "available")
            .with("x-ms-lease-status", "unlocked")
            .with("x-ms-server-encrypted", "true");
        if let Some(md5) = md5 {
            answer = answer.with("content-md5", md5);
        }
        for (name, value) in metadata {
            if let (Ok(name), Ok(value)) =
                (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            {
                answer.headers.insert(name, value);
            }
        }
        answer
    }
}

pub(super) fn finish(
    answer: Result<Answer, Refusal>,
    method: &Method,
    asked: &HeaderMap,
    version: &str,
) -> Response {
    let request = uuid::Uuid::new_v4().to_string();
    let answer = answer.unwrap_or_else(|refusal| {
        let time = Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%S%.7fZ")
            .to_string();
        let mut answer = Answer::new(refusal.status).with("x-ms-error-code", refusal.code);
        if let Some(length) = refusal.length {
            answer = answer.with("content-range", &format!("bytes */{length}"));
        }
        // A HEAD has no body to put the reason into; that is what the header is for.
        if method != Method::HEAD {
            answer = answer.with("content-type", "application/xml");
            answer.body = Body::from(refusal.body(&request, &time));
        }
        answer
    });
    let mut answer = answer
        .with("server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
        .with("x-ms-request-id", &request)
        .with("x-ms-version", version);
    let name = HeaderName::from_static("x-ms-client-request-id");
    if let Some(id) = asked.get(&name) {
        answer.headers.insert(name, id.clone());
    }
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// Part of a blob as a body, read on blocking threads piece by piece.
pub(super) fn stream(file: BlobFile, start: u64, length: u64) -> Body {
    let chunks =
        futures::stream::try_unfold((file, start, length), |(mut file, at, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let read = move || -> std::io::Result<(BlobFile, Vec<u8>)> {
                let mut chunk = Vec::new();
                file.seek(SeekFrom::Start(at))?;
                (&mut file).take(left.min(READ)).read_to_end(&mut chunk)?;
                Ok((file, chunk))
            };
            let (file, chunk) = tokio::task::spawn_blocking(read)
                .await
                .map_err(std::io::Error::other)??;
            let count = chunk.len() as u64;
            if count == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
            }
            Ok(Some((Bytes::from(chunk), (file, at + count, left - count))))
        });
    Body::from_stream(chunks)
}

pub(super) fn http_date(time: Timestamp) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .unwrap_or_default()
}
