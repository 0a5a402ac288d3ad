//! The texts of listings: languages by fields, read from and written to files.

pub mod export;
pub mod grid;
pub mod import;
pub mod source;

pub use grid::{
    CellState, Grid, GridMark, GridPlace, NewText, Text, TextField, add_language, default_language,
    edits, fields, is_language, languages, listings, new_listing, place, remove_language, text,
};
