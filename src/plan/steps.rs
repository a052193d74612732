//! A pipeline's items as planned steps: groups, stages, gates, child pipelines.

use super::Event;
use super::handed::Handed;
use super::holds::Known;
use super::imported::followed;
use super::model::{PlannedStep, Skipped};
use crate::effect::{Bindings, Reader};
use crate::pipeline::{File, Item, Parallel, Pipeline, Stage, Step};
use crate::yaml::Node;

/// How deep child pipelines are followed.
const CHILDREN: usize = 4;

/// Reads the steps of a pipeline.
pub(super) struct Steps<'a, 'c, 'd> {
    pub(super) file: File<'d>,
    pub(super) reader: &'a mut Reader<'c, 'd>,
    pub(super) bindings: Bindings,
    pub(super) handed: Handed<'d>,
    pub(super) event: &'a Event,
    /// The steps that the event passes over.
    pub(super) skipped: Vec<Skipped<'d>>,
    /// Why steps are not known: an import that can't be seen.
    pub(super) unknown: Option<String>,
    /// The custom pipelines in which the next step stands, each started by the one before.
    pub(super) started: Vec<String>,
    /// What is to be said of child pipelines that are not followed.
    pub(super) remark: Option<String>,
}

/// The number of the next item: those of a stage count for themselves, since its groups follow one another.
fn next(out: &[PlannedStep<'_>]) -> usize {
    out.last().map_or(0, |step| step.item + 1)
}

/// Where in a stage a step stands.
#[derive(Clone, Copy)]
struct Within<'d> {
    stage: Stage<'d>,
    /// Whether the stage begins with it, alone or side by side with others.
    begins: bool,
}

