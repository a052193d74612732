//! A conversation as one page of HTML that stands alone: no script, nothing that is fetched, readable without colour.

use std::io::{self, Write};

use askama::Template;

use super::code::{escaped, sentence, yaml_line};
use super::reply::reply;
use super::told::{Said, Told, ToldAttempt, ToldFinding, ToldRevision, ToldTurn};
use crate::finding::{Severity, Verdict};
use crate::session::{Origin, Source};
use crate::text::Side;

/// The looks of every page.
const STYLE: &str = include_str!("../../templates/page.css");

/// A page around its content.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'p> {
    title: &'p str,
    style: &'p str,
    body: &'p str,
}

/// Writes a page that stands alone; `body` is HTML that this room has made.
pub fn write_page(title: &str, body: &str, out: &mut dyn Write) -> io::Result<()> {
    Page { title: &escaped(title), style: STYLE, body }.write_into(&mut *out).map_err(io::Error::other)
}

/// Writes a conversation as a page.
pub fn html(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    write_page(&told.title, &format!("<main class=one>\n{}</main>", section(told, "c", 1)?), out)
}

/// A conversation as a part of a page: its places are named after `prefix`, and its heading has the level `level`.
///
/// # Errors
/// None that a template can't have; the result is that of the writer.
pub fn section(told: &Told, prefix: &str, level: usize) -> io::Result<String> {
    let view = Conversation { told, prefix, level };
    view.render().map_err(io::Error::other)
}

#[derive(Template)]
#[template(path = "conversation.html")]
struct Conversation<'t> {
    told: &'t Told,
    prefix: &'t str,
    level: usize,
}

#[derive(Template)]
#[template(path = "revision.html")]
struct Revision<'t> {
    revision: &'t ToldRevision,
    path: &'t str,
    prefix: &'t str,
    /// Whether the file is shown without being asked for.
    open: bool,
}

impl<'t> Conversation<'t> {
    /// The verdict that a turn ends with, as a class: the best of its revisions.
    fn state(&self, turn: &ToldTurn) -> &'static str {
        let revisions = turn.attempts.iter().filter_map(|attempt| attempt.revision.as_ref()).chain(&turn.edits);
        let best = revisions.map(|revision| revision.verdict).min_by_key(|verdict| match verdict {
            Verdict::Accepted => 0,
            Verdict::Refused => 1,
            Verdict::Incomplete => 2,
        });
        match best {
            Some(verdict) => verdict.word(),
            None if turn.attempts.iter().any(|attempt| !attempt.flaws.is_empty()) => "flawed",
            None if turn.attempts.iter().any(|attempt| attempt.repeats.is_some()) => "same",
            None => "words",
        }
    }

    fn label(&self, turn: &ToldTurn) -> String {
        let id = turn.id.as_ref().map_or(String::new(), |id| format!(": {id}"));
        let state = match self.state(turn) {
            "words" => "no file",
            "same" => "the file before again",
            "flawed" => "a file that was not taken",
            verdict => verdict,
        };
        escaped(&format!("turn {}{id}: {state}", turn.number))
    }

    fn who(&self, attempt: &ToldAttempt) -> &'static str {
        match attempt.origin {
            Origin::User => "asked",
            Origin::Script => "asked by the script",
            Origin::Repair => "findings sent back",
        }
    }

    /// A repair's prompt is long and says what stands above it.
    fn is_repair(&self, attempt: &ToldAttempt) -> bool {
        attempt.origin == Origin::Repair
    }

    fn markdown(&self, text: &str) -> String {
        reply(text)
    }

    fn shown(&self, text: &str) -> String {
        escaped(text)
    }

    fn plain(&self, text: &str) -> String {
        text.trim_end().lines().map(escaped).collect::<Vec<_>>().join("\n")
    }

    fn revision(&self, revision: &ToldRevision) -> String {
        let open = revision.source == Source::File;
        let view = Revision { revision, path: &self.told.path, prefix: self.prefix, open };
        // A template that was compiled can't fail to write into a text.
        view.render().unwrap_or_default()
    }

    fn words_of<'s>(&self, said: &'s Said) -> Option<&'s str> {
        if let Said::Words(words) = said { Some(words) } else { None }
    }

    fn file_of(&self, said: &Said) -> usize {
        if let Said::File(number) = said { *number } else { 0 }
    }
}

/// Sentences of several lines as HTML.
fn lines(text: &str) -> String {
    text.trim_end().lines().map(sentence).collect::<Vec<_>>().join("\n")
}

/// A line of the file with what is found in it.
struct FileLine<'t> {
    number: usize,
    html: String,
    worst: &'static str,
    findings: Vec<&'t ToldFinding>,
}

/// A line of a diff.
struct DiffLine {
    before: String,
    after: String,
    side: &'static str,
    sign: char,
    html: String,
}

impl<'t> Revision<'t> {
    fn shown(&self, text: &str) -> String {
        escaped(text)
    }

    fn shown_lines(&self, text: &str) -> String {
        lines(text)
    }

    fn sentence(&self, text: &str) -> String {
        sentence(text)
    }

    fn title(&self) -> String {
        match self.revision.source {
            Source::File => format!("revision {}, the file as it was found", self.revision.number),
            Source::Edit => format!("revision {}, edited by hand", self.revision.number),
            Source::Reply => format!("revision {}", self.revision.number),
        }
    }

    fn lines(&self) -> Vec<FileLine<'t>> {
        let lines = self.revision.text.strip_prefix('\u{feff}').unwrap_or(&self.revision.text).lines();
        let line = |(index, line): (usize, &str)| {
            let number = index + 1;
            let here = |finding: &&ToldFinding| finding.start.0 == number;
            let findings: Vec<&ToldFinding> = self.revision.findings.iter().filter(here).collect();
            let worst = findings.iter().map(|finding| finding.severity).max().map_or("", Severity::word);
            FileLine { number, html: yaml_line(line), worst, findings }
        };
        lines.enumerate().map(line).collect()
    }

    fn has_diff(&self) -> bool {
        self.revision.diff.removed > 0 || self.revision.number > 1 && self.revision.diff.added > 0
    }

    fn hunks(&self) -> Vec<(String, Vec<DiffLine>)> {
        let hunk = |hunk: &crate::text::Hunk| {
            let lines = hunk.lines.iter().map(|line| {
                let (side, sign) = match line.side {
                    Side::Both => ("both", ' '),
                    Side::Before => ("before", '-'),
                    Side::After => ("after", '+'),
                };
                let piece = |piece: &crate::text::Piece| {
                    let text = escaped(piece.text.trim_end_matches(['\n', '\r']));
                    if piece.changed { format!("<b>{text}</b>") } else { text }
                };
                let number = |number: Option<usize>| number.map_or(String::new(), |number| number.to_string());
                let html = line.pieces.iter().map(piece).collect();
                DiffLine { before: number(line.before), after: number(line.after), side, sign, html }
            });
            (escaped(hunk.header().trim_end()), lines.collect())
        };
        self.revision.diff.hunks.iter().map(hunk).collect()
    }

    /// Changes in meaning by event, in their order.
    fn meaning(&self) -> Vec<(&'t str, Vec<(bool, &'t str)>)> {
        let groups = self.revision.changes.chunk_by(|a, b| a.event == b.event);
        groups
            .filter_map(|group| {
                let first = group.first()?;
                Some((first.event.as_str(), group.iter().map(|one| (one.weakens, one.text.as_str())).collect()))
            })
            .collect()
    }
}
