//! The budget in virtual time: alone, with a ledger, and against a service that counts by itself.

use super::*;
use futures::{
    FutureExt,
    future::{join_all, poll_immediate},
};
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
    budget
        .take(&Urgency::new(Priority::Background))
        .await
        .unwrap();
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
    assert_eq!(
        budget.view(),
        BudgetView {
            used: 1,
            limit: 3,
            waiting: 0,
            delayed: 7
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_late_person_takes_the_next_free_slot() {
    let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
    budget.take(&Urgency::new(Priority::Person)).await.unwrap();
    let late = async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        visit(&budget, Priority::Person, "person", &log, start).await;
    };
    tokio::join!(
        visit(&budget, Priority::Background, "background", &log, start),
        late
    );
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
        log.lock()
            .unwrap()
            .push(("raised", start.elapsed().as_secs()));
    };
    let raise = async { budget.raise(&urgency, Priority::Person) };
    tokio::join!(
        visit(&budget, Priority::Screen, "screen", &log, start),
        raised,
        raise
    );
    assert_eq!(*log.lock().unwrap(), [("raised", 61), ("screen", 122)]);
}

#[tokio::test(start_paused = true)]
async fn a_block_holds_even_people_and_a_very_long_one_is_told_at_once() {
    let (budget, log, start) = (Budget::new(5), Log::default(), Instant::now());
    budget.block(Duration::from_secs(14)).await;
    visit(&budget, Priority::Person, "after", &log, start).await;
    assert_eq!(*log.lock().unwrap(), [("after", 14)]);
    budget.block(Duration::from_hours(24)).await;
    assert_eq!(
        budget.take(&Urgency::new(Priority::Screen)).await,
        Err(LONGEST_BLOCK)
    );
    tokio::time::advance(LONGEST_BLOCK).await;
    assert_eq!(budget.take(&Urgency::new(Priority::Screen)).await, Ok(()));
}

#[test]
fn waiting_can_move_between_threads() {
    fn is_send(_: impl Future + Send) {}
    let (budget, urgency) = (Budget::new(1), Urgency::new(Priority::Person));
    is_send(budget.take(&urgency));
}

/// A ledger in memory, by the runtime's clock. It fails when told to.
#[derive(Default)]
struct Shelf {
    times: Mutex<Vec<Instant>>,
    until: Mutex<Option<Instant>>,
    /// The next slot is a person's until then.
    person: Mutex<Option<Instant>>,
    is_broken: std::sync::atomic::AtomicBool,
}

impl Ledger for Shelf {
    fn take(&self, limit: usize, window: Duration, is_person: bool) -> std::io::Result<Look> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("no disk"));
        }
        let now = Instant::now();
        let mut times = self.times.lock().unwrap();
        times.retain(|at| now - *at < window);
        let blocked = self.until.lock().unwrap().filter(|until| *until > now);
        let mut person = self.person.lock().unwrap();
        let kept = person.filter(|until| *until > now && !is_person && times.len() + 1 == limit);
        let slot = match (blocked, times.len().checked_sub(limit), kept) {
            (Some(until), ..) => Slot::Blocked(until - now),
            (None, Some(last), _) => {
                let free = times[last] + window;
                if is_person {
                    *person = (*person).max(Some(free + Duration::from_secs(1)));
                }
                Slot::Full(free - now)
            }
            (None, None, Some(until)) => Slot::Full(until - now),
            (None, None, None) => {
                if is_person {
                    *person = None;
                }
                times.push(now);
                Slot::Taken
            }
        };
        Ok(Look {
            slot,
            ages: times.iter().map(|at| now - *at).collect(),
        })
    }

    fn block(&self, pause: Duration) -> std::io::Result<()> {
        *self.until.lock().unwrap() = Some(Instant::now() + pause);
        Ok(())
    }
}

fn two_processes(limit: u32) -> (Arc<Shelf>, Budget, Budget) {
    let shelf = Arc::new(Shelf::default());
    let budget = || Budget::new(limit).with_ledger(Some(Arc::clone(&shelf) as Arc<dyn Ledger>));
    (Arc::clone(&shelf), budget(), budget())
}

