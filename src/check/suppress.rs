//! Suppressions: `# pipewright: allow RULE, RULE -- reason`, on the line of the place or above it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::aliased::Ways;
use super::once::ALSO;
use crate::finding::{Allowed, Finding, Findings, Layer, RuleMeta, Severity};
use crate::rules;
use crate::schema;
use crate::yaml::{Document, Span, Style};

/// The rule about reasons.
pub static REASON: RuleMeta = RuleMeta {
    id: "suppression-reason",
    layer: Layer::Policy,
    severity: Severity::Warning,
    summary: "a suppression gives no reason",
    page: include_str!("../../docs/rules/suppression-reason.md"),
};

/// The rule about use.
pub static USED: RuleMeta = RuleMeta {
    id: "suppression-used",
    layer: Layer::Policy,
    severity: Severity::Warning,
    summary: "a suppression suppresses nothing",
    page: include_str!("../../docs/rules/suppression-used.md"),
};

fn allowed_by(suppression: &Suppression, finding: &Finding) -> Allowed {
    let also = finding.trace.iter().filter_map(|line| line.strip_prefix(ALSO));
    let events = finding.trace.first().map(String::as_str).into_iter().chain(also).map(str::to_owned).collect();
    let (rule, severity, reason) = (finding.rule, finding.severity, suppression.reason.to_string());
    Allowed { rule, severity, span: suppression.span, reason, events }
}

/// Takes away what comments allow at the aliases by which pipelines reach it: of what is used in several places one use. Comes
/// before what several plans reach is made one finding.
pub(super) fn allow_uses(
    document: &Document,
    suppressions: &[Suppression],
    findings: &mut Vec<Finding>,
) -> Vec<Allowed> {
    let suppressions: Vec<&Suppression> = suppressions.iter().filter(|one| !one.reason.is_empty()).collect();
    if suppressions.is_empty() {
        return Vec::new();
    }
    let Some(mut ways) = Ways::of(document) else { return Vec::new() };
    let mut rules: HashMap<&str, HashMap<usize, &Suppression>> = HashMap::new();
    for one in suppressions {
        rules.entry(&one.rule).or_default().extend(one.lines().map(|line| (line, one)));
    }
    let mut allowed = Vec::new();
    findings.retain(|finding| {
        let Some(own) = rules.get(finding.rule) else { return true };
        let at = |alias: &Span| own.get(&document.lines().line(alias.start)).copied();
        let used: Option<Vec<_>> = ways.to(finding, DEEPEST).iter().map(|way| way.iter().find_map(at)).collect();
        let used = used.unwrap_or_default();
        allowed.extend(used.iter().map(|one| allowed_by(one, finding)));
        used.is_empty()
    });
    allowed
}

/// How many aliases, one in what another names, are looked at for comments.
const DEEPEST: usize = 16;

/// A rule that a comment allows.
pub(super) struct Suppression {
    /// It; empty where the comment is not of the form that is read.
    rule: String,
    /// Why; empty where it does not say.
    reason: Rc<str>,
    /// The word between the rules and the reason that is none, if there is one.
    more: Option<String>,
    /// How many rules stand before it in the comment.
    after: usize,
    /// Whether the comment allows others as well.
    among: bool,
    /// The comment.
    span: Span,
    /// The line on which it stands, from 1.
    line: usize,
    /// The lines of what stands below it, the first and the last, where it has a line of its own.
    below: Option<(usize, usize)>,
    /// Whether it stands in a here-document, which may be a text about suppressions.
    in_document: bool,
}

impl Suppression {
    /// The lines that it covers.
    fn lines(&self) -> impl Iterator<Item = usize> + use<> {
        let own = self.line;
        let below = self.below.map(|(first, last)| first..=last).into_iter().flatten();
        std::iter::once(own).chain(below.filter(move |line| *line != own))
    }
}

