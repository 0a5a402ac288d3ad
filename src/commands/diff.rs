//! `diff`: what is live against the draft or a file, as text, JSON or Markdown, with the hash under which it can be approved.

use super::{
    compose,
    context::{CommandContext, may_open, read_value},
    diff_text,
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::{ComposeArgs, DiffFormat},
    engine::zip_source::ZipSource,
    tasks::{
        assemble, browse, digest,
        report::{Report, Summed, TargetDetail},
        reporter::{JobId, Reporter},
    },
};
use serde_json::Value;
use std::path::Path;
use store_model::{
    difference::{Difference, escaped},
    fingerprint::{Fingerprint, ZipPart},
    packages::rows::{self, ZipPackages},
    product::plain_text,
    submission::Submission,
    target::Target,
    units,
};

/// What is compared.
pub(super) struct Sides<'a> {
    pub target: &'a Target,
    pub json: Option<&'a Path>,
    pub zip: Option<&'a Path>,
    pub compose: &'a ComposeArgs,
}

pub(super) async fn run(
    mut context: CommandContext,
    sides: &Sides<'_>,
    format: Option<DiffFormat>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let target = sides.target;
    let given = sides.json.map(read_value).transpose()?;
    sides.zip.map(may_open).transpose()?;
    let detail = context.target(target).await?;
    let (live, draft) = (detail.published.as_ref(), detail.pending.as_ref());
    let mut composed = None;
    if !sides.compose.is_empty() {
        let base = draft.or(live).map(|submission| &submission.document);
        let Some(base) = given.as_ref().or(base) else {
            return Err(Failure::usage(format!(
                "{target} has no submission yet: give a document with --json."
            )));
        };
        let about = (Some(target), target.kind());
        composed = Some(compose::run(
            about,
            base,
            sides.compose,
            sides.zip,
            printer,
        )?);
    }
    let zip = match &mut composed {
        Some(composed) => composed.zip.take(),
        None => sides.zip.map(ZipSource::from),
    };
    let composed = composed.map(|composed| composed.document);
    let draft_document = draft.map(|draft| &draft.document);
    let Some(document) = composed.as_ref().or(given.as_ref()).or(draft_document) else {
        return Err(Failure::refused(format!(
            "{target} has no draft to compare with what is live. Give a document with --json FILE, or make a draft first."
        )));
    };
    show(
        &mut context,
        sides,
        &detail,
        (document, zip.as_ref()),
        format,
        printer,
    )
    .await?;
    Ok(Exit::Done)
}

/// Prints what changes with a document and its ZIP, and their hash.
pub(super) async fn show(
    context: &mut CommandContext,
    sides: &Sides<'_>,
    detail: &TargetDetail,
    (document, zip): (&Value, Option<&ZipSource>),
    format: Option<DiffFormat>,
    printer: &mut Printer<'_>,
) -> Result<(), Failure> {
    let target = sides.target;
    let (live, draft) = (detail.published.as_ref(), detail.pending.as_ref());
    let zip_part = match zip {
        Some(ZipSource::Uploaded { .. }) | None => ZipPart::None,
        Some(zip) => ZipPart::Sha256(sum(context, zip, printer).await?),
    };
    let zip_packages = zip
        .map(|zip| packages_of(zip, target, document))
        .unwrap_or_default();
    let difference = Difference::between(
        target.kind(),
        live.map(|live| &live.document),
        document,
        &zip_packages,
    );
    let hash = Fingerprint::of(target, live, draft, document, zip_part);
    let format = format.unwrap_or(if printer.is_json() {
        DiffFormat::Json
    } else {
        DiffFormat::Text
    });
    print(format, sides, detail, &difference, &hash, printer);
    Ok(())
}

/// What the packages in the ZIP say of themselves; nothing where they cannot be read: `check` says why.
fn packages_of(zip: &ZipSource, target: &Target, document: &Value) -> ZipPackages {
    let source = assemble::open(zip, |_, _| (), &|| false);
    let examined =
        browse::examine_source(zip.path(), source.as_ref(), target.kind(), document, None);
    examined
        .archive
        .as_ref()
        .map(rows::zip_packages)
        .unwrap_or_default()
}

