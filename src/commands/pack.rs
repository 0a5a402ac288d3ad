//! `pack`: makes the ZIP that a document waits for out of a folder, and says how it fits.

use super::{
    context::{CommandContext, read_value, submission},
    event::Event,
    exit::{Exit, Failure},
    printer::Printer,
};
use crate::{
    cli::{Cli, PackArgs},
    storage::config::Env,
    tasks::{
        browse, load,
        pack::{PackError, pack},
        report::Packed,
    },
};
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store_client::Priority;
use store_model::{
    finding::Severity,
    product::PackageIdentity,
    submission::{kind_of, put_body},
    target::Kind,
    units,
};

pub(super) async fn run(
    cli: &Cli,
    env: Env<'_>,
    args: &PackArgs,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let (kind, document, identity) = document(cli, env, args, printer).await?;
    // A device or a pipe would be replaced by the ZIP as well.
    if args.out.exists() && !args.out.is_file() {
        return Err(Failure::usage(format!(
            "{} is no file; --out needs a file's name.",
            args.out.display()
        )));
    }
    if !args.folder.is_dir() {
        return Err(Failure::usage(format!(
            "{} is no folder.",
            args.folder.display()
        )));
    }
    let packed = match make(args, kind, document.clone()).await? {
        Ok(packed) => packed,
        Err(PackError::Refused(problems)) => {
            for problem in &problems {
                let event = Event::Finding {
                    target: args.target.as_ref(),
                    severity: Severity::Error.word(),
                    pointer: "",
                    line: None,
                    column: None,
                    sentence: problem,
                    message: problem,
                    // The folder was looked at, not yet the document: no rule of a check applies.
                    rule: "",
                    help: "",
                };
                printer.either(&event, || format!("error: {problem}"));
            }
            return Err(Failure::refused(
                "No ZIP was made: the folder does not have what the document waits for.",
            ));
        }
        Err(error @ PackError::Cancelled) => return Err(Failure::new(Exit::Interrupted, error)),
        Err(error) => return Err(Failure::new(Exit::Failed, error)),
    };
    for (name, from) in &packed.files {
        let event = Event::Packed {
            file_name: name,
            from,
        };
        printer.either(&event, || {
            if name == from {
                format!("+ {name}")
            } else {
                format!("+ {name}  from {from}")
            }
        });
    }
    for name in &packed.left_out {
        printer.either(&Event::LeftOut { from: name }, || {
            format!("· {name} is left out: the document does not name it.")
        });
    }
    // What is inside of the packages only the ZIP tells.
    let zip = args.out.clone();
    let examined =
        tokio::task::spawn_blocking(move || browse::examine(&zip, kind, &document, identity))
            .await
            .map_err(|error| Failure::new(Exit::Failed, error))?;
    if let Some(broken) = examined.broken {
        return Err(Failure::new(
            Exit::Failed,
            format!(
                "{} was made, but cannot be read: {broken}",
                args.out.display()
            ),
        ));
    }
    for finding in examined.fit.findings() {
        if printer.is_json() {
            printer.event(&Event::finding(args.target.as_ref(), &finding, None));
        } else if finding.severity != Severity::Note {
            printer.line(format!("{}: {}", finding.severity.word(), finding.sentence));
        }
    }
    let (files, size, is_ok) = (packed.files.len(), packed.size, examined.fit.is_ok());
    let event = Event::PackResult {
        target: args.target.as_ref(),
        outcome: if is_ok { "packed" } else { "refused" },
        zip: args.out.display().to_string(),
        files,
        size,
        left_out: packed.left_out.len(),
    };
    printer.either(&event, || {
        let counted = units::counted(files, "file");
        let fits = if is_ok {
            "It fits the document."
        } else {
            "The Store would refuse what is named above."
        };
        format!(
            "{}: {counted}, {}. {fits}",
            args.out.display(),
            units::bytes(size)
        )
    });
    Ok(if is_ok { Exit::Done } else { Exit::Refused })
}

/// Away from the async threads; Ctrl-C stops it, and nothing half made stays.
async fn make(
    args: &PackArgs,
    kind: Kind,
    document: Value,
) -> Result<Result<Packed, PackError>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let (folder, out, is_stopped) = (args.folder.clone(), args.out.clone(), stop.clone());
    let work = move || {
        pack(
            &folder,
            &out,
            kind,
            &document,
            |_, _| (),
            || is_stopped.load(Ordering::Relaxed),
        )
    };
    let mut work = tokio::task::spawn_blocking(work);
    let mut interrupt = std::pin::pin!(crate::shell::signals::stop());
    let joined = tokio::select! {
        biased;
        joined = &mut work => joined,
        () = &mut interrupt => {
            stop.store(true, Ordering::Relaxed);
            work.await
        }
    };
    joined.map_err(|error| Failure::new(Exit::Failed, error))
}

/// The given document, or the one that the Store has.
async fn document(
    cli: &Cli,
    env: Env<'_>,
    args: &PackArgs,
    printer: &mut Printer<'_>,
) -> Result<(Kind, Value, Option<PackageIdentity>), Failure> {
    let given = args.json.as_deref().map(read_value).transpose()?;
    match (given, &args.target) {
        (Some(document), Some(target)) => Ok((target.kind(), document, None)),
        (Some(document), None) => Ok((kind_of(&document), document, None)),
        (None, Some(target)) => {
            let context = CommandContext::open_to_read(cli, env, printer)?;
            let detail = context.target(target).await?;
            let store = context.services.store.with_priority(Priority::Person);
            let identity = load::package_identity(&store, &detail.product).await?;
            Ok((
                target.kind(),
                put_body(target.kind(), &submission(&detail)?.document),
                identity,
            ))
        }
        (None, None) => Err(Failure::usage(
            "pack needs a document: name a target, or give --json FILE.",
        )),
    }
}
