//! `no-inline-secret`: no credential stands in the file.

use std::cell::OnceCell;

use super::secret::{self, Hit, Weight};
use super::secret_commands::in_commands;
use super::secret_handed;
use super::secret_lines::Signs;
use super::secret_shapes;
use super::secret_weak::is_spelt_for_rules;
use super::{meta, page};
use crate::effect::Site;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::{Entry, Node, NodeId, Span, Style};

static META: RuleMeta =
    meta("no-inline-secret", Severity::Error, "a credential stands in the file", page!("no-inline-secret"));

pub(super) struct NoInlineSecret;

impl Rule for NoInlineSecret {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let signs = flow.credentials.signs();
        let mut search = Search { commands: commands(flow), variables: OnceCell::new(), signs, told: Vec::new() };
        for node in flow.document.nodes() {
            search.scalar(node, out);
            let mut default = None;
            // A user whose name is its password, too.
            let users = |value: Node<'_>| {
                let text = value.string().filter(|text| !text.is_empty());
                let is_user = |entry: &Entry<'_>| entry.value.id() != value.id() && entry.value.string() == text;
                text.is_some() && node.entries().take(MOST).any(|entry| names_user(entry.name()) && is_user(&entry))
            };
            for entry in node.entries() {
                if entry.name() == "default" {
                    default.get_or_insert(entry.value);
                }
                if entry.merged.is_none() {
                    search.entry(entry.name(), entry.value, Some(node), users, out);
                }
            }
            // A variable of a custom pipeline, with its default.
            if let Some(default) = default
                && let Some(name) = node.get("name").and_then(|name| name.text())
            {
                search.entry(name, default, None, |_| false, out);
            }
        }
        for comment in flow.document.comments().iter().filter(|comment| signs.begins_in(comment.span)) {
            for hit in secret_shapes::shapes(flow.document.slice(comment.span)) {
                let span = Span::new(comment.span.start + hit.span.start, comment.span.start + hit.span.end);
                search.tell(&hit, span, out);
            }
        }
        let scripts = flow.scripts().filter(|_| flow.credentials.hands_on());
        for (_, items) in scripts {
            let nodes: Vec<Node<'_>> = items.iter().filter_map(ScriptItem::command).collect();
            let texts: Vec<&str> = nodes.iter().map(|node| node.text().unwrap_or("")).collect();
            for (text, hit) in secret_handed::handed(&texts) {
                search.tell(&hit, nodes[text].source_span(hit.span), out);
            }
        }
        printed(flow, out);
    }
}

/// The scalars that hold shell text, sorted.
fn commands(flow: &Flow<'_>) -> Vec<NodeId> {
    let mut found = Vec::new();
    for item in flow.scripts().flat_map(|(_, items)| items) {
        match item {
            ScriptItem::Command(node) => found.push(node.id()),
            ScriptItem::Pipe(call) => found.extend(call.variables().iter().map(|entry| entry.value.id())),
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => {}
        }
    }
    found.sort_unstable();
    found
}

/// Keys whose map holds variables or logins, here or in other systems.
const HOLDERS: [&str; 9] =
    ["variables", "input-variables", "env", "environment", "image", "aws", "gcp", "secrets", "credentials"];

/// The longest word that is no credential where no variable stands.
const LONGEST_WORD: usize = 12;

/// Whether an entry of any map may be a variable with a credential: by its name in capitals, or by a value that is no plain word.
/// `id-token: write` grants an access.
fn may_be_variable(name: &str, value: &str) -> bool {
    let word = value.len() <= LONGEST_WORD && value.bytes().all(|byte| byte.is_ascii_lowercase());
    !word || !name.bytes().any(|byte| byte.is_ascii_lowercase())
}

struct Search<'s> {
    commands: Vec<NodeId>,
    /// The maps that hold variables, sorted; looked for when first asked for.
    variables: OnceCell<Vec<NodeId>>,
    signs: &'s Signs,
    told: Vec<Span>,
}

