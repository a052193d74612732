//! The trait, what is asked, what comes back, and what can go wrong on the way.

use std::time::Duration;

use thiserror::Error;

use crate::chat::Message;

/// A source of replies. Blocking and sequential: one request, one reply.
pub trait Backend {
    /// Answers `request`; `on_delta` is given each piece of the reply's text as it arrives, and an
    /// empty one where a second went by in waiting.
    ///
    /// # Errors
    /// Whatever kept the reply from being whole; [`BackendError::text`] has what had arrived by then.
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError>;

    /// Who answers, for people and for the session header: a model's name, or the recording's.
    fn name(&self) -> String;
}

/// What is asked of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The turn that is answered, from 1.
    pub turn: usize,
    /// 0 for the answer to the prompt itself, 1 and up for the answers to its repairs.
    pub attempt: usize,
    /// All that is sent, the prompt last.
    pub messages: Vec<Message>,
    /// A model for this request alone, instead of the backend's own.
    pub model: Option<String>,
}

/// What a backend gave back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The answer, reasoning left out.
    pub text: String,
    /// Why the reply ended.
    pub finish: Finish,
    /// Tokens, if the backend counted them.
    pub usage: Option<Usage>,
    /// From the request to the end of the reply, in milliseconds.
    pub elapsed_ms: u64,
}

/// Why a reply ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Finish {
    /// The model had said all.
    Stop,
    /// The model's limit of tokens cut it off.
    Length,
    /// Ended from our side.
    Interrupted,
    /// Another word of the server, such as `content_filter`.
    Other(String),
    /// The server gave no reason.
    #[default]
    Unknown,
}

impl Finish {
    /// The word that session files use.
    pub fn word(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Interrupted => "interrupted",
            Self::Other(word) => word,
            Self::Unknown => "unknown",
        }
    }

    /// The reason behind a server's or a session file's word; an empty word says nothing.
    pub fn from_word(word: &str) -> Self {
        match word {
            "stop" | "end_turn" | "eos" => Self::Stop,
            "length" | "max_tokens" => Self::Length,
            "interrupted" => Self::Interrupted,
            "" | "unknown" | "null" => Self::Unknown,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// Tokens of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Tokens of what was sent.
    pub prompt: u64,
    /// Tokens of the reply.
    pub completion: u64,
}

/// Why there is no whole reply. Each message is one line with the reason and the next move; none has a key in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Neither a server nor a key is configured.
    #[error(
        "no model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server (`pipewright replay` works without)"
    )]
    NoModel,
    /// What was configured can't be used.
    #[error("the model's configuration can't be used: {why}")]
    Configuration {
        /// What is wrong with it, and where.
        why: String,
    },
    /// 401 or 403.
    #[error("{server} refuses the key ({status}{said}): check {variable} and whether it belongs to this server")]
    Unauthorized {
        /// Host and port.
        server: String,
        /// 401 or 403.
        status: u16,
        /// `: ` and the server's words, or nothing.
        said: String,
        /// The variable that holds the key.
        variable: &'static str,
    },
    /// 404.
    #[error("{server} knows no model `{model}` at this address (404{said}): check {check}")]
    NotFound {
        /// Host and port.
        server: String,
        /// The model that was asked for.
        model: String,
        /// `: ` and the server's words, or nothing.
        said: String,
        /// What may be wrong.
        check: &'static str,
    },
    /// No connection.
    #[error("{server} can't be reached: {why}; check that it runs and that the base URL is right, then retry")]
    Unreachable {
        /// Host and port.
        server: String,
        /// Refused, no such name, certificate.
        why: String,
    },
    /// Nothing came for too long, and no text had come before.
    #[error("{server} did not answer in {} ({what}): retry, or raise the timeout", seconds(.after))]
    Timeout {
        /// Host and port.
        server: String,
        /// What was waited for.
        what: &'static str,
        /// How long.
        after: Duration,
    },
    /// 429, and no retry helped.
    #[error("{server} takes no more requests now (429{said}): {}", wait(.after))]
    RateLimited {
        /// Host and port.
        server: String,
        /// How long the server asks to wait, if it says.
        after: Option<Duration>,
        /// `: ` and the server's words, or nothing.
        said: String,
    },
    /// The server refuses this request (4xx other than those above).
    #[error("{server} refuses the request ({status}{said})")]
    Refused {
        /// Host and port.
        server: String,
        /// The status.
        status: u16,
        /// `: ` and the server's words, or nothing.
        said: String,
    },
    /// The server sends us to another host, where the key must not go.
    #[error(
        "{server} redirects to {target}, and a key goes to its own server only: if you trust it, make it the base URL"
    )]
    Redirected {
        /// Host and port.
        server: String,
        /// Where to.
        target: String,
    },
    /// 5xx, and no retry helped.
    #[error("{server} has trouble of its own ({status}{said}): retry later")]
    Server {
        /// Host and port.
        server: String,
        /// The status.
        status: u16,
        /// `: ` and the server's words, or nothing.
        said: String,
    },
    /// What came is no chat completion.
    #[error("{server} sent no reply: {why}")]
    BadAnswer {
        /// Host and port.
        server: String,
        /// What came instead, and the next move.
        why: String,
    },
    /// The reply stopped in the middle.
    #[error("the reply broke off after {} characters: {why}; retry", .text.chars().count())]
    Broken {
        /// What had arrived.
        text: String,
        /// Reset, timeout, garbage.
        why: String,
    },
    /// What may be used together is used up.
    #[error("the cap of {most} tokens is reached ({used} used); raise it to go on")]
    Capped {
        /// The cap.
        most: u64,
        /// Tokens so far.
        used: u64,
    },
    /// Ended from our side.
    #[error("interrupted after {} characters; retry sends the prompt again", .text.chars().count())]
    Interrupted {
        /// What had arrived.
        text: String,
    },
    /// The recording answers another prompt than this one.
    #[error(
        "the recording `{recording}` is stale: at turn {turn}{} it answers another prompt\n{diff}",
        of_repair(*attempt)
    )]
    Stale {
        /// The recording's name.
        recording: String,
        /// The turn that was asked for.
        turn: usize,
        /// The attempt that was asked for.
        attempt: usize,
        /// The words that differ: `[-recorded-]`, `{+asked+}`.
        diff: String,
    },
    /// The recording has no such turn or attempt.
    #[error(
        "the recording `{recording}` has no reply for turn {turn}{}: {}",
        of_repair(*attempt),
        end(*last)
    )]
    Spent {
        /// The recording's name.
        recording: String,
        /// The turn that was asked for.
        turn: usize,
        /// The attempt that was asked for.
        attempt: usize,
        /// The last turn it has.
        last: usize,
    },
}