#[tokio::test(start_paused = true)]
async fn two_processes_share_one_minute() {
    let (_shelf, one, two) = two_processes(3);
    let (log, start) = (Log::default(), Instant::now());
    let ask = |budget| {
        join_all((0..4).map(|_| visit(budget, Priority::Screen, "", &log, start))).boxed_local()
    };
    join_all([ask(&one), ask(&two)]).await;
    let times: Vec<_> = log.lock().unwrap().iter().map(|(_, time)| *time).collect();
    assert_eq!(times, [0, 0, 0, 61, 61, 61, 122, 122]);
    // The two at 122 s, whoever sent them; the last one to look has seen both.
    assert_eq!(one.view().used.max(two.view().used), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_the_other_process_too() {
    let (_shelf, one, two) = two_processes(5);
    one.block(Duration::from_secs(14)).await;
    let (log, start) = (Log::default(), Instant::now());
    visit(&two, Priority::Person, "other", &log, start).await;
    assert_eq!(*log.lock().unwrap(), [("other", 14)]);
    one.block(Duration::from_hours(24)).await;
    assert!(two.take(&Urgency::new(Priority::Person)).await.unwrap_err() > PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn without_its_ledger_a_process_counts_for_itself() {
    let (shelf, one, _) = two_processes(1);
    shelf.is_broken.store(true, Ordering::Relaxed);
    let (log, start) = (Log::default(), Instant::now());
    join_all((0..2).map(|_| visit(&one, Priority::Screen, "", &log, start))).await;
    assert_eq!(*log.lock().unwrap(), [("", 0), ("", 61)]);
    shelf.is_broken.store(false, Ordering::Relaxed);
    visit(&one, Priority::Screen, "", &log, start).await;
    assert_eq!(
        shelf.times.lock().unwrap().len(),
        1,
        "it is asked again after its rest"
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_gives_up_while_it_asks_holds_nobody_up() {
    let (_shelf, one, _) = two_processes(2);
    let urgency = Urgency::new(Priority::Person);
    let mut gone = Box::pin(one.take(&urgency));
    assert!(
        poll_immediate(&mut gone).await.is_none(),
        "the ledger is asked on another thread"
    );
    drop(gone);
    one.take(&Urgency::new(Priority::Person)).await.unwrap();
    assert_eq!(one.view().waiting, 0);
}

/// Counts as the service does: arrivals within any 60 s. `true` when it lets the request in.
#[derive(Default)]
struct Gate(Mutex<VecDeque<Instant>>);

impl Gate {
    fn arrives(&self, now: Instant) -> bool {
        let mut times = self.0.lock().unwrap();
        times.retain(|at| now - *at < Duration::from_mins(1));
        times.push_back(now);
        times.len() <= 20
    }
}

/// 200 apps (two pages a look every five minutes, one detail each as background), 30 drafts asked every 30 s, and a
/// person every 40 s or so, over an hour, in two processes. The service allows 20 requests a minute; a request travels up to 0.9 s.
#[tokio::test(start_paused = true)]
async fn an_hour_of_200_apps_and_30_drafts_never_breaks_the_limit_and_people_get_the_next_free_slot()
 {
    let (_shelf, one, two) = two_processes(20);
    let (gate, refused) = (Gate::default(), Mutex::new(0));
    let grants: Mutex<Vec<(Instant, Priority, Duration)>> = Mutex::default();
    let end = Instant::now() + Duration::from_hours(1);
    let travel = Mutex::new(fastrand::Rng::with_seed(7));
    let request = async |budget: &Budget, priority: Priority| {
        let asked = Instant::now();
        budget.take(&Urgency::new(priority)).await.unwrap();
        grants
            .lock()
            .unwrap()
            .push((Instant::now(), priority, asked.elapsed()));
        let way = Duration::from_millis(travel.lock().unwrap().u64(1..900));
        tokio::time::sleep(way).await;
        if !gate.arrives(Instant::now()) {
            *refused.lock().unwrap() += 1;
        }
    };
    let repeat = async |budget: &Budget, priority: Priority, first: u64, pause: u64| {
        tokio::time::sleep(Duration::from_secs(first)).await;
        while Instant::now() < end {
            request(budget, priority).await;
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
    };
    let drafts = join_all((0..30).map(|draft| repeat(&one, Priority::Background, draft % 7, 30)));
    let details = join_all((0..200).map(|_| request(&two, Priority::Background)));
    let pages = join_all((0..2).map(|_| repeat(&two, Priority::Screen, 0, 300)));
    let people = join_all([&one, &two].map(|budget| repeat(budget, Priority::Person, 11, 40)));
    tokio::join!(drafts, details, pages, people);

    assert_eq!(*refused.lock().unwrap(), 0, "the service had to refuse");
    let grants = grants.into_inner().unwrap();
    let mut waits: Vec<_> = grants
        .iter()
        .filter(|grant| grant.1 == Priority::Person)
        .map(|grant| grant.2)
        .collect();
    waits.sort();
    let (median, worst) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!(
        "{} requests, {} of people: wait {median:?} in the median, {worst:?} at worst",
        grants.len(),
        waits.len()
    );
    assert!(
        grants.len() > 1000 && waits.len() > 60,
        "the minute is used: {} requests",
        grants.len()
    );
    assert!(worst <= WINDOW + Duration::from_secs(1), "{worst:?}");
    // From the moment on at which a person's process knows that the minute is full, the next slot is that person's.
    let passed = |person: &(Instant, Priority, Duration)| {
        let waited = |at: Instant| at > person.0 - person.2 && at < person.0;
        grants
            .iter()
            .filter(|(at, priority, _)| *priority != Priority::Person && waited(*at))
            .count()
    };
    let most = grants
        .iter()
        .filter(|grant| grant.1 == Priority::Person)
        .map(passed)
        .max()
        .unwrap();
    println!("at most {most} slots went to less urgent requests while a person waited");
    assert!(most <= 1, "{most}");
}

/// The same in one process, where the order is strict: between a person's wish and its slot no slot goes to anybody else.
#[tokio::test(start_paused = true)]
async fn a_person_gets_the_very_next_slot_of_30_drafts() {
    let budget = Budget::new(20);
    let grants: Mutex<Vec<(Instant, Priority, Instant)>> = Mutex::default();
    let end = Instant::now() + Duration::from_hours(1);
    let repeat = async |priority: Priority, first: u64, pause: u64| {
        tokio::time::sleep(Duration::from_secs(first)).await;
        while Instant::now() < end {
            let asked = Instant::now();
            budget.take(&Urgency::new(priority)).await.unwrap();
            grants
                .lock()
                .unwrap()
                .push((Instant::now(), priority, asked));
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
    };
    let drafts = join_all((0..30).map(|draft| repeat(Priority::Background, draft % 7, 30)));
    tokio::join!(drafts, repeat(Priority::Person, 11, 37));
    let grants = grants.into_inner().unwrap();
    let people: Vec<_> = grants
        .iter()
        .enumerate()
        .filter(|(_, grant)| grant.1 == Priority::Person)
        .collect();
    assert!(people.len() > 30, "{}", people.len());
    for (place, (_, _, asked)) in people {
        let between = grants[..place]
            .iter()
            .filter(|(at, priority, _)| at > asked && *priority != Priority::Person)
            .count();
        assert_eq!(between, 0);
    }
}
