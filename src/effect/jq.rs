//! Images that `jq` puts into what it prints: `jq --arg i app:1 '.containerDefinitions[0].image = $i'`.

use super::ecr::shown;
use crate::shell::{Part, SymbolKind, Value};

/// How many arguments of one call are looked at.
const MOST: usize = 20;

/// The images that a text has which a command printed that ends in `jq`; none where it has none by its arguments.
pub(super) fn images(printed: &Value) -> Vec<Value> {
    let symbol = match printed.parts() {
        [Part::Symbol(symbol)] => symbol,
        [Part::Symbol(symbol), Part::Literal(end)] if end.bytes().all(|byte| byte == b'\n') => symbol,
        _ => return Vec::new(),
    };
    if symbol.kind != SymbolKind::Command || !symbol.cut.is_empty() {
        return Vec::new();
    }
    let begins = |at: usize| symbol.name.get(..at).is_some_and(|before| before.is_empty() || before.ends_with("| "));
    // The filter has bars of its own, so all behind the first call is searched.
    let Some((at, call)) = symbol.name.match_indices("jq ").find(|(at, _)| begins(*at)) else { return Vec::new() };
    let text = symbol.name.get(at + call.len()..).unwrap_or("");
    let words: Vec<&str> = text.split_whitespace().collect();
    let arguments = words.windows(3).filter(|three| three[0] == "--arg").take(MOST).map(|three| (three[1], three[2]));
    arguments.filter(|(name, _)| sets_image(text, name)).filter_map(|(_, value)| shown(value)).collect()
}

/// Whether a filter gives a variable to `image`: `.image = $i`, `image: $i`, `.image |= $i`.
fn sets_image(filter: &str, variable: &str) -> bool {
    let variable = format!("${variable}");
    filter.match_indices(&variable).any(|(at, _)| {
        let after = filter.get(at + variable.len()..).and_then(|rest| rest.chars().next());
        let before = filter.get(..at).unwrap_or("").trim_end_matches([' ', '(']);
        let key = before.strip_suffix("|=").or(before.strip_suffix('=')).or(before.strip_suffix(':'));
        let key = key.map(|key| key.trim_end().trim_end_matches(['"', ']']));
        let ends = |key: &str| {
            key.ends_with("image")
                && !key.trim_end_matches("image").ends_with(|c: char| c.is_alphanumeric() || "_-".contains(c))
        };
        !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') && key.is_some_and(ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_is_the_argument_that_the_filter_gives_to_it() {
        let read = |text: &str| images(&Value::command(text)).iter().map(Value::to_string).collect::<Vec<_>>();
        let from = "aws ecs describe-task-definition --task-definition web";
        for filter in [
            ".containerDefinitions[0].image=$I",
            ".containerDefinitions |= map(.image = $I)",
            ".containerDefinitions[0] += {image: $I} | del(.revision)",
            ".containerDefinitions[0][\"image\"] |= ($I)",
        ] {
            let text = format!("{from} | jq --arg T x --arg I r/a:$BITBUCKET_TAG {filter}");
            assert_eq!(read(&text), ["r/a:$BITBUCKET_TAG"], "{filter}");
        }
        for none in [".family=$I", ".containerDefinitions[0].image=$IMAGE", ".my-image=$I"] {
            assert_eq!(read(&format!("{from} | jq --arg I r/a:1 {none}")), [""; 0], "{none}");
        }
        assert_eq!(read("cat task.json"), [""; 0]);
    }
}
