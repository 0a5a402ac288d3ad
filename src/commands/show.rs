//! `show` and `status`: one target, its documents and the status of its submission.

use super::{
    context::CommandContext,
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use serde_json::Value;
use store_client::Priority;
use store_model::{
    explain, json::document, package, product::Product, signed_url::REDACTED, status::StatusReport,
    submission::Submission, target::Target,
};

pub(super) async fn show(
    context: CommandContext,
    target: &Target,
    which: Option<&str>,
    json: bool,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let none =
        |what: &str| Failure::new(Exit::Store, format!("{target} has no {what} submission."));
    let id = match which {
        Some("pending") => product.pending.clone().ok_or_else(|| none("pending"))?,
        Some("published") => product.published.clone().ok_or_else(|| none("published"))?,
        Some(id) => id.to_owned(),
        None => match product.submission() {
            Some(id) => id.clone(),
            None if json => return Err(none("pending or published")),
            None => {
                overview(&product, None, printer);
                return Ok(Exit::Done);
            }
        },
    };
    let submission = store.submission(target, &id).await?.submission;
    if json {
        printer.document(&document::pretty(&submission.document));
        if submission
            .document
            .get("fileUploadUrl")
            .and_then(Value::as_str)
            == Some(REDACTED)
        {
            printer.chatter("fileUploadUrl is left out: whoever has it can replace the upload.");
        }
    } else if printer.is_json() {
        printer.json(&submission.document);
    } else {
        overview(&product, Some(&submission), printer);
    }
    Ok(Exit::Done)
}

fn overview(product: &Product, submission: Option<&Submission>, printer: &mut Printer<'_>) {
    let none = || "none".to_owned();
    printer.line(format!("{}  {}", product.target, product.name));
    if let Some(app) = &product.app {
        printer.line(format!("  app        {app}"));
    }
    printer.line(format!(
        "  published  {}",
        product.published.clone().unwrap_or_else(none)
    ));
    printer.line(format!(
        "  pending    {}",
        product.pending.clone().unwrap_or_else(none)
    ));
    let Some(submission) = submission else {
        return;
    };
    printer.line(format!("  submission {}", submission.id));
    if submission.is_portal_made() {
        printer.line("  made in Partner Center: the API can neither change, commit nor delete it");
    }
    for package in package::packages(product.target.kind(), &submission.document) {
        printer.line(format!(
            "  package    {} {} ({})",
            package.file_name,
            package.version,
            package.status.as_str()
        ));
    }
    report(&submission.report(), "", printer);
    printer.line(format!(
        "  portal     {}",
        product.target.portal_url(Some(&submission.id))
    ));
}

/// A status with what the service said, each code explained. Each line begins with `label`, so that those of several targets
/// stay apart.
pub(super) fn report(report: &StatusReport, label: &str, printer: &mut Printer<'_>) {
    printer.line(format!("{label}  status     {}", report.status));
    for (word, remarks) in [("error", &report.errors), ("warning", &report.warnings)] {
        for remark in remarks {
            let explanation = explain::explain(&remark.code, &remark.details);
            if explanation
                .as_ref()
                .is_some_and(|explanation| explanation.is_noise)
            {
                continue;
            }
            printer.line(format!(
                "{label}  {word:9}  {}: {}",
                remark.code, remark.details
            ));
            if let Some(explanation) = explanation {
                printer.line(format!(
                    "{label}             {} {}",
                    explanation.meaning, explanation.advice
                ));
            }
        }
    }
    for report in &report.reports {
        printer.line(format!("  report     {} {}", report.date, report.url));
    }
}

pub(super) async fn status(
    context: CommandContext,
    target: &Target,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let store = context.services.store.with_priority(Priority::Person);
    let product = store.product(target).await?;
    let Some(id) = product.submission() else {
        return Err(Failure::new(
            Exit::Store,
            format!("{target} has neither a pending nor a published submission."),
        ));
    };
    let found = store.status(target, id).await?;
    if printer.is_json() {
        printer.event(&Event::Status {
            target,
            submission_id: id,
            status: found.status.as_str(),
            errors: &found.errors,
            warnings: &found.warnings,
            certification_reports: &found.reports,
        });
    } else {
        printer.line(format!("{target}  {}", product.name));
        printer.line(format!(
            "  submission {id}{}",
            if product.pending.is_some() {
                " (pending)"
            } else {
                " (live)"
            }
        ));
        report(&found, "", printer);
    }
    Ok(if found.status.is_failure() {
        Exit::Store
    } else {
        Exit::Done
    })
}
