//! Credentials in command lines.

use std::cell::LazyCell;

use super::hidden::is_kept_out;
use super::secret::{Hit, Weight, is_secret_name, weigh, weigh_word};
use super::secret_handed;
use super::secret_lines::{Signs, telling_lines};
use super::secret_lists::listed;
use super::secret_logins::{is_behind_own_command, logs_in, opens_another, weigh_login};
use super::secret_places::{self, names_secrets};
use super::secret_shapes::{header_value, shapes_at};
use super::secret_words::{Token, tokenize, unquoted};
use super::secret_written;
use crate::yaml::{Document, Node, Span, Style};

/// Flags whose value is a credential.
pub(super) const FLAGS: [&str; 14] = [
    "--password",
    "--token",
    "--secret",
    "--api-key",
    "--apikey",
    "--access-token",
    "--auth-token",
    "--client-secret",
    "--pass",
    "--secret-key",
    "--registry-password",
    "--storepass",
    "--keypass",
    "--passphrase",
];

/// Credentials in a command line: behind flags, in assignments, in headers. `text` is shell.
pub(super) fn in_commands(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let bodies = secret_written::bodies(text);
    for (base, command) in telling_lines(text) {
        for (base, line) in lines_of(command, base) {
            let body = bodies.binary_search_by_key(&base, |(at, _)| *at).is_ok();
            hits.extend(secret_written::in_line(line, base, body));
        }
        line_hits(command, &tokenize(command), base, 0, &mut hits);
    }
    hits
}

/// The lines over which a command goes, each with its offset: what a script writes is told by the line.
fn lines_of(command: &str, mut base: usize) -> impl Iterator<Item = (usize, &str)> {
    command.split_inclusive('\n').map(move |line| {
        base += line.len();
        (base - line.len(), line)
    })
}

