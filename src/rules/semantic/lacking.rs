//! Variables that a step has for what it is, such as a deployment or a member of a group: the half of `event-variable` that asks
//! no event.

use super::site::{Site, Told};
use super::variable_reads::{Guard, commands, in_command, names_own};
use crate::finding::Findings;
use crate::pipeline::ScriptItem;
use crate::rules::Flow;

/// A variable, and what a step needs that has it.
struct Lack {
    name: &'static str,
    /// Whether it is there.
    has: fn(&Site<'_>, &Flow<'_>) -> bool,
    /// Where it is empty.
    empty: &'static str,
    help: &'static str,
}

const EXIT_CODE: &str = "BITBUCKET_EXIT_CODE";

const LACKS: [Lack; 5] = [
    Lack {
        name: "BITBUCKET_STEP_OIDC_TOKEN",
        has: |site, flow| site.has_oidc(&flow.file),
        empty: "in a step without `oidc`",
        help: "add `oidc: true` to the step",
    },
    Lack {
        name: EXIT_CODE,
        has: |_, _| false,
        empty: "in `script`: only `after-script` has it",
        help: "move the command to `after-script`, or use `$?` right behind the command that is meant",
    },
    Lack {
        name: "BITBUCKET_DEPLOYMENT_ENVIRONMENT",
        has: |site, _| site.has_environment(),
        empty: "in a step with neither `deployment` nor `environment`",
        help: "add `deployment` with the environment's name, or `environment` where no deployment is to be tracked",
    },
    Lack { name: "BITBUCKET_PARALLEL_STEP", has: |site, _| site.parallel, empty: OUTSIDE, help: GROUP },
    Lack { name: "BITBUCKET_PARALLEL_STEP_COUNT", has: |site, _| site.parallel, empty: OUTSIDE, help: GROUP },
];

const OUTSIDE: &str = "in a step outside `parallel`";
const GROUP: &str =
    "put the step into a `parallel` group, or say what holds without one: `${BITBUCKET_PARALLEL_STEP:-0}`";

/// Tells of what commands use that their step does not have.
pub(super) fn check(flow: &Flow<'_>, told: &mut Told, out: &mut Findings<'_>) {
    for (site, items) in flow.scripts() {
        if site.step.runs_on_windows() {
            continue;
        }
        let naming: Vec<&str> =
            items.iter().filter_map(ScriptItem::command_text).filter(|text| names_own(text)).collect();
        let texts = || naming.iter();
        for lack in LACKS.iter().filter(|lack| texts().any(|text| text.contains(lack.name))) {
            let asked = site.selector.pipeline().variables();
            let is_asked = || asked.iter().any(|variable| variable.name() == Some(lack.name));
            if (lack.has)(site, flow) || is_asked() || texts().any(|text| text.contains(&format!("{}=", lack.name))) {
                continue;
            }
            let script = (lack.name == EXIT_CODE).then(|| site.step.script());
            let mut commands = commands(script.as_deref().unwrap_or(items));
            // What compares or shows it may do so for steps that have it.
            let used =
                |text| in_command(text, |name| name == lack.name).into_iter().find(|read| read.guard == Guard::None);
            let Some((node, read)) = commands.find_map(|(node, text)| Some((node, used(text)?))) else { continue };
            let span = node.source_span(read.span);
            if told.first(span) {
                let draft = out.violated(span, format!("`${}` is empty {}", lack.name, lack.empty));
                site.tell(draft.help(lack.help));
            }
        }
    }
}
