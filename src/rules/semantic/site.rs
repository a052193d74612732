//! Where steps stand, and what has been told already.

use std::collections::HashSet;

use super::refused::misspells;
use crate::finding::{Draft, Severity};
use crate::pipeline::{File, Item, Selector, Stage, Step};
use crate::schema::spelt_like;
use crate::yaml::{Node, Span};

/// A step at a place of a pipeline.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Site<'d> {
    pub selector: Selector<'d>,
    pub step: Step<'d>,
    pub stage: Option<Stage<'d>>,
    /// Whether it is a member of a parallel group.
    pub parallel: bool,
    /// Whether it is the pipeline's final step.
    pub last: bool,
}

impl<'d> Site<'d> {
    /// Where the alias stands by which the step is reached, if one is.
    fn alias(&self) -> Option<Span> {
        let nodes = [self.step.node(), self.step.item(), self.selector.body];
        nodes.into_iter().find_map(|node| node.alias())
    }

    /// Whether it, or its stage, names an environment, whose variables it then has.
    pub(super) fn has_environment(&self) -> bool {
        let of_stage = self.stage.is_some_and(|stage| stage.deployment().or(stage.environment()).is_some());
        of_stage || self.step.deployment().or(self.step.environment()).is_some()
    }

    /// Whether it has a token of OpenID Connect, or is meant to.
    pub(super) fn has_oidc(&self, file: &File<'d>) -> bool {
        let asks = self.step.get("oidc").or_else(|| file.option("oidc"));
        asks.is_some_and(|oidc| oidc.text() != Some("false")) || misspells(self.step.node(), "oidc")
    }

    /// Adds the way to a finding: the pipeline, the step, the alias.
    pub(super) fn tell(&self, draft: Draft<'_>) {
        let name = self.step.name().map(|name| format!("step {name}"));
        let draft = draft.trace([self.selector.place()].into_iter().chain(name));
        if let Some(alias) = self.alias() {
            let name = self.step.node().document().slice(alias).to_owned();
            draft.related(alias, format!("used here as `{name}`"));
        }
    }
}

/// Where a step before the one that is looked at sets or writes something.
pub(super) struct Earlier<'d> {
    node: Node<'d>,
    span: Span,
    /// The step's name in backquotes, or words for a step without one.
    pub(super) step: String,
}

impl<'d> Earlier<'d> {
    /// A place in the text of a command of a step.
    pub(super) fn new(site: &Site<'d>, node: Node<'d>, span: Span) -> Self {
        let step = site.step.name().map_or_else(|| "a step before".to_owned(), |name| format!("`{name}`"));
        Self { node, span, step }
    }

    /// Its place in the file.
    pub(super) fn source_span(&self) -> Span {
        self.node.source_span(self.span)
    }
}

/// All steps of all pipelines, each where it is used.
pub(in crate::rules) fn steps<'d>(selectors: &[Selector<'d>]) -> Vec<Site<'d>> {
    let mut sites = Vec::new();
    for selector in selectors.iter().copied() {
        for item in selector.pipeline().items() {
            let site = |step: Step<'d>, stage, parallel, last| Site { selector, step, stage, parallel, last };
            match item {
                Item::Step(step) => sites.push(site(step, None, false, false)),
                Item::Final(step) => sites.push(site(step, None, false, true)),
                Item::Parallel(group) => {
                    sites.extend(group.steps().into_iter().map(|step| site(step, None, true, false)));
                }
                Item::Stage(stage) => {
                    for inner in stage.items() {
                        match inner {
                            Item::Step(step) => sites.push(site(step, Some(stage), false, false)),
                            Item::Parallel(group) => {
                                sites
                                    .extend(group.steps().into_iter().map(|step| site(step, Some(stage), true, false)));
                            }
                            _ => {}
                        }
                    }
                }
                Item::Variables(_) | Item::Unknown(_) => {}
            }
        }
    }
    sites
}

/// The places that a rule has told of: a node that several aliases reach is told once.
#[derive(Default)]
pub(super) struct Told(HashSet<(Span, Option<Severity>)>);

impl Told {
    /// Whether this is the first time.
    pub(super) fn first(&mut self, span: Span) -> bool {
        self.0.insert((span, None))
    }

    /// Whether this is the first time with a severity, where that depends on the pipeline: of two the graver one is kept.
    pub(super) fn first_as(&mut self, span: Span, severity: Severity) -> bool {
        self.0.insert((span, Some(severity)))
    }
}

/// The first line of a node that may be long.
pub(super) fn head(node: Node<'_>) -> Span {
    let first = node.entries().next().map_or(node.span(), |entry| entry.key.span());
    if node.span().contains(first.start) { first } else { node.span() }
}

/// A deployment of a pipeline: of a step, or of a whole stage.
#[derive(Clone, Copy)]
pub(super) struct Deployment<'d> {
    /// The value of `deployment`.
    pub deployment: Node<'d>,
    /// The number of the pipeline's item; members of a group share it.
    pub item: (usize, usize),
    /// Where the alias stands by which it is reached, if one is.
    pub alias: Option<Span>,
}

