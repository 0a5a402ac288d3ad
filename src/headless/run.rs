//! Takes a command from the command line to its exit code.

use super::{
    account, check,
    exit::{Exit, Failure},
    list,
    printer::Printer,
    publish, show,
};
use crate::{
    cli::{Cli, Command},
    config::{Config, Env, Profile},
    jobs::{reporter::Told, services::Services},
};
use std::path::Path;
use tokio::sync::mpsc;

/// What a command works with: the services of one profile, and the channel over which its jobs tell.
pub(super) struct Session {
    pub profile: Profile,
    pub services: Services,
    pub sender: mpsc::Sender<Told>,
    pub told: mpsc::Receiver<Told>,
}

impl Session {
    pub(super) fn open(cli: &Cli, env: Env) -> Result<Self, Failure> {
        let config = Config::load(cli.config.as_deref(), env)?;
        let profile = config.profile(cli.profile.as_deref(), env)?;
        let (sender, told) = crate::jobs::pool::Pool::channel();
        let services = Services::open(&config, &profile, std::sync::Arc::new(|_| ()))?;
        Ok(Self { profile, services, sender, told })
    }

    /// A changing command in a read-only profile goes no further.
    pub(super) fn may_change(&self) -> Result<(), Failure> {
        if self.profile.read_only {
            return Err(Failure::refused(format!(
                "Profile {} is read-only (read_only = true in the config), so nothing was sent.",
                self.profile.name
            )));
        }
        Ok(())
    }
}

/// Runs a head-less command and prints its failure, if it has one.
pub async fn run(cli: &Cli, command: &Command, env: Env<'_>, printer: &mut Printer<'_>) -> Exit {
    match dispatch(cli, command, env, printer).await {
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

async fn dispatch(cli: &Cli, command: &Command, env: Env<'_>, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    match command {
        Command::List { what, pending } => list::run(Session::open(cli, env)?, *what, *pending, printer).await,
        Command::Show { target, submission, json } => {
            show::show(Session::open(cli, env)?, target, submission.as_deref(), *json, printer).await
        }
        Command::Status { target } => show::status(Session::open(cli, env)?, target, printer).await,
        Command::Check { target, json, zip } => check::run(cli, env, target, json.as_deref(), zip.as_deref(), printer).await,
        Command::Publish(args) => publish::publish(Session::open(cli, env)?, args, printer).await,
        Command::Watch { targets } => publish::watch(Session::open(cli, env)?, targets, printer).await,
        Command::Create(what) => account::create(Session::open(cli, env)?, what, printer).await,
        Command::Delete { target, draft, yes, name } => {
            let consent = account::Consent { yes: *yes, name: name.as_deref() };
            account::delete(Session::open(cli, env)?, target, *draft, &consent, printer).await
        }
        _ => Err(Failure::usage("this command has a screen of its own")),
    }
}

/// The text of a file that the person named, or why it cannot be had.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}.", path.display())))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::usage(format!("{} is not UTF-8: {error}. Save it as UTF-8.", path.display())))?;
    // Editors on Windows put a byte order mark first; JSON does not know it.
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// Reads the document that the person named; a syntax error names line and column.
pub(super) fn read_document(path: &Path) -> Result<crate::domain::document::Document, Failure> {
    let document = crate::domain::document::Document::parse(read_text(path)?);
    match document.value() {
        Ok(value) if value.is_object() => Ok(document),
        Ok(_) => Err(Failure::usage(format!("{} holds no submission: a JSON object is expected.", path.display()))),
        Err(error) => Err(Failure::usage(format!("{}:{}:{}: {}", path.display(), error.line, error.column, error.message))),
    }
}
