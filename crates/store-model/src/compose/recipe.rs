//! What is to be changed in a document, and the one way in which it is done: packages, texts, then single values, so that a value
//! that is set by hand has the last word.

use super::package_list::{self, Replace};
use crate::{
    json::{
        edit::apply_to_value,
        pointer::{child, member, member_of, names, remove, set},
    },
    packages::{change::PackageChangeError, rows::ZipPackages},
    target::Kind,
    texts::{
        self,
        import::{self, ImportOptions},
        source::{FoundTexts, SourceText},
    },
};
use serde_json::Value;

/// A value to set, or to take out.
#[derive(Clone, Debug, PartialEq)]
pub enum Assignment {
    Set {
        pointer: String,
        value: Value,
    },
    Remove {
        pointer: String,
    },
    /// A JSON merge patch (RFC 7396) over the whole document.
    Merge(Value),
}

/// Everything that is to be changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// Paths of the new packages inside of the ZIP.
    pub packages: Vec<String>,
    /// What their manifests say.
    pub zip_packages: ZipPackages,
    pub replace: Replace,
    /// Instead of replacing: keep this many of the newest for each kind of device.
    pub keep: Option<usize>,
    pub texts: FoundTexts,
    /// For every language without a text of its own in `texts`: the field and the text.
    pub default_text: Option<(&'static str, String)>,
    pub text_options: ImportOptions,
    pub assignments: Vec<Assignment>,
}

/// Something that was done, for people and for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    PackageAdded(String),
    PackageReplaced(String),
    /// It stays although it is older: some of its customers would get nothing newer.
    PackageSpared(String),
    /// A text of this language and field was changed; `source` is where it comes from.
    TextChanged {
        language: String,
        field: &'static str,
        source: String,
    },
    /// The languages whose release notes stay what they were, although those of other languages change.
    NotesKept(Vec<String>),
    /// The value at this pointer was set.
    Assigned(String),
    Removed(String),
    Merged,
}

impl Step {
    /// As scripts read it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PackageAdded(_) => "packageAdded",
            Self::PackageReplaced(_) => "packageReplaced",
            Self::PackageSpared(_) => "packageSpared",
            Self::TextChanged { .. } => "textChanged",
            Self::NotesKept(_) => "notesKept",
            Self::Assigned(_) => "set",
            Self::Removed(_) => "removed",
            Self::Merged => "merged",
        }
    }

    pub fn sentence(&self) -> String {
        match self {
            Self::PackageAdded(name) => format!("{name} is added."),
            Self::PackageReplaced(name) => {
                format!("{name} is removed: all its customers get a newer package.")
            }
            Self::PackageSpared(name) => format!(
                "{name} stays: some of its customers would get nothing newer. To remove it, use --replace all."
            ),
            Self::TextChanged {
                language,
                field,
                source,
            } => format!("{field} in {language} comes from {source}."),
            Self::NotesKept(languages) => format!(
                "The release notes in {} stay what they are: no text was given. A file default.txt is for all other languages.",
                languages.join(", ")
            ),
            Self::Assigned(pointer) => format!("{pointer} is set."),
            Self::Removed(pointer) => format!("{pointer} is removed."),
            Self::Merged => "The merge patch is applied.".to_owned(),
        }
    }
}

/// Why no document was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Package(#[from] PackageChangeError),
    /// A text cannot be used: its source, and what is wrong with it.
    #[error("{source_name}: {sentence}")]
    Text {
        source_name: String,
        sentence: String,
    },
    #[error(
        "The document has no {pointer}, and nothing that could hold it; show TARGET --json prints the document."
    )]
    NoSuchPlace { pointer: String },
    #[error(
        "{pointer:?} is no JSON pointer: it begins with a slash, as in /pricing/priceId; ~1 stands for a slash in a name, ~0 for a tilde."
    )]
    NoPointer { pointer: String },
    #[error("A merge patch is a JSON object, and this one is none.")]
    NoPatch,
}

/// A document made by a recipe, and what was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    pub document: Value,
    pub steps: Vec<Step>,
}

