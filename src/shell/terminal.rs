//! The terminal: taken over, given back, lent to an editor in between. Whatever ends the program, it is given back.

use ratatui::{
    Frame, Terminal,
    backend::CrosstermBackend,
    crossterm::{
        cursor,
        event::{
            self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste,
            EnableMouseCapture,
        },
        execute, queue, terminal,
    },
};
use std::{
    io::{self, BufWriter, Stdout, Write},
    mem::ManuallyDrop,
    panic,
    sync::Arc,
    thread,
    time::Duration,
};

/// A frame of a large screen in one write.
const BUFFER: usize = 64 * 1024;

/// The terminal while it is ours; dropping it gives it back.
pub struct Screen {
    /// Not dropped: its own drop tells stderr when the terminal is gone, and stderr may be gone as well, which panics.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    has_mouse: bool,
    is_ours: bool,
    hook: Option<Hook>,
}

impl Screen {
    /// Takes the terminal over and makes a panic of this thread give it back first.
    pub fn enter(has_mouse: bool) -> io::Result<Self> {
        let hook = Hook::set();
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
            BUFFER,
            io::stdout(),
        )))?;
        let mut screen = Self {
            terminal: ManuallyDrop::new(terminal),
            has_mouse,
            is_ours: false,
            hook: Some(hook),
        };
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal again after [`Self::leave`]; what was typed meanwhile was not for us.
    pub fn take(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        self.is_ours = true;
        let out = self.terminal.backend_mut();
        execute!(
            out,
            terminal::EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if self.has_mouse {
            execute!(out, EnableMouseCapture)?;
        }
        while event::poll(Duration::ZERO)? {
            event::read()?;
        }
        // Clears and draws all anew like `clear`, which asks the terminal for its cursor first: over a slow line the first frame
        // would wait for that answer, and a terminal that gives none would not be served at all.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Gives the terminal back, to an editor or for good.
    pub fn leave(&mut self) {
        if self.is_ours {
            self.is_ours = false;
            restore();
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws one frame that the terminal shows at once or not at all.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Frame)) -> io::Result<()> {
        queue!(
            self.terminal.backend_mut(),
            terminal::BeginSynchronizedUpdate
        )?;
        self.terminal.draw(paint)?;
        queue!(self.terminal.backend_mut(), terminal::EndSynchronizedUpdate)?;
        Write::flush(self.terminal.backend_mut())
    }

    /// Sends something to the terminal itself: the clipboard, the bell.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence.as_bytes())?;
        Write::flush(out)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
        drop(self.hook.take());
    }
}

/// Puts everything back. Errors mean that the terminal is gone: there is nobody left to tell.
fn restore() {
    let mut out = io::stdout();
    // Each for itself: on Windows one fails where its feature was never switched on, and the rest has to follow all the same.
    let _ = execute!(out, terminal::EndSynchronizedUpdate);
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste);
    let _ = execute!(out, terminal::LeaveAlternateScreen);
    let _ = execute!(out, cursor::Show);
    let _ = terminal::disable_raw_mode();
}

type Earlier = Arc<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync>;

/// Our panic hook; dropping it puts the earlier one back.
struct Hook {
    earlier: Earlier,
}

impl Hook {
    fn set() -> Self {
        let earlier: Earlier = panic::take_hook().into();
        let calls = Arc::clone(&earlier);
        let ui = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == ui {
                // First the terminal, or nobody can read what comes now.
                restore();
                calls(info);
            } else {
                // A job: the screen stays alive, the pool turns this into a failed job.
                tracing::error!("a job panicked: {info}");
            }
        }));
        Self { earlier }
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // Inside of a panic the hook cannot be changed, and need not be: the program ends.
        if !thread::panicking() {
            let earlier = Arc::clone(&self.earlier);
            panic::set_hook(Box::new(move |info| earlier(info)));
        }
    }
}
