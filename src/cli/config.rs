//! What holds, and where it comes from: command line, environment, the repository's file, a person's own file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::args::{Global, Model};
use super::destination::Destination;
use super::origin::{Environment, Held, Origin, flag, optional};
use super::settings_file::{SettingsFile, repository_file, unread};
use super::{CliError, World, rules};
use crate::check::Checker;
use crate::model::{Interrupt, LiveOptions};
use crate::pipeline::Pattern;
use crate::report::{self, Look, visible};
use crate::settings::{self, Api, ColorChoice, Settings};
use crate::text::words;

/// Everything that is configured.
#[derive(Debug)]
pub(super) struct Configuration {
    /// Policy settings and severities.
    pub(super) settings: Settings,
    /// The origins of the settings by key; a key that is missing has its default.
    pub(super) settings_origins: BTreeMap<String, Origin>,
    /// The pipeline file.
    pub(super) file: Held<String>,
    /// Where prompts go, and with which key.
    pub(super) destination: Destination,
    /// Seconds that the server may be silent.
    pub(super) timeout: Held<Option<u64>>,
    /// A proxy for the server.
    pub(super) proxy: Held<Option<String>>,
    /// A file of certificates to trust besides the system's.
    pub(super) ca_file: Held<Option<String>>,
    /// The sampling temperature.
    pub(super) temperature: Held<Option<f64>>,
    /// The most tokens of a reply.
    pub(super) max_tokens: Held<Option<u64>>,
    /// When reports have colours.
    pub(super) color: Held<ColorChoice>,
    /// When reports have links.
    pub(super) hyperlinks: Held<ColorChoice>,
    /// The URL of a rule's page, with `{rule}` where the id stands.
    pub(super) rule_pages: Held<Option<String>>,
    /// The settings file of the repository, if there is one.
    pub(super) repository_file: Option<PathBuf>,
    /// The same with what is doubtful in it, where that is kept for a report.
    pub(super) doubtful: Option<SettingsFile>,
    /// Whether somebody has named the settings file, by `--config` or its variable.
    pub(super) named: bool,
    /// Where a person's own file is looked for.
    pub(super) user_file: Option<PathBuf>,
}

/// What the command line says beyond the global options.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    pub(super) main_branch: Option<String>,
    pub(super) model: Option<String>,
    pub(super) server: Option<String>,
    pub(super) timeout: Option<u64>,
    pub(super) api: Option<Api>,
    /// The folder by which the repository is found, where that is not the current one.
    pub(super) beside: Option<PathBuf>,
    /// Whether what is doubtful in the repository's file is kept for a report, and not told at once.
    pub(super) reports: bool,
}

impl Overrides {
    /// What the command line says of the model.
    pub(super) fn model(arguments: &Model) -> Self {
        let Model { model, server, timeout, api } = arguments;
        let (model, server) = (model.clone(), server.clone());
        Self { model, server, timeout: *timeout, api: *api, ..Self::default() }
    }
}

impl Configuration {
    /// Reads both files and the environment. Mistakes in a file are told on standard error as findings.
    pub(super) fn load(global: &Global, over: Overrides, world: &mut World<'_>) -> Result<Self, CliError> {
        let environment = Environment(world.environment);
        let user_file = world.config_directory.as_ref().map(|folder| folder.join("pipewright").join("config.yaml"));
        let named = global.config.as_ref().map(|path| world.directory.join(path));
        let named = named.or_else(|| environment.get("PIPEWRIGHT_CONFIG").map(|path| world.directory.join(path)));
        let asked_for = named.is_some();
        let repository_file = named.or_else(|| {
            let folder = over.beside.as_deref().unwrap_or(&world.directory);
            unread(folder).inspect(|told| drop(writeln!(world.err, "warning: {}", visible(told))));
            repository_file(folder)
        });
        let (user, user_lines) = match user_file.as_ref().filter(|path| path.exists()) {
            Some(path) => {
                let (file, user) = SettingsFile::read(path, world, settings::read_user)?;
                file.tell(global, world)?;
                (user, file.lines(Origin::User))
            }
            None => Default::default(),
        };
        let mut doubtful = None;
        let (mut settings, mut origins) = match &repository_file {
            Some(path) => {
                let (file, settings) =
                    SettingsFile::read(path, world, |document| settings::read(document, &rules::ids()))?;
                let lines = file.lines(Origin::Repository);
                if over.reports && !file.is_wrong() {
                    doubtful = Some(file);
                } else {
                    file.tell(global, world)?;
                }
                (settings, lines)
            }
            None => Default::default(),
        };

        let main_branch =
            flag(over.main_branch.clone(), "--main-branch").or(environment.text(&["PIPEWRIGHT_MAIN_BRANCH"]));
        if let Some(held) = main_branch {
            set_main_branch(&mut settings, &origins, &held)?;
            origins.insert("main-branch".to_owned(), held.origin);
        }
        let of_repository = settings.file.clone().zip(origins.get("file").cloned());
        let file = environment
            .text(&["PIPEWRIGHT_FILE"])
            .or(of_repository.map(|(value, origin)| Held::new(value, origin)))
            .unwrap_or_else(|| Held::new(settings::DEFAULT_FILE.to_owned(), Origin::Default));

        let own = |key: &str| user_lines.get(key).cloned().unwrap_or(Origin::Default);
        let timeout = environment.number("PIPEWRIGHT_TIMEOUT", "a number of seconds")?;
        let max_tokens = environment.number("PIPEWRIGHT_MAX_TOKENS", "a number of tokens")?;
        let temperature = environment.number("PIPEWRIGHT_TEMPERATURE", "a number from 0 to 2")?;
        Ok(Self {
            settings,
            settings_origins: origins,
            file,
            destination: Destination::choose(&over, &environment, &user, own)?,
            timeout: optional(flag(over.timeout, "--timeout").or(timeout), user.timeout, own("timeout")),
            proxy: optional(environment.text(&["PIPEWRIGHT_PROXY"]), user.proxy, own("proxy")),
            ca_file: optional(environment.text(&["PIPEWRIGHT_CA_FILE"]), user.ca_file, own("ca-file")),
            temperature: optional(temperature, user.temperature, own("temperature")),
            max_tokens: optional(max_tokens, user.max_tokens, own("max-tokens")),
            color: color(global, &environment, user.color.map(|choice| Held::new(choice, own("color"))))?,
            hyperlinks: hyperlinks(&environment, user.hyperlinks.map(|choice| Held::new(choice, own("hyperlinks"))))?,
            rule_pages: rule_pages(optional(
                environment.text(&["PIPEWRIGHT_RULE_PAGES"]),
                user.rule_pages,
                own("rule-pages"),
            ))?,
            repository_file,
            doubtful,
            named: asked_for,
            user_file,
        })
    }

