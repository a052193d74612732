//! What a script runs in: the event's own variables, the custom variables, scripts at hand.

use foldhash::HashMap;

use super::consulted::Consulted;
use super::names::Names;
use crate::shell::{Host, Lookup, Part, Shape, Sought, Texts, Value, errexit, joined};

/// Files of the repository, for scripts, Dockerfiles and compose files at hand.
pub trait Files {
    /// The text of a file by its path from the repository's root; `None` where it is not at hand.
    fn read(&self, path: &str) -> Option<String>;

    /// Whether a path leads into the repository: what lies outside of it is never read.
    fn reaches(&self, _path: &str) -> bool {
        true
    }

    /// Why a file that is there has no text, as a clause about it: `is not UTF-8`.
    fn unreadable(&self, _path: &str) -> Option<&'static str> {
        None
    }

    /// The names of the files in a folder by its path from the repository's root, in order; `None` where it is no folder at
    /// hand, or holds too many.
    fn list(&self, _folder: &str) -> Option<Vec<String>> {
        None
    }
}

/// No file is at hand.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str) -> Option<String> {
        None
    }
}

/// What an event fixes of the variables.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// Names that `BITBUCKET_BRANCH` may have: `None` where it is not set.
    pub branch: Option<Names>,
    /// Names that `BITBUCKET_TAG` may have.
    pub tag: Option<Names>,
    /// Whether it is a pull request's run.
    pub pull_request: bool,
    /// The branch into which it is to be merged, where that is known.
    pub destination: Option<Names>,
    /// Whether branch and tag depend on how somebody starts it.
    pub by_hand: bool,
    /// Custom variables with the values that they may have; `None` for any value.
    pub custom: HashMap<String, Option<Vec<String>>>,
    /// What earlier steps hand on as variables; `None` for a value that is not followed.
    pub handed: HashMap<String, Option<Value>>,
    /// The name of the step's environment.
    pub environment: Option<String>,
}

/// The variable of a pull request's destination.
const DESTINATION: &str = "BITBUCKET_PR_DESTINATION_BRANCH";

/// Variables of Bitbucket that every run has.
const ALWAYS: [&str; 12] = [
    "BITBUCKET_COMMIT",
    "BITBUCKET_BUILD_NUMBER",
    "BITBUCKET_REPO_SLUG",
    "BITBUCKET_WORKSPACE",
    "BITBUCKET_REPO_FULL_NAME",
    "BITBUCKET_REPO_OWNER",
    "BITBUCKET_CLONE_DIR",
    "BITBUCKET_REPO_UUID",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BITBUCKET_GIT_SSH_ORIGIN",
    "BITBUCKET_STEP_UUID",
    "BITBUCKET_PIPELINE_UUID",
];

fn is_always_set(name: &str) -> bool {
    name.starts_with("BITBUCKET_") && ALWAYS.contains(&name)
}

impl Bindings {
    /// A variable that the script itself does not set.
    pub(super) fn variable(&self, name: &str) -> Lookup {
        if is_always_set(name) {
            return Lookup::Set;
        }
        let named = |names: Option<&Names>| match names {
            Some(names) => match names.known() {
                Some(known) => Lookup::Known(vec![Value::literal(known)]),
                None => Lookup::Set,
            },
            None if self.by_hand => Lookup::Unknown,
            None => Lookup::Unset,
        };
        let if_pull_request = |set: bool| if set { Lookup::Set } else { Lookup::Unset };
        match name {
            "CI" => Lookup::Known(vec![Value::literal("true")]),
            "BITBUCKET_BRANCH" => named(self.branch.as_ref()),
            "BITBUCKET_TAG" => named(self.tag.as_ref()),
            DESTINATION if self.destination.is_some() => named(self.destination.as_ref()),
            "BITBUCKET_PR_ID" | DESTINATION => if_pull_request(self.pull_request),
            "BITBUCKET_DEPLOYMENT_ENVIRONMENT" => match &self.environment {
                Some(name) => Lookup::Known(vec![Value::literal(name.as_str())]),
                None => Lookup::Unset,
            },
            _ if self.handed.contains_key(name) => match &self.handed[name] {
                Some(value) => Lookup::Known(vec![value.clone()]),
                None => Lookup::Handed(Value::handed(name)),
            },
            _ => match self.custom.get(name) {
                Some(Some(values)) => {
                    Lookup::Known(values.iter().map(|value| Value::literal(value.as_str())).collect())
                }
                _ => Lookup::Unknown,
            },
        }
    }

