//! Files that a script writes by itself, and what it reads from them again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::reads::{READS, changes_unseen};
use super::substitute;
use super::undecided::has_clear_lines;
use super::value::{Value, join};

/// The file in which a step writes what it hands on as variables.
const HANDED_ON: &str = "$BITBUCKET_PIPELINES_VARIABLES_PATH";

/// Files with what stands in them; `None` where it is written by something that is not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub(super) files: BTreeMap<String, Option<Value>>,
    /// Where files may lie that other steps have put there, as patterns.
    pub(super) handed: Vec<String>,
    /// Whether something ran that may have changed any file of the repository.
    pub(super) doubtful: bool,
    /// Files that were not there before the script wrote them.
    pub(super) fresh: BTreeSet<String>,
}

impl Written {
    /// What of this is not as `before`, of the paths that `keeps` takes.
    pub fn since(&self, before: &Written, keeps: impl Fn(&str) -> bool) -> Written {
        let changed = self.files.iter().filter(|(path, text)| before.files.get(*path) != Some(text) && keeps(path));
        Written { files: changed.map(|(path, text)| (path.clone(), text.clone())).collect(), ..Written::default() }
    }

    /// Puts other files over these.
    pub fn put(&mut self, other: &Written) {
        self.files.extend(other.files.iter().map(|(path, text)| (path.clone(), text.clone())));
        self.handed.extend(other.handed.iter().cloned());
    }

    /// Takes note of a pattern by which files are handed on.
    pub fn hand_on(&mut self, pattern: &str) {
        self.handed.push(pattern.to_owned());
    }

    /// What stands in a file that is written or changed; `Some(None)` where that can't be told, and of a folder.
    pub(super) fn of(&self, path: &str) -> Option<Option<Value>> {
        let below = |other: &str| path.is_empty() || other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let may_match = |pattern: &String| {
            let begin = pattern.split(['*', '?', '[', '{']).next().unwrap_or("");
            path.starts_with(begin) || below(begin)
        };
        match self.files.get(path) {
            Some(text) => Some(text.clone()),
            None if self.doubtful => Some(None),
            None if self.is_within_forgotten(path) => Some(None),
            None if self.files.keys().any(|file| below(file)) || self.handed.iter().any(may_match) => Some(None),
            None => None,
        }
    }

    /// Takes note of a file or a folder that may hold anything; of any, where it can't be told which.
    pub(super) fn lose(&mut self, path: Option<String>) {
        match path {
            Some(path) => _ = self.files.insert(path, None),
            None => self.doubtful = true,
        }
    }

    /// Whether a path leads into a folder that was written as a whole.
    fn is_within_forgotten(&self, path: &str) -> bool {
        let mut folder = path;
        while let Some((outer, _)) = folder.rsplit_once('/') {
            if self.files.get(outer).is_some_and(Option::is_none) {
                return true;
            }
            folder = outer;
        }
        false
    }

    /// Takes note of what stands in a file.
    pub(super) fn set(&mut self, path: String, text: Value) {
        self.files.insert(path, Some(text));
    }

    /// Forgets what stands in those of these files that others hold with another text.
    pub fn doubt(&mut self, other: &Written) {
        for (path, text) in &mut self.files {
            if other.files.get(path).is_some_and(|before| before != text) {
                *text = None;
            }
        }
    }

    /// The value of a variable that a step hands on, by the last line that sets it; `None` where that can't be told.
    pub fn handed(&self, name: &str) -> Option<Value> {
        let ways = self.files.get(HANDED_ON)?.as_ref()?.alternatives();
        let values: Vec<Value> = ways.iter().map(|text| set_last(text, name)).collect::<Option<_>>()?;
        (!values.is_empty()).then(|| Value::one_of(values))
    }

    /// Takes note that any file may have changed.
    pub fn doubt_all(&mut self) {
        self.doubtful = true;
        self.files.values_mut().for_each(|text| *text = None);
    }

