//! What a fit of a ZIP and a document is made of: what matches, is missing, is too much; and the findings about it. Compares nothing.

use super::fault::ArchiveFault;
use crate::{
    finding::{Finding, Severity},
    limits,
    package::FileRole,
    product::plain_text,
    rule::Rule,
    rule_table as rule,
};

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
    pub role: FileRole,
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
    /// It sits in another folder than other packages.
    Folder,
    /// Its inside is broken.
    Broken,
}

/// How a ZIP and a document fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Names of the ZIP that the document waits for, once each, in the document's order.
    pub matched: Vec<String>,
    pub missing: Vec<Missing>,
    pub extra: Vec<Extra>,
    pub faults: Vec<ArchiveFault>,
    /// What is wrong with files that nobody needs.
    pub oddities: Vec<ArchiveFault>,
    /// What the packages and pictures in it say against the document ([`crate::zip_check::against`]).
    pub remarks: Vec<Finding>,
}

/// The path that the service looks for: it takes `\` in the document for `/`.
pub fn zip_path(file_name: &str) -> String {
    file_name.replace('\\', "/")
}

pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The folders of a path with the slash behind them; empty for a file at the root.
pub(super) fn folder(path: &str) -> &str {
    path.get(..path.len() - base_name(path).len())
        .unwrap_or_default()
}

pub fn is_package(name: &str) -> bool {
    has_ending(name, limits::PACKAGE_ENDINGS)
}

/// A file that may hold packages for several processors.
pub fn is_bundle(name: &str) -> bool {
    has_ending(
        name,
        &["msixbundle", "appxbundle", "msixupload", "appxupload"],
    )
}

pub fn has_ending(name: &str, endings: &[&str]) -> bool {
    let ending = base_name(name).rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| {
        let is = |known: &&str| ending.eq_ignore_ascii_case(known.trim_start_matches('.'));
        endings.iter().any(is)
    })
}

/// What systems leave in archives without being asked.
pub fn is_junk(name: &str) -> bool {
    let base = base_name(name);
    name.starts_with("__MACOSX/")
        || base.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"]
            .iter()
            .any(|junk| base.eq_ignore_ascii_case(junk))
}

impl Missing {
    pub fn rule(&self) -> Rule {
        match self.near.as_ref().map(|near| near.reason) {
            None => rule::FILE_MISSING,
            Some(NearReason::Case) => rule::FILE_NAME_CASE,
            Some(NearReason::Backslash) => rule::ZIP_BACKSLASH,
            Some(NearReason::Folder) => rule::FILE_ELSEWHERE,
        }
    }

    pub fn sentence(&self) -> String {
        let Self {
            file_name,
            near,
            role,
            ..
        } = self;
        match near {
            None => format!("{file_name} ({}) is missing in the ZIP.", role.word()),
            Some(Near {
                reason: NearReason::Case,
                name,
            }) => {
                format!(
                    "{file_name} is called {name} in the ZIP; upper and lower case must be the same."
                )
            }
            Some(Near {
                reason: NearReason::Backslash,
                name,
            }) => {
                format!(
                    "{file_name} stands in the ZIP as {name}; paths in a ZIP need “/”. Build the ZIP with another tool."
                )
            }
            Some(Near {
                reason: NearReason::Folder,
                name,
            }) => format!("{file_name} sits elsewhere in the ZIP: {name}."),
        }
    }
}

impl Extra {
    fn rule(&self) -> Rule {
        if self.is_known {
            rule::ZIP_FILE_ALREADY_UPLOADED
        } else if self.is_package {
            rule::PACKAGE_NOT_LISTED
        } else {
            rule::ZIP_FILE_NOT_NEEDED
        }
    }

