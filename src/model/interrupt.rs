//! Ctrl-C as a value: raised by whoever hears it, looked at by whoever waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// A flag that ends a reply at once. Clones share it; raising it is safe from any thread.
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    raised: AtomicBool,
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

    /// Raises the flag at every Ctrl-C from now on. A second one, before anybody took the flag down, ends the program
    /// with code 130: whatever it is busy with, it did not listen.
    ///
    /// # Errors
    /// Another part of the program listens already.
    pub fn on_ctrl_c(&self) -> std::io::Result<()> {
        let flag = self.clone();
        let heard = move || {
            if flag.is_raised() {
                std::process::exit(130);
            }
            flag.raise();
        };
        ctrlc::set_handler(heard).map_err(std::io::Error::other)
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
