//! A submission's document made from another one: packages in, texts in, single values set. Knows no disk and no Store.

mod package_list;
mod recipe;
#[cfg(test)]
mod tests;

pub use package_list::Replace;
pub use recipe::{Assignment, Composition, Problem, Recipe, Step, compose};
