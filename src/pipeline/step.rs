//! A step and its script.

use crate::yaml::{Entry, Node};

/// A step, or a final step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'d> {
    node: Node<'d>,
    item: Node<'d>,
}

/// One item of a script.
#[derive(Clone, Copy, Debug)]
pub enum ScriptItem<'d> {
    /// A command.
    Command(Node<'d>),
    /// A pipe.
    Pipe(PipeCall<'d>),
    /// An agent's task.
    Agent(Node<'d>),
    /// Neither.
    Unknown(Node<'d>),
}

impl<'d> ScriptItem<'d> {
    /// The command, where it is one.
    pub fn command(&self) -> Option<Node<'d>> {
        match self {
            Self::Command(node) => Some(*node),
            Self::Pipe(_) | Self::Agent(_) | Self::Unknown(_) => None,
        }
    }

    /// The text of the command, where it is one.
    pub fn command_text(&self) -> Option<&'d str> {
        self.command()?.text()
    }
}

/// A call of a pipe.
#[derive(Clone, Copy, Debug)]
pub struct PipeCall<'d> {
    /// The map with `pipe`.
    pub node: Node<'d>,
    /// The value of `pipe`.
    pub identifier: Node<'d>,
}

impl<'d> Step<'d> {
    /// Whether it runs on Windows, on a runner or in the cloud: its scripts are PowerShell.
    pub fn runs_on_windows(&self) -> bool {
        let platform = self.get("runtime").and_then(|runtime| runtime.get("cloud")?.get("platform")?.text());
        if platform == Some("windows") {
            return true;
        }
        let labels = self.get("runs-on");
        labels
            .into_iter()
            .flat_map(|node| node.text().into_iter().chain(node.items().filter_map(|label| label.text())))
            .any(|label| label == "windows")
    }
}

impl<'d> PipeCall<'d> {
    /// The identifier's text.
    pub fn text(&self) -> &'d str {
        self.identifier.text().unwrap_or("")
    }

    /// The identifier without `docker://` and version.
    pub fn name(&self) -> &'d str {
        pipe_name(self.text())
    }

    /// The version or digest, where one is named.
    pub fn version(&self) -> Option<&'d str> {
        let text = self.text().strip_prefix("docker://").unwrap_or(self.text());
        let version = text.strip_prefix(self.name())?.trim_start_matches([':', '@']);
        (!version.is_empty()).then_some(version)
    }

    /// The variables.
    pub fn variables(&self) -> Vec<Entry<'d>> {
        self.node.get("variables").map(|variables| variables.entries().collect()).unwrap_or_default()
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<Node<'d>> {
        self.node.get("variables")?.get(name)
    }
}

/// What a pipe is called in an identifier: without `docker://` and version.
pub fn pipe_name(identifier: &str) -> &str {
    let text = identifier.strip_prefix("docker://").unwrap_or(identifier);
    let path = text.rfind('/').map_or(0, |slash| slash + 1);
    match text.get(path..).and_then(|last| last.find([':', '@'])) {
        Some(at) => text.get(..path + at).unwrap_or(text),
        None => text,
    }
}

/// The artifacts of a step.
#[derive(Clone, Copy, Debug)]
pub struct Artifacts<'d> {
    /// The list or the map.
    pub node: Node<'d>,
}

/// One named upload.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'d> {
    /// Its map.
    pub node: Node<'d>,
}

impl<'d> Upload<'d> {
    /// The `name`.
    pub fn name(&self) -> Option<Node<'d>> {
        self.node.get("name")
    }

    /// `shared`, `scoped` or `test-reports`.
    pub fn kind(&self) -> &'d str {
        self.node.get("type").and_then(|kind| kind.text()).unwrap_or("shared")
    }
}

impl<'d> Artifacts<'d> {
    /// The uploads that are objects.
    pub fn uploads(&self) -> Vec<Upload<'d>> {
        let list = self.node.get("upload");
        list.map(|list| list.items().filter(Node::is_mapping).map(|node| Upload { node }).collect()).unwrap_or_default()
    }

    /// All path patterns of both forms.
    pub fn paths(&self) -> Vec<Node<'d>> {
        let mut paths: Vec<_> = self.node.items().collect();
        paths.extend(self.node.get("paths").into_iter().flat_map(|list| list.items()));
        for item in self.node.get("upload").into_iter().flat_map(|list| list.items()) {
            match item.get("paths") {
                Some(list) => paths.extend(list.items()),
                None if !item.is_mapping() => paths.push(item),
                None => {}
            }
        }
        paths
    }

    /// The path patterns that every later step gets: in the list's form, and of shared uploads, each with the upload's name.
    /// An upload that leaves paths out is passed over.
    pub fn shared(&self) -> Vec<(Option<&'d str>, Node<'d>)> {
        let plain = self.node.items().chain(self.node.get("paths").into_iter().flat_map(|list| list.items()));
        let mut shared: Vec<_> = plain.map(|path| (None, path)).collect();
        for item in self.node.get("upload").into_iter().flat_map(|list| list.items()) {
            let upload = Upload { node: item };
            let name = upload.name().and_then(|name| name.text());
            match item.get("paths") {
                Some(list) if upload.kind() == "shared" && item.get("ignore-paths").is_none() => {
                    shared.extend(list.items().map(|path| (name, path)));
                }
                None if !item.is_mapping() => shared.push((None, item)),
                _ => {}
            }
        }
        shared
    }

    /// Whether artifacts of other steps are downloaded at all.
    pub fn downloads_any(&self) -> bool {
        self.node.get("download").and_then(|node| node.text()) != Some("false")
    }

    /// The names to download, where they are listed.
    pub fn downloads(&self) -> Vec<Node<'d>> {
        self.node.get("download").map(|list| list.items().collect()).unwrap_or_default()
    }
}

