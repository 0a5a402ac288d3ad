//! Drives the program in a real pseudo-terminal, as a person does: types, waits for what shall appear, reads the screen, draws it as a picture.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

/// Far longer than anything takes: a machine under load is no failure.
const PATIENCE: Duration = Duration::from_secs(60);

struct Shared {
    parser: Mutex<vt100::Parser>,
    /// Told whenever the screen changed.
    changed: Condvar,
}

/// A program in a terminal of its own.
pub struct Terminal {
    shared: Arc<Shared>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
}

impl Terminal {
    /// Starts the program with these arguments; `home` takes its files.
    pub fn start(program: &Path, args: &[&str], (columns, rows): (u16, u16), home: &Path) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(home);
        for name in ["FLIGHTDECK_CONFIG", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "NO_COLOR", "VISUAL"] {
            command.env_remove(name);
        }
        command.env("FLIGHTDECK_HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("EDITOR", "true");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let shared = Arc::new(Shared { parser: Mutex::new(vt100::Parser::new(rows, columns, 0)), changed: Condvar::new() });
        let listener = Arc::clone(&shared);
        thread::spawn(move || {
            let mut bytes = [0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                listener.parser.lock().unwrap().process(&bytes[..count]);
                listener.changed.notify_all();
            }
            listener.changed.notify_all();
        });
        Self { shared, writer, child, master: Some(pair.master) }
    }

    /// The screen as text, one line a row.
    pub fn text(&self) -> String {
        self.shared.parser.lock().unwrap().screen().contents()
    }

    /// Waits until the screen is as wanted; fails with the screen it saw last.
    pub fn until(&self, what: &str, is_wanted: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let mut parser = self.shared.parser.lock().unwrap();
        loop {
            let text = parser.screen().contents();
            if is_wanted(&text) {
                return text;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not appear within {PATIENCE:?}; the screen:\n{text}");
            parser = self.shared.changed.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Waits until this text is on the screen.
    pub fn see(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    /// Types text as it stands.
    pub fn type_text(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Presses keys by name, one after the other: `enter`, `esc`, `tab`, `up`, `ctrl-r`, `f1`, or a character.
    pub fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let bytes = match key {
                "enter" => "\r".to_owned(),
                "esc" => "\x1b".to_owned(),
                "tab" => "\t".to_owned(),
                "backtab" => "\x1b[Z".to_owned(),
                "up" => "\x1b[A".to_owned(),
                "down" => "\x1b[B".to_owned(),
                "right" => "\x1b[C".to_owned(),
                "left" => "\x1b[D".to_owned(),
                "home" => "\x1b[H".to_owned(),
                "end" => "\x1b[F".to_owned(),
                "space" => " ".to_owned(),
                "backspace" => "\x7f".to_owned(),
                "delete" => "\x1b[3~".to_owned(),
                "f1" => "\x1bOP".to_owned(),
                key if key.starts_with("ctrl-") => char::from(key.as_bytes()[5] & 0x1f).to_string(),
                key => key.to_owned(),
            };
            self.type_text(&bytes);
            if key == "esc" {
                // A lone escape and the start of a sequence are told apart by what follows at once.
                thread::sleep(Duration::from_millis(50));
            }
        }
    }

    pub fn resize(&self, (columns, rows): (u16, u16)) {
        self.shared.parser.lock().unwrap().screen_mut().set_size(rows, columns);
        let master = self.master.as_ref().unwrap();
        master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The process id, for signals.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Closes the terminal, as a person closes the window.
    pub fn close(&mut self) {
        self.master = None;
        self.writer = Box::new(std::io::sink());
    }

    /// Waits for the end of the program; gives its exit code.
    pub fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < end, "the program does not end; the screen:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the program has left the alternate screen and shows the cursor again.
    pub fn is_restored(&self) -> bool {
        let parser = self.shared.parser.lock().unwrap();
        !parser.screen().alternate_screen() && !parser.screen().hide_cursor()
    }

    /// The screen as an SVG picture.
    pub fn picture(&self) -> String {
        picture(self.shared.parser.lock().unwrap().screen())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

const BASE: [&str; 16] = [
    "#1d1f21", "#cc6666", "#b5bd68", "#f0c674", "#81a2be", "#b294bb", "#8abeb7", "#c5c8c6", "#666a70", "#d54e53", "#b9ca4a", "#e7c547",
    "#7aa6da", "#c397d8", "#70c0b1", "#eaeaea",
];

fn color(color: vt100::Color, usual: &str) -> String {
    match color {
        vt100::Color::Default => usual.to_owned(),
        vt100::Color::Idx(index) => BASE.get(usize::from(index)).map_or(usual.to_owned(), |color| (*color).to_owned()),
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn picture(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (wide, high) = (8.4, 18.0);
    let (width, height) = (f64::from(columns) * wide + 16.0, f64::from(rows) * high + 16.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#1d1f21\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(cell) = screen.cell(row, column) else { break };
            let style = |cell: &vt100::Cell| {
                let (front, back) = (color(cell.fgcolor(), "#c5c8c6"), color(cell.bgcolor(), "#1d1f21"));
                let (front, back) = if cell.inverse() { (back, front) } else { (front, back) };
                (front, back, cell.bold(), cell.dim(), cell.underline())
            };
            let this = style(cell);
            let (start, mut text) = (column, String::new());
            // Box drawing and wide letters are placed one by one, so that no font moves what follows.
            while let Some(next) = screen.cell(row, column).filter(|next| style(next) == this) {
                if !next.is_wide_continuation() {
                    text.push_str(if next.has_contents() { next.contents() } else { " " });
                }
                column += 1;
                if column >= columns {
                    break;
                }
            }
            let (front, back, bold, dim, underline) = this;
            let (x, y) = (f64::from(start) * wide + 8.0, f64::from(row) * high + 8.0);
            let length = f64::from(column - start) * wide;
            if back != "#1d1f21" {
                let _ = writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{high}\" fill=\"{back}\"/>");
            }
            if !text.trim().is_empty() {
                let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let weight = if bold { " font-weight=\"bold\"" } else { "" };
                let opacity = if dim { " opacity=\"0.6\"" } else { "" };
                let line = if underline { " text-decoration=\"underline\"" } else { "" };
                let _ = writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" xml:space=\"preserve\" fill=\"{front}\"{weight}{opacity}{line}>{escaped}</text>",
                    y + 13.5
                );
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}
