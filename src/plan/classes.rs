//! The classes of events that a file tells apart, each with its plan.

use std::rc::Rc;

use super::bind::bindings;
use super::handed::Handed;
use super::model::Plan;
use super::select::{Patterns, Selection};
use super::steps::Steps;
use super::triggered::{Triggered, triggered};
use super::{Event, EventKind};
use crate::effect::{Catalogue, Files, Reader};
use crate::pipeline::{File, Section, Selector};
use crate::settings::Settings;

/// Makes plans of one file.
pub struct Planner<'a, 'd> {
    file: File<'d>,
    branches: Rc<Patterns<'d>>,
    tags: Rc<Patterns<'d>>,
    pull_requests: Rc<Patterns<'d>>,
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
        let patterns = |section| Rc::new(Patterns::new(&file, section));
        let (branches, tags) = (patterns(Section::Branches), patterns(Section::Tags));
        let pull_requests = patterns(Section::PullRequests);
        Self { file, branches, tags, pull_requests, settings, reader: Reader::new(catalogue, files) }
    }

    /// Every class: main, other branches, each tag pattern, each pull-request pattern, each custom pipeline.
    pub fn all(&mut self) -> Vec<Plan<'d>> {
        let mut plans = Vec::new();
        let main = self.settings.main_branch.clone();
        let selected = self.branch(&main);
        if let Some(selection) = &selected {
            plans.push(self.plan(Event::new(EventKind::Main, &main), selection));
        }
        let event = Event::new(EventKind::Main, &main);
        let started = triggered(&self.file, &event).into_iter().filter(|started| started.unclear.is_none());
        plans.extend(started.map(|started| self.started(&event, started)));
        let branches = Rc::clone(&self.branches);
        plans.extend(self.classes(&branches, EventKind::Branch, Some(&main)));
        if let Some(entry) = self.file.section(Section::Default) {
            let selector = Selector { section: Section::Default, key: entry.key, body: entry.value };
            let selection = Selection::of(selector);
            plans.push(self.plan(Event::new(EventKind::Branch, ""), &selection));
        }
        let (tags, pull_requests) = (Rc::clone(&self.tags), Rc::clone(&self.pull_requests));
        plans.extend(self.classes(&tags, EventKind::Tag, None));
        plans.extend(self.classes(&pull_requests, EventKind::PullRequest, None));
        for selector in self.file.selectors_in(Section::Custom) {
            let selection = Selection::of(selector);
            plans.push(self.plan(Event::new(EventKind::Custom, selector.name()), &selection));
        }
        plans
    }

    /// The plans of one event: a push to an open pull request's branch is told apart from the pull request itself.
    pub fn of(&mut self, event: &Event) -> Option<Plan<'d>> {
        let selection = match event.kind {
            EventKind::Main | EventKind::Branch => self.branch(&event.name)?,
            EventKind::Tag => self.tags.select(&event.name)?,
            EventKind::PullRequest => self.pull_requests.select(&event.name)?,
            EventKind::Custom => Selection::of(self.file.custom(&event.name)?),
        };
        Some(self.plan(event.clone(), &selection))
    }

    /// All that an event starts: the pipeline that a pattern selects, and what `triggers` start beside it.
    pub fn all_of(&mut self, event: &Event) -> Vec<Plan<'d>> {
        let mut plans: Vec<Plan<'d>> = self.of(event).into_iter().collect();
        plans.extend(triggered(&self.file, event).into_iter().map(|started| self.started(event, started)));
        plans
    }

    fn started(&mut self, event: &Event, started: Triggered<'d>) -> Plan<'d> {
        let selection = Selection { unclear: started.unclear, ..Selection::of(started.selector) };
        self.plan(event.clone(), &selection)
    }

    fn branch(&self, name: &str) -> Option<Selection<'d>> {
        self.branches.select(name).or_else(|| {
            let entry = self.file.section(Section::Default)?;
            let selector = Selector { section: Section::Default, key: entry.key, body: entry.value };
            Some(Selection::of(selector))
        })
    }

    /// The plan of each alternative of a section's patterns but one.
    fn classes(&mut self, patterns: &Patterns<'d>, kind: EventKind, but: Option<&str>) -> Vec<Plan<'d>> {
        let mut plans = Vec::new();
        for (selector, pattern) in patterns.pipelines() {
            for alternative in pattern.alternatives().iter().filter(|one| but != Some(one.text.as_str())) {
                let unclear = patterns.contested(selector, alternative);
                let own = Selection { alternative: Some(alternative.clone()), unclear, ..Selection::of(*selector) };
                plans.push(self.plan(Event::new(kind, &alternative.text), &own));
            }
        }
        plans
    }

    fn plan(&mut self, event: Event, selection: &Selection<'d>) -> Plan<'d> {
        let pipeline = selection.selector.pipeline();
        let except = if event.kind == EventKind::Branch { vec![self.settings.main_branch.clone()] } else { Vec::new() };
        let bindings = bindings(&event, &except, &pipeline);
        let unknown = pipeline.import().map(|import| {
            format!("`{}` is imported, and imported pipelines are not followed", import.text().unwrap_or(""))
        });
        let mut steps =
            Steps { file: self.file, reader: &mut self.reader, bindings, handed: Handed::default(), event: &event };
        let steps = steps.read(&pipeline);
        Plan { event, selector: selection.selector, steps, unknown, unclear: selection.unclear.clone() }
    }
}
