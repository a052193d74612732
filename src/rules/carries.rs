//! Whether a file has anything to do with images: where it has not, nothing is to be said of them.

use super::Flow;
use crate::effect::{Effect, Images, Kind, Opaque};
use crate::plan::Plan;

/// What the file shows of images.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carries {
    /// Nothing in it is about one.
    Nothing,
    /// One is deployed, pulled or named, or a script may do so.
    Perhaps,
    /// It builds, pushes or promotes one.
    Images,
}

impl Flow<'_> {
    /// What the plans show of images.
    pub fn carries(&self) -> Carries {
        *self.carries.get_or_init(|| {
            let effects = self.plans.iter().flat_map(Plan::effects);
            effects.map(|(_, effect)| carried(effect)).max().unwrap_or(Carries::Nothing)
        })
    }
}

/// What an effect shows of images.
fn carried(effect: &Effect<'_>) -> Carries {
    match &effect.kind {
        Kind::Build { .. } | Kind::Push { .. } | Kind::Retag { .. } => Carries::Images,
        Kind::Deploy { images: Images::None | Images::Unsaid, .. } => Carries::Nothing,
        Kind::Pull { .. } | Kind::Docker | Kind::Deploy { .. } => Carries::Perhaps,
        Kind::Opaque(Opaque::Command { name } | Opaque::Target { name, .. } | Opaque::Pipe { name }) => {
            let about = ["build", "image", "docker", "container", "push", "kaniko"];
            if about.iter().any(|word| name.contains(word)) { Carries::Perhaps } else { Carries::Nothing }
        }
        Kind::Opaque(Opaque::Values { .. }) | Kind::Login | Kind::ReadVariable { .. } => Carries::Nothing,
        Kind::Opaque(_) => Carries::Perhaps,
    }
}
