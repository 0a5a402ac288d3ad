//! `texts`: the texts of listings out of a document and into it, from a folder of text files or a CSV table, without a screen.

use super::{
    context::{CommandContext, read_document, read_value, submission},
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::{Cli, Texts},
    storage::{atomic, config::Env},
    tasks::{
        report::Written,
        texts::{self as files, TextSource},
    },
};
use serde_json::Value;
use std::path::Path;
use store_model::{
    json::{document::Document, edit::apply_to_text},
    submission::kind_of,
    target::{Kind, Target},
    texts::{
        self, Text, TextField, export,
        import::{self, ImportOptions, ImportPlan},
        source::{Why, field_named},
    },
};

pub(super) async fn run(
    cli: &Cli,
    env: Env<'_>,
    what: &Texts,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    match what {
        Texts::Export {
            target,
            json,
            to,
            field,
            force,
        } => {
            let (kind, document) =
                document(cli, env, target.as_ref(), json.as_deref(), printer).await?;
            export(
                target.as_ref(),
                kind,
                &document,
                to,
                &chosen(kind, field)?,
                *force,
                printer,
            )
        }
        Texts::Import {
            json,
            from,
            field,
            out,
            add_languages,
            clear,
            lenient,
        } => {
            let options = ImportOptions {
                adds_languages: *add_languages,
                clears: *clear,
            };
            let document = read_document(json)?;
            let kind = kind_of(document.value().map_err(Failure::usage)?);
            let fields = chosen(kind, field)?;
            let (plan, text) = plan(kind, &document, from, &fields, field.len() == 1, options)?;
            let out = out.as_deref().unwrap_or(json);
            // On stdout the document is the result: everything else would spoil it.
            let is_document = out == Path::new("-");
            say(&plan, is_document, printer);
            let losses = plan.losses().count();
            if losses > 0 && !lenient {
                result(&plan, None, printer);
                return Err(Failure::refused(format!(
                    "{losses} of the texts cannot be used, so nothing was written. Correct them, or import the others with --lenient."
                )));
            }
            if is_document {
                printer.document(text.trim_end_matches('\n'));
                return Ok(Exit::Done);
            }
            // A document that stays as it is keeps its time of change too.
            if out != json || !plan.edits.is_empty() {
                atomic::write_to(out, text.as_bytes())?;
            }
            result(&plan, Some(out), printer);
            Ok(Exit::Done)
        }
    }
}

async fn document(
    cli: &Cli,
    env: Env<'_>,
    target: Option<&Target>,
    json: Option<&Path>,
    printer: &mut Printer<'_>,
) -> Result<(Kind, Value), Failure> {
    if let Some(json) = json {
        let value = read_value(json)?;
        return Ok((target.map_or_else(|| kind_of(&value), Target::kind), value));
    }
    let target =
        target.ok_or_else(|| Failure::usage("Name a target, or a document with --json FILE."))?;
    let detail = CommandContext::open_to_read(cli, env, printer)?
        .target(target)
        .await?;
    Ok((target.kind(), submission(&detail)?.document.clone()))
}

/// The fields that were asked for; all of them if none was.
fn chosen(kind: Kind, names: &[String]) -> Result<Vec<TextField>, Failure> {
    let fields = texts::fields(kind);
    if fields.is_empty() {
        return Err(Failure::usage("A flight has no listings, and so no texts."));
    }
    if names.is_empty() {
        return Ok(fields);
    }
    let find = |name: &String| {
        let all: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let wrong = || {
            Failure::usage(format!(
                "--field {name}: there is no such text. There are {}.",
                all.join(", ")
            ))
        };
        field_named(name, &fields).copied().ok_or_else(wrong)
    };
    names.iter().map(find).collect()
}

