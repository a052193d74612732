//! Candidates in a reply: code blocks that hold YAML of a pipeline file, or such YAML with no block around it.

use std::ops::Range;

use super::block::{Block, blocks};
use super::candidate::{Candidate, Ending, Shape};
use super::flaw::End;
use super::{flaw, reasoning, shape, unfenced};
use crate::yaml::{Document, Lines};

/// Languages under which a pipeline file is given. None at all is one of them.
const YAML: [&str; 6] = ["yaml", "yml", "bitbucket-pipelines.yml", "bitbucket-pipelines", "bitbucket", "pipelines"];

/// Languages under which a whole document with blocks of its own is given.
const MARKDOWN: [&str; 4] = ["markdown", "md", "mdx", "gfm"];

/// How deep blocks within blocks are looked into.
const NESTING: u32 = 3;

/// The candidates of a reply that the model ended by itself, in order.
pub fn extract(reply: &str) -> Vec<Candidate> {
    extract_ended(reply, Ending::Whole)
}

/// The candidates of a reply, in order; `ending` tells how sure it is that the reply is whole.
pub fn extract_ended(reply: &str, ending: Ending) -> Vec<Candidate> {
    extract_beside(reply, ending, None).into_iter().map(|(candidate, _)| candidate).collect()
}

/// The same, each with the document that its text was read as: to check it is not to read it again. A text that is
/// `known` already is not even read, and has none.
pub fn extract_beside(reply: &str, ending: Ending, known: Option<&Document>) -> Vec<(Candidate, Option<Document>)> {
    let text = reasoning::without_reasoning(reply);
    let mut search = Search { ending, known, found: Vec::new(), taken: Vec::new(), indented: Vec::new() };
    search.look(&text, Outer { range: None, closed: false }, 0);
    let fenced_file = search.found.iter().any(|(candidate, _)| candidate.shape == Shape::File);
    let bare = if fenced_file { None } else { all_of_it(&text).or_else(|| unfenced::find(&text, &search.taken)) };
    for (content, range) in std::mem::take(&mut search.indented) {
        // What stands indented within a bare file is that file, whatever Markdown makes of it.
        if bare.as_ref().is_none_or(|bare| range.end <= bare.start || bare.end <= range.start) {
            search.candidate(content, range, None, false, End::Closed);
        }
    }
    if let Some(range) = bare {
        let content = text.get(range.clone()).unwrap_or("").replace("\r\n", "\n").replace('\r', "\n");
        let last = text.get(range.end..).unwrap_or("").trim().is_empty();
        search.candidate(content, range, None, true, if last { End::Reply } else { End::Closed });
    }
    for (candidate, _) in &mut search.found {
        // Blanked reasoning has the reply's bytes but not its characters.
        while !reply.is_char_boundary(candidate.range.start) {
            candidate.range.start -= 1;
        }
        while !reply.is_char_boundary(candidate.range.end) {
            candidate.range.end += 1;
        }
    }
    search.found.sort_by_key(|(candidate, _)| candidate.range.start);
    let last = search.found.last().map_or(0, |(candidate, _)| candidate.range.start);
    let lines = Lines::new(reply.get(..last).unwrap_or(reply));
    for (candidate, _) in &mut search.found {
        candidate.line = lines.line(candidate.range.start);
    }
    search.found
}

/// The whole reply, if it is a file and nothing else.
fn all_of_it(text: &str) -> Option<Range<usize>> {
    let document = Document::read(text);
    let file = document.root().is_some() && shape::shape(&document, false) == Some(Shape::File);
    file.then_some(0..text.len())
}

/// The block in which a nested text stands: where, and whether it is closed.
struct Outer {
    range: Option<Range<usize>>,
    closed: bool,
}

struct Search<'k> {
    ending: Ending,
    known: Option<&'k Document>,
    found: Vec<(Candidate, Option<Document>)>,
    /// Where fenced blocks stand.
    taken: Vec<Range<usize>>,
    /// Blocks that are only indented.
    indented: Vec<(String, Range<usize>)>,
}

