//! The one HTTP client builder of the program. It must not know the Store nor the blob service:
//! whoever sends a request sets that request's own time limits.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::endpoint::is_this_machine;

/// A host that has not answered the connect by now is down; the sign-in must not hang longer.
const CONNECT: Duration = Duration::from_secs(20);

/// As many idle connections as an upload may ever use, so that none is opened twice.
const IDLE_PER_HOST: usize = 32;

/// Why no client could be made.
#[derive(Debug, Error)]
#[error(
    "the HTTP client could not be started: {0}; check the certificates and the proxy settings of this machine"
)]
pub struct HttpClientError(#[from] reqwest::Error);

/// Makes the client for Store, sign-in and blobs: `rustls` with `ring` and the platform's roots, HTTP/1.1,
/// connect limit 20 s, and no other limit, because a package of many gigabytes may take hours.
///
/// Redirects are not followed: neither service uses them, and a signed URL or a token must not travel on.
pub fn http_client() -> Result<reqwest::Client, HttpClientError> {
    Ok(builder().build()?)
}

/// The same client for the services that belong to `store`. Where that is this machine (the simulator), no proxy is used:
/// one could not reach it, and plain http must not leave the machine.
pub fn http_client_for(store: &Url) -> Result<reqwest::Client, HttpClientError> {
    let builder = if is_this_machine(store) {
        builder().no_proxy()
    } else {
        builder()
    };
    Ok(builder.build()?)
}

fn builder() -> reqwest::ClientBuilder {
    // An error here means that a provider is installed already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("flightdeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_schemes_are_spoken() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = nobody.local_addr().unwrap().port();
        drop(nobody);
        for scheme in ["http", "https"] {
            // An unknown scheme would fail as a builder error, before any connect.
            let error = http_client()
                .unwrap()
                .get(format!("{scheme}://127.0.0.1:{port}/"))
                .send()
                .await
                .unwrap_err();
            assert!(error.is_connect(), "{error:?}");
        }
    }
}
