//! What is known of a run, for screens and event streams: plain data that the machine keeps up to date.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store_model::{
    status::{Status, StatusReport},
    target::Target,
};

/// One part of a run, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    SignIn,
    ReadTarget,
    SettleDraft,
    Create,
    Update,
    ReadBack,
    Upload,
    Commit,
    Follow,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::SignIn,
        Self::ReadTarget,
        Self::SettleDraft,
        Self::Create,
        Self::Update,
        Self::ReadBack,
        Self::Upload,
        Self::Commit,
        Self::Follow,
    ];

    /// As people say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::ReadTarget => "read target",
            Self::SettleDraft => "settle draft",
            Self::Create => "create",
            Self::Update => "update",
            Self::ReadBack => "read back",
            Self::Upload => "upload",
            Self::Commit => "commit",
            Self::Follow => "follow",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    #[default]
    Waiting,
    Started,
    Done,
    Failed,
    Skipped,
}

impl StepState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Started => "started",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    pub step: Step,
    pub state: StepState,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// What is worth knowing: "kept draft 1152…", "no file is pending".
    pub note: Option<String>,
}

impl StepView {
    fn waiting(step: Step) -> Self {
        Self {
            step,
            state: StepState::Waiting,
            started: None,
            ended: None,
            note: None,
        }
    }
}

/// A state of the submission and when it was first seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub status: Status,
    pub at: Timestamp,
}

/// How a run ended, as scripts read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything is in the draft, which was not to be committed.
    Draft,
    Committed,
    Published,
    /// Certified, and held for a person or a date.
    Waiting,
    Failed,
    Cancelled,
    Refused,
}

impl Outcome {
    /// As scripts read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Committed => "committed",
            Self::Published => "published",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }
}

/// Why a run failed, as far as exit codes and advice differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Network, disk, or the service broke.
    Trouble,
    SignIn,
    /// The Store refused, or the submission ended in a failed state.
    Store,
    /// The draft's upload URL is no longer taken: another one comes with another draft.
    UrlEnded,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub outcome: Outcome,
    /// Only for [`Outcome::Failed`].
    pub cause: Option<Cause>,
    /// What happened and what to do next.
    pub message: String,
}

impl Ending {
    /// Whether a run that ended this way can be taken up again: neither the Store nor a rule has decided against it.
    pub fn may_go_on(&self) -> bool {
        match self.outcome {
            Outcome::Cancelled => true,
            Outcome::Failed => self.cause != Some(Cause::Store),
            Outcome::Draft
            | Outcome::Committed
            | Outcome::Published
            | Outcome::Waiting
            | Outcome::Refused => false,
        }
    }
}

/// A run as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    /// UUIDv7 text.
    pub id: String,
    pub target: Target,
    pub name: String,
    pub started: Timestamp,
    /// All nine steps in order.
    pub steps: Vec<StepView>,
    pub submission: Option<String>,
    /// Every state with the time when it was first seen, oldest first.
    pub timeline: Vec<Seen>,
    /// The last word of the service about the submission.
    pub report: Option<StatusReport>,
    /// When the status is asked for again.
    pub next_poll: Option<Timestamp>,
    pub warnings: Vec<String>,
    pub ending: Option<Ending>,
}

impl RunView {
    pub fn new(id: String, target: Target, name: String, started: Timestamp) -> Self {
        let steps = Step::ALL.map(StepView::waiting);
        Self {
            id,
            target,
            name,
            started,
            steps: steps.into(),
            submission: None,
            timeline: Vec::new(),
            report: None,
            next_poll: None,
            warnings: Vec::new(),
            ending: None,
        }
    }

    /// The step that is under way.
    pub fn current(&self) -> Option<&StepView> {
        self.steps
            .iter()
            .find(|view| view.state == StepState::Started)
    }

    pub fn step(&self, step: Step) -> Option<&StepView> {
        self.steps.iter().find(|view| view.step == step)
    }

    pub fn is_active(&self) -> bool {
        self.ending.is_none()
    }

    fn current_mut(&mut self) -> Option<&mut StepView> {
        self.steps
            .iter_mut()
            .find(|view| view.state == StepState::Started)
    }

    fn step_mut(&mut self, step: Step) -> Option<&mut StepView> {
        self.steps.iter_mut().find(|view| view.step == step)
    }

    /// The step starts, whatever became of an earlier attempt; one that is under way goes on.
    pub(super) fn begin(&mut self, step: Step, at: Timestamp) {
        if let Some(view) = self.step_mut(step)
            && view.state != StepState::Started
        {
            (view.state, view.started) = (StepState::Started, Some(at));
            (view.ended, view.note) = (None, None);
        }
    }

    /// A resumed run stands at this step again: it and all that comes after it is still to be done.
    pub(super) fn reopen(&mut self, step: Step, at: Timestamp) {
        for view in self.steps.iter_mut().filter(|view| view.step >= step) {
            *view = StepView::waiting(view.step);
        }
        self.begin(step, at);
    }

    /// The step needs no second attempt: an earlier process has done it.
    pub(super) fn done_before(&mut self, step: Step, at: Timestamp) {
        if let Some(view) = self.step_mut(step)
            && view.state == StepState::Waiting
        {
            (view.state, view.ended) = (StepState::Done, Some(at));
            view.note = Some("done before the interruption".to_owned());
        }
    }

    /// The step under way comes to its end.
    pub(super) fn finish(&mut self, state: StepState, note: Option<String>, at: Timestamp) {
        if let Some(view) = self.current_mut() {
            (view.state, view.ended) = (state, Some(at));
            view.note = note.or(view.note.take());
        }
    }

    pub(super) fn done(&mut self, note: Option<String>, at: Timestamp) {
        self.finish(StepState::Done, note, at);
    }

    /// Says something about the step under way.
    pub(super) fn note(&mut self, note: String) {
        if let Some(view) = self.current_mut() {
            view.note = Some(note);
        }
    }

    /// The step is not needed.
    pub(super) fn skip(&mut self, step: Step, why: &str) {
        if let Some(view) = self.step_mut(step)
            && !matches!(view.state, StepState::Started | StepState::Done)
        {
            (view.state, view.note) = (StepState::Skipped, Some(why.to_owned()));
        }
    }

    /// Says something that deserves attention, once in a row.
    pub(super) fn warn(&mut self, warning: String) {
        if self.warnings.last() != Some(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The same, but never a second time.
    pub(super) fn warn_once(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// The submission was seen in this state; only a new state is noted.
    pub(super) fn saw(&mut self, status: Status, at: Timestamp) {
        if self.timeline.last().map(|seen| &seen.status) != Some(&status) {
            self.timeline.push(Seen { status, at });
        }
    }
}
