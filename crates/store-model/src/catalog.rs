//! The lists of products that the Store keeps.

use crate::target::Target;

/// A list that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Catalog {
    Apps,
    /// All add-ons of the account; those of one app are told by [`Product::app`](crate::product::Product::app).
    AddOns,
    /// The package flights of one app.
    Flights {
        app: String,
    },
}

impl Catalog {
    /// The list that a target stands in.
    pub fn of(target: &Target) -> Self {
        match target {
            Target::App { .. } => Self::Apps,
            Target::AddOn { .. } => Self::AddOns,
            Target::Flight { app, .. } => Self::Flights { app: app.clone() },
        }
    }
}