impl Search<'_> {
    fn holds_variables(&self, map: Node<'_>) -> bool {
        let variables = self.variables.get_or_init(|| {
            let entries = map.document().nodes().flat_map(|node| node.entries());
            let holders = entries.filter(|entry| HOLDERS.contains(&entry.name()));
            let mut found: Vec<NodeId> = holders.map(|entry| entry.value.id()).collect();
            found.sort_unstable();
            found
        });
        variables.binary_search(&map.id()).is_ok()
    }

    fn scalar(&mut self, node: Node<'_>, out: &mut Findings<'_>) {
        let Some(text) = node.text() else { return };
        // What an escape stands for can't be seen in the file's text.
        let escaped = node.style() == Some(Style::Double) && node.document().slice(node.span()).contains('\\');
        let mut hits = Vec::new();
        if escaped || self.signs.begins_in(node.span()) {
            hits.extend(secret_shapes::shapes(text));
        }
        if (escaped || self.signs.tell_of(node.span())) && self.commands.binary_search(&node.id()).is_ok() {
            hits.extend(in_commands(text));
        }
        for hit in hits {
            self.tell(&hit, node.source_span(hit.span), out);
        }
    }

    /// A map's entry whose key is named like a secret: a variable of a service or a pipe, an image's password. What another entry
    /// says openly is no secret.
    /// `map` is where it stands, unless that is one variable by itself.
    fn entry(
        &mut self,
        name: &str,
        value: Node<'_>,
        map: Option<Node<'_>>,
        is_another: impl Fn(Node<'_>) -> bool,
        out: &mut Findings<'_>,
    ) {
        let custom_variable = matches!(name, "secret" | "token") && value.text().is_none();
        // The head of a command that a colon has made a map of is no name.
        let is_name = !name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '('));
        if custom_variable || !is_name || !secret::is_secret_name(name) || value.alias().is_some() {
            return;
        }
        let Some(text) = value.string() else { return };
        if map.is_some_and(|map| !may_be_variable(name, text) && !self.holds_variables(map)) {
            return;
        }
        if let Some(weight) = secret::weigh(text) {
            // A server that asks for signs and digits gets a password of such words all the same.
            let by_rules = || (name == "SA_PASSWORD" || name.ends_with("_SA_PASSWORD")) && is_spelt_for_rules(text);
            let known = weight == Weight::Credential && (is_another(value) || by_rules());
            let weight = if known { Weight::ThrowAway } else { weight };
            let hit = Hit { span: value.span(), what: format!("the value of `{name}`"), weight };
            self.tell(&hit, value.span(), out);
        }
    }

    fn tell(&mut self, hit: &Hit, span: Span, out: &mut Findings<'_>) {
        let overlaps =
            |told: &Span| told.start < span.end.max(span.start + 1) && span.start < told.end.max(told.start + 1);
        if self.told.iter().any(overlaps) {
            return;
        }
        self.told.push(span);
        match hit.weight {
            Weight::Credential => out
                .violated(span, format!("{} stands in the file", hit.what))
                .help("put it into a secured variable of the repository or the deployment, and give it out anew: it is in the history"),
            Weight::Guessed => out
                .violated(span, format!("{} stands in the file; anybody would guess it", hit.what))
                .help("choose another one, and put it into a secured variable of the repository or the deployment"),
            Weight::ThrowAway => out
                .violated(span, format!("{} stands in the file; anybody would guess it", hit.what))
                .severity(Severity::Warning)
                .help("fine for a container that lives for one step; otherwise use a secured variable"),
            Weight::Placeholder => out
                .violated(span, format!("{} is a placeholder", hit.what))
                .severity(Severity::Warning)
                .help("refer to a secured variable instead, so that nobody writes the real value here"),
        };
    }
}

/// How many entries of a map are looked at for the name of a user.
const MOST: usize = 100;

/// Whether a variable's name says that it holds the name of a user or of a database.
fn names_user(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["USER", "USERNAME", "LOGIN", "DB", "DATABASE", "DB_NAME"].iter().any(|end| name.ends_with(end))
}

/// Where a variable stands in the command that begins at a place; the command where it does not stand in it by name.
fn place_of(name: &str, command: &Site<'_>) -> Span {
    let text = command.node.text().unwrap_or("");
    let from = command.range.start;
    let in_command = text.get(from..).into_iter().flat_map(|rest| rest.match_indices('$'));
    let span = in_command.map(|(at, _)| from + at).find_map(|at| {
        let rest = text.get(at + 1..)?;
        let braced = rest.starts_with('{');
        let rest = rest.strip_prefix('{').unwrap_or(rest).strip_prefix(name)?;
        let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let brackets = 2 * usize::from(braced && rest.starts_with('}'));
        ends.then(|| Span::new(at, at + 1 + name.len() + brackets))
    });
    command.node.source_span(span.unwrap_or(command.range))
}

/// Secrets that go to the log.
fn printed(flow: &Flow<'_>, out: &mut Findings<'_>) {
    for plan in flow.plans {
        for step in &plan.steps {
            for print in &step.found.prints {
                if let Some(name) = print.variables.iter().find(|name| secret::is_secret_name(name)) {
                    out.violated(place_of(name, &print.site), format!("`${name}` is written to the log"))
                        .severity(Severity::Warning)
                        .trace(plan.trace(step))
                        .help("Bitbucket masks only the exact value of a secured variable; do not print it");
                } else if let Some(what) = print.everything {
                    out.cannot_tell(
                        print.site.span(),
                        format!("{what} are written to the log, and whether secrets are among them can't be told"),
                    )
                    .trace(plan.trace(step))
                    .help("print the variables that you need by name");
                }
            }
        }
    }
}
