//! The config file's shape: every key with its default. Knows no rule that needs more than one key, and no environment.

use super::{measure, secret::SecretSource};
use serde::{Deserialize, Deserializer, Serialize};
use std::{collections::BTreeMap, fmt, path::PathBuf, time::Duration};

/// What the service allows a tenant in a minute, about (product.md § 7).
pub const REQUESTS_PER_MINUTE: u32 = 20;

/// The whole file. Text that the account's owner wrote; [`super::Config`] is what the rest of the program reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub default_profile: Option<String>,
    pub upload: Upload,
    pub follow: Follow,
    pub screen: Screen,
    pub editor: Editor,
    pub notify: Notify,
    /// Chords by the name of their action; read and checked by the keymap.
    pub keys: BTreeMap<String, Chords>,
    pub profiles: BTreeMap<String, Account>,
}

/// `[profiles.NAME]` as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// `None` is refused when the profile is used, with the place of its table.
    pub tenant_id: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<SecretSource>,
    pub federated_token_file: Option<PathBuf>,
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub read_only: bool,
    #[serde(default = "usual_requests")]
    pub requests_per_minute: u32,
    #[serde(default)]
    pub endpoints: Endpoints,
}

fn usual_requests() -> u32 {
    REQUESTS_PER_MINUTE
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Endpoints {
    pub login: String,
    pub store: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            login: "https://login.microsoftonline.com".to_owned(),
            store: "https://manage.devcenter.microsoft.com".to_owned(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Upload {
    /// Blocks under way at once, 1 to 32.
    pub connections: u32,
    /// Bytes a block; `None` chooses by the file's size.
    #[serde(with = "measure::size", skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u64>,
    pub checksum: Checksum,
    /// Bytes a second at most; `None` takes what the line gives.
    #[serde(with = "measure::size", skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
}

impl Default for Upload {
    fn default() -> Self {
        Self {
            connections: 8,
            block_size: None,
            checksum: Checksum::Crc64,
            bandwidth: None,
        }
    }
}

/// What proves a block's way to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    Crc64,
    Md5,
    None,
}

/// How often the status of a committed submission is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Follow {
    #[serde(with = "measure")]
    pub shortest: Duration,
    #[serde(with = "measure")]
    pub longest: Duration,
}

impl Default for Follow {
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(5),
            longest: Duration::from_mins(5),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screen {
    pub theme: String,
    /// Bell and terminal notification at the end of a run or a change of state.
    pub notify: bool,
    pub mouse: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            notify: true,
            mouse: true,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Editor {
    /// `None`: `$VISUAL`, else `$EDITOR`; see [`super::Config::editor`].
    pub command: Option<String>,
}

/// Who else hears of changes; bell and terminal are in [`Screen`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notify {
    /// A program that is started for each change of a submission's state.
    pub command: Option<String>,
}

/// One chord or several, as text; an empty list frees the action's chords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Chords(pub Vec<String>);

impl<'de> Deserialize<'de> for Chords {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> serde::de::Visitor<'de> for OneOrMany {
            type Value = Chords;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a chord such as \"ctrl-p\", or a list of chords")
            }

            fn visit_str<E: serde::de::Error>(self, chord: &str) -> Result<Chords, E> {
                Ok(Chords(vec![chord.to_owned()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<Chords, A::Error> {
                let mut chords = Vec::new();
                while let Some(chord) = list.next_element()? {
                    chords.push(chord);
                }
                Ok(Chords(chords))
            }
        }
        from.deserialize_any(OneOrMany)
    }
}
