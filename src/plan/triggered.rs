//! What `triggers` start besides the pipeline that a pattern selects.

use super::holds::Known;
use super::select::Selection;
use super::{Event, EventKind};
use crate::pipeline::expression;
use crate::pipeline::{File, Selector, Trigger};
use crate::yaml::Node;

/// A pipeline that a trigger starts for an event, and why that is not certain.
pub(super) struct Triggered<'d> {
    pub(super) selector: Selector<'d>,
    pub(super) unclear: Option<String>,
}

impl<'d> Triggered<'d> {
    pub(super) fn selection(self) -> Selection<'d> {
        Selection { unclear: self.unclear, ..Selection::of(self.selector) }
    }
}

/// The pipelines that an event starts through triggers: all whose condition holds, not only the best match.
pub(super) fn triggered<'d>(file: &File<'d>, event: &Event) -> Vec<Triggered<'d>> {
    let mut found: Vec<Triggered<'d>> = Vec::new();
    for (trigger, held) in may_hold(file, event) {
        let text = trigger.condition.and_then(|condition| condition.text()).unwrap_or("");
        let unclear = match held {
            None => Some(format!("whether `{text}` holds can't be told from the event alone")),
            Some(_) if event.kind == EventKind::Tag => Some(TAGS_UNTOLD.to_owned()),
            Some(_) => None,
        };
        for name in trigger.pipelines.into_iter().flat_map(|list| list.items()).filter_map(|name| name.text()) {
            let known = found.iter().any(|other| other.selector.name() == name);
            if let Some(selector) = file.custom(name).filter(|_| !known) {
                found.push(Triggered { selector, unclear: unclear.clone() });
            }
        }
    }
    found
}

/// What Bitbucket's pages leave open.
const TAGS_UNTOLD: &str = "whether a pushed tag starts what stands under `repository-push` is not documented";

/// The first condition by which an event may start a pipeline.
pub fn may_start<'d>(file: &File<'d>, event: &Event) -> Option<Node<'d>> {
    may_hold(file, event).into_iter().find_map(|(trigger, _)| trigger.condition)
}

/// The triggers of an event whose condition holds, or may.
fn may_hold<'d>(file: &File<'d>, event: &Event) -> Vec<(Trigger<'d>, Option<bool>)> {
    let of_event = file.triggers().into_iter().filter(|trigger| concerns(trigger, event));
    let held = of_event.map(|trigger| {
        let expression = trigger.condition.and_then(|node| expression::parse(node.text()?).ok());
        let held = expression.and_then(|expression| Known::of(event).holds(&expression));
        (trigger, held)
    });
    held.filter(|(_, held)| *held != Some(false)).collect()
}

fn concerns(trigger: &Trigger<'_>, event: &Event) -> bool {
    let name = trigger.event.text().unwrap_or("");
    match event.kind {
        EventKind::Main | EventKind::Branch | EventKind::Tag => name == "repository-push",
        EventKind::PullRequest => matches!(name, "pullrequest-push" | "pullrequest-created" | "pullrequest-updated"),
        EventKind::Custom | EventKind::MergeQueue | EventKind::Shared => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn started(condition: &str, trigger: &str, event: &Event) -> Vec<(String, bool)> {
        let text = format!(
            "triggers:\n  {trigger}:\n    - condition: '{condition}'\n      pipelines: [x]\npipelines:\n  custom:\n    x:\n      - step: {{script: [a]}}\n"
        );
        let document = Document::read(text);
        let file = File::new(&document).unwrap();
        triggered(&file, event).iter().map(|one| (one.selector.name().to_owned(), one.unclear.is_some())).collect()
    }

    #[test]
    fn conditions_are_three_valued() {
        let main = Event::new(EventKind::Main, "main");
        let x = |unclear| vec![("x".to_owned(), unclear)];
        assert_eq!(started("BITBUCKET_BRANCH == \"main\"", "repository-push", &main), x(false));
        assert_eq!(started("BITBUCKET_BRANCH == \"dev\" && OTHER == \"1\"", "repository-push", &main), []);
        assert_eq!(
            started("glob(BITBUCKET_BRANCH, \"{main,x}\") && glob(OTHER, \"a\")", "repository-push", &main),
            x(true)
        );
        assert_eq!(started("!(BITBUCKET_TAG == \"\")", "repository-push", &main), []);
        assert_eq!(started("BITBUCKET_BRANCH == main", "repository-push", &main), x(false));
        assert_eq!(started("BITBUCKET_BRANCH == dev", "repository-push", &main), []);
        for untold in [
            "SHIP == \"yes\"",
            "\"yes\" == SHIP",
            "SHIP == yes",
            "SHIP != OTHER",
            "SHIP == \"\"",
            "BITBUCKET_BRANCH == SHIP",
        ] {
            assert_eq!(started(untold, "repository-push", &main), x(true), "{untold}");
        }
        assert_eq!(started("BITBUCKET_BRANCH == \"main\"", "pullrequest-push", &main), []);
        let pull_request = Event { destination: Some("main".to_owned()), ..Event::new(EventKind::PullRequest, "f") };
        let tags = Event::new(EventKind::Tag, "release-*");
        assert_eq!(started("glob(BITBUCKET_TAG, \"rc-*\")", "repository-push", &tags), []);
        assert_eq!(started("glob(BITBUCKET_TAG, \"{rc-*,release-*}\")", "repository-push", &tags), x(true));
        assert_eq!(started("glob(BITBUCKET_TAG, \"release-1.*\")", "repository-push", &tags), x(true));
        assert_eq!(started("BITBUCKET_TAG == \"release-1\"", "repository-push", &tags), x(true));
        // Nobody says whether a tag is such a push.
        assert_eq!(started("BITBUCKET_TAG != \"rc-1\"", "repository-push", &tags), x(true));
        assert_eq!(started("BITBUCKET_PR_DESTINATION_BRANCH == \"main\"", "pullrequest-push", &pull_request), x(false));
    }
}
