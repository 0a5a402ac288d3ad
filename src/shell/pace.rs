//! When the next frame is due: reports are drawn together, what a person did is drawn at once. Knows no terminal and no app.

use std::time::{Duration, Instant};

/// 60 a second is more than anyone sees.
pub const FRAME: Duration = Duration::from_millis(16);
/// A key waits no longer than this after the frame before: reports must not make it late, and held keys must not burn a core.
const ANSWER: Duration = Duration::from_millis(4);

/// What is to be drawn, and when the last frame was.
#[derive(Debug, Default)]
pub struct Pace {
    last: Option<Instant>,
    is_dirty: bool,
    is_answer: bool,
}

impl Pace {
    /// Something on screen has changed.
    pub fn mark(&mut self) {
        self.is_dirty = true;
    }

    /// A person did something: its frame is due sooner.
    pub fn touched(&mut self) {
        self.is_answer = true;
    }

    /// When the next frame is due; `None` while there is nothing to draw.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let pause = if self.is_answer { ANSWER } else { FRAME };
        self.is_dirty
            .then(|| self.last.map_or(now, |last| last + pause))
    }

    pub fn is_due(&self, now: Instant) -> bool {
        self.due(now).is_some_and(|due| due <= now)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, at: Instant) {
        *self = Self {
            last: Some(at),
            is_dirty: false,
            is_answer: false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_wait_for_their_frame_and_keys_do_not() {
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pace = Pace::default();
        assert_eq!(pace.due(start), None);
        pace.mark();
        assert!(pace.is_due(start), "the first frame waits for nothing");
        pace.drawn(start);
        assert_eq!(pace.due(after(1)), None);
        pace.mark();
        assert!(!pace.is_due(after(15)) && pace.is_due(after(16)));
        pace.touched();
        assert!(!pace.is_due(after(3)) && pace.is_due(after(4)));
        pace.drawn(after(4));
        pace.mark();
        assert!(!pace.is_due(after(19)) && pace.is_due(after(20)));
    }
}