impl<'d> Step<'d> {
    /// A view on a step's body; `item` is the map that holds `step`.
    pub fn new(node: Node<'d>, item: Node<'d>) -> Self {
        Self { node, item }
    }

    /// The body.
    pub fn node(&self) -> Node<'d> {
        self.node
    }

    /// The map that holds `step` or `final`.
    pub fn item(&self) -> Node<'d> {
        self.item
    }

    /// An entry of the body.
    pub fn entry(&self, key: &str) -> Option<Entry<'d>> {
        self.node.entry(key)
    }

    /// The value of a key of the body.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        self.node.get(key)
    }

    /// The `name`.
    pub fn name(&self) -> Option<&'d str> {
        self.get("name")?.text()
    }

    /// The items of `script`.
    pub fn script(&self) -> Vec<ScriptItem<'d>> {
        self.script_of("script")
    }

    /// The items of `after-script`.
    pub fn after_script(&self) -> Vec<ScriptItem<'d>> {
        self.script_of("after-script")
    }

    fn script_of(&self, key: &str) -> Vec<ScriptItem<'d>> {
        let Some(list) = self.get(key) else { return Vec::new() };
        if list.text().is_some() && !list.is_null() {
            return vec![ScriptItem::Command(list)];
        }
        list.items().map(script_item).collect()
    }

    /// The pipes of `script` and `after-script`.
    pub fn pipes(&self) -> Vec<PipeCall<'d>> {
        let items = self.script().into_iter().chain(self.after_script());
        items
            .filter_map(|item| match item {
                ScriptItem::Pipe(call) => Some(call),
                _ => None,
            })
            .collect()
    }

    /// The `trigger`, where it says manual.
    pub fn manual(&self) -> Option<Node<'d>> {
        self.get("trigger").filter(|trigger| trigger.text() == Some("manual"))
    }

    /// The `deployment`.
    pub fn deployment(&self) -> Option<Node<'d>> {
        self.get("deployment")
    }

    /// The `environment`: variables and permissions without tracking.
    pub fn environment(&self) -> Option<Node<'d>> {
        self.get("environment")
    }

    /// The `condition`.
    pub fn condition(&self) -> Option<Node<'d>> {
        self.get("condition")
    }

    /// The `image`.
    pub fn image(&self) -> Option<Node<'d>> {
        self.get("image")
    }

    /// The names under `services`.
    pub fn services(&self) -> Vec<Node<'d>> {
        self.get("services").map(|list| list.items().collect()).unwrap_or_default()
    }

    /// The names under `caches`.
    pub fn caches(&self) -> Vec<Node<'d>> {
        self.get("caches").map(|list| list.items().collect()).unwrap_or_default()
    }

    /// The `artifacts`.
    pub fn artifacts(&self) -> Option<Artifacts<'d>> {
        self.get("artifacts").map(|node| Artifacts { node })
    }

    /// Whether it stops the other members of its group where it fails; `None` where it leaves that to the group.
    pub fn fails_fast(&self) -> Option<bool> {
        self.get("fail-fast").and_then(|node| node.text()).map(|text| text == "true")
    }

    /// The variables that it hands on to later steps, by `output-variables`.
    pub fn output_variables(&self) -> Vec<Node<'d>> {
        self.get("output-variables").map(|list| list.items().collect()).unwrap_or_default()
    }

    /// Whether it starts another pipeline (`type: pipeline`).
    pub fn is_child(&self) -> bool {
        self.get("type").and_then(|kind| kind.text()) == Some("pipeline")
    }

    /// The custom pipeline that a child step starts.
    pub fn child(&self) -> Option<Node<'d>> {
        self.get("custom").filter(|_| self.is_child())
    }

    /// The variables with which a child step starts its pipeline, by `input-variables`.
    pub fn inputs(&self) -> impl Iterator<Item = Entry<'d>> {
        self.get("input-variables").into_iter().flat_map(|inputs| inputs.entries())
    }
}

fn script_item(node: Node<'_>) -> ScriptItem<'_> {
    if node.is_mapping() {
        if let Some(identifier) = node.get("pipe") {
            return ScriptItem::Pipe(PipeCall { node, identifier });
        }
        if node.get("agent").is_some() {
            return ScriptItem::Agent(node);
        }
        return ScriptItem::Unknown(node);
    }
    if node.is_sequence() || node.is_null() { ScriptItem::Unknown(node) } else { ScriptItem::Command(node) }
}
