//! Equal reads in flight share one request. A change in between parts them: a read that began before a change
//! must not answer somebody who asks after it. It must not know what is read.

use crate::{
    budget::{Budget, Urgency},
    error::ApiError,
    minute::Priority,
};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What a shared read gives each of those who wait.
pub(super) type ReadResult = Result<Arc<Value>, ApiError>;
type Read = BoxFuture<'static, ReadResult>;

/// The reads under way by their path.
#[derive(Default)]
pub(super) struct Reads(Mutex<HashMap<String, UnderWay>>);

/// A read under way. It is held weakly: when everybody who waits has gone, the request is given up.
struct UnderWay {
    read: WeakShared<Read>,
    urgency: Arc<Urgency>,
}

impl Reads {
    /// Joins the read of this path under way, moving it up in the queue where needed, or starts it.
    pub(super) fn join(
        &self,
        path: &str,
        priority: Priority,
        budget: &Budget,
        start: impl FnOnce(Arc<Urgency>) -> Read,
    ) -> Shared<Read> {
        let mut reads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A finished read is kept alive by slow readers of its result: it is old news.
        let under_way = reads
            .get(path)
            .and_then(|held| Some((held.read.upgrade()?, &held.urgency)));
        if let Some((read, urgency)) = under_way.filter(|(read, _)| read.peek().is_none()) {
            budget.raise(urgency, priority);
            return read;
        }
        let urgency = Urgency::new(priority);
        let read = start(Arc::clone(&urgency)).shared();
        reads.retain(|_, held| held.read.upgrade().is_some());
        if let Some(weak) = read.downgrade() {
            reads.insert(
                path.to_owned(),
                UnderWay {
                    read: weak,
                    urgency,
                },
            );
        }
        read
    }

    fn part(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Marks a change: no read that began before its end is joined by anybody who asks after it.
    pub(super) fn change(&self) -> Change<'_> {
        self.part();
        Change(self)
    }
}

/// A change under way; parts the reads again at its end, however it ends.
pub(super) struct Change<'a>(&'a Reads);

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.part();
    }
}
