//! Where config, data and cache live on this system. Creates nothing.

use super::{
    env::{self, Env},
    error::ConfigError,
};
use std::path::{Path, PathBuf};

/// The three places, absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub config_file: PathBuf,
    /// Whether the file was named by a person, so that it must be there.
    pub is_config_named: bool,
    pub data: PathBuf,
    pub cache: PathBuf,
}

impl Paths {
    /// `config` (the option `--config`) goes before `FLIGHTDECK_CONFIG`, that before `FLIGHTDECK_HOME`, that before the system's folders.
    pub fn find(config: Option<&Path>, env: Env) -> Result<Self, ConfigError> {
        let usual = if let Some(home) = env::value(env, env::HOME) {
            let home = absolute(Path::new(&home));
            Self {
                config_file: home.join("config.toml"),
                is_config_named: false,
                data: home.join("data"),
                cache: home.join("cache"),
            }
        } else {
            let folders = directories::ProjectDirs::from("", "", "flightdeck")
                .ok_or(ConfigError::NoFolder)?;
            Self {
                config_file: folders.config_dir().join("config.toml"),
                is_config_named: false,
                // Local, not roaming: journals and locks of this machine mean nothing on another.
                data: folders.data_local_dir().to_owned(),
                cache: folders.cache_dir().to_owned(),
            }
        };
        let named = config
            .map(Path::to_owned)
            .or_else(|| env::value(env, env::CONFIG).map(PathBuf::from));
        Ok(match named {
            Some(file) => Self {
                config_file: absolute(&file),
                is_config_named: true,
                ..usual
            },
            None => usual,
        })
    }
}

/// Absolute without asking the disk, so that a folder change later does not move it.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
