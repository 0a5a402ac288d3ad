//! How the simulator differs from a Store without faults: switches for behaviour that was reported in two ways, and rules for faults.
//! Written in TOML; a few scenarios are built in.
//!
//! ```toml
//! seed = 7                       # of faults by chance
//! [switches]
//! raw_plus = true
//! [[fault]]                      # the first create is done, and its answer is lost
//! call = "create"
//! nth = 1                        # or every = 3, chance = 0.2, times = 2; none: always
//! effect = "lost-reply"
//! [[fault]]                      # this app's commits fail
//! call = "commit"
//! product = "9NX0EXAMPLE1"
//! effect = "fail"
//! stage = "CommitStarted"
//! code = "InvalidParameterValue"
//! [[fault]]                      # right before the first commit, somebody else makes the app free
//! call = "commit"
//! nth = 1
//! effect = "operator"
//! action = "change-draft"
//! body = '{"product": "app:9NX0EXAMPLE1", "field": "/pricing/priceId", "value": "Free"}'
//! ```

use crate::blobs::Form;
use crate::call::{Call, Verb};
use crate::stage::Stage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The faults and switches of a simulator. The default has none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// For faults by chance: the same seed plays the same faults.
    pub(super) seed: u64,
    pub(super) switches: Switches,
    #[serde(rename = "fault")]
    pub(super) faults: Vec<Rule>,
}

/// Behaviour that can be switched; all off is what was seen most often.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Switches {
    /// Upload URLs carry a raw `+` in their signature.
    pub raw_plus: bool,
    /// Upload URLs are those of the documentation's example: of 2014, with its limits for clients that name no version.
    pub old_upload_urls: bool,
    /// Lists without `top` give everything instead of ten items.
    pub full_lists: bool,
    /// A published submission keeps its `fileUploadUrl`.
    pub keep_upload_url: bool,
    /// Texts and enumerations are checked at the commit, not at the PUT.
    pub late_validation: bool,
    /// An add-on PUT that echoes the service's own fields is refused.
    pub refuse_echo: bool,
    /// A create or commit without `Content-Type: application/json` is refused (415), and so is a create with a body, save of an add-on.
    pub strict_bodies: bool,
    /// Creating a flight makes no submission, as the documentation has it.
    pub flights_without_draft: bool,
    /// Submissions are created without `packageDeliveryOptions.packageRollout`.
    pub no_rollout_field: bool,
    /// The first `/status` after a commit has no `statusDetails`, as some have seen it.
    pub bare_first_status: bool,
    /// `client_assertion` is not accepted.
    pub no_federation: bool,
    pub secret_expired: bool,
    /// The Entra application has lost its role: 403 with an empty body.
    pub role_removed: bool,
    /// The Entra application is unknown to Partner Center.
    pub identity_unknown: bool,
    /// The Entra application is not linked with the account yet.
    pub account_not_linked: bool,
}

/// One fault: at which call, at which of its occurrences, and what happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// A call's name (`create`, `put-block`, …), a group (`any`, `store`, `blob`, `changes`, `reads`), or `METHOD /path/with/*`.
    pub call: String,
    /// Only for this app, add-on or flight: its id, or `app:ID`, `addon:ID`, `flight:APP/ID`.
    pub product: Option<String>,
    /// Only the nth matching call, counted from 1.
    pub nth: Option<u64>,
    /// Every n-th matching call.
    pub every: Option<u64>,
    /// With this probability, 0 to 1.
    pub chance: Option<f64>,
    /// At most this often.
    pub times: Option<u64>,
    pub effect: Effect,
    pub status: Option<u16>,
    pub body: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Seconds of the header `Retry-After`.
    pub retry_after: Option<u64>,
    pub milliseconds: Option<u64>,
    /// The state in which `stuck`, `fail` and `skip` take effect.
    pub stage: Option<String>,
    pub code: Option<String>,
    pub details: Option<String>,
    /// What `operator` does; its JSON is the `body`.
    pub action: Option<String>,
    /// The member that `unknown-enum`, `unknown-field` and `control-characters` change, at any depth.
    pub field: Option<String>,
    pub value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Effect {
    /// Answers `status` without doing the work.
    Answer,
    /// Does the work and then answers `status`.
    AnswerAfter,
    /// Breaks the connection without doing the work.
    Reset,
    /// Does the work and then breaks the connection.
    LostReply,
    /// Breaks the connection in the middle of the answer's body.
    CutBody,
    /// Does the work and adds `headers` to the answer, such as the `Date` of a clock that is off.
    AddHeaders,
    /// Waits `milliseconds` before the work, or until there is another scenario.
    Delay,
    /// Does the work and then holds the answer back for `milliseconds`.
    DelayAfter,
    /// The submission never leaves `stage` (default: `CommitStarted`).
    Stuck,
    /// The submission goes from `CommitStarted` back to `PendingCommit`.
    FallBack,
    /// The draft answers every PUT with 200 and stores nothing.
    Zombie,
    /// The submission fails in `stage` (default: `CommitStarted`) with the error `code` and `details`.
    Fail,
    /// The submission jumps over `stage` (default: `PreProcessing`).
    Skip,
    /// The draft's upload URL ends now.
    ExpireUpload,
    /// The draft's staged blocks are gone.
    LoseBlocks,
    /// The first `field` (default: `status`) of the answer has a value that nobody knows.
    UnknownEnum,
    /// The answer has a member that nobody knows.
    UnknownField,
    /// Texts of the answer have control characters in them.
    ControlCharacters,
    /// Every text of the answer tries to take over the terminal or the build log that prints it. Whatever the client sends
    /// back is cleaned of it, so that what is stored stays as it was.
    Hostile,
    /// Before the work, somebody does `action` in Partner Center or through another client. Without a `product` in the
    /// `body` it is done to the product of the call.
    Operator,
}

