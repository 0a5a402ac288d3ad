//! The requests of the last minute and the pause that the service asked for, as data: who may send now, and who has to wait.
//! It must not know a clock; times are milliseconds of whichever clock its owner reads.

use std::{fmt::Write as _, time::Duration};

/// The service counts arrivals in a minute; a second more covers requests that travelled at different speeds.
pub(crate) const WINDOW: Duration = Duration::from_secs(61);

/// Everybody waits out a pause of up to this length. A longer one is a refusal: callers are told at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(150);

/// On the word of one answer, the background is locked out for at most this long; then it asks again.
pub(crate) const LONGEST_LOCK: Duration = Duration::from_mins(15);

/// A longer pause is neither believed nor written down.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// Of the service's 20 requests a minute, this many are kept for the person.
const RESERVE: usize = 6;

/// Who waits for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody at the keyboard, or a command.
    Person,
    /// What the screen shows just now.
    Selected,
    /// The state of something that the Store is working on.
    Pending,
    /// Nobody in particular.
    Background,
}

impl Priority {
    /// How many slots of `limit` this one leaves free. Small limits keep at least one slot for the person.
    fn leaves(self, limit: usize) -> usize {
        let reserve = limit
            .saturating_mul(RESERVE)
            .div_ceil(20)
            .min(RESERVE)
            .min(limit.saturating_sub(1));
        match self {
            Self::Person => 0,
            // A cursor that runs through a list must not use up what the person may need for a command.
            Self::Selected => reserve / 3,
            Self::Pending | Self::Background => reserve,
        }
    }
}

/// What somebody who wants to send learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Free,
    /// The next one is free for this priority after this time.
    Full(Duration),
    /// The service asked for a pause.
    Paused(Pause),
}

/// A pause that the service asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// How long it still lasts.
    pub left: Duration,
    /// How long ago the service said so.
    pub said: Duration,
}

impl Pause {
    /// Nobody waits for the end of it.
    pub(crate) fn is_long(&self) -> bool {
        self.left + self.said > PATIENCE
    }
}

/// The requests of one account in the last minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Minute {
    /// When each request was sent, oldest first.
    sent: Vec<u64>,
    /// When the service asked for a pause, and until when.
    pause: Option<(u64, u64)>,
}

impl Minute {
    /// Reads what [`Minute::text`] wrote: `pause SAID UNTIL`, then a line with the time of each request. Lines that make no sense are left out.
    pub(crate) fn read(text: &[u8]) -> Self {
        let mut minute = Self::default();
        for line in text
            .split(|byte| *byte == b'\n')
            .filter_map(|line| std::str::from_utf8(line).ok())
        {
            if let Some((said, until)) = line
                .strip_prefix("pause ")
                .and_then(|times| times.split_once(' '))
            {
                minute.pause = said.parse().ok().zip(until.parse().ok());
            } else if let Ok(time) = line.parse() {
                minute.sent.push(time);
            }
        }
        minute
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some((said, until)) = self.pause {
            let _ = writeln!(text, "pause {said} {until}");
        }
        for time in &self.sent {
            let _ = writeln!(text, "{time}");
        }
        text
    }

    /// The same minute by another clock, which shows `there` when this one shows `here`.
    pub(crate) fn by_clock(mut self, here: u64, there: u64) -> Self {
        let moved = |time: u64| (time + there).saturating_sub(here);
        for time in &mut self.sent {
            *time = moved(*time);
        }
        self.pause = self.pause.map(|(said, until)| (moved(said), moved(until)));
        self
    }

    /// Forgets what is over. A time that is still to come was written before the clock was put back: it counts as now,
    /// so that nobody waits for the old time and no request is forgotten too early.
    pub(crate) fn forget(&mut self, now: u64) {
        self.sent.retain_mut(|time| {
            *time = (*time).min(now);
            now - *time < millis(WINDOW)
        });
        self.sent.sort_unstable();
        self.pause = self
            .pause
            .map(|(said, until)| {
                let said = said.min(now);
                (said, until.min(said.saturating_add(millis(LONGEST_PAUSE))))
            })
            .filter(|(said, until)| {
                let is_long = until - said.min(until) > millis(PATIENCE);
                let lock = said.saturating_add(millis(LONGEST_LOCK));
                *until > now && (!is_long || lock > now)
            });
    }