    /// Whether something below a folder is written.
    pub(super) fn holds_below(&self, folder: &str) -> bool {
        self.files
            .keys()
            .any(|path| path.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.starts_with('/')))
    }

    /// What was written to a file of this very path; nothing where it was not, or may only have been.
    pub fn text(&self, path: &str) -> Option<&Option<Value>> {
        self.files.get(path)
    }

    /// What was written to the file of a name, in whichever folder; the last one by its path.
    pub fn named(&self, name: &str) -> Option<&Option<Value>> {
        let is_it = |path: &str| path.rsplit('/').next() == Some(name);
        self.files.iter().rev().find(|(path, _)| is_it(path)).map(|(_, text)| text)
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// What the last line that sets a variable gives it.
fn set_last(text: &Value, name: &str) -> Option<Value> {
    for line in text.lines().iter().rev() {
        // An unknown before any name may hold lines of its own.
        let (own, value) = line.split_once("=")?;
        if own.as_literal()?.trim() == name {
            return Some(value);
        }
    }
    None
}

/// What is known of a file that is read.
pub(super) enum Contents {
    /// The script did not write it.
    Elsewhere,
    /// The script wrote it, and what stands in it can't be told.
    Unknown,
    /// This stands in it.
    Known(Value),
}

/// A path seen from a folder, without dots; `None` where it leads above where the folder begins.
pub fn joined(folder: &str, path: &str) -> Option<String> {
    // Most paths stand in the checkout itself and have no dots: nothing is to be put together.
    if folder.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | "..")) {
        return Some(path.to_owned());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')).filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl Interpreter<'_> {
    /// The files that were written, to be changed.
    pub(super) fn files_mut(&mut self) -> &mut Written {
        Rc::make_mut(&mut self.scope.written)
    }

    /// What stands in a file.
    pub(super) fn contents(&self, path: &Value) -> Contents {
        if self.remote.is_some() || self.scope.written.is_empty() {
            return Contents::Elsewhere;
        }
        match self.path(path).and_then(|path| self.scope.written.files.get(&path)) {
            None => Contents::Elsewhere,
            Some(None) => Contents::Unknown,
            Some(Some(text)) => Contents::Known(text.clone()),
        }
    }

    /// Whether a file is there: true where the script surely wrote it.
    pub(super) fn is_written(&self, path: &Value) -> Option<bool> {
        let Contents::Known(text) = self.contents(path) else { return None };
        // What is empty on some way may not be there on it.
        let surely = text.is_empty() || !text.alternatives().iter().any(Value::is_empty);
        surely.then_some(true)
    }

    /// What a command writes where its output goes to a file. `made` is all that ran for it; without it nothing is printed there.
    pub(super) fn redirect_to(&mut self, target: &[Value], appends: bool, made: Option<&[Invocation]>) {
        let [target] = target else { return };
        let Some(made) = made else { return self.write(target, appends, Some(Value::default())) };
        // Of a pipeline the last one prints.
        let seen = |at: &usize| made.get(at + 1).is_none_or(|next| !next.piped_from);
        let printing = (0..made.len()).filter(seen).filter_map(|at| made.get(at));
        let texts: Option<Vec<Value>> = printing.map(|invocation| self.printed_whole(invocation)).collect();
        let text = texts.filter(|texts| !texts.is_empty()).map(|texts| join(texts.iter(), ""));
        self.write(target, appends, text);
    }

    fn write(&mut self, target: &Value, appends: bool, text: Option<Value>) {
        if self.is_elsewhere() {
            return;
        }
        let Some(path) = self.path(target).filter(|path| !path.starts_with("/dev/")) else { return };
        if self.scope.written.of(&path).is_none() && self.host_script(&path).is_none() {
            self.files_mut().fresh.insert(path.clone());
        }
        let before = match (appends, self.scope.written.files.get(&path)) {
            (false, _) => Some(Value::default()),
            (true, Some(before)) => before.clone(),
            // A file of the repository may stand there already.
            (true, None) => self.kept_text(&path),
        };
        let text = before.zip(text).map(|(before, text)| join([&before, &text], "")).filter(has_clear_lines);
        self.files_mut().files.insert(path, text);
    }

    /// What stands in a file that the script has not written yet: nothing where the repository has none.
    fn kept_text(&mut self, path: &str) -> Option<Value> {
        let before = self.scope.written.of(path).is_none();
        match self.host_script(path) {
            Some(text) => before.then(|| Value::literal(text)),
            None => Some(Value::default()),
        }
    }

    /// All that a command prints, newlines included; `None` where it can't be told.
    fn printed_whole(&mut self, invocation: &Invocation) -> Option<Value> {
        if invocation.remote.is_some() || invocation.certain != self.certain || invocation.way != self.way {
            return None;
        }
        let name = invocation.name()?;
        match (name, &invocation.stdin) {
            ("echo" | "printf", _) => substitute::text(invocation),
            ("set" | ":" | "true" | "cd" | "mkdir" | "unset", _) => Some(Value::default()),
            ("cat" | "tee", Stdin::Document { piece, expanded }) if name == "tee" || invocation.words.len() == 1 => {
                let piece = piece.clone();
                Some(if *expanded { self.document(&piece) } else { Value::literal(&*piece.text) })
            }
            ("cat", _) if invocation.words.len() > 1 => {
                let paths: Vec<Value> = invocation.words.iter().skip(1).map(Word::one).collect::<Option<_>>()?;
                self.concatenated(&paths)
            }
            // What it is given stands in what it prints.
            ("jq", _) if invocation.words.iter().any(|word| word.literal() == Some("--arg")) => {
                Some(Value::command(substitute::words_text(invocation)))
            }
            _ => {
                match self.filled(invocation) {
                    Some(Stdin::Edited(text)) => return Some(text),
                    Some(Stdin::Text(values)) => {
                        return Some(join([&Value::one_of(values), &Value::literal("\n")], ""));
                    }
                    _ => {}
                }
                let line = self.line(invocation)?;
                Some(join([&line, &Value::literal("\n")], ""))
            }
        }
    }

    /// All that stands in some files, where it is known.
    pub(super) fn concatenated(&self, paths: &[Value]) -> Option<Value> {
        let mut whole = Value::default();
        for path in paths {
            let Contents::Known(text) = self.contents(path) else { return None };
            whole.extend(&text);
        }
        Some(whole)
    }

    /// Takes note of a command that changes files, or the folder.
    pub(super) fn note_files(&mut self, invocation: &Invocation) {
        if invocation.remote.is_some() || self.is_elsewhere() {
            return;
        }
        let Some(name) = invocation.name() else { return };
        self.note_copied(name, invocation);
        if matches!(name, "cd" | "pushd" | "popd") {
            return self.change_folder(name, invocation);
        }
        if name == "sed" && self.fill_in_place(invocation) {
            return;
        }
        let names_all = matches!(name, "cp" | "mv" | "rm" | "ln" | "touch");
        if !self.scope.written.doubtful && !names_all && changes_unseen(name, invocation) {
            self.files_mut().doubtful = true;
        }
        if self.scope.written.is_empty() && name != "tee" && !names_all {
            return;
        }
        if READS.contains(&name) {
            return;
        }
        let words: Vec<Cow<'_, Value>> = invocation.words.iter().skip(1).map(|word| word.value()).collect();
        match (name, words.as_slice()) {
            ("tee", words) => {
                let text = match &invocation.stdin {
                    Stdin::Text(values) => Some(join([&Value::one_of(values.clone()), &Value::literal("\n")], "")),
                    Stdin::Document { .. } => self.printed_whole(invocation),
                    _ => None,
                };
                let is_flag = |word: &&Cow<'_, Value>| word.literal_prefix().starts_with('-');
                let appends = words.iter().any(|word| matches!(word.as_literal(), Some("-a" | "--append")));
                for target in words.iter().filter(|word| !is_flag(word)) {
                    self.write(target, appends, text.clone());
                }
            }
            ("cp" | "mv", [from, to]) => {
                let into = to.literal_prefix().ends_with('/') || to.as_literal() == Some(".");
                let last = from.rsplit_once("/").map_or_else(|| from.clone(), |(_, name)| Cow::Owned(name));
                let to = if into { Cow::Owned(join([&**to, &*last], "/")) } else { to.clone() };
                if let Contents::Known(text) = self.contents(from) {
                    self.write(&to, false, Some(text));
                } else {
                    self.forget_named(name, &words);
                }
            }
            _ if names_all => self.forget_named(name, &words),
            ("sed" | "yq", _) if !invocation.edits_in_place() => {}
            _ => self.forget(&words),
        }
    }

    /// What stands in files that a command may have changed is not known any more.
    pub(super) fn forget(&mut self, words: &[Cow<'_, Value>]) {
        if self.scope.written.files.values().all(Option::is_none) {
            return;
        }
        for path in words.iter().filter_map(|word| self.path(word)).collect::<Vec<_>>() {
            if let Some(text) = self.files_mut().files.get_mut(&path) {
                *text = None;
            }
        }
    }
}