/// Reads the whole ZIP for its sum; a long reading says how far it is.
async fn sum(
    context: &mut CommandContext,
    zip: &ZipSource,
    printer: &mut Printer<'_>,
) -> Result<[u8; 32], Failure> {
    let reporter = Reporter::new(JobId(0), context.sender.clone());
    let mut work = Box::pin(digest::sum(zip, &reporter));
    let mut told = 0;
    loop {
        tokio::select! {
            biased;
            ended = &mut work => return ended.map(|(sum, _)| sum).map_err(|message| Failure::new(Exit::Failed, message)),
            report = context.told.recv() => if let Some((_, Report::Summed(summed))) = report {
                told = reading(&summed, told, printer);
            },
        }
    }
}

/// A line every tenth; gives the tenth that was said last.
pub(super) fn reading(summed: &Summed, told: u8, printer: &mut Printer<'_>) -> u8 {
    let percent = units::percent(summed.done, summed.total) / 10 * 10;
    if percent > told {
        let (done, total) = (units::bytes(summed.done), units::bytes(summed.total));
        printer.chatter(format!(
            "reading the ZIP for its hash: {percent} %, {done} of {total}"
        ));
    }
    percent.max(told)
}

fn name(submission: Option<&Submission>, none: &str, word: &str) -> String {
    submission.map_or_else(
        || none.to_owned(),
        |submission| format!("{word} ({})", submission.id),
    )
}

fn print(
    format: DiffFormat,
    sides: &Sides<'_>,
    detail: &TargetDetail,
    difference: &Difference,
    hash: &Fingerprint,
    printer: &mut Printer<'_>,
) {
    let before = name(
        detail.published.as_ref(),
        "nothing, it was never published",
        "what is live",
    );
    let file = |path: &Path| {
        plain_text(
            &path
                .file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy(),
        )
    };
    let after = match sides.json {
        Some(path) => file(path),
        None => name(detail.pending.as_ref(), "no draft", "the draft"),
    };
    let zip = sides.zip.map(file);
    let title = format!("{}, {}", detail.product.name, sides.target);
    match format {
        DiffFormat::Text => {
            printer.text(format!("{title}\n{before} → {after}\n\n"));
            if difference.is_empty() {
                printer.line("No difference.");
            }
            for line in diff_text::lines(difference) {
                printer.line(&line);
            }
            let zip = zip.map(|zip| format!(", ZIP {zip}")).unwrap_or_default();
            printer.text(format!("\n{}{zip}\nhash  {hash}", summary(difference)));
        }
        DiffFormat::Json => {
            for mut object in difference.objects() {
                if let Some(object) = object.as_object_mut() {
                    object.insert("target".into(), sides.target.to_string().into());
                }
                printer.json(&object);
            }
            let id = |submission: Option<&'_ Submission>| submission.map(|one| one.id.clone());
            let path = |path: Option<&Path>| path.map(|path| path.display().to_string());
            printer.event(&Event::Difference {
                target: sides.target,
                name: &detail.product.name,
                published: id(detail.published.as_ref()),
                pending: id(detail.pending.as_ref()),
                file: path(sides.json),
                zip: path(sides.zip),
                changes: difference.len(),
                concerns: difference.risks.len(),
                hash: hash.to_string(),
            });
        }
        DiffFormat::Markdown => {
            let title = escaped(&title);
            let sentence = escaped(&format!("{before} → {after}"));
            printer.text(format!(
                "## {title}\n\n{sentence}\n\n{}\n",
                difference.markdown()
            ));
            let zip = zip
                .map(|zip| format!(", ZIP {}", escaped(&zip)))
                .unwrap_or_default();
            printer.text(format!(
                "{}{zip}. Approve it by its hash:\n\n```text\n{hash}\n```",
                summary(difference)
            ));
        }
    }
}

fn summary(difference: &Difference) -> String {
    let changes = units::counted(difference.len(), "change");
    match difference.risks.len() {
        0 => changes,
        number => format!(
            "{changes}, {number} {} a yes of its own",
            if number == 1 { "needs" } else { "need" }
        ),
    }
}
