//! Draws bars, panes, overlays and toasts in that order. Calls and paints, decides nothing.

use super::{event::Moment, update::App};
use crate::screen::{
    action::Action,
    command::{PaneId, ToastLevel},
    pane::Possible,
    status_badge::since,
};
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Padding},
};
use std::ops::Range;
use tui_kit::{
    modal::{self, ModalTone},
    row, text,
    theme::Role,
};

/// Lines of a toast; more belongs into a message.
const TOAST: usize = 6;

impl App {
    pub fn draw(&self, frame: &mut Frame, now: Moment) {
        let area = frame.area();
        let ground = self.context.settings.theme.ground();
        frame.buffer_mut().set_style(area, ground);
        if let Some(welcome) = &self.context.settings.welcome {
            self.draw_welcome(frame, area, welcome);
            return;
        }
        // The frame's size, not the last one that was reported: the terminal may have shrunk since.
        let Some(arrangement) = self.arrangement(area) else {
            self.draw_too_small(frame, area);
            return;
        };
        frame.render_widget(
            self.header(arrangement.header.width, now),
            arrangement.header,
        );
        if let (Some(place), Some(banner)) = (arrangement.banner, &self.context.settings.banner) {
            let width = usize::from(place.width);
            let line = Line::styled(text::fit(banner, width), self.style(Role::Banner))
                .centered()
                .style(self.style(Role::Banner));
            frame.render_widget(line, place);
        }
        if let Some(place) = arrangement.tabs {
            self.draw_tabs(frame, place);
        }
        let has_overlay = !self.overlay_stack.is_empty();
        for (id, place) in &arrangement.panes {
            let cx = self
                .context
                .cx(now, *id == self.focus.current() && !has_overlay);
            if let Some(pane) = self.panes.iter().find(|pane| pane.id() == *id) {
                pane.draw(frame, *place, &cx);
            }
        }
        frame.render_widget(
            self.footer(arrangement.footer.width, now),
            arrangement.footer,
        );
        // Above the runs: what has just been started is seen there.
        let runs = arrangement
            .panes
            .iter()
            .find(|(id, place)| *id == PaneId::Runs && place.y > area.height / 2);
        let bottom = runs.map_or(arrangement.footer.y, |(_, place)| place.y);
        let place = Rect {
            height: bottom.saturating_sub(area.y + 1),
            width: area.width.saturating_sub(1),
            ..area
        };
        if has_overlay {
            // An error waits behind the dialog, where its keys lead to again; the rest is one line below it, where the keys stood.
            self.draw_toasts(frame, place, |severity| severity == ToastLevel::Error);
            self.overlay_stack
                .draw(frame, arrangement.overlays, &self.context.cx(now, true));
            self.draw_toast_line(frame, arrangement.footer);
        } else {
            self.draw_toasts(frame, place, |_| true);
        }
    }

    fn style(&self, role: Role) -> Style {
        self.context.settings.theme.style(role)
    }

    fn draw_too_small(&self, frame: &mut Frame, area: Rect) {
        let (width, height) = super::arrange::LEAST;
        let said = format!(
            "Flightdeck needs {width}×{height}; this is {}×{}.",
            area.width, area.height
        );
        row::texts(
            frame,
            area,
            text::wrap(&said, usize::from(area.width)),
            self.style(Role::Warning),
        );
    }

