//! `human`: findings as a compiler tells them, and a last line that sums up.

use std::io::{self, Write};

use super::excerpt::{Secrets, excerpt, gutter};
use super::model::{allowed_words, trace};
use super::{Counts, FileReport, Links, Look, Report, visible};
use crate::finding::{Finding, Layer, Severity, Verdict};
use crate::pipeline::{File, Pattern, Section};
use crate::settings::TagPrefixes;
use crate::text::counted;

/// Writes the report for people.
pub fn human(report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        if let Some(line) = other_workflow(file, &report.settings.tags) {
            let (path, what) = (visible(file.path), look.bold("follows another workflow than the delivery policy"));
            writeln!(out, "{path} {what}: {line}\n")?;
        }
        let secrets = Secrets::of(file);
        for one in file.findings {
            told(file, &secrets, one, &report.links, look, out)?;
            writeln!(out)?;
        }
        for (layers, reason) in file.skipped_layers() {
            let what = format!("the {layers} did not run");
            writeln!(out, "{}: {}: {}\n", visible(file.path), look.bold(&what), visible(reason))?;
        }
    }
    summary(report, look, out)
}

/// Writes one finding with its excerpt, its trace and its help.
pub fn finding(file: &FileReport<'_>, finding: &Finding, look: Look, out: &mut dyn Write) -> io::Result<()> {
    told(file, &Secrets::of(file), finding, &Links::default(), look, out)
}

fn told(
    file: &FileReport<'_>,
    secrets: &Secrets,
    finding: &Finding,
    links: &Links,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let at = file.document.position(finding.span.start);
    let gutter = gutter(file, finding);
    let head = format!("{}[{}]", finding.severity.word(), links.rule(finding.rule));
    // A link in the head takes no columns, so its words are counted.
    let column = finding.severity.word().len() + finding.rule.len() + 2;
    let message = look.fold(&format!(": {}", visible(&finding.message)), column, HANG);
    writeln!(out, "{}{}", look.severity(finding.severity, &head), look.bold(&message))?;
    let arrow = look.gutter("-->");
    let place = links.place(file.path, format!("{}:{}:{}", visible(file.path), at.line, at.column));
    writeln!(out, "{:gutter$}{arrow} {place}", "")?;
    excerpt(file, secrets, finding, gutter, look, out)?;
    let lines = [("trace", trace(finding)), ("help", finding.help.clone())];
    for (word, text) in lines.into_iter().filter_map(|(word, text)| Some((word, text?))) {
        let indent = gutter + word.len() + 5;
        // A name in it may have a line break, and begin a line that a CI takes for a command.
        let text = look.fold(&visible(&text), indent, indent);
        writeln!(out, "{:gutter$} {} {}: {text}", "", look.gutter("="), look.bold(word))?;
    }
    Ok(())
}

/// Where a message goes on that is broken.
const HANG: usize = 4;

/// Findings of the policy layer that are worth a word before they come.
const MANY: usize = 4;

/// Rules of the policy that are not about a workflow: with the others left out, they would be missed.
const ANY_WORKFLOW: [&str; 4] = ["no-inline-secret", "pinned-image", "pinned-pipe", "visible-script"];

/// Many policy findings on a file that was never meant to follow the policy say little one by one, so this is told
/// first: no pipeline is for one of its tags, most of the flow is missing, and the policy's findings are many.
fn other_workflow(file: &FileReport<'_>, tags: &TagPrefixes) -> Option<String> {
    let (of_any, of_flow): (Vec<&Finding>, Vec<&Finding>) = file
        .findings
        .iter()
        .filter(|finding| finding.layer == Layer::Policy)
        .partition(|finding| ANY_WORKFLOW.contains(&finding.rule));
    let policy = of_flow.len();
    let errors = |rule: &str| {
        let of = |finding: &&Finding| finding.rule == rule && finding.severity == Severity::Error;
        file.findings.iter().filter(of).count()
    };
    if policy < MANY || errors("release-flow") < 2 || has_tag_of(file, tags) {
        return None;
    }
    let mut rules: Vec<String> = of_any.iter().map(|finding| format!("`{}`", finding.rule)).collect();
    rules.sort();
    rules.dedup();
    let with_them = match rules.as_slice() {
        [] => String::new(),
        [one] => format!("; {one}, which is about any workflow, stays on where `rules` gives it a severity"),
        [most @ .., last] => {
            let most = most.join(", ");
            format!("; {most} and {last}, which are about any workflow, stay on where `rules` gives them a severity")
        }
    };
    let all = counted(file.findings.len(), "finding");
    Some(format!(
        "{policy} of {all} come from it; `--layer syntax,schema,semantic` or `policy: none` in pipewright.yaml leaves the \
         policy out{with_them}"
    ))
}

/// Whether a pipeline is selected by a tag of the policy's.
fn has_tag_of(file: &FileReport<'_>, tags: &TagPrefixes) -> bool {
    let selectors = File::new(file.document).map(|file| file.selectors_in(Section::Tags)).unwrap_or_default();
    let begins = |text: &str| text.starts_with(&tags.candidate) || text.starts_with(&tags.release);
    selectors.iter().any(|one| Pattern::new(one.name()).alternatives().iter().any(|other| begins(&other.text)))
}

/// Writes the last line.
fn summary(report: &Report<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    // What a comment allows is none of the findings, and not nothing.
    let allowed = allowed_words(&report.files).map(|words| format!("; {words}")).unwrap_or_default();
    match report.files.as_slice() {
        [] => Ok(()),
        [file] => {
            let verdict = look.bold(file.verdict.word());
            writeln!(out, "{verdict}: {}: {}{allowed}", visible(file.path), words(counts, report.hidden))
        }
        files => {
            let of = |verdict| files.iter().filter(|file| file.verdict == verdict).count();
            let verdicts = [Verdict::Accepted, Verdict::Refused, Verdict::Incomplete];
            let verdicts: Vec<String> = verdicts
                .into_iter()
                .filter(|verdict| of(*verdict) > 0)
                .map(|verdict| format!("{} {}", of(verdict), verdict.word()))
                .collect();
            let files = look.bold(&counted(files.len(), "file"));
            writeln!(out, "{files}: {}: {}{allowed}", verdicts.join(", "), words(counts, report.hidden))
        }
    }
}

/// The findings in words: what is not shown is not nothing.
fn words(counts: Counts, hidden: usize) -> String {
    let not_shown = format!("{} hidden by `--severity`", counted(hidden, "finding"));
    match (counts.total(), hidden) {
        (_, 0) => counts.words(),
        (0, _) => not_shown,
        _ => format!("{}, and {not_shown}", counts.words()),
    }
}
