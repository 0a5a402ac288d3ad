//! Takes a command from the command line to its exit code.

use super::{
    account, check,
    context::Session,
    diff, drafts,
    exit::{Exit, Failure},
    list, pack,
    printer::Printer,
    publish, resume, rollout, show, texts,
};
use crate::{
    cli::{Cli, Command, RolloutMove},
    storage::config::Env,
};

/// Runs a head-less command and prints its failure, if it has one.
pub async fn run(cli: &Cli, command: &Command, env: Env<'_>, printer: &mut Printer<'_>) -> Exit {
    match Box::pin(dispatch(cli, command, env, printer)).await {
        Ok(exit) => exit,
        Err(failure) => {
            if !failure.message.is_empty() {
                // The last stream there is: when it is gone too, the exit code alone has to do.
                let _ = printer.chatter(&format!("flightdeck: {}", failure.message));
            }
            failure.exit
        }
    }
}

async fn dispatch(
    cli: &Cli,
    command: &Command,
    env: Env<'_>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    match command {
        Command::List { what, pending } => {
            list::run(
                Session::open_to_read(cli, env, printer)?,
                *what,
                *pending,
                printer,
            )
            .await
        }
        Command::Show {
            target,
            submission,
            json,
        } => {
            show::show(
                Session::open_to_read(cli, env, printer)?,
                target,
                submission.as_deref(),
                *json,
                printer,
            )
            .await
        }
        Command::Status { target } => {
            show::status(Session::open_to_read(cli, env, printer)?, target, printer).await
        }
        Command::Check { target, json, zip } => {
            check::run(cli, env, target, json.as_deref(), zip.as_deref(), printer).await
        }
        Command::Pack(args) => pack::run(cli, env, args, printer).await,
        Command::Diff {
            target,
            json,
            zip,
            format,
        } => {
            let sides = diff::Sides {
                target,
                json: json.as_deref(),
                zip: zip.as_deref(),
            };
            diff::run(
                Session::open_to_read(cli, env, printer)?,
                &sides,
                *format,
                printer,
            )
            .await
        }
        Command::Publish(args) => {
            let mut session = Session::open(cli, env)?;
            session.limit_bandwidth(args.bandwidth.as_deref())?;
            publish::publish(session, args, printer).await
        }
        Command::Resume {
            run,
            renew,
            timeout,
            bandwidth,
        } => {
            let mut session = Session::open(cli, env)?;
            session.limit_bandwidth(bandwidth.as_deref())?;
            resume::run(session, run.as_deref(), *renew, *timeout, printer).await
        }
        Command::Rollout { target, yes, to } => {
            let session = match to {
                None | Some(RolloutMove::Get) => Session::open_to_read(cli, env, printer)?,
                Some(_) => Session::open(cli, env)?,
            };
            rollout::run(session, target, to.as_ref(), *yes, printer).await
        }
        Command::Drafts { show, target } => {
            let session = Session::open_to_read(cli, env, printer)?;
            match show {
                Some(which) => drafts::show(&session, target.as_ref(), which, printer),
                None => drafts::run(&session, target.as_ref(), printer),
            }
        }
        Command::Texts(what) => texts::run(cli, env, what, printer).await,
        Command::Watch { targets } => {
            publish::watch(Session::open(cli, env)?, targets, printer).await
        }
        Command::Create(what) => account::create(Session::open(cli, env)?, what, printer).await,
        Command::Delete {
            target,
            draft,
            yes,
            name,
        } => {
            let consent = account::Consent {
                yes: *yes,
                name: name.as_deref(),
            };
            account::delete(Session::open(cli, env)?, target, *draft, &consent, printer).await
        }
        _ => Err(Failure::usage("this command has a screen of its own")),
    }
}
