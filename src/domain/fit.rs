//! Whether a ZIP fits a document: what matches, what is missing and why, what is too much, what would fail a commit.
//! Knows nothing of files on a disk; the rules are store-api.md § 4.9.

use super::{
    central_directory::{Archive, ArchiveFile},
    finding::Severity,
    limits,
    package::{FileEntry, FileStatus, Role},
    units,
};
use std::collections::{HashMap, HashSet};

/// Why the ZIP's nearest file is not the one that the document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NearReason {
    /// Upper and lower case differ.
    Case,
    /// The ZIP has `\` where paths need `/`.
    Backslash,
    /// It sits in another folder.
    Folder,
}

/// A file of the ZIP that is nearly the missing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    pub reason: NearReason,
    /// The name as the ZIP has it.
    pub name: String,
}

/// A file that the document names and the ZIP lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// JSON pointer of the entry's object.
    pub pointer: String,
    pub file_name: String,
    pub role: Role,
    pub near: Option<Near>,
}

/// A file of the ZIP that the document does not wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    pub name: String,
    pub is_package: bool,
    /// The document names it as already uploaded, or to be deleted.
    pub is_known: bool,
    /// Why it must not simply be added to the document; `None` for what is no new package, too.
    pub hurdle: Option<Hurdle>,
}

/// Why a new package of the ZIP cannot be meant without a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// Another package of the ZIP has its name, in another folder or in another case.
    Twin { other: String },
    /// The document has a package of its name already.
    Named,
    /// It sits in a folder beside other packages.
    Folder,
}

/// What is wrong with the ZIP itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveFault {
    /// Two files of one name, perhaps in another case.
    Duplicate {
        name: String,
    },
    /// A path that leaves the folder it is unpacked to, or is absolute.
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
    /// Everything sits in one folder that the document does not know.
    NestedFolder {
        folder: String,
    },
    /// The file is a package itself, not a ZIP that holds one.
    BarePackage,
}

/// How a ZIP and a document fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Names of the ZIP that the document waits for, once each, in the document's order.
    pub matched: Vec<String>,
    pub missing: Vec<Missing>,
    pub extra: Vec<Extra>,
    pub faults: Vec<ArchiveFault>,
}

