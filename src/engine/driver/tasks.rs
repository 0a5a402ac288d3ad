//! Runs as tasks of the dashboard. Their progress goes through [`Report`], as for the head-less commands.

use super::{
    renew,
    rollout::{self, Move},
    start,
};
use crate::{
    engine::{
        operation::Operation,
        plan::{PendingPolicy, Plan, WaitFor},
        zip_source::ZipSource,
    },
    tasks::{
        report::Report,
        sightings,
        task::{Task, TaskContext, TaskError},
    },
};
use std::sync::Arc;
use store_model::target::Target;

/// A command and its target.
fn words(command: &[&str], target: &Target) -> Vec<String> {
    let command = command.iter().map(|word| (*word).to_owned());
    command.chain([target.to_string()]).collect()
}

/// Publishes what was planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Publish(pub Arc<Plan>);

impl Task for Publish {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn start_notice(&self) -> Option<String> {
        Some(format!("Started: publish {}", self.0.name))
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let plan = &self.0;
        let mut words = words(&["publish"], &plan.target);
        if plan.document.is_some() {
            // The document was made in the dashboard: `show --json` or the editor write it into a file.
            words.extend(["--json".to_owned(), "DOCUMENT.json".to_owned()]);
        }
        match &plan.zip {
            Some(ZipSource::File(path)) => {
                words.extend(["--zip".to_owned(), path.display().to_string()]);
            }
            Some(ZipSource::Parts(parts)) => {
                words.extend(parts.iter().map(|part| part.file.display().to_string()));
            }
            Some(ZipSource::Uploaded { .. }) | None => {}
        }
        let pending = match plan.pending {
            PendingPolicy::Fail => None,
            PendingPolicy::Keep => Some("keep"),
            PendingPolicy::Replace => Some("replace"),
        };
        for (option, value) in [
            ("--pending", pending.map(str::to_owned)),
            ("--expect", plan.expect.as_ref().map(ToString::to_string)),
        ] {
            words.extend(
                value
                    .into_iter()
                    .flat_map(|value| [option.to_owned(), value]),
            );
        }
        for allowance in &plan.allow {
            words.extend(["--allow".to_owned(), allowance.to_string()]);
        }
        Some(words)
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let plan = Box::new(Arc::unwrap_or_clone(self.0));
        drive_run(Operation::Publish(plan), context).await
    }
}

/// Polls a pending submission until it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    pub target: Target,
    pub name: String,
    pub submission: String,
}

impl Task for Follow {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn start_notice(&self) -> Option<String> {
        Some(format!("Started: follow {}", self.name))
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(words(&["watch"], &self.target))
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let Self {
            target,
            name,
            submission,
        } = self;
        let operation = Operation::Follow {
            target,
            name,
            submission,
            until: WaitFor::Published,
        };
        drive_run(operation, context).await
    }
}

async fn drive_run<T: Task>(
    operation: Operation,
    context: TaskContext<T>,
) -> Result<(), TaskError> {
    let services = context.services().await?;
    start::run(
        &services,
        operation,
        context.reporter(),
        context.cancellation(),
    )
    .await;
    Ok(())
}

/// Moves the rollout of what is live.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveRollout {
    pub target: Target,
    pub submission: String,
    pub to: Move,
}

impl Task for MoveRollout {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        let mut words = words(&["rollout"], &self.target);
        match self.to {
            Move::Set(percent) => words.extend(["set".to_owned(), percent.to_string()]),
            Move::Halt => words.extend(["halt".to_owned(), "--yes".to_owned()]),
            Move::Finalize => words.extend(["finalize".to_owned(), "--yes".to_owned()]),
        }
        Some(words)
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let rollout = rollout::shift(&services, &self.target, &self.submission, self.to).await?;
        let said = match self.to {
            Move::Set(_) => format!("{} % of the customers get it now.", rollout.percentage),
            Move::Halt => "The rollout is halted.".to_owned(),
            Move::Finalize => "The rollout is finalized: all customers get it.".to_owned(),
        };
        let reporter = context.reporter();
        reporter.send(Report::Notice(said)).await;
        let look = rollout::sighting(&self.target, &self.submission, &rollout);
        let changed = sightings::keep(&services, vec![look]).await;
        reporter.send(Report::Stories(changed)).await;
        Ok(())
    }
}

/// Continues a run that was interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct Resume {
    pub run: String,
}

impl Task for Resume {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(vec!["resume".to_owned(), self.run.clone()])
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let (reporter, cancel) = (context.reporter(), context.cancellation());
        start::resume(&services, &self.run, false, reporter, cancel).await;
        Ok(())
    }
}

/// Replaces the draft of an interrupted run whose upload URL has ended, and continues the release from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Renew {
    pub run: String,
    /// What the run was to publish, as far as that is known: the working copy is compared with it.
    pub plan: Option<Arc<Plan>>,
}

impl Task for Renew {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Some(vec![
            "resume".to_owned(),
            self.run.clone(),
            "--renew".to_owned(),
        ])
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let (reporter, cancel) = (context.reporter(), context.cancellation());
        // The dashboard has asked for the yes.
        renew::run(&services, &self.run, true, reporter, cancel).await;
        Ok(())
    }
}
