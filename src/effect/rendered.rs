//! Manifests that a command renders for another one: the images that it is told to put into them.

use super::arguments::Arguments;
use super::command::Reading;
use super::overlay::{KUSTOMIZATIONS, new_name};
use super::selector::Selected;
use crate::shell::{Place, Value, join};

/// What a command that renders prints: its words, and the images that it is given.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub(super) command: String,
    pub(super) images: Vec<(Value, Place)>,
}

/// An image that `kustomize edit set image` puts into the overlay of a folder.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// Seen from the repository's root; `None` where it can't be told.
    folder: Option<String>,
    /// The name of the image in the resources; `None` where it can't be told.
    name: Option<String>,
    image: Value,
    /// Whether it has a name of its own beside that.
    replaces: bool,
    place: Place,
}

/// The image of an overlay that is not at hand.
const KEPT_IMAGE: &str = "the overlay's image";

impl Reading<'_, '_> {
    /// Keeps what `helm template` is given.
    pub(super) fn renders(&self, arguments: &Arguments<'_>) {
        // An image without a tag may get one from the chart's values.
        let whole = |image: &Selected| image.value.literal_contains(":") || image.value.literal_contains("@");
        let images = self
            .chart(arguments)
            .into_iter()
            .map(|image| image.selected)
            .filter(whole)
            .map(|image| (image.value, image.place));
        let command = self.invocation.words.iter().map(|word| word.value().to_string()).collect::<Vec<_>>().join(" ");
        self.run.found_mut().rendered.push(Rendered { command, images: images.collect() });
    }

    /// Keeps what `kustomize edit set image` puts into an overlay.
    pub(super) fn renames(&self, arguments: &Arguments<'_>) {
        let renamed = self.renamed(arguments);
        self.run.found_mut().renamed.extend(renamed);
    }

    /// The images that `kustomize edit set image` sets, each where it has a name or a tag of its own.
    pub(super) fn set_images(&self, arguments: &Arguments<'_>) -> Vec<Selected> {
        let renamed = self.renamed(arguments).into_iter();
        let whole = renamed.filter(|one| one.replaces || one.image.literal_contains(":"));
        whole.map(|one| Selected { value: one.image, place: one.place }).collect()
    }

    fn renamed(&self, arguments: &Arguments<'_>) -> Vec<Renamed> {
        let words = (1..=arguments.plain_count()).filter_map(|number| arguments.plain(number));
        let renamed = words.map(|Selected { value, place }| {
            let (name, image, replaces) = match value.split_once("=") {
                Some((name, image)) => (name, image, true),
                None => (value.rsplit_once(":").map_or_else(|| value.clone(), |(name, _)| name), value, false),
            };
            let name = name.as_literal().map(|name| name.split('@').next().unwrap_or(name).to_owned());
            // `app=*:2` changes the tag alone.
            let image = match image.strip_prefix("*") {
                Some(rest) => join([&self.kept_name(name.as_deref()), &rest], ""),
                None => image,
            };
            Renamed { folder: self.invocation.reads.folder.clone(), name, image, replaces, place }
        });
        renamed.collect()
    }

    /// The name that an overlay gives to an image so far; it can't be told where the overlay is not at hand as it is kept.
    fn kept_name(&self, name: Option<&str>) -> Value {
        let unknown = || Value::opaque(KEPT_IMAGE);
        let Some(name) = name else { return unknown() };
        let before = self.run.found_mut().renamed.iter().rev().find(|one| one.is_of(name)).map(|one| one.image.clone());
        if let Some(image) = before {
            return image.rsplit_once(":").map_or(image, |(name, _)| name);
        }
        let kept = KUSTOMIZATIONS.into_iter().filter(|file| self.written(file).is_none() && self.is_followed());
        let text = kept.filter_map(|file| self.files.read(&self.at_hand(file)?)).next();
        text.map_or_else(unknown, |text| Value::literal(new_name(text, name)))
    }
}

impl Renamed {
    /// Whether it is about the overlay of a folder.
    pub(super) fn is_in(&self, folder: &str) -> bool {
        self.folder.as_deref().is_none_or(|own| own.trim_matches('/') == folder.trim_matches('/'))
    }

    /// Whether it is about an image of this name.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    /// Whether its name is known.
    pub(super) fn is_named(&self) -> bool {
        self.name.is_some()
    }

    /// The image that comes in the place of one with this tag or digest.
    pub(super) fn of(&self, kept: &str) -> Selected {
        let image = self.image.clone();
        let bare = image
            .as_literal()
            .is_some_and(|text| !text.contains('@') && !text.rsplit('/').next().unwrap_or("").contains(':'));
        let value = if bare { join([&image, &Value::literal(kept)], "") } else { image };
        Selected { value, place: self.place }
    }

    /// The image alone.
    pub(super) fn alone(&self) -> Selected {
        self.of("")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Files;
    use super::super::tests::{effects, read_with, show};

    struct Repository;

    impl Files for Repository {
        fn read(&self, path: &str) -> Option<String> {
            (path == "prod/kustomization.yaml")
                .then(|| "images: [{name: app, newName: r.io/app, newTag: '1'}, {name: job, newTag: '1'}]".to_owned())
        }
    }

    #[test]
    fn a_star_keeps_the_name_that_the_overlay_gives() {
        let read =
            |script: &str| read_with(&Repository, script, |found| found.effects.iter().map(show).collect::<Vec<_>>());
        assert_eq!(read("cd prod; kustomize edit set image 'app=*:2' 'job=*:2'"), ["deploy r.io/app:2 job:2"]);
        assert_eq!(read("cd prod; kustomize edit set image app=r.io/b 'app=*:2'"), ["deploy r.io/b r.io/app:2"]);
        let untold = ["deploy <the overlay's image>:2"];
        assert_eq!(effects("kustomize edit set image 'app=*:2'"), untold);
        assert_eq!(read("cd prod; echo x > kustomization.yaml; kustomize edit set image 'app=*:2'"), untold);
    }
}