fn line_hits(line: &str, tokens: &[Token<'_>], base: usize, depth: usize, hits: &mut Vec<Hit>) {
    let trimmed = line.trim_start();
    if trimmed.starts_with('#') || depth > 3 {
        return;
    }
    let commands: Vec<&[Token<'_>]> = tokens.chunk_by(|a, b| a.command == b.command).collect();
    for pair in commands.windows(2) {
        let [told, reader] = pair else { continue };
        if let Some(hit) = on_input(told, reader, base) {
            hits.push(hit);
        }
    }
    for three in tokens.windows(2) {
        let [sign, told] = three else { continue };
        let reader = || tokens.chunk_by(|a, b| a.command == b.command).find(|own| own[0].command == sign.command);
        if sign.text == "<<<"
            && let Some(reader) = reader().filter(|own| own.iter().any(reads_password))
        {
            hits.extend(password_on_input(told, reader, base));
        }
    }
    // Flags mean what they mean within one command of the line.
    for command in commands {
        command_hits(command, base, depth, hits);
    }
}

/// `echo PASSWORD | docker login --password-stdin`
fn on_input(told: &[Token<'_>], reader: &[Token<'_>], base: usize) -> Option<Hit> {
    let reads = reader.iter().any(reads_password);
    let prints = matches!(told.iter().find(|token| token.text != "-").map(|token| token.text), Some("echo" | "printf"));
    password_on_input(told.last().filter(|_| reads && prints && told.len() > 1)?, reader, base)
}

fn reads_password(token: &Token<'_>) -> bool {
    matches!(token.text, "--password-stdin" | "--pass-stdin")
}

fn password_on_input(told: &Token<'_>, reader: &[Token<'_>], base: usize) -> Option<Hit> {
    let (inner, offset) = unquoted(told.text);
    let weight = weigh_login(weigh(inner), inner, opens_another(reader)).filter(|_| !inner.contains('%'))?;
    let start = base + told.start + offset;
    Some(Hit { span: Span::new(start, start + inner.len()), what: "a password on the input".to_owned(), weight })
}

fn command_hits(tokens: &[Token<'_>], base: usize, depth: usize, hits: &mut Vec<Hit>) {
    let any = |names: &[&str]| tokens.iter().any(|token| names.contains(&token.text));
    let words = || tokens.iter().map(|token| token.text);
    // `7z` and `rar` are names of files, too.
    let packs = || {
        let mut words = tokens.iter().map(|token| token.text).filter(|word| *word != "-" && !word.contains('='));
        words.next().is_some_and(|tool| ["7z", "7za", "7zr", "7zz", "rar", "unrar"].contains(&tool))
    };
    let glued = || any(&["mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass"]) || logs_in(tokens) || packs();
    let opens = LazyCell::new(|| opens_another(tokens));
    let redis = || any(&["redis-cli"]);
    let sets = any(&["set"]);
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        if !sets && is_dull(token.text) && !before.is_some_and(|flag| matches!(flag.text, "-H" | "--header")) {
            continue;
        }
        let next = tokens.get(index + 1);
        let mut push = |value: &str, start: usize, what: String| {
            let (inner, offset) = unquoted(value);
            // Within quotes of another shell single quotes keep nothing.
            let weight = if depth == 0 { weigh_word(value, inner) } else { weigh(inner) };
            if let Some(weight) = weigh_login(weight, inner, *opens) {
                let start = base + start + offset;
                hits.push(Hit { span: Span::new(start, start + inner.len()), what, weight });
            }
        };
        if let Some(next) = next {
            let flag = password_flag(token.text, words()) && !is_behind_own_command(tokens, index);
            if flag && !names_secrets(tokens, token.text) && !next.text.starts_with('-') {
                push(next.text, next.start, format!("a literal behind `{}`", token.text));
            }
        }
        for (value, start, what) in secret_places::replaced(tokens, index) {
            push(value, start, what);
        }
        if let Some(listed) = listed(tokens, index) {
            listed.into_iter().for_each(|(value, start, what)| push(value, start, what));
            continue;
        }
        if let Some((value, start, what)) = secret_places::at(tokens, index) {
            push(value, start, what);
            continue;
        }
        if let Some((flag, value)) = token.text.split_once('=').filter(|(flag, _)| FLAGS.contains(flag)) {
            if names_secrets(tokens, flag) {
                continue;
            }
            push(value, token.start + flag.len() + 1, format!("a literal behind `{flag}`"));
            continue;
        }
        if matches!(token.text, "-a" | "--pass")
            && redis()
            && let Some(next) = next
        {
            push(next.text, next.start, format!("a literal behind `{}`", token.text));
        }
        // `-p-` asks nobody.
        if token.text.starts_with("-p")
            && token.text.len() > 2
            && token.text != "-p-"
            && glued()
            && !is_behind_own_command(tokens, index)
        {
            push(token.text.get(2..).unwrap_or(""), token.start + 2, "a literal behind `-p`".to_owned());
        }
        let (inner, offset) = unquoted(token.text);
        let header = inner.contains(' ') || before.is_some_and(|flag| matches!(flag.text, "-H" | "--header"));
        if let Some(at) = header_value(inner).filter(|_| header) {
            push(inner.get(at..).unwrap_or(""), token.start + offset + at, "a credential in a header".to_owned());
        }
        if let Some((_, query)) = inner.split_once('?').filter(|(address, _)| address.contains("://")) {
            let mut at = inner.len() - query.len();
            for pair in query.split('&') {
                if let Some((name, value)) = pair.split_once('=').filter(|(name, _)| is_secret_name(name)) {
                    push(value, token.start + offset + at + name.len() + 1, format!("the value of `{name}`"));
                }
                at += pair.len() + 1;
            }
            continue;
        }
        // A quoted word with blanks is a command line of its own, unless the assignment itself is quoted.
        let said = before.is_some_and(|flag| matches!(flag.text, "-m" | "-am" | "--message"));
        let nested = offset == 1 && inner.contains(' ') && !said;
        match inner.split_once('=') {
            Some((name, _)) if before.is_some_and(|flag| names_secrets(tokens, flag.text)) && is_assignment(name) => {}
            Some((name, value)) if !nested && is_assignment(name) && is_secret_name(name.trim_start_matches("-D")) => {
                push(value, token.start + offset + name.len() + 1, format!("the value of `{name}`"));
            }
            Some((name, value)) if !nested && is_npmrc(name) => {
                push(value, token.start + offset + name.len() + 1, format!("the value of `{name}`"));
            }
            _ if nested => line_hits(inner, &tokenize(inner), base + token.start + 1, depth + 1, hits),
            _ => {}
        }
    }
}

/// Whether the value of a flag is a password in a command of such words: `docker run -p 80:80 app login` has a port.
pub(super) fn password_flag<'t>(flag: &str, command: impl Iterator<Item = &'t str>) -> bool {
    let mut before = command.take_while(|word| *word != "-p");
    FLAGS.contains(&flag) || flag == "-p" && before.any(|word| matches!(word, "login" | "sshpass"))
}

/// Whether a word tells of no credential by itself, unless it names a setting or follows the flag of a header: most do.
fn is_dull(word: &str) -> bool {
    !word.starts_with('-')
        && !word.bytes().any(|byte| matches!(byte, b'=' | b'?' | b' '))
        && !word.ends_with("password")
        && !word.starts_with("http-basic.")
        && word != "auth"
}

