//! Targets of runners at hand: recipes of a Makefile, scripts of package.json and composer.json, as shell text.

use std::collections::HashSet;

use super::packages::{self, of_its_own, package};
use super::world::Files;

/// How many targets one call may bring.
const TARGETS: usize = 60;

/// How deep Makefiles are followed that include others. A file is read once for each line that names it.
const INCLUDES: usize = 3;

/// The shell text that a call of a runner comes to, where its file is at hand and has the target.
pub(super) fn script(words: &[String], files: &dyn Files) -> Option<String> {
    let (tool, arguments) = words.split_first()?;
    let tool = tool.rsplit('/').next().unwrap_or(tool);
    match tool {
        "make" | "gmake" => make(arguments, files),
        "npm" | "pnpm" | "yarn" | "bun" => packages::script(tool, arguments, files),
        "composer" => match arguments {
            [run, name, rest @ ..] if run == "run" || run == "run-script" => {
                package(&files.read("composer.json")?, name, rest)
            }
            _ => None,
        },
        _ => None,
    }
}

struct Target {
    names: Vec<String>,
    needs: Vec<String>,
    recipe: Vec<String>,
}

fn make(arguments: &[String], files: &dyn Files) -> Option<String> {
    let mut file = None;
    let mut wanted = Vec::new();
    let mut script = String::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-f" | "--file" | "--makefile" => file = words.next().cloned(),
            // The shell reading goes to the folder that the flag names where it can; here it could not.
            "-C" | "--directory" => return None,
            "-j" | "-o" | "-W" => {}
            flag if flag.starts_with('-') => {}
            setting if setting.contains('=') => script.push_str(&format!("{}\n", quoted(setting)?)),
            target => wanted.push(target.to_owned()),
        }
    }
    let names = file.map_or_else(
        || vec!["Makefile".to_owned(), "makefile".to_owned(), "GNUmakefile".to_owned()],
        |file| vec![file],
    );
    let text = included(&names.iter().find_map(|name| files.read(name))?, files, INCLUDES);
    let (variables, targets) = read(&text);
    let set: HashSet<&str> = arguments.iter().filter_map(|word| word.split_once('=')).map(|(name, _)| name).collect();
    for (name, assignment) in &variables {
        if !set.contains(name.as_str()) {
            script.push_str(assignment);
            script.push('\n');
        }
    }
    if wanted.is_empty() {
        wanted.extend(targets.first().and_then(|target| target.names.first().cloned()));
    }
    let mut done = HashSet::new();
    for target in &wanted {
        targets.iter().find(|other| other.names.contains(target))?;
        bring(target, &targets, &mut done, &mut script);
    }
    Some(script)
}

/// A Makefile with what it includes in its place, where that is at hand and is named in plain words.
fn included(text: &str, files: &dyn Files, depth: usize) -> String {
    let mut whole = String::new();
    for line in text.lines() {
        let names = ["include ", "-include ", "sinclude "].iter().find_map(|word| line.strip_prefix(word));
        match names.filter(|_| depth > 0) {
            Some(names) => {
                let texts = names.split_whitespace().filter_map(|name| files.read(name.trim_start_matches("./")));
                texts.for_each(|text| whole.push_str(&included(&text, files, depth - 1)));
            }
            None => {
                whole.push_str(line);
                whole.push('\n');
            }
        }
    }
    whole
}

fn quoted(setting: &str) -> Option<String> {
    let (name, value) = setting.split_once('=')?;
    Some(format!("{}=\"{}\"", name.trim_end_matches([':', '?', '+']), value.replace('"', "\\\"")))
}

fn bring(name: &str, targets: &[Target], done: &mut HashSet<String>, script: &mut String) {
    if done.len() >= TARGETS || !done.insert(name.to_owned()) {
        return;
    }
    for target in targets.iter().filter(|target| target.names.iter().any(|other| other == name)) {
        for needed in &target.needs {
            bring(needed, targets, done, script);
        }
        for line in &target.recipe {
            script.push_str(&of_its_own(line.replace("$@", name)));
            script.push('\n');
        }
    }
}

/// The variables as shell assignments, and the targets.
fn read(text: &str) -> (Vec<(String, String)>, Vec<Target>) {
    let mut variables = Vec::new();
    let mut targets: Vec<Target> = Vec::new();
    let joined = text.replace("\\\n\t", " ").replace("\\\n", " ");
    for line in joined.lines() {
        if let Some(command) = line.strip_prefix('\t') {
            if let Some(target) = targets.last_mut() {
                target.recipe.push(as_shell(command.trim_start_matches(['@', '-', '+', ' '])));
            }
            continue;
        }
        let line = line.split(" #").next().unwrap_or("").trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((name, value)) = assignment(line) {
            let shell = if line.contains("?=") {
                format!("{name}=\"${{{name}:-{}}}\"", as_shell(value))
            } else {
                format!("{name}=\"{}\"", as_shell(value))
            };
            variables.push((name.to_owned(), shell));
        } else if let Some((names, needs)) = line.split_once(':') {
            let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let (needs, inline) = needs.split_once(';').unwrap_or((needs, ""));
            let recipe = if inline.trim().is_empty() { Vec::new() } else { vec![as_shell(inline.trim())] };
            if !names.starts_with('.') {
                targets.push(Target { names: list(names), needs: list(needs), recipe });
            }
        }
    }
    (variables, targets)
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', ' ']).trim();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then_some((name, value.trim()))
}

/// `$(X)` is `${X}` to the shell, `$(shell x)` a substitution, `$$` a dollar.
fn as_shell(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("(shell ") {
            out.push_str("$(");
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            out.push_str(&format!("${{{name}}}"));
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Repository;

    impl Files for Repository {
        fn read(&self, path: &str) -> Option<String> {
            match path {
                "Makefile" => Some(
                    "IMAGE ?= r/x\nTAG := $(shell git rev-parse HEAD)\n\n.PHONY: image push\nimage:\n\t@docker build -t $(IMAGE):$(TAG) .\n\npush: image\n\tdocker push $(IMAGE):$(TAG)\n".to_owned(),
                ),
                _ => None,
            }
        }
    }

    fn run(line: &str) -> Option<String> {
        script(&line.split(' ').map(str::to_owned).collect::<Vec<_>>(), &Repository)
    }

    #[test]
    fn recipes_come_with_what_they_need() {
        let text = run("make push").unwrap();
        assert!(text.contains("IMAGE=\"${IMAGE:-r/x}\""), "{text}");
        assert!(text.contains("TAG=\"$(git rev-parse HEAD)\""), "{text}");
        assert!(text.ends_with("docker build -t ${IMAGE}:${TAG} .\ndocker push ${IMAGE}:${TAG}\n"), "{text}");
        assert_eq!(run("make nothing"), None);
        assert!(run("make TAG=1 image").unwrap().starts_with("TAG=\"1\"\n"));
    }
}
