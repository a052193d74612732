//! From plans to their frozen JSON form.

use super::plan::{WireEffect, WireEvent, WirePlan, WireSkipped, WireStep};
use crate::effect::{Effect, Kind, Opaque, Reference};
use crate::pipeline::Trigger;
use crate::plan::{Event, Plan, PlannedStep, Skipped};
use crate::rules::policy::Hidden;
use crate::settings::Settings;
use crate::yaml::{Document, Node};

impl WireEvent {
    /// An event in its JSON form.
    pub fn new(event: &Event) -> Self {
        let name = match &event.destination {
            Some(destination) => format!("{}..{destination}", event.name),
            None => event.name.clone(),
        };
        Self { kind: event.word(), name }
    }
}

impl WirePlan {
    /// A plan in its JSON form.
    pub fn new(plan: &Plan<'_>, document: &Document, settings: &Settings) -> Self {
        let mut wired = Self::unmasked(plan, document, settings);
        wired.hide(&Hidden::of(document));
        wired
    }

    fn unmasked(plan: &Plan<'_>, document: &Document, settings: &Settings) -> Self {
        let mut groups: Vec<(Option<&str>, usize)> = Vec::new();
        let steps = plan.steps.iter().map(|planned| {
            let parallel = planned.parallel.then(|| {
                let group = (planned.child.as_deref(), planned.item);
                groups.iter().position(|known| *known == group).unwrap_or_else(|| {
                    groups.push(group);
                    groups.len() - 1
                }) + 1
            });
            step(planned, parallel, document, settings)
        });
        Self {
            event: WireEvent::new(&plan.event),
            pipeline: Some(plan.selector.label()),
            steps: steps.collect(),
            skipped: plan.skipped.iter().map(|one| skipped(one, document)).collect(),
            unknown: plan.unknown.clone(),
            unclear: plan.unclear.clone().or_else(|| plan.remark.clone()),
        }
    }

    /// What a trigger starts, on its condition.
    pub fn triggered(plan: &Plan<'_>, trigger: &Trigger<'_>, document: &Document, settings: &Settings) -> Self {
        let event = trigger.event.text().unwrap_or("");
        let name = match trigger.condition.and_then(|condition| condition.text()) {
            Some(condition) => format!("{event} where {condition}"),
            None => event.to_owned(),
        };
        let mut wired = Self { event: WireEvent { kind: "trigger", name }, ..Self::unmasked(plan, document, settings) };
        let hidden = Hidden::of(document);
        hidden.mask(&mut wired.event.name);
        wired.hide(&hidden);
        wired
    }

    /// Masks the credentials that a script puts into a reference.
    fn hide(&mut self, hidden: &Hidden) {
        if hidden.is_empty() {
            return;
        }
        for step in &mut self.skipped {
            let own = [&mut step.name, &mut step.stage, &mut step.child].into_iter().flatten();
            own.chain([&mut step.condition]).for_each(|text| hidden.mask(text));
        }
        for step in &mut self.steps {
            let own = [&mut step.name, &mut step.stage, &mut step.child, &mut step.environment, &mut step.condition];
            let effects = step.effects.iter_mut().flat_map(|effect| {
                [&mut effect.environment, &mut effect.reference, &mut effect.source, &mut effect.target]
            });
            let texts = own.into_iter().flatten().chain(effects.flatten().flatten());
            texts.for_each(|text| hidden.mask(text));
            let more = step.effects.iter_mut().flat_map(|effect| [&mut effect.command, &mut effect.to]);
            more.flatten().for_each(|text| hidden.mask(text));
        }
    }

    /// The plan of an event that selects nothing.
    pub fn nothing(event: &Event) -> Self {
        let (steps, skipped) = (Vec::new(), Vec::new());
        Self { event: WireEvent::new(event), pipeline: None, steps, skipped, unknown: None, unclear: None }
    }
}

