//! Redirects and pipelines: what a command reads, and whether what it prints is seen.

use tree_sitter::Node;

use super::condition::span;
use super::interpret::Interpreter;
use super::invocation::Stdin;
use super::piece::Piece;
use super::value::Value;
use super::walk::Flow;
use super::written::Contents;
use crate::yaml::Span;

impl Interpreter<'_> {
    pub(super) fn redirected_statement(
        &mut self,
        node: Node<'_>,
        piece: &Piece,
        stdin: Stdin,
        piped_from: bool,
    ) -> Flow {
        if let Some(end) = pipeline_end(node, piece) {
            let before = self.walk_piece(&piece.part(Span::new(node.start_byte(), end)));
            return match before {
                Flow::Next => self.walk_piece(&piece.part(Span::new(end, node.end_byte()))),
                ends => ends,
            };
        }
        if let Some(list) = node.child_by_field_name("body").filter(|body| body.kind() == "list") {
            return self.list(list, piece, node.end_byte());
        }
        let mut stdin = stdin;
        let mut aside = false;
        let mut targets = Vec::new();
        let mut or = false;
        let mut after = Vec::new();
        // Words behind a redirect are the command's, to a shell; to the grammar they are the redirect's.
        let mut behind = Vec::new();
        let mut cursor = node.walk();
        for redirect in node.children_by_field_name("redirect", &mut cursor) {
            match redirect.kind() {
                "heredoc_redirect" => {
                    stdin = heredoc(redirect, piece).unwrap_or(stdin);
                    let mut inner = redirect.walk();
                    for child in redirect.children(&mut inner) {
                        match child.kind() {
                            "word"
                            | "number"
                            | "string"
                            | "raw_string"
                            | "concatenation"
                            | "expansion"
                            | "simple_expansion"
                            | "command_substitution" => behind.push(child),
                            // Where an operator follows, they are an error to the grammar, or the operator is.
                            "ERROR" if child.named_child_count() == 0 => break,
                            "ERROR" => behind.extend(child.named_children(&mut child.walk())),
                            "file_redirect" => targets.extend(self.target_file(child, piece)),
                            "||" => or = true,
                            kind if kind.starts_with("heredoc") => {}
                            _ if child.is_named() => after.push(child),
                            _ => {}
                        }
                    }
                }
                "herestring_redirect" => {
                    if let Some(text) = redirect.named_child(0) {
                        stdin = Stdin::Text(self.expand(piece, span(text)));
                    }
                }
                _ => {
                    targets.extend(self.target_file(redirect, piece));
                    let mut inner = redirect.walk();
                    behind.extend(redirect.children_by_field_name("destination", &mut inner).skip(1));
                    let raw = piece.text.get(redirect.byte_range()).unwrap_or("");
                    aside |= is_aside(raw);
                    let reads = raw.trim_start_matches('0').starts_with('<');
                    let Some(target) = redirect.child_by_field_name("destination").filter(|_| reads) else { continue };
                    if target.kind() == "process_substitution" {
                        stdin = Stdin::Text(self.beside(piece, span(target)));
                    } else if !raw.contains('&')
                        && let [path] = self.expand(piece, span(target)).as_slice()
                    {
                        stdin = match self.contents(path) {
                            Contents::Known(text) => Stdin::Text(vec![text.trim_newlines()]),
                            Contents::Elsewhere if path.as_literal().is_some() => Stdin::File(path.to_string()),
                            _ => stdin,
                        };
                    }
                }
            }
        }
        let piped = after.first().is_some_and(|node| node.kind() == "pipeline");
        let since = self.ran.len();
        let (flow, printed) =
            self.redirecting(targets, (aside, piped), |this| match node.child_by_field_name("body") {
                Some(inner) if inner.kind() == "command" => this.command(inner, piece, stdin, piped_from, &behind),
                Some(inner) => this.walk(inner, piece),
                None => Flow::Next,
            });
        for node in after {
            // `cmd <<EOF | other` and `cmd <<EOF && other` stand inside the redirect, for the grammar.
            if node.kind() == "pipeline" {
                let members = flat_members(node);
                self.members(&members, printed.clone(), true, piece);
            } else {
                self.chained(or, since, |this| this.walk(node, piece));
            }
        }
        flow
    }

    /// Runs what sends its output to files; `aside` tells that it goes to the log in any case, `piped` that a pipeline
    /// follows. What it prints comes back, too.
    pub(super) fn redirecting(
        &mut self,
        targets: Vec<(Vec<Value>, bool)>,
        (aside, piped): (bool, bool),
        run: impl FnOnce(&mut Self) -> Flow,
    ) -> (Flow, Stdin) {
        let (hidden, aside) = (usize::from(!targets.is_empty() || piped), usize::from(aside));
        self.redirected += hidden;
        self.aside += aside;
        self.collected.push(Vec::new());
        let flow = run(self);
        self.redirected -= hidden;
        self.aside -= aside;
        let made = self.collected.pop().unwrap_or_default();
        let printed = made.last().map(|last| self.output(last)).unwrap_or_default();
        // Each file is opened, and the last one gets what is printed.
        if let Some(((target, appends), others)) = targets.split_last() {
            others.iter().for_each(|(target, appends)| self.redirect_to(target, *appends, None));
            self.redirect_to(target, *appends, Some(&made));
        }
        if let Some(outer) = self.collected.last_mut() {
            outer.extend(made);
        }
        (flow, printed)
    }

    fn target_file(&mut self, redirect: Node<'_>, piece: &Piece) -> Option<(Vec<Value>, bool)> {
        let target = redirect.child_by_field_name("destination").or_else(|| redirect.named_child(0));
        self.target_of(span(redirect), target.map(span), piece)
    }

    /// The file to which a redirect sends the output, so that it does not reach the log, and whether it is appended.
    pub(super) fn target_of(&mut self, whole: Span, file: Option<Span>, piece: &Piece) -> Option<(Vec<Value>, bool)> {
        let raw = piece.text.get(whole.start..whole.end).unwrap_or("");
        let elsewhere = raw.contains("&1") || raw.contains("&2") || raw.starts_with("2>") || raw.contains("/dev/std");
        if elsewhere || !raw.contains('>') {
            return None;
        }
        let values = file.map(|file| self.expand(piece, file)).unwrap_or_default();
        Some((values, raw.contains(">>")))
    }

    pub(super) fn pipeline(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let mut cursor = node.walk();
        let members: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        self.members(&members, Stdin::Unknown, false, piece);
        // `!` is of the whole pipeline; to the grammar it is of the first member.
        if is_negated(node) {
            self.status = self.status.negated();
        }
        Flow::Next
    }

    /// Runs the members of a pipeline, each with what the one before it prints.
    fn members(&mut self, members: &[Node<'_>], first: Stdin, piped: bool, piece: &Piece) {
        let mut stdin = first;
        for (index, member) in members.iter().enumerate() {
            let last = index + 1 == members.len();
            let piped_from = piped || index > 0;
            let given = std::mem::take(&mut stdin);
            stdin = self.member(last, |this| {
                let member = if index == 0 && member.kind() == "negated_command" {
                    member.named_child(0).unwrap_or(*member)
                } else {
                    *member
                };
                match member.kind() {
                    "command" => this.command(member, piece, given, piped_from, &[]),
                    "redirected_statement" => this.redirected_statement(member, piece, given, piped_from),
                    _ => this.walk(member, piece),
                }
            });
        }
    }

    /// Runs one member of a pipeline; what it prints, where that is one command's.
    pub(super) fn member(&mut self, last: bool, run: impl FnOnce(&mut Self) -> Flow) -> Stdin {
        self.collected.push(Vec::new());
        self.redirected += usize::from(!last);
        self.in_subshell(Vec::new(), Vec::new(), run);
        self.redirected -= usize::from(!last);
        let made = self.collected.pop().unwrap_or_default();
        let printed = match made.as_slice() {
            [one] => self.output(one),
            _ => Stdin::Unknown,
        };
        if let Some(outer) = self.collected.last_mut() {
            outer.extend(made);
        }
        printed
    }
}

