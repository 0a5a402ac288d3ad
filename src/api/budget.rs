//! The local budget of Store requests: so many in a sliding minute, people first. It must not know what a request is.
//!
//! Nothing runs in the background: every waiter watches the queue itself, so that a waiter that is dropped leaves no trace.

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
    /// Requests sent in the last minute.
    pub used: u32,
    /// Requests allowed in a minute.
    pub limit: u32,
    /// Requests that wait for their turn.
    pub waiting: usize,
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

#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// When each request of the last minute was let through, oldest first.
    sent: VecDeque<Instant>,
    blocked_until: Option<Instant>,
    queue: Vec<(u64, Arc<Urgency>)>,
    next_number: u64,
}

impl State {
    fn forget_old(&mut self, now: Instant) {
        while self.sent.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            self.sent.pop_front();
        }
        if self.blocked_until.is_some_and(|until| until <= now) {
            self.blocked_until = None;
        }
    }

    fn head(&self) -> Option<u64> {
        self.queue.iter().min_by_key(|(number, urgency)| (urgency.rank(), *number)).map(|(number, _)| *number)
    }
}

/// What a waiter learns when it looks at the queue.
enum Turn {
    Now,
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
        self.budget.lock().queue.retain(|(number, _)| *number != self.number);
        // Whoever is first now has to look at the clock.
        self.budget.changed.notify_waiters();
    }
}

impl Budget {
    pub(crate) fn new(requests_per_minute: u32) -> Self {
        let limit = usize::try_from(requests_per_minute.max(1)).unwrap_or(usize::MAX);
        Self { limit, state: Mutex::default(), changed: Notify::new() }
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
        state.queue.push((number, Arc::clone(urgency)));
        drop(state);
        // A more urgent newcomer may stand in front of one that waits for the clock.
        self.changed.notify_waiters();
        Place { budget: self, number }
    }

    fn turn(&self, number: u64) -> Turn {
        let now = Instant::now();
        let mut state = self.lock();
        state.forget_old(now);
        if let Some(pause) = state.blocked_until.map(|until| until - now).filter(|pause| *pause > PATIENCE) {
            return Turn::Refused(pause);
        }
        if state.head() != Some(number) {
            return Turn::Behind;
        }
        if let Some(until) = state.blocked_until {
            return Turn::At(until);
        }
        match state.sent.front() {
            Some(oldest) if state.sent.len() >= self.limit => Turn::At(*oldest + WINDOW),
            _ => {
                state.sent.push_back(now);
                Turn::Now
            }
        }
    }

    /// Lets nothing through for a while: the service said so.
    pub(crate) fn block(&self, pause: Duration) {
        let until = Instant::now() + pause.min(LONGEST_BLOCK);
        let mut state = self.lock();
        state.blocked_until = Some(state.blocked_until.map_or(until, |already| already.max(until)));
        drop(state);
        self.changed.notify_waiters();
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
        BudgetView { used: count(state.sent.len()), limit: count(self.limit), waiting: state.queue.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::{join_all, poll_immediate};
    use std::future::Future;

    type Log = Mutex<Vec<(&'static str, u64)>>;

    /// Takes a slot and writes down who got it and when.
    async fn visit(budget: &Budget, priority: Priority, name: &'static str, log: &Log, start: Instant) {
        budget.take(&Urgency::new(priority)).await.unwrap();
        log.lock().unwrap().push((name, start.elapsed().as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn people_come_first_and_equals_in_order() {
        let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
        budget.take(&Urgency::new(Priority::Background)).await.unwrap();
        join_all([
            visit(&budget, Priority::Background, "b1", &log, start),
            visit(&budget, Priority::Screen, "s1", &log, start),
            visit(&budget, Priority::Background, "b2", &log, start),
            visit(&budget, Priority::Person, "p1", &log, start),
            visit(&budget, Priority::Person, "p2", &log, start),
        ])
        .await;
        let names: Vec<_> = log.lock().unwrap().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["p1", "p2", "s1", "b1", "b2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_sliding_minute_holds_more_than_the_limit() {
        let (budget, log, start) = (Budget::new(3), Log::default(), Instant::now());
        join_all((0..10).map(|_| visit(&budget, Priority::Screen, "", &log, start))).await;
        let times: Vec<_> = log.lock().unwrap().iter().map(|(_, time)| *time).collect();
        assert_eq!(times, [0, 0, 0, 61, 61, 61, 122, 122, 122, 183]);
        assert_eq!(budget.view(), BudgetView { used: 1, limit: 3, waiting: 0 });
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_person_takes_the_next_free_slot() {
        let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
        budget.take(&Urgency::new(Priority::Person)).await.unwrap();
        let late = async {
            tokio::time::sleep(Duration::from_secs(30)).await;
            visit(&budget, Priority::Person, "person", &log, start).await;
        };
        tokio::join!(visit(&budget, Priority::Background, "background", &log, start), late);
        assert_eq!(*log.lock().unwrap(), [("person", 61), ("background", 122)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_waiter_holds_nobody_up() {
        let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
        budget.take(&Urgency::new(Priority::Person)).await.unwrap();
        let mut gone = Box::pin(visit(&budget, Priority::Person, "gone", &log, start));
        assert!(poll_immediate(&mut gone).await.is_none());
        let mut next = Box::pin(visit(&budget, Priority::Background, "next", &log, start));
        assert!(poll_immediate(&mut next).await.is_none());
        assert_eq!(budget.view().waiting, 2);
        drop(gone);
        next.await;
        assert_eq!(*log.lock().unwrap(), [("next", 61)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_raised_request_moves_up() {
        let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
        budget.take(&Urgency::new(Priority::Person)).await.unwrap();
        let urgency = Urgency::new(Priority::Background);
        let raised = async {
            budget.take(&urgency).await.unwrap();
            log.lock().unwrap().push(("raised", start.elapsed().as_secs()));
        };
        let raise = async { budget.raise(&urgency, Priority::Person) };
        tokio::join!(visit(&budget, Priority::Screen, "screen", &log, start), raised, raise);
        assert_eq!(*log.lock().unwrap(), [("raised", 61), ("screen", 122)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_holds_even_people_and_a_very_long_one_is_told_at_once() {
        let (budget, log, start) = (Budget::new(5), Log::default(), Instant::now());
        budget.block(Duration::from_secs(14));
        visit(&budget, Priority::Person, "after", &log, start).await;
        assert_eq!(*log.lock().unwrap(), [("after", 14)]);
        budget.block(Duration::from_hours(24));
        assert_eq!(budget.take(&Urgency::new(Priority::Screen)).await, Err(LONGEST_BLOCK));
        tokio::time::advance(LONGEST_BLOCK).await;
        assert_eq!(budget.take(&Urgency::new(Priority::Screen)).await, Ok(()));
    }

    #[test]
    fn waiting_can_move_between_threads() {
        fn is_send(_: impl Future + Send) {}
        let (budget, urgency) = (Budget::new(1), Urgency::new(Priority::Person));
        is_send(budget.take(&urgency));
    }
}
