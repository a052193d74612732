//! Plans.

use std::rc::Rc;

use super::given::shape;
use super::{Event, EventKind, TagKind};
use crate::effect::{Effect, EnvironmentKind, GitCall, Images, Kind, Site, StepEffects, Unread, inferred, kind_of};
use crate::pipeline::expression::{Expr, exclude_each_other, parse};
use crate::pipeline::{CustomVariable, Pipeline, Selector, Stage, Step};
use crate::settings::Settings;
use crate::yaml::{Node, Span};

/// What one event does.
#[derive(Clone, Debug)]
pub struct Plan<'d> {
    /// The event.
    pub event: Event,
    /// The pipeline that it selects.
    pub selector: Selector<'d>,
    /// The pipeline that runs: what the selector has, or what that imports where it can be seen.
    pub pipeline: Pipeline<'d>,
    /// The steps in order; members of a parallel group stand one after another.
    pub steps: Vec<PlannedStep<'d>>,
    /// The steps that it passes over, since their conditions don't hold for the event; they count as passed and do nothing.
    pub skipped: Vec<Skipped<'d>>,
    /// Why the steps are not known, or not all: an import that can't be seen.
    pub unknown: Option<String>,
    /// What is not certain about the selection, such as two patterns of the same rank.
    pub unclear: Option<String>,
    /// What is to be said of a child pipeline that is not followed: it is not there, or starts itself.
    pub remark: Option<String>,
}

/// A step in a plan.
#[derive(Clone, Debug)]
pub struct PlannedStep<'d> {
    /// The step.
    pub step: Step<'d>,
    /// Its stage.
    pub stage: Option<Stage<'d>>,
    /// Its condition and that of its stage, without those that are surely met.
    pub conditions: [Option<Node<'d>>; 2],
    /// Its number in the plan, from 1.
    pub number: usize,
    /// The number of the item of the pipeline, or of its stage, that it is or that holds it, from 0.
    pub item: usize,
    /// Whether it is a member of a parallel group.
    pub parallel: bool,
    /// Whether the other members of its group are stopped where it fails.
    pub fails_fast: bool,
    /// The `on-fail` of the step, of its group or of its stage.
    pub on_fail: Option<Node<'d>>,
    /// Whether it is the final step.
    pub last: bool,
    /// The custom pipeline that a child step started it from.
    pub child: Option<String>,
    /// The `trigger: manual` of the step, or of the stage that it begins.
    pub manual: Option<Node<'d>>,
    /// Whether a person must act before it: on itself, on its stage, or on an earlier step.
    pub gated: bool,
    /// The nearest gate before it that is not its own.
    pub gate_before: Option<Node<'d>>,
    /// The `deployment` of the step or of its stage.
    pub deployment: Option<Node<'d>>,
    /// The `environment` of the step or of its stage.
    pub environment: Option<Node<'d>>,
    /// What it does; shared with the same script in plans on which it does the same.
    pub found: Rc<StepEffects<'d>>,
}

/// A step that an event passes over: it is no part of what the plan does.
#[derive(Clone, Debug)]
pub struct Skipped<'d> {
    /// The step.
    pub step: Step<'d>,
    /// Its stage.
    pub stage: Option<Stage<'d>>,
    /// The custom pipeline that a child step would have started it from.
    pub child: Option<String>,
    /// The condition that does not hold, of the step or of its stage.
    pub condition: Node<'d>,
    /// How many steps of the plan stand before it.
    pub after: usize,
}

/// A deployment in a plan: a deploying command, or a step that declares one.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'p, 'd> {
    /// The plan.
    pub plan: &'p Plan<'d>,
    /// The step.
    pub step: &'p PlannedStep<'d>,
    /// The command; `None` where only the declaration tells.
    pub effect: Option<&'p Effect<'d>>,
    /// The environment's kind, where it can be told.
    pub kind: Option<EnvironmentKind>,
}

/// The variables of a pipeline: those beside an import, else those of what runs.
pub(super) fn variables<'d>(written: &Pipeline<'d>, runs: &Pipeline<'d>) -> Vec<CustomVariable<'d>> {
    let own = written.variables();
    if own.is_empty() { runs.variables() } else { own }
}

impl<'d> PlannedStep<'d> {
    /// The step's name, or a stand-in.
    pub fn name(&self) -> String {
        self.step.name().map_or_else(|| "a step without a name".to_owned(), str::to_owned)
    }

    /// The step as a message names it: its name in backquotes, or words that say that it has none.
    pub fn shown(&self) -> String {
        self.step.name().map_or_else(|| self.name(), |name| format!("`{name}`"))
    }

