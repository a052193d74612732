//! Where a text reads variables, and which of these uses stand for an empty one as well. One pass from `$` to `$`.

use memchr::{memchr, memchr3, memmem};

use crate::pipeline::ScriptItem;
use crate::yaml::{Node, Span};

/// How much of a line around a use is looked at, in bytes.
const AROUND: usize = 400;

/// A use of a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read<'t> {
    /// The name.
    pub name: &'t str,
    /// `$NAME`, or all of `${NAME…}`, in the text.
    pub span: Span,
    /// Whether it has braces.
    pub braced: bool,
    /// What becomes of an empty one.
    pub guard: Guard,
}

/// What a use asks of its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing: an empty one is used.
    None,
    /// It is only shown to whoever reads the log.
    Shown,
    /// It is compared with something.
    Compared,
    /// Whether it is set: `${NAME:-other}`, `[ -n "$NAME" ]`.
    Asked,
}

/// The uses that the shell expands: none in single quotes, behind a backslash, or in comments.
pub(super) fn in_command(text: &str, wanted: impl Fn(&str) -> bool) -> Vec<Read<'_>> {
    let mut found = Vec::new();
    // What a here-document with a quoted end holds is written as it stands.
    let bytes = text.as_bytes();
    let quoted_end = || ["<<'", "<<\"", "<<-'", "<<-\""].iter().any(|end| text.contains(end));
    if memchr(b'$', bytes).is_none() || memchr(b'<', bytes).is_some() && quoted_end() {
        return found;
    }
    // Where nothing hides a use, it is from one `$` to the next.
    let hidden = memchr3(b'\'', b'\\', b'#', bytes).is_some();
    let (mut at, mut double, mut ready) = (0, false, 0);
    loop {
        if !hidden {
            at += after(bytes, at, b'$');
        }
        let Some(&byte) = bytes.get(at) else { return found };
        match byte {
            b'\\' => at += 1,
            b'"' => double = !double,
            b'\'' if !double => at += after(bytes, at + 1, b'\'') + 1,
            b'#' if !double && at.checked_sub(1).is_none_or(|before| bytes[before].is_ascii_whitespace()) => {
                at += after(bytes, at, b'\n');
            }
            b'$' => {
                if let Some(mut read) = read(text, at) {
                    let is_wanted = wanted(read.name);
                    if is_wanted {
                        // `${TAG:-$BRANCH}` has one of the two.
                        let within = if at < ready { Guard::Asked } else { guard(text, read.span) };
                        read.guard = read.guard.max(within);
                    }
                    // What stands in the braces may use further ones.
                    at += 1 + usize::from(read.braced) + read.name.len();
                    if read.guard == Guard::Asked && read.braced {
                        ready = ready.max(read.span.end);
                    }
                    if is_wanted {
                        found.push(read);
                    }
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// The uses in a pipe's variable, where Bitbucket expands all of them.
pub(super) fn in_value(text: &str) -> Vec<Read<'_>> {
    text.match_indices('$').filter_map(|(at, _)| read(text, at)).collect()
}

/// The uses of some variables in an item of a script, each with the text in which it stands.
pub(super) fn in_item<'d>(item: &ScriptItem<'d>, wanted: impl Fn(&str) -> bool) -> Vec<(Node<'d>, Read<'d>)> {
    match item {
        ScriptItem::Command(node) => {
            let reads = in_command(node.text().unwrap_or(""), wanted);
            reads.into_iter().map(|read| (*node, read)).collect()
        }
        ScriptItem::Pipe(call) => {
            let values = call.variables().into_iter().map(|entry| entry.value);
            let reads = values
                .flat_map(|value| in_value(value.text().unwrap_or("")).into_iter().map(move |read| (value, read)));
            reads.filter(|(_, read)| wanted(read.name)).collect()
        }
        ScriptItem::Agent(_) | ScriptItem::Unknown(_) => Vec::new(),
    }
}

impl Guard {
    fn max(self, other: Guard) -> Guard {
        if self as u8 >= other as u8 { self } else { other }
    }
}

/// How far it is to a byte, or to the end.
fn after(bytes: &[u8], from: usize, byte: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr(byte, rest).unwrap_or(rest.len())
}

/// The use that begins with this `$`.
fn read(text: &str, at: usize) -> Option<Read<'_>> {
    let rest = text.get(at + 1..)?;
    let braced = rest.starts_with('{');
    let begins = usize::from(braced);
    let name = rest.get(begins..)?;
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, behind) = name.split_at_checked(length)?;
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let asked = braced && behind.trim_start_matches(':').starts_with(['-', '+', '?', '=']);
    let mut end = at + 1 + begins + length;
    if braced {
        let near = behind.as_bytes().get(..AROUND).unwrap_or(behind.as_bytes());
        end += memchr(b'}', near).map_or(0, |close| close + 1);
    }
    let guard = if asked { Guard::Asked } else { Guard::None };
    Some(Read { name, span: Span::new(at, end), braced, guard })
}

/// Where the last command of a line begins: behind an operator, a keyword or a bracket. One walk back to it.
fn last_begin(line: &[u8]) -> usize {
    let ends = |end: &usize| match line.get(..*end).unwrap_or_default() {
        [.., b';' | b'|'] | [.., b'&', b'&'] => true,
        [begin @ .., b' '] => {
            begin.trim_ascii() == b"{" || ["then", "do", " {", "("].iter().any(|word| begin.ends_with(word.as_bytes()))
        }
        _ => false,
    };
    (0..=line.len()).rev().find(ends).unwrap_or(0)
}

