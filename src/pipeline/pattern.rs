//! Branch and tag patterns, as Bitbucket matches them.
//!
//! `*` is any run of characters but `/`, `**` any run at all, `?` one character but `/`, `{a,b}` one of several (blanks
//! count), anything else is itself. What brackets mean is not documented: see [`Matching::Unclear`].

use std::collections::HashSet;

/// How many alternatives braces may give.
const ALTERNATIVES: usize = 256;

/// A pattern with its braces expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    alternatives: Vec<Alternative>,
}

/// One alternative of a pattern: no braces left.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alternative {
    /// The text with wildcards.
    pub text: String,
}

/// Whether a name matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on what brackets mean.
    Unclear,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Self {
        // Most have no braces.
        if !text.contains('{') {
            return Self { text: text.to_owned(), alternatives: vec![Alternative { text: text.to_owned() }] };
        }
        let mut alternatives = expand(text);
        alternatives.truncate(ALTERNATIVES);
        // `{fo,{fo,x}}` takes each name once, however often it is written.
        let mut known = HashSet::new();
        alternatives.retain(|text| known.insert(text.clone()));
        let alternatives = alternatives.into_iter().map(|text| Alternative { text }).collect();
        Self { text: text.to_owned(), alternatives }
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What braces stand for; the pattern itself where there are none.
    pub fn alternatives(&self) -> &[Alternative] {
        &self.alternatives
    }

    /// Whether each opening sign of the text has its closing one behind it, as `{` has `}`.
    pub fn is_balanced(&self, open: char, close: char) -> bool {
        let mut depth = 0_usize;
        for c in self.text.chars() {
            if c == open {
                depth += 1;
            } else if c == close {
                let Some(less) = depth.checked_sub(1) else { return false };
                depth = less;
            }
        }
        depth == 0
    }

    /// Whether it is a plain name.
    pub fn is_exact(&self) -> bool {
        self.alternatives.len() == 1 && self.alternatives.iter().all(Alternative::is_exact)
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> Matching {
        let mut best = Matching::No;
        for alternative in &self.alternatives {
            match alternative.matches(name) {
                Matching::Yes => return Matching::Yes,
                Matching::Unclear => best = Matching::Unclear,
                Matching::No => {}
            }
        }
        best
    }

    /// The alternative that takes a name, the most specific first.
    pub fn alternative_for(&self, name: &str) -> Option<&Alternative> {
        let matching = self.alternatives.iter().filter(|alternative| alternative.matches(name) != Matching::No);
        matching.max_by_key(|alternative| alternative.rank())
    }
}

impl Alternative {
    /// Whether there is no wildcard.
    pub fn is_exact(&self) -> bool {
        !self.text.contains(['*', '?', '['])
    }

    /// The text before the first wildcard.
    pub fn literal_prefix(&self) -> &str {
        self.text.split(['*', '?', '[']).next().unwrap_or("")
    }

    /// A name that it takes and that only a pattern takes which takes all its names: wildcards stand for letters that nobody
    /// writes in a pattern.
    pub fn example(&self) -> String {
        self.text.replace("**", "\u{1}/\u{1}\u{1}").replace('*', "\u{1}\u{1}").replace('?', "\u{1}")
    }

    /// Whether any letter or digit stands outside wildcards.
    pub fn names_something(&self) -> bool {
        self.text.chars().any(char::is_alphanumeric)
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> Matching {
        if self.is_exact() {
            return if self.text == name { Matching::Yes } else { Matching::No };
        }
        let last = self.text.rsplit(['*', '?', ']']).next().unwrap_or("");
        if !name.starts_with(self.literal_prefix()) || !self.text.contains('[') && !name.ends_with(last) {
            return Matching::No;
        }
        let pattern: Vec<char> = self.text.chars().collect();
        let name: Vec<char> = name.chars().collect();
        let literal = wildcard(&pattern, &name, false);
        if !self.text.contains('[') {
            return if literal { Matching::Yes } else { Matching::No };
        }
        match (literal, wildcard(&pattern, &name, true)) {
            (true, true) => Matching::Yes,
            (false, false) => Matching::No,
            _ => Matching::Unclear,
        }
    }

    /// Whether the documented order does not tell which of two wins: names, or patterns with as much literal text.
    pub fn ties_with(&self, other: &Self) -> bool {
        (self.rank().0, self.rank().1) == (other.rank().0, other.rank().1)
    }

    /// Specificity: exact first, then literal characters, then fewer and narrower wildcards.
    pub fn rank(&self) -> (bool, usize, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>) {
        let wild = self.text.matches('*').count() + self.text.matches('?').count();
        let literal = self.text.chars().filter(|c| !matches!(c, '*' | '?')).count();
        let stars = self.text.split("**").count() - 1;
        (self.is_exact(), literal, std::cmp::Reverse(wild), std::cmp::Reverse(stars))
    }
}

/// Matches with `*`, `**`, `?`, and bracket classes where `classes`. Time is pattern times name.
fn wildcard(pattern: &[char], name: &[char], classes: bool) -> bool {
    let mut row = vec![false; name.len() + 1];
    row[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let mut next = vec![false; name.len() + 1];
        match pattern[at] {
            '*' => {
                let deep = pattern.get(at + 1) == Some(&'*');
                let mut reach = false;
                for index in 0..=name.len() {
                    if index > 0 && !deep && name[index - 1] == '/' {
                        reach = false;
                    }
                    reach |= row[index];
                    next[index] = reach;
                }
                at += 1;
                while deep && pattern.get(at) == Some(&'*') {
                    at += 1;
                }
            }
            '[' if classes && class_end(pattern, at).is_some() => {
                let end = class_end(pattern, at).unwrap_or(at);
                for index in 0..name.len() {
                    next[index + 1] = row[index] && in_class(&pattern[at + 1..end], name[index]);
                }
                at = end + 1;
            }
            expected => {
                for index in 0..name.len() {
                    let fits = if expected == '?' { name[index] != '/' } else { name[index] == expected };
                    next[index + 1] = row[index] && fits;
                }
                at += 1;
            }
        }
        row = next;
    }
    row[name.len()]
}

fn class_end(pattern: &[char], open: usize) -> Option<usize> {
    let close = pattern.iter().skip(open + 2).position(|c| *c == ']')?;
    Some(open + 2 + close)
}

fn in_class(class: &[char], c: char) -> bool {
    let (negated, class) = match class {
        ['!' | '^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut found = false;
    let mut at = 0;
    while at < class.len() {
        if class.get(at + 1) == Some(&'-') && at + 2 < class.len() {
            found |= class[at] <= c && c <= class[at + 2];
            at += 3;
        } else {
            found |= class[at] == c;
            at += 1;
        }
    }
    found != negated
}

/// Expands the first brace group and what follows it; `{}` and unbalanced braces are literal.
fn expand(text: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut pending = vec![(String::new(), text.to_owned())];
    while let Some((before, rest)) = pending.pop() {
        if done.len() + pending.len() > ALTERNATIVES {
            done.push(before + &rest);
            continue;
        }
        match group(&rest) {
            Some((head, options, tail)) if !(options.len() == 1 && options[0].is_empty()) => {
                for option in options.iter().rev() {
                    pending.push((format!("{before}{head}"), format!("{option}{tail}")));
                }
            }
            Some((head, _, tail)) => pending.push((format!("{before}{head}{{}}"), tail.to_owned())),
            None => done.push(before + &rest),
        }
    }
    done
}

/// The first balanced brace group: what is before it, its options, what is after it.
fn group(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    let open = text.find('{')?;
    let mut depth = 0;
    let mut start = open + 1;
    let mut options = Vec::new();
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    options.push(text.get(start..at)?);
                    return Some((text.get(..open)?, options, text.get(at + 1..)?));
                }
            }
            ',' if depth == 1 => {
                options.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).matches(name) == Matching::Yes
    }

    #[test]
    fn what_braces_give_twice_is_one_alternative() {
        let pattern = Pattern::new("{f{,o,{oo,o}},bar}/z");
        let texts: Vec<&str> = pattern.alternatives().iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["f/z", "fo/z", "foo/z", "bar/z"]);
    }

    #[test]
    fn the_reference_vectors_hold() {
        assert!(!matches("*", "feature/x"));
        assert!(matches("**", "feature/x"));
        assert!(matches("*/master", "feature/master"));
        assert!(matches("feature/{red,blue}", "feature/blue"));
        assert!(matches("{f{,o,{oo,o}},bar}", "foo"));
        assert!(matches("{}", "{}"));
        assert!(!matches("{}", ""));
        assert!(matches("feature/**", "feature/a/b"));
        assert!(!matches("feature/*", "feature/a/b"));
        assert!(!matches("{main, develop}", "develop"));
        assert!(matches("{main, develop}", " develop"));
        assert!(matches("{a,b", "{a,b"));
        assert!(matches("rel?ase", "release"));
    }

    #[test]
    fn brackets_are_unclear() {
        assert_eq!(Pattern::new("v[0-9]*").matches("v1"), Matching::Unclear);
        assert_eq!(Pattern::new("v[0-9]*").matches("w1"), Matching::No);
    }

    #[test]
    fn braces_expand_in_order_and_within_bounds() {
        let texts = |p: &str| Pattern::new(p).alternatives().iter().map(|a| a.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts("{rc-*,release-{v*,2*}}"), ["rc-*", "release-v*", "release-2*"]);
        assert!(Pattern::new(&"{a,b}".repeat(40)).alternatives().len() <= ALTERNATIVES);
    }

    #[test]
    fn an_example_is_taken_by_what_takes_all_names_alone() {
        let takes = |pattern: &str, other: &str| {
            Pattern::new(pattern).matches(&Alternative { text: other.to_owned() }.example())
        };
        for (pattern, other) in [("a*", "a*"), ("a**", "a*"), ("*", "a?"), ("**", "a/**"), ("a*", "a1")] {
            assert_eq!(takes(pattern, other), Matching::Yes, "{pattern} {other}");
        }
        for (pattern, other) in [("a*", "a**"), ("a?", "a*"), ("a1*", "a*"), ("*a", "a*"), ("a1", "a*")] {
            assert_eq!(takes(pattern, other), Matching::No, "{pattern} {other}");
        }
    }

    #[test]
    fn exact_names_rank_first_then_literal_text() {
        let rank = |p: &str| Alternative { text: p.to_owned() }.rank();
        assert!(rank("main") > rank("mai*"));
        assert!(rank("feature/bb-123-*") > rank("feature/bb-*"));
        assert!(rank("f/*") > rank("f/**"));
    }
}
