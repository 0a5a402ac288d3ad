//! Where a head-less command prints: results to stdout, everything else to stderr; as text or as one JSON object a line.
//! Knows no command. Printing never ends a command: see [`Printer::error`].
//!
//! Whatever is printed has passed [`safe_text`] and [`signed_url`] here: names, messages and paths come from the Store, from files and
//! from people, and none of them may command a terminal or a build server, or carry the right to replace an upload.

use super::event::Event;
use crate::{cli::Output, shell::outside};
use serde_json::Value;
use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal, Write},
};
use store_model::{safe_text, signed_url};

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

    /// One line of text on stdout; line ends in it become blanks.
    pub fn line(&mut self, text: impl Display) {
        let text = text.to_string();
        self.put(&safe_text::line(&signed_url::redact(&text)));
    }

    /// A text of several lines on stdout, all of which are ours.
    pub fn text(&mut self, text: impl Display) {
        let text = text.to_string();
        self.put(&safe_text::lines(&signed_url::redact(&text)));
    }

    /// A document on stdout: JSON, or a text that was to become some. In a file it is what it was, letter by letter.
    pub fn document(&mut self, text: &str) {
        let text = signed_url::redact_document(text);
        if self.document.is_some() {
            self.put(&text);
        } else if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
            self.put(&safe_text::json(&text));
        } else {
            self.put(&safe_text::lines(&text));
        }
    }

    /// One JSON value on one line of stdout.
    pub fn json(&mut self, value: &Value) {
        let line = json_line(value);
        self.put(&line);
    }

    /// One JSON object on one line of stdout.
    pub fn event(&mut self, event: &Event<'_>) {
        self.json(&event.to_json());
    }

    /// The event on stderr, where stdout is taken by a document.
    pub fn event_aside(&mut self, event: &Event<'_>) {
        let line = json_line(&event.to_json());
        let _ = writeln!(self.err, "{line}");
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
        let _ = writeln!(self.err, "{}", harmless(&text.to_string()));
    }

    /// Rings the terminal's bell and has it tell the desktop, if there is a terminal.
    pub fn ring(&mut self, text: &str) {
        if io::stderr().is_terminal() {
            let terminal = std::env::var("TERM").unwrap_or_default();
            let _ = write!(self.err, "{}", outside::notify(text, &terminal));
        }
    }

    /// The first error of stdout, if it lost something that somebody wanted. A reader who has gone (`| head -4`) wanted no more:
    /// the work goes on in silence, and the exit code stays the one of the work.
    pub fn error(&self) -> Option<&io::Error> {
        self.error
            .as_ref()
            .filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// From now on nothing is written to stdout: [`Printer::collected`] gives all of it for a file.
    pub fn collect(&mut self) {
        self.document = Some(Vec::new());
    }

    pub fn collected(&mut self) -> Option<Vec<u8>> {
        self.document.take()
    }

    fn put(&mut self, text: &str) {
        let line = format!("{}\n", text.strip_suffix('\n').unwrap_or(text));
        if let Some(document) = &mut self.document {
            document.extend_from_slice(line.as_bytes());
        } else if self.error.is_none() {
            let written = self.out.write_all(line.as_bytes());
            self.error = written.and_then(|()| self.out.flush()).err();
        }
    }
}

fn json_line(value: &Value) -> String {
    let line = value.to_string();
    safe_text::json(&signed_url::redact_document(&line)).into_owned()
}

/// Lines for a person with nothing that a terminal or a build server would obey.
fn harmless(text: &str) -> String {
    safe_text::lines(&signed_url::redact(text)).into_owned()
}

/// Says why something ended where no printer is at hand. When stderr is gone too, the exit code has to do.
pub fn complain(message: impl Display) {
    let message = format!("flightdeck: {message}");
    let _ = writeln!(io::stderr(), "{}", harmless(&message));
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
