//! The folder in which commands run: where a step begins, what `cd` and its kin make of it, and which file a path names there.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::scope::Scope;
use super::value::{Value, join};
use super::written::joined;

/// The variable that names the checkout, where every script begins.
const CHECKOUT: &str = "BITBUCKET_CLONE_DIR";

/// Where the checkout lies on Bitbucket's machines.
const CHECKOUT_PATH: &str = "/opt/atlassian/pipelines/agent/build";

/// The folder in which a script stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Folder {
    /// This one, seen from the checkout; empty for the checkout itself. One that begins elsewhere as it is written.
    At(String),
    /// It can't be told.
    Lost,
}

impl Folder {
    /// Its path, where it holds no unknown.
    pub(super) fn told(&self) -> Option<&str> {
        match self {
            Folder::At(path) => Some(path.as_str()).filter(|path| is_plain(path)),
            Folder::Lost => None,
        }
    }

    /// Its path in the repository, where it is there for sure.
    pub(super) fn inside(&self) -> Option<&str> {
        self.told().filter(|path| !path.starts_with('/'))
    }
}

/// Where a script stands, and where it can go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) at: Folder,
    /// Where `cd -` leads.
    before: Folder,
    /// Where `popd` leads, the last one first to go.
    stack: Vec<Folder>,
}

impl Default for Stand {
    fn default() -> Self {
        Self { at: Folder::At(String::new()), before: Folder::Lost, stack: Vec::new() }
    }
}

impl Stand {
    fn go(&mut self, to: Folder) {
        self.before = std::mem::replace(&mut self.at, to);
    }

    /// Makes unknown where it is.
    pub(super) fn lose(&mut self) {
        *self = Self { at: Folder::Lost, before: Folder::Lost, stack: Vec::new() };
    }
}

/// What is known of the place that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// This file or folder of the repository, by its path from there.
    Inside(String),
    /// Somewhere outside of the checkout.
    Outside,
    /// It can't be told.
    Unknown,
}

impl Leads {
    /// The path in the repository.
    pub fn inside(self) -> Option<String> {
        match self {
            Self::Inside(path) => Some(path),
            Self::Outside | Self::Unknown => None,
        }
    }
}

impl Scope {
    /// Whether commands run outside of the checkout for sure.
    pub fn is_outside(&self) -> bool {
        matches!(&self.stand.at, Folder::At(path) if path.starts_with('/'))
    }

    /// The folder of the checkout in which commands run, where it is known and another than the checkout itself.
    pub fn folder(&self) -> Option<&str> {
        match &self.stand.at {
            Folder::At(path) if !path.is_empty() && !path.starts_with('/') => Some(path),
            Folder::At(_) | Folder::Lost => None,
        }
    }

    /// The folder in which commands run: seen from the checkout, or as it is written where it begins elsewhere; `None` where it
    /// can't be told.
    pub fn stands(&self) -> Option<&str> {
        self.stand.at.told()
    }

    /// Where a path leads that a command names.
    pub fn leads(&self, path: &Value) -> Leads {
        let below_checkout = in_checkout(path);
        let Some(text) = below_checkout.as_ref().unwrap_or(path).as_literal() else { return Leads::Unknown };
        if below_checkout.is_none() && text.starts_with(['/', '~']) {
            return Leads::Outside;
        }
        let folder = match &self.stand.at {
            _ if below_checkout.is_some() => "",
            Folder::At(folder) if folder.starts_with('/') => return Leads::Outside,
            Folder::At(folder) if !is_plain(folder) => return Leads::Unknown,
            Folder::At(folder) => folder,
            Folder::Lost => return Leads::Unknown,
        };
        joined(folder, text).map_or(Leads::Outside, Leads::Inside)
    }

    /// The folder in which commands run, as `pwd` prints it.
    pub(super) fn here(&self) -> Option<Value> {
        self.stand.at.told().map(at)
    }
}

