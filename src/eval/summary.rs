//! The numbers of many recordings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::score::{CaseScore, FirstReply};

/// The numbers of many recordings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Summary {
    /// Recordings.
    pub recordings: usize,
    /// Those that could be judged: passed and failed.
    pub judged: usize,
    /// Those whose replies were written by hand.
    pub authored: usize,
    /// Those that could be judged and in which a model has answered. All numbers of files, acceptance, edits and rules are
    /// about these.
    pub answered: usize,
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
    /// Those whose first file's policy was checked.
    pub first_checked: usize,
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
    /// Turns that were played, of what could not be judged to its end, too.
    pub turns: usize,
    /// Conclusions that differ from the recorded ones.
    pub drift: usize,
    /// Repairs whose findings have other words today, and are the same: no drift.
    pub reworded: usize,
    /// Replies with a file that could not be taken.
    pub flawed: usize,
    /// Turns of which a file was expected, and none could be read.
    pub missing_files: usize,
    /// Recordings that were made with other system or repair prompts than today's.
    pub stale_prompts: usize,
    /// Recordings that break off, in the middle of a line or before their last verdict. What they lost is no drift.
    #[serde(skip_serializing_if = "is_none")]
    pub torn: usize,
    /// Turns until a file was accepted, over the recordings that came to one.
    pub turns_to_acceptance: Option<Spread>,
    /// Tokens until then, over those that have them counted.
    pub tokens_to_acceptance: Option<Spread>,
    /// Lines that changed from revision to revision, all together.
    pub lines_changed: usize,
    /// Lines between the first and the last revision of each recording, all together.
    pub lines_needed: usize,
    /// Times that a rule held and then no longer did.
    pub regressions: usize,
    /// Revisions that violate a rule, by rule.
    pub violations: BTreeMap<String, usize>,
    /// The same by turn and then by rule; turn 0 has the files with which conversations began.
    pub violations_by_turn: BTreeMap<usize, BTreeMap<String, usize>>,
}

/// The least, the middle and the most of some numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The least.
    pub least: u64,
    /// The median; of an even count the mean of the two in the middle.
    #[serde(serialize_with = "whole")]
    pub median: f64,
    /// The most.
    pub most: u64,
}

