//! How many connections to use, decided from the measured rate. Pure: takes a rate, gives a number.

/// Below this a line is shared by two connections at most, so that a block ends before its limits: 1 Mbit/s.
const SLOW: u64 = 125_000;
/// Back from two connections only well above that, so that it does not swing.
const RECOVERED: u64 = 4 * SLOW;
/// The gain that makes twice the connections worth their cost.
const GAIN: f64 = 1.15;
/// The number that may double; any other is the person's ceiling.
const USUAL: usize = 8;
const MOST: usize = 32;

/// What is being tried.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// No rate known yet.
    First,
    /// Doubled, to beat this rate.
    Trying(f64),
    /// Decided.
    Settled,
}

/// The number of connections over time.
#[derive(Debug)]
pub(super) struct UploadPace {
    base: usize,
    now: usize,
    phase: Phase,
    capped: bool,
}

impl UploadPace {
    /// `bandwidth` is the person's ceiling in bytes per second: under one nothing is to be gained by more connections.
    pub(super) fn new(connections: usize, bandwidth: Option<u64>) -> Self {
        let base = connections.clamp(1, MOST);
        let now = if bandwidth.is_some_and(|most| most < SLOW) {
            base.min(2)
        } else {
            base
        };
        Self {
            base,
            now,
            phase: Phase::First,
            capped: bandwidth.is_some(),
        }
    }

    pub(super) fn connections(&self) -> usize {
        self.now
    }

    /// Takes the rate of the last window, in bytes per second; true when the number changed.
    pub(super) fn measured(&mut self, rate: f64) -> bool {
        if self.capped {
            return false;
        }
        let before = self.now;
        if rate < SLOW as f64 {
            self.now = self.base.min(2);
            self.phase = Phase::First;
        } else if self.now < self.base {
            if rate >= RECOVERED as f64 {
                self.now = self.base;
            }
        } else {
            self.phase = match self.phase {
                Phase::First if self.base == USUAL => {
                    self.now = 2 * USUAL;
                    Phase::Trying(rate)
                }
                Phase::Trying(beat) => {
                    if rate < beat * GAIN {
                        self.now = self.base;
                    }
                    Phase::Settled
                }
                Phase::First | Phase::Settled => Phase::Settled,
            };
        }
        self.now != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(connections: usize, bandwidth: Option<u64>, rates: &[f64]) -> Vec<usize> {
        let mut pace = UploadPace::new(connections, bandwidth);
        let mut seen = vec![pace.connections()];
        for rate in rates {
            let changed = pace.measured(*rate);
            assert_eq!(changed, seen.last() != Some(&pace.connections()));
            seen.push(pace.connections());
        }
        seen
    }

    #[test]
    fn sixteen_stay_only_when_they_are_quicker() {
        assert_eq!(numbers(8, None, &[1e6, 1.2e6, 1e6]), [8, 16, 16, 16]);
        assert_eq!(numbers(8, None, &[1e6, 1.1e6, 9e6]), [8, 16, 8, 8]);
    }

    #[test]
    fn a_chosen_number_is_a_ceiling() {
        assert_eq!(numbers(4, None, &[1e6, 9e6]), [4, 4, 4]);
        assert_eq!(numbers(0, None, &[1e6]), [1, 1]);
        assert_eq!(numbers(99, None, &[1e6]), [32, 32]);
    }

    #[test]
    fn a_slow_line_gets_two_and_its_number_back_when_it_recovers() {
        assert_eq!(
            numbers(8, None, &[1e5, 2e5, 6e5, 1e6, 9e5]),
            [8, 2, 2, 8, 16, 8]
        );
        assert_eq!(numbers(1, None, &[1e5]), [1, 1]);
    }

    #[test]
    fn a_bandwidth_ceiling_stops_the_search() {
        assert_eq!(numbers(8, Some(50_000), &[1e4, 5e4]), [2, 2, 2]);
        assert_eq!(numbers(8, Some(10_000_000), &[1e7, 1e7]), [8, 8, 8]);
    }
}
