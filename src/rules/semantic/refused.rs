//! What the schema refuses is unknown, and not absent: a name in a map that stands elsewhere is defined as soon as the map is
//! where it belongs, and a key that is spelt otherwise may be the one that is asked for.

use std::cell::LazyCell;
use std::collections::HashSet;

use crate::pipeline::{File, Step};
use crate::schema::spelt_like;
use crate::yaml::{Entry, Node, Problem, ProblemKind};

/// Whether a name is this keyword, or a slip of it.
fn is_like(name: &str, keyword: &str) -> bool {
    name == keyword || name.len().abs_diff(keyword.len()) < 3 && spelt_like(name, &[keyword]).is_some()
}

/// How many slips of one keyword are looked at in a map: nobody makes more, and a hostile file could.
const SLIPS: usize = 3;

/// The values of a map's keys that are this keyword or slips of it.
fn alike<'d>(map: Node<'d>, keyword: &'static str) -> impl Iterator<Item = Node<'d>> {
    let slips = map.entries().filter(move |entry| entry.name() != keyword && is_like(entry.name(), keyword));
    map.get(keyword).into_iter().chain(slips.take(SLIPS).map(|entry| entry.value))
}

/// Whether a map has, in the place of a key, one that is spelt almost so.
pub(super) fn misspells(map: Node<'_>, key: &'static str) -> bool {
    map.get(key).is_none() && alike(map, key).next().is_some()
}

/// The names that stand below a keyword of `definitions`, or of `pipelines`, wherever such a map is: at the top of the file, in the
/// other of the two, as a list, under a slip of the keyword, or beside it where it is empty. Gathered when the first is asked for,
/// which is seldom: most names are defined.
pub(super) fn names<'f, 'd>(
    file: &'f File<'d>,
    keyword: &'static str,
) -> LazyCell<Names<'d>, impl FnOnce() -> Names<'d> + use<'f, 'd>> {
    LazyCell::new(move || Names { known: gathered(file, keyword), open: is_open(file, keyword) })
}

/// Names that may be defined.
pub(super) struct Names<'d> {
    known: HashSet<&'d str>,
    /// Whether an alias that names nothing stands where they are defined: it may bring any name.
    open: bool,
}

impl Names<'_> {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.open || self.known.contains(name)
    }
}

/// Whether something is left out of the map below a keyword of `definitions`, or of `definitions` itself, as an alias names nothing.
fn is_open(file: &File<'_>, keyword: &str) -> bool {
    let document = file.root().document();
    let unknown = |problem: &&Problem| {
        matches!(problem.kind, ProblemKind::UndefinedAlias | ProblemKind::RecursiveAlias | ProblemKind::BadMerge)
    };
    let mut problems = document.problems().iter().filter(unknown).map(|problem| problem.span.start).peekable();
    let within = |entry: &Entry<'_>, at: usize| (entry.key.span().start..=entry.value.span().end).contains(&at);
    let Some(definitions) = file.root().entry("definitions").filter(|_| problems.peek().is_some()) else {
        return false;
    };
    problems.any(|at| {
        let mut inner = definitions.value.entries().filter(|entry| within(entry, at));
        within(&definitions, at) && inner.next().is_none_or(|entry| entry.name() == keyword)
    })
}

fn gathered<'d>(file: &File<'d>, keyword: &'static str) -> HashSet<&'d str> {
    let root = file.root();
    let pipelines: Vec<Node<'d>> = alike(root, "pipelines").collect();
    let inner = pipelines.iter().flat_map(|node| alike(*node, "definitions"));
    let definitions: Vec<Node<'d>> = alike(root, "definitions").chain(inner).collect();
    let mut found = HashSet::new();
    for around in [root].iter().chain(&pipelines).chain(&definitions) {
        for map in alike(*around, keyword) {
            found.extend(map.entries().map(|entry| entry.name()));
            for item in map.items() {
                found.extend(item.text());
                found.extend(item.entries().map(|entry| entry.name()));
                found.extend(item.get("name").and_then(|name| name.text()));
            }
            if map.is_null() && around.id() != root.id() {
                found.extend(around.entries().map(|entry| entry.name()));
            }
        }
    }
    found
}

/// Which steps ask for docker in a way that is refused, and so may be meant to have it.
pub(super) struct MeantDocker<'d> {
    /// Whether the file does so for all of them.
    everywhere: bool,
    /// The services that may be daemons.
    services: HashSet<&'d str>,
}

impl<'d> MeantDocker<'d> {
    pub(super) fn of(file: &File<'d>) -> Self {
        let everywhere = switches(file.root()) || alike(file.root(), "options").any(switches);
        // Of another type than `docker`: which one is not known.
        let typed = |node: Node<'_>| node.get("type").is_some() || misspells(node, "type");
        let services = file.definitions().services();
        let services = services.iter().filter(|service| service.is_docker() || typed(service.node));
        Self { everywhere, services: services.map(|service| service.name()).collect() }
    }

    /// Whether a step may be meant to have it.
    pub(super) fn may_have(&self, step: &Step<'_>) -> bool {
        let node = step.node();
        let asks = |name: &str| self.services.contains(name) || is_like(name, "docker");
        let of_item = |item: Node<'_>| item.text().is_some_and(asks) || item.entries().any(|entry| asks(entry.name()));
        let names = |list: Node<'_>| of_item(list) || list.items().any(of_item);
        self.everywhere
            || switches(node)
            || alike(node, "options").any(switches)
            || alike(node, "services").any(names)
            || misspells(node, "runs-on")
    }
}

/// Whether a map has a switch for docker that is not simply off.
fn switches(map: Node<'_>) -> bool {
    alike(map, "docker").any(|docker| docker.boolean() != Some(false))
}

/// Whether the runtime of a step is asked for in a way that is refused.
pub(super) fn hides_runtime(step: &Step<'_>, file: &File<'_>) -> bool {
    if misspells(step.node(), "runtime")
        || file.root().get("options").is_some_and(|options| misspells(options, "runtime"))
    {
        return true;
    }
    let Some(runtime) = step.get("runtime").or_else(|| file.option("runtime")) else { return false };
    match runtime.get("cloud") {
        Some(cloud) => !cloud.is_mapping() || misspells(cloud, "version"),
        None => !runtime.is_mapping() || misspells(runtime, "cloud") || runtime.get("version").is_some(),
    }
}