/// The absolute path of a folder.
pub(super) fn at(folder: &str) -> Value {
    match folder {
        "" => Value::variable(CHECKOUT),
        folder if folder.starts_with('/') => Value::literal(folder),
        folder => join([&Value::variable(CHECKOUT), &Value::literal(folder)], "/"),
    }
}

/// What follows the checkout in a path that begins there.
fn in_checkout(path: &Value) -> Option<Value> {
    let named = path.first_symbol().is_some_and(|first| first.is_variable(CHECKOUT) && first.cut.is_empty());
    let rest = if named {
        // Behind the variable a slash comes first, or nothing.
        let (begin, rest) = path.split_once("/").unwrap_or((path.clone(), Value::default()));
        begin.as_symbol().is_some().then_some(rest)
    } else {
        path.strip_prefix(CHECKOUT_PATH)
    };
    rest.filter(|rest| named || rest.is_empty() || rest.literal_prefix().starts_with('/'))
}

/// Whether a path of ours holds no unknown.
fn is_plain(path: &str) -> bool {
    !path.contains(['$', '<'])
}

impl Interpreter<'_> {
    /// A file's path from the checkout; one that begins elsewhere as it is written.
    pub(super) fn path(&self, value: &Value) -> Option<String> {
        let below_checkout = in_checkout(value);
        let Some(text) = below_checkout.as_ref().unwrap_or(value).as_literal() else {
            // How far an unknown leads down can't be told, nor where it leads to above that.
            return Some(value.to_string()).filter(|path| !path.contains(".."));
        };
        let folder = match &self.scope.stand.at {
            _ if below_checkout.is_some() || text.starts_with(['/', '~']) => "",
            Folder::At(folder) if !is_plain(folder) && text.contains("..") => return None,
            Folder::At(folder) => folder,
            Folder::Lost => return None,
        };
        let elsewhere = below_checkout.is_none() && text.starts_with('/') || folder.starts_with('/');
        let path = joined(folder, text)?;
        Some(if elsewhere { format!("/{path}") } else { path })
    }

    /// `cd`, `pushd` and `popd`.
    pub(super) fn change_folder(&mut self, name: &str, invocation: &Invocation) {
        let mut words = invocation.words.iter().skip(1).filter(|word| !is_flag(word));
        let target = words.next();
        let to = match target {
            Some(word) if name == "cd" && word.literal() == Some("-") => self.scope.stand.before.clone(),
            Some(word) if name != "popd" => self.folder_of(word),
            // It goes home.
            None if name == "cd" => Folder::At("/~".to_owned()),
            None if name == "popd" => self.scope.stand.stack.pop().unwrap_or(Folder::Lost),
            _ => Folder::Lost,
        };
        if name == "pushd" {
            let from = self.scope.stand.at.clone();
            self.scope.stand.stack.push(from);
        }
        self.scope.stand.go(to);
    }

    fn folder_of(&self, word: &Word) -> Folder {
        let Some(value) = word.one() else { return Folder::Lost };
        if let Some(rest) = value.as_literal().and_then(|text| text.strip_prefix('~')) {
            return Folder::At(format!("/~{rest}"));
        }
        self.path(&value).map_or(Folder::Lost, Folder::At)
    }

    /// The text of a script of the repository that a word names, where it is at hand.
    pub(super) fn script_at(&mut self, path: &Value) -> Option<String> {
        if self.remote.is_some() {
            return None;
        }
        let path = self.scope.leads(path).inside()?;
        self.host_script(&path)
    }

    /// The folder to which a runner is sent by its own flags, and the call without them; `None` where no flag sends it.
    pub(super) fn sent(&self, tool: &str, invocation: &Invocation) -> Option<(Folder, Vec<Word>)> {
        let flags: &[&str] = match tool {
            "make" | "gmake" => &["-C", "--directory"],
            "npm" => &["--prefix", "-C"],
            "pnpm" => &["-C", "--dir"],
            "yarn" | "bun" => &["--cwd"],
            "composer" => &["-d", "--working-dir"],
            _ => return None,
        };
        let mut inner = self.scope.clone();
        let mut words = Vec::new();
        let mut rest = invocation.words.iter();
        while let Some(word) = rest.next() {
            let text = word.value();
            let begin = text.literal_prefix();
            let named = if flags.contains(&begin) && text.as_literal().is_some() {
                rest.next().and_then(Word::one)
            } else if let Some(flag) = flags.iter().find(|flag| is_given_in(flag, begin)) {
                text.strip_prefix(flag).map(|rest| rest.strip_prefix("=").unwrap_or(rest))
            } else {
                words.push(word.clone());
                continue;
            };
            let to = match named.as_ref().map(|path| inner.leads(path)) {
                Some(Leads::Inside(path)) => Folder::At(path),
                Some(Leads::Outside | Leads::Unknown) | None => Folder::Lost,
            };
            inner.stand.go(to);
        }
        (words.len() < invocation.words.len()).then_some((inner.stand.at, words))
    }
}

