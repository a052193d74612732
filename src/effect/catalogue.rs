//! The catalogue: which command or pipe does what. Data with a schema; a policy file may add entries.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::selector::Selector;

/// Why a catalogue can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not of the expected form.
    #[error("catalogue: {0}")]
    Form(String),
}

/// The form of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Data {
    #[serde(default, rename = "version")]
    _version: u32,
    #[serde(default)]
    tools: HashMap<String, ToolData>,
    #[serde(default)]
    commands: Vec<CommandData>,
    #[serde(default)]
    harmless: Vec<String>,
    #[serde(default)]
    pipes: Vec<PipeData>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolData {
    #[serde(default)]
    values: Vec<String>,
}

/// What an entry's command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Does {
    Build,
    Push,
    Pull,
    Retag,
    Deploy,
    Login,
    Harmless,
    Opaque,
    Runner,
    Request,
}

/// What a deployment does with images when no reference can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ImageWord {
    None,
    Hidden,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum PushData {
    #[default]
    Never,
    Always(String),
    Flags(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CommandData {
    run: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    when: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    rest: bool,
    effect: Does,
    reference: Option<String>,
    source: Option<String>,
    target: Option<String>,
    target_tag: Option<String>,
    image: Option<ImageWord>,
    #[serde(default)]
    push: PushData,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    remote: bool,
    #[serde(default)]
    remote_only: bool,
    #[serde(default)]
    restart: bool,
    #[serde(default)]
    local: bool,
    #[serde(default)]
    machine: bool,
    reader: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PipeData {
    pipe: String,
    command: Option<String>,
    prefix: Option<String>,
    args: Option<String>,
    apply: Option<String>,
    remote: Option<String>,
    effect: Option<Does>,
    reference: Option<String>,
    image: Option<ImageWord>,
    #[serde(default)]
    push: PushData,
}

/// When a build also pushes.
#[derive(Clone, Debug)]
pub(super) enum Pushes {
    Never,
    Always,
    With(Vec<String>),
}

/// One entry for commands.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) values: HashSet<String>,
    pub(super) when: Vec<String>,
    pub(super) unless: Vec<String>,
    /// Whether it stands for whatever else a tool can do.
    pub(super) rest: bool,
    pub(super) does: Does,
    pub(super) reference: Option<Selector>,
    pub(super) source: Option<Selector>,
    pub(super) target: Option<Selector>,
    pub(super) target_tag: Option<Selector>,
    pub(super) image: Option<ImageWord>,
    pub(super) pushes: Pushes,
    pub(super) weak: bool,
    pub(super) remote: bool,
    pub(super) remote_only: bool,
    pub(super) restart: bool,
    pub(super) local: bool,
    pub(super) machine: bool,
    pub(super) reader: Option<String>,
}

/// One entry for pipes.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) command: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) args: Option<String>,
    pub(super) apply: Option<String>,
    pub(super) remote: Option<String>,
    pub(super) does: Option<Does>,
    pub(super) reference: Option<Selector>,
    pub(super) image: Option<ImageWord>,
    pub(super) pushes: Pushes,
}

/// All entries, found by the first word of the command.
#[derive(Debug)]
pub struct Catalogue {
    /// Phrases by tool: the words after the tool's name, and the entry.
    pub(super) commands: HashMap<String, Vec<(Vec<String>, usize)>>,
    pub(super) entries: Vec<Command>,
    pub(super) tools: HashMap<String, HashSet<String>>,
    pub(super) harmless: HashSet<String>,
    pub(super) pipes: HashMap<String, Pipe>,
}

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| {
    // A broken catalogue is found by the tests; a program without one still checks the other layers.
    built_in().unwrap_or_else(|_| Catalogue::empty())
});

fn built_in() -> Result<Catalogue, CatalogueError> {
    let mut catalogue = Catalogue::empty();
    catalogue.add_data(built_in_data()?)?;
    Ok(catalogue)
}

/// `catalogue.yaml`, which the build brings to JSON.
fn built_in_data() -> Result<Data, CatalogueError> {
    let json = include_str!(concat!(env!("OUT_DIR"), "/catalogue.json"));
    serde_json::from_str(json).map_err(|error| CatalogueError::Form(error.to_string()))
}

