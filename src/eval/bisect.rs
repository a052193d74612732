//! The way of one rule through a conversation: the turns at which it broke, and those that mended it.

use std::io::{self, Write};

use serde::Serialize;

use crate::check::Checker;
use crate::engine::{
    self, Answers, Attempt, Conversation, Recording, Revision, Silent, answer_word, cues_of_recording, play,
};
use crate::finding::{Answer, Severity};
use crate::report::{Look, finding, visible};
use crate::rules::RuleAnswer;
use crate::transcript::{Shown, write_diff};

/// A rule through a conversation.
pub struct History {
    conversation: Conversation,
    /// Revisions at which the answer changed between violated and not, by number, in order.
    pub changes: Vec<RuleTurn>,
    /// What the rule says of the file at the end; `None` where it was not checked there, or there is none.
    pub answer: Option<RuleAnswer>,
    /// Whether the settings have the rule checked at all.
    pub checked: bool,
    /// Why the conversation could not be played to its end.
    pub ended: Option<String>,
}

impl History {
    /// The prompt and the reply of a change; none where a person edited, or the conversation began with the file.
    fn attempt(&self, change: &RuleTurn) -> Option<&Attempt> {
        let turn = self.conversation.turns().get(change.turn.checked_sub(1)?)?;
        let revision = self.conversation.revision(change.revision).ok()?;
        turn.attempts.iter().find(|attempt| attempt.number == revision.attempt)
    }

    /// Whether it could be told what the rule says of the file at the end. Where there is no file, it says nothing.
    pub fn is_decided(&self) -> bool {
        let no_file = self.conversation.present().is_none();
        self.ended.is_none() && self.checked && (no_file || self.answer.is_some())
    }
}

/// A revision at which a rule broke or was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTurn {
    /// The turn; 0 for the file with which the conversation began.
    pub turn: usize,
    /// The revision.
    pub revision: usize,
    /// The one before it.
    pub before: Option<usize>,
    /// Whether it broke here; otherwise it was mended.
    pub broke: bool,
}

/// Lines of a prompt that are shown.
const PROMPT: usize = 6;

/// Plays a recording with its own prompts and follows a rule through its revisions.
pub fn history(recording: &Recording, checker: Checker, rule: &str) -> History {
    let cues = cues_of_recording(recording);
    let play = play(&cues, Answers::Recorded(recording), checker, engine::Options::default(), &mut Silent);
    let conversation = play.conversation;
    let answer = |revision: &Revision| revision.checked.answer(rule);
    let violates = |revision: &Revision| answer(revision) == Some(RuleAnswer::Violated);
    let checked = conversation.checker().checks(rule);
    let mut changes = Vec::new();
    let mut before: Option<&Revision> = None;
    // Of a file that could not be checked nothing is known: it neither breaks nor mends.
    for revision in conversation.revisions().iter().filter(|revision| answer(revision).is_some()) {
        let broke = violates(revision);
        if broke != before.is_some_and(violates) {
            let before = before.map(|before| before.number);
            changes.push(RuleTurn { turn: revision.turn, revision: revision.number, before, broke });
        }
        before = Some(revision);
    }
    let answer = conversation.present().and_then(answer);
    let ended = play.ended.map(|error| error.to_string());
    History { conversation, changes, answer, checked, ended }
}

/// Writes where the rule broke and where it was mended: prompt, lines, finding.
pub fn write_history(history: &History, rule: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for change in &history.changes {
        let Ok(revision) = history.conversation.revision(change.revision) else { continue };
        let word = if change.broke { "broke" } else { "was mended" };
        writeln!(out, "`{rule}` {word} at turn {} (revision {})", change.turn, change.revision)?;
        at_change(history, change, revision, rule, look, out)?;
        writeln!(out)?;
    }
    if let Some(reason) = &history.ended {
        return writeln!(out, "not played to its end: {}", visible(reason));
    }
    let files = history.conversation.revisions().len();
    let of = if files == 1 {
        "the one revision does not violate".to_owned()
    } else {
        format!("none of the {files} revisions violates")
    };
    match (files, history.answer, history.changes.is_empty()) {
        (0, ..) => writeln!(out, "there is no file in the conversation"),
        _ if !history.checked => writeln!(out, "`{rule}` is not checked under these settings"),
        (_, None, _) => writeln!(out, "`{rule}` could not be checked in the file at the end"),
        (_, Some(RuleAnswer::Violated), _) => writeln!(out, "the file at the end violates `{rule}`"),
        (_, _, true) => writeln!(out, "{of} `{rule}`"),
        (_, _, false) => writeln!(out, "the file at the end does not violate `{rule}`"),
    }
}

#[derive(Serialize)]
struct Wire<'h> {
    version: u32,
    rule: &'h str,
    checked: bool,
    revisions: usize,
    changes: Vec<WireChange<'h>>,
    answer: Option<&'static str>,
    ended: Option<&'h str>,
}

#[derive(Serialize)]
struct WireChange<'h> {
    turn: usize,
    revision: usize,
    before: Option<usize>,
    broke: bool,
    attempt: usize,
    prompt: Option<&'h str>,
}

/// Writes where the rule broke and where it was mended as JSON, version 1.
pub fn history_json(history: &History, rule: &str, out: &mut dyn Write) -> io::Result<()> {
    let change = |change: &RuleTurn| {
        let attempt = history.attempt(change);
        let RuleTurn { turn, revision, before, broke } = *change;
        let (number, prompt) = attempt.map_or((0, None), |one| (one.number, Some(one.prompt.text.as_str())));
        WireChange { turn, revision, before, broke, attempt: number, prompt }
    };
    let wire = Wire {
        version: 1,
        rule,
        checked: history.checked,
        revisions: history.conversation.revisions().len(),
        changes: history.changes.iter().map(change).collect(),
        answer: history.answer.map(answer_word),
        ended: history.ended.as_deref(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}

/// The prompt, the lines that changed, and what the rule says of them, if it says anything.
fn at_change(
    history: &History,
    change: &RuleTurn,
    revision: &Revision,
    rule: &str,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    if let Some(attempt) = history.attempt(change) {
        if attempt.number > 0 {
            writeln!(out, "in the answer to repair {}", attempt.number)?;
        }
        writeln!(out)?;
        let lines: Vec<&str> = attempt.prompt.text.trim_end().lines().collect();
        for line in lines.iter().take(PROMPT) {
            writeln!(out, "{}", format!("> {}", visible(line)).trim_end())?;
        }
        if lines.len() > PROMPT {
            writeln!(out, "> … ({} more lines)", lines.len() - PROMPT)?;
        }
    }
    let before = change.before.and_then(|number| history.conversation.revision(number).ok());
    let shown = Shown::revision(revision);
    writeln!(out)?;
    write_diff(before.map(Shown::revision).as_ref(), &shown, look, out)?;
    let found = revision.checked.findings.iter().filter(|finding| finding.rule == rule);
    for one in found.filter(|finding| finding.answer == Answer::Violated && finding.severity > Severity::Note) {
        writeln!(out)?;
        finding(&shown.report(), one, look, out)?;
    }
    Ok(())
}
