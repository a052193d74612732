//! Image references, held symbolically.

use std::fmt;

use super::Site;
use crate::shell::{Part, Symbol, SymbolKind, Value};

/// An image's name with tag or digest.
#[derive(Clone, Debug)]
pub struct Reference<'d> {
    /// Registry and name.
    pub image: Value,
    /// The tag.
    pub tag: Tag,
    /// The word that names it.
    pub site: Site<'d>,
}

/// What follows the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Nothing: `latest` is meant.
    None,
    /// A tag.
    Known(Value),
    /// A digest.
    Digest(Value),
    /// The name ends in an unknown that may hold a tag.
    Unknown,
}

/// What comparing two references gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same.
    Same,
    /// They differ.
    Different,
    /// An unknown stands between.
    CannotTell,
}

/// Variables of Bitbucket that hold no colon, so that they can't bring a tag.
const PLAIN: [&str; 4] =
    ["BITBUCKET_REPO_SLUG", "BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME", "BITBUCKET_REPO_OWNER"];

/// Variables of which no two runs have the same value.
const EACH_RUN: [&str; 3] = ["BITBUCKET_BUILD_NUMBER", "BITBUCKET_PIPELINE_UUID", "BITBUCKET_STEP_UUID"];

/// Variables whose value differs between runs of different events.
const EACH_EVENT: [&str; 3] = ["BITBUCKET_STEP_RUN_NUMBER", "BITBUCKET_TAG", "BITBUCKET_BRANCH"];

/// `$BITBUCKET_REPO_FULL_NAME` is `$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG`, and what is cut off at the slash is one of them.
fn in_halves(value: &Value) -> Value {
    if !value.symbols().any(|symbol| symbol.is_variable("BITBUCKET_REPO_FULL_NAME")) {
        return value.clone();
    }
    let variable = |name: &str| Part::from(Symbol::variable(name));
    let (workspace, slug) = (variable("BITBUCKET_WORKSPACE"), variable("BITBUCKET_REPO_SLUG"));
    Value::from_parts(value.parts().iter().flat_map(|part| match part {
        Part::Symbol(symbol) if symbol.is_variable("BITBUCKET_REPO_FULL_NAME") => match symbol.cut.as_str() {
            "" => vec![workspace.clone(), Part::Literal("/".to_owned()), slug.clone()],
            "#*/" | "##*/" => vec![slug.clone()],
            "%/*" | "%%/*" => vec![workspace.clone()],
            _ => vec![part.clone()],
        },
        _ => vec![part.clone()],
    }))
}

fn differs(name: &str) -> bool {
    EACH_RUN.contains(&name) || EACH_EVENT.contains(&name)
}

impl<'d> Reference<'d> {
    /// Reads a reference.
    pub fn read(value: &Value, site: Site<'d>) -> Self {
        let mut value = in_halves(value);
        for transport in
            ["docker://", "https://", "oci://", "DOCKER|", "docker|", "docker-daemon:", "containers-storage:"]
        {
            value = value.strip_prefix(transport).unwrap_or(value);
        }
        // Docker Hub is the registry of a name that has none.
        for hub in ["docker.io/library/", "docker.io/", "index.docker.io/", "registry-1.docker.io/"] {
            value = value.strip_prefix(hub).unwrap_or(value);
        }
        if let Some((image, digest)) = value.split_once("@") {
            let image = match image.rsplit_once(":") {
                Some((name, tag)) if !tag.literal_contains("/") => name,
                _ => image,
            };
            return Self { image, tag: Tag::Digest(digest), site };
        }
        match value.rsplit_once(":") {
            Some((image, tag)) if !tag.literal_contains("/") => Self { image, tag: Tag::Known(tag), site },
            _ => {
                let open = match value.parts().last() {
                    Some(Part::Symbol(symbol)) => !PLAIN.contains(&symbol.name.as_str()),
                    _ => false,
                };
                Self { image: value, tag: if open { Tag::Unknown } else { Tag::None }, site }
            }
        }
    }