/// Whether a redirect sends what is printed to the log in any case.
pub(super) fn is_aside(raw: &str) -> bool {
    let raw = raw.trim_start_matches('1');
    raw == ">&2" || raw.strip_prefix('>').is_some_and(|file| file.trim() == "/dev/stderr")
}

/// Whether `!` stands before a command or a pipeline.
pub(super) fn is_negated(node: Node<'_>) -> bool {
    match node.kind() {
        "negated_command" => true,
        "pipeline" => node.named_child(0).is_some_and(|first| first.kind() == "negated_command"),
        _ => false,
    }
}

/// The members of a pipeline behind a here-document, which for the grammar is one within one.
fn flat_members(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let members: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
    match members.as_slice() {
        [one] if one.kind() == "pipeline" => {
            let mut cursor = one.walk();
            one.named_children(&mut cursor).collect()
        }
        _ => members,
    }
}

/// Where a pipeline ends to which the grammar gives the lines that follow, too: it takes those up to the next redirect for
/// words of the last command where the pipeline has three members or more.
fn pipeline_end(node: Node<'_>, piece: &Piece) -> Option<usize> {
    let pipeline = node.child_by_field_name("body").filter(|body| body.kind() == "pipeline")?;
    let mut cursor = pipeline.walk();
    let last = pipeline.named_children(&mut cursor).last().filter(|last| last.kind() == "command")?;
    let mut cursor = last.walk();
    let words: Vec<Node<'_>> = last.children(&mut cursor).collect();
    words.windows(2).find_map(|pair| {
        let [word, next] = pair else { return None };
        let between = piece.text.get(word.end_byte()..next.start_byte())?;
        let newline = between.find('\n').filter(|at| !between.get(..*at).unwrap_or("").ends_with('\\'))?;
        Some(word.end_byte() + newline)
    })
}

