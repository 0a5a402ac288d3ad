//! What an action does: offered to the focused pane, then to the pane it belongs to, then done by the app itself, or refused
//! with its reason.

use super::{
    event::{Effect, Exit, Moment},
    focus::is_list,
    keys::pane_mut,
    update::App,
};
use crate::{
    engine::preflight::Refusal,
    screen::{
        action::{Action, Scope},
        command::{Command, Dialog, PaneId, ToastLevel},
        overlay::AvailableAction,
        pane::{Handled, Possible},
    },
    tasks::{
        load::{LoadCatalog, LoadTarget},
        task::AnyTask,
        working_copy::{KeepEdit, ReadEdit},
    },
};
use store_model::{catalog::Catalog, remote::Remote, target::Target};

/// Why an action that changes the account cannot be done in this profile.
fn is_changing(action: Action) -> bool {
    matches!(
        action,
        Action::Publish | Action::DeleteDraft | Action::Rollout
    )
}

/// The pane that knows an action, when the focused one does not.
fn home(action: Action) -> Option<PaneId> {
    match action.row()?.scope {
        Scope::Target | Scope::Parts => Some(PaneId::Detail),
        Scope::Runs => Some(PaneId::Runs),
        Scope::Move if action == Action::AllAddOns => Some(PaneId::AddOns),
        _ => None,
    }
}

impl App {
    /// Whether an action can be done now, wherever its key is pressed.
    pub(super) fn possible(&self, action: Action, now: Moment) -> Possible {
        if is_changing(action) && self.context.model.profile.is_read_only {
            let profile = self.context.model.profile.name.clone();
            return Possible::No(Refusal::ReadOnly { profile }.into());
        }
        if action.is_vertical() {
            return Possible::Yes;
        }
        if action == Action::Suspend && !cfg!(unix) {
            return Possible::No("Windows cannot suspend a program: open another tab.".to_owned());
        }
        let focus = self.focus.current();
        for id in [Some(focus), home(action)].into_iter().flatten() {
            let cx = self.context.cx(now, id == focus);
            let said = self
                .panes
                .iter()
                .find(|pane| pane.id() == id)
                .map(|pane| pane.possible(action, &cx));
            if let Some(said) = said.filter(|said| *said != Possible::Unknown) {
                return said;
            }
        }
        match action.row().map(|row| row.scope) {
            Some(Scope::Editor | Scope::Overlay | Scope::Parts) => Possible::Unknown,
            _ => Possible::Yes,
        }
    }

    /// All actions with what is possible now, for help and palette.
    pub(super) fn commands(&self, now: Moment) -> Vec<AvailableAction> {
        let rows = crate::screen::action::ACTIONS.iter();
        rows.map(|row| AvailableAction {
            action: row.action,
            possible: self.possible(row.action, now),
        })
        .collect()
    }

    /// Does an action as if its key had been pressed with no overlay open.
    pub(super) fn perform(&mut self, action: Action, now: Moment) {
        if let Some(toast) = self.toasts.error() {
            // What stands in front of everything goes first.
            if action == Action::Back {
                self.toasts.dismiss();
                return;
            }
            if action == Action::Copy {
                let text = toast.text.clone();
                self.context.commands.send(Command::Copy(text));
                return;
            }
        }
        if let Possible::No(reason) = self.possible(action, now) {
            if let Some(target) = self.unread_target(action, now) {
                self.wait_for(action, target, now);
                return;
            }
            self.toasts.push(ToastLevel::Info, reason, now.uptime);
            return;
        }
        let is_about_edit = matches!(
            action,
            Action::Edit | Action::EditOutside | Action::PickZip | Action::Publish
        );
        if let Some(target) = self.context.selected.clone().filter(|_| is_about_edit) {
            // Another dashboard may have edited it meanwhile.
            self.start_job(ReadEdit(target));
        }
        let focus = self.focus.current();
        for id in [Some(focus), home(action)].into_iter().flatten() {
            let cx = self.context.cx(now, id == focus);
            let Some(pane) = pane_mut(&mut self.panes, id) else {
                continue;
            };
            let is_handled = pane.act(action, &cx) == Handled::Yes;
            if is_handled {
                return;
            }
        }
        self.own(action, now);
    }

    /// The selected target, when an action on it fails only because it has not been read yet.
    fn unread_target(&self, action: Action, now: Moment) -> Option<Target> {
        let is_refused = is_changing(action) && self.context.model.profile.is_read_only;
        if is_refused || home(action) != Some(PaneId::Detail) {
            return None;
        }
        let focus = self.focus.current();
        let cx = self.context.cx(now, true);
        // A list with nothing under the cursor has said no on its own.
        let pane = self
            .panes
            .iter()
            .find(|pane| pane.id() == focus && is_list(focus));
        if pane.is_some_and(|pane| matches!(pane.possible(action, &cx), Possible::No(_))) {
            return None;
        }
        let target = self.context.selected.as_ref()?;
        let is_unread =
            |detail: &Remote<_, _>| detail.value().is_none() && detail.error().is_none();
        self.context
            .model
            .details
            .get(target)
            .is_none_or(is_unread)
            .then(|| target.clone())
    }

