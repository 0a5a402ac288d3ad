//! The wish of the system or the person that the program ends: Ctrl-C, SIGTERM, SIGHUP, and their Windows twins.

/// Waits for the next such wish. A signal that cannot be listened to is simply never seen.
#[cfg(unix)]
pub async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = async |kind: SignalKind| match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

/// Waits for the next such wish. A signal that cannot be listened to is simply never seen.
#[cfg(windows)]
pub async fn stop() {
    use tokio::signal::windows;
    macro_rules! wait {
        ($signal:expr) => {
            async {
                match $signal {
                    Ok(mut signal) => {
                        signal.recv().await;
                    }
                    Err(_) => std::future::pending().await,
                }
            }
        };
    }
    tokio::select! {
        () = wait!(windows::ctrl_c()) => {}
        () = wait!(windows::ctrl_break()) => {}
        () = wait!(windows::ctrl_close()) => {}
        () = wait!(windows::ctrl_shutdown()) => {}
    }
}
