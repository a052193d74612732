//! Where replies come from: a live server or a recording, behind one small trait.
//!
//! The engine knows [`Backend`] only. Network, retries and odd servers stay in here; so does the rule that a
//! recorded reply answers exactly the prompt it was recorded for.

mod backend;
mod interrupt;

pub use backend::{Backend, BackendError, Finish, Reply, Request, Usage};
pub use interrupt::Interrupt;