fn heredoc(redirect: Node<'_>, piece: &Piece) -> Option<Stdin> {
    let mut cursor = redirect.walk();
    let mut expanded = true;
    let mut document = None;
    for child in redirect.children(&mut cursor) {
        match child.kind() {
            "heredoc_start" => expanded = !piece.text.get(child.byte_range())?.contains(['"', '\'', '\\']),
            "heredoc_body" => document = Some(piece.part(span(child))),
            _ => {}
        }
    }
    Some(Stdin::Document { piece: document?, expanded })
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn words_behind_a_redirect_are_the_commands() {
        for script in ["p a >/dev/null b c", "p >/dev/null a b c", "p a 2>&1 b c", "p a b <<E c\nx\nE", "p a < f b c"] {
            assert_eq!(run(script), ["p a b c"], "{script}");
        }
        assert_eq!(run("bash -s < ci/push.sh a:1"), ["docker push a:1"]);
        assert_eq!(run("p a <<E b | q c\nx\nE\nr"), ["p a b", "q c", "r"]);
        assert_eq!(run("p a <<E b > f && q\nx\nE\n"), ["p a b", "q"]);
    }

    #[test]
    fn a_dash_before_a_here_document_is_a_word() {
        assert_eq!(run("x -f - <<E\na\nE\np"), ["x -f -", "p"]);
        assert_eq!(run("x -f- <<E | y\na\nE"), ["x -f-", "y"]);
    }

    #[test]
    fn a_shell_in_a_document_does_not_read_it_again() {
        assert_eq!(run("ssh h <<E\nbash -s\np a\nE\nq"), ["ssh h", "h: bash -s", "h: p a", "q"]);
    }

    #[test]
    fn a_shell_that_reads_its_input_has_words_of_its_own() {
        assert_eq!(run("bash -s -- rc <<'EOF'\np \"$1\"\nEOF"), ["p rc"]);
        assert_eq!(run("curl x | bash -s -- --version 1"), ["curl x", "bash -s -- --version 1"]);
    }

    #[test]
    fn a_long_pipeline_ends_with_its_line() {
        let script = "echo a | tr a b | tee t\ndocker push x:1\ndocker push y:1\necho done > log\ndocker push z:1";
        let pushed: Vec<String> = run(script).into_iter().filter(|line| line.starts_with("docker")).collect();
        assert_eq!(pushed, ["docker push x:1", "docker push y:1", "docker push z:1"]);
        assert_eq!(run("a | b | c \\\n  d > log"), ["a", "b", "c d"]);
    }
}
