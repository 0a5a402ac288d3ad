//! Which pane has the focus, and where Tab and Esc lead from there. Knows no rectangle.

use crate::screen::command::PaneId;

#[derive(Clone, Debug)]
pub struct Focus {
    current: PaneId,
    /// Where Esc leads back to: the list that was last walked through.
    last_list: PaneId,
    /// The pane before the activity was shown.
    before_activity: PaneId,
    /// The activity stands where the runs are otherwise.
    shows_activity: bool,
    pub is_zoomed: bool,
}

impl Default for Focus {
    fn default() -> Self {
        Self {
            current: PaneId::Board,
            last_list: PaneId::Board,
            before_activity: PaneId::Board,
            shows_activity: false,
            is_zoomed: false,
        }
    }
}

pub fn is_list(pane: PaneId) -> bool {
    matches!(pane, PaneId::Apps | PaneId::AddOns | PaneId::Flights)
}

impl Focus {
    pub fn current(&self) -> PaneId {
        self.current
    }

    pub fn shows_activity(&self) -> bool {
        self.shows_activity
    }

    pub fn set(&mut self, pane: PaneId) {
        if is_list(pane) || pane == PaneId::Board {
            self.last_list = pane;
        }
        match pane {
            PaneId::Activity => {
                if self.current != PaneId::Activity {
                    self.before_activity = self.current;
                }
                self.shows_activity = true;
            }
            PaneId::Runs => self.shows_activity = false,
            _ => {}
        }
        self.current = pane;
    }

    /// Where the key of the activity leads when it is shown already: back.
    pub fn leave_activity(&mut self) -> PaneId {
        self.shows_activity = false;
        if self.before_activity == PaneId::Activity {
            self.last_list
        } else {
            self.before_activity
        }
    }

    /// The panes that Tab goes through.
    fn ring(&self) -> [PaneId; 6] {
        let lower = if self.shows_activity {
            PaneId::Activity
        } else {
            PaneId::Runs
        };
        [
            PaneId::Board,
            PaneId::Apps,
            PaneId::AddOns,
            PaneId::Flights,
            PaneId::Detail,
            lower,
        ]
    }

    pub fn next(&self, forward: bool) -> PaneId {
        let ring = self.ring();
        let at = ring
            .iter()
            .position(|pane| *pane == self.current)
            .unwrap_or_default();
        let step = if forward { 1 } else { ring.len() - 1 };
        ring.get((at + step) % ring.len())
            .copied()
            .unwrap_or(PaneId::Board)
    }

    /// Where Esc leads from here; `None` at the base.
    pub fn back(&self) -> Option<PaneId> {
        match self.current {
            PaneId::Activity => Some(if self.before_activity == PaneId::Activity {
                self.last_list
            } else {
                self.before_activity
            }),
            PaneId::Detail | PaneId::Runs => Some(self.last_list),
            PaneId::Board => None,
            PaneId::Apps | PaneId::AddOns | PaneId::Flights => Some(PaneId::Board),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_goes_round_and_esc_leads_to_the_last_list() {
        let mut focus = Focus::default();
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(focus.current());
            focus.set(focus.next(true));
        }
        assert_eq!(
            seen,
            [
                PaneId::Board,
                PaneId::Apps,
                PaneId::AddOns,
                PaneId::Flights,
                PaneId::Detail,
                PaneId::Runs
            ]
        );
        assert_eq!(focus.current(), PaneId::Board);
        assert_eq!((focus.next(false), focus.back()), (PaneId::Runs, None));
        focus.set(PaneId::Flights);
        focus.set(PaneId::Activity);
        assert_eq!(
            (focus.shows_activity(), focus.back()),
            (true, Some(PaneId::Flights))
        );
        focus.set(PaneId::Runs);
        assert_eq!(
            (focus.shows_activity(), focus.back()),
            (false, Some(PaneId::Flights))
        );
    }
}
