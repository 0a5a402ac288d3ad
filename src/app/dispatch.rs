//! What panes and overlays asked for becomes state or effects here, one ask after the other.

use super::{
    event::{Effect, Exit, Moment},
    keys::pane_mut,
    update::App,
};
use crate::{
    features::dialogs,
    screen::command::{Command, Dialog, PaneId, ToastLevel},
    state::ModelChange,
    tasks::{browse::Browse, working_copy::DropEdit},
};

/// An ask may lead to further asks; more than this is a circle.
const MOST: usize = 1_000;

impl App {
    pub(super) fn release_all(&mut self, now: Moment) {
        for _ in 0..MOST {
            let Some(command) = self.context.commands.next() else {
                return;
            };
            self.release(command, now);
        }
        debug_assert!(false, "commands lead to commands without end");
        self.context.commands = crate::screen::pane::Commands::default();
    }

    fn release(&mut self, command: Command, now: Moment) {
        match command {
            // Chosen in the help above another dialog: that one has to be answered first.
            Command::Do(_) if !self.overlay_stack.is_empty() => {
                let text = "Close this dialog first.".to_owned();
                self.toasts.push(ToastLevel::Info, text, now.uptime);
            }
            Command::Do(action) => self.perform(action, now),
            Command::Start(task) => {
                // Where the runs are on screen, its row says so.
                if let Some(text) = task.start_notice()
                    && !self.shows_runs()
                {
                    self.toasts.push(ToastLevel::Info, text, now.uptime);
                }
                self.last_command = task.arguments().or(self.last_command.take());
                let is_folder = task.is::<Browse>();
                self.start_job(task);
                if is_folder {
                    self.broadcast(&ModelChange::Folder, now);
                }
            }
            Command::Cancel(job) => self.effects.push(Effect::Cancel(job)),
            Command::Focus(pane) => self.go_to(pane, now),
            Command::Select(target) => {
                if self.context.selected.as_ref() != Some(&target) {
                    self.context.selected = Some(target);
                    self.loading.selected(now);
                    self.broadcast(&ModelChange::Selected, now);
                }
            }
            Command::Deselect => {
                if self.context.selected.take().is_some() {
                    self.broadcast(&ModelChange::Selected, now);
                }
            }
            Command::ShowTab(_) | Command::Reveal { .. } | Command::ChangeDocument { .. } => {
                self.deliver(PaneId::Detail, command, now);
            }
            Command::Open(dialog) => self.open(dialog, now),
            Command::Edited { target, text } => {
                if self.context.model.edit(&target, text) {
                    self.loading.edited(target.clone(), now);
                    self.broadcast(&ModelChange::Edit(target), now);
                }
            }
            Command::DiscardEdit(target) => {
                self.context.model.discard_edit(&target);
                self.loading.forget_edit(&target);
                self.start_job(DropEdit {
                    target: target.clone(),
                });
                if self.context.model.edits.contains_key(&target) {
                    // The chosen ZIP stays.
                    self.loading.edited(target.clone(), now);
                }
                self.broadcast(&ModelChange::Edit(target), now);
            }
            Command::Rebase(target) => {
                self.context.model.rebase(&target);
                self.loading.edited(target.clone(), now);
                self.broadcast(&ModelChange::Edit(target), now);
            }
            Command::ChooseZip { target, zip } => {
                self.context.model.choose_zip(&target, zip);
                self.loading.edited(target.clone(), now);
                self.broadcast(&ModelChange::Edit(target), now);
            }
            Command::Toast(severity, text) => self.toasts.push(severity, text, now.uptime),
            // The shell says what came of it: a terminal does not always copy.
            Command::Copy(text) => self.effects.push(Effect::Copy(text)),
            Command::OpenLink(link) => self.effects.push(Effect::OpenLink(link)),
            Command::EditOutside { target, text } => {
                self.effects.push(Effect::EditOutside { target, text });
            }
            Command::DismissRun(run) => {
                let change = self.context.model.dismiss(&run);
                self.broadcast(&change, now);
            }
            Command::Quit => self.leave(Exit::Quit),
        }
    }

    fn deliver(&mut self, id: PaneId, command: Command, now: Moment) {
        let cx = self.context.cx(now, self.focus.current() == id);
        if let Some(pane) = pane_mut(&mut self.panes, id) {
            pane.deliver(command, &cx);
        }
    }

    fn shows_runs(&self) -> bool {
        self.arrangement(self.size)
            .is_some_and(|shown| shown.panes.iter().any(|(pane, _)| *pane == PaneId::Runs))
    }

    fn open(&mut self, dialog: Dialog, now: Moment) {
        let commands = match dialog {
            Dialog::Help => self.commands(now),
            _ => Vec::new(),
        };
        let mut overlay = dialogs::open(dialog, commands);
        overlay.opened(&self.context.cx(now, true));
        self.overlay_stack.push(overlay);
    }
}
