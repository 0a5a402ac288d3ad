//! What happens outside of the program: the person's editor, the browser, the clipboard, the bell. Knows no pane.

use ratatui::crossterm::{Command as _, clipboard::CopyToClipboard};
use std::{
    env, fs, io,
    path::Path,
    process::{ExitStatus, Stdio},
};
use tempfile::TempPath;
use tokio::process::{Child, Command};

/// What is asked of the terminal to put a text into the clipboard, also over ssh.
pub fn copy(text: &str) -> String {
    let mut sequence = String::new();
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    sequence
}

/// The bell, and a message that the terminal shows on the desktop if it can (OSC 9).
pub fn notify(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("\x07\x1b]9;Flightdeck: {plain}\x1b\\")
}

/// Splits a command line into words; quotes keep spaces together, a backslash is a letter (Windows paths).
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut is_open = false;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                is_open = true;
            }
            (None, c) if c.is_whitespace() => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                    is_open = false;
                }
            }
            (_, c) => {
                word.push(c);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

/// The person's editor as words, else what the system has.
fn editor(command: Option<&str>) -> Vec<String> {
    let fallback = if cfg!(windows) { "notepad" } else { "vi" };
    command
        .map(words)
        .filter(|words| !words.is_empty())
        .unwrap_or_else(|| vec![fallback.to_owned()])
}

/// A text in the hands of an editor. The file is the owner's alone and goes when this is dropped.
pub struct Editing {
    file: TempPath,
    before: String,
    pub child: Child,
    program: String,
}

impl Editing {
    /// Starts the editor on the text; the terminal has to be given back before.
    pub fn start(text: String, command: Option<&str>) -> io::Result<Self> {
        let mut words = editor(command).into_iter();
        let program = words.next().unwrap_or_default();
        // Made with the rights of its owner only; closed at once, or no other program could open it on Windows.
        let mut file = tempfile::Builder::new()
            .prefix("flightdeck-")
            .suffix(".json")
            .tempfile()?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        let file = file.into_temp_path();
        let path: &Path = &file;
        let child = Command::new(&program)
            .args(words)
            .arg(path)
            .spawn()
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("{program} could not be started: {error}"),
                )
            })?;
        Ok(Self {
            file,
            before: text,
            child,
            program,
        })
    }

    /// The text after the editor has ended; `None` when nothing was changed.
    pub fn finish(&self, status: ExitStatus) -> io::Result<Option<String>> {
        if !status.success() {
            return Err(io::Error::other(format!(
                "{} ended with {status}; the text was left as it was",
                self.program
            )));
        }
        self.changed()
    }

    /// What was saved so far, when the editor cannot be waited for.
    pub fn rescue(&self) -> Option<String> {
        self.changed().ok().flatten()
    }

    fn changed(&self) -> io::Result<Option<String>> {
        let after = fs::read_to_string(&self.file)?;
        // Many editors end the last line; that is no edit.
        Ok((after.trim_end() != self.before.trim_end()).then_some(after))
    }
}

/// Starts the browser. An error says why that is not possible here.
pub fn open_link(link: &str) -> io::Result<Child> {
    if !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(io::Error::other("this is not a web address"));
    }
    let mut command = if cfg!(windows) {
        // Not `cmd /C start`: a link may hold signs that a command line would obey.
        let mut command = Command::new("rundll32");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else if cfg!(target_os = "macos") {
        Command::new("open")
    } else {
        if env::var_os("DISPLAY").is_none() && env::var_os("WAYLAND_DISPLAY").is_none() {
            return Err(io::Error::other("there is no desktop here"));
        }
        Command::new("xdg-open")
    };
    command
        .arg(link)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("vim", &["vim"])]
    #[case("  code --wait  ", &["code", "--wait"])]
    #[case(r#""C:\Program Files\Notepad++\notepad++.exe" -multiInst"#, &[r"C:\Program Files\Notepad++\notepad++.exe", "-multiInst"])]
    #[case("emacsclient -a ''", &["emacsclient", "-a", ""])]
    #[case("   ", &[])]
    fn an_editor_is_a_command_line(#[case] line: &str, #[case] expected: &[&str]) {
        assert_eq!(words(line), expected);
    }

    #[test]
    fn a_message_cannot_smuggle_sequences() {
        assert_eq!(
            notify("a\x1b]52;c;x\x07b"),
            "\x07\x1b]9;Flightdeck: a]52;c;xb\x1b\\"
        );
        assert_eq!(copy("hi"), "\x1b]52;c;aGk=\x1b\\");
    }

    #[test]
    fn only_web_addresses_are_opened() {
        assert!(open_link("file:///etc/passwd").is_err());
    }
}
