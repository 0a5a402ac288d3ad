//! Translates the result of a request into an event of the run. Sends nothing.

use crate::{
    engine::{
        call::{RunEvent, StepFailure},
        follow::publish_mode,
        machine::Run,
        view::{Cause, RunView},
        zip_source::ZipSource,
    },
    storage::{Finished, StageTime},
    tasks::{assemble, browse, sightings},
};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use store_client::ApiError;
use store_model::{
    finding::Severity,
    packages::rows,
    product::PackageIdentity,
    risk::{Allowance, blocks, coverage, way_round},
    status::Status,
    story::Sighting,
    target::Target,
};

/// Examines a ZIP as a run does before it sends it.
pub(crate) async fn examine(
    target: &Target,
    zip: ZipSource,
    document: Value,
    identity: Option<PackageIdentity>,
    sum: Option<[u8; 32]>,
    allow: &[Allowance],
) -> Result<RunEvent, StepFailure> {
    let kind = target.kind();
    let joined = tokio::task::spawn_blocking(move || {
        let source = assemble::open(&zip, |_, _| (), &|| false);
        let examined =
            browse::examine_source(zip.path(), source.as_ref(), kind, &document, identity);
        let file = source
            .ok()
            .and_then(|source| serde_json::to_value(source.identity()).ok());
        (examined, document, file)
    });
    let (examined, document, identity) = joined.await.map_err(|error| StepFailure {
        cause: Cause::Trouble,
        message: format!("The ZIP could not be read: {error}"),
    })?;
    if let Some(broken) = examined.broken {
        return Ok(RunEvent::Examined {
            problems: vec![format!("{}: {broken}", examined.zip.display())],
            warnings: Vec::new(),
            sum,
            versions: BTreeMap::new(),
            identity: None,
        });
    }
    let zip_packages = examined
        .archive
        .as_ref()
        .map(rows::zip_packages)
        .unwrap_or_default();
    // What the Store calls the version of a bundle is not certain: those are compared by name alone.
    let is_plain = |name: &str| {
        let name = name.to_lowercase();
        !name.ends_with("bundle") && !name.ends_with("upload")
    };
    let versions = zip_packages
        .iter()
        .filter(|(name, package)| is_plain(name) && !package.version.is_empty())
        .map(|(name, package)| (name.clone(), package.version.clone()))
        .collect();
    let findings = examined.fit.findings();
    let (blocking, rest): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .filter(|finding| finding.severity != Severity::Note)
        .partition(|finding| blocks(finding, allow));
    let lost = coverage(kind, &document, &zip_packages);
    let lost = lost.filter(|risk| !allow.contains(&risk.kind.into()));
    let lost = lost.map(|risk| format!("{} (--allow {})", risk.sentence, risk.kind.name()));
    let problems = blocking
        .iter()
        .map(|finding| format!("{}{}", finding.sentence, way_round(finding, allow)));
    // The journal holds what was allowed, and by which name.
    let warnings = rest
        .iter()
        .map(|finding| format!("{}{}", finding.sentence, way_round(finding, allow)));
    Ok(RunEvent::Examined {
        problems: problems.chain(lost).collect(),
        warnings: warnings.collect(),
        sum,
        versions,
        identity,
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that `map_err` wants"
)]
pub(super) fn fault(error: ApiError) -> StepFailure {
    StepFailure {
        cause: cause(&error),
        message: error.to_string(),
    }
}

/// A changing call that failed: either the Store has clearly said no, or nobody knows whether it was done.
pub(super) fn unclear(error: ApiError) -> Result<RunEvent, StepFailure> {
    if error.is_ambiguous() {
        Ok(RunEvent::Lost {
            message: error.to_string(),
        })
    } else {
        Err(fault(error))
    }
}

/// What kind of failure an error of the Store client is, for exit codes and advice.
pub fn cause(error: &ApiError) -> Cause {
    match error {
        ApiError::Secret(_) => Cause::SignIn,
        error if error.is_sign_in() => Cause::SignIn,
        ApiError::Refused { status, .. } if *status < 500 => Cause::Store,
        _ => Cause::Trouble,
    }
}

/// The line of the history for a run that has ended.
pub(super) fn finished(profile: &str, view: &RunView) -> Finished {
    let ended = Timestamp::now();
    let ends = view
        .timeline
        .iter()
        .skip(1)
        .map(|seen| seen.at)
        .chain([ended]);
    let stages = view.timeline.iter().zip(ends).map(|(seen, end)| StageTime {
        status: seen.status.clone(),
        seconds: u64::try_from(end.duration_since(seen.at).as_secs()).unwrap_or_default(),
    });
    Finished {
        run: view.id.clone(),
        profile: profile.to_owned(),
        target: view.target.clone(),
        submission: view.submission.clone(),
        outcome: view
            .ending
            .as_ref()
            .map(|ending| ending.outcome.word().to_owned())
            .unwrap_or_default(),
        status: view.timeline.last().map(|seen| seen.status.clone()),
        started: view.started,
        ended,
        stages: stages.collect(),
    }
}

/// What is told of the submission by what has happened to its run.
pub(super) fn seen(
    run: &Run,
    target: &Target,
    happened: &RunEvent,
    at: Timestamp,
) -> Option<Sighting> {
    let id = run.view().submission.as_ref()?;
    let draft = run.draft();
    let name = Some(run.view().name.clone());
    match happened {
        // It was read as a draft right before: from here on the stages count.
        RunEvent::Committed => Some(Sighting {
            name,
            status: Some(Status::PendingCommit),
            mode: draft.and_then(|draft| publish_mode(&draft.document)),
            ..Sighting::new(target, id, at)
        }),
        RunEvent::Seen(report) => Some(Sighting {
            name,
            rollout: draft
                .filter(|_| report.status == Status::Published)
                .and_then(|draft| sightings::open_rollout(&draft.document)),
            ..Sighting::of(target, id, report, at)
        }),
        _ => None,
    }
}
