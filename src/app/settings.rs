//! What the app is told once, at its start.

use crate::{
    model::ProfileView,
    ui::{keymap::Keymap, theme::Theme},
};
use jiff::tz::TimeZone;

pub struct Settings {
    pub profile: ProfileView,
    /// A line that stands on every screen: the demo's.
    pub banner: Option<String>,
    /// There is no profile: this text explains the two ways on, and nothing else is shown.
    pub welcome: Option<String>,
    pub theme: Theme,
    pub keymap: Keymap,
    pub zone: TimeZone,
    /// Tell the desktop when a run ends.
    pub notify: bool,
}
