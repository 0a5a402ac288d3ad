//! What can be wrong with a ZIP whatever document it is for: its paths, sizes, packing. Knows no document.

use super::central_directory::{ArchiveFile, Method};
use crate::{package::FileRole, rule::Rule, rule_table as rule, units};

/// A byte of a deflated file gives at most this many.
const DEFLATE_RATIO: u64 = 1_032;

/// What is wrong with the ZIP itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveFault {
    /// Two files of one name, perhaps in another case.
    Duplicate {
        name: String,
    },
    /// A path that leaves the folder it is unpacked to, is absolute, or means no file on Windows.
    UnsafePath {
        name: String,
    },
    Encrypted {
        name: String,
    },
    ZeroBytes {
        name: String,
    },
    /// It has a package's name, but its content is none.
    NoPackage {
        name: String,
    },
    /// Two packages that nobody expects have one name: which is meant cannot be known.
    Twins {
        name: String,
        other: String,
    },
    TooLarge {
        name: String,
        size: u64,
        limit: u64,
    },
    /// Two files take the same bytes of the ZIP, as in an archive that is made to swell.
    Overlap {
        name: String,
        other: String,
    },
    /// No packing gets so much into so few bytes.
    Implausible {
        name: String,
        size: u64,
        packed: u64,
    },
    /// Packed in a way that hardly anybody can unpack.
    Method {
        name: String,
        method: &'static str,
    },
    /// Everything sits in one folder that the document does not know.
    NestedFolder {
        folder: String,
    },
    /// The file is a package itself, not a ZIP that holds one.
    BarePackage,
}

/// Names that Windows keeps for devices, with whatever ending.
const RESERVED: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A path that must not be unpacked: absolute, with a drive, leading out of the folder, or with a name that is no file on Windows.
pub fn is_unsafe_path(name: &str) -> bool {
    let is_bad = |c: char| c.is_control() || "<>:\"|?*".contains(c);
    let mut parts = name.split(['/', '\\']);
    is_way_out(name) || name.contains(is_bad) || parts.any(is_reserved)
}

/// A path that leads out of the folder into which it is unpacked.
pub(super) fn is_way_out(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':')
        && name.starts_with(|first: char| first.is_ascii_alphabetic());
    drive || name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..")
}

fn is_reserved(part: &str) -> bool {
    let stem = part
        .split('.')
        .next()
        .unwrap_or(part)
        .trim_end()
        .to_ascii_lowercase();
    let is_port = |port: &str| {
        stem.strip_prefix(port).is_some_and(|rest| {
            matches!(rest.as_bytes(), [b'1'..=b'9']) || matches!(rest, "¹" | "²" | "³")
        })
    };
    // Windows drops a dot or a space at the end: the file would get another name.
    RESERVED.contains(&stem.as_str())
        || is_port("com")
        || is_port("lpt")
        || (part.ends_with(['.', ' ']) && part != ".")
}

fn unusual(method: Method) -> Option<&'static str> {
    match method {
        // Deflate64 is told as a warning elsewhere: Windows itself makes and reads it.
        Method::Stored | Method::Deflated | Method::Other(DEFLATE64) => None,
        Method::Other(12) => Some("bzip2"),
        Method::Other(14) => Some("LZMA"),
        Method::Other(93) => Some("Zstandard"),
        Method::Other(95) => Some("XZ"),
        Method::Other(98) => Some("PPMd"),
        Method::Other(99) => Some("AES encryption"),
        Method::Other(_) => Some("an unknown method"),
    }
}

/// What Windows Explorer packs files above 2 GB with.
pub(crate) const DEFLATE64: u16 = 9;

/// The first two files that take the same bytes.
pub(super) fn overlap(files: &[&ArchiveFile]) -> Option<ArchiveFault> {
    const LOCAL_HEADER: u64 = 30;
    let mut sorted: Vec<&ArchiveFile> = files.to_vec();
    sorted.sort_by_key(|file| file.offset);
    let pair = sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .find(|(file, next)| {
            file.offset
                .saturating_add(LOCAL_HEADER)
                .saturating_add(file.packed)
                > next.offset
        });
    pair.map(|(file, next)| ArchiveFault::Overlap {
        name: file.name.clone(),
        other: next.name.clone(),
    })
}

