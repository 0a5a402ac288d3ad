//! The command line, as clap types. Knows no job and no screen.

use clap::{Args, Parser, Subcommand, ValueEnum};
#[cfg(feature = "sim")]
use std::net::SocketAddr;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use store_model::{fingerprint::Fingerprint, risk::Allowance, target::Target};

/// See and do everything that the Microsoft Store submission API allows: apps, add-ons and package flights.
///
/// Without a command it opens the dashboard. `flightdeck demo` shows everything without an account.
#[derive(Debug, Parser)]
#[command(name = "flightdeck", version, max_term_width = 100)]
pub struct Cli {
    /// The profile to use; see the config file.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The config file, instead of the one in the platform's config folder.
    #[arg(long, global = true, value_name = "FILE", env = "FLIGHTDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// How head-less commands print: text for people, json for scripts (one object a line on stdout).
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
    /// The dashboard on the built-in simulator: no account, no network, no file to edit.
    #[cfg(feature = "sim")]
    Demo(DemoArgs),
    /// The simulated Store alone; its first line says where it listens.
    #[cfg(feature = "sim")]
    Sim(SimArgs),
    /// What the account owns.
    List {
        /// Without it the apps; with --pending, all three kinds.
        #[arg(value_enum)]
        what: Option<Listing>,
        /// Only what has a submission under way, with its type and its state; what waits for you comes first.
        #[arg(long)]
        pending: bool,
    },
    /// One target, or a submission's document.
    Show {
        target: Target,
        /// pending, published, or a submission's id; the pending one if there is one.
        #[arg(long, value_name = "WHICH")]
        submission: Option<String>,
        /// The document as the server sent it, pretty-printed; only the signature of its upload URL is left out.
        #[arg(long)]
        json: bool,
        /// Write to this file instead of stdout, as UTF-8 whatever the shell is.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Where the pending submission of a target stands, or the live one.
    Status { target: Target },
    /// Check a document, and how a ZIP fits it, before anything is sent.
    ///
    /// With a target the document is held against what the Store has; with - no request is made.
    Check {
        /// A target, or - for none.
        target: String,
        /// The document; without it the target's draft or live one.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// The archive that holds every file marked PendingUpload.
        #[arg(long, value_name = "FILE")]
        zip: Option<PathBuf>,
    },
    /// Make the ZIP that a document waits for out of a folder, and check how it fits.
    ///
    /// Every file marked PendingUpload is looked for in the folder, at any depth and in any case, and goes under the path that the
    /// document names. What could be several files, and what is missing, is refused. The same folder gives the same bytes.
    Pack(PackArgs),
    /// What changes for customers: what is live against the draft, or against a file.
    ///
    /// Grouped, with everything that needs a yes of its own on top; last the hash of what the Store holds, the document and the
    /// ZIP, which `publish --expect` takes. Nothing is changed.
    Diff {
        target: Target,
        /// The document to compare, instead of the draft.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// The ZIP that goes with it: part of the hash, and the source of new packages' versions.
        #[arg(long, value_name = "FILE")]
        zip: Option<PathBuf>,
        /// text for a terminal, json for scripts (as --output json), markdown for a chat or a pull request.
        #[arg(long, value_enum, value_name = "HOW")]
        format: Option<DiffFormat>,
        /// Write to this file instead of stdout, as UTF-8 whatever the shell is.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take a target from what is live to published: create, update, upload, commit, follow.
    Publish(PublishArgs),
    /// Go on with an interrupted run; without RUN, list them.
    Resume {
        /// The id of a run, or enough of its end to tell it from the others.
        run: Option<String>,
        /// Where the upload URL of the run's draft has ended: save and delete the draft, and make it anew.
        #[arg(long, requires = "run")]
        renew: bool,
        /// Say yes to what a protected profile asks for, and with --renew to deleting a draft that the run did not make.
        #[arg(long, requires = "run")]
        yes: bool,
        /// Stop waiting after this long (30m, 2h): exit 6; the submission goes on.
        #[arg(long, value_name = "DUR", value_parser = duration)]
        timeout: Option<Duration>,
        /// Send at most this much a second ("2 MB", "500 kB").
        #[arg(long, value_name = "SIZE")]
        bandwidth: Option<String>,
    },
    /// How far the gradual rollout of the live submission is, or move it.
    Rollout {
        target: Target,
        /// Really do it: needed for halt and finalize, and in a protected profile.
        #[arg(long, global = true)]
        yes: bool,
        #[command(subcommand)]
        to: Option<RolloutMove>,
    },
    /// Documents that were kept: edited ones, drafts before they were deleted, and both sides of every update.
    ///
    /// A rescued document is a plain file: `publish TARGET --json FILE` puts it into a new submission. The kinds are edited,
    /// before-delete, before-put and after-put (with the id of the run that sent the update), and set-aside.
    Drafts {
        /// Only those of this target.
        target: Option<Target>,
        /// Print this one, as it was kept: its file, or a part of the file's name (a submission, a run, a time) that no other has.
        #[arg(long, value_name = "FILE|ID")]
        show: Option<String>,
        /// Write the document to this file instead of stdout.
        #[arg(long, value_name = "FILE", requires = "show")]
        out: Option<PathBuf>,
    },
    /// Take the texts of all listings out of a document, or put them in: release notes, descriptions, …
    #[command(subcommand)]
    Texts(Texts),
    /// Follow committed submissions until they end, several at once; without a target, all that are pending.
    Watch(WatchArgs),
    /// Make an add-on or a package flight.
    #[command(subcommand)]
    Create(Create),
    /// Delete an add-on or a flight, or with --draft only its pending submission.
    Delete {
        target: Target,
        /// Only the pending submission; its document is saved first.
        #[arg(long)]
        draft: bool,
        /// Really do it.
        #[arg(long)]
        yes: bool,
        /// The product's name: needed for an add-on that was ever published, because its owners lose it.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Completions for a shell, on stdout.
    Completions { shell: clap_complete::Shell },
    /// The manual page, on stdout.
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
    /// Write them to a folder (LANGUAGE/FIELD.txt), or to a table if the place ends in .csv.
    Export {
        /// Whose draft, or live submission.
        #[arg(required_unless_present = "json")]
        target: Option<Target>,
        /// A document instead of the target's.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        #[arg(long, value_name = "FOLDER|FILE.csv")]
        to: PathBuf,
        /// Only this text (releaseNotes); may be repeated.
        #[arg(long, value_name = "NAME")]
        field: Vec<String>,
        /// Overwrite files that say something else.
        #[arg(long)]
        force: bool,
    },
    /// Put the texts of a folder or a table into a document; every other byte of it stays.
    ///
    /// Understood are LANGUAGE/FIELD.txt, FIELD/LANGUAGE.txt, LANGUAGE.txt (with one --field), LANGUAGE/changelogs/N.txt, and
    /// CSV with the columns language,FIELD,… or field,LANGUAGE,…; lists have one entry a line. A text that cannot be taken
    /// ends it with code 3, and nothing is written.
    Import {
        /// The document that is changed.
        #[arg(long, value_name = "FILE")]
        json: PathBuf,
        #[arg(long, value_name = "FOLDER|FILE.csv")]
        from: PathBuf,
        /// Only this text (releaseNotes); may be repeated.
        #[arg(long, value_name = "NAME")]
        field: Vec<String>,
        /// Where the changed document goes, - for stdout; without it, it replaces the document.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Give a listing to languages that have none.
        #[arg(long)]
        add_languages: bool,
        /// An empty file or cell empties the text; otherwise it is left out.
        #[arg(long)]
        clear: bool,
        /// Take what can be taken.
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
    /// A target whose draft or live document is asked for, or that the file of --json belongs to.
    #[arg(required_unless_present = "json")]
    pub target: Option<Target>,
    /// The document; without it the target's draft or live one.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The ZIP to be made; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    pub target: Target,
    /// The whole submission document; without it the draft is committed as it is.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The archive that holds every file marked PendingUpload.
    #[arg(long, value_name = "FILE")]
    pub zip: Option<PathBuf>,
    /// What to do with a pending submission that is already there.
    #[arg(long, value_enum, default_value_t)]
    pub pending: Pending,
    /// How far to go.
    #[arg(long, value_enum, default_value_t)]
    pub wait: Wait,
    /// Stop waiting after this long (30m, 2h): exit 6; the submission goes on.
    #[arg(long, value_name = "DUR", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Send at most this much a second ("2 MB", "500 kB").
    #[arg(long, value_name = "SIZE")]
    pub bandwidth: Option<String>,
    /// Say yes to this kind of change (price, becomes-free, visibility, rollout, schedule, coverage, languages, licensing, lifetime,
    /// requirements, features), or to a rule of the check that is not certain (finding:RULE); once for each.
    #[arg(long, value_name = "CHANGE")]
    pub allow: Vec<Allowance>,
    /// Only what was approved: refuse (exit 3) unless what the Store holds, the document and the ZIP are what they were when
    /// `diff` printed this hash.
    #[arg(long, value_name = "HASH")]
    pub expect: Option<Fingerprint>,
    /// Where the live submission is still being rolled out: the Store makes no new draft before that is over.
    #[arg(long, value_enum, default_value_t, value_name = "END")]
    pub existing_rollout: Rollout,
    /// Commit in a protected profile.
    #[arg(long)]
    pub yes: bool,
}

/// What becomes of a rollout that is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Rollout {
    /// Stop and say so; nothing is touched.
    #[default]
    Fail,
    /// Everybody gets the new packages.
    Finalize,
    /// Everybody gets the earlier packages again.
    Halt,
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Pending {
    /// Stop: exit 3, nothing is touched.
    #[default]
    Fail,
    /// Go on with it.
    Keep,
    /// Save its document, delete it, begin anew from what is live.
    Replace,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// Until the service has checked the commit.
    Committed,
    /// Until it is published, waits for a person or a date, or has failed.
    #[default]
    Published,
    /// Only until the service took the commit.
    None,
}

#[derive(Clone, Debug, Subcommand)]
pub enum RolloutMove {
    /// Only look.
    Get,
    /// Give the new packages to so many of the customers.
    Set {
        /// 0 to 100.
        percent: f64,
    },
    /// Take the new packages back: everybody gets the earlier ones. Cannot be undone.
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
        /// Your own name for it, for ever: at most 100 characters, none of < > * % & : \ ? + ,
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
        /// The id of a flight group, from the address of its page in Partner Center; may be repeated.
        #[arg(long = "group", value_name = "ID")]
        groups: Vec<String>,
        /// The flight directly below; without it the new one ranks highest.
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
    /// How many times faster than life the simulated Store works.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = factor)]
    pub speed: f64,
    /// A scenario's name, or a file with one.
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// So many apps, for a look at a large account.
    #[arg(long, value_name = "N")]
    pub apps: Option<usize>,
}

#[cfg(feature = "sim")]
#[derive(Debug, Args)]
pub struct SimArgs {
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// How many times faster than life: at 1 a clean commit is published in about 40 s.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = factor)]
    pub speed: f64,
    /// A scenario's name, or a file with one.
    #[arg(long, value_name = "NAME|FILE")]
    pub scenario: Option<String>,
    /// So many apps.
    #[arg(long, value_name = "N")]
    pub apps: Option<usize>,
    /// Store requests a minute, or off.
    #[arg(long, default_value = "20", value_name = "N|off")]
    pub rate_limit: RateLimit,
    /// Seconds that a token lives.
    #[arg(long, default_value_t = 3600, value_name = "S")]
    pub token_lifetime: u64,
    /// Seconds that an upload URL lives.
    #[arg(long, default_value_t = 86_400, value_name = "S")]
    pub sas_lifetime: u64,
    /// Milliseconds that every reply is held back.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub latency: u64,
    /// Hand out upload URLs with this scheme and host (a proxy, say) instead of the request's own.
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

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a duration such as 90s, 30m or 2h30m".to_owned();
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    span.try_into().map_err(|_| wrong())
}

#[cfg(feature = "sim")]
fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 && factor <= 1e6 => Ok(factor),
        _ => Err("write a number above 0, such as 0.5 or 10".into()),
    }
}
