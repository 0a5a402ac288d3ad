//! Where a client secret comes from, and how it is read: never from the config file itself, never shown.
//! Reading blocks (a file, a program); call it where blocking is allowed.

use super::{
    env::{self, Env},
    program,
};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};
use std::{
    fmt,
    io::{self, Read},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};
use store_model::texts::source::decode;

/// The key in the config file.
pub(super) const KEY: &str = "client_secret";
/// Why a plain string is refused.
pub(super) const PLAIN: &str =
    "a secret is never written into the config file itself: files get copied, shared and backed up";
/// What is expected there instead.
pub(super) const FORMS: &str = "this must name one place to read the secret from";
/// How instead.
pub(super) const REMEDY: &str = "Write client_secret = { env = \"NAME\" }, { command = [\"program\", \"argument\"] } or { file = \"path\" }.";

/// A secret or token is some hundred bytes; more is a mistake.
const LARGEST: u64 = 64 * 1024;
/// Long enough for a person to touch a key or type a word.
const PATIENCE: Duration = Duration::from_mins(1);

/// A place to read a secret from. Shows its kind and name, never a value.
#[derive(Clone)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A program and its arguments, whose output is the secret.
    Command(SecretProgram),
    File(PathBuf),
    /// The system's keyring; not built yet.
    Keyring,
    /// Held in memory: the demo's. No config file can say this.
    Held(SecretString),
}

/// A program that prints a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SecretProgram {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Variables with secrets of ours, which it does not get.
    pub hidden: Vec<String>,
}

impl SecretSource {
    /// Reads it, with variables from the process. Blocks up to a minute.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        self.read_with(&env::process)
    }

    /// Reads it, with variables from `env`. What editors and shells leave around it is taken off.
    pub fn read_with(&self, env: Env) -> Result<SecretString, SecretError> {
        let bytes = match self {
            Self::Env(name) => env(name)
                .ok_or_else(|| SecretError::NotSet {
                    variable: name.clone(),
                })?
                .into_bytes(),
            Self::Command(program) => run(program)?,
            Self::File(path) => read_file(path).map_err(|source| SecretError::File {
                path: path.clone(),
                source,
            })?,
            Self::Keyring => return Err(SecretError::Keyring),
            Self::Held(secret) => return Ok(secret.clone()),
        };
        one_line(&bytes, self)
    }
}

/// Reads a federated token: the same rules as for a file with a secret.
pub(super) fn read_token(path: &Path) -> Result<SecretString, SecretError> {
    SecretSource::File(path.to_owned()).read()
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn run(command: &SecretProgram) -> Result<Vec<u8>, SecretError> {
    let (program, arguments) = command.words.split_first().ok_or(SecretError::NoProgram)?;
    let failed = |source| SecretError::Command {
        program: program.clone(),
        source,
    };
    let mut child = program::command(program, &command.hidden)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // It would write over the dashboard, and may quote the secret.
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let Some(output) = child.stdout.take() else {
        return Err(failed(io::ErrorKind::BrokenPipe.into()));
    };
    let (send, receive) = mpsc::channel();
    // A thread of its own, not joined: a program that leaves a child behind keeps the pipe open for ever.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map(|_| bytes);
        drop(send.send(read));
    });
    let answer = receive.recv_timeout(PATIENCE);
    // After an answer that is too long the program may still be writing; after none it hangs.
    let is_over = matches!(&answer, Ok(Ok(bytes)) if bytes.len() as u64 <= LARGEST);
    if !is_over {
        drop(child.kill());
    }
    let status = child.wait().map_err(failed)?;
    match answer {
        Err(_) => Err(SecretError::Slow {
            program: program.clone(),
        }),
        Ok(Err(source)) => Err(failed(source)),
        Ok(Ok(_)) if is_over && !status.success() => Err(SecretError::Refused {
            program: program.clone(),
            status,
        }),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

fn one_line(bytes: &[u8], from: &SecretSource) -> Result<SecretString, SecretError> {
    let place = || format!("{from:?}");
    if bytes.len() as u64 > LARGEST {
        return Err(SecretError::Long { place: place() });
    }
    // Editors and shells leave a mark, line ends, blanks or quotes around it; no secret has one of those at its ends.
    let text = decode(bytes).map_err(|_| SecretError::NotText { place: place() })?;
    let text = text.trim_matches(is_around);
    let unquoted = ['"', '\'', '`']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let text = unquoted.unwrap_or(text).trim_matches(is_around);
    if text.is_empty() {
        return Err(SecretError::Empty { place: place() });
    }
    if text.chars().any(char::is_control) {
        return Err(SecretError::NotText { place: place() });
    }
    Ok(text.to_owned().into())
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0')
}

/// Why a secret could not be read. Names the place, never the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error(
        "the client secret should come from the environment variable {variable}, which is not set\nSet it in the shell or the pipeline that starts flightdeck."
    )]
    NotSet { variable: String },
    #[error("the file {} could not be read for signing in: {source}\nCorrect client_secret or federated_token_file, or the file's permissions.", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("client_secret = {{ command = [] }} names no program")]
    NoProgram,
    #[error(
        "the program {program:?}, which should print the client secret, could not be run: {source}\nCorrect client_secret.command."
    )]
    Command { program: String, source: io::Error },
    #[error(
        "the program {program:?}, which should print the client secret, ended with {status}\nRun the command by hand to see what it says."
    )]
    Refused { program: String, status: ExitStatus },
    #[error("the program {program:?} printed no client secret within {} s and was stopped\nRun the command by hand: it may wait for a question to be answered.", PATIENCE.as_secs())]
    Slow { program: String },
    #[error("{place} gave nothing where a client secret should be")]
    Empty { place: String },
    #[error("{place} gave more than {} KiB, which is no client secret", LARGEST / 1024)]
    Long { place: String },
    #[error("{place} gave something other than one line of text, which is no client secret")]
    NotText { place: String },
    #[error("reading the client secret from the system's keyring is not built yet\n{REMEDY}")]
    Keyring,
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "variable {name}"),
            // Arguments may hold a token; the program's name is enough to find the key.
            Self::Command(program) => {
                let name = program.words.first().map_or("", String::as_str);
                write!(f, "program {name:?}")
            }
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Keyring => f.write_str("keyring"),
            Self::Held(_) => f.write_str("held in memory"),
        }
    }
}

