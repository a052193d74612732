//! One recording of a case, played and judged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::case::Case;
use super::expect::Unmet;
use super::find::other_than_recording;
use super::instead::Instead;
use super::keep::Keep;
use super::score::{CaseScore, named};
use super::shelf::{Shelf, beside};
use super::suite::Suite;
use crate::check::Checker;
use crate::engine::{
    self, Answers, Cue, Cues, Play, PromptScript, Recording, Silent, YamlKind, cues_of_recording, cues_of_script,
    hash_of_prompts, play,
};
use crate::finding::Verdict;
use crate::session::{Entry, Redact, read, sha256};
use crate::settings::Settings;
use crate::text::counted;
use crate::transcript::{Told, told};

/// A score, and how long it took to judge the recording, where that is known.
pub(super) type Timed = (CaseScore, Option<Duration>);

/// One recording to be judged.
pub(super) struct Job {
    pub(super) of: Arc<Of>,
    /// Its path on the shelf.
    pub(super) path: String,
    /// The same seen from the suite's file, which is how it is called: the same on any machine.
    pub(super) recording: String,
    /// Whether the suite says that its replies were written by hand.
    pub(super) authored: bool,
}

/// What all recordings of a case have in common.
pub(super) struct Of {
    pub(super) suite: String,
    /// The suite's file on the shelf.
    pub(super) file: String,
    pub(super) case: Case,
    pub(super) script: Option<PromptScript>,
    /// The settings that hold, those of the script included.
    pub(super) checker: Checker,
}

impl Of {
    pub(super) fn new(suite: &Suite, case: &Case, script: Option<PromptScript>) -> Result<Self, String> {
        let settings = script.as_ref().map_or(&case.settings, |script| &script.settings);
        let checker = checker(settings.clone())?;
        Ok(Self { suite: suite.name.clone(), file: suite.file.clone(), case: case.clone(), script, checker })
    }

    /// A demand that was not met, with its place in the suite.
    fn told(&self, (route, text): &Unmet) -> String {
        let route: Vec<&str> = std::iter::once("expect").chain(route.iter().map(String::as_str)).collect();
        let file = self.file.rsplit('/').next().unwrap_or(&self.file);
        format!("{text} ({file}:{})", self.case.place_of(&route).0)
    }

    /// The settings as a report keeps them.
    fn settings(&self) -> Map<String, Value> {
        let mut written = self.checker.settings().written();
        if let Some(catalogue) = written.get_mut("catalogue") {
            *catalogue = sha256(catalogue.to_string().as_bytes()).into();
        }
        written
    }
}

/// A checker with the catalogue that its settings bring.
fn checker(settings: Settings) -> Result<Checker, String> {
    let catalogue = settings.catalogue.as_ref().map(Value::to_string);
    let checker = Checker::new(settings);
    match catalogue {
        Some(entries) => checker.with_catalogue(&entries).map_err(|error| format!("`catalogue`: {error}")),
        None => Ok(checker),
    }
}