impl<'d> Steps<'_, '_, 'd> {
    pub(super) fn read(&mut self, pipeline: &Pipeline<'d>) -> Vec<PlannedStep<'d>> {
        let mut steps = Vec::new();
        let mut gate = None;
        self.pipeline(pipeline, None, &mut gate, &mut steps, 0);
        steps
    }

    fn pipeline(
        &mut self,
        pipeline: &Pipeline<'d>,
        child: Option<&str>,
        gate: &mut Option<Node<'d>>,
        out: &mut Vec<PlannedStep<'d>>,
        depth: usize,
    ) {
        for item in pipeline.items() {
            let number = next(out);
            let before = *gate;
            match item {
                Item::Step(step) => self.step(step, None, number, None, child, gate, out, depth),
                Item::Final(step) => {
                    let mut none = None;
                    let before = out.len();
                    self.step(step, None, number, None, child, &mut none, out, depth);
                    // It runs whatever happened before, so no gate holds it back.
                    out.iter_mut().skip(before).for_each(|step| step.last = true);
                }
                Item::Parallel(group) => {
                    let mut passed = before;
                    self.side_by_side(&group, |this, step| {
                        let mut own = before;
                        this.step(step, None, number, Some(group), child, &mut own, out, depth);
                        passed = own.or(passed);
                    });
                    *gate = passed;
                }
                Item::Stage(stage) => {
                    let before = out.len();
                    for inner in stage.items() {
                        let number = next(out);
                        let within = Some(Within { stage, begins: out.len() == before });
                        match inner {
                            Item::Step(step) => self.step(step, within, number, None, child, gate, out, depth),
                            Item::Parallel(group) => {
                                self.side_by_side(&group, |this, step| {
                                    this.step(step, within, number, Some(group), child, gate, out, depth);
                                });
                            }
                            _ => {}
                        }
                    }
                    if let Some(manual) = stage.manual().filter(|_| self.open(stage.condition()).is_none()) {
                        gate.get_or_insert(manual);
                    }
                }
                Item::Variables(_) | Item::Unknown(_) => {}
            }
        }
    }

    /// Keeps the first thing that is to be said.
    fn remark(&mut self, text: String) {
        self.remark.get_or_insert(text);
    }

    /// Whether a condition is met where the next step begins, as far as that can be told.
    fn meets(&self, condition: Node<'d>) -> Option<bool> {
        let except = self.bindings.branch.as_ref().map_or(&[][..], |names| &names.except);
        Known::before(self.event, except, &self.handed).meets(condition)
    }

    /// A condition, where it is not met for sure: by one that is, nothing is ever skipped.
    fn open(&self, condition: Option<Node<'d>>) -> Option<Node<'d>> {
        condition.filter(|condition| self.meets(*condition) != Some(true))
    }

    /// Reads steps of which none gets what another hands on.
    fn side_by_side(&mut self, group: &Parallel<'d>, mut read: impl FnMut(&mut Self, Step<'d>)) {
        let before = self.handed.clone();
        let mut after = before.clone();
        for step in group.steps() {
            self.handed = before.clone();
            read(self, step);
            after.add(std::mem::take(&mut self.handed).since(&before));
        }
        self.handed = after;
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk; a struct for it would be made for one call")]
    fn step(
        &mut self,
        step: Step<'d>,
        within: Option<Within<'d>>,
        item: usize,
        group: Option<Parallel<'d>>,
        child: Option<&str>,
        gate: &mut Option<Node<'d>>,
        out: &mut Vec<PlannedStep<'d>>,
        depth: usize,
    ) {
        let stage = within.map(|within| within.stage);
        let conditions = [step.condition(), stage.as_ref().and_then(Stage::condition)];
        let fails = |condition: &Node<'d>| self.meets(*condition) == Some(false);
        if let Some(condition) = conditions.into_iter().flatten().find(fails) {
            let child = child.map(str::to_owned);
            self.skipped.push(Skipped { step, stage, child, condition, after: out.len() });
            return;
        }
        let conditions = conditions.map(|condition| self.open(condition));
        let of_stage = |read: fn(&Stage<'d>) -> Option<Node<'d>>| stage.as_ref().and_then(read);
        // A person lets the stage begin, and its other steps follow by themselves.
        let (of_begin, of_rest) = match within {
            Some(Within { stage, begins: true }) => (stage.manual(), None),
            Some(Within { stage, begins: false }) => (None, stage.manual()),
            None => (None, None),
        };
        let manual = step.manual().or(of_begin);
        let gate_before = gate.or(of_rest);
        let deployment = step.deployment().or_else(|| of_stage(Stage::deployment));
        let environment = step.environment().or_else(|| of_stage(Stage::environment));
        let declared = deployment.or(environment);
        self.bindings.environment = declared.and_then(|node| node.text()).map(str::to_owned);
        let given = self.handed.given_to(&step);
        self.bindings.handed = self.handed.variables();
        let found = self.reader.read(&step, &self.bindings, declared.is_some(), &given);
        self.handed.take(&step, &given, &found);
        let around = [group.map(|group| group.node), stage.map(|stage| stage.node)];
        let on_fail = step.get("on-fail").or_else(|| around.into_iter().flatten().find_map(|node| node.get("on-fail")));
        out.push(PlannedStep {
            step,
            stage,
            conditions,
            number: out.len() + 1,
            item,
            parallel: group.is_some(),
            fails_fast: group.is_some_and(|group| step.fails_fast().unwrap_or_else(|| group.fails_fast())),
            on_fail,
            last: false,
            child: child.map(str::to_owned),
            manual,
            gated: manual.is_some() || gate_before.is_some(),
            gate_before,
            deployment,
            environment,
            found,
        });
        let name = step.child().and_then(|name| name.text());
        let selector = name.and_then(|name| self.file.custom(name));
        if let (Some(name), None) = (name, selector) {
            self.remark(format!("there is no custom pipeline `{name}` for a step to start"));
        } else if let Some(name) = name.filter(|name| self.started.iter().any(|own| own == name)) {
            self.remark(format!("`{name}` starts itself, which is shown once"));
        } else if let Some((name, selector)) = name.zip(selector).filter(|_| depth < CHILDREN) {
            self.started.push(name.to_owned());
            let mut inner = step.manual().or(*gate);
            let inputs = Handed::inputs(&step, &self.bindings);
            let own = std::mem::replace(&mut self.handed, inputs);
            let (pipeline, unknown) = followed(&self.file, selector.pipeline());
            self.unknown = self.unknown.take().or(unknown);
            self.pipeline(&pipeline, Some(name), &mut inner, out, depth + 1);
            self.handed = own;
            self.started.pop();
        }
        // A manual step with a condition may be skipped, which counts as success.
        if let Some(own) = step.manual().filter(|_| conditions[0].is_none()) {
            gate.get_or_insert(own);
        }
    }
}
