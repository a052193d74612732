//! `whole-command`: no command loses its end to a comment, or runs on into the next.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::{Document, Node, Span, Style};

static META: RuleMeta =
    meta!("whole-command", Warning, "a comment cuts a command short, or the next one is read as its end");

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

/// The first line of a folded or a plain text that begins a command of its own, and is read as the end of the one above: it has
/// the same program, or the one above takes no such word.
fn run_together(document: &Document, command: Node<'_>) -> Option<Span> {
    if !matches!(command.style(), Some(Style::Plain | Style::Folded)) {
        return None;
    }
    let source = document.slice(command.span());
    if !source.contains('\n') {
        return None;
    }
    let folded = command.style() == Some(Style::Folded);
    let mut at = command.span().start;
    let (mut before, mut depth) = ("", None);
    for (number, line) in source.split_inclusive('\n').enumerate() {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let text = line.trim();
        // The first line may be without its indentation.
        let indent = document.position(start).column;
        // The header; an empty line, or in a folded text one that is deeper, parts what stands around it.
        if number == 0 && text.starts_with('>') || text.is_empty() {
            before = "";
            continue;
        }
        let deeper = folded && indent > *depth.get_or_insert(indent);
        if !deeper && begins_again(before, text) {
            let until = source.get(..start - command.span().start).unwrap_or("");
            if !open_quote(until) {
                return Some(Span::new(start, start + text.len()));
            }
        }
        before = if deeper { "" } else { text };
    }
    None
}

/// Whether a line begins a command and no end of the line before it.
fn begins_again(before: &str, line: &str) -> bool {
    let program = |text: &str| {
        let word = text.split_whitespace().next().unwrap_or("").to_owned();
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte)).then_some(word)
    };
    let open = ["\\", "&&", "|", ";", ",", "(", "{"].iter().any(|end| before.ends_with(end))
        || matches!(before.split_whitespace().last(), Some("then" | "do" | "else" | "in" | "--"));
    let (Some(first), Some(own)) = (program(before), program(line)) else { return false };
    let named = own.starts_with(|c: char| c.is_ascii_alphabetic()) && !first.is_empty();
    let changes_folder = first == "cd" && before.split_whitespace().count() == 2;
    // `export A=1 export B=2` does what both would.
    named && !open && (own == first && own != "export" || changes_folder)
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
    fn commands_that_yaml_joins_are_found() {
        let found = |item: &str| {
            let document = Document::read(format!("a:\n  - {item}\n"));
            let node = document.root().unwrap().get("a").unwrap().items().next().unwrap();
            run_together(&document, node).map(|span| document.slice(span).to_owned())
        };
        for (item, line) in [
            (">\n    npm ci\n    npm test", "npm test"),
            ("npm ci\n    npm test", "npm test"),
            (">-\n    cd app\n    make", "make"),
            (">\n    docker build -t a .\n    docker push a\n", "docker push a"),
        ] {
            assert_eq!(found(item).as_deref(), Some(line), "{item}");
        }
        for item in [
            "|\n    npm ci\n    npm test",
            ">\n    npm ci &&\n    npm test",
            ">\n    npm ci\n\n    npm test",
            ">\n    npm ci\n      npm test",
            ">\n    docker run\n    --rm docker:27 docker ps",
            "aws s3 sync a\n    s3://b",
            "export A=1\n    export B=2",
            "bash -c 'npm ci\n    npm test'",
            ">\n    cd app && make\n    all",
        ] {
            assert_eq!(found(item), None, "{item}");
        }
    }

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