fn export(
    target: Option<&Target>,
    kind: Kind,
    document: &Value,
    to: &Path,
    fields: &[TextField],
    force: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let is_table = to
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let all = if is_table {
        vec![(String::new(), export::table(kind, document, fields))]
    } else {
        export::files(kind, document, fields)
    };
    let fail = |error| {
        Failure::new(
            Exit::Failed,
            format!("The texts could not be written: {error}."),
        )
    };
    match files::write(to, &all, force).map_err(fail)? {
        Written::Done { files } => {
            let languages = texts::languages(document).len();
            let event = Event::ExportResult {
                target,
                to: to.display().to_string(),
                languages,
                files: all.len(),
                written: files,
            };
            printer.either(&event, || {
                format!(
                    "Texts of {languages} languages: {files} of {} files are new, in {}",
                    all.len(),
                    to.display()
                )
            });
            Ok(Exit::Done)
        }
        Written::InTheWay { files } => {
            let first = files
                .first()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            let others = if files.len() > 1 {
                format!(" and {} others", files.len() - 1)
            } else {
                String::new()
            };
            Err(Failure::refused(format!(
                "{first}{others} would be overwritten, so nothing was written. Name another place, or allow it with --force."
            )))
        }
    }
}

fn plan(
    kind: Kind,
    document: &Document,
    from: &Path,
    fields: &[TextField],
    is_one: bool,
    options: ImportOptions,
) -> Result<(ImportPlan, String), Failure> {
    let value = document.value().map_err(Failure::usage)?;
    let asked = fields.first().filter(|_| is_one).map(|field| field.name);
    let wanted: Vec<&str> = fields.iter().map(|field| field.name).collect();
    // Read with all names there are: what was not asked for is left alone, and no mistake.
    let source = TextSource {
        from: from.to_owned(),
        fields: texts::fields(kind),
        languages: texts::languages(value),
        asked,
    };
    let mut found = files::read(&source)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}.", from.display())))?;
    found.pieces.retain(|piece| wanted.contains(&piece.field));
    if wanted.len() < source.fields.len() {
        // Whoever asks for some fields does not care what else lies there.
        found
            .problems
            .retain(|problem| problem.why != Why::UnknownField);
    }
    let plan = import::plan(kind, value, &found, options);
    let text = apply_to_text(document.text(), &plan.edits).map_err(Failure::refused)?;
    Ok((plan, text))
}

/// What changes and what is not taken.
fn say(plan: &ImportPlan, is_aside: bool, printer: &mut Printer<'_>) {
    let print = |event: &Event<'_>, printer: &mut Printer<'_>| {
        if is_aside {
            printer.event_aside(event);
        } else {
            printer.event(event);
        }
    };
    for change in &plan.changes {
        let (before, after) = (
            change.before.as_ref().map(Text::to_value),
            change.after.to_value(),
        );
        if printer.is_json() {
            let event = Event::Text {
                language: &change.language,
                field: change.field.name,
                source: &change.source,
                before,
                after,
            };
            print(&event, printer);
        } else {
            printer.chatter(format!(
                "{} {}: from {}",
                change.language, change.field.name, change.source
            ));
        }
    }
    for problem in &plan.problems {
        if printer.is_json() {
            let event = Event::Problem {
                source: &problem.source,
                why: problem.why.word(),
                message: &problem.sentence,
            };
            print(&event, printer);
        } else {
            let word = if problem.why.is_harmless() {
                "left out"
            } else {
                "not taken"
            };
            printer.chatter(format!("{word}: {}: {}", problem.source, problem.sentence));
        }
    }
}

fn result(plan: &ImportPlan, out: Option<&Path>, printer: &mut Printer<'_>) {
    let (changed, same, lost) = (plan.changes.len(), plan.same, plan.losses().count());
    if printer.is_json() {
        printer.event(&Event::ImportResult {
            changed,
            same,
            not_taken: lost,
            added_languages: &plan.added,
            document: out.map(|out| out.display().to_string()),
        });
    } else if let Some(out) = out {
        printer.line(format!(
            "{changed} texts changed, {same} were the same, {lost} not taken: {}",
            out.display()
        ));
    }
}