/// Takes away what is suppressed and tells which suppressions are wrong; what was `allowed` at aliases is gone already. All that was
/// allowed comes back.
pub(super) fn apply(
    document: &Document,
    suppressions: &[Suppression],
    findings: &mut Vec<Finding>,
    judged: impl Fn(&RuleMeta) -> bool,
    mut allowed: Vec<Allowed>,
) -> Vec<Allowed> {
    if suppressions.is_empty() {
        return allowed;
    }
    let mut lines: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        lines.entry(document.lines().line(finding.span.start)).or_default().push(at);
    }
    let mut gone = vec![false; findings.len()];
    // One finding for a comment, whatever is wrong with it.
    let mut told: Option<Span> = None;
    for suppression in suppressions {
        let is_new = told != Some(suppression.span) && !suppression.in_document;
        if suppression.in_document && (suppression.rule.is_empty() || suppression.reason.is_empty()) {
            continue;
        }
        if suppression.rule.is_empty() {
            Findings::new(&USED, findings)
                .violated(suppression.span, "this comment is not read, so nothing is suppressed")
                .help("write `# pipewright: allow RULE -- reason`, with commas between several rules");
            continue;
        }
        let known = meta_of(&suppression.rule);
        if suppression.reason.is_empty() {
            if suppression.after > 0 {
                continue;
            }
            Findings::new(&REASON, findings)
                .violated(suppression.span, format!("`{}` is allowed without a reason, so it is not", suppression.rule))
                .help(format!("say why behind two dashes: `# pipewright: allow {} -- reason`", suppression.rule));
            continue;
        }
        let Some(meta) = known else {
            if is_new {
                not_a_rule(suppression, findings);
                told = Some(suppression.span);
            }
            continue;
        };
        if let Some(more) = suppression.more.as_ref().filter(|_| suppression.after == 0 && !suppression.in_document) {
            let message = format!("`{more}` is no rule, so this comment allows what stands before it alone");
            Findings::new(&USED, findings).violated(suppression.span, message).help(help_for(more));
        }
        let is_own = |allowed: &Allowed| allowed.span == suppression.span && allowed.rule == suppression.rule;
        let mut found = allowed.iter().any(is_own);
        for at in suppression.lines().filter_map(|line| lines.get(&line)).flatten() {
            let finding = &findings[*at];
            if finding.rule == suppression.rule && !gone[*at] {
                allowed.push(allowed_by(suppression, finding));
                gone[*at] = true;
                found = true;
            }
        }
        // A rule that was not asked can't have found what is allowed here.
        if !found && is_new && suppression.more.is_none() && judged(meta) {
            told = Some(suppression.span);
            let help = if suppression.among { "take the rule out of the comment" } else { "remove the comment" };
            Findings::new(&USED, findings)
                .violated(
                    suppression.span,
                    format!("`{}` finds nothing here, so nothing is suppressed", suppression.rule),
                )
                .help(help);
        }
    }
    let mut at = 0..;
    // What was said of the suppressions themselves stands behind the rest and stays.
    findings.retain(|_| !at.next().and_then(|at| gone.get(at).copied()).unwrap_or(false));
    allowed
}

/// Tells of a comment that allows what is no rule.
fn not_a_rule(suppression: &Suppression, findings: &mut Vec<Finding>) {
    let rule = &suppression.rule;
    let help = help_for(rule);
    let (message, help) = match [&REASON, &USED].iter().any(|own| own.id == rule) {
        true => (format!("`{rule}` is about comments, and can't be allowed by one"), "remove the comment".to_owned()),
        false => (format!("`{rule}` is no rule, so nothing is suppressed"), help),
    };
    Findings::new(&USED, findings).violated(suppression.span, message).help(help);
}

fn help_for(word: &str) -> String {
    near(word).map_or("`pipewright rules` lists the rules".to_owned(), |near| format!("did you mean `{near}`?"))
}

fn meta_of(rule: &str) -> Option<&'static RuleMeta> {
    let mut metas = rules::all().iter().map(|rule| rule.meta()).chain(schema::rules().iter().copied());
    metas.find(|meta| meta.id == rule)
}

fn near(rule: &str) -> Option<&'static str> {
    let metas = rules::all().iter().map(|rule| rule.meta()).chain(schema::rules().iter().copied());
    let close = metas.map(|meta| (strsim::damerau_levenshtein(meta.id, rule), meta.id)).min()?;
    (close.0 <= rule.len() / 3).then_some(close.1)
}

/// The suppressions in the order of the text: YAML comments, and shell comments in block scalars.
pub(super) fn read(document: &Document) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    let below = OnceCell::new();
    let mut parse = |span, in_document| {
        let all = parse(document, span, below.get_or_init(|| Below::of(document)));
        found.extend(all.into_iter().map(|one| Suppression { in_document, ..one }));
    };
    for comment in document.comments() {
        if is_named(document.slice(comment.span)) {
            parse(comment.span, false);
        }
    }
    for node in document.nodes() {
        if !matches!(node.style(), Some(Style::Literal | Style::Folded)) {
            continue;
        }
        let text = node.text().unwrap_or("");
        if !is_named(text) {
            continue;
        }
        let mut at = 0;
        let mut ends_with: Option<&str> = None;
        for line in text.split_inclusive('\n') {
            match ends_with {
                Some(word) if line.trim() == word => ends_with = None,
                Some(_) => {}
                None => ends_with = document_word(line),
            }
            if let Some(hash) = comment_start(line) {
                let span = node.source_span(Span::new(at + hash, at + line.trim_end().len()));
                parse(span, ends_with.is_some());
            }
            at += line.len();
        }
    }
    found.sort_by_key(|suppression| suppression.span.start);
    found
}

/// How many rules of one comment are read.
const MOST: usize = 50;

/// The program's name in the ways in which people write it.
const NAMES: [&str; 3] = ["pipewright", "Pipewright", "PIPEWRIGHT"];

/// Whether a text has the program's name in it.
fn is_named(text: &str) -> bool {
    NAMES.iter().any(|name| text.contains(name))
}

/// Where a shell comment with a suppression begins in a line: the name may stand in the command, too.
fn comment_start(line: &str) -> Option<usize> {
    let begins = |hash: &usize| {
        let rest = line.get(hash + 1..).unwrap_or("").trim_start_matches('#').trim_start();
        let before = line.get(..*hash).and_then(|before| before.chars().next_back());
        NAMES.iter().any(|name| rest.starts_with(name)) && before.is_none_or(char::is_whitespace)
    };
    line.match_indices('#').map(|(hash, _)| hash).find(begins)
}

