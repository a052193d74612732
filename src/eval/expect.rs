//! What a case demands of a conversation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::score::CaseScore;
use crate::engine::script::{rule_ids, unknown_rule};
use crate::engine::{Conversation, YamlKind, answer_word};
use crate::finding::Verdict;
use crate::rules::RuleAnswer;

/// The demands of a case; what is not named is not demanded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CaseExpectation {
    /// The verdict of the file that stands at the end.
    pub r#final: Option<Verdict>,
    /// The turn by which a file is accepted for the first time.
    pub by_turn: Option<usize>,
    /// The verdict of the best file of a turn, by turn.
    #[serde(default)]
    pub verdicts: BTreeMap<usize, Verdict>,
    /// What YAML the answer of a turn holds, by turn.
    #[serde(default)]
    pub yaml: BTreeMap<usize, YamlKind>,
    /// Rules that no file of the conversation may violate.
    #[serde(default)]
    pub never: Vec<String>,
    /// What rules say of the file that stands at the end.
    #[serde(default)]
    pub rules: BTreeMap<String, RuleAnswer>,
    /// The most repairs of the conversation.
    pub repairs: Option<usize>,
    /// The most tokens of the conversation, where they were counted.
    pub tokens: Option<u64>,
    /// The most conclusions that differ from the recorded ones.
    pub drift: Option<usize>,
}

impl CaseExpectation {
    /// What is wrong with the demands themselves.
    pub(super) fn wrong(&self) -> Option<String> {
        let known = rule_ids();
        let unknown = self.never.iter().chain(self.rules.keys()).find(|rule| !known.contains(&rule.as_str()));
        unknown.map(|rule| unknown_rule(rule))
    }

    /// The demands that were not met, in words.
    pub(super) fn failures(&self, conversation: &Conversation, score: &CaseScore) -> Vec<String> {
        let mut failures = Vec::new();
        let word = |verdict: Option<Verdict>| verdict.map_or("no file", Verdict::word);
        if let Some(expected) = self.r#final.filter(|expected| Some(*expected) != score.r#final) {
            failures.push(format!("final: expected {}, got {}", expected.word(), word(score.r#final)));
        }
        if let Some(turn) = self.by_turn {
            match score.accepted_at {
                Some(at) if at <= turn => {}
                Some(at) => failures.push(format!("accepted at turn {at}, expected by turn {turn}")),
                None => failures.push(format!("never accepted, expected by turn {turn}")),
            }
        }
        for (turn, expected) in &self.verdicts {
            let got = score.by_turn.get(turn.wrapping_sub(1)).and_then(|turn| turn.verdict);
            if got != Some(*expected) {
                failures.push(format!("turn {turn}: expected {}, got {}", expected.word(), word(got)));
            }
        }
        for (turn, expected) in &self.yaml {
            let got = score.by_turn.get(turn.wrapping_sub(1)).and_then(|turn| turn.yaml);
            if got != Some(*expected) {
                let got = got.map_or("no such turn", YamlKind::word);
                failures.push(format!("turn {turn}: expected {} as YAML, got {got}", expected.word()));
            }
        }
        for rule in &self.never {
            let violated = |revision: &&crate::engine::Revision| {
                revision.checked.answers.get(rule.as_str()) == Some(&RuleAnswer::Violated)
            };
            if let Some(revision) = conversation.revisions().iter().find(violated) {
                failures.push(format!("{rule}: violated at turn {}, expected never", revision.turn));
            }
        }
        for (rule, expected) in &self.rules {
            let present = conversation.present();
            let answer = present.and_then(|revision| revision.checked.answers.get(rule.as_str()).copied());
            if answer != Some(*expected) {
                let got = answer.map_or(if present.is_some() { "not checked" } else { "no file" }, answer_word);
                failures.push(format!("{rule}: expected {}, got {got}", answer_word(*expected)));
            }
        }
        let caps = [
            ("repairs", self.repairs.map(|most| most as u64), Some(score.repairs as u64)),
            ("tokens", self.tokens, score.tokens),
            ("drift", self.drift.map(|most| most as u64), Some(score.drift() as u64)),
        ];
        for (what, most, got) in caps {
            if let (Some(most), Some(got)) = (most, got)
                && got > most
            {
                failures.push(format!("{what}: {got}, expected at most {most}"));
            }
        }
        failures
    }
}
