//! `[notify] command` and `watch --on-change COMMAND`: a program of the person's own, started for each change of state, one after
//! the other and beside everything else. It may fail or hang without harm, and gets no secret of ours.

use super::outside;
use crate::{app::event::Notice, storage::config::program};
use serde_json::{Value, json};
use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{io::AsyncWriteExt, process::Command, sync::mpsc, task::JoinHandle, time};

/// Long enough for a message to a chat, short enough that a hanging one holds nothing up for ever.
const LIMIT: Duration = Duration::from_secs(30);

/// One change: what the program finds in its environment, and on its standard input.
#[derive(Debug)]
struct Call {
    variables: Vec<(&'static str, String)>,
    json: String,
}

/// Where what the program prints goes: never to stdout, which a script may read line by line, and never onto the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prints {
    ToStderr,
    Nowhere,
}

impl Prints {
    fn stdio(self) -> Stdio {
        match self {
            Self::ToStderr => io::stderr().into(),
            Self::Nowhere => Stdio::null(),
        }
    }
}

/// The program, if there is one.
#[derive(Debug, Default)]
pub struct Notices(Option<Running>);

#[derive(Debug)]
struct Running {
    calls: mpsc::UnboundedSender<Call>,
    /// Gives what went wrong.
    worker: JoinHandle<Vec<String>>,
}

impl Notices {
    /// `hidden` are the variables that the program does not get. To be called where tasks can be spawned.
    pub fn new(command: Option<&str>, hidden: Vec<String>, prints_to: Prints) -> Self {
        let Some(command) = command.map(str::to_owned) else {
            return Self(None);
        };
        let (sender, mut calls) = mpsc::unbounded_channel::<Call>();
        let worker = tokio::spawn(async move {
            let mut troubles = Vec::new();
            while let Some(call) = calls.recv().await {
                let trouble = match carry_out(&command, &hidden, prints_to, &call).await {
                    Ok(status) if status.success() => continue,
                    Ok(status) => format!("ended with {status}"),
                    Err(error) => error.to_string(),
                };
                tracing::warn!(command, trouble, "a notice did not reach its program");
                troubles.push(format!("{command}: {trouble}"));
            }
            troubles
        });
        Self(Some(Running {
            calls: sender,
            worker,
        }))
    }

    /// Tells of a change; `json` is what a script reads of it elsewhere, where there is such a line.
    pub fn tell(&self, notice: &Notice, json: Option<&Value>) {
        let Some(running) = &self.0 else { return };
        let submission = notice.submission.clone().unwrap_or_default();
        let own = || {
            json!({
                "event": "status",
                "target": notice.target.to_string(),
                "run": null,
                "status": notice.status,
                "at": notice.at.to_string(),
            })
        };
        let json = json.map_or_else(|| own().to_string(), Value::to_string);
        let call = Call {
            variables: vec![
                ("FLIGHTDECK_TARGET", notice.target.to_string()),
                ("FLIGHTDECK_NAME", notice.name.clone()),
                ("FLIGHTDECK_STATUS", notice.status.clone()),
                ("FLIGHTDECK_SUBMISSION", submission),
            ],
            json,
        };
        // The worker only ends when this is dropped.
        let _ = running.calls.send(call);
    }

    /// Waits for the calls that are still to be made; gives what went wrong.
    pub async fn finish(&mut self) -> Vec<String> {
        let Some(Running { calls, worker }) = self.0.take() else {
            return Vec::new();
        };
        drop(calls);
        worker.await.unwrap_or_default()
    }
}

async fn carry_out(
    command: &str,
    hidden: &[String],
    prints_to: Prints,
    call: &Call,
) -> io::Result<ExitStatus> {
    let mut words = outside::words(command).into_iter();
    let name = words
        .next()
        .ok_or_else(|| io::Error::other("names no program"))?;
    let mut child = Command::from(program::command(&name, hidden))
        .args(words)
        .envs(call.variables.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::piped())
        .stdout(prints_to.stdio())
        .stderr(prints_to.stdio())
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
