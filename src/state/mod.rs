//! What the dashboard knows. Server data is stored here, once; panes and overlays read it, and only the model's methods change it.

pub mod board;
mod board_row;
mod change;
mod known;
pub mod prepared;
mod reports;
mod run_row;
mod settling;
mod submissions;
mod view;
mod working_copy;

pub use change::ModelChange;
pub use known::Model;
pub use run_row::RunRow;
pub use submissions::{SinceLeft, Submissions};
pub use view::{FolderView, KnownList, ProfileView, is_confirmed};
pub use working_copy::WorkingCopy;
