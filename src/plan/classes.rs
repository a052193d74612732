//! The classes of events that a file tells apart, each with its plan.

use std::collections::HashMap;

use super::bind::bindings;
use super::handed::Handed;
use super::imported::followed;
use super::left::{Left, left};
use super::model::{Plan, variables};
use super::select::{Patterns, Selection};
use super::steps::Steps;
use super::triggered::triggered;
use super::{Event, EventKind};
use crate::effect::{Catalogue, Files, Reader};
use crate::pipeline::{Alternative, File, Section, Selector, Trigger};
use crate::settings::Settings;
use crate::yaml::NodeId;

/// Makes plans of one file.
pub struct Planner<'a, 'd> {
    file: File<'d>,
    branches: Patterns<'d>,
    tags: Patterns<'d>,
    pull_requests: Patterns<'d>,
    merge_queues: Patterns<'d>,
    /// The branches that no pattern takes; `None` where there are none.
    others: Option<Left>,
    settings: &'a Settings,
    reader: Reader<'a, 'd>,
}

/// The plans of all classes of events.
pub fn plans<'d>(file: File<'d>, settings: &Settings, catalogue: &Catalogue, files: &dyn Files) -> Vec<Plan<'d>> {
    Planner::new(file, settings, catalogue, files).all()
}

impl<'a, 'd> Planner<'a, 'd> {
    /// A planner.
    pub fn new(file: File<'d>, settings: &'a Settings, catalogue: &'a Catalogue, files: &'a dyn Files) -> Self {
        let patterns = |section| Patterns::new(&file, section);
        let (branches, tags) = (patterns(Section::Branches), patterns(Section::Tags));
        let (pull_requests, merge_queues) = (patterns(Section::PullRequests), patterns(Section::MergeQueues));
        let others = left(&branches);
        let reader = Reader::new(catalogue, files);
        Self { file, branches, tags, pull_requests, merge_queues, others, settings, reader }
    }

    /// Keeps the commands of steps as they run, which only a comparison asks for.
    pub fn keep_commands(&mut self) {
        self.reader.keep_commands();
    }

