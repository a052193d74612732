//! What `triggers` start, and on which condition: what two texts do otherwise in this.

use std::collections::BTreeMap;

use super::difference::change;
use crate::pipeline::File;
use crate::pipeline::expression::without_blanks;
use crate::plan::Change;
use crate::yaml::Document;

/// The conditions by event and pipeline; an entry without one always holds.
type Conditions = BTreeMap<(String, String), Vec<Option<String>>>;

/// Pipelines that a trigger starts, starts no more, or starts on another condition.
pub(super) fn started(old: &Document, new: &Document) -> Vec<Change> {
    let (was, is) = (conditions(old), conditions(new));
    let mut changes = Vec::new();
    for ((event, pipeline), before) in &was {
        let text = match is.get(&(event.clone(), pipeline.clone())) {
            None => format!("`{event}` no longer starts `{pipeline}`"),
            Some(now) if is_same(now, before) => continue,
            Some(now) => format!("`{event}` starts `{pipeline}` {}, before {}", when(now), when(before)),
        };
        changes.push(change("triggers", text, false));
    }
    for ((event, pipeline), now) in is.iter().filter(|(key, _)| !was.contains_key(key)) {
        changes.push(change("triggers", format!("`{event}` now starts `{pipeline}` {}", when(now)), false));
    }
    changes
}

/// Whether conditions are the same but for blanks.
fn is_same(one: &[Option<String>], other: &[Option<String>]) -> bool {
    let plain = |condition: &Option<String>| condition.as_deref().map(without_blanks);
    one.iter().map(plain).eq(other.iter().map(plain))
}

fn conditions(document: &Document) -> Conditions {
    let mut found = Conditions::new();
    for trigger in File::new(document).map(|file| file.triggers()).unwrap_or_default() {
        let event = trigger.event.text().unwrap_or("").to_owned();
        let condition = trigger.condition.and_then(|condition| condition.text()).map(str::to_owned);
        for name in trigger.pipelines.into_iter().flat_map(|list| list.items()).filter_map(|name| name.text()) {
            found.entry((event.clone(), name.to_owned())).or_default().push(condition.clone());
        }
    }
    found
}

/// In words, when one of the conditions holds.
fn when(conditions: &[Option<String>]) -> String {
    let all: Option<Vec<String>> =
        conditions.iter().map(|condition| Some(format!("`{}`", condition.as_ref()?))).collect();
    all.map_or_else(|| "always".to_owned(), |all| format!("where {}", all.join(" or ")))
}
