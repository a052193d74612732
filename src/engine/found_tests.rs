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

/// A file that is long enough to lose a large part of.
fn long() -> String {
    let step = |at: usize| format!("    # what {at} is for\n    - step: {{script: [make part{at}]}}\n");
    format!("image: node:20\npipelines:\n  default:\n{}", (0..20).map(step).collect::<String>())
}

fn system(request: &crate::model::Request) -> &str {
    &request.messages[0].text
}

#[test]
fn what_a_reply_dropped_is_asked_back_from_the_file_as_it_was_found() {
    let (mut conversation, long) = (conversation(3), long());
    conversation.begin_with(long.clone(), &mut Silent);
    let whole = long.replace("node:20", "node:22");
    let mut backend = Listed::new(vec![reply(&wrong(1)), reply(&whole), "Yes.".to_owned()]);
    conversation.turn(Prompt::user("node 22"), &mut backend, &mut Silent).unwrap();
    let asked = &backend.asked[1];
    assert!(system(asked).contains("# The file as it was found") && system(asked).contains("# what 19 is for"));
    let prompt = &asked.messages.last().unwrap().text;
    assert!(
        prompt.contains("dropped a large part of the file: 35 of 43 lines are gone, and 20 comments are gone"),
        "{prompt}"
    );
    assert!(prompt.contains("as it was found, which stands in the first message") && prompt.contains("unknown0"));
    assert!(!prompt.contains("change nothing else") && !prompt.contains("{{"), "{prompt}");
    assert_eq!((conversation.present().unwrap().text(), &conversation.turns()[0].stop), (&*whole, &Stop::Accepted));

    // It goes along until something is written over it, the superseded revision does not.
    assert_eq!(conversation.context().kept, ["the file as it was found"]);
    conversation.turn(Prompt::user("sure?"), &mut backend, &mut Silent).unwrap();
    assert!(system(&backend.asked[2]).contains("image: node:20\npipelines:"));
    assert!(backend.asked[2].messages.iter().all(|message| !message.text.contains("unknown0")));
    conversation.options_mut().context = 10;
    assert!(conversation.context().left_out.contains(&"the file as it was found".to_owned()));
    conversation.options_mut().context = 10_000;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bitbucket-pipelines.yml"), long).unwrap();
    conversation.accept(None, folder.path(), false, &mut Silent).unwrap();
    let after = conversation.context();
    assert!(after.kept.is_empty() && !after.messages[0].text.contains("node:20"));
}

#[test]
fn what_was_wrong_before_a_loss_is_not_sent_back_with_it() {
    let (mut conversation, long) = (conversation(3), format!("{}unknown0: 1\n", long()));
    conversation.begin_with(long.clone(), &mut Silent);
    let whole = long.replace("node:20", "node:22");
    let mut backend = Listed::new(vec![reply(&wrong(1)), reply(&whole), reply(&file("npm test"))]);
    let turn = conversation.turn(Prompt::user("node 22"), &mut backend, &mut Silent).unwrap();
    assert_eq!(turn.stop, Stop::AsFound(1));
    let prompt = &backend.asked[1].messages.last().unwrap().text;
    assert!(prompt.contains("lines are gone") && !prompt.contains("unknown0"), "{prompt}");
    assert_eq!((backend.asked.len(), conversation.present().unwrap().text()), (2, &*whole));
}

#[test]
fn a_repair_that_drops_a_large_part_does_not_count() {
    let (mut conversation, long) = (conversation(3), long());
    conversation.begin_with(long.clone(), &mut Silent);
    let mut backend = Listed::new(vec![reply(&format!("{long}unknown0: 1\n")), reply(&file("npm test"))]);
    let turn = conversation.turn(Prompt::user("more"), &mut backend, &mut Silent).unwrap();
    assert_eq!(turn.stop, Stop::Lost("36 of 43 lines".to_owned()));
    assert_eq!(turn.revision, Some(1), "the refused one has all that was there");
}

#[test]
fn an_accepted_revision_that_dropped_a_large_part_is_asked_back_when_the_user_wants_it() {
    let (mut conversation, long) = (conversation(3), long());
    let mut backend = Listed::new(vec![reply(&long), reply(&file("npm test")), reply(&long)]);
    conversation.turn(Prompt::user("write"), &mut backend, &mut Silent).unwrap();
    conversation.turn(Prompt::user("shorter"), &mut backend, &mut Silent).unwrap();
    assert_eq!((backend.asked.len(), conversation.present().unwrap().number), (2, 2), "it may be what was asked for");
    conversation.repair(&mut backend, &mut Silent).unwrap();
    let asked = &backend.asked[2].messages;
    assert!(asked.last().unwrap().text.contains("of revision 1, which stands in an earlier reply"));
    assert!(asked.iter().any(|message| message.text.contains("# what 19 is for")), "it is not elided now");
    assert_eq!(conversation.present().unwrap().text(), long);
}

#[test]
fn a_repair_that_is_answered_with_a_question_is_no_vain_one() {
    let mut conversation = conversation(3);
    let mut backend = Listed::new(vec![reply(&wrong(1)), "Which registry is it?".to_owned()]);
    let turn = conversation.turn(Prompt::user("write"), &mut backend, &mut Silent).unwrap();
    assert_eq!((&turn.stop, turn.revision), (&Stop::Words, Some(1)));
    assert!(turn.ending().unwrap().contains("words alone"));
}

#[test]
fn what_was_written_and_taken_back_stands_on_disk_after_a_restore() {
    let (old, new) = (file("npm test"), file("npm run test"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bitbucket-pipelines.yml"), &old).unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    let mut first = conversation(0);
    first.begin_with(old, &mut entries);
    first.turn(Prompt::user("run it"), &mut Listed::new(vec![reply(&new)]), &mut entries).unwrap();
    first.accept(None, folder.path(), false, &mut entries).unwrap();
    first.undo(1, &mut entries).unwrap();
    let mut again = conversation(0);
    again.restore(&entries, &mut Silent);
    assert_eq!(again.revisions().len(), 1);
    assert!(!again.stands_on_disk(&again.revisions()[0]), "the file there is the one that was taken back");
    assert!(again.has_written(&crate::session::sha256(new.as_bytes())));
}
