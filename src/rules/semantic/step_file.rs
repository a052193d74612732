//! `step-file`: a step reads no file that only a step before it writes, and that no artifact hands on.

use std::collections::HashMap;

use super::site::{Earlier, Site, Told};
use super::variable_reads::commands;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{Matching, PREDEFINED_CACHES, Pattern, ScriptItem, Step};
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta =
    meta!("step-file", Warning, "a step reads a file that only a step before it writes, and that no artifact hands on");

/// How many files of one pipeline are kept in mind.
const MOST: usize = 200;

pub(super) struct StepFile;

impl Rule for StepFile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let scripts: Vec<_> = flow.scripts().collect();
        for pipeline in scripts.chunk_by(|(a, _), (b, _)| a.selector.key.id() == b.selector.key.id()) {
            let mut wrote: HashMap<String, Earlier<'_>> = HashMap::new();
            for (at, (site, items)) in pipeline.iter().enumerate() {
                let followed = !site.step.runs_on_windows() && site.step.child().is_none();
                // Siblings are none before it.
                if followed && !wrote.is_empty() && !site.parallel && !makes_own(items) {
                    reads(site, items, &wrote, &mut told, out);
                }
                // What the last one writes nobody reads.
                let is_kept = followed && at + 1 < pipeline.len() && !changes_folder(items);
                for (node, text) in commands(items).filter(|(_, text)| is_kept && may_write(text)) {
                    for (path, span) in written(text) {
                        if wrote.len() < MOST {
                            wrote.entry(path.to_owned()).or_insert_with(|| Earlier::new(site, node, span));
                        }
                    }
                }
                forget_handed(&mut wrote, &site.step);
            }
        }
    }
}

