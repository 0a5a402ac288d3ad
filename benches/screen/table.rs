//! The table of figures: what was measured, how much, and the bar.

use std::{
    io::{self, Write},
    time::Duration,
};

pub(crate) struct Table<W> {
    out: W,
    has_head: bool,
}

impl<W: Write> Table<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            has_head: false,
        }
    }

    /// A row; `bar` is the most that is allowed, `None` where the specification sets none.
    pub(crate) fn row(
        &mut self,
        what: &str,
        measured: f64,
        unit: &str,
        bar: Option<f64>,
    ) -> io::Result<()> {
        if !self.has_head {
            self.has_head = true;
            writeln!(self.out, "{:64} {:>12} {:>14}", "what", "measured", "bar")?;
        }
        let bar = match bar {
            Some(bar) => format!("≤ {bar} {unit} {}", if measured <= bar { "✓" } else { "✗" }),
            None => String::new(),
        };
        writeln!(
            self.out,
            "{what:64} {:>12} {bar:>14}",
            format!("{measured:.2} {unit}")
        )?;
        self.out.flush()
    }

    /// A row in milliseconds.
    pub(crate) fn time(
        &mut self,
        what: &str,
        measured: Duration,
        bar: Option<f64>,
    ) -> io::Result<()> {
        self.row(what, measured.as_secs_f64() * 1000.0, "ms", bar)
    }
}

/// Measured times, to be asked for a part of them.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that this part of all, 0 to 1, does not exceed.
    pub(crate) fn at(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted
            .get((last as f64 * part).round() as usize)
            .copied()
            .unwrap_or_default()
    }
}
