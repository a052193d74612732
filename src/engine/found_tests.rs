//! Conversations about a file that was there before them.

use super::tests::{Listed, conversation, file, reply, wrong};
use super::*;
use crate::session::Entry;

#[test]
fn errors_of_the_file_as_it_was_found_go_back_only_when_asked() {
    let mut conversation = conversation(3);
    let mut entries: Vec<Entry> = Vec::new();
    conversation.begin_with(wrong(2), &mut entries);
    let pinned = wrong(2).replace("node:20", "node:22");
    let mut backend = Listed::new(vec![reply(&pinned), reply(&file("npm test")), reply(&wrong(1))]);
    conversation.turn(Prompt::user("pin it"), &mut backend, &mut entries).unwrap();
    assert_eq!((backend.asked.len(), &conversation.turns()[0].stop), (1, &Stop::AsFound(2)));
    // Asked for, they go; and a reply that mends some of them has begun to mend, so the rest goes by itself.
    conversation.repair(&mut backend, &mut entries).unwrap();
    assert_eq!((backend.asked.len(), &conversation.turns()[0].stop), (2, &Stop::Accepted));
    let mut backend = Listed::new(vec![reply(&wrong(1)), reply(&file("npm test"))]);
    conversation.turn(Prompt::user("and now?"), &mut backend, &mut entries).unwrap();
    assert_eq!((backend.asked.len(), &conversation.turns()[1].stop), (2, &Stop::Accepted));
}
