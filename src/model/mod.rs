//! Floor 5: what the screen knows. Server data lives here, once; panes and overlays read it, only its own methods write it.

mod known;
mod past;
mod run_row;
mod working_copy;

pub use known::{Change, FolderView, List, Model, ProfileView};
pub use past::PastView;
pub use run_row::RunRow;
pub use working_copy::WorkingCopy;
