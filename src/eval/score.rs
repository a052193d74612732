//! Numbers of a conversation, and of many.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::{Conversation, Play, Revision, YamlKind};
use crate::finding::{Layer, Severity, Verdict};
use crate::rules::RuleAnswer;
use crate::text::diff;

/// What one recording of a case came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseScore {
    /// The suite's name.
    pub suite: String,
    /// The case's name.
    pub case: String,
    /// The recording's path.
    pub recording: String,
    /// Demands that were not met; those of the prompt script begin with their turn.
    pub failures: Vec<String>,
    /// Why it could not be judged to its end, if it could not: a bad or stale recording.
    pub undecided: Option<String>,
    /// The verdict of the file that stands at the end.
    pub r#final: Option<Verdict>,
    /// The turn at which a file was accepted for the first time.
    pub accepted_at: Option<usize>,
    /// Repairs until then; of the whole conversation where it never was.
    pub repairs: usize,
    /// Tokens, where every reply has them counted.
    pub tokens: Option<u64>,
    /// The first reply that holds a file.
    pub first_reply: Option<FirstReply>,
    /// Replies with a file that could not be taken.
    pub flawed: usize,
    /// Lines that changed from revision to revision, all together.
    pub lines_changed: usize,
    /// Lines between the first and the last revision.
    pub lines_needed: usize,
    /// How many revisions violate a rule, by rule.
    pub violations: BTreeMap<String, usize>,
    /// Rules that held and then no longer did.
    pub regressions: Vec<Regression>,
    /// Turn by turn.
    pub by_turn: Vec<TurnScore>,
}

/// The first reply that holds a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstReply {
    /// No error in syntax, schema and semantics.
    pub valid: bool,
    /// No error of the policy.
    pub clean: bool,
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
    /// Rules with errors in it.
    pub violated: Vec<String>,
    /// Conclusions that differ from the recorded ones, in words.
    pub drift: Vec<String>,
}

impl CaseScore {
    /// Whether every demand was met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.undecided.is_none()
    }

    /// How many conclusions differ from the recorded ones.
    pub fn drift(&self) -> usize {
        self.by_turn.iter().map(|turn| turn.drift.len()).sum()
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
        score.tokens = attempts().map(|attempt| attempt.reply.usage.map(|usage| usage.prompt + usage.completion)).sum();
        let first = attempts().find(|attempt| attempt.yaml() >= YamlKind::File);
        score.first_reply = first.map(|attempt| {
            let revision = attempt.revision.and_then(|number| conversation.revision(number).ok());
            let clear = |policy: bool| revision.is_some_and(|revision| !has_errors(revision, policy));
            FirstReply { valid: clear(false), clean: clear(true), accepted: accepted(attempt.revision) }
        });
        score.flawed = attempts().filter(|attempt| attempt.yaml() == YamlKind::Flawed).count();
        score.edits(conversation);
        score.rules(conversation);
        score.by_turn = play
            .played
            .iter()
            .map(|played| {
                let revision = played.revision.and_then(|number| conversation.revision(number).ok());
                let violated = revision.map(violated).unwrap_or_default();
                let drift = played.drift.iter().map(|drift| drift.text.clone()).collect();
                let (turn, id) = (played.turn, played.id.clone());
                TurnScore { turn, id, yaml: played.yaml, verdict: played.verdict, violated, drift }
            })
            .collect();
        for played in &play.played {
            let told = played.failures.iter().map(|failure| format!("turn {} ({}): {failure}", played.turn, played.id));
            score.failures.extend(told);
        }
        score
    }

    fn edits(&mut self, conversation: &Conversation) {
        let changed = |before: &str, after: &str| {
            let diff = diff(before, after, 0);
            diff.added + diff.removed
        };
        let revisions = conversation.revisions();
        self.lines_changed = revisions.windows(2).map(|pair| changed(pair[0].text(), pair[1].text())).sum();
        if let (Some(first), Some(last)) = (revisions.first(), conversation.present()) {
            self.lines_needed = changed(first.text(), last.text());
        }
    }

    fn rules(&mut self, conversation: &Conversation) {
        let revisions = conversation.revisions();
        for revision in revisions {
            for (rule, answer) in &revision.checked.answers {
                if *answer == RuleAnswer::Violated {
                    *self.violations.entry((*rule).to_owned()).or_default() += 1;
                }
            }
        }
        for pair in revisions.windows(2) {
            let held = |rule: &&str| pair[0].checked.answers.get(rule) == Some(&RuleAnswer::Holds);
            let broken = pair[1].checked.answers.iter().filter(|(_, answer)| **answer == RuleAnswer::Violated);
            let broken = broken.map(|(rule, _)| *rule).filter(|rule| held(rule));
            self.regressions.extend(broken.map(|rule| Regression { turn: pair[1].turn, rule: rule.to_owned() }));
        }
    }
}

