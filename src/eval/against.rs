//! One recording now against before: what differs, and which way.

use std::collections::BTreeSet;

use super::baseline::{Change, Compared};
use super::score::CaseScore;
use crate::check;
use crate::engine::script::rule_ids;
use crate::finding::{Layer, RuleMeta, Severity, Verdict};
use crate::rules;
use crate::text::counted;

/// Whether a rule was checked under the settings of a score. What a report from before these were kept says nothing
/// about was checked.
pub(super) fn is_checked(score: &CaseScore, rule: &str) -> bool {
    let Some(settings) = &score.settings else { return true };
    let off = |severity: &serde_json::Value| severity == "off";
    if settings.get("rules").and_then(|rules| rules.get(rule)).is_some_and(off) {
        return false;
    }
    let of_policy = || rules::all().iter().any(|own| own.meta().id == rule && own.meta().layer == Layer::Policy);
    settings.get("policy").is_none_or(|policy| policy != "none" || !of_policy())
}

/// The rules that were checked before and are not checked now.
pub(super) fn no_longer_checked(before: &CaseScore, now: &CaseScore) -> Vec<&'static str> {
    // Settings that are the same switch the same rules off.
    if before.settings == now.settings {
        return Vec::new();
    }
    rule_ids().into_iter().filter(|rule| is_checked(before, rule) && !is_checked(now, rule)).collect()
}

/// The rules that refused a file before and are checked, and refuse none now.
pub(super) fn no_longer_errors(before: &CaseScore, now: &CaseScore) -> Vec<&'static str> {
    if before.settings == now.settings {
        return Vec::new();
    }
    let errs = |score: &CaseScore, meta: &RuleMeta| {
        let own = score.settings.as_ref().and_then(|settings| settings.get("rules")?.get(meta.id)?.as_str());
        own.unwrap_or(meta.severity.word()) == Severity::Error.word()
    };
    let checked = |rule: &str| is_checked(before, rule) && is_checked(now, rule);
    let lowered = check::metas().filter(|meta| errs(before, meta) && !errs(now, meta) && checked(meta.id));
    lowered.map(|meta| meta.id).collect()
}

/// Whether the settings of a recording are known both times and differ.
pub(super) fn other_settings(before: &CaseScore, now: &CaseScore) -> bool {
    before.settings.is_some() && before.settings != now.settings
}

/// What differs, in which less is better.
#[derive(Default)]
struct Differences {
    worse: Vec<String>,
    better: Vec<String>,
}

impl Differences {
    fn tell(&mut self, old: usize, new: usize, text: impl FnOnce() -> String) {
        match new.cmp(&old) {
            std::cmp::Ordering::Less => self.better.push(text()),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => self.worse.push(text()),
        }
    }
}

/// A recording now against before. What could not be judged, now or before, is compared by that alone: half a
/// conversation violates fewer rules than a whole one.
pub(super) fn against(name: String, before: &CaseScore, now: &CaseScore) -> Compared {
    let mut told = Differences::default();
    let rank = |score: &CaseScore| match score.outcome() {
        "passed" => 0,
        "failed" => 1,
        _ => 2,
    };
    told.tell(rank(before), rank(now), || format!("{} before, {} now", before.outcome(), now.outcome()));
    let both = before.is_judged() && now.is_judged();
    if both {
        judged(before, now, &mut told);
    }
    let blind = no_longer_checked(before, now);
    // What violates such a rule was refused for it, so a better verdict shows nothing.
    let violates = |rule: &&str| both && now.violations.contains_key(*rule);
    let lowered: Vec<&str> = no_longer_errors(before, now).into_iter().filter(violates).collect();
    let change = match () {
        () if !told.worse.is_empty() => Change::Worse,
        () if !blind.is_empty() || !lowered.is_empty() => Change::Unchecked,
        () if !told.better.is_empty() => Change::Better,
        () => Change::Same,
    };
    let mut differences = told.worse;
    // Under another word than its own a difference says which way it goes.
    let sign = if change == Change::Better { "" } else { " (better)" };
    differences.extend(told.better.into_iter().map(|text| format!("{text}{sign}")));
    let violated: BTreeSet<&str> = before.violations.keys().map(String::as_str).collect();
    for rule in blind.into_iter().filter(|rule| both && violated.contains(rule)) {
        let count = before.violations.get(rule).copied().unwrap_or(0);
        differences.push(format!("{rule}: violated in {} before, not checked now", revisions(count)));
    }
    differences.extend(lowered.into_iter().map(|rule| format!("{rule}: violated now, and no error any more")));
    Compared { name, change, differences }
}

fn judged(before: &CaseScore, now: &CaseScore, told: &mut Differences) {
    let rank = |verdict: Option<Verdict>| usize::from(verdict != Some(Verdict::Accepted));
    let shown = |verdict: Option<Verdict>| verdict.map_or("no file", Verdict::word);
    let (was, is) = (before.r#final, now.r#final);
    told.tell(rank(was), rank(is), || format!("{} before, {} now", shown(was), shown(is)));
    let at = |score: &CaseScore| score.accepted_at.unwrap_or(usize::MAX);
    let when = |score: &CaseScore| score.accepted_at.map_or("never".to_owned(), |turn| format!("at turn {turn}"));
    told.tell(at(before), at(now), || format!("accepted {} before, {} now", when(before), when(now)));
    let rules: BTreeSet<&String> = before.violations.keys().chain(now.violations.keys()).collect();
    for rule in rules.into_iter().filter(|rule| is_checked(before, rule) && is_checked(now, rule)) {
        let count = |score: &CaseScore| score.violations.get(rule).copied().unwrap_or(0);
        let (old, new) = (count(before), count(now));
        told.tell(old, new, || format!("{rule}: violated in {} before, in {new} now", revisions(old)));
    }
}

/// A number of revisions with its noun.
pub(super) fn revisions(count: usize) -> String {
    counted(count, "revision")
}
