//! What `watch` does beside printing when a submission changes its state: the person's own program, and the terminal's bell.

use super::{event::Event, printer::Printer};
use crate::{
    app::event::Notice,
    engine::view::{RunView, Seen},
    shell::notices::{Notices, Prints},
};

pub(super) struct OnChange {
    notices: Notices,
    /// Where the program is named.
    named_by: &'static str,
    /// The bell rings too.
    rings: bool,
}

impl OnChange {
    /// The option of the command line goes before the settings.
    pub(super) fn new(
        option: Option<&str>,
        settings: Option<&str>,
        hidden: Vec<String>,
        rings: bool,
    ) -> Self {
        Self {
            notices: Notices::new(option.or(settings), hidden, Prints::ToStderr),
            named_by: option.map_or("notify.command", |_| "--on-change"),
            rings,
        }
    }

    pub(super) fn call(&self, view: &RunView, seen: &Seen, printer: &mut Printer<'_>) {
        let event = Event::RunStatus {
            target: &view.target,
            run: &view.id,
            status: seen.status.as_str(),
            at: seen.at,
        };
        let notice = Notice {
            text: format!("{}: {}", view.name, seen.status),
            target: view.target.clone(),
            name: view.name.clone(),
            submission: view.submission.clone(),
            status: seen.status.to_string(),
            at: seen.at,
        };
        self.notices.tell(&notice, Some(&event.to_json()));
        if self.rings {
            printer.ring(&notice.text);
        }
    }

    /// Waits for the calls that are still to be made, and says what went wrong.
    pub(super) async fn finish(&mut self, printer: &mut Printer<'_>) {
        for trouble in self.notices.finish().await {
            printer.chatter(format!("warning: {} {trouble}", self.named_by));
        }
    }
}
