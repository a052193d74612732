//! What an event does: the pipeline that it selects and its steps in order, with gates and effects.

mod across;
mod asked;
mod bearing;
mod behind;
mod bind;
mod calls;
mod checks;
mod classes;
mod compare;
mod compared;
mod decides;
mod does;
mod event;
mod filled;
mod given;
mod handed;
mod holds;
mod imported;
mod kinds;
mod kinds_data;
mod left;
mod lines;
mod model;
mod moved;
mod narrower;
mod pairs;
mod passed;
mod prepares;
mod script;
mod select;
mod steps;
mod switched;
mod switches;
mod triggered;
mod values;
mod waits;
mod wrapped;

pub use classes::{Planner, plans};
pub use compare::{Change, compare};
pub use event::{Event, EventKind, TagKind, clear};
pub use given::given_to_all;
pub use model::{Deployment, Plan, PlannedStep, Skipped};
pub use select::{Patterns, Selection};
pub use triggered::may_start;

#[cfg(test)]
mod shared_tests;
