//! Overlays of kustomize at hand: the images of their resources, as `images` renames them.

use super::rendered::Renamed;
use super::selector::Selected;
use super::stated;
use super::world::Files;
use crate::shell::{Place, Value, joined};
use crate::yaml::{Document, Node};

/// The files that may hold a kustomization.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How deep overlays are followed to their bases.
const DEPTH: usize = 8;

/// What a kustomization comes to.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// The images.
    pub(super) images: Vec<Selected>,
    /// Whether all of it is at hand.
    pub(super) whole: bool,
}

impl Overlay {
    /// Reads the kustomization of a folder, with what the script renames in it.
    pub(super) fn read(files: &dyn Files, folder: &str, renamed: &[Renamed], place: Place) -> Self {
        Way { files, renamed, place }.below(folder, 0)
    }

    /// Puts the images that the script names in the place of those of the same name.
    fn rename(&mut self, renamed: &[&Renamed]) {
        if renamed.iter().any(|one| !one.is_named()) {
            // It may be about any of them.
            self.images.clear();
        }
        for one in renamed {
            let mut used = false;
            for image in &mut self.images {
                let Some(text) = image.value.as_literal() else { continue };
                let (name, kept) = text.split_at(name_of(text).len());
                if one.is_of(name) {
                    *image = one.of(kept);
                    used = true;
                }
            }
            if !(used || self.whole && one.is_named()) {
                self.images.push(one.alone());
            }
        }
    }
}

/// The way down to the bases.
struct Way<'f> {
    files: &'f dyn Files,
    renamed: &'f [Renamed],
    place: Place,
}

impl Way<'_> {
    fn below(&self, folder: &str, depth: usize) -> Overlay {
        let renamed: Vec<&Renamed> = self.renamed.iter().filter(|one| one.is_in(folder)).collect();
        let mut overlay = self.written(folder, depth, &renamed);
        overlay.rename(&renamed);
        overlay
    }

    fn written(&self, folder: &str, depth: usize, renamed: &[&Renamed]) -> Overlay {
        let text = KUSTOMIZATIONS.iter().find_map(|name| self.files.read(&joined(folder, name)?));
        let Some(text) = text.filter(|_| depth < DEPTH) else { return Overlay::default() };
        let document = Document::read(text);
        let Some(root) = document.root() else { return Overlay::default() };
        let has = |keys: &[&str]| keys.iter().any(|key| root.get(key).is_some());
        if has(&["transformers", "replacements", "vars"]) {
            // They may put anything in any place.
            return Overlay::default();
        }
        let mut own =
            Overlay { images: Vec::new(), whole: !has(&["helmCharts", "helmChartInflationGenerator", "generators"]) };
        for path in ["resources", "bases", "components", "patchesStrategicMerge", "patches"]
            .iter()
            .flat_map(|key| paths(root, key))
        {
            let path = joined(folder, path).unwrap_or_default();
            let inner = match self.files.read(&path) {
                Some(text) => Overlay { images: stated::at(&Value::literal(text), self.place), whole: true },
                None => self.below(&path, depth + 1),
            };
            own.whole &= inner.whole;
            own.images.extend(inner.images);
        }
        let renames: Vec<Rename<'_>> = root
            .get("images")
            .into_iter()
            .flat_map(|list| list.items().filter_map(Rename::read).collect::<Vec<_>>())
            .collect();
        for rename in renames.iter().filter(|rename| !renamed.iter().any(|one| one.is_of(rename.name))) {
            let mut used = false;
            for image in &mut own.images {
                if let Some(text) = image.value.as_literal().filter(|text| name_of(text) == rename.name) {
                    image.value = Value::literal(rename.of(text));
                    used = true;
                }
            }
            if !used && !own.whole {
                // The resource that it is for is not at hand.
                own.images.push(Selected { value: Value::literal(rename.of(rename.name)), place: self.place });
            }
        }
        own
    }
}

/// The name that a kustomization gives to an image: the same where it says nothing of it.
pub(super) fn new_name(text: String, name: &str) -> String {
    let document = Document::read(text);
    let list = document.root().and_then(|root| root.get("images"));
    let mut renames = list.into_iter().flat_map(|list| list.items().filter_map(Rename::read).collect::<Vec<_>>());
    let own = renames.find(|rename| rename.name == name).and_then(|rename| rename.new_name);
    own.unwrap_or(name).to_owned()
}

/// An entry of `images`.
struct Rename<'d> {
    name: &'d str,
    new_name: Option<&'d str>,
    end: Option<String>,
}

impl<'d> Rename<'d> {
    fn read(node: Node<'d>) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(|value| value.text());
        let tag = text("newTag").map(|tag| format!(":{tag}"));
        let end = text("digest").map(|digest| format!("@{digest}")).or(tag);
        Some(Self { name: text("name")?, new_name: text("newName"), end })
    }

    fn of(&self, image: &str) -> String {
        let name = self.new_name.unwrap_or(self.name);
        let kept = image.get(name_of(image).len()..).unwrap_or("");
        format!("{name}{}", self.end.as_deref().unwrap_or(kept))
    }
}

/// The name of an image without tag and digest.
fn name_of(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// The paths of a list: texts, or maps with a `path`.
fn paths<'d>(root: Node<'d>, key: &str) -> Vec<&'d str> {
    let items = root.get(key).into_iter().flat_map(|list| list.items().collect::<Vec<_>>());
    items
        .filter_map(|item| item.text().or_else(|| item.get("path")?.text()))
        .filter(|path| !path.contains('\n'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Repository;

    impl Files for Repository {
        fn read(&self, path: &str) -> Option<String> {
            let text = match path {
                "base/kustomization.yaml" => "resources: [d.yaml, service.yaml]",
                "base/d.yaml" => {
                    "kind: Deployment\nspec: {template: {spec: {containers: [{image: app}, {image: 'envoy:v1'}]}}}"
                }
                "base/service.yaml" => "kind: Service",
                "prod/kustomization.yaml" => {
                    "resources: [../base]\nimages: [{name: app, newName: r.io/app, newTag: '2'}]\npatches: [{path: p.yaml}]"
                }
                "prod/p.yaml" => "spec: {template: {spec: {containers: [{name: job, image: 'job:1'}]}}}",
                "far/kustomization.yml" => "resources: ['https://x/y']\nimages: [{name: app, newTag: latest}]",
                "round/kustomization.yaml" => "resources: [../round]",
                _ => return None,
            };
            Some(text.to_owned())
        }
    }

    #[test]
    fn images_come_from_the_bases_with_their_new_names() {
        let read = |folder: &str| {
            let place = Place { source: 0, span: crate::yaml::Span::default() };
            let overlay = Overlay::read(&Repository, folder, &[], place);
            let images: Vec<String> = overlay.images.iter().map(|image| image.value.to_string()).collect();
            (images.join(" "), overlay.whole)
        };
        assert_eq!(read("base"), ("app envoy:v1".to_owned(), true));
        assert_eq!(read("prod/"), ("r.io/app:2 envoy:v1 job:1".to_owned(), true));
        assert_eq!(read("far"), ("app:latest".to_owned(), false));
        assert_eq!(read("round"), (String::new(), false));
        assert_eq!(read("none"), (String::new(), false));
    }
}
