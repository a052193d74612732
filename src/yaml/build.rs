//! From parser events to nodes: anchors, merge keys, duplicate keys, bounds.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use super::broken;
use super::document::{Comment, Document, Limits};
use super::lines::Lines;
use super::measure::Measure;
use super::node::{Content, EntryData, NodeData, NodeId, Style, Text, mark};
use super::problem::{self, Problem, ProblemKind};
use super::seen::Seen;
use super::span::Span;
use super::tabs;
use super::undefined;

/// How many entries all merge keys of a text may bring together.
const MERGED_ENTRIES: usize = 1_000_000;

pub(super) fn read(text: String, limits: Limits) -> Document {
    let mut builder = Builder::new(&text, limits);
    let root = if text.len() > limits.bytes {
        let message = format!("the text has {} bytes, more than the {} that are read", text.len(), limits.bytes);
        builder.problem(ProblemKind::TooLarge, Span::new(0, 0), message);
        None
    } else {
        builder.run()
    };
    let Builder { nodes, mut problems, comments, lines, .. } = builder;
    problems.extend(tabs::behind_marks(&text, &nodes));
    problems.sort_by_key(|problem| problem.span.start);
    let (own_text, own_nodes) = (text.len(), nodes.len());
    Document {
        text,
        own_text,
        lines,
        nodes,
        own_nodes,
        parts: Vec::new(),
        unreadable: Vec::new(),
        root,
        problems,
        comments,
    }
}

/// A collection that is not closed yet.
struct Open {
    id: NodeId,
    children: Vec<NodeId>,
    /// The source that brought each `<<`; resolved when the map closes.
    mapping: bool,
    anchor: usize,
}

