//! What two steps do to the world: the effects that one has and the other has not, as words.

use super::checks::{is_of_check, may_be_run_by, names_a_check};
use super::model::PlannedStep;
use crate::effect::{Effect, Images, Kind, Opaque, Reference, Site};
use crate::yaml::{NodeId, Span};

/// What a step does with a variable that the file does not set.
const READS: &str = "reads the variable";

/// What is said of a command whose own commands can't be seen.
const NOT_FOLLOWED: &str = ", which is not followed";

/// One thing that a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Does {
    verb: &'static str,
    object: String,
    /// The object as it is told, where that is more than tells it from others: a runner with its target.
    told: Option<String>,
    certain: bool,
    /// How many commands do it.
    times: usize,
}

impl Does {
    fn new(verb: &'static str, object: String) -> Self {
        Self { verb, object, told: None, certain: true, times: 1 }
    }

    fn is(&self, other: &Does) -> bool {
        self.verb == other.verb && (self.object == other.object || self.shown() == other.shown())
    }

    fn words(&self) -> String {
        format!("{} {}", self.verb, self.shown())
    }

    fn shown(&self) -> &str {
        self.told.as_ref().unwrap_or(&self.object)
    }

    /// One that names its target: `npm run report` where `npm run` tells it from other commands.
    fn with_target(self, short: &str, name: &str) -> Self {
        let words = short.split(' ').count() + 1;
        let told: Vec<&str> = name.split(' ').take(words).collect();
        let told = name.starts_with(short).then(|| format!("`{}`{NOT_FOLLOWED}", told.join(" ")));
        Self { told, ..self }
    }

    /// The object where another one with it was told: without the name that both give.
    fn told_beside(&self, other: &Does) -> &str {
        let name = |object: &str| object.find(" the name ").map(|at| object.split_at(at).1.to_owned());
        match name(&self.object).filter(|own| other.object.ends_with(own)) {
            Some(same) => self.object.strip_suffix(&same).unwrap_or(&self.object),
            None => &self.object,
        }
    }

    /// The command that is not followed.
    fn hidden(&self) -> Option<String> {
        Some(self.shown().strip_suffix(NOT_FOLLOWED)?.trim_matches('`').to_owned())
    }

    /// Whether its loss takes something away that the event was for, or a check.
    fn is_owed(&self, is_tag: bool) -> bool {
        match self.verb {
            "builds" => !is_tag,
            // Of what is not followed only its name can tell that it checked something.
            "runs" => self
                .hidden()
                .is_some_and(|name| names_a_check(&name) || is_of_check(name.split(' ').next().unwrap_or(&name))),
            _ => self.replaces(),
        }
    }

    /// Whether it is told together with what it takes the place of.
    fn replaces(&self) -> bool {
        ["builds", "pushes", "gives", "deploys", "deploys with"].contains(&self.verb)
    }
}

