//! `remote-variable`: another machine is left no variable to fill in that is set here alone.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!(
    "remote-variable",
    Warning,
    "a variable of Bitbucket or of the script is left to the shell of another machine, which has none"
);

pub(super) struct RemoteVariable;

/// Whether a text may set any variable on the machine, or asks whether one is set: it sources a file, reads words, or exports what
/// is not written out.
fn may_set(text: &str) -> bool {
    let parts = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '{' | '}' | '\'' | '"');
    let mut words = text.split(parts).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or("");
        let found = match word {
            "." | "source" | "eval" | "read" | "declare" | "typeset" | "mapfile" | "readarray" => true,
            "-n" | "-z" => next.starts_with('$'),
            "-v" => next.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'),
            "set" => next.starts_with('-') && next.contains('a') || next == "-o" && text.contains("allexport"),
            "export" => !next.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

impl Rule for RemoteVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for plan in flow.all_plans() {
            for step in plan.steps.iter().filter(|step| !step.found.elsewhere.is_empty()) {
                // `ssh -o SendEnv=BITBUCKET_TAG` takes it along, and so may the settings of ssh.
                let items = step.step.script();
                let mut texts = items.iter().filter_map(ScriptItem::command_text);
                if texts.any(|text| text.contains("SendEnv") || text.contains("SetEnv")) {
                    continue;
                }
                for (name, site) in &step.found.elsewhere {
                    let text = site.node.text().unwrap_or("");
                    if !told.first(site.span()) || may_set(text) {
                        continue;
                    }
                    let message = match name.starts_with("BITBUCKET_") {
                        true => format!("`${name}` is left to the other machine, where it is empty"),
                        false => {
                            format!("`${name}` is set here, and left to the other machine, which does not know it")
                        }
                    };
                    out.violated(site.span(), message).trace(plan.trace(step)).help(format!(
                        "let the pipeline fill it in: double quotes, a here-document whose end has no quotes (`<<EOF`), or \
                         `ssh HOST \"{name}=${name} bash -s\"` before a script"
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::may_set;

    #[test]
    fn what_may_set_a_variable_there_is_known_by_its_words() {
        for text in [
            ". \"$HOME/.env\" && docker run r/a:$TAG",
            "set -o allexport; cd a; docker run $TAG",
            "set -ea\ndocker run $TAG",
            "eval $(grep TAG .env); docker run $TAG",
            "export `cat .env`; docker run $TAG",
            "export  $(cat .env); docker run $TAG",
            "while IFS= read -r l; do export \"$l\"; done < .env; docker run $TAG",
            "[ -v TAG ] && docker run $TAG",
            "test -n $TAG && docker run $TAG",
        ] {
            assert!(may_set(text), "{text}");
        }
        for text in
            ["set -e\ncd a && docker run $TAG", "export A=1 B; docker run -v /a:/b --name n $TAG", "docker run $TAG"]
        {
            assert!(!may_set(text), "{text}");
        }
    }
}
