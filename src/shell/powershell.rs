//! PowerShell as the shell text that means the same, for the simple things that pipelines on Windows do: variables,
//! assignments, cuts, continued lines. What is more than that stays as it is, and is not followed.

use super::piece::Piece;

impl Piece {
    /// The text of a Windows runner's script as shell, each byte with its place.
    pub fn from_powershell(&self) -> Piece {
        let mut shell = Shell { source: &self.text, at: 0, text: String::new(), places: Vec::new() };
        shell.read();
        self.edited(&shell.text, &shell.places)
    }
}

struct Shell<'t> {
    source: &'t str,
    at: usize,
    text: String,
    places: Vec<usize>,
}

impl<'t> Shell<'t> {
    fn rest(&self) -> &'t str {
        self.source.get(self.at..).unwrap_or("")
    }

    /// Puts text in place of the next bytes.
    fn put(&mut self, text: &str, instead_of: usize) {
        self.places.extend((0..text.len()).map(|index| self.at + index.min(instead_of.saturating_sub(1))));
        self.text.push_str(text);
        self.at += instead_of;
    }

    fn read(&mut self) {
        let mut begins = true;
        let mut quote = None;
        while let Some(next) = self.rest().chars().next() {
            if begins && quote.is_none() && self.statement() {
                begins = false;
                continue;
            }
            match next {
                '\'' | '"' if quote.is_none() => quote = Some(next),
                _ if quote == Some(next) => quote = None,
                // No quote is needed around what follows a backtick, which is what a backslash is elsewhere.
                '`' if quote != Some('\'') => {
                    self.put("\\", 1);
                    let escaped = self.rest().chars().next().map_or(0, char::len_utf8);
                    let text = self.rest().get(..escaped).unwrap_or("");
                    self.put(text, escaped);
                    continue;
                }
                '\\' if quote != Some('\'') => {
                    self.put("/", 1);
                    begins = false;
                    continue;
                }
                '$' if quote != Some('\'') && self.variable() => {
                    begins = false;
                    continue;
                }
                _ => {}
            }
            begins = quote.is_none() && (matches!(next, '\n' | ';' | '|' | '{') || begins && next.is_whitespace());
            let text = self.rest().get(..next.len_utf8()).unwrap_or("");
            self.put(text, text.len());
        }
    }

    /// What only the beginning of a statement is: a call (`& "tool"`), an assignment.
    fn statement(&mut self) -> bool {
        if self.rest().starts_with("& ") {
            self.put("", 2);
            return true;
        }
        let Some((name, exported, length)) = variable(self.rest()) else { return false };
        let after = self.rest().get(length..).unwrap_or("");
        let Some(value) = after.trim_start_matches([' ', '\t']).strip_prefix('=').filter(|rest| !rest.starts_with('='))
        else {
            return false;
        };
        let value = value.trim_start_matches([' ', '\t']);
        let begin = self.source.len() - value.len() - self.at;
        let end = statement_end(value);
        let text = value.get(..end).unwrap_or("").trim_end();
        let name = if exported { format!("export {name}=") } else { format!("{name}=") };
        if is_text(text) {
            self.put(&name, begin);
        } else if let Some((cut, length)) = whole_cut(text) {
            self.put(&format!("{name}\"{cut}\""), begin + length);
        } else if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '&') {
            // What a command prints.
            let command = text.trim_start_matches(['&', ' ']).replace('\\', "/");
            self.put(&format!("{name}$("), begin);
            let mut inner = Shell { source: &command, at: 0, text: String::new(), places: Vec::new() };
            inner.read();
            self.put(&inner.text, text.len());
            self.put(")", 0);
        } else {
            // An expression: its value is not followed.
            self.put(&format!("{name}$(expr)"), begin + text.len());
        }
        true
    }

    /// `$env:NAME`, `${env:NAME}`, `$($env:NAME)` and cuts of them.
    fn variable(&mut self) -> bool {
        let inner = self.rest().strip_prefix("$(");
        if let Some((cut, length)) = inner.and_then(whole_cut)
            && inner.and_then(|inner| inner.get(length..)).is_some_and(|rest| rest.starts_with(')'))
        {
            self.put(&cut, length + 3);
            return true;
        }
        let Some((name, _, length)) = variable(self.rest()) else { return false };
        self.put(&format!("${{{name}}}"), length);
        true
    }
}

