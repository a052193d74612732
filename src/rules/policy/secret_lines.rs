//! Where a credential may stand in a text: most of it is passed over at the cost of its bytes.

use super::secret::BEGINNINGS;
use crate::yaml::Span;

/// What stands in each line in which a credential can be told by what is around it: a part of a name that says so, a
/// header's scheme, a short flag that takes a password. Lower case; letters of a line count in either case.
const SIGNS: [&[u8]; 11] =
    [b"key", b"pass", b"secret", b"token", b"credential", b"bearer", b"basic", b"--user", b"-u", b"-p", b"redis-cli"];

/// Where to search in a text.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// The lines with a sign in them, in order.
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
            if !may_begin(*first, *second) {
                continue;
            }
            let pair = usize::from(*first) << 8 | usize::from(*second);
            let at = before + 1;
            if at >= told && is_sign(bytes, at, pair) {
                let start = memchr::memrchr(b'\n', bytes.get(..at).unwrap_or(&[])).map_or(0, |at| at + 1);
                let rest = bytes.get(at..).unwrap_or(&[]);
                told = memchr::memchr(b'\n', rest).map_or(bytes.len(), |length| at + length + 1);
                signs.lines.push(Span::new(start, told));
            }
            if has(&BEGIN_SHAPES, pair) && text.get(before..).is_some_and(begins_shape) {
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

/// Lines with a sign in them, with the offset of each.
pub(super) fn telling_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut base = 0;
    let lines = text.split_inclusive('\n').map(move |line| {
        base += line.len();
        (base - line.len(), line)
    });
    lines.filter(|(_, line)| is_telling(line))
}

/// Whether a sign stands in a line or a name.
pub(super) fn is_telling(line: &str) -> bool {
    let bytes = line.as_bytes();
    let mut before = 0;
    bytes.iter().enumerate().any(|(at, byte)| {
        let first = std::mem::replace(&mut before, *byte);
        may_begin(first, *byte) && is_sign(bytes, at, usize::from(first) << 8 | usize::from(*byte))
    })
}

/// Whether a sign begins with the pair of bytes of which the second stands at `at`.
fn is_sign(bytes: &[u8], at: usize, pair: usize) -> bool {
    if pair & 0x80 != 0 {
        return true;
    }
    let Some(begin) = at.checked_sub(1).filter(|_| has(&BEGIN_SIGNS, pair)) else { return false };
    let rest = bytes.get(begin..).unwrap_or(&[]);
    // A flag begins a word: `docker-push` has none.
    let in_word = bytes.get(begin.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric);
    let first = rest.first().map(u8::to_ascii_lowercase);
    SIGNS
        .iter()
        .any(|sign| sign.first() == first.as_ref() && begins(rest, sign) && !(in_word && sign.starts_with(b"-")))
}

/// Whether a shape begins a text, or does where a line that ends there is folded into the next.
fn begins_shape(rest: &str) -> bool {
    let first = rest.as_bytes().first();
    BEGINNINGS.iter().any(|begin| begin.as_bytes().first() == first && rest.starts_with(begin.trim_ascii_end()))
}

fn begins(text: &[u8], sign: &[u8]) -> bool {
    text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign))
}

/// A bit for each pair of bytes.
type Pairs = [u64; 1 << 10];

fn has(pairs: &Pairs, pair: usize) -> bool {
    pairs[pair >> 6] >> (pair & 63) & 1 != 0
}

const fn set(pairs: &mut Pairs, first: u8, second: u8) {
    let pair = ((first as usize) << 8) | second as usize;
    pairs[pair >> 6] |= 1 << (pair & 63);
}

/// The pairs with which a sign begins, in either case.
static BEGIN_SIGNS: Pairs = {
    let mut pairs = [0; 1 << 10];
    let mut at = 0;
    while at < SIGNS.len() * 4 {
        let sign = SIGNS[at / 4];
        let first = if at & 1 == 0 { sign[0] } else { sign[0].to_ascii_uppercase() };
        let second = if at & 2 == 0 { sign[1] } else { sign[1].to_ascii_uppercase() };
        set(&mut pairs, first, second);
        at += 1;
    }
    pairs
};

/// The pairs with which a shape begins.
static BEGIN_SHAPES: Pairs = {
    let mut pairs = [0; 1 << 10];
    let mut at = 0;
    while at < BEGINNINGS.len() {
        let begin = BEGINNINGS[at].as_bytes();
        set(&mut pairs, begin[0], begin[1]);
        at += 1;
    }
    pairs
};

/// Whether there may be something to look at where two bytes stand: nearly every place of a text is passed over by this, so it
/// costs two looks into small tables.
fn may_begin(first: u8, second: u8) -> bool {
    BEGINS[usize::from(first)] & FOLLOWS[usize::from(second)] != 0
}

/// The bit of a byte that begins a pair; several share one.
const fn bit(first: usize) -> u32 {
    1 << (first % 31)
}

/// The bit of any byte before one that is not ASCII.
const OTHER: u32 = 1 << 31;

/// What a byte may begin.
static BEGINS: [u32; 256] = {
    let mut bits = [0; 256];
    let mut first = 0;
    while first < bits.len() {
        bits[first] = bit(first) | OTHER;
        first += 1;
    }
    bits
};

/// What a byte may go on with.
static FOLLOWS: [u32; 256] = {
    let mut bits = [0; 256];
    let mut pair = 0;
    while pair < 1 << 16 {
        let second = pair & 0xff;
        if (BEGIN_SIGNS[pair >> 6] | BEGIN_SHAPES[pair >> 6]) >> (pair & 63) & 1 != 0 {
            bits[second] |= bit(pair >> 8);
        }
        if second > 0x7f {
            bits[second] |= OTHER;
        }
        pair += 1;
    }
    bits
};

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
}
