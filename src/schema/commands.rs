//! Maps in a script that are no pipes: commands that YAML took for maps, words of other systems, and slips.

use super::dialects::of_dialect;
use super::explain::Writer;
use super::keys::{shown, spelt_like};
use super::metas;
use super::place::Place;
use crate::yaml::Node;

impl<'d> Writer<'d> {
    /// A map in a script that is no pipe: a command that YAML took for a map because of its colon, or another system's.
    pub(super) fn command(&mut self, place: &Place<'d>) -> bool {
        let Some(entry) = place.node.entries().next() else { return false };
        let span = entry.key.span();
        let name = entry.name();
        let has = |key: &str| place.node.get(key).is_some();
        let neither = "an item of a script is a command or a pipe, and this map is neither";
        let foreign = [
            ("uses", "call a pipe: `- pipe: account/repository:version`"),
            ("run", "write the command itself as the item"),
            ("step", "end the script before it: `- step:` stands in the pipeline's list"),
            ("script", "write the commands themselves as items"),
            ("bash", "write the command itself as the item"),
            ("pwsh", "write the command itself as the item"),
            ("powershell", "write the command itself as the item"),
            ("sh", "write the command itself as the item"),
            ("bat", "write the command itself as the item"),
            ("command", "write the command itself as the item"),
            ("commands", "write the commands themselves as items"),
            ("cmd", "write the command itself as the item"),
            ("task", "write its commands as items; an `image` brings the tools, or a pipe does the task"),
        ];
        if let Some((key, help)) = foreign.into_iter().find(|(key, _)| has(key)) {
            let at = place.node.entry(key).map_or(span, |entry| entry.key.span());
            let dialect = of_dialect(key);
            let message = dialect.map(|row| format!("`{key}` is no command: {}", row.whose));
            self.say(&metas::KNOWN_KEY, place, at, message.unwrap_or_else(|| neither.to_owned())).help =
                Some(help.to_owned());
            return true;
        }
        if let Some(row) = of_dialect(name).filter(|_| !entry.value.is_null()) {
            let message = format!("`{}` is no command: {}", shown(name), row.whose);
            self.say(&metas::KNOWN_KEY, place, span, message).help = Some(row.help.to_owned());
            return true;
        }
        if let Some(help) = in_step(name) {
            let message = format!("`{}` is no command, but a key", shown(name));
            self.say(&metas::KNOWN_KEY, place, span, message).help = Some(help.to_owned());
            return true;
        }
        let value = entry.value.text().filter(|value| !value.is_empty() && !value.contains(char::is_whitespace));
        if let Some(meant) = spelt_like(name, &["pipe", "agent"]).filter(|_| value.is_some()) {
            let message = format!("unknown key `{}` in a script's item; did you mean `{meant}`?", shown(name));
            self.say(&metas::KNOWN_KEY, place, span, message).help = Some(format!("rename it to `{meant}`"));
            return true;
        }
        // What `<<` should have brought may be a pipe.
        if place.node.entries().len() == 0 {
            return true;
        }
        if has("variables") || has("name") {
            let message = "a pipe needs `pipe`".to_owned();
            self.say(&metas::REQUIRED_KEY, place, span, message).help =
                Some("put `pipe:` and these keys into one item, with one dash".to_owned());
            return true;
        }
        // A command with a colon in it has a text behind that; what stands there in braces may be one.
        let written = self.document.slice(entry.value.span());
        let is_body = (entry.value.is_mapping() || entry.value.is_sequence())
            && (is_word(name) || !written.starts_with(['{', '[']));
        if is_body && !entry.key.is_null() {
            let message =
                format!("`{}` is no command: what stands below it is {}", shown(name), entry.value.kind().words());
            let help = match name.contains('/') {
                true => {
                    "an item is a command or a pipe; what it does may be a pipe: `- pipe: account/repository:version`"
                }
                false => {
                    "an item is a command or a pipe: write what it does as a command, or put the key beside `script`"
                }
            };
            self.say(&metas::KNOWN_KEY, place, span, message).help = Some(help.to_owned());
            return true;
        }
        // The rest of a command may hold a secret, so only the word before the colon is repeated.
        let word = name.split_whitespace().last().unwrap_or(name);
        let message = format!("the colon after `{}` makes a map of this command", shown(word));
        let braces = self.document.slice(place.node.span()).starts_with('{') && entry.value.is_null();
        let message = match () {
            () if braces => "the braces make a map of this command".to_owned(),
            () if entry.key.is_null() => "a colon alone is a map in YAML, and no command".to_owned(),
            () => message,
        };
        let help = match is_word(name) && !braces && !entry.key.is_null() {
            true => "remove the colon: no name of a command ends with one",
            false => in_quotes(place.node),
        };
        self.say(&metas::QUOTED_COMMAND, place, span, message).help = Some(help.to_owned());
        true
    }
}

/// Whether a key is one word, as the name of a command is, or of a key.
fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
}

/// The next edit for what stands beside the commands of a step, here or in another system.
fn in_step(name: &str) -> Option<&'static str> {
    match name {
        "image" => Some("put it beside `script`, into the step"),
        "env" | "environment" => Some("write `export NAME=value` as an item"),
        "when" | "if" | "unless" | "condition" => {
            Some("choose by the section of `pipelines`, or write `if …; then …; fi` as one item")
        }
        "publish" | "upload" => Some("list the files under the step's `artifacts`"),
        "download" => Some("remove it: what earlier steps list under `artifacts` is there already"),
        "template" | "include" => Some("write the commands out, or take them from an anchor: `- *name`"),
        "parallel" => Some("end the script before it: `- parallel:` stands in the pipeline's list"),
        "services" | "caches" | "artifacts" | "deployment" | "after-script" | "max-time" | "size" => {
            Some("put it beside `script`, into the step")
        }
        _ => None,
    }
}

/// How a command is put in quotes: those that its line doesn't hold, else as a block.
pub(super) fn in_quotes(node: Node<'_>) -> &'static str {
    let document = node.document();
    let line = document.slice(document.lines().span(document.text(), document.lines().line(node.span().start)));
    match (line.contains('\''), line.contains('"')) {
        (false, _) => "put the whole command in single quotes",
        (true, false) => "put the whole command in double quotes",
        (true, true) => "write it as a block: `- |` and the command, indented, on the next line",
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::yaml::Document;

    #[test]
    fn a_map_of_another_system_is_no_command_with_a_colon() {
        let of = |item: &str| -> Vec<(&str, String)> {
            let text = format!("pipelines:\n  default:\n    - step:\n        script:\n          - {item}\n");
            let found = check(&Document::read(text)).into_iter();
            found.map(|finding| (finding.rule, finding.help.unwrap_or_default())).collect()
        };
        for (item, help) in [
            ("env:\n              A: b", "write `export NAME=value` as an item"),
            ("publish: x", "list the files under the step's `artifacts`"),
            (
                "slack/notify: {event: fail}",
                "an item is a command or a pipe; what it does may be a pipe: `- pipe: account/repository:version`",
            ),
        ] {
            assert_eq!(of(item), [("known-key", help.to_owned())], "{item}");
        }
        assert_eq!(
            of("echo: hi"),
            [("quoted-command", "remove the colon: no name of a command ends with one".to_owned())]
        );
        assert_eq!(of("curl -d a: {b: c}"), [("quoted-command", "put the whole command in single quotes".to_owned())]);
    }
}