/// The path that the service looks for: it takes `\` in the document for `/`.
pub fn zip_path(file_name: &str) -> String {
    file_name.replace('\\', "/")
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

pub fn is_package(name: &str) -> bool {
    base_name(name)
        .rsplit_once('.')
        .is_some_and(|(_, ending)| limits::PACKAGE_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// What systems leave in archives without being asked.
fn is_junk(name: &str) -> bool {
    let base = base_name(name);
    name.starts_with("__MACOSX/")
        || base.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|junk| base.eq_ignore_ascii_case(junk))
}

/// A path that must not be unpacked: absolute, with a drive, or leading out of the folder.
pub fn is_unsafe_path(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':') && name.starts_with(|first: char| first.is_ascii_alphabetic());
    drive || name.starts_with(['/', '\\']) || name.contains('\0') || name.split(['/', '\\']).any(|part| part == "..")
}

/// Compares; `expected` is what the ZIP must hold, `known` every file of the document.
pub fn fit(archive: &Archive, expected: &[FileEntry], known: &[FileEntry]) -> Fit {
    let files: Vec<&ArchiveFile> = archive.files.iter().filter(|file| !is_junk(&file.name)).collect();
    let mut fit = Fit::default();
    // Its inside is nobody's business then: no file of it counts as extra.
    let is_bare = is_bare_package(&files);
    if is_bare {
        fit.faults.push(ArchiveFault::BarePackage);
    }
    let names: HashMap<&str, &ArchiveFile> = files.iter().map(|file| (file.name.as_str(), *file)).collect();
    let near = NearIndex::of(&files);
    let mut taken: HashSet<&str> = HashSet::new();
    let mut roles: HashMap<&str, Role> = HashMap::new();
    let mut lacking = Vec::new();
    for entry in expected {
        let path = zip_path(&entry.file_name);
        match names.get(path.as_str()) {
            Some(file) => {
                roles.entry(&file.name).or_insert(entry.role);
                if taken.insert(&file.name) {
                    fit.matched.push(file.name.clone());
                }
            }
            None => lacking.push((entry, path)),
        }
    }
    // Only after all that match: a file that somebody waits for is nobody else's near miss.
    let mut claimed = HashSet::new();
    for (entry, path) in lacking {
        let near = near.find(&path, |name| !taken.contains(name));
        if let Some(near) = &near {
            claimed.insert(near.name.clone());
        }
        fit.missing.push(Missing { pointer: entry.pointer.clone(), file_name: entry.file_name.clone(), role: entry.role, near });
    }
    let old: HashSet<String> =
        known.iter().filter(|entry| entry.status != FileStatus::PendingUpload).map(|entry| zip_path(&entry.file_name)).collect();
    let lower = |name: &str| zip_path(name).to_lowercase();
    let needed: HashSet<String> = taken.iter().map(|name| lower(name)).chain(claimed.iter().map(|name| lower(name))).collect();
    let mut seen = HashSet::new();
    for file in &files {
        let path = lower(&file.name);
        if !seen.insert(path.clone()) {
            // Two of a file that nobody needs do no harm.
            if needed.contains(&path) {
                fit.faults.push(ArchiveFault::Duplicate { name: file.name.clone() });
            }
        } else if !needed.contains(&path) && !is_bare {
            let (is_package, is_known) = (is_package(&file.name), old.contains(&zip_path(&file.name)));
            fit.extra.push(Extra { name: file.name.clone(), is_package, is_known, hurdle: None });
        }
        let role = roles.get(file.name.as_str()).copied();
        fit.faults.extend(faults(file, role));
        // One that is live already is never read; every other would be sent or added as what it is not.
        if file.is_false_package && (role == Some(Role::Package) || !old.contains(&zip_path(&file.name))) {
            fit.faults.push(ArchiveFault::NoPackage { name: file.name.clone() });
            fit.matched.retain(|name| *name != file.name);
        }
    }
    hurdles(&mut fit, &files, known);
    if let Some(folder) = nested_folder(&fit) {
        fit.faults.push(ArchiveFault::NestedFolder { folder });
    }
    fit
}

/// Finds why new packages must not be added, and names those of which only one can be meant.
fn hurdles(fit: &mut Fit, files: &[&ArchiveFile], known: &[FileEntry]) {
    let base = |name: &str| base_name(name).to_lowercase();
    let packages: Vec<&str> = files.iter().map(|file| file.name.as_str()).filter(|name| is_package(name)).collect();
    let mut by_base: HashMap<String, Vec<&str>> = HashMap::new();
    for name in &packages {
        by_base.entry(base(name)).or_default().push(name);
    }
    let named: HashSet<String> =
        known.iter().filter(|entry| entry.role == Role::Package).map(|entry| base(&entry.file_name)).collect();
    let news: HashSet<String> =
        fit.extra.iter().filter(|extra| extra.is_package && !extra.is_known).map(|extra| extra.name.clone()).collect();
    let mut said = HashSet::new();
    for extra in fit.extra.iter_mut().filter(|extra| news.contains(&extra.name)) {
        let key = base(&extra.name);
        let twin = by_base.get(&key).into_iter().flatten().find(|name| **name != extra.name);
        extra.hurdle = match twin {
            Some(other) => {
                if news.contains(*other) && said.insert(key) {
                    fit.faults.push(ArchiveFault::Twins { name: extra.name.clone(), other: (*other).to_owned() });
                }
                Some(Hurdle::Twin { other: (*other).to_owned() })
            }
            None if named.contains(&key) => Some(Hurdle::Named),
            None if packages.len() > 1 && extra.name.contains(['/', '\\']) => Some(Hurdle::Folder),
            None => None,
        };
    }
}

fn faults(file: &ArchiveFile, role: Option<Role>) -> Vec<ArchiveFault> {
    let name = || file.name.clone();
    let mut found = Vec::new();
    if is_unsafe_path(&file.name) {
        found.push(ArchiveFault::UnsafePath { name: name() });
    }
    if file.is_encrypted {
        found.push(ArchiveFault::Encrypted { name: name() });
    }
    if let Some(role) = role {
        if file.size == 0 {
            found.push(ArchiveFault::ZeroBytes { name: name() });
        }
        let limit = match role {
            Role::Package => limits::PACKAGE_BYTES,
            Role::Trailer => limits::TRAILER_BYTES,
            Role::Image | Role::Icon | Role::Thumbnail => limits::IMAGE_BYTES,
        };
        if file.size > limit {
            found.push(ArchiveFault::TooLarge { name: name(), size: file.size, limit });
        }
    }
    found
}

/// A package is a ZIP, too: it has a manifest at its root.
fn is_bare_package(files: &[&ArchiveFile]) -> bool {
    files.iter().any(|file| {
        let path = zip_path(&file.name);
        path.eq_ignore_ascii_case("AppxManifest.xml") || path.eq_ignore_ascii_case("AppxMetadata/AppxBundleManifest.xml")
    })
}

/// The top folder in which every missing file sits, when that is the whole trouble.
fn nested_folder(fit: &Fit) -> Option<String> {
    let folder = |missing: &Missing| {
        let near = missing.near.as_ref().filter(|near| near.reason == NearReason::Folder)?;
        let path = zip_path(&near.name);
        let (folder, rest) = path.split_at_checked(path.len().checked_sub(zip_path(&missing.file_name).len())?)?;
        (rest.eq_ignore_ascii_case(&zip_path(&missing.file_name)) && folder.ends_with('/')).then(|| folder.to_owned())
    };
    let first = folder(fit.missing.first()?)?;
    (fit.matched.is_empty() && fit.missing.iter().all(|missing| folder(missing).as_ref() == Some(&first))).then_some(first)
}

/// The ZIP's files by what they would be called if they were right.
struct NearIndex<'a> {
    by_path: HashMap<String, Vec<&'a str>>,
    by_base: HashMap<String, Vec<&'a str>>,
}

