//! `sim`: the simulated Store alone, until it is stopped.

use super::{exit::Exit, printer::complain};
use crate::{cli::SimArgs, shell::signals, storage::input};
use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};
use store_sim::{Scenario, SimOptions};

/// Far more rules than anybody writes.
const MOST_SCENARIO: u64 = 1 << 20;

pub async fn serve(args: &SimArgs) -> Exit {
    let scenario = match read_scenario(args.scenario.as_deref()) {
        Ok(scenario) => scenario,
        Err(error) => return say(Exit::Usage, &error.to_string()),
    };
    let options = SimOptions {
        listen: args.listen,
        speed: args.speed,
        apps: args.apps,
        rate_limit: args.rate_limit.0,
        token_lifetime: Duration::from_secs(args.token_lifetime),
        sas_lifetime: Duration::from_secs(args.sas_lifetime),
        latency: Duration::from_millis(args.latency),
        upload_url: args.upload_url.clone(),
        scenario,
        ..SimOptions::default()
    };
    let sim = match store_sim::start(options).await {
        Ok(sim) => sim,
        Err(error) => {
            return say(
                Exit::Failed,
                &format!("nothing can listen on {}: {error}", args.listen),
            );
        }
    };
    let mut out = io::stdout();
    // A reader that has gone stops nothing: the simulator serves whoever knows the address.
    let _ = writeln!(out, "listening on {}", sim.url()).and_then(|()| out.flush());
    signals::stop().await;
    sim.stop().await;
    Exit::Done
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("{name:?} is no scenario ({}), and no file to read: {source}", Scenario::names().collect::<Vec<_>>().join(", "))]
    Unread { name: String, source: io::Error },
    /// In the simulator's own words, with the line.
    #[error("{name}: {why}")]
    Wrong { name: String, why: String },
}

/// A scenario by its name or from a file; without one, a Store that works.
pub fn read_scenario(name: Option<&str>) -> Result<Scenario, ScenarioError> {
    let Some(name) = name else {
        return Ok(Scenario::default());
    };
    if let Some(scenario) = Scenario::named(name) {
        return Ok(scenario);
    }
    let text = input::read_text(Path::new(name), MOST_SCENARIO).map_err(|source| {
        ScenarioError::Unread {
            name: name.to_owned(),
            source,
        }
    })?;
    Scenario::parse(&text).map_err(|why| ScenarioError::Wrong {
        name: name.to_owned(),
        why,
    })
}

fn say(exit: Exit, message: &str) -> Exit {
    complain(message);
    exit
}