    /// A text in which Bitbucket itself puts variables, as `$NAME` or `${NAME}`; `None` for more than that.
    pub fn filled(&self, text: &str) -> Option<Value> {
        let (literal, mut rest) = text.split_at(text.find('$').unwrap_or(text.len()));
        let mut value = Value::literal(literal);
        while let Some(after) = rest.strip_prefix('$') {
            let braced = after.strip_prefix('{');
            let from = braced.unwrap_or(after);
            let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
            let (name, behind) = from.split_at(end);
            let behind = if braced.is_some() { behind.strip_prefix('}')? } else { behind };
            if name.is_empty() {
                return None;
            }
            match self.variable(name) {
                Lookup::Known(values) => value.extend(&Value::one_of(values)),
                Lookup::Handed(handed) => value.extend(&handed),
                Lookup::Set | Lookup::Unknown => value.extend(&Value::variable(name)),
                Lookup::Unset => {}
            }
            let next = behind.find('$').unwrap_or(behind.len());
            value.push_literal(&behind[..next]);
            rest = &behind[next..];
        }
        Some(value)
    }

    /// Whether a value that is no literal equals a text or matches a pattern, where that can be told.
    pub(super) fn compares(&self, value: &Value, pattern: &str) -> Option<bool> {
        let Some(symbol) = value.as_symbol() else {
            // A literal beginning that differs settles it.
            let own = value.literal_prefix();
            let other = pattern.split(['*', '?', '[', '@', '+', '!', '(']).next().unwrap_or("");
            if !own.starts_with(other) && !other.starts_with(own) {
                return Some(false);
            }
            return self.finds(value, &Sought::pattern(pattern)?);
        };
        if !symbol.cut.is_empty() {
            return None;
        }
        // It has no other letters than those of a number in base sixteen.
        let begins = pattern.chars().next();
        if symbol.is_variable("BITBUCKET_COMMIT")
            && begins.is_some_and(|first| {
                !first.is_ascii_hexdigit() && !matches!(first, '*' | '?' | '[' | '@' | '+' | '!' | '(' | '\\')
            })
        {
            return Some(false);
        }
        // What a pattern of several says is compared as a set.
        if pattern.contains(['*', '?', '[', '(']) && !pattern.trim_end_matches('*').is_empty() {
            return self
                .names(&symbol.name)
                .and_then(|names| names.compares(pattern))
                .or_else(|| self.finds(value, &Sought::pattern(pattern)?));
        }
        match symbol.name.as_str() {
            "BITBUCKET_BRANCH" => self.branch.as_ref().and_then(|names| names.compares(pattern)),
            "BITBUCKET_TAG" => self.tag.as_ref().and_then(|names| names.compares(pattern)),
            name if is_always_set(name) && pattern.is_empty() => Some(false),
            DESTINATION if self.destination.is_some() => self.destination.as_ref()?.compares(pattern),
            "BITBUCKET_PR_ID" | DESTINATION if pattern.is_empty() => self.pull_request.then_some(false),
            _ => None,
        }
    }

    /// The names that the variable of a branch or a tag may have.
    fn names(&self, variable: &str) -> Option<&Names> {
        match variable {
            "BITBUCKET_BRANCH" => self.branch.as_ref(),
            "BITBUCKET_TAG" => self.tag.as_ref(),
            DESTINATION => self.destination.as_ref(),
            _ => None,
        }
    }

