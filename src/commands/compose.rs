//! What `publish`, `diff` and `check` are given besides a document: packages, texts and single values, made into a document and a
//! ZIP. Sends nothing.

use super::{context::read_value, event::Event, exit::Failure, printer::Printer};
use crate::{
    cli::{ComposeArgs, ReplaceArg},
    engine::zip_source::ZipSource,
    storage::input,
    tasks::{
        gather::{self, Gathered},
        texts::{self as files, TextSource},
    },
};
use serde_json::{Value, json};
use std::path::Path;
use store_model::{
    archive::fit::zip_path,
    compose::{Assignment, Recipe, Replace, compose},
    package,
    risk::{Allowance, RiskKind},
    target::{Kind, Target},
    texts::{self, import::ImportOptions},
};

const RELEASE_NOTES: &str = "releaseNotes";
/// The release notes of every language that has no file of its own.
const DEFAULT_NOTES: &str = "default.txt";

/// A document and the ZIP that goes with it.
pub(super) struct Composed {
    pub document: Value,
    /// `None` where the document waits for no file.
    pub zip: Option<ZipSource>,
    /// What the arguments themselves say yes to.
    pub allow: Vec<Allowance>,
}

/// Makes the document out of `base` and says what was done.
pub(super) fn run(
    (target, kind): (Option<&Target>, Kind),
    base: &Value,
    args: &ComposeArgs,
    zip: Option<&Path>,
    printer: &mut Printer<'_>,
) -> Result<Composed, Failure> {
    let gathered = gather::gather(&args.paths).map_err(Failure::usage)?;
    for (file, why) in &gathered.left_out {
        let message = format!("{} is left out: {why}.", file.display());
        printer.chatter(message);
    }
    let (texts, default_text) = match &args.notes {
        Some(path) => read_notes(kind, base, path)?,
        None => Default::default(),
    };
    let recipe = Recipe {
        packages: new_names(kind, base, &gathered),
        zip_packages: gathered.zip_packages.clone(),
        replace: match args.replace {
            ReplaceArg::SameKind => Replace::SameKind,
            ReplaceArg::All => Replace::All,
            ReplaceArg::None => Replace::None,
        },
        keep: args.keep.map(usize::from),
        texts,
        default_text,
        text_options: ImportOptions::default(),
        assignments: assignments(kind, args)?,
    };
    let composition = compose(kind, base, &recipe).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::refused(format!(
            "Nothing was sent, because no document could be made. {}",
            problems.join(" ")
        ))
    })?;
    for step in &composition.steps {
        let message = step.sentence();
        let event = Event::Composed {
            target,
            change: step.name(),
            message: &message,
        };
        // Documents and reviews go to stdout, so this does not.
        if printer.is_json() {
            printer.event(&event);
        } else {
            printer.chatter(&message);
        }
    }
    let zip = zip.and_then(|zip| std::path::absolute(zip).ok());
    let zip = match zip.or(gathered.zip.clone()).map(Into::into) {
        Some(zip) => Some(zip),
        None => parts(kind, &composition.document, gathered)?,
    };
    Ok(Composed {
        document: composition.document,
        zip,
        allow: args
            .rollout
            .map(|_| RiskKind::Rollout.into())
            .into_iter()
            .collect(),
    })
}

/// Packages of a ready ZIP that the document names already need no entry of their own.
fn new_names(kind: Kind, base: &Value, gathered: &Gathered) -> Vec<String> {
    let expected: Vec<String> = package::expected(kind, base)
        .iter()
        .map(|entry| zip_path(&entry.file_name))
        .collect();
    let is_new = |name: &&String| gathered.zip.is_none() || !expected.contains(&zip_path(name));
    gathered.names.iter().filter(is_new).cloned().collect()
}

/// The ZIP of the packages and of whatever else the document waits for.
fn parts(kind: Kind, document: &Value, gathered: Gathered) -> Result<Option<ZipSource>, Failure> {
    let mut parts = gathered.packages;
    let mut others = package::expected(kind, document);
    others.retain(|entry| {
        let name = zip_path(&entry.file_name);
        !parts.iter().any(|part| part.name == name)
    });
    if !others.is_empty() && !gathered.folders.is_empty() {
        let found = gather::other_files(&gathered.folders, &others).map_err(Failure::usage)?;
        let found = found.map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::refused(format!("No ZIP can be made. {}", problems.join(" ")))
        })?;
        parts.extend(found);
    }
    Ok((!parts.is_empty()).then_some(ZipSource::Parts(parts)))
}

type Notes = (texts::source::FoundTexts, Option<(&'static str, String)>);

/// Texts of a folder, a table, or one text for all languages.
fn read_notes(kind: Kind, base: &Value, path: &Path) -> Result<Notes, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("{} cannot be read: {error}.", path.display()))
    };
    let text = |path: &Path| {
        input::read_text(path, input::DOCUMENT)
            .map(|text| (RELEASE_NOTES, text.trim_end().to_owned()))
    };
    let is_text = path.is_file()
        && path.extension().is_some_and(|ending| {
            ["txt", "md"]
                .iter()
                .any(|text| ending.eq_ignore_ascii_case(text))
        });
    if is_text {
        let text = text(path).map_err(|error| unreadable(&error))?;
        return Ok((texts::source::FoundTexts::default(), Some(text)));
    }
    let source = TextSource {
        from: path.to_owned(),
        fields: texts::fields(kind),
        languages: texts::languages(base),
        asked: Some(RELEASE_NOTES),
    };
    let mut found = files::read(&source).map_err(|error| unreadable(&error))?;
    found
        .problems
        .retain(|problem| !problem.source.eq_ignore_ascii_case(DEFAULT_NOTES));
    let default = path.join(DEFAULT_NOTES);
    let default = if default.is_file() {
        Some(text(&default).map_err(|error| unreadable(&error))?)
    } else {
        None
    };
    Ok((found, default))
}

fn assignments(kind: Kind, args: &ComposeArgs) -> Result<Vec<Assignment>, Failure> {
    let mut all = Vec::new();
    if let Some(percent) = args.rollout {
        if kind == Kind::AddOn {
            return Err(Failure::usage(
                "--rollout is for apps and flights: an add-on has no packages to roll out.",
            ));
        }
        let rollout = json!({"isPackageRollout": true, "packageRolloutPercentage": percent});
        all.push(Assignment::Merge(
            json!({"packageDeliveryOptions": {"packageRollout": rollout}}),
        ));
    }
    if let Some(patch) = &args.patch {
        all.push(Assignment::Merge(read_value(patch)?));
    }
    for text in &args.set {
        let Some((pointer, value)) = text.split_once('=') else {
            return Err(Failure::usage(format!(
                "--set {text:?}: write POINTER=VALUE, as in --set /visibility=Hidden."
            )));
        };
        // A value that is no JSON is a text, so that nobody has to quote twice.
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        all.push(Assignment::Set {
            pointer: pointer.to_owned(),
            value,
        });
    }
    let removed = args.remove.iter().map(|pointer| Assignment::Remove {
        pointer: pointer.clone(),
    });
    all.extend(removed);
    Ok(all)
}
