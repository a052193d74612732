//! What Bitbucket would refuse, or do otherwise than it says. One rule a file.

use super::Rule;

/// The rules of this layer.
pub static ALL: &[&dyn Rule] = &[];