impl Job {
    /// The score of the recording, played now or kept from before, and how long that took when it was played.
    pub(super) fn run(&self, shelf: &Shelf, instead: Option<&Instead>, keep: Option<&Keep>) -> Timed {
        let begun = Instant::now();
        let bytes = match shelf.read(&self.path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                return (self.named(undecided(format!("{}: {reason}", self.recording))), Some(begun.elapsed()));
            }
        };
        let equal = self.of.case.expect.file.as_ref().and_then(|file| file.equals.as_ref());
        let equal = equal.map(|path| shelf.read_text(&beside(&self.of.file, path)));
        let key = keep.map(|keep| keep.key(self, &bytes, &equal));
        if let (Some(keep), Some(key)) = (keep, &key)
            && let Some((score, took)) = keep.known(key)
        {
            return (self.named(score), took);
        }
        let score = self.named(self.judge(&bytes, equal, instead).unwrap_or_else(undecided));
        if let (Some(keep), Some(key)) = (keep, key) {
            keep.tell(key, &score, begun.elapsed());
        }
        (score, Some(begun.elapsed()))
    }

    /// What its score is called.
    pub(super) fn name(&self) -> String {
        named(&self.of.suite, &self.of.case.name, &self.recording)
    }

    fn named(&self, mut score: CaseScore) -> CaseScore {
        score.suite.clone_from(&self.of.suite);
        score.case.clone_from(&self.of.case.name);
        score.recording.clone_from(&self.recording);
        score.authored |= self.authored;
        score.settings = Some(self.of.settings());
        score
    }

    /// The conversation, for a page; `None` where the recording can't be read.
    pub(super) fn told(&self, shelf: &Shelf) -> Option<Told> {
        let (recording, _, play) = self.play(&shelf.read(&self.path).ok()?, None).ok()?;
        Some(told(&play.conversation, Some(&recording.session.header), &play.played, &Redact::default()))
    }

    fn play(&self, bytes: &[u8], instead: Option<&Instead>) -> Result<(Recording, Cues, Play), String> {
        let session = read(&self.recording, bytes).map_err(|error| {
            let text = std::str::from_utf8(bytes).unwrap_or_default();
            match other_than_recording(&self.recording, text) {
                Some(what) => format!("{} {what}", self.recording),
                None => error.to_string(),
            }
        })?;
        let recording = Recording::new(session);
        let own = self.of.script.as_ref();
        let cues = match instead.and_then(Instead::script).or(own) {
            Some(script) => cues_of_script(script),
            None => cues_of_recording(&recording),
        };
        if cues.is_empty() {
            return Err(format!("{}: there is no prompt in it", self.recording));
        }
        let checker = match instead {
            Some(instead) => checker(instead.over(self.of.checker.settings()))?,
            None => self.of.checker.clone(),
        };
        let play = play(&cues, Answers::Recorded(&recording), checker, engine::Options::default(), &mut Silent);
        Ok((recording, cues, play))
    }

    /// The next move where the recording answers other prompts than today's. What another program made, or somebody wrote,
    /// is never replaced, and without a script there is nothing to ask.
    fn next(&self, recording: &Recording) -> &'static str {
        let authored = self.authored || recording.session.header.authored;
        match &self.of.script {
            None => "a case with a `script` can be recorded anew",
            Some(_) if authored => "it was written by hand, and is not recorded anew",
            Some(_) if !recording.session.foreign => "`--live --stale record` records it anew",
            Some(_) if self.of.case.is_open() => "`--live` records one more beside it",
            Some(_) => {
                "another program made it; a pattern among the case's `recordings` lets `--live` record one beside it"
            }
        }
    }

    fn judge(
        &self,
        bytes: &[u8],
        equal: Option<Result<String, String>>,
        instead: Option<&Instead>,
    ) -> Result<CaseScore, String> {
        let (recording, cues, play) = self.play(bytes, instead)?;
        let today = hash_of_prompts(play.conversation.options());
        let stale = recording.session.header.prompts.as_ref().is_some_and(|made| *made != today);
        let mut score = CaseScore::of(&play);
        score.stale_prompts = stale;
        if let Some(ended) = play.ended.as_ref().filter(|ended| ended.is_a_miss()) {
            let next = match instead.and_then(Instead::script) {
                Some(_) => "it answers only what it was made for",
                None => self.next(&recording),
            };
            score.undecided = Some(ended.with_next(next));
        }
        // A recording that broke off lacks replies, whatever the prompts are.
        let broken = recording.is_torn() || !recording.is_whole();
        let missed = play.ended.as_ref().is_some_and(engine::EngineError::is_a_miss);
        score.stale = self.of.script.is_some() && missed && !broken;
        score.foreign = recording.session.foreign;
        score.authored = recording.session.header.authored;
        score.alone = score.stale && (score.foreign || score.authored || self.authored) && !self.of.case.is_open();
        score.torn = recording.is_torn();
        score.notices.clone_from(&recording.session.notices);
        if score.torn && score.notices.is_empty() {
            score.notices.push("the recording breaks off before its last verdict".to_owned());
        }
        let more = recording.prompts().count().saturating_sub(cues.len());
        if more > 0 {
            let turns = counted(more, "turn");
            score
                .notices
                .push(format!("the recording goes on for {turns} that its prompt script has not; they are not judged"));
        }
        score.missing_files = missing_files(&cues, &play);
        for turn in &mut score.by_turn {
            turn.recorded = recorded_verdict(&recording, turn.turn);
        }
        // What was not played to its end is undecided; to call its demands failed would be a guess.
        if score.undecided.is_none() {
            let expect = &self.of.case.expect;
            let mut unmet = expect.failures(&play.conversation, &score);
            unmet.extend(expect.words(&play.conversation, &score, accepted(&recording), equal));
            score.failures.extend(unmet.iter().map(|unmet| self.of.told(unmet)));
        }
        Ok(score)
    }
}

fn undecided(reason: String) -> CaseScore {
    CaseScore { undecided: Some(reason), ..CaseScore::default() }
}

/// Turns of which a file is expected, and of which none could be read.
fn missing_files(cues: &[Cue], play: &Play) -> usize {
    let both = cues.iter().zip(&play.played).filter(|(cue, _)| cue.expect.yaml == Some(YamlKind::File));
    both.filter(|(_, played)| played.yaml != Some(YamlKind::File)).count()
}

/// The best verdict that was recorded of a turn.
fn recorded_verdict(recording: &Recording, turn: usize) -> Option<Verdict> {
    let attempts = 0..=recording.repairs(turn);
    let verdicts = attempts.filter_map(|attempt| recording.concluded(turn, attempt)?.verdict);
    verdicts.max_by_key(|verdict| (*verdict == Verdict::Accepted, *verdict != Verdict::Incomplete))
}

/// The hash of the text that was accepted last when the recording was made.
fn accepted(recording: &Recording) -> Option<&str> {
    recording.session.entries.iter().rev().find_map(|entry| match entry {
        Entry::Accepted { sha256, .. } => Some(sha256.as_str()),
        _ => None,
    })
}
