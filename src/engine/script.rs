//! Prompt scripts: prompts in a file, with what is expected of each answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::attempt::YamlKind;
use super::beginning::stays_beside;
use super::form::{ANSWER, Form, Mistakes, VERDICT, YAML, may, must};
use super::written::{ScriptErrors, Wrong, at, errors, readable, typed};
use crate::check;
use crate::finding::Verdict;
use crate::rules::RuleAnswer;
use crate::settings::{self, Settings};
use crate::yaml::{Node, Span};

/// A prompt script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptScript {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The settings that hold while it is played: those it was read over, with its own.
    pub settings: Settings,
    /// The file that the conversation begins with, as its revision 0.
    pub file: Option<ScriptFile>,
    /// The prompts, in order.
    pub turns: Vec<ScriptTurn>,
}

/// A file that a prompt script begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFile {
    /// Its path, seen from the script's folder.
    pub path: String,
    /// Its text, byte for byte.
    pub text: String,
}

/// A prompt of a script.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptTurn {
    /// Its name within the script.
    pub id: String,
    /// The words.
    pub prompt: String,
    /// What the answer has to be.
    #[serde(default)]
    pub expect: TurnExpectation,
}

/// What is expected of the answer to a prompt, repairs included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnExpectation {
    /// What YAML the answer holds.
    pub yaml: Option<YamlKind>,
    /// What the check of the file comes to.
    pub verdict: Option<Verdict>,
    /// What rules say of the file.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleAnswer>,
}

/// The form of a prompt script.
static SCRIPT: Form = Form::Map(&[
    must("name", Form::Text),
    may("description", Form::Text),
    may("settings", Form::Any),
    may("file", Form::Maybe(&Form::Text)),
    must("turns", Form::List(&Form::Map(&[must("id", Form::Text), must("prompt", Form::Text), may("expect", EXPECT)]))),
]);

const EXPECT: Form = Form::Map(&[
    may("yaml", Form::Maybe(&YAML)),
    may("verdict", Form::Maybe(&VERDICT)),
    may("rules", Form::Each(&ANSWER)),
]);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is known; read with its places by the settings room")]
    settings: Option<serde_yaml::Value>,
    #[expect(dead_code, reason = "named so that it is known; read with its place")]
    file: Option<String>,
    turns: Vec<ScriptTurn>,
}

/// The ids of all rules that can speak of a file.
pub fn rule_ids() -> Vec<&'static str> {
    check::metas().map(|meta| meta.id).collect()
}

impl PromptScript {
    /// Reads a prompt script that names no file; `name` is how messages call it, `base` are the settings that its own
    /// change.
    ///
    /// # Errors
    /// As [`PromptScript::read_with`], and a script that names a file.
    pub fn read(name: &str, text: &str, base: &Settings) -> Result<Self, ScriptErrors> {
        Self::read_with(name, text, base, &|_| Err("can't be read here".to_owned()))
    }

