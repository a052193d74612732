//! Steps that several events have: their scripts are read once for the events that they don't tell apart.

use std::rc::Rc;

use crate::effect::{Catalogue, NoFiles};
use crate::pipeline::File;
use crate::settings::Settings;
use crate::yaml::Document;

/// For each event after the first, whether its step shares the first one's reading, and the command that it runs.
fn read(events: &str, script: &str) -> Vec<bool> {
    let document = Document::read(format!(
        "definitions:\n  steps:\n    - step: &s\n        script: [{script}]\npipelines:\n{}",
        events.replace('@', "[step: *s]")
    ));
    let file = File::new(&document).unwrap();
    let plans = super::plans(file, &Settings::default(), Catalogue::built_in(), &NoFiles);
    let first = &plans[0].steps[0].found;
    plans[1..].iter().map(|plan| Rc::ptr_eq(&plan.steps[0].found, first)).collect()
}

#[test]
fn a_script_is_read_once_for_events_that_it_does_not_tell_apart() {
    let events = "  branches: {main: @, x: @}\n  tags: {'v*': @}\n";
    assert_eq!(read(events, "docker push r/a:$BITBUCKET_COMMIT"), [true, true]);
    assert_eq!(read(events, "docker push r/a:$BITBUCKET_TAG"), [true, false], "a branch has no tag");
    assert_eq!(read(events, "docker push r/a:$BITBUCKET_BRANCH"), [false, false]);
    assert_eq!(read(events, "'if [ $BITBUCKET_BRANCH = y ]; then docker push r/a; fi'"), [false, false]);
}

#[test]
fn events_that_differ_share_what_they_answer_alike() {
    let events = "  tags: {'v*': @, 'w*': @, 'release-*': @}\n";
    assert_eq!(read(events, "docker push r/a:$BITBUCKET_TAG"), [true, true]);
    let cut = "'docker push r/a:release-${BITBUCKET_TAG#release-}'";
    assert_eq!(read(events, cut), [false, false], "a cut depends on what the names begin with");
    assert_eq!(read(events, "'case $BITBUCKET_TAG in w*) docker push r/a;; esac'"), [false, true]);
}
