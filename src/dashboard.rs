//! Puts the dashboard together: a profile, its services, the task pool, and for the demo the simulator.

use crate::screen::keymap::keymap;
use crate::{
    app::event as app,
    cli::Cli,
    commands::{
        exit::{Exit, Failure},
        printer::complain,
    },
    shell::{
        self,
        run::{Options, Worker},
    },
    state::ProfileView,
    storage::{
        Home,
        config::{Config, ConfigError, Profile, env},
    },
    tasks::{
        pool::Pool,
        report::{Connection, Report},
        reporter::{JobId, TaskReport},
        services::{OpenError, PendingServices, Services},
        task::AnyTask,
    },
};
use futures::FutureExt;
use jiff::tz::TimeZone;
use std::{path::PathBuf, pin::pin, sync::Arc, time::Duration};
use store_client::{BudgetView, Observe};
use tempfile::TempDir;
use tokio::{sync::mpsc, task::JoinHandle, time};

/// Jobs get so long to put their things in order when the program ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often the header's count of requests is looked at while it still falls.
const PULSE: Duration = Duration::from_secs(5);

/// The dashboard of a profile; without any profile the explanation of the two ways on.
pub(crate) async fn open(cli: &Cli, temporary: &mut Vec<TempDir>) -> Exit {
    let opened = async {
        let zone = read_zone();
        let config = Config::load(cli.config.as_deref(), &env::process)?;
        match config.profile(cli.profile.as_deref(), &env::process) {
            Ok(profile) => show(&config, &profile, zone, None, None).await,
            Err(error @ ConfigError::NoProfile { .. }) => {
                welcome(&config, &error, zone, temporary).await
            }
            Err(error) => Err(error.into()),
        }
    };
    ended(opened.await)
}

/// The demo's own line on every screen, so that nobody takes it for the real Store.
#[cfg(feature = "sim")]
const BANNER: &str = "DEMO — a simulated Store on this machine; nothing here reaches Microsoft";

/// An upload that can be watched: loopback alone would be over before it is seen.
#[cfg(feature = "sim")]
const DEMO_BANDWIDTH: &str = "48 MB";

/// The dashboard on a simulator of its own, with sample files, all in folders that `temporary` takes: they go with the program.
#[cfg(feature = "sim")]
pub(crate) async fn demo(args: &crate::cli::DemoArgs, temporary: &mut Vec<TempDir>) -> Exit {
    ended(run_demo(args, temporary).await)
}

#[cfg(feature = "sim")]
async fn run_demo(
    args: &crate::cli::DemoArgs,
    temporary: &mut Vec<TempDir>,
) -> Result<Exit, Failure> {
    use crate::storage::config::{Credential, Paths, SecretSource};
    use store_sim::{SimOptions, samples};
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Failed,
            format!("The demo could not be started: {error}"),
        )
    };
    let scenario =
        crate::commands::sim::read_scenario(args.scenario.as_deref()).map_err(Failure::usage)?;
    let mut make = || -> Result<PathBuf, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("flightdeck-demo-")
            .tempdir()
            .map_err(failed)?;
        let path = folder.path().to_owned();
        temporary.push(folder);
        Ok(path)
    };
    // The program's own files stay out of the folder that the picker shows.
    let (folder, own) = (make()?, make()?);
    samples::write(&folder).map_err(failed)?;
    let options = SimOptions {
        speed: args.speed,
        apps: args.apps,
        rate_limit: None,
        scenario,
        ..SimOptions::default()
    };
    let sim = store_sim::start(options).await.map_err(failed)?;
    let address = sim
        .url()
        .parse()
        .map_err(|error| Failure::new(Exit::Failed, error))?;

    let at = |name: &str| own.join(name);
    let paths = Paths {
        config_file: at("config.toml"),
        is_config_named: false,
        data: at("data"),
        cache: at("cache"),
    };
    let settings = format!(
        "[upload]\nbandwidth = \"{DEMO_BANDWIDTH}\"\n\n[follow]\nshortest = \"1s\"\nlongest = \"5s\"\n"
    );
    let config = Config::parse(paths, settings)?;
    let profile = Profile {
        name: "demo".into(),
        tenant: store_sim::TENANT.into(),
        client: store_sim::CLIENT_ID.into(),
        credential: Credential::Secret(SecretSource::Held(
            store_sim::CLIENT_SECRET.to_owned().into(),
        )),
        protected: false,
        read_only: false,
        // The simulator sets no limit here: a demo that waits for slots would show nothing.
        requests_per_minute: 600,
        login: Clone::clone(&address),
        store: address,
        warnings: Vec::new(),
    };
    if let Err(error) = write_past(&config, &profile.name) {
        tracing::warn!(%error, "the demo begins without a past");
    }
    let exit = show(
        &config,
        &profile,
        read_zone(),
        Some(BANNER.to_owned()),
        Some(folder),
    )
    .await;
    sim.stop().await;
    exit
}

