//! What a pipe is given, where it stands beside `variables` and not below it.

use super::explain::Writer;
use super::keys::shown;
use super::metas;
use super::place::Place;

/// How many of the names one help repeats.
const NAMES: usize = 3;

/// Whether a key is written as the variables of pipes are.
fn is_variable(key: &str) -> bool {
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    key.len() > 1 && key.starts_with(|c: char| c.is_ascii_uppercase()) && key.chars().all(capital)
}

impl<'d> Writer<'d> {
    /// Tells once of the variables among the unknown keys of a pipe, and gives the other keys back.
    pub(super) fn loose_variables<'k>(&mut self, place: &Place<'d>, unknown: &'k [String]) -> Vec<&'k String> {
        let (loose, others): (Vec<_>, Vec<_>) = unknown.iter().partition(|key| is_variable(key));
        let Some(entry) = loose.first().and_then(|key| place.node.entry(key)) else { return others };
        let names: Vec<String> = loose.iter().take(NAMES).map(|key| format!("`{}`", shown(key))).collect();
        let names = names.join(", ") + if loose.len() > NAMES { " and the others" } else { "" };
        let message = format!("`{}` is a variable of the pipe, and stands beside `pipe`", shown(entry.name()));
        let help = match place.node.get("variables") {
            None => format!("write `variables:` above it, and indent {names} below that"),
            Some(_) => format!("put {names} under `variables`"),
        };
        self.say(&metas::KNOWN_KEY, place, entry.key.span(), message).help = Some(help);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::yaml::Document;

    fn said(pipe: &str) -> Vec<String> {
        let text = format!(
            "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: acme/notify:1.0.0\n{pipe}\n"
        );
        check(&Document::read(text)).into_iter().map(|finding| finding.help.unwrap_or_default()).collect()
    }

    #[test]
    fn variables_beside_a_pipe_are_told_once() {
        let beside = "            KEY: $A\n            IMAGE_NAME: b";
        assert_eq!(said(beside), ["write `variables:` above it, and indent `KEY`, `IMAGE_NAME` below that"]);
        let empty = "            variables:\n            KEY: $A";
        assert_eq!(said(empty), ["indent the keys below `variables` by two more spaces"]);
        let more = "            variables: {A: b}\n            KEY: $A";
        assert_eq!(said(more), ["put `KEY` under `variables`"]);
        assert_eq!(said("            variable: {A: b}"), ["rename it to `variables`"]);
    }
}
