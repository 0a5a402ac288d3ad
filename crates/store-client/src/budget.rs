//! The queue in front of every request of the Store: a local budget of requests in a sliding minute, people first.
//! It must not know what a request is.
//!
//! Nothing runs in the background: every waiter watches the queue itself, so that a waiter that is dropped leaves no trace.

use crate::{
    ledger::Ledger,
    minute::{Minute, Pause, Priority, Slot, WINDOW, millis},
};
use std::{
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

/// Waiting longer than this for a slot counts as a delay that people are told about.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// A ledger that failed is left alone for this long: every attempt may cost the time that it waits for its lock.
const LEDGER_REST: Duration = WINDOW;

/// Other processes give slots back and end pauses: nobody waits longer than this on what the ledger said.
const LEDGER_NEWS: Duration = Duration::from_secs(10);

/// While the Store cannot be reached, the background tries again after this long, then after twice as long, and so on.
const FIRST_RETREAT: Duration = Duration::from_secs(2);
const LONGEST_RETREAT: Duration = Duration::from_mins(1);

/// The clock starts here, so that what other processes did before this one started has a time as well.
const CLOCK_START: Duration = Duration::from_hours(48);

/// How much of the minute is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetView {
    /// Requests sent in the last minute, including those of other processes as far as they were seen.
    pub used: u32,
    /// Requests allowed in a minute.
    pub limit: u32,
    /// Requests that wait for their turn.
    pub waiting: usize,
    /// Requests since the start that have waited more than 10 s for their turn, including those that still wait.
    pub delayed: u32,
    /// Why the first in the queue waits, and for how long; `None` when nobody waits.
    pub hold: Option<Hold>,
}

/// What keeps the first request in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The requests of this minute are used, or the rest is kept for the person; the next slot is free after this time.
    Full(Duration),
    /// The service asked for a pause.
    Paused(Pause),
    /// The Store cannot be reached; the background tries again after this time.
    Unreachable(Duration),
}

/// The priority of one request; it can rise while the request waits, when someone more urgent joins it.
#[derive(Debug)]
pub(crate) struct Urgency(AtomicU8);

impl Urgency {
    pub(crate) fn new(priority: Priority) -> Arc<Self> {
        Arc::new(Self(AtomicU8::new(priority as u8)))
    }

    fn priority(&self) -> Priority {
        match self.0.load(Ordering::Relaxed) {
            0 => Priority::Person,
            1 => Priority::Selected,
            2 => Priority::Pending,
            _ => Priority::Background,
        }
    }
}

/// A slot that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

pub(crate) struct Budget {
    limit: usize,
    /// What other processes take from the same minute; without one this process is alone.
    ledger: Option<Arc<dyn Ledger>>,
    clock: Instant,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// By the clock of this budget: its own requests, or those of all processes when the ledger was last seen.
    minute: Minute,
    queue: Vec<Waiter>,
    next_number: u64,
    /// Who asks the ledger just now: one at a time, so that the order of the queue holds.
    asking: Option<u64>,
    /// When the ledger was last seen.
    seen: Option<u64>,
    /// The ledger failed and is not asked before this time.
    ledger_rests: u64,
    outage: Option<Outage>,
    delayed: u32,
}

/// The Store cannot be reached.
#[derive(Debug)]
struct Outage {
    /// The background waits until then.
    until: u64,
    /// The pause after the next failure.
    next: Duration,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    urgency: Arc<Urgency>,
    since: Instant,
}

impl State {
    fn head(&self) -> Option<&Waiter> {
        self.queue
            .iter()
            .min_by_key(|waiter| (waiter.urgency.priority(), waiter.number))
    }

    /// What keeps a request of this priority, by all that is known here.
    fn hold(&mut self, now: u64, limit: usize, priority: Priority) -> Option<Hold> {
        self.minute.forget(now);
        if let Some(outage) = self
            .outage
            .as_ref()
            .filter(|outage| outage.until > now && priority > Priority::Person)
        {
            return Some(Hold::Unreachable(Duration::from_millis(outage.until - now)));
        }
        match self.minute.slot(now, limit, priority) {
            Slot::Free => None,
            Slot::Full(wait) => Some(Hold::Full(wait)),
            Slot::Paused(pause) => Some(Hold::Paused(pause)),
        }
    }

