//! Texts that are filled in on their way to another command: by `envsubst`, and by `sed` where it puts words in the place of others.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin};
use super::value::{Part, Value, join};
use super::written::Contents;

/// The longest text that is filled in, in bytes.
const LONGEST: usize = 1 << 12;

/// What fills a text in.
pub(super) struct Edit {
    fills: Fills,
    /// The files that it reads by name; none where it reads its input.
    paths: Vec<Value>,
    /// Whether it writes to where it read.
    in_place: bool,
}

enum Fills {
    /// Variables: these, or all.
    Variables(Option<Vec<String>>),
    /// Plain words, each with what comes in its place.
    Words(Vec<Put>),
}

struct Put {
    find: String,
    /// Whether the rest of the line goes as well.
    rest: bool,
    /// Whether all of a line are meant, and not the first.
    all: bool,
    with: Value,
}

/// Whether a flag of `sed`, `yq` or `perl` has what they make of a file written to where it was read: `-i.bak`, `-Ei`, `--in-place`.
pub fn is_in_place(flag: &str) -> bool {
    match flag.strip_prefix("--") {
        Some(long) => long.starts_with("in-place") || long == "inplace",
        // Letters before it that take no value.
        None => flag.strip_prefix('-').is_some_and(|flags| {
            flags.trim_start_matches(|c: char| "EnrsuzpalwPN".contains(c) || c.is_ascii_digit()).starts_with('i')
        }),
    }
}

impl Invocation {
    /// Whether a flag of `sed`, `yq` or `perl` has it write to the files that it reads.
    pub fn edits_in_place(&self) -> bool {
        self.words.iter().skip(1).any(|word| is_in_place(word.value().literal_prefix()))
    }
}

impl Edit {
    /// The edit that a command makes; `None` where it makes none or can't be followed.
    pub(super) fn of(invocation: &Invocation) -> Option<Self> {
        let words: Vec<Value> = invocation.words.iter().skip(1).map(|word| word.value().into_owned()).collect();
        match invocation.name()? {
            "envsubst" => {
                let only = match words.as_slice() {
                    [] => None,
                    [names] => Some(names_in(names.as_literal().filter(|names| names.starts_with('$'))?)),
                    _ => return None,
                };
                Some(Self { fills: Fills::Variables(only), paths: Vec::new(), in_place: false })
            }
            "sed" => Self::of_sed(&words),
            _ => None,
        }
    }

    fn of_sed(words: &[Value]) -> Option<Self> {
        let (mut puts, mut paths, mut in_place, mut extended) = (Vec::new(), Vec::new(), false, false);
        let mut scripts: Vec<Value> = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_literal() {
                Some("-e" | "--expression") => scripts.push(words.next()?.clone()),
                Some("-E" | "-r" | "--regexp-extended") => extended = true,
                _ if word.literal_prefix().starts_with('-') => {
                    let flag = word.literal_prefix();
                    // With `-n` it prints nothing by itself; `-s` and `-z` have it take lines otherwise.
                    if !is_in_place(flag) || flag.trim_start_matches(['-', 'E', 'r']).starts_with(['n', 's', 'z']) {
                        return None;
                    }
                    extended = extended || flag.trim_start_matches('-').starts_with(['E', 'r']);
                    in_place = true;
                }
                _ => paths.push(word.clone()),
            }
        }
        if scripts.is_empty() {
            if paths.is_empty() {
                return None;
            }
            scripts.push(paths.remove(0));
        }
        for script in &scripts {
            puts.extend(read_script(script, extended)?);
        }
        Some(Self { fills: Fills::Words(puts), paths, in_place })
    }
}

