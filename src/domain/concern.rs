//! Changes that need a person's yes to that very change: price, audience, rollout.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConcernKind {
    Price,
    BecomesFree,
    Visibility,
    Rollout,
}
