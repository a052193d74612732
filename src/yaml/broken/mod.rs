//! What was meant where a text can't be read on: the cause at its place, and the edit that mends it.
//!
//! The reader stops where it is lost, which is often a line after the cause. So the cause is decided from the text of
//! the line and its neighbours; what kind of stop it was only says where to look.

mod blocks;
mod brackets;
mod depth;
mod layout;
mod quotes;
mod rows;

use granit_parser::ErrorKind;

use super::lines::Lines;
use super::problem::{Problem, ProblemKind};
use super::span::Span;
use rows::{Row, Rows};

/// A cause: where, what, and the next edit.
struct Cause {
    span: Span,
    message: String,
    help: String,
}

fn cause(span: Span, message: impl Into<String>, help: impl Into<String>) -> Cause {
    Cause { span, message: message.into(), help: help.into() }
}

/// The problem of a text that can't be read beyond `at`.
pub(super) fn explain(text: &str, lines: &Lines, kind: &ErrorKind, at: usize) -> Problem {
    let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    let stop = Span::new(at, at + width.map_or(0, char::len_utf8));
    let found = Rows::read(text, lines, at).map(|rows| Stop { text, rows, at: stop }.cause(kind));
    let found = found.unwrap_or_else(|| unknown(stop));
    let elsewhere = lines.line(found.span.start) != lines.line(stop.start);
    Problem {
        kind: ProblemKind::Unreadable,
        span: found.span.of_whole_characters(text),
        message: found.message,
        help: Some(found.help),
        related: elsewhere.then(|| (stop, "here the file can't be read on".to_owned())),
    }
}

/// Message and help where a template's braces were left in the text.
pub(super) fn template(opened: &str) -> (String, String) {
    (
        format!("`{opened}` belongs to a template, and nothing fills it in before the file is read"),
        "render the template first, or put the text with the braces in quotes".to_owned(),
    )
}

/// Whether a text is a Jenkinsfile: `pipeline {` or `node {` begins one of its lines.
pub fn is_jenkinsfile(text: &str) -> bool {
    text.lines().any(begins_jenkinsfile)
}

fn begins_jenkinsfile(line: &str) -> bool {
    let body = line.strip_prefix("pipeline").or_else(|| line.strip_prefix("node"));
    body.is_some_and(|rest| {
        rest.trim() == "{" || rest.trim_start().starts_with('(') && rest.trim_end().ends_with(") {")
    })
}

/// Message and help where a Jenkinsfile stands in the place of a pipeline file.
pub fn jenkinsfile() -> (String, String) {
    (
        "this is a Jenkinsfile, which Bitbucket does not read".to_owned(),
        "write its stages as steps: `pipelines:`, `default:`, and a list of `- step:` below it".to_owned(),
    )
}

fn unknown(stop: Span) -> Cause {
    cause(
        stop,
        "the file can't be read on from here",
        "compare this line with the one before it: each is `key: value`, or `- item` of a list",
    )
}

/// The place where the reader stopped, with the lines that lead there.
struct Stop<'t> {
    text: &'t str,
    rows: Rows<'t>,
    at: Span,
}

impl<'t> Stop<'t> {
    fn cause(&self, kind: &ErrorKind) -> Cause {
        let row = self.rows.stop();
        let found = self.left_over().or_else(|| self.template(&row)).or_else(|| self.odd_blank(&row));
        found
            .or_else(|| self.key_as_mark(&row))
            .or_else(|| self.comment_in_block(&row))
            .unwrap_or_else(|| self.by_kind(kind, &row))
    }

    /// What another program left in the file: marks of a merge, fences of Markdown.
    fn left_over(&self) -> Option<Cause> {
        let at_margin = |row: &&Row<'_>| row.depth == 0;
        let is_mark = |row: &&Row<'_>| row.text.starts_with("<<<<<<< ") || row.text.starts_with(">>>>>>> ");
        let rows = || self.rows.rows[..=self.rows.last].iter().filter(at_margin);
        if let Some(mark) = rows().find(is_mark) {
            return Some(cause(
                mark.span(),
                "a mark of a merge conflict is left in the file",
                "keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
            ));
        }
        if let Some(first) = rows().find(|row| begins_jenkinsfile(row.text)) {
            let (message, help) = jenkinsfile();
            return Some(cause(first.span(), message, help));
        }
        let fence = rows().find(|row| row.text.starts_with("```") && row.block.is_none())?;
        let help = "remove the lines that begin with three backquotes";
        Some(cause(fence.span(), "a fence of Markdown is left in the file", help))
    }

    fn template(&self, row: &Row<'t>) -> Option<Cause> {
        let opened = ["{%", "{{"].into_iter().find(|mark| row.body().value.starts_with(mark))?;
        let at = row.part(row.body().value).start;
        let (message, help) = template(opened);
        Some(cause(Span::new(at, at + opened.len()), message, help))
    }

