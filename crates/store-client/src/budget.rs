//! The local budget of Store requests: so many in a sliding minute, people first. It must not know what a request is.
//!
//! Nothing runs in the background: every waiter watches the queue itself, so that a waiter that is dropped leaves no trace.

use crate::ledger::{Ledger, Look, Slot};
use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// The service counts arrivals in a minute; a second more covers requests that travelled at different speeds.
const WINDOW: Duration = Duration::from_secs(61);

/// A block longer than this is no pause but a refusal (a limit per day, store-api.md Q1): callers are told at once.
const PATIENCE: Duration = Duration::from_secs(150);

/// Nobody is locked out for longer than this on the word of one answer.
const LONGEST_BLOCK: Duration = Duration::from_mins(15);

/// The ledger counts milliseconds.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Who waits longer than this for a slot is told why.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// A ledger that failed is left alone for so long: every attempt may cost the time that it waits for its lock.
const LEDGER_REST: Duration = WINDOW;

/// Who waits for a request: someone at the keyboard or a command, the rows on screen, or nobody in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Person,
    Screen,
    Background,
}

/// How much of the minute is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetView {
    /// Requests sent in the last minute, those of other processes with them as far as they were seen.
    pub used: u32,
    /// Requests allowed in a minute.
    pub limit: u32,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// Requests since the start that have waited more than 10 s for their turn, those that still wait with them.
    pub delayed: u32,
}

/// The priority of one request; it can rise while the request waits, when someone more urgent joins it.
#[derive(Debug)]
pub(crate) struct Urgency(AtomicU8);

impl Urgency {
    pub(crate) fn new(priority: Priority) -> Arc<Self> {
        Arc::new(Self(AtomicU8::new(priority as u8)))
    }

    fn rank(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) struct Budget {
    limit: usize,
    /// What other processes take from the same minute; without one this process is alone.
    ledger: Option<Arc<dyn Ledger>>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// When each request of the last minute was let through, oldest first.
    sent: VecDeque<Instant>,
    /// The requests of all processes when the ledger was last seen, oldest first.
    seen: VecDeque<Instant>,
    blocked_until: Option<Instant>,
    /// Other processes have taken the minute up to here.
    full_until: Option<Instant>,
    queue: Vec<Waiter>,
    next_number: u64,
    /// Who asks the ledger just now: one at a time, so that the order of the queue holds.
    asking: Option<u64>,
    /// The ledger failed and is not asked before this time.
    ledger_rests: Option<Instant>,
    delayed: u32,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    urgency: Arc<Urgency>,
    since: Instant,
}

impl State {
    fn forget_old(&mut self, now: Instant) {
        for times in [&mut self.sent, &mut self.seen] {
            while times
                .front()
                .is_some_and(|at| now.duration_since(*at) >= WINDOW)
            {
                times.pop_front();
            }
        }
        for until in [
            &mut self.blocked_until,
            &mut self.full_until,
            &mut self.ledger_rests,
        ] {
            until.take_if(|until| *until <= now);
        }
    }

    fn head(&self) -> Option<u64> {
        self.queue
            .iter()
            .min_by_key(|waiter| (waiter.urgency.rank(), waiter.number))
            .map(|waiter| waiter.number)
    }

    /// Writes down what the ledger said. `true` when the slot is taken.
    fn learn(&mut self, look: Look, now: Instant) -> bool {
        let mut ages = look.ages;
        ages.sort_unstable_by(|a, b| b.cmp(a));
        self.seen = ages
            .into_iter()
            .filter_map(|age| now.checked_sub(age))
            .collect();
        match look.slot {
            Slot::Taken => self.sent.push_back(now),
            // Never at once: a wait of nothing would be a busy loop.
            Slot::Full(wait) => self.full_until = Some(now + wait.clamp(SHORTEST_WAIT, WINDOW)),
            Slot::Blocked(wait) => {
                self.blocked_until = Some(now + wait.clamp(SHORTEST_WAIT, LONGEST_BLOCK));
            }
        }
        look.slot == Slot::Taken
    }
}

/// What a waiter learns when it looks at the queue.
enum Turn {
    Now,
    /// Free here; the ledger has the last word, and this waiter is the one that asks it.
    Ask(Arc<dyn Ledger>),
    /// First in the queue, but not before this time.
    At(Instant),
    /// Others come first.
    Behind,
    /// The service asked for a longer pause than anyone waits for.
    Refused(Duration),
}

/// A place in the queue, given back when dropped.
struct Place<'a> {
    budget: &'a Budget,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        if let Some(at) = state
            .queue
            .iter()
            .position(|waiter| waiter.number == self.number)
        {
            let waiter = state.queue.swap_remove(at);
            state.delayed += u32::from(waiter.since.elapsed() > LONG_WAIT);
        }
        // Dropped while it asked: a slot that the ledger still gives is counted and not used.
        state.asking.take_if(|asking| *asking == self.number);
        drop(state);
        // Whoever is first now has to look at the clock.
        self.budget.changed.notify_waiters();
    }
}