impl Spread {
    /// The spread of numbers; `None` of nothing.
    fn of(numbers: impl Iterator<Item = u64>) -> Option<Self> {
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        let (low, high) = (numbers.get(numbers.len().saturating_sub(1) / 2)?, numbers.get(numbers.len() / 2)?);
        let median = (*low as f64 + *high as f64) / 2.0;
        Some(Self { least: *numbers.first()?, median, most: *numbers.last()? })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none(number: &usize) -> bool {
    *number == 0
}

/// A number that is mostly a whole one, and then written as one.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn whole<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 { serializer.serialize_u64(*number as u64) } else { serializer.serialize_f64(*number) }
}

impl Summary {
    /// The numbers of these scores.
    pub fn of(scores: &[CaseScore]) -> Self {
        let judged: Vec<&CaseScore> = scores.iter().filter(|score| score.is_judged()).collect();
        let answered: Vec<&CaseScore> = judged.iter().copied().filter(|score| score.is_answered()).collect();
        let count = |which: &dyn Fn(&CaseScore) -> bool| answered.iter().filter(|score| which(score)).count();
        let first = |which: fn(FirstReply) -> bool| count(&|score| score.first_reply.is_some_and(which));
        let mut violations: BTreeMap<String, usize> = BTreeMap::new();
        for (rule, number) in answered.iter().flat_map(|score| &score.violations) {
            *violations.entry(rule.clone()).or_default() += number;
        }
        let mut by_turn: BTreeMap<usize, BTreeMap<String, usize>> = BTreeMap::new();
        for (turn, rules) in answered.iter().flat_map(|score| &score.violations_by_turn) {
            for (rule, number) in rules {
                *by_turn.entry(*turn).or_default().entry(rule.clone()).or_default() += number;
            }
        }
        let sum = |of: fn(&CaseScore) -> usize| answered.iter().map(|score| of(score)).sum::<usize>();
        let accepted = count(&|score| score.accepted_at.is_some());
        let within = |most: usize| count(&|score| score.accepted_at.is_some() && score.repairs <= most);
        let turns_to_acceptance = answered.iter().filter_map(|score| score.accepted_at).map(|at| at as u64);
        Self {
            recordings: scores.len(),
            judged: judged.len(),
            authored: scores.iter().filter(|score| score.authored).count(),
            answered: answered.len(),
            passed: judged.iter().filter(|score| score.passed()).count(),
            failed: judged.iter().filter(|score| !score.passed()).count(),
            undecided: scores.len() - judged.len(),
            with_file: count(&|score| score.first_reply.is_some()),
            first_valid: first(|first| first.valid),
            first_checked: first(|first| first.clean.is_some()),
            first_clean: first(|first| first.clean == Some(true)),
            first_accepted: first(|first| first.accepted),
            accepted_within: [0, 1, 3, 5].map(|most| (most, within(most))).into(),
            accepted,
            accepted_interval: wilson(accepted, answered.len()),
            turns: scores.iter().map(|score| score.by_turn.len()).sum(),
            drift: judged.iter().map(|score| score.drift()).sum(),
            reworded: judged.iter().map(|score| score.reworded()).sum(),
            flawed: sum(|score| score.flawed),
            missing_files: sum(|score| score.missing_files),
            stale_prompts: scores.iter().filter(|score| score.stale_prompts).count(),
            torn: scores.iter().filter(|score| score.torn).count(),
            turns_to_acceptance: Spread::of(turns_to_acceptance),
            tokens_to_acceptance: Spread::of(answered.iter().filter_map(|score| score.tokens_to_acceptance)),
            lines_changed: sum(|score| score.lines_changed),
            lines_needed: sum(|score| score.lines_needed),
            regressions: sum(|score| score.regressions.len()),
            violations,
            violations_by_turn: by_turn,
        }
    }
}

/// Wilson's 95 % interval of a share, to three places; `None` of nothing.
pub fn wilson(successes: usize, of: usize) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    // The 97.5 % quantile of the normal distribution.
    const Z: f64 = 1.959_964;
    let (n, share) = (of as f64, successes as f64 / of as f64);
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Some((rounded((centre - spread) / scale), rounded((centre + spread) / scale)))
}

/// A share to three places.
fn rounded(value: f64) -> f64 {
    (value.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
}

/// How likely it is that of `k` recordings at least one passes, seen from `passed` of `of`: the unbiased estimator
/// `1 - C(of - passed, k) / C(of, k)`, to three places. `None` where there are fewer recordings than `k`.
pub fn pass_at(k: usize, passed: usize, of: usize) -> Option<f64> {
    if k == 0 || k > of || passed > of {
        return None;
    }
    let missed = of - passed;
    let none: f64 = (0..k).map(|taken| missed.saturating_sub(taken) as f64 / (of - taken) as f64).product();
    Some(rounded(1.0 - none))
}

/// A case with all its recordings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseSummary<'s> {
    /// The suite's name.
    pub suite: &'s str,
    /// The case's name.
    pub case: &'s str,
    /// Its recordings.
    pub recordings: usize,
    /// Those that could be judged; the numbers below are about them.
    pub judged: usize,
    /// Those that met every demand.
    pub passed: usize,
    /// Those whose replies were written by hand: a case that has some has no interval and no pass@k.
    pub authored: usize,
    /// The 95 % interval of the share that passed (Wilson's).
    pub pass_interval: Option<(f64, f64)>,
    /// How likely at least one of 1, 3, 5 recordings passes, as far as there are so many.
    pub pass_at: BTreeMap<usize, f64>,
}

impl<'s> CaseSummary<'s> {
    /// The cases of these scores; those of one case stand together.
    pub fn all(scores: &'s [CaseScore]) -> Vec<Self> {
        let groups = scores.chunk_by(|a, b| a.suite == b.suite && a.case == b.case);
        groups.filter_map(Self::of).collect()
    }

