//! Replies of a recording: each answers the one prompt it was recorded for, and no other.

use std::collections::BTreeMap;

use similar::{ChangeTag, TextDiff};

use super::backend::{Backend, BackendError, Finish, Reply, Request, Usage};

/// A prompt and what answered it, as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exchange {
    /// The turn, from 1.
    pub turn: usize,
    /// 0 for the answer to the prompt, 1 and up for the answers to its repairs.
    pub attempt: usize,
    /// The prompt, or the repair.
    pub prompt: String,
    /// The reply.
    pub text: String,
    /// Why it ended.
    pub finish: Finish,
    /// Its tokens, if they were counted.
    pub usage: Option<Usage>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// A recording as a source of replies.
#[derive(Debug, Clone)]
pub struct Recorded {
    name: String,
    exchanges: BTreeMap<(usize, usize), Exchange>,
}

impl Recorded {
    /// A recording; `name` is how messages call it. An exchange that stands twice (a prompt that was sent again)
    /// counts as it stands last.
    pub fn new(name: impl Into<String>, exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let mut kept: BTreeMap<(usize, usize), Exchange> = BTreeMap::new();
        for exchange in exchanges {
            if exchange.attempt == 0 {
                kept.retain(|&(turn, _), _| turn != exchange.turn);
            }
            kept.insert((exchange.turn, exchange.attempt), exchange);
        }
        Self { name: name.into(), exchanges: kept }
    }

    /// What is recorded, in order.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.values()
    }

    /// Whether there is a reply for this turn and attempt, whatever the prompt.
    pub fn has(&self, turn: usize, attempt: usize) -> bool {
        self.exchanges.contains_key(&(turn, attempt))
    }
}

impl Backend for Recorded {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        let (turn, attempt) = (request.turn, request.attempt);
        let Some(exchange) = self.exchanges.get(&(turn, attempt)) else {
            let last = self.exchanges.keys().next_back().map_or(0, |&(turn, _)| turn);
            return Err(BackendError::Spent { recording: self.name.clone(), turn, attempt, last });
        };
        let asked = request.messages.last().map_or("", |message| message.text.as_str());
        if bare(asked) != bare(&exchange.prompt) {
            let diff = words(&bare(&exchange.prompt), &bare(asked));
            return Err(BackendError::Stale { recording: self.name.clone(), turn, attempt, diff });
        }
        on_delta(&exchange.text);
        Ok(Reply {
            text: exchange.text.clone(),
            finish: exchange.finish.clone(),
            usage: exchange.usage,
            elapsed_ms: exchange.elapsed_ms,
        })
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// A prompt without what files and editors add on their own: line ends and blanks at the end.
fn bare(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

/// Words around a difference that are shown with it.
const CONTEXT: usize = 4;

/// The words that differ, with a few around them: `[-recorded-]`, `{+asked+}`.
fn words(recorded: &str, asked: &str) -> String {
    let diff = TextDiff::from_words(recorded, asked);
    let changes: Vec<(ChangeTag, String)> = diff
        .iter_all_changes()
        .map(|change| (change.tag(), change.value().to_owned()))
        .filter(|(_, word)| !word.trim().is_empty())
        .collect();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(changes.len()));
        changes.get(from..to).is_some_and(|near| near.iter().any(|(tag, _)| *tag != ChangeTag::Equal))
    };
    let mut parts: Vec<String> = Vec::new();
    let mut open = ChangeTag::Equal;
    for (at, (tag, word)) in changes.iter().enumerate() {
        if !near(at) {
            if parts.last().is_none_or(|last| last != "…") {
                parts.push("…".to_owned());
            }
            open = ChangeTag::Equal;
            continue;
        }
        let word = match tag {
            ChangeTag::Equal => word.clone(),
            ChangeTag::Delete => format!("[-{word}-]"),
            ChangeTag::Insert => format!("{{+{word}+}}"),
        };
        match parts.last_mut() {
            // Neighbours of one kind read as one piece.
            Some(last) if open == *tag && open != ChangeTag::Equal => {
                last.truncate(last.len() - 2);
                last.push(' ');
                last.push_str(word.get(2..).unwrap_or_default());
            }
            _ => parts.push(word),
        }
        open = *tag;
    }
    if changes.iter().all(|(tag, _)| *tag == ChangeTag::Equal) {
        return "the words are the same, the blanks between them differ".to_owned();
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Message, Role};
    use proptest::prelude::*;

