//! Drives the program in a real pseudo-terminal, as a person does: types, waits for what shall appear, reads the screen.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails loudly")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Far longer than anything takes: a machine under load is no failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A frame is drawn between these two, and is read as a whole or not at all.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

struct Seen {
    parser: vt100::Parser,
    /// The end of what the program wrote was read, or the terminal was closed.
    has_ended: bool,
    /// The terminal is to be closed: nothing more is read.
    is_closing: bool,
}

struct Shared {
    seen: Mutex<Seen>,
    /// Told whenever the screen changed.
    changed: Condvar,
}

/// A program in a terminal of its own.
pub struct Terminal {
    shared: Arc<Shared>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

/// The rows and columns that the screen is kept in.
fn cells((columns, rows): (u16, u16)) -> (NonZero<u16>, NonZero<u16>) {
    (NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// How many of these bytes are whole frames, or lie between frames.
fn whole(bytes: &[u8]) -> usize {
    let mut done = 0;
    while let Some(begin) = find(&bytes[done..], FRAME_BEGINS) {
        match find(&bytes[done + begin..], FRAME_ENDS) {
            Some(end) => done += begin + end + FRAME_ENDS.len(),
            None => return done + begin,
        }
    }
    bytes.len()
}

impl Shared {
    fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut bytes = vec![0; 65536];
        let mut kept = Vec::new();
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            kept.extend_from_slice(&bytes[..count]);
            let ready = whole(&kept);
            let mut seen = self.seen.lock().unwrap();
            seen.parser.process(&kept[..ready]);
            kept.drain(..ready);
            self.changed.notify_all();
            if seen.is_closing {
                break;
            }
        }
        drop(reader);
        self.seen.lock().unwrap().has_ended = true;
        self.changed.notify_all();
    }
}

impl Terminal {
    /// Starts the program with these arguments and variables; `home` takes its files.
    pub fn start(program: &Path, args: &[&str], size: (u16, u16), home: &Path, variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(home);
        for name in ["FLIGHTDECK_CONFIG", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "NO_COLOR", "VISUAL"] {
            command.env_remove(name);
        }
        command.env("FLIGHTDECK_HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("EDITOR", "true");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (rows, columns) = cells(size);
        let parser = vt100::Parser::new(rows, columns, 0);
        let seen = Mutex::new(Seen { parser, has_ended: false, is_closing: false });
        let shared = Arc::new(Shared { seen, changed: Condvar::new() });
        let listener = Arc::clone(&shared);
        thread::spawn(move || listener.read(reader));
        Self { shared, writer: Some(writer), child, master: Some(pair.master) }
    }

    /// The screen as text, one line a row.
    pub fn text(&self) -> String {
        self.shared.seen.lock().unwrap().parser.screen().contents()
    }

    fn wait(&self, what: &str, is_wanted: impl Fn(&Seen) -> bool) {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.shared.seen.lock().unwrap();
        while !is_wanted(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.has_ended {
                let screen = seen.parser.screen().contents();
                // The reader goes on, whatever becomes of this thread.
                drop(seen);
                panic!("waited for {what}; the screen:\n{screen}");
            }
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until the screen is as wanted; fails with the screen it saw last.
    pub fn until(&self, what: &str, is_wanted: impl Fn(&str) -> bool) {
        self.wait(what, |seen| is_wanted(&seen.parser.screen().contents()));
    }

    /// Waits until this text is on the screen.
    pub fn see(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until this text is gone from the screen.
    pub fn gone(&self, text: &str) {
        self.until(&format!("{text} to go"), |screen| !screen.contains(text));
    }

    /// Waits for a line; gives it.
    pub fn until_line(&self, what: &str, is_wanted: impl Fn(&str) -> bool) -> String {
        self.until(what, |screen| screen.lines().any(&is_wanted));
        self.text().lines().find(|line| is_wanted(line)).unwrap_or_default().to_owned()
    }

    /// Types text as it stands.
    pub fn type_text(&mut self, text: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Presses keys by name, one after the other: `enter`, `esc`, `tab`, `up`, `ctrl-r`, `f1`, or a character.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let bytes = match key {
                "enter" => "\r",
                // As terminals of our days send it. A lone escape byte with another key right behind it would be Alt and that key.
                "esc" => "\x1b[27u",
                // As old terminals send it: wait for what it does before the next key.
                "lone-esc" => "\x1b",
                "tab" => "\t",
                "backtab" => "\x1b[Z",
                "up" => "\x1b[A",
                "down" => "\x1b[B",
                "right" => "\x1b[C",
                "left" => "\x1b[D",
                "end" => "\x1b[F",
                "space" => " ",
                "backspace" => "\x7f",
                key => match key.strip_prefix("ctrl-").and_then(|letter| letter.bytes().next()) {
                    Some(letter) => &char::from(letter & 0x1f).to_string(),
                    None => key,
                },
            };
            self.type_text(bytes);
        }
    }

    pub fn resize(&self, size: (u16, u16)) {
        let (rows, columns) = cells(size);
        self.shared.seen.lock().unwrap().parser.screen_mut().set_size(rows, columns);
        self.master.as_ref().unwrap().resize(pty_size(size)).unwrap();
    }

    /// The process id, for signals.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Closes the terminal, as a person closes the window: no end of it stays open.
    pub fn close(&mut self) {
        let (rows, columns) = {
            let mut seen = self.shared.seen.lock().unwrap();
            seen.is_closing = true;
            seen.parser.screen().size()
        };
        // Another size makes the program draw, which wakes the reader for the last time.
        self.resize((columns.get() + 1, rows.get() + 1));
        self.wait("the reader to end", |seen| seen.has_ended);
        self.writer = None;
        self.master = None;
    }

    /// Waits for the end of the program, and for all that it has written; gives its exit code.
    pub fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(Instant::now() < end, "the program does not end; the screen:\n{}", self.text());
            // Whoever looks at a process has nothing to wait on but time.
            thread::sleep(Duration::from_millis(5));
        };
        self.writer = None;
        self.master = None;
        self.wait("the end of what was written", |seen| seen.has_ended);
        code
    }

    /// Whether the program has left the alternate screen and shows the cursor again.
    pub fn is_restored(&self) -> bool {
        let seen = self.shared.seen.lock().unwrap();
        let screen = seen.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// Looks at the screen with its colours.
    pub fn with_screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.shared.seen.lock().unwrap().parser.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
