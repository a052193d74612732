//! Commands that may set any variable: what was known before them may be something else behind them.

use super::interpret::Interpreter;
use super::invocation::{Invocation, base};
use super::scope::Scope;
use super::value::{SymbolKind, Value};

/// Files outside of the repository that put a tool into the path, and set variables of their own names only.
const OF_TOOLS: [&str; 10] = [
    "activate",
    "nvm.sh",
    "sdkman-init.sh",
    "path.bash.inc",
    "completion.bash.inc",
    "os-release",
    "bashrc",
    ".bashrc",
    ".profile",
    "profile",
];

/// Programs whose output is made for `eval`, and sets variables of their own names only.
const SET_THEIR_OWN: [&str; 13] = [
    "ssh-agent",
    "gpg-agent",
    "keychain",
    "rbenv",
    "pyenv",
    "nodenv",
    "fnm",
    "opam",
    "conda",
    "brew",
    "docker-machine",
    "minikube",
    "dircolors",
];

impl Interpreter<'_> {
    /// `source` of a file that is not at hand: it may set what it likes, but for the set-up of a tool.
    pub(super) fn lose_to_file(&mut self, invocation: &Invocation) {
        let path = invocation.words.get(1).map(|word| word.value()).unwrap_or_default();
        let of_a_tool = path.as_literal().is_some_and(|path| {
            path.starts_with("/etc/") || path.contains("/.cargo/") || OF_TOOLS.contains(&base(path))
        });
        // `. "$NVM_DIR/nvm.sh"`
        let below = path
            .rsplit_once("/")
            .is_some_and(|(_, name)| name.as_literal().is_some_and(|name| OF_TOOLS.contains(&name)));
        if !of_a_tool && !below {
            self.scope.lose();
        }
    }

    /// `eval` of a text that can't be read.
    pub(super) fn lose_to_text(&mut self, text: &Value) {
        let printed = text.as_symbol().filter(|symbol| symbol.kind == SymbolKind::Command);
        let mut words = printed.into_iter().flat_map(|symbol| symbol.name.split_whitespace());
        let (program, next) = (words.next().map(base), words.next());
        // What logs in prints a command that does.
        if program.is_some_and(|program| SET_THEIR_OWN.contains(&program))
            || (program, next) == (Some("aws"), Some("ecr"))
        {
            return;
        }
        self.scope.lose();
    }

    /// What `export`, `declare` and their kin are given as one word: a word that is not written out as far as its `=` may set any
    /// variable.
    pub(super) fn declare(&mut self, word: &[Value]) {
        let mut named: Vec<(String, Vec<Value>)> = Vec::new();
        let mut hidden = false;
        for value in word {
            let (name, rest) = match value.split_once("=") {
                Some((name, rest)) => (name, Some(rest)),
                None => (value.clone(), None),
            };
            match (name.as_literal(), rest) {
                (Some(name), Some(rest)) => match named.iter_mut().find(|(known, _)| known == name) {
                    Some((_, values)) => values.push(rest),
                    None => named.push((name.to_owned(), vec![rest])),
                },
                (known, _) => hidden |= known.is_none(),
            }
        }
        if hidden {
            self.scope.lose();
        }
        for (name, values) in named {
            self.scope.set(&name, values);
        }
    }
}

impl Scope {
    /// Any variable may have been set, to something that can't be told. Bitbucket's own are not what a file sets.
    fn lose(&mut self) {
        let known: Vec<(String, Vec<Value>)> = self
            .variables()
            .filter(|(name, _)| {
                !name.starts_with("BITBUCKET_") && !name.starts_with("__") && self.array(name).is_none()
            })
            .map(|(name, values)| (name.to_owned(), values.to_vec()))
            .collect();
        for (name, mut values) in known {
            let other = Value::variable(&name);
            if !values.contains(&other) {
                values.push(other);
                self.set(&name, values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::tests::run;

    fn last(script: &str) -> String {
        run(script).pop().unwrap().trim_start_matches("? ").to_owned()
    }

    #[test]
    fn what_may_set_a_variable_leaves_it_open() {
        for loads in [
            ". ./release.env",
            "source \"$FILE\"",
            "set -a && source .env.staging && set +a",
            "export $(cat release.env | xargs)",
            "export \"$(grep TAG= versions.env)\"",
            "declare $(cat x)",
            "eval \"$(aws ssm get-parameter --name /env)\"",
        ] {
            assert_eq!(last(&format!("T=a\n{loads}\np $T")), "p <$T or a>", "{loads}");
            assert_eq!(last(&format!("{loads}\nT=a\np $T")), "p a", "{loads}");
        }
    }

    #[test]
    fn the_set_up_of_a_tool_sets_its_own() {
        for loads in [
            "eval $(ssh-agent -s)",
            ". ~/.nvm/nvm.sh",
            ". \"$NVM_DIR/nvm.sh\"",
            "source venv/bin/activate",
            "export PATH=$PATH:x",
        ] {
            assert_eq!(last(&format!("T=a\n{loads}\np $T")), "p a", "{loads}");
        }
    }

    #[test]
    fn a_default_is_assigned_where_nothing_was_set() {
        assert_eq!(last(": \"${T:=a}\"; p $T"), "p <$T or a>");
        assert_eq!(last("T=b; : \"${T:=a}\"; p $T"), "p b");
        assert_eq!(last("T=; : \"${T:=a}\"; p $T"), "p a");
    }
}
