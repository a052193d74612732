//! What is wrong in one case and used by another, by an alias or a merge key: nobody knows what is meant there either.

use crate::engine::written::Wrong;
use crate::yaml::{Document, Entry, Node, Span};

/// Whether a place lies within another.
pub(super) fn is_within(place: Span, around: Span) -> bool {
    around.start <= place.start && place.end <= around.end
}

/// What is wrong in what a node uses and has not written in it, told where the node uses it.
pub(super) fn used(document: &Document, node: Node<'_>, problems: &[Wrong]) -> Vec<Wrong> {
    let elsewhere = problems.iter().filter(|(place, _)| !is_within(*place, node.span()));
    // Most of what is wrong stands where no alias leads.
    let named = elsewhere.filter(|(place, _)| document.aliases().any(|(_, target)| is_within(*place, target.span())));
    let told = named.filter_map(|(place, message)| {
        let used = below(document, node, *place)?;
        let line = document.position(place.start).line;
        Some((used, format!("`{}` brings what is wrong on line {line}: {message}", document.slice(used))))
    });
    told.collect()
}

/// Where something below a node leads to a place that is written elsewhere.
fn below(document: &Document, node: Node<'_>, place: Span) -> Option<Span> {
    let through = |child: Node<'_>, merged: Option<Span>| {
        let used = merged.or(child.alias());
        let here = used.filter(|_| is_within(place, child.span()));
        here.or_else(|| below(document, child, place).map(|found| used.unwrap_or(found)))
    };
    let of_entry = |entry: Entry<'_>| through(entry.key, entry.merged).or_else(|| through(entry.value, entry.merged));
    let in_entries = node.entries().find_map(of_entry);
    let in_items = || node.items().find_map(|item| through(item, None));
    in_entries.or_else(in_items).or_else(|| merged(document, node, place))
}

/// The source of a merge key in which something is wrong with the keys themselves, unless the map has that key of its own.
fn merged(document: &Document, node: Node<'_>, place: Span) -> Option<Span> {
    let name = document.slice(place);
    if node.entry(name).is_some_and(|entry| entry.merged.is_none()) {
        return None;
    }
    let mut sources: Vec<Span> = node.entries().filter_map(|entry| entry.merged).collect();
    sources.dedup();
    let of_keys = |map: Node<'_>| {
        is_within(place, map.span()) && !map.entries().any(|entry| is_within(place, entry.value.place()))
    };
    sources.into_iter().find(|source| {
        let map = document.aliases().find(|(alias, _)| alias == source).map(|(_, map)| map);
        map.is_some_and(|map| of_keys(map) || merged(document, map, place).is_some())
    })
}
