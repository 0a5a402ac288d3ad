//! The lists of products that the Store keeps.

/// A list that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Catalog {
    Apps,
    /// Of all apps.
    AddOns,
    /// The package flights of one app.
    Flights { app: String },
}