/// The name of the variable at the beginning of a text, whether it is one of the environment, and how long it is written.
fn variable(text: &str) -> Option<(String, bool, usize)> {
    let rest = text.strip_prefix('$')?;
    let (rest, braced) = rest.strip_prefix('{').map_or((rest, false), |rest| (rest, true));
    let scope = rest.get(..4).filter(|scope| scope.eq_ignore_ascii_case("env:"));
    let name = rest.get(scope.map_or(0, str::len)..)?;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
    let name = name.get(..end).filter(|name| !name.is_empty())?;
    let braces = usize::from(braced);
    let length = 1 + braces + scope.map_or(0, str::len) + name.len();
    let closed = !braced || text.get(length..).is_some_and(|rest| rest.starts_with('}'));
    closed.then(|| (name.to_owned(), scope.is_some(), length + braces))
}

/// A variable as a whole, or the first characters of it, as the shell writes it; and how long it is.
fn whole_cut(text: &str) -> Option<(String, usize)> {
    let (name, _, length) = variable(text)?;
    let rest = text.get(length..)?;
    let cut = rest.get(..11).filter(|cut| cut.eq_ignore_ascii_case(".substring("));
    if let Some((numbers, _)) = cut.and_then(|_| rest.get(11..)?.split_once(')')) {
        let (from, count) = numbers.split_once(',')?;
        let (from, count): (usize, usize) = (from.trim().parse().ok()?, count.trim().parse().ok()?);
        return Some((format!("${{{name}:{from}:{count}}}"), length + 12 + numbers.len()));
    }
    rest.chars().next().is_none_or(|next| next == ')').then(|| (format!("${{{name}}}"), length))
}

/// Whether an assigned value is one text, quoted or a number.
fn is_text(value: &str) -> bool {
    let quoted = |quote: char| {
        let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains(quote))
    };
    quoted('"') || quoted('\'') || !value.is_empty() && value.chars().all(|c| c.is_ascii_digit())
}

/// Where a statement ends.
fn statement_end(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, next) in text.char_indices() {
        match next {
            _ if std::mem::take(&mut escaped) => {}
            '`' => escaped = true,
            '\'' | '"' if quote.is_none() => quote = Some(next),
            _ if quote == Some(next) => quote = None,
            '\n' | ';' if quote.is_none() => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_statements_mean_the_same_in_both() {
        for (powershell, shell) in [
            ("docker tag \"$env:REG/a:$env:X\" $env:Y", "docker tag \"${REG}/a:${X}\" ${Y}"),
            ("docker push \"${env:REG}/a:$($Env:X)\"", "docker push \"${REG}/a:${X}\""),
            (
                "$image = \"$env:REG/a\"\n$env:TAG='x'; docker push ${image}",
                "image=\"${REG}/a\"\nexport TAG='x'; docker push ${image}",
            ),
            ("$short = $env:C.Substring(0, 7)", "short=\"${C:0:7}\""),
            ("$a = $b", "a=\"${b}\""),
            ("docker push \"a:$($env:C.Substring(0,7))\"", "docker push \"a:${C:0:7}\""),
            ("$id = docker inspect $image", "id=$(docker inspect ${image})"),
            ("$v = $env:T -replace '^release-', ''\ndate", "v=$(expr)\ndate"),
            ("docker build `\n  -t a .", "docker build \\\n  -t a ."),
            ("& \"C:\\Tools\\x.exe\" -verb:sync", "\"C:/Tools/x.exe\" -verb:sync"),
            (".\\ci\\deploy.ps1 '$env:X\\y'", "./ci/deploy.ps1 '$env:X\\y'"),
            ("if ($env:T -eq 'x') { docker push a }", "if (${T} -eq 'x') { docker push a }"),
        ] {
            assert_eq!(&*Piece::new(0, powershell).from_powershell().text, shell);
        }
    }

    #[test]
    fn each_word_keeps_its_place() {
        let text = "$i = \"$env:REG/ä\"; docker push $env:X";
        let piece = Piece::new(0, text).from_powershell();
        let at = piece.text.find("docker").unwrap();
        let place = piece.place(crate::yaml::Span::new(at, at + 6)).span;
        assert_eq!(text.get(place.start..place.end), Some("docker"));
        let at = piece.text.find("${X}").unwrap();
        let place = piece.place(crate::yaml::Span::new(at, at + 4)).span;
        assert_eq!(text.get(place.start..place.end), Some("$env"));
    }
}