impl Budget {
    pub(crate) fn new(requests_per_minute: u32) -> Self {
        let limit = usize::try_from(requests_per_minute.max(1)).unwrap_or(usize::MAX);
        Self {
            limit,
            ledger: None,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Shares the minute with whoever else uses this ledger.
    pub(crate) fn with_ledger(self, ledger: Option<Arc<dyn Ledger>>) -> Self {
        Self { ledger, ..self }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a free slot and takes it. Fails with the pause that is left when the service asked for a very long one.
    pub(crate) async fn take(&self, urgency: &Arc<Urgency>) -> Result<(), Duration> {
        let place = self.join(urgency);
        loop {
            let mut changed = pin!(self.changed.notified());
            // Listens before it looks: a change between the two is not missed.
            changed.as_mut().enable();
            match self.turn(place.number) {
                Turn::Now => return Ok(()),
                Turn::Ask(ledger) => {
                    if self
                        .ask(ledger, urgency.rank() == Priority::Person as u8)
                        .await
                    {
                        return Ok(());
                    }
                }
                Turn::Refused(pause) => return Err(pause),
                Turn::Behind => changed.await,
                Turn::At(time) => tokio::select! {
                    () = sleep_until(time) => {}
                    () = changed => {}
                },
            }
        }
    }

    fn join(&self, urgency: &Arc<Urgency>) -> Place<'_> {
        let mut state = self.lock();
        let number = state.next_number;
        state.next_number += 1;
        state.queue.push(Waiter {
            number,
            urgency: Arc::clone(urgency),
            since: Instant::now(),
        });
        drop(state);
        // A more urgent newcomer may stand in front of one that waits for the clock.
        self.changed.notify_waiters();
        Place {
            budget: self,
            number,
        }
    }

    fn turn(&self, number: u64) -> Turn {
        let now = Instant::now();
        let mut state = self.lock();
        state.forget_old(now);
        if let Some(pause) = state
            .blocked_until
            .map(|until| until - now)
            .filter(|pause| *pause > PATIENCE)
        {
            return Turn::Refused(pause);
        }
        if state.head() != Some(number) || state.asking.is_some_and(|asking| asking != number) {
            return Turn::Behind;
        }
        if let Some(until) = state.blocked_until.max(state.full_until) {
            return Turn::At(until);
        }
        match (state.sent.front(), &self.ledger) {
            (Some(oldest), _) if state.sent.len() >= self.limit => Turn::At(*oldest + WINDOW),
            (_, Some(ledger)) if state.ledger_rests.is_none() => {
                state.asking = Some(number);
                Turn::Ask(Arc::clone(ledger))
            }
            _ => {
                state.sent.push_back(now);
                Turn::Now
            }
        }
    }

    /// Asks the ledger for the slot that is free here; `false` when it is not free there.
    async fn ask(&self, ledger: Arc<dyn Ledger>, is_person: bool) -> bool {
        let limit = self.limit;
        let look = blocking(move || ledger.take(limit, WINDOW, is_person)).await;
        let now = Instant::now();
        let is_taken = {
            let mut state = self.lock();
            state.asking = None;
            match look {
                Ok(look) => state.learn(look, now),
                Err(reason) => {
                    tracing::warn!(
                        reason,
                        "the requests of other processes are not counted: the ledger cannot be used"
                    );
                    state.ledger_rests = Some(now + LEDGER_REST);
                    false
                }
            }
        };
        self.changed.notify_waiters();
        is_taken
    }

    /// Lets nothing through for a while, here and in the processes that share the ledger: the service said so.
    pub(crate) async fn block(&self, pause: Duration) {
        let pause = pause.min(LONGEST_BLOCK);
        let until = Instant::now() + pause;
        {
            let mut state = self.lock();
            state.blocked_until = state.blocked_until.max(Some(until));
        }
        self.changed.notify_waiters();
        if let Some(ledger) = self.ledger.clone()
            && let Err(reason) = blocking(move || ledger.block(pause)).await
        {
            tracing::warn!(
                reason,
                "other processes do not know of the pause that the service asked for"
            );
        }
    }

    /// Lets a waiting request move up.
    pub(crate) fn raise(&self, urgency: &Urgency, priority: Priority) {
        if urgency.0.fetch_min(priority as u8, Ordering::Relaxed) > priority as u8 {
            self.changed.notify_waiters();
        }
    }

    pub(crate) fn view(&self) -> BudgetView {
        let mut state = self.lock();
        state.forget_old(Instant::now());
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let late = state
            .queue
            .iter()
            .filter(|waiter| waiter.since.elapsed() > LONG_WAIT)
            .count();
        BudgetView {
            used: count(state.sent.len().max(state.seen.len())),
            limit: count(self.limit),
            waiting: state.queue.len(),
            delayed: state.delayed.saturating_add(count(late)),
        }
    }
}

/// Runs a look at the ledger where waiting for a disk holds nobody up.
async fn blocking<T: Send + 'static>(
    look: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(look).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