/// What the demo has seen before it starts, so that its board tells of days: each with the minutes since.
#[cfg(feature = "sim")]
fn write_past(config: &Config, profile: &str) -> Result<(), crate::storage::DiskError> {
    use store_model::story::Sighting;
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Seen {
        Rollout(f64),
        State(store_model::status::Status),
    }
    type Look = (store_model::target::Target, String, i64, Seen);
    let looks: Vec<Look> =
        serde_json::from_str(include_str!("../assets/demo/past.json")).unwrap_or_default();
    let now = jiff::Timestamp::now();
    let sighting = |(target, submission, minutes, seen): &Look| {
        let at = now - jiff::SignedDuration::from_mins(*minutes);
        let new = Sighting {
            // What came in the last night, nobody has seen on a dashboard yet.
            is_shown: *minutes > 14 * 60,
            ..Sighting::new(target, submission, at)
        };
        match seen {
            Seen::Rollout(percent) => Sighting {
                rollout: Some(*percent),
                ..new
            },
            Seen::State(status) => Sighting {
                status: Some(status.clone()),
                ..new
            },
        }
    };
    let home = Home::prepare(&config.paths.data, &config.paths.cache)?;
    let looks: Vec<_> = looks.iter().map(sighting).collect();
    home.submissions().record(profile, &looks).map(drop)
}

/// No profile yet: explains the two ways on; the demo is one key away.
#[cfg_attr(
    not(feature = "sim"),
    expect(unused_variables, reason = "only the demo makes folders")
)]
async fn welcome(
    config: &Config,
    error: &ConfigError,
    zone: JoinHandle<TimeZone>,
    temporary: &mut Vec<TempDir>,
) -> Result<Exit, Failure> {
    let options = options(
        config,
        ProfileView::default(),
        zone,
        None,
        Some(error.to_string()),
    )
    .await?;
    let (_sender, told) = Pool::channel();
    let exit = shell::run::run(options, Idle, told)
        .await
        .map_err(|error| Failure::new(Exit::Failed, format!("{error:#}")))?;
    match exit {
        app::Exit::Quit => Ok(Exit::Done),
        #[cfg(feature = "sim")]
        app::Exit::Demo => {
            run_demo(
                &crate::cli::DemoArgs {
                    speed: 1.0,
                    scenario: None,
                    apps: None,
                },
                temporary,
            )
            .await
        }
        #[cfg(not(feature = "sim"))]
        app::Exit::Demo => Err(Failure::usage("this build has no simulator")),
    }
}

/// Nothing can be done without a profile.
struct Idle;

impl Worker for Idle {
    fn start(&mut self, _: JobId, _: AnyTask) {}

    fn cancel(&mut self, _: JobId) {}
}

/// The pool as the shell knows it.
struct Hands<'a>(&'a mut Pool);

impl Worker for Hands<'_> {
    fn start(&mut self, id: JobId, task: AnyTask) {
        self.0.start(id, task);
    }

    fn cancel(&mut self, id: JobId) {
        self.0.cancel(id);
    }
}

/// Reads the system's time zone beside everything else of the start: the zone folder has hundreds of files to look through.
fn read_zone() -> JoinHandle<TimeZone> {
    tokio::task::spawn_blocking(TimeZone::system)
}

async fn options(
    config: &Config,
    profile: ProfileView,
    zone: JoinHandle<TimeZone>,
    banner: Option<String>,
    welcome: Option<String>,
) -> Result<Options, ConfigError> {
    let keys: Vec<_> = config
        .keys()
        .iter()
        .map(|(name, chords)| (name.clone(), chords.0.clone()))
        .collect();
    if let Err(error) = keymap(&keys) {
        return Err(config.fault(
            &["keys", error.action()],
            &error.to_string(),
            "The help of the dashboard (?) shows every name and key.",
        ));
    }
    let theme = match env::value(&env::process, "NO_COLOR") {
        Some(_) => tui_kit::theme::Theme::plain(),
        None => crate::screen::themes::load(&config.screen().theme).map_err(|what: String| {
            let remedy = "Write \"dark\", \"light\", \"high-contrast\", \"terminal\", or the path of a theme file.";
            config.fault(&["screen", "theme"], &what, remedy)
        })?,
    };
    Ok(Options {
        profile,
        banner,
        welcome,
        theme,
        notify: config.screen().notify,
        mouse: config.screen().mouse,
        editor: config.editor(&env::process),
        notice_command: config.file().notify.command.clone(),
        hidden: config.secret_variables(),
        keys,
        zone: zone.await.unwrap_or(TimeZone::UTC),
    })
}

