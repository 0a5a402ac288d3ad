//! Changes that customers, money or the audience feel, and that are sent only with an explicit yes
//! (docs/rules.md#changes-that-ask-for-a-yes). `table` decides about every field; knows neither screen nor command line.

#[cfg(test)]
mod case_tests;
mod judge;
mod packages;
mod table;
#[cfg(test)]
mod tests;

use crate::{finding::Finding, packages::rows::ZipPackages, rule::Rule, rule_table, target::Kind};
use judge::Assessment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, str::FromStr};

macro_rules! kinds {
    ($($kind:ident $name:literal $word:literal;)+) => {
        /// What a risk is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum RiskKind {
            $($kind),+
        }

        impl RiskKind {
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name that `--allow` takes.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name),+
                }
            }

            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$kind => $word),+
                }
            }
        }
    };
}

kinds! {
    Price "price" "price";
    BecomesFree "becomes-free" "becomes free";
    Visibility "visibility" "visibility";
    Rollout "rollout" "rollout";
    Schedule "schedule" "schedule";
    Coverage "coverage" "coverage";
    Languages "languages" "languages";
    Licensing "licensing" "licensing";
    Lifetime "lifetime" "lifetime";
    Requirements "requirements" "requirements";
    Features "features" "features";
}

/// A change that must not happen by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    pub kind: RiskKind,
    /// JSON pointer into what is sent; of the holder where the value is missing.
    pub pointer: String,
    pub sentence: String,
}

/// Compares what will be sent with what customers have now. `base` is the published submission or, where that is unknown, the
/// fresh draft that the Store made of it; without either only what is risky by itself is found. `zip_packages` is what the ZIP brings, as
/// far as it was read.
pub fn risks(
    kind: Kind,
    base: Option<&Value>,
    sent: &Value,
    zip_packages: &ZipPackages,
) -> Vec<Risk> {
    let mut weighing = Assessment::new(kind, base, sent, zip_packages);
    for row in table::TABLE.iter().filter(|row| row.is_for(kind)) {
        weighing.weigh(row);
    }
    weighing.found
}

/// Who loses a package, by what the ZIP was found to hold: the one risk that a document alone cannot tell.
pub fn coverage(kind: Kind, sent: &Value, zip_packages: &ZipPackages) -> Option<Risk> {
    let mut weighing = Assessment::new(kind, None, sent, zip_packages);
    if kind.packages_field().is_some() {
        packages::coverage(&mut weighing);
    }
    weighing.found.pop()
}

/// Whether a finding keeps a release back and nobody has allowed it.
pub fn blocks(finding: &Finding, allow: &[Allowance]) -> bool {
    finding.holds_back() && !is_allowed(finding, allow)
}

fn is_allowed(finding: &Finding, allow: &[Allowance]) -> bool {
    finding.can_be_allowed() && allow.contains(&Allowance::Finding(finding.rule))
}

/// How a finding can be allowed, or that it was; for the end of its sentence, and for the journal.
pub fn way_round(finding: &Finding, allow: &[Allowance]) -> String {
    let allowance = Allowance::Finding(finding.rule);
    if is_allowed(finding, allow) {
        format!(" (allowed: {allowance})")
    } else if finding.can_be_allowed() {
        format!(" (--allow {allowance})")
    } else {
        String::new()
    }
}

/// What a person or a script has said yes to beforehand: one kind of change, or one rule that only warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Allowance {
    Risk(RiskKind),
    /// A rule, as `finding:RULE`.
    Finding(Rule),
}

const FINDING: &str = "finding:";

/// Why a text is no allowance; for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAllowance {
    #[error(
        "{given} is no change that can be allowed; these are: {}, or finding:RULE for a rule of the check",
        names()
    )]
    Change { given: String },
    #[error(
        "{given} is no rule of the check; `flightdeck check` prints the name of each rule behind its finding"
    )]
    Rule { given: String },
    #[error(
        "{given} cannot be allowed: the Store refuses it for certain, or Flightdeck never sends it"
    )]
    Refused { given: String },
}

fn names() -> String {
    let names: Vec<_> = RiskKind::ALL.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}

impl FromStr for Allowance {
    type Err = NoAllowance;

    fn from_str(text: &str) -> Result<Self, NoAllowance> {
        let given = || text.to_owned();
        let Some(name) = text.strip_prefix(FINDING) else {
            let kind = RiskKind::ALL.iter().find(|kind| kind.name() == text);
            return kind
                .map(|kind| Self::Risk(*kind))
                .ok_or_else(|| NoAllowance::Change { given: given() });
        };
        match rule_table::all().find(|rule| rule.name == name) {
            None => Err(NoAllowance::Rule { given: given() }),
            Some(rule) if rule.certainty.is_certain() => {
                Err(NoAllowance::Refused { given: given() })
            }
            Some(rule) => Ok(Self::Finding(rule)),
        }
    }
}

impl TryFrom<String> for Allowance {
    type Error = NoAllowance;

    fn try_from(text: String) -> Result<Self, NoAllowance> {
        text.parse()
    }
}

impl From<Allowance> for String {
    fn from(allowance: Allowance) -> Self {
        allowance.to_string()
    }
}

impl From<RiskKind> for Allowance {
    fn from(kind: RiskKind) -> Self {
        Self::Risk(kind)
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Risk(kind) => f.pad(kind.name()),
            Self::Finding(rule) => write!(f, "{FINDING}{rule}"),
        }
    }
}
