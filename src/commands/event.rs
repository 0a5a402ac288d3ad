//! Every event that a head-less command prints with `--output json`: the one source of names and fields. Knows no stream.
//! `docs/events.md` describes them for users; a test holds the two together.

use crate::engine::view::{Outcome, Step, StepState};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store_model::{
    finding::Finding,
    json::document::Position,
    status::{CertificationReport, Remark},
    target::Target,
};

/// Declares the enum and, from the same lines, the table of names and fields that the documentation is compared with.
macro_rules! events {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal { $($(#[$attr:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        /// One line of JSON output. Absent values are `null`, unless a field says otherwise.
        #[derive(Debug, Serialize)]
        #[serde(tag = "event", rename_all_fields = "camelCase")]
        pub enum Event<'a> {
            $($(#[doc = $doc])* #[serde(rename = $name)] $variant { $($(#[$attr])* $field: $type),* },)*
        }

        /// Name and fields of every event, as they are declared.
        #[cfg(test)]
        const DECLARED: &[(&str, &[&str])] = &[$(($name, &[$(stringify!($field)),*])),*];
    };
}

events! {
    /// A step of a run changed its state.
    Step = "step" {
        target: &'a Target,
        run: &'a str,
        step: Step,
        state: StepState,
        note: Option<&'a str>,
    }
    /// Bytes of the ZIP that the service has acknowledged.
    Progress = "progress" {
        target: Option<&'a Target>,
        run: &'a str,
        sent: u64,
        total: u64,
        // Not known at first: nothing has been measured yet, and 0 would look like a stalled upload.
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes_per_second: Option<u64>,
    }
    /// A followed submission was first seen in this state.
    RunStatus = "status" {
        target: &'a Target,
        run: &'a str,
        status: &'a str,
        at: Timestamp,
    }
    /// The answer of `flightdeck status`.
    Status = "status" {
        target: &'a Target,
        submission_id: &'a str,
        status: &'a str,
        errors: &'a [Remark],
        warnings: &'a [Remark],
        certification_reports: &'a [CertificationReport],
        // When it was first seen in this state by anybody on this machine, and whether somebody watched when it began.
        since: Option<Timestamp>,
        since_is_begin: bool,
        not_watched: Vec<Span>,
        fell_back: bool,
        usual: Option<Usual>,
        is_late: bool,
        expected: Option<Expected>,
        rollout: Option<f64>,
    }
    /// Something that deserves attention and does not end the run.
    Warning = "warning" {
        target: Option<&'a Target>,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        requests: Option<Requests>,
    }
    /// How a run ended: always its last event.
    RunResult = "result" {
        target: Option<&'a Target>,
        outcome: Outcome,
        status: Option<&'a str>,
        submission_id: Option<&'a str>,
        run: Option<&'a str>,
        message: &'a str,
        errors: Option<&'a [Remark]>,
        requests: Requests,
    }
    /// An interrupted run, as `flightdeck resume` lists it.
    Interrupted = "interrupted" {
        target: Option<&'a Target>,
        run: &'a str,
        name: Option<&'a str>,
        started: Option<Timestamp>,
        step: Option<Step>,
        submission_id: Option<&'a str>,
        message: Option<&'a str>,
        held_by: Option<&'a str>,
        problem: Option<&'a str>,
    }
    /// What `check` or `pack` found in a document or in a ZIP.
    Finding = "finding" {
        target: Option<&'a Target>,
        severity: &'a str,
        pointer: &'a str,
        line: Option<usize>,
        column: Option<usize>,
        sentence: &'a str,
        message: &'a str,
        rule: &'a str,
        help: &'a str,
    }
    /// How `check` ended.
    CheckResult = "result" {
        target: Option<&'a Target>,
        outcome: &'a str,
        errors: usize,
        warnings: usize,
        notes: usize,
    }
    /// A change that `publish`, `diff` or `check` made in the document for packages, texts or values that were given.
    Composed = "composed" {
        target: Option<&'a Target>,
        change: &'a str,
        message: &'a str,
    }
    /// A file that `pack` put into the ZIP.
    Packed = "packed" {
        file_name: &'a str,
        from: &'a str,
    }
    /// A file of the folder that the document does not wait for.
    LeftOut = "left-out" {
        from: &'a str,
    }
    /// How `pack` ended.
    PackResult = "result" {
        target: Option<&'a Target>,
        outcome: &'a str,
        zip: String,
        files: usize,
        size: u64,
        left_out: usize,
    }
    /// What `diff` compared: always its last event, after one `concern` for each risk and one `change` for each entry.
    Difference = "difference" {
        target: &'a Target,
        name: &'a str,
        published: Option<String>,
        pending: Option<String>,
        file: Option<String>,
        zip: Option<String>,
        changes: usize,
        concerns: usize,
        hash: String,
    }
    /// A text that `texts import` changes.
    Text = "text" {
        language: &'a str,
        field: &'a str,
        source: &'a str,
        before: Option<Value>,
        after: Value,
    }
    /// A text that `texts import` did not take.
    Problem = "problem" {
        source: &'a str,
        why: &'a str,
        message: &'a str,
    }
    /// How `texts import` ended.
    ImportResult = "result" {
        changed: usize,
        same: usize,
        not_taken: usize,
        added_languages: &'a [String],
        document: Option<String>,
    }
    /// How `texts export` ended.
    ExportResult = "result" {
        target: Option<&'a Target>,
        to: String,
        languages: usize,
        files: usize,
        written: usize,
    }
    /// A draft or a product was deleted.
    Deleted = "deleted" {
        target: &'a Target,
        submission_id: Option<&'a str>,
        saved: Option<String>,
    }
    /// How far a gradual rollout is.
    Rollout = "rollout" {
        target: &'a Target,
        submission_id: &'a str,
        is_package_rollout: bool,
        package_rollout_percentage: f64,
        package_rollout_status: &'a str,
        fallback_submission_id: Option<&'a str>,
    }
    /// A document kept on this machine.
    Kept = "kept" {
        target: &'a Target,
        why: &'a str,
        submission_id: Option<&'a str>,
        run_id: Option<&'a str>,
        saved_at: Timestamp,
        path: String,
    }
}

/// A time from one moment to another.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// How long this account's submissions stay in a state.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usual {
    pub median_seconds: u64,
    pub longest_seconds: u64,
    pub count: usize,
}

/// Between which times, counted from the commit, most of this account's releases are published.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    pub from_seconds: u64,
    pub to_seconds: u64,
    pub count: usize,
}

/// The minute's requests of all processes of the account.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Requests {
    pub used: u32,
    pub limit: u32,
}

