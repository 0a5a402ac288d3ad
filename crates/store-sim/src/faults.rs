//! Faults at work: which rules apply to a call, and what they do to submissions and answers. `scenario.rs` defines the rules.

use crate::call::Call;
use crate::errors::{self, Reply, failure};
use crate::scenario::{Effect, Rule, Scenario};
use crate::stage::Stage;
use crate::store::Submission;
use serde_json::Value;
use std::time::Duration;

pub(super) struct Faults {
    rules: Vec<Counted>,
    random: fastrand::Rng,
}

struct Counted {
    rule: Rule,
    seen: u64,
    triggered: u64,
}

impl Faults {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let rules = scenario
            .faults
            .iter()
            .map(|rule| Counted {
                rule: rule.clone(),
                seen: 0,
                triggered: 0,
            })
            .collect();
        Self {
            rules,
            random: fastrand::Rng::with_seed(scenario.seed),
        }
    }

    /// How often each rule was applied, in the order of the scenario.
    pub(super) fn triggered(&self) -> Vec<u64> {
        self.rules.iter().map(|armed| armed.triggered).collect()
    }

    /// The rules that apply to this call, in the order of the scenario.
    pub(super) fn trigger(&mut self, call: &Call) -> Vec<Rule> {
        let mut struck = Vec::new();
        for armed in &mut self.rules {
            if !armed.rule.matches(call) {
                continue;
            }
            armed.seen += 1;
            // Draw for every matching call, so that the limits of one rule do not shift the random numbers of another.
            let drawn = armed
                .rule
                .chance
                .is_none_or(|chance| self.random.f64() < chance);
            let strikes = drawn
                && armed.rule.nth.is_none_or(|nth| armed.seen == nth)
                && armed
                    .rule
                    .every
                    .is_none_or(|every| armed.seen.is_multiple_of(every))
                && armed.rule.times.is_none_or(|times| armed.triggered < times);
            if strikes {
                armed.triggered += 1;
                struck.push(armed.rule.clone());
            }
        }
        struck
    }
}

impl Rule {
    /// How long `delay` and `delay-after` wait.
    pub(super) fn pause(&self) -> Duration {
        Duration::from_millis(self.milliseconds.unwrap_or(1000))
    }

    fn stage_or(&self, default: Stage) -> Stage {
        self.stage
            .as_deref()
            .and_then(Stage::named)
            .unwrap_or(default)
    }

    /// Plans how the submission will fail.
    pub(super) fn plan(&self, submission: &mut Submission) {
        let plan = &mut submission.plan;
        match self.effect {
            Effect::Stuck => plan.stuck = Some(self.stage_or(Stage::CommitStarted)),
            Effect::FallBack => plan.falls_back = true,
            Effect::Zombie => plan.is_zombie = true,
            Effect::Skip => plan.skips.push(self.stage_or(Stage::PreProcessing)),
            Effect::Fail => {
                let stage = self.stage_or(Stage::CommitStarted);
                let code = self
                    .code
                    .as_deref()
                    .or_else(|| (stage != Stage::Certification).then_some("ServiceError"));
                plan.fails = Some((
                    stage,
                    code.map(|code| failure(code, self.details.as_deref())),
                ));
            }
            _ => {}
        }
    }

    /// The answer that is given instead of the Store's.
    pub(super) fn reply(&self) -> Reply {
        let status = self.status.unwrap_or(500);
        let mut reply = match (&self.body, status) {
            (Some(body), _) => Reply {
                status,
                body: Some(read_body(body)),
                retry_after: None,
            },
            (None, 500) => errors::internal_error(),
            (None, 503) => errors::try_again_later(),
            (None, 401) => errors::no_token(),
            (None, 409) => errors::create_conflict(),
            (None, 429) => errors::rate_limited(self.retry_after.unwrap_or(1)),
            (None, _) => Reply::empty(status),
        };
        if self.retry_after.is_some() {
            reply.retry_after = self.retry_after;
        }
        reply
    }

    /// Changes an answer into one that no client expects.
    pub(super) fn distort(&self, body: &mut Value) {
        match self.effect {
            Effect::UnknownField => {
                let name = self.field.as_deref().unwrap_or("futureMember");
                let value = self.value.as_deref().map_or_else(
                    || serde_json::json!({ "since": "2031", "level": 25.0 }),
                    read_body,
                );
                crate::json::set(body, name, value);
            }
            Effect::UnknownEnum => {
                let value = self.value.as_deref().unwrap_or("SomethingNew").to_owned();
                if let Some(found) = first_text(body, self.field.as_deref().unwrap_or("status")) {
                    *found = value;
                }
            }
            Effect::ControlCharacters => {
                if let Some(field) = &self.field {
                    if let Some(found) = first_text(body, field) {
                        found.push_str(CONTROL);
                    }
                } else {
                    for field in [
                        "description",
                        "details",
                        "primaryName",
                        "friendlyName",
                        "message",
                    ] {
                        if let Some(found) = first_text(body, field) {
                            found.push_str(CONTROL);
                        }
                    }
                }
            }
            Effect::Hostile => crate::hostile::mark(body),
            _ => {}
        }
    }
}

/// Would clear a screen, ring and recolour a terminal that prints it raw.
const CONTROL: &str = "\u{1b}[2J\u{7}\u{1b}]0;taken over\u{7}\u{0}\u{9b}31m\u{202e}";

/// A body given as text: JSON when it is JSON.
fn read_body(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()))
}

/// The first text under that name, at any depth.
fn first_text<'a>(value: &'a mut Value, field: &str) -> Option<&'a mut String> {
    match value {
        Value::Object(members) => {
            if members.get(field).is_some_and(Value::is_string) {
                return match members.get_mut(field) {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                };
            }
            members
                .values_mut()
                .find_map(|member| first_text(member, field))
        }
        Value::Array(elements) => elements
            .iter_mut()
            .find_map(|element| first_text(element, field)),
        _ => None,
    }
}