impl<'a> NearIndex<'a> {
    fn of(files: &[&'a ArchiveFile]) -> Self {
        let mut index = Self { by_path: HashMap::new(), by_base: HashMap::new() };
        for file in files {
            let path = zip_path(&file.name).to_lowercase();
            index.by_base.entry(base_name(&path).to_owned()).or_default().push(&file.name);
            index.by_path.entry(path).or_default().push(&file.name);
        }
        index
    }

    fn find(&self, path: &str, is_free: impl Fn(&str) -> bool) -> Option<Near> {
        let lower = path.to_lowercase();
        let only = |names: Vec<&'a str>| match names.as_slice() {
            [name] => Some(*name),
            _ => None,
        };
        let free = |names: Option<&Vec<&'a str>>| -> Vec<&'a str> {
            names.into_iter().flatten().copied().filter(|name| is_free(name)).collect()
        };
        if let Some(name) = free(self.by_path.get(&lower)).first() {
            let reason = if name.contains('\\') { NearReason::Backslash } else { NearReason::Case };
            return Some(Near { reason, name: (*name).to_owned() });
        }
        let same_base = free(self.by_base.get(base_name(&lower)));
        // One that ends in the whole path beats one that only has the file's name.
        let ending = format!("/{lower}");
        let deeper = same_base.iter().copied().filter(|name| zip_path(name).to_lowercase().ends_with(&ending)).collect();
        only(deeper).or_else(|| only(same_base)).map(|name| Near { reason: NearReason::Folder, name: name.to_owned() })
    }
}

impl ArchiveFault {
    pub fn sentence(&self) -> String {
        match self {
            Self::Duplicate { name } => format!("{name} is in the ZIP twice; only one can be meant."),
            Self::UnsafePath { name } => {
                format!("{name} is not a path inside the ZIP (absolute, or with “..”); the Store may refuse the archive.")
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

impl Missing {
    pub fn sentence(&self) -> String {
        let Self { file_name, near, role, .. } = self;
        match near {
            None => format!("{file_name} ({}) is missing in the ZIP.", role.word()),
            Some(Near { reason: NearReason::Case, name }) => {
                format!("{file_name} is called {name} in the ZIP; upper and lower case must be the same.")
            }
            Some(Near { reason: NearReason::Backslash, name }) => {
                format!("{file_name} stands in the ZIP as {name}; paths in a ZIP need “/”. Build the ZIP with another tool.")
            }
            Some(Near { reason: NearReason::Folder, name }) => format!("{file_name} sits elsewhere in the ZIP: {name}."),
        }
    }
}

impl Extra {
    fn sentence(&self) -> (Severity, String) {
        let Self { name, .. } = self;
        let sentence = if self.is_known {
            format!("{name} is in the ZIP, but the JSON has it as already uploaded; it will be ignored.")
        } else if self.is_package {
            let why = match &self.hurdle {
                None => String::new(),
                Some(Hurdle::Twin { other }) => format!(" Its name is also that of {other}."),
                Some(Hurdle::Named) => " The JSON has a package of that name already.".to_owned(),
                Some(Hurdle::Folder) => " It sits in a folder beside other packages.".to_owned(),
            };
            format!("{name} is a package that the JSON does not name; it will not be published.{why}")
        } else {
            format!("{name} is in the ZIP, but the JSON does not name it.")
        };
        (Severity::Warning, sentence)
    }
}

/// More sentences than this about files that nobody needs would hide the rest.
const MOST_EXTRA: usize = 20;

impl Fit {
    /// Whether a commit with this ZIP can find all that it needs. Extra files are only a warning.
    pub fn is_ok(&self) -> bool {
        self.missing.is_empty() && self.faults.is_empty()
    }

    /// The fit in words, the worst first; a clean fit says so.
    pub fn sentences(&self) -> Vec<(Severity, String)> {
        let faults = self.faults.iter().map(|fault| (Severity::Error, fault.sentence()));
        let missing = self.missing.iter().map(|missing| (Severity::Error, missing.sentence()));
        // What a fault names needs no warning as well.
        let is_faulty = |extra: &&Extra| {
            self.faults.iter().any(|fault| match fault {
                ArchiveFault::NoPackage { name } => *name == extra.name,
                ArchiveFault::Twins { name, other } => [name, other].contains(&&extra.name),
                _ => false,
            })
        };
        let extra = self.extra.iter().take(MOST_EXTRA).filter(|extra| !is_faulty(extra)).map(Extra::sentence);
        let mut sentences: Vec<_> = faults.chain(missing).chain(extra).collect();
        if self.extra.len() > MOST_EXTRA {
            sentences.push((
                Severity::Warning,
                format!("{} more files are in the ZIP that the JSON does not wait for.", self.extra.len() - MOST_EXTRA),
            ));
        }
        if self.matched.is_empty() && self.is_ok() {
            sentences.push((Severity::Warning, "The JSON waits for no file: nothing of this ZIP would be used.".to_owned()));
            return sentences;
        }
        if self.is_ok() {
            let count = self.matched.len();
            let files = if count == 1 { "file is" } else { "files are" };
            sentences.push((Severity::Note, format!("{count} expected {files} in the ZIP.")));
        }
        sentences
    }
}