/// What is wrong with one file; `role` is what the document wants it for.
pub(super) fn faults(file: &ArchiveFile, role: Option<FileRole>) -> Vec<ArchiveFault> {
    let name = || file.name.clone();
    let mut found = Vec::new();
    if is_unsafe_path(&file.name) {
        found.push(ArchiveFault::UnsafePath { name: name() });
    }
    if file.is_encrypted {
        found.push(ArchiveFault::Encrypted { name: name() });
    }
    let is_implausible = match file.method {
        Method::Stored => !file.is_encrypted && file.size != file.packed,
        Method::Deflated => file.size / DEFLATE_RATIO > file.packed,
        Method::Other(_) => false,
    };
    if is_implausible {
        found.push(ArchiveFault::Implausible {
            name: name(),
            size: file.size,
            packed: file.packed,
        });
    }
    if let Some(method) = unusual(file.method) {
        found.push(ArchiveFault::Method {
            name: name(),
            method,
        });
    }
    if let Some(role) = role {
        if file.size == 0 {
            found.push(ArchiveFault::ZeroBytes { name: name() });
        }
        let limit = role.most_bytes();
        if file.size > limit {
            found.push(ArchiveFault::TooLarge {
                name: name(),
                size: file.size,
                limit,
            });
        }
    }
    found
}

impl ArchiveFault {
    pub fn rule(&self) -> Rule {
        match self {
            Self::Duplicate { .. } => rule::ZIP_FILE_TWICE,
            Self::UnsafePath { .. } => rule::ZIP_PATH_UNSAFE,
            Self::Encrypted { .. } => rule::ZIP_ENCRYPTED,
            Self::ZeroBytes { .. } => rule::FILE_EMPTY,
            Self::NoPackage { .. } => rule::NOT_A_PACKAGE,
            Self::Twins { .. } => rule::PACKAGES_SHARE_NAME,
            Self::TooLarge { .. } => rule::FILE_TOO_LARGE,
            Self::Overlap { .. } => rule::ZIP_OVERLAP,
            Self::Implausible { .. } => rule::ZIP_IMPLAUSIBLE_SIZE,
            Self::Method { .. } => rule::ZIP_METHOD,
            Self::NestedFolder { .. } => rule::ZIP_NESTED_FOLDER,
            Self::BarePackage => rule::BARE_PACKAGE,
        }
    }

    pub fn sentence(&self) -> String {
        match self {
            Self::Duplicate { name } => format!("{name} is in the ZIP twice; only one can be meant."),
            Self::UnsafePath { name } => {
                format!(
                    "{name} is not a path for Windows (absolute, with “..”, or a reserved name); the Store may refuse the archive."
                )
            }
            Self::Encrypted { name } => {
                format!("{name} is encrypted; the Store cannot read it. Build the ZIP without a password.")
            }
            Self::ZeroBytes { name } => format!("{name} is empty (0 bytes)."),
            Self::NoPackage { name } => {
                format!("{name} is no package: it has the name of one, but its content is something else.")
            }
            Self::Twins { name, other } => {
                format!("{name} and {other} have one name; only one can be meant. Leave the other out of the ZIP.")
            }
            Self::TooLarge { name, size, limit } => {
                format!("{name} has {}; at most {} are allowed.", units::bytes(*size), units::bytes(*limit))
            }
            Self::Overlap { name, other } => {
                format!("{name} and {other} take the same bytes of the ZIP; it is damaged, or made to swell. Build it anew.")
            }
            Self::Implausible { name, size, packed } => format!(
                "{name} is said to have {} in {} of the ZIP, which no packing can do; the ZIP is damaged, or made to swell.",
                units::bytes(*size),
                units::bytes(*packed)
            ),
            Self::Method { name, method } => {
                format!("{name} is packed with {method}; the Store can only be relied on to read stored and deflated files.")
            }
            Self::NestedFolder { folder } => {
                format!(
                    "Everything sits in the folder {folder} of the ZIP; files must stand where the JSON says, from the ZIP's root."
                )
            }
            Self::BarePackage => {
                "This is a package itself. The Store wants a ZIP that holds it, even for a single package.".to_owned()
            }
        }
    }
}
