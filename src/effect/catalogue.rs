//! The catalogue: which command or pipe does what. Data with a schema; a policy file may add entries.

use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashSet};
use serde::Deserialize;

use super::built_in;
use super::family::Families;
use super::known::Tool;
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
    #[serde(default)]
    families: Families,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolData {
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    knows: Vec<String>,
    #[serde(default = "one")]
    depth: usize,
}

fn one() -> usize {
    1
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
    /// Puts a package where others take it from: a deployment in a step that declares an environment, else none.
    Publish,
    /// Changes something outside the build container, and neither an image nor what an environment runs by itself.
    Change,
    Opaque,
    Runner,
    Program,
    Request,
}

/// What a deployment does with images when no reference can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ImageWord {
    None,
    Hidden,
    /// Nothing says whether one is deployed.
    Unsaid,
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
    bare: Vec<String>,
    #[serde(default)]
    dry: Vec<String>,
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
    to: Option<String>,
    from: Option<String>,
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
    #[serde(default)]
    dry: Vec<String>,
    effect: Option<Does>,
    reference: Option<String>,
    source: Option<String>,
    to: Option<String>,
    image: Option<ImageWord>,
    reader: Option<String>,
    #[serde(default)]
    push: PushData,
}

/// When a build also pushes.
#[derive(Clone, Debug)]
pub(super) enum Pushes {
    Never,
    Always,
    /// What it builds by says so, and is not followed.
    May,
    With(Vec<String>),
}

/// One entry for commands.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) values: Vec<String>,
    /// Flags that take no value.
    pub(super) bare: Vec<String>,
    /// Flags with which it changes nothing.
    pub(super) dry: Vec<String>,
    pub(super) when: Vec<String>,
    pub(super) unless: Vec<String>,
    /// Whether it stands for whatever else a tool can do.
    pub(super) rest: bool,
    pub(super) does: Does,
    pub(super) reference: Option<Selector>,
    pub(super) source: Option<Selector>,
    pub(super) target: Option<Selector>,
    pub(super) target_tag: Option<Selector>,
    /// Where a deployment goes.
    pub(super) to: Option<Selector>,
    /// From where it takes what it deploys, which says nothing of where it goes.
    pub(super) from: Option<Selector>,
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
    /// Values of variables with which it changes nothing: `COMMAND=upload`.
    pub(super) dry: Vec<String>,
    pub(super) does: Option<Does>,
    pub(super) reference: Option<Selector>,
    /// The name on the build machine of what is pushed.
    pub(super) source: Option<Selector>,
    /// Where a deployment goes.
    pub(super) to: Option<Selector>,
    pub(super) image: Option<ImageWord>,
    /// What reads that no selector can say.
    pub(super) reader: Option<String>,
    pub(super) pushes: Pushes,
}

/// All entries, found by a tool's or a pipe's name.
#[derive(Debug, Default)]
pub struct Catalogue {
    tools: HashMap<String, Tool>,
    harmless: HashSet<String>,
    pipes: HashMap<String, Pipe>,
    pub(super) families: Families,
    /// What is looked up as well, after the own entries.
    pub(super) built_in: bool,
}

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue { built_in: true, ..Catalogue::default() });

impl Catalogue {
    /// The one that is compiled in.
    pub fn built_in() -> &'static Catalogue {
        &BUILT_IN
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// If the text is not of the catalogue's form; the message has the line.
    pub fn read(text: &str) -> Result<Self, CatalogueError> {
        Self::of(serde_yaml::from_str(text).map_err(|error| CatalogueError::Form(error.to_string()))?)
    }

    /// Reads a catalogue that is JSON.
    pub(super) fn read_json(text: &str) -> Result<Self, CatalogueError> {
        Self::of(serde_json::from_str(text).map_err(|error| CatalogueError::Form(error.to_string()))?)
    }

    /// The built-in catalogue with more entries, which come first. Of those that deploy and tell of no image nothing says whether
    /// they deploy one.
    ///
    /// # Errors
    /// As for [`Catalogue::read`].
    pub fn extended(text: &str) -> Result<Self, CatalogueError> {
        let mut data: Data = serde_yaml::from_str(text).map_err(|error| CatalogueError::Form(error.to_string()))?;
        let unsaid = |does: Option<Does>, reference: &Option<String>, image: &mut Option<ImageWord>| {
            if does == Some(Does::Deploy) && reference.is_none() {
                image.get_or_insert(ImageWord::Unsaid);
            }
        };
        for command in data.commands.iter_mut().filter(|command| command.reader.is_none()) {
            unsaid(Some(command.effect), &command.reference, &mut command.image);
        }
        data.pipes.iter_mut().for_each(|pipe| unsaid(pipe.effect, &pipe.reference, &mut pipe.image));
        Ok(Self { built_in: true, ..Self::of(data)? })
    }

