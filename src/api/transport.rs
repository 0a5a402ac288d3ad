//! Lets the Azure crate send through our own `reqwest` client. It adds the signed query at the last moment, so
//! that the crate (its logs, its URL parser) never sees the signature. It must not know blocks, retries or files.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request};
use futures::TryStreamExt;
use secrecy::{ExposeSecret, SecretString};

/// Our client and the query of one signed URL.
pub(crate) struct BlobTransport {
    http: reqwest::Client,
    query: SecretString,
}

impl BlobTransport {
    /// `query` is appended as it stands: it must already be spelled the way it shall go out.
    pub(crate) fn new(http: reqwest::Client, query: SecretString) -> Self {
        Self { http, query }
    }

    async fn execute(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut url = request.url().clone();
        let secret = self.query.expose_secret();
        let query = match url.query().filter(|own| !own.is_empty()) {
            Some(own) => format!("{own}&{secret}"),
            None => secret.to_owned(),
        };
        url.set_query(Some(&query));

        let method = request.method();
        let method = reqwest::Method::from_bytes(method.as_str().as_bytes())
            .map_err(|error| azure_core::Error::with_error(ErrorKind::Other, error, "no HTTP method"))?;
        let mut outgoing = self.http.request(method, url);
        for (name, value) in request.headers().iter() {
            // Ours names the program; the crate's would name the library and the operating system.
            if name.as_str() != "user-agent" {
                outgoing = outgoing.header(name.as_str(), value.as_str());
            }
        }
        // A streamed body has no length that the HTTP library knows: the crate's own `content-length` header
        // stands among those above and keeps the request from going out chunked, which the service refuses.
        outgoing = match request.body().clone() {
            Body::Bytes(bytes) => outgoing.body(bytes),
            Body::SeekableStream(stream) => outgoing.body(reqwest::Body::wrap_stream(stream)),
        };

        let answer = outgoing.send().await.map_err(failure)?;
        let status = answer.status().as_u16().into();
        let mut headers = Headers::new();
        for (name, value) in answer.headers() {
            if let Ok(value) = value.to_str() {
                headers.insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
            }
        }
        let body = Box::pin(answer.bytes_stream().map_err(failure));
        Ok(AsyncRawResponse::new(status, headers, body))
    }
}

impl fmt::Debug for BlobTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlobTransport")
    }
}

// Written out because the trait comes from `async_trait`, which we do not depend on for one function.
impl HttpClient for BlobTransport {
    fn execute_request<'own, 'request, 'both>(
        &'own self,
        request: &'request Request,
    ) -> Pin<Box<dyn Future<Output = azure_core::Result<AsyncRawResponse>> + Send + 'both>>
    where
        'own: 'both,
        'request: 'both,
        Self: 'both,
    {
        Box::pin(self.execute(request))
    }
}

/// Keeps the cause and drops the URL, which carries the signature.
fn failure(error: reqwest::Error) -> azure_core::Error {
    let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
    azure_core::Error::with_error(kind, error.without_url(), "the request was not answered")
}
