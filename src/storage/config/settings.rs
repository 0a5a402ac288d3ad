//! The settings that the program runs with: the config file, read and checked, and the choice of a profile.

use super::{
    azure,
    env::{self, Env},
    error::{ConfigError, ConfigProblem},
    file::{Chords, File, Follow, Screen, Upload},
    paths::Paths,
    place::{Source, nearest},
    profile::{self, Credential, Profile},
    secret::SecretSource,
};
use crate::storage::input;
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// The largest config file that is read; anything above is no config file.
const LARGEST: u64 = 1024 * 1024;

/// Settings with every default filled in. Its `Debug` holds no secret: the file can hold none.
#[derive(Clone, Debug)]
pub struct Config {
    pub paths: Paths,
    file: File,
    source: Source,
}

impl Config {
    /// Reads the config file: `path` (the option `--config`), else where [`Paths::find`] says. A file that nobody named may be missing.
    pub fn load(path: Option<&Path>, env: Env) -> Result<Self, ConfigError> {
        let paths = Paths::find(path, env)?;
        let text = match input::read_text(&paths.config_file, LARGEST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !paths.is_config_named => {
                String::new()
            }
            Err(source) => {
                return Err(ConfigError::Unreadable {
                    path: paths.config_file,
                    source,
                });
            }
        };
        Self::parse(paths, text)
    }

    /// Settings from text that is already in memory, as if it stood at `paths.config_file`.
    pub fn parse(paths: Paths, text: String) -> Result<Self, ConfigError> {
        // Some Windows editors put a byte order mark first; with it, the first key would be an unknown one.
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let source = Source {
            path: paths.config_file.clone(),
            text,
        };
        let file: File = toml::from_str(&source.text)
            .map_err(|error| ConfigError::Fault(Box::new(source.refused(&error))))?;
        let config = Self {
            paths,
            file,
            source,
        };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let Upload {
            connections,
            block_size,
            ..
        } = &self.file.upload;
        if !(1..=32).contains(connections) {
            return Err(self.fault(
                &["upload", "connections"],
                "this must be a number from 1 to 32",
                "8 suits most lines.",
            ));
        }
        if block_size.is_some_and(|size| !(64 << 10..=4000 << 20).contains(&size)) {
            let remedy = "Leave the key out to let Flightdeck choose.";
            return Err(self.fault(
                &["upload", "block_size"],
                "a block has 64 KiB to 4000 MiB",
                remedy,
            ));
        }
        let Follow { shortest, longest } = self.file.follow;
        if shortest < Duration::from_millis(100) {
            return Err(self.fault(
                &["follow", "shortest"],
                "this is shorter than 100ms",
                "5s is kind to the service.",
            ));
        }
        if longest < shortest {
            return Err(self.fault(
                &["follow", "longest"],
                "this is shorter than follow.shortest",
                "5m is usual.",
            ));
        }
        if let Some(name) = &self.file.default_profile
            && !self.file.profiles.contains_key(name)
            && name != env::PROFILE
        {
            let near = nearest(name, self.profile_names());
            let remedy = match near {
                Some(near) => format!("Did you mean {near:?}?"),
                None => format!("Add [profiles.{name}], or take the key out."),
            };
            return Err(self.fault(
                &["default_profile"],
                &format!("no profile is named {name:?}"),
                &remedy,
            ));
        }
        Ok(())
    }

    /// The error for a key of the file, for those who check what only they know (themes, actions, chords).
    pub fn fault(&self, keys: &[&str], what: &str, remedy: &str) -> ConfigError {
        ConfigError::Fault(Box::new(self.source.fault(keys, what, remedy)))
    }

    /// The file that was read, or would have been.
    pub fn path(&self) -> &Path {
        &self.paths.config_file
    }

    pub fn upload(&self) -> &Upload {
        &self.file.upload
    }

    pub fn follow(&self) -> Follow {
        self.file.follow
    }

    pub fn screen(&self) -> &Screen {
        &self.file.screen
    }

    /// Chords by action name, as they were written.
    pub fn keys(&self) -> &BTreeMap<String, Chords> {
        &self.file.keys
    }

    /// The file as it was read, with defaults.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The command of the outside editor: the config's, else `$VISUAL`, else `$EDITOR`.
    pub fn editor(&self, env: Env) -> Option<String> {
        let written = self
            .file
            .editor
            .command
            .clone()
            .filter(|command| !command.trim().is_empty());
        written
            .or_else(|| env::value(env, "VISUAL"))
            .or_else(|| env::value(env, "EDITOR"))
    }

    /// The environment variables that hold a secret: programs that we start do not get them.
    pub fn secret_variables(&self) -> Vec<String> {
        let sources = self
            .file
            .profiles
            .values()
            .map(|account| &account.client_secret);
        let mut names: Vec<String> = sources
            .filter_map(|source| match source {
                Some(SecretSource::Env(name)) => Some(name.clone()),
                _ => None,
            })
            .collect();
        names.push(env::SECRET.to_owned());
        names
    }

    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        self.file.profiles.keys().map(String::as_str)
    }

    /// Every profile by name, each checked by itself; the one of the environment last, if its variables are set.
    pub fn profiles(&self, env: Env) -> Vec<(String, Result<Profile, ConfigError>)> {
        let mut all: Vec<_> = self
            .profile_names()
            .map(|name| (name.to_owned(), self.profile(Some(name), env)))
            .collect();
        if !self.file.profiles.contains_key(env::PROFILE)
            && let Some(profile) = azure::profile(env).transpose()
        {
            all.push((env::PROFILE.to_owned(), profile));
        }
        all
    }

    /// The profile to work with: `name` (the option `--profile`), else the default, else the only one, else the environment's.
    ///
    /// Several without a default are refused: which account is published to is never guessed.
    pub fn profile(&self, name: Option<&str>, env: Env) -> Result<Profile, ConfigError> {
        let only = || {
            let mut names = self.profile_names();
            names.next().filter(|_| names.next().is_none())
        };
        let chosen = name.or(self.file.default_profile.as_deref()).or_else(only);
        if let Some(name) = chosen
            && let Some(account) = self.file.profiles.get(name)
        {
            let mut checked = profile::from_account(name, account, &self.source, env)
                .map_err(|fault: ConfigProblem| ConfigError::Fault(Box::new(fault)))?;
            if let Credential::Secret(SecretSource::Command(program)) = &mut checked.credential {
                program.hidden = self.secret_variables();
            }
            return Ok(checked);
        }
        if let Some(name) = chosen.filter(|name| *name != env::PROFILE) {
            let nearest = nearest(name, self.profile_names()).map(str::to_owned);
            return Err(ConfigError::UnknownProfile {
                name: name.to_owned(),
                nearest,
                known: self.names(),
                path: self.file_path(),
            });
        }
        if chosen.is_none() && !self.file.profiles.is_empty() {
            return Err(ConfigError::ManyProfiles {
                known: self.names(),
                path: self.file_path(),
            });
        }
        let missing = env::missing(env);
        azure::profile(env)?.ok_or_else(|| ConfigError::NoProfile {
            path: self.file_path(),
            missing,
        })
    }

    fn names(&self) -> Vec<String> {
        self.profile_names().map(str::to_owned).collect()
    }

    fn file_path(&self) -> PathBuf {
        self.paths.config_file.clone()
    }
}
