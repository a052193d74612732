//! A replay as it is read: each turn with its prompt, its verdict, its diff and what differs from the recording.

use std::io::{self, Write};
use std::path::Path;

use super::Outcome;
use crate::engine::{
    Attempted, Audience, Conversation, EngineError, Nearest, Observer, Played, Prompt, PromptScript, Recording,
    Revision, Turn, reworded,
};
use crate::finding::{Finding, Severity};
use crate::report::{Counts, Look, diff_meaning, finding, visible};
use crate::session::{Entry, Origin, Writer};
use crate::text::diff;
use crate::transcript::{Shown, write_diff};

/// Findings of a refused revision that are shown; the rest is counted.
const MOST: usize = 6;

/// Shows a replay and records it.
pub(super) struct Show<'o> {
    look: Look,
    out: &'o mut dyn Write,
    notes: &'o mut dyn Write,
    record: Option<&'o mut Writer>,
    /// The first trouble with the output: nothing is written after it.
    trouble: io::Result<()>,
}

impl<'o> Show<'o> {
    pub(super) fn new(
        look: Look,
        out: &'o mut dyn Write,
        notes: &'o mut dyn Write,
        record: Option<&'o mut Writer>,
    ) -> Self {
        Self { look, out, notes, record, trouble: Ok(()) }
    }

    /// What went wrong with the output so far.
    pub(super) fn trouble(&mut self) -> io::Result<()> {
        std::mem::replace(&mut self.trouble, Ok(()))
    }

    fn write(&mut self, write: impl FnOnce(&mut dyn Write, Look) -> io::Result<()>) {
        if self.trouble.is_ok() {
            // A model may think for minutes about the next prompt; what is known is read meanwhile, in a file, too.
            self.trouble = write(self.out, self.look).and_then(|()| self.out.flush());
        }
    }

    pub(super) fn begin(
        &mut self,
        script: Option<&PromptScript>,
        recording: Option<&Recording>,
        name: &str,
    ) -> io::Result<()> {
        if let Some(script) = script {
            let about = if script.description.is_empty() { String::new() } else { format!(": {}", script.description) };
            writeln!(self.out, "{}{}", visible(&script.name), visible(about.trim_end()))?;
        }
        let by = recording.map(|recording| format!("recorded replies: {}", recording.title()));
        writeln!(self.out, "{}", visible(&by.unwrap_or_else(|| format!("live replies: {name}"))))?;
        for notice in recording.into_iter().flat_map(|recording| &recording.session.notices) {
            writeln!(self.notes, "note: {}", visible(notice))?;
        }
        Ok(())
    }

    pub(super) fn end(
        &mut self,
        conversation: &Conversation,
        played: &[Played],
        outcome: &Outcome,
        output: Option<&Path>,
        near: Option<&Nearest>,
    ) -> io::Result<()> {
        self.trouble()?;
        if let Some(ended) = &outcome.ended {
            let ended = match ended.is_a_miss() {
                true => ended.with_next("record anew with `--live --record FILE`"),
                false => ended.to_string(),
            };
            let lines: Vec<_> = ended.lines().map(|line| visible(line).into_owned()).collect();
            writeln!(self.notes, "error: {}", lines.join("\n  "))?;
        }
        if let Some(Nearest { recording, turn, alike, diff }) = near {
            let of = visible(recording);
            writeln!(
                self.notes,
                "nearest recorded prompt: turn {turn} of {of}, {alike} % of the words:\n  {}",
                visible(diff)
            )?;
        }
        let out = &mut *self.out;
        let revisions = conversation.revisions().len();
        writeln!(out, "\n{}, {}", plural(played.len(), "turn"), plural(revisions, "revision"))?;
        match (conversation.present(), &outcome.ended) {
            (_, Some(_)) => writeln!(out, "ended at turn {}, before its end", played.len() + 1)?,
            (None, None) => writeln!(out, "no reply brought a whole file")?,
            (Some(present), None) => {
                let (number, turn) = (present.number, present.turn);
                writeln!(out, "{}: revision {number}, of turn {turn}", present.verdict().word())?;
            }
        }
        match (&outcome.written, output) {
            // The same line whether it stood there already: a transcript is the same each time.
            (Some(_), Some(path)) => {
                writeln!(out, "{}: holds the accepted file", visible(&path.display().to_string()))?
            }
            (None, Some(path)) => writeln!(out, "{}: not written", visible(&path.display().to_string()))?,
            _ => {}
        }
        if outcome.failures > 0 {
            writeln!(out, "{} not met", plural(outcome.failures, "expectation"))?;
        }
        if outcome.drift > 0 {
            writeln!(out, "drift: {} from the recording", differ(outcome.drift))?;
        }
        if outcome.reworded > 0 {
            writeln!(out, "{}", reworded(outcome.reworded))?;
        }
        out.flush()
    }
}

fn differ(count: usize) -> String {
    if count == 1 { "1 conclusion differs".to_owned() } else { format!("{count} conclusions differ") }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

impl Observer for Show<'_> {
    fn entry(&mut self, entry: &Entry) {
        if let Some(record) = &mut self.record
            && let Err(error) = record.write(entry)
        {
            // The replay goes on; when the notes are gone too, nobody is left to tell.
            let _ = writeln!(self.notes, "warning: {}", visible(&error.to_string()));
        }
    }

    fn attempted(&mut self, attempted: Attempted<'_>) {
        self.write(|out, look| attempt(attempted, look, out));
    }
}