/// Forgets the files that a step hands on: by its artifacts, or maybe by a cache of the file's own.
fn forget_handed(wrote: &mut HashMap<String, Earlier<'_>>, step: &Step<'_>) {
    if wrote.is_empty() {
        return;
    }
    let own_cache = |name: &Node<'_>| name.text().is_none_or(|name| !PREDEFINED_CACHES.contains(&name));
    if step.caches().iter().any(own_cache) {
        wrote.clear();
    }
    let Some(artifacts) = step.artifacts() else { return };
    let paths = artifacts.paths();
    // `**` takes all there is, and so may what can't be read.
    let takes_all = |path: &Node<'_>| path.text().is_none_or(|text| text.trim_matches('*').is_empty());
    if paths.is_empty() && artifacts.node.get("download").is_none() || paths.iter().any(takes_all) {
        wrote.clear();
    }
    for path in paths {
        let text = path.text().unwrap_or("").trim_start_matches("./");
        let pattern = Pattern::new(text);
        let below =
            |path: &str| path.strip_prefix(text.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
        wrote.retain(|path, _| pattern.matches(path) == Matching::No && !below(path));
    }
}

/// Commands that run in another folder or on another machine, mind no failure, or bring files from elsewhere into the checkout.
const ELSEWHERE: [&str; 28] = [
    "cd ",
    "pushd ",
    "set +e",
    "git ",
    "ssh ",
    "scp ",
    "sftp ",
    "rsync ",
    "unzip ",
    "tar ",
    "aws s3 ",
    "gsutil ",
    "gcloud storage ",
    "az storage ",
    "curl ",
    "wget ",
    "docker cp ",
    "make",
    "just ",
    "task ",
    "npm run ",
    "yarn ",
    "pnpm ",
    "./",
    "bash ",
    "sh ",
    "() {",
    "function ",
];

/// Whether commands may make the files that they read, or read those of another folder: what isn't followed may do anything.
fn makes_own(items: &[ScriptItem<'_>]) -> bool {
    items.iter().filter_map(ScriptItem::command_text).any(|text| ELSEWHERE.iter().any(|word| text.contains(word)))
        || items.iter().any(|item| !matches!(item, ScriptItem::Command(_)))
}

/// Whether commands run in other folders than the checkout's own.
fn changes_folder(items: &[ScriptItem<'_>]) -> bool {
    items.iter().filter_map(ScriptItem::command_text).any(|text| text.contains("cd ") || text.contains("pushd "))
}

/// Tells of each file that is read and was left behind.
fn reads<'d>(
    site: &Site<'d>,
    items: &[ScriptItem<'d>],
    wrote: &HashMap<String, Earlier<'d>>,
    told: &mut Told,
    out: &mut Findings<'_>,
) {
    let mut uses: Vec<(&str, Span)> = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (node, text) in commands(items) {
        for (path, span) in read(text).into_iter().filter(|(path, _)| wrote.contains_key(*path)) {
            let count = counts.entry(path).or_default();
            *count += 1;
            if *count == 1 {
                uses.push((path, node.source_span(span)));
            }
        }
    }
    for (path, span) in uses {
        let Some(own) = wrote.get(path) else { continue };
        // A step that makes the file too, or asks whether it is there, does without the other's.
        let mentions = commands(items).map(|(_, text)| text.matches(path).count()).sum::<usize>();
        if counts.get(path).is_some_and(|uses| mentions > *uses) || !told.first(span) {
            continue;
        }
        let message =
            format!("`{path}` is written in {}, and what it wrote is not there: each step begins anew", own.step);
        let draft = out.violated(span, message).related(own.source_span(), "written here");
        site.tell(draft.help(format!("hand it on: `artifacts: [{path}]` in the step that writes it")));
    }
}

fn may_write(text: &str) -> bool {
    text.contains('>') || text.contains("tee ") || text.contains("docker save")
}

/// The parts of a text between signs that end a command, each with where it begins and whether it stands in quotes of a longer word.
/// What stands behind the beginning of a here-document is left out.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let text = match text.find("<<") {
        Some(at) if !text.get(at..).is_some_and(|rest| rest.starts_with("<<<")) => {
            let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
            text.get(..end).unwrap_or(text)
        }
        _ => text,
    };
    let mut found = Vec::new();
    let (mut quote, mut from) = (None, 0);
    // Whether a substitution has opened in double quotes: what stands in it is a command.
    let mut depth = 0_usize;
    // The rest of a quoted word behind a substitution is no part of a command.
    let mut in_rest = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some('"'), '(') if before == '$' => {
                depth += 1;
                from = at + 1;
            }
            (Some('"'), ')') if depth > 0 => {
                found.push((from, text.get(from..at).unwrap_or("")));
                depth -= 1;
                from = at + 1;
                in_rest = depth == 0;
            }
            (Some(open), _) if c == open && depth == 0 => {
                quote = None;
                if std::mem::take(&mut in_rest) {
                    from = at + 1;
                }
            }
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            // `2>&1` ends nothing.
            (None, '&') if before == '>' => {}
            (None, '\n' | ';' | '&' | '|' | '(' | ')' | '`') => {
                found.push((from, text.get(from..at).unwrap_or("")));
                from = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    found.push((from, text.get(from..).unwrap_or("")));
    found
}

/// The words of a part, each with where it begins; quotes keep blanks together.
fn words(from: usize, part: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut quote, mut begin) = (None, None);
    for (at, c) in part.char_indices() {
        match quote {
            None if matches!(c, ' ' | '\t') => {
                found.extend(begin.take().map(|begin| (from + begin, part.get(begin..at).unwrap_or(""))));
                continue;
            }
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
        begin.get_or_insert(at);
    }
    found.extend(begin.map(|begin| (from + begin, part.get(begin..).unwrap_or(""))));
    found
}

/// A path that is written out and lies in the checkout, without its quotes, and where it begins.
fn path(at: usize, word: &str) -> Option<(&str, usize)> {
    let bare = word.trim_matches(['"', '\'']);
    let begins = at + word.find(bare)?;
    let inner = bare.trim_start_matches("./");
    let plain = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'));
    let inside = !inner.starts_with(['/', '.', '-']) && !inner.contains("..") && !inner.ends_with('/');
    (plain && inside && !inner.is_empty()).then_some((inner, begins + bare.len() - inner.len()))
}

/// The files that a text writes: `> file`, `tee file`, `docker save -o file`.
fn written(text: &str) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    for (from, part) in parts(text) {
        let all = words(from, part);
        // `[[ 5 > 4 ]]` compares.
        if all.iter().any(|(_, word)| *word == "[[") {
            continue;
        }
        let saves = matches!(all.as_slice(), [(_, "docker" | "podman"), (_, "save"), ..]);
        let tees = matches!(all.first(), Some((_, "tee")));
        for (index, (at, word)) in all.iter().enumerate() {
            let next = || all.get(index + 1).copied();
            let target = match *word {
                ">" | ">>" | "1>" | "1>>" => next(),
                "-o" | "--output" if saves => next(),
                _ if tees && index > 0 && !word.starts_with('-') => Some((*at, *word)),
                _ => {
                    let glued = word.strip_prefix(">>").or_else(|| word.strip_prefix('>'));
                    glued.filter(|rest| !rest.is_empty()).map(|rest| (at + word.len() - rest.len(), rest))
                }
            };
            let target = target.and_then(|(at, word)| path(at, word));
            found.extend(target.map(|(path, at)| (path, Span::new(at, at + path.len()))));
        }
    }
    found
}