    fn of(scores: &'s [CaseScore]) -> Option<Self> {
        let first = scores.first()?;
        let passed = scores.iter().filter(|score| score.passed()).count();
        let judged = scores.iter().filter(|score| score.is_judged()).count();
        let authored = scores.iter().filter(|score| score.authored).count();
        let of_model = if authored == 0 { judged } else { 0 };
        let pass_at = [1, 3, 5].into_iter().filter_map(|k| Some((k, pass_at(k, passed.min(of_model), of_model)?)));
        Some(Self {
            suite: &first.suite,
            case: &first.case,
            recordings: scores.len(),
            judged,
            passed,
            authored,
            pass_interval: wilson(passed.min(of_model), of_model),
            pass_at: pass_at.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimator_is_unbiased() {
        // Over all ways to draw k of n, the share of draws with a pass in it.
        for (of, passed) in [(5, 0), (5, 2), (6, 3), (6, 6)] {
            for k in 1..=of {
                let draws: Vec<u32> = (0..1u32 << of).filter(|draw| draw.count_ones() as usize == k).collect();
                let hit = draws.iter().filter(|draw| **draw & ((1 << passed) - 1) != 0).count();
                assert_eq!(pass_at(k, passed, of), Some(rounded(hit as f64 / draws.len() as f64)), "{k} {passed} {of}");
            }
        }
        assert_eq!((pass_at(0, 1, 2), pass_at(3, 1, 2), pass_at(1, 0, 0)), (None, None, None));
    }

    #[test]
    fn intervals_are_wilsons() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(1, 1), Some((0.207, 1.0)));
        assert_eq!(wilson(5, 10), Some((0.237, 0.763)));
    }

    #[test]
    fn the_middle_of_an_even_count_lies_between_two() {
        let median = |numbers: &[u64]| Spread::of(numbers.iter().copied()).map(|spread| spread.median);
        assert_eq!((median(&[4, 2]), median(&[2, 5]), median(&[9, 1, 2])), (Some(3.0), Some(3.5), Some(2.0)));
        let written = |numbers: &[u64]| serde_json::to_string(&Spread::of(numbers.iter().copied())).unwrap();
        assert_eq!(written(&[2, 4]), r#"{"least":2,"median":3,"most":4}"#);
        assert!(written(&[2, 5]).contains(r#""median":3.5"#) && median(&[]).is_none());
    }

    #[test]
    fn what_was_written_by_hand_is_judged_and_counted_in_no_number_of_replies() {
        let score = |authored: bool, accepted_at: Option<usize>, failures: &[&str]| CaseScore {
            authored,
            accepted_at,
            failures: failures.iter().map(|text| (*text).to_owned()).collect(),
            first_reply: Some(FirstReply { valid: true, clean: None, accepted: accepted_at == Some(1) }),
            violations: BTreeMap::from([("build-once".to_owned(), 1)]),
            flawed: 1,
            ..CaseScore::default()
        };
        let scores = [score(false, Some(1), &[]), score(true, Some(1), &[]), score(true, None, &["x"])];
        let summary = Summary::of(&scores);
        assert_eq!((summary.judged, summary.passed, summary.failed, summary.authored), (3, 2, 1, 2));
        let counted = (summary.answered, summary.with_file, summary.first_accepted, summary.accepted, summary.flawed);
        assert_eq!((counted, summary.violations["build-once"]), ((1, 1, 1, 1, 1), 1));
        assert_eq!(summary.accepted_interval, wilson(1, 1));
        let case = &CaseSummary::all(&scores)[0];
        assert_eq!((case.judged, case.passed, case.authored, case.pass_interval), (3, 2, 2, None));
        assert!(case.pass_at.is_empty());
    }

    #[test]
    fn a_recording_that_could_not_be_judged_is_no_miss() {
        let score = |undecided: Option<&str>, failures: &[&str]| CaseScore {
            case: "c".to_owned(),
            undecided: undecided.map(str::to_owned),
            failures: failures.iter().map(|text| (*text).to_owned()).collect(),
            ..CaseScore::default()
        };
        let scores = [score(None, &[]), score(None, &[]), score(Some("stale"), &[]), score(None, &["x"])];
        let cases = CaseSummary::all(&scores);
        assert_eq!((cases[0].recordings, cases[0].judged, cases[0].passed), (4, 3, 2));
        assert_eq!(cases[0].pass_at, BTreeMap::from([(1, 0.667), (3, 1.0)]));
    }
}
