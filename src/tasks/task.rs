//! A unit of background work with a typed result. A feature describes its tasks in its own `tasks.rs`; this file and the pool
//! know none of them by name.

use super::{
    message::{Erased, TaskEvent, TaskFailure, TaskMessage},
    report::Report,
    reporter::Reporter,
    services::{PendingServices, Services},
};
use crate::storage::Home;
use futures::future::{BoxFuture, FutureExt};
use std::{fmt::Debug, sync::Arc};
use store_client::ApiError;
use tokio_util::sync::CancellationToken;

/// How the person learns that a task has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureNotice {
    /// A message that stays until it is dismissed.
    Error,
    /// A message that goes by itself: the error also stands where the result would.
    Warning,
    /// Only where the result would stand.
    InPlace,
}

/// Background work of one feature.
///
/// Large inputs belong behind an [`Arc`]: a task is cloned when it starts, and travels with each of its messages.
pub trait Task: Clone + Debug + PartialEq + Send + Sync + 'static {
    type Output: Debug + PartialEq + Send + Sync + 'static;

    /// Of the tasks with the same topic only the newest matters: it cancels the one before.
    fn topic(&self) -> Option<String> {
        None
    }

    /// Whether it changes something, on disk or in the account. Such a task is never dropped half-way.
    fn is_change(&self) -> bool {
        false
    }

    /// What the person is told when it starts and nothing on screen shows that it does.
    fn start_notice(&self) -> Option<String> {
        None
    }

    fn failure_notice(&self) -> FailureNotice {
        FailureNotice::Error
    }

    /// What does the same without a screen: the arguments of `flightdeck`.
    fn arguments(&self) -> Option<Vec<String>> {
        None
    }

    /// Whether a spinner turns on screen while it runs.
    fn has_spinner(&self) -> bool {
        false
    }

    /// Itself and what it says, if the message is of a task of this type.
    fn event(message: &TaskMessage) -> Option<(&Self, &TaskEvent<Self::Output>)> {
        message.open()
    }

    fn message(self: Arc<Self>, event: TaskEvent<Self::Output>) -> TaskMessage {
        TaskMessage::new(self, event)
    }

    fn run(
        self,
        context: TaskContext<Self>,
    ) -> impl Future<Output = Result<Self::Output, TaskError>> + Send;
}

/// Why a task has no result.
#[derive(Debug)]
pub enum TaskError {
    /// It stopped because it was asked to.
    Cancelled,
    Failed(TaskFailure),
}

impl TaskError {
    /// An answer of the Store, whose meaning is kept.
    pub(crate) fn of_store(error: &ApiError) -> Self {
        Self::Failed(TaskFailure {
            message: error.to_string(),
            portal: error.portal_need(),
        })
    }
}

impl<E: std::fmt::Display> From<E> for TaskError {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string().into())
    }
}

/// A task of any type, as the pool, the model and the app's effects hold it.
#[derive(Clone, Debug)]
pub struct AnyTask(Arc<dyn ErasedTask>);

trait ErasedTask: Erased {
    fn topic(&self) -> Option<String>;
    fn is_change(&self) -> bool;
    fn start_notice(&self) -> Option<String>;
    fn failure_notice(&self) -> FailureNotice;
    fn arguments(&self) -> Option<Vec<String>>;
    fn has_spinner(&self) -> bool;
    /// Its message that it has failed; without an error that it was cancelled.
    fn stopped(self: Arc<Self>, error: Option<TaskFailure>) -> TaskMessage;
    fn start(self: Arc<Self>, means: Means) -> BoxFuture<'static, ()>;
}

impl<T: Task> ErasedTask for T {
    fn topic(&self) -> Option<String> {
        Task::topic(self)
    }

    fn is_change(&self) -> bool {
        Task::is_change(self)
    }

    fn start_notice(&self) -> Option<String> {
        Task::start_notice(self)
    }

    fn failure_notice(&self) -> FailureNotice {
        Task::failure_notice(self)
    }

    fn arguments(&self) -> Option<Vec<String>> {
        Task::arguments(self)
    }