    fn sentence(&self) -> String {
        let Self { name, .. } = self;
        if self.is_known {
            format!(
                "{name} is in the ZIP, but the JSON has it as already uploaded; it will be ignored."
            )
        } else if self.is_package {
            let why = match &self.hurdle {
                None | Some(Hurdle::Broken) => String::new(),
                Some(Hurdle::Twin { other }) => format!(" Its name is also that of {other}."),
                Some(Hurdle::Named) => " The JSON has a package of that name already.".to_owned(),
                Some(Hurdle::Folder) => {
                    " It sits in another folder than other packages.".to_owned()
                }
            };
            format!(
                "{name} is a package that the JSON does not name; it will not be published.{why}"
            )
        } else {
            format!("{name} is in the ZIP, but the JSON does not name it.")
        }
    }
}

/// More sentences than this about files that nobody needs would hide the rest.
const MOST_EXTRA: usize = 20;

impl Fit {
    /// Whether a commit with this ZIP can find all that it needs, and nothing in it will be refused. Extra files are only a warning.
    pub fn is_ok(&self) -> bool {
        self.errors() == 0
    }

    /// How many things are wrong, missing files among them.
    pub fn errors(&self) -> usize {
        self.missing.len() + self.wrongs()
    }

    /// How many things are wrong with what is there.
    pub fn wrongs(&self) -> usize {
        self.faults.len()
            + self
                .remarks
                .iter()
                .filter(|remark| remark.severity == Severity::Error)
                .count()
    }

    /// The fit as sentences, the worst first; a clean fit says so.
    pub fn sentences(&self) -> Vec<(Severity, String)> {
        self.findings()
            .into_iter()
            .map(|finding| (finding.severity, finding.sentence))
            .collect()
    }

    /// Everything that is to be said, the worst first; a clean fit says so. Places are those of the document's entries.
    pub fn findings(&self) -> Vec<Finding> {
        // Names in a ZIP come from strangers, and a terminal would obey some of them.
        let finding = |pointer: &str, rule: Rule, sentence: String| {
            Finding::new(pointer, rule, plain_text(&sentence))
        };
        let mut found: Vec<Finding> = self
            .faults
            .iter()
            .map(|fault| finding("", fault.rule(), fault.sentence()))
            .collect();
        found.extend(
            self.missing
                .iter()
                .map(|missing| finding(&missing.pointer, missing.rule(), missing.sentence())),
        );
        let remarks = |severity: Severity| {
            self.remarks
                .iter()
                .filter(move |remark| remark.severity == severity)
        };
        found.extend(remarks(Severity::Error).cloned());
        // What a fault names needs no warning as well.
        let is_faulty = |extra: &&Extra| {
            self.faults.iter().any(|fault| match fault {
                ArchiveFault::NoPackage { name } => *name == extra.name,
                ArchiveFault::Twins { name, other } => [name, other].contains(&&extra.name),
                _ => false,
            })
        };
        let extra = self
            .extra
            .iter()
            .take(MOST_EXTRA)
            .filter(|extra| !is_faulty(extra));
        found.extend(
            extra.map(|extra| finding("", extra.rule(), extra.sentence()).of_file(&extra.name)),
        );
        if self.extra.len() > MOST_EXTRA {
            let sentence = format!(
                "{} more files are in the ZIP that the JSON does not wait for.",
                self.extra.len() - MOST_EXTRA
            );
            found.push(finding("", rule::ZIP_FILE_NOT_NEEDED, sentence));
        }
        found.extend(remarks(Severity::Warning).cloned());
        if self.matched.is_empty() && self.is_ok() {
            let sentence =
                "The JSON waits for no file: nothing of this ZIP would be used.".to_owned();
            found.push(finding("", rule::ZIP_NOT_NEEDED, sentence));
        } else if self.is_ok() {
            let count = self.matched.len();
            let files = if count == 1 { "file is" } else { "files are" };
            found.push(finding(
                "",
                rule::ZIP_FITS,
                format!("{count} expected {files} in the ZIP."),
            ));
        }
        found.extend(remarks(Severity::Note).cloned());
        let oddities = self.oddities.iter().take(MOST_EXTRA);
        found.extend(oddities.map(|fault| Finding {
            severity: Severity::Note,
            ..finding("", fault.rule(), fault.sentence())
        }));
        found
    }
}
