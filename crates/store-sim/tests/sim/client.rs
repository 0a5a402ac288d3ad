//! A plain HTTP client of the simulator, and the making of ZIPs and packages. Knows none of the product's own types but the simulator's start.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};
use store_sim::{Scenario, Sim, SimOptions};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) const APP: &str = "applications/9NX0EXAMPLE1";
pub(crate) const ADD_ON: &str = "inappproducts/9NX0ADDONEX1";
pub(crate) const FLIGHT: &str =
    "applications/9NX0EXAMPLE1/flights/5f0c2a7e-6b1d-4c3e-9a84-0d2f61b7c915";
pub(crate) const IDENTITY: &str = "40417Northwind.Notes";
pub(crate) const CLIENT: &str = "0b6f1c52-8d7e-4a06-9c3b-2f5e7d9a1c40";

/// Whatever is waited for longer than this has hung.
const HANGS: Duration = Duration::from_mins(3);

pub(crate) struct Store {
    pub sim: Sim,
    pub http: Client,
    pub token: String,
}

pub(crate) struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null when the body is empty or no JSON.
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Asserts an error body of the API.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str, words: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.body["code"], code, "{}", self.text);
        assert!(
            self.body["message"].as_str().unwrap().contains(words),
            "{}",
            self.text
        );
        assert_eq!(self.body["source"], "Ingestion Api");
        assert_eq!(self.body["data"], json!([]));
    }

    #[track_caller]
    pub(crate) fn empty(self, status: u16) {
        assert_eq!((self.status, self.text.as_str()), (status, ""));
    }
}

/// Fast, without a rate limit.
pub(crate) fn options() -> SimOptions {
    SimOptions {
        speed: 200.0,
        rate_limit: None,
        ..SimOptions::default()
    }
}

/// Drafts and states stand still long enough to be looked at.
pub(crate) fn slow() -> SimOptions {
    SimOptions {
        speed: 0.01,
        rate_limit: None,
        ..SimOptions::default()
    }
}

pub(crate) fn scenario(toml: &str) -> SimOptions {
    SimOptions {
        scenario: Scenario::parse(toml).unwrap(),
        ..options()
    }
}

pub(crate) fn http() -> Client {
    // A second test in this process finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().timeout(HANGS).build().unwrap()
}

impl Store {
    pub(crate) async fn start(options: SimOptions) -> Self {
        let sim = store_sim::start(options).await.unwrap();
        let http = http();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("client_secret", "demo-secret"),
            ("resource", "https://manage.devcenter.microsoft.com"),
        ];
        let reply = http
            .post(format!("{}/contoso.example/oauth2/token", sim.url()))
            .form(&form)
            .send()
            .await
            .unwrap();
        let token =
            serde_json::from_str::<Value>(&reply.text().await.unwrap()).unwrap()["access_token"]
                .as_str()
                .unwrap()
                .to_owned();
        Self { sim, http, token }
    }

    pub(crate) async fn fast() -> Self {
        Self::start(options()).await
    }

    pub(crate) async fn still() -> Self {
        Self::start(slow()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let is_post = method == Method::POST;
        let mut request = self
            .http
            .request(method, format!("{}/v1.0/my/{path}", self.sim.url()))
            .bearer_auth(&self.token);
        // Without a body reqwest sends no length, and the Store answers 411.
        if body.is_none() && is_post {
            request = request.header("content-length", "0");
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        answer(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Option<&Value>) -> Answer {
        self.send(Method::POST, path, body).await.unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await.unwrap()
    }

    pub(crate) async fn operator(&self, action: &str, body: Value) -> Value {
        let reply = self
            .http
            .post(format!("{}/_sim/operator/{action}", self.sim.url()))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = reply.status();
        let text = reply.text().await.unwrap();
        assert!(status.is_success(), "{action}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) async fn play(&self, toml: &str) {
        let reply = self
            .http
            .put(format!("{}/_sim/scenario", self.sim.url()))
            .body(toml.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(
            reply.status(),
            StatusCode::NO_CONTENT,
            "{}",
            reply.text().await.unwrap()
        );
    }

    pub(crate) async fn state(&self) -> Value {
        answer(self.http.get(format!("{}/_sim/state", self.sim.url())))
            .await
            .unwrap()
            .body
    }

    /// What the state says of one product (`app:ID`, …).
    pub(crate) async fn product(&self, target: &str) -> Value {
        self.state().await["products"][target].clone()
    }

    /// Creates a submission and gives its document and its path.
    pub(crate) async fn draft(&self, product: &str) -> (Value, String) {
        let document = self
            .post(&format!("{product}/submissions"), None)
            .await
            .is(201);
        let path = format!("{product}/submissions/{}", document["id"].as_str().unwrap());
        (document, path)
    }

    pub(crate) async fn upload(&self, document: &Value, zip: Vec<u8>) -> StatusCode {
        let url = document["fileUploadUrl"]
            .as_str()
            .unwrap()
            .replace('+', "%2B");
        self.http
            .put(url)
            .header("x-ms-blob-type", "BlockBlob")
            .body(zip)
            .send()
            .await
            .unwrap()
            .status()
    }

    /// Looks at the status until it is one of these.
    pub(crate) async fn until(&self, submission: &str, wanted: &[&str]) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < HANGS {
            let status = self.get(&format!("{submission}/status")).await.is(200);
            if wanted.contains(&status["status"].as_str().unwrap()) {
                return status;
            }
            tokio::task::yield_now().await;
        }
        panic!("{submission} never came to {wanted:?}");
    }
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let reply = request.send().await?;
    let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
    let text = reply.text().await?;
    let body = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer {
        status,
        headers,
        text,
        body,
    })
}

/// A ZIP with these files, nothing compressed.
pub(crate) fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(
                *name,
                SimpleFileOptions::default().compression_method(CompressionMethod::Stored),
            )
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What the manifest of a good package says.
pub(crate) fn manifest(identity: &str, version: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10"
    xmlns:rescap="http://schemas.microsoft.com/appx/manifest/foundation/windows10/restrictedcapabilities">
  <Identity Name="{identity}" Publisher="CN=2D5C1B7E-6A04-4F93-8E1C-7B0A9D3F5E62" Version="{version}" ProcessorArchitecture="x64" />
  <Properties><DisplayName>ms-resource:AppName</DisplayName></Properties>
  <Dependencies><TargetDeviceFamily Name="Windows.Desktop" MinVersion="10.0.17763.0" MaxVersionTested="10.0.22621.0" /></Dependencies>
  <Resources><Resource Language="en-US" /><Resource Language="de-DE" /></Resources>
  <Capabilities><Capability Name="internetClient" /></Capabilities>
</Package>"#
    )
}

/// A package with this manifest.
pub(crate) fn package(manifest: impl Into<Vec<u8>>) -> Vec<u8> {
    zip(&[
        ("AppxManifest.xml", manifest.into()),
        ("AppxBlockMap.xml", b"<BlockMap/>".to_vec()),
        ("[Content_Types].xml", b"<Types/>".to_vec()),
    ])
}

/// A package that says what the Store reads of it.
pub(crate) fn msix(identity: &str, version: &str) -> Vec<u8> {
    package(manifest(identity, version))
}

pub(crate) fn new_package(name: &str) -> Value {
    json!({ "fileName": name, "fileStatus": "PendingUpload", "minimumDirectXVersion": "None", "minimumSystemRam": "None" })
}
