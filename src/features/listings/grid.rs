//! Draws the table of languages × texts: the languages stay in view while the columns move sideways. Changes nothing.

use super::table::{Table, TableSpot};
use crate::screen::pane::Context;
use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};
use std::cell::{Cell, RefCell};
use store_model::texts::{CellState, GridMark, Text, TextField};
use tui_kit::{
    list::Cursor,
    row,
    text::{pad, width},
    theme::Role,
};

/// Which columns are in view. Known only while drawing: that is why all lies in cells.
#[derive(Debug, Default)]
pub struct Columns {
    left: Cell<usize>,
    /// (column, where it begins, its width), from the left edge.
    drawn: RefCell<Vec<(usize, u16, u16)>>,
}

impl Columns {
    /// The column that was drawn there.
    pub fn at(&self, x: u16) -> Option<usize> {
        self.drawn
            .borrow()
            .iter()
            .find(|(_, start, width)| (*start..start + width + 1).contains(&x))
            .map(|(column, ..)| *column)
    }
}

/// The signs in front of a cell and the space behind them.
const SIGNS: usize = 3;

/// The least and the most width that a column makes use of; with more room, each text shows more of itself.
fn sizes(field: &TextField, room: u16) -> (u16, u16) {
    let heading = (width(field.word) + SIGNS) as u16;
    match field.most {
        _ if field.is_list => (heading.max((room / 8).clamp(14, 24)), 34),
        Some(most) if most >= 500 => (heading.max((room / 4).clamp(18, 40)), 80),
        _ => (heading.max((room / 6).clamp(16, 24)), 34),
    }
}

/// The columns in view, with their widths: from `left` on as many as fit, `selected` among them, and no room wasted at the end.
fn fitting(fields: &[TextField], left: usize, selected: usize, room: u16) -> Vec<(usize, u16)> {
    let least = |column: usize| fields.get(column).map_or(0, |field| sizes(field, room).0);
    let until = |left: usize| {
        let mut used = 0;
        let fits = |column: &usize| {
            used += least(*column) + u16::from(*column > left);
            used <= room || *column == left
        };
        (left..fields.len()).take_while(fits).count() + left
    };
    let mut left = left.min(selected);
    while until(left) <= selected {
        left += 1;
    }
    while left > 0 && until(left) == fields.len() && until(left - 1) == fields.len() {
        left -= 1;
    }
    let mut columns: Vec<(usize, u16)> = (left..until(left))
        .map(|column| (column, least(column).min(room)))
        .collect();
    let used: u16 = columns.iter().map(|(_, width)| width + 1).sum();
    let mut spare = (room + 1).saturating_sub(used);
    // What is left over goes to those that can use it, a column of the screen at a time.
    while spare > 0 {
        let before = spare;
        for (column, width) in &mut columns {
            if spare > 0
                && fields
                    .get(*column)
                    .is_some_and(|field| *width < sizes(field, room).1)
            {
                *width += 1;
                spare -= 1;
            }
        }
        if spare == before {
            break;
        }
    }
    columns
}

/// The two signs in front of a cell: whether it changed, and what is the matter with it.
pub fn signs(mark: &GridMark) -> (&'static str, &'static str) {
    let matter = match mark.state {
        _ if mark.is_over => "!",
        _ if mark.is_same => "=",
        CellState::Missing => "·",
        CellState::Empty => "–",
        CellState::Odd => "?",
        CellState::Filled => " ",
    };
    (if mark.is_changed { "●" } else { " " }, matter)
}

/// The content of a cell in one line, and the counter at its end.
fn cell(
    mark: &GridMark,
    field: &TextField,
    text: Option<&Text>,
    columns: usize,
) -> (String, String, Role) {
    let (shown, role) = match (mark.state, text) {
        (CellState::Missing, _) => ("missing".to_owned(), Role::Muted),
        (CellState::Empty, _) => ("empty".to_owned(), Role::Muted),
        (CellState::Odd, _) => ("no text".to_owned(), Role::Warning),
        (CellState::Filled, Some(Text::Many(entries))) => (entries.join(", "), Role::Text),
        (CellState::Filled, text) => (text.map(Text::to_lines).unwrap_or_default(), Role::Text),
    };
    // A cell shows one line: enough letters for its width, and breaks as spaces.
    let shown: String = shown
        .chars()
        .take(columns * 2)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let shown = shown.replace("  ", " ");
    let counter = match (mark.is_over, field.most) {
        (true, Some(most)) if mark.used > most => format!(" {}/{most}", mark.used),
        _ if mark.used > 0 => format!(" {}", mark.used),
        _ => String::new(),
    };
    let room = columns.saturating_sub(SIGNS + counter.len());
    let role = if mark.is_over {
        Role::Danger
    } else if mark.is_same {
        Role::Muted
    } else {
        role
    };
    (pad(&shown, room), counter, role)
}

