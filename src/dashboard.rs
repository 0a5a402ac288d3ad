//! Puts the dashboard together: a profile, its services, the pool of jobs; for the demo the simulator as well.

use flightdeck::{cli::{Cli, DemoArgs}, headless::exit::Exit};

pub async fn open(_cli: &Cli) -> Exit { Exit::Failed }
pub async fn demo(_args: &DemoArgs) -> Exit { Exit::Failed }
