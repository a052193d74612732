//! Copilot: whether a workload's image is built by its deployment stands in the workload's manifest.

use super::arguments::Arguments;
use super::command::Reading;
use super::given;
use super::hidden;
use super::model::{Images, Kind, Opaque};
use super::selector::Selected;
use super::stated;
use crate::shell::Value;
use crate::yaml::Document;

/// Where an image comes from.
enum Source {
    /// A Dockerfile.
    Built,
    /// A registry, under this name.
    Named(Value),
    /// There is none.
    Nowhere,
    /// The manifest is not at hand.
    Unknown(String),
}

impl<'d> Reading<'_, 'd> {
    /// What the deployment builds and pushes before it deploys.
    pub(super) fn workload_build(&self, arguments: &Arguments<'_>) {
        match self.source(arguments) {
            Source::Built => {
                self.push(Kind::Build { references: Vec::new(), pushes: true }, self.short(), Vec::new());
            }
            Source::Unknown(path) => self.push(Kind::Opaque(Opaque::Manifest { path }), self.short(), Vec::new()),
            Source::Named(_) | Source::Nowhere => {}
        }
    }

    /// The images that are deployed.
    pub(super) fn workload(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let found = match self.source(arguments) {
            Source::Nowhere => return Images::None,
            Source::Named(value) => vec![Selected { value, place: arguments.place() }],
            Source::Built | Source::Unknown(_) => given::images(arguments),
        };
        let mut references = self.read_references(found);
        references.iter_mut().for_each(hidden::forget_image);
        if references.is_empty() { Images::Hidden } else { Images::Stated(references) }
    }

    fn source(&self, arguments: &Arguments<'_>) -> Source {
        let path = |name: &str| format!("copilot/{name}/manifest.yml");
        let named = arguments.flag(&["-n".to_owned(), "--name".to_owned()]);
        let name = match named.first() {
            Some(name) => name.value.to_string(),
            None => {
                let all = self.files.list("copilot").unwrap_or_default();
                let mut workloads = all.into_iter().filter(|name| self.files.read(&path(name)).is_some());
                match (workloads.next(), workloads.next()) {
                    (Some(one), None) => one,
                    _ => "*".to_owned(),
                }
            }
        };
        let path = path(&name);
        let Some(text) = self.files.read(&path) else { return Source::Unknown(path) };
        let document = Document::read(text);
        let Some(image) = document.root().and_then(|root| root.get("image")) else { return Source::Nowhere };
        match image.get("location").and_then(|location| location.text()) {
            None => Source::Built,
            Some(location) => {
                let value = hidden::interpolated(location, |name| self.scope.get(name));
                let meant = value.as_literal().is_none() || stated::is_meant(&value);
                if meant { Source::Named(value) } else { Source::Unknown(path) }
            }
        }
    }
}
