//! Pipelines that are imported from a file of the same repository.

use std::borrow::Cow;

use super::{File, Pipeline, Section, Selector};
use crate::yaml::Node;

/// An import of a declared source: `pipeline@source`.
#[derive(Clone, Copy, Debug)]
pub struct Import<'d> {
    /// Where it is written.
    pub node: Node<'d>,
    /// The pipeline's name in the file that has it.
    pub pipeline: &'d str,
    /// The name under `definitions.imports`.
    pub source: &'d str,
}

/// The reason why a folder can't be read as a file.
pub const IS_A_FOLDER: &str = "is a folder";

/// Why the steps of an imported pipeline can't be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen<'d> {
    /// No source of that name is declared, or what is written is no import.
    Undeclared,
    /// It is in another repository.
    Elsewhere,
    /// The file of this path is not at hand.
    NotAtHand(Cow<'d, str>),
    /// The file of this path is there, and why its text can't be read.
    Unreadable(Cow<'d, str>, &'d str),
    /// The file of this path could not be read as YAML to its end.
    Broken(Cow<'d, str>),
    /// The file of this path has no pipeline of the name; those that it has.
    Missing(Cow<'d, str>, Vec<&'d str>),
    /// In the file of this path the pipeline is an import itself.
    Imports(Cow<'d, str>),
}

/// How the name of a file ends that files of the same repository may include.
pub const INCLUDED: &str = "pipelines.yml";

impl<'d> Pipeline<'d> {
    /// The import of a declared source, where one stands in place of the items.
    pub fn sourced_import(&self) -> Option<Import<'d>> {
        let node = self.import()?;
        // With colons it names repository, ref and pipeline, whatever else stands in it.
        let text = node.text().filter(|text| !text.contains(':'))?;
        let (pipeline, source) = text.split_once('@').filter(|(one, other)| !one.is_empty() && !other.is_empty())?;
        if source.contains('@') {
            return None;
        }
        Some(Import { node, pipeline, source })
    }
}

impl<'d> File<'d> {
    /// Whether it has pipelines that others import, and none that runs here; not one that says itself that nobody does.
    pub fn only_shares(&self) -> bool {
        let export = self.root().get("export").and_then(|export| export.boolean());
        self.pipelines().is_none() && self.section(Section::Shared).is_some() && export != Some(false)
    }

    /// Whether it says so: other repositories may import its pipelines.
    pub fn only_exports(&self) -> bool {
        self.pipelines().is_none() && self.root().get("export").and_then(|export| export.boolean()) == Some(true)
    }

    /// All imports of declared sources, each with the pipeline that imports.
    pub fn imports(&self) -> impl Iterator<Item = (Selector<'d>, Import<'d>)> + use<'d> {
        let imports = |selector: Selector<'d>| Some((selector, selector.pipeline().sourced_import()?));
        self.selectors().into_iter().filter_map(imports)
    }

    /// The path of a declared source that is a file of the same repository, from the repository's root.
    pub fn source_path(&self, source: &str) -> Option<Cow<'d, str>> {
        let declared = self.definitions().node()?.get("imports")?.get(source)?.string()?;
        let path = plain(declared);
        (!path.contains(':') && !path.is_empty()).then_some(path)
    }

    /// The pipeline that another one imports, of a part that was added to the document under its path.
    ///
    /// # Errors
    /// Why it can't be seen.
    pub fn imported(&self, pipeline: &Pipeline<'d>) -> Result<Pipeline<'d>, Unseen<'d>> {
        let Some(import) = pipeline.sourced_import() else {
            let has_ref = pipeline.import().and_then(|node| node.text()).is_some_and(|text| text.contains(':'));
            return Err(if has_ref { Unseen::Elsewhere } else { Unseen::Undeclared });
        };
        let declared = self.definitions().entries("imports");
        if !declared.iter().any(|entry| entry.name() == import.source) {
            return Err(Unseen::Undeclared);
        }
        let path = self.source_path(import.source).ok_or(Unseen::Elsewhere)?;
        let document = self.root().document();
        let Some((_, root)) = document.part(&path) else {
            return Err(match document.unreadable(&path) {
                Some(reason) => Unseen::Unreadable(path, reason),
                None => Unseen::NotAtHand(path),
            });
        };
        let Some(shared) = root.and_then(File::of) else { return Err(Unseen::Broken(path)) };
        let shared = shared.selectors_in(Section::Shared);
        let found = shared.iter().find(|selector| selector.name() == import.pipeline);
        let Some(found) = found else {
            return Err(Unseen::Missing(path, shared.iter().map(|one| one.name()).collect()));
        };
        if found.pipeline().import().is_some() {
            return Err(Unseen::Imports(path));
        }
        Ok(found.pipeline())
    }
}

/// A path without what leads nowhere: `./a//b.yml` is `a/b.yml`.
fn plain(path: &str) -> Cow<'_, str> {
    let leads = |part: &&str| !matches!(*part, "" | ".");
    // A path from the root of a machine is none of the repository.
    if path.starts_with('/') || path.split('/').all(|part| leads(&part)) {
        return path.into();
    }
    path.split('/').filter(leads).collect::<Vec<_>>().join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    const MAIN: &str = "
definitions:
  imports:
    here: ./ci//./shared-pipelines.yml
    gone: ci/gone-pipelines.yml
    there: other:main
    far: other:main:ci/shared-pipelines.yml
    broken: ci/broken-pipelines.yml
pipelines:
  custom:
    all:
      import: IMPORT
";

    fn seen(import: &str) -> Result<usize, String> {
        let mut document = Document::read(MAIN.replace("IMPORT", import));
        let shared =
            "definitions:\n  pipelines:\n    build:\n      - step: {script: [make]}\n    again: {import: a@b}\n";
        document.add_part("ci/shared-pipelines.yml", shared);
        document.add_part("ci/broken-pipelines.yml", "a: [");
        let file = File::new(&document).unwrap();
        let all = file.custom("all").unwrap().pipeline();
        let seen = file.imported(&all).map(|pipeline| pipeline.steps().len());
        seen.map_err(|unseen| format!("{unseen:?}"))
    }

    #[test]
    fn a_pipeline_of_a_file_at_hand_is_seen_and_another_is_not() {
        assert_eq!(seen("build@here"), Ok(1));
        let unseen = |import: &str| seen(import).unwrap_err();
        assert_eq!(unseen("again@here"), "Imports(\"ci/shared-pipelines.yml\")");
        assert_eq!(unseen("test@here"), "Missing(\"ci/shared-pipelines.yml\", [\"build\", \"again\"])");
        assert_eq!(unseen("build@gone"), "NotAtHand(\"ci/gone-pipelines.yml\")");
        assert_eq!(unseen("build@broken"), "Broken(\"ci/broken-pipelines.yml\")");
        assert_eq!(["build@there", "build@far", "other:main:build"].map(unseen), ["Elsewhere"; 3]);
        assert_eq!(["build@nowhere", "build"].map(unseen), ["Undeclared"; 2]);
    }
}
