//! Which lines are worth a search for credentials: most are not, and are passed over at the cost of their bytes.

/// What stands in each line in which a credential can be told by what is around it: a part of a name that says so, a
/// header's scheme, a short flag that takes a password. Lower case; letters of a line count in either case.
const SIGNS: [&[u8]; 10] =
    [b"key", b"pass", b"secret", b"token", b"credential", b"bearer", b"basic", b"-u", b"--user", b"-p"];

/// Lines with a sign in them, with the offset of each. In a line that is not ASCII a letter may have more than two forms, so
/// it is always worth it.
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
    for (at, byte) in bytes.iter().enumerate() {
        let pair = (before << 8) | usize::from(*byte);
        before = usize::from(*byte);
        if *byte >= 0x80 {
            return true;
        }
        // The first two bytes rule out nearly every place.
        if PAIRS[pair >> 6] >> (pair & 63) & 1 != 0
            && bytes.get(at - 1..).is_some_and(|rest| SIGNS.iter().any(|sign| begins(rest, sign)))
        {
            return true;
        }
    }
    false
}

fn begins(text: &[u8], sign: &[u8]) -> bool {
    text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign))
}

/// A bit for each pair of bytes with which a sign begins, in either case.
static PAIRS: [u64; 1 << 10] = {
    let mut pairs = [0; 1 << 10];
    let mut at = 0;
    while at < SIGNS.len() * 4 {
        let sign = SIGNS[at / 4];
        let first = if at & 1 == 0 { sign[0] } else { sign[0].to_ascii_uppercase() };
        let second = if at & 2 == 0 { sign[1] } else { sign[1].to_ascii_uppercase() };
        let pair = ((first as usize) << 8) | second as usize;
        pairs[pair >> 6] |= 1 << (pair & 63);
        at += 1;
    }
    pairs
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
