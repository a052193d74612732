//! `whole-command`: no command loses its end to a comment or a backslash, or runs on into the next.

use super::joined_lines::{Continued, continued, run_together};
use super::site::{Site, Told};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::{Document, Node, Span, Style};

static META: RuleMeta = meta!(
    "whole-command",
    Warning,
    "a comment or a lost line end cuts a command short, or the next one is read as its end"
);

pub(super) struct WholeCommand;

impl Rule for WholeCommand {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for (site, items) in flow.scripts() {
            for item in items {
                if let ScriptItem::Pipe(call) = item {
                    for value in call.variables().iter().map(|entry| entry.value) {
                        let comment = comment_behind(flow.document, value);
                        let Some(comment) = comment.filter(|span| number(flow.document.slice(*span))) else { continue };
                        if told.first(comment) {
                            let draft =
                                out.violated(comment, "what follows `#` is a comment, and the value ends before it");
                            let draft = draft.help("quote the whole value, or remove the comment");
                            site.tell(draft.related(value.span(), "this is all that the pipe is given"));
                        }
                    }
                }
                let Some(command) = item.command() else { continue };
                if let Some(line) = run_together(flow.document, command).filter(|line| told.first(*line)) {
                    let draft = out.violated(line, "YAML joins this line to the one above, and both are one command");
                    let draft = draft.help("write `- |` and the lines below it, or begin an item with each command");
                    site.tell(draft.related(command.span(), "all of this is one line to the shell"));
                }
                if let Some(how) = continued(flow.document, command).filter(|_| !site.step.runs_on_windows()) {
                    lost_end(site, how, &mut told, out);
                }
                if command.style() != Some(Style::Plain) {
                    continue;
                }
                if let Some(dash) = swallowed(flow.document, command.span()).filter(|dash| told.first(*dash)) {
                    let draft = out.violated(dash, "this line is text of the command above it, and no item of its own");
                    let draft = draft.help("indent its `-` as the one above");
                    site.tell(draft.related(command.span(), "all of this is one command"));
                }
                let Some(comment) = cutting_comment(flow.document, command).filter(|comment| told.first(*comment))
                else {
                    continue;
                };
                let draft = out.violated(comment, "what follows `#` is a comment, and the command ends before it");
                let draft = draft.help("quote the whole command, or remove the comment");
                site.tell(draft.related(command.span(), "this is all that runs"));
            }
        }
    }
}

/// Tells of a backslash that continues nothing.
fn lost_end(site: &Site<'_>, how: Continued, told: &mut Told, out: &mut Findings<'_>) {
    let (at, message, help) = match how {
        Continued::Joined(at) => (
            at,
            "YAML joins this line to the next with a blank, which the backslash makes a part of the next word",
            "write `- |` and the lines below it, or leave the backslashes out",
        ),
        Continued::Ended(at) => (
            at,
            "the line behind this backslash ends the command, and its options below are another one",
            "remove the empty line or the comment behind it",
        ),
        Continued::Blank(at) => (
            at,
            "a blank stands behind this backslash, so the line ends here, and what is below is another command",
            "remove the blank",
        ),
    };
    if told.first(at) {
        site.tell(out.violated(at, message).help(help));
    }
}

/// Whether this rule tells of a command.
pub(super) fn is_told(document: &Document, command: Node<'_>) -> bool {
    let plain = command.style() == Some(Style::Plain);
    let plainly = || swallowed(document, command.span()).is_some() || cutting_comment(document, command).is_some();
    run_together(document, command).is_some() || plain && plainly()
}

/// The comment on the line where a plain command ends, if it takes the command's end.
fn cutting_comment(document: &Document, command: Node<'_>) -> Option<Span> {
    let text = command.text()?;
    let comment = comment_behind(document, command)?;
    let words = document.slice(comment);
    let cuts = open_quote(text) || goes_on(text) || number(words) || glued(words) && lacks_argument(text);
    cuts.then_some(comment)
}

/// The comment behind a text without quotes, on the line on which that ends.
fn comment_behind(document: &Document, node: Node<'_>) -> Option<Span> {
    let comments = document.comments();
    if comments.is_empty() || node.style() != Some(Style::Plain) {
        return None;
    }
    let end = node.span().end;
    let next = comments.partition_point(|comment| comment.span.start < end);
    let comment = comments.get(next)?.span;
    let between = document.text().get(end..comment.start)?;
    (!between.contains('\n')).then_some(comment)
}

/// The `-` of a line that looks like the next item and stands too deep to be one.
fn swallowed(document: &Document, command: Span) -> Option<Span> {
    let text = document.slice(command);
    if !text.contains('\n') {
        return None;
    }
    let mut at = command.start;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let dash = at + line.len() - line.trim_start().len();
        if number > 0 && line.trim_start().starts_with("- ") {
            return Some(Span::new(dash, dash + 1));
        }
        at += line.len();
    }
    None
}

/// Whether a quote is opened and not closed.
pub(super) fn open_quote(text: &str) -> bool {
    let mut open = None;
    let mut escaped = false;
    for c in text.chars() {
        match (open, c) {
            _ if escaped => escaped = false,
            (Some('"') | None, '\\') => escaped = true,
            (None, '"' | '\'') => open = Some(c),
            (Some(quote), c) if quote == c => open = None,
            _ => {}
        }
    }
    open.is_some()
}

/// Whether the end of a command asks for another one behind it.
fn goes_on(text: &str) -> bool {
    !text.ends_with("\\|") && (text.ends_with('|') || text.ends_with("&&"))
}

/// Whether a word follows `#` at once.
fn glued(comment: &str) -> bool {
    comment.strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Whether a command does nothing without the word that is cut off.
fn lacks_argument(text: &str) -> bool {
    let last = text.rsplit(['|', ';', '&', '(']).next().unwrap_or("").trim();
    matches!(
        last,
        "echo" | "printf" | "grep" | "sed" | "awk" | "curl" | "wget" | "mkdir" | "touch" | "chmod" | "export"
    ) || last.ends_with('=')
        || last.split_whitespace().last().is_some_and(|flag| matches!(flag, "-m" | "--message"))
}

/// Whether it looks like the number of a ticket or of a build, or the beginning of a colour, not like a remark.
fn number(comment: &str) -> bool {
    comment.trim_start_matches('#').starts_with(|c: char| c.is_ascii_digit() || matches!(c, '{' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_behind_the_sign_may_be_what_a_command_lacks() {
        for cut in ["echo", "make && echo", "git commit -m", "x --colour="] {
            assert!(lacks_argument(cut), "{cut}");
        }
        for whole in ["echo a", "make", "cd", "cat a"] {
            assert!(!lacks_argument(whole), "{whole}");
        }
        assert!(glued("#c") && !glued("# c") && !glued("##"));
    }

    #[test]
    fn a_command_that_ends_in_an_operator_goes_on() {
        for cut in ["make a &&", "cat a |", "test -f a ||"] {
            assert!(goes_on(cut), "{cut}");
        }
        for whole in ["make", "server &", "echo \\|", "echo a | cat"] {
            assert!(!goes_on(whole), "{whole}");
        }
    }
}