/// The word that ends the here-document which begins behind a line: `cat > f <<'EOF'`.
fn document_word(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("<<").filter(|(_, rest)| !rest.starts_with('<'))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\'', '"', '\\']);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let is_comment = before.trim_start().starts_with('#');
    rest.get(..end).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !is_comment)
}

fn parse(document: &Document, span: Span, below: &Below) -> Vec<Suppression> {
    let text = document.slice(span).trim_start_matches('#').trim();
    let allowed = text.strip_prefix("pipewright:").and_then(|rest| rest.trim_start().strip_prefix("allow"));
    let rest = match allowed.filter(|rest| rest.starts_with(char::is_whitespace)) {
        Some(rest) => rest.trim(),
        None if means_to_allow(text) => "",
        None => return Vec::new(),
    };
    let (named, reason) = rest.split_once("--").unwrap_or((rest, ""));
    // What follows a comma is meant for a rule; other words that are none may be the beginning of a reason.
    let words = named.split_inclusive([',', ' ', '\t']).filter(|word| !word.trim_matches([',', ' ', '\t']).is_empty());
    let mut meant = true;
    let mut words = words
        .map(|word| {
            let bare = word.trim_end_matches([',', ' ', '\t', ':']);
            (std::mem::replace(&mut meant, word.ends_with(',')), bare)
        })
        .peekable();
    let is_id = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let is_rule = |(meant, word): &(bool, &str)| *meant && is_id(word) || meta_of(word).is_some();
    let mut rules: Vec<&str> = std::iter::from_fn(|| words.next_if(is_rule)).map(|(_, rule)| rule).take(MOST).collect();
    let more = words.next().map(|(_, word)| word.to_owned());
    if rules.is_empty() {
        rules.push(more.as_deref().unwrap_or(""));
    }
    let line = document.lines().line(span.start);
    let below = content(document, line).starts_with('#').then(|| below.lines(line)).flatten();
    let (reason, among) = (Rc::from(reason.trim()), rules.len() > 1);
    let one = |(after, rule): (usize, &str)| Suppression {
        rule: rule.to_owned(),
        reason: Rc::clone(&reason),
        more: more.clone(),
        after,
        among,
        span,
        line,
        below,
        in_document: false,
    };
    rules.into_iter().enumerate().map(one).collect()
}

/// Whether a comment speaks to the program, in words that other checkers take for a suppression, and of nothing else or of a
/// rule.
fn means_to_allow(text: &str) -> bool {
    let text = text.to_lowercase();
    let Some(rest) = text.strip_prefix("pipewright") else { return false };
    let signs = [' ', '\t', ',', '=', '[', ']', ':'];
    let mut words = rest.trim_start_matches([':', '-', ' ', '\t']).split(signs).filter(|word| !word.is_empty());
    let (Some(word), mut more) = (words.next(), words) else { return false };
    let word = word.split('-').next().unwrap_or(word);
    let known = ["allow", "allowed", "permit", "ignore", "disable", "suppress", "skip", "off", "noqa"];
    let of_rules =
        more.clone().any(|word| meta_of(word.trim_matches(|sign: char| !sign.is_ascii_alphabetic())).is_some());
    known.contains(&word) && (of_rules || more.next().is_none())
}

fn content(document: &Document, line: usize) -> &str {
    document.slice(document.lines().span(document.text(), line)).trim()
}

/// What stands below each line of a document.
struct Below {
    /// For each line its first follower that is neither empty nor a comment, or the last line.
    next: Vec<usize>,
    /// For each line the last one of what begins there and can hold no comment: a command that goes on behind a backslash, a text
    /// of several lines.
    last: Vec<usize>,
}

impl Below {
    fn of(document: &Document) -> Self {
        let count = document.lines().count();
        let mut next = vec![count; count + 1];
        let mut last: Vec<usize> = (0..=count).collect();
        for line in (1..count).rev() {
            let below = content(document, line + 1);
            let skipped = line + 1 < count && (below.is_empty() || below.starts_with('#'));
            next[line] = if skipped { next[line + 1] } else { line + 1 };
            if content(document, line).ends_with('\\') {
                last[line] = last[line + 1];
            }
        }
        let line = |at: usize| document.lines().line(at);
        for node in document.nodes() {
            let first = match node.style() {
                None | Some(Style::Literal) => continue,
                // A folded text begins behind its `>`, which stands on the line before.
                Some(Style::Folded) => document.text().get(..node.span().start).unwrap_or("").trim_end().len(),
                Some(_) => node.span().start,
            };
            let (first, end) = (line(first), line(node.span().end.saturating_sub(1)));
            last[first] = last[first].max(end);
        }
        Self { next, last }
    }

    /// The lines of what stands below a line.
    fn lines(&self, line: usize) -> Option<(usize, usize)> {
        let first = *self.next.get(line)?;
        Some((first, *self.last.get(first)?))
    }
}