/// What a step does otherwise than before, a line each with whether something is lost that is to be done: what another one of
/// the steps `beside` it does is not lost, and no tag has to build.
pub(super) fn otherwise(
    before: &PlannedStep<'_>,
    now: &PlannedStep<'_>,
    (beside, is_tag): (&[PlannedStep<'_>], bool),
) -> Vec<(String, bool)> {
    let (was, is) = (effects(before), effects(now));
    // A new name that is given in the registry is pushed there.
    let (pushed_before, pushed_now) = (pushed(before), pushed(now));
    let lacks = |all: &[Does], more: &[Does], one: &Does| !all.iter().chain(more).any(|other| other.is(one));
    let gone: Vec<&Does> = was.iter().filter(|one| lacks(&is, &pushed_now, one)).collect();
    let fresh: Vec<&Does> = is.iter().filter(|one| lacks(&was, &pushed_before, one)).collect();
    let of = |all: &[&Does], verb: &str| all.iter().filter(|one| one.verb == verb).count();
    // As many of a kind as before: each stands in the place of the one that stood there.
    let replaced = |one: &Does| one.replaces() && of(&gone, one.verb) == of(&fresh, one.verb);
    let mut told: Vec<(String, bool)> = Vec::new();
    let hidden: Vec<String> = fresh.iter().filter_map(|one| one.hidden()).collect();
    let is_owed = |one: &Does| one.is_owed(is_tag) && !one.hidden().is_some_and(|name| may_be_run_by(&name, &hidden));
    let owes = gone.iter().any(|one| !replaced(one) && is_owed(one));
    let beside: Vec<Vec<Does>> = if owes { beside.iter().map(effects).collect() } else { Vec::new() };
    let elsewhere = |one: &Does| beside.iter().flatten().any(|other| other.is(one));
    told.extend(gone.iter().filter(|one| !replaced(one)).map(|one| match is_owed(one) {
        true if elsewhere(one) => (format!("no longer {}, which another step does", one.words()), false),
        owed => (format!("no longer {}", one.words()), owed),
    }));
    let mut taken = vec![false; gone.len()];
    for one in &fresh {
        let place = gone.iter().zip(&mut taken).find(|(old, taken)| replaced(one) && old.verb == one.verb && !**taken);
        let text = match place {
            Some((old, taken)) => {
                *taken = true;
                format!("now {} instead of {}", one.words(), old.told_beside(one))
            }
            None if !one.certain => format!("now {}, only in some cases", one.words()),
            None => format!("now {}", one.words()),
        };
        told.push((text, false));
    }
    for one in &is {
        match was.iter().find(|other| other.is(one)) {
            Some(other) if other.certain && !one.certain => {
                told.push((format!("{} only in some cases now", one.words()), false));
            }
            Some(other) if !other.certain && one.certain => {
                told.push((format!("{} in any case now", one.words()), false));
            }
            // Each may go to another cluster or namespace.
            Some(other) if other.times != one.times && one.verb.starts_with("deploys") => {
                let text = format!("now {} {}, before {}", one.words(), times(one.times), times(other.times));
                told.push((text, false));
            }
            _ => {}
        }
    }
    told
}

/// The commands of a step that are not followed and that it did not run before.
pub(super) fn hidden(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Vec<String> {
    let (was, is) = (effects(before), effects(now));
    is.iter().filter(|one| !was.iter().any(|other| other.is(one))).filter_map(Does::hidden).collect()
}

/// What a step does to the world, in words.
pub(super) fn told(step: &PlannedStep<'_>) -> Vec<String> {
    told_to(step, "")
}

/// The same, with the place to which it deploys.
pub(super) fn told_to(step: &PlannedStep<'_>, place: &str) -> Vec<String> {
    let all = effects(step);
    // Several that go there name it once.
    let last = all.iter().rposition(|does| does.verb.starts_with("deploys"));
    let words = |(at, does): (usize, &Does)| match does.words() {
        words if Some(at) != last || place.is_empty() => words,
        words if words.contains("` to `") => format!("{words} in {place}"),
        words => format!("{words} to {place}"),
    };
    all.iter().enumerate().filter(|(_, does)| does.verb != READS).map(words).collect()
}

/// Where the effects of a step stand that another one has not, of which [`otherwise`] tells. Of a variable that is read only
/// its name is told.
pub(super) fn told_at(step: &PlannedStep<'_>, other: &PlannedStep<'_>) -> Sites {
    let others = effects(other);
    Sites::of(step, |does| !others.iter().any(|other| other.is(does)))
}

/// Where the effects of a step stand.
pub(super) fn sites_of(step: &PlannedStep<'_>) -> Sites {
    Sites::of(step, |_| true)
}

/// What a step does to the world that a check may have to come before: what it pushes and deploys, in words, with its place.
pub(super) fn acting(step: &PlannedStep<'_>) -> Vec<(String, (NodeId, Span))> {
    let acts = sites(step).filter(|(_, does)| ["pushes", "deploys", "deploys with"].contains(&does.verb));
    acts.map(|(site, does)| (does.words(), (site.node.id(), site.range))).collect()
}

/// Places in scalars of a script.
pub(super) struct Sites(Vec<(NodeId, Span)>);

impl Sites {
    /// Where those of a step's effects stand that are meant, of which reading a variable is none.
    fn of(step: &PlannedStep<'_>, meant: impl Fn(&Does) -> bool) -> Self {
        let own = sites(step).filter(|(_, does)| does.verb != READS && meant(does));
        Self(own.map(|(site, _)| (site.node.id(), site.range)).collect())
    }

    /// Whether one of them is in a scalar.
    pub(super) fn are_in(&self, node: NodeId) -> bool {
        self.0.iter().any(|(own, _)| *own == node)
    }

    /// Whether one of them has to do with a part of a scalar's text.
    pub(super) fn meet(&self, node: NodeId, part: Span) -> bool {
        self.0.iter().any(|(own, range)| *own == node && range.start < part.end && part.start < range.end)
    }
}

fn pushed(step: &PlannedStep<'_>) -> Vec<Does> {
    let all = step.found.effects.iter().flat_map(Effect::pushed);
    all.map(|reference| Does::new("pushes", format!("`{reference}`"))).collect()
}

/// What a step does; each once, and certain where one of its commands is.
fn effects(step: &PlannedStep<'_>) -> Vec<Does> {
    let mut found: Vec<Does> = Vec::new();
    for (_, does) in sites(step) {
        match found.iter_mut().find(|other| other.is(&does)) {
            Some(known) => {
                known.certain |= does.certain;
                known.times += 1;
                known.told = known.told.take().filter(|told| does.told.as_ref() == Some(told));
            }
            None => found.push(does),
        }
    }
    found
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        many => format!("{many} times"),
    }
}

/// All that a step does, with where it stands.
fn sites<'p, 'd>(step: &'p PlannedStep<'d>) -> impl Iterator<Item = (Site<'d>, Does)> + use<'p, 'd> {
    let effects = step.found.effects.iter().filter_map(|effect| {
        // What deploys only where an environment is declared changes something elsewhere, too: `git push`.
        let weak = || Some(Does::new("runs", format!("`{}`", effect.command)));
        let does = if step.counts(effect) { does(effect) } else { weak() }?;
        Some((effect.site, Does { certain: effect.certain, ..does }))
    });
    let changes = step.found.changes.iter();
    effects.chain(changes.map(|change| (change.site, Does::new("runs", format!("`{}`", change.command)))))
}

fn does(effect: &Effect<'_>) -> Option<Does> {
    let hidden = "an image whose name is hidden";
    let unnamed = "an image with no known name";
    let name = |reference: &Option<Reference<'_>>| {
        reference.as_ref().map_or_else(|| hidden.to_owned(), |reference| format!("`{reference}`"))
    };
    let all = |references: &[Reference<'_>]| {
        // Names have no order.
        let mut names: Vec<String> = references.iter().map(|reference| format!("`{reference}`")).collect();
        names.sort();
        names.join(" and ")
    };
    Some(match &effect.kind {
        Kind::Build { references, .. } if references.is_empty() => Does::new("builds", unnamed.to_owned()),
        Kind::Build { references, .. } => Does::new("builds", all(references)),
        Kind::Push { reference, .. } => Does::new("pushes", name(reference)),
        Kind::Retag { source, target, .. } => Does::new("gives", format!("{} the name {}", name(source), name(target))),
        Kind::Deploy { images: Images::Known(references) | Images::Stated(references), .. } => {
            Does::new("deploys", all(references))
        }
        Kind::Deploy { to, .. } => {
            let place = to.as_ref().map(|to| format!(" to `{to}`")).unwrap_or_default();
            Does::new("deploys with", format!("`{}`{place}", effect.command))
        }
        Kind::Opaque(Opaque::Manifest { .. }) => return None,
        Kind::Opaque(what) => {
            let does = Does::new("runs", format!("`{}`{NOT_FOLLOWED}", effect.command));
            match what {
                Opaque::Target { name, .. } => does.with_target(&effect.command, name),
                _ => does,
            }
        }
        Kind::Login => Does::new("logs in with", format!("`{}`", effect.command)),
        Kind::ReadVariable { name } => Does::new(READS, format!("`{name}`")),
        Kind::Pull { .. } | Kind::Docker => return None,
    })
}
