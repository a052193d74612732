//! What the variables of a pipe say otherwise, and whether it fails on less than before.

use super::checks::is_of_check;
use super::given::ordered;
use super::lines::shown;
use crate::pipeline::PipeCall;
use crate::yaml::Node;

/// Words in the name of a variable with which a check passes whatever it finds, and those with which it fails.
const LENIENT: [&str; 9] = [
    "DONT_BREAK",
    "DO_NOT_BREAK",
    "NO_FAIL",
    "SOFT_FAIL",
    "ALLOW_FAIL",
    "CONTINUE_ON",
    "IGNORE_FAIL",
    "SKIP",
    "DONT_FAIL",
];
const STRICT: [&str; 6] = ["FAIL_ON", "FAIL_IF", "BREAK_ON", "BREAK_BUILD", "FAIL_BUILD", "FAIL_PIPELINE"];

/// What is told of the variables of two calls of one pipe.
pub(super) fn switched(old: &PipeCall<'_>, new: &PipeCall<'_>, hide: &dyn Fn(&mut String)) -> Vec<(String, bool)> {
    let (was, is) = (old.variables(), new.variables());
    let pipe = new.name();
    let find = |all: &[crate::yaml::Entry<'_>], name: &str| all.iter().position(|entry| entry.name() == name);
    let checks = is_of_check(pipe);
    let mut told = Vec::new();
    let mut otherwise: Vec<String> = Vec::new();
    for entry in &was {
        if find(&is, entry.name()).is_none() {
            let before = value(entry.value, hide).map_or_else(String::new, |value| format!(", before {value}"));
            let weakens = checks && is_laxer(entry.name(), entry.value.text(), None);
            told.push((format!("no longer sets `{}` of `{pipe}`{before}", entry.name()), weakens));
        }
    }
    for entry in &is {
        let name = entry.name();
        let before = find(&was, name).and_then(|at| was.get(at)).map(|entry| entry.value);
        if before.is_some_and(|before| ordered(before) == ordered(entry.value)) {
            continue;
        }
        let weakens = checks && is_laxer(name, before.and_then(|node| node.text()), entry.value.text());
        let (old, new) = (before.map(|node| value(node, hide)), value(entry.value, hide));
        match (old, new) {
            (None, Some(new)) => told.push((format!("sets `{name}` of `{pipe}` to {new} now"), weakens)),
            (None, None) => told.push((format!("sets `{name}` of `{pipe}` now"), weakens)),
            (Some(Some(old)), Some(new)) if old != new => {
                told.push((format!("sets `{name}` of `{pipe}` to {new}, before to {old}"), weakens));
            }
            _ => otherwise.push(format!("`{name}`")),
        }
    }
    if !otherwise.is_empty() {
        told.push((format!("sets {} of `{pipe}` otherwise", otherwise.join(", ")), false));
    }
    told
}

/// A value as a message names it, without what must not be said; `None` of a list, a map or a text of several lines.
fn value(node: Node<'_>, hide: &dyn Fn(&mut String)) -> Option<String> {
    let mut text = node.text().filter(|text| !text.trim_end().contains('\n'))?.to_owned();
    hide(&mut text);
    Some(shown(text.trim()))
}

/// Whether a check with one value of a variable fails on less than with another; none is what it does by itself.
fn is_laxer(name: &str, was: Option<&str>, is: Option<&str>) -> bool {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let upper: String = name.chars().map(plain).collect();
    let is_true = |value: Option<&str>| value.is_some_and(|text| ["true", "yes", "1", "on"].contains(&text));
    if ["EXIT_CODE", "EXITCODE"].iter().any(|end| upper.ends_with(end)) {
        let fails = |value: Option<&str>| value.is_some_and(|text| text.parse::<u8>().is_ok_and(|code| code > 0));
        return fails(was) && (is.is_none() || is == Some("0"));
    }
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    has(&LENIENT) && is_true(is) && !is_true(was) || !has(&LENIENT) && has(&STRICT) && is_true(was) && !is_true(is)
}

#[cfg(test)]
mod tests {
    use super::is_laxer;

    #[test]
    fn a_switch_that_is_turned_off_is_laxer() {
        for (name, was, is) in [
            ("DONT_BREAK_BUILD", None, Some("true")),
            ("DONT_BREAK_BUILD", Some("false"), Some("true")),
            ("exitCode", Some("1"), Some("0")),
            ("EXIT_CODE", Some("1"), None),
            ("FAIL_ON_ISSUES", Some("true"), Some("false")),
        ] {
            assert!(is_laxer(name, was, is), "{name}");
            assert!(!is_laxer(name, is, was), "{name}");
        }
        assert!(!is_laxer("SEVERITY_THRESHOLD", Some("low"), Some("high")));
        assert!(!is_laxer("exitCode", Some("1"), Some("$CODE")));
    }
}
