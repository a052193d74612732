//! `filled-placeholder`: no command holds a `<NAME>` that was to be filled in. The shell reads a file of that name there.

use super::site::{Site, Told};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};
use crate::yaml::Span;

static META: RuleMeta = meta!("filled-placeholder", Warning, "a `<NAME>` that was to be filled in stands in a command");

/// The longest name of a placeholder, in bytes.
const LONGEST: usize = 64;

/// Further places of one name that are shown.
const MOST: usize = 4;

/// Where files lie that somebody writes to: `cmd <INPUT>/dev/null` is meant.
const FOLDERS: [&str; 8] = ["/dev/", "/tmp/", "/opt/", "/var/", "/etc/", "/home/", "/root/", "/mnt/"];

pub(super) struct FilledPlaceholder;

/// A placeholder, whether its first place ends its line, and all places.
type Named<'f> = (String, bool, Vec<(&'f Site<'f>, Span)>);

impl Rule for FilledPlaceholder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let mut by_name: Vec<Named<'_>> = Vec::new();
        for (site, items) in flow.scripts() {
            for item in items {
                let Some(command) = item.command() else { continue };
                let text = command.text().unwrap_or("");
                for place in placeholders(text) {
                    let span = command.source_span(place);
                    if !told.first(span) {
                        continue;
                    }
                    let name = text.get(place.start..place.end).unwrap_or("");
                    match by_name.iter_mut().find(|(known, ..)| known == name) {
                        Some((.., places)) => places.push((site, span)),
                        None => by_name.push((name.to_owned(), ends_line(text, place), vec![(site, span)])),
                    }
                }
            }
        }
        for (name, ends, places) in by_name {
            let [(site, first), more @ ..] = places.as_slice() else { continue };
            let then = if ends { "and has nothing to write to" } else { "and writes another" };
            let message = format!("`{name}` is no text to the shell: it reads a file of that name, {then}");
            let draft = out.violated(*first, message);
            let mut draft =
                draft.help("write the value, or a variable that holds it; quote what is meant as it stands");
            for (_, place) in more.iter().take(MOST) {
                draft = draft.related(*place, "and here");
            }
            site.tell(draft);
        }
    }
}

/// Whether nothing stands behind a place on its line, whatever YAML has around the text.
fn ends_line(text: &str, place: Span) -> bool {
    let rest = text.get(place.end..).unwrap_or("");
    rest.lines().next().is_none_or(|line| line.trim().is_empty())
}

/// The placeholders outside quotes, comments and tests; none in a text with a here-document, whose lines are no commands.
pub(super) fn placeholders(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    if !text.contains('<') || text.contains("<<") {
        return found;
    }
    let rest_of = |at: usize| text.get(at..).unwrap_or("");
    let (mut quote, mut braces, mut before) = (None, 0usize, ' ');
    let mut passed_to = 0;
    for (at, c) in text.char_indices() {
        if at < passed_to {
            continue;
        }
        match (quote, c) {
            (None | Some('"'), _) if before == '\\' => {
                // The backslash has taken this one.
                before = ' ';
                continue;
            }
            (None, '#') if before.is_whitespace() => {
                passed_to = rest_of(at).find('\n').map_or(text.len(), |end| at + end);
                before = '\n';
                continue;
            }
            (None, '[' | '(') if before == c => {
                let close = if c == '[' { "]]" } else { "))" };
                passed_to = rest_of(at).find(close).map_or(text.len(), |end| at + end);
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '{') if before == '$' => braces += 1,
            (None, '}') => braces = braces.saturating_sub(1),
            (None, '<') if braces == 0 && !before.is_ascii_digit() => {
                let rest = rest_of(at + 1);
                let meant =
                    |length: &usize| !nobody_means(before, rest.get(..*length).unwrap_or(""), rest_of(at + length + 2));
                if let Some(length) = name(rest)
                    .filter(|length| !meant(length))
                    .or_else(|| small(before, rest))
                    .or_else(|| without_target(rest))
                {
                    found.push(Span::new(at, at + length + 2));
                    passed_to = at + length + 2;
                }
            }
            _ => {}
        }
        before = c;
    }
    found
}

/// The length of a name in capital letters, or that begins with `your`, with a `>` right after it.
fn name(rest: &str) -> Option<usize> {
    let length = rest.find('>').filter(|length| (2..=LONGEST).contains(length))?;
    let name = rest.get(..length)?;
    let capitals = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_-".contains(c));
    (capitals || is_yours(name)).then_some(length)
}

/// What a value is called that somebody is to fill in, and no file that a command reads.
const FILLED_IN: [&str; 32] = [
    "account",
    "app",
    "branch",
    "bucket",
    "cluster",
    "container",
    "domain",
    "env",
    "environment",
    "function",
    "host",
    "hostname",
    "id",
    "image",
    "ip",
    "key",
    "name",
    "namespace",
    "password",
    "port",
    "project",
    "region",
    "registry",
    "release",
    "repo",
    "repository",
    "service",
    "stack",
    "tag",
    "token",
    "username",
    "version",
];