/// What the command around a use asks of it, seen from the words before it.
fn guard(text: &str, span: Span) -> Guard {
    let near = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at
    };
    let before = text.get(near(span.start.saturating_sub(AROUND))..span.start).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let before = before.get(line..).unwrap_or("");
    let command = before.get(last_begin(before.as_bytes())..).unwrap_or("").trim_start();
    let rest = text.get(span.end..near(text.len().min(span.end + AROUND))).unwrap_or("");
    let rest = rest.split('\n').next().unwrap_or("");
    let asks = command.trim_end_matches(['"', '$', '{']).trim_end();
    let closes = rest.trim_start_matches('"').trim_start().starts_with(']');
    if asks.ends_with("-n") || asks.ends_with("-z") || asks.ends_with("-v") || asks.ends_with('[') && closes {
        return Guard::Asked;
    }
    let in_test = before.contains('[')
        && before.rfind("[[ ").is_some_and(|open| !before.get(open..).unwrap_or("").contains("]]"));
    if in_test {
        return Guard::Compared;
    }
    let words = ["if ", "elif ", "while ", "case ", "test ", "[ ", "[[ ", "! "];
    let greps = || rest.contains('|') && (rest.contains("| grep") || rest.contains("|grep"));
    if words.iter().any(|word| command.starts_with(word)) || greps() {
        return Guard::Compared;
    }
    let shows = ["echo ", "printf "].iter().any(|word| command.starts_with(word));
    if shows && !rest.contains(['>', '|']) && !command.contains('>') { Guard::Shown } else { Guard::None }
}

/// Whether a step takes variables from a file or from what a command prints: `source x`, `. x`, `eval "$(…)"`, and an `export` of
/// names that only the run knows. Each counts where a command begins: `docker build .` takes none.
pub(super) fn sources(items: &[ScriptItem<'_>]) -> bool {
    let tells =
        |text: &&str| ["source", ". ", "eval", "export", "declare", "typeset"].iter().any(|word| text.contains(word));
    let texts = items.iter().filter_map(ScriptItem::command_text).filter(tells);
    texts.flat_map(|text| text.split(['\n', '&', ';', '|', '(', '{'])).any(takes_variables)
}

/// Whether a command that begins a text takes variables from elsewhere.
fn takes_variables(command: &str) -> bool {
    let mut words = command.split_whitespace().skip_while(|word| {
        matches!(
            *word,
            "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "!" | "time" | "builtin" | "command"
        )
    });
    match words.next() {
        Some("source" | "." | "eval") => true,
        Some("export" | "declare" | "typeset") => {
            let named = words.find(|word| !word.starts_with('-'));
            // `export $(cat x)` is cut at its bracket.
            named.is_some_and(|name| name.trim_start_matches(['"', '\'']).starts_with(['$', '`']))
        }
        _ => false,
    }
}

/// The commands of a script, each with its text.
pub(super) fn commands<'i, 'd>(items: &'i [ScriptItem<'d>]) -> impl Iterator<Item = (Node<'d>, &'d str)> + use<'i, 'd> {
    items.iter().filter_map(|item| Some((item.command()?, item.command_text()?)))
}

/// Whether a text may name a variable that Bitbucket sets: most items of scripts don't.
pub(super) fn names_own(text: &str) -> bool {
    // Most have no such letter either.
    memchr(b'B', text.as_bytes()).is_some() && text.contains("BITBUCKET_")
}

/// Whether a text names a variable anywhere without reading it: it may be set there.
pub(super) fn names_bare(text: &str, name: &str) -> bool {
    let is_name = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
    memmem::find_iter(text.as_bytes(), name).any(|at| {
        let before = text.get(..at).unwrap_or("").as_bytes().last();
        let after = text.as_bytes().get(at + name.len());
        !before.is_some_and(|c| matches!(c, b'$' | b'{') || is_name(c)) && !after.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::{Guard, in_command, in_value};

    fn read(text: &str) -> Vec<(&str, Guard)> {
        in_command(text, |_| true).iter().map(|read| (read.name, read.guard)).collect()
    }

    #[test]
    fn what_the_shell_expands_is_read() {
        assert_eq!(read("a $X \"${Y}\" '$Z' \\$W # $V"), [("X", Guard::None), ("Y", Guard::None)]);
        assert_eq!(read("a \"it's $X\""), [("X", Guard::None)]);
        assert_eq!(read("cat <<'E'\n$X\nE"), []);
        assert_eq!(read("a $1 $? $(b) ${#X}"), []);
        assert_eq!(read("a ${X:-$Y}"), [("X", Guard::Asked), ("Y", Guard::Asked)]);
        let spans: Vec<_> = in_value("a-$X_-${Y:1}").iter().map(|read| (read.span.start, read.span.end)).collect();
        assert_eq!(spans, [(2, 5), (6, 12)]);
    }

    #[test]
    fn a_use_says_what_it_asks() {
        for (text, guard) in [
            ("a ${X-b}", Guard::Asked),
            ("if [ -n \"$X\" ]; then a; fi", Guard::Asked),
            ("[[ $X ]] && a", Guard::Asked),
            ("test -z $X || a", Guard::Asked),
            ("if [ \"$X\" = b ]; then a; fi", Guard::Compared),
            ("[[ -f a && \"$X\" == b ]]", Guard::Compared),
            ("case $X in b) a ;; esac", Guard::Compared),
            ("is() { [ \"$X\" = b ]; }", Guard::Compared),
            ("{ [ \"$X\" = b ] && a; } || c", Guard::Compared),
            ("echo $X | grep -q b", Guard::Compared),
            ("echo on $X", Guard::Shown),
            ("echo $X > file", Guard::None),
            ("echo $X | docker login", Guard::None),
            ("[ -f a ] && docker push $X", Guard::None),
            ("a\ndocker tag b:$X", Guard::None),
        ] {
            assert_eq!(read(text).first(), Some(&("X", guard)), "{text}");
        }
    }
}
