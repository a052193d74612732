//! What a case demands of a conversation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::plans::{PlanExpectation, event};
use super::score::CaseScore;
use super::texts::{FileExpectation, TurnText};
use super::turn::TurnName;
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
    pub by_turn: Option<TurnName>,
    /// The verdict of the best file of a turn, by turn.
    #[serde(default)]
    pub verdicts: BTreeMap<TurnName, Verdict>,
    /// What YAML the answer of a turn holds, by turn.
    #[serde(default)]
    pub yaml: BTreeMap<TurnName, YamlKind>,
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
    pub text: BTreeMap<TurnName, TurnText>,
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

/// The demands that are a number or a boolean, those on plans and files among them.
pub(super) const TYPED: [&str; 8] =
    ["by-turn", "turns", "repairs", "tokens", "drift", "same-as-accepted", "builds", "retags"];

/// A demand that was not met: where it stands below `expect`, and how.
pub(super) type Unmet = (Vec<String>, String);

fn route(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

impl CaseExpectation {
    /// What is wrong with the demands themselves: where below `expect`, and why.
    pub(super) fn wrong(&self, settings: &Settings) -> Vec<Unmet> {
        let known = rule_ids();
        let is_unknown = |rule: &str| !known.contains(&rule);
        let mut wrong = Vec::new();
        for (index, rule) in self.never.iter().enumerate().filter(|(_, rule)| is_unknown(rule)) {
            wrong.push((route(&["never", &index.to_string()]), unknown_rule(rule)));
        }
        for rule in self.rules.keys().filter(|rule| is_unknown(rule)) {
            wrong.push((route(&["rules", rule]), unknown_rule(rule)));
        }
        for key in self.plans.keys() {
            if let Err(message) = event(key, settings) {
                wrong.push((route(&["plans", key]), message));
            }
        }
        let zero = self.named_turns().into_iter().filter(|(_, turn)| **turn == TurnName::Number(0));
        wrong.extend(zero.map(|(route, _)| (route, "turns are counted from 1".to_owned())));
        for (turn, demands) in &self.text {
            if demands.reply.is_empty() && demands.file.is_empty() {
                wrong.push((
                    route(&["text", &turn.key()]),
                    format!(
                        "`{}` demands nothing; its `reply` and `file` may have `contains`, `not-contains`, `matches`",
                        turn.key()
                    ),
                ));
            }
            for (name, text) in [("reply", &demands.reply), ("file", &demands.file)] {
                let told = text.wrong().into_iter();
                wrong.extend(told.map(|message| (route(&["text", &turn.key(), name, "matches"]), message)));
            }
        }
        if let Some(file) = &self.file
            && file.text().is_empty()
            && file.equals.is_none()
            && !file.same_as_accepted
        {
            wrong.push((route(&["file"]), "`file` demands nothing; it may have `contains`, `not-contains`, `matches`, `equals`, `same-as-accepted`".to_owned()));
        }
        let told = self.file.iter().flat_map(|file| file.text().wrong());
        wrong.extend(told.map(|message| (route(&["file", "matches"]), message)));
        wrong
    }

    /// The turns that are named by their id, and where.
    pub(super) fn named_turns(&self) -> Vec<(Vec<String>, &TurnName)> {
        let of = |key: &'static str, turn: &TurnName| route(&[key, &turn.key()]);
        let by_turn = self.by_turn.iter().map(|turn| (route(&["by-turn"]), turn));
        let verdicts = self.verdicts.keys().map(|turn| (of("verdicts", turn), turn));
        let yaml = self.yaml.keys().map(|turn| (of("yaml", turn), turn));
        let text = self.text.keys().map(|turn| (of("text", turn), turn));
        by_turn.chain(verdicts).chain(yaml).chain(text).collect()
    }

    /// The demands on words that were not met. `accepted` is the hash of the text that was accepted when the recording
    /// was made; `equal` the text that the file is to equal, or why there is none.
    pub(super) fn words(
        &self,
        conversation: &Conversation,
        score: &CaseScore,
        accepted: Option<&str>,
        equal: Option<Result<String, String>>,
    ) -> Vec<Unmet> {
        let mut unmet = Vec::new();
        for (turn, demands) in &self.text {
            let index = turn.number(&score.by_turn).and_then(|number| number.checked_sub(1));
            let played = index.and_then(|index| conversation.turns().get(index));
            let reply = played.and_then(|turn| turn.attempts.last()).map(|attempt| attempt.reply.text.as_str());
            let revision = played.and_then(|turn| conversation.revision(turn.revision?).ok());
            let texts = [("reply", &demands.reply, reply), ("file", &demands.file, revision.map(Revision::text))];
            for (name, demands, text) in texts {
                let told = demands.failures(&format!("the {name} of turn {turn}"), text).into_iter();
                unmet.extend(told.map(|(key, text)| (route(&["text", &turn.key(), name, key]), text)));
            }
        }
        let present = conversation.present();
        for (key, demands) in &self.plans {
            let told = match present {
                Some(revision) => demands.failures(key, conversation.checker(), &revision.checked),
                None => vec![("", format!("{key}: there is no file"))],
            };
            unmet.extend(told.into_iter().map(|(below, text)| (route(&["plans", key, below]), text)));
        }
        let Some(demands) = &self.file else { return unmet };
        let told = demands.text().failures("the file", present.map(Revision::text)).into_iter();
        unmet.extend(told.map(|(key, text)| (route(&["file", key]), text)));
        let mut tell = |key: &str, text: String| unmet.push((route(&["file", key]), text));
        match (&demands.equals, equal, present) {
            (Some(path), Some(Err(reason)), _) => tell("equals", format!("{path}: {reason}")),
            (Some(path), Some(Ok(text)), Some(revision)) if text != revision.text() => {
                let differs = text.lines().zip(revision.text().lines()).take_while(|(a, b)| a == b).count() + 1;
                tell("equals", format!("the file differs from {path}, first on line {differs}"));
            }
            (Some(path), _, None) => tell("equals", format!("there is no file to equal {path}")),
            _ => {}
        }
        if demands.same_as_accepted {
            let same = "same-as-accepted";
            match (accepted, present) {
                (None, _) => tell(same, "no file was accepted when the recording was made".to_owned()),
                (Some(hash), Some(revision)) if hash == revision.sha256 => {}
                _ => tell(same, "the file is another text than the one that was accepted".to_owned()),
            }
        }
        unmet
    }

    /// The demands that were not met, in words.
    pub(super) fn failures(&self, conversation: &Conversation, score: &CaseScore) -> Vec<Unmet> {
        let mut unmet = Vec::new();
        let mut tell = |parts: &[&str], text: String| unmet.push((route(parts), text));
        let word = |verdict: Option<Verdict>| verdict.map_or("no file", Verdict::word);
        if let Some(expected) = self.r#final.filter(|expected| Some(*expected) != score.r#final) {
            tell(&["final"], format!("final: expected {}, got {}", expected.word(), word(score.r#final)));
        }
        if let Some(turn) = &self.by_turn {
            match (score.accepted_at, turn.number(&score.by_turn)) {
                (Some(at), Some(by)) if at <= by => {}
                (_, None) => tell(&["by-turn"], format!("there is no turn {turn}, expected to be accepted by then")),
                (Some(at), _) => tell(&["by-turn"], format!("accepted at turn {at}, expected by turn {turn}")),
                (None, _) => tell(&["by-turn"], format!("never accepted, expected by turn {turn}")),
            }
        }
        let played = |turn: &TurnName| score.by_turn.get(turn.number(&score.by_turn)?.wrapping_sub(1));
        for (turn, expected) in &self.verdicts {
            let got = played(turn).and_then(|turn| turn.verdict);
            if got != Some(*expected) {
                let got = if played(turn).is_some() { word(got) } else { "no such turn" };
                tell(&["verdicts", &turn.key()], format!("turn {turn}: expected {}, got {got}", expected.word()));
            }
        }
        for (turn, expected) in &self.yaml {
            let got = played(turn).and_then(|turn| turn.yaml);
            if got != Some(*expected) {
                let got = got.map_or("no such turn", YamlKind::word);
                let text = format!("turn {turn}: expected {} as YAML, got {got}", expected.word());
                tell(&["yaml", &turn.key()], text);
            }
        }
        for (index, rule) in self.never.iter().enumerate() {
            if let Some(text) = never(rule, conversation) {
                tell(&["never", &index.to_string()], text);
            }
        }
        for (rule, expected) in &self.rules {
            let present = conversation.present();
            let answer = present.and_then(|revision| revision.checked.answer(rule));
            if answer != Some(*expected) {
                let got = answer.map_or(if present.is_some() { "not checked" } else { "no file" }, answer_word);
                tell(&["rules", rule], format!("{rule}: expected {}, got {got}", answer_word(*expected)));
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
                tell(&[what], format!("{what}: {got}, expected at most {most}"));
            }
        }
        unmet
    }
}

/// Why it can't be said that a rule is never violated: a file violates it, or it was not looked for. A file on the way that
/// could not be checked can't be accepted either, so it is passed over; the one at the end has to be checked.
fn never(rule: &str, conversation: &Conversation) -> Option<String> {
    let answer = |revision: &Revision| revision.checked.answer(rule);
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