/// The length of a name in small letters where no redirection is meant: in a word, before an option, or by what it is called.
fn small(before: char, rest: &str) -> Option<usize> {
    let length = rest.find('>').filter(|length| (2..=LONGEST).contains(length))?;
    let (name, after) = (rest.get(..length)?, rest.get(length + 1..)?);
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-".contains(&c));
    let next = after.trim_start_matches([' ', '\t']);
    let in_word = |c: char| "/=:-@".contains(c);
    let called = name.rsplit(['-', '_']).next().is_some_and(|last| FILLED_IN.contains(&last));
    let told = in_word(before) && after.starts_with(|c: char| c.is_ascii_alphanumeric() || in_word(c) || c == '$')
        || before.is_whitespace() && after.starts_with(['@', '=', ':'])
        || next.len() < after.len()
            && (next.starts_with(['-', '<']) || called && (before.is_whitespace() || in_word(before)));
    // A target that is a file is meant: `envsubst <app> app.yml`.
    let target = next.split([' ', '\t', '\n', ';', '&', '|', ')']).next().unwrap_or("");
    let file = target.rsplit_once('.').is_some_and(|(name, end)| {
        !name.is_empty() && !name.ends_with(['.', '/']) && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let is_target = next.len() < after.len() && (target.starts_with('/') || file);
    (is_name && told && !is_target).then_some(length)
}

/// The length of any name with a `>` right after it that ends its command: nothing is there to write to, so the shell takes it
/// for nothing at all.
fn without_target(rest: &str) -> Option<usize> {
    let length = rest.find('>').filter(|length| (2..=LONGEST).contains(length))?;
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_- .".contains(c))
    };
    let after = rest.get(length + 1..)?.trim_start_matches([' ', '\t']);
    let ends =
        after.is_empty() || is_folder(after) || after.starts_with(['\n', '\r', ';', ')']) || after.starts_with("&&");
    (ends && rest.get(..length).is_some_and(is_name)).then_some(length)
}

/// Whether a text begins with the folder that a command is in, or the one above, to which nothing is written.
fn is_folder(text: &str) -> bool {
    matches!(text.split([' ', '\t', '\n', '\r', ';', '&', ')']).next(), Some("." | ".." | "./" | "../"))
}

/// `your-project`, `YOUR_ID`, `your app`.
fn is_yours(name: &str) -> bool {
    let begins = name.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("your"));
    begins && name.chars().all(|c| c.is_ascii_alphanumeric() || "_- .".contains(c))
}

/// Whether two redirections with this around them are none that somebody means: they are no command, or stand in a word.
fn nobody_means(before: char, name: &str, after: &str) -> bool {
    if is_yours(name) {
        return true;
    }
    let next = after.trim_start_matches([' ', '\t']);
    let ends = next.is_empty() || next.starts_with(['\n', '\r', ';', ')']);
    if next.len() < after.len() || ends {
        return ends || is_folder(next) || next.starts_with(['-', '#', '<', '|']) || next.starts_with("&&");
    }
    let in_word = |c: char| "/=:-._@,+".contains(c);
    let absolute = FOLDERS.iter().any(|folder| after.starts_with(folder));
    in_word(before) && after.starts_with(|c: char| c.is_alphanumeric() || in_word(c) || c == '$')
        || before.is_whitespace() && after.starts_with(in_word) && !absolute
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn a_placeholder_is_found() {
        let found = |text: &str| {
            let all = placeholders(text).into_iter().map(|span| text[span.start..span.end].to_owned());
            all.collect::<Vec<_>>().join(" ")
        };
        for (text, name) in [
            ("gcloud config set project <YOUR_ID>", "<YOUR_ID>"),
            ("export IMAGE=gcr.io/<PROJECT>/<APP>:$TAG", "<PROJECT> <APP>"),
            ("curl https://h/<TOKEN>/x", "<TOKEN>"),
            ("docker push <REGISTRY>/app:1", "<REGISTRY>"),
            ("kubectl get <POD> -n x", "<POD>"),
            ("aws s3 sync . s3://<BUCKET> && date", "<BUCKET>"),
            ("date\n# it's <A>\nx <BUCKET>\ndate", "<BUCKET>"),
            ("docker push <your-registry>/app", "<your-registry>"),
            ("x --name <your app name> y", "<your app name>"),
            ("x [ -n \"$A\" ] <ID>", "<ID>"),
            ("aws s3 ls <bucket>", "<bucket>"),
            ("docker build -t <image> .", "<image>"),
            ("docker build -t <IMAGE> . && date", "<IMAGE>"),
            ("kubectl apply -f <file> --namespace <ns>", "<file> <ns>"),
            ("ssh <user>@<host> ls", "<user> <host>"),
            ("curl https://<host>/x", "<host>"),
            ("helm upgrade <release> ./chart", "<release>"),
            ("export A=<project-id> B=a", "<project-id>"),
            ("aws s3 ls <my bucket name>; date", "<my bucket name>"),
        ] {
            assert_eq!(found(text), name, "{text}");
        }
    }

    #[test]
    fn redirections_and_text_that_somebody_meant_are_none() {
        for meant in [
            "sort <IN >OUT",
            "sort <IN>OUT",
            "sort <INPUT>$OUT",
            "sort <INPUT> OUT",
            "sort <INPUT>/dev/null",
            "sort <INPUT>>OUT",
            "sort <INPUT>&2",
            "sort <INPUT>\"$OUT\"",
            "x 2<INPUT>",
            "echo '<ID>'",
            "echo \"set <ID> first\"",
            "echo \"a \\\" <ID>\"",
            "echo 'a \\' '<ID>'",
            "echo \\<ID\\>",
            "date # <ID>",
            "cat <<EOF\n<ID>\nEOF",
            "cat <<< <ID>",
            "[[ $A <BB> ]]",
            "if ((A <BB> C)); then date; fi",
            "x ${T//<ID>/$V}",
            "a <in> out",
            "a <in>out",
            "a <in>/tmp/out",
            "sort <data> \"$OUT\"",
            "docker load <image> /dev/null",
            "envsubst <app> app.yml",
            "diff <(sort A) <(sort B)",
            "x < FILE",
        ] {
            assert_eq!(placeholders(meant), [], "{meant}");
        }
    }
}
