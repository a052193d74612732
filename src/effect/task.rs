//! Task definitions of ECS: the images of one that is registered are those that a service of the same step is told to run.

use super::applied::Says;
use super::arguments::Arguments;
use super::command::Reading;
use super::model::Images;
use super::selector::Selected;
use super::stated;

/// Flags with a definition: as text, or as the address of a file.
const DEFINITIONS: [&str; 3] = ["--cli-input-json", "--cli-input-yaml", "--container-definitions"];

impl<'d> Reading<'_, 'd> {
    /// The images of the definition that is registered, or of the one that a service is told to run.
    pub(super) fn task(&self, arguments: &Arguments<'_>) -> Images<'d> {
        let definitions = arguments.flag(&DEFINITIONS.map(str::to_owned));
        if definitions.is_empty() {
            let registered = self.run.found_mut().registered.clone();
            return if registered.is_empty() || names_revision(arguments) {
                Images::Hidden
            } else {
                Images::Stated(registered)
            };
        }
        let mut images = Vec::new();
        for Selected { value, place } in definitions {
            let says = match value.strip_prefix("file://") {
                Some(value) => self.file(&Selected { value, place }, false),
                None => Says::Images(stated::at(&value, place)),
            };
            if let Says::Images(found) = says {
                images.extend(self.read_references(found));
            }
        }
        self.run.found_mut().registered.extend(images.iter().cloned());
        if images.is_empty() { Images::Hidden } else { Images::Stated(images) }
    }
}

/// `--task-definition web:5`: a revision that was there before.
fn names_revision(arguments: &Arguments<'_>) -> bool {
    let named = arguments.flag(&["--task-definition".to_owned()]);
    named.iter().any(|one| one.value.as_literal().is_some_and(|text| text.contains(':')))
}
