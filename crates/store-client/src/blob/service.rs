//! The requests of an upload, one function each, through the Azure crate and our transport. One call, one request:
//! no retry here. It must not know the order of an upload.

use std::sync::Arc;
use std::time::Duration;

use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    ClientMethodOptions, ClientOptions, Context, RawResponse, RequestContent, RetryOptions,
    Transport,
};
use azure_storage_blob::models::{
    BlobClientGetPropertiesResultHeaders, BlockBlobClientCommitBlockListOptions,
    BlockBlobClientStageBlockOptions, BlockListType, BlockLookupList,
};
use azure_storage_blob::{BlobClient, BlobClientOptions, BlockBlobClient};
use jiff::Timestamp;
use secrecy::SecretString;

use super::body::BlockBody;
use super::error::{Answer, Failure, UploadError};
use super::source::Sum;
use super::url::UploadUrl;
use crate::endpoint::host_of;
use crate::fault::{ClientFault, causes};
use crate::transport::{BlobTransport, Streamed};
use crate::waits::Waits;
use tokio::time::Instant;

/// Measured with Azurite and old SAS versions; the crate's own default is too young for both.
const VERSION: &str = "2023-11-03";
/// What the Store's samples upload.
const CONTENT_TYPE: &str = "application/zip";

/// One blob behind one spelling of a signed URL.
pub(super) struct Service {
    blob: BlobClient,
    blocks: BlockBlobClient,
    url: UploadUrl,
    /// Limit for a request without a streamed body.
    limit: Duration,
    waits: Waits,
}

/// A blob as `HEAD` shows it.
pub(super) struct Standing {
    /// Bytes.
    pub(super) length: u64,
    /// Since its last change, by the service's own clock.
    pub(super) age: Option<Duration>,
    /// Which version of the blob it is.
    pub(super) etag: Option<String>,
}

impl Service {
    /// `query` is one spelling of the URL's query.
    pub(super) fn new(
        http: &reqwest::Client,
        url: &UploadUrl,
        query: SecretString,
        limit: Duration,
        waits: &Waits,
    ) -> Result<Self, UploadError> {
        let transport = BlobTransport::new(http.clone(), query, waits.clone());
        let options = BlobClientOptions {
            client_options: ClientOptions {
                retry: RetryOptions::none(),
                transport: Some(Transport::with_policy(Arc::new(transport))),
                ..ClientOptions::default()
            },
            version: VERSION.to_owned(),
        };
        let blob =
            BlobClient::new(url.location().clone(), None, Some(options)).map_err(|error| {
                UploadError::Setup {
                    place: url.place(),
                    reason: url.scrub(&chain(&error)),
                }
            })?;
        Ok(Self {
            blocks: blob.block_blob_client(),
            blob,
            url: url.clone(),
            limit,
            waits: waits.clone(),
        })
    }

    /// Put Block. Sets no limit: the caller watches the body.
    pub(super) async fn stage(
        &self,
        id: &str,
        body: BlockBody,
        length: u64,
        sum: Sum,
    ) -> Result<(), Failure> {
        let (crc64, md5) = match sum {
            Sum::Crc64(bytes) => (Some(bytes), None),
            Sum::Md5(bytes) => (None, Some(bytes)),
            Sum::None => (None, None),
        };
        let options = BlockBlobClientStageBlockOptions {
            transactional_content_crc64: crc64,
            transactional_content_md5: md5,
            method_options: ClientMethodOptions {
                context: Context::new().with_value(Streamed::new(length, body)),
            },
            ..BlockBlobClientStageBlockOptions::default()
        };
        self.blocks
            .stage_block(
                id.as_bytes(),
                length,
                RequestContent::from(Vec::new()),
                Some(options),
            )
            .await
            .map(drop)
            .map_err(|error| self.failure(&error))
    }

    /// Get Block List: names and sizes of the blocks staged and not yet committed.
    pub(super) async fn list(&self) -> Result<Vec<(Vec<u8>, u64)>, Failure> {
        self.bounded(async {
            let list = self
                .blocks
                .get_block_list(BlockListType::Uncommitted, None)
                .await?
                .into_model()?;
            let staged = list.uncommitted_blocks.unwrap_or_default();
            Ok(staged
                .into_iter()
                .filter_map(|block| Some((block.name?, u64::try_from(block.size?).ok()?)))
                .collect())
        })
        .await
    }

    /// An empty Put Blob, which makes the service forget staged blocks. The crate's `upload` sends exactly that for
    /// an empty body; it is used for nothing else.
    pub(super) async fn clear(&self) -> Result<(), Failure> {
        self.bounded(async {
            self.blocks
                .upload(RequestContent::from(Vec::new()), None)
                .await
                .map(drop)
        })
        .await
    }

