//! The syntax layer: problems of the reading as findings.

use super::{invisible, metas, typographic};
use crate::finding::{Finding, Findings, RuleMeta};
use crate::yaml::{Document, ProblemKind, Span, Style};

/// The findings of the syntax layer, in order of place.
pub fn findings(document: &Document) -> Vec<Finding> {
    let mut found = Vec::new();
    for problem in document.problems() {
        let mut findings = Findings::new(meta(problem.kind), &mut found);
        let mut draft = findings.violated(problem.span, problem.message.clone());
        if let Some(help) = &problem.help {
            draft = draft.help(help.clone());
        }
        if let Some((span, message)) = &problem.related {
            draft.related(*span, message.clone());
        }
    }
    tags(document, &mut found);
    anchors(document, &mut found);
    tabs(document, &mut found);
    typographic::find(document, &mut Findings::new(&metas::PLAIN_QUOTES, &mut found));
    invisible::find(document, &mut Findings::new(&metas::VISIBLE_CHARACTERS, &mut found));
    found.sort_by_key(|finding| (finding.span, finding.rule));
    found
}

fn meta(kind: ProblemKind) -> &'static RuleMeta {
    match kind {
        ProblemKind::Unreadable => &metas::READABLE_YAML,
        ProblemKind::Tab => &metas::NO_TABS,
        ProblemKind::DuplicateKey => &metas::UNIQUE_KEYS,
        ProblemKind::UndefinedAlias | ProblemKind::RecursiveAlias => &metas::DEFINED_ALIAS,
        ProblemKind::SecondDocument => &metas::ONE_DOCUMENT,
        ProblemKind::CompoundKey => &metas::SCALAR_KEYS,
        ProblemKind::BadMerge => &metas::MERGE_MAPS,
        ProblemKind::TooLarge => &metas::BOUNDED_SIZE,
    }
}

/// `- ! grep -q x file` runs without its `!`: YAML takes it for a tag. Standard tags (`!!str`) say what they do.
fn tags(document: &Document, found: &mut Vec<Finding>) {
    if !document.text().contains('!') {
        return;
    }
    for node in document.nodes() {
        let Some(span) = node.tag() else { continue };
        let tag = document.slice(span).trim_end();
        if tag.starts_with("!!") || tag.starts_with("!<") {
            continue;
        }
        let message = format!("`{tag}` is taken for a YAML tag and dropped");
        let help = match (tag.strip_suffix(':'), node.style()) {
            _ if tag == "!reference" => {
                "it is a word of GitLab CI: put an anchor at each of the items that are meant, and alias them"
                    .to_owned()
            }
            (Some(key), _) => format!("put the key in quotes: `'{key}':`"),
            (None, Some(Style::Plain)) => "put the whole text in quotes".to_owned(),
            (None, _) => "remove it, or quote the text that it belongs to".to_owned(),
        };
        Findings::new(&metas::NO_TAGS, found).violated(span, message).help(help);
    }
}

/// `&a[x, y]`: the name ends where the bracket begins, and the readers of Java, of which Bitbucket's is one, stop there.
fn anchors(document: &Document, found: &mut Vec<Finding>) {
    for span in document.nodes().filter_map(|node| node.anchor()) {
        let mark = document.text().get(span.end..).and_then(|rest| rest.chars().next());
        let Some(mark @ ('[' | '{')) = mark else { continue };
        Findings::new(&metas::READABLE_YAML, found)
            .violated(span, "the name of an anchor holds none of `[`, `]`, `{`, `}` and `,`")
            .help(format!("put a space before `{mark}`, or name it with letters, digits, `-` and `_`"));
    }
}

/// A tab before a comment: YAML 1.2 lets it be, the readers of the 1.1 family stop there.
fn tabs(document: &Document, found: &mut Vec<Finding>) {
    if !document.text().contains('\t') {
        return;
    }
    // Of what can't be read it is not known where texts stand.
    if document.root().is_some() {
        blank_tabs(document, found);
    }
    for comment in document.comments() {
        let line = document.lines().span(document.text(), document.lines().line(comment.span.start));
        let before = document.slice(Span::new(line.start, comment.span.start));
        let Some(tab) = before.find('\t').filter(|_| before.trim().is_empty()) else { continue };
        let at = line.start + tab;
        let message = "a tab stands in the indentation of a comment, where some readers stop";
        let mut findings = Findings::new(&metas::NO_TABS, found);
        findings.violated(Span::new(at, at + 1), message).help("replace it with spaces");
    }
}

/// A tab in a line with nothing else, outside texts: the readers of the 1.1 family stop there, too.
fn blank_tabs(document: &Document, found: &mut Vec<Finding>) {
    let mut scalars: Vec<Span> =
        document.nodes().filter(|node| node.text().is_some()).map(|node| node.span()).collect();
    scalars.sort_unstable();
    let mut start = 0;
    for line in document.text().split_inclusive('\n') {
        let at = line.find('\t').filter(|_| line.trim().is_empty()).map(|tab| start + tab);
        start += line.len();
        let Some(at) = at else { continue };
        let before = scalars.partition_point(|span| span.start <= at);
        if before.checked_sub(1).and_then(|last| scalars.get(last)).is_some_and(|span| at <= span.end) {
            continue;
        }
        let message = "a tab stands in a line with nothing else, where some readers stop";
        Findings::new(&metas::NO_TABS, found).violated(Span::new(at, at + 1), message).help("remove it");
    }
}