impl Search<'_> {
    fn look(&mut self, text: &str, outer: Outer, depth: u32) {
        for block in blocks(text) {
            let range = outer.range.clone().unwrap_or_else(|| block.range.clone());
            if depth == 0 && block.fenced {
                self.taken.push(range.clone());
            }
            let closed = block.closed || outer.closed;
            if may_hold_blocks(&block) && depth < NESTING {
                self.look(&block.content, Outer { range: Some(range), closed }, depth + 1);
                continue;
            }
            let tagged = match block.language.as_deref() {
                None => false,
                Some(language) if YAML.contains(&language) => true,
                Some(_) => continue,
            };
            if depth == 0 && !block.fenced {
                self.indented.push((block.content, range));
                continue;
            }
            let name = name(&block);
            self.candidate(block.content, range, name, tagged, if closed { End::Closed } else { End::Fence });
        }
    }

    fn candidate(&mut self, text: String, range: Range<usize>, name: Option<String>, tagged: bool, end: End) {
        let known = self.known.filter(|known| known.text() == text);
        let read = if known.is_none() { Some(Document::read(text)) } else { None };
        let Some(document) = known.or(read.as_ref()) else { return };
        let Some(shape) = shape::shape(document, tagged) else { return };
        let mut flaws = flaw::placeholders(document);
        flaws.extend(flaw::cut_off(document, self.ending, end));
        let text = document.text().to_owned();
        self.found.push((Candidate { text, range, line: 0, shape, name, flaws }, read));
    }
}

/// A Markdown document in a block, or a block that an inner fence of the same length has ended too early.
fn may_hold_blocks(block: &Block) -> bool {
    let markdown = block.language.as_deref().is_none_or(|language| MARKDOWN.contains(&language));
    let mut fences = block.content.lines().map(str::trim_start);
    markdown && fences.any(|line| line.starts_with("```") || line.starts_with("~~~"))
}

/// The file name that stands after the fence, in the first line of the file, or in the line before the block.
fn name(block: &Block) -> Option<String> {
    let comment = block.content.lines().next().and_then(|line| line.trim_start().strip_prefix('#'));
    if let Some(path) = block.info.split([' ', '\t']).skip(1).find_map(path) {
        return Some(path);
    }
    [Some(block.info.as_str()), comment, Some(block.before.as_str())].into_iter().flatten().find_map(file_name)
}

/// A word after the fence's language that is a path, such as `title="../x"`, whatever its ending.
fn path(word: &str) -> Option<String> {
    let word = word.rsplit('=').next().unwrap_or(word).trim_matches(|c: char| "\"'`{}()[],".contains(c));
    let is_path = word.contains('/') && word.chars().all(|c| c.is_alphanumeric() || "./_-~".contains(c));
    (is_path && word.len() <= 200).then(|| word.to_owned())
}

fn file_name(text: &str) -> Option<String> {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-');
    let mut words = text.split(|c: char| !word(c)).map(|word| word.trim_end_matches('.'));
    let name = words.find(|word| {
        let stem = word.strip_suffix(".yml").or_else(|| word.strip_suffix(".yaml"));
        stem.is_some_and(|stem| !stem.is_empty() && !stem.ends_with('/')) && word.len() <= 200
    })?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_known_is_not_read_again() {
        let (old, new) = ("pipelines:\n  default:\n    - step: {script: [make]}\n", "pipelines: {}\n");
        let reply = format!("```yaml\n{old}```\nor\n```yaml\n{new}```\n");
        let known = Document::read(old);
        let found = extract_beside(&reply, Ending::Whole, Some(&known));
        let read: Vec<Option<&str>> = found.iter().map(|(_, read)| read.as_ref().map(Document::text)).collect();
        assert_eq!(read, [None, Some(new)]);
        let candidates: Vec<Candidate> = found.into_iter().map(|(candidate, _)| candidate).collect();
        assert_eq!(candidates, extract(&reply), "and is the same candidate");
    }
}
