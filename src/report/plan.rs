//! What events do: `plan --format json` (`schemas/plan.schema.json`), and the same for people.

use std::io::{self, Write};

use serde::Serialize;

use super::{Look, visible};
use crate::finding::wire::WirePosition;
use crate::plan::clear;

/// The plans of a file in the frozen JSON form.
#[derive(Debug, Serialize)]
pub struct WirePlans {
    version: u32,
    plans: Vec<WirePlan>,
}

/// What one event does.
#[derive(Debug, Serialize)]
pub struct WirePlan {
    /// The event.
    pub event: WireEvent,
    /// The pipeline's route below `pipelines`; nothing runs without one.
    pub pipeline: Option<String>,
    /// The steps in order.
    pub steps: Vec<WireStep>,
    /// The steps that are passed over, since their conditions don't hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<WireSkipped>,
    /// Why the steps are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// What is not certain about the selection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unclear: Option<String>,
}

/// An event.
#[derive(Debug, Serialize)]
pub struct WireEvent {
    /// `branch`, `tag`, `pull-request`, `custom` or another kind of the schema.
    pub kind: &'static str,
    /// A name, or the pattern that stands for its class.
    pub name: String,
}

/// One step of a plan.
#[derive(Debug, Serialize)]
pub struct WireStep {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// Its parallel group, from 1.
    pub parallel: Option<usize>,
    /// Whether it is the final step, which runs whatever happened before it.
    #[serde(rename = "final", skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
    /// The custom pipeline that a child step started it from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    /// Whether a person starts it.
    pub gate: bool,
    /// Its environment.
    pub environment: Option<String>,
    /// When it runs at all.
    pub condition: Option<String>,
    /// The file in which it is written, where it is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it is written.
    pub start: WirePosition,
    /// What it does to the world.
    pub effects: Vec<WireEffect>,
}

/// A step that the event passes over.
#[derive(Debug, Serialize)]
pub struct WireSkipped {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// The custom pipeline that a child step would have started it from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
    /// The condition that does not hold.
    pub condition: String,
    /// The file in which it is written, where it is imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it is written.
    pub start: WirePosition,
    /// How many steps of the plan stand before it.
    pub after: usize,
}

/// One effect of a step.
#[derive(Debug, Serialize)]
pub struct WireEffect {
    /// `build`, `push`, `pull`, `retag`, `deploy`, `login`, `read-variable` or `opaque`.
    pub kind: &'static str,
    /// Where a deployment goes; inside, nothing when that can't be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Option<String>>,
    /// The reference, variable or command; inside, nothing when it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<Option<String>>,
    /// The command of a deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where a deployment goes, as people call it: a bucket, a service, a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The source of a retag; inside, nothing when it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Option<String>>,
    /// The target of a retag; inside, nothing when it is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Option<String>>,
    /// Whether it happens on every run of the step.
    pub certain: bool,
    /// Where it is written.
    pub start: WirePosition,
}

/// Writes plans as JSON of version 1.
pub fn plans_json(plans: Vec<WirePlan>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &WirePlans { version: 1, plans })?;
    writeln!(out)
}

/// Writes plans for people.
pub fn plans_human(plans: &[WirePlan], look: Look, out: &mut dyn Write) -> io::Result<()> {
    if plans.is_empty() {
        writeln!(out, "nothing runs: the file has no pipeline that an event starts")?;
    }
    for (index, plan) in plans.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let name = if plan.event.name.is_empty() { "(any other)".into() } else { clear(&plan.event.name) };
        let event = look.bold(&format!("{} {}", plan.event.kind, visible(&name)));
        match &plan.pipeline {
            Some(pipeline) => writeln!(out, "{event} runs {}", visible(pipeline))?,
            None => writeln!(out, "{event} runs nothing")?,
        }
        // A custom pipeline has a plan of its own.
        if plan.event.kind == "trigger"
            && plans.iter().any(|own| own.event.kind == "custom" && own.pipeline == plan.pipeline)
        {
            continue;
        }
        for note in plan.unknown.iter().chain(&plan.unclear) {
            writeln!(out, "  {} {}", look.gutter("="), visible(note))?;
        }
        if is_beside_a_pattern(plan, plans) {
            let note = "a trigger starts it, and whether it runs beside what a pattern selects is not documented";
            writeln!(out, "  {} {note}", look.gutter("="))?;
        }
        if plan.steps.is_empty() && plan.skipped.is_empty() && plan.pipeline.is_some() && plan.unknown.is_none() {
            writeln!(out, "  {} no step in it can be read", look.gutter("="))?;
        }
        for (number, step) in plan.steps.iter().enumerate() {
            skipped_after(plan, number, look, out)?;
            let name = step.name.as_deref().unwrap_or("(no name)");
            let marks: Vec<String> = marks(step).collect();
            let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
            let file = step.file.as_deref().map(|file| format!(" of {}", visible(file))).unwrap_or_default();
            let line = look.gutter(&format!("line {}{file}", step.start.line));
            writeln!(out, "  {}. {}{}  {line}", number + 1, look.bold(&visible(name)), visible(&marks))?;
            for line in told_once(&step.effects) {
                writeln!(out, "       {}", visible(&line))?;
            }
        }
        skipped_after(plan, plan.steps.len(), look, out)?;
    }
    Ok(())
}