    fn has_spinner(&self) -> bool {
        Task::has_spinner(self)
    }

    fn stopped(self: Arc<Self>, error: Option<TaskFailure>) -> TaskMessage {
        self.message(error.map_or(TaskEvent::Cancelled, TaskEvent::Failed))
    }

    fn start(self: Arc<Self>, means: Means) -> BoxFuture<'static, ()> {
        async move {
            let context = TaskContext {
                task: Arc::clone(&self),
                means,
            };
            let reporter = context.means.reporter.clone();
            let task = T::clone(&self);
            let report = match task.run(context).await {
                Ok(output) => Report::Task(self.message(TaskEvent::Done(output))),
                Err(TaskError::Cancelled) => Report::Cancelled,
                Err(TaskError::Failed(failure)) => Report::Failed(failure),
            };
            reporter.send(report).await;
        }
        .boxed()
    }
}

impl<T: Task> From<T> for AnyTask {
    fn from(task: T) -> Self {
        Self(Arc::new(task))
    }
}

impl AnyTask {
    pub fn topic(&self) -> Option<String> {
        self.0.topic()
    }

    pub fn is_change(&self) -> bool {
        self.0.is_change()
    }

    pub fn start_notice(&self) -> Option<String> {
        self.0.start_notice()
    }

    pub fn failure_notice(&self) -> FailureNotice {
        self.0.failure_notice()
    }

    pub fn has_spinner(&self) -> bool {
        self.0.has_spinner()
    }

    pub fn arguments(&self) -> Option<Vec<String>> {
        self.0.arguments()
    }

    pub fn is<T: Task>(&self) -> bool {
        self.get::<T>().is_some()
    }

    /// The task itself, if it is one of type `T`.
    pub fn get<T: Task>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    pub(crate) fn stopped(&self, error: Option<TaskFailure>) -> TaskMessage {
        Arc::clone(&self.0).stopped(error)
    }

    pub(super) fn start(&self, means: Means) -> BoxFuture<'static, ()> {
        Arc::clone(&self.0).start(means)
    }
}

impl PartialEq for AnyTask {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

/// What every task works with, whatever its type.
#[derive(Clone)]
pub(super) struct Means {
    pub home: Home,
    pub profile: String,
    /// Tells what this pool writes from what others do.
    pub session: String,
    pub services: PendingServices,
    pub reporter: Reporter,
    pub cancel: CancellationToken,
}

/// What a running task works with.
pub struct TaskContext<T: Task> {
    task: Arc<T>,
    means: Means,
}

impl<T: Task> TaskContext<T> {
    pub fn home(&self) -> &Home {
        &self.means.home
    }

    /// The name of the profile in use.
    pub fn profile(&self) -> &str {
        &self.means.profile
    }

    /// Tells what this session writes from what another process does.
    pub fn session(&self) -> &str {
        &self.means.session
    }

    /// The Store and all that belongs to it. Waits until it is there: a task that needs only the disk does not ask.
    pub async fn services(&self) -> Result<Services, String> {
        self.means.services.clone().await
    }

    /// For a task that changes something and therefore looks itself whether it should stop.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.means.cancel
    }

    /// For what changes the state that all features share.
    pub fn reporter(&self) -> &Reporter {
        &self.means.reporter
    }

    /// A part of the result. It always arrives.
    pub async fn send(&self, part: T::Output) {
        self.means.reporter.send(self.progress(part)).await;
    }

    /// A way to show progress from where nothing may wait: what finds no room is dropped. Call it a few times a second.
    pub fn meter(&self) -> impl Fn(T::Output) + Send + Sync + use<T> {
        let (task, reporter) = (Arc::clone(&self.task), self.means.reporter.clone());
        move |output| {
            let message = TaskMessage::new(Arc::clone(&task), TaskEvent::Progress(output));
            reporter.try_send(Report::Task(message));
        }
    }

    fn progress(&self, part: T::Output) -> Report {
        Report::Task(TaskMessage::new(
            Arc::clone(&self.task),
            TaskEvent::Progress(part),
        ))
    }
}

/// Runs what blocks away from the async threads.
pub async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, TaskError> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
