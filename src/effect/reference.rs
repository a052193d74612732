//! Image references, held symbolically.

use std::fmt;

use super::Site;
use super::compare::{Comparison, compare, may_change};
use super::digest::{OWN_REGISTRY, asked_about};
use super::lasting::{EACH_RUN, Lasting, lasting};
use crate::shell::{Part, Symbol, SymbolKind, Value, read_elsewhere};

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

/// Variables of Bitbucket that hold no colon, so that they can't bring a tag.
const PLAIN: [&str; 4] =
    ["BITBUCKET_REPO_SLUG", "BITBUCKET_WORKSPACE", "BITBUCKET_REPO_FULL_NAME", "BITBUCKET_REPO_OWNER"];

/// Variables that tell a branch or a pull request from others.
const OF_ITS_OWN: [&str; 3] = ["BITBUCKET_BRANCH", "BITBUCKET_BOOKMARK", "BITBUCKET_PR_ID"];

/// Whether a variable of Bitbucket holds no colon.
pub(super) fn is_slug(name: &str) -> bool {
    PLAIN.contains(&name)
}

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
            // A digest that was asked for by a tag of this run is that tag; of any other tag it can't be told.
            let named = asked_about(&digest).map(|name| Self::read(&name, site));
            let named = named.filter(|named| named.is_of_this_run() && named.same_path(&image));
            let tag = named.map_or(Tag::Digest(digest), |named| named.tag);
            return Self { image, tag, site };
        }
        if let Some(name) = asked_about(&value) {
            return Self::read(&name, site);
        }
        match value.rsplit_once(":") {
            Some((image, tag)) if !tag.literal_contains("/") => Self { image, tag: Tag::Known(tag), site },
            _ if let Some((image, tag)) = in_alternatives(&value, site) => Self { image, tag: Tag::Known(tag), site },
            _ => {
                let open = match value.parts().last() {
                    Some(Part::Symbol(symbol)) => !PLAIN.contains(&symbol.name.as_str()),
                    _ => false,
                };
                Self { image: value, tag: if open { Tag::Unknown } else { Tag::None }, site }
            }
        }
    }

    /// Whether its tag is of the commit or of the tag that the run is for.
    fn is_of_this_run(&self) -> bool {
        self.by_commit() || self.tag_has("BITBUCKET_TAG")
    }

    /// Whether it names an image, whatever the registry where the command that named it left that out.
    fn same_path(&self, image: &Value) -> bool {
        let (own, other) = (self.image.to_string(), image.to_string());
        match own.strip_prefix(OWN_REGISTRY) {
            Some(path) => other.strip_suffix(path).is_some_and(|registry| registry.ends_with('/')),
            None => own == other,
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

    /// What a word names that is a tag of another image where it is no path: `--create $BITBUCKET_TAG`.
    #[must_use]
    pub(super) fn as_tag_of(&self, source: &Self) -> Self {
        let known = self.image.symbols().all(|symbol| symbol.name.starts_with("BITBUCKET_"));
        match self.tag {
            Tag::None | Tag::Unknown if known && !self.image.literal_contains("/") => {
                source.with_tag(self.image.clone(), self.site)
            }
            _ => self.clone(),
        }
    }

    /// Whether the tag holds the commit, whole or cut.
    pub fn by_commit(&self) -> bool {
        self.tag_has("BITBUCKET_COMMIT")
    }

    /// The first variable in it of which the shell of another machine knows the value.
    pub fn left_elsewhere(&self) -> Option<&str> {
        let tag = match &self.tag {
            Tag::Known(tag) => Some(tag),
            _ => None,
        };
        let values = [Some(&self.image), tag].into_iter().flatten();
        let name = values.flat_map(Value::symbols).find_map(read_elsewhere)?;
        name.trim_start_matches('{').split([':', '-', '?', '}']).next()
    }

    /// Whether the tag holds a variable, whichever it may be.
    pub fn tag_has(&self, variable: &str) -> bool {
        let Tag::Known(tag) = &self.tag else { return false };
        let has = |value: &Value| value.symbols().any(|symbol| symbol.is_variable(variable));
        has(tag) || tag.is_choice() && holds_for_all(&tag.alternatives(), has)
    }

    /// The variable or the command in the tag that has another value in each run, so that no two runs mean the same.
    pub fn per_run(&self) -> Option<&Symbol> {
        let Tag::Known(tag) = &self.tag else { return None };
        tag.symbols().find(|symbol| lasting(symbol) == Lasting::Run)
    }

    /// The command in the tag that answers with a branch's name.
    pub fn per_event(&self) -> Option<&Symbol> {
        let Tag::Known(tag) = &self.tag else { return None };
        tag.symbols().find(|symbol| symbol.kind == SymbolKind::Command && lasting(symbol) == Lasting::Event)
    }

    /// Whether the tag may name the image of another commit later: nothing in it is of the commit.
    pub fn may_move(&self) -> bool {
        let Tag::Known(tag) = &self.tag else { return false };
        let of_commit = |symbol: &Symbol| match symbol.kind {
            SymbolKind::Variable => symbol.name == "BITBUCKET_COMMIT",
            SymbolKind::Command => symbol.name.contains("BITBUCKET_COMMIT") || symbol.name.contains("git "),
            SymbolKind::Opaque | SymbolKind::Handed | SymbolKind::Choice => true,
        };
        !tag.symbols().any(of_commit)
    }

    /// Whether the tag is made of what tells a run, a branch or a pull request from others, by itself or by a command that is
    /// given it.
    pub fn of_this_run(&self) -> bool {
        let any = |is: &dyn Fn(&str) -> bool| EACH_RUN.iter().chain(&OF_ITS_OWN).any(|name| is(name));
        let tells = |symbol: &Symbol| match symbol.kind {
            SymbolKind::Variable => any(&|name| symbol.name == name),
            SymbolKind::Command | SymbolKind::Opaque => any(&|name| symbol.name.contains(name)),
            SymbolKind::Handed | SymbolKind::Choice => false,
        };
        let own = |value: &Value| value.symbols().any(tells);
        matches!(&self.tag, Tag::Known(tag) if own(tag) || tag.is_choice() && holds_for_all(&tag.alternatives(), own))
    }

    /// Whether the image is that of a chart or a template which may be somebody else's.
    pub fn of_fetched_chart(&self) -> bool {
        self.image.first_symbol().is_some_and(|symbol| {
            [super::chart::FETCHED_IMAGE, super::given::UNNAMED_IMAGE].contains(&symbol.name.as_str())
        })
    }

    /// Whether a command names a tag and leaves the image to a chart or a template.
    pub fn is_of_chart(&self) -> bool {
        let own = self.image.first_symbol().is_some_and(|symbol| symbol.name == super::chart::OWN_IMAGE);
        own || self.of_fetched_chart()
    }

    /// Whether a command names a tag and leaves the image to a template or a service.
    pub fn is_of_template(&self) -> bool {
        self.image.first_symbol().is_some_and(|symbol| symbol.name == super::given::UNNAMED_IMAGE)
    }

    /// The tag's text where all of it is constant (`latest` where there is none).
    pub fn constant_tag(&self) -> Option<&str> {
        match &self.tag {
            Tag::None => Some("latest"),
            Tag::Known(tag) => tag.as_literal().or_else(|| constant_choice(tag)).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Whether it may be one of several.
    pub fn is_choice(&self) -> bool {
        self.image.is_choice() || matches!(&self.tag, Tag::Known(tag) | Tag::Digest(tag) if tag.is_choice())
    }

    /// What it may be: itself alone where there is no choice, nothing where they are too many.
    pub fn alternatives(&self) -> Vec<Self> {
        self.whole().alternatives().iter().map(|value| Self::read(value, self.site)).collect()
    }

    /// As it is written.
    fn whole(&self) -> Value {
        let mut whole = self.image.clone();
        let (between, rest) = match &self.tag {
            Tag::None | Tag::Unknown => return whole,
            Tag::Known(tag) => (":", tag),
            Tag::Digest(digest) => ("@", digest),
        };
        whole.push_literal(between);
        whole.extend(rest);
        whole
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
            Tag::Known(_) | Tag::Digest(_) => write!(f, "{}", self.whole()),
        }
    }
}

/// Whether something holds for all that a value may be.
pub(super) fn holds_for_all(alternatives: &[Value], holds: impl Fn(&Value) -> bool) -> bool {
    !alternatives.is_empty() && alternatives.iter().all(holds)
}

/// The image and the tag of a name that may be one of several, each with a tag of its own.
fn in_alternatives(value: &Value, site: Site<'_>) -> Option<(Value, Value)> {
    if !value.is_choice() {
        return None;
    }
    let read = |value: Value| match Reference::read(&value, site) {
        Reference { image, tag: Tag::Known(tag), .. } => Some((image, tag)),
        _ => None,
    };
    let each: Option<Vec<(Value, Value)>> = value.alternatives().into_iter().map(read).collect();
    let (images, tags) = each.filter(|each| !each.is_empty())?.into_iter().unzip();
    Some((Value::one_of(images), Value::one_of(tags)))
}

/// The words for a tag that is one of several, all of them constant.
fn constant_choice(tag: &Value) -> Option<&str> {
    let choice = tag.as_symbol()?;
    let constant = |value: &Value| value.as_literal().is_some_and(|text| !text.is_empty());
    holds_for_all(choice.choices(), constant).then_some(choice.name.as_str())
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
            let own = in_unnamed(unnamed)?;
            let path = named.split_once("/").map_or_else(|| named.clone(), |(_, path)| path);
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
                    && !(across && (may_change(&tag_value(&self.tag)) || self.is_choice())) =>
            {
                Comparison::Same
            }
            _ => Comparison::CannotTell,
        }
    }
}

fn tag_value(tag: &Tag) -> Value {
    match tag {
        Tag::None | Tag::Unknown => Value::literal("latest"),
        Tag::Known(value) | Tag::Digest(value) => value.clone(),
    }
}
