//! Manifests that a command renders for another one: the images that it is told to put into them.

use super::arguments::Arguments;
use super::command::Reading;
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
    place: Place,
}

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
        let words = (1..=arguments.plain_count()).filter_map(|number| arguments.plain(number));
        let renamed = words.map(|Selected { value, place }| {
            let (name, image) = match value.split_once("=") {
                Some((name, image)) => (name, image),
                None => (value.rsplit_once(":").map_or_else(|| value.clone(), |(name, _)| name), value),
            };
            let name = name.as_literal().map(|name| name.split('@').next().unwrap_or(name).to_owned());
            Renamed { folder: self.invocation.reads.folder.clone(), name, image, place }
        });
        let renamed: Vec<Renamed> = renamed.collect();
        self.run.found_mut().renamed.extend(renamed);
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

    /// The image that comes in the place of one with this name and this tag or digest.
    pub(super) fn of(&self, name: &str, kept: &str) -> Selected {
        let image = match self.image.strip_prefix("*") {
            Some(rest) => join([&Value::literal(name), &rest], ""),
            None => self.image.clone(),
        };
        let bare = image
            .as_literal()
            .is_some_and(|text| !text.contains('@') && !text.rsplit('/').next().unwrap_or("").contains(':'));
        let value = if bare { join([&image, &Value::literal(kept)], "") } else { image };
        Selected { value, place: self.place }
    }

    /// The image alone.
    pub(super) fn alone(&self) -> Selected {
        self.of(self.name.as_deref().unwrap_or(""), "")
    }
}
