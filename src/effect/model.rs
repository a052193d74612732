//! Effects.

use super::Reference;
use crate::yaml::{Node, Span};

/// Where something in a script is written.
#[derive(Clone, Copy, Debug)]
pub struct Site<'d> {
    /// The scalar that holds it.
    pub node: Node<'d>,
    /// The range in the scalar's text.
    pub range: Span,
}

impl Site<'_> {
    /// The span in the file.
    pub fn span(&self) -> Span {
        self.node.source_span(self.range)
    }
}

/// One thing that a step does.
#[derive(Clone, Debug)]
pub struct Effect<'d> {
    /// What.
    pub kind: Kind<'d>,
    /// The command or pipe that does it.
    pub site: Site<'d>,
    /// The command in short, without values of its flags.
    pub command: String,
    /// Whether nothing that can't be decided stands before it.
    pub certain: bool,
    /// The way through branches that can't be decided; what one way does is done together.
    pub way: usize,
    /// The commands that have failed where this one is reached; kept of builds alone.
    pub failed: Vec<Site<'d>>,
    /// Functions and scripts through which it is reached, outermost first.
    pub calls: Vec<String>,
    /// Whether it happens on another machine.
    pub remote: bool,
    /// Words of the command that may name an environment, references left out.
    pub words: Vec<String>,
}

/// The kinds of effects.
#[derive(Clone, Debug)]
pub enum Kind<'d> {
    /// Builds images.
    Build {
        /// The names given to the image; empty where they are hidden.
        references: Vec<Reference<'d>>,
        /// Whether the command also pushes.
        pushes: bool,
    },
    /// Pushes an image; `None` where the name is hidden.
    Push {
        /// What is pushed.
        reference: Option<Reference<'d>>,
        /// The name that it has on the build machine, where that is another one.
        local: Option<Reference<'d>>,
    },
    /// Pulls an image.
    Pull {
        /// What is pulled.
        reference: Option<Reference<'d>>,
    },
    /// Gives a built image another name.
    Retag {
        /// The name that it has.
        source: Option<Reference<'d>>,
        /// The name that it gets.
        target: Option<Reference<'d>>,
        /// Whether only the local daemon knows the new name until a push.
        local: bool,
    },
    /// Deploys.
    Deploy {
        /// The images.
        images: Images<'d>,
        /// Where it goes, as people call it: a bucket, a service, a server.
        to: Option<String>,
        /// Whether it counts only where an environment is declared.
        weak: bool,
        /// Whether it only registers, runs again or brings back what another command deploys.
        restart: bool,
    },
    /// Logs in somewhere.
    Login,
    /// Reads a variable that the file does not set.
    ReadVariable {
        /// Its name.
        name: String,
    },
    /// Can't be followed.
    Opaque(Opaque),
    /// A docker command on the build machine.
    Docker,
}

/// The images of a deployment.
#[derive(Clone, Debug)]
pub enum Images<'d> {
    /// None is deployed: a bucket, a function's zip, infrastructure.
    None,
    /// One is deployed, and its name stands elsewhere.
    Hidden,
    /// Nothing says whether one is: source is pushed to a platform, an address is asked.
    Unsaid,
    /// Only the name of a file that is not at hand says that none is deployed: `service.yaml`.
    Doubtful {
        /// The file.
        path: String,
    },
    /// These.
    Known(Vec<Reference<'d>>),
    /// These, which stand in what is applied; a command after it may name others.
    Stated(Vec<Reference<'d>>),
}

impl<'d> Images<'d> {
    /// The references that can be read.
    pub fn references(&self) -> &[Reference<'d>] {
        match self {
            Images::Known(references) | Images::Stated(references) => references,
            _ => &[],
        }
    }
}

/// Whether a file is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtHand {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The folder in which it is looked for can't be told.
    Untold,
}

impl AtHand {
    /// At hand, or not.
    pub(super) fn of(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

/// What can't be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// A script of the repository that is not at hand, or not followed.
    Script {
        /// Its path.
        path: String,
        /// Whether its name says that it builds or deploys.
        telling: bool,
        /// Whether it lies in the repository, in a language that is not followed.
        at_hand: AtHand,
    },
    /// A file of values that is sourced and not at hand.
    Values {
        /// Its path.
        path: String,
    },
    /// A target of a runner (`make deploy`, `npm run build`).
    Target {
        /// Runner and target.
        name: String,
        /// Whether the target's name says that it builds or deploys an image.
        telling: bool,
        /// Whether the runner's file lies in the repository, in a form that is not followed.
        at_hand: AtHand,
    },
    /// A command that the catalogue does not know.
    Command {
        /// Its name.
        name: String,
    },
    /// A pipe that the catalogue does not know.
    Pipe {
        /// Its name.
        name: String,
    },
    /// A file of the repository that says whether the command builds an image, and is not at hand.
    Manifest {
        /// Its path.
        path: String,
    },
    /// An agent's task.
    Agent,
    /// A command that builds, retags or deploys, of which it can't be told whether it runs: that hangs on what a loop sets.
    Untold {
        /// The command in short.
        command: String,
    },
    /// The script is too deep or too long to be followed to its end.
    Exhausted,
}

impl Opaque {
    /// Whether a build, a retag or a deployment may hide in it.
    pub fn hides_effects(&self) -> bool {
        !matches!(self, Opaque::Values { .. } | Opaque::Manifest { .. })
    }
}

impl<'d> Effect<'d> {
    /// Whether it can't be followed, and builds, retags or deploys may hide in it.
    pub fn hides_effects(&self) -> bool {
        matches!(&self.kind, Kind::Opaque(what) if what.hides_effects())
    }

    /// Whether it may put an image into a registry under a name that can't be read.
    pub fn hides_push(&self) -> bool {
        match &self.kind {
            Kind::Push { reference: None, .. } | Kind::Retag { target: None, .. } => true,
            Kind::Opaque(Opaque::Manifest { .. }) => true,
            Kind::Build { references, pushes } => references.is_empty() && *pushes,
            _ => self.hides_effects(),
        }
    }

    /// The reference that this effect puts into a registry by itself.
    pub fn pushed(&self) -> Vec<&Reference<'d>> {
        match &self.kind {
            Kind::Build { references, pushes: true } => references.iter().collect(),
            Kind::Push { reference: Some(reference), .. } => vec![reference],
            Kind::Retag { target: Some(target), local: false, .. } => vec![target],
            _ => Vec::new(),
        }
    }

    /// The word of contracts' JSON.
    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Build { .. } => "build",
            Kind::Push { .. } => "push",
            Kind::Pull { .. } => "pull",
            Kind::Retag { .. } => "retag",
            Kind::Deploy { .. } => "deploy",
            Kind::Login => "login",
            Kind::ReadVariable { .. } => "read-variable",
            Kind::Opaque(_) => "opaque",
            Kind::Docker => "docker",
        }
    }
}
