//! Plays prompts against a recording or a live backend: every conclusion is made again, and differences are drift.

use super::attempt::YamlKind;
use super::beginning::difference;
use super::conversation::Conversation;
use super::cue::{Cue, Cues};
use super::error::EngineError;
use super::observer::Observer;
use super::options::{Options, Repairs};
use super::prompt::Prompt;
use super::recording::{Concluded, Player, Recording, Reworded};
use super::revision::Revision;
use super::turn::{Stop, Turn};
use crate::check::Checker;
use crate::finding::{Severity, Verdict};
use crate::model::Backend;
use crate::rules::RuleAnswer;
use crate::session::looks_masked;

/// Characters that are told of a repair in other words.
const MOST_WORDS: usize = 160;

/// A conclusion that differs from the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The turn.
    pub turn: usize,
    /// The attempt.
    pub attempt: usize,
    /// What was recorded and what is concluded today.
    pub text: String,
}

/// A turn that was played.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// The turn, from 1.
    pub turn: usize,
    /// The turn's name in its prompt script.
    pub id: String,
    /// What YAML the answer holds: a file if any attempt came to one.
    pub yaml: Option<YamlKind>,
    /// The revision that stood before the turn.
    pub before: Option<usize>,
    /// The best revision of the turn.
    pub revision: Option<usize>,
    /// Its verdict.
    pub verdict: Option<Verdict>,
    /// Expectations that failed, in words.
    pub failures: Vec<String>,
    /// Conclusions that differ from the recorded ones.
    pub drift: Vec<Drift>,
    /// Repairs whose findings have other words today: the same rules at the same places, so nothing is concluded otherwise.
    pub reworded: usize,
}

/// What differs from the recorded.
#[derive(Default)]
struct Differences {
    drift: Vec<Drift>,
    reworded: usize,
}