/// The files that a text surely reads: `source file`, `$(cat file)`, `docker load -i file`, `--env-file file`.
fn read(text: &str) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    // What minds that a file may be missing tells of none.
    if text.contains("||") || text.contains("docker -H ") {
        return found;
    }
    for (from, part) in parts(text) {
        let all: Vec<(usize, &str)> = words(from, part)
            .into_iter()
            .skip_while(|(_, word)| matches!(*word, "if" | "then" | "else" | "do" | "!" | "export" | "set" | "-a"))
            .collect();
        let first = all.first().map_or("", |(_, word)| *word);
        let loads = matches!(all.as_slice(), [(_, "docker" | "podman"), (_, "load"), ..]);
        if part.contains("2>") {
            continue;
        }
        for (index, (at, word)) in all.iter().enumerate() {
            let next = || all.get(index + 1).copied();
            let file = match (first, *word) {
                ("source" | ".", _) if index == 1 => Some((*at, *word)),
                ("cat", _) if index > 0 && !all[..index].iter().any(|(_, word)| word.starts_with(['>', '<'])) => {
                    Some((*at, *word))
                }
                (_, "-i" | "--input" | "<") if loads => next(),
                (_, "--env-file") => next(),
                (_, word) => word.strip_prefix("--env-file=").map(|file| (at + word.len() - file.len(), file)),
            };
            let file = file.and_then(|(at, word)| path(at, word));
            found.extend(file.map(|(path, at)| (path, Span::new(at, at + path.len()))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_and_written_where_commands_stand() {
        let names = |found: Vec<(&'static str, Span)>| found.into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert_eq!(names(written("echo A=1 > build.env; echo B >>./b/c.txt 2>&1")), ["build.env", "b/c.txt"]);
        assert_eq!(names(written("echo \"a > b\" | tee -a \"out.txt\"")), ["out.txt"]);
        assert_eq!(names(written("echo \"V=$(git describe --always)\" > v.env")), ["v.env"]);
        assert_eq!(names(written("docker save -o app.tar r/a:1")), ["app.tar"]);
        assert_eq!(
            names(written("echo x > /tmp/a; echo y > $F; a 2> err.txt; echo x > ../a; cat > f <<E\n> g\nE")),
            ["f"]
        );
        assert_eq!(names(read("source build.env && export V=\"$(cat v.txt)\"")), ["build.env", "v.txt"]);
        assert_eq!(
            names(read("set -a; . ./a.env\ndocker load -i app.tar; docker run --env-file=b.env x")),
            ["a.env", "app.tar", "b.env"]
        );
        assert_eq!(
            names(read("echo 'source a'; ssh h \"source b; . c\"; cat a || true; cat b 2>/dev/null; cat > c <<E")),
            [] as [&str; 0]
        );
    }
}