/// Whether a flag's value stands in the same word: `--prefix=web`, `-Cweb`.
fn is_given_in(flag: &str, word: &str) -> bool {
    let rest = word.strip_prefix(flag);
    rest.is_some_and(|rest| rest.starts_with('=') || !flag.starts_with("--") && !rest.is_empty())
}

fn is_flag(word: &Word) -> bool {
    matches!(word.literal(), Some("--" | "-P" | "-L" | "-e" | "-q" | "-n"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn scripts_are_found_from_where_a_step_stands() {
        for script in [
            "cd ci; ./lib/tag.sh x",
            "cd ci && ./lib/tag.sh x",
            "(cd docs; ls); pushd ci; ./lib/tag.sh x",
            "pushd docs; popd; bash ci/lib/tag.sh x",
            "cd docs; cd -; ci/lib/tag.sh x",
            "cd docs/../ci/lib; sh tag.sh x",
            "go() { cd ci; }; go; ./lib/tag.sh x",
            "$BITBUCKET_CLONE_DIR/ci/lib/tag.sh x",
            "cd docs; \"${BITBUCKET_CLONE_DIR}/ci/lib/tag.sh\" x",
            "cd docs; cd $BITBUCKET_CLONE_DIR; bash ci/lib/tag.sh x",
            "bash \"$PWD/ci/lib/tag.sh\" x",
            "cd ci; bash \"$(pwd)/lib/tag.sh\" x",
            "D=\"$(cd ci/lib && pwd)\"; cd docs; bash \"$D/tag.sh\" x",
            "ROOT=$(git rev-parse --show-toplevel); cd docs; $ROOT/ci/lib/tag.sh x",
            "cd /opt/atlassian/pipelines/agent/build/ci; ./lib/tag.sh x",
            "cd docs || exit 1; ../ci/lib/tag.sh x",
        ] {
            assert_eq!(run(script).last().unwrap(), "docker tag x y", "{script}");
        }
    }

    #[test]
    fn where_the_folder_cannot_be_told_no_script_is_found() {
        for script in [
            "cd $WHERE; ./lib/tag.sh x",
            "cd $WHERE; ci/lib/tag.sh x",
            "[ -n \"$X\" ] && cd ci; ./lib/tag.sh x",
            "cd /srv; ci/lib/tag.sh x",
            "cd; ci/lib/tag.sh x",
            "cd ..; ci/lib/tag.sh x",
            "ssh host 'cd ci; ./lib/tag.sh x'",
            "popd; ci/lib/tag.sh x",
            "bash \"$WHERE/ci/lib/tag.sh\" x",
        ] {
            assert!(run(script).last().unwrap().ends_with("tag.sh x"), "{script}: {:?}", run(script));
        }
    }
}
