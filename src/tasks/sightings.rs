//! Keeps what was seen of submissions, for every process of this machine, and reads it again. Judges nothing.

use super::{blocking::away, report::Past, services::Services};
use crate::storage::{Finished, Home};
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::HashSet, time::Duration};
use store_model::{
    pace::Pace,
    product::{Product, field},
    status::Status,
    story::{Sighting, Story},
    submission::Submission,
};

/// As many ended runs are looked through for the times of their stages.
const MOST_RUNS: usize = 2_000;

/// Keeps looks; gives the stories that have changed, by whomever. What cannot be kept is no reason to stop: it is seen again.
pub(crate) async fn keep(services: &Services, mut looks: Vec<Sighting>) -> Vec<Story> {
    for look in &mut looks {
        look.is_shown = services.is_dashboard;
    }
    let (submissions, profile) = (
        services.home.submissions().clone(),
        services.profile.clone(),
    );
    let kept = away(move || submissions.record(&profile, &looks)).await;
    kept.unwrap_or_else(|error| {
        tracing::info!(error, "what was seen of submissions was not kept");
        Vec::new()
    })
}

/// What the documents of a target tell: the state of the draft, and how far the rollout of what is live is.
pub(crate) fn of_documents(
    product: &Product,
    pending: Option<&Submission>,
    published: Option<&Submission>,
) -> Vec<Sighting> {
    let at = Timestamp::now();
    let target = &product.target;
    let draft = pending.map(|draft| Sighting {
        name: Some(product.name.clone()),
        mode: field(&draft.document, "targetPublishMode")
            .and_then(Value::as_str)
            .map(str::to_owned),
        is_portal_made: Some(draft.is_portal_made()),
        ..Sighting::of(target, &draft.id, &draft.report(), at)
    });
    let live = published.map(|live| Sighting {
        name: Some(product.name.clone()),
        rollout: Some(open_rollout(&live.document).unwrap_or(100.0)),
        ..Sighting::new(target, &live.id, at)
    });
    draft.into_iter().chain(live).collect()
}

/// The share of customers, in percent, that a published document goes to while its rollout is open.
pub fn open_rollout(document: &Value) -> Option<f64> {
    let rollout = field(field(document, "packageDeliveryOptions")?, "packageRollout")?;
    let is_on = field(rollout, "isPackageRollout").and_then(Value::as_bool) == Some(true);
    let is_over = matches!(
        field(rollout, "packageRolloutStatus").and_then(Value::as_str),
        Some("PackageRolloutComplete" | "PackageRolloutStopped")
    );
    let percent = field(rollout, "packageRolloutPercentage")?.as_f64()?;
    (is_on && !is_over).then_some(percent)
}

/// What a list tells of the submissions that were under way when somebody last looked: one that is live now has ended well, and
/// one that is neither pending nor live is gone.
pub(crate) async fn settle(services: &Services, products: &[Product]) -> Vec<Story> {
    let at = Timestamp::now();
    let open = past(&services.home, &services.profile).await.stories;
    let looks = open
        .iter()
        .filter(|story| story.is_followed() || story.has_failed())
        .filter_map(|story| {
            let is_its = |product: &&Product| product.target == story.target;
            let product = products.iter().find(is_its)?;
            let is = |id: &Option<String>| id.as_ref() == Some(&story.submission);
            if is(&product.pending) {
                return None;
            }
            let new = Sighting::new(&story.target, &story.submission, at);
            Some(if is(&product.published) {
                Sighting {
                    status: Some(Status::Published),
                    ..new
                }
            } else {
                Sighting {
                    is_gone: true,
                    ..new
                }
            })
        })
        .collect();
    keep(services, looks).await
}

/// What was seen of the profile's submissions before, and how long their stages took.
pub(crate) async fn past(home: &Home, profile: &str) -> Past {
    let (submissions, history) = (home.submissions().clone(), home.history());
    let owner = profile.to_owned();
    let read = away(move || {
        let stories = submissions.stories(&owner)?;
        // Without the history, what was watched since is still known.
        let runs = history.read(MOST_RUNS).unwrap_or_default();
        Ok::<_, crate::storage::DiskError>((stories, runs))
    });
    let (stories, runs) = read.await.unwrap_or_else(|error| {
        tracing::info!(error, "what was seen of submissions cannot be read");
        Default::default()
    });
    let runs = runs.into_iter().filter(|run| run.profile == profile);
    Past {
        pace: of_runs(runs, &stories),
        stories,
    }
}

/// Times of runs that no story tells of: they ended before stories were kept.
fn of_runs(runs: impl Iterator<Item = Finished>, stories: &[Story]) -> Pace {
    let told: HashSet<_> = stories
        .iter()
        .map(|story| (&story.target, story.submission.as_str()))
        .collect();
    let mut pace = Pace::default();
    for run in runs {
        let id = run.submission.as_deref().unwrap_or_default();
        if told.contains(&(&run.target, id)) || run.status != Some(Status::Published) {
            continue;
        }
        let kind = run.target.kind();
        let watched = run
            .stages
            .iter()
            .filter(|stage| stage.status.is_in_progress());
        let mut whole = Duration::ZERO;
        for stage in watched {
            let time = Duration::from_secs(stage.seconds);
            whole += time;
            pace.add(kind, &stage.status, time);
        }
        if run.stages.first().map(|stage| &stage.status) == Some(&Status::CommitStarted) {
            pace.add_whole(kind, whole);
        }
    }
    pace
}