fn has_errors(revision: &Revision, policy: bool) -> bool {
    let mut errors = revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.any(|finding| (finding.layer == Layer::Policy) == policy)
}

/// Rules with errors, each once, by id.
fn violated(revision: &Revision) -> Vec<String> {
    let errors = revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let rules: std::collections::BTreeSet<&str> = errors.map(|finding| finding.rule).collect();
    rules.into_iter().map(str::to_owned).collect()
}

/// The numbers of many recordings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Recordings that were judged.
    pub recordings: usize,
    /// Those that met every demand.
    pub passed: usize,
    /// Those that did not.
    pub failed: usize,
    /// Those that could not be judged to their end.
    pub undecided: usize,
    /// Those with a file.
    pub with_file: usize,
    /// Those whose first file was valid, clean of policy errors, and accepted.
    pub first_valid: usize,
    /// See `first_valid`.
    pub first_clean: usize,
    /// See `first_valid`.
    pub first_accepted: usize,
    /// Those that were accepted with no more repairs than this, by number of repairs.
    pub accepted_within: BTreeMap<usize, usize>,
    /// Those that were accepted at all.
    pub accepted: usize,
    /// The 95 % interval of the share that was accepted.
    pub accepted_interval: Option<(f64, f64)>,
    /// Turns that were played.
    pub turns: usize,
    /// Conclusions that differ from the recorded ones.
    pub drift: usize,
    /// Replies with a file that could not be taken.
    pub flawed: usize,
    /// Revisions that violate a rule, by rule.
    pub violations: BTreeMap<String, usize>,
}

impl Summary {
    /// The numbers of these scores.
    pub fn of(scores: &[CaseScore]) -> Self {
        let count = |which: &dyn Fn(&CaseScore) -> bool| scores.iter().filter(|score| which(score)).count();
        let first = |which: fn(FirstReply) -> bool| count(&|score| score.first_reply.is_some_and(which));
        let mut violations: BTreeMap<String, usize> = BTreeMap::new();
        for (rule, number) in scores.iter().flat_map(|score| &score.violations) {
            *violations.entry(rule.clone()).or_default() += number;
        }
        let accepted = count(&|score| score.accepted_at.is_some());
        let within = |most: usize| count(&|score| score.accepted_at.is_some() && score.repairs <= most);
        Self {
            recordings: scores.len(),
            passed: count(&CaseScore::passed),
            failed: count(&|score| !score.failures.is_empty()),
            undecided: count(&|score| score.failures.is_empty() && score.undecided.is_some()),
            with_file: count(&|score| score.first_reply.is_some()),
            first_valid: first(|first| first.valid),
            first_clean: first(|first| first.clean),
            first_accepted: first(|first| first.accepted),
            accepted_within: [0, 1, 3, 5].map(|most| (most, within(most))).into(),
            accepted,
            accepted_interval: wilson(accepted, scores.len()),
            turns: scores.iter().map(|score| score.by_turn.len()).sum(),
            drift: scores.iter().map(CaseScore::drift).sum(),
            flawed: scores.iter().map(|score| score.flawed).sum(),
            violations,
        }
    }
}

/// Wilson's 95 % interval of a share, to three places; `None` of nothing.
pub fn wilson(successes: usize, of: usize) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    const Z: f64 = 1.959_964;
    let (n, share) = (of as f64, successes as f64 / of as f64);
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let round = |value: f64| (value.clamp(0.0, 1.0) * 1000.0).round() / 1000.0;
    Some((round((centre - spread) / scale), round((centre + spread) / scale)))
}
