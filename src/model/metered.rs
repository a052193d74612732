//! A backend whose use is counted together with that of others: a cap on tokens, and a pace.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::backend::{Backend, BackendError, Reply, Request};
use super::interrupt::Interrupt;

/// How long a wait for the pace goes on before the interrupt is looked at again.
const GLANCE: Duration = Duration::from_millis(50);

/// What several backends may use together.
#[derive(Debug)]
pub struct Meter {
    most: Option<u64>,
    pace: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    /// When the next request may begin.
    next: Option<Instant>,
}

impl Meter {
    /// A cap on tokens, sent and received, and a number of requests a minute; `None` sets no bound.
    pub fn new(most: Option<u64>, per_minute: Option<u32>) -> Self {
        let pace = per_minute.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(60) / rate);
        Self { most, pace, state: Mutex::new(State::default()) }
    }

    /// Tokens so far.
    pub fn used(&self) -> u64 {
        self.state.lock().map_or(0, |state| state.used)
    }

    /// Waits for the pace, and looks at the cap.
    fn enter(&self, interrupt: &Interrupt) -> Result<(), BackendError> {
        let slot = {
            let Ok(mut state) = self.state.lock() else { return Ok(()) };
            if let Some(most) = self.most.filter(|most| state.used >= *most) {
                return Err(BackendError::Capped { most, used: state.used });
            }
            let now = Instant::now();
            let slot = state.next.map_or(now, |next| next.max(now));
            state.next = self.pace.map(|pace| slot + pace);
            slot
        };
        loop {
            if interrupt.is_raised() {
                return Err(BackendError::Interrupted { text: String::new() });
            }
            let left = slot.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(GLANCE));
        }
    }

    fn count(&self, tokens: u64) {
        if let Ok(mut state) = self.state.lock() {
            state.used = state.used.saturating_add(tokens);
        }
    }
}

/// A backend under a meter. The cap is looked at before each request, so requests that are under way may pass it.
pub struct Metered<'m, B> {
    inner: B,
    meter: &'m Meter,
    interrupt: Interrupt,
}

impl<'m, B: Backend> Metered<'m, B> {
    /// Puts a backend under a meter; the interrupt ends a wait.
    pub fn new(inner: B, meter: &'m Meter, interrupt: Interrupt) -> Self {
        Self { inner, meter, interrupt }
    }
}

impl<B: Backend> Backend for Metered<'_, B> {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        self.meter.enter(&self.interrupt)?;
        let reply = self.inner.reply(request, on_delta)?;
        let sent: usize = request.messages.iter().map(|message| message.text.len()).sum();
        // Four bytes are a token where nobody counts them.
        let estimate = || u64::try_from((sent + reply.text.len()).div_ceil(4)).unwrap_or(u64::MAX);
        self.meter.count(reply.usage.map_or_else(estimate, |usage| usage.prompt + usage.completion));
        Ok(reply)
    }

    fn name(&self) -> String {
        self.inner.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Usage;

    struct Hundred;

    impl Backend for Hundred {
        fn reply(&mut self, _: &Request, _: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
            Ok(Reply { usage: Some(Usage { prompt: 60, completion: 40 }), ..Reply::default() })
        }
        fn name(&self) -> String {
            "hundred".to_owned()
        }
    }

    fn ask(backend: &mut dyn Backend) -> Result<Reply, BackendError> {
        backend.reply(&Request { turn: 1, attempt: 0, messages: Vec::new(), model: None }, &mut |_| {})
    }

    #[test]
    fn the_cap_holds_over_all_backends_of_a_meter() {
        let meter = Meter::new(Some(250), None);
        let mut both = [(); 2].map(|()| Metered::new(Hundred, &meter, Interrupt::new()));
        for index in [0, 1, 0] {
            ask(&mut both[index]).unwrap();
        }
        let error = ask(&mut both[1]).unwrap_err();
        insta::assert_snapshot!(error, @"the cap of 250 tokens is reached (300 used); raise it to go on");
        assert_eq!(meter.used(), 300);
    }

    #[test]
    fn the_pace_is_kept_and_an_interrupt_ends_the_wait() {
        let meter = Meter::new(None, Some(1200));
        let mut backend = Metered::new(Hundred, &meter, Interrupt::new());
        let begun = Instant::now();
        for _ in 0..4 {
            ask(&mut backend).unwrap();
        }
        assert!(begun.elapsed() >= Duration::from_millis(150), "three waits of 50 ms");
        let slow = Meter::new(None, Some(1));
        let interrupt = Interrupt::new();
        let mut backend = Metered::new(Hundred, &slow, interrupt.clone());
        ask(&mut backend).unwrap();
        interrupt.raise();
        assert!(ask(&mut backend).unwrap_err().interrupted());
    }
}
