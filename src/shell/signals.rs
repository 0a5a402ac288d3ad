//! The signals that end the program, with their Windows twins.

use std::io;

/// What was sent to us from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C of a terminal that is not ours at the moment: an editor may have it.
    Interrupt,
    /// Somebody ends us: service manager, closed terminal, shutdown.
    Terminate,
    /// Somebody wants the terminal back for a while (`kill -TSTP`). Only after [`Signals::with_suspend`].
    Suspend,
}

#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    suspend: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            suspend: None,
        })
    }

    /// From now on a suspension is ours to carry out ([`stop_here`]): the system would stop us with the terminal still taken over.
    pub fn with_suspend(mut self) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let number = rustix::process::Signal::TSTP.as_raw();
        self.suspend = Some(signal(SignalKind::from_raw(number))?);
        Ok(self)
    }

    /// Waits for the next one. May be dropped and called again at any time.
    pub async fn next(&mut self) -> Signal {
        let suspended = async {
            match &mut self.suspend {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
            () = suspended => Signal::Suspend,
        }
    }
}

/// Stops this process, or with `whole` all that the shell started with it, until it is continued.
#[cfg(unix)]
pub fn stop_here(whole: bool) -> io::Result<()> {
    use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
    if whole {
        kill_current_process_group(Signal::STOP)?;
    } else {
        kill_process(getpid(), Signal::STOP)?;
    }
    Ok(())
}

/// Windows has no job control.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the twin of the Unix function")]
pub fn stop_here(_: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(windows)]
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    pause: tokio::signal::windows::CtrlBreak,
    close: tokio::signal::windows::CtrlClose,
    log_off: tokio::signal::windows::CtrlLogoff,
    shut_down: tokio::signal::windows::CtrlShutdown,
}

#[cfg(windows)]
impl Signals {
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            interrupt: windows::ctrl_c()?,
            pause: windows::ctrl_break()?,
            close: windows::ctrl_close()?,
            log_off: windows::ctrl_logoff()?,
            shut_down: windows::ctrl_shutdown()?,
        })
    }

    /// Nobody suspends a program on Windows.
    #[expect(clippy::unnecessary_wraps, reason = "the twin of the Unix function")]
    pub fn with_suspend(self) -> io::Result<Self> {
        Ok(self)
    }

    /// Waits for the next one. May be dropped and called again at any time.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.close.recv() => Signal::Terminate,
            _ = self.shut_down.recv() => Signal::Terminate,
            _ = self.log_off.recv() => Signal::Terminate,
            _ = self.pause.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }
}

/// Waits until the program shall end, whatever the reason. Where nothing can be listened to, that is never.
pub async fn stop() {
    match Signals::listen() {
        Ok(mut signals) => {
            signals.next().await;
        }
        Err(_) => std::future::pending().await,
    }
}
