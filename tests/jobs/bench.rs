//! A Store, a home, the sample files, and a pool whose every report is looked through for secrets.

use crate::services;
use flightdeck::{
    engine::{
        driver::tasks::Publish,
        plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
        view::RunView,
    },
    tasks::{
        message::TaskEvent,
        pool::Pool,
        report::{Report, UploadProgress},
        reporter::{JobId, TaskReport},
        services::Services,
        task::{AnyTask, Task},
    },
};
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use store_client::{Exchange, Observe, http::http_client};
use store_model::target::Target;
use store_sim::{Scenario, Sim, SimOptions, samples};
use tempfile::TempDir;
use tokio::{sync::mpsc, time};

/// A test that waits longer for one report hangs.
pub(crate) const HANGS: Duration = Duration::from_mins(3);

pub(crate) fn app() -> Target {
    Target::app("9NX0EXAMPLE1")
}

pub(crate) fn add_on() -> Target {
    Target::add_on("9NX0ADDONEX1")
}

/// Has a live submission and a draft that the API made.
pub(crate) fn add_on_with_draft() -> Target {
    Target::add_on("9NX0ADDONEX2")
}

/// Nothing that a person or a file may see holds a secret, a signed URL or a token.
pub(crate) fn assert_clean(text: &str) {
    for canary in [store_sim::CLIENT_SECRET, "sig=", "eyJ0eXAi"] {
        assert!(!text.contains(canary), "{canary} leaked: {text}");
    }
}

/// A Store that holds a call back until other faults are played.
pub(crate) fn held(call: &str) -> SimOptions {
    let rule =
        format!("[[fault]]\ncall = \"{call}\"\neffect = \"delay\"\nmilliseconds = 3600000\n");
    SimOptions {
        scenario: Scenario::parse(&rule).unwrap(),
        ..SimOptions::default()
    }
}

