//! The arguments of `publish`, and what it shares with `diff` and `check`.

use super::value::{duration, percentage};
use clap::{Args, ValueEnum};
use std::{path::PathBuf, time::Duration};
use store_model::{fingerprint::Fingerprint, risk::Allowance, target::Target};

/// What is to be changed in the live document, or in the given one.
#[derive(Clone, Debug, Default, Args)]
pub struct ComposeArgs {
    /// Packages, folders of packages, or one ready ZIP. They are entered into the document, and the ZIP is made while it is sent.
    #[arg(value_name = "PATH", conflicts_with = "zip")]
    pub paths: Vec<PathBuf>,
    /// Release notes and other texts: a folder or a table as `texts import` reads them (default.txt is for all other languages), or
    /// one text file for all languages.
    #[arg(long, value_name = "PATH")]
    pub notes: Option<PathBuf>,
    /// Set the value at a JSON pointer, as in /pricing/priceId=Tier1012; may be repeated.
    #[arg(long, value_name = "POINTER=VALUE")]
    pub set: Vec<String>,
    /// Take the value at a JSON pointer out; may be repeated.
    #[arg(long, value_name = "POINTER")]
    pub remove: Vec<String>,
    /// Apply a JSON merge patch (RFC 7396).
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// Which earlier packages the new ones replace.
    #[arg(long, value_enum, default_value_t, value_name = "WHICH")]
    pub replace: ReplaceArg,
    /// Keep this many of the newest packages for each kind of device, instead of --replace.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub keep: Option<u8>,
    /// Give the new packages to this percentage of the customers at first.
    #[arg(long, value_name = "PERCENT", value_parser = percentage)]
    pub rollout: Option<f64>,
}

impl ComposeArgs {
    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
            && self.notes.is_none()
            && self.set.is_empty()
            && self.remove.is_empty()
            && self.patch.is_none()
            && self.keep.is_none()
            && self.rollout.is_none()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReplaceArg {
    /// Older packages of the same kind whose customers all get a newer one.
    #[default]
    SameKind,
    /// All earlier packages.
    All,
    /// None.
    None,
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    pub target: Target,
    #[command(flatten)]
    pub compose: ComposeArgs,
    /// The whole submission document. Without it, and without anything to change, the draft is committed as it is.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The archive that holds every file marked PendingUpload.
    #[arg(long, value_name = "FILE")]
    pub zip: Option<PathBuf>,
    /// What to do with a pending submission that is already there.
    ///
    /// Default: fail; but where nothing is to be changed, the draft is kept and committed as it is.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub pending: Option<Pending>,
    /// Update the draft and upload the ZIP, but do not commit: a colleague looks at it first, and publishes it as it is.
    #[arg(long, conflicts_with_all = ["wait", "timeout"])]
    pub no_commit: bool,
    /// Say what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// How long to wait for the result.
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
    /// Publish only what was approved: refuse (exit 3) unless the Store's state, the document and the ZIP are the same as when
    /// `diff` printed this hash.
    #[arg(long, value_name = "HASH")]
    pub expect: Option<Fingerprint>,
    /// What to do if the live submission is still being rolled out: the Store creates no new draft before that has ended.
    #[arg(long, value_enum, default_value_t, value_name = "END")]
    pub existing_rollout: Rollout,
    /// Confirm the commit in a protected profile.
    #[arg(long)]
    pub yes: bool,
}

/// What to do with a rollout in progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Rollout {
    /// Stop with exit code 3 and touch nothing.
    #[default]
    Fail,
    /// Everybody gets the new packages.
    Finalize,
    /// Everybody gets the earlier packages again.
    Halt,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Pending {
    /// Stop with exit code 3 and touch nothing.
    #[default]
    Fail,
    /// Use it.
    Keep,
    /// Save its document, delete it, and start again from what is live.
    Replace,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// Until the Store has checked the commit.
    Committed,
    /// Until it is published, is held for a person or a date, or has failed.
    #[default]
    Published,
    /// Only until the Store has accepted the commit.
    None,
}
