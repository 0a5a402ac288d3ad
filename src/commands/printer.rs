//! Where a head-less command prints: results to stdout, everything else to stderr; as text or as one JSON object a line.
//! Knows no command. Printing never ends a command: see [`Printer::error`].

use super::event::Event;
use crate::cli::Output;
use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

/// The two streams, and how results are written.
pub struct Printer<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    how: Output,
    error: Option<io::Error>,
    /// With `--out FILE`: what would have gone to stdout so far.
    document: Option<Vec<u8>>,
}

impl<'a> Printer<'a> {
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, how: Output) -> Self {
        Self {
            out,
            err,
            how,
            error: None,
            document: None,
        }
    }

    pub fn is_json(&self) -> bool {
        self.how == Output::Json
    }

    /// A line of text on stdout.
    pub fn line(&mut self, text: impl Display) {
        self.write(format!("{text}\n").as_bytes());
    }

    /// A whole text on stdout, ended by a line break.
    pub fn text(&mut self, text: &str) {
        self.line(text.strip_suffix('\n').unwrap_or(text));
    }

    /// One JSON object on one line of stdout.
    pub fn event(&mut self, event: &Event<'_>) {
        self.line(event.to_json());
    }

    /// The event for a script, the line for a person.
    pub fn either(&mut self, event: &Event<'_>, line: impl FnOnce() -> String) {
        if self.is_json() {
            self.event(event);
        } else {
            self.line(line());
        }
    }

    /// Whatever is not the result. A stderr that is gone has nobody left to read it.
    pub fn chatter(&mut self, text: impl Display) {
        let _ = writeln!(self.err, "{text}");
    }

    /// The first error of stdout, if it lost something that somebody wanted. A reader who has gone (`| head -4`) wanted no more:
    /// the work goes on in silence, and the exit code stays the one of the work.
    pub fn error(&self) -> Option<&io::Error> {
        self.error
            .as_ref()
            .filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// From now on nothing is written to stdout: [`Printer::document`] gives all of it for a file.
    pub fn collect(&mut self) {
        self.document = Some(Vec::new());
    }

    pub fn document(&mut self) -> Option<Vec<u8>> {
        self.document.take()
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(document) = &mut self.document {
            document.extend_from_slice(bytes);
            return;
        }
        if self.error.is_some() {
            return;
        }
        let written = self.out.write_all(bytes).and_then(|()| self.out.flush());
        self.error = written.err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_reader_who_has_gone_loses_nothing() {
        for (kind, is_lost) in [
            (ErrorKind::BrokenPipe, false),
            (ErrorKind::StorageFull, true),
        ] {
            let (mut out, mut err) = (Broken(kind), Broken(kind));
            let mut printer = Printer::new(&mut out, &mut err, Output::Text);
            printer.line("one");
            printer.chatter("two");
            assert_eq!(printer.error().is_some(), is_lost, "{kind}");
        }
    }
}
