//! Which addresses may be talked to: https anywhere, plain http only to this machine.
//! It must not know what is sent there.

use std::net::IpAddr;
use thiserror::Error;
use url::{Host, Url};

/// Why an address is not used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    #[error(
        "{host} is not this machine: use https, plain http would show the sign-in to everybody on the way"
    )]
    Plain { host: String },
    #[error("{scheme}: is not supported, write https://…")]
    Scheme { scheme: String },
    #[error("the address names no host, write https://host")]
    NoHost,
    #[error("the address must not carry a user name, a password, a query or a fragment")]
    Extra,
}

/// Says whether tokens and secrets may travel to this address.
pub fn check_endpoint(url: &Url) -> Result<(), EndpointError> {
    let Some(host) = url.host().filter(|host| !matches!(host, Host::Domain(""))) else {
        return Err(match url.scheme() {
            "http" | "https" => EndpointError::NoHost,
            scheme => EndpointError::Scheme {
                scheme: scheme.to_owned(),
            },
        });
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        "http" => {
            return Err(EndpointError::Plain {
                host: host.to_string(),
            });
        }
        scheme => {
            return Err(EndpointError::Scheme {
                scheme: scheme.to_owned(),
            });
        }
    }
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if is_bare {
        Ok(())
    } else {
        Err(EndpointError::Extra)
    }
}

/// Whether an address is on this machine.
pub(super) fn is_this_machine(url: &Url) -> bool {
    url.host().is_some_and(|host| is_loopback(&host))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

/// Host and port, as a person knows them.
pub(crate) fn host_of(url: &Url) -> String {
    url.authority()
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://manage.devcenter.microsoft.com", true)]
    #[case("https://proxy.example:8443/store/", true)]
    #[case("http://127.0.0.1:4010", true)]
    #[case("http://127.9.9.9", true)]
    #[case("http://[::1]:4010/", true)]
    #[case("http://localhost:4010", true)]
    #[case("http://localhost.example.com", false)]
    #[case("http://127.0.0.1.example.com", false)]
    #[case("http://10.0.0.1", false)]
    #[case("http://0.0.0.0", false)]
    #[case("http://manage.devcenter.microsoft.com", false)]
    #[case("ftp://localhost", false)]
    #[case("file:///etc/passwd", false)]
    #[case("https://user:pass@host", false)]
    #[case("https://host/?a=b", false)]
    #[case("https://host/#part", false)]
    fn where_tokens_may_go(#[case] url: &str, #[case] allowed: bool) {
        assert_eq!(
            check_endpoint(&Url::parse(url).unwrap()).is_ok(),
            allowed,
            "{url}"
        );
    }
}