    /// Every class: main, other branches, each tag pattern, each pull-request pattern, each custom pipeline.
    pub fn all(&mut self) -> Vec<Plan<'d>> {
        self.classes().into_iter().map(|(event, selection)| self.plan(event, &selection)).collect()
    }

    /// Every class once, as people are told of them: of several pipelines that may be the one for a name, the likeliest, which says
    /// that another may win.
    pub fn listed(&mut self) -> Vec<Plan<'d>> {
        let mut listed: Vec<(Event, Selection<'d>)> = Vec::new();
        let mut known = HashMap::new();
        for (event, selection) in self.classes() {
            let section = selection.selector.section;
            // Of a section's patterns one wins; what a trigger starts runs beside it.
            let at = if section == Section::Custom { None } else { known.get(&(event.clone(), section)).copied() };
            match at {
                // The one that such a name gets, as it is asked for by itself.
                Some(at) => {
                    let own = self.of_members(&event).into_iter().next().flatten();
                    if own.is_some_and(|own| own.selector.body.id() == selection.selector.body.id()) {
                        listed[at] = (event, selection);
                    }
                }
                None => {
                    known.insert((event.clone(), section), listed.len());
                    listed.push((event, selection));
                }
            }
        }
        listed.into_iter().map(|(event, selection)| self.plan(event, &selection)).collect()
    }

    /// The plan of one class, as [`Planner::all`] has it.
    pub fn class(&mut self, class: &Event) -> Option<Plan<'d>> {
        let (event, selection) = self.classes().into_iter().find(|(event, _)| event == class)?;
        Some(self.plan(event, &selection))
    }

    /// Every class, with what it selects.
    fn classes(&self) -> Vec<(Event, Selection<'d>)> {
        let mut classes = Vec::new();
        let main = self.settings.main_branch.as_str();
        let event = Event::new(EventKind::Main, main);
        classes.extend(self.branch(main).map(|selection| (event.clone(), selection)));
        let started = triggered(&self.file, &event).into_iter().filter(|started| started.unclear.is_none());
        classes.extend(started.map(|started| (event.clone(), started.selection())));
        classes.extend(of_patterns(&self.branches, EventKind::Branch, Some(main)));
        if let Some((left, selector)) = self.others.as_ref().zip(self.default()) {
            let event = Event { left: left.pattern.clone(), ..Event::new(EventKind::Branch, "") };
            classes.push((event, Selection::of(selector)));
        }
        classes.extend(of_patterns(&self.tags, EventKind::Tag, None));
        classes.extend(of_patterns(&self.pull_requests, EventKind::PullRequest, None));
        for selector in self.file.selectors_in(Section::Custom) {
            classes.push((Event::new(EventKind::Custom, selector.name()), Selection::of(selector)));
        }
        classes
    }

    /// The plan of one event: a push to an open pull request's branch is told apart from the pull request itself. A class of events
    /// has one only where all that is in it has the same.
    pub fn of(&mut self, event: &Event) -> Option<Plan<'d>> {
        let mut own = self.of_members(event).into_iter();
        let first = own.next()??;
        let same =
            |other: Option<Selection<'d>>| other.is_some_and(|one| one.selector.body.id() == first.selector.body.id());
        own.all(same).then(|| self.plan(event.clone(), &first))
    }

    /// Whether all that is in a class has a pipeline, and not the same one.
    pub fn parts(&mut self, class: &Event) -> bool {
        let own = self.of_members(class);
        let mut bodies: Vec<NodeId> = own.iter().flatten().map(|selection| selection.selector.body.id()).collect();
        let all = bodies.len() == own.len();
        bodies.dedup();
        all && bodies.len() > 1
    }

    /// What is selected for an event; for a class of events, for members of it of each kind that patterns tell apart.
    fn of_members(&self, event: &Event) -> Vec<Option<Selection<'d>>> {
        // No name of a branch or a tag has a wildcard: what has one stands for a class, and all of it must be taken.
        let example = |text: &str| Alternative { text: text.to_owned() }.example();
        let name = event.pattern().map(example);
        match (event.kind, name) {
            (EventKind::Main | EventKind::Branch, Some(name)) => vec![self.branch(&name)],
            (_, None) => ["*", "**"].map(|any| self.branch(&example(any))).into(),
            (EventKind::Tag, Some(name)) => vec![self.tags.select(&name)],
            (EventKind::PullRequest, Some(name)) => vec![self.pull_requests.select(&name)],
            (EventKind::MergeQueue, Some(name)) => vec![self.merge_queues.select(&name)],
            (EventKind::Shared, Some(_)) => {
                let mut shared = self.shared().into_iter();
                vec![shared.find(|selector| selector.name() == event.name).map(Selection::of)]
            }
            (EventKind::Custom, Some(_)) => vec![self.file.custom(&event.name).map(Selection::of)],
        }
    }

    /// All that an event starts: the pipeline that a pattern selects, and what `triggers` start beside it.
    pub fn all_of(&mut self, event: &Event) -> Vec<Plan<'d>> {
        let mut plans: Vec<Plan<'d>> = self.of(event).into_iter().collect();
        let started = triggered(&self.file, event).into_iter();
        plans.extend(started.map(|started| self.plan(event.clone(), &started.selection())));
        plans
    }

    /// What a trigger starts by itself, whatever event there is: each custom pipeline that it names and that is there.
    pub fn started(&mut self, trigger: &Trigger<'d>) -> Vec<Plan<'d>> {
        let names = trigger.pipelines.into_iter().flat_map(|list| list.items()).filter_map(|name| name.text());
        let selectors: Vec<Selector<'d>> = names.filter_map(|name| self.file.custom(name)).collect();
        let plans = selectors
            .into_iter()
            .map(|selector| self.plan(Event::new(EventKind::Custom, selector.name()), &Selection::of(selector)));
        plans.collect()
    }

    /// What runs for a merge queue, by the pattern of its destination.
    pub fn merge_queues(&mut self) -> Vec<Plan<'d>> {
        let queues = of_patterns(&self.merge_queues, EventKind::MergeQueue, None);
        queues.into_iter().map(|(event, selection)| self.plan(event, &selection)).collect()
    }

    /// What no event of a branch, a tag or a pull request runs: merge queues, and what others import.
    pub fn others(&mut self) -> Vec<Plan<'d>> {
        [self.merge_queues(), self.shared_pipelines()].concat()
    }

    /// What runs of the pipelines that the file shares with others.
    pub fn shared_pipelines(&mut self) -> Vec<Plan<'d>> {
        let shared = self.shared().into_iter();
        shared
            .map(|selector| self.plan(Event::new(EventKind::Shared, selector.name()), &Selection::of(selector)))
            .collect()
    }

    fn shared(&self) -> Vec<Selector<'d>> {
        let entries = self.file.definitions().entries("pipelines").into_iter();
        entries.map(|entry| Selector { section: Section::Custom, key: entry.key, body: entry.value }).collect()
    }

    /// The triggers of the file.
    pub fn triggers(&self) -> Vec<Trigger<'d>> {
        self.file.triggers()
    }

    fn branch(&self, name: &str) -> Option<Selection<'d>> {
        self.branches.select(name).or_else(|| self.default().map(Selection::of))
    }

    fn default(&self) -> Option<Selector<'d>> {
        let entry = self.file.section(Section::Default)?;
        Some(Selector { section: Section::Default, key: entry.key, body: entry.value })
    }

    fn plan(&mut self, event: Event, selection: &Selection<'d>) -> Plan<'d> {
        let written = selection.selector.pipeline();
        let (pipeline, unknown) = followed(&self.file, written);
        // A pull request from main is one that a pattern names, and none that a wildcard also takes.
        let other = match event.kind {
            EventKind::Branch => true,
            EventKind::PullRequest => event.name != self.settings.main_branch,
            _ => false,
        };
        let mut except = if other { vec![self.settings.main_branch.clone()] } else { Vec::new() };
        if event.is_any_other() {
            except.extend(self.others.iter().flat_map(|left| left.except.iter().cloned()));
        }
        let bindings = bindings(&event, &except, &variables(&written, &pipeline));
        let (reader, handed) = (&mut self.reader, Handed::default());
        let own = selection.selector.section == Section::Custom && event.kind != EventKind::Shared;
        let started = own.then(|| selection.selector.name().to_owned()).into_iter().collect();
        let mut steps = Steps {
            file: self.file,
            reader,
            bindings,
            handed,
            event: &event,
            skipped: Vec::new(),
            unknown,
            started,
            remark: None,
        };
        let found = steps.read(&pipeline);
        let (skipped, unknown, remark) = (steps.skipped, steps.unknown, steps.remark);
        let unclear = selection.unclear.clone();
        Plan { event, selector: selection.selector, pipeline, steps: found, skipped, unknown, unclear, remark }
    }
}

/// The class of each alternative of a section's patterns but one.
fn of_patterns<'d>(patterns: &Patterns<'d>, kind: EventKind, but: Option<&str>) -> Vec<(Event, Selection<'d>)> {
    let mut classes = Vec::new();
    for (selector, pattern) in patterns.pipelines() {
        for alternative in pattern.alternatives().iter().filter(|one| but != Some(one.text.as_str())) {
            let unclear = patterns.contested(selector, alternative);
            let own = Selection { alternative: Some(alternative.clone()), unclear, ..Selection::of(*selector) };
            classes.push((Event::new(kind, &alternative.text), own));
        }
    }
    classes
}
