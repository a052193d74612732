//! Which of several candidates is meant as the file.

use super::candidate::{Candidate, FlawKind, Shape};

/// The candidate that counts for a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// No YAML of a pipeline file.
    Nothing,
    /// Fragments only; the index of the last one.
    Fragment(usize),
    /// A whole file at this index; `reason` says why this one when there were several.
    File {
        /// The index.
        index: usize,
        /// Why this one: a lower-case fragment.
        reason: Option<String>,
    },
    /// A file that may not be taken, at this index: see its flaws.
    Flawed(usize),
}

/// Chooses by rule. The end of a reply that is cut off inside a file is that file. Otherwise a file without flaws goes
/// before one with flaws (a file and then an excerpt with "rest unchanged"), one that is named
/// `bitbucket-pipelines.yml` before one with no name, and that before one with another name; the last one of these.
pub fn choose(candidates: &[Candidate]) -> Choice {
    let files = || candidates.iter().enumerate().filter(|(_, candidate)| candidate.shape == Shape::File);
    let Some((last, candidate)) = files().next_back() else {
        return match candidates.len() {
            0 => Choice::Nothing,
            count => Choice::Fragment(count - 1),
        };
    };
    if candidate.flaws.iter().any(|flaw| flaw.kind == FlawKind::CutOff) {
        return Choice::Flawed(last);
    }
    let rank = |candidate: &Candidate| match () {
        () if candidate.is_named_ours() => 2,
        () if candidate.is_named_otherwise() => 0,
        () => 1,
    };
    let best = files().filter(|(_, candidate)| candidate.is_whole()).max_by_key(|(index, c)| (rank(c), *index));
    let Some((index, chosen)) = best else { return Choice::Flawed(last) };
    let count = files().count();
    let reason = (count > 1).then(|| {
        let why = match rank(chosen) {
            2 if files().any(|(other, c)| other != index && rank(c) < 2) => {
                "the one that is named as the pipeline file"
            }
            _ if files().any(|(other, c)| other > index && !c.is_whole()) => "the last one that leaves nothing out",
            _ => "the last one",
        };
        format!("{count} files in the reply; the one at line {} counts, {why}", chosen.line)
    });
    let name = chosen.name.as_deref().filter(|_| chosen.is_named_otherwise());
    let named = name.map(|name| format!("it is named `{name}` there, and taken as the pipeline file"));
    let reasons: Vec<String> = reason.into_iter().chain(named).collect();
    let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
    Choice::File { index, reason }
}
