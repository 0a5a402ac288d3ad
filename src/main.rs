//! Floor 9: reads the arguments, builds the runtime, calls the dashboard, the head-less commands or the simulator.

use clap::{CommandFactory, Parser};
use flightdeck::{
    cli::{Cli, CliCommand},
    commands::{self, exit::Exit, printer::Printer},
    storage::config::env,
};
use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};
use tempfile::TempDir;

mod dashboard;

/// What has begun to write gets so long to end.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime could not be started: {error}")),
    };
    // They outlive the runtime: what a job still writes must not come into a folder that is being removed.
    let mut temporary = Vec::new();
    let exit = runtime.block_on(run(&cli, &mut temporary));
    // A blocking read of a dead network drive must not keep the program from ending.
    runtime.shutdown_timeout(PATIENCE);
    drop(temporary);
    ExitCode::from(exit as u8)
}

async fn run(cli: &Cli, temporary: &mut Vec<TempDir>) -> Exit {
    match &cli.command {
        None => dashboard::open(cli, temporary).await,
        #[cfg(feature = "sim")]
        Some(CliCommand::Demo(args)) => dashboard::demo(args, temporary).await,
        #[cfg(feature = "sim")]
        Some(CliCommand::Sim(args)) => commands::sim::serve(args).await,
        Some(CliCommand::Completions { shell }) => {
            clap_complete::generate(*shell, &mut Cli::command(), "flightdeck", &mut io::stdout());
            Exit::Done
        }
        Some(CliCommand::Man) => {
            match clap_mangen::Man::new(Cli::command()).render(&mut io::stdout()) {
                Ok(()) => Exit::Done,
                Err(_) => Exit::Failed,
            }
        }
        Some(command) => {
            let (mut out, mut err) = (io::stdout(), io::stderr());
            let mut printer = Printer {
                out: &mut out,
                err: &mut err,
                how: cli.output,
            };
            commands::run::run(cli, command, &env::process, &mut printer).await
        }
    }
}

/// Says why on stderr; when that is gone too, the exit code has to do.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "flightdeck: {message}");
    ExitCode::from(Exit::Failed as u8)
}
