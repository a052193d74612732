//! Text that means the same is judged the same: each case is checked again in other clothes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipewright::check::Checker;
use pipewright::finding::{Layer, Severity};
use pipewright::settings::Settings;
use pipewright::yaml::{Document, Node, Scalar};
use serde_json::{Map, Value, json};

/// The examples of the rules' pages, and the policy cases where they are at hand.
fn cases() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for entry in root.join("docs/rules").read_dir().expect("the pages") {
        let path = entry.expect("an entry").path();
        let page = std::fs::read_to_string(&path).expect("a page");
        for (number, block) in page.split("```yaml\n").skip(1).enumerate() {
            let text = block.split("```").next().unwrap_or("").to_owned();
            found.push((format!("{}#{number}", path.display()), text));
        }
    }
    let shared = std::env::var_os("PIPEWRIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let folders = [root.join("tests/fixtures/policy"), shared.join("policy-cases")];
    for entry in folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten() {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a case")));
        }
    }
    found.sort();
    // JSON has no comments, so suppressions can't be carried over.
    found
        .retain(|(_, text)| !text.contains("pipewright: allow") && Document::read(text.as_str()).problems().is_empty());
    found
}

fn value(node: Node<'_>) -> Value {
    if node.is_mapping() {
        return Value::Object(node.entries().map(|entry| (entry.name().to_owned(), value(entry.value))).collect());
    }
    if node.is_sequence() {
        return Value::Array(node.items().map(value).collect());
    }
    match node.scalar() {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::Float(value) => json!(value),
        Scalar::String(text) => json!(text),
    }
}

/// How a run of commands is written otherwise.
type Change<'c> = &'c dyn Fn(&[String]) -> Vec<Value>;

type Verdicts = BTreeSet<(String, &'static str)>;

fn judged(text: String) -> Verdicts {
    let checked = Checker::new(Settings::default()).check(text);
    // How a text is written is what the layers before are about.
    let policy =
        checked.findings.iter().filter(|finding| finding.layer == Layer::Policy || finding.rule == "docker-service");
    let loud = policy.filter(|finding| finding.severity > Severity::Note);
    loud.map(|finding| (finding.rule.to_owned(), finding.severity.word())).collect()
}

/// Changes each run of commands in each script.
fn scripts(value: &mut Value, change: Change<'_>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    Value::Array(items) if key == "script" => *items = changed(items, change),
                    _ => scripts(inner, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| scripts(item, change)),
        _ => {}
    }
}

fn changed(items: &[Value], change: Change<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    let mut run: Vec<String> = Vec::new();
    for item in items {
        match item {
            Value::String(command) => run.push(command.trim_end().to_owned()),
            other => {
                out.extend(flushed(&mut run, change));
                out.push(other.clone());
            }
        }
    }
    out.extend(flushed(&mut run, change));
    out
}

fn flushed(run: &mut Vec<String>, change: Change<'_>) -> Vec<Value> {
    let commands = std::mem::take(run);
    if commands.is_empty() { Vec::new() } else { change(&commands) }
}

/// Each step of a pipeline in a stage of its own; a stage takes over what may not stay inside.
fn staged(value: &mut Value) {
    let Some(pipelines) = value.get_mut("pipelines").and_then(Value::as_object_mut) else { return };
    for (section, body) in pipelines.iter_mut() {
        let lists: Vec<&mut Value> = match body {
            Value::Array(_) => vec![body],
            Value::Object(map) if section != "custom" => map.values_mut().collect(),
            _ => continue,
        };
        for list in lists {
            let Some(items) = list.as_array_mut() else { continue };
            for item in items {
                let Some(step) = item.get_mut("step").and_then(Value::as_object_mut) else { continue };
                let mut stage = Map::new();
                for key in ["deployment", "trigger", "condition"] {
                    stage.extend(step.remove(key).map(|value| (key.to_owned(), value)));
                }
                stage.insert("name".to_owned(), json!("stage"));
                stage.insert("steps".to_owned(), json!([{ "step": step }]));
                *item = json!({ "stage": stage });
            }
        }
    }
}

fn compare(name: &str, wanted: &Verdicts, rewritten: &Value, how: &str, wrong: &mut Vec<String>) {
    let found = judged(rewritten.to_string());
    if found != *wanted {
        let gone: Vec<_> = wanted.difference(&found).collect();
        let fresh: Vec<_> = found.difference(wanted).collect();
        wrong.push(format!("{name} {how}: gone {gone:?}, fresh {fresh:?}"));
    }
}

#[test]
fn other_clothes_get_the_same_findings() {
    let one_block = |commands: &[String]| vec![json!(commands.join("\n"))];
    let in_function = |commands: &[String]| vec![json!(format!("work() {{\n{}\n}}\nwork\n", commands.join("\n")))];
    let in_branch = |commands: &[String]| vec![json!(format!("if true; then\n{}\nfi\n", commands.join("\n")))];
    let in_group = |commands: &[String]| vec![json!(format!("{{\n{}\n}}\n", commands.join("\n")))];
    let heredoc = |commands: &[String]| {
        if commands.iter().any(|command| command.contains("<<")) {
            return vec![json!(commands.join("\n"))];
        }
        vec![json!(format!("bash -eu <<'WORK'\n{}\nWORK\n", commands.join("\n")))]
    };
    let chained = |commands: &[String]| {
        // What has a comment, a here-document, more than one line or a part of a compound keeps its own item.
        let whole = |command: &str| pipewright::shell::open_compounds(command) == 0 && command != "else";
        let simple = |command: &String| !command.contains(['\n', '#']) && !command.contains("<<") && whole(command);
        if commands.iter().all(simple) {
            vec![json!(commands.join(" && "))]
        } else {
            commands.iter().map(|c| json!(c)).collect()
        }
    };
    let ways: [(&str, Change<'_>); 6] = [
        ("as one block", &one_block),
        ("in a function", &in_function),
        ("in a branch", &in_branch),
        ("in a group", &in_group),
        ("in a here-document", &heredoc),
        ("as a chain", &chained),
    ];
    let mut wrong = Vec::new();
    let all = cases();
    for (name, text) in &all {
        let document = Document::read(text.as_str());
        let Some(root) = document.root() else { continue };
        let plain = value(root);
        let wanted = judged(text.clone());
        compare(name, &wanted, &plain, "in flow style, aliases written out", &mut wrong);
        for (how, change) in ways {
            let mut rewritten = plain.clone();
            scripts(&mut rewritten, change);
            compare(name, &wanted, &rewritten, how, &mut wrong);
        }
        let mut rewritten = plain.clone();
        staged(&mut rewritten);
        compare(name, &wanted, &rewritten, "in stages", &mut wrong);
    }
    assert!(all.len() > 20, "only {} cases", all.len());
    assert!(wrong.is_empty(), "{} differences in {} cases:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
