//! The list of the package flights of the selected app. Differs from the other lists by its catalogue only.

use super::list::{Products, Which};

pub fn pane() -> Products {
    Products::new(Which::Flights)
}
