//! `final-last`: a pipeline has at most one final step, at its end.

use super::site::{Told, head};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Item;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("final-last", Error, "a final step is not the last item, or not the only one");

pub(super) struct FinalLast;

impl Rule for FinalLast {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let items: Vec<_> = selector.pipeline().items().collect();
            let finals = items.iter().filter(|item| matches!(item, Item::Final(_))).count();
            let mut seen = false;
            for (at, item) in items.iter().enumerate() {
                let Item::Final(step) = item else { continue };
                let last = items[at + 1..].iter().all(|item| matches!(item, Item::Final(_)));
                let message = match (seen, last) {
                    (true, _) => "a pipeline has one final step, and this is another",
                    (false, false) => "a final step runs last, and other items stand after it",
                    (false, true) => "",
                };
                seen = true;
                let span = head(step.item());
                if !message.is_empty() && told.first(span) {
                    out.violated(span, message)
                        .help(match finals {
                            1 => "move it to the end of the list",
                            _ => "join the final steps into one, at the end of the list",
                        })
                        .trace([selector.place()])
                        .through(step.item());
                }
            }
        }
    }
}