/// Where the replies come from.
pub enum Answers<'b> {
    /// A recording, with what was concluded then.
    Recorded(&'b Recording),
    /// A backend; repairs are sent as the options say.
    Live(&'b mut dyn Backend),
    /// A recording as far as it answers what is asked; from the first prompt that it misses a backend.
    Both(&'b Recording, &'b mut dyn Backend),
}

/// Is told each turn when it has been played; conversation and turn are as they stand then.
pub trait Audience: Observer {
    /// The conversation begins with a file.
    fn begun(&mut self, _revision: &Revision) {}

    /// A recording does not answer what comes next, and a backend does from here on.
    fn missed(&mut self, _why: &EngineError) {}

    /// A turn begins.
    fn asked(&mut self, _turn: usize, _of: usize, _id: &str, _prompt: &Prompt) {}

    /// A turn was played.
    fn played(&mut self, _conversation: &Conversation, _played: &Played) {}
}

impl Audience for super::Silent {}

/// What a play came to.
pub struct Play {
    /// The conversation.
    pub conversation: Conversation,
    /// The turns that were played.
    pub played: Vec<Played>,
    /// Why it ended before its end.
    pub ended: Option<EngineError>,
}

/// Plays cues to the end, or to the first that gets no reply.
pub fn play(
    cues: &Cues,
    answers: Answers<'_>,
    checker: Checker,
    options: Options,
    audience: &mut dyn Audience,
) -> Play {
    let (repairs, whole) = (options.repairs, options.whole);
    let (mut recording, mut live) = match answers {
        Answers::Recorded(recording) => (Some(recording), None),
        Answers::Live(live) => (None, Some(live)),
        Answers::Both(recording, live) => (Some(recording), Some(live)),
    };
    let mut conversation = Conversation::new(options, checker);
    let mut played = Vec::new();
    if let Some(from) = recording
        && let Some(diff) = difference(from, cues.file.as_deref())
    {
        let error = EngineError::OtherFile { recording: from.session.name.clone(), diff };
        if live.is_none() {
            return Play { conversation, played, ended: Some(error) };
        }
        audience.missed(&error);
        recording = None;
    }
    if let Some(text) = &cues.file {
        conversation.begin_with(text, audience);
        if let Some(revision) = conversation.present() {
            audience.begun(revision);
        }
    }
    for text in recording.map(|recording| recording.edits(0)).unwrap_or_default() {
        conversation.edit(text.clone(), audience);
    }
    let mut player = recording.map(Recording::backend);
    for (index, cue) in cues.iter().enumerate() {
        let number = index + 1;
        if live.is_some()
            && let Some(error) = recording.and_then(|recording| recording.miss(number, &cue.prompt.text))
        {
            // What is recorded behind it was said in another conversation.
            audience.missed(&EngineError::Backend { turn: number, error });
            recording = None;
        }
        let before = conversation.present().map(|revision| revision.number);
        audience.asked(number, cues.len(), &cue.id, &cue.prompt);
        let differences = match (recording, &mut player, &mut live) {
            (Some(from), Some(player), live) => {
                let told = recorded_turn(&mut conversation, from, player, cue, audience);
                let rounds = matches!(repairs, Repairs::Automatic { rounds } if rounds > from.repairs(number));
                match (live, from.lacks_repair(number).filter(|_| told.is_ok() && rounds)) {
                    (Some(live), Some(error)) => {
                        audience.missed(&EngineError::Backend { turn: number, error });
                        recording = None;
                        conversation.options_mut().repairs = repairs;
                        conversation.go_on(*live, audience);
                        ended_whole(&conversation, whole).and(told)
                    }
                    _ => told,
                }
            }
            (_, _, Some(live)) => {
                conversation.options_mut().repairs = repairs;
                let turn = conversation.turn(cue.prompt.clone(), *live, audience).map(drop);
                turn.and_then(|()| ended_whole(&conversation, whole)).map(|()| Differences::default())
            }
            // Not reached: a recording goes only where somebody else answers.
            _ => break,
        };
        let differences = match differences {
            Ok(differences) => differences,
            Err(error) => return Play { conversation, played, ended: Some(error) },
        };
        let Some(turn) = conversation.turns().last() else { continue };
        let judged = Played { before, ..judge(&conversation, turn, cue, differences) };
        audience.played(&conversation, &judged);
        played.push(judged);
        for text in recording.map(|recording| recording.edits(number)).unwrap_or_default() {
            conversation.edit(text.clone(), audience);
        }
    }
    Play { conversation, played, ended: None }
}

/// Whether the last turn may stand: one whose repair got no reply may not, where the play has to be whole.
fn ended_whole(conversation: &Conversation, whole: bool) -> Result<(), EngineError> {
    match conversation.turns().last() {
        Some(Turn { number, stop: stop @ Stop::Failed(_), .. }) if whole => {
            Err(EngineError::Repair { turn: *number, why: stop.words().unwrap_or_default() })
        }
        _ => Ok(()),
    }
}

/// A turn with the repairs that were recorded.
fn recorded_turn(
    conversation: &mut Conversation,
    recording: &Recording,
    player: &mut Player,
    cue: &Cue,
    audience: &mut dyn Audience,
) -> Result<Differences, EngineError> {
    // Which repairs were sent is part of the recording.
    conversation.options_mut().repairs = Repairs::Off;
    let number = conversation.turns().len() + 1;
    conversation.next_at_least(recording.number(number, 0));
    conversation.turn(cue.prompt.clone(), player, audience)?;
    let (mut drift, mut reworded) = (Vec::new(), 0);
    compare(conversation, recording, number, 0, &mut drift);
    for attempt in 1..=recording.repairs(number) {
        let mut differs = |text: String| drift.push(Drift { turn: number, attempt, text });
        if conversation.repair_prompt().is_none() {
            differs("a repair was recorded, and today there is nothing to repair".to_owned());
            break;
        }
        conversation.next_at_least(recording.number(number, attempt));
        conversation.repair(player, audience)?;
        match player.reworded.take() {
            None => {}
            Some(Reworded::Words) => reworded += 1,
            Some(Reworded::Otherwise(words)) => {
                differs(format!("the repair says something else today: {}", beginning(&words)));
            }
        }
        compare(conversation, recording, number, attempt, &mut drift);
    }
    Ok(Differences { drift, reworded })
}

/// The first of the words that differ: a list of findings is not read word by word.
fn beginning(words: &str) -> String {
    match words.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => {
            let kept = words.get(..end).unwrap_or(words);
            format!("{} …", kept.rsplit_once(' ').map_or(kept, |(kept, _)| kept))
        }
        None => words.to_owned(),
    }
}

