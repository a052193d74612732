//! `cloned-history`: a command finds in the clone what it needs.

use super::needed_files;
use super::site::Told;
use crate::effect::GitCall;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{File, ScriptItem, Step};
use crate::plan::EventKind;
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta = meta!("cloned-history", Warning, "a command needs more of the repository than the step clones");

/// Subcommands that do nothing outside a repository.
const NEED_A_REPOSITORY: [&str; 19] = [
    "describe",
    "log",
    "diff",
    "show",
    "rev-parse",
    "rev-list",
    "merge-base",
    "merge",
    "status",
    "commit",
    "add",
    "push",
    "pull",
    "fetch",
    "tag",
    "branch",
    "blame",
    "checkout",
    "switch",
];

/// A longer history has its tags, mostly.
const SHORT: u64 = 100;

/// Subcommands that bring a repository, or more of it.
const BRING: [&str; 5] = ["clone", "init", "fetch", "pull", "submodule"];

pub(super) struct ClonedHistory;

/// What a step's `clone` leaves away.
enum Missing<'d> {
    /// All: `enabled: false`.
    Everything(Node<'d>),
    /// What is older than so many commits.
    Older(Node<'d>),
}

impl Rule for ClonedHistory {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for plan in flow.all_plans() {
            for step in &plan.steps {
                let Some(missing) = missing(&step.step, &flow.file) else { continue };
                if let Missing::Everything(node) = missing
                    && let Some((command, span)) = needed_files::first_need(plan, step)
                    && told.first(span)
                {
                    out.violated(span, format!("`{command}` needs files of the repository, and the step clones none"))
                        .related(node.span(), "this is what it clones")
                        .trace(plan.trace(step))
                        .help("remove `enabled: false`, or hand the files on as artifacts of an earlier step");
                }
                // What is not followed may clone.
                if !step.found.unread.is_empty() || step.has_opaque() {
                    continue;
                }
                // Its own tag stands on the commit of a tag's run, and where branches are merged for the run no depth counts.
                let merges = matches!(plan.event.kind, EventKind::PullRequest | EventKind::MergeQueue);
                let whole = plan.is_tag() || merges;
                if whole && matches!(missing, Missing::Older(_))
                    || matches!(missing, Missing::Everything(_)) && goes_elsewhere(&step.step)
                {
                    continue;
                }
                for call in &step.found.git {
                    let asks = subcommand(call).unwrap_or("");
                    // Its own commit stands before those that it cloned.
                    if asks == "commit" {
                        break;
                    }
                    if call.words.iter().any(|word| word.as_literal() == Some("fetch")) {
                        break;
                    }
                    if call.elsewhere || is_guarded(call) {
                        continue;
                    }
                    // From here on the script sees to what it needs.
                    if BRING.contains(&asks) && !matches!(asks, "fetch" | "pull") {
                        break;
                    }
                    let (node, message, help) = match &missing {
                        Missing::Everything(node) if NEED_A_REPOSITORY.contains(&asks) => (
                            node,
                            format!("`git {asks}` has no repository: the step does not clone it"),
                            "remove `enabled: false`, or clone what the command is about",
                        ),
                        Missing::Older(_) if BRING.contains(&asks) => break,
                        Missing::Older(node) if looks_back(asks, call) || goes_back(call, *node) => (
                            node,
                            format!("`git {asks}` may look for older commits than the step clones"),
                            "set `depth: full`, or fetch what is missing first: `git fetch --unshallow --tags`",
                        ),
                        _ => continue,
                    };
                    if told.first(call.site.span()) {
                        out.violated(call.site.span(), message)
                            .related(node.span(), "this is what it clones")
                            .trace(plan.trace(step))
                            .help(help);
                    }
                }
            }
        }
    }
}