/// The deployments of a pipeline in order; a stage with one of its own stands for its steps.
pub(super) fn deployments<'d>(selector: &Selector<'d>) -> Vec<Deployment<'d>> {
    let mut found = Vec::new();
    for (at, item) in selector.pipeline().items().enumerate() {
        let mut add = |step: &Step<'d>, inner| {
            let alias = step.node().alias().or_else(|| step.item().alias());
            found.extend(step.deployment().map(|deployment| Deployment { deployment, item: (at, inner), alias }));
        };
        match item {
            Item::Step(step) => add(&step, 0),
            Item::Parallel(group) => group.steps().iter().for_each(|step| add(step, 0)),
            Item::Stage(stage) => match stage.deployment() {
                Some(deployment) => {
                    let alias = stage.node.alias().or_else(|| stage.item.alias());
                    found.push(Deployment { deployment, item: (at, 0), alias });
                }
                None => {
                    for (inner, item) in stage.items().into_iter().enumerate() {
                        match item {
                            Item::Step(step) => add(&step, inner),
                            Item::Parallel(group) => group.steps().iter().for_each(|step| add(step, inner)),
                            _ => {}
                        }
                    }
                }
            },
            // A final step takes no deployment, which `known-key` tells.
            Item::Final(_) | Item::Variables(_) | Item::Unknown(_) => {}
        }
    }
    found
}

/// The labels under `runs-on`, of the step or of the file.
pub(super) fn labels<'d>(step: &Step<'d>, file: &File<'d>) -> Vec<Node<'d>> {
    match step.get("runs-on").or_else(|| file.option("runs-on")) {
        Some(list) if list.is_sequence() => list.items().collect(),
        Some(label) if !label.is_null() => vec![label],
        _ => Vec::new(),
    }
}

/// The label of a runner that runs a step on the machine as it is, without a container.
pub(in crate::rules) fn bare_runner<'d>(step: &Step<'d>, file: &File<'d>) -> Option<&'d str> {
    const BARE: [&str; 3] = ["linux.shell", "windows", "macos"];
    labels(step, file).iter().filter_map(|label| label.text()).find(|label| BARE.contains(label))
}

/// The version of the cloud's runtime that a step asks for.
pub(super) fn runtime_version<'d>(step: &Step<'d>, file: &File<'d>) -> Option<&'d str> {
    let runtime = step.get("runtime").or_else(|| file.option("runtime"))?;
    runtime.get("cloud")?.get("version")?.text()
}

/// Whether `options` gives every step the docker service.
pub(super) fn docker_everywhere(file: &File<'_>) -> bool {
    file.option("docker").and_then(|docker| docker.boolean()) == Some(true)
}

/// By how many characters a name may be longer than the one that is meant.
const FAR: usize = 4;

/// How many names of about the same length are compared: among more nobody can tell which is meant.
const MOST_NEAR: usize = 100;

/// The next move where no `name` is known: the known one that it is a slip of, if one is near, else to define it.
pub(super) fn meant_or<'k>(name: &str, known: impl IntoIterator<Item = &'k str>, define: &str) -> String {
    // A number tells one of several apart, and is no slip of another's.
    let digits = |name: &'k str| name.bytes().filter(u8::is_ascii_digit);
    let own = || name.bytes().filter(u8::is_ascii_digit);
    let near = known.into_iter().filter(|known| known.len().abs_diff(name.len()) <= FAR && digits(known).eq(own()));
    let mut known: Vec<&str> = near.take(MOST_NEAR + 1).collect();
    if known.len() > MOST_NEAR {
        return define.to_owned();
    }
    known.sort_unstable();
    if let Some(same) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return format!("did you mean `{same}`? Else {define}");
    }
    match spelt_like(name, &known) {
        Some(near) => format!("did you mean `{near}`? Else {define}"),
        None => define.to_owned(),
    }
}

/// The names under which a step may ask for a docker daemon.
pub(super) fn daemons<'d>(file: &File<'d>) -> HashSet<&'d str> {
    let services = file.definitions().services();
    let daemons: Vec<&str> =
        services.iter().filter(|service| service.is_docker()).map(|service| service.name()).collect();
    daemons.into_iter().chain(["docker"]).collect()
}

/// Whether the step names a docker daemon, or runs on a machine that may have one of its own.
pub(super) fn has_docker<'d>(step: &Step<'d>, file: &File<'d>, daemons: &HashSet<&str>) -> bool {
    let labels = labels(step, file);
    let containers = labels.iter().any(|label| matches!(label.text(), Some("linux" | "linux.arm64")));
    if !labels.is_empty() && !containers {
        return true;
    }
    step.services().iter().filter_map(|service| service.text()).any(|name| daemons.contains(name))
}

#[cfg(test)]
mod tests {
    use super::meant_or;

    #[test]
    fn a_slip_of_a_defined_name_is_told_with_it() {
        let help = |name: &str| meant_or(name, ["composer-home", "build2", "gradle", "postgres"], "define it");
        assert_eq!(help("composer_hom"), "did you mean `composer-home`? Else define it");
        assert_eq!(help("gradel"), "did you mean `gradle`? Else define it");
        assert_eq!(help("postgress"), "did you mean `postgres`? Else define it");
        for other in ["build3", "build", "npm", "composer-home-of-all"] {
            assert_eq!(help(other), "define it", "{other}");
        }
    }
}