    /// Whether it is a file or a folder with an image: `docker-archive:app.tar`.
    pub(super) fn is_file(&self) -> bool {
        let begin = self.image.literal_prefix();
        ["docker-archive", "oci-archive", "oci", "dir", "tarball"]
            .iter()
            .any(|kind| begin.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')))
    }

    /// With another tag.
    pub fn with_tag(&self, tag: Value, site: Site<'d>) -> Self {
        Self { image: self.image.clone(), tag: Tag::Known(tag), site }
    }

    /// Whether the tag holds the commit, whole or cut.
    pub fn by_commit(&self) -> bool {
        matches!(&self.tag, Tag::Known(tag) if tag.symbols().any(|symbol| symbol.is_variable("BITBUCKET_COMMIT")))
    }

    /// Whether the tag holds a variable.
    pub fn tag_has(&self, variable: &str) -> bool {
        matches!(&self.tag, Tag::Known(tag) if tag.symbols().any(|symbol| symbol.is_variable(variable)))
    }

    /// The variable in the tag that has another value in each run, so that no two runs mean the same.
    pub fn per_run(&self) -> Option<&Symbol> {
        let Tag::Known(tag) = &self.tag else { return None };
        tag.symbols().find(|symbol| symbol.kind == SymbolKind::Variable && EACH_RUN.contains(&symbol.name.as_str()))
    }

    /// Whether the image is that of a chart or a template which may be somebody else's.
    pub fn of_fetched_chart(&self) -> bool {
        self.image.first_symbol().is_some_and(|symbol| {
            [super::chart::FETCHED_IMAGE, super::given::UNNAMED_IMAGE].contains(&symbol.name.as_str())
        })
    }

    /// The tag's text where all of it is constant (`latest` where there is none).
    pub fn constant_tag(&self) -> Option<&str> {
        match &self.tag {
            Tag::None => Some("latest"),
            Tag::Known(tag) => tag.as_literal().filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Whether an unknown that is not one of Bitbucket's own stands in the tag.
    pub fn tag_unclear(&self) -> bool {
        match &self.tag {
            Tag::Unknown => true,
            Tag::None => false,
            Tag::Known(value) | Tag::Digest(value) => value
                .symbols()
                .any(|symbol| symbol.kind != SymbolKind::Variable || !symbol.name.starts_with("BITBUCKET_")),
        }
    }
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tag {
            Tag::None | Tag::Unknown => write!(f, "{}", self.image),
            Tag::Known(tag) => {
                let mut whole = self.image.clone();
                whole.push(Part::Literal(":".to_owned()));
                whole.extend(tag);
                write!(f, "{whole}")
            }
            Tag::Digest(digest) => write!(f, "{}@{digest}", self.image),
        }
    }
}

/// Names that would need a larger table than this are no names that anyone can tell apart.
const LARGEST_TABLE: usize = 1 << 20;

/// Compares two texts. `across` tells that they stand in runs of different events.
pub fn compare(left: &Value, right: &Value, across: bool) -> Comparison {
    let per_run = |value: &Value| value.symbols().any(|symbol| differs(&symbol.name));
    if left == right {
        if across && per_run(left) {
            return Comparison::Different;
        }
        // Steps of another run hand on what they made of another event.
        if across && is_handed(left) {
            return Comparison::CannotTell;
        }
        let printed = left.symbols().any(|symbol| symbol.kind == SymbolKind::Opaque);
        return if printed { Comparison::CannotTell } else { Comparison::Same };
    }
    // Most pairs differ in what is written out; only the others are worth the table.
    let (first, second) = (left.literal_prefix(), right.literal_prefix());
    if !first.starts_with(second) && !second.starts_with(first) {
        return Comparison::Different;
    }
    if let (Some(_), Some(_)) = (left.as_literal(), right.as_literal()) {
        return Comparison::Different;
    }
    let blurred = blurred(left, right);
    let (left, right) = (tokens(left, across, 'l', &blurred), tokens(right, across, 'r', &blurred));
    let equal_start = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[equal_start..], &right[equal_start..]);
    let equal_end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - equal_end], &right[..right.len() - equal_end]);
    if left.len().saturating_mul(right.len()) > LARGEST_TABLE || unify(left, right) {
        Comparison::CannotTell
    } else {
        Comparison::Different
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A character.
    Char(char),
    /// An unknown that equals itself only.
    Fixed(String),
    /// An unknown that may be anything; equal ones are the same.
    Any(String),
}

/// The variables of which a cut stands in the one text or the other that can't be measured: it may be as long as any.
fn blurred(left: &Value, right: &Value) -> Vec<String> {
    let symbols = left.symbols().chain(right.symbols());
    symbols
        .filter(|symbol| symbol.kind == SymbolKind::Variable && !is_measured(symbol))
        .map(|symbol| symbol.name.clone())
        .collect()
}

