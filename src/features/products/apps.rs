//! The list of apps. Differs from the other lists by its catalogue only.

use super::list::{Products, Which};

pub fn pane() -> Products {
    Products::new(Which::Apps)
}