    /// The same for a script that may name the file that its conversation begins with. `beside` gives the text of a file
    /// that is seen from the script's folder, or why there is none.
    ///
    /// # Errors
    /// All that is wrong with it, each at its place.
    pub fn read_with(
        name: &str,
        text: &str,
        base: &Settings,
        beside: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, ScriptErrors> {
        let (document, mut wrong) = readable(name, text).map_err(ScriptErrors::from)?;
        let Some(root) = document.root() else {
            let empty = "is empty: a prompt script has a `name` and `turns`".to_owned();
            return Err(at(name, &document, Span::default(), empty).into());
        };
        let mut mistakes = Mistakes::default();
        SCRIPT.wrong(root, "the prompt script", &mut mistakes);
        // What is no YAML at its place has no form either.
        mistakes.found.retain(|(span, _)| !wrong.iter().any(|(own, _)| own == span));
        let has_form = mistakes.found.is_empty();
        wrong.append(&mut mistakes.found);
        let mut found = Vec::new();
        let mut settings = base.clone();
        if let Some(node) = root.get("settings").filter(|node| !node.is_null()) {
            settings::read_node(node, &rule_ids(), &mut settings, &mut found);
        }
        wrong.extend(errors(&found));
        if let Some(turns) = root.get("turns") {
            wrong.extend(wrong_turns(turns));
        }
        let mut file = None;
        if let Some(node) = root.get("file")
            && let Some(path) = node.string()
        {
            let text = match stays_beside(path) {
                true => beside(path),
                false => Err("is no path below the prompt script's folder".to_owned()),
            };
            match text {
                Ok(text) => file = Some(ScriptFile { path: path.to_owned(), text }),
                Err(why) => wrong.push((node.place(), format!("`{path}` {why}"))),
            }
        }
        let written: Option<Written> = match typed(root) {
            Ok(written) => Some(written),
            Err(message) => {
                // Mostly in other words what the form says at its place.
                wrong.extend(has_form.then(|| (root.place(), message)).filter(|_| wrong.is_empty()));
                None
            }
        };
        match written {
            Some(Written { name, description, turns, .. }) if wrong.is_empty() => {
                Ok(Self { name, description, settings, file, turns })
            }
            _ => {
                wrong.sort_by_key(|(span, _)| span.start);
                Err(ScriptErrors(wrong.into_iter().map(|(span, message)| at(name, &document, span, message)).collect()))
            }
        }
    }
}

/// What is wrong with turns beside their form.
fn wrong_turns(turns: Node<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if turns.is_sequence() && turns.items().len() == 0 {
        wrong.push((turns.place(), "`turns` has no prompt".to_owned()));
    }
    let mut ids = BTreeSet::new();
    for turn in turns.items() {
        let id = turn.get("id").and_then(|id| id.string());
        if let Some(prompt) = turn.get("prompt")
            && prompt.string().is_some_and(|prompt| prompt.trim().is_empty())
        {
            let of = id.map_or("a turn".to_owned(), |id| format!("`{id}`"));
            wrong.push((prompt.place(), format!("the prompt of {of} is empty")));
        }
        if let (Some(node), Some(id)) = (turn.get("id"), id)
            && !ids.insert(id)
        {
            wrong.push((node.place(), format!("`{id}` is the id of two turns")));
        }
        let rules = turn.get("expect").and_then(|expect| expect.get("rules"));
        let unknown = rules.into_iter().flat_map(|rules| rules.entries());
        let unknown = unknown.filter(|entry| !rule_ids().contains(&entry.name()));
        wrong.extend(unknown.map(|entry| (entry.key.place(), unknown_rule(entry.name()))));
    }
    wrong
}

/// The message about a rule that isn't there, with the nearest one.
pub fn unknown_rule(id: &str) -> String {
    let distance =
        |known: &str| if id.len() > 3 && known.starts_with(id) { 0 } else { strsim::damerau_levenshtein(id, known) };
    let near = rule_ids().into_iter().map(|known| (distance(known), known)).min();
    match near {
        Some((distance, near)) if distance <= 3.max(id.len() / 3) => {
            format!("no rule is called `{id}`; did you mean `{near}`?")
        }
        _ => format!("no rule is called `{id}`; `pipewright rules` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PromptScript, ScriptErrors> {
        PromptScript::read("p.yaml", text, &Settings::default())
    }

    #[test]
    fn the_scripts_of_the_repository_are_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
        let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        let mut with_file = Vec::new();
        for path in paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
            let (name, text) = (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
            let beside = |file: &str| super::super::read_beside(&path, file);
            let script = PromptScript::read_with(&name, &text, &Settings::default(), &beside).unwrap();
            assert!(script.turns.len() >= 6 && !script.description.is_empty(), "{name}");
            with_file.extend(script.file.map(|_| script.name));
        }
        assert_eq!(with_file, ["existing-gke"]);
    }

    #[test]
    fn a_file_to_begin_with_is_read_beside_the_script() {
        let text = |file: &str| format!("name: x\nfile: {file}\nturns: [{{id: a, prompt: b}}]\n");
        let beside =
            |path: &str| if path == "a.yml" { Ok("a: 1\n".to_owned()) } else { Err("is not there".to_owned()) };
        let read = |file: &str| PromptScript::read_with("p.yaml", &text(file), &Settings::default(), &beside);
        assert_eq!(
            read("a.yml").unwrap().file,
            Some(ScriptFile { path: "a.yml".to_owned(), text: "a: 1\n".to_owned() })
        );
        let told = ["b.yml", "../a.yml", "/a.yml"].map(|file| read(file).unwrap_err().to_string());
        insta::assert_debug_snapshot!(told, @r#"
        [
            "p.yaml:2:7: `b.yml` is not there",
            "p.yaml:2:7: `../a.yml` is no path below the prompt script's folder",
            "p.yaml:2:7: `/a.yml` is no path below the prompt script's folder",
        ]
        "#);
        assert!(super::tests::read(&text("a.yml")).is_err(), "a script with a file is never read without it");
    }

    #[test]
    fn settings_are_read_over_those_that_hold() {
        let base = Settings { main_branch: "trunk".to_owned(), ..Settings::default() };
        let text = "name: x\nsettings: {policy: none}\nturns: [{id: a, prompt: b, expect: {yaml: none, rules: {build-once: cannot-tell}}}]\n";
        let script = PromptScript::read("p.yaml", text, &base).unwrap();
        assert_eq!((script.settings.main_branch.as_str(), script.settings.policy), ("trunk", false));
        assert_eq!(script.turns[0].expect.rules["build-once"], RuleAnswer::CannotTell);
    }

    #[test]
    fn a_merge_key_and_an_alias_mean_what_they_name() {
        let text = "name: x\nturns:\n  - &one {id: a, prompt: &p b, expect: {yaml: none}}\n  - {<<: *one, id: c}\n  - {id: d, prompt: *p}\n";
        let turns = read(text).unwrap().turns;
        let told = turns.iter().map(|turn| (turn.id.as_str(), turn.prompt.as_str(), turn.expect.yaml));
        let none = Some(YamlKind::None);
        assert_eq!(told.collect::<Vec<_>>(), [("a", "b", none), ("c", "b", none), ("d", "b", None)]);
        let missing = read("name: x\nturns: [{id: a, prompt: *q}]\n").unwrap_err().to_string();
        assert_eq!(missing, "p.yaml:2:25: `*q` names no anchor that stands before it");
    }

    #[test]
    fn all_mistakes_are_told_in_their_order() {
        let text = "name: x\nname: y\nsettings: {main_branch: y, rules: {nope: off}}\nfile: ../a\nturns:\n  - {id: a, prompt: ' ', expect: {rules: {build-onc: holds, tag-prefx: holds}}}\n  \
                    - {id: a, prompt: b, expect: {yaml: whole, rules: *none}}\n  - {promt: c}\nturn: []\n";
        insta::assert_snapshot!(read(text).unwrap_err(), @r"
        p.yaml:2:1: `name` stands twice in one map; the first is on line 1
        p.yaml:3:12: unknown setting `main_branch`; did you mean `main-branch`?
        p.yaml:3:36: unknown rule `nope`; `pipewright rules` lists them
        p.yaml:4:7: `../a` is no path below the prompt script's folder
        p.yaml:6:21: the prompt of `a` is empty
        p.yaml:6:43: no rule is called `build-onc`; did you mean `build-once`?
        p.yaml:6:61: no rule is called `tag-prefx`; did you mean `tag-prefix`?
        p.yaml:7:10: `a` is the id of two turns
        p.yaml:7:39: `yaml` is `whole`, not one of `none`, `fragment`, `file`, `flawed`
        p.yaml:7:53: `*none` names no anchor that stands before it
        p.yaml:8:5: an item of `turns` lacks `id`
        p.yaml:8:6: an item of `turns` has no key `promt`; did you mean `prompt`?
        p.yaml:9:1: the prompt script has no key `turn`; did you mean `turns`?
        ");
    }

    #[test]
    fn mistakes_are_told_at_their_place() {
        let turn = "turns:\n  - {id: a, prompt: b}\n";
        let told = [
            String::new(),
            "name: [\n".to_owned(),
            "name: x\nname: y\n".to_owned(),
            "name: x\nturns: []\n".to_owned(),
            format!("name: x\n{turn}  - {{id: a, prompt: c}}\n"),
            format!("name: x\nsettings: {{main_branch: y}}\n{turn}"),
            "name: x\nturns:\n  - {id: a, prompt: ' '}\n".to_owned(),
            "name: x\nturns:\n  - {id: a, prompt: b, expect: {rules: {build-onc: holds}}}\n".to_owned(),
            "name: x\nturns:\n  - {id: a, prompt: b, expect: {yaml: whole}}\n".to_owned(),
            "name: x\nturns:\n  - {id: a, promt: b}\n".to_owned(),
            "name: x\nturns:\n  - {id: a, prompt: b, expect: {verdict: acepted}}\n".to_owned(),
            "name: x\nturns: [{id: a, prompt: b}]\n---\nname: y\n".to_owned(),
            format!("name: {}", "[".repeat(5000)),
        ]
        .map(|text| read(&text).unwrap_err().to_string());
        insta::assert_debug_snapshot!(told, @r#"
        [
            "p.yaml:1:1: is empty: a prompt script has a `name` and `turns`",
            "p.yaml:1:7: the `[` that opens here is never closed",
            "p.yaml:1:1: the prompt script lacks `turns`\np.yaml:2:1: `name` stands twice in one map; the first is on line 1",
            "p.yaml:2:8: `turns` has no prompt",
            "p.yaml:4:10: `a` is the id of two turns",
            "p.yaml:2:12: unknown setting `main_branch`; did you mean `main-branch`?",
            "p.yaml:3:21: the prompt of `a` is empty",
            "p.yaml:3:41: no rule is called `build-onc`; did you mean `build-once`?",
            "p.yaml:3:39: `yaml` is `whole`, not one of `none`, `fragment`, `file`, `flawed`",
            "p.yaml:3:13: an item of `turns` has no key `promt`; did you mean `prompt`?",
            "p.yaml:3:42: `verdict` is `acepted`, not one of `accepted`, `refused`, `incomplete`; did you mean `accepted`?",
            "p.yaml:3:1: a second document begins here; one is read",
            "p.yaml:1:207: nested too deep to be read, so nothing of the file is read",
        ]
        "#);
    }
}
