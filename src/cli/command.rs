//! The command line, as clap types. Knows no task and no screen.

use super::{
    publish::{ComposeArgs, PublishArgs},
    value::duration,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
#[cfg(feature = "sim")]
use std::net::SocketAddr;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use store_model::target::Target;

/// Publish apps, add-ons and package flights through the Microsoft Store submission API.
///
/// Without a command it opens the dashboard. `flightdeck demo` shows everything without an account.
#[derive(Debug, Parser)]
#[command(name = "flightdeck", version, max_term_width = 100)]
pub struct Cli {
    /// The profile to use, as named in the config file.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The config file, instead of the one in the platform's config folder.
    #[arg(long, global = true, value_name = "FILE", env = "FLIGHTDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Output format: text for people, json for scripts (one object per line on stdout).
    #[arg(long, global = true, value_enum, default_value_t, value_name = "HOW")]
    pub output: Output,
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Open the dashboard on the built-in simulator: no account, no network, nothing to configure.
    #[cfg(feature = "sim")]
    Demo(DemoArgs),
    /// Run only the simulated Store; its first line says where it listens.
    #[cfg(feature = "sim")]
    Sim(SimArgs),
    /// List what the account owns.
    List {
        /// Which kind; by default apps, and with --pending all three.
        #[arg(value_enum)]
        what: Option<Listing>,
        /// Only what has a submission in progress, with its type and state; what needs you comes first.
        #[arg(long)]
        pending: bool,
    },
    /// Show a target, or a submission's document.
    Show {
        target: Target,
        /// pending, published, or a submission's id. Default: the pending one, or else the published one.
        #[arg(long, value_name = "WHICH")]
        submission: Option<String>,
        /// Print the document as the Store sent it, indented; signed URLs are left out.
        #[arg(long)]
        json: bool,
        /// Write to this file instead of stdout, as UTF-8 whatever the shell is.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show the status of the pending submission, or of the live one.
    Status { target: Target },
    /// Check a document, and how a ZIP fits it, before anything is sent.
    ///
    /// With a target, the document is compared with what the Store has; with -, no request is made.
    Check {
        /// A target, or - for none.
        target: String,
        #[command(flatten)]
        compose: Box<ComposeArgs>,
        /// The document to check. Default: the target's draft, or else its live submission.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// The archive that holds every file marked PendingUpload.
        #[arg(long, value_name = "FILE")]
        zip: Option<PathBuf>,
    },
    /// Make the ZIP for a document from a folder, and check that it fits.
    ///
    /// Each file marked PendingUpload is searched for in the folder, at any depth and ignoring case, and is stored under the path
    /// that the document names. Ambiguous and missing files are refused. The same folder always gives the same ZIP, byte for byte.
    Pack(PackArgs),
    /// Show what would change for customers: the draft, or a file, compared with what is live.
    ///
    /// Changes are grouped; those that need an explicit yes come first. The last line is a hash of the Store's state, the document
    /// and the ZIP, for `publish --expect`. Nothing is changed.
    Diff {
        target: Target,
        #[command(flatten)]
        compose: Box<ComposeArgs>,
        /// The document to compare, instead of the draft.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// The ZIP that goes with it: part of the hash, and read for the versions of new packages.
        #[arg(long, value_name = "FILE")]
        zip: Option<PathBuf>,
        /// text for a terminal, json for scripts (same as --output json), markdown for a chat or a pull request.
        #[arg(long, value_enum, value_name = "HOW")]
        format: Option<DiffFormat>,
        /// Write to this file instead of stdout, as UTF-8 whatever the shell is.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Publish a new submission: create, update, upload, commit, and follow it to the end.
    Publish(Box<PublishArgs>),
    /// Resume what was interrupted; without an argument, list it.
    Resume(ResumeArgs),
    /// Show the gradual rollout of the live submission, or change it.
    Rollout {
        target: Target,
        /// Confirm: required for halt and finalize, and in a protected profile.
        #[arg(long, global = true)]
        yes: bool,
        #[command(subcommand)]
        to: Option<RolloutMove>,
    },
    /// List the documents kept on this machine: edited ones, drafts that were deleted, and both sides of every update.
    ///
    /// Each is a plain file: `publish TARGET --json FILE` puts it into a new submission. The kinds are edited, before-delete,
    /// before-put and after-put (with the id of the run that sent the update), and set-aside.
    Drafts {
        /// Only those of this target.
        target: Option<Target>,
        /// Print this one as it was kept: its file, or a unique part of the file's name (a submission, a run, a time).
        #[arg(long, value_name = "FILE|ID")]
        show: Option<String>,
        /// Write the document to this file instead of stdout.
        #[arg(long, value_name = "FILE", requires = "show")]
        out: Option<PathBuf>,
    },
    /// Export or import the texts of all listings: release notes, descriptions and so on.
    #[command(subcommand)]
    Texts(Texts),
    /// Follow committed submissions to the end, several at once; without a target, all that are pending.
    Watch(WatchArgs),
    /// Create an add-on or a package flight.
    #[command(subcommand)]
    Create(Create),
    /// Delete an add-on or a flight, or with --draft only its pending submission.
    Delete {
        target: Target,
        /// Delete only the pending submission; its document is saved first.
        #[arg(long)]
        draft: bool,
        /// Confirm.
        #[arg(long)]
        yes: bool,
        /// The product's name: required for an add-on that was ever published, because its owners lose it.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Print completions for a shell.
    Completions { shell: clap_complete::Shell },
    /// Print the manual page.
    Man,
}

impl CliCommand {
    /// The file of `--out`, for commands that print a document.
    pub fn out(&self) -> Option<&Path> {
        match self {
            Self::Show { out, .. } | Self::Diff { out, .. } | Self::Drafts { out, .. } => {
                out.as_deref()
            }
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Subcommand)]
pub enum Texts {
    /// Write them to a folder (LANGUAGE/FIELD.txt), or to a table if the name ends in .csv.
    Export {
        /// The target whose draft, or live submission, is read.
        #[arg(required_unless_present = "json")]
        target: Option<Target>,
        /// Read this document instead.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        #[arg(long, value_name = "FOLDER|FILE.csv")]
        to: PathBuf,
        /// Only this text (releaseNotes); may be repeated.
        #[arg(long, value_name = "NAME")]
        field: Vec<String>,
        /// Overwrite files with other content.
        #[arg(long)]
        force: bool,
    },
    /// Put the texts of a folder or a table into a document and leave every other byte as it is.
    ///
    /// Recognised are LANGUAGE/FIELD.txt, FIELD/LANGUAGE.txt, LANGUAGE.txt (with one --field), LANGUAGE/changelogs/N.txt, and
    /// CSV with the columns language,FIELD,… or field,LANGUAGE,…; lists have one entry per line. If a text cannot be used, the
    /// command exits with 3 and writes nothing.
    Import {
        /// The document to change.
        #[arg(long, value_name = "FILE")]
        json: PathBuf,
        #[arg(long, value_name = "FOLDER|FILE.csv")]
        from: PathBuf,
        /// Only this text (releaseNotes); may be repeated.
        #[arg(long, value_name = "NAME")]
        field: Vec<String>,
        /// Where to write the changed document, - for stdout. Default: replace the document.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Add a listing for languages that have none.
        #[arg(long)]
        add_languages: bool,
        /// Let an empty file or cell clear the text; by default it is ignored.
        #[arg(long)]
        clear: bool,
        /// Use the texts that can be used, and skip the others.
        #[arg(long)]
        lenient: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    Apps,
    Addons,
    Flights,
}

#[derive(Debug, Args)]
pub struct PackArgs {
    /// The folder with the packages, images and trailers.
    pub folder: PathBuf,
    /// The target whose draft or live document is used, or that the document of --json belongs to.
    #[arg(required_unless_present = "json")]
    pub target: Option<Target>,
    /// The document. Default: the target's draft, or else its live submission.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The ZIP to write; an existing one is replaced.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The id of a run (enough of its end to be unique), or a target: its latest run.
    #[arg(value_name = "RUN|TARGET", conflicts_with = "all")]
    pub run: Option<String>,
    /// Resume every interrupted run of the profile, one after the other.
    #[arg(long)]
    pub all: bool,
    /// If the upload URL of the run's draft has expired: save the draft's document, delete the draft and create a new one.
    #[arg(long, requires = "run")]
    pub renew: bool,
    /// Confirm what a protected profile asks for, and with --renew the deletion of a draft that the run did not make.
    #[arg(long)]
    pub yes: bool,
    /// Stop waiting after this long (30m, 2h): exit 6; the submission goes on.
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Send at most this much a second ("2 MB", "500 kB").
    #[arg(long, value_name = "SIZE")]
    pub bandwidth: Option<String>,
}

#[derive(Debug, Args)]
pub struct WatchArgs {
    /// What to follow; a flight as well.
    pub targets: Vec<Target>,
    /// How far to follow.
    #[arg(long, value_enum, default_value_t, value_name = "STATE")]
    pub until: Until,
    /// Stop after this long (30m, 2h): exit 6; the submissions continue.
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Run this for each state that is seen, for at most 30 s.
    ///
    /// It finds FLIGHTDECK_TARGET, FLIGHTDECK_NAME, FLIGHTDECK_STATUS and FLIGHTDECK_SUBMISSION in its environment, and the event as
    /// JSON on its standard input. What it prints goes to stderr.
    #[arg(long, value_name = "COMMAND")]
    pub on_change: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// Until the service has checked the commit.
    Committed,
    /// Until it is published, waits for a person or a date, or has failed.
    #[default]
    Published,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Debug, Subcommand)]
pub enum RolloutMove {
    /// Show it.
    Get,
    /// Give the new packages to this percentage of the customers.
    Set {
        /// 0 to 100.
        percent: f64,
    },
    /// Stop the rollout: everybody gets the earlier packages. Cannot be undone.
    Halt,
    /// Give the new packages to everybody. Cannot be undone.
    Finalize,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Create {
    /// An add-on of an app.
    Addon {
        /// The app's Store ID.
        #[arg(long)]
        app: String,
        /// Your own id for it, which can never be changed: at most 100 characters, none of < > * % & : \ ? + ,
        #[arg(long)]
        product_id: String,
        #[arg(long = "type", value_enum)]
        product_type: ProductType,
    },
    /// A package flight of an app.
    Flight {
        /// The app's Store ID.
        #[arg(long)]
        app: String,
        #[arg(long)]
        name: Option<String>,
        /// The id of a flight group, from the URL of its page in Partner Center; may be repeated.
        #[arg(long = "group", value_name = "ID")]
        groups: Vec<String>,
        /// The flight to rank directly above. Default: the new one ranks highest.
        #[arg(long, value_name = "NAME")]
        rank_higher_than: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProductType {
    Durable,
    Consumable,
}

impl ProductType {
    /// As the Store spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Durable => "Durable",
            Self::Consumable => "Consumable",
        }
    }
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Speed of the simulated Store; 1 is real time.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = factor)]
    pub speed: f64,
    /// A scenario's name, or a file with one.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Number of apps, to look at a large account.
    #[arg(long, value_name = "N")]
    pub apps: Option<usize>,
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub struct SimArgs {
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Speed; at 1 a clean commit is published in about 40 s.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = factor)]
    pub speed: f64,
    /// A scenario's name, or a file with one.
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// Number of apps.
    #[arg(long, value_name = "N")]
    pub apps: Option<usize>,
    /// Store requests a minute, or off.
    #[arg(long, default_value = "20", value_name = "N|off")]
    pub rate_limit: RateLimit,
    /// Lifetime of a token, in seconds.
    #[arg(long, default_value_t = 3600, value_name = "S")]
    pub token_lifetime: u64,
    /// Lifetime of an upload URL, in seconds.
    #[arg(long, default_value_t = 86_400, value_name = "S")]
    pub sas_lifetime: u64,
    /// Delay of every reply, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub latency: u64,
    /// Hand out upload URLs with this scheme and host, such as a proxy's, instead of the request's own.
    #[arg(long, value_name = "URL")]
    pub upload_url: Option<String>,
}

/// Requests a minute; `None` is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(pub Option<u32>);

impl std::str::FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        match text.parse() {
            Ok(limit) if limit > 0 => Ok(Self(Some(limit))),
            _ => Err("write a number of requests a minute from 1, or off".into()),
        }
    }
}

#[cfg(feature = "sim")]
fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 && factor <= 1e6 => Ok(factor),
        _ => Err("write a number above 0, such as 0.5 or 10".into()),
    }
}
