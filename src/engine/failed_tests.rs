//! How a turn is told whose repair got no reply.

use super::tests::{conversation, reply, wrong};
use super::*;
use crate::model::{Backend, BackendError, Finish, Reply, Request};

/// A refused file, and then the error.
struct Fails(BackendError);

impl Backend for Fails {
    fn reply(&mut self, request: &Request, _: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        let first = request.attempt == 0;
        let reply = Reply { text: reply(&wrong(1)), finish: Finish::Stop, ..Reply::default() };
        first.then_some(reply).ok_or_else(|| self.0.clone())
    }

    fn name(&self) -> String {
        "fails".to_owned()
    }
}

#[test]
fn no_prompt_is_to_be_sent_again_for_a_repair() {
    let told = |error: BackendError| {
        let mut conversation = conversation(3);
        let turn = conversation.turn(Prompt::user("write it"), &mut Fails(error), &mut Silent).unwrap();
        turn.stop.words().unwrap()
    };
    let text = || "Hello, ".to_owned();
    assert_eq!(told(BackendError::Interrupted { text: text() }), "the repair was interrupted");
    let why = "connection reset".to_owned();
    assert_eq!(told(BackendError::Broken { text: text(), why }), "the repair broke off: connection reset");
    assert!(told(BackendError::NoModel).starts_with("the repair got no reply: no model is configured"));
}
