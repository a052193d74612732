//! Names the aliases by which a pipeline reaches the place of a finding.

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

/// Adds to each finding that a pipeline has through an alias where that stands.
pub(super) fn name_aliases(document: &Document, findings: &mut [Finding]) {
    // In the order of the text.
    let aliases: Vec<Alias> =
        document.aliases().map(|(span, target)| Alias { span, target: target.span(), within: None }).collect();
    if aliases.is_empty() {
        return;
    }
    let Some(file) = File::new(document) else { return };
    let bodies: HashMap<String, Span> =
        file.selectors().iter().map(|selector| (selector.place(), selector.body.place())).collect();
    let mut reached: HashMap<String, Vec<Alias>> = HashMap::new();
    for finding in findings {
        let mut left = NAMED;
        for place in finding.trace.iter().filter_map(|line| pipeline(line)) {
            let Some(body) = bodies.get(&place) else { continue };
            let own = reached.entry(place).or_insert_with(|| reach(&aliases, *body));
            for alias in own.iter().filter(|alias| alias.target.contains(finding.span.start)) {
                // From the one in the pipeline itself on.
                let mut way: Vec<&Alias> =
                    std::iter::successors(Some(alias), |alias| own.get(alias.within?)).take(NAMED).collect();
                way.reverse();
                for alias in way {
                    let known = finding.related.iter().any(|related| related.span == alias.span);
                    if left > 0 && !known {
                        let name = document.slice(alias.span).trim_end();
                        finding.related.push(Related { span: alias.span, message: format!("used here as `{name}`") });
                        left -= 1;
                    }
                }
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
