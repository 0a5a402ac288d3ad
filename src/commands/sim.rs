//! `sim`: the simulated Store alone, until it is told to stop.

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
        Err(message) => return say(Exit::Usage, &message),
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

/// A scenario by its name or from a file; without one, a Store that works.
pub fn read_scenario(name: Option<&str>) -> Result<Scenario, String> {
    let Some(name) = name else {
        return Ok(Scenario::default());
    };
    if let Some(scenario) = Scenario::named(name) {
        return Ok(scenario);
    }
    let text = input::read_text(Path::new(name), MOST_SCENARIO).map_err(|error| {
        format!(
            "{name:?} is no scenario ({}), and no file to read: {error}",
            Scenario::names().collect::<Vec<_>>().join(", ")
        )
    })?;
    Scenario::parse(&text).map_err(|error| format!("{name}: {error}"))
}

fn say(exit: Exit, message: &str) -> Exit {
    complain(message);
    exit
}
