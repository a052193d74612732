//! What `docker buildx bake` builds: by its file at hand, and by what its command sets over that.

use std::cell::Cell;

use super::arguments::Arguments;
use super::bakefile::{self, Block, Term};
use super::catalogue::Command;
use super::command::Reading;
use super::model::Kind;
use super::selector::Selected;
use crate::shell::{Part, Value, join};

/// The files that bake takes by itself; a later one stands over an earlier one.
const FILES: [&str; 4] =
    ["docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"];

/// How deep groups, parents and variables are followed, how many targets one call may come to, and how many names are looked up
/// for it.
const DEPTH: usize = 8;
const MOST: usize = 64;
const STEPS: usize = 5_000;

/// How much text all names of a call may come to, in bytes.
const BYTES: usize = 256 << 10;

/// A target that is built.
#[derive(Debug)]
struct Target {
    name: String,
    tags: Vec<Value>,
    /// Whether its file says that it goes to a registry.
    registry: bool,
}

/// Settings of a command, `--set api.tags=r.io/api:1`: which targets, which field, whether it is added, the value.
struct Set {
    targets: String,
    field: String,
    adds: bool,
    value: Selected,
}

impl Reading<'_, '_> {
    /// The builds of a call: each target under its tags, where they can be told.
    pub(super) fn bake(&self, command: &Command, arguments: &Arguments<'_>) {
        let Some(mut targets) = self.baked(arguments) else { return self.build(command, arguments) };
        let place = arguments.place();
        let (mut sent, mut kept) = (Vec::new(), Vec::new());
        let sets = sets(arguments);
        for target in &mut targets {
            let own: Vec<&Set> = sets.iter().filter(|set| fast_glob::glob_match(&set.targets, &target.name)).collect();
            let of = |field: &'static str| own.iter().filter(move |set| set.field == field);
            if of("tags").any(|set| !set.adds) {
                target.tags.clear();
            }
            let to = of("output").chain(of("push")).any(|set| goes_to_registry(&set.value.value));
            let sends = arguments.has("--push") || target.registry || to;
            let tags = if sends { &mut sent } else { &mut kept };
            tags.extend(target.tags.drain(..).map(|value| Selected { value, place }));
            tags.extend(of("tags").map(|set| set.value.clone()));
        }
        for (tags, pushes) in [(sent, true), (kept, false)] {
            if !tags.is_empty() {
                let references = self.read_references(tags);
                self.push(Kind::Build { references, pushes }, self.short(), Vec::new());
            }
        }
    }

    /// The targets of a call by the files at hand; `None` where they can't be told.
    fn baked(&self, arguments: &Arguments<'_>) -> Option<Vec<Target>> {
        let wanted: Vec<&str> = arguments.plain_values().map(Value::as_literal).collect::<Option<_>>()?;
        if wanted.iter().any(|name| name.contains("://")) {
            return None;
        }
        let named = arguments.flag(&["-f".to_owned(), "--file".to_owned()]);
        let blocks = if named.is_empty() {
            let there = FILES.iter().filter_map(|path| Some(bakefile::read(path, &self.text_at(path)?)));
            there.collect::<Option<Vec<_>>>()?
        } else {
            let read = |path: &Selected| {
                let path =
                    path.value.as_literal().filter(|path| !path.ends_with(".yml") && !path.ends_with(".yaml"))?;
                bakefile::read(path, &self.text_at(path)?)
            };
            named.iter().map(read).collect::<Option<Vec<_>>>()?
        };
        let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
        if blocks.is_empty() {
            return None;
        }
        let bake = Bake {
            blocks: &blocks,
            given: &|name| self.variable_of(arguments, name),
            left: Cell::new(STEPS),
            bytes: Cell::new(BYTES),
        };
        let mut found = Vec::new();
        for name in if wanted.is_empty() { vec!["default"] } else { wanted } {
            bake.chosen(name, 0, &mut found)?;
        }
        Some(found)
    }