    fn by_kind(&self, kind: &ErrorKind, row: &Row<'t>) -> Cause {
        use ErrorKind as Kind;
        match kind {
            Kind::InvalidTrailingSingleQuotedScalar => self.behind_quotes('\''),
            Kind::InvalidTrailingDoubleQuotedScalar => self.behind_quotes('"'),
            Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => quotes::unclosed(self.at),
            Kind::InvalidQuotedScalarIndent => cause(
                self.at,
                "a text in quotes goes on in a line that is not deep enough",
                "indent the line, or close the quote on the line where it was opened",
            ),
            Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidUnicodeEscape
            | Kind::InvalidLowSurrogate
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate => self.escape(),
            Kind::CommentNotSeparated => match self.text.get(..self.at.start).and_then(|text| text.chars().next_back())
            {
                Some(quote @ ('"' | '\'')) => self.behind_quotes(quote),
                _ => cause(self.at, "a `#` has no space before it", "put a space before it to make it a comment"),
            },
            Kind::CommentInterceptedScalar if self.cuts_key() => cause(
                self.at,
                "what follows `#` is a comment, and the key before it has no colon",
                "put the key, up to its colon, in quotes",
            ),
            Kind::CommentInterceptedScalar => cause(
                self.at,
                "a comment stands within a text of several lines",
                "move the comment above the text, or check the indentation of the line after it",
            ),
            Kind::UnclosedFlowCollection { open } => brackets::unclosed(self.at, *open),
            Kind::MismatchedFlowCollectionEnd { open, close } => brackets::mismatched(self.at, *open, *close),
            Kind::UnexpectedEofFlowSequence
            | Kind::UnexpectedEofFlowMapping
            | Kind::UnexpectedEofImplicitFlowMapping
            | Kind::ExpectedFlowMappingSeparator
            | Kind::ExpectedFlowSequenceSeparator
            | Kind::InvalidColonPlacement
            | Kind::BlockEntryInFlowCollection
            | Kind::FlowMappingValueAdjacentCollection
            | Kind::InvalidFlowScalarIndent
            | Kind::MisplacedFlowCollectionEnd => self.in_brackets(row),
            Kind::UnexpectedCharacter { character } => self.character(*character, row),
            Kind::TabNotAllowed
            | Kind::TabInBlockIndentation
            | Kind::TabAtBlockScalarStart
            | Kind::TabInIndentation
            | Kind::TabInPlainScalar
            | Kind::InvalidBlockEntryWhitespace
            | Kind::InvalidMappingValueWhitespace => {
                cause(self.at, "a tab stands where a space is wanted", "replace the tabs of this line with spaces")
            }
            Kind::InvalidBlockScalarIndent => cause(
                self.at,
                "an empty line is deeper than the text that it begins",
                "remove the spaces of the empty lines above the text",
            ),
            Kind::MissingAnchorOrAliasName => {
                let mark = row.body().value.chars().next().filter(|c| matches!(c, '&' | '*')).unwrap_or('*');
                self.begins_with(mark, row)
            }
            _ => self.of_layout(kind, row),
        }
    }

    /// Whether the comment at the stop is the end of a key: `Fix #3:`.
    fn cuts_key(&self) -> bool {
        let before = self.text.get(..self.at.start).and_then(|text| text.rsplit('\n').next()).unwrap_or("");
        let comment = self.text.get(self.at.start..).and_then(|text| text.lines().next()).unwrap_or("");
        comment.starts_with('#') && comment.trim_end().ends_with(':') && !before.contains(": ")
    }

    fn character(&self, character: char, row: &Row<'t>) -> Cause {
        if character.is_control() {
            return cause(
                self.at,
                format!("a control character, U+{:04X}, stands in the text", u32::from(character)),
                "remove it, or write it as an escape in double quotes",
            );
        }
        self.begins_with(character, row)
    }

    fn begins_with(&self, mark: char, row: &Row<'t>) -> Cause {
        let message = match mark {
            '`' => "a text can't begin with a backquote".to_owned(),
            '[' => "a text can't begin with `[`, which opens a list".to_owned(),
            '{' => "a text can't begin with `{`, which opens a map".to_owned(),
            mark => format!("a text can't begin with `{mark}`"),
        };
        let value = row.body().value;
        let at = if value.starts_with(mark) { row.part(value).start } else { self.at.start };
        let key = value.ends_with(':') || value.contains(": ");
        let help = if key { "put the key, up to its colon, in quotes".to_owned() } else { quotes::whole(row) };
        cause(Span::new(at, at + mark.len_utf8()), message, help)
    }
}

#[cfg(test)]
mod tests;
