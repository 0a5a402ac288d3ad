//! What is being waited for just now, so that a person can see it: hosts that do not answer, and the budget.
//! It must not know what a request is.

use crate::{
    budget::Hold,
    clock::{Clock, difference},
    words::time_words,
};
use jiff::SignedDuration;
use reqwest::header::HeaderMap;
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Waiting for less is nothing to speak of.
pub(crate) const FIRST: Duration = Duration::from_secs(5);

/// After the first report there is one at every multiple of this.
const STEP: Duration = Duration::from_secs(15);

/// Waits that are to be reported within this time of each other are reported once.
const TOGETHER: Duration = Duration::from_secs(1);

/// Something that somebody waits for, to be shown as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The answer of a host.
    Answer {
        /// Host and port.
        host: String,
        /// How long it has been silent.
        waited: Duration,
        /// After how long the request is given up.
        limit: Duration,
    },
    /// Nothing: this machine's clock is off, which is reported once.
    Clock {
        /// How far it is ahead of the services' clock; negative when it is behind.
        ahead: SignedDuration,
    },
    /// A turn in the queue of requests.
    Turn {
        /// How long it has been.
        waited: Duration,
        /// What holds the queue up, when that is known.
        hold: Option<Hold>,
    },
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer {
                host,
                waited,
                limit,
            } => write!(
                f,
                "still waiting for {host}, {} s of {} s",
                waited.as_secs(),
                limit.as_secs()
            ),
            Self::Clock { ahead } => write!(f, "{}", difference(*ahead)),
            Self::Turn { waited, hold } => {
                write!(
                    f,
                    "a request has waited {} s for its turn",
                    waited.as_secs()
                )?;
                match hold {
                    None => Ok(()),
                    Some(Hold::Full(left)) => write!(
                        f,
                        ": the account's requests of this minute are used, the next goes out in {}",
                        time_words(*left)
                    ),
                    Some(Hold::Paused(pause)) => write!(
                        f,
                        ": the Store asked for a pause, of which {} are left",
                        time_words(pause.left)
                    ),
                    Some(Hold::Unreachable(left)) => write!(
                        f,
                        ": the Store cannot be reached, the next try is in {}",
                        time_words(*left)
                    ),
                }
            }
        }
    }
}

/// All that is waited for. Cheap to clone: all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Waits(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    clock: Clock,
    list: Mutex<List>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct List {
    /// The clock is off, and that was not told yet.
    is_clock_off: bool,
    entries: Vec<Entry>,
    next_number: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    since: Instant,
    /// When it is reported next.
    tell_at: Instant,
    /// Host and limit; `None` for a turn.
    answer: Option<(String, Duration)>,
}

impl Waits {
    /// Notes that an answer is waited for, until the guard is dropped.
    pub(crate) fn answer(&self, host: String, since: Instant, limit: Duration) -> WaitGuard {
        self.add(since, Some((host, limit)))
    }

    /// Notes that a turn is waited for, until the guard is dropped.
    pub(crate) fn turn(&self) -> WaitGuard {
        self.add(Instant::now(), None)
    }

    /// The services' clock, by their answers.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Compares the clocks by an answer's head; one that is off is reported once.
    pub(crate) fn hear(&self, headers: &HeaderMap) {
        if self.0.clock.hear(headers) {
            let mut list = self.0.list.lock().unwrap_or_else(PoisonError::into_inner);
            list.is_clock_off = true;
            self.0.changed.notify_one();
        }
    }

    fn add(&self, since: Instant, answer: Option<(String, Duration)>) -> WaitGuard {
        let number = {
            let mut list = self.0.list.lock().unwrap_or_else(PoisonError::into_inner);
            let number = list.next_number;
            list.next_number += 1;
            list.entries.push(Entry {
                number,
                since,
                tell_at: since + FIRST,
                answer,
            });
            number
        };
        self.0.changed.notify_one();
        WaitGuard {
            waits: self.clone(),
            number,
        }
    }

