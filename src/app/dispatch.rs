//! What panes and overlays asked for becomes state or effects here, one ask after the other.

use super::{
    event::{Effect, Exit, Moment},
    keys::pane_mut,
    update::App,
};
use crate::{
    features::opening,
    screen::ask::{Ask, Opening, PaneId, Severity},
    state::Change,
    tasks::job::Job,
};

/// An ask may lead to further asks; more than this is a circle.
const MOST: usize = 1_000;

impl App {
    pub(super) fn release_all(&mut self, now: Moment) {
        for _ in 0..MOST {
            let Some(ask) = self.asks.pop_front() else {
                return;
            };
            self.release(ask, now);
        }
        debug_assert!(self.asks.is_empty(), "asks lead to asks without end");
        self.asks.clear();
    }

    fn release(&mut self, ask: Ask, now: Moment) {
        match ask {
            Ask::Do(action) => self.perform(action, now),
            Ask::Start(job) => {
                // Where the runs are on screen, its row says so.
                if matches!(job, Job::Publish(_) | Job::Follow { .. }) && !self.shows_runs() {
                    let text = format!("Started: {}", what(&job));
                    self.toasts.push(Severity::Info, text, now.uptime);
                }
                let change = if let Job::Browse { .. } = job {
                    Some(Change::Folder)
                } else {
                    None
                };
                self.start_job(job);
                if let Some(change) = change {
                    self.broadcast(&change, now);
                }
            }
            Ask::Cancel(job) => self.effects.push(Effect::Cancel(job)),
            Ask::Focus(pane) => self.go_to(pane, now),
            Ask::Select(target) => {
                if self.ground.selected.as_ref() != Some(&target) {
                    self.ground.selected = Some(target);
                    self.loading.selected(now);
                    self.broadcast(&Change::Selected, now);
                }
            }
            Ask::ShowTab(_) | Ask::Reveal { .. } | Ask::ChangeDocument { .. } => {
                self.deliver(PaneId::Detail, ask, now)
            }
            Ask::Open(opening) => self.open(opening, now),
            Ask::Edited { target, text } => {
                if self.ground.model.edit(&target, text) {
                    self.loading.edited(target.clone(), now);
                    self.broadcast(&Change::Edit(target), now);
                }
            }
            Ask::DiscardEdit(target) => {
                self.ground.model.discard_edit(&target);
                self.loading.forget_edit(&target);
                self.start_job(Job::DropEdit {
                    target: target.clone(),
                });
                if self.ground.model.edits.contains_key(&target) {
                    // The chosen ZIP stays.
                    self.loading.edited(target.clone(), now);
                }
                self.broadcast(&Change::Edit(target), now);
            }
            Ask::Rebase(target) => {
                self.ground.model.rebase(&target);
                self.loading.edited(target.clone(), now);
                self.broadcast(&Change::Edit(target), now);
            }
            Ask::ChooseZip { target, zip } => {
                self.ground.model.choose_zip(&target, zip);
                self.loading.edited(target.clone(), now);
                self.broadcast(&Change::Edit(target), now);
            }
            Ask::Toast(severity, text) => self.toasts.push(severity, text, now.uptime),
            Ask::Copy(text) => {
                let first = text.lines().next().unwrap_or_default();
                let said = tui_kit::text::fit(first, 40).into_owned();
                self.toasts
                    .push(Severity::Info, format!("Copied: {said}"), now.uptime);
                self.effects.push(Effect::Copy(text));
            }
            Ask::OpenLink(link) => self.effects.push(Effect::OpenLink(link)),
            Ask::EditOutside { target, text } => {
                self.effects.push(Effect::EditOutside { target, text })
            }
            Ask::DismissRun(run) => {
                let change = self.ground.model.dismiss(&run);
                self.broadcast(&change, now);
            }
            Ask::Quit => self.leave(Exit::Quit),
        }
    }

    fn deliver(&mut self, id: PaneId, ask: Ask, now: Moment) {
        let cx = self.ground.cx(now, self.focus.current() == id);
        let mut asks = Vec::new();
        if let Some(pane) = pane_mut(&mut self.panes, id) {
            pane.deliver(ask, &cx, &mut asks);
        }
        self.asks.extend(asks);
    }

    fn shows_runs(&self) -> bool {
        self.arrangement()
            .is_some_and(|shown| shown.panes.iter().any(|(pane, _)| *pane == PaneId::Runs))
    }

    fn open(&mut self, opening: Opening, now: Moment) {
        let commands = match opening {
            Opening::Help | Opening::Palette => self.commands(now),
            _ => Vec::new(),
        };
        let mut overlay = opening::open(opening, commands);
        let mut asks = Vec::new();
        overlay.opened(&self.ground.cx(now, true), &mut asks);
        self.layers.push(overlay);
        self.asks.extend(asks);
    }
}

/// A job in a few words.
fn what(job: &Job) -> String {
    match job {
        Job::Publish(plan) => format!("publish {}", plan.name),
        Job::Follow { name, .. } => format!("follow {name}"),
        other => format!("{other:?}"),
    }
}
