//! Unknown keys: the nearest known one, the place it belongs to, or the system it comes from.

use serde_json::Value;

use super::compiled::TREE;
use super::foreign::{of_key, of_spelling};
use super::invisible::{is_hidden, is_odd_blank};
use super::misplaced;
use super::system::of_word;
use crate::finding::Severity;
use crate::yaml::Node;

/// What is said of an unknown key.
#[derive(Debug)]
pub(super) struct Words {
    pub message: String,
    pub help: String,
    pub severity: Severity,
    /// The known key that was most likely meant.
    pub meant: Option<String>,
}

/// The words for a key with a value that the schema's object does not have; `system` is what is said of the file's foreign words.
pub(super) fn unknown(owner: &Value, key: &str, value: Option<Node<'_>>, system: Option<&'static str>) -> Words {
    let place = owner.get("title").and_then(Value::as_str).unwrap_or("this map");
    let known: Vec<&str> =
        owner.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    if let Some(meant) = key.strip_prefix('-').filter(|rest| known.contains(rest)) {
        return Words {
            message: format!("unknown key `{}` in {place}: the dash has no blank after it", shown(key)),
            help: format!("write `- {meant}:`"),
            severity: Severity::Error,
            meant: Some(meant.to_owned()),
        };
    }
    if key == "<" {
        return Words {
            message: format!("unknown key `<` in {place}; did you mean `<<`?"),
            help: "write `<<`, which merges what is aliased".to_owned(),
            severity: Severity::Error,
            meant: None,
        };
    }
    let blank = |c: char| c.is_whitespace();
    if let Some(odd) = key.chars().find(|c| is_odd_blank(*c))
        && !key.trim_matches(blank).contains(blank)
    {
        let meant = key.trim_matches(blank);
        return Words {
            message: format!("U+{:04X} is part of this key, where `{}` is meant", u32::from(odd), shown(meant)),
            help: format!("replace it with spaces; `{}` begins where the keys beside it begin", shown(meant)),
            severity: Severity::Error,
            meant: Some(meant.to_owned()),
        };
    }
    if let Some(hidden) = key.chars().find(|c| is_hidden(*c)) {
        let meant: String = key.chars().filter(|c| !is_hidden(*c)).collect();
        return Words {
            message: format!("U+{:04X} is part of this key, where `{}` is meant", u32::from(hidden), shown(&meant)),
            help: "remove it: it can't be seen".to_owned(),
            severity: Severity::Error,
            meant: Some(meant),
        };
    }
    if let Some(words) = value.and_then(|value| misplaced::by_value(place, key, value)) {
        return words;
    }
    if let Some(row) = of_key(key, place) {
        return Words {
            message: format!("unknown key `{}` in {place}: {}", shown(key), of_word(key, row.whose, system)),
            help: row.help.to_owned(),
            severity: row.severity,
            meant: known.iter().find(|known| row.help.contains(&format!("`{known}`"))).map(|known| (*known).to_owned()),
        };
    }
    // A keyword of another place is no slip of one that is known here.
    if let Some((help, meant)) = elsewhere(place, key) {
        let message = format!("unknown key `{}` in {place}", shown(key));
        return Words { message, help, severity: Severity::Error, meant: meant.map(str::to_owned) };
    }
    let other = of_spelling(key, place).filter(|_| !known.iter().any(|known| plain(known) == plain(key)));
    if let Some((word, row)) = other {
        let whose = match of_word(word, row.whose, system).strip_prefix("it is a word of ") {
            Some(system) => format!("`{word}` is a word of {system}"),
            None => row.whose.to_owned(),
        };
        return Words {
            message: format!("unknown key `{}` in {place}: {whose}", shown(key)),
            help: row.help.to_owned(),
            severity: row.severity,
            meant: known.iter().find(|known| row.help.contains(&format!("`{known}`"))).map(|known| (*known).to_owned()),
        };
    }
    if let Some(meant) = nearest(key, &known) {
        return Words {
            message: format!("unknown key `{}` in {place}; did you mean `{meant}`?", shown(key)),
            help: format!("rename it to `{meant}`"),
            severity: Severity::Error,
            meant: Some(meant.to_owned()),
        };
    }
    let help =
        if known.is_empty() { "remove it".to_owned() } else { format!("known here: {}", list(&taken(place, known))) };
    Words {
        message: format!("unknown key `{}` in {place}", shown(key)),
        help,
        severity: mildness(place, key),
        meant: None,
    }
}

/// Of the keys of a map those to advise: a group in a stage is read, and `steps-in-stage` refuses it.
pub(super) fn taken<'k>(place: &str, known: Vec<&'k str>) -> Vec<&'k str> {
    known.into_iter().filter(|key| place != "an item of a stage" || *key != "parallel").collect()
}

/// Events are added to Bitbucket from time to time, so one that looks like them is only a warning.
fn mildness(place: &str, key: &str) -> Severity {
    let families = ["repository-", "pullrequest-", "pipeline-", "deployment-", "commit-"];
    let likely = place == "`triggers`" && families.iter().any(|family| key.starts_with(family));
    if likely { Severity::Warning } else { Severity::Error }
}

