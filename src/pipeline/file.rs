//! The root of a file: selectors and triggers.

use super::{Definitions, Pipeline};
use crate::yaml::{Document, Entry, Node};

/// A whole file.
#[derive(Clone, Copy, Debug)]
pub struct File<'d> {
    root: Node<'d>,
}

/// The sections of `pipelines`, and where else a pipeline may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// `pipelines.default`.
    Default,
    /// `pipelines.branches`.
    Branches,
    /// `pipelines.tags`.
    Tags,
    /// `pipelines.pull-requests`.
    PullRequests,
    /// `pipelines.custom`.
    Custom,
    /// `pipelines.merge-queues`.
    MergeQueues,
    /// `definitions.pipelines`: shared with other repositories.
    Shared,
}

impl Section {
    /// The sections of `pipelines` that hold a map.
    pub const MAPS: [Section; 5] =
        [Section::Branches, Section::Tags, Section::PullRequests, Section::Custom, Section::MergeQueues];

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Section::Default => "default",
            Section::Branches => "branches",
            Section::Tags => "tags",
            Section::PullRequests => "pull-requests",
            Section::Custom => "custom",
            Section::MergeQueues => "merge-queues",
            Section::Shared => "pipelines",
        }
    }
}

/// A pipeline with the key that selects it.
#[derive(Clone, Copy, Debug)]
pub struct Selector<'d> {
    /// Where it stands.
    pub section: Section,
    /// The pattern or name; for `default` the keyword itself.
    pub key: Node<'d>,
    /// The pipeline.
    pub body: Node<'d>,
}

impl<'d> Selector<'d> {
    /// The pattern or name.
    pub fn name(&self) -> &'d str {
        self.key.text().unwrap_or("")
    }

    /// The path below `pipelines`: `tags.release-*`; of a shared one the whole path.
    pub fn label(&self) -> String {
        match self.section {
            Section::Default => "default".to_owned(),
            Section::Shared => format!("definitions.pipelines.{}", self.name()),
            section => format!("{}.{}", section.keyword(), self.name()),
        }
    }

    /// The whole path: `pipelines.tags.release-*`.
    pub fn place(&self) -> String {
        match self.section {
            Section::Shared => self.label(),
            _ => format!("pipelines.{}", self.label()),
        }
    }

    /// The pipeline.
    pub fn pipeline(&self) -> Pipeline<'d> {
        Pipeline::new(self.body)
    }
}

/// One entry of `triggers`.
#[derive(Clone, Copy, Debug)]
pub struct Trigger<'d> {
    /// The event's name.
    pub event: Node<'d>,
    /// The `condition`.
    pub condition: Option<Node<'d>>,
    /// The list of custom pipelines.
    pub pipelines: Option<Node<'d>>,
    /// The whole entry.
    pub node: Node<'d>,
}

impl<'d> File<'d> {
    /// The view on a document whose root is a map.
    pub fn new(document: &'d Document) -> Option<Self> {
        Self::of(document.root()?)
    }

    /// The view on a root that is a map.
    pub(super) fn of(root: Node<'d>) -> Option<Self> {
        root.is_mapping().then_some(Self { root })
    }

    /// The root map.
    pub fn root(&self) -> Node<'d> {
        self.root
    }

    /// The `pipelines` entry.
    pub fn pipelines(&self) -> Option<Entry<'d>> {
        self.root.entry("pipelines")
    }

    /// A section of `pipelines`, with its keyword.
    pub fn section(&self, section: Section) -> Option<Entry<'d>> {
        match section {
            Section::Shared => self.root.get("definitions")?.entry("pipelines"),
            _ => self.pipelines()?.value.entry(section.keyword()),
        }
    }

    /// All pipelines in the order of the file's sections: default, branches, tags, pull requests, custom, shared.
    pub fn selectors(&self) -> Vec<Selector<'d>> {
        let mut found = Vec::new();
        if let Some(entry) = self.section(Section::Default) {
            found.push(Selector { section: Section::Default, key: entry.key, body: entry.value });
        }
        for section in Section::MAPS.into_iter().chain([Section::Shared]) {
            found.extend(self.selectors_in(section));
        }
        found
    }

    /// The pipelines of one section that holds a map.
    pub fn selectors_in(&self, section: Section) -> Vec<Selector<'d>> {
        let Some(entry) = self.section(section) else { return Vec::new() };
        entry.value.entries().map(|entry| Selector { section, key: entry.key, body: entry.value }).collect()
    }

    /// A custom pipeline by name.
    pub fn custom(&self, name: &str) -> Option<Selector<'d>> {
        self.selectors_in(Section::Custom).into_iter().find(|selector| selector.name() == name)
    }

    /// All trigger entries.
    pub fn triggers(&self) -> Vec<Trigger<'d>> {
        let Some(triggers) = self.root.get("triggers") else { return Vec::new() };
        let entries = triggers.entries().flat_map(|event| event.value.items().map(move |item| (event.key, item)));
        entries
            .map(|(event, node)| Trigger {
                event,
                condition: node.get("condition"),
                pipelines: node.get("pipelines"),
                node,
            })
            .collect()
    }

    /// The file's own `image`.
    pub fn image(&self) -> Option<Node<'d>> {
        self.root.get("image")
    }

    /// An entry of the file's `options`.
    pub fn option(&self, key: &str) -> Option<Node<'d>> {
        self.root.get("options")?.get(key)
    }

    /// The definitions.
    pub fn definitions(&self) -> Definitions<'d> {
        Definitions::new(self.root.get("definitions"))
    }
}
