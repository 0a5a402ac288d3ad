//! What happens outside of the program: the person's editor, the browser, the clipboard, the bell. Knows no pane.

use crate::storage::{config::program, input};
use ratatui::crossterm::{Command as _, clipboard::CopyToClipboard};
use std::{
    env, io,
    io::Write,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};
use store_model::safe_text::plain_text;
use tempfile::TempPath;
use tokio::process::{Child, Command};

/// An editor that ends sooner, and without a change, has most likely only passed the file to a window that is open already.
const AT_ONCE: Duration = Duration::from_secs(2);

/// What is asked of the terminal to put a text into the clipboard, also over ssh.
pub fn copy(text: &str) -> String {
    let mut sequence = String::new();
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    sequence
}

/// Hands a text to tmux, which passes it on to its terminal's clipboard and keeps it itself. `false` where there is no tmux, or it refused.
pub fn copy_into_tmux(text: &str, hidden: &[String]) -> bool {
    if env::var_os("TMUX").is_none() {
        return false;
    }
    let child = program::command("tmux", hidden)
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let written = child
        .stdin
        .take()
        .is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

/// The bell, and a message that the terminal shows on the desktop if it can: OSC 777 where `terminal`, the value of `TERM`, is
/// known to read that one, else OSC 9. Both would be shown twice by terminals that know both.
pub fn notify(text: &str, terminal: &str) -> String {
    let text = plain_text(text);
    if ["rxvt", "foot"]
        .iter()
        .any(|name| terminal.starts_with(name))
    {
        // A semicolon ends a part.
        return format!(
            "\x07\x1b]777;notify;Flightdeck;{}\x1b\\",
            text.replace(';', ",")
        );
    }
    format!("\x07\x1b]9;Flightdeck: {text}\x1b\\")
}

/// Splits a command line into words; quotes keep spaces together, a backslash is a letter (Windows paths).
pub fn words(line: &str) -> Vec<String> {
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

/// A text in the hands of an editor. The file is the owner's alone; it goes when this is dropped, unless it holds a text that nobody read.
pub struct Editing {
    file: Option<TempPath>,
    before: String,
    child: Child,
    program: String,
    started: Instant,
}

/// What an editor left behind.
#[derive(Debug)]
pub enum Edited {
    Changed(String),
    Same,
    /// It ended at once: it may still be open in a window, where saving writes into this file.
    Detached(Detached),
}

/// A file that an editor may still write to.
#[derive(Debug)]
pub struct Detached {
    file: Option<TempPath>,
    before: String,
    pub program: String,
}

impl Editing {
    /// Starts the editor on the text; the terminal has to be given back before.
    pub fn start(text: String, command: Option<&str>, hidden: &[String]) -> io::Result<Self> {
        // Made with the rights of its owner only; closed at once, or no other program could open it on Windows.
        let mut file = tempfile::Builder::new()
            .prefix("flightdeck-")
            .suffix(".json")
            .tempfile()?;
        file.write_all(text.as_bytes())?;
        Self::open(file.into_temp_path(), text, command, hidden)
    }

    fn open(
        file: TempPath,
        before: String,
        command: Option<&str>,
        hidden: &[String],
    ) -> io::Result<Self> {
        let mut words = editor(command).into_iter();
        let program = words.next().unwrap_or_default();
        let mut command = Command::from(program::command(&program, hidden));
        let child = command.args(words).arg::<&Path>(&file).spawn();
        let child = child.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{program} could not be started: {error}"),
            )
        })?;
        Ok(Self {
            file: Some(file),
            before,
            child,
            program,
            started: Instant::now(),
        })
    }

    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Opens the file of an editor that returned at once again, while it still holds the very text.
    pub fn again(
        mut detached: Detached,
        text: String,
        command: Option<&str>,
        hidden: &[String],
    ) -> io::Result<Self> {
        match detached.file.take() {
            Some(file) if detached.before == text => Self::open(file, text, command, hidden),
            _ => Self::start(text, command, hidden),
        }
    }

    /// The text after the editor has ended.
    pub fn finish(mut self, status: ExitStatus) -> io::Result<Edited> {
        if !status.success() {
            let kept = keep_if_changed(self.file.take(), &self.before)
                .map(|path| format!(". What was saved is kept in {}", path.display()));
            return Err(io::Error::other(format!(
                "{} ended with {status}; the text was left as it was{}",
                self.program,
                kept.unwrap_or_default()
            )));
        }
        match changed(&mut self.file, &self.before)? {
            Some(text) => Ok(Edited::Changed(text)),
            None if self.started.elapsed() < AT_ONCE => Ok(Edited::Detached(Detached {
                file: self.file.take(),
                before: std::mem::take(&mut self.before),
                program: std::mem::take(&mut self.program),
            })),
            None => Ok(Edited::Same),
        }
    }

    /// What was saved so far, when the editor cannot be waited for.
    pub fn rescue(&mut self) -> Option<String> {
        changed(&mut self.file, &self.before).ok().flatten()
    }
}

impl Detached {
    pub fn path(&self) -> PathBuf {
        self.file
            .as_ref()
            .map(|file| file.to_path_buf())
            .unwrap_or_default()
    }

