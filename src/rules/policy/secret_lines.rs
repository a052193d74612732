//! Where a credential may stand in a text: most of it is passed over at the cost of its bytes.

use super::secret_shapes::BEGINNINGS;
use crate::yaml::Span;

/// What stands in each line in which a credential can be told by what is around it: a part of a name that says so, a
/// header's scheme, a short flag that takes a password. Lower case; letters of a line count in either case.
const SIGNS: [&[u8]; 18] = [
    b"key",
    b"pass",
    b"secret",
    b"token",
    b"credential",
    b"bearer",
    b"basic",
    b"--user",
    b"-u",
    b"-p",
    b"redis-cli",
    b"nuget",
    b"openssl",
    b"snyk",
    b"_auth",
    b"pwd",
    b"creds",
    b"sonar.login",
];

/// Where to search in a text.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// The lines with a sign in them, continued ones joined, in order.
    lines: Vec<Span>,
    /// The offsets at which credentials of a known shape may begin, in order.
    begun: Vec<usize>,
}

impl Signs {
    /// Those of a text. A line that is not ASCII is always worth a search, since a letter may have more than two forms.
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut signs = Self::default();
        let mut told = 0;
        for (before, (first, second)) in bytes.iter().zip(bytes.get(1..).unwrap_or_default()).enumerate() {
            let may = may_begin(*first, *second);
            if may == 0 {
                continue;
            }
            let at = before + 1;
            if at >= told && is_sign(bytes, at, may) {
                let start = begin_of_command(bytes, told, at);
                told = end_of_command(bytes, start);
                signs.lines.push(Span::new(start, told));
            }
            if may & SHAPES != 0 && text.get(before..).is_some_and(|rest| begins_shape(rest, may)) {
                signs.begun.push(before);
            }
        }
        signs
    }

    /// The telling lines of the text, each with its offset.
    pub(super) fn lines<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
        self.lines.iter().filter_map(|line| Some((line.start, text.get(line.start..line.end)?)))
    }

    /// The offsets at which credentials of a known shape may begin.
    pub(super) fn begun(&self) -> &[usize] {
        &self.begun
    }

    /// Whether a credential of a known shape may begin in a part of the text.
    pub(super) fn begins_in(&self, part: Span) -> bool {
        let next = self.begun.partition_point(|at| *at < part.start);
        self.begun.get(next).is_some_and(|at| *at < part.end)
    }

    /// Whether a part of the text has to do with a telling line.
    pub(super) fn tell_of(&self, part: Span) -> bool {
        let next = self.lines.partition_point(|line| line.end <= part.start);
        self.lines.get(next).is_some_and(|line| line.start < part.end)
    }
}

/// Lines with a sign in them, with the offset of each. A line that is continued is one with those that it goes on in: the tool
/// and its flags may stand in different ones.
pub(super) fn telling_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut base = 0;
    let lines = std::iter::from_fn(move || {
        let start = base;
        base = end_of_command(text.as_bytes(), start);
        text.get(start..base).filter(|line| !line.is_empty()).map(|line| (start, line))
    });
    lines.filter(|(_, line)| is_telling(line))
}

/// Where the command begins of which a line has `at` in it; not before `least`, where another ends.
fn begin_of_command(bytes: &[u8], least: usize, at: usize) -> usize {
    let line = |end: usize| memchr::memrchr(b'\n', bytes.get(..end).unwrap_or(&[])).map_or(0, |at| at + 1);
    let mut start = line(at);
    while start > least {
        let before = line(start - 1);
        if !goes_on(bytes.get(before..start).unwrap_or(&[])) {
            break;
        }
        start = before;
    }
    start
}

/// Where the last line ends in which the line that begins at `start` goes on.
fn end_of_command(bytes: &[u8], mut start: usize) -> usize {
    loop {
        let rest = bytes.get(start..).unwrap_or(&[]);
        let end = memchr::memchr(b'\n', rest).map_or(bytes.len(), |length| start + length + 1);
        if end >= bytes.len() || !goes_on(bytes.get(start..end).unwrap_or(&[])) {
            return end;
        }
        start = end;
    }
}

/// Whether a line, with its break, goes on in the next one. A comment does not.
fn goes_on(line: &[u8]) -> bool {
    let Some(line) = line.strip_suffix(b"\n") else { return false };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let signs = line.iter().rev().take_while(|byte| **byte == b'\\').count();
    signs % 2 == 1 && !line.trim_ascii_start().starts_with(b"#")
}

/// Whether a sign stands in a line or a name.
pub(super) fn is_telling(line: &str) -> bool {
    let bytes = line.as_bytes();
    let mut before = 0;
    bytes.iter().enumerate().any(|(at, byte)| {
        let first = std::mem::replace(&mut before, *byte);
        let may = may_begin(first, *byte);
        may != 0 && is_sign(bytes, at, may)
    })
}

