//! Drives the program in a real pseudo-terminal, as a person does: types, waits for what shall appear, reads the screen.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]

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
const PATIENCE: Duration = Duration::from_mins(3);

/// A frame is drawn between these two, and is read as a whole or not at all.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// The program gives the screen back, at its end or to an editor.
const SCREEN_LEFT: &[u8] = b"\x1b[?1049l";

struct Seen {
    parser: vt100::Parser,
    /// Every screen since the last key, the one that the key met first: what was there for a moment only was there all the same.
    screens: Vec<String>,
    /// Whether the program has given the screen away since the last key.
    was_left: bool,
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
pub(crate) struct Terminal {
    shared: Arc<Shared>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
}

fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The rows and columns that the screen is kept in.
fn cells((columns, rows): (u16, u16)) -> (NonZero<u16>, NonZero<u16>) {
    (NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
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
    let is_cut = |length: &usize| bytes[done..].ends_with(&FRAME_BEGINS[..*length]);
    bytes.len() - (1..FRAME_BEGINS.len()).rev().find(is_cut).unwrap_or(0)
}

/// The length of the first piece after which there is a screen to look at.
fn piece(bytes: &[u8]) -> usize {
    let ends = [FRAME_ENDS, SCREEN_LEFT].map(|mark| find(bytes, mark).map(|at| at + mark.len()));
    ends.into_iter().flatten().min().unwrap_or(bytes.len())
}

impl Seen {
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(piece(bytes));
            self.parser.process(piece);
            self.was_left |= piece.ends_with(SCREEN_LEFT);
            let screen = self.parser.screen().contents();
            if *self.now() != screen {
                self.screens.push(screen);
            }
            bytes = rest;
        }
    }

    /// The screen as it is.
    fn now(&self) -> &str {
        self.screens.last().map_or("", String::as_str)
    }

    /// Something is done to the program: what was there before is no answer to it.
    fn forget(&mut self) {
        self.screens = vec![self.parser.screen().contents()];
        self.was_left = false;
    }
}

impl Shared {
    fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut bytes = vec![0; 65536];
        let mut kept = Vec::new();
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            kept.extend_from_slice(&bytes[..count]);
            let ready = whole(&kept);
            let mut seen = self.seen.lock().unwrap();
            seen.take(&kept[..ready]);
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
    pub(crate) fn start(
        program: &Path,
        args: &[&str],
        size: (u16, u16),
        home: &Path,
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(home);
        for name in [
            "FLIGHTDECK_CONFIG",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_ID",
            "AZURE_CLIENT_SECRET",
            "NO_COLOR",
            "VISUAL",
        ] {
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
        let seen = Seen {
            parser,
            screens: Vec::new(),
            was_left: false,
            has_ended: false,
            is_closing: false,
        };
        let shared = Arc::new(Shared {
            seen: Mutex::new(seen),
            changed: Condvar::new(),
        });
        let listener = Arc::clone(&shared);
        thread::spawn(move || listener.read(reader));
        Self {
            shared,
            writer: Some(writer),
            child,
            master: Some(pair.master),
        }
    }

    /// The screen as text, one line a row.
    pub(crate) fn text(&self) -> String {
        self.shared.seen.lock().unwrap().parser.screen().contents()
    }

    fn wait(&self, what: &str, mut is_wanted: impl FnMut(&Seen) -> bool) {
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

    /// Waits until the screen is, or has been since the last key, as wanted; fails with the screen it saw last.
    pub(crate) fn until(&self, what: &str, is_wanted: impl Fn(&str) -> bool) {
        let mut looked_at = 0;
        self.wait(what, |seen| {
            let new = &seen.screens[looked_at..];
            looked_at = seen.screens.len();
            new.iter().any(|screen| is_wanted(screen))
        });
    }

    /// Waits until this text is, or has been since the last key, on the screen.
    pub(crate) fn see(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Waits until all of these texts are on the screen together.
    pub(crate) fn see_all(&self, texts: &[&str]) {
        self.until(&texts.join(" and "), |screen| {
            texts.iter().all(|text| screen.contains(text))
        });
    }

    /// Waits until this text is gone from the screen.
    pub(crate) fn gone(&self, text: &str) {
        self.wait(&format!("{text} to go"), |seen| !seen.now().contains(text));
    }

    /// Waits for a line.
    pub(crate) fn until_line(&self, what: &str, is_wanted: impl Fn(&str) -> bool) {
        self.until(what, |screen| screen.lines().any(&is_wanted));
    }

    /// Waits until the program has the screen again that it gave away after the last key, and this text is on it.
    pub(crate) fn back(&self, text: &str) {
        self.wait(&format!("the way back to {text}"), |seen| {
            seen.was_left && seen.parser.screen().alternate_screen() && seen.now().contains(text)
        });
    }

    /// Types text as it stands.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.shared.seen.lock().unwrap().forget();
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Presses keys by name, one after the other: `enter`, `esc`, `tab`, `up`, `ctrl-r`, `f1`, or a character.
    pub(crate) fn press(&mut self, keys: &str) {
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
                "pagedown" => "\x1b[6~",
                "space" => " ",
                "backspace" => "\x7f",
                key => match key
                    .strip_prefix("ctrl-")
                    .and_then(|letter| letter.bytes().next())
                {
                    Some(letter) => &char::from(letter & 0x1f).to_string(),
                    None => key,
                },
            };
            self.type_text(bytes);
        }
    }

    pub(crate) fn resize(&self, size: (u16, u16)) {
        let (rows, columns) = cells(size);
        let mut seen = self.shared.seen.lock().unwrap();
        seen.parser.screen_mut().set_size(rows, columns);
        seen.forget();
        drop(seen);
        self.master
            .as_ref()
            .unwrap()
            .resize(pty_size(size))
            .unwrap();
    }

    /// The process id, for signals.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Closes the terminal, as a person closes the window: no end of it stays open.
    pub(crate) fn close(&mut self) {
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
    pub(crate) fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(
                Instant::now() < end,
                "the program does not end; the screen:\n{}",
                self.text()
            );
            // Whoever looks at a process has nothing to wait on but time.
            thread::sleep(Duration::from_millis(5));
        };
        self.writer = None;
        self.master = None;
        self.wait("the end of what was written", |seen| seen.has_ended);
        code
    }

    /// Whether the program has left the alternate screen and shows the cursor again.
    pub(crate) fn is_restored(&self) -> bool {
        let seen = self.shared.seen.lock().unwrap();
        let screen = seen.parser.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// Looks at the screen with its colours.
    pub(crate) fn with_screen<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.shared.seen.lock().unwrap().parser.screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