    /// Put Block List.
    pub(super) async fn commit(&self, ids: Vec<Vec<u8>>) -> Result<Option<String>, Failure> {
        self.bounded(async {
            let list = BlockLookupList {
                latest: Some(ids),
                ..BlockLookupList::default()
            };
            let options = BlockBlobClientCommitBlockListOptions {
                blob_content_type: Some(CONTENT_TYPE.to_owned()),
                ..BlockBlobClientCommitBlockListOptions::default()
            };
            self.blocks
                .commit_block_list(list.try_into()?, Some(options))
                .await
                .map(|answer| header(answer.headers(), "etag").map(str::to_owned))
        })
        .await
    }

    /// Get Blob Properties.
    pub(super) async fn standing(&self) -> Result<Standing, Failure> {
        self.bounded(async {
            let properties = self.blob.get_properties(None).await?;
            let length = properties.content_length()?.unwrap_or(0);
            let time = |name| http_date(header(properties.headers(), name)?);
            let age = time("date")
                .zip(time("last-modified"))
                .map(|(now, then)| between(then, now));
            let etag = header(properties.headers(), "etag").map(str::to_owned);
            Ok(Standing { length, age, etag })
        })
        .await
    }

    async fn bounded<T>(
        &self,
        call: impl Future<Output = azure_core::Result<T>>,
    ) -> Result<T, Failure> {
        let host = host_of(self.url.location());
        let _wait = self.waits.answer(host, Instant::now(), self.limit);
        match tokio::time::timeout(self.limit, call).await {
            Ok(result) => result.map_err(|error| self.failure(&error)),
            Err(_) => Err(Failure::Stalled(self.limit)),
        }
    }

    /// No answer came.
    fn lost(&self, error: &azure_core::Error) -> Failure {
        let inner = causes(error)
            .into_iter()
            .find_map(|cause| cause.downcast_ref::<reqwest::Error>());
        let (reason, is_lasting) = match inner {
            Some(inner) => {
                let fault = ClientFault::of(inner, Some(self.url.location()));
                let advice = fault.trouble.advice();
                (
                    format!("{} ({advice})", fault.reason),
                    fault.trouble.is_lasting(),
                )
            }
            None => (chain(error), false),
        };
        Failure::Network {
            reason: self.url.scrub(&reason),
            is_lasting,
        }
    }

    fn failure(&self, error: &azure_core::Error) -> Failure {
        let ErrorKind::HttpResponse {
            status,
            error_code,
            raw_response,
        } = error.kind()
        else {
            return self.lost(error);
        };
        let raw = raw_response.as_deref();
        let named = |name| {
            raw.and_then(|raw| header(raw.headers(), name))
                .map(str::to_owned)
        };
        let text = raw.map(body_text).unwrap_or_default();
        let code = named("x-ms-error-code")
            .or_else(|| element(&text, "Code"))
            .or_else(|| error_code.clone())
            .unwrap_or_else(|| reason_of(u16::from(*status)));
        let message = element(&text, "Message")
            .and_then(|message| message.lines().next().map(str::to_owned))
            .unwrap_or_else(|| "the service gave no reason".to_owned());
        Failure::Answer(Answer {
            status: u16::from(*status),
            code: self.url.scrub(&code),
            request_id: self
                .url
                .scrub(&named("x-ms-request-id").unwrap_or_else(|| "none".to_owned())),
            message: self.url.scrub(&message),
            retry_after: named("retry-after")
                .and_then(|value| retry_after(&value, named("date").as_deref())),
        })
    }
}

/// What a status without a code of the service means.
fn reason_of(status: u16) -> String {
    reqwest::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("without a code")
        .to_owned()
}

fn header<'a>(headers: &'a Headers, name: &'static str) -> Option<&'a str> {
    headers.get_optional_str(&HeaderName::from_static(name))
}

/// The start of an error body; more than that is no message.
fn body_text(raw: &RawResponse) -> String {
    let bytes: &[u8] = raw.body().as_ref();
    String::from_utf8_lossy(bytes.get(..bytes.len().min(8192)).unwrap_or_default()).into_owned()
}

/// The text of the first element with this name, in the service's flat error XML.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Seconds, or a date beside the answer's own date.
fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = date.and_then(http_date).unwrap_or_else(Timestamp::now);
    Some(between(now, http_date(value)?))
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text)
        .ok()
        .map(|time| time.timestamp())
}

/// 0 when `then` is not before `now`.
fn between(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let date = Some("Sun, 22 Nov 2026 16:00:00 GMT");
        assert_eq!(retry_after("7", date), Some(Duration::from_secs(7)));
        assert_eq!(
            retry_after("Sun, 22 Nov 2026 16:00:30 GMT", date),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            retry_after("Sun, 22 Nov 2026 15:00:00 GMT", date),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", date), None);
    }

    #[test]
    fn the_error_body_is_read_for_code_and_message() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>ServerBusy</Code><Message>Busy &amp; late\nRequestId:1</Message></Error>";
        assert_eq!(element(xml, "Code").as_deref(), Some("ServerBusy"));
        assert_eq!(
            element(xml, "Message").as_deref(),
            Some("Busy & late\nRequestId:1")
        );
        assert_eq!(element(xml, "Reason"), None);
    }
}
