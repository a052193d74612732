//! Programs that are called by a path with a variable in it: `$BITBUCKET_CLONE_DIR/ci/deploy.sh`, `$HOME/.fly/bin/flyctl`.

use super::command::Reading;
use crate::shell::{Invocation, Value, Word};

/// Commands of which the first plain word is a script that they run.
const RUN_SCRIPTS: [&str; 8] = ["bash", "sh", "dash", "zsh", "ash", "ksh", "source", "."];

impl Reading<'_, '_> {
    /// The same call by a path that can be read: of a script its path in the repository, of a known tool its name.
    pub(super) fn by_plain_path(&self) -> Option<Invocation> {
        let words = &self.invocation.words;
        let at = match words.first()?.literal() {
            None => 0,
            Some(name) if RUN_SCRIPTS.contains(&name) => {
                let is_flag = |word: &&Word| word.value().literal_prefix().starts_with(['-', '+']);
                1 + words.iter().skip(1).take_while(is_flag).count()
            }
            Some(_) => return None,
        };
        let value = words.get(at)?.one().filter(|value| value.as_literal().is_none())?;
        let text = match self.scope.leads(&value).inside() {
            Some(path) if self.invocation.remote.is_none() => self.as_seen_here(&path),
            _ if at == 0 => self.known_tool(&value)?,
            _ => return None,
        };
        let mut plain = self.invocation.clone();
        plain.words[at].values = vec![Value::literal(text)];
        Some(plain)
    }

    /// A path of the repository as it is written in the folder where the command runs.
    fn as_seen_here(&self, path: &str) -> String {
        let up = self.scope.folder().map_or(0, |folder| folder.split('/').count());
        format!("./{}{path}", "../".repeat(up))
    }

    /// The name of a tool that lies in a folder of which only a variable tells.
    fn known_tool(&self, value: &Value) -> Option<String> {
        let (_, name) = value.rsplit_once("/")?;
        let name = name.as_literal()?;
        let known = self.catalogue.has_commands(name) || self.catalogue.is_harmless(name);
        known.then(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::effects;

    #[test]
    fn a_path_with_a_variable_is_read_as_what_it_leads_to() {
        for (call, told) in [
            ("$HOME/.fly/bin/flyctl deploy --image a/b:1", "flyctl deploy --image a/b:1"),
            ("bash $BITBUCKET_CLONE_DIR/ci/deploy.sh staging", "bash ./ci/deploy.sh staging"),
            ("\"$PWD\"/deploy.sh", "./deploy.sh"),
            ("$(pwd)/ci/deploy.sh", "./ci/deploy.sh"),
            ("cd ci; $BITBUCKET_CLONE_DIR/deploy.sh", "cd ci; ../deploy.sh"),
            ("source ${BITBUCKET_CLONE_DIR}/ci/env.sh", "source ./ci/env.sh"),
            ("ssh a@b -- docker service update --image a/b:1 c", "ssh a@b docker service update --image a/b:1 c"),
        ] {
            let found = effects(call);
            assert!(!found.is_empty(), "{call}");
            assert_eq!(found, effects(told), "{call}");
        }
        assert_eq!(effects("$TOOLS/roll --now"), effects("\"$TOOLS\"/roll --now"));
    }
}