    /// The requests of the last minute.
    pub(crate) fn used(&self) -> usize {
        self.sent.len()
    }

    /// The pause that is on.
    pub(crate) fn pause(&self, now: u64) -> Option<Pause> {
        self.pause.map(|(said, until)| Pause {
            left: Duration::from_millis(until.saturating_sub(now)),
            said: Duration::from_millis(now.saturating_sub(said)),
        })
    }

    /// Whether somebody may send now.
    pub(crate) fn slot(&self, now: u64, limit: usize, priority: Priority) -> Slot {
        // A pause of hours must not keep a person from trying: the service may have changed its mind, and only it can say so.
        if let Some(pause) = self
            .pause(now)
            .filter(|pause| !(pause.is_long() && priority == Priority::Person))
        {
            return Slot::Paused(pause);
        }
        let share = limit.saturating_sub(priority.leaves(limit)).max(1);
        let full = self.free_at(share, WINDOW).or_else(|| {
            // The background trickles: half of its share at once, so that the other half is there for what comes up meanwhile.
            (priority == Priority::Background)
                .then(|| self.free_at(share.div_ceil(2), WINDOW / 2))
                .flatten()
        });
        let full = full.filter(|at| *at > now);
        full.map_or(Slot::Free, |at| Slot::Full(Duration::from_millis(at - now)))
    }

    /// When fewer than `share` requests are left in a window, if there are not fewer now.
    fn free_at(&self, share: usize, window: Duration) -> Option<u64> {
        let last = self.sent.len().checked_sub(share)?;
        self.sent
            .get(last)
            .map(|time| time.saturating_add(millis(window)))
    }

    /// Takes a slot where one is free.
    pub(crate) fn take(&mut self, now: u64, limit: usize, priority: Priority) -> Slot {
        self.forget(now);
        let slot = self.slot(now, limit, priority);
        if slot == Slot::Free {
            self.sent.push(now);
        }
        slot
    }

    /// Gives a slot back that no request arrived with.
    pub(crate) fn give_back(&mut self, taken: u64) {
        if let Some(at) = self.sent.iter().position(|time| *time == taken) {
            self.sent.remove(at);
        }
    }

    /// Notes a pause that the service asked for; one that lasts longer stays.
    pub(crate) fn block(&mut self, now: u64, pause: Duration) {
        self.forget(now);
        let until = now.saturating_add(millis(pause.min(LONGEST_PAUSE)));
        if self.pause.is_none_or(|(_, other)| other <= until) {
            self.pause = Some((now, until));
        }
    }