    fn recording() -> Recorded {
        let exchange = |turn, attempt, prompt: &str, text: &str| Exchange {
            turn,
            attempt,
            prompt: prompt.into(),
            text: text.into(),
            ..Exchange::default()
        };
        Recorded::new(
            "chat.jsonl",
            [
                exchange(1, 0, "one", "first try"),
                exchange(1, 1, "repair of the first try", "gone"),
                exchange(1, 0, "one", "first"),
                exchange(
                    2,
                    0,
                    "add a step that builds the image once and pushes it to the registry of the team\n",
                    "second",
                ),
                exchange(2, 1, "repair", "third"),
            ],
        )
    }

    fn ask(turn: usize, attempt: usize, prompt: &str) -> Result<String, BackendError> {
        let messages = vec![Message { role: Role::User, text: prompt.into() }];
        let mut shown = String::new();
        let request = Request { turn, attempt, messages, model: None };
        let reply = recording().reply(&request, &mut |delta| shown.push_str(delta))?;
        assert_eq!(shown, reply.text);
        Ok(reply.text)
    }

    #[test]
    fn a_reply_answers_its_prompt() {
        assert_eq!(ask(1, 0, "one\r\n").unwrap(), "first");
        assert_eq!(ask(2, 1, "repair").unwrap(), "third");
    }

    #[test]
    fn another_prompt_is_stale_and_the_words_are_told() {
        let error = ask(2, 0, "add a step that builds the image twice and then pushes it to the registry of the team")
            .unwrap_err();
        insta::assert_snapshot!(error, @r"
        the recording `chat.jsonl` is stale: at turn 2 (attempt 0) it answers another prompt; record anew with `--live`
        … that builds the image [-once-] {+twice+} and {+then+} pushes it to the …
        ");
        // The prompt of another turn is no match either.
        assert!(matches!(ask(2, 0, "one"), Err(BackendError::Stale { turn: 2, .. })));
        assert!(matches!(ask(1, 0, "o ne"), Err(BackendError::Stale { .. })));
    }

    #[test]
    fn one_too_many_is_told() {
        insta::assert_snapshot!(ask(3, 0, "more").unwrap_err(), @"the recording `chat.jsonl` has no reply for turn 3 (attempt 0): it ends with turn 2; record anew with `--live`");
        assert!(matches!(ask(1, 1, "repair of the first try"), Err(BackendError::Spent { turn: 1, attempt: 1, .. })));
    }

    proptest! {
        #[test]
        fn a_reply_comes_for_its_own_prompt_and_for_no_other(prompts in prop::collection::vec("[ab ]{1,6}", 1..6), turn in 1usize..7, prompt in "[ab ]{1,6}") {
            let exchanges = prompts.iter().enumerate().map(|(at, prompt)| Exchange {
                turn: at + 1, prompt: prompt.clone(), text: "reply ".to_owned() + &(at + 1).to_string(), ..Exchange::default()
            });
            let mut recorded = Recorded::new("r", exchanges);
            let request = Request { turn, attempt: 0, messages: vec![Message { role: Role::User, text: prompt.clone() }], model: None };
            let reply = recorded.reply(&request, &mut |_| {});
            let right = prompts.get(turn - 1).is_some_and(|recorded| recorded.trim_end() == prompt.trim_end());
            match reply {
                Ok(reply) => prop_assert!(right && reply.text.strip_prefix("reply ") == Some(turn.to_string().as_str())),
                Err(_) => prop_assert!(!right),
            }
        }
    }
}
