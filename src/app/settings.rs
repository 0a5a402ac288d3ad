//! The settings that the app is created with.

use crate::screen::keymap::Keymap;
use crate::state::ProfileView;
use jiff::tz::TimeZone;
use tui_kit::theme::Theme;

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
