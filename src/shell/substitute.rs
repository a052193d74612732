//! What a command substitution prints, where that follows from its text.

use super::folder::at;
use super::getopts::sorted;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::piece::Piece;
use super::printing::{are_clear, is_told};
use super::value::{Part, Value, join};
use super::written::{Contents, joined};
use crate::yaml::Span;

impl Interpreter<'_> {
    /// Runs the commands of `$(…)` for their effects and tells what they print.
    pub(super) fn substitute(&mut self, piece: &Piece) -> Vec<Value> {
        if let Some(read) = self.read_file(piece) {
            return vec![read];
        }
        let Some((commands, ways)) = self.collect(piece) else { return vec![Value::opaque("too deep")] };
        if ways.len() > 1 && are_clear(&ways) {
            return ways;
        }
        let one = ways.len() == 1;
        let text = || commands.iter().map(words_text).collect::<Vec<_>>().join(" | ");
        let printed = match commands.as_slice() {
            [] => Some(Value::default()),
            // `$(cd "$(dirname "$0")" && pwd)`
            [change, tell] if !tell.piped_from && change.name() == Some("cd") && tell.name() == Some("pwd") => {
                let named =
                    || change.words.iter().skip(1).find(|word| word.literal() != Some("--")).and_then(Word::one);
                printed(tell).or_else(|| named().filter(|folder| folder.as_literal().is_none()))
            }
            [first, filters @ ..] => {
                let whole = self.file_lines(first).or_else(|| self.by_itself(first));
                let chained = filters.iter().all(|filter| filter.piped_from);
                whole
                    .filter(|_| chained)
                    .and_then(|first| filters.iter().try_fold(first, |text, filter| self.filtered(text, filter)))
            }
        };
        let way = || ways.into_iter().next().filter(|way| one && is_told(way));
        let printed = printed.or_else(way).unwrap_or_else(|| Value::command(text()));
        match printed.alternatives() {
            many if many.is_empty() => vec![printed],
            many => many,
        }
    }

    /// Runs the commands of `<(…)` or `>(…)` for their effects and tells what they print.
    pub(super) fn beside(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        let inner = span.start + 2;
        self.substitute(&piece.part(Span::new(inner, span.end.saturating_sub(1).max(inner))))
    }

    /// `$(< file)`
    fn read_file(&mut self, piece: &Piece) -> Option<Value> {
        let word = piece.text.trim_start().strip_prefix('<').filter(|rest| !rest.starts_with(['<', '(', '&']))?.trim();
        let from = piece.text.find(word)?;
        let end = super::bounds::word_end(&piece.text, from);
        if word.is_empty() || end != from + word.len() {
            return None;
        }
        let path = match self.expand(piece, Span::new(from, end)).as_slice() {
            [one] => one.clone(),
            _ => return None,
        };
        Some(match self.contents(&path) {
            Contents::Known(text) => text.trim_newlines(),
            _ => Value::command(format!("cat {path}")),
        })
    }

    /// What `cat` prints of files that the script wrote, and `grep -v '^#'` of one without comments.
    fn file_lines(&self, invocation: &Invocation) -> Option<Value> {
        let words: Vec<Value> = invocation.words.iter().map(|word| word.one()).collect::<Option<_>>()?;
        let text = match words.as_slice() {
            [name, _, ..] if name.as_literal() == Some("cat") => self.concatenated(&words[1..])?,
            [name, flag, pattern, path] => {
                let told = [name, flag, pattern].map(|word| word.as_literal());
                let text = (told == [Some("grep"), Some("-v"), Some("^#")])
                    .then(|| self.concatenated(std::slice::from_ref(path)))??;
                Some(text).filter(|text| !text.literal_contains("#"))?
            }
            [name, pattern, path] if name.as_literal() == Some("grep") => {
                matching(&self.concatenated(std::slice::from_ref(path))?, pattern.as_literal()?)?
            }
            _ => return None,
        };
        Some(text.trim_newlines())
    }
}

pub(super) fn words_text(invocation: &Invocation) -> String {
    invocation.words.iter().map(|word| word.shown()).collect::<Vec<_>>().join(" ")
}

/// What a command prints by itself.
pub(super) fn printed(invocation: &Invocation) -> Option<Value> {
    match invocation.name()? {
        "echo" | "printf" => text(invocation).map(Value::trim_newlines),
        "git" => {
            let words: Vec<Value> = invocation.words.iter().map(|word| word.one()).collect::<Option<_>>()?;
            git(&words[1..])
        }
        "dirname" => folder_of(invocation.words.iter().skip(1).find(|word| word.literal() != Some("--"))?.one()?),
        "basename" => name_of(&invocation.words),
        "getopt" => sorted(invocation),
        "pwd" => invocation.reads.folder.as_deref().map(at),
        "realpath" => absolute(invocation.words.get(1).filter(|_| invocation.words.len() == 2)?.one()?, invocation),
        "readlink" => {
            let named = invocation.words.get(2).filter(|_| invocation.words[1].literal() == Some("-f"));
            absolute(named?.one()?, invocation)
        }
        _ => None,
    }
}