/// Which attempt is meant, where it is not the answer itself.
fn of_repair(attempt: usize) -> String {
    if attempt == 0 { String::new() } else { format!(" (repair {attempt})") }
}

/// Where a recording ends.
fn end(last: usize) -> String {
    if last == 0 { "it has none at all".to_owned() } else { format!("it ends with turn {last}") }
}

impl BackendError {
    /// What had arrived of the reply, if anything.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Broken { text, .. } | Self::Interrupted { text } => Some(text),
            _ => None,
        }
    }

    /// Whether the user ended it.
    pub fn interrupted(&self) -> bool {
        matches!(self, Self::Interrupted { .. })
    }

    /// Whether a recording has no reply to this prompt.
    pub fn is_a_miss(&self) -> bool {
        matches!(self, Self::Stale { .. } | Self::Spent { .. })
    }

    /// Whether the same request may fare better if sent again.
    pub fn worth_a_retry(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout { .. } | Self::RateLimited { .. } | Self::Server { .. })
    }
}

fn seconds(after: &Duration) -> String {
    if after.subsec_millis() == 0 { format!("{} s", after.as_secs()) } else { format!("{} ms", after.as_millis()) }
}

fn wait(after: &Option<Duration>) -> String {
    match after {
        Some(after) => format!("it asks to wait {}", seconds(after)),
        None => "retry later".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_with_a_next_move() {
        let error = BackendError::RateLimited {
            server: "127.0.0.1:1".into(),
            after: Some(Duration::from_secs(7)),
            said: ": slow down".into(),
        };
        insta::assert_snapshot!(error, @"127.0.0.1:1 takes no more requests now (429: slow down): it asks to wait 7 s");
        insta::assert_snapshot!(BackendError::NoModel, @"no model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server (`pipewright replay` works without)");
    }

    #[test]
    fn words_of_finish_come_back() {
        for finish in [Finish::Stop, Finish::Length, Finish::Interrupted, Finish::Unknown, Finish::Other("x".into())] {
            assert_eq!(Finish::from_word(finish.word()), finish);
        }
        assert_eq!(Finish::from_word(""), Finish::Unknown);
    }
}