/// Changes a document; every problem is told at once, and then nothing is made.
pub fn compose(kind: Kind, base: &Value, recipe: &Recipe) -> Result<Composition, Vec<Problem>> {
    let mut document = base.clone();
    let (mut steps, mut problems) = (Vec::new(), Vec::new());
    if !recipe.packages.is_empty() || recipe.keep.is_some() {
        let entered = package_list::enter(
            kind,
            &mut document,
            &recipe.packages,
            &recipe.zip_packages,
            recipe.replace,
            recipe.keep,
        );
        match entered {
            Ok(outcome) => {
                steps.extend(outcome.added.into_iter().map(Step::PackageAdded));
                steps.extend(outcome.replaced.into_iter().map(Step::PackageReplaced));
                steps.extend(outcome.spared.into_iter().map(Step::PackageSpared));
            }
            Err(refusal) => problems.push(refusal.into()),
        }
    }
    write_texts(kind, &mut document, recipe, &mut steps, &mut problems);
    for assignment in &recipe.assignments {
        match assign(&mut document, assignment) {
            Ok(step) => steps.push(step),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(Composition { document, steps })
    } else {
        Err(problems)
    }
}

fn write_texts(
    kind: Kind,
    document: &mut Value,
    recipe: &Recipe,
    steps: &mut Vec<Step>,
    problems: &mut Vec<Problem>,
) {
    let mut found = recipe.texts.clone();
    if let Some((field, text)) = &recipe.default_text {
        for language in texts::languages(document) {
            // A less exact name (`ja` for `ja-jp`) counts as a text of its own, as it does for an import.
            let has_own = |piece: &SourceText| {
                let bare = |code: &str| code.split('-').next().unwrap_or_default().to_lowercase();
                piece.field == *field
                    && (piece.language.eq_ignore_ascii_case(&language)
                        || (!piece.language.contains('-')
                            && bare(&piece.language) == bare(&language)))
            };
            if !found.pieces.iter().any(has_own) {
                found.pieces.push(SourceText {
                    source: "default.txt".to_owned(),
                    language,
                    field,
                    text: text.clone(),
                    rank: 0,
                });
            }
        }
    }
    if found == FoundTexts::default() {
        return;
    }
    let plan = import::plan(kind, document, &found, recipe.text_options);
    problems.extend(plan.losses().map(|problem| Problem::Text {
        source_name: problem.source.clone(),
        sentence: problem.sentence.clone(),
    }));
    steps.extend(plan.changes.iter().map(|change| Step::TextChanged {
        language: change.language.clone(),
        field: change.field.name,
        source: change.source.clone(),
    }));
    let is_notes = |name: &str| name == "releaseNotes";
    if plan
        .changes
        .iter()
        .any(|change| is_notes(change.field.name))
    {
        let kept: Vec<String> = texts::languages(document)
            .into_iter()
            .filter(|language| {
                let field = texts::fields(kind)
                    .into_iter()
                    .find(|field| is_notes(field.name));
                let has_text = field
                    .and_then(|field| texts::text(kind, document, language, &field))
                    .is_some_and(|text| !text.is_empty());
                has_text
                    && !found.pieces.iter().any(|piece| {
                        is_notes(piece.field)
                            && language
                                .to_lowercase()
                                .starts_with(&piece.language.to_lowercase())
                    })
            })
            .collect();
        if !kept.is_empty() {
            steps.push(Step::NotesKept(kept));
        }
    }
    if let Err(place) = apply_to_value(document, &plan.edits) {
        problems.push(Problem::NoSuchPlace { pointer: place.0 });
    }
}

fn assign(document: &mut Value, assignment: &Assignment) -> Result<Step, Problem> {
    match assignment {
        Assignment::Set { pointer, value } => {
            let pointer = spelled_as_there(document, pointer)?;
            if set(document, &pointer, value.clone()) {
                Ok(Step::Assigned(pointer))
            } else {
                Err(Problem::NoSuchPlace { pointer })
            }
        }
        Assignment::Remove { pointer } => {
            let pointer = spelled_as_there(document, pointer)?;
            match remove(document, &pointer) {
                Some(_) => Ok(Step::Removed(pointer)),
                None => Err(Problem::NoSuchPlace { pointer }),
            }
        }
        Assignment::Merge(patch) if patch.is_object() => {
            merge(document, patch);
            Ok(Step::Merged)
        }
        Assignment::Merge(_) => Err(Problem::NoPatch),
    }
}

/// The pointer with the document's own spelling of each name: the Store reads names in any case, and a second spelling of the
/// same one would be refused.
fn spelled_as_there(document: &Value, pointer: &str) -> Result<String, Problem> {
    if !pointer.starts_with('/') {
        return Err(Problem::NoPointer {
            pointer: pointer.to_owned(),
        });
    }
    let mut spelled = String::new();
    for name in names(pointer) {
        let next = document
            .pointer(&spelled)
            .and_then(|value| member(value, &name))
            .map_or(name.as_str(), |(key, _)| key);
        spelled = child(&spelled, next);
    }
    Ok(spelled)
}

/// RFC 7396: members replace members, null takes one out, everything else replaces as a whole.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(object) = target.as_object_mut() else {
        return;
    };
    for (name, value) in patch {
        let name = member_of(object, name)
            .map_or(name.as_str(), |(key, _)| key)
            .to_owned();
        if value.is_null() {
            object.shift_remove(&name);
        } else {
            merge(object.entry(name).or_insert(Value::Null), value);
        }
    }
}