    /// Lets the file go after its text was read.
    pub fn forget(mut self) {
        drop(self.file.take());
    }

    /// The text, once it was saved.
    pub fn read(&mut self) -> io::Result<Option<String>> {
        changed(&mut self.file, &self.before)
    }
}

impl Drop for Detached {
    /// A text that was saved and never read outlives the program.
    fn drop(&mut self) {
        drop(keep_if_changed(self.file.take(), &self.before));
    }
}

/// The saved text, if it is another one. A file that cannot be read stays where it is, and the error names it.
fn changed(file: &mut Option<TempPath>, before: &str) -> io::Result<Option<String>> {
    let Some(path) = file.as_ref() else {
        return Ok(None);
    };
    match input::read_text(path, input::DOCUMENT) {
        // Many editors end the last line; that is no edit.
        Ok(after) => Ok((after.trim_end() != before.trim_end()).then_some(after)),
        Err(error) => {
            let place = path.display().to_string();
            // Not deleted: whatever it holds was written by a person.
            drop(file.take().map(TempPath::keep));
            Err(io::Error::new(
                error.kind(),
                format!("what was saved in {place} cannot be read: {error}. The file is kept"),
            ))
        }
    }
}

fn keep_if_changed(file: Option<TempPath>, before: &str) -> Option<PathBuf> {
    let file = file?;
    let is_same = input::read(&file, input::DOCUMENT)
        .is_ok_and(|bytes| bytes.trim_ascii_end() == before.trim_end().as_bytes());
    if is_same { None } else { file.keep().ok() }
}

/// Starts the browser. An error says why that is not possible here.
pub fn open_link(link: &str, hidden: &[String]) -> io::Result<Child> {
    if !link.starts_with("https://") && !link.starts_with("http://") {
        return Err(io::Error::other("this is not a web address"));
    }
    let mut command = if cfg!(windows) {
        // Not `cmd /C start`: a link may hold signs that a command line would obey.
        let mut command = program::command("rundll32", hidden);
        command.arg("url.dll,FileProtocolHandler");
        command
    } else if cfg!(target_os = "macos") {
        program::command("open", hidden)
    } else {
        if env::var_os("DISPLAY").is_none() && env::var_os("WAYLAND_DISPLAY").is_none() {
            return Err(io::Error::other("there is no desktop here"));
        }
        program::command("xdg-open", hidden)
    };
    command.arg(link);
    Command::from(command)
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
            notify("a\x1b]52;c;x\x07b", "xterm-256color"),
            "\x07\x1b]9;Flightdeck: a]52;c;xb\x1b\\"
        );
        assert_eq!(copy("hi"), "\x1b]52;c;aGk=\x1b\\");
    }

    #[cfg(unix)]
    async fn edited(script: &str) -> (io::Result<Edited>, PathBuf) {
        let command = format!("sh -c '{script}' sh");
        let mut editing = Editing::start("{}\n".to_owned(), Some(&command), &[]).unwrap();
        let path = editing.file.as_ref().unwrap().to_path_buf();
        let status = editing.ended().await.unwrap();
        (editing.finish(status), path)
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_an_editor_saved_is_never_lost() {
        let (utf16, path) = edited(r#"printf "\377\376[\000]\000" > "$1""#).await;
        assert!(
            matches!(utf16, Ok(Edited::Changed(text)) if text == "[]"),
            "a UTF-16 text is read"
        );
        assert!(!path.exists(), "what was read goes");

        let (latin, path) = edited(r#"printf "gr\374n" > "$1""#).await;
        let error = latin.unwrap_err().to_string();
        assert!(
            error.contains(path.to_str().unwrap()) && error.contains("UTF-8"),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"gr\xfcn");
        std::fs::remove_file(&path).unwrap();

        let (failed, path) = edited(r#"echo kept > "$1"; exit 3"#).await;
        assert!(
            failed
                .unwrap_err()
                .to_string()
                .contains(path.to_str().unwrap())
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"kept\n");
        std::fs::remove_file(&path).unwrap();

        // Such as `code` without --wait: it saves long after it returned.
        let (Ok(Edited::Detached(mut detached)), path) = edited("true").await else {
            panic!("an editor that returns at once is no editor that changed nothing");
        };
        assert!(detached.read().unwrap().is_none());
        std::fs::write(&path, "{\"later\": 1}").unwrap();
        assert_eq!(detached.read().unwrap().as_deref(), Some("{\"later\": 1}"));
        drop(detached);
        assert!(path.exists(), "a text that was saved and not read is kept");
        std::fs::remove_file(&path).unwrap();
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn an_editor_gets_no_secret_of_ours() {
        let command = r#"sh -c 'printf "%s" "${HOME:+home}${CARGO:+cargo}" > "$1"' sh"#;
        let hidden = ["CARGO".to_owned()];
        let mut editing = Editing::start("{}".to_owned(), Some(command), &hidden).unwrap();
        let status = editing.ended().await.unwrap();
        let edited = editing.finish(status).unwrap();
        assert!(
            matches!(&edited, Edited::Changed(text) if text == "home"),
            "{edited:?}"
        );
    }

    #[test]
    fn only_web_addresses_are_opened() {
        assert!(open_link("file:///etc/passwd", &[]).is_err());
    }
}
