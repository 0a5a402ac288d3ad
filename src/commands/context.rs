//! What every head-less command begins with: the profile's services, and the files that the person named.

use super::{
    exit::Failure,
    printer::{Printer, complain},
};
use crate::{
    cli::Cli,
    engine::preflight::Refusal,
    shell::logging,
    storage::{
        config::{Config, Env, Profile, measure},
        input,
    },
    tasks::{load, pool::Pool, report::TargetDetail, reporter::TaskReport, services::Services},
};
use serde_json::Value;
use std::{path::Path, sync::Arc};
use store_client::Priority;
use store_model::{json::document::Document, submission::Submission, target::Target};
use tokio::sync::mpsc;

/// What a command works with: the services of one profile, and the channel over which its jobs tell.
pub(super) struct CommandContext {
    pub profile: Profile,
    pub services: Services,
    pub sender: mpsc::Sender<TaskReport>,
    pub told: mpsc::Receiver<TaskReport>,
    /// Variables with secrets of ours, which no program that is started gets.
    pub hidden: Vec<String>,
    /// The person's program that is told of changes, and whether the bell rings too.
    pub notice_command: Option<String>,
    pub rings: bool,
}

impl CommandContext {
    pub(super) fn open(cli: &Cli, env: Env, printer: &mut Printer<'_>) -> Result<Self, Failure> {
        let (config, profile) = configured(cli, env)?;
        let services = Services::open(&config, &profile, Arc::new(|_| ()))?;
        Ok(Self::of(&config, profile, services, false, printer))
    }

    /// For a command that only reads: it works where nothing can be written, and warns that something is not kept.
    pub(super) fn open_to_read(
        cli: &Cli,
        env: Env,
        printer: &mut Printer<'_>,
    ) -> Result<Self, Failure> {
        let (config, profile) = configured(cli, env)?;
        let (services, lost) = Services::open_to_read(&config, &profile, Arc::new(|_| ()))?;
        if let Some(lost) = &lost {
            printer.chatter(format!(
                "warning: {lost} Until then each command counts its own requests alone, and the Store may let it wait."
            ));
        }
        Ok(Self::of(
            &config,
            profile,
            services,
            lost.is_some(),
            printer,
        ))
    }

    /// Begins the log of this session. Where it cannot be kept, that is one warning at most: `is_told` after another one.
    fn of(
        config: &Config,
        profile: Profile,
        services: Services,
        is_told: bool,
        printer: &mut Printer<'_>,
    ) -> Self {
        if let Some(folder) = services.home.exposed() {
            printer.chatter(format!(
                "warning: everybody on this machine may write into {0} and plant files there that flightdeck trusts. Take that right away: chmod o-w {0}",
                folder.display()
            ));
        }
        let folder = services.home.log_folder();
        match logging::start(&folder) {
            Ok(()) => tracing::info!(
                version = env!("CARGO_PKG_VERSION"),
                profile = profile.name,
                pid = std::process::id(),
                "a command starts"
            ),
            Err(_) if is_told => {}
            Err(error) => printer.chatter(format!(
                "warning: no log is kept in {}: {error}",
                folder.display()
            )),
        }
        // A host that does not answer is told while it is waited for, whatever the command does.
        let store = services.store.clone();
        tokio::spawn(async move { store.tell_waits(complain).await });
        let (sender, told) = Pool::channel();
        Self {
            profile,
            services,
            sender,
            told,
            hidden: config.secret_variables(),
            notice_command: config.file().notify.command.clone(),
            rings: config.screen().notify,
        }
    }

    /// A target with the documents that the Store holds for it.
    pub(super) async fn target(&self, target: &Target) -> Result<TargetDetail, Failure> {
        Ok(load::read_target(&self.services, target, Priority::Person).await?)
    }

    /// The command line's limit goes before the config's.
    pub(super) fn limit_bandwidth(&mut self, limit: Option<&str>) -> Result<(), Failure> {
        let Some(text) = limit else { return Ok(()) };
        let bytes = measure::parse_size(text).filter(|bytes| *bytes >= 1000);
        let wrong = || {
            Failure::usage(format!(
                "--bandwidth {text:?}: write a size from 1 kB, such as \"2 MB\" or \"500 kB\"."
            ))
        };
        self.services.upload.bandwidth = Some(bytes.ok_or_else(wrong)?);
        Ok(())
    }

    /// A changing command in a read-only profile goes no further.
    pub(super) fn may_change(&self) -> Result<(), Failure> {
        if self.profile.read_only {
            let profile = self.profile.name.clone();
            return Err(Refusal::ReadOnly { profile }.into());
        }
        Ok(())
    }
}

fn configured(cli: &Cli, env: Env) -> Result<(Config, Profile), Failure> {
    let config = Config::load(cli.config.as_deref(), env)?;
    let profile = config.profile(cli.profile.as_deref(), env)?;
    Ok((config, profile))
}

/// The text of a file that the person named, or why it cannot be had.
fn read_text(path: &Path) -> Result<String, Failure> {
    input::read_text(path, input::DOCUMENT)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}.", path.display())))
}

/// The draft, or else what is live.
pub(super) fn submission(detail: &TargetDetail) -> Result<&Submission, Failure> {
    let none = || {
        Failure::usage(format!(
            "{} has no submission yet: give a document with --json.",
            detail.product.target
        ))
    };
    detail.server().ok_or_else(none)
}

/// Says at once that a ZIP cannot be read: nothing is asked of the Store for it.
pub(super) fn may_open(zip: &Path) -> Result<(), Failure> {
    let fail = |error| Failure::usage(format!("{} cannot be opened: {error}.", zip.display()));
    input::open(zip).map(drop).map_err(fail)
}

/// The value of the document that the person named.
pub(super) fn read_value(path: &Path) -> Result<Value, Failure> {
    read_document(path)?.into_value().map_err(Failure::usage)
}

/// Reads the document that the person named; a syntax error names line and column.
pub(super) fn read_document(path: &Path) -> Result<Document, Failure> {
    let document = Document::parse(read_text(path)?);
    match document.value() {
        Ok(value) if value.is_object() => Ok(document),
        Ok(_) => Err(Failure::usage(format!(
            "{} holds no submission: a JSON object is expected.",
            path.display()
        ))),
        Err(error) => Err(Failure::usage(format!(
            "{}:{}:{}: {}",
            path.display(),
            error.line,
            error.column,
            error.message
        ))),
    }
}
