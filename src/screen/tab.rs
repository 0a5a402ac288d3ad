//! What every tab of the detail pane offers. A tab holds view state only; the document is in `screen::documents`.

use super::{
    action::{Action, Scope},
    command::TabId,
};
use super::{
    documents::Documents,
    pane::{Context, Handled, Possible, Typed},
};
use crate::state::ModelChange;
use ratatui::{Frame, crossterm::event::MouseEvent, layout::Rect, text::Span};
use std::time::Duration;
use store_model::target::Kind;

pub trait Tab {
    fn id(&self) -> TabId;

    /// Whether targets of this kind have anything to show here.
    fn is_offered(&self, _kind: Kind) -> bool {
        true
    }

    /// Whether plain characters are text for it now.
    fn takes_text(&self) -> bool {
        false
    }

    /// Where chords are looked up while it is shown and the pane focused, first hit wins.
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::Parts, Scope::Target, Scope::Move, Scope::Editor]
    }

    /// The actions that matter most here and now, for the footer; empty for those of any target.
    fn hints(&self, _documents: &Documents, _cx: &Context) -> Vec<Action> {
        Vec::new()
    }

    /// Whether this action can be done here and now; [`Possible::Unknown`] leaves it to the pane.
    fn possible(&self, action: Action, documents: &Documents, cx: &Context) -> Possible;

    /// [`Tab::possible`] has not said no.
    fn act(&mut self, action: Action, documents: &mut Documents, cx: &Context) -> Handled;

    /// As [`super::pane::Pane::typed`].
    fn typed(&mut self, _typed: &Typed, _documents: &mut Documents, _cx: &Context) -> Handled {
        Handled::No
    }

    /// Only with the mouse inside of `area`.
    fn mouse(
        &mut self,
        _event: MouseEvent,
        _area: Rect,
        _documents: &mut Documents,
        _cx: &Context,
    ) {
    }

    /// Goes to the place of the document; the tab is about to be shown.
    fn reveal(&mut self, _pointer: &str, _documents: &mut Documents, _cx: &Context) {}

    /// It has taken another tab's place.
    fn entered(&mut self, _documents: &mut Documents, _cx: &Context) {}

    /// Another tab takes its place.
    fn left(&mut self, _documents: &mut Documents, _cx: &Context) {}

    /// The model has changed; with [`ModelChange::Selected`] everything in view is outdated. The open documents have been updated already.
    fn changed(&mut self, _change: &ModelChange, _documents: &mut Documents, _cx: &Context) {}

    fn wake_at(&self) -> Option<Duration> {
        None
    }

    fn woken(&mut self, _documents: &mut Documents, _cx: &Context) {}

    /// What is shown beside the row of tabs.
    fn word(&self, documents: &Documents, cx: &Context) -> String;

    /// Parts of the pane's title in place of the common ones.
    fn notes(&self, _documents: &Documents, _cx: &Context) -> Option<Vec<Span<'static>>> {
        None
    }

    /// The target is selected; it need not have been read yet.
    fn draw(&self, frame: &mut Frame, area: Rect, documents: &Documents, cx: &Context);
}
