//! Pipelines whose steps are imported: what is told of them without their steps.

use super::model::Plan;

/// What a plan imports.
fn import<'p>(plan: &'p Plan<'_>) -> Option<&'p str> {
    plan.selector.pipeline().import().map(|import| import.text().unwrap_or(""))
}

/// What a plan runs, in words: its import, else `steps`.
pub(super) fn ran(plan: &Plan<'_>, steps: impl Fn() -> String) -> String {
    import(plan).map_or_else(steps, |import| format!("`{import}`, which is imported and can't be seen here"))
}

/// What is told where an import came, went or is another one, with whether a safeguard may be lost; `None` where the steps
/// tell.
pub(super) fn imported(before: &Plan<'_>, now: &Plan<'_>) -> Option<(String, bool)> {
    let steps = |plan: &Plan<'_>| {
        let names: Vec<String> = plan.steps.iter().map(|step| step.shown()).collect();
        if names.is_empty() { "no step".to_owned() } else { names.join(", ") }
    };
    match (import(before), import(now)) {
        (None, None) => None,
        (Some(was), Some(is)) if was == is => None,
        (Some(was), Some(is)) => Some((format!("now runs `{is}` instead of `{was}`; neither can be seen here"), false)),
        (None, Some(_)) => Some((format!("now runs {}, in place of {}", ran(now, || steps(now)), steps(before)), true)),
        (Some(_), None) => {
            Some((format!("now runs {}; before, it ran {}", steps(now), ran(before, || steps(before))), false))
        }
    }
}
