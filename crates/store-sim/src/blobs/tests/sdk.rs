//! Microsoft's own crate, unchanged, against the simulator: only the wire that carries its requests is ours.

use super::host::Host;
use azure_core::http::{
    AsyncRawResponse, ClientOptions, HttpClient, Method, Request, RequestContent, StatusCode,
    Transport, Url, headers::Headers, request::Body,
};
use azure_storage_blob::models::{BlockListType, BlockLookupList};
use azure_storage_blob::{BlockBlobClient, BlockBlobClientOptions};
use futures::TryStreamExt as _;
use std::pin::Pin;
use std::sync::Arc;

#[derive(Debug)]
struct Wire(reqwest::Client);

type Answer<'a> = Pin<Box<dyn Future<Output = azure_core::Result<AsyncRawResponse>> + Send + 'a>>;

impl HttpClient for Wire {
    fn execute_request<'a, 'b, 'c>(&'a self, request: &'b Request) -> Answer<'c>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        Box::pin(async move {
            let method = match request.method() {
                Method::Put => reqwest::Method::PUT,
                Method::Head => reqwest::Method::HEAD,
                _ => reqwest::Method::GET,
            };
            let mut call = self.0.request(method, request.url().clone());
            for (name, value) in request.headers().iter() {
                call = call.header(name.as_str(), value.as_str());
            }
            let Body::Bytes(body) = request.body().clone() else {
                unreachable!("the tests send bytes")
            };
            let response = call.body(body).send().await.unwrap();
            let mut headers = Headers::new();
            for (name, value) in response.headers() {
                headers.insert(name.to_string(), value.to_str().unwrap().to_owned());
            }
            let status = StatusCode::from(response.status().as_u16());
            let body = response
                .bytes_stream()
                .map_err(|error| azure_core::Error::new(azure_core::error::ErrorKind::Io, error));
            Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
        })
    }
}

fn client(host: &Host, url: &str) -> BlockBlobClient {
    let wire = Wire(host.client.clone());
    let options = BlockBlobClientOptions {
        client_options: ClientOptions {
            transport: Some(Transport::new(Arc::new(wire))),
            ..ClientOptions::default()
        },
        ..BlockBlobClientOptions::default()
    };
    BlockBlobClient::new(url.parse::<Url>().unwrap(), None, Some(options)).unwrap()
}

#[tokio::test]
async fn the_azure_crate_stages_lists_and_commits() {
    let host = Host::start().await;
    let client = client(&host, &host.url);
    for (id, bytes) in [("block-1", b"first "), ("block-2", b"second")] {
        let body = RequestContent::from(bytes.to_vec());
        client
            .stage_block(id.as_bytes(), bytes.len() as u64, body, None)
            .await
            .unwrap();
    }
    let listed = client
        .get_block_list(BlockListType::Uncommitted, None)
        .await
        .unwrap()
        .into_model()
        .unwrap();
    let sizes: Vec<_> = listed
        .uncommitted_blocks
        .unwrap()
        .into_iter()
        .map(|block| (block.name.unwrap(), block.size.unwrap()))
        .collect();
    assert_eq!(sizes, [(b"block-1".to_vec(), 6), (b"block-2".to_vec(), 6)]);
    let list = BlockLookupList {
        latest: Some(vec![b"block-2".to_vec(), b"block-1".to_vec()]),
        ..BlockLookupList::default()
    };
    client
        .commit_block_list(list.try_into().unwrap(), None)
        .await
        .unwrap();
    assert_eq!(host.content(), b"secondfirst ");
}

#[tokio::test]
async fn the_azure_crate_reads_the_error_code() {
    let host = Host::start().await;
    host.blobs.expire(&host.blob);
    let error = client(&host, &host.url)
        .stage_block(b"a", 1, RequestContent::from(b"x".to_vec()), None)
        .await
        .unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::Forbidden));
    assert!(
        format!("{error:?}").contains("AuthenticationFailed"),
        "{error:?}"
    );
}
