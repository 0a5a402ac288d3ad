//! Why a request got no answer: which part of the way failed, as a text for people, and the setting that helps.
//! It must not know what was asked.

use crate::{endpoint::is_this_machine, words::shown};
use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;
use std::{error::Error, io};
use url::Url;

/// Which part of the way to a server failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Name, connection or line: whatever is none of the following.
    Network,
    /// The server took the connection and did not answer in time.
    Silent,
    /// The server's certificate is signed by an authority that this machine does not know.
    UnknownAuthority,
    /// The certificate's dates do not fit this machine's clock.
    CertificateDate,
    /// The certificate belongs to another host.
    CertificateName,
    /// TLS failed for another reason.
    Tls,
    /// The proxy cannot be reached.
    ProxyDown,
    /// The proxy wants a user and a password.
    ProxySignIn,
    /// The proxy does not connect to this server.
    ProxyRefusal,
}

impl Trouble {
    /// What a person can do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Network => {
                "Check the network; where only a proxy leads out, name it in HTTPS_PROXY"
            }
            Self::Silent => "Check the network and the proxy, then try again",
            Self::UnknownAuthority if cfg!(any(windows, target_vendor = "apple")) => {
                "A company proxy that looks into TLS is the usual reason: add its root certificate to this system's trusted ones"
            }
            Self::UnknownAuthority => {
                "A company proxy that looks into TLS is the usual reason: add its root certificate to this system's trusted ones, \
                 or set SSL_CERT_FILE to a PEM file that holds all that are needed"
            }
            Self::CertificateDate => {
                "Compare this machine's date and time; if they are right, whoever runs the server has to renew its certificate"
            }
            Self::CertificateName => {
                "Something else answers in its place: look for a sign-in page of the network, a proxy, or a wrong address in the profile"
            }
            Self::Tls => {
                "Something in between may not speak TLS: check HTTPS_PROXY and the address in the profile"
            }
            Self::ProxyDown => {
                "Correct HTTPS_PROXY, or list hosts that are reached without a proxy in NO_PROXY"
            }
            Self::ProxySignIn => {
                "Put user and password into HTTPS_PROXY (http://user:password@proxy:port), or use a proxy that signs in for you"
            }
            Self::ProxyRefusal => {
                "Have the host allowed on the proxy, or list it in NO_PROXY if it is reached without"
            }
        }
    }

    /// Trying again does not help: a setting has to change.
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Network | Self::Silent | Self::Tls | Self::ProxyDown | Self::ProxyRefusal => {
                false
            }
            Self::UnknownAuthority
            | Self::CertificateDate
            | Self::CertificateName
            | Self::ProxySignIn => true,
        }
    }
}

/// No answer at all.
#[derive(Clone, Debug)]
pub(super) struct ClientFault {
    pub(super) trouble: Trouble,
    pub(super) reason: String,
    pub(super) was_sent: bool,
}

impl ClientFault {
    /// The fault with its cause and the server that was tried; the path and query of the URL are left out.
    pub(super) fn of(error: &reqwest::Error, tried: Option<&Url>) -> Self {
        let was_sent = !(error.is_connect() || error.is_builder());
        let target = error.url().or(tried);
        let server = target.map(|url| url.origin().ascii_serialization());
        let server = server.as_deref().unwrap_or("the server");
        let proxy = target.and_then(proxy_of);
        let by = proxy
            .as_ref()
            .map(|proxy| format!(" through the proxy {proxy}"))
            .unwrap_or_default();
        let unusable = (proxy.is_none() && target.is_some_and(|url| !is_this_machine(url)))
            .then(unusable_proxy)
            .flatten();
        let proxy = proxy.unwrap_or_else(|| "in between".to_owned());
        let host = target.and_then(Url::host_str).unwrap_or("the server");

        let causes = causes(error);
        let last = causes
            .last()
            .map(|cause| shown(&cause.to_string()))
            .unwrap_or_default();
        let says = |text: &str| causes.iter().any(|cause| cause.to_string().contains(text));
        let tls = causes
            .iter()
            .find_map(|cause| cause.downcast_ref::<rustls::Error>());
        let (mut trouble, mut reason) = if let Some(tls) = tls {
            let (trouble, what) = of_tls(tls, host);
            (
                trouble,
                format!("the connection to {server}{by} failed: {what}"),
            )
        } else if says("proxy authorization required") {
            let what =
                format!("the proxy {proxy} asks for a sign-in (407 Proxy Authentication Required)");
            (Trouble::ProxySignIn, what)
        } else if says("tunnel error: failed to create underlying connection") {
            let what = format!("the connection to the proxy {proxy} failed: {last}");
            (Trouble::ProxyDown, what)
        } else if says("tunnel error") {
            let colon = if last.starts_with("tunnel error") {
                String::new()
            } else {
                format!(": {last}")
            };
            let what = format!("the proxy {proxy} makes no connection to {host}{colon}");
            (Trouble::ProxyRefusal, what)
        } else if error.is_timeout() && error.is_connect() {
            let what = format!("the connection to {server}{by} could not be made in time");
            (Trouble::Network, what)
        } else if error.is_timeout() {
            let what = format!("no complete answer came in time from {server}{by}");
            (Trouble::Silent, what)
        } else {
            let verb = if error.is_connect() {
                "failed"
            } else {
                "broke"
            };
            let what = format!("the connection to {server}{by} {verb}");
            let colon = if last.is_empty() { "" } else { ": " };
            (Trouble::Network, format!("{what}{colon}{last}"))
        };
        if let Some(name) = unusable.filter(|_| trouble == Trouble::Network) {
            trouble = Trouble::ProxyDown;
            reason = format!("{reason}; {name} holds no address of a proxy, so that none was used");
        }
        Self {
            trouble,
            reason,
            was_sent,
        }
    }
}

