//! `whole-command`: no command loses its end to a comment, or runs on into the next.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};
use crate::yaml::{Document, Span, Style};

static META: RuleMeta =
    meta!("whole-command", Warning, "a comment cuts a command short, or the next item is read as its end");

pub(super) struct WholeCommand;

impl Rule for WholeCommand {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let comments = flow.document.comments();
        let mut told = Told::default();
        for (site, items) in flow.scripts() {
            for item in items {
                let Some(command) = item.command() else { continue };
                let Some(text) = command.text().filter(|_| command.style() == Some(Style::Plain)) else { continue };
                if let Some(dash) = swallowed(flow.document, command.span()).filter(|dash| told.first(*dash)) {
                    let draft = out.violated(dash, "this line is text of the command above it, and no item of its own");
                    let draft = draft.help("indent its `-` as the one above");
                    site.tell(draft.related(command.span(), "all of this is one command"));
                }
                let end = command.span().end;
                let next = comments.partition_point(|comment| comment.span.start < end);
                let Some(comment) = comments.get(next).map(|comment| comment.span) else { continue };
                let between = flow.document.text().get(end..comment.start).unwrap_or("\n");
                let words = flow.document.slice(comment);
                if between.contains('\n')
                    || !(open_quote(text) || goes_on(text) || number(words))
                    || !told.first(comment)
                {
                    continue;
                }
                let draft = out.violated(comment, "what follows `#` is a comment, and the command ends before it");
                let draft = draft.help("quote the whole command, or remove the comment");
                site.tell(draft.related(command.span(), "this is all that runs"));
            }
        }
    }
}

/// The `-` of a line that looks like the next item and stands too deep to be one.
fn swallowed(document: &Document, command: Span) -> Option<Span> {
    let text = document.slice(command);
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
fn open_quote(text: &str) -> bool {
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

/// Whether it looks like the number of a ticket or the beginning of a colour, not like a remark.
fn number(comment: &str) -> bool {
    comment.trim_start_matches('#').starts_with(|c: char| c.is_ascii_digit() || c == '{')
}

#[cfg(test)]
mod tests {
    use super::*;

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
