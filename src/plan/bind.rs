//! What an event fixes of Bitbucket's variables.

use foldhash::HashMap;

use super::{Event, EventKind};
use crate::effect::{Bindings, Names};
use crate::pipeline::{Alternative, CustomVariable};

pub(super) fn bindings(event: &Event, except: &[String], asked: &[CustomVariable<'_>]) -> Bindings {
    let named = |name: &str| Names { pattern: Some(Alternative { text: name.to_owned() }), except: Vec::new() };
    let mut bindings = Bindings::default();
    match event.kind {
        EventKind::Main => bindings.branch = Some(Names::exactly(&event.name)),
        EventKind::Branch => {
            let pattern = event.pattern().map(|text| Alternative { text: text.to_owned() });
            bindings.branch = Some(Names { pattern, except: except.to_vec() });
        }
        EventKind::Tag => bindings.tag = Some(named(&event.name)),
        EventKind::PullRequest => {
            bindings.branch =
                Some(Names { pattern: Some(Alternative { text: event.name.clone() }), except: except.to_vec() });
            bindings.pull_request = true;
            bindings.destination = event.destination.as_deref().map(Names::exactly);
        }
        // It builds a branch of its own, whose name is not documented.
        EventKind::Custom | EventKind::MergeQueue | EventKind::Shared => bindings.by_hand = true,
    }
    bindings.custom = custom(asked);
    bindings
}

fn custom(asked: &[CustomVariable<'_>]) -> HashMap<String, Option<Vec<String>>> {
    let variables = asked.iter().filter_map(|variable| {
        let allowed = variable.allowed().map(|allowed| allowed.into_iter().map(str::to_owned).collect());
        Some((variable.name()?.to_owned(), allowed))
    });
    variables.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_that_is_given_is_the_one_of_the_scripts() {
        let event = |destination: Option<&str>| Event {
            destination: destination.map(str::to_owned),
            ..Event::new(EventKind::PullRequest, "x")
        };
        let filled = |event: &Event| {
            bindings(event, &[], &[]).filled("to-$BITBUCKET_PR_DESTINATION_BRANCH").map(|value| value.to_string())
        };
        assert_eq!(filled(&event(Some("main"))).as_deref(), Some("to-main"));
        assert_eq!(filled(&event(None)).as_deref(), Some("to-$BITBUCKET_PR_DESTINATION_BRANCH"));
    }
}