/// Whether a setting of `.npmrc` holds a credential: `_auth`, `//registry.npmjs.org/:_authToken`.
pub(super) fn is_npmrc(name: &str) -> bool {
    let of_registry =
        || name.starts_with("//") && [":_auth", ":_password", "oken"].iter().any(|end| name.ends_with(end));
    name == "_auth" || of_registry()
}

pub(super) fn is_assignment(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// How many values are looked for in the rest of a text; no file of a person's has as many.
const AGAIN: usize = 64;

/// All that looks like a credential in a text, whatever is switched off or allowed there. Found once, for all who must mask
/// it. Read from the raw lines, so that a text that is no YAML has its masks, too.
#[derive(Debug)]
pub struct Credentials {
    hits: Vec<Hit>,
    signs: Signs,
    /// Whether a variable stands behind a flag for a password anywhere.
    hands_on: bool,
}

impl Credentials {
    /// Those of a document.
    pub fn of(document: &Document) -> Self {
        let text = document.text();
        let signs = Signs::of(text);
        let mut hits = shapes_at(text, signs.begun());
        let lines: Vec<_> = signs.lines(text).map(|(base, line)| (base, line, tokenize(line))).collect();
        lines.iter().for_each(|(base, line, tokens)| line_hits(line, tokens, *base, 0, &mut hits));
        for (base, line, tokens) in &lines {
            hits.extend(lines_of(line, *base).flat_map(|(base, line)| secret_written::in_line(line, base, true)));
            for pair in tokens.windows(2) {
                let [key, value] = pair else { continue };
                let name = key.text.strip_suffix(':').filter(|name| is_secret_name(unquoted(name).0));
                let Some(name) = name else { continue };
                let (inner, offset) = unquoted(value.text);
                if let Some(weight) = weigh(inner) {
                    let start = base + value.start + offset;
                    let span = Span::new(start, start + inner.len());
                    hits.push(Hit { span, what: format!("the value of `{name}`"), weight });
                }
            }
        }
        // What YAML folds is one line to the shell.
        let folds = |node: &Node<'_>| match node.style() {
            Some(Style::Folded | Style::Plain | Style::Double | Style::Single) => {
                signs.tell_of(node.span()) && document.slice(node.span()).contains('\n')
            }
            _ => false,
        };
        for node in document.nodes().filter(folds) {
            let found = in_commands(node.text().unwrap_or(""));
            hits.extend(found.into_iter().map(|hit| Hit { span: node.source_span(hit.span), ..hit }));
        }
        let names = secret_handed::names_in(lines.iter().map(|(_, _, tokens)| tokens.as_slice()));
        hits.extend(secret_handed::values_of(&names, &[text]).into_iter().map(|(_, hit)| hit));
        Self { hits, signs, hands_on: !names.is_empty() }
    }

    /// Whether a variable stands behind a flag for a password anywhere.
    pub(super) fn hands_on(&self) -> bool {
        self.hands_on
    }

    /// Where to search in the text for more than stands in its lines.
    pub(super) fn signs(&self) -> &Signs {
        &self.signs
    }

    /// Where they stand in their text, also where nothing tells of one: what must be masked wherever a line of it is shown.
    pub fn masks(&self, text: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = self.hits.iter().map(|hit| hit.span).collect();
        let mut values: Vec<&str> = self.secrets().filter_map(|span| text.get(span.start..span.end)).collect();
        values.retain(|value| is_kept_out(value));
        values.sort_unstable();
        values.dedup();
        for value in values.into_iter().take(AGAIN) {
            spans.extend(text.match_indices(value).map(|(at, found)| Span::new(at, at + found.len())));
        }
        spans.sort();
        spans.dedup();
        spans
    }

    /// The places of those that nobody would guess.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Span> {
        self.hits.iter().filter(|hit| hit.weight == Weight::Credential).map(|hit| hit.span)
    }
}

#[cfg(test)]
mod tests {
    use super::super::secret_shapes::shapes;
    use super::*;

