//! Settings: where files live, what the config file says, which account is meant, where its secret comes from.

pub mod azure;
pub mod env;
pub mod error;
pub mod file;
pub mod measure;
pub mod paths;
pub mod place;
pub mod profile;
pub mod program;
pub mod secret;
pub mod settings;

pub use env::Env;
pub use error::{ConfigError, ConfigProblem};
pub use paths::Paths;
pub use profile::{Credential, Profile};
pub use secret::{SecretError, SecretProgram, SecretSource};
pub use settings::Config;