/// Whether a sign begins at the byte before `at`; `may` are those that may.
fn is_sign(bytes: &[u8], at: usize, may: Set) -> bool {
    if may & OTHER != 0 {
        return true;
    }
    let Some(begin) = at.checked_sub(1).filter(|_| may & SHAPES != may) else { return false };
    let rest = bytes.get(begin..).unwrap_or(&[]);
    // A flag begins a word: `docker-push` has none.
    let in_word = bytes.get(begin.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric);
    members(may & !SHAPES)
        .filter_map(|member| SIGNS.get(member))
        .any(|sign| begins(rest, sign) && !(in_word && sign.starts_with(b"-")))
}

/// Whether a shape begins a text, or does where a line that ends there is folded into the next; `may` are those that may.
fn begins_shape(rest: &str, may: Set) -> bool {
    members(may & SHAPES)
        .filter_map(|member| BEGINNINGS.get(member - SIGNS.len()))
        .any(|begin| rest.starts_with(begin.trim_ascii_end()))
}

fn begins(text: &[u8], sign: &[u8]) -> bool {
    text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign))
}

/// A bit for each sign, then for each shape, and the last one for [`OTHER`].
type Set = u64;

/// Any byte before one that is not ASCII.
const OTHER: Set = 1 << 63;

/// The bits of the shapes.
const SHAPES: Set = ((1 << BEGINNINGS.len()) - 1) << SIGNS.len();

fn members(mut set: Set) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let member = (set != 0).then(|| set.trailing_zeros() as usize);
        set &= set.wrapping_sub(1);
        member
    })
}

/// What has these two bytes first. Nearly every place of a text has nothing, so it costs two looks into small tables.
fn may_begin(first: u8, second: u8) -> Set {
    FIRST[usize::from(first)] & SECOND[usize::from(second)]
}

/// What has a byte first.
static FIRST: [Set; 256] = with_byte(0);

/// What has a byte second.
static SECOND: [Set; 256] = with_byte(1);

/// What has each byte at a place; signs have it in either case.
const fn with_byte(at: usize) -> [Set; 256] {
    let mut sets = [0; 256];
    let mut byte = 0;
    while byte < sets.len() {
        if at == 0 || byte > 0x7f {
            sets[byte] = OTHER;
        }
        byte += 1;
    }
    let mut sign = 0;
    while sign < SIGNS.len() {
        sets[SIGNS[sign][at] as usize] |= 1 << sign;
        sets[SIGNS[sign][at].to_ascii_uppercase() as usize] |= 1 << sign;
        sign += 1;
    }
    let mut shape = 0;
    while shape < BEGINNINGS.len() {
        sets[BEGINNINGS[shape].as_bytes()[at] as usize] |= 1 << (SIGNS.len() + shape);
        shape += 1;
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::super::secret::is_secret_name;
    use super::super::secret_commands::FLAGS;
    use super::*;

    fn tells(line: &str) -> bool {
        telling_lines(line).next().is_some()
    }

    #[test]
    fn a_line_that_is_passed_over_names_no_secret() {
        let names = [
            "DB_PASSWORD",
            "apiKey",
            "AWS_ACCESS_KEY_ID",
            "passwd",
            "Credential",
            "credentials",
            "apikey",
            "privateKey",
        ];
        for name in names {
            assert!(is_secret_name(name) && tells(&format!("  {name}: x\n")), "{name}");
        }
        assert!(is_secret_name("TO\u{212a}EN") && tells("TO\u{212a}EN: x"));
        assert!(!tells("  - docker build -t a/b:$BITBUCKET_COMMIT .\n"));
    }

    #[test]
    fn each_flag_and_header_with_a_credential_makes_a_line_worth_it() {
        for flag in
            FLAGS.into_iter().chain(["-u", "--user", "-p", "Bearer ", "Basic ", "PRIVATE-TOKEN: ", "X-Api-Key: "])
        {
            assert!(tells(&format!("  - x {flag} y\n")), "{flag}");
        }
    }

    #[test]
    fn lines_keep_their_offsets() {
        let text = "a\nkey\r\n\nb -p c";
        assert_eq!(telling_lines(text).collect::<Vec<_>>(), [(2, "key\r\n"), (8, "b -p c")]);
    }

    #[test]
    fn a_line_and_those_it_goes_on_in_are_one() {
        let text = "a\nb \\\n c \\\n  -p d\n# -p \\\ne\nf \\\\\n-p g\nh \\\n i\nj -p \\\n k\n";
        let joined = ["b \\\n c \\\n  -p d\n", "# -p \\\n", "-p g\n", "j -p \\\n k\n"];
        assert_eq!(telling_lines(text).map(|(_, line)| line).collect::<Vec<_>>(), joined);
        assert_eq!(Signs::of(text).lines(text).collect::<Vec<_>>(), telling_lines(text).collect::<Vec<_>>());
        let long = "-p \\\n".repeat(100_000);
        assert_eq!((Signs::of(&long).lines(&long).count(), telling_lines(&long).count()), (1, 1));
    }
}
