//! Which pane is where, from size, focus and zoom. Pure geometry.

use super::focus::is_list;
use crate::screen::command::PaneId;
use ratatui::layout::{Constraint, Layout, Rect};

/// Below this there is one sentence instead of a broken screen.
pub const LEAST: (u16, u16) = (40, 10);

/// From here on lists and detail stand side by side.
const WIDE: u16 = 100;

/// From here on a column of panes fits on a narrow screen.
const TALL: u16 = 20;

/// Below this, an empty list of runs takes no room.
const ROOMY: u16 = 28;

/// From here on the requests stand below the runs.
const VERY_TALL: u16 = 46;

/// What the arrangement depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub area: Rect,
    pub focus: PaneId,
    pub is_zoomed: bool,
    pub shows_activity: bool,
    pub has_banner: bool,
    pub runs: usize,
}

/// Rectangles of everything on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    pub header: Rect,
    pub banner: Option<Rect>,
    /// The bar of panes, where not all of them are on screen.
    pub tabs: Option<Rect>,
    pub panes: Vec<(PaneId, Rect)>,
    pub footer: Rect,
    /// Where overlays may stand: they never hide the banner.
    pub overlays: Rect,
}

impl Arrangement {
    /// The pane at a place.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<(PaneId, Rect)> {
        self.panes
            .iter()
            .find(|(_, area)| area.contains((column, row).into()))
            .copied()
    }
}

/// `None` when the screen is too small for anything.
pub fn arrange(shape: Shape) -> Option<Arrangement> {
    let Shape { area, focus, .. } = shape;
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return None;
    }
    let is_wide = area.width >= WIDE;
    let has_tabs = !is_wide || shape.is_zoomed;
    let line = |is_there: bool| Constraint::Length(u16::from(is_there));
    let [header, banner, tabs, body, footer] = area.layout(&Layout::vertical([
        line(true),
        line(shape.has_banner),
        line(has_tabs),
        Constraint::Fill(1),
        line(true),
    ]));
    let panes = if focus == PaneId::Board || shape.is_zoomed || (!is_wide && area.height < TALL) {
        vec![(focus, body)]
    } else if is_wide {
        // Names and states of three lists need a good third; beyond that the detail has more use for it.
        let left = (area.width * 35 / 100).clamp(36, 64);
        let [left, right] = body.layout(&Layout::horizontal([
            Constraint::Length(left),
            Constraint::Fill(1),
        ]));
        let mut panes = lists(left);
        panes.extend(work(right, shape));
        panes
    } else if is_list(focus) {
        lists(body)
    } else {
        work(body, shape)
    };
    let overlays = if shape.has_banner {
        let top = banner.bottom();
        Rect {
            y: top,
            height: area.bottom() - top,
            ..area
        }
    } else {
        area
    };
    let (banner, tabs) = (shape.has_banner.then_some(banner), has_tabs.then_some(tabs));
    Some(Arrangement {
        header,
        banner,
        tabs,
        panes,
        footer,
        overlays,
    })
}

/// The three lists below each other; an account has more apps than an app has flights.
fn lists(area: Rect) -> Vec<(PaneId, Rect)> {
    let [apps, add_ons, flights] = area.layout(&Layout::vertical([
        Constraint::Fill(2),
        Constraint::Fill(1),
        Constraint::Fill(1),
    ]));
    vec![
        (PaneId::Apps, apps),
        (PaneId::AddOns, add_ons),
        (PaneId::Flights, flights),
    ]
}

/// The detail above the runs, which get as much as they need, or above the activity, which gets half; above both where there is room.
fn work(area: Rect, shape: Shape) -> Vec<(PaneId, Rect)> {
    let needed = u16::try_from(shape.runs)
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let runs = needed.clamp(3, (area.height / 3).max(4));
    if area.height >= VERY_TALL {
        let [detail, runs, activity] = area.layout(&Layout::vertical([
            Constraint::Fill(1),
            Constraint::Length(runs),
            Constraint::Length(area.height / 4),
        ]));
        return vec![
            (PaneId::Detail, detail),
            (PaneId::Runs, runs),
            (PaneId::Activity, activity),
        ];
    }
    let (lower, height) = if shape.shows_activity {
        (PaneId::Activity, area.height / 2)
    } else if shape.runs == 0 && shape.focus != PaneId::Runs && area.height < ROOMY {
        // Nothing to show: the lines are the document's.
        return vec![(PaneId::Detail, area)];
    } else {
        (PaneId::Runs, runs)
    };
    let [detail, below] = area.layout(&Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(height),
    ]));
    vec![(PaneId::Detail, detail), (lower, below)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(width: u16, height: u16) -> Shape {
        Shape {
            area: Rect::new(0, 0, width, height),
            focus: PaneId::Apps,
            is_zoomed: false,
            shows_activity: false,
            has_banner: false,
            runs: 2,
        }
    }

    fn names(shape: Shape) -> Vec<PaneId> {
        arrange(shape)
            .map(|arrangement| arrangement.panes.iter().map(|(pane, _)| *pane).collect())
            .unwrap_or_default()
    }

    #[test]
    fn wide_shows_all_narrow_one_column_small_one_pane() {
        use PaneId::{Activity, AddOns, Apps, Detail, Flights, Runs};
        assert_eq!(names(shape(120, 36)), [Apps, AddOns, Flights, Detail, Runs]);
        assert_eq!(names(shape(80, 24)), [Apps, AddOns, Flights]);
        assert_eq!(
            names(Shape {
                focus: Runs,
                ..shape(80, 24)
            }),
            [Detail, Runs]
        );
        assert_eq!(
            names(Shape {
                focus: Activity,
                shows_activity: true,
                ..shape(80, 24)
            }),
            [Detail, Activity]
        );
        assert_eq!(names(shape(40, 12)), [Apps]);
        assert_eq!(
            names(Shape {
                is_zoomed: true,
                focus: Detail,
                ..shape(120, 36)
            }),
            [Detail]
        );
        assert_eq!(arrange(shape(39, 12)), None);
    }

    proptest! {
        #[test]
        fn panes_never_overlap_nor_leave_the_screen(
            width in 40u16..300, height in 10u16..100, focus in 0usize..7, zoom: bool, activity: bool, banner: bool, runs in 0usize..50
        ) {
            let focus = PaneId::ALL[focus];
            let shows_activity = activity || focus == PaneId::Activity;
            let shape = Shape { focus, is_zoomed: zoom, shows_activity: shows_activity && focus != PaneId::Runs, has_banner: banner, runs, ..shape(width, height) };
            let arrangement = arrange(shape).unwrap();
            for (at, (pane, area)) in arrangement.panes.iter().enumerate() {
                prop_assert_eq!(shape.area.intersection(*area), *area);
                for (other, theirs) in arrangement.panes.iter().skip(at + 1) {
                    prop_assert!(!area.intersects(*theirs), "{:?} {:?}", pane, other);
                }
            }
            prop_assert!(arrangement.panes.iter().any(|(pane, _)| *pane == focus));
        }
    }
}
