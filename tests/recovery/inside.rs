//! The engine without a process around it: for time limits that are not the user's to set, and for many runs in a short time.

use super::{
    bench::{SECRET, assert_clean, sample},
    services,
};
use flightdeck::{
    engine::{
        driver::{renew, start},
        operation::Operation,
        plan::{ExistingRollout, PendingPolicy, Plan, WaitFor},
        view::RunView,
    },
    tasks::{
        report::Report,
        reporter::{JobId, Reporter},
        services::Services,
    },
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use store_client::{Exchange, Observe, Patience, http::http_client};
use store_model::target::Target;
use store_sim::{Scenario, Sim, SimOptions};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// As the program does it, with short pauses.
pub(crate) fn open(url: &str, home: &Path, observe: Observe) -> Services {
    let mut services = services::open(url, home, "", observe);
    services.cadence.shortest = Duration::from_millis(10);
    services.cadence.longest = Duration::from_millis(40);
    services.store = services.store.with_patience(Patience {
        back_off: Duration::from_millis(2),
        ..Patience::default()
    });
    services
}

pub(crate) struct Inside {
    pub sim: Sim,
    pub services: Services,
    pub folder: TempDir,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    fuse: Arc<Mutex<Fuse>>,
}

/// Cancels the run after so many requests.
#[derive(Default)]
struct Fuse {
    left: Option<u64>,
    cancel: CancellationToken,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Told {
    pub view: Option<RunView>,
    pub failure: Option<String>,
}

impl Inside {
    pub(crate) async fn new(scenario: &str) -> Self {
        let scenario = Scenario::parse(scenario).unwrap();
        let options = SimOptions {
            speed: 4000.0,
            rate_limit: None,
            scenario,
            ..SimOptions::default()
        };
        let sim = store_sim::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&exchanges);
        let fuse = Arc::new(Mutex::new(Fuse::default()));
        let lit = Arc::clone(&fuse);
        let observe: Observe = Arc::new(move |exchange| {
            seen.lock().unwrap().push(exchange);
            let mut fuse = lit.lock().unwrap();
            fuse.left = fuse.left.and_then(|left| left.checked_sub(1));
            if fuse.left == Some(0) {
                fuse.cancel.cancel();
            }
        });
        let services = open(&sim.url(), folder.path(), observe);
        Self {
            sim,
            services,
            folder,
            exchanges,
            fuse,
        }
    }

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

    /// What people do in Partner Center.
    pub(crate) async fn operate(&self, action: &str, product: &str) {
        let url = format!("{}/_sim/operator/{action}", self.sim.url());
        let body = serde_json::json!({ "product": product }).to_string();
        let sent = http_client()
            .unwrap()
            .post(url)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 204, "{action}");
    }

    /// `METHOD path` of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let exchanges = self.exchanges.lock().unwrap();
        exchanges
            .iter()
            .map(|exchange| format!("{} {}", exchange.method, exchange.path))
            .collect()
    }

    pub(crate) fn plan(target: Target, json: &str, zip: Option<&str>) -> Plan {
        Plan {
            name: target.to_string(),
            target,
            document: Some(serde_json::from_slice(&fs::read(sample(json)).unwrap()).unwrap()),
            zip: zip.map(|name| sample(name).into()),
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

    pub(crate) async fn publish(&self, plan: Plan) -> Told {
        publish(&self.services, plan, &self.cancel()).await
    }

    pub(crate) async fn resume(&self, id: &str) -> Told {
        let (reporter, told) = channel();
        let cancel = self.cancel();
        let told = listen(told);
        start::resume(&self.services, id, false, &reporter, &cancel).await;
        drop(reporter);
        told.await.unwrap()
    }

    /// Another draft in place of the one whose upload URL has ended.
    pub(crate) async fn renew(&self, id: &str, is_confirmed: bool) -> Told {
        let (reporter, told) = channel();
        let cancel = self.cancel();
        let told = listen(told);
        renew::run(&self.services, id, is_confirmed, &reporter, &cancel).await;
        drop(reporter);
        told.await.unwrap()
    }

    /// Other people's program on the same Store, with a home of its own.
    pub(crate) fn elsewhere(&self) -> Services {
        let home = self.folder.path().join("elsewhere");
        open(&self.sim.url(), &home, Arc::new(|_| ()))
    }

    /// Waits until the first rule of the scenario has struck, or `ended` says that it never will.
    pub(crate) async fn until_struck(&self, ended: impl Fn() -> bool) -> bool {
        loop {
            if self.state().await["faults"][0] == 1 {
                return true;
            }
            if ended() {
                return false;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The next run is cancelled after so many requests.
    pub(crate) fn cancel_after(&self, requests: u64) {
        self.fuse.lock().unwrap().left = Some(requests);
    }

    fn cancel(&self) -> CancellationToken {
        let mut fuse = self.fuse.lock().unwrap();
        fuse.cancel = CancellationToken::new();
        fuse.cancel.clone()
    }

    pub(crate) fn assert_clean(&self) {
        assert_clean(self.folder.path());
        for exchange in self.exchanges.lock().unwrap().iter() {
            let text = format!("{exchange:?}");
            assert!(
                !text.contains("sig=") && !text.contains("eyJ0eXAi") && !text.contains(SECRET),
                "{text}"
            );
        }
    }
}

pub(crate) async fn publish(services: &Services, plan: Plan, cancel: &CancellationToken) -> Told {
    let (reporter, told) = channel();
    let told = listen(told);
    start::run(
        services,
        Operation::Publish(Box::new(plan)),
        &reporter,
        cancel,
    )
    .await;
    drop(reporter);
    told.await.unwrap()
}

fn channel() -> (Reporter, mpsc::Receiver<(Option<JobId>, Report)>) {
    let (sender, told) = mpsc::channel(64);
    (Reporter::new(JobId(1), sender), told)
}

fn listen(mut told: mpsc::Receiver<(Option<JobId>, Report)>) -> tokio::task::JoinHandle<Told> {
    tokio::spawn(async move {
        let mut last = Told {
            view: None,
            failure: None,
        };
        while let Some((_, report)) = told.recv().await {
            match report {
                Report::Run(view) => last.view = Some(*view),
                Report::Failed(failure) => last.failure = Some(failure.message),
                _ => {}
            }
        }
        last
    })
}
