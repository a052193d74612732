//! What reading a step collects.

use super::containers::Container;
use super::given::Told;
use super::model::{Effect, Site};
use super::own::Own;
use super::reference::Reference;
use super::rendered::{Renamed, Rendered};
use crate::shell::{Place, Value, Written};
use crate::yaml::{Node, NodeId, Span};

/// A test of a variable against a text, for rules about branches.
#[derive(Clone, Debug)]
pub struct BranchTest<'d> {
    /// What it is compared with.
    pub with: Vec<Value>,
    /// Where.
    pub site: Site<'d>,
}

/// What a print command writes to the log.
#[derive(Clone, Debug)]
pub struct Print<'d> {
    /// The variables whose values are printed.
    pub variables: Vec<String>,
    /// Whether it prints all variables (`env`) or all commands (`set -x`).
    pub everything: Option<&'static str>,
    /// The command.
    pub site: Site<'d>,
}

/// A call of git.
#[derive(Clone, Debug)]
pub struct GitCall<'d> {
    /// The words after `git`.
    pub words: Vec<Value>,
    /// The command.
    pub site: Site<'d>,
    /// Whether it runs on another machine or in a container, where other repositories are.
    pub elsewhere: bool,
    /// The folder in which it runs: seen from the checkout, or as it is written where it begins elsewhere; `None` where it can't
    /// be told.
    pub folder: Option<String>,
}

/// A file that a step fetched.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    /// Its path, with the folder in which it is named.
    pub(super) path: String,
    /// Whether its address says that it installs a tool.
    pub(super) installs: bool,
}

/// A command that writes an image or a version into a file where it stands: `sed -i`, `yq -i`.
#[derive(Clone, Debug)]
pub struct Edited<'d> {
    /// The command in short.
    pub command: String,
    /// How many effects stand before it in the step.
    pub after: usize,
    /// The command.
    pub site: Site<'d>,
}

/// A command that is not understood: the catalogue has no entry for it, or none for what it asks of a known tool.
///
/// It has no effect that could be shown, and none can be ruled out: a rule that misses something looks here before it
/// says so.
#[derive(Clone, Debug)]
pub struct Unread<'d> {
    /// The command in short.
    pub command: String,
    /// The words that may name an image.
    pub references: Vec<Reference<'d>>,
    /// The variables of Bitbucket that stand in its words.
    pub variables: Vec<String>,
    /// Whether a word of it says that something is put into a registry.
    pub pushes: bool,
    /// How many effects stand before it in the step.
    pub after: usize,
    /// The command.
    pub site: Site<'d>,
}

/// A command that changes something outside the build container: a database, a server, what runs in a cluster. Whether that
/// is the deployment which its step declares can't be told.
#[derive(Clone, Debug)]
pub struct Change<'d> {
    /// The command in short.
    pub command: String,
    /// The other machine on which it runs.
    pub machine: Option<String>,
    /// Whether it may be what a deployment from source consists of.
    pub may_deploy: bool,
    /// The command.
    pub site: Site<'d>,
}

impl Unread<'_> {
    /// Whether a word of it holds a variable.
    pub fn carries(&self, variable: &str) -> bool {
        self.variables.iter().any(|own| own == variable)
    }
}

/// Where the commands of a step's scripts are that run.
#[derive(Clone, Debug, Default)]
pub struct Ran<'d> {
    pub(super) sources: Vec<Node<'d>>,
    pub(super) places: Vec<Place>,
    /// Those that run only in some cases.
    pub(super) unsure: Vec<Place>,
    /// What they come to, where that is kept.
    pub(super) filled: Vec<(Place, Filled)>,
}

/// A command as it runs: with the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filled {
    /// Its words.
    pub text: String,
    /// Whether it runs in any case.
    pub certain: bool,
    /// Whether a function or a script at hand runs it.
    pub called: bool,
}

/// Whether a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runs {
    /// Not that anybody saw.
    Never,
    /// Only in some cases.
    Sometimes,
    /// In any case.
    Surely,
}

impl<'d> Ran<'d> {
    /// The commands as they run, each with where it stands, or where the script at hand is called that has it; none where they
    /// are not kept.
    pub fn filled(&self) -> impl Iterator<Item = (NodeId, usize, &Filled)> + use<'_, 'd> {
        let node = |place: &Place| self.sources.get(place.source as usize).map(Node::id);
        self.filled.iter().filter_map(move |(place, filled)| Some((node(place)?, place.span.start, filled)))
    }

    /// Whether something runs that stands in a part of a scalar's text.
    pub fn runs(&self, node: NodeId, part: Span) -> Runs {
        let Some(source) = self.sources.iter().position(|own| own.id() == node) else { return Runs::Never };
        let is_there = |place: &&Place| {
            place.source as usize == source && part.start <= place.span.start && place.span.start < part.end
        };
        match (self.places.iter().filter(is_there).count(), self.unsure.iter().filter(is_there).count()) {
            (0, _) => Runs::Never,
            (all, unsure) if all > unsure => Runs::Surely,
            _ => Runs::Sometimes,
        }
    }
}

/// All that a step's scripts come to.
#[derive(Clone, Debug, Default)]
pub struct StepEffects<'d> {
    /// The effects, in order.
    pub effects: Vec<Effect<'d>>,
    /// Tests that name `BITBUCKET_BRANCH`.
    pub branch_tests: Vec<BranchTest<'d>>,
    /// What is written to the log.
    pub prints: Vec<Print<'d>>,
    /// Calls of git.
    pub git: Vec<GitCall<'d>>,
    /// Variables of Bitbucket that the shell of another machine is left to fill in.
    pub elsewhere: Vec<(String, Site<'d>)>,
    /// Images and versions that are written into files.
    pub edited: Vec<Edited<'d>>,
    /// How many commands ran that are known and harmless.
    pub harmless: usize,
    /// Commands that change something else than images and what environments run.
    pub changes: Vec<Change<'d>>,
    /// Commands that are not understood.
    pub unread: Vec<Unread<'d>>,
    /// Words that choose a cluster, a project or a workspace for the commands after them.
    pub contexts: Vec<String>,
    /// What it left without any copy that runs: the words that name it.
    pub brought_down: Vec<Vec<String>>,
    /// The images of the task definitions that it registered.
    pub registered: Vec<Reference<'d>>,
    /// The manifests that it rendered for other commands.
    pub rendered: Vec<Rendered>,
    /// The images that it put into overlays.
    pub renamed: Vec<Renamed>,
    /// The containers of which it tells the image.
    pub containers: Vec<Container>,
    /// The settings about images that it left for commands after them.
    pub told: Vec<Told>,
    /// The files that it fetched from elsewhere.
    pub(super) fetched: Vec<Fetched>,
    /// Whether it sourced a file that is not at hand: a name that nothing knows may be a function of it.
    pub unseen_functions: bool,
    /// Whether it loads images that another step saved.
    pub loads: bool,
    /// What it made for itself on the build machine.
    pub(super) own: Own,
    /// Whether it chose another docker daemon than the build machine's for the commands after it.
    pub docker_elsewhere: bool,
    /// The texts of scripts and of targets of runners at hand that it runs, each with whether any failure in it ends it.
    pub followed: Vec<(String, bool)>,
    /// Where its commands are that run.
    pub ran: Ran<'d>,
    /// The files that were given to it or that it wrote.
    pub written: Written,
}