    /// The pipeline file as the current folder reaches it: what a settings file names lies beside that.
    pub(super) fn file_path(&self, directory: &Path) -> PathBuf {
        let beside = self.repository_file.as_deref().and_then(Path::parent);
        match (&self.file.origin, beside) {
            (Origin::Repository(_), Some(folder)) if folder != directory => folder.join(&self.file.value),
            _ => PathBuf::from(&self.file.value),
        }
    }

    /// The folder that the pipeline file stays in when nobody names it: the repository's.
    pub(super) fn file_folder(&self, directory: &Path) -> PathBuf {
        match (&self.file.origin, self.repository_file.as_deref().and_then(Path::parent)) {
            (Origin::Repository(_), Some(folder)) => folder.to_owned(),
            _ => directory.to_owned(),
        }
    }

    /// The settings for what is compiled in: the ones that somebody asked for. The file of whatever repository the program
    /// happens to be run in does not count, and that is told.
    pub(super) fn of_embedded(&self, world: &mut World<'_>) -> Result<Settings, CliError> {
        if let Some(path) = self.repository_file.as_ref().filter(|_| !self.named) {
            let shown = path.strip_prefix(&world.directory).unwrap_or(path).display().to_string();
            let option = words(&["--config", shown.as_str()]);
            let text =
                format!("what is compiled in is judged by its own settings, not by {shown}: `{option}` asks for those");
            writeln!(world.err, "note: {}", report::visible(&text))?;
        }
        Ok(self.for_embedded())
    }

    /// The same without a word.
    pub(super) fn for_embedded(&self) -> Settings {
        if self.named {
            return self.settings.clone();
        }
        let mut settings = Settings::default();
        // What the command line and the environment say holds anywhere.
        if !matches!(self.settings_origins.get("main-branch"), None | Some(Origin::Repository(_))) {
            settings.set_main_branch(self.settings.main_branch.clone());
        }
        settings
    }

    /// A checker with the settings and no files at hand.
    pub(super) fn checker(&self) -> Result<Checker, CliError> {
        checker_of(&self.settings)
    }

    /// How to reach the model.
    pub(super) fn live(&self, interrupt: Interrupt) -> LiveOptions {
        let defaults = LiveOptions::default();
        let tokens = self.max_tokens.value.map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX));
        LiveOptions {
            base_url: self.destination.server.value.clone(),
            azure: self.destination.azure.as_ref().map(|version| version.value.clone()),
            api: self.destination.api.value,
            key: self.destination.key.value.clone(),
            model: self.destination.model.value.clone(),
            idle_timeout: self.timeout.value.map_or(defaults.idle_timeout, Duration::from_secs),
            ca_file: self.ca_file.value.as_ref().map(PathBuf::from),
            proxy: self.proxy.value.clone(),
            #[expect(clippy::cast_possible_truncation, reason = "a temperature is a small number")]
            temperature: self.temperature.value.map(|number| number as f32),
            max_tokens: tokens,
            interrupt,
            ..defaults
        }
    }

    /// How a report on standard output looks.
    pub(super) fn look(&self, world: &World<'_>) -> Look {
        look(self.color.value, world.terminal.output, world)
    }
}