impl Catalogue {
    /// The one that is compiled in.
    pub fn built_in() -> &'static Catalogue {
        &BUILT_IN
    }

    fn empty() -> Self {
        Self {
            commands: HashMap::new(),
            entries: Vec::new(),
            tools: HashMap::new(),
            harmless: HashSet::new(),
            pipes: HashMap::new(),
        }
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// If the text is not of the catalogue's form; the message has the line.
    pub fn read(text: &str) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::empty();
        catalogue.add(text)?;
        Ok(catalogue)
    }

    /// The built-in catalogue with more entries, which come first.
    ///
    /// # Errors
    /// As for [`Catalogue::read`].
    pub fn extended(text: &str) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::read(text)?;
        catalogue.add_data(built_in_data()?)?;
        Ok(catalogue)
    }

    fn add(&mut self, text: &str) -> Result<(), CatalogueError> {
        self.add_data(serde_yaml::from_str(text).map_err(|error| CatalogueError::Form(error.to_string()))?)
    }

    fn add_data(&mut self, data: Data) -> Result<(), CatalogueError> {
        for (tool, values) in data.tools {
            self.tools.entry(tool).or_default().extend(values.values);
        }
        self.harmless.extend(data.harmless);
        for command in data.commands {
            self.add_command(command)?;
        }
        for pipe in data.pipes {
            let entry = Pipe {
                command: pipe.command,
                prefix: pipe.prefix,
                args: pipe.args,
                apply: pipe.apply,
                remote: pipe.remote,
                does: pipe.effect,
                reference: selector(pipe.reference)?,
                image: pipe.image,
                pushes: pushes(pipe.push)?,
            };
            self.pipes.entry(pipe.pipe).or_insert(entry);
        }
        Ok(())
    }

    fn add_command(&mut self, data: CommandData) -> Result<(), CatalogueError> {
        let index = self.entries.len();
        for phrase in &data.run {
            let mut words = phrase.split_whitespace().map(str::to_owned);
            let Some(tool) = words.next() else {
                return Err(CatalogueError::Form("`run` has an empty phrase".to_owned()));
            };
            self.commands.entry(tool).or_default().push((words.collect(), index));
        }
        self.entries.push(Command {
            values: data.values.into_iter().collect(),
            when: data.when,
            unless: data.unless,
            rest: data.rest,
            does: data.effect,
            reference: selector(data.reference)?,
            source: selector(data.source)?,
            target: selector(data.target)?,
            target_tag: selector(data.target_tag)?,
            image: data.image,
            pushes: pushes(data.push)?,
            weak: data.weak,
            remote: data.remote,
            remote_only: data.remote_only,
            restart: data.restart,
            local: data.local,
            machine: data.machine,
            reader: data.reader,
        });
        Ok(())
    }
}

fn selector(text: Option<String>) -> Result<Option<Selector>, CatalogueError> {
    match text.as_deref() {
        None | Some("hidden") => Ok(None),
        Some(text) => Selector::read(text).map(Some).map_err(CatalogueError::Form),
    }
}

fn pushes(data: PushData) -> Result<Pushes, CatalogueError> {
    match data {
        PushData::Never => Ok(Pushes::Never),
        PushData::Always(word) if word == "always" => Ok(Pushes::Always),
        PushData::Always(word) => {
            Err(CatalogueError::Form(format!("`push` is `always` or a list of flags, not `{word}`")))
        }
        PushData::Flags(flags) => Ok(Pushes::With(flags)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_has_the_form_of_its_schema() {
        let schema = serde_json::from_str(include_str!("../../schemas/catalogue.schema.json")).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let catalogue: serde_json::Value = serde_yaml::from_str(include_str!("catalogue.yaml")).unwrap();
        let failures = validator.iter_errors(&catalogue).map(|error| format!("{}: {error}", error.instance_path()));
        assert_eq!(failures.collect::<Vec<_>>(), Vec::<String>::new());
        assert_eq!(built_in_data().map(|data| data.pipes.len()).unwrap(), catalogue["pipes"].as_array().unwrap().len());
    }

    #[test]
    fn what_the_schema_takes_the_reader_takes() {
        let schema = serde_json::from_str(include_str!("../../schemas/catalogue.schema.json")).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        let texts = [
            ("{}", true),
            ("commands: [{run: [x], effect: build, push: always, reference: '{1}:{--tag|-t}'}]", true),
            ("commands: [{run: [x], effect: build, push: [--push], target-tag: hidden, remote-only: true}]", true),
            ("commands: [{run: [x], effect: harmless, rest: true}]", true),
            ("commands: [{run: [x], effect: build, push: allways}]", false),
            ("commands: [{run: [''], effect: build}]", false),
            ("commands: [{run: [x], effect: build, source: '{1'}]", false),
            ("commands: [{run: [x], effect: bild}]", false),
            ("commands: [{run: [x]}]", false),
            ("commands: [{effect: build}]", false),
            ("commands: [{run: [x], effect: build, refrence: last}]", false),
            ("pipes: [{pipe: a/b, command: C, prefix: kubectl, args: A}]", true),
            ("pipes: [{command: C}]", false),
            ("tools: {docker: {values: [-t]}}", true),
            ("tools: {docker: [-t]}", false),
            ("harmless: x", false),
        ];
        for (text, fine) in texts {
            let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
            assert_eq!((validator.is_valid(&value), Catalogue::read(text).is_ok()), (fine, fine), "{text}");
        }
    }
}