impl Switches {
    /// How the next upload URL is written.
    pub(super) fn url_form(&self) -> Form {
        Form {
            raw_plus: self.raw_plus,
            is_old: self.old_upload_urls,
        }
    }
}

impl Scenario {
    /// Reads a scenario file. The error names the place and what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        scenario.faults.iter().try_for_each(Rule::check)?;
        Ok(scenario)
    }

    /// A built-in scenario; see [`Scenario::names`].
    pub fn named(name: &str) -> Option<Self> {
        BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, text)| Self::parse(text).ok())
    }

    /// The names of the built-in scenarios.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        if !self.is_call_known() {
            return Err(format!(
                "fault: `{}` is neither a call, nor a group of calls, nor `METHOD /path`",
                self.call
            ));
        }
        if let Some(stage) = self
            .stage
            .as_deref()
            .filter(|stage| Stage::named(stage).is_none())
        {
            return Err(format!("fault: `{stage}` is no submission state"));
        }
        if matches!(self.effect, Effect::Answer | Effect::AnswerAfter)
            && !self
                .status
                .is_some_and(|status| (200..600).contains(&status))
        {
            return Err(
                "fault: the effects `answer` and `answer-after` need a `status` from 200 to 599"
                    .to_owned(),
            );
        }
        if self.effect == Effect::Fail
            && self
                .stage
                .as_deref()
                .and_then(Stage::named)
                .is_some_and(|stage| stage.failure().is_none())
        {
            return Err("fault: nothing can fail in that `stage`".to_owned());
        }
        if (self.effect == Effect::Operator) != self.action.is_some() {
            return Err(
                "fault: the effect `operator` needs an `action`, and no other effect has one"
                    .to_owned(),
            );
        }
        if self.every == Some(0) || self.nth == Some(0) {
            return Err("fault: `nth` and `every` count from 1".to_owned());
        }
        Ok(())
    }

    fn is_call_known(&self) -> bool {
        matches!(
            self.call.as_str(),
            "any" | "store" | "blob" | "changes" | "reads"
        ) || self.call.contains(" /")
            || Verb::named(&self.call).is_some()
    }

    /// Whether the rule is about this call at all.
    pub(super) fn matches(&self, call: &Call) -> bool {
        let product = self.product.as_deref();
        if let Some(product) = product.and_then(|target| target.rsplit([':', '/']).next())
            && !call
                .product
                .as_ref()
                .is_some_and(|(_, id)| id.eq_ignore_ascii_case(product))
        {
            return false;
        }
        let reads = matches!(call.method.as_str(), "GET" | "HEAD");
        match self.call.as_str() {
            "any" => true,
            "store" => call.verb.is_store(),
            "blob" => call.verb.is_blob(),
            "changes" => call.verb.is_store() && !reads,
            "reads" => call.verb.is_store() && reads,
            named => match named.split_once(' ') {
                None => Verb::named(named) == Some(call.verb),
                Some((method, pattern)) => {
                    method == call.method.as_str() && fits(pattern, &call.path)
                }
            },
        }
    }
}

/// A `*` stands for one part of a path.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.trim_matches('/'), path.trim_matches('/'));
    pattern.split('/').count() == path.split('/').count()
        && pattern
            .split('/')
            .zip(path.split('/'))
            .all(|(wanted, part)| wanted == "*" || wanted.eq_ignore_ascii_case(part))
}

const BUILT_IN: [(&str, &str); 16] = [
    ("clean", ""),
    ("flaky", include_str!("scenarios/flaky.toml")),
    ("lost-reply", include_str!("scenarios/lost-reply.toml")),
    (
        "hidden-success",
        "[[fault]]\ncall = \"create\"\nnth = 1\neffect = \"answer-after\"\nstatus = 503\n",
    ),
    (
        "throttled",
        "[[fault]]\ncall = \"store\"\nevery = 4\neffect = \"answer\"\nstatus = 429\nretry_after = 2\n",
    ),
    (
        "commit-failed",
        "[[fault]]\ncall = \"commit\"\neffect = \"fail\"\ncode = \"PackageValidationFailed\"\n",
    ),
    (
        "hidden-error",
        "[[fault]]\ncall = \"commit\"\neffect = \"fail\"\ncode = \"InvalidState\"\n",
    ),
    (
        "certification-failed",
        "[[fault]]\ncall = \"commit\"\neffect = \"fail\"\nstage = \"Certification\"\n",
    ),
    (
        "stuck",
        "[[fault]]\ncall = \"commit\"\neffect = \"stuck\"\nstage = \"CommitStarted\"\n",
    ),
    (
        "fall-back",
        "[[fault]]\ncall = \"commit\"\neffect = \"fall-back\"\n",
    ),
    (
        "zombie",
        "[[fault]]\ncall = \"create\"\nnth = 1\neffect = \"zombie\"\n",
    ),
    (
        "upload-expired",
        "[[fault]]\ncall = \"blob\"\nnth = 3\neffect = \"expire-upload\"\n",
    ),
    (
        "lost-blocks",
        "[[fault]]\ncall = \"put-block-list\"\nnth = 1\neffect = \"lose-blocks\"\n",
    ),
    ("old-upload-urls", "[switches]\nold_upload_urls = true\n"),
    ("strange", include_str!("scenarios/strange.toml")),
    (
        "hostile",
        "[[fault]]\ncall = \"any\"\neffect = \"hostile\"\n",
    ),
];
