//! Findings of which one is enough: the first of a set, and notes about one program, told once with all its places.

use std::collections::{HashMap, HashSet};

use crate::finding::{Answer, Finding, Related};
use crate::text::named;

/// Keeps of each set of findings of a rule the first. Comes after suppressions, so that what is allowed hides none of the others.
pub(super) fn first_of_sets(findings: &mut Vec<Finding>) {
    let mut told: HashSet<(&'static str, String)> = HashSet::new();
    findings.retain(|finding| finding.set.as_ref().is_none_or(|set| told.insert((finding.rule, set.clone()))));
}

/// Makes one note of the notes of a rule about one program: the first one, with the places of the others. Comes after
/// suppressions, which are about single places, and after findings are in order.
pub(super) fn gather(findings: &mut Vec<Finding>) {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut first: HashMap<(&'static str, String), usize> = HashMap::new();
    let mut calls: HashMap<usize, Vec<String>> = HashMap::new();
    let mut told: HashSet<(usize, String)> = HashSet::new();
    for finding in findings.drain(..) {
        let subject = finding.subject.as_ref().filter(|_| finding.answer == Answer::CannotTell);
        let Some(subject) = subject else {
            kept.push(finding);
            continue;
        };
        let at = *first.entry((finding.rule, subject.program.clone())).or_insert(kept.len());
        let calls = calls.entry(at).or_default();
        if told.insert((at, subject.call.clone())) {
            calls.push(subject.call.clone());
        }
        match kept.get_mut(at) {
            Some(known) => {
                known.related.push(Related { message: format!("`{}`", subject.call), span: finding.span });
                known.related.extend(finding.related);
            }
            None => kept.push(finding),
        }
    }
    for (at, calls) in calls {
        if let [first, others @ ..] = calls.as_slice()
            && !others.is_empty()
            && let Some(finding) = kept.get_mut(at)
        {
            let all: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
            finding.message = finding.message.replacen(&format!("`{first}` is"), &format!("{} are", named(&all)), 1);
            finding.message = finding.message.replacen("its effects", "their effects", 1);
        }
    }
    *findings = kept;
}

#[cfg(test)]
mod tests {
    use crate::check::Checker;
    use crate::settings::Settings;

    /// Messages of the notes on scripts, each with the lines of its places.
    fn notes(script: &str) -> Vec<(String, Vec<usize>)> {
        let text = format!("image: a:1\npipelines:\n  default:\n    - step:\n        script:\n{script}");
        let checked = Checker::new(Settings::default()).check(text);
        let scripts = checked.findings.iter().filter(|finding| finding.rule == "visible-script");
        scripts
            .map(|note| {
                let places = std::iter::once(note.span).chain(note.related.iter().map(|related| related.span));
                let lines = places.map(|span| checked.document.position(span.start).line);
                (note.message.clone(), lines.collect())
            })
            .collect()
    }

    #[test]
    fn one_program_is_told_once() {
        let line = |call: &str| format!("          - {call}\n");
        let all = |calls: &[&str]| notes(&calls.iter().map(|call| line(call)).collect::<String>());
        assert_eq!(
            all(&["./lint.sh a", "npm run x", "./lint.sh b", "npm run x", "npm run y"]),
            [
                ("`./lint.sh` is not at hand, so its effects are unknown".to_owned(), vec![6, 8]),
                (
                    "`npm run x` and `npm run y` are not at hand, so their effects are unknown".to_owned(),
                    vec![7, 9, 10]
                ),
            ]
        );
        let many = all(&["npm run a", "npm run b", "npm run c", "npm run d", "npm run e"]);
        assert_eq!(
            many[0].0,
            "`npm run a`, `npm run b`, `npm run c` and 2 more are not at hand, so their effects are unknown"
        );
    }

    #[test]
    fn a_place_that_is_allowed_is_none_of_them() {
        let allowed =
            "          # pipewright: allow visible-script -- known\n          - ./lint.sh\n          - ./lint.sh\n";
        assert_eq!(notes(allowed), [("`./lint.sh` is not at hand, so its effects are unknown".to_owned(), vec![8])]);
    }
}
