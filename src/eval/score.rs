//! Numbers of a conversation, and of many.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::files::FileScore;
use crate::engine::{Conversation, Play, Revision, YamlKind};
use crate::finding::{Layer, Severity, Verdict};
use crate::rules::RuleAnswer;
use crate::text::changed_lines;

/// What one recording of a case came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseScore {
    /// The suite's name.
    pub suite: String,
    /// The case's name.
    pub case: String,
    /// The recording's path, seen from the suite's file: the same on any machine and from any folder.
    pub recording: String,
    /// The settings under which it was judged, as a settings file would have them; a catalogue stands as its hash.
    /// `None` in reports from before they were kept.
    #[serde(default)]
    pub settings: Option<Map<String, Value>>,
    /// What was repaired when the recording was read: a torn last line, say.
    #[serde(default)]
    pub notices: Vec<String>,
    /// Demands that were not met; those of the prompt script begin with their turn.
    pub failures: Vec<String>,
    /// Why it could not be judged to its end, if it could not: a bad or stale recording.
    pub undecided: Option<String>,
    /// Whether that is because its prompt script asks otherwise than it answers: a prompt has changed, or was added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Whether another program made the recording: nothing is recorded in its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foreign: bool,
    /// Whether its case names single files alone, so that nothing can be recorded beside what is not replaced.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
    /// The verdict of the file that stands at the end.
    pub r#final: Option<Verdict>,
    /// The turn at which a file was accepted for the first time.
    pub accepted_at: Option<usize>,
    /// Repairs until then; of the whole conversation where it never was.
    pub repairs: usize,
    /// Tokens, where every reply has them counted.
    pub tokens: Option<u64>,
    /// Tokens until a file was accepted for the first time, where every reply until then has them counted.
    #[serde(default)]
    pub tokens_to_acceptance: Option<u64>,
    /// Whether the recording says that it was made with other system or repair prompts than today's.
    #[serde(default)]
    pub stale_prompts: bool,
    /// Whether the recording breaks off: in the middle of a line, or before its last verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub torn: bool,
    /// Whether its replies were written by hand: they say nothing of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authored: bool,
    /// The first reply that holds a file.
    pub first_reply: Option<FirstReply>,
    /// Replies with a file that could not be taken.
    pub flawed: usize,
    /// Turns of which the prompt script expects a file, and no reply brought one that could be read.
    #[serde(default)]
    pub missing_files: usize,
    /// Lines that changed from revision to revision, all together.
    pub lines_changed: usize,
    /// Lines between the first and the last revision.
    pub lines_needed: usize,
    /// How many revisions violate a rule, by rule.
    pub violations: BTreeMap<String, usize>,
    /// The same by turn and then by rule; turn 0 has the file with which the conversation began.
    #[serde(default)]
    pub violations_by_turn: BTreeMap<usize, BTreeMap<String, usize>>,
    /// Rules that held and then no longer did.
    pub regressions: Vec<Regression>,
    /// The files that stood before the first prompt, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beginning: Vec<FileScore>,
    /// Turn by turn.
    pub by_turn: Vec<TurnScore>,
}

/// The first reply that holds a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstReply {
    /// No error in syntax, schema and semantics.
    pub valid: bool,
    /// No error of the policy; `None` where it was not checked.
    pub clean: Option<bool>,
    /// Accepted as it was.
    pub accepted: bool,
}

/// A rule that held and then no longer did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regression {
    /// The turn at which it broke.
    pub turn: usize,
    /// The rule.
    pub rule: String,
}

/// A turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnScore {
    /// The turn, from 1.
    pub turn: usize,
    /// Its name.
    pub id: String,
    /// What YAML the answer holds.
    pub yaml: Option<YamlKind>,
    /// The verdict of its best file.
    pub verdict: Option<Verdict>,
    /// The best verdict of the turn when it was recorded, where one was.
    #[serde(default)]
    pub recorded: Option<Verdict>,
    /// Rules with errors in it.
    pub violated: Vec<String>,
    /// Rules with warnings and no error in it.
    #[serde(default)]
    pub warned: Vec<String>,
    /// Every file of the turn in order, where it has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileScore>,
    /// Repairs of the turn.
    #[serde(default)]
    pub repairs: usize,
    /// Conclusions that differ from the recorded ones, in words.
    pub drift: Vec<String>,
    /// Repairs of the turn whose findings have other words today, and are the same.
    #[serde(default)]
    pub reworded: usize,
}

/// What the score of a recording is called where scores are compared.
pub(super) fn named(suite: &str, case: &str, recording: &str) -> String {
    format!("{suite} / {case} / {recording}")
}

