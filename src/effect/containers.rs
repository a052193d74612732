//! Which container of which workload an image is for: in a manifest, and where `kubectl set image` names another one.

use super::arguments::Arguments;
use super::command::Reading;
use super::reference::Reference;
use super::selector::Selected;
use super::stated::marked;
use crate::shell::Value;
use crate::yaml::{Document, Node, Span};

/// A container whose image is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The image, and where it is told.
    image: String,
    place: Span,
    /// Kind and name: `deployment/web`.
    workload: String,
    /// `*` for all of the workload.
    name: String,
}

impl Container {
    /// Whether it is the one for which a reference stands.
    pub fn is_of(&self, reference: &Reference<'_>) -> bool {
        self.place == reference.site.span() && self.image == reference.to_string()
    }

    /// Whether the image of the other one comes in the place of this one's; `None` where a name of theirs can't be told.
    pub fn is_replaced_by(&self, other: &Container) -> Option<bool> {
        let unclear = |text: &String| text.contains(['$', '<']);
        let unknown = [self, other].iter().any(|one| unclear(&one.workload) || unclear(&one.name));
        (!unknown).then(|| self.workload == other.workload && (other.name == "*" || self.name == other.name))
    }
}

/// Words for one kind of workload, the first of which stands for all.
const KINDS: [&[&str]; 6] = [
    &["deployment", "deployments", "deploy"],
    &["statefulset", "statefulsets", "sts"],
    &["daemonset", "daemonsets", "ds"],
    &["cronjob", "cronjobs", "cj"],
    &["deploymentconfig", "deploymentconfigs", "dc"],
    &["replicaset", "replicasets", "rs"],
];

fn workload(kind: &str, name: &str) -> Option<String> {
    let kind = kind.split('.').next().unwrap_or(kind).to_lowercase();
    let words = KINDS.iter().find(|words| words.contains(&kind.as_str()))?;
    Some(format!("{}/{name}", words.first()?))
}

impl Reading<'_, '_> {
    /// Keeps which containers of which workloads the images of some manifests are for.
    pub(super) fn notes_containers(&self, text: &Value, images: &[Selected]) {
        let (text, _) = marked(text);
        let containers: Vec<(String, String)> = text.split("\n---").flat_map(of_manifest).collect();
        // An image of something else would move all that follow.
        if containers.len() == images.len() {
            for ((workload, name), image) in containers.into_iter().zip(images) {
                self.keeps_container(workload, name, image);
            }
        }
    }

    /// Keeps which container `kubectl set image deployment/web app=IMAGE` is about.
    pub(super) fn sets_containers(&self, arguments: &Arguments<'_>) {
        let words: Vec<Selected> = (1..=arguments.plain_count()).filter_map(|number| arguments.plain(number)).collect();
        let (images, named): (Vec<&Selected>, Vec<&Selected>) =
            words.iter().partition(|word| word.value.literal_contains("="));
        let named: Vec<String> = named.iter().map(|word| word.value.to_string()).collect();
        let workload = match named.as_slice() {
            [one] => one.split_once('/').and_then(|(kind, name)| workload(kind, name)),
            [kind, name] => workload(kind, name),
            _ => None,
        };
        let Some(workload) = workload else { return };
        for image in images {
            if let Some((name, value)) = image.value.split_once("=") {
                self.keeps_container(workload.clone(), name.to_string(), &Selected { value, place: image.place });
            }
        }
    }

    fn keeps_container(&self, workload: String, name: String, image: &Selected) {
        let references = self.read_references(vec![image.clone()]);
        let Some(reference) = references.first() else { return };
        let (image, place) = (reference.to_string(), reference.site.span());
        self.run.found_mut().containers.push(Container { image, place, workload, name });
    }
}

/// Workload and name of each container of a document, in the order in which their images stand.
fn of_manifest(text: &str) -> Vec<(String, String)> {
    let document = Document::read(text);
    let mut found = Vec::new();
    let Some(root) = document.root() else { return found };
    let kind = root.get("kind").and_then(|kind| kind.text()).unwrap_or("");
    let name = root.get("metadata").and_then(|metadata| metadata.get("name")?.text());
    let workload = name.and_then(|name| workload(kind, name)).unwrap_or_else(|| "$".to_owned());
    containers(root, false, 0, &workload, &mut found);
    found
}

/// How deep a manifest is searched.
const DEPTH: usize = 40;

fn containers(node: Node<'_>, member: bool, depth: usize, workload: &str, out: &mut Vec<(String, String)>) {
    if depth > DEPTH {
        return;
    }
    for item in node.items() {
        containers(item, true, depth + 1, workload, out);
    }
    for entry in node.entries() {
        if entry.name() == "image" && member && entry.value.text().is_some() {
            let name = node.get("name").and_then(|name| name.text()).unwrap_or("$");
            out.push((workload.to_owned(), name.to_owned()));
        } else {
            containers(entry.value, false, depth + 1, workload, out);
        }
    }
}
