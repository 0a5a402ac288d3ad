//! What can be wrong with the settings, each with the place and the remedy. Never holds a secret's value.

use super::env;
use std::{fmt, io, path::PathBuf};

/// One thing wrong in the config file: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    pub file: PathBuf,
    /// Counted from 1; 0 when the place could not be told.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The key with its tables, as in `profiles.contoso.tenant_id`; empty for a mistake outside any key.
    pub key: String,
    pub what: String,
    pub remedy: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ", line {}, column {}", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ", key {}", self.key)?;
        }
        write!(f, ": {}", self.what)?;
        if self.remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "\n{}", self.remedy)
        }
    }
}

impl std::error::Error for ConfigProblem {}

/// Why there are no settings, or no profile, to continue with. Every one of these is "wrong usage or wrong config" (exit 2).
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the config file {} could not be read: {source}\nCorrect the path (--config, or {}) or the file's permissions.", path.display(), env::CONFIG)]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Fault(Box<ConfigProblem>),
    #[error("the environment variable {variable}: {what}\n{remedy}")]
    Variable {
        variable: String,
        what: String,
        remedy: String,
    },
    #[error(
        "this system names no home folder, so there is no place for config and data\nSet {} to a folder for both.",
        env::HOME
    )]
    NoFolder,
    #[error("no profile is named {name:?}{}\nProfiles: {}. They stand in {}.", nearest.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default(), listed(known), path.display())]
    UnknownProfile {
        name: String,
        nearest: Option<String>,
        known: Vec<String>,
        path: PathBuf,
    },
    #[error("several profiles are there, and none is the default\nChoose one with --profile NAME, or write default_profile = \"NAME\" into {}. Profiles: {}.", path.display(), listed(known))]
    ManyProfiles { known: Vec<String>, path: PathBuf },
    #[error("{}", no_profile(path, missing))]
    NoProfile {
        /// The config file that is read, whether it is there or not.
        path: PathBuf,
        /// Variables that are missing for the profile `env`.
        missing: Vec<&'static str>,
    },
}

/// A profile that is ready to be filled in, as the way on for who has none.
pub const READY_PROFILE: &str = r#"default_profile = "main"

[profiles.main]
tenant_id = "00000000-0000-0000-0000-000000000000"
client_id = "00000000-0000-0000-0000-000000000000"
client_secret = { env = "STORE_CLIENT_SECRET" }
"#;

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

fn no_profile(path: &std::path::Path, missing: &[&str]) -> String {
    let ready = READY_PROFILE.lines().collect::<Vec<_>>().join("\n    ");
    let some_set = !missing.is_empty() && missing.len() < 3;
    let left = if some_set {
        format!(" (still missing: {})", missing.join(", "))
    } else {
        String::new()
    };
    format!(
        "no account is set up yet. The ways on:\n\
         - flightdeck demo: look around on a built-in simulator, without account or network\n\
         - set {}, {} and {} (or {}){left}\n\
         - write a profile into {}:\n\n    {ready}",
        env::TENANT,
        env::CLIENT,
        env::SECRET,
        env::FEDERATED,
        path.display()
    )
}