struct Builder<'t> {
    text: &'t str,
    limits: Limits,
    lines: Lines,
    nodes: Vec<NodeData>,
    measures: Vec<Measure>,
    problems: Vec<Problem>,
    comments: Vec<Comment>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
    merged: usize,
    root: Option<NodeId>,
    /// A key such as `**:` was met; the parser then loses its way, which is no news.
    unquoted_pattern: bool,
    failed: bool,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, limits: Limits) -> Self {
        Self {
            text,
            limits,
            lines: Lines::new(text),
            nodes: Vec::new(),
            measures: Vec::new(),
            problems: Vec::new(),
            comments: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            merged: 0,
            root: None,
            unquoted_pattern: false,
            failed: false,
        }
    }

    fn problem(&mut self, kind: ProblemKind, span: Span, message: String) -> &mut Problem {
        let at = self.problems.len();
        self.problems.push(Problem { kind, span, message, help: None, related: None });
        &mut self.problems[at]
    }

    fn run(&mut self) -> Option<NodeId> {
        let options = granit_parser::options! {
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            max_buffered_comment_events: 100_000,
            block_nesting_limit: 200,
            flow_nesting_limit: 200,
        };
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        let mut documents = 0;
        while let Some(next) = parser.next_event() {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => {
                    self.scan_error(&error);
                    return None;
                }
            };
            let tag = span.tag_span().and_then(|tag| tag.byte_range()).map(|range| Span::new(range.start, range.end));
            let span = span.byte_range().map_or(Span::default(), |range| Span::new(range.start, range.end));
            match event {
                Event::DocumentStart(explicit, _) => {
                    documents += 1;
                    if documents == 2 {
                        let message = "a second document begins here; Bitbucket reads one".to_owned();
                        let empty = self.root.is_none_or(|root| {
                            let span = self.nodes[root.0 as usize].span;
                            span.is_empty() && matches!(self.nodes[root.0 as usize].content, Content::Scalar { .. })
                        });
                        let problem = self.problem(ProblemKind::SecondDocument, span, message);
                        problem.help = Some(problem::second_document(empty, explicit).to_owned());
                        break;
                    }
                }
                Event::Comment(..) => self.comments.push(Comment { span }),
                Event::Anchor(id, _) => self.anchor(id, span),
                other => self.node(other, span, tag),
            }
            if self.failed {
                return None;
            }
        }
        let root = self.root?;
        let (at, span) = (root.0 as usize, self.nodes[root.0 as usize].span);
        let beyond = self.measures[at].beyond(self.limits, span, (&self.nodes, &self.measures));
        let Some((span, message)) = beyond else { return Some(root) };
        self.problem(ProblemKind::TooLarge, Span::new(span.start, span.start), message);
        None
    }

    fn node(&mut self, event: Event<'t>, span: Span, tag: Option<Span>) {
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let text = self.stored(value);
                let id = self.push(span, Content::Scalar { text, style }, tag, Measure { size: 1, depth: 1 });
                self.name(anchor, id);
                self.place(id);
            }
            Event::Alias(target) => match self.anchors.get(&target).copied() {
                Some(target) if !self.open.iter().any(|open| open.id == target) => {
                    let measure = self.measures[target.0 as usize];
                    let id = self.push(span, Content::Alias(target), None, measure);
                    self.place(id);
                }
                _ => {
                    let name = self.text.get(span.start..span.end).unwrap_or("*");
                    let message = format!("`{name}` stands inside the node that it names");
                    self.problem(ProblemKind::RecursiveAlias, span, message);
                    self.missing(span);
                }
            },
            Event::UnresolvedAlias(name) => {
                let name = name.trim_end_matches(':');
                let message = format!("`*{name}` names no anchor that stands before it");
                let (help, is_pattern) = undefined::help(self.text, &self.lines, name, span);
                self.unquoted_pattern |= is_pattern;
                self.problem(ProblemKind::UndefinedAlias, span, message).help = Some(help);
                self.missing(span);
            }
            Event::SequenceStart(_, anchor, _) => self.start(span, tag, anchor, false),
            Event::MappingStart(_, anchor, _) => self.start(span, tag, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            _ => {}
        }
    }

    fn stored(&self, value: Cow<'t, str>) -> Text {
        match value {
            Cow::Borrowed(part) => {
                let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
                match self.text.get(start..start.saturating_add(part.len())) {
                    Some(same) if same == part => Text::Source(Span::new(start, start + part.len())),
                    _ => Text::Owned(part.into()),
                }
            }
            Cow::Owned(text) => Text::Owned(text.into_boxed_str()),
        }
    }

    fn push(&mut self, span: Span, content: Content, tag: Option<Span>, measure: Measure) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(NodeData { span, content, tag, anchor: None });
        self.measures.push(measure);
        id
    }

    fn missing(&mut self, span: Span) {
        let id = self.push(span, Content::Missing, None, Measure { size: 1, depth: 1 });
        self.place(id);
    }

    fn name(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn anchor(&mut self, anchor: usize, span: Span) {
        let id = self
            .anchors
            .get(&anchor)
            .copied()
            .or_else(|| self.open.iter().rev().find(|open| open.anchor == anchor).map(|open| open.id));
        if let Some(id) = id {
            self.nodes[id.0 as usize].anchor = Some(span);
        }
    }

    /// Hands a finished node to the collection around it.
    fn place(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(open) => open.children.push(id),
            None => {
                self.root.get_or_insert(id);
            }
        }
    }

    fn start(&mut self, span: Span, tag: Option<Span>, anchor: usize, mapping: bool) {
        let content = if mapping { Content::Mapping(Vec::new()) } else { Content::Sequence(Vec::new()) };
        let id = self.push(span, content, tag, Measure { size: 1, depth: 1 });
        self.name(anchor, id);
        self.open.push(Open { id, children: Vec::new(), mapping, anchor });
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let mut measure = Measure { size: 1, depth: 1 };
        for child in &open.children {
            let inner = self.measures[child.0 as usize];
            measure.size = measure.size.saturating_add(inner.size);
            measure.depth = measure.depth.max(inner.depth.saturating_add(1));
        }
        let index = open.id.0 as usize;
        // A block collection's end event stands at the next token: the last child tells where it really ends.
        let last = open.children.last().map(|child| self.nodes[child.0 as usize].span.end);
        let flow = span.len() == 1;
        self.nodes[index].span.end =
            if flow { span.end } else { last.unwrap_or(span.start) }.max(self.nodes[index].span.start);
        let content = if open.mapping {
            let entries = self.entries(open.children, &mut measure);
            Content::Mapping(entries)
        } else {
            Content::Sequence(open.children)
        };
        self.nodes[index].content = content;
        self.measures[index] = measure;
        if measure.depth > self.limits.depth.saturating_mul(4) {
            self.failed = true;
            let message = format!("nested more than {} deep once aliases are followed", self.limits.depth);
            self.problem(ProblemKind::TooLarge, span, message);
            return;
        }
        self.place(open.id);
    }

    /// Pairs keys with values, refuses duplicates, brings in what `<<` names.
    fn entries(&mut self, children: Vec<NodeId>, measure: &mut Measure) -> Vec<EntryData> {
        let mut entries: Vec<EntryData> = Vec::with_capacity(children.len() / 2);
        let mut seen = Seen::default();
        let mut merges = Vec::new();
        for pair in children.chunks(2) {
            let [key, value] = *pair else { continue };
            let Some(name) = self.scalar_text(key) else {
                let span = self.nodes[key.0 as usize].span;
                let (message, help) = match self.text.get(..span.start).is_some_and(|before| before.ends_with('{')) {
                    true => broken::template("{{"),
                    false => (
                        "a map or a list stands where a key is expected".to_owned(),
                        "a key that begins with `{` or `[` must be quoted".to_owned(),
                    ),
                };
                // A list whose dash is the last of the text begins behind it.
                let span = Span::of_char(self.text, span.start);
                self.problem(ProblemKind::CompoundKey, span, message).help = Some(help);
                continue;
            };
            if name == "<<" && self.is_plain(key) {
                merges.push((key, value));
                continue;
            }
            if let Some(first) = seen.get(&name) {
                let span = self.nodes[key.0 as usize].span;
                let first = self.nodes[first.0 as usize].span;
                let line = self.lines.line(first.start);
                let message = format!("`{name}` stands twice in one map; the first is on line {line}");
                let text = matches!(self.nodes[value.0 as usize].content, Content::Scalar { .. });
                let problem = self.problem(ProblemKind::DuplicateKey, span, message);
                problem.help = Some(problem::twice(&name, text));
                problem.related = Some((first, "first here".to_owned()));
                continue;
            }
            entries.push(EntryData { key, value, merged: None, mark: mark(&name) });
            seen.add(name, key);
        }
        for (key, value) in merges {
            self.merge(key, value, &mut entries, &mut seen, measure);
        }
        entries
    }

    fn merge(
        &mut self,
        key: NodeId,
        value: NodeId,
        entries: &mut Vec<EntryData>,
        seen: &mut Seen<'t>,
        measure: &mut Measure,
    ) {
        let sources = match &self.nodes[self.target(value).0 as usize].content {
            Content::Mapping(_) => vec![value],
            Content::Sequence(items) => items.clone(),
            _ => Vec::new(),
        };
        let mut usable = !sources.is_empty();
        for source in sources {
            let target = self.target(source);
            let Content::Mapping(brought) = &self.nodes[target.0 as usize].content else {
                usable = false;
                continue;
            };
            let brought = brought.clone();
            self.merged += brought.len();
            if self.merged > MERGED_ENTRIES {
                self.failed = true;
                let span = self.nodes[key.0 as usize].span;
                let message = format!("merge keys bring more than {MERGED_ENTRIES} entries");
                self.problem(ProblemKind::TooLarge, span, message);
                return;
            }
            for entry in brought {
                let Some(name) = self.scalar_text(entry.key) else { continue };
                if seen.get(&name).is_some() {
                    continue;
                }
                seen.add(name, entry.key);
                let inner = self.measures[entry.value.0 as usize];
                measure.size = measure.size.saturating_add(inner.size);
                measure.depth = measure.depth.max(inner.depth.saturating_add(1));
                entries.push(EntryData { merged: Some(source), ..entry });
            }
        }
        if !usable && !matches!(self.nodes[value.0 as usize].content, Content::Missing) {
            let span = self.nodes[value.0 as usize].span;
            let message = "`<<` merges maps, and this is none".to_owned();
            let problem = self.problem(ProblemKind::BadMerge, span, message);
            problem.help = Some("lists are not merged: write their items out, or alias each".to_owned());
        }
    }

    fn target(&self, id: NodeId) -> NodeId {
        match self.nodes[id.0 as usize].content {
            Content::Alias(target) => target,
            _ => id,
        }
    }

    fn is_plain(&self, id: NodeId) -> bool {
        matches!(self.nodes[id.0 as usize].content, Content::Scalar { style: Style::Plain, .. })
    }

    fn scalar_text(&self, id: NodeId) -> Option<Cow<'t, str>> {
        match &self.nodes[self.target(id).0 as usize].content {
            Content::Scalar { text: Text::Source(span), .. } => self.text.get(span.start..span.end).map(Cow::Borrowed),
            Content::Scalar { text: Text::Owned(text), .. } => Some(Cow::Owned(text.to_string())),
            // An undefined alias as a key has its own problem already.
            Content::Missing => Some(Cow::Owned(format!("*{}", self.nodes[id.0 as usize].span.start))),
            _ => None,
        }
    }

    fn scan_error(&mut self, error: &ScanError) {
        if self.unquoted_pattern {
            return;
        }
        let offset = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let line = self.lines.line(offset);
        // The scanner notices a tab at the token after it, which may be on the next line, or at the end of the text before it.
        let content = |line| {
            let span = self.lines.span(self.text, line);
            (span, self.text.get(span.start..span.end).unwrap_or(""))
        };
        let below = (line + 1..=self.lines.count()).find(|line| !content(*line).1.trim().is_empty());
        let below = below.filter(|_| {
            matches!(
                error.kind(),
                ErrorKind::TabInPlainScalar
                    | ErrorKind::TabInIndentation
                    | ErrorKind::TabInBlockIndentation
                    | ErrorKind::TabNotAllowed
            )
        });
        for line in [Some(line), Some(line.saturating_sub(1)), below].into_iter().flatten() {
            let (span, content) = content(line);
            let blank = content.len() - content.trim_start_matches([' ', '\t']).len();
            if let Some(tab) = content.get(..blank).and_then(|blank| blank.find('\t')) {
                let at = span.start + tab;
                let message = "a tab stands in the indentation; YAML wants spaces".to_owned();
                let problem = self.problem(ProblemKind::Tab, Span::new(at, at + 1), message);
                problem.help = Some("replace it with spaces".to_owned());
                return;
            }
        }
        let deep = matches!(
            error.kind(),
            ErrorKind::InputByteLimitExceeded { .. } | ErrorKind::TooManyComments | ErrorKind::RecursionLimitExceeded
        );
        let problem = if deep {
            let span = Span::of_char(self.text, offset);
            let message = "nested too deep to be read".to_owned();
            Problem { kind: ProblemKind::TooLarge, span, message, help: None, related: None }
        } else {
            broken::explain(self.text, &self.lines, error.kind(), offset)
        };
        self.problems.push(problem);
    }
}
