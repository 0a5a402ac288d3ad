//! `check`: a document against the rules, and a ZIP against the document, before anything is sent.

use super::{
    exit::{Exit, Failure},
    printer::Printer,
    session::{Session, read_document},
};
use crate::{
    api::Priority,
    cli::Cli,
    config::Env,
    domain::{
        check,
        document::Document,
        finding::{Finding, Severity},
        package,
        product::PackageIdentity,
        submission::put_body,
        target::{Kind, Target},
    },
    jobs::{browse, load},
};
use serde_json::{Value, json};
use std::{fs::File, path::Path};

pub(super) async fn run(
    cli: &Cli,
    env: Env<'_>,
    target: &str,
    file: Option<&Path>,
    zip: Option<&Path>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let given = file.map(read_document).transpose()?;
    let (kind, base, identity) = if target == "-" {
        let document = given.as_ref().and_then(|document| document.value().ok());
        let document =
            document.ok_or_else(|| Failure::usage("check - needs --json FILE: without a target there is no document."))?;
        (guess_kind(document), None, None)
    } else {
        let target: Target = target.parse().map_err(Failure::usage)?;
        let session = Session::open(cli, env)?;
        let detail = load::read_target(&session.services, &target, Priority::Person).await?;
        let identity = detail.product.package_identity();
        let base = detail.pending.or(detail.published).map(|submission| put_body(target.kind(), &submission.document));
        (target.kind(), base, identity)
    };
    let document = match (given, &base) {
        (Some(document), _) => document,
        (None, Some(base)) => Document::from_value(base.clone()),
        (None, None) => return Err(Failure::usage(format!("{target} has no submission yet: give a document with --json."))),
    };
    let Ok(value) = document.value() else { return Err(Failure::usage("The document cannot be read.")) };

    let mut worst: Option<Severity> = None;
    let mut say = |severity: Severity, pointer: &str, sentence: &str, printer: &mut Printer<'_>| -> std::io::Result<()> {
        worst = Some(worst.map_or(severity, |worst| worst.min(severity)));
        let place = document.nearest_position(pointer).filter(|_| file.is_some());
        if printer.is_json() {
            let (line, column) = (place.map(|place| place.line), place.map(|place| place.column));
            return printer.object(&json!({
                "event": "finding", "severity": severity.word(), "pointer": pointer, "line": line, "column": column, "message": sentence,
            }));
        }
        let at = match (file, place) {
            (Some(file), Some(place)) => format!("{}:{}:{}: ", file.display(), place.line, place.column),
            _ => String::new(),
        };
        let pointer = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
        printer.line(&format!("{at}{}: {pointer}{sentence}", severity.word()))
    };
    for finding in check::check(kind, value, base.as_ref()) {
        say(finding.severity, &finding.pointer, &finding.sentence, printer)?;
    }
    for finding in zip_findings(kind, value, zip, identity)? {
        say(finding.severity, &finding.pointer, &finding.sentence, printer)?;
    }
    if worst == Some(Severity::Error) {
        return Ok(Exit::Refused);
    }
    if !printer.is_json() {
        printer.line(if worst.is_some() { "Nothing that the Store would refuse." } else { "No findings." })?;
    }
    Ok(Exit::Done)
}

fn zip_findings(
    kind: Kind,
    document: &Value,
    zip: Option<&Path>,
    identity: Option<PackageIdentity>,
) -> Result<Vec<Finding>, Failure> {
    let told = |severity, sentence| Finding { pointer: String::new(), severity, sentence, rule: "§ 4.9" };
    let Some(zip) = zip else {
        let pending = package::expected(kind, document).len();
        let note = format!("{pending} files are marked PendingUpload; give the ZIP that holds them with --zip.");
        return Ok(if pending == 0 { Vec::new() } else { vec![told(Severity::Note, note)] });
    };
    if let Err(error) = File::open(zip) {
        return Err(Failure::usage(format!("{} cannot be opened: {error}.", zip.display())));
    }
    let examined = browse::examine(zip, kind, document, identity);
    Ok(match examined.broken {
        None => examined.fit.findings(),
        Some(broken) => vec![told(Severity::Error, format!("{}: {broken}", zip.display()))],
    })
}

/// The kind that a document without a target belongs to, by the fields that only one kind has.
fn guess_kind(document: &Value) -> Kind {
    if document.get("flightPackages").is_some() {
        Kind::Flight
    } else if ["applicationPackages", "applicationCategory"].iter().any(|name| document.get(name).is_some()) {
        Kind::App
    } else {
        Kind::AddOn
    }
}