    fn wait_for(&mut self, action: Action, target: Target, now: Moment) {
        let name = self.context.model.name(&target);
        self.toasts
            .push(ToastLevel::Info, format!("Reading {name}…"), now.uptime);
        self.waiting = Some((action, target));
        self.loading.look_now(now);
        self.load_what_is_due(now);
    }

    /// Does what waited for a target, if it is still what the person looks at.
    pub(super) fn go_on(&mut self, target: &Target, now: Moment) {
        let is_read = self
            .context
            .model
            .details
            .get(target)
            .is_some_and(|detail| !detail.is_loading());
        if let Some((action, _)) = self
            .waiting
            .take_if(|(_, waits_for)| waits_for == target && is_read)
            && self.overlay_stack.is_empty()
            && self.context.selected.as_ref() == Some(target)
        {
            self.perform(action, now);
        }
    }

    /// What only the app can do.
    fn own(&mut self, action: Action, now: Moment) {
        match action {
            Action::Quit => self.quit(now),
            Action::Help | Action::Palette => {
                self.context.commands.send(Command::Open(Dialog::Help));
            }
            Action::ShowCommand => self.show_command(now),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::FocusBoard => self.go_to(PaneId::Board, now),
            Action::FocusApps => self.go_to(PaneId::Apps, now),
            Action::FocusAddOns => self.go_to(PaneId::AddOns, now),
            Action::FocusFlights => self.go_to(PaneId::Flights, now),
            Action::FocusDetail => self.go_to(PaneId::Detail, now),
            Action::FocusRuns => self.go_to(PaneId::Runs, now),
            Action::ShowActivity if self.focus.current() == PaneId::Activity => {
                let back = self.focus.leave_activity();
                self.go_to(back, now);
            }
            Action::ShowActivity => self.go_to(PaneId::Activity, now),
            Action::FocusNext => self.go_to(self.focus.next(true), now),
            Action::FocusPrevious => self.go_to(self.focus.next(false), now),
            Action::Zoom => self.focus.is_zoomed = !self.focus.is_zoomed,
            Action::Refresh => self.refresh(),
            Action::Back if self.focus.is_zoomed => self.focus.is_zoomed = false,
            Action::Back | Action::Left => {
                if let Some(pane) = self.focus.back() {
                    if self.focus.current() == PaneId::Activity {
                        self.focus.leave_activity();
                    }
                    self.go_to(pane, now);
                }
            }
            _ => {}
        }
    }

    /// Leaves when everything that was edited is on disk and no run is active; else asks.
    pub(super) fn quit(&mut self, now: Moment) {
        if !std::mem::replace(&mut self.is_quitting, true) {
            self.keep_all();
        }
        let model = &self.context.model;
        if model.jobs.values().any(AnyTask::is::<KeepEdit>) {
            // Its answer leads back here.
            return;
        }
        self.is_quitting = false;
        let unsaved: Vec<_> = model
            .edits
            .iter()
            .filter_map(|(target, copy)| Some((target, copy.keep_error.as_ref()?)))
            .map(|(target, error)| format!("{} is not on disk: {error}", model.name(target)))
            .collect();
        let active = model.active_runs();
        let (title, mut text) = match (unsaved.is_empty(), active) {
            (true, 0) => return self.leave(Exit::Quit),
            (false, _) => ("Leave and lose what was edited?".to_owned(), unsaved),
            (true, 1) => ("Leave while a run is active?".to_owned(), Vec::new()),
            (true, _) => (format!("Leave while {active} runs are active?"), Vec::new()),
        };
        let is_lost = !text.is_empty();
        if active > 0 {
            text.extend([
                "Each stops after its current request. What was sent stays in the Store."
                    .to_owned(),
                "A committed submission continues there and can be followed again later."
                    .to_owned(),
            ]);
        }
        self.is_leaving = true;
        self.context.commands.send(Command::Open(Dialog::Confirm {
            title,
            text,
            yes: "Leave".to_owned(),
            danger: is_lost,
            must_type: Vec::new(),
            then: vec![Command::Quit],
        }));
        self.release_all(now);
    }

    /// Gives a pane the focus.
    pub(super) fn go_to(&mut self, id: PaneId, now: Moment) {
        self.focus.set(id);
        let cx = self.context.cx(now, true);
        if let Some(pane) = pane_mut(&mut self.panes, id) {
            pane.focused(&cx);
        }
    }

    /// Asks the Store for everything on screen again.
    fn refresh(&mut self) {
        self.start_job(LoadCatalog(Catalog::Apps));
        self.start_job(LoadCatalog(Catalog::AddOns));
        self.loading.forget_statuses();
        let Some(target) = self.context.selected.clone() else {
            return;
        };
        if let Some(app) = self.context.app().map(str::to_owned) {
            self.start_job(LoadCatalog(Catalog::Flights { app }));
        }
        self.start_job(LoadTarget(target));
    }
}