impl CaseScore {
    /// Whether every demand was met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.undecided.is_none()
    }

    /// Passed, failed or undecided.
    pub fn outcome(&self) -> &'static str {
        match () {
            () if !self.failures.is_empty() => "failed",
            () if self.undecided.is_some() => "undecided",
            () => "passed",
        }
    }

    /// Whether it could be judged: it passed or failed.
    pub fn is_judged(&self) -> bool {
        self.outcome() != "undecided"
    }

    /// Whether it could be judged, and a model has answered in it.
    pub fn is_answered(&self) -> bool {
        self.is_judged() && !self.authored
    }

    /// Suite and case.
    pub(super) fn of_case(&self) -> (&str, &str) {
        (&self.suite, &self.case)
    }

    /// Suite, case and recording: what a score is called where scores are compared.
    pub fn name(&self) -> String {
        named(&self.suite, &self.case, &self.recording)
    }

    /// How many conclusions differ from the recorded ones.
    pub fn drift(&self) -> usize {
        self.by_turn.iter().map(|turn| turn.drift.len()).sum()
    }

    /// How many repairs have other words today, about the same findings.
    pub fn reworded(&self) -> usize {
        self.by_turn.iter().map(|turn| turn.reworded).sum()
    }

    /// The numbers of a play; demands are judged elsewhere.
    pub(super) fn of(play: &Play) -> Self {
        let conversation = &play.conversation;
        let mut score = Self {
            undecided: play.ended.as_ref().map(ToString::to_string),
            r#final: conversation.present().map(Revision::verdict),
            ..Self::default()
        };
        let attempts = || conversation.turns().iter().flat_map(|turn| &turn.attempts);
        let accepted = |number: Option<usize>| {
            let revision = number.and_then(|number| conversation.revision(number).ok());
            revision.is_some_and(|revision| revision.verdict() == Verdict::Accepted)
        };
        score.accepted_at = attempts().find(|attempt| accepted(attempt.revision)).map(|attempt| attempt.turn);
        let until = attempts().position(|attempt| accepted(attempt.revision)).map_or(usize::MAX, |at| at + 1);
        score.repairs = attempts().take(until).filter(|attempt| attempt.number > 0).count();
        let tokens =
            |attempt: &crate::engine::Attempt| attempt.reply.usage.map(|usage| usage.prompt + usage.completion);
        // Of no reply nothing is counted.
        score.tokens = attempts().next().and_then(|_| attempts().map(tokens).sum());
        score.tokens_to_acceptance = score.accepted_at.and_then(|_| attempts().take(until).map(tokens).sum());
        let first = attempts().find(|attempt| attempt.yaml() >= YamlKind::File);
        score.first_reply = first.map(|attempt| {
            let revision = attempt.revision.and_then(|number| conversation.revision(number).ok());
            let policy = conversation.checker().settings().policy;
            let clean = revision.filter(|revision| policy && revision.checked.skipped.is_empty());
            FirstReply {
                valid: revision.is_some_and(|revision| !has_errors(revision, false)),
                clean: clean.map(|revision| !has_errors(revision, true)),
                accepted: accepted(attempt.revision),
            }
        });
        score.flawed = attempts().filter(|attempt| attempt.yaml() == YamlKind::Flawed).count();
        score.edits(conversation);
        score.rules(conversation);
        score.beginning = FileScore::all(conversation, 0);
        score.by_turn = play
            .played
            .iter()
            .map(|played| {
                let revision = played.revision.and_then(|number| conversation.revision(number).ok());
                let (violated, warned) = revision.map_or_else(Default::default, |revision| {
                    let FileScore { violated, warned, .. } = FileScore::of(revision);
                    (violated, warned)
                });
                let mut files = FileScore::all(conversation, played.turn);
                if files.len() < 2 {
                    // The best file is the only one.
                    files.clear();
                }
                let said = conversation.turns().get(played.turn.wrapping_sub(1));
                let repairs = said.map_or(0, |turn| turn.attempts.iter().filter(|attempt| attempt.number > 0).count());
                let drift = played.drift.iter().map(|drift| drift.text.clone()).collect();
                let (turn, id) = (played.turn, played.id.clone());
                let (yaml, verdict, reworded) = (played.yaml, played.verdict, played.reworded);
                TurnScore { turn, id, yaml, verdict, recorded: None, violated, warned, files, repairs, drift, reworded }
            })
            .collect();
        for played in &play.played {
            let told = played.failures.iter().map(|failure| format!("turn {} ({}): {failure}", played.turn, played.id));
            score.failures.extend(told);
        }
        score
    }

    fn edits(&mut self, conversation: &Conversation) {
        let revisions = conversation.revisions();
        self.lines_changed = revisions.windows(2).map(|pair| changed_lines(pair[0].text(), pair[1].text())).sum();
        if let (Some(first), Some(last)) = (revisions.first(), conversation.present()) {
            self.lines_needed = changed_lines(first.text(), last.text());
        }
    }

    fn rules(&mut self, conversation: &Conversation) {
        let revisions = conversation.revisions();
        for revision in revisions {
            for (rule, answer) in revision.checked.answers() {
                if answer == RuleAnswer::Violated {
                    *self.violations.entry(rule.to_owned()).or_default() += 1;
                    let turn = self.violations_by_turn.entry(revision.turn).or_default();
                    *turn.entry(rule.to_owned()).or_default() += 1;
                }
            }
        }
        for pair in revisions.windows(2) {
            let held = |rule: &&str| pair[0].checked.answer(rule) == Some(RuleAnswer::Holds);
            let broken = pair[1].checked.answers().filter(|(_, answer)| *answer == RuleAnswer::Violated);
            let broken = broken.map(|(rule, _)| rule).filter(|rule| held(rule));
            self.regressions.extend(broken.map(|rule| Regression { turn: pair[1].turn, rule: rule.to_owned() }));
        }
    }
}

fn has_errors(revision: &Revision, policy: bool) -> bool {
    let mut errors = revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.any(|finding| (finding.layer == Layer::Policy) == policy)
}