    /// Tells of every wait after 5 s, then after 15 s, 30 s and so on; of the longest one when there are several. Never ends,
    /// and sleeps while nothing is waited for. For one caller at a time.
    pub(crate) async fn tell(
        &self,
        hold: impl Fn() -> Option<Hold>,
        mut tell: impl FnMut(Waiting),
    ) {
        loop {
            let changed = self.0.changed.notified();
            let is_clock_off = {
                let mut list = self.0.list.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut list.is_clock_off)
            };
            if let Some(ahead) = self.0.clock.ahead().filter(|_| is_clock_off) {
                tell(Waiting::Clock { ahead });
            }
            match self.due() {
                (Some(Entry { since, answer, .. }), _) => {
                    let waited = since.elapsed();
                    tell(match answer {
                        Some((host, limit)) => Waiting::Answer {
                            host,
                            waited,
                            limit,
                        },
                        None => Waiting::Turn {
                            waited,
                            hold: hold(),
                        },
                    });
                }
                (None, Some(next)) => tokio::select! {
                    () = sleep_until(next) => {}
                    () = changed => {}
                },
                (None, None) => changed.await,
            }
        }
    }

    /// The longest wait that is to be reported now, else when to look again. Requests that began within a second of each other are
    /// one wait to a reader.
    fn due(&self) -> (Option<Entry>, Option<Instant>) {
        let now = Instant::now();
        let mut list = self.0.list.lock().unwrap_or_else(PoisonError::into_inner);
        let next = list.entries.iter().map(|entry| entry.tell_at).min();
        if next.is_none_or(|at| at > now) {
            return (None, next);
        }
        let until = now + TOGETHER;
        let mut longest: Option<Entry> = None;
        for entry in list
            .entries
            .iter_mut()
            .filter(|entry| entry.tell_at <= until)
        {
            let steps = (until - entry.since).as_secs() / STEP.as_secs() + 1;
            entry.tell_at = entry.since + STEP * u32::try_from(steps).unwrap_or(u32::MAX);
            if longest.as_ref().is_none_or(|it| entry.since < it.since) {
                longest = Some(entry.clone());
            }
        }
        (longest, next)
    }
}

/// Something is being waited for as long as this lives.
#[derive(Debug)]
pub(crate) struct WaitGuard {
    waits: Waits,
    number: u64,
}

impl Drop for WaitGuard {
    fn drop(&mut self) {
        let mut list = self
            .waits
            .0
            .list
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        list.entries.retain(|entry| entry.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_host_is_told_after_seconds_and_with_the_limit() {
        let waits = Waits::default();
        let told = Mutex::new(Vec::new());
        let request = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            let limit = Duration::from_mins(1);
            let host = "store.example".to_owned();
            let _waits = waits.answer(host, Instant::now(), limit);
            // One that began later is not told as well.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let _other = waits.turn();
            tokio::time::sleep(limit).await;
        };
        tokio::select! {
            () = request => {}
            () = waits.tell(|| None, |waiting| told.lock().unwrap().push(waiting.to_string())) => {}
        }
        let told = told.into_inner().unwrap();
        let expected =
            [5, 15, 30, 45, 60].map(|s| format!("still waiting for store.example, {s} s of 60 s"));
        assert_eq!(told, expected);
        assert!(waits.0.list.lock().unwrap().entries.is_empty());
    }

    #[test]
    fn a_turn_says_what_holds_it_up() {
        let hold = |hold| {
            Waiting::Turn {
                waited: Duration::from_secs(15),
                hold,
            }
            .to_string()
        };
        assert_eq!(
            hold(Some(Hold::Full(Duration::from_millis(22_400)))),
            "a request has waited 15 s for its turn: the account's requests of this minute are used, the next goes out in 23 s"
        );
        assert_eq!(hold(None), "a request has waited 15 s for its turn");
    }
}
