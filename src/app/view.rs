//! Draws bars, panes, overlays and toasts in that order. Calls and paints, decides nothing.

use super::{event::Moment, update::App};
use crate::screen::{
    action::Action,
    command::{PaneId, ToastLevel},
    pane::Possible,
    status_badge::since,
};
use crate::state::board;
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Padding},
};
use std::{ops::Range, time::Duration};
use store_model::units;
use tui_kit::{
    modal::{self, ModalTone},
    row, text,
    theme::Role,
};

/// A sign-in that lasts longer is nobody's concern, and an upload URL.
const SOON: Duration = Duration::from_mins(5);
const SOON_URL: Duration = Duration::from_hours(3);

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

    /// Profile, who must act, connection, time; what is scarce only when it is. The parts at the end go first when it gets narrow.
    fn header(&self, width: u16, now: Moment) -> Line<'static> {
        let model = &self.context.model;
        let muted = self.style(Role::Muted);
        let time = self.clock(now.wall, "%H:%M ");
        let mut right = vec![Span::styled(time, muted)];
        let mut left = vec![Span::styled(" flightdeck ", self.style(Role::Title))];
        left.extend(self.badge());
        let counted = [
            ("✗", "you", Role::Danger),
            ("◑", "portal", Role::Warning),
            ("◐", "Store", Role::Busy),
        ];
        let mut counts = Vec::new();
        for ((sign, word, role), count) in counted.into_iter().zip(board::counts(&model.board)) {
            let role = if count == 0 { Role::Muted } else { role };
            let gap = if counts.is_empty() { "" } else { "  " };
            counts.push(Span::styled(
                format!("{gap}{sign}{count} {word}"),
                self.style(role),
            ));
        }
        let (live, role) = self.connection(now);
        let mut parts = vec![counts, vec![Span::styled(live, self.style(role))]];
        let connection = &model.connection;
        let mut scarce = |said: String| {
            parts.push(vec![Span::styled(said, self.style(Role::Warning))]);
        };
        if let Some(slow) = &connection.slow {
            scarce(slow.clone());
        }
        if connection.limit > 0 && (connection.waiting > 0 || connection.used >= connection.limit) {
            let waiting = if connection.waiting > 0 {
                format!(" +{} waiting", connection.waiting)
            } else {
                String::new()
            };
            scarce(format!(
                "requests {}/{}{waiting}",
                connection.used, connection.limit
            ));
        }
        let left_of = |expires| since(now.wall, expires);
        if let Some(rest) = connection
            .token_expires
            .map(left_of)
            .filter(|rest| *rest < SOON)
        {
            scarce(match rest.as_secs() / 60 {
                0 => "sign-in: renewing".to_owned(),
                minutes => format!("sign-in ends in {minutes} m"),
            });
        }
        let url = model
            .runs
            .iter()
            .filter(|run| run.is_active())
            .filter_map(|run| Some(left_of(run.upload.as_ref()?.expires?)))
            .filter(|rest| *rest < SOON_URL)
            .min();
        if let Some(rest) = url {
            scarce(format!("upload URL ends in {}", units::age(rest)));
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

    /// The profile, red where a commit asks for the product's name.
    fn badge(&self) -> Vec<Span<'static>> {
        let profile = &self.context.model.profile;
        let role = if profile.is_protected {
            Role::Danger
        } else {
            Role::Info
        };
        let name = text::fit(&profile.name, 24);
        let mut spans = vec![Span::styled(format!("▌{name}▐"), self.style(role))];
        let word = match (profile.is_read_only, profile.is_protected) {
            (true, _) => " read-only",
            (false, true) => " protected",
            (false, false) => return spans,
        };
        spans.push(Span::styled(word, self.style(role)));
        spans
    }

    fn clock(&self, at: Timestamp, how: &str) -> String {
        at.to_zoned(self.context.settings.zone.clone())
            .strftime(how)
            .to_string()
    }

    /// What the last requests said about the connection.
    fn connection(&self, now: Moment) -> (String, Role) {
        let activity = &self.context.model.activity;
        let lost = activity
            .iter()
            .rev()
            .take_while(|last| last.status.is_none());
        match (activity.back(), lost.last()) {
            (Some(_), Some(first)) => {
                let since = self.clock(first.at, "%H:%M");
                (format!("✗ offline since {since}"), Role::Danger)
            }
            (Some(last), None) if last.status == Some(429) && since(last.at, now.wall) < SOON => {
                ("◌ throttled".to_owned(), Role::Warning)
            }
            (Some(_), None) => ("● live".to_owned(), Role::Good),
            (None, _) => ("○ connecting".to_owned(), Role::Muted),
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
