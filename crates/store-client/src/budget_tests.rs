//! The budget in virtual time: alone, with a ledger, and against a service that counts by itself.

use super::*;
use crate::minute::{LONGEST_LOCK, PATIENCE};
use futures::{
    FutureExt,
    future::{join_all, poll_immediate},
};
use std::{collections::VecDeque, future::Future};

type Log = Mutex<Vec<(&'static str, u64)>>;

async fn take(budget: &Budget, priority: Priority) -> Result<Ticket, Pause> {
    budget.take(&Urgency::new(priority)).await
}

/// Takes a slot and writes down who got it and when.
async fn visit(budget: &Budget, priority: Priority, name: &'static str, log: &Log, start: Instant) {
    take(budget, priority).await.unwrap();
    log.lock().unwrap().push((name, start.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn people_come_first_and_equals_in_order() {
    let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
    take(&budget, Priority::Background).await.unwrap();
    join_all([
        visit(&budget, Priority::Background, "b1", &log, start),
        visit(&budget, Priority::Selected, "s1", &log, start),
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
    join_all((0..10).map(|_| visit(&budget, Priority::Selected, "", &log, start))).await;
    let times: Vec<_> = log.lock().unwrap().iter().map(|(_, time)| *time).collect();
    assert_eq!(times, [0, 0, 0, 61, 61, 61, 122, 122, 122, 183]);
    assert_eq!(
        budget.view(),
        BudgetView {
            used: 1,
            limit: 3,
            waiting: 0,
            delayed: 7,
            hold: None
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_late_person_takes_the_next_free_slot() {
    let (budget, log, start) = (Budget::new(1), Log::default(), Instant::now());
    take(&budget, Priority::Person).await.unwrap();
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
    take(&budget, Priority::Person).await.unwrap();
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
    take(&budget, Priority::Person).await.unwrap();
    let urgency = Urgency::new(Priority::Background);
    let raised = async {
        budget.take(&urgency).await.unwrap();
        log.lock()
            .unwrap()
            .push(("raised", start.elapsed().as_secs()));
    };
    let raise = async { budget.raise(&urgency, Priority::Person) };
    tokio::join!(
        visit(&budget, Priority::Selected, "screen", &log, start),
        raised,
        raise
    );
    assert_eq!(*log.lock().unwrap(), [("raised", 61), ("screen", 122)]);
}

#[tokio::test(start_paused = true)]
async fn a_short_pause_holds_even_people() {
    let (budget, log, start) = (Budget::new(5), Log::default(), Instant::now());
    budget.block(Duration::from_secs(14)).await;
    visit(&budget, Priority::Person, "after", &log, start).await;
    assert_eq!(*log.lock().unwrap(), [("after", 14)]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_hours_lets_people_try_and_ends_with_the_first_answer() {
    let budget = Budget::new(5);
    budget.block(Duration::from_hours(24)).await;
    tokio::time::advance(Duration::from_mins(1)).await;
    let pause = take(&budget, Priority::Selected).await.unwrap_err();
    let minute = Duration::from_mins(1);
    assert_eq!(
        (pause.left, pause.said),
        (
            Duration::from_hours(24).checked_sub(minute).unwrap(),
            minute
        )
    );
    let try_again = take(&budget, Priority::Person).await.unwrap();
    take(&budget, Priority::Selected).await.unwrap_err();
    budget.answered(try_again).await;
    take(&budget, Priority::Selected).await.unwrap();
    // Without anybody who tries, the background asks again after a quarter of an hour.
    budget.block(Duration::from_hours(24)).await;
    tokio::time::advance(LONGEST_LOCK.checked_sub(Duration::from_secs(1)).unwrap()).await;
    take(&budget, Priority::Background).await.unwrap_err();
    tokio::time::advance(Duration::from_secs(1)).await;
    take(&budget, Priority::Background).await.unwrap();
}

/// The first minute of a dashboard: the background wants everything in one burst.
#[tokio::test(start_paused = true)]
async fn a_burst_of_the_background_leaves_six_slots_for_the_person() {
    let budget = Arc::new(Budget::new(20));
    let (log, start) = (Log::default(), Instant::now());
    let burst = join_all((0..40).map(|_| visit(&budget, Priority::Background, "b", &log, start)));
    let pending = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        join_all((0..7).map(|_| visit(&budget, Priority::Pending, "pending", &log, start))).await;
    };
    let person = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        join_all((0..6).map(|_| visit(&budget, Priority::Person, "person", &log, start))).await;
    };
    tokio::join!(burst, pending, person);
    let log = log.into_inner().unwrap();
    let times = |who: &str| -> Vec<u64> {
        let of = log.iter().filter(|(name, _)| *name == who);
        of.map(|(_, at)| *at).collect()
    };
    assert_eq!(times("person"), [3; 6]);
    assert_eq!(times("pending"), [2; 7]);
    let background = times("b");
    assert_eq!(background[..7], [0; 7]);
    let last = *background.last().unwrap();
    assert!(last <= 4 * 61, "it trickles on: {background:?}");
    let (mut most, all) = (0, log.iter().map(|(_, at)| *at));
    for begin in all.clone() {
        most = most.max(
            all.clone()
                .filter(|at| (begin..begin + 60).contains(at))
                .count(),
        );
    }
    assert_eq!(most, 20);
}

#[tokio::test(start_paused = true)]
async fn what_never_reached_the_store_costs_no_slot() {
    let budget = Budget::new(2);
    for _ in 0..50 {
        let ticket = take(&budget, Priority::Person).await.unwrap();
        budget.missed(ticket).await;
    }
    assert_eq!(budget.view().used, 0);
}

/// The Store cannot be reached for ten minutes. People's requests go out at once all the time, the background tries ever less
/// often, one request at a time, and comes back as soon as anybody has had an answer.
#[tokio::test(start_paused = true)]
async fn in_an_outage_people_try_at_once_and_the_background_backs_off() {
    let budget = Budget::new(20);
    let (start, outage) = (Instant::now(), Duration::from_mins(10));
    let tries: Mutex<Vec<(Priority, u64, bool)>> = Mutex::default();
    let request = async |priority: Priority| loop {
        let asked = Instant::now();
        let ticket = take(&budget, priority).await.unwrap();
        let waited = asked.elapsed() > Duration::ZERO;
        tries
            .lock()
            .unwrap()
            .push((priority, start.elapsed().as_secs(), waited));
        if start.elapsed() < outage {
            budget.missed(ticket).await;
        } else {
            budget.answered(ticket).await;
            return;
        }
        if priority == Priority::Person {
            tokio::time::sleep(Duration::from_secs(7)).await;
        }
    };
    tokio::join!(
        request(Priority::Person),
        join_all((0..14).map(|_| request(Priority::Background)))
    );
    let tries = tries.into_inner().unwrap();
    assert!(
        tries
            .iter()
            .all(|(priority, _, waited)| *priority > Priority::Person || !waited)
    );
    let background = tries
        .iter()
        .filter(|(priority, ..)| *priority > Priority::Person);
    let (before, after): (Vec<_>, Vec<_>) = background.partition(|(_, at, _)| *at < 600);
    assert!(before.len() < 25, "{before:?}");
    // With the first answer they are back, as far as half a minute allows after the person's request.
    assert_eq!(
        after.iter().filter(|(_, at, _)| *at < 608).count(),
        6,
        "{after:?}"
    );
}

/// A service that answers with errors of its own and a pause is left alone for that long by the background.
#[tokio::test(start_paused = true)]
async fn a_service_in_trouble_is_left_alone_for_as_long_as_it_asks() {
    let (budget, log, start) = (Budget::new(20), Log::default(), Instant::now());
    budget.retreat(Duration::from_secs(90));
    tokio::join!(
        visit(&budget, Priority::Background, "background", &log, start),
        visit(&budget, Priority::Person, "person", &log, start)
    );
    assert_eq!(*log.lock().unwrap(), [("person", 0), ("background", 90)]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_can_say_for_what() {
    let budget = Budget::new(1);
    take(&budget, Priority::Person).await.unwrap();
    assert_eq!(budget.view().hold, None);
    let mut waits = Box::pin(take(&budget, Priority::Person));
    assert!(poll_immediate(&mut waits).await.is_none());
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(budget.view().hold, Some(Hold::Full(Duration::from_mins(1))));
}

#[test]
fn waiting_can_move_between_threads() {
    fn is_send(_: impl Future + Send) {}
    let (budget, urgency) = (Budget::new(1), Urgency::new(Priority::Person));
    is_send(budget.take(&urgency));
}

/// A ledger in memory, by the runtime's clock. It fails when told to.
struct Shelf {
    start: Instant,
    text: Mutex<Vec<u8>>,
    is_broken: std::sync::atomic::AtomicBool,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            text: Mutex::default(),
            is_broken: false.into(),
        }
    }
}

impl Shelf {
    fn now(&self) -> u64 {
        1_700_000_000_000 + millis(self.start.elapsed())
    }

    fn minute(&self) -> Minute {
        let mut minute = Minute::read(&self.text.lock().unwrap());
        minute.forget(self.now());
        minute
    }
}

impl Ledger for Shelf {
    fn exchange(&self, change: &mut dyn FnMut(u64, &[u8]) -> Vec<u8>) -> std::io::Result<()> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("no disk"));
        }
        let mut text = self.text.lock().unwrap();
        *text = change(self.now(), &text);
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
        join_all((0..4).map(|_| visit(budget, Priority::Selected, "", &log, start))).boxed_local()
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
    assert!(take(&two, Priority::Pending).await.unwrap_err().left > PATIENCE);
    // A person's try in the other process ends it for this one as well.
    tokio::time::advance(Duration::from_secs(1)).await;
    let ticket = take(&two, Priority::Person).await.unwrap();
    two.answered(ticket).await;
    tokio::time::advance(LEDGER_NEWS).await;
    take(&one, Priority::Pending).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_its_ledger_a_process_counts_for_itself() {
    let (shelf, one, _) = two_processes(1);
    shelf.is_broken.store(true, Ordering::Relaxed);
    let (log, start) = (Log::default(), Instant::now());
    join_all((0..2).map(|_| visit(&one, Priority::Selected, "", &log, start))).await;
    assert_eq!(*log.lock().unwrap(), [("", 0), ("", 61)]);
    shelf.is_broken.store(false, Ordering::Relaxed);
    visit(&one, Priority::Selected, "", &log, start).await;
    assert_eq!(shelf.minute().used(), 1, "it is asked again after its rest");
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
    take(&one, Priority::Person).await.unwrap();
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
        take(budget, priority).await.unwrap();
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
    let pages = join_all((0..2).map(|_| repeat(&two, Priority::Selected, 0, 300)));
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
        grants.len() > 800 && waits.len() > 60,
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
            take(&budget, priority).await.unwrap();
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