/// What the clone leaves away: that of the step, else that of the whole file.
fn missing<'d>(step: &Step<'d>, file: &File<'d>) -> Option<Missing<'d>> {
    let clone = step.get("clone").or_else(|| file.root().get("clone"))?;
    if let Some(enabled) = clone.get("enabled").filter(|enabled| enabled.text() == Some("false")) {
        return Some(Missing::Everything(enabled));
    }
    let depth = clone.get("depth")?;
    depth.text()?.parse::<u64>().is_ok_and(|depth| depth <= SHORT).then_some(Missing::Older(depth))
}

/// What git is asked for; nothing where it is asked of another repository.
fn subcommand<'c>(call: &'c GitCall<'_>) -> Option<&'c str> {
    let mut words = call.words.iter().map(|word| word.as_literal());
    loop {
        match words.next()?? {
            "-C" | "--git-dir" | "--work-tree" => return None,
            "-c" => drop(words.next()),
            flag if flag.starts_with("--git-dir=") || flag.starts_with("--work-tree=") => return None,
            flag if flag.starts_with('-') => {}
            asks => return Some(asks),
        }
    }
}

/// Whether a step may leave the folder into which nothing was cloned, or bring a repository in another way.
fn goes_elsewhere(step: &Step<'_>) -> bool {
    let words = ["cd ", "pushd ", "tar ", "unzip ", "GIT_DIR", "docker ", "curl ", "wget ", "--no-index", "gh "];
    let script = step.script();
    script.iter().filter_map(ScriptItem::command_text).any(|text| words.iter().any(|word| text.contains(word)))
}

/// Whether what it prints or complains of is minded by the script.
fn is_guarded(call: &GitCall<'_>) -> bool {
    let text = call.site.node.text().unwrap_or("");
    text.contains("||") || text.contains("2>")
}

/// Whether it names a commit that is further back than the depth, or where two branches part: `HEAD~3`, `origin/main...HEAD`.
fn goes_back(call: &GitCall<'_>, depth: Node<'_>) -> bool {
    let Some(depth) = depth.text().and_then(|text| text.parse::<u64>().ok()) else { return false };
    let words = call.words.iter().filter_map(|word| word.as_literal());
    words.into_iter().any(|word| {
        let parts =
            word.split_once("...").is_some_and(|(from, to)| from.contains('/') && (to.is_empty() || to == "HEAD"));
        parts || word.split("..").filter_map(behind_head).any(|back| back >= depth)
    })
}

/// How many commits behind the last one a name is: `HEAD~3` three, `HEAD^` one.
fn behind_head(name: &str) -> Option<u64> {
    let mut rest = name.strip_prefix("HEAD")?.split(':').next()?;
    let mut back: u64 = 0;
    while let Some(sign) = rest.chars().next() {
        let after = rest.get(1..)?;
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, behind) = after.split_at_checked(digits)?;
        match sign {
            '~' if count.is_empty() => back = back.saturating_add(1),
            '~' => back = back.saturating_add(count.parse().ok()?),
            // `^2` is the second parent.
            '^' if count != "0" => back = back.saturating_add(1),
            _ => return None,
        }
        rest = behind;
    }
    Some(back)
}

/// Whether it goes back through the commits to one that may be any number of them away.
fn looks_back(asks: &str, call: &GitCall<'_>) -> bool {
    let has = |flag: &str| call.words.iter().any(|word| word.as_literal() == Some(flag));
    match asks {
        // `--always` has an answer where no tag is found; a tag on the commit itself is always there.
        "describe" => !has("--always") && !has("--exact-match") && !has("--all"),
        "merge-base" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::behind_head;

    #[test]
    fn a_name_says_how_far_back_it_is() {
        for (name, back) in
            [("HEAD", 0), ("HEAD~1", 1), ("HEAD^", 1), ("HEAD~2^", 3), ("HEAD^^", 2), ("HEAD~5:a.txt", 5)]
        {
            assert_eq!(behind_head(name), Some(back), "{name}");
        }
        for none in ["main", "HEAD@{1}", "HEADS", "v1"] {
            assert_eq!(behind_head(none), None, "{none}");
        }
    }
}