    /// The declared environment's name: of `deployment`, else of `environment`.
    pub fn declared_name(&self) -> Option<&'d str> {
        self.deployment.or(self.environment).and_then(|node| node.text()).filter(|name| !name.is_empty())
    }

    /// The kind of environment of a command in this step.
    pub fn kind_of(&self, effect: Option<&Effect<'d>>, settings: &Settings) -> Option<EnvironmentKind> {
        if let Some(name) = self.declared_name() {
            return kind_of(name, settings);
        }
        effect.and_then(|effect| self.suggested(effect, settings))
    }

    /// The kind of environment that a command's own words suggest.
    pub fn suggested(&self, effect: &Effect<'d>, settings: &Settings) -> Option<EnvironmentKind> {
        inferred(&effect.words, settings).or_else(|| inferred(&self.found.contexts, settings))
    }

    /// Whether it is written in another file, from which its pipeline is imported.
    pub fn is_imported(&self) -> bool {
        self.step.node().part().is_some()
    }

    /// Whether no run has both steps, by the `condition.state` of each or of its stage.
    pub fn is_instead_of(&self, other: &Self) -> bool {
        let (own, others) = (self.states(), other.states());
        own.iter().any(|own| others.iter().any(|other| exclude_each_other(own, other)))
    }

    /// The first of its conditions that another step does not have: by it this one may be skipped where that one runs.
    pub fn condition_beyond(&self, other: &Self) -> Option<Node<'d>> {
        let others = other.conditions.map(shape);
        self.conditions.into_iter().flatten().find(|own| !others.contains(&shape(Some(*own))))
    }

    fn states(&self) -> Vec<Expr> {
        self.conditions
            .into_iter()
            .flatten()
            .filter_map(|condition| parse(condition.get("state")?.text()?).ok())
            .collect()
    }

    /// How many effects come before a command of it; all where none is given.
    pub fn place_of(&self, command: Option<&Effect<'d>>) -> usize {
        let effects = &self.found.effects;
        command.and_then(|command| effects.iter().position(|other| std::ptr::eq(other, command))).unwrap_or(usize::MAX)
    }

    /// Whether something in it can't be followed.
    pub fn has_opaque(&self) -> bool {
        self.found.effects.iter().any(Effect::hides_effects)
    }
}

impl<'d> Plan<'d> {
    /// Which kind of tag starts it.
    pub fn tag_kind(&self, settings: &Settings) -> Option<TagKind> {
        self.event.tag_kind(settings)
    }

    /// Whether it is a tag's plan.
    pub fn is_tag(&self) -> bool {
        self.event.kind == EventKind::Tag
    }

    /// Whether it is the main branch's plan.
    pub fn is_main(&self) -> bool {
        self.event.kind == EventKind::Main
    }

    /// Event, pipeline, step: the trace to a place in a step.
    pub fn trace(&self, step: &PlannedStep<'d>) -> Vec<String> {
        let mut trace = self.head();
        if let Some(stage) = &step.stage {
            trace.push(format!("stage {}", stage.name().unwrap_or("without a name")));
        }
        if let Some(child) = &step.child {
            trace.push(format!("child pipeline custom.{child}"));
        }
        trace.push(format!("step {} of {}: {}", step.number, self.steps.len(), step.name()));
        trace
    }

    /// Event and pipeline, and the file from which that is imported.
    pub fn head(&self) -> Vec<String> {
        let imported = self.pipeline.node().part().map(|part| format!("imported from {}", part.name()));
        let place = match self.event.kind {
            EventKind::Shared => format!("definitions.pipelines.{}", self.selector.name()),
            _ => format!("pipelines.{}", self.selector.label()),
        };
        let own = [self.event.to_string(), place];
        own.into_iter().chain(imported).collect()
    }

