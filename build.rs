//! Brings the catalogue from YAML, in which people write it, to a table of small JSON texts, one for each tool and pipe: a
//! check reads those that its file names, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let source = "src/effect/catalogue.yaml";
    println!("cargo::rerun-if-changed={source}");
    println!("cargo::rerun-if-changed=build.rs");
    let value: Value = serde_yaml::from_str(&std::fs::read_to_string(source)?)?;

    let mut code = String::new();
    table(&mut code, "TOOLS", &tools(&value)?)?;
    let mut pipes = BTreeMap::new();
    for pipe in list(&value, "pipes") {
        pipes.entry(text(&pipe["pipe"])?.to_owned()).or_insert_with(|| json!({"pipes": [pipe]}));
    }
    table(&mut code, "PIPES", &pipes)?;
    let harmless = list(&value, "harmless").map(text).collect::<Result<BTreeSet<_>, _>>()?;
    writeln!(code, "pub(super) static HARMLESS: &[&str] = &{:?};", harmless.iter().collect::<Vec<_>>())?;
    writeln!(code, "pub(super) static FAMILIES: &str = {:?};", json!({"families": value["families"]}).to_string())?;
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("catalogue.rs"), code)?;
    Ok(())
}

/// For each tool a catalogue that holds nothing else: an entry that names several tools is in the catalogue of each.
fn tools(catalogue: &Value) -> Result<BTreeMap<String, Value>, Box<dyn Error>> {
    let mut values: BTreeMap<&str, &Value> = BTreeMap::new();
    for (tool, data) in catalogue["tools"].as_object().into_iter().flatten() {
        values.insert(tool, data);
    }
    let mut commands: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for command in list(catalogue, "commands") {
        let mut phrases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for phrase in list(command, "run").map(text) {
            let phrase = phrase?;
            phrases.entry(phrase.split_whitespace().next().unwrap_or("")).or_default().push(phrase);
        }
        for (tool, phrases) in phrases {
            let mut of_tool = command.clone();
            of_tool["run"] = json!(phrases);
            commands.entry(tool).or_default().push(of_tool);
        }
    }
    let names: BTreeSet<&str> = values.keys().chain(commands.keys()).copied().collect();
    let one = |name: &str| {
        let mut of_tool = Map::new();
        if let Some(data) = values.get(name) {
            of_tool.insert("tools".to_owned(), json!({name: data}));
        }
        of_tool.insert("commands".to_owned(), json!(commands.get(name).into_iter().flatten().collect::<Vec<_>>()));
        (name.to_owned(), Value::Object(of_tool))
    };
    Ok(names.into_iter().map(one).collect())
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn text(value: &Value) -> Result<&str, Box<dyn Error>> {
    value.as_str().ok_or_else(|| format!("{value} is no text").into())
}

/// A sorted table of names and JSON texts.
fn table(code: &mut String, name: &str, rows: &BTreeMap<String, Value>) -> std::fmt::Result {
    writeln!(code, "pub(super) static {name}: &[(&str, &str)] = &[")?;
    for (key, value) in rows {
        writeln!(code, "    ({key:?}, {:?}),", value.to_string())?;
    }
    writeln!(code, "];")
}
