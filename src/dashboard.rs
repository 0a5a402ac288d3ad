//! Puts the dashboard together: a profile, its services, the pool of jobs; for the demo the simulator as well.

use flightdeck::{
    api::{BudgetView, Observe},
    cli::Cli,
    config::{Config, ConfigError, Profile, env},
    headless::exit::{Exit, Failure},
    jobs::{
        pool::Pool,
        report::{Pulse, Report},
        reporter::Told,
        services::Services,
    },
    model::ProfileView,
    shell,
};
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{sync::mpsc, time};

/// Jobs get so long to put their things in order when the program ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the header's count of requests is looked at while it still falls.
const PULSE: Duration = Duration::from_secs(5);

/// The dashboard of a profile; without any profile the explanation of the two ways on.
pub async fn open(cli: &Cli) -> Exit {
    let opened = async {
        let config = Config::load(cli.config.as_deref(), &env::process)?;
        match config.profile(cli.profile.as_deref(), &env::process) {
            Ok(profile) => show(&config, &profile, None, None).await,
            Err(error @ ConfigError::NoProfile { .. }) => welcome(&config, &error).await,
            Err(error) => Err(error.into()),
        }
    };
    ended(opened.await)
}

async fn show(config: &Config, profile: &Profile, banner: Option<String>, zip_folder: Option<PathBuf>) -> Result<Exit, Failure> {
    let (sender, told) = Pool::channel();
    let (observe, exchanges) = observer();
    let services = Services::open(config, profile, observe)?;
    let _log = shell::logging::start(&services.home.log_folder());
    let pulse = tokio::spawn(pulse(services.clone(), exchanges, sender.clone()));
    let view = ProfileView {
        name: profile.name.clone(),
        is_demo: banner.is_some(),
        is_protected: profile.protected,
        is_read_only: profile.read_only,
        zip_folder,
    };
    let options = options(config, view, banner, None)?;
    let mut pool = Pool::new(services, sender);
    let exit = shell::run::run(options, &mut pool, told).await;
    pool.shut_down(PATIENCE).await;
    pulse.abort();
    exit.map(|_| Exit::Done).map_err(|error| Failure::new(Exit::Failed, format!("{error:#}")))
}

/// Requests reach the screen through a queue of their own: the client must never wait for the screen.
fn observer() -> (Observe, mpsc::UnboundedReceiver<flightdeck::api::Exchange>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    // Nobody listens any more only while the program ends.
    (Arc::new(move |exchange| drop(sender.send(exchange))), receiver)
}

/// Passes requests on, and the state of the budget: after each request, and while the count still falls. Sleeps otherwise.
async fn pulse(services: Services, mut exchanges: mpsc::UnboundedReceiver<flightdeck::api::Exchange>, sender: mpsc::Sender<Told>) {
    let mut used = 0;
    loop {
        let exchange = tokio::select! {
            biased;
            exchange = exchanges.recv() => match exchange {
                Some(exchange) => Some(exchange),
                None => return,
            },
            () = time::sleep(PULSE), if used > 0 => None,
        };
        let BudgetView { used: now, limit, waiting } = services.store.budget();
        let is_news = exchange.is_some() || now != used;
        used = now;
        if let Some(exchange) = exchange
            && sender.send((None, Report::Exchange(exchange))).await.is_err()
        {
            return;
        }
        let pulse = Pulse { token_expires: services.store.token_expires(), used, limit, waiting };
        if is_news && sender.send((None, Report::Pulse(pulse))).await.is_err() {
            return;
        }
    }
}

fn ended(result: Result<Exit, Failure>) -> Exit {
    result.unwrap_or_else(|failure| {
        // Nobody may be listening to stderr; the exit code still tells.
        let _ = writeln!(io::stderr(), "flightdeck: {}", failure.message);
        failure.exit
    })
}