    /// One of the background goes out to see whether the Store is back; the others wait for what it finds.
    fn explores(&mut self, now: u64, priority: Priority) {
        if let Some(outage) = self.outage.as_mut().filter(|_| priority > Priority::Person) {
            outage.until = now + millis(outage.next);
        }
    }
}

/// What a waiter learns when it looks at the queue.
enum Turn {
    Now(Ticket),
    /// Free here; the ledger has the last word, and this waiter is the one that asks it.
    Ask(Arc<dyn Ledger>, Priority),
    /// First in the queue, but not before this time.
    At(Instant),
    /// Others come first.
    Behind,
    /// The service asked for a longer pause than anyone waits for.
    Refused(Pause),
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
            clock: Instant::now(),
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

    fn now(&self) -> u64 {
        millis(CLOCK_START + self.clock.elapsed())
    }

    /// Waits for a free slot and takes it. Fails with the pause that the service asked for when that is a very long one.
    pub(crate) async fn take(&self, urgency: &Arc<Urgency>) -> Result<Ticket, Pause> {
        let place = self.join(urgency);
        loop {
            let mut changed = pin!(self.changed.notified());
            // Listens before it looks: a change between the two is not missed.
            changed.as_mut().enable();
            match self.turn(place.number, urgency.priority()) {
                Turn::Now(ticket) => return Ok(ticket),
                Turn::Ask(ledger, priority) => {
                    if let Some(ticket) = self.ask(ledger, priority).await {
                        return Ok(ticket);
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

    fn turn(&self, number: u64, priority: Priority) -> Turn {
        let now = self.now();
        let mut state = self.lock();
        if state.head().is_none_or(|head| head.number != number)
            || state.asking.is_some_and(|asking| asking != number)
        {
            return Turn::Behind;
        }
        let ledger = self
            .ledger
            .as_ref()
            .filter(|_| state.ledger_rests <= now)
            .map(Arc::clone);
        let hold = state.hold(now, self.limit, priority);
        let is_news = state
            .seen
            .is_some_and(|seen| now < seen + millis(LEDGER_NEWS));
        let wait = match (hold, ledger) {
            (Some(Hold::Unreachable(wait)), _) => wait,
            (None, Some(ledger)) => {
                state.asking = Some(number);
                return Turn::Ask(ledger, priority);
            }
            (Some(_), Some(ledger)) if !is_news => {
                state.asking = Some(number);
                return Turn::Ask(ledger, priority);
            }
            (None, None) => {
                state.explores(now, priority);
                return match state.minute.take(now, self.limit, priority) {
                    Slot::Free => Turn::Now(Ticket(now)),
                    // Not reached: it was free under the same lock.
                    _ => Turn::At(Instant::now()),
                };
            }
            (Some(Hold::Paused(pause)), _) if pause.is_long() => return Turn::Refused(pause),
            (Some(Hold::Paused(Pause { left: wait, .. }) | Hold::Full(wait)), Some(_)) => {
                wait.min(LEDGER_NEWS)
            }
            (Some(Hold::Paused(Pause { left: wait, .. }) | Hold::Full(wait)), None) => wait,
        };
        Turn::At(Instant::now() + wait)
    }

    /// Asks the ledger for the slot that is free here; `None` when it is not free there.
    async fn ask(&self, ledger: Arc<dyn Ledger>, priority: Priority) -> Option<Ticket> {
        let limit = self.limit;
        let answer = exchange(ledger, move |minute, now| {
            (minute.take(now, limit, priority), now)
        })
        .await;
        let now = self.now();
        let ticket = {
            let mut state = self.lock();
            state.asking = None;
            match answer {
                Ok(((slot, at), minute)) => {
                    state.minute = minute.by_clock(at, now);
                    state.seen = Some(now);
                    (slot == Slot::Free).then(|| {
                        state.explores(now, priority);
                        Ticket(at)
                    })
                }
                Err(reason) => {
                    tracing::warn!(
                        reason,
                        "the requests of other processes are not counted: the ledger cannot be used"
                    );
                    state.ledger_rests = now + millis(LEDGER_REST);
                    None
                }
            }
        };
        self.changed.notify_waiters();
        ticket
    }

    /// Changes the minute of all processes, or only this one's where that cannot be done.
    async fn note(&self, change: impl Fn(&mut Minute, u64) + Send + Sync + 'static) {
        let change = Arc::new(change);
        let now = self.now();
        let ledger = self
            .ledger
            .clone()
            .filter(|_| self.lock().ledger_rests <= now);
        let minute = match ledger {
            Some(ledger) => {
                let change = Arc::clone(&change);
                let answer = exchange(ledger, move |minute, now| {
                    change(minute, now);
                    now
                });
                answer
                    .await
                    .inspect_err(|reason| {
                        tracing::warn!(
                            reason,
                            "other processes do not know of it: the ledger cannot be used"
                        );
                    })
                    .ok()
            }
            None => None,
        };
        {
            let now = self.now();
            let mut state = self.lock();
            match minute {
                Some((at, minute)) => state.minute = minute.by_clock(at, now),
                None => change(&mut state.minute, now),
            }
        }
        self.changed.notify_waiters();
    }

    /// Lets nothing through for a while, here and in the processes that share the ledger: the service said so.
    pub(crate) async fn block(&self, pause: Duration) {
        self.note(move |minute, now| minute.block(now, pause)).await;
    }

    /// The Store answered: it can be reached, and a pause of hours that it asked for before is over.
    pub(crate) async fn answered(&self, Ticket(taken): Ticket) {
        let is_paused = {
            let mut state = self.lock();
            let was_out = state.outage.take().is_some();
            let is_paused = state
                .minute
                .pause(self.now())
                .is_some_and(|pause| pause.is_long());
            drop(state);
            if was_out {
                self.changed.notify_waiters();
            }
            is_paused
        };
        if is_paused {
            self.note(move |minute, now| minute.lift(now, taken)).await;
        }
    }

    /// The request never reached the Store: its slot is free again, and the background backs off.
    pub(crate) async fn missed(&self, Ticket(taken): Ticket) {
        self.retreat(Duration::ZERO);
        self.note(move |minute, _| minute.give_back(taken)).await;
    }

    /// The Store is in trouble: the background leaves it alone for a while, at least for as long as it asked for.
    pub(crate) fn retreat(&self, asked: Duration) {
        let now = self.now();
        let mut state = self.lock();
        let pause = state
            .outage
            .as_ref()
            .map_or(FIRST_RETREAT, |outage| outage.next)
            .max(asked.min(crate::minute::LONGEST_LOCK));
        state.outage = Some(Outage {
            until: now + millis(pause),
            next: (pause * 2).min(LONGEST_RETREAT),
        });
    }

    /// Lets a waiting request move up.
    pub(crate) fn raise(&self, urgency: &Urgency, priority: Priority) {
        if urgency.0.fetch_min(priority as u8, Ordering::Relaxed) > priority as u8 {
            self.changed.notify_waiters();
        }
    }

    pub(crate) fn view(&self) -> BudgetView {
        let now = self.now();
        let mut state = self.lock();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let first = state.head().map(|head| head.urgency.priority());
        let hold = first.and_then(|priority| state.hold(now, self.limit, priority));
        state.minute.forget(now);
        let late = state
            .queue
            .iter()
            .filter(|waiter| waiter.since.elapsed() > LONG_WAIT)
            .count();
        BudgetView {
            used: count(state.minute.used()),
            limit: count(self.limit),
            waiting: state.queue.len(),
            delayed: state.delayed.saturating_add(count(late)),
            hold,
        }
    }
}

/// Changes the ledger's minute where waiting for a disk holds nobody up; gives what `change` said and the minute after it.
async fn exchange<T: Send + 'static>(
    ledger: Arc<dyn Ledger>,
    change: impl Fn(&mut Minute, u64) -> T + Send + 'static,
) -> Result<(T, Minute), String> {
    let work = move || {
        let mut answer = None;
        ledger.exchange(&mut |now, text| {
            let mut minute = Minute::read(text);
            minute.forget(now);
            let said = change(&mut minute, now);
            let text = minute.text().into_bytes();
            answer = Some((said, minute));
            text
        })?;
        answer.ok_or_else(|| std::io::Error::other("it was not asked"))
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