impl<'a> Event<'a> {
    pub fn finding(
        target: Option<&'a Target>,
        finding: &'a Finding,
        place: Option<Position>,
    ) -> Self {
        Self::Finding {
            target,
            severity: finding.severity.word(),
            pointer: &finding.pointer,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            sentence: &finding.sentence,
            message: &finding.sentence,
            rule: finding.rule.name,
            help: finding.help,
        }
    }

    pub fn to_json(&self) -> Value {
        // Every field is plain data, which serde_json cannot refuse.
        serde_json::to_value(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::DECLARED;
    use serde_json::json;
    use std::collections::BTreeSet;
    use store_model::{difference::Difference, target::Kind};

    type Table = BTreeSet<(String, BTreeSet<String>)>;

    fn camel(field: &str) -> String {
        let mut parts = field.split('_');
        let mut name = parts.next().unwrap().to_owned();
        for part in parts {
            name.push_str(&part[..1].to_uppercase());
            name.push_str(&part[1..]);
        }
        name
    }

    /// The events of a difference are made by the model; `diff` adds the target.
    fn of_a_difference() -> Table {
        let document =
            |price, visibility| json!({"pricing": {"priceId": price}, "visibility": visibility});
        let (live, mine) = (document("Tier2", "Public"), document("Free", "Hidden"));
        let objects = Difference::between(
            Kind::App,
            Some(&live),
            &mine,
            &store_model::packages::rows::ZipPackages::new(),
        );
        let fields = |object: serde_json::Value| {
            let object = object.as_object().unwrap().clone();
            let name = object["event"].as_str().unwrap().to_owned();
            let mut fields: BTreeSet<_> = object.keys().cloned().collect();
            fields.remove("event");
            fields.insert("target".into());
            (name, fields)
        };
        objects.objects().map(fields).collect()
    }

    fn declared() -> Table {
        let own = DECLARED.iter().map(|(name, fields)| {
            let fields = fields.iter().map(|field| camel(field)).collect();
            ((*name).to_owned(), fields)
        });
        own.chain(of_a_difference()).collect()
    }

    /// A heading such as "### `step`" and, below it, the first cells of a table of fields.
    fn documented() -> Table {
        let text = include_str!("../../docs/events.md");
        let sections = text.split("\n### `").skip(1).map(|section| {
            let name = section.split('`').next().unwrap().to_owned();
            let fields = section
                .lines()
                .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
                .map(str::to_owned);
            (name, fields.collect())
        });
        sections.collect()
    }

    #[test]
    fn the_documentation_names_every_event_and_field_and_no_other() {
        let (declared, documented) = (declared(), documented());
        let missing: Vec<_> = declared.difference(&documented).collect();
        let unknown: Vec<_> = documented.difference(&declared).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "not in docs/events.md: {missing:#?}\nnot in the program: {unknown:#?}"
        );
    }
}