/// Whether a trigger starts it for an event for which a pattern, or `default`, has a pipeline, too.
fn is_beside_a_pattern(plan: &WirePlan, plans: &[WirePlan]) -> bool {
    let of_trigger = |plan: &WirePlan| plan.pipeline.as_ref().is_some_and(|name| name.starts_with("custom."));
    let is_same = |other: &&WirePlan| (other.event.kind, &other.event.name) == (plan.event.kind, &plan.event.name);
    let is_push = ["branch", "tag", "pull-request"].contains(&plan.event.kind);
    is_push && of_trigger(plan) && plans.iter().filter(is_same).any(|other| !of_trigger(other))
}

/// The steps that are passed over between two others. They have no number, since they are no part of what runs.
fn skipped_after(plan: &WirePlan, after: usize, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for step in plan.skipped.iter().filter(|step| step.after == after) {
        let name = visible(step.name.as_deref().unwrap_or("(no name)"));
        let stage = step.stage.as_ref().map(|stage| format!("{}, ", in_stage(stage))).unwrap_or_default();
        let child = step.child.as_ref().map(|child| format!("of the child pipeline {child}, ")).unwrap_or_default();
        let marks = format!(" ({stage}{child}only if {})", step.condition);
        let file = step.file.as_deref().map(|file| format!(" of {}", visible(file))).unwrap_or_default();
        writeln!(out, "  -  {name}{}  {}", visible(&marks), look.gutter(&format!("line {}{file}", step.start.line)))?;
        writeln!(out, "       skipped: its condition does not hold")?;
    }
    Ok(())
}

fn in_stage(name: &str) -> String {
    if name.is_empty() { "a stage without a name".to_owned() } else { format!("stage {name}") }
}

fn marks(step: &WireStep) -> impl Iterator<Item = String> {
    [
        step.gate.then(|| "by hand".to_owned()),
        step.environment.clone(),
        step.stage.as_ref().map(|stage| in_stage(stage)),
        step.parallel.map(|group| format!("parallel group {group}")),
        step.child.as_ref().map(|name| format!("of the child pipeline {name}")),
        step.last.then(|| "final".to_owned()),
        step.condition.as_ref().map(|condition| format!("only if {condition}")),
    ]
    .into_iter()
    .flatten()
}

/// A line for each thing that a step does, however many of its commands do it; one that surely happens is no perhaps.
fn told_once(effects: &[WireEffect]) -> Vec<String> {
    let mut lines: Vec<(String, bool)> = Vec::new();
    for effect in effects {
        let line = words(effect);
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, certain)) => *certain |= effect.certain,
            None => lines.push((line, effect.certain)),
        }
    }
    lines.into_iter().map(|(line, certain)| if certain { line } else { format!("{line} (perhaps)") }).collect()
}

