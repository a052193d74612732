//! What a custom pipeline asks of the person who starts it: what two plans do otherwise in this.

use super::model::Plan;
use crate::pipeline::CustomVariable;

/// What is told of the variables of a pipeline.
pub(super) fn asked(before: &Plan<'_>, now: &Plan<'_>) -> Vec<String> {
    let (was, is) = (before.variables(), now.variables());
    let mut told = Vec::new();
    let named = |all: &[CustomVariable<'_>], name: &str| all.iter().any(|variable| variable.name() == Some(name));
    for name in was.iter().filter_map(CustomVariable::name).filter(|name| !named(&is, name)) {
        told.push(format!("`{name}` is no longer asked for"));
    }
    for (at, variable) in is.iter().enumerate() {
        let Some(name) = variable.name() else { continue };
        // Of two with one name the first is compared; that there are two is told elsewhere.
        if is.iter().take(at).any(|first| first.name() == Some(name)) {
            continue;
        }
        match was.iter().find(|other| other.name() == Some(name)) {
            None => told.push(format!("`{name}` is asked for")),
            Some(before) => told.extend(otherwise(name, before, variable)),
        }
    }
    told
}

fn otherwise(name: &str, before: &CustomVariable<'_>, now: &CustomVariable<'_>) -> Vec<String> {
    let mut told = Vec::new();
    let quoted = |value: Option<&str>| value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
    if before.default() != now.default() {
        told.push(format!("`{name}` is {} by default, before {}", quoted(now.default()), quoted(before.default())));
    }
    let list = |values: Vec<&str>| values.into_iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    match (before.allowed(), now.allowed()) {
        (None, Some(is)) => told.push(format!("`{name}` may only be {} now", list(is))),
        (Some(_), None) => told.push(format!("`{name}` may be anything now")),
        (Some(was), Some(is)) => {
            let missing = |all: &[&str], others: &[&str]| -> String {
                list(all.iter().copied().filter(|value| !others.contains(value)).collect())
            };
            let (gone, fresh) = (missing(&was, &is), missing(&is, &was));
            if !gone.is_empty() {
                told.push(format!("`{name}` may no longer be {gone}"));
            }
            if !fresh.is_empty() {
                told.push(format!("`{name}` may be {fresh} now"));
            }
        }
        (None, None) => {}
    }
    told
}