/// The known key that is spelt most like `key`, if one is near.
pub(super) fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let meant = plain(key);
    let begins = |known: &&&str| {
        let known = plain(known);
        (meant.len() > 3 && known.starts_with(&meant)) || (known.len() > 3 && meant.starts_with(&known))
    };
    spelt_like(key, known).or_else(|| known.iter().find(begins).copied().filter(|_| is_of_length(&meant)))
}

/// The known name of which `name` is a slip of one letter or two, or another way of writing it.
pub fn spelt_like<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let meant = plain(name);
    if !is_of_length(&meant) {
        return None;
    }
    if let Some(same) = known.iter().find(|known| plain(known) == meant) {
        return Some(same);
    }
    let distance = |known: &str| strsim::damerau_levenshtein(&plain(known), &meant);
    let near = known.iter().map(|known| (distance(known), *known)).min_by_key(|(distance, _)| *distance);
    if let Some((distance, known)) = near
        && (distance == 1 && meant.len() > 2 || distance == 2 && meant.len() > 5)
    {
        return Some(known);
    }
    None
}

pub(super) fn plain(text: &str) -> String {
    text.to_lowercase().replace(['-', '_', ' '], "")
}

/// Whether a plain name is long enough to be near one alone, and short enough to be a name.
fn is_of_length(plain: &str) -> bool {
    (2..=40).contains(&plain.len())
}

/// Where a key belongs that is known, but not here, and the key that should hold it there and is lacking.
fn elsewhere(place: &str, key: &str) -> Option<(String, Option<&'static str>)> {
    let here = |help: &str| Some((help.to_owned(), None));
    if key == "import" && place.ends_with("item") {
        return here(
            "it stands in the place of the whole list, with no steps beside it: write `import: …` below the pipeline's key, without a dash",
        );
    }
    if key == "import" {
        return here(
            "name the file under `definitions.imports`, and write `import: PIPELINE@SOURCE` in the place of a pipeline's \
             list; anchors do not cross files",
        );
    }
    let has = |definition: &str| {
        let pointer = if definition.is_empty() {
            "/properties".to_owned()
        } else {
            format!("/definitions/{definition}/properties")
        };
        TREE.pointer(&pointer).and_then(Value::as_object).is_some_and(|keys| keys.contains_key(key))
    };
    let in_file = place == "the file";
    if has("") && has("plainStep") && matches!(place, "`pipelines`" | "`options`") {
        return here("put it at the top of the file, for all steps, or into the steps that need it");
    }
    let pipelines = in_file.then_some("pipelines");
    if has("definitions") && (in_file || place == "`pipelines`") {
        return Some((format!("put it under `definitions`, at the top of the file: `definitions.{key}`"), None));
    }
    if has("options") && in_file {
        return here("put it under `options`, or into the steps that need it");
    }
    if (has("plainStep") || has("childStep")) && place.ends_with("item") {
        return here("it belongs into the body of a `step:`, one level deeper");
    }
    if has("plainStep") && !place.contains("step") {
        return Some(if in_file {
            ("a step has it: `- step:` in a pipeline, under `pipelines`".to_owned(), pipelines)
        } else if place == "`pipelines`" {
            ("a step has it: `- step:` in a pipeline".to_owned(), None)
        } else {
            (format!("set it in a step: {place} has none"), None)
        });
    }
    if has("plainStep") && place.contains("step") {
        return Some((format!("remove it: {place} has none"), None));
    }
    if has("item") {
        let help =
            "it is an item of a pipeline: `- ` before it, under `default` or another section of `pipelines`".to_owned();
        return Some((help, pipelines));
    }
    if has("pipelines") {
        let help = if in_file {
            "it is a section of `pipelines`: put it there, indented"
        } else {
            "it is a section of `pipelines`"
        };
        return Some((help.to_owned(), pipelines));
    }
    has("").then(|| ("it stands at the top of the file".to_owned(), None))
}

/// Words in backquotes with commas.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a name is a key that a pipeline file may have anywhere.
pub fn is_keyword(name: &str) -> bool {
    let definitions = TREE.get("definitions").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    let mut owners = definitions.chain([&*TREE]).filter_map(|owner| owner.get("properties"));
    owners.any(|keys| keys.get(name).is_some())
}

/// A text of the file, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 40 || line.len() < text.len() {
        let short: String = line.chars().take(37).collect();
        return format!("{}…", short.trim_end());
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_found_and_a_far_one_is_not() {
        let known = ["script", "after-script", "caches", "max-time", "maxRetryCount", "arch", "ignore-paths"];
        for (key, meant) in [
            ("scripts", Some("script")),
            ("after_script", Some("after-script")),
            ("cache", Some("caches")),
            ("max_time", Some("max-time")),
            ("max-retry-count", Some("maxRetryCount")),
            ("architecture", Some("arch")),
            ("ignore", Some("ignore-paths")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(key, &known), meant, "{key}");
        }
    }

    #[test]
    fn words_of_other_systems_name_the_system() {
        let step = TREE.pointer("/definitions/plainStep").unwrap();
        let words = unknown(step, "needs", None, None);
        assert_eq!(words.message, "unknown key `needs` in a step: it is a word of GitHub Actions");
        assert!(words.help.contains("in the order"));
        assert_eq!(
            unknown(step, "scripts", None, None).message,
            "unknown key `scripts` in a step; did you mean `script`?"
        );
        assert_eq!(unknown(step, "pipelines", None, None).help, "it stands at the top of the file");
    }
}
