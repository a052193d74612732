//! `called-pipe`: a pipe is called as an item of its own, and not as a command.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};
use crate::yaml::{Span, Style};

static META: RuleMeta = meta!("called-pipe", Error, "the call of a pipe is text, and run as a command");

pub(super) struct CalledPipe;

impl Rule for CalledPipe {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for (site, items) in flow.scripts() {
            for item in items {
                let Some(command) = item.command() else { continue };
                let text = command.text().unwrap_or("");
                let Some((range, name)) = call(text) else { continue };
                let span = command.source_span(range);
                if !told.first(span) {
                    continue;
                }
                let alone = matches!(command.style(), Some(Style::Single | Style::Double));
                let blank = text.get(range.start..range.end).is_some_and(|call| call.starts_with("pipe: "));
                let help = match alone {
                    _ if !blank => "put a space behind the colon",
                    true => "remove the quotes",
                    false => "end the command before it, and begin an item",
                };
                let draft = out.violated(span, "the shell runs this line, and knows no command `pipe:`");
                site.tell(draft.help(format!("{help}: `- pipe: {name}`, with its `variables` below")));
            }
        }
    }
}

/// The first line that only calls a pipe, and the pipe's name.
fn call(text: &str) -> Option<(Span, &str)> {
    // What a here-document holds is run by nobody.
    if !text.contains("pipe:") || text.contains("<<") {
        return None;
    }
    let mut start = 0;
    let (mut double, mut single) = (0, 0);
    for line in text.split_inclusive('\n') {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        // In a text of several lines it is none.
        let is_text = double % 2 == 1 || single % 2 == 1;
        double += line.matches('"').count();
        single += line.matches('\'').count();
        if is_text {
            continue;
        }
        let name = line.trim().strip_prefix("pipe:").map(str::trim);
        if let Some(name) = name.filter(|name| is_name(name)) {
            return Some((Span::new(at, at + line.trim().len()), name));
        }
    }
    None
}

/// `account/pipe:1.2.3`, `docker://account/pipe:1.2.3`.
fn is_name(text: &str) -> bool {
    let own = text.strip_prefix("docker://").unwrap_or(text);
    own.contains('/') && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn a_line_that_calls_a_pipe_is_found() {
        for text in ["pipe: acme/notify:1.0.0", "pipe:acme/notify:1.0.0"] {
            assert_eq!(call(text).map(|(_, name)| name), Some("acme/notify:1.0.0"));
        }
        let found = call("npm ci\n  pipe: docker://acme/notify:1\n").map(|(span, name)| (span.start, name));
        assert_eq!(found, Some((9, "docker://acme/notify:1")));
        for none in ["echo pipe: acme/notify:1", "pipe: x", "pipe: acme/notify:1 now", "cat <<E\npipe: a/b:1\nE"] {
            assert_eq!(call(none), None, "{none}");
        }
    }
}