    fn draw_welcome(&self, frame: &mut Frame, area: Rect, welcome: &str) {
        let width = 72.min(area.width.saturating_sub(4));
        // What goes on below a dash goes on below its text.
        let wrapped = |said: &str| match said.strip_prefix("- ") {
            Some(point) => {
                let parts = text::wrap(point, usize::from(width).saturating_sub(2));
                parts
                    .iter()
                    .enumerate()
                    .map(|(at, part)| format!("{}{part}", if at == 0 { "- " } else { "  " }))
                    .collect()
            }
            None if said.is_empty() => vec![String::new()],
            None => text::wrap(said, usize::from(width)),
        };
        let welcome: String = welcome
            .chars()
            .take(1)
            .flat_map(char::to_uppercase)
            .chain(welcome.chars().skip(1))
            .collect();
        let mut lines: Vec<_> = welcome.lines().flat_map(wrapped).map(Line::raw).collect();
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled("d", self.style(Role::Key)),
            Span::raw(" start the demo    "),
            Span::styled("q", self.style(Role::Key)),
            Span::raw(" quit"),
        ]));
        // The keys are what has to be seen, however small the screen is.
        let room = usize::from(area.height.saturating_sub(2)).max(1);
        let first = lines.len().saturating_sub(room);
        let height = lines.len() as u16;
        let inner = modal::draw(
            frame,
            area,
            &self.context.settings.theme,
            (ModalTone::Calm, "Flightdeck"),
            Line::default(),
            (width, height),
        );
        row::lines(frame, inner, lines.iter().skip(first));
    }

    /// Profile, token, budget, connection, time; the parts at the end go first when it gets narrow.
    fn header(&self, width: u16, now: Moment) -> Line<'static> {
        let model = &self.context.model;
        let profile = &model.profile;
        let muted = self.style(Role::Muted);
        let mut name = profile.name.clone();
        if profile.is_read_only {
            name.push_str(" (read-only)");
        } else if profile.is_protected {
            name.push_str(" (protected)");
        }
        let mut left = vec![
            Span::styled(" flightdeck", self.style(Role::Title)),
            Span::raw("  "),
            Span::styled(text::fit(&name, 30).into_owned(), self.style(Role::Info)),
        ];
        let time = now
            .wall
            .to_zoned(self.context.settings.zone.clone())
            .strftime("%H:%M ")
            .to_string();
        let mut right = vec![Span::styled(time, muted)];
        let connection = &model.connection;
        let (live, role) = self.connection();
        let mut parts = vec![vec![Span::styled(live, self.style(role))]];
        if let Some(slow) = &connection.slow {
            let slow = Span::styled(slow.clone(), self.style(Role::Warning));
            parts.insert(0, vec![slow]);
        }
        if connection.limit > 0 {
            let role = if connection.used >= connection.limit {
                Role::Warning
            } else {
                Role::Text
            };
            let waiting = if connection.waiting > 0 {
                format!(" +{} waiting", connection.waiting)
            } else {
                String::new()
            };
            parts.push(vec![
                Span::styled("requests ", muted),
                Span::styled(
                    format!("{}/{}{waiting}", connection.used, connection.limit),
                    self.style(role),
                ),
            ]);
        }
        if let Some(expires) = connection.token_expires {
            parts.push(vec![
                Span::styled("token ", muted),
                self.token(expires, now),
            ]);
        }
        let mut room = usize::from(width).saturating_sub(
            Line::from(left.clone()).width() + Line::from(right.clone()).width() + 1,
        );
        for part in parts {
            let wide = Line::from(part.clone()).width() + 3;
            if wide > room {
                break;
            }
            room -= wide;
            left.push(Span::raw("   "));
            left.extend(part);
        }
        left.push(Span::raw(" ".repeat(room + 1)));
        left.append(&mut right);
        Line::from(left)
    }

    fn token(&self, expires: Timestamp, now: Moment) -> Span<'static> {
        let left = since(now.wall, expires).as_secs() / 60;
        if left == 0 {
            Span::styled("renewing", self.style(Role::Warning))
        } else {
            Span::styled(format!("{left}m"), self.style(Role::Text))
        }
    }

    /// What the last request said about the connection.
    fn connection(&self) -> (&'static str, Role) {
        match self.context.model.activity.back() {
            Some(last) if last.status.is_some() => ("● live", Role::Good),
            Some(_) => ("✗ offline", Role::Danger),
            None => ("○ connecting", Role::Muted),
        }
    }

    /// The bar of panes with the columns of each.
    pub(super) fn tabs(&self, width: u16) -> Vec<(PaneId, String, Range<u16>)> {
        let mut at = 0;
        let is_tight = width < 72;
        let label = |pane: PaneId| {
            let is_current = pane == self.focus.current();
            if is_tight && !is_current {
                format!(" {} ", pane.number())
            } else {
                format!(" {} {} ", pane.number(), pane.word())
            }
        };
        PaneId::ALL
            .into_iter()
            .map(|pane| {
                let label = label(pane);
                let start = at;
                at += text::width(&label) as u16 + 1;
                (pane, label, start..at - 1)
            })
            .collect()
    }

    fn draw_tabs(&self, frame: &mut Frame, area: Rect) {
        let mut line = Line::default();
        for (pane, label, _) in self.tabs(area.width) {
            let is_current = pane == self.focus.current();
            line.push_span(Span::styled(
                label,
                self.style(if is_current {
                    Role::Selection
                } else {
                    Role::Muted
                }),
            ));
            line.push_span(Span::raw(" "));
        }
        frame.render_widget(line, area);
    }

    /// The keys that matter here, as many as fit; the way to all of them always does.
    fn footer(&self, width: u16, now: Moment) -> Line<'static> {
        if !self.overlay_stack.is_empty() {
            return Line::default();
        }
        let cx = self.context.cx(now, true);
        let focused = self
            .panes
            .iter()
            .find(|pane| pane.id() == self.focus.current());
        let mut hints = focused.map(|pane| pane.hints(&cx)).unwrap_or_default();
        let takes_text = focused.is_some_and(|pane| pane.takes_text());
        if !takes_text {
            hints.push(Action::Palette);
        }
        let hint = |action: Action| -> Option<Vec<Span<'static>>> {
            let row = action.row()?;
            let (key, word) = match self.possible(action, now) {
                Possible::No(_) => (Role::Muted, Role::Muted),
                _ if row.danger => (Role::Key, Role::Danger),
                _ => (Role::Key, Role::Text),
            };
            let word = Span::styled(
                format!(" {}", row.name.replace('-', " ").replace("zip", "ZIP")),
                self.style(word),
            );
            Some(vec![
                Span::raw(" "),
                Span::styled(cx.key(action), self.style(key)),
                word,
                Span::raw(" "),
            ])
        };
        // In a text their keys are letters.
        let help = hint(Action::Help)
            .filter(|_| !takes_text)
            .unwrap_or_default();
        let mut room = usize::from(width).saturating_sub(Line::from(help.clone()).width());
        let mut spans = Vec::new();
        for part in hints.into_iter().filter_map(hint) {
            let wide = Line::from(part.clone()).width();
            if wide > room {
                break;
            }
            room -= wide;
            spans.extend(part);
        }
        spans.extend(help);
        Line::from(spans)
    }

    /// The newest message that is no error, in a row.
    fn draw_toast_line(&self, frame: &mut Frame, area: Rect) {
        let Some(toast) = self
            .toasts
            .iter()
            .rev()
            .find(|toast| toast.severity != ToastLevel::Error)
        else {
            return;
        };
        let (sign, role) = if toast.severity == ToastLevel::Info {
            ("i", Role::Info)
        } else {
            ("!", Role::Warning)
        };
        let said =
            text::fit(&format!(" {sign} {}", toast.text), usize::from(area.width)).into_owned();
        modal::wipe(frame, area, &self.context.settings.theme);
        frame.render_widget(Line::styled(said, self.style(role)), area);
    }

    /// From the lower right corner upwards, the newest at the bottom.
    fn draw_toasts(&self, frame: &mut Frame, area: Rect, shows: impl Fn(ToastLevel) -> bool) {
        let mut bottom = area.bottom();
        for toast in self
            .toasts
            .iter()
            .rev()
            .filter(|toast| shows(toast.severity))
        {
            let (sign, word, role) = match toast.severity {
                ToastLevel::Info => ("i", "", Role::Info),
                ToastLevel::Warning => ("!", " Warning ", Role::Warning),
                ToastLevel::Error => ("✗", " Error ", Role::Danger),
            };
            let columns = usize::from(area.width.saturating_sub(6)).min(64);
            let mut lines = text::wrap(&format!("{sign} {}", toast.text), columns);
            if lines.len() > TOAST {
                lines.truncate(TOAST);
                if let Some(last) = lines.last_mut() {
                    *last = text::fit(&format!("{last} …"), columns).into_owned();
                }
            }
            let hint = match toast.severity {
                ToastLevel::Error => {
                    let cx_key = |action| {
                        self.context
                            .settings
                            .keymap
                            .shown(action)
                            .unwrap_or_default()
                    };
                    format!(
                        " {} dismiss  {} copy ",
                        cx_key(Action::Back),
                        cx_key(Action::Copy)
                    )
                }
                _ => String::new(),
            };
            let widest = lines
                .iter()
                .map(|line| text::width(line))
                .max()
                .unwrap_or_default()
                .max(text::width(&hint) + 2);
            let (width, height) = (widest as u16 + 4, lines.len() as u16 + 2);
            let Some(top) = bottom.checked_sub(height).filter(|top| *top > area.y) else {
                return;
            };
            let place = Rect {
                x: area.right().saturating_sub(width + 1),
                y: top,
                width: width.min(area.width),
                height,
            };
            let block = Block::bordered()
                .border_type(BorderType::Rounded)
                .border_style(self.style(role))
                .title_top(Line::styled(word, self.style(role)))
                .title_bottom(Line::styled(hint, self.style(Role::Muted)).right_aligned())
                .padding(Padding::horizontal(1));
            let inner = block.inner(place);
            modal::wipe(frame, place, &self.context.settings.theme);
            frame.render_widget(block, place);
            for (line, row) in lines.into_iter().zip(inner.rows()) {
                frame.render_widget(Line::raw(line), row);
            }
            bottom = top;
        }
    }
}