/// What `dirname` prints of a path whose last part is known.
fn folder_of(path: Value) -> Option<Value> {
    if let Some(path) = path.as_literal() {
        let path = path.trim_end_matches('/');
        return Some(Value::literal(path.rsplit_once('/').map_or(".", |(folder, _)| folder)));
    }
    let (folder, name) = path.rsplit_once("/")?;
    name.as_literal().filter(|name| !name.is_empty()).map(|_| folder)
}

/// What `basename PATH SUFFIX` prints of a path whose last part is known.
fn name_of(words: &[Word]) -> Option<Value> {
    let [_, path, suffix @ ..] = words else { return None };
    let path = path.one()?;
    let name = match path.as_literal() {
        Some(text) => text.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned(),
        None => path.rsplit_once("/")?.1.as_literal().filter(|name| !name.is_empty())?.to_owned(),
    };
    let cut = match suffix {
        [] => None,
        [suffix] => name.strip_suffix(suffix.literal()?).filter(|cut| !cut.is_empty()),
        _ => return None,
    };
    Some(Value::literal(cut.unwrap_or(&name))).filter(|_| !words[1].literal().is_some_and(|word| word.starts_with('-')))
}

/// A path as it is from the root of all files.
fn absolute(path: Value, invocation: &Invocation) -> Option<Value> {
    match path.as_literal() {
        Some(text) if !text.starts_with('/') => {
            let folder = invocation.reads.folder.as_deref()?;
            let root = if folder.starts_with('/') { "/" } else { "" };
            Some(at(&format!("{root}{}", joined(folder, text)?)))
        }
        _ => Some(path),
    }
}

/// All that `echo` or `printf` print, newlines included.
pub(super) fn text(invocation: &Invocation) -> Option<Value> {
    let values: Vec<Value> = invocation.words.iter().map(|word| word.value().into_owned()).collect();
    let (name, arguments) = values.split_first()?;
    if name.as_literal()? == "printf" {
        return formatted(arguments);
    }
    let flags: Vec<&str> = arguments
        .iter()
        .map_while(Value::as_literal)
        .take_while(|word| {
            word.len() > 1 && word.strip_prefix('-').is_some_and(|flags| flags.bytes().all(|b| b"neE".contains(&b)))
        })
        .collect();
    let mut printed = join(&arguments[flags.len()..], " ");
    if flags.iter().any(|flag| flag.contains('e')) {
        printed = escaped(&printed);
    }
    if !flags.iter().any(|flag| flag.contains('n')) {
        printed.push(Part::Literal("\n".to_owned()));
    }
    Some(printed)
}

/// `printf` with nothing but `%s` in its format.
fn formatted(arguments: &[Value]) -> Option<Value> {
    let (format, mut rest) = arguments.split_first()?;
    let format = escaped(format);
    let pieces: Vec<&str> = format.as_literal().map_or_else(Vec::new, |format| format.split("%s").collect());
    if pieces.iter().any(|piece| piece.contains('%')) || pieces.is_empty() && format.literal_contains("%") {
        return None;
    }
    if pieces.len() < 2 {
        return Some(format);
    }
    let mut printed = Value::default();
    loop {
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0
                && let Some((next, others)) = rest.split_first()
            {
                printed.extend(next);
                rest = others;
            }
            printed.push(Part::Literal((*piece).to_owned()));
        }
        if rest.is_empty() {
            return Some(printed);
        }
    }
}

fn escaped(text: &Value) -> Value {
    Value::from_parts(text.parts().iter().map(|part| match part {
        Part::Literal(text) => Part::Literal(text.replace("\\n", "\n").replace("\\t", "\t")),
        Part::Symbol(_) => part.clone(),
    }))
}

/// The commit's own names.
fn git(arguments: &[Value]) -> Option<Value> {
    let words: Vec<&str> = arguments.iter().map(Value::as_literal).collect::<Option<_>>()?;
    match words.as_slice() {
        ["rev-parse", "--show-toplevel"] => Some(at("")),
        ["rev-parse", "HEAD"] | ["rev-parse", "--verify", "HEAD"] | ["log", "-1", "--format=%H" | "--pretty=%H"] => {
            Some(Value::variable("BITBUCKET_COMMIT"))
        }
        _ => None,
    }
}

/// The one line that has a name of a variable in it, as `grep NAME` and `grep ^NAME=` print it. What stands in an unknown
/// can't be told, so each line has to have its own name before it.
pub(super) fn matching(text: &Value, pattern: &str) -> Option<Value> {
    let plain = pattern.strip_prefix('^').unwrap_or(pattern);
    let name = plain.strip_suffix('=').unwrap_or(plain);
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let lines = text.split_on(|c| c == '\n');
    let own_names =
        lines.iter().all(|line| line.split_once("=").is_some_and(|(own, _)| own.as_literal().is_some_and(is_name)));
    let mut found = lines.into_iter().filter(|line| line.literal_contains(name));
    let one = found
        .next()
        .filter(|line| line.literal_prefix().strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))?;
    (is_name(name) && own_names && found.next().is_none()).then_some(one)
}
