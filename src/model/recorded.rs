//! Replies of a recording: each answers the one prompt it was recorded for, and no other.

use std::collections::BTreeMap;

use super::backend::{Backend, BackendError, Finish, Reply, Request, Usage};
use crate::session::{Exchange, Session, exchanges, masks};
use crate::text::differing_words;

/// A recording as a source of replies.
#[derive(Debug, Clone)]
pub struct Recorded {
    name: String,
    exchanges: BTreeMap<(usize, usize), Exchange>,
}

impl Recorded {
    /// A recording; `name` is how messages call it. A prompt without a reply answers nothing.
    pub fn new(name: impl Into<String>, exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let answered = exchanges.into_iter().filter(|exchange| exchange.reply.is_some());
        let exchanges = answered.map(|exchange| ((exchange.turn, exchange.attempt), exchange)).collect();
        Self { name: name.into(), exchanges }
    }

    /// The recording in a session: what was undone, asked again or replaced is left out.
    pub fn of(session: &Session) -> Self {
        Self::new(session.name.clone(), exchanges(&session.entries))
    }

    /// The exchange that answers a prompt.
    ///
    /// # Errors
    /// Another prompt was recorded there, or none.
    pub fn answering(&self, turn: usize, attempt: usize, asked: &str) -> Result<&Exchange, BackendError> {
        let Some(exchange) = self.exchanges.get(&(turn, attempt)) else {
            let last = self.exchanges.keys().next_back().map_or(0, |&(turn, _)| turn);
            return Err(BackendError::Spent { recording: self.name.clone(), turn, attempt, last });
        };
        let (asked, recorded) = (bare(asked), bare(&exchange.prompt));
        // What was a secret then is masked; nobody may know today what it was.
        if asked != recorded && !masks(&recorded, &asked) {
            let diff = differing_words(&recorded, &asked);
            return Err(BackendError::Stale { recording: self.name.clone(), turn, attempt, diff });
        }
        Ok(exchange)
    }

    /// What is recorded, in order.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.values()
    }
}

impl Backend for Recorded {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        let asked = request.messages.last().map_or("", |message| message.text.as_str());
        let exchange = self.answering(request.turn, request.attempt, asked)?;
        let text = exchange.reply.clone().unwrap_or_default();
        on_delta(&text);
        Ok(Reply {
            text,
            finish: exchange.finish.as_deref().map_or(Finish::Unknown, Finish::from_word),
            usage: exchange.usage.map(|usage| Usage { prompt: usage.prompt, completion: usage.completion }),
            elapsed_ms: exchange.elapsed_ms.unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Message, Role};
    use crate::session::{Origin, read};
    use proptest::prelude::*;

    fn exchange(turn: usize, attempt: usize, prompt: &str, reply: Option<&str>) -> Exchange {
        Exchange {
            turn,
            attempt,
            origin: if attempt == 0 { Origin::User } else { Origin::Repair },
            prompt: prompt.into(),
            reply: reply.map(str::to_owned),
            finish: Some("stop".into()),
            usage: None,
            elapsed_ms: Some(7),
        }
    }

    fn recording() -> Recorded {
        let long = "add a step that builds the image once and pushes it to the registry of the team\n";
        let all = [
            exchange(1, 0, "one", Some("first")),
            exchange(1, 1, "repair", None),
            exchange(2, 0, long, Some("second")),
            exchange(2, 1, "repair", Some("third")),
        ];
        Recorded::new("chat.jsonl", all)
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
        the recording `chat.jsonl` is stale: at turn 2 it answers another prompt
        … that builds the image [-once-] {+twice+} and {+then+} pushes it to the …
        ");
        // The prompt of another turn is no match either.
        assert!(matches!(ask(2, 0, "one"), Err(BackendError::Stale { turn: 2, .. })));
        assert!(matches!(ask(1, 0, "o ne"), Err(BackendError::Stale { .. })));
    }

    #[test]
    fn a_session_and_plain_chat_lines_are_recordings() {
        let chat = b"{\"role\":\"user\",\"content\":\"one\"}\n{\"role\":\"assistant\",\"content\":\"first\"}\n";
        let mut recorded = Recorded::of(&read("chat.jsonl", chat).unwrap());
        let messages = vec![Message { role: Role::User, text: "one".into() }];
        let reply = recorded.reply(&Request { turn: 1, attempt: 0, messages, model: None }, &mut |_| {}).unwrap();
        assert_eq!((reply.text.as_str(), recorded.name().as_str()), ("first", "chat.jsonl"));
    }

    #[test]
    fn one_too_many_is_told() {
        insta::assert_snapshot!(ask(3, 0, "more").unwrap_err(), @"the recording `chat.jsonl` has no reply for turn 3: it ends with turn 2");
        assert!(matches!(ask(1, 1, "repair"), Err(BackendError::Spent { turn: 1, attempt: 1, .. })));
    }

    proptest! {
        #[test]
        fn a_reply_comes_for_its_own_prompt_and_for_no_other(prompts in prop::collection::vec("[ab ]{1,6}", 1..6), turn in 1usize..7, prompt in "[ab ]{1,6}") {
            let replies: Vec<String> = (1..=prompts.len()).map(|turn| format!("reply {}", turn)).collect();
            let exchanges = prompts.iter().zip(&replies).enumerate();
            let exchanges = exchanges.map(|(at, (prompt, reply))| exchange(at + 1, 0, prompt, Some(reply)));
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
