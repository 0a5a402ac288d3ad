//! Every request that was made, newest last: method, path, status, time, correlation id. Never a secret or a signed URL: the
//! client does not report them.

use crate::screen::pane::{Context, Handled, Pane, Possible};
use crate::{
    screen::{
        action::{Action, Scope},
        command::{Command, Dialog, PaneId},
    },
    state::ModelChange,
    tasks::report::Exchange,
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{
    Frame,
    crossterm::event::MouseEvent,
    layout::Rect,
    text::{Line, Span},
};
use tui_kit::{
    list::Cursor,
    panel::{self, Heading},
    row,
    table::{self, Size},
    text,
    theme::Role,
};

/// Time, method, status, elapsed, path, correlation id.
const COLUMNS: [Size; 6] = [
    Size::Fixed(8),
    Size::Fixed(6),
    Size::Fixed(3),
    Size::Fixed(8),
    Size::Fill(10),
    Size::From {
        room: 110,
        width: 36,
    },
];

pub struct ActivityPane {
    cursor: Cursor,
    /// Stays on the newest request until the cursor is moved away from it.
    follows: bool,
}

pub fn pane() -> ActivityPane {
    ActivityPane {
        cursor: Cursor::default(),
        follows: true,
    }
}

/// The time of day where the person is.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}

/// A request in full, for reading and copying.
fn in_full(exchange: &Exchange, zone: &TimeZone) -> String {
    let mut lines = vec![
        format!("{} {}", exchange.method, exchange.path),
        format!(
            "at       {}",
            exchange
                .at
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S %:z")
        ),
        format!("took     {} ms", exchange.elapsed.as_millis()),
        format!(
            "status   {}",
            exchange
                .status
                .map_or_else(|| "no reply".to_owned(), |status| status.to_string())
        ),
    ];
    lines.extend(
        exchange
            .correlation
            .iter()
            .map(|id| format!("correlation id   {id}")),
    );
    lines.extend(exchange.error.iter().map(|error| format!("\n{error}")));
    lines.join("\n")
}

impl ActivityPane {
    fn current<'a>(&self, cx: &Context<'a>) -> Option<&'a Exchange> {
        cx.model.activity.get(self.cursor.index())
    }
}

impl Pane for ActivityPane {
    fn id(&self) -> PaneId {
        PaneId::Activity
    }

    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Move, Scope::Target]
    }

    fn hints(&self, _cx: &Context) -> Vec<Action> {
        vec![Action::Enter, Action::Copy, Action::Last, Action::Back]
    }

    fn possible(&self, action: Action, cx: &Context) -> Possible {
        match action {
            Action::Enter | Action::Copy if self.current(cx).is_some() => Possible::Yes,
            Action::Enter | Action::Copy => Possible::No("No requests yet.".to_owned()),
            _ => Possible::Unknown,
        }
    }

    fn act(&mut self, action: Action, cx: &Context) -> Handled {
        let len = cx.model.activity.len();
        if self.cursor.act(action, len) {
            self.follows = self.cursor.index() + 1 >= len;
            return Handled::Yes;
        }
        let Some(exchange) = self.current(cx) else {
            return Handled::No;
        };
        match action {
            Action::Enter => {
                cx.send(Command::Open(Dialog::Message {
                    title: "Request".to_owned(),
                    text: in_full(exchange, cx.zone),
                }));
            }
            Action::Copy => cx.send(Command::Copy(in_full(exchange, cx.zone))),
            _ => return Handled::No,
        }
        Handled::Yes
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, cx: &Context) {
        let len = cx.model.activity.len();
        self.cursor.mouse(event, panel::inside(area), len);
        self.follows = self.cursor.index() + 1 >= len;
    }

    fn changed(&mut self, change: &ModelChange, cx: &Context) {
        if *change == ModelChange::Activity {
            let len = cx.model.activity.len();
            if self.follows {
                self.cursor.set(len.saturating_sub(1));
            }
            self.cursor.clamp(len);
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, cx: &Context) {
        let all = &cx.model.activity;
        let failed = all
            .iter()
            .filter(|exchange| exchange.status.is_none_or(|status| status >= 400))
            .count();
        let mut notes = vec![Span::styled(
            format!("{} requests", all.len()),
            cx.theme.style(Role::Muted),
        )];
        if failed > 0 {
            notes.push(Span::styled(
                format!("{failed} failed"),
                cx.theme.style(Role::Danger),
            ));
        }
        let heading = Heading {
            number: PaneId::Activity.number(),
            title: PaneId::Activity.word(),
            notes,
        };
        let (inner, _) = panel::draw(frame, area, cx.theme, cx.is_focused, heading);
        if all.is_empty() {
            frame.render_widget(
                Line::styled("No requests yet.", cx.theme.style(Role::Muted)),
                inner,
            );
            return;
        }
        let widths = table::widths(&COLUMNS, inner.width.saturating_sub(1));
        let window = self.cursor.window(usize::from(inner.height), all.len());
        for ((at, exchange), place) in all
            .iter()
            .enumerate()
            .skip(window.start)
            .take(window.len())
            .zip(inner.rows())
        {
            let is_current = at == self.cursor.index();
            let (status, role) = match exchange.status {
                Some(status @ 400..) => (status.to_string(), Role::Danger),
                Some(status) => (status.to_string(), Role::Good),
                None => ("✗".to_owned(), Role::Danger),
            };
            let what = match &exchange.error {
                Some(error) => format!(
                    "{}  {}",
                    exchange.path,
                    text::plain(error.lines().next().unwrap_or_default())
                ),
                None => exchange.path.clone(),
            };
            let elapsed = text::pad_left(&format!("{} ms", exchange.elapsed.as_millis()), 8);
            let correlation = exchange.correlation.as_deref().unwrap_or_default();
            let cells = [
                clock(exchange.at, cx.zone),
                exchange.method.clone(),
                status,
                elapsed,
                what,
                correlation.to_owned(),
            ];
            let cells: Vec<_> = cells.iter().map(String::as_str).collect();
            let role = if role == Role::Danger {
                role
            } else {
                Role::Text
            };
            let style = cx.theme.style(role);
            let mark = if is_current { "▸" } else { " " };
            frame.render_widget(
                Line::styled(format!("{mark}{}", table::row(&cells, &widths)), style),
                place,
            );
            if is_current {
                row::select(frame, place, cx.theme, cx.is_focused);
            }
        }
    }
}
