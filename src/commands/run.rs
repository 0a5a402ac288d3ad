//! Takes a command from the command line to its exit code.

use super::{
    account, check,
    context::CommandContext,
    diff, drafts,
    exit::{Exit, Failure},
    list, pack,
    printer::Printer,
    publish, resume, rollout, show, texts, watch,
};
use crate::{
    cli::{Cli, CliCommand, RolloutMove},
    storage::{atomic, config::Env},
};

/// Runs a head-less command and prints its failure, if it has one.
pub async fn run(cli: &Cli, command: &CliCommand, env: Env<'_>, printer: &mut Printer<'_>) -> Exit {
    let out = command.out();
    if out.is_some() {
        printer.collect();
    }
    let exit = match Box::pin(dispatch(cli, command, env, printer)).await {
        Ok(exit) => exit,
        Err(failure) => {
            tracing::error!("{}", failure.message);
            printer.chatter(format!("flightdeck: {}", failure.message));
            failure.exit
        }
    };
    tracing::info!(
        exit = exit as u8,
        pid = std::process::id(),
        "the command ends"
    );
    // What a failed command printed is no document: an earlier one stays.
    if let (Some(out), Some(document), Exit::Done) = (out, printer.collected(), exit)
        && let Err(error) = atomic::write_to(out, &document)
    {
        printer.chatter(format!("flightdeck: {error}"));
        return Exit::Failed;
    }
    finish(exit, printer)
}

/// The command's own exit code; output that was lost only fails a command that otherwise succeeded.
pub fn finish(exit: Exit, printer: &mut Printer<'_>) -> Exit {
    let Some(error) = printer.error() else {
        return exit;
    };
    let message = format!("flightdeck: The output could not be written: {error}");
    printer.chatter(message);
    if exit == Exit::Done {
        Exit::Failed
    } else {
        exit
    }
}

async fn dispatch(
    cli: &Cli,
    command: &CliCommand,
    env: Env<'_>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    match command {
        CliCommand::List { what, pending } => {
            list::run(
                CommandContext::open_to_read(cli, env, printer)?,
                *what,
                *pending,
                printer,
            )
            .await
        }
        CliCommand::Show {
            target,
            submission,
            json,
            ..
        } => {
            show::show(
                CommandContext::open_to_read(cli, env, printer)?,
                target,
                submission.as_deref(),
                *json,
                printer,
            )
            .await
        }
        CliCommand::Status { target } => {
            show::status(
                CommandContext::open_to_read(cli, env, printer)?,
                target,
                printer,
            )
            .await
        }
        CliCommand::Check {
            target,
            compose,
            json,
            zip,
        } => {
            let given = check::Given {
                json: json.as_deref(),
                zip: zip.as_deref(),
                compose,
            };
            check::run(cli, env, target, &given, printer).await
        }
        CliCommand::Pack(args) => pack::run(cli, env, args, printer).await,
        CliCommand::Diff {
            target,
            compose,
            json,
            zip,
            format,
            ..
        } => {
            let sides = diff::Sides {
                target,
                json: json.as_deref(),
                zip: zip.as_deref(),
                compose,
            };
            diff::run(
                CommandContext::open_to_read(cli, env, printer)?,
                &sides,
                *format,
                printer,
            )
            .await
        }
        CliCommand::Publish(args) => {
            let mut context = CommandContext::open(cli, env, printer)?;
            context.limit_bandwidth(args.bandwidth.as_deref())?;
            publish::publish(context, args, printer).await
        }
        CliCommand::Resume(args) => {
            // The list only reads, so it works where nothing can be written.
            let mut context = if args.run.is_some() || args.all {
                CommandContext::open(cli, env, printer)?
            } else {
                CommandContext::open_to_read(cli, env, printer)?
            };
            context.limit_bandwidth(args.bandwidth.as_deref())?;
            resume::run(context, args, printer).await
        }
        CliCommand::Rollout { target, yes, to } => {
            let context = match to {
                None | Some(RolloutMove::Get) => CommandContext::open_to_read(cli, env, printer)?,
                Some(_) => CommandContext::open(cli, env, printer)?,
            };
            rollout::run(context, target, to.as_ref(), *yes, printer).await
        }
        CliCommand::Drafts { show, target, .. } => {
            let context = CommandContext::open_to_read(cli, env, printer)?;
            match show {
                Some(which) => drafts::show(&context, target.as_ref(), which, printer),
                None => drafts::run(&context, target.as_ref(), printer),
            }
        }
        CliCommand::Texts(what) => texts::run(cli, env, what, printer).await,
        CliCommand::Watch(args) => {
            watch::run(CommandContext::open(cli, env, printer)?, args, printer).await
        }
        CliCommand::Create(what) => {
            account::create(CommandContext::open(cli, env, printer)?, what, printer).await
        }
        CliCommand::Delete {
            target,
            draft,
            yes,
            name,
        } => {
            let consent = account::Consent {
                yes: *yes,
                name: name.as_deref(),
            };
            account::delete(
                CommandContext::open(cli, env, printer)?,
                target,
                *draft,
                &consent,
                printer,
            )
            .await
        }
        _ => Err(Failure::usage("this command has a screen of its own")),
    }
}