impl Audience for Show<'_> {
    fn missed(&mut self, why: &EngineError) {
        let lines: Vec<_> = why.to_string().lines().map(|line| visible(line).into_owned()).collect();
        // When the notes are gone, nobody is left to tell.
        let _ = writeln!(self.notes, "note: from here on the model is asked: {}", lines.join("\n  "));
    }

    fn begun(&mut self, revision: &Revision) {
        self.write(|out, _| {
            let (verdict, violated) = (verdict(revision), violated(revision));
            writeln!(out, "\nrevision {}, the file as it was found: {verdict}{violated}", revision.number)
        });
    }

    fn asked(&mut self, turn: usize, of: usize, id: &str, prompt: &Prompt) {
        self.write(|out, _| {
            writeln!(out, "\n== turn {turn} of {of}: {}\n", visible(id))?;
            quote(&prompt.text, out)
        });
    }

    fn played(&mut self, conversation: &Conversation, played: &Played) {
        let ending = conversation.turns().last().and_then(Turn::ending);
        let changes = match (played.before, played.revision) {
            (Some(before), Some(after)) if before != after => conversation.meaning(before, after).ok(),
            _ => None,
        };
        self.write(|out, look| {
            if let Some(changes) = changes {
                writeln!(out, "\nwhat that means:")?;
                diff_meaning(&changes, look, out)?;
            }
            if let Some(ending) = ending {
                writeln!(out, "\n{}", visible(&ending))?;
            }
            for drift in &played.drift {
                let attempt = if drift.attempt > 0 { format!(" (repair {})", drift.attempt) } else { String::new() };
                writeln!(out, "drift{attempt}: {}", visible(&drift.text))?;
            }
            for failure in &played.failures {
                writeln!(out, "not as expected: {}", visible(failure))?;
            }
            Ok(())
        });
    }
}

/// The prompt, as it is quoted in mail.
fn quote(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in text.trim_end().lines() {
        for line in wrapped(line, 100) {
            writeln!(out, "{}", format!("> {}", visible(&line)).trim_end())?;
        }
    }
    Ok(())
}

/// A line in pieces of at most `width` characters, broken at blanks where there are any.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in line.split(' ') {
        let size = word.chars().count();
        if length > 0 && length + 1 + size > width {
            lines.push(String::new());
            length = 0;
        } else if length > 0 || lines.len() == 1 && !lines[0].is_empty() {
            lines.last_mut().into_iter().for_each(|line| line.push(' '));
            length += 1;
        }
        lines.last_mut().into_iter().for_each(|line| line.push_str(word));
        length += size;
    }
    lines
}

/// The reply in a line, and its revision with verdict, diff, meaning and findings.
fn attempt(attempted: Attempted<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let Attempted { attempt, revision, before, .. } = attempted;
    if attempt.prompt.origin == Origin::Repair {
        writeln!(out, "\n-- repair {}", attempt.number)?;
    }
    writeln!(out, "\nreply: {} characters, {}", attempt.reply.text.chars().count(), visible(&attempt.held()))?;
    let Some(revision) = revision else { return Ok(()) };
    writeln!(out, "revision {}: {}", revision.number, summary(revision, before))?;
    let same = before.is_some_and(|before| before.number == revision.number);
    if same {
        return Ok(());
    }
    writeln!(out)?;
    let shown = Shown::revision(revision);
    write_diff(before.map(Shown::revision).as_ref(), &shown, look, out)?;
    let errors: Vec<&Finding> =
        revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    for error in errors.iter().take(MOST) {
        writeln!(out)?;
        finding(&shown.report(), error, look, out)?;
    }
    if errors.len() > MOST {
        writeln!(out, "\nand {}", plural(errors.len() - MOST, "more error"))?;
    }
    for (layer, reason) in &revision.checked.skipped {
        writeln!(out, "\nthe {} layer did not run: {}", layer.word(), visible(reason))?;
    }
    Ok(())
}

/// Verdict, counts of findings, counts of lines, and the rules that are violated.
fn summary(revision: &Revision, before: Option<&Revision>) -> String {
    let mut words = verdict(revision);
    let diff = diff(before.map_or("", Revision::text), revision.text(), 0);
    words.push_str(&if diff.is_empty() { "; unchanged".to_owned() } else { format!("; {}", diff.counts()) });
    words.push_str(&violated(revision));
    words
}

/// Verdict and counts of findings.
fn verdict(revision: &Revision) -> String {
    let counts = Counts::of(&revision.checked.findings);
    let word = revision.verdict().word();
    if counts.total() > 0 { format!("{word}: {}", counts.words()) } else { word.to_owned() }
}

/// The rules with errors, each once, in the order of the file.
fn violated(revision: &Revision) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for finding in revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error) {
        if !rules.contains(&finding.rule) {
            rules.push(finding.rule);
        }
    }
    if rules.is_empty() { String::new() } else { format!("; {} violated", rules.join(", ")) }
}
