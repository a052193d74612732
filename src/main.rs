//! The `pipewright` program: real streams, the real environment, and the exit code.

use std::io::{self, BufWriter, IsTerminal, LineWriter, Write};
use std::{ffi::OsString, process::ExitCode};

use etcetera::BaseStrategy;
use pipewright::cli::{self, Quiet, Terminal, World};

// Reading makes many small values; this allocator takes an eighth off a folder.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let terminal = Terminal {
        input: io::stdin().is_terminal(),
        output: io::stdout().is_terminal(),
        errors: io::stderr().is_terminal(),
        ..Terminal::of_the_screen()
    };
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let environment = std::env::vars_os().filter_map(text).collect();
    let folders = etcetera::choose_base_strategy().ok();
    let out = Quiet::new(io::stdout().lock());
    let mut out: Box<dyn Write> =
        if terminal.output { Box::new(LineWriter::new(out)) } else { Box::new(BufWriter::with_capacity(1 << 16, out)) };
    let exit = cli::run(
        std::env::args_os(),
        &mut World {
            input: &mut io::stdin().lock(),
            out: &mut out,
            err: &mut Quiet::new(io::stderr().lock()),
            terminal,
            environment: &environment,
            directory: std::env::current_dir().unwrap_or_default(),
            config_directory: folders.as_ref().map(BaseStrategy::config_dir),
            state_directory: folders.as_ref().map(|folders| folders.state_dir().unwrap_or_else(|| folders.data_dir())),
        },
    );
    exit.into()
}
