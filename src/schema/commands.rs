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
        // The rest of a command may hold a secret, so only the word before the colon is repeated.
        let word = name.split_whitespace().last().unwrap_or(name);
        let message = format!("the colon after `{}` makes a map of this command", shown(word));
        let braces = self.document.slice(place.node.span()).starts_with('{') && entry.value.is_null();
        let message = match () {
            () if braces => "the braces make a map of this command".to_owned(),
            () if entry.key.is_null() => "a colon alone is a map in YAML, and no command".to_owned(),
            () => message,
        };
        self.say(&metas::QUOTED_COMMAND, place, span, message).help = Some(in_quotes(place.node).to_owned());
        true
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
