//! What every head-less command begins with: the profile's services, and the files that the person named.

use super::{exit::Failure, printer::Printer};
use crate::{
    cli::Cli,
    engine::preflight::Refusal,
    shell::logging,
    storage::config::{Config, Env, Profile, measure},
    tasks::{load, pool::Pool, report::TargetDetail, reporter::Told, services::Services},
};
use serde_json::Value;
use std::{fs::File, path::Path, sync::Arc};
use store_client::Priority;
use store_model::{json::document::Document, submission::Submission, target::Target};
use tokio::sync::mpsc;

/// What a command works with: the services of one profile, and the channel over which its jobs tell.
pub(super) struct Context {
    pub profile: Profile,
    pub services: Services,
    pub sender: mpsc::Sender<Told>,
    pub told: mpsc::Receiver<Told>,
}

impl Context {
    pub(super) fn open(cli: &Cli, env: Env, printer: &mut Printer<'_>) -> Result<Self, Failure> {
        let (config, profile) = configured(cli, env)?;
        let services = Services::open(&config, &profile, Arc::new(|_| ()))?;
        Ok(Self::of(profile, services, false, printer))
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
        Ok(Self::of(profile, services, lost.is_some(), printer))
    }

    /// Begins the log of this session. Where it cannot be kept, that is one warning at most: `is_told` after another one.
    fn of(profile: Profile, services: Services, is_told: bool, printer: &mut Printer<'_>) -> Self {
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
        let (sender, told) = Pool::channel();
        Self {
            profile,
            services,
            sender,
            told,
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
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}.", path.display())))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Failure::usage(format!(
            "{} is not UTF-8: {error}. Save it as UTF-8.",
            path.display()
        ))
    })?;
    // Editors on Windows put a byte order mark first; JSON does not know it.
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or(text.clone(), str::to_owned))
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
    File::open(zip).map(drop).map_err(fail)
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
