//! Two texts of a pipeline file: what is different in them, and what that means.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::excerpt::Secrets;
use super::{FileReport, Look, visible};
use crate::plan::Change;
use crate::text::{Side, diff};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const WEAKER: Style = AnsiColor::Red.on_default().bold();

/// Writes the text's difference, lines with three of context.
pub fn diff_text(before: &FileReport<'_>, after: &FileReport<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (Secrets::of(before).masked_text(before), Secrets::of(after).masked_text(after));
    // A mark that both have is no character of the text.
    let mark = '\u{feff}';
    let (old, new) = match (old.strip_prefix(mark), new.strip_prefix(mark)) {
        (Some(old), Some(new)) => (old, new),
        _ => (old.as_str(), new.as_str()),
    };
    let diff = diff(old, new, 3);
    if diff.is_empty() {
        let same = before.document.text() == after.document.text();
        return writeln!(out, "the text {}", if same { "is the same" } else { "differs in secrets alone" });
    }
    writeln!(out, "{}", look.bold(&format!("--- {}", visible(before.path))))?;
    writeln!(out, "{}", look.bold(&format!("+++ {}", visible(after.path))))?;
    for hunk in &diff.hunks {
        writeln!(out, "{}", look.gutter(&hunk.header()))?;
        for line in &hunk.lines {
            let (mark, style) = match line.side {
                Side::Both => (" ", Style::new()),
                Side::Before => ("-", REMOVED),
                Side::After => ("+", ADDED),
            };
            write!(out, "{}", look.paint(style, mark))?;
            for piece in &line.pieces {
                let style = if piece.changed { style.bold() } else { style };
                let text = piece.text.trim_end_matches(['\n', '\r']);
                write!(out, "{}", look.paint(style, &visible(text)))?;
            }
            writeln!(out)?;
            if !line.is_ended() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

/// Writes what the difference means, event by event; what takes a safeguard away is marked.
pub fn diff_meaning(changes: &[Change], look: Look, out: &mut dyn Write) -> io::Result<()> {
    // Comments are about the text, and so is how far the edit of an anchor reaches.
    if changes.iter().all(|change| ["anchors", "comments"].contains(&change.event.as_str())) {
        writeln!(out, "every event runs the same commands, with the same gates and effects")?;
    }
    let mut event = None;
    for change in changes {
        if event != Some(&change.event) {
            writeln!(out, "{}:", look.bold(&visible(&change.event)))?;
            event = Some(&change.event);
        }
        let weaker = if change.weakens { look.paint(WEAKER, "weaker: ") } else { String::new() };
        writeln!(out, "  {weaker}{}", visible(&change.text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;
    use crate::yaml::{Document, Span};

    fn shown(old: &str, new: &str, secrets: &[Span]) -> String {
        let (old, new) = (Document::read(old), Document::read(new));
        let file = |path, document, secrets| FileReport {
            path,
            document,
            findings: &[],
            verdict: Verdict::Accepted,
            skipped: &[],
            secrets,
        };
        let mut out = Vec::new();
        diff_text(&file("a.yml", &old, secrets), &file("b.yml", &new, &[]), Look::default(), &mut out)
            .expect("a vector");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn lines_are_compared_with_context() {
        let old = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n";
        insta::assert_snapshot!(shown(old, "a: 1\nb: 2\nc: 3\nd: 4\ne: \u{1b}\nf: 6", &[]), @r"
        --- a.yml
        +++ b.yml
        @@ -2,5 +2,5 @@
         b: 2
         c: 3
         d: 4
        -e: 5
        -f: 6
        +e: ␛
        +f: 6
        \ No newline at end of file
        ");
        assert_eq!(shown(old, old, &[]), "the text is the same\n");
        let marked = shown("\u{feff}a: 1\n", "\u{feff}a: 2\n", &[]);
        assert!(marked.contains("\n-a: 1\n+a: 2\n"), "{marked}");
        assert!(shown("", "a: 1\n", &[]).contains("@@ -0,0 +1 @@"), "{}", shown("", "a: 1\n", &[]));
    }

    #[test]
    fn a_secret_is_masked() {
        let out = shown("a: hush\n", "a: b\n", &[Span::new(3, 7)]);
        assert!(out.contains("-a: ****\n+a: b\n") && !out.contains("hush"), "{out}");
    }

    #[test]
    fn the_meaning_is_told_event_by_event() {
        let change =
            |event: &str, text: &str, weakens| Change { event: event.to_owned(), text: text.to_owned(), weakens };
        let changes = [
            change("push of tag release-*", "`Deploy` was behind a gate, now is not", true),
            change("push of tag release-*", "`Test` is new", false),
            change("push to main", "`Build` now pushes `x`", false),
        ];
        let mut out = Vec::new();
        diff_meaning(&changes, Look::default(), &mut out).expect("a vector");
        insta::assert_snapshot!(String::from_utf8_lossy(&out), @r"
        push of tag release-*:
          weaker: `Deploy` was behind a gate, now is not
          `Test` is new
        push to main:
          `Build` now pushes `x`
        ");
    }
}
