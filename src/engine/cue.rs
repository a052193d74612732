//! What is to be played: the prompts of a script or of a recording, in order.

use super::prompt::Prompt;
use super::recording::Recording;
use super::script::{PromptScript, ScriptTurn, TurnExpectation};

/// A prompt that is to be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Its name.
    pub id: String,
    /// The prompt.
    pub prompt: Prompt,
    /// What is expected of the answer.
    pub expect: TurnExpectation,
}

/// What is to be played, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cues {
    /// The file that the conversation begins with.
    pub file: Option<String>,
    /// The prompts.
    pub prompts: Vec<Cue>,
}

impl std::ops::Deref for Cues {
    type Target = [Cue];

    fn deref(&self) -> &[Cue] {
        &self.prompts
    }
}

/// The cues of a prompt script.
pub fn cues_of_script(script: &PromptScript) -> Cues {
    let cue = |turn: &ScriptTurn| Cue {
        id: turn.id.clone(),
        prompt: Prompt::script(turn.prompt.trim_end()),
        expect: turn.expect.clone(),
    };
    let file = script.file.as_ref().map(|file| file.text.clone());
    Cues { file, prompts: script.turns.iter().map(cue).collect() }
}

/// The prompts of a recording as cues, with nothing expected.
pub fn cues_of_recording(recording: &Recording) -> Cues {
    let cues = recording.prompts().map(|exchange| Cue {
        id: format!("turn-{}", exchange.turn),
        prompt: Prompt { origin: exchange.origin, text: exchange.prompt.clone() },
        expect: TurnExpectation::default(),
    });
    let file = recording.begins_with().map(|(text, _)| text.to_owned());
    Cues { file, prompts: cues.collect() }
}
