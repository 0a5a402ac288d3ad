//! The lists of apps, add-ons and flights.

pub mod add_ons;
pub mod apps;
mod drawing;
pub mod flights;
pub mod list;