    /// The images of a call whose files are no bake files at hand: what it sets itself, `--set *.tags=r.io/app:1`, else those
    /// of a compose file.
    pub(super) fn baked_otherwise(&self, arguments: &Arguments<'_>) -> Vec<Selected> {
        let told: Vec<Selected> =
            sets(arguments).into_iter().filter(|set| set.field == "tags").map(|set| set.value).collect();
        if !told.is_empty() || FILES.iter().any(|path| self.text_at(path).is_some()) {
            return told;
        }
        self.composed(arguments, true).unwrap_or_default()
    }

    fn text_at(&self, path: &str) -> Option<String> {
        self.files.read(&self.scope.leads(&Value::literal(path)).inside()?)
    }

    /// A variable of the environment: what the script sets, or Bitbucket.
    fn variable_of(&self, arguments: &Arguments<'_>, name: &str) -> Option<Value> {
        match arguments.known(name, self.scope) {
            Some(values) => Some(Value::one_of(values.to_vec())),
            None => name.starts_with("BITBUCKET_").then(|| Value::variable(name)),
        }
    }
}

/// Files with what the environment gives to them.
struct Bake<'b> {
    blocks: &'b [Block],
    given: &'b dyn Fn(&str) -> Option<Value>,
    /// How many more names may be looked up.
    left: Cell<usize>,
    /// How much more text they may come to.
    bytes: Cell<usize>,
}

/// The variables of one way through a matrix.
type Locals = [(String, Value)];

impl<'b> Bake<'b> {
    /// Adds the targets that a name stands for; `None` where they can't be told.
    fn chosen(&self, name: &str, depth: usize, out: &mut Vec<Target>) -> Option<()> {
        if out.len() > MOST {
            return None;
        }
        self.step(depth)?;
        if out.iter().any(|target| target.name == name) {
            return Some(());
        }
        if let Some(members) = self.field("group", name, "targets") {
            let members = self.texts(members, &[])?;
            return members.iter().try_for_each(|member| self.chosen(member.as_literal()?, depth + 1, out));
        }
        if !self.blocks.iter().any(|block| block.kind == "target" && block.label == name) {
            return None;
        }
        for locals in self.ways(name)? {
            let own = match self.field("target", name, "name") {
                Some(term) => self.text(term, &locals, 0).to_string(),
                None => name.to_owned(),
            };
            let of = |field| match self.inherited(name, field, 0)? {
                Some(term) => self.texts(term, &locals),
                None => Some(Vec::new()),
            };
            let (tags, outputs) = (of("tags")?, of("output")?);
            let registry = outputs.iter().any(goes_to_registry);
            out.push(Target { name: own, tags, registry });
        }
        Some(())
    }

