//! `watch --on-change COMMAND`: a program of the person's own, started for each state that is seen. It may fail or hang without harm.

use super::{event::Event, printer::Printer};
use crate::{
    engine::view::{RunView, Seen},
    shell::outside,
    storage::config::program,
};
use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{io::AsyncWriteExt, process::Command, sync::mpsc, task::JoinHandle, time};

/// Long enough for a message to a chat, short enough that a hanging one holds nothing up for ever.
const LIMIT: Duration = Duration::from_secs(30);

/// One change: what the program finds in its environment, and on its standard input.
struct Call {
    variables: Vec<(&'static str, String)>,
    json: String,
}

/// Starts the program once for each change, one after the other and beside the watching.
pub(super) struct OnChange(Option<Running>);

struct Running {
    calls: mpsc::UnboundedSender<Call>,
    /// Gives what went wrong.
    worker: JoinHandle<Vec<String>>,
}

impl OnChange {
    pub(super) fn new(command: Option<&str>, hidden: Vec<String>) -> Self {
        let Some(command) = command.map(str::to_owned) else {
            return Self(None);
        };
        let (sender, mut calls) = mpsc::unbounded_channel::<Call>();
        let worker = tokio::spawn(async move {
            let mut troubles = Vec::new();
            while let Some(call) = calls.recv().await {
                let trouble = match carry_out(&command, &hidden, &call).await {
                    Ok(status) if status.success() => continue,
                    Ok(status) => format!("ended with {status}"),
                    Err(error) => error.to_string(),
                };
                troubles.push(format!("--on-change {command}: {trouble}"));
            }
            troubles
        });
        Self(Some(Running {
            calls: sender,
            worker,
        }))
    }

    pub(super) fn call(&self, view: &RunView, seen: &Seen) {
        let Some(running) = &self.0 else { return };
        let event = Event::RunStatus {
            target: &view.target,
            run: &view.id,
            status: seen.status.as_str(),
            at: seen.at,
        };
        let call = Call {
            variables: vec![
                ("FLIGHTDECK_TARGET", view.target.to_string()),
                ("FLIGHTDECK_NAME", view.name.clone()),
                ("FLIGHTDECK_STATUS", seen.status.to_string()),
                (
                    "FLIGHTDECK_SUBMISSION",
                    view.submission.clone().unwrap_or_default(),
                ),
            ],
            json: event.to_json().to_string(),
        };
        // The worker only ends when this is dropped.
        let _ = running.calls.send(call);
    }

    /// Waits for the calls that are still to be made, and says what went wrong.
    pub(super) async fn finish(&mut self, printer: &mut Printer<'_>) {
        let Some(Running { calls, worker }) = self.0.take() else {
            return;
        };
        drop(calls);
        for trouble in worker.await.unwrap_or_default() {
            printer.chatter(format!("warning: {trouble}"));
        }
    }
}

async fn carry_out(command: &str, hidden: &[String], call: &Call) -> io::Result<ExitStatus> {
    let mut words = outside::words(command).into_iter();
    let name = words
        .next()
        .ok_or_else(|| io::Error::other("names no program"))?;
    let mut child = Command::from(program::command(&name, hidden))
        .args(words)
        .envs(call.variables.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::piped())
        // Stdout is ours: a script may read it line by line.
        .stdout(io::stderr())
        .kill_on_drop(true)
        .spawn()?;
    let input = child.stdin.take();
    let ended = async {
        if let Some(mut input) = input {
            // Most programs read nothing.
            let _ = input.write_all(format!("{}\n", call.json).as_bytes()).await;
        }
        child.wait().await
    };
    match time::timeout(LIMIT, ended).await {
        Ok(status) => status,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("took longer than {} s and was stopped", LIMIT.as_secs()),
        )),
    }
}