pub(crate) struct Bench {
    pub sim: Sim,
    pub folder: TempDir,
    pub services: Services,
    pub pool: Pool,
    pub sender: mpsc::Sender<TaskReport>,
    reports: mpsc::Receiver<TaskReport>,
    /// TaskReport, looked at, and still to be read.
    unread: VecDeque<TaskReport>,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    last: u64,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(SimOptions::default()).await
    }

    pub(crate) async fn with(options: SimOptions) -> Self {
        Self::watched(options, |_| {}, |_| {}).await
    }

    /// `observe` is told about every request; `change` sees the services before the pool gets them.
    pub(crate) async fn watched(
        options: SimOptions,
        observe: impl Fn(&Exchange) + Send + Sync + 'static,
        change: impl FnOnce(&mut Services),
    ) -> Self {
        let sim = store_sim::start(SimOptions {
            speed: 200.0,
            rate_limit: None,
            ..options
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        samples::write(folder.path()).unwrap();
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&exchanges);
        let watch: Observe = Arc::new(move |exchange: Exchange| {
            record.lock().unwrap().push(exchange.clone());
            observe(&exchange);
        });
        let mut services = open(&sim.url(), folder.path(), watch);
        change(&mut services);
        let (sender, reports) = Pool::channel();
        let pool = Pool::new(services.clone(), sender.clone());
        Self {
            sim,
            folder,
            services,
            pool,
            sender,
            reports,
            unread: VecDeque::new(),
            exchanges,
            last: 0,
        }
    }

    /// As if the program had been started again with the same home.
    pub(crate) fn restart(&mut self) {
        self.services = open(&self.sim.url(), self.folder.path(), Arc::new(|_| {}));
        (self.sender, self.reports) = Pool::channel();
        self.pool = Pool::new(self.services.clone(), self.sender.clone());
    }

    /// Takes the pool out; the next one has nothing to do.
    pub(crate) fn stop_pool(&mut self) -> Pool {
        std::mem::replace(
            &mut self.pool,
            Pool::new(self.services.clone(), self.sender.clone()),
        )
    }

    /// Nobody reads any more.
    pub(crate) fn close(&mut self) {
        self.reports.close();
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.file("home")
    }

    /// Puts a file where a folder of the home was: nothing can be written there any more, whoever tries.
    pub(crate) fn block(&self, folder: &str) {
        let path = self.home().join("data").join(folder);
        fs::remove_dir_all(&path).unwrap();
        fs::write(&path, b"").unwrap();
    }

    pub(crate) fn start(&mut self, job: impl Into<AnyTask>) -> JobId {
        self.last += 1;
        let id = JobId(self.last);
        self.pool.start(id, job);
        id
    }

    pub(crate) fn publish(&mut self, plan: Plan) -> JobId {
        self.start(Publish(Arc::new(plan)))
    }

    /// The next report, looked through.
    pub(crate) async fn next(&mut self) -> (Option<JobId>, Report) {
        if let Some(told) = self.unread.pop_front() {
            return told;
        }
        let told = time::timeout(HANGS, self.reports.recv())
            .await
            .unwrap()
            .unwrap();
        assert_clean(&format!("{told:?}"));
        told
    }

    /// What has been told and was not read.
    pub(crate) async fn rest(&mut self) -> Vec<(Option<JobId>, Report)> {
        let mut told = Vec::new();
        while !self.reports.is_empty() {
            told.push(self.next().await);
        }
        told
    }

    /// The reports of these jobs, each up to and without its [`Report::Ended`].
    pub(crate) async fn ended<const N: usize>(&mut self, jobs: [JobId; N]) -> [Vec<Report>; N] {
        let mut told: HashMap<JobId, Vec<Report>> = HashMap::new();
        let mut open = jobs.to_vec();
        while !open.is_empty() {
            match self.next().await {
                (Some(job), Report::Ended) => open.retain(|open| *open != job),
                (Some(job), report) => {
                    assert!(
                        !jobs.contains(&job) || open.contains(&job),
                        "{report:?} after the end"
                    );
                    told.entry(job).or_default().push(report);
                }
                (None, _) => {}
            }
        }
        for exchange in self.exchanges.lock().unwrap().iter() {
            assert_clean(&format!("{exchange:?}"));
        }
        jobs.map(|job| told.remove(&job).unwrap_or_default())
    }

    /// Waits until one of these jobs has ended. Whatever was told is still to be read.
    pub(crate) async fn until_ended(&mut self, jobs: &[JobId]) {
        let mut told = VecDeque::new();
        let mut has_ended = false;
        while !has_ended {
            let next = self.next().await;
            has_ended = matches!(&next, (Some(job), Report::Ended) if jobs.contains(job));
            told.push_back(next);
        }
        self.unread = told;
    }

    /// Runs a job alone.
    pub(crate) async fn run(&mut self, job: impl Into<AnyTask>) -> Vec<Report> {
        let id = self.start(job);
        let [told] = self.ended([id]).await;
        told
    }

    /// Reads until a report satisfies `is_it`.
    pub(crate) async fn until(&mut self, is_it: impl Fn(&Report) -> bool) -> Report {
        loop {
            let (_, report) = self.next().await;
            assert!(!matches!(report, Report::Ended), "it did not come");
            if is_it(&report) {
                return report;
            }
        }
    }

    /// From now on other faults; whatever is held back goes on.
    pub(crate) async fn play(&self, scenario: &str) {
        let url = format!("{}/_sim/scenario", self.sim.url());
        let sent = http_client()
            .unwrap()
            .put(url)
            .body(scenario.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 204);
    }

    /// What the simulator counted.
    pub(crate) async fn state(&self) -> Value {
        let url = format!("{}/_sim/state", self.sim.url());
        http_client()
            .unwrap()
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn state_of(&self, target: &Target) -> Value {
        self.state()
            .await
            .pointer_mut("/products")
            .and_then(|products| products.get_mut(target.to_string()))
            .map(Value::take)
            .unwrap_or_default()
    }

    /// A sample document and, where named, its archive.
    pub(crate) fn plan(&self, target: Target, json: &str, zip: Option<&Path>) -> Plan {
        Plan {
            name: target.to_string(),
            target,
            document: Some(self.document(json)),
            zip: zip.map(Into::into),
            pending: PendingPolicy::Fail,
            draft_seen: None,
            expect: None,
            base: None,
            allow: Vec::new(),
            wait: WaitFor::Published,
            existing_rollout: ExistingRollout::Fail,
            is_confirmed: false,
            is_protected: false,
        }
    }

    /// The app's next release with its small archive.
    pub(crate) fn release(&self) -> Plan {
        self.plan(
            app(),
            "notes-2.5.json",
            Some(&self.file("northwind-notes-2.5.zip")),
        )
    }

    pub(crate) fn document(&self, json: &str) -> Value {
        serde_json::from_slice(&fs::read(self.file(json)).unwrap()).unwrap()
    }

    /// No file of the home holds a secret or a signed URL.
    pub(crate) fn assert_home_is_clean(&self) {
        fn look(folder: &Path) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    look(&path);
                } else {
                    assert_clean(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
                }
            }
        }
        look(&self.home());
    }
}

/// As the program does it, with the shortest pauses between two looks.
fn open(url: &str, folder: &Path, observe: Observe) -> Services {
    services::open(
        url,
        &folder.join("home"),
        "[follow]\nshortest = \"100ms\"\nlongest = \"200ms\"\n",
        observe,
    )
}

/// The states of a run in the order in which they were told.
pub(crate) fn views(reports: &[Report]) -> Vec<&RunView> {
    reports
        .iter()
        .filter_map(|report| {
            if let Report::Run(view) = report {
                Some(&**view)
            } else {
                None
            }
        })
        .collect()
}

/// The result of a task of type `T`, and that it is the last that was told.
pub(crate) fn result<T: Task>(reports: &[Report]) -> Option<&T::Output> {
    match event::<T>(reports.last()?)? {
        TaskEvent::Done(output) => Some(output),
        _ => None,
    }
}

/// What a task of type `T` says, if the report is one of its.
pub(crate) fn event<T: Task>(report: &Report) -> Option<&TaskEvent<T::Output>> {
    match report {
        Report::Task(message) => T::event(message).map(|(_, event)| event),
        _ => None,
    }
}

pub(crate) fn uploads(reports: &[Report]) -> Vec<&UploadProgress> {
    reports
        .iter()
        .filter_map(|report| {
            if let Report::Upload(progress) = report {
                Some(progress)
            } else {
                None
            }
        })
        .collect()
}
