//! What is wrong in one case and used by another, by an alias or a merge key: nobody knows what is meant there either.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::engine::written::Wrong;
use crate::yaml::{Document, Node, NodeId, Span};

/// How many mistakes are told of one alias; the others are told where they stand.
const MOST: usize = 5;

/// Whether a place lies within another.
fn is_within(place: Span, around: Span) -> bool {
    around.start <= place.start && place.end <= around.end
}

/// Places of which none lies within another, in the order of the text.
pub(super) struct Apart(Vec<Span>);

impl Apart {
    pub(super) fn new(places: impl Iterator<Item = Span>) -> Self {
        let mut places: Vec<Span> = places.collect();
        places.sort_unstable_by_key(|place| (place.start, Reverse(place.end)));
        places.dedup_by(|inner, outer| is_within(*inner, *outer));
        Self(places)
    }

    /// Whether a place lies within one of them.
    pub(super) fn hold(&self, place: Span) -> bool {
        let after = self.0.partition_point(|one| one.start <= place.start);
        after.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|one| is_within(place, *one))
    }
}

/// What is wrong within a place, of what is in the order of the text.
pub(super) fn within(problems: &[Wrong], around: Span) -> impl Iterator<Item = &Wrong> {
    let from = problems.partition_point(|(place, _)| place.start < around.start);
    let rest = problems.get(from..).unwrap_or_default();
    let begins = move |(place, _): &&Wrong| place.start <= around.end;
    rest.iter().take_while(begins).filter(move |(place, _)| is_within(*place, around))
}

/// What is wrong where an alias leads.
pub(super) struct Aliased<'d> {
    document: &'d Document,
    problems: Vec<Wrong>,
    /// What the aliases name.
    named: HashMap<Span, Node<'d>>,
}

impl<'d> Aliased<'d> {
    /// Of all that is wrong with a document, in the order of the text.
    pub(super) fn new(document: &'d Document, problems: &[Wrong]) -> Self {
        let named: HashMap<Span, Node<'d>> =
            if problems.is_empty() { HashMap::new() } else { document.aliases().collect() };
        let targets = Apart::new(named.values().map(Node::span));
        // Most of what is wrong stands where no alias leads.
        let problems = problems.iter().filter(|(place, _)| targets.hold(*place)).cloned().collect();
        Self { document, problems, named }
    }

    /// What is wrong in what a node uses and has not written in it, told where the node uses it.
    pub(super) fn used(&self, node: Node<'d>) -> Vec<Wrong> {
        if self.problems.is_empty() {
            return Vec::new();
        }
        let mut walk =
            Walk { of: self, node: node.span(), walked: HashSet::new(), found: BTreeMap::new(), told: HashMap::new() };
        walk.below(node, None);
        let told = walk.found.into_iter().map(|(place, (used, message))| {
            let line = self.document.position(place.start).line;
            (used, format!("`{}` brings what is wrong on line {line}: {message}", self.document.slice(used)))
        });
        told.collect()
    }
}

/// The way through all that a node uses, each part of it once.
struct Walk<'w, 'd> {
    of: &'w Aliased<'d>,
    /// Where the node is written.
    node: Span,
    walked: HashSet<NodeId>,
    /// What was found, by its place: where it is used, and what it is.
    found: BTreeMap<Span, (Span, &'w str)>,
    /// How many were found by where they are used.
    told: HashMap<Span, usize>,
}

impl<'w, 'd> Walk<'w, 'd> {
    fn is_full(&self, used: Span) -> bool {
        self.told.get(&used).is_some_and(|count| *count >= MOST)
    }

    fn find(&mut self, (place, message): &'w Wrong, used: Span) {
        if !is_within(*place, self.node) && !self.is_full(used) && !self.found.contains_key(place) {
            self.found.insert(*place, (used, message));
            *self.told.entry(used).or_default() += 1;
        }
    }

    /// Looks below a node that was come to by what is used.
    fn below(&mut self, node: Node<'d>, used: Option<Span>) {
        for entry in node.entries() {
            self.through(entry.key, entry.merged, used);
            self.through(entry.value, entry.merged, used);
        }
        for item in node.items() {
            self.through(item, None, used);
        }
        let mut sources: Vec<Span> = node.entries().filter_map(|entry| entry.merged).collect();
        sources.dedup();
        for source in sources {
            let used = used.unwrap_or(source);
            let mut hidden = vec![own_names(node)];
            self.merged(source, used, &mut hidden, &mut HashSet::new());
        }
    }

    fn through(&mut self, child: Node<'d>, merged: Option<Span>, outer: Option<Span>) {
        let own = merged.or(child.alias());
        let used = outer.or(own);
        if used.is_some_and(|used| self.is_full(used)) || !self.walked.insert(child.id()) {
            return;
        }
        if let Some(used) = used.filter(|_| own.is_some()) {
            for wrong in within(&self.of.problems, child.span()) {
                if self.is_full(used) {
                    return;
                }
                self.find(wrong, used);
            }
        }
        self.below(child, used);
    }

    /// What is wrong with the keys themselves in the source of a merge key, unless a map on the way has that key of its own.
    fn merged(&mut self, source: Span, used: Span, hidden: &mut Vec<HashSet<String>>, seen: &mut HashSet<NodeId>) {
        let Some(map) = self.of.named.get(&source).copied() else { return };
        if self.is_full(used) || !seen.insert(map.id()) {
            return;
        }
        let mut inside = within(&self.of.problems, map.span()).peekable();
        if inside.peek().is_some() {
            let values = Apart::new(map.entries().map(|entry| entry.value.place()));
            for wrong in inside {
                let name = self.of.document.slice(wrong.0);
                if !values.hold(wrong.0) && !hidden.iter().any(|names| names.contains(name)) {
                    self.find(wrong, used);
                }
            }
        }
        let mut sources: Vec<Span> = map.entries().filter_map(|entry| entry.merged).collect();
        sources.dedup();
        if !sources.is_empty() {
            hidden.push(own_names(map));
            sources.into_iter().for_each(|source| self.merged(source, used, hidden, seen));
            hidden.pop();
        }
    }
}

/// The keys that are written in a map itself.
fn own_names(map: Node<'_>) -> HashSet<String> {
    let own = map.entries().filter(|entry| entry.merged.is_none());
    own.map(|entry| entry.name().to_owned()).collect()
}