/// The names of variables in a text.
fn names_in(text: &str) -> Vec<String> {
    let names = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `s/a/b/g; s/c/d/`, with plain words to find. `None` for all else.
fn read_script(script: &Value, extended: bool) -> Option<Vec<Put>> {
    let bar = script.literal_prefix().strip_prefix('s')?.chars().next().filter(|c| !c.is_alphanumeric())?;
    let parts = parted(script, &bar.to_string());
    let mut parts = parts.iter();
    let mut puts = Vec::new();
    let mut command = parts.next()?.as_literal()?.to_owned();
    while command == "s" {
        let (find, rest) = plain(parts.next()?.as_literal()?, extended)?;
        let with = parts.next()?.clone();
        // `&` and `\1` stand for what was found.
        if ["&", "\\", "\n"].iter().any(|special| with.literal_contains(special)) {
            return None;
        }
        let tail = parts.next()?.as_literal()?;
        let next = tail.trim_start_matches('g');
        puts.push(Put { find, rest, all: next.len() < tail.len(), with });
        command = next.trim_matches([';', ' ', '\n']).to_owned();
    }
    (command.is_empty() && parts.next().is_none()).then_some(puts)
}

/// The pieces between the places of a text, empty ones as well.
fn parted(text: &Value, at: &str) -> Vec<Value> {
    let (mut pieces, mut rest) = (Vec::new(), text.clone());
    while let Some((before, after)) = rest.split_once(at) {
        pieces.push(before);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

/// The words that a pattern finds, where it is no pattern but at its end, and whether it takes the rest of the line.
fn plain(pattern: &str, extended: bool) -> Option<(String, bool)> {
    let cut = pattern.strip_suffix(".*").or_else(|| pattern.strip_suffix(".*$"));
    let mut find = String::new();
    let mut chars = cut.unwrap_or(pattern).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => find.push(
                chars
                    .next()
                    .filter(|c| matches!(c, '$' | '.' | '-' | '{' | '}' | '"') && (extended || !"{}".contains(*c)))?,
            ),
            '*' | '[' | ']' | '^' => return None,
            '+' | '?' | '(' | ')' | '{' | '}' | '|' if extended => return None,
            '$' if chars.peek().is_none() => return None,
            c => find.push(c),
        }
    }
    (!find.is_empty()).then_some((find, cut.is_some()))
}

impl Interpreter<'_> {
    /// What a command hands on of a text that it fills in.
    pub(super) fn filled(&mut self, invocation: &Invocation) -> Option<Stdin> {
        let edit = Edit::of(invocation).filter(|edit| !edit.in_place)?;
        let (text, is_kept) = match (edit.paths.as_slice(), &invocation.stdin) {
            ([path], _) => self.text_at(path)?,
            ([], Stdin::File(path)) => self.text_at(&Value::literal(path.as_str()))?,
            ([], Stdin::Edited(text)) => (text.clone(), true),
            ([], Stdin::Text(values)) => (Value::one_of(values.clone()), false),
            ([], Stdin::Document { piece, expanded: false }) => (Value::literal(&*piece.text), false),
            _ => return None,
        };
        // What a command printed is not known.
        if text.as_symbol().is_some() {
            return None;
        }
        let text = self.fill(&edit.fills, &text)?;
        Some(if is_kept { Stdin::Edited(text) } else { Stdin::Text(vec![text]) })
    }

    /// Fills a file in where it stands; false where that can't be followed.
    pub(super) fn fill_in_place(&mut self, invocation: &Invocation) -> bool {
        let Some(edit) = Edit::of(invocation).filter(|edit| edit.in_place) else { return false };
        let mut filled = Vec::new();
        for path in &edit.paths {
            let text = self.text_at(path).and_then(|(text, _)| self.fill(&edit.fills, &text));
            let Some((place, text)) = self.path(path).zip(text) else { return false };
            filled.push((place, text));
        }
        filled.into_iter().for_each(|(place, text)| self.files_mut().set(place, text));
        true
    }

    /// What stands in a file that the script wrote, or that is in the repository as it is kept there, and whether it is kept.
    fn text_at(&mut self, path: &Value) -> Option<(Value, bool)> {
        match self.contents(path) {
            Contents::Known(text) => Some((text, false)),
            Contents::Unknown => None,
            Contents::Elsewhere => {
                let place = path.as_literal().and_then(|_| self.path(path))?;
                let untouched = self.scope.written.of(&place).is_none() && self.remote.is_none();
                let text = untouched.then(|| self.host_script(&place)).flatten()?;
                Some((Value::literal(text), true))
            }
        }
    }

    fn fill(&self, fills: &Fills, text: &Value) -> Option<Value> {
        let length: usize = text
            .parts()
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.len(),
                Part::Symbol(_) => 0,
            })
            .sum();
        if length > LONGEST {
            return None;
        }
        match fills {
            Fills::Variables(only) => Some(self.with_variables(text, only.as_deref())),
            Fills::Words(puts) => {
                let mut lines = parted(text, "\n");
                for (put, line) in
                    puts.iter().flat_map(|put| (0..lines.len()).map(move |line| (put, line))).collect::<Vec<_>>()
                {
                    if let Some(line) = lines.get_mut(line) {
                        *line = put.replaced_in(line);
                    }
                }
                Some(join(lines.iter(), "\n"))
            }
        }
    }

    /// A text with variables in the place of `$NAME` and `${NAME}`.
    fn with_variables(&self, text: &Value, only: Option<&[String]>) -> Value {
        let mut filled = Value::default();
        for part in text.parts() {
            let Part::Literal(text) = part else {
                filled.push(part.clone());
                continue;
            };
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once('$') {
                filled.push_literal(before);
                let inner = after.strip_prefix('{');
                let name = inner.unwrap_or(after);
                let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
                let (name, behind) = name.split_at(end);
                let behind = if inner.is_some() { behind.strip_prefix('}') } else { Some(behind) };
                let wanted = !name.is_empty() && only.is_none_or(|only| only.iter().any(|other| other == name));
                let Some(behind) = behind.filter(|_| wanted) else {
                    filled.push_literal("$");
                    rest = after;
                    continue;
                };
                filled.extend(&Value::one_of(self.variable(name).or_itself().into_owned()));
                rest = behind;
            }
            filled.push_literal(rest);
        }
        filled
    }
}

impl Put {
    /// A line with the words replaced.
    fn replaced_in(&self, line: &Value) -> Value {
        let mut done = Value::default();
        let mut rest = line.clone();
        while let Some((before, after)) = rest.split_once(&self.find) {
            done.extend(&before);
            done.extend(&self.with);
            rest = if self.rest { Value::default() } else { after };
            if !self.all || self.rest {
                break;
            }
        }
        done.extend(&rest);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::is_in_place;

    #[test]
    fn flags_that_write_in_place_are_told_from_others() {
        for flag in [
            "-i",
            "-i.bak",
            "-i''",
            "-Ei",
            "-ni",
            "-pi",
            "-0777pi",
            "-pie",
            "-Pi",
            "--in-place",
            "--in-place=.old",
            "--inplace",
        ] {
            assert!(is_in_place(flag), "{flag}");
        }
        for flag in ["i", "-e", "-ei", "-f", "-fin.sed", "-n", "-", "--", "--quiet", "--silent", "-Mstrict", "s/i/-i/"]
        {
            assert!(!is_in_place(flag), "{flag}");
        }
    }
}
