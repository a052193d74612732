//! What a recording misses: the prompt that it does not answer, and the recorded prompt that comes nearest.

use super::cue::Cues;
use super::recording::Recording;
use crate::model::BackendError;
use crate::text::{alike, differing_words};

/// The recorded prompt that is most like one that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The recording's name.
    pub recording: String,
    /// The turn that it was recorded at.
    pub turn: usize,
    /// How much is the same, in hundredths of the words.
    pub alike: u8,
    /// The words that differ: `[-recorded-]`, `{+asked+}`.
    pub diff: String,
}

/// The prompt nearest to `asked` in some recordings; of equals the first. Repairs are no prompts of anybody's and do not
/// count.
pub fn nearest(recordings: &[Recording], asked: &str) -> Option<Nearest> {
    let all = recordings.iter().flat_map(|recording| recording.prompts().map(move |exchange| (recording, exchange)));
    let scored = all.map(|(recording, exchange)| (alike(&exchange.prompt, asked), recording, exchange));
    let best = scored.reduce(|best, next| if next.0 > best.0 { next } else { best });
    let (alike, recording, exchange) = best?;
    let diff = differing_words(exchange.prompt.trim_end(), asked.trim_end());
    Some(Nearest { recording: recording.session.name.clone(), turn: exchange.turn, alike, diff })
}

/// The recording that answers the most prompts from the first on; of equals the last, which by its name is the newest.
pub fn best<'r>(recordings: &'r [Recording], cues: &Cues) -> Option<&'r Recording> {
    recordings.iter().max_by_key(|recording| recording.reach(cues))
}

impl Recording {
    /// Why it does not answer a prompt; `None` where it does.
    pub fn miss(&self, turn: usize, asked: &str) -> Option<BackendError> {
        self.answers().answering(turn, 0, asked).err()
    }

    /// Whether it answers all cues, and each repair that was sent has its reply: no more need be recorded.
    pub fn answers_all(&self, cues: &Cues) -> bool {
        !self.misses(cues) && self.is_whole()
    }

    /// Whether there is a cue that it does not answer, or it began with another file.
    pub fn misses(&self, cues: &Cues) -> bool {
        self.reach(cues) <= cues.len()
    }

    /// How many cues it answers, from the first on, and one more; 0 where it began with another file.
    fn reach(&self, cues: &Cues) -> usize {
        if super::beginning::difference(self, cues.file.as_deref()).is_some() {
            return 0;
        }
        let numbered = cues.iter().enumerate();
        1 + numbered.take_while(|(index, cue)| self.miss(index + 1, &cue.prompt.text).is_none()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Cue, Prompt, TurnExpectation};
    use crate::session::read;

    fn recording(name: &str, prompts: &[&str]) -> Recording {
        let line = |prompt: &&str| {
            format!("{{\"role\":\"user\",\"content\":\"{prompt}\"}}\n{{\"role\":\"assistant\",\"content\":\"yes\"}}\n")
        };
        let text: String = prompts.iter().map(line).collect();
        Recording::new(read(name, text.as_bytes()).unwrap())
    }

    fn cues(prompts: &[&str]) -> Cues {
        let cue =
            |text: &&str| Cue { id: String::new(), prompt: Prompt::script(*text), expect: TurnExpectation::default() };
        Cues { file: None, prompts: prompts.iter().map(cue).collect() }
    }

    #[test]
    fn the_nearest_prompt_may_stand_in_another_recording_or_turn() {
        let all = [recording("a", &["one two three"]), recording("b", &["x y", "one two three four five"])];
        let near = nearest(&all, "one two three four six").unwrap();
        assert_eq!((near.recording.as_str(), near.turn, near.alike), ("b", 2, 80));
        assert_eq!(near.diff, "one two three four [-five-] {+six+}");
        assert_eq!(nearest(&[], "x"), None);
    }

    #[test]
    fn the_recording_that_reaches_furthest_answers() {
        let all =
            [recording("a", &["1", "2", "x"]), recording("b", &["1", "x", "3"]), recording("c", &["1", "2", "y"])];
        let name = |cues: &Cues| best(&all, cues).unwrap().session.name.clone();
        assert_eq!(name(&cues(&["1", "2", "3"])), "c", "of equals the last");
        assert_eq!(name(&cues(&["1", "x"])), "b");
        let begun = Cues { file: Some("a: 1\n".to_owned()), ..cues(&["1"]) };
        assert_eq!(all[0].reach(&begun), 0, "it began with no file");
    }
}
