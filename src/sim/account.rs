//! The demo account: what the simulated publisher owns before the first request.
//! Knows no HTTP.
use super::seed::Account;

pub(super) fn demo() -> Account { Account::default() }
pub(super) fn many(_apps: usize) -> Account { demo() }
