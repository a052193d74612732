//! What the program touches: streams, environment, folders.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;

/// The outside of the program.
pub struct World<'w> {
    /// Standard input.
    pub input: &'w mut dyn BufRead,
    /// Standard output: results.
    pub out: &'w mut dyn Write,
    /// Standard error: everything else.
    pub err: &'w mut dyn Write,
    /// What the streams are.
    pub terminal: Terminal,
    /// The environment's variables.
    pub environment: &'w BTreeMap<String, String>,
    /// The current folder.
    pub directory: PathBuf,
    /// The folder of a person's own configuration files, if there is one.
    pub config_directory: Option<PathBuf>,
    /// The folder where programs keep what they remember, if there is one: sessions and earlier prompts.
    pub state_directory: Option<PathBuf>,
}

/// Which streams are terminals, and how wide the screen is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Standard input is a terminal.
    pub input: bool,
    /// Standard output is a terminal.
    pub output: bool,
    /// Standard error is a terminal.
    pub errors: bool,
    /// Columns of the screen.
    pub width: Option<usize>,
    /// The same, looked at anew: a window is made wider or narrower while a chat goes on.
    pub measure: Option<fn() -> Option<usize>>,
}

impl Terminal {
    /// How wide the screen is, now and whenever it is asked.
    pub fn of_the_screen() -> Self {
        let columns = || terminal_size::terminal_size().map(|(width, _)| width.0.into());
        Self { width: columns(), measure: Some(columns), ..Self::default() }
    }
}

/// A stream whose reader may go away: from then on nothing is written, and nobody is told.
#[derive(Debug)]
pub struct Quiet<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> Quiet<W> {
    /// Wraps a stream.
    pub fn new(inner: W) -> Self {
        Self { inner, closed: false }
    }

    fn pass<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        self.pass(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.pass(flushed, ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(io::ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        let mut quiet = Quiet::new(Gone(io::ErrorKind::BrokenPipe));
        assert_eq!(quiet.write(b"abc").expect("quiet"), 3);
        quiet.flush().expect("quiet");
        let mut loud = Quiet::new(Gone(io::ErrorKind::StorageFull));
        loud.write(b"abc").expect_err("loud");
        loud.flush().expect_err("loud");
    }
}
