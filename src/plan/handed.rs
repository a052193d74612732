//! What steps hand on to later ones: files as artifacts, and variables.

use foldhash::HashMap;

use crate::effect::{Bindings, Given, StepEffects, Told};
use crate::pipeline::{Matching, Pattern, Step};
use crate::shell::Value;

/// What the steps so far have handed on, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Handed<'d> {
    files: Vec<(Option<&'d str>, Given)>,
    variables: Vec<(&'d str, Option<Value>)>,
}

impl<'d> Handed<'d> {
    /// What a child step starts its pipeline with.
    pub(super) fn inputs(step: &Step<'d>, bindings: &Bindings) -> Self {
        let inputs = step.inputs().map(|entry| {
            let value = entry.value.text().and_then(|text| bindings.filled(text));
            (entry.name(), value)
        });
        Self { files: Vec::new(), variables: inputs.collect() }
    }

    /// What a step gets: all of it, unless `download` says otherwise.
    pub(super) fn given_to(&self, step: &Step<'d>) -> Given {
        let mut given = Given::default();
        let artifacts = step.artifacts();
        if artifacts.is_some_and(|artifacts| !artifacts.downloads_any()) {
            return given;
        }
        let names: Vec<&str> =
            artifacts.iter().flat_map(|one| one.downloads()).filter_map(|name| name.text()).collect();
        let wanted = |name: &Option<&str>| names.is_empty() || name.is_none_or(|name| names.contains(&name));
        for (_, files) in self.files.iter().filter(|(name, _)| wanted(name)) {
            given.written.put(&files.written);
            given.told.retain(|told| !files.told.iter().any(|new| new.file() == told.file()));
            given.told.extend(files.told.iter().cloned());
        }
        given
    }

    /// The variables that a step gets, with their values where they are known; the last one of a name holds.
    pub(super) fn variables(&self) -> HashMap<String, Option<Value>> {
        self.variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// The value of a variable that a step gets, where it is one and known.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.variables.iter().rev().find(|(own, _)| *own == name)?.1.as_ref()
    }

    /// Keeps what a step hands on of what it wrote.
    pub(super) fn take(&mut self, step: &Step<'d>, given: &Given, found: &StepEffects<'d>) {
        let written = &found.written;
        for (name, path) in step.artifacts().map(|artifacts| artifacts.shared()).unwrap_or_default() {
            let pattern = Pattern::new(path.text().unwrap_or("").trim_start_matches("./"));
            let mut files = written.since(&given.written, |path| pattern.matches(path) == Matching::Yes);
            let mut told: Vec<Told> = Vec::new();
            if step.condition().is_some() {
                // A step that is skipped leaves the file of an earlier one.
                files.doubt(&given.written);
            } else {
                let own = found.told.iter().filter(|told| pattern.matches(told.file()) == Matching::Yes);
                told.extend(own.map(Told::handed_on));
            }
            files.hand_on(path.text().unwrap_or("").trim_start_matches("./"));
            self.files.push((name, Given { written: files, told }));
        }
        for name in step.output_variables().into_iter().filter_map(|name| name.text()) {
            // A step that is skipped leaves the value of an earlier one.
            self.variables.push((name, written.handed(name).filter(|_| step.condition().is_none())));
        }
    }

    /// What was handed on after `before`.
    pub(super) fn since(self, before: &Handed<'d>) -> Handed<'d> {
        Handed {
            files: self.files.into_iter().skip(before.files.len()).collect(),
            variables: self.variables.into_iter().skip(before.variables.len()).collect(),
        }
    }

    /// Adds what another step has handed on.
    pub(super) fn add(&mut self, other: Handed<'d>) {
        self.files.extend(other.files);
        self.variables.extend(other.variables);
    }
}

#[cfg(test)]
mod tests {
    use crate::effect::{Catalogue, Kind, NoFiles};
    use crate::pipeline::File;
    use crate::settings::Settings;
    use crate::yaml::Document;

    /// What the last step pushes.
    fn pushed(steps: &str) -> String {
        let document = Document::read(format!("pipelines:\n  default:\n{steps}"));
        let file = File::new(&document).unwrap();
        let plans = crate::plan::plans(file, &Settings::default(), Catalogue::built_in(), &NoFiles);
        let last = plans[0].steps.last().unwrap();
        let pushes = last.found.effects.iter().filter_map(|effect| match &effect.kind {
            Kind::Push { reference: Some(reference), .. } => Some(reference.to_string()),
            _ => None,
        });
        pushes.collect::<Vec<_>>().join(" ")
    }

    fn write(text: &str, more: &str) -> String {
        format!("    - step: {{script: [echo {text} > out/t], {more}}}\n")
    }

    const READ: &str = "    - step: {script: [docker push \"r/a:$(cat out/t)\"]}\n";

    #[test]
    fn artifacts_are_handed_on_and_nothing_else() {
        let given = |more: &str| pushed(&format!("{}{READ}", write("x", more)));
        assert_eq!(given("artifacts: [out/**]"), "r/a:x");
        assert_eq!(given("artifacts: {paths: ['**/t']}"), "r/a:x");
        assert_eq!(given("artifacts: {upload: [{name: n, paths: [out/*]}]}"), "r/a:x");
        for none in [
            "name: no artifacts",
            "artifacts: [other/**]",
            "artifacts: {upload: [{name: n, type: scoped, paths: [out/*]}]}",
            "artifacts: {upload: [{name: n, paths: [out/*], ignore-paths: [out/t]}]}",
        ] {
            assert_eq!(given(none), "r/a:$(cat out/t)", "{none}");
        }
    }

    #[test]
    fn a_saved_plan_is_handed_on() {
        let deployed = |more: &str, apply: &str| {
            let plan = "cd infra && terraform plan -var image=r/a:latest -out=plan";
            let steps = format!("    - step: {{script: ['{plan}'], {more}}}\n    - step: {{script: ['{apply}']}}\n");
            let document = Document::read(format!("pipelines:\n  default:\n{steps}"));
            let file = File::new(&document).unwrap();
            let plans = crate::plan::plans(file, &Settings::default(), Catalogue::built_in(), &NoFiles);
            let last = plans[0].steps.last().unwrap();
            let found = last.found.effects.iter().find_map(|effect| match &effect.kind {
                Kind::Deploy { images, .. } => images.references().first().map(ToString::to_string),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let handed = "artifacts: [infra/plan]";
        assert_eq!(deployed(handed, "cd infra; terraform apply -auto-approve plan"), "r/a:latest");
        assert_eq!(deployed(handed, "terraform -chdir=infra apply plan"), "r/a:latest");
        assert_eq!(deployed(handed, "terraform apply plan"), "");
        assert_eq!(deployed("name: x", "cd infra; terraform apply plan"), "");
        assert_eq!(deployed(&format!("{handed}, {SKIPPED}"), "cd infra; terraform apply plan"), "");
    }

    const SKIPPED: &str = "condition: {changesets: {includePaths: [a]}}";

    #[test]
    fn the_later_file_wins_and_a_sibling_gives_nothing() {
        let (first, second) = (write("1", "artifacts: [out/t]"), write("2", "artifacts: [out/t]"));
        assert_eq!(pushed(&format!("{first}{second}{READ}")), "r/a:2");
        let doubtful = write("2", "artifacts: [out/t], condition: {changesets: {includePaths: [a]}}");
        assert_eq!(pushed(&format!("{first}{doubtful}{READ}")), "r/a:$(cat out/t)");
        let indented = |steps: &str| steps.replace("    - ", "        - ");
        let group = format!("    - parallel:\n{}{}", indented(&second), indented(READ));
        assert_eq!(pushed(&format!("{first}{group}")), "r/a:1");
        assert_eq!(pushed(&format!("{first}    - parallel:\n{}{READ}", indented(&second))), "r/a:2");
    }

    #[test]
    fn a_step_may_decline() {
        let first = write("1", "artifacts: {upload: [{name: n, paths: [out/*]}]}");
        let read = |download: &str| {
            let read = READ.replace("{script", &format!("{{artifacts: {{download: {download}}}, script"));
            pushed(&format!("{first}{read}"))
        };
        assert_eq!(read("false"), "r/a:$(cat out/t)");
        assert_eq!(read("[n]"), "r/a:1");
        assert_eq!(read("[other]"), "r/a:$(cat out/t)");
    }

    /// A step that writes a text for others to read, and says which variables it hands on.
    fn set(text: &str, more: &str) -> String {
        let script = format!("echo {text} >> $BITBUCKET_PIPELINES_VARIABLES_PATH");
        format!("    - step: {{script: ['{script}'], {more}}}\n")
    }

    const USE: &str = "    - step: {script: ['docker push r/a:${V:-none}']}\n";

    #[test]
    fn variables_are_handed_on_by_name() {
        let used = |before: &str| pushed(&format!("{before}{USE}"));
        let given = |text: &str| used(&set(text, "output-variables: [V]"));
        assert_eq!(given("V=1"), "r/a:1");
        assert_eq!(given("\"V=$BITBUCKET_COMMIT\""), "r/a:$BITBUCKET_COMMIT");
        let open = "r/a:<$V or none>";
        assert_eq!(used(&set("V=1", "output-variables: [W]")), open);
        // The last one wins, also of two steps; one that may be skipped leaves the value open.
        let (first, second) = (set("V=1", "output-variables: [V]"), set("V=2", "output-variables: [V]"));
        assert_eq!(used(&format!("{first}{second}")), "r/a:2");
        let skipped = set("V=2", "output-variables: [V], condition: {changesets: {includePaths: [a]}}");
        assert_eq!(used(&format!("{first}{skipped}")), open);
        // What something else writes is not known, and neither is what stands after it.
        assert_eq!(
            used(
                "    - step: {script: ['./version.sh >> $BITBUCKET_PIPELINES_VARIABLES_PATH'], output-variables: [V]}\n"
            ),
            open
        );
        assert_eq!(given("V=1; ./more.sh"), open);
    }

    #[test]
    fn a_sibling_gets_no_variable_of_its_group() {
        let indented = |steps: &str| steps.replace("    - ", "        - ");
        let second = indented(&set("V=2", "output-variables: [V]"));
        let first = set("V=1", "output-variables: [V]");
        assert_eq!(pushed(&format!("{first}    - parallel:\n{second}{}", indented(USE))), "r/a:1");
        assert_eq!(pushed(&format!("{first}    - parallel:\n{second}{USE}")), "r/a:2");
    }

    #[test]
    fn a_child_is_started_with_its_inputs() {
        let child = |inputs: &str, script: &str| {
            pushed(&format!(
                "    - step: {{script: [echo V=1 >> $BITBUCKET_PIPELINES_VARIABLES_PATH], output-variables: [V]}}\n    \
                 - step: {{type: pipeline, custom: c, input-variables: {{{inputs}}}}}\n  \
                 custom:\n    c:\n    - step: {{script: ['{script}']}}\n"
            ))
        };
        assert_eq!(child("W: latest", "docker push r/a:$W"), "r/a:latest");
        assert_eq!(child("W: $BITBUCKET_COMMIT", "docker push r/a:$W"), "r/a:$BITBUCKET_COMMIT");
        assert_eq!(child("W: \"v${V}-$MINE\"", "docker push r/a:$W"), "r/a:v1-$MINE");
        // What Bitbucket does not fill in is not followed, and the rest of the parent's variables stay behind.
        assert_eq!(child("W: \"${V:-2}\"", "docker push r/a:${W:-none}"), "r/a:<$W or none>");
        assert_eq!(child("W: x", "docker push r/a:${V:-none}"), "r/a:<$V or none>");
    }
}