async fn show(
    config: &Config,
    profile: &Profile,
    zone: JoinHandle<TimeZone>,
    banner: Option<String>,
    zip_folder: Option<PathBuf>,
) -> Result<Exit, Failure> {
    let (sender, told) = Pool::channel();
    let home = Home::prepare(&config.paths.data, &config.paths.cache).map_err(OpenError::Disk)?;
    // The dashboard is as good without a log.
    let _ = shell::logging::start(&home.log_folder());
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        profile = profile.name,
        "the dashboard starts"
    );
    let (observe, exchanges) = observer();
    let services = open_services(config, profile, &home, observe);
    let connection = tokio::spawn(connection(services.clone(), exchanges, sender.clone()));
    let view = ProfileView {
        name: profile.name.clone(),
        is_demo: banner.is_some(),
        is_protected: profile.protected,
        is_read_only: profile.read_only,
        zip_folder,
        home: directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned()),
    };
    let options = options(config, view, zone, banner, None).await?;
    let mut pool = Pool::opening(home, profile.name.clone(), services, sender);
    let exit = shell::run::run(options, Hands(&mut pool), told).await;
    pool.shut_down(PATIENCE).await;
    connection.abort();
    match &exit {
        Ok(_) => tracing::info!("the dashboard was left"),
        Err(error) => tracing::error!("the dashboard ended: {error:#}"),
    }
    exit.map(|_| Exit::Done)
        .map_err(|error| Failure::new(Exit::Failed, format!("{error:#}")))
}

/// Makes the services beside the first frame: the system's certificates are read for them.
fn open_services(
    config: &Config,
    profile: &Profile,
    home: &Home,
    observe: Observe,
) -> PendingServices {
    let (config, profile, home) = (config.clone(), profile.clone(), home.clone());
    let opening =
        tokio::task::spawn_blocking(move || Services::at(home, &config, &profile, observe));
    let opened = async {
        match opening.await {
            Ok(opened) => opened
                .map(|services| Services {
                    is_dashboard: true,
                    ..services
                })
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        }
    };
    opened.boxed().shared()
}

/// Requests reach the screen through a queue of their own: the client must never wait for the screen.
fn observer() -> (Observe, mpsc::UnboundedReceiver<store_client::Exchange>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    // Nobody listens any more only while the program ends.
    (
        Arc::new(move |exchange| drop(sender.send(exchange))),
        receiver,
    )
}

/// Passes requests on, and the state of the budget: after each request, and while the count still falls. Sleeps otherwise.
async fn connection(
    services: PendingServices,
    mut exchanges: mpsc::UnboundedReceiver<store_client::Exchange>,
    sender: mpsc::Sender<TaskReport>,
) {
    // Without services every job says why.
    let Ok(services) = services.await else { return };
    let mut used = 0;
    let mut slow: Option<String> = None;
    let (teller, mut waits) = mpsc::unbounded_channel();
    // Nobody listens any more only while the program ends.
    let mut telling = pin!(services.store.tell_waits(|wait| drop(teller.send(wait))));
    loop {
        let (exchange, wait) = tokio::select! {
            biased;
            exchange = exchanges.recv() => match exchange {
                Some(exchange) => (Some(exchange), None),
                None => return,
            },
            Some(wait) = waits.recv() => (None, Some(wait.to_string())),
            () = time::sleep(PULSE), if used > 0 => (None, slow.clone()),
            () = &mut telling => return,
        };
        let BudgetView {
            used: now,
            limit,
            waiting,
            ..
        } = services.store.budget();
        let is_news = exchange.is_some() || now != used || wait != slow;
        used = now;
        slow = wait;
        if let Some(exchange) = exchange
            && sender
                .send((None, Report::Exchange(exchange)))
                .await
                .is_err()
        {
            return;
        }
        let connection = Connection {
            token_expires: services.store.token_expires(),
            used,
            limit,
            waiting,
            slow: slow.clone(),
        };
        if is_news
            && sender
                .send((None, Report::Connection(connection)))
                .await
                .is_err()
        {
            return;
        }
    }
}

fn ended(result: Result<Exit, Failure>) -> Exit {
    result.unwrap_or_else(|failure| {
        complain(failure.message);
        failure.exit
    })
}
