//! Two texts of a pipeline file: what is different in them, and what that means.

use std::borrow::Cow;
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
    let (was, is) = (Endings::of(old), Endings::of(new));
    let all_changed = was.is_another(is);
    let (old, new) = if all_changed { (was.without(old), is.without(new)) } else { (old.into(), new.into()) };
    let diff = diff(&old, &new, 3);
    if diff.is_empty() && !all_changed {
        let same = before.document.text() == after.document.text();
        return writeln!(out, "the text {}", if same { "is the same" } else { "differs in secrets alone" });
    }
    writeln!(out, "{}", look.bold(&format!("--- {}", visible(before.path))))?;
    writeln!(out, "{}", look.bold(&format!("+++ {}", visible(after.path))))?;
    if all_changed {
        writeln!(out, "{}", look.gutter(&format!("line endings: {} → {}", was.word(), is.word())))?;
    }
    // Where all lines of both texts end alike, their ends say nothing.
    let shows_ends = [was, is].contains(&Endings::Mixed);
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
                let text = piece.text.trim_end_matches('\n');
                let text = if shows_ends { text } else { text.trim_end_matches('\r') };
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

/// How the lines of a text end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endings {
    None,
    Lf,
    CrLf,
    Cr,
    Mixed,
}

impl Endings {
    fn of(text: &str) -> Self {
        let both = text.matches("\r\n").count();
        let (lf, cr) = (text.matches('\n').count() - both, text.matches('\r').count() - both);
        match (lf, both, cr) {
            (0, 0, 0) => Self::None,
            (_, 0, 0) => Self::Lf,
            (0, _, 0) => Self::CrLf,
            (0, 0, _) => Self::Cr,
            _ => Self::Mixed,
        }
    }

    /// Whether all lines of two texts end, and otherwise in one than in the other.
    fn is_another(self, other: Self) -> bool {
        self != other && ![self, other].iter().any(|endings| matches!(endings, Self::None | Self::Mixed))
    }

    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lf => "LF",
            Self::CrLf => "CRLF",
            Self::Cr => "CR",
            Self::Mixed => "mixed",
        }
    }

    /// The text with the usual ends of lines.
    fn without(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::CrLf => text.replace("\r\n", "\n").into(),
            Self::Cr => text.replace('\r', "\n").into(),
            _ => text.into(),
        }
    }
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
            allowed: &[],
            secrets,
            rules: &[],
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
    fn ends_of_lines_are_shown_where_they_differ() {
        let unix = "a: 1\nb: 2\nc: 3\n";
        let windows = unix.replace('\n', "\r\n");
        assert_eq!(shown(unix, &windows, &[]), "--- a.yml\n+++ b.yml\nline endings: LF → CRLF\n");
        let changed = shown(&windows, &unix.replace('2', "4"), &[]);
        assert!(
            changed.contains("line endings: CRLF → LF\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 4\n c: 3\n"),
            "{changed}"
        );
        let mixed = shown(unix, "a: 1\nb: 2\r\nc: 3\n", &[]);
        assert!(mixed.contains("\n a: 1\n-b: 2\n+b: 2␍\n c: 3\n") && !mixed.contains("line endings"), "{mixed}");
        let alike = shown(&windows, &windows.replace('2', "4"), &[]);
        assert!(alike.contains("\n-b: 2\n+b: 4\n") && !alike.contains('␍'), "{alike}");
        assert!(!shown("", "a: 1\r\n", &[]).contains("line endings"));
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
