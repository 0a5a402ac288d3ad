//! A program in a pseudo-terminal whose screen can be waited for.

use super::Outcome;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZeroU16,
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

struct Shared {
    parser: Mutex<vt100::Parser>,
    changed: Condvar,
}

pub(crate) struct Terminal {
    shared: Arc<Shared>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// Closes the terminal when dropped.
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the program; `home` takes its files.
    pub(crate) fn start(
        program: &Path,
        home: &Path,
        columns: NonZeroU16,
        rows: NonZeroU16,
    ) -> Outcome<Self> {
        let size = PtySize {
            rows: rows.get(),
            cols: columns.get(),
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(program);
        command.cwd(home);
        command.env("FLIGHTDECK_HOME", home);
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let shared = Arc::new(Shared {
            parser: Mutex::new(vt100::Parser::new(rows, columns, 0)),
            changed: Condvar::new(),
        });
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let listener = Arc::clone(&shared);
        thread::spawn(move || {
            let mut bytes = vec![0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut parser = listener
                    .parser
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                parser.process(bytes.get(..count).unwrap_or_default());
                listener.changed.notify_all();
            }
        });
        Ok(Self {
            shared,
            writer,
            child,
            _master: pair.master,
        })
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn until(&self, is_wanted: impl Fn(&str) -> bool) -> Outcome<()> {
        let parser = self
            .shared
            .parser
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_missing = |parser: &mut vt100::Parser| !is_wanted(&parser.screen().contents());
        let waited =
            self.shared
                .changed
                .wait_timeout_while(parser, Duration::from_mins(2), is_missing);
        let (parser, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(format!("it did not appear:\n{}", parser.screen().contents()).into());
        }
        Ok(())
    }

    pub(crate) fn id(&self) -> Outcome<u32> {
        Ok(self.child.process_id().ok_or("the process has no id")?)
    }

    /// Leaves the program.
    pub(crate) fn quit(mut self) -> Outcome<()> {
        self.writer.write_all(b"q")?;
        self.writer.flush()?;
        self.child.wait()?;
        Ok(())
    }
}
