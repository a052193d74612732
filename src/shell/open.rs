//! Compounds that a text leaves open, or closes: an `if` in one item of a script whose `fi` stands in a later one.

use super::bounds::balanced;

/// Words behind which a command begins, as at the start of a line.
const BEFORE_COMMANDS: [&str; 9] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{"];

/// How many compounds a text leaves open; negative where it closes more than it opens. Quotes, comments and words that are no
/// commands count for nothing.
pub fn open_compounds(text: &str) -> isize {
    let mut count = 0;
    let mut at_command = true;
    let mut before = "";
    for token in (Tokens { text, at: 0, document: None }) {
        match token {
            Token::End => at_command = true,
            Token::Word(word) => {
                count += match word {
                    "if" | "for" | "while" | "until" | "case" | "select" if at_command => 1,
                    "fi" | "done" | "esac" | "}" if at_command => -1,
                    // `f() {`, `function f {`
                    "{" if at_command || before.ends_with(')') || before == "function" => 1,
                    _ => 0,
                };
                // What stands behind a name that is defined is no command yet.
                before = if before == "function" && word != "{" { "function" } else { word };
                // `main) docker push x;;`
                let pattern = word.ends_with(')') && !word.contains('(');
                at_command = pattern || at_command && BEFORE_COMMANDS.contains(&word);
            }
        }
    }
    count
}

enum Token<'t> {
    Word(&'t str),
    /// The end of a command.
    End,
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// The word that ends the here-document which begins on the next line.
    document: Option<&'t str>,
}

impl<'t> Tokens<'t> {
    /// Goes behind a here-document whose text begins here.
    fn pass_document(&mut self, word: &str) {
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            let line = rest.split_inclusive('\n').next().unwrap_or(rest);
            self.at += line.len();
            if line.trim() == word {
                break;
            }
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        match bytes.get(start)? {
            b'#' => {
                self.at = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |end| start + end);
                return self.next();
            }
            b'\n' | b';' | b'&' | b'|' | b'(' => {
                self.at += 1;
                if let Some(word) = self.document.take_if(|_| bytes[start] == b'\n') {
                    self.pass_document(word);
                }
                return Some(Token::End);
            }
            b'<' if bytes[start..].starts_with(b"<<") && bytes.get(start + 2) != Some(&b'<') => {
                let rest = self.text.get(start + 2..)?.trim_start_matches('-').trim_start_matches(' ');
                let word = rest.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '>' | '&' | ')')).next();
                self.document = word.map(|word| word.trim_matches(['"', '\'', '\\']));
            }
            _ => {}
        }
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 1,
                b'\'' => {
                    self.at = memchr::memchr(b'\'', &bytes[self.at + 1..]).map_or(bytes.len(), |end| self.at + 1 + end)
                }
                b'$' if bytes.get(self.at + 1) == Some(&b'(') => {
                    self.at = balanced(self.text, self.at + 1, '(', ')');
                    continue;
                }
                b'"' => self.at = super::bounds::closing_quote(self.text, self.at + 1),
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' => break,
                // `f()` is one word; a bracket elsewhere begins commands.
                b'(' if bytes.get(self.at + 1) != Some(&b')') && bytes.get(self.at.wrapping_sub(1)) != Some(&b'$') => {
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at = self.at.min(bytes.len());
        Some(Token::Word(self.text.get(start..self.at).unwrap_or("")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::open_compounds;

    #[test]
    fn what_is_left_open_is_counted() {
        for (text, count) in [
            ("if [ -n \"$X\" ]; then", 1),
            ("if a; then echo no", 1),
            ("elif b; then", 0),
            ("fi", -1),
            ("if a; then b; fi", 0),
            ("for x in if fi; do", 1),
            ("while read -r x; do if y; then z; fi", 1),
            ("done < f", -1),
            ("case $X in", 1),
            ("esac", -1),
            ("f() {", 1),
            ("function f {", 1),
            ("}", -1),
            ("{ a; b; }", 0),
            ("if ! { a; }; then", 1),
            ("echo if; echo 'if x; then'", 0),
            ("echo \"\nif x; then\n\"", 0),
            ("docker run --if x # if y", 0),
            ("echo ${X} {a,b} $(if x; then y; fi)", 0),
            ("y=$( if a; then b; fi )", 0),
            ("cat > n.conf <<E\nserver {\n}\n}\nE\nif x; then", 1),
            ("cat <<-'E' > f && if x; then\nfi\nE", 1),
            ("case x in\na) if t; then", 2),
        ] {
            assert_eq!(open_compounds(text), count, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_counted(text in "\\PC{0,60}") {
            open_compounds(&text);
        }
    }
}
