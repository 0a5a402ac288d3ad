//! The list of add-ons, of the selected app or of all. Differs from the other lists by its catalogue only.

use super::list::{Products, Which};

pub fn pane() -> Products {
    Products::new(Which::AddOns)
}
