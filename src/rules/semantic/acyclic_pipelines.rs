//! `acyclic-pipelines`: no custom pipeline leads back to itself by child steps.

use std::collections::HashMap;

use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Section;
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta =
    meta!("acyclic-pipelines", Error, "a custom pipeline starts itself, straight or through others");

pub(super) struct AcyclicPipelines;

impl Rule for AcyclicPipelines {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let customs = flow.file.selectors_in(Section::Custom);
        let index: HashMap<&str, usize> = customs.iter().enumerate().map(|(at, one)| (one.name(), at)).collect();
        let children: Vec<Vec<(Node<'_>, usize)>> = customs
            .iter()
            .map(|one| {
                let steps = one.pipeline().steps();
                let named = steps.iter().filter_map(|step| step.child());
                named.filter_map(|child| Some((child, *index.get(child.text()?)?))).collect()
            })
            .collect();
        let mut state = vec![State::New; customs.len()];
        for start in 0..customs.len() {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.last_mut() {
                let Some(&(child, target)) = children[*at].get(*next) else {
                    state[*at] = State::Done;
                    path.pop();
                    continue;
                };
                *next += 1;
                let from = customs[*at].name();
                match state[target] {
                    State::Done => {}
                    State::New => {
                        state[target] = State::Open;
                        path.push((target, 0));
                    }
                    State::Open => {
                        let name = customs[target].name();
                        let message = if name == from {
                            format!("`{name}` starts itself")
                        } else {
                            format!("`{from}` leads back to `{name}`, which started it")
                        };
                        out.violated(child.span(), message)
                            .help("start another pipeline, or none")
                            .related(customs[target].key.span(), format!("`{name}` begins here"));
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}
