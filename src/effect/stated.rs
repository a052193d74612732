//! Images that stand in a text: manifests, patches of them, definitions of tasks.

use super::jq;
use super::selector::Selected;
use crate::shell::{Part, Place, Value};
use crate::yaml::{Document, Node};

/// Marks around the number of an unknown, while the text is read as YAML.
const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];

/// The images of a text, in order, each with the line from 0 on which it stands.
pub(super) fn images(text: &Value) -> Vec<(Value, usize)> {
    let put = jq::images(text);
    if !put.is_empty() {
        return put.into_iter().map(|image| (image, 0)).collect();
    }
    let (marked, symbols) = marked(text);
    let mut found = Vec::new();
    let mut line = 0;
    for (index, part) in marked.split("\n---").enumerate() {
        // What is split away is the end of a line and three characters of the next one.
        line += usize::from(index > 0);
        let document = Document::read(part);
        let mut nodes = Vec::new();
        if let Some(root) = document.root() {
            of_node(root, false, 0, &mut nodes);
        }
        for node in nodes {
            let value = unmarked(node.text().unwrap_or(""), &symbols);
            found.push((value, line + document.position(node.span().start).line.saturating_sub(1)));
        }
        line += part.matches('\n').count();
    }
    found
}

/// The images of a text that stands in one word, or is given to the command.
pub(super) fn at(text: &Value, place: Place) -> Vec<Selected> {
    images(text).into_iter().map(|(value, _)| Selected { value, place }).collect()
}

/// How deep a manifest is searched.
const DEPTH: usize = 40;

/// Containers are members of a list that name their image; a JSON patch names its path.
fn of_node<'d>(node: Node<'d>, member: bool, depth: usize, out: &mut Vec<Node<'d>>) {
    if depth > DEPTH {
        return;
    }
    for item in node.items() {
        of_node(item, true, depth + 1, out);
    }
    let path = node.get("path").and_then(|path| path.text()).unwrap_or("");
    for entry in node.entries() {
        let is_text = !entry.value.is_mapping() && !entry.value.is_sequence() && !entry.value.is_null();
        let named = match entry.name() {
            "image" => member,
            "value" => member && path.ends_with("/image") && node.get("op").is_some(),
            "ImageIdentifier" => true,
            _ => false,
        };
        if named && is_text {
            out.push(entry.value);
        } else {
            of_node(entry.value, false, depth + 1, out);
        }
    }
}

/// The text with a mark for each unknown, and the unknowns.
pub(super) fn marked(text: &Value) -> (String, Vec<Part>) {
    let (mut marked, mut symbols) = (String::new(), Vec::new());
    for part in text.parts() {
        match part {
            Part::Literal(literal) => marked.push_str(literal),
            Part::Symbol(_) => {
                marked.push_str(&format!("{}{}{}", MARKS[0], symbols.len(), MARKS[1]));
                symbols.push(part.clone());
            }
        }
    }
    (marked, symbols)
}

/// Whether the unknowns of a text that is marked stand in it as values, so that the rest says what it says: the text can be read,
/// and none is a whole line or a key.
pub(super) fn is_whole(document: &Document) -> bool {
    fn has_plain_keys(node: Node<'_>, depth: usize) -> bool {
        depth < DEPTH
            && node.items().all(|item| has_plain_keys(item, depth + 1))
            && node.entries().all(|entry| !entry.name().contains(MARKS[0]) && has_plain_keys(entry.value, depth + 1))
    }
    document.problems().is_empty() && document.root().is_some_and(|root| root.is_mapping() && has_plain_keys(root, 0))
}

/// A text that was marked, with its unknowns.
pub(super) fn unmarked(text: &str, symbols: &[Part]) -> Value {
    let mut value = Value::default();
    for (index, piece) in text.split(MARKS[0]).enumerate() {
        let (symbol, rest) = match piece.split_once(MARKS[1]) {
            Some((number, rest)) if index > 0 => (number.parse().ok().and_then(|at: usize| symbols.get(at)), rest),
            _ => (None, piece),
        };
        symbol.into_iter().for_each(|symbol| value.push(symbol.clone()));
        value.push(Part::Literal(rest.to_owned()));
    }
    value
}

/// The names and texts of a flat map: `{"image": "r.io/a:1"}`.
pub(super) fn pairs(text: &Value) -> Vec<(String, Value)> {
    let (marked, symbols) = marked(text);
    let document = Document::read(marked);
    let entries = document.root().into_iter().flat_map(|root| root.entries());
    entries.filter_map(|entry| Some((entry.name().to_owned(), unmarked(entry.value.text()?, &symbols)))).collect()
}

/// Whether an image in a file of the repository is meant as it stands, and not to be filled in first: names are lower case,
/// and what begins neither like a version nor `latest` may be a word that something replaces.
pub(super) fn is_meant(image: &Value) -> bool {
    let Some(text) = image.as_literal() else { return false };
    let (name, tag) = match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (text, "latest"),
    };
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "./:_-".contains(c));
    let version = tag.strip_prefix('v').unwrap_or(tag).starts_with(|c: char| c.is_ascii_digit());
    let word = tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    plain && !name.contains("__") && word && (version || tag == "latest")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(parts: &[&str]) -> Vec<String> {
        // Every second part is a variable.
        let part = |(at, text): (usize, &&str)| match at % 2 {
            0 => Value::literal(*text),
            _ => Value::variable(text),
        };
        let text = crate::shell::join(&parts.iter().enumerate().map(part).collect::<Vec<_>>(), "");
        images(&text).into_iter().map(|(value, line)| format!("{line} {value}")).collect()
    }

    #[test]
    fn containers_patches_and_tasks_name_their_images() {
        let manifest = "kind: Service\n---\nkind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n        - image: 'a:1'\n      containers:\n        - name: x\n          image: \"r.io/b:";
        assert_eq!(
            found(&[manifest, "TAG", "\"\n          env: [{name: image, value: c:2}]\n"]),
            ["7 a:1", "10 r.io/b:$TAG"]
        );
        assert_eq!(found(&["[{\"name\":\"x\",\"image\":\"a:", "T", "\"}]"]), ["0 a:$T"]);
        let patch = "[{op: replace, path: /spec/template/spec/containers/0/image, value: 'a:1'}, {op: add, path: /x, value: b}]";
        assert_eq!(found(&[patch]), ["0 a:1"]);
        assert_eq!(found(&["{ImageRepository: {ImageIdentifier: a}}"]), ["0 a"]);
    }

    #[test]
    fn an_image_elsewhere_is_none_of_a_container() {
        assert_eq!(found(&["kind: X\nspec: {image: a, list: [image], volumes: [{image: {reference: b}}]}\n"]), [""; 0]);
        assert_eq!(found(&["image: [\n"]), [""; 0]);
    }

    #[test]
    fn words_to_be_replaced_are_not_meant() {
        for text in ["r.io:5000/a/b:latest", "a", "a:1.2", "a:v3-alpine"] {
            assert!(is_meant(&Value::literal(text)), "{text}");
        }
        for text in [
            "IMAGE",
            "a:TAG",
            "a:__TAG__",
            "a:{{tag}}",
            "a:$TAG",
            "a:<tag>",
            "a:placeholder",
            "a@sha256:0abc",
            "__image__:1",
        ] {
            assert!(!is_meant(&Value::literal(text)), "{text}");
        }
    }
}