/// What was concluded then against what is concluded now.
fn compare(conversation: &Conversation, recording: &Recording, turn: usize, attempt: usize, out: &mut Vec<Drift>) {
    let Some(then) = recording.concluded(turn, attempt) else { return };
    let revision = conversation.turns().last().and_then(|turn| turn.attempts.get(attempt)?.revision);
    let revision = revision.and_then(|number| conversation.revision(number).ok());
    let mut now = Concluded::default();
    if let Some(revision) = revision {
        let errors = revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error);
        now.errors = errors.map(|finding| finding.rule.to_owned()).collect();
        now.errors.sort();
        now.errors.dedup();
        now.verdict = Some(revision.verdict());
        now.sha256 = then.sha256.as_ref().map(|_| revision.sha256.clone());
    }
    // A verdict and the rules that it rests on are one conclusion; the text that was read is another.
    let mut tell = |text: String| out.push(Drift { turn, attempt, text });
    let word = |verdict: Option<Verdict>| verdict.map_or("no file", Verdict::word);
    let mut verdict = Vec::new();
    if then.verdict != now.verdict {
        verdict.push(format!("recorded {}, today {}", word(then.verdict), word(now.verdict)));
    }
    if then.verdict.is_some() && now.verdict.is_some() {
        // A credential is masked in the recording, so its text has another hash than the one that was checked.
        let masked = revision.is_some_and(|revision| looks_masked(revision.text()));
        if then.sha256 != now.sha256 && !masked {
            tell("the reply's file is read as another text than was recorded".to_owned());
        }
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|rule| !those.contains(rule)).cloned().collect()
        };
        let (fresh, gone) = (only(&now.errors, &then.errors), only(&then.errors, &now.errors));
        if !fresh.is_empty() {
            verdict.push(format!("today also {}", fresh.join(", ")));
        }
        if !gone.is_empty() {
            verdict.push(format!("no longer {}", gone.join(", ")));
        }
    }
    if !verdict.is_empty() {
        tell(verdict.join("; "));
    }
}

/// What the turn came to against what was expected.
fn judge(conversation: &Conversation, turn: &Turn, cue: &Cue, differences: Differences) -> Played {
    let Differences { drift, reworded } = differences;
    let revision = turn.revision.and_then(|number| conversation.revision(number).ok());
    let first = turn.attempts.first().map(super::Attempt::yaml);
    let yaml = if revision.is_some() { Some(YamlKind::File) } else { first };
    let verdict = revision.map(super::Revision::verdict);
    let mut failures = Vec::new();
    let expect = &cue.expect;
    if let Some(expected) = expect.yaml.filter(|expected| Some(*expected) != yaml) {
        let got = yaml.map_or("none", YamlKind::word);
        failures.push(format!("YAML: expected {}, got {got}", expected.word()));
    }
    if let Some(expected) = expect.verdict.filter(|expected| Some(*expected) != verdict) {
        let got = verdict.map_or("no file", Verdict::word);
        failures.push(format!("verdict: expected {}, got {got}", expected.word()));
    }
    for (rule, expected) in &expect.rules {
        let answer = revision.and_then(|revision| revision.checked.answer(rule));
        if answer != Some(*expected) {
            let got = answer.map_or(if revision.is_some() { "not checked" } else { "no file" }, answer_word);
            failures.push(format!("{rule}: expected {}, got {got}", answer_word(*expected)));
        }
    }
    let (turn, id) = (turn.number, cue.id.clone());
    Played {
        turn,
        id,
        yaml,
        before: None,
        revision: revision.map(|revision| revision.number),
        verdict,
        failures,
        drift,
        reworded,
    }
}

/// An answer in words.
pub fn answer_word(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "holds",
        RuleAnswer::Violated => "violated",
        RuleAnswer::CannotTell => "cannot-tell",
    }
}

impl Played {
    /// Whether all that was expected came.
    pub fn is_as_expected(&self) -> bool {
        self.failures.is_empty()
    }
}
