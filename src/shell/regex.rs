//! Regular expressions over names, as far as they say the same as the patterns of a pipeline.

/// The patterns that take what a regular expression takes; none where it can't be said in patterns.
pub fn globs(regex: &str) -> Vec<String> {
    let quoted = |quote: char| regex.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let regex = quoted('\'').or_else(|| quoted('"')).unwrap_or(regex);
    alternatives(regex).into_iter().map(glob).collect::<Option<Vec<String>>>().unwrap_or_default()
}

/// The parts between the bars that stand in no group.
fn alternatives(regex: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, letter) in regex.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.extend(regex.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(regex.get(from..));
    parts
}

fn glob(regex: &str) -> Option<String> {
    let (start, regex) = regex.strip_prefix('^').map_or(("**", regex), |rest| ("", rest));
    let (end, regex) = regex.strip_suffix('$').map_or(("**", regex), |rest| ("", rest));
    let mut pattern = String::new();
    let mut letters = regex.chars().peekable();
    while let Some(letter) = letters.next() {
        let one = match letter {
            '(' => "{".to_owned(),
            ')' => "}".to_owned(),
            '|' => ",".to_owned(),
            '\\' => letters.next().filter(|next| matches!(next, '.' | '/' | '-'))?.to_string(),
            '.' => "?".to_owned(),
            // A class is some letter: what it leaves out is no name of a branch.
            '[' => {
                letters.by_ref().find(|inner| *inner == ']')?;
                "?".to_owned()
            }
            plain if plain.is_alphanumeric() || matches!(plain, '/' | '-' | '_') => plain.to_string(),
            _ => return None,
        };
        match letters.peek() {
            Some('*' | '+') if one == "?" => {
                letters.next();
                pattern.push_str("**");
            }
            Some('*' | '+' | '?' | '{') => return None,
            _ => pattern.push_str(&one),
        }
    }
    Some(format!("{start}{pattern}{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_expression_is_a_pattern_where_both_can_say_it() {
        for (regex, patterns) in [
            ("^release/", vec!["release/**"]),
            ("'^release\\/.*$'", vec!["release/**"]),
            ("^(develop|release)", vec!["{develop,release}**"]),
            ("^develop$|^hotfix/[a-z]+", vec!["develop", "hotfix/****"]),
            ("main", vec!["**main**"]),
            ("^a?b", vec![]),
            ("^$NAME", vec![]),
        ] {
            assert_eq!(globs(regex), patterns, "{regex}");
        }
    }
}
