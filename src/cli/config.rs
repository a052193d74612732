//! What holds, and where it comes from: command line, environment, the repository's file, a person's own file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::args::{Global, Model};
use super::destination::Destination;
use super::origin::{Environment, Held, Origin, flag, optional};
use super::{CliError, World, files, rules};
use crate::check::Checker;
use crate::finding::{Finding, Severity, Verdict};
use crate::model::{Interrupt, LiveOptions};
use crate::report::{self, FileReport, Look, Report};
use crate::settings::{self, Api, ColorChoice, Settings};
use crate::text::words;
use crate::yaml::Document;

/// The name of a repository's settings file.
pub(super) const REPOSITORY_FILE: &str = "pipewright.yaml";

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
}

impl Overrides {
    /// What the command line says of the model.
    pub(super) fn model(arguments: &Model) -> Self {
        let Model { model, server, timeout, api } = arguments;
        Self { main_branch: None, model: model.clone(), server: server.clone(), timeout: *timeout, api: *api }
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
        let repository_file = match named {
            Some(path) => Some(path),
            None => repository_file(&world.directory),
        };
        let (user, user_lines) = match user_file.as_ref().filter(|path| path.exists()) {
            Some(path) => {
                let (document, shown) = open(path, world)?;
                let (user, findings) = settings::read_user(&document);
                told(&shown, &document, &findings, global, world)?;
                (user, lines(&document, &shown, Origin::User))
            }
            None => Default::default(),
        };
        let (mut settings, mut origins) = match &repository_file {
            Some(path) => {
                let (document, shown) = open(path, world)?;
                let (settings, findings) = settings::read(&document, &rules::ids());
                told(&shown, &document, &findings, global, world)?;
                (settings, lines(&document, &shown, Origin::Repository))
            }
            None => Default::default(),
        };

        let main_branch =
            flag(over.main_branch.clone(), "--main-branch").or(environment.text(&["PIPEWRIGHT_MAIN_BRANCH"]));
        if let Some(held) = main_branch {
            if held.value.trim().is_empty() {
                let error = CliError::usage(format!("the main branch has no name ({})", held.origin));
                return Err(error.hint("name the branch that is deployed from, as in `--main-branch main`"));
            }
            settings.main_branch = held.value;
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
            settings.main_branch.clone_from(&self.settings.main_branch);
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

/// `pipewright.yaml` of the folder, or of one above it up to the repository's root. Outside a repository no folder
/// above is looked into: what lies there may be anybody's.
fn repository_file(directory: &Path) -> Option<PathBuf> {
    let root = directory.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(directory);
    let inside = directory.ancestors().take_while(|folder| folder.starts_with(root));
    inside.map(|folder| folder.join(REPOSITORY_FILE)).find(|path| path.exists())
}

/// Reads a settings file, and gives the path as it is shown.
fn open(path: &Path, world: &World<'_>) -> Result<(Document, String), CliError> {
    let shown = path.strip_prefix(&world.directory).unwrap_or(path).display().to_string();
    match files::read(path) {
        Ok(text) => Ok((Document::read(text), shown)),
        Err(reason) => Err(CliError::usage(format!("{shown}: {reason}"))),
    }
}

/// Where each key of a file stands.
fn lines(document: &Document, shown: &str, origin: fn(String) -> Origin) -> BTreeMap<String, Origin> {
    let entries = document.root().into_iter().flat_map(|root| root.entries());
    let place = |offset| format!("{shown}:{}", document.position(offset).line);
    entries.map(|entry| (entry.name().to_owned(), origin(place(entry.key.span().start)))).collect()
}

/// Tells the findings of a settings file; an error among them ends the run.
fn told(
    shown: &str,
    document: &Document,
    findings: &[Finding],
    global: &Global,
    world: &mut World<'_>,
) -> Result<(), CliError> {
    if findings.is_empty() {
        return Ok(());
    }
    let choice = color(global, &Environment(world.environment), None)?.value;
    let look = look(choice, world.terminal.errors, world);
    let file = FileReport {
        path: shown,
        document,
        findings,
        verdict: Verdict::of(findings, true),
        skipped: &[],
        secrets: &[],
    };
    report::human(&Report { files: vec![file], ..Report::default() }, look, world.err)?;
    match findings.iter().any(|finding| finding.severity == Severity::Error) {
        true => Err(CliError::Settings { path: shown.to_owned() }),
        false => Ok(()),
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
