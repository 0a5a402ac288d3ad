//! Where a head-less command prints: results to one stream, chatter to another; text or one JSON object a line.

use crate::cli::Output;
use serde_json::Value;
use std::io::{self, Write};

/// The two streams and how results are written.
pub struct Printer<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    pub how: Output,
}

impl Printer<'_> {
    pub fn is_json(&self) -> bool {
        self.how == Output::Json
    }

    /// A line of text on stdout.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// A whole text on stdout, ended by a line break.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            writeln!(self.out)?;
        }
        self.out.flush()
    }

    /// One JSON object on one line of stdout.
    pub fn object(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, value)?;
        writeln!(self.out)?;
        self.out.flush()
    }

    /// Whatever is not the result.
    pub fn chatter(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.err, "{text}")
    }
}
