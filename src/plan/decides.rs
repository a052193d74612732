//! Which lines of a script decide how it ends: what tells the shell to stop, what forgives a failure, what leaves early.

use super::checks::is_safeguard;
use super::kinds::{loses, program_of, same_program};
use super::script::{Line, LineKind};
use crate::shell::{errexit, pipefail};

/// Whether all that a `set` says of failures holds without it.
pub(super) fn sets_nothing(line: &Line, is: &[Line]) -> bool {
    let (ends, piped) = (errexit(&line.text), pipefail(&line.text));
    let unset = || is.iter().any(|other| errexit(&other.text) == Some(false));
    let pipes = || is.iter().any(|other| pipefail(&other.text) == Some(true));
    let ends_no_more = ends == Some(true) && unset();
    let hears_no_more = piped == Some(true) && !pipes();
    (ends.is_some() || piped.is_some()) && !ends_no_more && !hears_no_more
}

/// Whether a new branch or loop asks for what a command checked, and the script can still fail: `until curl -f …; do sleep 5; done`.
pub(super) fn is_asked(line: &Line, fresh: &[&Line], is: &[Line]) -> bool {
    let fails = || is.iter().any(|other| other.kind == LineKind::Script && fails(&other.text));
    let asks = |other: &Line| {
        let mut words = other.text.trim_start_matches("! ").splitn(2, ' ');
        let (first, rest) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (is_negated, rest) = (rest.starts_with("! "), rest.trim_start_matches("! "));
        let decides =
            first == "until" || first == "while" && is_negated || matches!(first, "if" | "elif" | "while") && fails();
        let asks = same_program(&line.text, rest) && is_safeguard(rest) && !loses(&line.text, rest);
        // Of a test all words tell what it asks for.
        let is_test = ["[", "[[", "((", "test", "grep"].contains(&program_of(rest));
        decides && if is_test { rest == line.text } else { asks }
    };
    line.kind == LineKind::Script && fresh.iter().any(|other| other.kind == LineKind::Branch && asks(other))
}

/// Whether a command ends the script as failed.
pub(super) fn fails(text: &str) -> bool {
    let code = text.strip_prefix("exit ").or_else(|| text.strip_prefix("return "));
    text == "false" || code.is_some_and(|code| code != "0")
}

/// Whether a command is about the shell that runs it and nothing else.
pub(super) fn is_of_shell(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or("");
    let words = ["export", "cd", "set", "source", ".", "alias", "unset", "declare", "shopt", "umask", "ulimit", "trap"];
    set_by(text).is_some() || words.contains(&first)
}

/// Whether from here on the failure of a command stops nothing.
pub(super) fn goes_on(text: &str, is_heard_of: bool) -> bool {
    // `trap 'exit 0' EXIT`: whatever failed, the script ends well.
    let forgives = text.starts_with("trap ")
        && text.contains("exit 0")
        && text.split(' ').any(|word| matches!(word, "EXIT" | "ERR" | "0"));
    errexit(text) == Some(false) && !is_heard_of || pipefail(text) == Some(false) || forgives
}

/// Whether it ends the script.
pub(super) fn ends(text: &str) -> bool {
    matches!(text, "exit 0" | "exit" | "return 0")
}

/// A command without the part that forgives its failure: `|| true`.
pub(super) fn forgiven(text: &str) -> Option<&str> {
    let (bare, after) = text.rsplit_once("||")?;
    let after = after.trim();
    let forgives =
        ["true", ":", "exit 0", "/bin/true"].contains(&after) || after.starts_with("echo ") && !after.contains("exit");
    forgives.then(|| bare.trim_end())
}

/// The variable that a command sets and does nothing else: `export A=b`, `A=b`.
pub(super) fn set_by(text: &str) -> Option<&str> {
    let text = text.strip_prefix("export ").unwrap_or(text);
    let (name, value) = text.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !value.contains(' ')).then_some(name)
}

/// Whether nothing but a failure would follow a line that ends the script: it spares that.
pub(super) fn spares(line: &Line, all: &[Line]) -> bool {
    let at = all.iter().position(|other| (other.node, other.range) == (line.node, line.range));
    let mut behind = all.iter().skip(at.map_or(0, |at| at + 1)).filter(|other| other.kind == LineKind::Script);
    let waits = |text: &str| ["echo ", "printf ", "sleep "].iter().any(|word| text.starts_with(word));
    let fails_last =
        all.iter().rev().find(|other| other.kind == LineKind::Script).is_some_and(|last| fails(&last.text));
    fails_last && behind.all(|other| fails(&other.text) || waits(&other.text))
}