/// The proxy that this program uses for a URL, without user and password.
fn proxy_of(url: &Url) -> Option<String> {
    if is_this_machine(url) {
        return None;
    }
    let proxy =
        Matcher::from_system().intercept(&url.origin().ascii_serialization().parse().ok()?)?;
    let uri = proxy.uri();
    let host = uri.authority()?.as_str();
    // User and password stand before the host.
    let host = host.rsplit('@').next().unwrap_or_default();
    Some(format!("{}://{host}", uri.scheme_str().unwrap_or("http")))
}

/// The variable that is to name a proxy and does not: it is passed over in silence.
fn unusable_proxy() -> Option<&'static str> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    names
        .into_iter()
        .find(|name| std::env::var(name).is_ok_and(|value| names_no_proxy(value.trim())))
}

fn names_no_proxy(value: &str) -> bool {
    let matcher = Matcher::builder().all(value).build();
    let somewhere = "https://manage.devcenter.microsoft.com".parse().ok();
    !value.is_empty() && somewhere.is_none_or(|uri| matcher.intercept(&uri).is_none())
}

/// The causes of an error, the deepest last; those inside of an I/O error as well, which that error does not name as its source.
pub(super) fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        let inner = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn Error + 'static));
        next = inner.or_else(|| cause.source());
    }
    causes
}

fn of_tls(error: &rustls::Error, host: &str) -> (Trouble, String) {
    use CertificateError as Bad;
    let rustls::Error::InvalidCertificate(bad) = error else {
        let what = match error {
            rustls::Error::InvalidMessage(_) => format!("{host} does not answer in TLS"),
            other => format!("TLS: {}", shown(&other.to_string())),
        };
        return (Trouble::Tls, what);
    };
    let (trouble, what) = match bad {
        Bad::UnknownIssuer => (
            Trouble::UnknownAuthority,
            "is signed by an authority that this machine does not know".to_owned(),
        ),
        Bad::Expired | Bad::ExpiredContext { .. } => (
            Trouble::CertificateDate,
            "has ended by this machine's clock".to_owned(),
        ),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => (
            Trouble::CertificateDate,
            "does not hold yet by this machine's clock".to_owned(),
        ),
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            (Trouble::CertificateName, "is another host's".to_owned())
        }
        Bad::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            Trouble::UnknownAuthority,
            "signed itself, and this machine does not know it".to_owned(),
        ),
        other => (
            Trouble::UnknownAuthority,
            format!("is not accepted ({})", shown(&other.to_string())),
        ),
    };
    (trouble, format!("the certificate of {host} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_proxy_that_is_no_address_is_noticed() {
        for value in [":::", "ftp://proxy.example", "http://", "http:// proxy"] {
            assert!(names_no_proxy(value), "{value}");
        }
        for value in [
            "",
            "http://proxy.example:8080",
            "proxy.example:8080",
            "https://u:p@proxy",
        ] {
            assert!(!names_no_proxy(value), "{value}");
        }
    }

    #[rstest]
    #[case(
        CertificateError::UnknownIssuer,
        Trouble::UnknownAuthority,
        "does not know"
    )]
    #[case(CertificateError::Expired, Trouble::CertificateDate, "clock")]
    #[case(CertificateError::NotValidYet, Trouble::CertificateDate, "clock")]
    #[case(
        CertificateError::NotValidForName,
        Trouble::CertificateName,
        "another host's"
    )]
    #[case(
        CertificateError::BadSignature,
        Trouble::UnknownAuthority,
        "not accepted"
    )]
    fn certificates_are_told_apart(
        #[case] bad: CertificateError,
        #[case] trouble: Trouble,
        #[case] word: &str,
    ) {
        let (found, what) = of_tls(&rustls::Error::InvalidCertificate(bad), "store.example");
        assert_eq!(found, trouble);
        assert!(
            what.starts_with("the certificate of store.example ") && what.contains(word),
            "{what}"
        );
    }

    #[test]
    fn an_error_inside_of_an_io_error_is_found() {
        let inner = io::Error::other(rustls::Error::HandshakeNotComplete);
        let outer = io::Error::other(inner);
        let wrapped = azure_core::Error::with_error(
            azure_core::error::ErrorKind::Io,
            outer,
            "the request was not answered",
        );
        assert!(
            causes(&wrapped)
                .iter()
                .any(|cause| cause.is::<rustls::Error>())
        );
    }
}
