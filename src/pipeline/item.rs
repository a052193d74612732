//! A pipeline's items.

use super::Step;
use crate::yaml::Node;

/// A list of items, or an import in its place.
#[derive(Clone, Copy, Debug)]
pub struct Pipeline<'d> {
    node: Node<'d>,
}

/// One item.
#[derive(Clone, Copy, Debug)]
pub enum Item<'d> {
    /// `step`.
    Step(Step<'d>),
    /// `parallel`, in both forms.
    Parallel(Parallel<'d>),
    /// `stage`.
    Stage(Stage<'d>),
    /// `final`.
    Final(Step<'d>),
    /// The variables of a custom pipeline.
    Variables(Node<'d>),
    /// None of these.
    Unknown(Node<'d>),
}

/// A parallel group.
#[derive(Clone, Copy, Debug)]
pub struct Parallel<'d> {
    /// The list, or the map with `steps`.
    pub node: Node<'d>,
    /// The item that holds it.
    pub item: Node<'d>,
}

/// A stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'d> {
    /// The stage's map.
    pub node: Node<'d>,
    /// The item that holds it.
    pub item: Node<'d>,
}

/// A variable of a custom pipeline.
#[derive(Clone, Copy, Debug)]
pub struct CustomVariable<'d> {
    /// Its map.
    pub node: Node<'d>,
}

impl<'d> CustomVariable<'d> {
    /// The name.
    pub fn name(&self) -> Option<&'d str> {
        self.node.get("name")?.text()
    }

    /// The default.
    pub fn default(&self) -> Option<&'d str> {
        self.node.get("default")?.text()
    }

    /// The values that are allowed, where they are limited.
    pub fn allowed(&self) -> Option<Vec<&'d str>> {
        let allowed = self.node.get("allowed-values")?;
        allowed.is_sequence().then(|| allowed.items().filter_map(|item| item.text()).collect())
    }
}

impl<'d> Pipeline<'d> {
    /// A view on a pipeline's node.
    pub fn new(node: Node<'d>) -> Self {
        Self { node }
    }

    /// The node.
    pub fn node(&self) -> Node<'d> {
        self.node
    }

    /// The `import`, where one stands in place of the items.
    pub fn import(&self) -> Option<Node<'d>> {
        self.node.get("import")
    }

    /// The items, in order.
    pub fn items(&self) -> impl Iterator<Item = Item<'d>> + use<'d> {
        self.node.items().map(item)
    }

    /// The variables of a custom pipeline (beside an import, or the first item).
    pub fn variables(&self) -> Vec<CustomVariable<'d>> {
        let list = self.node.get("variables").or_else(|| {
            self.items().find_map(|item| match item {
                Item::Variables(node) => Some(node),
                _ => None,
            })
        });
        list.map(|list| list.items().map(|node| CustomVariable { node }).collect()).unwrap_or_default()
    }

    /// All steps, those of groups and stages and the final one included.
    pub fn steps(&self) -> Vec<Step<'d>> {
        let mut steps = Vec::new();
        for item in self.items() {
            match item {
                Item::Step(step) | Item::Final(step) => steps.push(step),
                Item::Parallel(parallel) => steps.extend(parallel.steps()),
                Item::Stage(stage) => steps.extend(stage.items().into_iter().flat_map(|item| match item {
                    Item::Step(step) => vec![step],
                    Item::Parallel(parallel) => parallel.steps(),
                    _ => Vec::new(),
                })),
                Item::Variables(_) | Item::Unknown(_) => {}
            }
        }
        steps
    }
}

fn item(node: Node<'_>) -> Item<'_> {
    for entry in node.entries() {
        match entry.name() {
            "step" => return Item::Step(Step::new(entry.value, node)),
            "parallel" => return Item::Parallel(Parallel { node: entry.value, item: node }),
            "stage" => return Item::Stage(Stage { node: entry.value, item: node }),
            "final" => return Item::Final(Step::new(entry.value, node)),
            // A pipe has variables of its own.
            "variables" if node.get("pipe").is_none() => return Item::Variables(entry.value),
            _ => {}
        }
    }
    Item::Unknown(node)
}

impl<'d> Parallel<'d> {
    /// The list of members.
    pub fn list(&self) -> Node<'d> {
        self.node.get("steps").unwrap_or(self.node)
    }

    /// Whether a member that fails stops the others.
    pub fn fails_fast(&self) -> bool {
        self.node.get("fail-fast").and_then(|node| node.text()) == Some("true")
    }

    /// The members that are steps.
    pub fn steps(&self) -> Vec<Step<'d>> {
        let members = self.list().items().filter_map(|node| match item(node) {
            Item::Step(step) => Some(step),
            _ => None,
        });
        members.collect()
    }
}

impl<'d> Stage<'d> {
    /// The name.
    pub fn name(&self) -> Option<&'d str> {
        self.node.get("name")?.text()
    }

    /// The items inside.
    pub fn items(&self) -> Vec<Item<'d>> {
        self.node.get("steps").map(|steps| steps.items().map(item).collect()).unwrap_or_default()
    }

    /// The `trigger`, where it says manual.
    pub fn manual(&self) -> Option<Node<'d>> {
        self.node.get("trigger").filter(|trigger| trigger.text() == Some("manual"))
    }

    /// The `deployment`.
    pub fn deployment(&self) -> Option<Node<'d>> {
        self.node.get("deployment")
    }

    /// The `environment`.
    pub fn environment(&self) -> Option<Node<'d>> {
        self.node.get("environment")
    }

    /// The `condition`.
    pub fn condition(&self) -> Option<Node<'d>> {
        self.node.get("condition")
    }
}