    /// Ends a long pause: a request that was sent after it was asked for got its answer.
    pub(crate) fn lift(&mut self, now: u64, taken: u64) {
        let is_over = self.pause(now).is_some_and(|pause| pause.is_long())
            && self.pause.is_some_and(|(said, _)| taken >= said);
        if is_over {
            self.pause = None;
        }
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NOW: u64 = 1_000_000_000;
    const MINUTE: u64 = 61_000;

    fn sent(ages: &[u64]) -> Minute {
        let mut sent: Vec<_> = ages.iter().map(|age| NOW - age).collect();
        sent.sort_unstable();
        Minute { sent, pause: None }
    }

    /// How many slots somebody gets in one burst.
    fn burst(limit: usize, priority: Priority) -> usize {
        let mut minute = Minute::default();
        std::iter::from_fn(|| (minute.take(NOW, limit, priority) == Slot::Free).then_some(()))
            .count()
    }

    #[rstest]
    #[case(20, [20, 18, 14, 7])]
    #[case(60, [60, 58, 54, 27])]
    #[case(10, [10, 9, 7, 4])]
    #[case(3, [3, 3, 2, 1])]
    #[case(2, [2, 2, 1, 1])]
    #[case(1, [1, 1, 1, 1])]
    fn each_priority_leaves_slots_to_those_above(#[case] limit: usize, #[case] most: [usize; 4]) {
        let all = [
            Priority::Person,
            Priority::Selected,
            Priority::Pending,
            Priority::Background,
        ];
        assert_eq!(all.map(|priority| burst(limit, priority)), most);
    }

    #[test]
    fn the_background_gets_the_second_half_of_its_share_half_a_minute_later() {
        let minute = sent(&[0; 7]);
        let wait = |now| minute.slot(now, 20, Priority::Background);
        assert_eq!(wait(NOW), Slot::Full(WINDOW / 2));
        assert_eq!(wait(NOW + MINUTE / 2), Slot::Free);
        assert_eq!(
            sent(&[40_000; 14]).slot(NOW, 20, Priority::Background),
            Slot::Full(Duration::from_secs(21))
        );
    }

    #[test]
    fn a_slot_that_is_given_back_is_free_again() {
        let mut minute = sent(&[5, 5, 9]);
        minute.give_back(NOW - 5);
        minute.give_back(NOW - 7);
        assert_eq!(minute, sent(&[5, 9]));
    }

    #[test]
    fn a_short_pause_holds_everybody_and_a_long_one_only_those_whom_nobody_waits_for() {
        let mut minute = Minute::default();
        minute.block(NOW, Duration::from_secs(14));
        for priority in [Priority::Person, Priority::Background] {
            assert!(
                matches!(minute.slot(NOW, 20, priority), Slot::Paused(pause) if !pause.is_long())
            );
        }
        minute.block(NOW + 10_000, Duration::from_hours(5));
        let later = NOW + 70_000;
        assert_eq!(minute.slot(later, 20, Priority::Person), Slot::Free);
        let pause = Pause {
            left: Duration::from_hours(5) - Duration::from_mins(1),
            said: Duration::from_mins(1),
        };
        assert_eq!(
            minute.slot(later, 20, Priority::Selected),
            Slot::Paused(pause)
        );
        // What was on its way before the service asked for the pause says nothing about it.
        minute.lift(later, NOW + 9_999);
        assert!(minute.pause(later).is_some());
        minute.lift(later, later);
        assert_eq!(minute.pause(later), None);
    }

    #[test]
    fn the_longer_pause_stays_and_nobody_is_locked_out_for_hours() {
        let mut minute = Minute::default();
        minute.block(NOW, Duration::from_secs(90));
        minute.block(NOW, Duration::from_secs(1));
        assert_eq!(
            minute.pause(NOW).map(|pause| pause.left),
            Some(Duration::from_secs(90))
        );
        minute.block(NOW, Duration::MAX);
        assert_eq!(
            minute.pause(NOW).map(|pause| pause.left),
            Some(LONGEST_PAUSE)
        );
        minute.forget(NOW + millis(LONGEST_LOCK));
        assert_eq!(minute, Minute::default());
    }

    #[test]
    fn times_ahead_of_the_clock_count_as_now() {
        let mut minute = Minute {
            sent: vec![NOW + 5_000, NOW - MINUTE],
            pause: Some((NOW + 3_000, NOW + 9_000)),
        };
        minute.forget(NOW);
        assert_eq!(
            minute,
            Minute {
                sent: vec![NOW],
                pause: Some((NOW, NOW + 9_000))
            }
        );
    }

    #[test]
    fn the_text_is_read_back_and_garbage_is_left_out() {
        let minute = Minute {
            sent: vec![NOW, NOW + 1],
            pause: Some((NOW, NOW + 14_000)),
        };
        assert_eq!(Minute::read(minute.text().as_bytes()), minute);
        let mut garbage = minute.text().into_bytes();
        garbage.extend(b"\xff\xfe\nuntil 99999999999999\nperson 1\n-3\n18446744073709551616\n");
        assert_eq!(Minute::read(&garbage), minute);
        assert_eq!(
            Minute::read(b"pause 18446744073709551615 0\n").text(),
            "pause 18446744073709551615 0\n"
        );
        let mut broken = Minute::read(b"pause 18446744073709551615 0\n");
        broken.forget(NOW);
        assert_eq!(broken, Minute::default());
    }
}
