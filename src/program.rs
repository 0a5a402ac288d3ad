//! Reads the arguments, builds the runtime, and calls the dashboard, a head-less command or the simulator.
//! Knows nothing of what they do.
//!
//! It is part of the library so that the compiler translates all asynchronous code once: the binary would do it again.

use crate::{
    cli::{Cli, CliCommand},
    commands::{
        self,
        exit::Exit,
        printer::{Printer, complain},
    },
    dashboard,
    storage::config::env,
};
use clap::{CommandFactory, Parser};
use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};
use store_model::safe_text::lines;
use tempfile::TempDir;

/// How long work that has begun to write may take to end.
const PATIENCE: Duration = Duration::from_secs(1);

/// The whole program, from its arguments to its exit code.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the runtime could not be started: {error}")),
    };
    // The folders outlive the runtime: a job may still be writing into them while it shuts down.
    let mut temporary = Vec::new();
    let exit = runtime.block_on(carry_out(&cli, &mut temporary));
    // A blocking read of a dead network drive must not keep the program from ending.
    runtime.shutdown_timeout(PATIENCE);
    drop(temporary);
    ExitCode::from(exit as u8)
}

async fn carry_out(cli: &Cli, temporary: &mut Vec<TempDir>) -> Exit {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut printer = Printer::new(&mut out, &mut err, cli.output);
    match &cli.command {
        None => dashboard::open(cli, temporary).await,
        #[cfg(feature = "sim")]
        Some(CliCommand::Demo(args)) => dashboard::demo(args, temporary).await,
        #[cfg(feature = "sim")]
        Some(CliCommand::Sim(args)) => commands::sim::serve(args).await,
        Some(CliCommand::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "flightdeck", &mut text);
            document(&text, &mut printer)
        }
        Some(CliCommand::Man) => {
            let mut text = Vec::new();
            match clap_mangen::Man::new(Cli::command()).render(&mut text) {
                Ok(()) => document(&text, &mut printer),
                Err(_) => Exit::Failed,
            }
        }
        Some(command) => commands::run::run(cli, command, &env::process, &mut printer).await,
    }
}

/// Completions and man page are rendered in memory: their generators panic when stdout is closed.
fn document(text: &[u8], printer: &mut Printer<'_>) -> Exit {
    printer.text(String::from_utf8_lossy(text));
    commands::run::finish(Exit::Done, printer)
}

/// What clap says quotes the arguments, and those may come from anywhere.
fn refused(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() || *lines(&text) == *text {
        error.exit();
    }
    let _ = write!(io::stderr(), "{}", lines(&text));
    ExitCode::from(Exit::Usage as u8)
}

fn fail(message: &str) -> ExitCode {
    complain(message);
    ExitCode::from(Exit::Failed as u8)
}
