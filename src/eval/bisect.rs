//! The way of one rule through a conversation: the turns at which it broke, and those that mended it.

use std::io::{self, Write};

use crate::check::Checker;
use crate::engine::{self, Answers, Conversation, Recording, Revision, Silent, cues_of_recording, play};
use crate::finding::{Answer, Severity};
use crate::report::{Look, finding, visible};
use crate::rules::RuleAnswer;
use crate::transcript::{Shown, write_diff};

/// A rule through a conversation.
pub struct History {
    conversation: Conversation,
    /// Revisions at which the answer changed between violated and not, by number, in order.
    pub changes: Vec<RuleTurn>,
    /// Whether the file at the end violates the rule.
    pub violated: bool,
    /// Why the conversation could not be played to its end.
    pub ended: Option<String>,
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
    let violates = |revision: &Revision| revision.checked.answers.get(rule).copied() == Some(RuleAnswer::Violated);
    let mut changes = Vec::new();
    let mut before: Option<&Revision> = None;
    for revision in conversation.revisions() {
        let broke = violates(revision);
        if broke != before.is_some_and(violates) {
            let before = before.map(|before| before.number);
            changes.push(RuleTurn { turn: revision.turn, revision: revision.number, before, broke });
        }
        before = Some(revision);
    }
    let violated = conversation.present().is_some_and(violates);
    let ended = play.ended.map(|error| error.to_string());
    History { conversation, changes, violated, ended }
}

/// Writes where the rule broke: prompt, lines, finding.
pub fn write_history(history: &History, rule: &str, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for change in &history.changes {
        let Ok(revision) = history.conversation.revision(change.revision) else { continue };
        let word = if change.broke { "broke" } else { "was mended" };
        writeln!(out, "`{rule}` {word} at turn {} (revision {})", change.turn, change.revision)?;
        if change.broke {
            broke(history, change, revision, rule, look, out)?;
        }
        writeln!(out)?;
    }
    if let Some(reason) = &history.ended {
        return writeln!(out, "not played to its end: {}", visible(reason));
    }
    let files = history.conversation.revisions().len();
    match (history.changes.is_empty(), history.violated) {
        (true, _) if files == 0 => writeln!(out, "there is no file in the conversation"),
        (true, _) => writeln!(out, "`{rule}` is violated in none of the {files} revisions"),
        (false, true) => writeln!(out, "the file at the end violates `{rule}`"),
        (false, false) => writeln!(out, "the file at the end does not violate `{rule}`"),
    }
}

fn broke(
    history: &History,
    change: &RuleTurn,
    revision: &Revision,
    rule: &str,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let turn = change.turn.checked_sub(1).and_then(|index| history.conversation.turns().get(index));
    let attempt = turn.and_then(|turn| turn.attempts.iter().find(|attempt| attempt.number == revision.attempt));
    if let Some(attempt) = attempt {
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
