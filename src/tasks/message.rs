//! What a task says to the feature that started it. Knows no task: whoever knows its type can read it, nobody else.

use std::{
    any::Any,
    fmt::{self, Debug},
    sync::Arc,
};
use store_model::{explain::PortalNeed, remote::Remote};

/// Why a task has failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFailure {
    /// What was tried, what came back, what to do next.
    pub message: String,
    pub portal: PortalNeed,
}

impl From<String> for TaskFailure {
    fn from(message: String) -> Self {
        Self {
            message,
            portal: PortalNeed::None,
        }
    }
}

impl From<&str> for TaskFailure {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a task tells the feature that started it.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskEvent<O> {
    /// A first part of the result, or how far it is.
    Progress(O),
    Done(O),
    Failed(TaskFailure),
    Cancelled,
}

impl<O: Clone> TaskEvent<O> {
    /// Takes the event into what is shown of the task's result.
    pub fn update(&self, shown: &mut Remote<O>) {
        match self {
            Self::Progress(part) => {
                *shown = Remote::Loading {
                    stale: Some(part.clone()),
                }
            }
            Self::Done(output) => *shown = Remote::Ready(output.clone()),
            Self::Failed(error) => shown.settle(Some(error.message.clone())),
            Self::Cancelled => shown.settle(None),
        }
    }
}

/// An event together with the task it belongs to.
#[derive(Debug, PartialEq)]
struct Envelope<T, O> {
    task: Arc<T>,
    event: TaskEvent<O>,
}

/// A message of any task. Only who knows the task's type can open it, so features cannot read each other's.
#[derive(Clone, Debug)]
pub struct TaskMessage(Arc<dyn Erased>);

impl TaskMessage {
    pub(super) fn new<T: Content, O: Content>(task: Arc<T>, event: TaskEvent<O>) -> Self {
        Self(Arc::new(Envelope { task, event }))
    }

    pub(super) fn open<T: Content, O: Content>(&self) -> Option<(&T, &TaskEvent<O>)> {
        let envelope = self.0.as_any().downcast_ref::<Envelope<T, O>>()?;
        Some((&envelope.task, &envelope.event))
    }
}

/// Data that can travel between threads and be compared.
pub(super) trait Content: Any + Debug + PartialEq + Send + Sync {}

impl<T: Any + Debug + PartialEq + Send + Sync> Content for T {}

impl PartialEq for TaskMessage {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

/// What tests compare and features downcast.
pub(super) trait Erased: Any + Debug + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: Content> Erased for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }
}
