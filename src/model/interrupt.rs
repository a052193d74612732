//! Ctrl-C as a value: raised by whoever hears it, looked at by whoever waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A flag that ends a reply at once. Clones share it; raising it is safe from any thread.
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

/// How long a Ctrl-C may go unheard before the next one ends the program.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Shared {
    raised: AtomicBool,
    /// Nobody listens any more.
    let_go: AtomicBool,
    /// When the flag went up at a Ctrl-C that nobody has answered yet.
    pressed: Mutex<Option<Instant>>,
    waiting: Notify,
}

impl Interrupt {
    /// A flag that is down.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the flag and wakes whoever waits for it.
    pub fn raise(&self) {
        self.shared.raised.store(true, Ordering::SeqCst);
        self.shared.waiting.notify_waiters();
    }

    /// Takes the flag down, before the next reply is asked for.
    pub fn clear(&self) {
        self.shared.raised.store(false, Ordering::SeqCst);
    }

    /// Whether the flag is up.
    pub fn is_raised(&self) -> bool {
        self.shared.raised.load(Ordering::SeqCst)
    }

    /// From now on a Ctrl-C ends the program at once, as it ends one that never listened.
    pub fn let_go(&self) {
        self.shared.let_go.store(true, Ordering::SeqCst);
    }

    /// Raises the flag at every Ctrl-C from now on. One that comes when nobody took the flag down for two seconds ends
    /// the program with code 130: whatever it is busy with, it did not listen. An impatient second press within that
    /// time says nothing new.
    ///
    /// # Errors
    /// Another part of the program listens already.
    pub fn on_ctrl_c(&self) -> std::io::Result<()> {
        let flag = self.clone();
        let heard = move || {
            if flag.press(PATIENCE) {
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(heard).map_err(std::io::Error::other)
    }

    /// A Ctrl-C: raises the flag, and tells whether to end the program: an earlier one went unheard for longer than
    /// `patience`, or nobody listens any more.
    fn press(&self, patience: Duration) -> bool {
        let mut pressed = self.shared.pressed.lock().unwrap_or_else(PoisonError::into_inner);
        let unheard = self.is_raised() && pressed.is_some_and(|at| at.elapsed() > patience);
        if !self.is_raised() || pressed.is_none() {
            *pressed = Some(Instant::now());
        }
        self.raise();
        unheard || self.shared.let_go.load(Ordering::SeqCst)
    }

    /// Resolves as soon as the flag is up.
    pub(crate) async fn raised(&self) {
        loop {
            // Registered before the look at the flag: a raise between the two is not missed.
            let woken = self.shared.waiting.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            if self.is_raised() {
                return;
            }
            woken.await;
        }
    }
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Interrupt").field(&self.is_raised()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_press_ends_the_program_only_when_nobody_heard_the_first() {
        let (flag, long, none) = (Interrupt::new(), Duration::from_secs(60), Duration::ZERO);
        assert!(!flag.press(long) && !flag.press(long) && !flag.press(long) && flag.is_raised());
        std::thread::sleep(Duration::from_millis(2));
        assert!(flag.press(none));
        flag.clear();
        assert!(!flag.press(none), "the flag was taken down, so the first was heard");
        flag.clear();
        flag.let_go();
        assert!(flag.press(long), "nobody listens any more");
    }

    #[test]
    fn a_raise_from_another_thread_wakes_the_waiting_one() {
        let flag = Interrupt::new();
        let other = flag.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            other.raise();
        });
        let woken =
            runtime.block_on(async { tokio::time::timeout(std::time::Duration::from_secs(5), flag.raised()).await });
        thread.join().unwrap();
        assert!(woken.is_ok());
        flag.clear();
        assert!(!flag.is_raised());
    }
}