fn words(effect: &WireEffect) -> String {
    let mut words = if effect.kind == "opaque" { "not followed:".to_owned() } else { effect.kind.replace('-', " ") };
    // What is built may have no name at all.
    let none = if effect.kind == "build" { "(no known name)" } else { "(name hidden)" };
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| none.to_owned());
    match (&effect.reference, &effect.source, &effect.target) {
        (_, Some(source), Some(target)) => words.push_str(&format!(" {} as {}", name(source), name(target))),
        // A deployment may well have no image, and what can't be followed may have no name.
        (Some(None), ..) if effect.kind == "deploy" => {
            words.extend(effect.command.as_ref().map(|command| format!(" with {command}")));
        }
        (Some(None), ..) if effect.kind == "opaque" => words.push_str(" an agent, or more than is read"),
        (Some(reference), ..) => words.push_str(&format!(" {}", name(reference))),
        _ => {}
    }
    match (effect.environment.as_ref().and_then(Option::as_ref), &effect.to) {
        (Some(environment), Some(to)) if environment != to => words.push_str(&format!(" to {environment}: {to}")),
        (Some(place), _) | (None, Some(place)) => words.push_str(&format!(" to {place}")),
        (None, None) => {}
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> Vec<WirePlan> {
        let start = WirePosition { line: 3, column: 9, offset: 40 };
        let effect = |kind| WireEffect {
            kind,
            environment: None,
            reference: None,
            command: None,
            to: None,
            source: None,
            target: None,
            certain: true,
            start,
        };
        let step = |name: &str| WireStep {
            name: Some(name.to_owned()),
            last: false,
            child: None,
            stage: None,
            parallel: None,
            gate: false,
            environment: None,
            condition: None,
            file: None,
            start,
            effects: Vec::new(),
        };
        let text = |text: &str| Some(text.to_owned());
        let some = |text: &str| Some(Some(text.to_owned()));
        vec![
            WirePlan {
                event: WireEvent { kind: "tag", name: "release-1.0.0".to_owned() },
                pipeline: text("tags.release-*"),
                steps: vec![
                    WireStep {
                        parallel: Some(1),
                        effects: vec![WireEffect {
                            source: some("$R/api:$BITBUCKET_COMMIT"),
                            target: some("$R/api:$BITBUCKET_TAG"),
                            ..effect("retag")
                        }],
                        ..step("Promote")
                    },
                    WireStep {
                        gate: true,
                        environment: text("production"),
                        stage: text("Release\u{1b}"),
                        effects: vec![
                            WireEffect {
                                environment: some("production"),
                                reference: some("$R/api:$BITBUCKET_TAG"),
                                ..effect("deploy")
                            },
                            WireEffect { reference: some("./notify.sh"), certain: false, ..effect("opaque") },
                            WireEffect { reference: Some(None), ..effect("build") },
                            WireEffect {
                                environment: some("production"),
                                reference: Some(None),
                                command: text("aws s3 sync"),
                                to: text("s3://assets"),
                                ..effect("deploy")
                            },
                            WireEffect { certain: false, ..effect("login") },
                            effect("login"),
                        ],
                        ..step("Deploy")
                    },
                ],
                skipped: vec![WireSkipped {
                    name: text("Undo"),
                    stage: None,
                    child: None,
                    condition: "state: BITBUCKET_TAG == \"\"".to_owned(),
                    file: None,
                    start,
                    after: 1,
                }],
                unknown: None,
                unclear: None,
            },
            WirePlan {
                event: WireEvent { kind: "branch", name: "x".to_owned() },
                pipeline: None,
                steps: vec![WireStep { name: None, ..step("") }],
                skipped: Vec::new(),
                unknown: text("`x` is imported"),
                unclear: None,
            },
        ]
    }

    #[test]
    fn plans_are_told_to_people() {
        let mut out = Vec::new();
        plans_human(&plans(), Look::default(), &mut out).expect("a vector takes all");
        insta::assert_snapshot!(String::from_utf8_lossy(&out), @r#"
        tag release-1.0.0 runs tags.release-*
          1. Promote (parallel group 1)  line 3
               retag $R/api:$BITBUCKET_COMMIT as $R/api:$BITBUCKET_TAG
          -  Undo (only if state: BITBUCKET_TAG == "")  line 3
               skipped: its condition does not hold
          2. Deploy (by hand, production, stage Release␛)  line 3
               deploy $R/api:$BITBUCKET_TAG to production
               not followed: ./notify.sh (perhaps)
               build (no known name)
               deploy with aws s3 sync to production: s3://assets
               login

        branch x runs nothing
          = `x` is imported
          1. (no name)  line 3
        "#);
    }

    #[test]
    fn plans_are_what_their_schema_says() {
        let schema = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).expect("JSON");
        let validator = jsonschema::draft7::new(&schema).expect("a schema");
        let mut out = Vec::new();
        plans_json(plans(), &mut out).expect("a vector takes all");
        let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(value["plans"][0]["steps"][1]["effects"][0]["reference"], "$R/api:$BITBUCKET_TAG");
        assert!(value["plans"][0]["steps"][1]["effects"][0].get("source").is_none());
    }
}
