//! `check`: a document against the rules, and a ZIP against the document, before anything is sent.

use super::{
    context::{CommandContext, may_open, read_document},
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::{Cli, ComposeArgs},
    engine::zip_source::ZipSource,
    storage::config::Env,
    tasks::{assemble, browse, load},
};
use jiff::Timestamp;
use serde_json::Value;
use std::path::Path;
use store_client::Priority;
use store_model::{
    finding::{Finding, Severity},
    json::document::{Document, Position},
    package,
    product::PackageIdentity,
    rules::{check, table as rule},
    submission::{kind_of, put_body},
    target::{Kind, Target},
    units::counted,
};

/// What is checked, where it is not what the Store has.
pub(super) struct Given<'a> {
    pub json: Option<&'a Path>,
    pub zip: Option<&'a Path>,
    pub compose: &'a ComposeArgs,
}

pub(super) async fn run(
    cli: &Cli,
    env: Env<'_>,
    target: &str,
    given: &Given<'_>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let &Given { json, zip, compose } = given;
    let document = json.map(read_document).transpose()?;
    let mut checked = None;
    let (kind, base, identity) = if target == "-" {
        let document = document.as_ref().and_then(|document| document.value().ok());
        let document = document.ok_or_else(|| {
            Failure::usage("check - needs --json FILE: without a target there is no document.")
        })?;
        (kind_of(document), None, None)
    } else {
        let target: Target = target.parse().map_err(Failure::usage)?;
        let context = CommandContext::open_to_read(cli, env, printer)?;
        let detail = context.target(&target).await?;
        // Only what a ZIP holds is compared with it.
        let identity = if zip.is_some() || !compose.paths.is_empty() {
            load::package_identity(
                &context.services.store.with_priority(Priority::Person),
                &detail.product,
            )
            .await?
        } else {
            None
        };
        let base = detail
            .server()
            .map(|submission| put_body(target.kind(), &submission.document));
        let kind = target.kind();
        checked = Some(target);
        (kind, base, identity)
    };
    let mut document = match (document, &base) {
        (Some(document), _) => document,
        (None, Some(base)) => Document::from_value(base.clone()),
        (None, None) => {
            return Err(Failure::usage(format!(
                "{target} has no submission yet: give a document with --json."
            )));
        }
    };
    // Lines count in the file that was given; every other document is nowhere to be opened.
    let file = json.filter(|_| compose.is_empty());
    let mut zip = zip.map(ZipSource::from);
    if !compose.is_empty() {
        let about = (checked.as_ref(), kind);
        let from = document.value().map_err(Failure::usage)?;
        let composed = super::compose::run(about, from, compose, given.zip, printer)?;
        document = Document::from_value(composed.document);
        zip = composed.zip;
    }
    let Ok(value) = document.value() else {
        return Err(Failure::usage("The document cannot be read."));
    };

    let mut findings = check::check_at(kind, value, base.as_ref(), Timestamp::now());
    findings.extend(zip_findings(kind, value, zip.as_ref(), identity)?);
    let pointers: Vec<&str> = findings
        .iter()
        .map(|finding| finding.pointer.as_str())
        .collect();
    let places = if file.is_some() {
        document.positions(&pointers)
    } else {
        vec![None; findings.len()]
    };
    for (finding, place) in findings.iter().zip(places) {
        let place = place.or_else(|| {
            document
                .nearest_position(&finding.pointer)
                .filter(|_| file.is_some())
        });
        say(checked.as_ref(), finding, place, file, printer);
    }
    let count = |severity: Severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (errors, warnings, notes) = (
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note),
    );
    if printer.is_json() {
        printer.event(&Event::CheckResult {
            target: checked.as_ref(),
            outcome: if errors > 0 { "refused" } else { "passed" },
            errors,
            warnings,
            notes,
        });
    } else if findings.is_empty() {
        printer.line("No findings.");
    } else {
        let last = if errors == 0 {
            " Nothing that the Store would refuse."
        } else {
            ""
        };
        printer.line(format!(
            "{}, {}, {}.{last}",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(notes, "note")
        ));
    }
    Ok(if errors > 0 {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// One finding: as compilers do it, `file:line:column: severity: …`, with the help below; or one object.
fn say(
    target: Option<&Target>,
    finding: &Finding,
    place: Option<Position>,
    file: Option<&Path>,
    printer: &mut Printer<'_>,
) {
    let Finding {
        pointer,
        severity,
        sentence,
        rule,
        help,
        file: _,
    } = finding;
    if printer.is_json() {
        return printer.event(&Event::finding(target, finding, place));
    }
    let at = match (file, place) {
        (Some(file), Some(place)) => {
            format!("{}:{}:{}: ", file.display(), place.line, place.column)
        }
        _ => String::new(),
    };
    let pointer = if pointer.is_empty() {
        String::new()
    } else {
        format!("{pointer}: ")
    };
    printer.line(format!("{at}{severity}: {pointer}{sentence} [{rule}]"));
    if !help.is_empty() {
        printer.line(format!("    {help}"));
    }
}

fn zip_findings(
    kind: Kind,
    document: &Value,
    zip: Option<&ZipSource>,
    identity: Option<PackageIdentity>,
) -> Result<Vec<Finding>, Failure> {
    let expected = package::expected(kind, document);
    let Some(zip) = zip else {
        let pending = counted(expected.len(), "file");
        let note = format!(
            "{pending} marked PendingUpload; give the ZIP with --zip to have it looked at."
        );
        return Ok(if expected.is_empty() {
            Vec::new()
        } else {
            vec![Finding::new("", rule::ZIP_NOT_GIVEN, note)]
        });
    };
    if let Some(file) = zip.file() {
        may_open(file)?;
    }
    let source = assemble::open(zip, |_, _| (), &|| false);
    let examined = browse::examine_source(zip.path(), source.as_ref(), kind, document, identity);
    Ok(match examined.broken {
        None => examined.fit.findings(),
        Some(broken) => vec![Finding::new(
            "",
            rule::ZIP_UNREADABLE,
            format!("{zip}: {broken}"),
        )],
    })
}