    /// The variables that are asked of who starts it.
    pub fn variables(&self) -> Vec<CustomVariable<'d>> {
        variables(&self.selector.pipeline(), &self.pipeline)
    }

    /// The trace to a command.
    pub fn trace_to(&self, step: &PlannedStep<'d>, effect: &Effect<'d>) -> Vec<String> {
        let mut trace = self.trace(step);
        trace.extend(effect.calls.iter().map(|call| format!("`{call}`")));
        trace.push(format!("`{}`", effect.command));
        trace
    }

    /// Every effect with its step.
    pub fn effects(&self) -> impl Iterator<Item = (&PlannedStep<'d>, &Effect<'d>)> {
        self.steps.iter().flat_map(|step| step.found.effects.iter().map(move |effect| (step, effect)))
    }

    /// The deployments: each deploying command that counts, and each step that declares an environment without one.
    pub fn deployments<'p>(&'p self, settings: &Settings) -> Vec<Deployment<'p, 'd>> {
        let mut found = Vec::new();
        for step in &self.steps {
            let commands = step.deploying();
            if commands.is_empty() && step.deployment.is_some() {
                let kind = step.kind_of(None, settings);
                found.push(Deployment { plan: self, step, effect: None, kind });
            }
            let deployment = |effect: &'p Effect<'d>| {
                let kind = step.kind_of(Some(effect), settings);
                Deployment { plan: self, step, effect: Some(effect), kind }
            };
            let deployed: Vec<_> = commands.into_iter().map(deployment).collect();
            // What only runs again somewhere else is no part of the deployment beside it.
            let again =
                |effect: &&'p Effect<'d>| matches!(effect.kind, Kind::Deploy { weak: false, restart: true, .. });
            let elsewhere = step
                .found
                .effects
                .iter()
                .filter(again)
                .map(deployment)
                .filter(|site| site.kind.is_some() && deployed.iter().all(|deployed| deployed.kind != site.kind));
            let elsewhere: Vec<_> = elsewhere.collect();
            found.extend(deployed.into_iter().chain(elsewhere));
        }
        found
    }

    /// Commands that can't be followed and may have run before a command of a step, each with its own step: what stands in one
    /// item runs side by side.
    pub fn hidden_before<'p>(
        &'p self,
        step: &'p PlannedStep<'d>,
        command: Option<&'p Effect<'d>>,
    ) -> impl Iterator<Item = (&'p PlannedStep<'d>, &'p Effect<'d>)> {
        let place = step.place_of(command);
        let others = self.steps.iter().filter(|other| other.item <= step.item);
        let own = move |other: &PlannedStep<'d>| if other.number == step.number { place } else { usize::MAX };
        others
            .flat_map(move |other| other.found.effects.iter().take(own(other)).map(move |effect| (other, effect)))
            .filter(|(_, effect)| effect.hides_effects())
    }

    /// Commands that are not understood and may have run before a command of a step.
    pub fn unread_before<'p>(
        &'p self,
        step: &'p PlannedStep<'d>,
        command: Option<&'p Effect<'d>>,
    ) -> impl Iterator<Item = &'p Unread<'d>> {
        let place = step.place_of(command);
        let others = self.steps.iter().filter(|other| other.item <= step.item);
        others.flat_map(move |other| {
            let before = move |unread: &&Unread<'d>| other.number != step.number || unread.after <= place;
            other.found.unread.iter().filter(before)
        })
    }
}

impl<'d> PlannedStep<'d> {
    /// Whether an effect is what it looks like here: a weak deployment is one only where the step declares an environment.
    pub fn counts(&self, effect: &Effect<'d>) -> bool {
        !matches!(effect.kind, Kind::Deploy { weak: true, .. }) || self.declared_name().is_some()
    }

    /// The first command that may be a deployment from source, for all that can be read: what brings code to another machine or
    /// starts something there, or a request that says so. With where it stands and whether that is another machine.
    pub fn may_deploy(&self) -> Option<(Site<'d>, &str, bool)> {
        let change = self.found.changes.iter().find(|change| change.may_deploy);
        let weak = self.found.effects.iter().find(|effect| {
            let asked = matches!(effect.kind, Kind::Deploy { images: Images::Unsaid, weak: true, restart: false, .. });
            asked || effect.remote && matches!(effect.kind, Kind::Deploy { weak: true, .. })
        });
        let change = change.map(|change| (change.site, change.command.as_str(), true));
        change.or_else(|| weak.map(|effect| (effect.site, effect.command.as_str(), effect.remote)))
    }

    /// A command that names an image in a clone of another repository which is pushed after it: a controller that follows that
    /// repository deploys it. With where it stands, and where the push does.
    pub fn hands_over(&self) -> Option<(&str, Site<'d>, Site<'d>)> {
        let found = &self.found;
        if !found.git.iter().any(GitCall::clones_another) {
            return None;
        }
        let names =
            |effect: &Effect<'d>| matches!(effect.kind, Kind::Deploy { images: Images::Known(_), weak: true, .. });
        let named =
            found.effects.iter().position(names).map(|at| (&found.effects[at].command, found.effects[at].site, at));
        let edited = found.edited.first().map(|edited| (&edited.command, edited.site, edited.after));
        let (command, site, after) = named.or(edited)?;
        let is_push = |effect: &&Effect<'d>| {
            effect.command == "git push" && matches!(effect.kind, Kind::Deploy { weak: true, .. })
        };
        let push = found.effects.iter().skip(after).find(is_push)?;
        Some((command, site, push.site))
    }

    /// The deploying commands that count: weak ones only with a declared environment, restarts only beside nothing else.
    pub fn deploying(&self) -> Vec<&Effect<'d>> {
        let strong = |effect: &&Effect<'d>| matches!(effect.kind, Kind::Deploy { restart: false, .. });
        let deploys = |effect: &&Effect<'d>| matches!(effect.kind, Kind::Deploy { .. }) && self.counts(effect);
        let all: Vec<&Effect<'d>> = self.found.effects.iter().filter(deploys).collect();
        if all.iter().any(strong) { all.into_iter().filter(strong).collect() } else { all }
    }
}

impl<'d> Deployment<'_, 'd> {
    /// Where a rule about the environment points: the declaration, else the command.
    pub fn span(&self) -> Span {
        match (self.step.deployment, self.effect) {
            (Some(node), _) => node.span(),
            (None, Some(effect)) => effect.site.span(),
            (None, None) => self.step.step.node().span(),
        }
    }

    /// The trace to it.
    pub fn trace(&self) -> Vec<String> {
        match self.effect {
            Some(effect) => self.plan.trace_to(self.step, effect),
            None => self.plan.trace(self.step),
        }
    }
}
