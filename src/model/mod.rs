//! Where replies come from: a live server or a recording, behind one small trait.
//!
//! The engine knows [`Backend`] only. Network, retries and odd servers stay in here; so does the rule that a
//! recorded reply answers exactly the prompt it was recorded for.

mod answer;
mod backend;
mod body;
mod chunk;
mod doctor;
mod failure;
mod interrupt;
mod live;
mod metered;
mod options;
mod recorded;
mod response;
mod retry;
mod sse;
mod thinking;
mod transport;

pub use backend::{Backend, BackendError, Finish, Reply, Request, Usage};
pub use doctor::{Probe, doctor};
pub use interrupt::Interrupt;
pub use live::Live;
pub use metered::{Meter, Metered};
pub use options::{DEFAULT_BASE, LiveOptions};
pub use recorded::Recorded;
pub use retry::{Retry, retry_after};