/// Names the main branch as the command line or the environment says.
fn set_main_branch(
    settings: &mut Settings,
    origins: &BTreeMap<String, Origin>,
    held: &Held<String>,
) -> Result<(), CliError> {
    let (name, origin) = (held.value.trim(), &held.origin);
    let hint = "name the branch that is deployed from, as in `--main-branch main`";
    if name.is_empty() {
        return Err(CliError::usage(format!("the main branch has no name ({origin})")).hint(hint));
    }
    if !Pattern::new(name).is_exact() {
        return Err(CliError::usage(format!("the main branch is a pattern: `{name}` ({origin})")).hint(hint));
    }
    settings.set_main_branch(held.value.clone());
    let Some(forbidden) = settings.forbids_main() else { return Ok(()) };
    let list = origins.get("forbidden-branches").unwrap_or(&Origin::Default);
    let wrong = format!("`{name}` is the main branch ({origin}), and `{forbidden}` forbids it ({list})");
    Err(CliError::usage(wrong).hint("take it out of `forbidden-branches`, or name another main branch"))
}

/// A checker with settings and no files at hand.
pub(super) fn checker_of(settings: &Settings) -> Result<Checker, CliError> {
    let checker = Checker::new(settings.clone());
    let Some(catalogue) = &settings.catalogue else { return Ok(checker) };
    let wrong = |error| CliError::usage(format!("`catalogue` of the settings: {error}"));
    checker.with_catalogue(&catalogue.to_string()).map_err(wrong)
}

/// How results look where no file is read for it.
pub(super) fn plain_look(global: &Global, world: &World<'_>) -> Result<Look, CliError> {
    Ok(look(color(global, &Environment(world.environment), None)?.value, world.terminal.output, world))
}

/// How what is told of settings looks on standard error.
pub(super) fn look_of_errors(global: &Global, world: &World<'_>) -> Result<Look, CliError> {
    Ok(look(color(global, &Environment(world.environment), None)?.value, world.terminal.errors, world))
}

/// How a report looks on a stream that is a terminal or is not.
fn look(choice: ColorChoice, terminal: bool, world: &World<'_>) -> Look {
    let dumb = world.environment.get("TERM").is_some_and(|term| term == "dumb");
    let color = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !dumb,
    };
    let width = world.terminal.width.filter(|_| terminal).unwrap_or(Look::default().width);
    Look { color, width, wrap: terminal }
}

/// The variable that forbids colours, if one does.
pub(super) fn no_color(environment: &BTreeMap<String, String>) -> Option<Origin> {
    Environment(environment).get("NO_COLOR").map(|_| Origin::Environment("NO_COLOR"))
}

fn color(
    global: &Global,
    environment: &Environment<'_>,
    own: Option<Held<ColorChoice>>,
) -> Result<Held<ColorChoice>, CliError> {
    if let Some(held) = flag(global.color, "--color") {
        return Ok(held);
    }
    if let Some(held) = when(environment, "PIPEWRIGHT_COLOR")? {
        return Ok(held);
    }
    if let Some(origin) = no_color(environment.0) {
        return Ok(Held::new(ColorChoice::Never, origin));
    }
    if environment.get("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return Ok(Held::new(ColorChoice::Always, Origin::Environment("CLICOLOR_FORCE")));
    }
    Ok(own.unwrap_or(Held::new(ColorChoice::Auto, Origin::Default)))
}

fn hyperlinks(environment: &Environment<'_>, own: Option<Held<ColorChoice>>) -> Result<Held<ColorChoice>, CliError> {
    let held = when(environment, "PIPEWRIGHT_HYPERLINKS")?.or(own);
    Ok(held.unwrap_or(Held::new(ColorChoice::Auto, Origin::Default)))
}

/// A variable that says `auto`, `always` or `never`.
fn when(environment: &Environment<'_>, name: &'static str) -> Result<Option<Held<ColorChoice>>, CliError> {
    let Some(held) = environment.text(&[name]) else { return Ok(None) };
    let choice = ColorChoice::parse(&held.value);
    let choice = choice.ok_or_else(|| CliError::usage(format!("{name} is not auto, always or never")))?;
    Ok(Some(Held::new(choice, held.origin)))
}

fn rule_pages(held: Held<Option<String>>) -> Result<Held<Option<String>>, CliError> {
    match &held.value {
        Some(url) if !report::is_page_url(url) => {
            let wrong = format!("the rules' pages ({}) have no URL with `{{rule}}` in it", held.origin);
            Err(CliError::usage(wrong).hint("as in https://docs.example/rules/{rule}.md"))
        }
        _ => Ok(held),
    }
}

/// A URL with the password that may stand in it covered.
pub(super) fn covered(url: &str) -> String {
    match url.split_once("://").map(|(scheme, rest)| (scheme, rest.split_once('@'))) {
        Some((scheme, Some((who, rest)))) if !who.contains('/') => format!("{scheme}://***@{rest}"),
        _ => url.to_owned(),
    }
}

/// A key as it may be shown: that there is one, and how long it is.
pub(super) fn masked(key: &SecretString) -> String {
    format!("******** ({} characters)", key.expose_secret().chars().count())
}
