//! A conversation as one Markdown document, to be read where Markdown is: in a pull request, in a wiki.

use std::io::{self, Write};

use super::told::{Said, Told, ToldAttempt, ToldFinding, ToldRevision};
use crate::finding::Severity;
use crate::report::visible;
use crate::session::Origin;
use crate::text::Side;

/// Writes a conversation as Markdown: each prompt quoted, each reply as it was given, each file with its verdict, its
/// findings and what changed.
pub fn markdown(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", visible(&told.title))?;
    for (label, value) in &told.facts {
        writeln!(out, "- {label}: {}", visible(value))?;
    }
    match told.stands {
        Some((number, verdict)) => writeln!(out, "- {}: {}, revision {number}", visible(&told.path), verdict.word())?,
        None => writeln!(out, "- no reply has brought a whole file")?,
    }
    if let Some(found) = &told.begun_with {
        writeln!(out, "\n## The file as it was found\n")?;
        revision(found, &told.path, true, out)?;
    }
    for turn in &told.turns {
        let id = turn.id.as_ref().map_or(String::new(), |id| format!(": {}", visible(id)));
        writeln!(out, "\n## Turn {}{id}", turn.number)?;
        for attempt in &turn.attempts {
            self::attempt(attempt, &told.path, out)?;
        }
        for edit in &turn.edits {
            writeln!(out, "\n### Edited by hand\n")?;
            revision(edit, &told.path, true, out)?;
        }
        for line in turn.stop.iter().chain(&turn.failures).chain(&turn.drift) {
            writeln!(out, "\n*{}*", visible(line))?;
        }
    }
    if let Some(ended) = &told.ended {
        writeln!(out, "\n*{}*", visible(ended))?;
    }
    Ok(())
}

fn attempt(attempt: &ToldAttempt, path: &str, out: &mut dyn Write) -> io::Result<()> {
    if attempt.origin == Origin::Repair {
        writeln!(out, "\n### Repair")?;
    }
    writeln!(out)?;
    for line in attempt.prompt.trim_end().lines() {
        writeln!(out, "{}", format!("> {}", visible(line)).trim_end())?;
    }
    writeln!(out)?;
    for said in &attempt.reply {
        match said {
            Said::Words(words) => {
                for line in words.trim_matches('\n').lines() {
                    let tabs: Vec<_> = line.split('\t').map(visible).collect();
                    writeln!(out, "{}", tabs.join("\t"))?;
                }
                writeln!(out)?;
            }
            Said::File(number) if attempt.repeats == Some(*number) => {
                writeln!(out, "*The file is that of revision {number} again.*\n")?;
            }
            Said::File(_) => {
                if let Some(own) = &attempt.revision {
                    fenced("yaml", own.text.trim_start_matches('\u{feff}'), out)?;
                    writeln!(out)?;
                }
            }
        }
    }
    for flaw in &attempt.flaws {
        writeln!(out, "*Not taken: {}*\n", visible(flaw))?;
    }
    attempt.revision.as_ref().map_or(Ok(()), |own| revision(own, path, false, out))
}

fn revision(revision: &ToldRevision, path: &str, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let (added, removed) = (revision.diff.added, revision.diff.removed);
    let (number, verdict, counts) = (revision.number, revision.verdict.word(), revision.counts.words());
    writeln!(out, "**Revision {number} of {}: {verdict}**, {counts}; +{added} -{removed}\n", visible(path))?;
    if whole {
        fenced("yaml", &revision.text, out)?;
        writeln!(out)?;
    }
    for finding in &revision.findings {
        self::finding(finding, out)?;
    }
    if !revision.findings.is_empty() {
        writeln!(out)?;
    }
    if removed > 0 {
        fenced("diff", &patch(revision), out)?;
        writeln!(out)?;
    }
    let mut event = None;
    for change in &revision.changes {
        if event != Some(&change.event) {
            writeln!(out, "- {}", visible(&change.event))?;
            event = Some(&change.event);
        }
        let weaker = if change.weakens { "**weaker:** " } else { "" };
        writeln!(out, "  - {weaker}{}", visible(&change.text))?;
    }
    Ok(())
}

fn finding(finding: &ToldFinding, out: &mut dyn Write) -> io::Result<()> {
    let ((line, column), word) = (finding.start, finding.severity.word());
    let word = if finding.severity == Severity::Error { format!("**{word}**") } else { word.to_owned() };
    writeln!(out, "- {word} `{}` at {line}:{column}: {}", finding.rule, visible(&finding.message))?;
    for (label, text) in [("trace", &finding.trace), ("help", &finding.help)] {
        for line in text.iter().flat_map(|text| text.lines()) {
            writeln!(out, "  - {label}: {}", visible(line))?;
        }
    }
    Ok(())
}

/// The diff as a patch.
fn patch(revision: &ToldRevision) -> String {
    let mut patch = String::new();
    for hunk in &revision.diff.hunks {
        patch.push_str(hunk.header().trim_end());
        patch.push('\n');
        for line in &hunk.lines {
            patch.push(match line.side {
                Side::Both => ' ',
                Side::Before => '-',
                Side::After => '+',
            });
            patch.push_str(line.text().trim_end_matches(['\n', '\r']));
            patch.push('\n');
        }
    }
    patch
}

/// Text in a fence that is longer than any in it.
fn fenced(language: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}{language}")?;
    for line in text.lines() {
        let tabs: Vec<_> = line.split('\t').map(visible).collect();
        writeln!(out, "{}", tabs.join("\t"))?;
    }
    writeln!(out, "{fence}")
}
