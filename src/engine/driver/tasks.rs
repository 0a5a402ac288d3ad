//! Runs as tasks of the dashboard. Their progress goes through [`Report`](crate::tasks::report::Report), as for the head-less commands.

use super::{renew, start};
use crate::{
    engine::{
        operation::Operation,
        plan::{Plan, WaitFor},
    },
    tasks::task::{Task, TaskContext, TaskError},
};
use std::sync::Arc;
use store_model::target::Target;

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

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let (reporter, cancel) = (context.reporter(), context.cancellation());
        // The dashboard has asked for the yes.
        renew::run(&services, &self.run, true, reporter, cancel).await;
        Ok(())
    }
}