#[expect(
    clippy::too_many_arguments,
    reason = "what is drawn, and what of it is in view"
)]
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    table: &Table,
    shown: &[usize],
    rows: &Cursor,
    spot: Option<TableSpot>,
    columns: &Columns,
) {
    let style = |role| cx.theme.style(role);
    let grid = &table.grid;
    let widest = grid
        .languages
        .iter()
        .map(|language| width(language))
        .max()
        .unwrap_or_default()
        .clamp(8, 16);
    let names = widest as u16 + 3;
    let selected = spot.map_or(0, |spot| spot.column);
    let fitted = fitting(
        &grid.fields,
        columns.left.get(),
        selected,
        area.width.saturating_sub(names + 1),
    );
    let first = fitted.first().map_or(0, |(column, _)| *column);
    columns.left.set(first);
    let mut x = names;
    let drawn = fitted.iter().map(|(column, width)| {
        let start = x;
        x += width + 1;
        (*column, start, *width)
    });
    *columns.drawn.borrow_mut() = drawn.collect();

    let is_more = fitted
        .last()
        .is_some_and(|(column, _)| column + 1 < grid.fields.len());
    let mut header = Line::from(Span::styled(
        pad(if first > 0 { " ‹" } else { " " }, usize::from(names)),
        style(Role::Key),
    ));
    for (column, width) in &fitted {
        let Some(field) = grid.fields.get(*column) else {
            continue;
        };
        let role = if *column == selected {
            Role::Title
        } else {
            Role::Muted
        };
        header.push_span(Span::styled(
            pad(&format!("   {}", field.word), usize::from(*width)),
            style(role),
        ));
        header.push_span(Span::raw(" "));
    }
    let mut places = area.rows();
    let Some(top) = places.next() else { return };
    frame.render_widget(header, top);
    if is_more && area.width > 0 {
        let edge = Rect {
            x: area.right() - 1,
            width: 1,
            height: 1,
            ..top
        };
        frame.render_widget(Span::styled("›", style(Role::Key)), edge);
    }

    let window = rows.window(usize::from(area.height.saturating_sub(1)), shown.len());
    for (place, row) in places.zip(shown.get(window).unwrap_or_default()) {
        let Some(language) = grid.languages.get(*row) else {
            continue;
        };
        let is_here = spot.is_some_and(|spot| spot.row == *row);
        let sign = if is_here { "▸" } else { " " };
        let star = if grid.default == Some(*row) { "*" } else { " " };
        let role = if is_here { Role::Title } else { Role::Text };
        let line = Line::from(Span::styled(
            format!("{sign}{}{star} ", pad(language, usize::from(names) - 3)),
            style(role),
        ));
        frame.render_widget(line, place);
        for (column, start, width) in columns.drawn.borrow().iter() {
            let (Some(field), Some(mark)) = (grid.fields.get(*column), grid.mark(*row, *column))
            else {
                continue;
            };
            let text = table.text(*row, *column);
            let (content, counter, role) = cell(mark, field, text.as_ref(), usize::from(*width));
            let (changed, matter) = signs(mark);
            let is_selected = is_here && *column == selected;
            let on = |role: Role| -> Style {
                match (is_selected, cx.is_focused) {
                    (true, true) => style(Role::Selection),
                    (true, false) => {
                        style(Role::SelectionUnfocused).add_modifier(Modifier::UNDERLINED)
                    }
                    _ => style(role),
                }
            };
            let parts = [
                (changed.to_owned(), Role::Info),
                (
                    format!("{matter} "),
                    if mark.is_over {
                        Role::Danger
                    } else {
                        Role::Muted
                    },
                ),
                (content, role),
                (counter, role),
            ];
            let line: Line = parts
                .into_iter()
                .map(|(text, role)| Span::styled(text, on(role)))
                .collect();
            row::draw(
                frame,
                Rect {
                    x: place.x + start,
                    width: *width,
                    ..place
                }
                .intersection(place),
                &line,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use store_model::{target::Kind, texts::fields};

    proptest! {
        #[test]
        fn the_selected_column_is_in_view_and_nothing_is_wider_than_the_screen(left in 0usize..20, selected in 0usize..14, room in 1u16..220) {
            let fields = fields(Kind::App);
            let columns = fitting(&fields, left, selected, room);
            prop_assert!(columns.iter().any(|(column, _)| *column == selected));
            prop_assert!(columns.iter().map(|(_, width)| width + 1).sum::<u16>() <= room + 1, "{columns:?}");
            prop_assert!(columns.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0));
        }
    }

    #[test]
    fn at_the_end_the_room_is_used() {
        let fields = fields(Kind::App);
        let all = fitting(&fields, 13, 13, 600);
        assert_eq!((all.len(), all[0].0), (14, 0));
        let some = fitting(&fields, 13, 13, 80);
        assert!(
            some.len() >= 3 && some.iter().map(|(_, width)| width + 1).sum::<u16>() > 70,
            "{some:?}"
        );
    }
}
