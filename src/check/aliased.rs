//! The aliases by which a pipeline reaches the place of a finding.

use std::collections::{HashMap, HashSet};

use crate::finding::{Finding, Related};
use crate::pipeline::File;
use crate::yaml::{Document, Span};

/// How many aliases of one pipeline are looked at, and how many of a finding are named.
const MOST: usize = 1_000;
const NAMED: usize = 3;

/// An alias, and what it names.
#[derive(Clone, Copy)]
struct Alias {
    span: Span,
    target: Span,
    /// The place, among those that a pipeline reaches, of the one in whose node it stands.
    within: Option<usize>,
}

/// The aliases that lead from the pipelines of a file to places.
pub(super) struct Ways {
    aliases: Vec<Alias>,
    /// The body of each pipeline, by its place.
    bodies: HashMap<String, Span>,
    /// The aliases that each pipeline reaches, as far as it was asked for.
    reached: HashMap<String, Vec<Alias>>,
}

impl Ways {
    /// The ways of a document; `None` where it has no alias or no readable pipelines.
    pub(super) fn of(document: &Document) -> Option<Self> {
        // In the order of the text.
        let aliases: Vec<Alias> =
            document.aliases().map(|(span, target)| Alias { span, target: target.span(), within: None }).collect();
        if aliases.is_empty() {
            return None;
        }
        let file = File::new(document)?;
        let bodies = file.selectors().iter().map(|selector| (selector.place(), selector.body.place())).collect();
        Some(Self { aliases, bodies, reached: HashMap::new() })
    }

    /// The ways to the place of a finding from the pipelines in its trace: the aliases of each, from the one in the pipeline itself
    /// on; none of them where the place stands in the pipeline. Each has at most `most` aliases.
    pub(super) fn to(&mut self, finding: &Finding, most: usize) -> Vec<Vec<Span>> {
        let mut ways = Vec::new();
        for place in finding.trace.iter().filter_map(|line| pipeline(line)) {
            let Some(body) = self.bodies.get(&place) else { continue };
            if body.contains(finding.span.start) {
                ways.push(Vec::new());
            }
            let own = self.reached.entry(place).or_insert_with(|| reach(&self.aliases, *body));
            for alias in own.iter().filter(|alias| alias.target.contains(finding.span.start)) {
                let way = std::iter::successors(Some(alias), |alias| own.get(alias.within?)).take(most);
                let mut way: Vec<Span> = way.map(|alias| alias.span).collect();
                way.reverse();
                ways.push(way);
            }
        }
        ways
    }
}

/// Adds to each finding that a pipeline has through an alias where that stands.
pub(super) fn name_aliases(document: &Document, findings: &mut [Finding]) {
    let Some(mut ways) = Ways::of(document) else { return };
    for finding in findings {
        let mut left = NAMED;
        for span in ways.to(finding, NAMED).into_iter().flatten() {
            let known = finding.related.iter().any(|related| related.span == span);
            if left > 0 && !known {
                let name = document.slice(span).trim_end();
                finding.related.push(Related { span, message: format!("used here as `{name}`") });
                left -= 1;
            }
        }
    }
}

/// The pipeline that a line of a trace names.
fn pipeline(line: &str) -> Option<String> {
    match line.strip_prefix("child pipeline ") {
        Some(child) => Some(format!("pipelines.{child}")),
        None => line.starts_with("pipelines.").then(|| line.to_owned()),
    }
}

/// The aliases in a pipeline, and those in what they name.
fn reach(aliases: &[Alias], body: Span) -> Vec<Alias> {
    let mut found: Vec<Alias> = Vec::new();
    let mut seen: HashSet<Span> = HashSet::new();
    let mut regions = vec![(body, None)];
    while let Some((region, within)) = regions.pop() {
        let from = aliases.partition_point(|alias| alias.span.start < region.start);
        for alias in aliases.iter().skip(from).take_while(|alias| alias.span.start < region.end.max(region.start + 1)) {
            if found.len() >= MOST {
                return found;
            }
            if seen.insert(alias.span) {
                regions.push((alias.target, Some(found.len())));
                found.push(Alias { within, ..*alias });
            }
        }
    }
    found
}
