//! When two documents are the same to the Store: one canonical form, from which the hash, the difference, the three-way merge and
//! the comparison of a stored draft derive. What the service changes by itself is marked in `assets/schemas`.

mod canonical;
mod change;
pub mod diff;
pub mod fingerprint;
mod marks;
mod matching;
pub mod merge;
mod stored;
#[cfg(test)]
mod tests;

pub(crate) use canonical::is_same;
pub(crate) use matching::file_name;
