//! Proxies and root certificates, which are read from the environment: each case is a process of its own.

use super::{
    bench::{Bench, SECRET, raw_server, secret, settings},
    nobody::Nobody,
};
use std::{process::Command, sync::Arc};
use store_client::{Store, http::http_client_for};

/// Not a test: the process that the tests below start. It signs in and prints what came of it.
#[tokio::test]
#[ignore = "started by other tests"]
async fn signs_in() {
    let Ok(url) = std::env::var("TEST_LOGIN") else {
        return;
    };
    let mut settings = settings(&url, secret(SECRET));
    settings.login = url.parse().unwrap();
    let said = match http_client_for(&settings.login) {
        Err(error) => error.to_string(),
        Ok(http) => {
            let store = Store::new(http, settings, Arc::new(|_| ()));
            match store.sign_in().await {
                Ok(()) => "signed in".to_owned(),
                Err(error) => error.to_string(),
            }
        }
    };
    println!("SAID {said}");
}

/// What somebody who signs in at `login` is told with these variables.
async fn told(login: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "surroundings::signs_in",
        ])
        .env("TEST_LOGIN", login);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let text = String::from_utf8(output.await.unwrap().stdout).unwrap();
    assert!(text.contains("SAID "), "{text}");
    let said = text.split_once("SAID ").unwrap().1;
    said.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_proxy_that_is_down_is_not_taken_for_the_store() {
    let nobody = Nobody::new();
    let proxy = format!("http://user:CANARY@{}", nobody.address());
    let said = told("https://login.example", &[("HTTPS_PROXY", &proxy)]).await;
    assert!(
        said.contains(&format!(
            "the connection to the proxy http://{} failed: ",
            nobody.address()
        )) && said.contains("NO_PROXY")
            && !said.contains("CANARY"),
        "{said}"
    );
}

#[tokio::test]
async fn a_proxy_that_wants_a_sign_in_is_named_with_the_setting_that_helps() {
    let (address, _) = raw_server(vec![
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n".into(),
    ])
    .await;
    let said = told("https://login.example", &[("HTTPS_PROXY", &address)]).await;
    assert!(
        said.contains(&format!("the proxy {address} asks for a sign-in (407"))
            && said.contains("user:password@proxy")
            && !said.contains("407 407"),
        "{said}"
    );
}

#[tokio::test]
async fn a_proxy_that_says_no_is_named() {
    let no = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let (address, _) = raw_server(vec![no.into(), no.into(), no.into()]).await;
    let said = told("https://login.example", &[("HTTPS_PROXY", &address)]).await;
    assert!(
        said.contains(&format!(
            "the proxy {address} makes no connection to login.example"
        )) && !said.contains("tunnel"),
        "{said}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_root_certificates_the_missing_file_is_named_and_plain_http_works() {
    let missing = [("SSL_CERT_FILE", "/nowhere/roots.pem")];
    let said = told("https://login.example", &missing).await;
    assert!(
        said.contains("no root certificates")
            && said.contains("SSL_CERT_FILE is /nowhere/roots.pem, No such file"),
        "{said}"
    );
    let bench = Bench::start().await;
    assert_eq!(told(&bench.server.uri(), &missing).await, "signed in");
}
