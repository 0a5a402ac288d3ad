//! Who holds a lock, as it is written down beside it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who holds a lock, for the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub since: Timestamp,
}