impl PartialEq for SecretSource {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Env(a), Self::Env(b)) => a == b,
            (Self::Command(a), Self::Command(b)) => a == b,
            (Self::File(a), Self::File(b)) => a == b,
            (Self::Keyring, Self::Keyring) => true,
            // Values are not compared: nobody needs it.
            _ => false,
        }
    }
}

impl Serialize for SecretSource {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        match self {
            Self::Env(name) => map.serialize_entry("env", name)?,
            Self::Command(program) => map.serialize_entry("command", &program.words)?,
            Self::File(path) => map.serialize_entry("file", path)?,
            Self::Keyring => map.serialize_entry("keyring", &true)?,
            Self::Held(_) => {
                return Err(serde::ser::Error::custom(
                    "a secret held in memory is not written",
                ));
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OnePlace)
    }
}

/// Reads the one-key table. Every refusal is a fixed sentence: serde's own would quote the value.
struct OnePlace;

impl<'de> serde::de::Visitor<'de> for OnePlace {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(FORMS)
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<SecretSource, E> {
        Err(E::custom(PLAIN))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<SecretSource, E> {
        Err(E::custom(PLAIN))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<SecretSource, E> {
        Err(E::custom(FORMS))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<SecretSource, E> {
        Err(E::custom(FORMS))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<SecretSource, A::Error> {
        let forms = |_| A::Error::custom(FORMS);
        let source = match map.next_key::<String>().map_err(forms)?.as_deref() {
            Some("env") => SecretSource::Env(map.next_value().map_err(forms)?),
            Some("command") => SecretSource::Command(SecretProgram {
                words: map.next_value().map_err(forms)?,
                hidden: Vec::new(),
            }),
            Some("file") => SecretSource::File(map.next_value().map_err(forms)?),
            Some("keyring") if map.next_value::<bool>().map_err(forms)? => SecretSource::Keyring,
            _ => return Err(A::Error::custom(FORMS)),
        };
        let is_usable = match &source {
            // What is no variable's name is most likely the secret itself.
            SecretSource::Env(name) => {
                !name.is_empty()
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && !name.starts_with(|c: char| c.is_ascii_digit())
            }
            SecretSource::Command(program) => {
                program.words.first().is_some_and(|name| !name.is_empty())
            }
            SecretSource::File(path) => !path.as_os_str().is_empty(),
            SecretSource::Keyring | SecretSource::Held(_) => true,
        };
        if is_usable && map.next_key::<String>().map_err(forms)?.is_none() {
            Ok(source)
        } else {
            Err(A::Error::custom(FORMS))
        }
    }
}