fn step(planned: &PlannedStep<'_>, parallel: Option<usize>, document: &Document, settings: &Settings) -> WireStep {
    let stage = planned.stage.as_ref();
    let condition = planned.step.condition().or_else(|| stage.and_then(|stage| stage.condition()));
    let told = planned.found.effects.iter().filter(|effect| planned.counts(effect));
    WireStep {
        name: planned.step.name().map(str::to_owned),
        stage: stage.map(|stage| stage.name().unwrap_or_default().to_owned()),
        parallel,
        last: planned.last,
        child: planned.child.clone(),
        gate: planned.manual.is_some(),
        environment: planned.declared_name().map(str::to_owned),
        condition: condition.map(flow),
        file: planned.step.node().part().map(|part| part.name().to_owned()),
        start: document.position(planned.step.node().span().start).into(),
        effects: told.flat_map(|effect| effects(effect, planned, document, settings)).collect(),
    }
}

fn skipped(one: &Skipped<'_>, document: &Document) -> WireSkipped {
    WireSkipped {
        name: one.step.name().map(str::to_owned),
        stage: one.stage.as_ref().map(|stage| stage.name().unwrap_or_default().to_owned()),
        child: one.child.clone(),
        condition: flow(one.condition),
        file: one.step.node().part().map(|part| part.name().to_owned()),
        start: document.position(one.step.node().span().start).into(),
        after: one.after,
    }
}

/// One entry for each reference; an effect whose names are hidden has one without.
fn effects(effect: &Effect<'_>, step: &PlannedStep<'_>, document: &Document, settings: &Settings) -> Vec<WireEffect> {
    let bare = || WireEffect {
        kind: effect.word(),
        environment: None,
        reference: None,
        command: None,
        to: None,
        source: None,
        target: None,
        certain: effect.certain,
        start: document.position(effect.site.span().start).into(),
    };
    let one = |reference: Option<String>| WireEffect { reference: Some(reference), ..bare() };
    let text = |reference: &Option<Reference<'_>>| reference.as_ref().map(ToString::to_string);
    let each = |references: &[Reference<'_>]| match references {
        [] => vec![one(None)],
        many => many.iter().map(|reference| one(Some(reference.to_string()))).collect(),
    };
    match &effect.kind {
        Kind::Build { references, .. } => each(references),
        Kind::Push { reference, .. } | Kind::Pull { reference } => vec![one(text(reference))],
        Kind::Retag { source, target, .. } => {
            vec![WireEffect { source: Some(text(source)), target: Some(text(target)), ..bare() }]
        }
        Kind::Deploy { images, to, .. } => {
            let inferred = || Some(step.suggested(effect, settings)?.word().to_owned());
            let environment = step.declared_name().map(str::to_owned).or_else(inferred);
            let command = effect.command.clone();
            let mut found = each(images.references());
            for effect in &mut found {
                effect.environment = Some(environment.clone());
                effect.command = Some(command.clone());
                effect.to.clone_from(to);
            }
            found
        }
        Kind::Login => vec![bare()],
        Kind::ReadVariable { name } => vec![one(Some(name.clone()))],
        Kind::Opaque(opaque) => vec![one(match opaque {
            Opaque::Values { path } | Opaque::Manifest { path } | Opaque::Script { path, .. } => Some(path.clone()),
            Opaque::Untold { command } => Some(command.clone()),
            Opaque::Target { name, .. } | Opaque::Command { name } | Opaque::Pipe { name } => Some(name.clone()),
            Opaque::Agent | Opaque::Exhausted => None,
        })],
        // What a command does on the build machine alone is no effect on the world.
        Kind::Docker => Vec::new(),
    }
}

/// A node in flow style, on one line.
fn flow(node: Node<'_>) -> String {
    fn write(node: Node<'_>, depth: usize, out: &mut String) {
        if depth > 8 || out.len() > 400 {
            out.push('…');
        } else if node.is_mapping() {
            for (index, entry) in node.entries().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(entry.name());
                out.push_str(": ");
                write(entry.value, depth + 1, out);
            }
        } else if node.is_sequence() {
            out.push('[');
            for (index, item) in node.items().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write(item, depth + 1, out);
            }
            out.push(']');
        } else {
            out.push_str(node.text().unwrap_or(""));
        }
    }
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}