    /// Counts one look-up; `None` when it is one too many, or too deep.
    fn step(&self, depth: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(1).filter(|_| depth <= DEPTH)?);
        Some(())
    }

    /// The ways through the matrix of a target; one with nothing where it has none.
    fn ways(&self, name: &str) -> Option<Vec<Vec<(String, Value)>>> {
        let mut ways = vec![Vec::new()];
        let Some(matrix) = self.field("target", name, "matrix") else { return Some(ways) };
        let Term::Map(axes) = matrix else { return None };
        for (axis, values) in axes {
            let values = self.texts(values, &[])?;
            if ways.len() * values.len() > MOST {
                return None;
            }
            let longer = |way: &Vec<(String, Value)>, value: &Value| {
                way.iter().cloned().chain([(axis.clone(), value.clone())]).collect::<Vec<_>>()
            };
            ways = ways.iter().flat_map(|way| values.iter().map(move |value| longer(way, value))).collect();
        }
        Some(ways)
    }

    /// A field of a block; a later block of the same name stands over an earlier one.
    fn field(&self, kind: &str, label: &str, field: &str) -> Option<&'b Term> {
        let own = self.blocks.iter().rev().filter(|block| block.kind == kind && block.label == label);
        own.filter_map(|block| block.field(field)).next()
    }

    /// A field of a target, or of the last of its parents that has it, and nothing where none has; `None` where its parents
    /// can't be told.
    fn inherited(&self, target: &str, field: &str, depth: usize) -> Option<Option<&'b Term>> {
        self.step(depth)?;
        if let Some(own) = self.field("target", target, field) {
            return Some(Some(own));
        }
        let Some(parents) = self.field("target", target, "inherits") else { return Some(None) };
        for parent in self.texts(parents, &[])?.iter().rev() {
            if let Some(found) = self.inherited(parent.as_literal()?, field, depth + 1)? {
                return Some(Some(found));
            }
        }
        Some(None)
    }

    /// The texts of a list, without empty ones; `None` where it can't be told which there are.
    fn texts(&self, term: &Term, locals: &Locals) -> Option<Vec<Value>> {
        let Term::List(items) = term else { return None };
        Some(items.iter().map(|item| self.text(item, locals, 0)).filter(|value| !value.is_empty()).collect())
    }

    fn text(&self, term: &Term, locals: &Locals, depth: usize) -> Value {
        match term {
            Term::Text(text) => self.bounded(Value::literal(text.as_str())),
            Term::Variable(name) => match locals.iter().find(|(own, _)| own == name) {
                Some((_, value)) => self.bounded(value.clone()),
                None if self.step(depth).is_none() => Value::opaque(format!("{name} of the bake file")),
                None => self.bounded(self.variable(name, depth)),
            },
            Term::Joined(parts) => {
                let parts: Vec<Value> = parts.iter().map(|part| self.text(part, locals, depth)).collect();
                join(parts.iter(), "")
            }
            Term::Either(sides) => {
                let sides = sides.iter().map(|side| self.text(side, locals, depth));
                // Of an empty tag nothing is made.
                let sides: Vec<Value> = sides.filter(|side| !side.is_empty()).collect();
                if sides.is_empty() { Value::default() } else { Value::one_of(sides) }
            }
            Term::List(_) | Term::Map(_) | Term::Unknown => Value::opaque("what the bake file makes of it"),
        }
    }

    /// A value, unless there is too much text already.
    fn bounded(&self, value: Value) -> Value {
        let length = value.parts().iter().map(|part| match part {
            Part::Literal(text) => text.len(),
            Part::Symbol(symbol) => symbol.name.len(),
        });
        match self.bytes.get().checked_sub(length.sum::<usize>() + 1) {
            Some(left) => {
                self.bytes.set(left);
                value
            }
            None => Value::opaque("more than the bake file is read for"),
        }
    }

    /// A variable: of the environment, else as the file has it. What the file has only by default may be set in the settings of
    /// the repository.
    fn variable(&self, name: &str, depth: usize) -> Value {
        let default = |kind| self.field(kind, name, "default").map(|term| self.text(term, &[], depth + 1));
        if let Some(constant) = default("constant") {
            return constant;
        }
        match ((self.given)(name), default("variable")) {
            (Some(given), _) => given,
            (None, Some(default)) if !default.is_empty() => Value::one_of(vec![Value::variable(name), default]),
            (None, _) => Value::variable(name),
        }
    }
}

fn goes_to_registry(output: &Value) -> bool {
    ["type=registry", "push=true"].iter().any(|word| output.literal_contains(word))
        || output.as_literal() == Some("true")
}

fn sets(arguments: &Arguments<'_>) -> Vec<Set> {
    let settings = arguments.flag(&["--set".to_owned()]).into_iter();
    let set = |setting: Selected| {
        let (key, value) = setting.value.split_once("=")?;
        let (targets, field) = key.as_literal()?.rsplit_once('.')?;
        let (field, adds) = field.strip_suffix('+').map_or((field, false), |field| (field, true));
        let value = Selected { value, ..setting };
        Some(Set { targets: targets.to_owned(), field: field.to_owned(), adds, value })
    };
    settings.filter_map(set).collect()
}