    /// What is known of a tool: the own entries, then the built-in ones, unless the own ones call it harmless.
    pub(super) fn tool(&self, name: &str) -> impl Iterator<Item = &Tool> + use<'_> {
        let asked = self.built_in && !self.harmless.contains(name);
        let built_in = asked.then(|| built_in::tool(name)).flatten();
        self.tools.get(name).into_iter().chain(built_in)
    }

    /// What is known of the one tool that a catalogue is about.
    pub(super) fn into_tool(mut self, name: &str) -> Option<Tool> {
        self.tools.remove(name)
    }

    /// What is known of a pipe, named without its version.
    pub(super) fn pipe(&self, name: &str) -> Option<&Pipe> {
        let find = |name: &str| {
            let built_in = || self.built_in.then(|| built_in::pipe(name)).flatten();
            self.pipes.get(name).or_else(|| built_in()?.pipes.get(name))
        };
        // The image of `atlassian/x` is `bitbucketpipelines/x`.
        find(name).or_else(|| find(&format!("atlassian/{}", name.strip_prefix("bitbucketpipelines/")?)))
    }

    /// Whether a command does nothing that the catalogue is about.
    pub(super) fn is_harmless(&self, name: &str) -> bool {
        self.harmless.contains(name) || (self.built_in && built_in::is_harmless(name))
    }

    /// Whether there are commands of a tool.
    pub(super) fn has_commands(&self, tool: &str) -> bool {
        self.tool(tool).any(|tool| !tool.commands.is_empty())
    }

    fn of(data: Data) -> Result<Self, CatalogueError> {
        let mut catalogue = Self { families: data.families, ..Self::default() };
        for (tool, data) in data.tools {
            let tool = catalogue.tools.entry(tool).or_default();
            tool.values.extend(data.values);
            tool.knows.extend(data.knows);
            tool.depth = data.depth;
        }
        catalogue.harmless.extend(data.harmless);
        for command in data.commands {
            catalogue.add_command(command)?;
        }
        for pipe in data.pipes {
            let entry = Pipe {
                command: pipe.command,
                prefix: pipe.prefix,
                args: pipe.args,
                apply: pipe.apply,
                remote: pipe.remote,
                dry: pipe.dry,
                does: pipe.effect,
                reference: selector(pipe.reference)?,
                source: selector(pipe.source)?,
                to: selector(pipe.to)?,
                image: pipe.image,
                reader: pipe.reader,
                pushes: pushes(pipe.push)?,
            };
            catalogue.pipes.entry(pipe.pipe).or_insert(entry);
        }
        Ok(catalogue)
    }

    fn add_command(&mut self, data: CommandData) -> Result<(), CatalogueError> {
        let from = selector(data.from)?;
        let mut values = data.values;
        values.extend(from.iter().flat_map(Selector::flags).map(str::to_owned));
        let command = Arc::new(Command {
            values,
            bare: data.bare,
            dry: data.dry,
            when: data.when,
            unless: data.unless,
            rest: data.rest,
            does: data.effect,
            reference: selector(data.reference)?,
            source: selector(data.source)?,
            target: selector(data.target)?,
            target_tag: selector(data.target_tag)?,
            to: selector(data.to)?,
            from,
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
        for phrase in &data.run {
            let mut words = phrase.split_whitespace().map(str::to_owned);
            let Some(tool) = words.next() else {
                return Err(CatalogueError::Form("`run` has an empty phrase".to_owned()));
            };
            self.tools.entry(tool).or_default().add(words.collect(), Arc::clone(&command));
        }
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
        PushData::Always(word) if word == "may" => Ok(Pushes::May),
        PushData::Always(word) => {
            Err(CatalogueError::Form(format!("`push` is `always`, `may` or a list of flags, not `{word}`")))
        }
        PushData::Flags(flags) => Ok(Pushes::With(flags)),
    }
}

#[cfg(test)]
impl Catalogue {
    /// How many tools, pipes and harmless commands there are.
    pub(super) fn size(&self) -> (usize, usize, usize) {
        (self.tools.len(), self.pipes.len(), self.harmless.len())
    }
}
