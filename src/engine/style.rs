//! A reply's text in the dress of the file that it replaces: byte order mark, line endings, final line break.

use std::borrow::Cow;

use similar::{Algorithm, DiffTag, capture_diff_slices};

const MARK: char = '\u{feff}';

/// The text of a reply (lines end in `\n`) as it would stand in place of `base`.
///
/// A line that stays keeps its bytes, whatever its line ending; a new line gets the ending that most lines have. The
/// byte order mark and a missing final line break stay as they are. With no base, lines end in `\n` and so does the file.
/// What needs no change is given back as it is.
pub fn adapted<'t>(text: &'t str, base: Option<&str>) -> Cow<'t, str> {
    let text = text.trim_start_matches(MARK);
    let Some(base) = base.filter(|base| !base.is_empty()) else {
        return if text.is_empty() || text.ends_with('\n') { text.into() } else { format!("{text}\n").into() };
    };
    let is_plain = |text: &str| text.ends_with('\n') && !text.starts_with(MARK) && !text.contains('\r');
    if is_plain(text) && is_plain(base) {
        return text.into();
    }
    let mark = base.starts_with(MARK);
    let base = base.trim_start_matches(MARK);
    let old: Vec<&str> = base.split_inclusive('\n').collect();
    let new: Vec<&str> = text.lines().collect();
    let bare: Vec<&str> = old.iter().map(|line| line.trim_end_matches('\n').trim_end_matches('\r')).collect();
    let windows = old.iter().filter(|line| line.ends_with("\r\n")).count() * 2 > old.len();
    let ending = if windows { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(text.len() + 3);
    if mark {
        out.push(MARK);
    }
    for op in capture_diff_slices(Algorithm::Myers, &bare, &new) {
        let (tag, before, after) = op.as_tag_tuple();
        for (offset, line) in new.get(after).unwrap_or_default().iter().enumerate() {
            let kept = (tag == DiffTag::Equal).then(|| old.get(before.start + offset)).flatten();
            let line = kept.copied().unwrap_or(line);
            out.push_str(line);
            if !line.ends_with('\n') {
                out.push_str(ending);
            }
        }
    }
    if !base.ends_with('\n') {
        let end = out.strip_suffix('\n').map(|out| out.strip_suffix('\r').unwrap_or(out)).map_or(out.len(), str::len);
        out.truncate(end);
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_stays_keeps_its_bytes() {
        assert_eq!(adapted("a\nb\n", Some("a\r\nc\r\n")), "a\r\nb\r\n");
        assert_eq!(adapted("a\nb\nc\n", Some("a\r\nb\nc\r\n")), "a\r\nb\nc\r\n", "mixed endings stay mixed");
        assert_eq!(adapted("a\nb\n", Some("\u{feff}a\nb")), "\u{feff}a\nb");
        assert_eq!(adapted("a\nb\nx\n", Some("a\nb")), "a\nb\nx");
        assert_eq!(adapted("\u{feff}a", None), "a\n");
        assert_eq!(adapted("a\n", Some("")), "a\n");
    }

    proptest! {
        #[test]
        fn only_what_changed_changes(base in "\u{feff}?([ab]{0,2}(\n|\r\n)){0,6}[ab]{0,2}", text in "([ab]{0,2}\n){0,6}") {
            let plain = |text: &str| text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            let (bare, out) = (plain(&base), adapted(&text, Some(&base)));
            // Any text stays the text that it is, but for its last line break.
            let told = plain(&out);
            prop_assert_eq!(told.trim_end_matches('\n'), text.trim_end_matches('\n'));
            // The same text gives the same bytes back.
            let same = if bare.ends_with('\n') { bare.clone() } else { format!("{bare}\n") };
            if !bare.is_empty() {
                prop_assert_eq!(adapted(&same, Some(&base)), base);
            }
        }
    }
}