/// Whether it is whole, or has lost a known beginning, or is so many characters of a commit.
fn is_measured(symbol: &Symbol) -> bool {
    let cut = symbol.cut.as_str();
    let start =
        cut.strip_prefix('#').is_some_and(|text| !text.contains(|c: char| "*?[#\\".contains(c) || c.is_control()));
    let length = cut.strip_prefix("::").is_some_and(|count| count.parse::<usize>().is_ok());
    cut.is_empty() || start || length && symbol.name == "BITBUCKET_COMMIT"
}

fn tokens(value: &Value, across: bool, side: char, blurred: &[String]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in value.parts() {
        match part {
            Part::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            Part::Symbol(symbol) => {
                let bitbucket = symbol.kind == SymbolKind::Variable && symbol.name.starts_with("BITBUCKET_");
                let own = across && differs(&symbol.name);
                let name = if own { format!("{symbol}{side}") } else { symbol.to_string() };
                let fixed = bitbucket && !is_slug(&symbol.name) && !blurred.contains(&symbol.name);
                tokens.push(if fixed { Token::Fixed(name) } else { Token::Any(name) });
            }
        }
    }
    tokens
}

fn is_slug(name: &str) -> bool {
    PLAIN.contains(&name)
}

/// Whether some text for the unknowns makes both sides equal.
fn unify(left: &[Token], right: &[Token]) -> bool {
    let any = |token: &Token| matches!(token, Token::Any(_));
    let mut row = vec![false; right.len() + 1];
    row[0] = true;
    for index in 0..right.len() {
        row[index + 1] = row[index] && any(&right[index]);
    }
    for token in left {
        let mut next = vec![false; right.len() + 1];
        next[0] = row[0] && any(token);
        for index in 0..right.len() {
            let other = &right[index];
            next[index + 1] = if any(token) || any(other) {
                row[index]
                    || (any(token) && next[index])
                    || (any(token) && row[index + 1])
                    || (any(other) && next[index])
                    || (any(other) && row[index + 1])
            } else {
                row[index] && token == other
            };
        }
        row = next;
    }
    row[right.len()]
}

/// Stands for the registry where a tool takes it from whoever is logged in: `aws ecr put-image --repository-name`.
const UNNAMED: &str = "the account's registry";

/// The registry of a tool that names none.
pub(super) fn unnamed_registry() -> Value {
    Value::opaque(UNNAMED)
}

/// The path in a registry that the command does not name.
fn in_unnamed(image: &Value) -> Option<Value> {
    let unnamed = |symbol: &Symbol| symbol.kind == SymbolKind::Opaque && symbol.name == UNNAMED;
    let (registry, path) = image.split_once("/")?;
    registry.as_symbol().is_some_and(unnamed).then_some(path)
}

impl Reference<'_> {
    /// Whether two references name the same image, tags left aside. A registry that a command does not name is the one
    /// that the other names.
    pub fn same_image(&self, other: &Reference<'_>, across: bool) -> Comparison {
        let path = |unnamed: &Value, named: &Value| {
            let (own, (_, path)) = (in_unnamed(unnamed)?, named.split_once("/")?);
            (compare(&own, &path, across) == Comparison::Same).then_some(Comparison::Same)
        };
        let (left, right) = (&self.image, &other.image);
        path(left, right).or_else(|| path(right, left)).unwrap_or_else(|| compare(left, right, across))
    }

    /// Whether two references are the same, tags included.
    pub fn same(&self, other: &Reference<'_>, across: bool) -> Comparison {
        let image = self.same_image(other, across);
        if image == Comparison::Different {
            return image;
        }
        let tag = match (&self.tag, &other.tag) {
            (Tag::Digest(_), _) | (_, Tag::Digest(_)) | (Tag::Unknown, _) | (_, Tag::Unknown) => Comparison::CannotTell,
            (left, right) => compare(&tag_value(left), &tag_value(right), across),
        };
        match (image, tag) {
            (_, Comparison::Different) => Comparison::Different,
            (Comparison::Same, Comparison::Same) => Comparison::Same,
            (Comparison::Same, Comparison::CannotTell)
                if self.tag == other.tag
                    && self.tag != Tag::Unknown
                    && !(across && is_handed(&tag_value(&self.tag))) =>
            {
                Comparison::Same
            }
            _ => Comparison::CannotTell,
        }
    }
}

/// Whether a step of the run hands on a part of it that is not followed.
fn is_handed(value: &Value) -> bool {
    value.symbols().any(|symbol| symbol.kind == SymbolKind::Handed)
}

fn tag_value(tag: &Tag) -> Value {
    match tag {
        Tag::None | Tag::Unknown => Value::literal("latest"),
        Tag::Known(value) | Tag::Digest(value) => value.clone(),
    }
}
