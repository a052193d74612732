//! `! { …; }`: the grammar takes the brace behind `!` for a command's name, so it is given a subshell in its place, of the
//! same length. What the braces mean is told by the text itself, which stays.

use super::bounds::word_end;

/// What may stand right before `!` where a command begins.
const BEFORE: [&str; 6] = ["if", "elif", "while", "until", "then", "do"];

/// How many negated groups of one text are seen.
const GROUPS: usize = 32;
/// How much of a line is looked at before `!`, in bytes.
const LINE: usize = 400;

/// The text with `;;` in the place of the `;&` or `;;&` behind the last arm of a `case`, which the grammar does not know there and
/// which means the same; `None` where there is none.
pub(super) fn last_arms(text: &str) -> Option<String> {
    let ends = |at: &usize| {
        let rest = text.get(at + 2..).map(str::trim_start).and_then(|rest| rest.strip_prefix("esac"));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    let places: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), b";&").filter(ends).collect();
    if places.is_empty() {
        return None;
    }
    let mut changed = text.to_owned();
    for at in places {
        let whole = text.get(..at).is_some_and(|before| before.ends_with(';'));
        changed.replace_range(at..at + 2, if whole { "; " } else { ";;" });
    }
    Some(changed)
}

/// The text with brackets for the braces of negated groups; `None` where it has no such group.
pub(super) fn groups(text: &str) -> Option<String> {
    let opened = text.match_indices('!').filter_map(|(mark, _)| opens(text, mark)).take(GROUPS);
    let braces: Vec<(usize, usize)> = opened.filter_map(|open| Some((open, closing(text, open)?))).collect();
    if braces.is_empty() {
        return None;
    }
    let mut changed = text.to_owned();
    for (open, close) in braces {
        changed.replace_range(open..=open, "(");
        changed.replace_range(close..=close, ")");
    }
    Some(changed)
}

/// Where the brace is that opens the group behind a `!` with which a command begins.
fn opens(text: &str, mark: usize) -> Option<usize> {
    let behind = text.get(mark + 1..)?;
    let blanks = behind.find(|c| c != ' ').filter(|blanks| *blanks > 0)?;
    if !behind.get(blanks..)?.strip_prefix('{')?.starts_with([' ', '\n', '\t']) {
        return None;
    }
    let line = text.as_bytes().get(mark.saturating_sub(LINE)..mark)?.rsplit(|byte| *byte == b'\n').next()?;
    let before = line.trim_ascii_end();
    let word = before.rsplit(|byte| b" ;\t".contains(byte)).next()?;
    let begins = match before.last() {
        None | Some(b';' | b'&' | b'|' | b'(' | b'{') => true,
        Some(_) => before.len() < line.len() && BEFORE.iter().any(|keyword| keyword.as_bytes() == word),
    };
    (begins && !line.contains(&b'#')).then_some(mark + 1 + blanks)
}

/// Where the brace is that closes the group; `None` where that is not plain to see.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = open;
    // Braces are words of the shell where a command may begin alone.
    let mut begins = true;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b' ' | b'\t' | b'\r' => at += 1,
            b'\n' | b';' | b'&' | b'|' | b'(' | b')' => {
                begins = true;
                at += 1;
            }
            b'#' => at += text.get(at..)?.find('\n')?,
            // A here-document has words of its own.
            b'<' if text.get(at..)?.starts_with("<<") => return None,
            b'<' | b'>' => at += 1,
            _ => {
                let end = word_end(text, at).max(at + 1);
                match text.get(at..end)? {
                    "{" if begins => depth += 1,
                    "}" if begins => {
                        depth = depth.checked_sub(1)?;
                        if depth == 0 {
                            return Some(at);
                        }
                        begins = false;
                    }
                    "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "!" => begins = true,
                    _ => begins = false,
                }
                at = end;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::groups;

    #[test]
    fn a_group_may_be_negated() {
        for (script, lines) in [
            ("if ! { [ -n \"$BITBUCKET_TAG\" ]; }; then exit 0; fi; p a", vec!["p a"]),
            ("if ! { [ -n \"$BITBUCKET_BRANCH\" ]; }; then exit 0; fi; p a", vec![]),
            ("! { [ -z \"$BITBUCKET_TAG\" ] || { [ -n \"$BITBUCKET_BRANCH\" ]; }; } || exit 0\np a", vec!["p a"]),
            ("if ! { q; }; then p a; fi", vec!["q", "? p a"]),
            ("while ! {\n  [ -n \"$BITBUCKET_TAG\" ]\n}; do exit 0; done\np a", vec!["p a"]),
            ("f() { [ -n \"$BITBUCKET_TAG\" ]; }\nif ! { f; }; then exit 0; fi\np a", vec!["p a"]),
            ("! { T=a; }; p $T", vec!["p a"]),
            ("! ( T=a ); p x$T", vec!["p x$T"]),
            ("if { ! [ -n \"$BITBUCKET_TAG\" ]; }; then exit 0; fi; p a", vec!["p a"]),
        ] {
            assert_eq!(run(script), lines, "{script}");
        }
    }

    #[test]
    fn what_is_no_negated_group_stays() {
        for text in [
            "echo ! { a; }",
            "# if ! { a; }",
            "! {a,b}",
            "! { a",
            "! { cat <<EOF\n}\nEOF\n}",
            "[ ! -f a ] && { b; }",
            "echo \"!{ }\"",
        ] {
            assert_eq!(groups(text), None, "{text}");
        }
        assert_eq!(groups("if ! { a '}' ${b} }; }; then").as_deref(), Some("if ! ( a '}' ${b} }; ); then"));
    }
}
