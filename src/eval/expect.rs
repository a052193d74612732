//! What a case demands of a conversation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::plans::{PlanExpectation, event};
use super::score::CaseScore;
use super::texts::{FileExpectation, TurnText};
use crate::engine::script::{rule_ids, unknown_rule};
use crate::engine::{Conversation, Revision, YamlKind, answer_word};
use crate::finding::Verdict;
use crate::rules::RuleAnswer;
use crate::settings::Settings;

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
    /// What plans of the file that stands at the end do, by event.
    #[serde(default)]
    pub plans: BTreeMap<String, PlanExpectation>,
    /// What replies and files say, by turn.
    #[serde(default)]
    pub text: BTreeMap<usize, TurnText>,
    /// What the file that stands at the end says.
    pub file: Option<FileExpectation>,
    /// The most turns of the conversation.
    pub turns: Option<usize>,
    /// The most repairs until a file is accepted.
    pub repairs: Option<usize>,
    /// The most tokens of the conversation, where they were counted.
    pub tokens: Option<u64>,
    /// The most conclusions that differ from the recorded ones.
    pub drift: Option<usize>,
}

impl CaseExpectation {
    /// What is wrong with the demands themselves: where below `expect`, and why.
    pub(super) fn wrong(&self, settings: &Settings) -> Option<(Vec<String>, String)> {
        let known = rule_ids();
        let is_unknown = |rule: &&String| !known.contains(&rule.as_str());
        if let Some(rule) = self.never.iter().find(is_unknown) {
            return Some((vec!["never".to_owned()], unknown_rule(rule)));
        }
        if let Some(rule) = self.rules.keys().find(is_unknown) {
            return Some((vec!["rules".to_owned(), rule.clone()], unknown_rule(rule)));
        }
        for key in self.plans.keys() {
            if let Err(message) = event(key, settings) {
                return Some((vec!["plans".to_owned(), key.clone()], message));
            }
        }
        for (turn, demands) in &self.text {
            for (name, text) in [("reply", &demands.reply), ("file", &demands.file)] {
                if let Some(message) = text.wrong() {
                    let route = ["text", &turn.to_string(), name, "matches"].map(str::to_owned);
                    return Some((route.to_vec(), message));
                }
            }
        }
        let message = self.file.as_ref().and_then(|file| file.text().wrong())?;
        Some((vec!["file".to_owned(), "matches".to_owned()], message))
    }

    /// The demands on words that were not met. `accepted` is the hash of the text that was accepted when the recording
    /// was made; `equal` the text that the file is to equal, or why there is none.
    pub(super) fn words(
        &self,
        conversation: &Conversation,
        accepted: Option<&str>,
        equal: Option<Result<String, String>>,
    ) -> Vec<String> {
        let mut failures = Vec::new();
        for (turn, demands) in &self.text {
            let played = turn.checked_sub(1).and_then(|index| conversation.turns().get(index));
            let reply = played.and_then(|turn| turn.attempts.last()).map(|attempt| attempt.reply.text.as_str());
            let revision = played.and_then(|turn| conversation.revision(turn.revision?).ok());
            failures.extend(demands.reply.failures(&format!("the reply of turn {turn}"), reply));
            failures.extend(demands.file.failures(&format!("the file of turn {turn}"), revision.map(Revision::text)));
        }
        let present = conversation.present();
        for (key, demands) in &self.plans {
            match present {
                Some(revision) => failures.extend(demands.failures(key, conversation.checker(), &revision.checked)),
                None => failures.push(format!("{key}: there is no file")),
            }
        }
        let Some(demands) = &self.file else { return failures };
        failures.extend(demands.text().failures("the file", present.map(Revision::text)));
        match (&demands.equals, equal, present) {
            (Some(path), Some(Err(reason)), _) => failures.push(format!("{path}: {reason}")),
            (Some(path), Some(Ok(text)), Some(revision)) if text != revision.text() => {
                let differs = text.lines().zip(revision.text().lines()).take_while(|(a, b)| a == b).count() + 1;
                failures.push(format!("the file differs from {path}, first on line {differs}"));
            }
            (Some(path), _, None) => failures.push(format!("there is no file to equal {path}")),
            _ => {}
        }
        if demands.same_as_accepted {
            match (accepted, present) {
                (None, _) => failures.push("no file was accepted when the recording was made".to_owned()),
                (Some(hash), Some(revision)) if hash == revision.sha256 => {}
                _ => failures.push("the file is another text than the one that was accepted".to_owned()),
            }
        }
        failures
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
        failures.extend(self.never.iter().filter_map(|rule| never(rule, conversation)));
        for (rule, expected) in &self.rules {
            let present = conversation.present();
            let answer = present.and_then(|revision| revision.checked.answers.get(rule.as_str()).copied());
            if answer != Some(*expected) {
                let got = answer.map_or(if present.is_some() { "not checked" } else { "no file" }, answer_word);
                failures.push(format!("{rule}: expected {}, got {got}", answer_word(*expected)));
            }
        }
        let caps = [
            ("turns", self.turns.map(|most| most as u64), Some(score.by_turn.len() as u64)),
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

/// Why it can't be said that a rule is never violated: a file violates it, or it was not looked for. A file on the way that
/// could not be checked can't be accepted either, so it is passed over; the one at the end has to be checked.
fn never(rule: &str, conversation: &Conversation) -> Option<String> {
    let answer = |revision: &Revision| revision.checked.answers.get(rule).copied();
    let violated = |revision: &&Revision| answer(revision) == Some(RuleAnswer::Violated);
    if let Some(revision) = conversation.revisions().iter().find(violated) {
        return Some(format!("{rule}: violated at turn {}, expected never", revision.turn));
    }
    if !conversation.checker().checks(rule) {
        return Some(format!("{rule}: not checked under these settings, expected never violated"));
    }
    let last = conversation.present().filter(|last| answer(last).is_none())?;
    let why = last.checked.skipped.first().map_or(String::new(), |(_, reason)| format!(" ({reason})"));
    Some(format!("{rule}: not checked in the file at the end{why}, expected never violated"))
}
