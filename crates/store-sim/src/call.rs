//! Which call a request is, from its method and path. Paths are matched without regard to case, as the real service does.

use crate::seed::Kind;
use axum::http::{Method, Uri};
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::{Deserialize, Serialize};

/// What a request asks for. The names are those of scenario files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verb {
    SignIn,
    ListApps,
    GetApp,
    ListAppAddons,
    ListFlights,
    ListAddons,
    GetAddon,
    CreateAddon,
    DeleteAddon,
    GetFlight,
    CreateFlight,
    DeleteFlight,
    Create,
    Get,
    Update,
    Delete,
    Commit,
    Status,
    GetRollout,
    SetRollout,
    HaltRollout,
    FinalizeRollout,
    PutBlob,
    PutBlock,
    PutBlockList,
    GetBlockList,
    GetBlob,
    HeadBlob,
    /// A call for the container, which no upload URL opens.
    Container,
    /// `/_sim/…`: not the Store's, never counted, never at fault.
    #[serde(skip)]
    Operator,
    #[serde(skip_deserializing)]
    Unknown,
}

impl Verb {
    /// The call of this name in scenario files.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<ValueError>::new(name)).ok()
    }

    pub(super) fn is_blob(self) -> bool {
        matches!(
            self,
            Self::PutBlob
                | Self::PutBlock
                | Self::PutBlockList
                | Self::GetBlockList
                | Self::GetBlob
                | Self::HeadBlob
                | Self::Container
        )
    }

    /// A call of the submission API: needs a token and counts against the rate limit.
    pub(super) fn is_store(self) -> bool {
        !self.is_blob() && !matches!(self, Self::SignIn | Self::Operator)
    }
}

/// A product's key: its kind and its id in lower case (a flight is found by its own id).
pub(super) type Key = (Kind, String);

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub verb: Verb,
    pub method: Method,
    pub path: String,
    /// The product the path names: an app, an add-on, or a flight.
    pub product: Option<Key>,
    /// The app of the path, in lower case.
    pub app: Option<String>,
    pub submission: Option<String>,
    /// The blob's name of a blob call, the tenant of a sign-in, the action of an operator.
    pub name: Option<String>,
    pub query: Vec<(String, String)>,
}

/// A request as the Store sees it.
pub(super) struct StoreRequest {
    pub call: Call,
    /// `host:port` that the client used: links and upload URLs are built from it.
    pub host: String,
    pub is_json: bool,
    pub body: Vec<u8>,
}

impl Call {
    pub(super) fn read(method: &Method, uri: &Uri) -> Self {
        let path = uri.path().to_owned();
        let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
            .collect();
        let mut call = Self {
            verb: Verb::Unknown,
            method: method.clone(),
            path,
            product: None,
            app: None,
            submission: None,
            name: None,
            query,
        };
        let path = call.path.to_ascii_lowercase();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["_sim", rest @ ..] => {
                call.verb = Verb::Operator;
                call.name = Some(rest.join("/"));
            }
            // The blob is named last; what stands before it is the container, which one client writes twice.
            ["ingestion"] => call.verb = Verb::Container,
            ["ingestion", .., blob] => {
                call.verb = call.blob_verb();
                call.name = Some((*blob).to_owned());
            }
            [tenant, "oauth2", "token"] | [tenant, "oauth2", "v2.0", "token"]
                if method == Method::POST =>
            {
                call.verb = Verb::SignIn;
                call.name = Some((*tenant).to_owned());
            }
            ["v1.0", "my", rest @ ..] => call.read_store(rest),
            _ => {}
        }
        call
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn blob_verb(&self) -> Verb {
        match (self.method.as_str(), self.parameter("comp")) {
            ("PUT", Some("block")) => Verb::PutBlock,
            ("PUT", Some("blocklist")) => Verb::PutBlockList,
            ("PUT", None) => Verb::PutBlob,
            ("GET", Some("blocklist")) => Verb::GetBlockList,
            ("HEAD", _) => Verb::HeadBlob,
            _ => Verb::GetBlob,
        }
    }

    fn read_store(&mut self, parts: &[&str]) {
        let get = self.method == Method::GET;
        let post = self.method == Method::POST;
        let delete = self.method == Method::DELETE;
        if let ["applications", app, ..] = parts {
            self.app = Some((*app).to_owned());
        }
        self.verb = match parts {
            ["applications"] if get => Verb::ListApps,
            ["inappproducts"] if get => Verb::ListAddons,
            ["inappproducts"] if post => Verb::CreateAddon,
            ["applications", app, "flights"] if post => {
                self.product = Some((Kind::App, (*app).to_owned()));
                Verb::CreateFlight
            }
            ["applications", _, "flights", flight, rest @ ..] => {
                self.product = Some((Kind::Flight, (*flight).to_owned()));
                match rest {
                    [] if get => Verb::GetFlight,
                    [] if delete => Verb::DeleteFlight,
                    rest => self.read_submission(rest),
                }
            }
            ["applications", app, rest @ ..] => {
                self.product = Some((Kind::App, (*app).to_owned()));
                match rest {
                    [] if get => Verb::GetApp,
                    ["listinappproducts"] if get => Verb::ListAppAddons,
                    ["listflights"] if get => Verb::ListFlights,
                    rest => self.read_submission(rest),
                }
            }
            ["inappproducts", add_on, rest @ ..] => {
                self.product = Some((Kind::AddOn, (*add_on).to_owned()));
                match rest {
                    [] if get => Verb::GetAddon,
                    [] if delete => Verb::DeleteAddon,
                    rest => self.read_submission(rest),
                }
            }
            _ => Verb::Unknown,
        };
    }

    fn read_submission(&mut self, parts: &[&str]) -> Verb {
        let ["submissions", rest @ ..] = parts else {
            return Verb::Unknown;
        };
        if let [id, ..] = rest {
            self.submission = Some((*id).to_owned());
        }
        let has_rollout = !matches!(self.product, Some((Kind::AddOn, _)));
        match (self.method.as_str(), rest) {
            ("POST", []) => Verb::Create,
            ("GET", [_]) => Verb::Get,
            ("PUT", [_]) => Verb::Update,
            ("DELETE", [_]) => Verb::Delete,
            ("POST", [_, "commit"]) => Verb::Commit,
            ("GET", [_, "status"]) => Verb::Status,
            ("GET", [_, "packagerollout"]) if has_rollout => Verb::GetRollout,
            ("POST", [_, "updatepackagerolloutpercentage"]) if has_rollout => Verb::SetRollout,
            ("POST", [_, "haltpackagerollout"]) if has_rollout => Verb::HaltRollout,
            ("POST", [_, "finalizepackagerollout"]) if has_rollout => Verb::FinalizeRollout,
            _ => Verb::Unknown,
        }
    }
}
