//! What the Listings tab shows of a document: the grid of its texts, and the texts themselves. Draws nothing.

use serde_json::Value;
use std::sync::Arc;
use store_model::{
    target::Kind,
    texts::{self, Grid, Text},
};

/// The document as a table, until it changes.
#[derive(Debug)]
pub struct Table {
    pub kind: Kind,
    pub document: Arc<Value>,
    /// What the document is an edit of.
    pub server: Option<Value>,
    pub grid: Grid,
}

impl Table {
    pub fn text(&self, row: usize, column: usize) -> Option<Text> {
        texts::text(
            self.kind,
            &self.document,
            self.grid.languages.get(row)?,
            self.grid.fields.get(column)?,
        )
    }

    /// What the server has in a cell.
    pub fn before(&self, row: usize, column: usize) -> Option<Text> {
        texts::text(
            self.kind,
            self.server.as_ref()?,
            self.grid.languages.get(row)?,
            self.grid.fields.get(column)?,
        )
    }

    pub fn default_language(&self) -> Option<&str> {
        self.grid
            .languages
            .get(self.grid.default?)
            .map(String::as_str)
    }
}

/// A cell of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSpot {
    pub row: usize,
    pub column: usize,
}