    #[test]
    fn headers_hold_credentials_in_either_case() {
        let found = |text: &str| {
            in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("curl -H 'x-api-key: k9-Zt41' u"), ["k9-Zt41"]);
        assert_eq!(found("curl -H \"X-Api-Key:k9-Zt41\" u"), ["k9-Zt41"]);
        assert_eq!(found("curl -H 'authorization: bearer k9-Zt41' u"), ["k9-Zt41"]);
        assert_eq!(found("echo k9-Zt41 | docker login -u me --password-stdin r"), ["k9-Zt41"]);
        assert_eq!(found("printf '%s' 'k9-Zt41' | docker login --password-stdin"), ["k9-Zt41"]);
        assert_eq!(found("docker login r -u me --password-stdin <<< 'k9-Zt41'"), ["k9-Zt41"]);
        assert_eq!(found("docker login r -u me -pk9-Zt41"), ["k9-Zt41"]);
        assert_eq!(found("sshpass -pk9-Zt41 ssh me@host"), ["k9-Zt41"]);
        assert_eq!(found("redis-cli -h r -a k9-Zt41 PING"), ["k9-Zt41"]);
        assert_eq!(found("curl 'https://a.example/v1?page=2&api_key=k9-Zt41&x=1'"), ["k9-Zt41"]);
        assert_eq!(found("echo \"//npm.example/:_authToken=k9-Zt41\" > .npmrc"), ["k9-Zt41"]);
        for nothing in [
            "echo \"$REG_PASSWORD\" | docker login --password-stdin",
            "printf '%s\\n' | docker login --password-stdin",
            "docker login --password-stdin <<< \"$P\"",
            "docker run -p8080:80 r login",
            "echo password | tee log && docker login --password-stdin < f",
            "aws ecr get-login-password | docker login --password-stdin r",
            "redis-cli -a $REDIS_PASSWORD PING",
            "sshpass -p$SSH_PASSWORD ssh me@host",
            "curl 'https://a.example/v1?page=2&api_key=$API_KEY'",
            "echo \"//npm.example/:_authToken=${NPM_TOKEN}\" > .npmrc",
        ] {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
        assert_eq!(found("curl -H 'x-auth-token: k9-Zt41' -H 'private-token: z'"), ["k9-Zt41", "z"]);
        assert_eq!(found("kubectl create secret generic a --from-literal=password='k9-Zt41'"), ["k9-Zt41"]);
        for nothing in
            ["curl -H 'x-api-key: $KEY'", "curl -H 'accept: a/b'", "echo 'the token: is there'", "a token:latest-1 b c"]
        {
            assert_eq!(found(nothing), [""; 0], "{nothing}");
        }
        let (old, other) = (
            "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",
            "sk-learn-models-of-the-whole-team-in-one-registry",
        );
        assert_eq!(shapes(&format!("a {old} {other}")).len(), 1);
    }

    #[test]
    fn a_command_may_go_over_lines() {
        let found = |text: &str| {
            in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect::<Vec<_>>()
        };
        for told in [
            "docker login \\\n  -u acme \\\n  -p k9-Zt41 \\\n  registry.example",
            "curl -fsS \\\n  -u me:k9-Zt41 \\\n  https://x.example",
            "az login --service-principal \\\n  -u app \\\n  -p k9-Zt41",
            "mysql -h db \\\n  -pk9-Zt41 app",
            "sqlcmd -S db \\\n  -U sa \\\n  -P k9-Zt41",
            "crane auth login r \\\n  -u ci -p \\\n  k9-Zt41",
            "npx app --password \\\n  k9-Zt41",
        ] {
            assert_eq!(found(told), ["k9-Zt41"], "{told}");
        }
        for told in [
            "docker build \\\n  --secret id=npmrc,src=.npmrc \\\n  -t a .",
            "gcloud run deploy app \\\n  --set-secrets DB_PASSWORD=db-password:latest",
            "gcloud run deploy app \\\n  --image a \\\n  --set-secrets \"A_TOKEN=a:latest,B_SECRET=b:1\" \\\n  --quiet",
            "npx app --password \\\n  \"$PW\" \\\n  --x",
            "npx app --password \\\n  $PW",
            "docker login \\\n -u a\ndocker run \\\n  -p k9-Zt41",
        ] {
            assert_eq!(found(told), [""; 0], "{told}");
        }
    }

    #[test]
    fn masks_need_no_tree_and_no_rule() {
        let text = "a: [\nX_PASSWORD: 'hunter2x'\n- docker login --password abc123 r: foo: bar\n- T_TOKEN=zzz9 go\n";
        let document = Document::read(text);
        let masked: Vec<&str> =
            Credentials::of(&document).masks(text).into_iter().map(|span| document.slice(span)).collect();
        assert_eq!(masked, ["hunter2x", "abc123", "zzz9"]);
        let text = "- docker login \\\n    -p abc123\n- >-\n  docker login\n  -p zzz9\n  r\n";
        let document = Document::read(text);
        let masks = Credentials::of(&document).masks(text);
        assert_eq!(masks.iter().map(|span| document.slice(*span)).collect::<Vec<_>>(), ["abc123", "zzz9"]);
        // It may stand again where nothing tells of it; a word does not count there.
        let text = "A_PASSWORD: abc123\nimage: acme/app:abc123\nB_PASSWORD: abcde\nimage: abcde\n";
        assert_eq!(Credentials::of(&Document::read(text)).masks(text).len(), 3);
    }
}
