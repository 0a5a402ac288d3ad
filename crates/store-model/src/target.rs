//! What a submission belongs to: an app, an add-on or a flight. The one place that knows how the three differ
//! in paths and field names; everything above speaks of targets.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An app, an add-on or a package flight, by the ids that the Store gives it.
///
/// Its text form is the command line's: `app:9NX0EXAMPLE1`, `addon:9NX0ADDONEX1`, `flight:9NX0EXAMPLE1/5f0c2a7e-…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Target {
    App { id: String },
    AddOn { id: String },
    Flight { app: String, id: String },
}

/// Which of the three a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    App,
    AddOn,
    Flight,
}

/// The names and paths in which the three kinds differ.
struct Terms {
    word: &'static str,
    scheme: &'static str,
    pending: &'static str,
    published: &'static str,
    packages: Option<&'static str>,
}

impl Kind {
    fn terms(self) -> Terms {
        match self {
            Self::App => Terms {
                word: "app",
                scheme: "app",
                pending: "pendingApplicationSubmission",
                published: "lastPublishedApplicationSubmission",
                packages: Some("applicationPackages"),
            },
            Self::AddOn => Terms {
                word: "add-on",
                scheme: "addon",
                pending: "pendingInAppProductSubmission",
                published: "lastPublishedInAppProductSubmission",
                packages: None,
            },
            Self::Flight => Terms {
                word: "flight",
                scheme: "flight",
                pending: "pendingFlightSubmission",
                published: "lastPublishedFlightSubmission",
                packages: Some("flightPackages"),
            },
        }
    }

    /// `app`, `add-on` or `flight`, as people say it.
    pub fn word(self) -> &'static str {
        self.terms().word
    }

    /// The resource's field that refers to the submission under way.
    pub fn pending_field(self) -> &'static str {
        self.terms().pending
    }

    /// The resource's field that refers to the live submission.
    pub fn published_field(self) -> &'static str {
        self.terms().published
    }

    /// The submission's field that lists packages; an add-on has none.
    pub fn packages_field(self) -> Option<&'static str> {
        self.terms().packages
    }

    /// The resource's field that holds its id.
    pub fn id_field(self) -> &'static str {
        match self {
            Self::Flight => "flightId",
            Self::App | Self::AddOn => "id",
        }
    }

    /// The fields that a PUT may carry, where the service takes only some (docs/store-api.md#flight-submission).
    pub fn put_fields(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Flight => Some(&[
                "flightPackages",
                "packageDeliveryOptions",
                "targetPublishMode",
                "targetPublishDate",
                "notesForCertification",
            ]),
            Self::App | Self::AddOn => None,
        }
    }

    /// Whether its submissions can be rolled out gradually.
    pub fn has_rollout(self) -> bool {
        self != Self::AddOn
    }
}

impl Target {
    pub fn app(id: impl Into<String>) -> Self {
        Self::App { id: id.into() }
    }

    pub fn add_on(id: impl Into<String>) -> Self {
        Self::AddOn { id: id.into() }
    }

    pub fn flight(app: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Flight {
            app: app.into(),
            id: id.into(),
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::App { .. } => Kind::App,
            Self::AddOn { .. } => Kind::AddOn,
            Self::Flight { .. } => Kind::Flight,
        }
    }

    /// The Store ID of an app or add-on, the GUID of a flight.
    pub fn id(&self) -> &str {
        match self {
            Self::App { id } | Self::AddOn { id } | Self::Flight { id, .. } => id,
        }
    }

    /// The path of its resource below `/v1.0/my/`.
    pub fn path(&self) -> String {
        match self {
            Self::App { id } => format!("applications/{id}"),
            Self::AddOn { id } => format!("inappproducts/{id}"),
            Self::Flight { app, id } => format!("applications/{app}/flights/{id}"),
        }
    }

    /// The path of its submissions, or of one of them, below `/v1.0/my/`.
    pub fn submissions_path(&self, submission: Option<&str>) -> String {
        match submission {
            Some(id) => format!("{}/submissions/{id}", self.path()),
            None => format!("{}/submissions", self.path()),
        }
    }

    /// The page in Partner Center where a person can look at a submission.
    pub fn portal_url(&self, submission: Option<&str>) -> String {
        let product = match self {
            Self::App { id } | Self::AddOn { id } => id,
            Self::Flight { app, .. } => app,
        };
        let base = format!("https://partner.microsoft.com/dashboard/products/{product}");
        submission.map_or_else(|| base.clone(), |id| format!("{base}/submissions/{id}"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.kind().terms().scheme;
        match self {
            Self::App { id } | Self::AddOn { id } => write!(f, "{scheme}:{id}"),
            Self::Flight { app, id } => write!(f, "{scheme}:{app}/{id}"),
        }
    }
}

/// A target that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no target; write app:STORE-ID, addon:STORE-ID or flight:STORE-ID/FLIGHT-ID")]
pub struct TargetError(String);

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || TargetError(text.to_owned());
        // Ids stand in URL paths: whatever could change the path is no id.
        let id = |part: &str| -> Result<String, TargetError> {
            let is_plain = !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if is_plain && part.chars().any(char::is_alphanumeric) {
                Ok(part.to_owned())
            } else {
                Err(wrong())
            }
        };
        let (scheme, rest) = text.split_once(':').ok_or_else(wrong)?;
        match scheme {
            "app" => Ok(Self::App { id: id(rest)? }),
            "addon" | "add-on" => Ok(Self::AddOn { id: id(rest)? }),
            "flight" => {
                let (app, flight) = rest.split_once('/').ok_or_else(wrong)?;
                Ok(Self::Flight {
                    app: id(app)?,
                    id: id(flight)?,
                })
            }
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("app:9NX0EXAMPLE1", "applications/9NX0EXAMPLE1")]
    #[case("addon:9NX0ADDONEX1", "inappproducts/9NX0ADDONEX1")]
    #[case(
        "flight:9NX0EXAMPLE1/5f0c2a7e-6b1d",
        "applications/9NX0EXAMPLE1/flights/5f0c2a7e-6b1d"
    )]
    fn text_and_path(#[case] text: &str, #[case] path: &str) {
        let target: Target = text.parse().unwrap();
        assert_eq!(
            (target.to_string().as_str(), target.path().as_str()),
            (text, path)
        );
    }

    #[rstest]
    #[case("")]
    #[case("9NX0EXAMPLE1")]
    #[case("app:")]
    #[case("app:..")]
    #[case("app:a/b")]
    #[case("app:a?b")]
    #[case("flight:9NX0EXAMPLE1")]
    #[case("game:9NX0EXAMPLE1")]
    fn what_names_no_target(#[case] text: &str) {
        assert_eq!(text.parse::<Target>(), Err(TargetError(text.to_owned())));
    }
}
