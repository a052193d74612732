//! Targets of runners at hand: recipes of a Makefile, scripts of package.json and composer.json, as shell text.

use std::collections::HashSet;

use super::makefile::Makefile;
use super::packages::{self, package};
use super::world::Files;

/// The longest Makefile that is followed; nobody writes one.
const LINES: usize = 5_000;
const BYTES: usize = 64 << 10;

/// How deep Makefiles are followed that include others. A file is read once for each line that names it.
const INCLUDES: usize = 3;

/// The shell text that a call of a runner comes to, where its file is at hand and has the target.
pub(super) fn script(words: &[String], files: &dyn Files) -> Option<String> {
    let (tool, arguments) = words.split_first()?;
    let tool = tool.rsplit('/').next().unwrap_or(tool);
    match tool {
        "make" | "gmake" => make(arguments, files),
        "npm" | "pnpm" | "yarn" | "bun" => packages::script(tool, arguments, files),
        "run-s" | "run-p" | "npm-run-all" | "npm-run-all2" => packages::all(arguments, files),
        "composer" => match arguments {
            [run, name, rest @ ..] if run == "run" || run == "run-script" => {
                package(&files.read("composer.json")?, name, rest)
            }
            _ => None,
        },
        _ => None,
    }
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
    if text.len() > BYTES || text.lines().count() > LINES {
        return None;
    }
    let makefile = Makefile::read(&text);
    let set: HashSet<&str> = arguments.iter().filter_map(|word| word.split_once('=')).map(|(name, _)| name).collect();
    script.push_str(&makefile.assignments(&set)?);
    if wanted.is_empty() {
        wanted.extend(makefile.first());
    }
    let mut done = HashSet::new();
    let all = wanted.iter().all(|target| makefile.has(target) && makefile.bring(target, &mut done, &mut script));
    all.then_some(script)
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
