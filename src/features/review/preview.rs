//! What a publish would do, computed before anybody asks for it: what is sent, what changes for customers, what needs confirmation, what
//! blocks it. Knows no screen; the review shows it.

use crate::{
    engine::{
        plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
        preflight::{self, Refusal},
    },
    state::{
        Model,
        prepared::{Origin, Prepared},
    },
    tasks::report::Examined,
};
use serde_json::Value;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};
use store_model::{
    archive::Fit,
    review_analysis::ReviewAnalysis,
    risk::{Allowance, Risk},
    rule::Certainty,
    rules::check::{Finding, Severity},
    status::Status,
    submission::Submission,
    target::Kind,
};

/// What stands in the way of a new submission, and what is to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Draft(PendingPolicy),
    Rollout(ExistingRollout),
}

/// What can be done about a pending draft, or about a rollout that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenChoice {
    pub answer: Answer,
    pub sentence: String,
    /// Why it cannot be chosen.
    pub fault: Option<Refusal>,
}

/// A change for customers that needs a confirmation of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub risk: Risk,
    pub is_allowed: bool,
}

#[derive(Clone, Debug)]
pub struct Preview {
    pub kind: Kind,
    pub name: String,
    pub is_edited: bool,
    /// What its documents come to.
    pub analysis: Arc<ReviewAnalysis>,
    pub draft: Option<String>,
    pub choices: Vec<OpenChoice>,
    pub policy: PendingPolicy,
    /// How far what is live is rolled out, while that is not over: the Store makes no new draft meanwhile.
    pub open_rollout: Option<String>,
    pub rollout: ExistingRollout,
    pub questions: Vec<Question>,
    /// The findings of the check that the person has allowed, by their rules.
    pub allowed: BTreeSet<Allowance>,
    pub is_first: bool,
    pub zip: Option<PathBuf>,
    /// The document was written on another one than the Store has now.
    pub is_base_gone: bool,
    /// Nothing can be done from here at all: why.
    pub fault: Option<Refusal>,
    pub publish_mode: String,
}