    /// The text with which a variable surely begins.
    pub(super) fn beginning(&self, variable: &str) -> String {
        let pattern = self.names(variable).and_then(|names| names.pattern.as_ref());
        pattern.map(|pattern| pattern.literal_prefix().to_owned()).unwrap_or_default()
    }

    /// Whether a value that is no literal is among the texts that are sought, where that can be told.
    pub(super) fn finds(&self, value: &Value, sought: &Sought) -> Option<bool> {
        let names = |part: &Part| match part {
            Part::Symbol(symbol) if symbol.cut.is_empty() => self.names(&symbol.name),
            _ => None,
        };
        // Any text may be among them, or not.
        if let [Part::Symbol(symbol)] = value.parts()
            && !is_always_set(&symbol.name)
            && self.names(&symbol.name).is_none()
        {
            return None;
        }
        let row = value.parts().iter().map(|part| match (part, names(part)) {
            (Part::Literal(text), _) => Shape::text(text),
            (_, Some(names)) => names.shape(),
            (Part::Symbol(symbol), None) if symbol.cut.is_empty() && is_always_set(&symbol.name) => Shape::something(),
            _ => Shape::anything(),
        });
        let texts = Texts::of(&Shape::Row(row.collect()))?;
        let except = match value.parts() {
            [one] => names(one).map(|names| names.except.as_slice()).unwrap_or_default(),
            _ => &[],
        };
        texts.are_in(&Texts::of(&sought.shape)?, except)
    }

    /// Whether all tags begin with a text.
    pub(super) fn tag_begins(&self, prefix: &str) -> bool {
        let pattern = self.tag.as_ref().and_then(|names| names.pattern.as_ref());
        !prefix.is_empty() && pattern.is_some_and(|pattern| pattern.literal_prefix().starts_with(prefix))
    }
}

pub(super) struct World<'b> {
    pub(super) consulted: &'b Consulted<'b>,
    pub(super) files: &'b dyn Files,
    /// The texts of scripts and targets at hand that were followed, each with whether any failure in it ends it.
    pub(super) followed: Vec<(String, bool)>,
}

impl World<'_> {
    /// Keeps a text that is followed.
    fn follow(&mut self, text: String, strict: bool) -> String {
        if !self.followed.iter().any(|(known, _)| *known == text) {
            self.followed.push((text.clone(), strict));
        }
        text
    }
}

impl Host for World<'_> {
    fn variable(&self, name: &str) -> Lookup {
        self.consulted.variable(name)
    }

    fn compares(&self, value: &Value, pattern: &str) -> Option<bool> {
        self.consulted.compares(value, pattern)
    }

    fn finds(&self, value: &Value, sought: &Sought) -> Option<bool> {
        self.consulted.finds(value, sought)
    }

    fn beginning(&self, name: &str) -> String {
        self.consulted.beginning(name)
    }

    fn script(&mut self, path: &str) -> Option<String> {
        let text = self.files.read(path)?;
        let first = text.lines().next().unwrap_or("");
        let shell = !first.starts_with("#!") || first.contains("sh");
        let strict = first.contains(" -e") || text.lines().any(|line| errexit(line.trim()) == Some(true));
        shell.then(|| self.follow(text, strict))
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        self.files.list(folder)
    }

    fn target(&mut self, folder: &str, words: &[String]) -> Option<String> {
        super::at_hand::script(words, &Below { files: self.files, folder }).map(|text| self.follow(text, true))
    }
}

/// The files of the repository, seen from one of its folders.
struct Below<'f> {
    files: &'f dyn Files,
    folder: &'f str,
}

impl Files for Below<'_> {
    fn read(&self, path: &str) -> Option<String> {
        let outside = path.starts_with(['/', '~']);
        joined(self.folder, path).filter(|_| !outside).and_then(|path| self.files.read(&path))
    }

    fn reaches(&self, path: &str) -> bool {
        joined(self.folder, path).is_some_and(|path| self.files.reaches(&path))
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        self.files.list(&joined(self.folder, folder)?)
    }
}
