//! Bundles of Elastic Beanstalk: a `Dockerrun.aws.json` in one names the image that is deployed.

use super::applied::Says;
use super::applied::meant;
use super::selector::Selected;
use super::stated::{self, marked, unmarked};
use super::world::Files;
use crate::shell::{Place, Scope, Value};
use crate::yaml::Document;

/// The file that says which containers run.
const DOCKERRUN: &str = "Dockerrun.aws.json";

/// What the `Dockerrun.aws.json` says that the script wrote, or that is at hand and as it is kept (`followed`). Without one a bundle
/// holds no image.
pub(super) fn dockerrun(scope: &Scope, files: &dyn Files, followed: bool, place: Place) -> Says {
    let written = scope.written.named(DOCKERRUN);
    if let Some(text) = written {
        return text.as_ref().map_or(Says::Unknown, |text| said(text, place));
    }
    let own = scope.leads(&Value::literal(DOCKERRUN)).inside();
    match own.and_then(|path| files.read(&path)) {
        None => Says::Nothing,
        Some(text) if followed => meant(false, said(&Value::literal(text), place)),
        Some(_) => Says::Unknown,
    }
}

fn said(text: &Value, place: Place) -> Says {
    let mut images = stated::at(text, place);
    // With one container it is called `Image`.
    let (text, symbols) = marked(text);
    let document = Document::read(text);
    let name = document.root().and_then(|root| root.get("Image")?.get("Name")?.text());
    images.extend(name.map(|name| Selected { value: unmarked(name, &symbols), place }));
    if images.is_empty() { Says::Unknown } else { Says::Images(images) }
}
