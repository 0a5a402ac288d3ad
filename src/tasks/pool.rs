//! Starts tasks, cancels them, and shuts down. The only file below `shell` that spawns them. A task that panics is a failed task.

use super::{
    report::Report,
    reporter::{JobId, Reporter, TaskReport},
    services::{PendingServices, Services},
    task::{AnyTask, Means},
};
use crate::storage::Home;
use futures::{FutureExt, future};
use std::{collections::HashMap, time::Duration};
use tokio::{sync::mpsc, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Reports that may wait: enough for a burst, small enough that memory stays bounded.
const ROOM: usize = 256;

struct Running {
    topic: Option<String>,
    cancel: CancellationToken,
    /// Cancelled when its work is over, however it ended.
    over: CancellationToken,
}

/// Every job that runs.
pub struct Pool {
    home: Home,
    profile: String,
    session: String,
    services: PendingServices,
    sender: mpsc::Sender<TaskReport>,
    root: CancellationToken,
    tasks: TaskTracker,
    running: HashMap<JobId, Running>,
}

impl Pool {
    /// The channel that everything is told over; made first, because the client reports its requests over it too.
    pub fn channel() -> (mpsc::Sender<TaskReport>, mpsc::Receiver<TaskReport>) {
        mpsc::channel(ROOM)
    }

    pub fn new(services: Services, sender: mpsc::Sender<TaskReport>) -> Self {
        let (home, profile) = (services.home.clone(), services.profile.clone());
        Self::opening(
            home,
            profile,
            future::ready(Ok(services)).boxed().shared(),
            sender,
        )
    }

    /// A pool whose services are still being made: jobs that need them wait, or fail with the reason why there are none.
    pub fn opening(
        home: Home,
        profile: String,
        services: PendingServices,
        sender: mpsc::Sender<TaskReport>,
    ) -> Self {
        let (root, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self {
            home,
            profile,
            session: uuid::Uuid::new_v4().to_string(),
            services,
            sender,
            root,
            tasks,
            running: HashMap::new(),
        }
    }

    /// Starts a job; one with the same topic that still runs is superseded.
    pub fn start(&mut self, id: JobId, task: impl Into<AnyTask>) {
        let task = task.into();
        self.running
            .retain(|_, running| !running.over.is_cancelled());
        let topic = task.topic();
        let mut superseded = Vec::new();
        for running in self
            .running
            .values()
            .filter(|running| topic.is_some() && running.topic == topic)
        {
            running.cancel.cancel();
            superseded.push(running.over.clone());
        }
        let (cancel, over) = (self.root.child_token(), CancellationToken::new());
        let reporter = Reporter::new(id, self.sender.clone());
        let work = Box::pin(run(
            Means {
                home: self.home.clone(),
                profile: self.profile.clone(),
                session: self.session.clone(),
                services: self.services.clone(),
                reporter: reporter.clone(),
                cancel: cancel.clone(),
            },
            task,
            superseded,
        ));
        let done = over.clone().drop_guard();
        let work = self.tasks.spawn(async move {
            let _done = done;
            work.await;
        });
        self.tasks.spawn(async move {
            if let Err(error) = work.await {
                // The panic's own text went to the log; it may hold anything, so it is not shown.
                let message = format!("An internal error ended this job ({error:?}); the log has more. Please report it.");
                let message = if error.is_panic() {
                    "An internal error ended this job; the log has more. Please report it.".to_owned()
                } else {
                    message
                };
                reporter.send(Report::Failed(message.into())).await;
            }
            reporter.send(Report::Ended).await;
        });
        self.running.insert(
            id,
            Running {
                topic,
                cancel,
                over,
            },
        );
    }

    /// Asks a job to stop; it reports how it ended.
    pub fn cancel(&mut self, id: JobId) {
        if let Some(running) = self.running.get(&id) {
            running.cancel.cancel();
        }
    }

    /// Cancels everything and gives it time to put its things in order.
    pub async fn shut_down(self, patience: Duration) {
        if let Some(Ok(services)) = self.services.peek() {
            services.closing.cancel();
        }
        self.root.cancel();
        self.tasks.close();
        let _ = time::timeout(patience, self.tasks.wait()).await;
    }
}

async fn run(means: Means, task: AnyTask, superseded: Vec<CancellationToken>) {
    let stoppable = !task.is_change();
    let (reporter, cancel) = (means.reporter.clone(), means.cancel.clone());
    let work = task.start(means);
    if stoppable {
        // A superseded read has nothing to put in order: it is dropped where it stands.
        tokio::select! {
            biased;
            () = cancel.cancelled() => reporter.send(Report::Cancelled).await,
            () = work => {}
        }
    } else {
        // What changes something goes to its end even when superseded; an older text must not be written over a newer one.
        for older in superseded {
            older.cancelled().await;
        }
        Box::pin(work).await;
    }
}
