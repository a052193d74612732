//! Gates and environments.

use crate::effect::EnvironmentKind::{Production, Staging};
use crate::mutate::edit::{Edit, first_entry, without};
use crate::mutate::subject::{Edits, Subject};
use crate::plan::{Deployment, Plan, TagKind};
use crate::yaml::Node;

fn any(_: &Plan<'_>) -> bool {
    true
}

/// The gates that stand before a deployment, its own included.
fn gates<'s>(site: &Deployment<'s, 's>) -> Vec<Node<'s>> {
    let mut gates: Vec<Node<'s>> = Vec::new();
    for step in site.plan.steps.iter().filter(|step| step.number <= site.step.number) {
        gates.extend(step.manual.filter(|manual| !gates.iter().any(|gate| gate.id() == manual.id())));
    }
    gates
}

pub(super) fn dropped(subject: &Subject<'_>) -> Vec<Edits> {
    let sites = subject.deployments(any, Production).into_iter().filter(|site| site.step.gated);
    sites.map(|site| gates(&site).into_iter().map(|gate| Edit::replace(gate.span(), "automatic")).collect()).collect()
}

/// A condition on the one gate before a deployment of another step.
pub(super) fn skippable(subject: &Subject<'_>) -> Vec<Edits> {
    let mut mutants = Vec::new();
    for site in subject.deployments(any, Production) {
        let gates = gates(&site);
        let ([gate], None) = (gates.as_slice(), site.step.manual) else { continue };
        let holder = site.plan.steps.iter().find(|step| step.step.manual().is_some_and(|own| own.id() == gate.id()));
        let Some(holder) = holder.filter(|holder| holder.step.condition().is_none()) else { continue };
        let condition = "{changesets: {includePaths: [src/**]}}";
        mutants.extend(first_entry(holder.step.node(), "condition", condition).map(|edit| vec![edit]));
    }
    mutants
}

pub(super) fn on_staging(subject: &Subject<'_>) -> Vec<Edits> {
    let sites = subject.deployments(Plan::is_main, Staging).into_iter();
    let later = sites.filter(|site| site.step.item > 0 && site.step.stage.is_none() && site.step.manual.is_none());
    later.filter_map(|site| Some(vec![first_entry(site.step.step.node(), "trigger", "manual")?])).collect()
}

pub(super) fn first_step(subject: &Subject<'_>) -> Vec<Edits> {
    let firsts = subject.plans.iter().filter_map(|plan| plan.steps.first());
    let alone = firsts.filter(|step| step.stage.is_none() && step.manual.is_none() && !step.parallel);
    alone.filter_map(|step| Some(vec![first_entry(step.step.node(), "trigger", "manual")?])).collect()
}

/// The deployments by a command whose step itself declares the environment.
fn declared<'s>(subject: &Subject<'s>) -> Vec<Deployment<'s, 's>> {
    let sites = subject.plans.iter().flat_map(|plan| plan.deployments(subject.settings));
    sites.filter(|site| site.effect.is_some() && site.step.step.deployment().is_some()).collect()
}

pub(super) fn undeclared(subject: &Subject<'_>) -> Vec<Edits> {
    let entries = declared(subject).into_iter().filter_map(|site| site.step.step.entry("deployment"));
    entries.filter_map(|entry| Some(vec![without(subject.document, &entry)?])).collect()
}

pub(super) fn environment_key(subject: &Subject<'_>) -> Vec<Edits> {
    let entries = declared(subject).into_iter().filter_map(|site| site.step.step.entry("deployment"));
    let own = entries.filter(|entry| entry.merged.is_none());
    own.map(|entry| vec![Edit::replace(entry.key.span(), "environment")]).collect()
}

/// Another name for the declared environment of each deployment; all of a plan at once, so that none is left.
fn renamed(sites: Vec<Deployment<'_, '_>>, to: &str) -> Vec<Edits> {
    let mut mutants: Vec<(String, Edits)> = Vec::new();
    for site in sites {
        let Some(node) = site.step.deployment else { continue };
        let edit = Edit::replace(node.span(), to);
        let plan = site.plan.event.to_string();
        match mutants.iter_mut().find(|(event, _)| *event == plan) {
            Some((_, edits)) => edits.push(edit),
            None => mutants.push((plan, vec![edit])),
        }
    }
    mutants.into_iter().map(|(_, edits)| edits).collect()
}

pub(super) fn to_staging(subject: &Subject<'_>) -> Vec<Edits> {
    let release = |plan: &Plan<'_>| plan.tag_kind(subject.settings) == Some(TagKind::Release);
    renamed(subject.deployments(release, Production), &subject.settings.environments.candidate)
}

pub(super) fn main_to_production(subject: &Subject<'_>) -> Vec<Edits> {
    renamed(subject.deployments(Plan::is_main, Staging), &subject.settings.environments.release)
}

pub(super) fn candidate_to_production(subject: &Subject<'_>) -> Vec<Edits> {
    let candidate = |plan: &Plan<'_>| plan.tag_kind(subject.settings) == Some(TagKind::Candidate);
    renamed(subject.deployments(candidate, Staging), &subject.settings.environments.release)
}
