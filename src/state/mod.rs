//! Floor 5: what the screen knows. Server data lives here, once; panes and overlays read it, only its own methods write it.

mod change;
mod known;
pub mod prepared;
mod reports;
mod run_row;
mod settling;
mod view;
mod working_copy;

pub use change::ModelChange;
pub use known::Model;
pub use run_row::RunRow;
pub use view::{FolderView, KnownList, ProfileView, is_confirmed};
pub use working_copy::WorkingCopy;
