//! The run itself, with a line on a terminal that tells how far it is.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::cli::{CliError, World};
use crate::eval::{Instead, Judged, Keep, Stopped, Work};
use crate::model::Interrupt;

/// How often the line is written anew, and when it comes first: a short run shows none.
const OFTEN: Duration = Duration::from_millis(100);

/// The scores of the work, as far as nobody interrupts it; on a terminal the errors' stream tells how far it is.
pub(super) fn scores(
    work: &Work,
    instead: Option<&Instead>,
    keep: Option<&Keep>,
    interrupt: &Interrupt,
    world: &mut World<'_>,
) -> Result<Result<Judged, Stopped>, CliError> {
    if !world.terminal.errors {
        return Ok(work.scores(instead, keep, &|_, _| !interrupt.is_raised()));
    }
    let (sender, receiver) = mpsc::channel();
    let run = move || {
        // Nobody listens any more when the terminal is gone; the scores are made all the same.
        work.scores(instead, keep, &|done, of| {
            sender.send((done, of)).unwrap_or_default();
            !interrupt.is_raised()
        })
    };
    std::thread::scope(|scope| {
        let worker = scope.spawn(run);
        let mut last = Instant::now();
        let mut shown = false;
        for (done, of) in receiver {
            if last.elapsed() >= OFTEN {
                last = Instant::now();
                shown = true;
                write!(world.err, "\r{done} of {of} recordings\x1b[K")?;
                world.err.flush()?;
            }
        }
        if shown {
            write!(world.err, "\r\x1b[K")?;
            world.err.flush()?;
        }
        // A panic of the worker goes on here, as it would have without a thread.
        worker.join().map_or_else(|panic| std::panic::resume_unwind(panic), Ok)
    })
}