impl Preview {
    /// The analysis, with what else the model knows.
    pub fn of(model: &Model, prepared: &Prepared, analysis: Arc<ReviewAnalysis>) -> Self {
        let kind = prepared.kind();
        let value = analysis.value.as_deref();
        let open_rollout = prepared.live().and_then(preflight::open_rollout);
        let mut choices = choices(model, prepared);
        let can_keep = choices.iter().any(|choice| {
            choice.answer == Answer::Draft(PendingPolicy::Keep) && choice.fault.is_none()
        });
        if let Some(percent) = &open_rollout {
            choices.extend(ways_out(percent));
        }
        let is_own_edit = prepared.text.is_some()
            && prepared
                .draft()
                .is_some_and(|draft| prepared.base == Some(&draft.id));
        let mode = value
            .and_then(|value| value.get("targetPublishMode"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Self {
            kind,
            name: prepared.detail.product.name.clone(),
            is_edited: prepared.text.is_some(),
            draft: prepared.draft().map(|draft| draft.id.clone()),
            policy: if can_keep && is_own_edit {
                PendingPolicy::Keep
            } else {
                PendingPolicy::Fail
            },
            open_rollout,
            rollout: ExistingRollout::Fail,
            questions: analysis
                .risks
                .iter()
                .cloned()
                .map(|risk| Question {
                    risk,
                    is_allowed: false,
                })
                .collect(),
            allowed: BTreeSet::new(),
            is_first: prepared.live().is_none(),
            zip: prepared.zip.map(Into::into),
            is_base_gone: prepared.is_base_gone(),
            fault: prepared.draft_fault(model).or_else(|| {
                (prepared.origin() == Origin::First && prepared.text.is_none())
                    .then_some(Refusal::NothingWritten)
            }),
            publish_mode: mode,
            choices,
            analysis,
        }
    }

    /// Takes over what the person has answered so far, where the questions are the same.
    pub fn keep_answers(&mut self, older: &Self) {
        if self.draft == older.draft
            && self.choices.iter().any(|choice| {
                choice.answer == Answer::Draft(older.policy) && choice.fault.is_none()
            })
        {
            self.policy = older.policy;
        }
        // Another percentage is another rollout, or another moment of it.
        if self.open_rollout == older.open_rollout {
            self.rollout = older.rollout;
        }
        self.allowed.clone_from(&older.allowed);
        for question in &mut self.questions {
            question.is_allowed = older
                .questions
                .iter()
                .any(|known| known.risk == question.risk && known.is_allowed);
        }
    }

    pub fn choose(&mut self, answer: Answer) {
        match answer {
            Answer::Draft(policy) => self.policy = policy,
            Answer::Rollout(how) => self.rollout = how,
        }
    }

    pub fn is_chosen(&self, answer: Answer) -> bool {
        answer == Answer::Draft(self.policy) || answer == Answer::Rollout(self.rollout)
    }

    /// Whether a choice can be made now: a draft that is kept leaves the rollout alone.
    pub fn can_choose(&self, choice: &OpenChoice) -> bool {
        let is_asked = matches!(choice.answer, Answer::Draft(_)) || self.must_end_rollout();
        is_asked && choice.fault.is_none()
    }

    /// Whether a new draft is made while what is live is still being rolled out.
    pub fn must_end_rollout(&self) -> bool {
        let is_new = self.draft.is_none() || self.policy == PendingPolicy::Replace;
        is_new && self.open_rollout.is_some()
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.analysis
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// What the Store may refuse, in the document and in the ZIP, each once.
    pub fn doubts(&self, fit: Option<&Fit>) -> Vec<Finding> {
        let of_zip = fit.map(Fit::findings).unwrap_or_default();
        let all = self.analysis.findings.iter().cloned().chain(of_zip);
        all.filter(Finding::can_be_allowed).collect()
    }

    pub fn is_allowed(&self, finding: &Finding) -> bool {
        self.allowed.contains(&Allowance::Finding(finding.rule))
    }

    /// Whether a run would change anything.
    pub fn is_nothing(&self) -> bool {
        self.analysis.difference.is_empty() && !self.is_first && self.analysis.value.is_some()
    }

    /// How the chosen ZIP fits the document; `None` while either cannot be read.
    pub fn fit(&self, examined: &Examined) -> Option<Fit> {
        examined.fit_to(self.kind, self.analysis.value.as_ref()?)
    }

    /// The ZIP that a run would upload.
    pub fn uploaded(&self) -> Option<&PathBuf> {
        self.zip
            .as_ref()
            .filter(|_| !self.analysis.expected.is_empty())
    }

    /// What the run is told.
    pub fn plan(&self, prepared: &Prepared) -> Plan {
        let answered = self
            .questions
            .iter()
            .filter(|question| question.is_allowed)
            .map(|question| Allowance::from(question.risk.kind));
        // What the draft holds already is only a note here, but may be more against what is live.
        let shown = self.analysis.findings.iter().filter(|finding| {
            finding.severity == Severity::Note && finding.rule.certainty == Certainty::MayBeRefused
        });
        let shown = shown.map(|finding| Allowance::Finding(finding.rule));
        let allowed = self.allowed.iter().copied();
        let allow: BTreeSet<_> = answered.chain(shown).chain(allowed).collect();
        // An unedited draft that is kept is committed as it is; a new one begins as what is live and needs the whole document.
        let is_sent = self.is_edited || self.policy == PendingPolicy::Replace;
        let document = self.analysis.value.as_deref().filter(|_| is_sent).cloned();
        Plan {
            target: prepared.target.clone(),
            name: self.name.clone(),
            document,
            zip: self.uploaded().cloned().map(Into::into),
            pending: self.policy,
            draft_seen: self.draft.clone(),
            // What the person saw is what is planned: nobody else approves it.
            expect: None,
            base: if self.is_edited {
                prepared.base_body.cloned()
            } else {
                prepared.server().and_then(|_| prepared.body())
            },
            allow: allow.into_iter().collect(),
            wait: WaitFor::default(),
            existing_rollout: if self.must_end_rollout() {
                self.rollout
            } else {
                ExistingRollout::Fail
            },
            // Nothing leaves the review of a protected profile before the product's name was typed.
            is_confirmed: true,
            is_protected: false,
        }
    }
}

/// The three ways with a draft, and why one of them may be closed.
fn choices(model: &Model, prepared: &Prepared) -> Vec<OpenChoice> {
    let Some(draft) = prepared.draft() else {
        return Vec::new();
    };
    let fault = prepared.draft_fault(model);
    let status = prepared
        .pending_report(model)
        .map_or(Status::None, |report| report.status);
    let keep_fault = fault.clone().or_else(|| {
        let id = draft.id.clone();
        (status != Status::PendingCommit).then_some(Refusal::CannotKeep { id, status })
    });
    let replace_fault = fault.or_else(|| {
        let id = draft.id.clone();
        (prepared.kind() == Kind::Flight && prepared.live().is_none())
            .then_some(Refusal::FirstOfFlight { id })
    });
    let with = if prepared.text.is_some() {
        "with the edited document"
    } else {
        "as it is"
    };
    vec![
        OpenChoice {
            answer: Answer::Draft(PendingPolicy::Fail),
            sentence: "Stop: leave the draft alone, publish nothing".into(),
            fault: None,
        },
        OpenChoice {
            answer: Answer::Draft(PendingPolicy::Keep),
            sentence: format!("Keep this draft and commit it {with}"),
            fault: keep_fault,
        },
        OpenChoice {
            answer: Answer::Draft(PendingPolicy::Replace),
            sentence: format!(
                "Replace it: save draft {}, delete it, create a new one with {}",
                short(draft),
                if prepared.text.is_some() {
                    "the edited document"
                } else {
                    "the same document"
                }
            ),
            fault: replace_fault,
        },
    ]
}

/// The three ways with a rollout that is under way, with what each means for customers.
fn ways_out(percent: &str) -> [OpenChoice; 3] {
    let choice = |how, sentence| OpenChoice {
        answer: Answer::Rollout(how),
        sentence,
        fault: None,
    };
    [
        choice(
            ExistingRollout::Fail,
            "Stop: leave the rollout as it is, publish nothing".into(),
        ),
        choice(
            ExistingRollout::Finalize,
            format!(
                "Finalize it: everybody gets the packages that {percent} % of the customers have now"
            ),
        ),
        choice(
            ExistingRollout::Halt,
            "Halt it: nobody else gets them, and the earlier packages are offered again".into(),
        ),
    ]
}

/// The end of a long id: the beginning is the same everywhere.
fn short(submission: &Submission) -> String {
    let from = submission.id.len().saturating_sub(6);
    submission
        .id
        .get(from..)
        .filter(|_| from > 0)
        .map_or_else(|| submission.id.clone(), |end| format!("…{end}"))
}
