//! The reader of a person's own configuration file: the model, the server and the display.

use super::reader::Reader;
use crate::finding::Finding;
use crate::yaml::{Document, Entry, Node, Scalar};

/// The keys of a person's own file.
pub(super) const KEYS: [&str; 12] = [
    "model",
    "server",
    "azure",
    "api",
    "timeout",
    "proxy",
    "ca-file",
    "temperature",
    "max-tokens",
    "color",
    "hyperlinks",
    "rule-pages",
];

/// When reports for people have colours, or links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// All words, in the order of [`ColorChoice::parse`].
    pub const WORDS: [&'static str; 3] = ["auto", "always", "never"];

    /// The choice of a word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            "always" => Some(Self::Always),
            "never" => Some(Self::Never),
            _ => None,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// How a server is asked for a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Api {
    /// Chat completions, which nearly every server has.
    #[default]
    Chat,
    /// Responses, which some models of OpenAI want.
    Responses,
}

impl Api {
    /// All words, in the order of [`Api::parse`].
    pub const WORDS: [&'static str; 2] = ["chat", "responses"];

    /// The API of a word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "chat" => Some(Self::Chat),
            "responses" => Some(Self::Responses),
            _ => None,
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Responses => "responses",
        }
    }
}

/// A resource of Azure OpenAI, as far as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Azure {
    /// The endpoint, such as `https://NAME.openai.azure.com`.
    pub endpoint: Option<String>,
    /// The deployment that answers.
    pub deployment: Option<String>,
    /// The API version.
    pub api_version: Option<String>,
}

/// What a person's own file sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// The model's name.
    pub model: Option<String>,
    /// The base URL of an OpenAI-compatible server.
    pub server: Option<String>,
    /// A resource of Azure OpenAI, in place of a server.
    pub azure: Azure,
    /// How it is asked for a reply.
    pub api: Option<Api>,
    /// Seconds that the server may be silent.
    pub timeout: Option<u64>,
    /// A proxy for the server.
    pub proxy: Option<String>,
    /// A file of certificates to trust besides the system's.
    pub ca_file: Option<String>,
    /// The sampling temperature.
    pub temperature: Option<f64>,
    /// The most tokens of a reply.
    pub max_tokens: Option<u64>,
    /// When reports have colours.
    pub color: Option<ColorChoice>,
    /// When reports have links.
    pub hyperlinks: Option<ColorChoice>,
    /// The URL of a rule's page, with `{rule}` where the id stands.
    pub rule_pages: Option<String>,
}

/// Reads a person's own file. Never fails: what is wrong is a finding.
pub fn read_user(document: &Document) -> (User, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut user = User::default();
    let mut reader = Reader::new(&mut findings);
    reader.problems(document);
    let entries = document.root().map(|root| reader.entries(root, "the configuration file")).unwrap_or_default();
    for entry in entries {
        match entry.name() {
            "model" => user.model = reader.text(entry.value, "`model`"),
            "server" => user.server = reader.text(entry.value, "`server`"),
            "azure" => user.azure = azure(entry.value, &mut reader),
            "api" => user.api = reader.word(entry.value, "`api`", &Api::WORDS).and_then(Api::parse),
            "timeout" => user.timeout = reader.count(entry.value, "`timeout`", "seconds"),
            "max-tokens" => user.max_tokens = reader.count(entry.value, "`max-tokens`", "tokens"),
            "proxy" => user.proxy = reader.text(entry.value, "`proxy`"),
            "ca-file" => user.ca_file = reader.text(entry.value, "`ca-file`"),
            "temperature" => match entry.value.scalar() {
                Scalar::Integer(number @ 0..=2) => user.temperature = Some(number as f64),
                Scalar::Float(number) if (0.0..=2.0).contains(&number) => user.temperature = Some(number),
                _ => {
                    reader.wrong(entry.value.place(), "`temperature` is not a number from 0 to 2");
                }
            },
            "color" => {
                let word = reader.word(entry.value, "`color`", &ColorChoice::WORDS);
                user.color = word.and_then(ColorChoice::parse);
            }
            "hyperlinks" => {
                let word = reader.word(entry.value, "`hyperlinks`", &ColorChoice::WORDS);
                user.hyperlinks = word.and_then(ColorChoice::parse);
            }
            "rule-pages" => user.rule_pages = reader.text(entry.value, "`rule-pages`"),
            "key" | "api-key" | "token" => {
                key(entry, "`OPENAI_API_KEY` or `PIPEWRIGHT_API_KEY`", &mut reader);
            }
            name if super::repository::KEYS.contains(&name) => {
                reader
                    .wrong(entry.key.place(), format!("`{name}` belongs to a repository"))
                    .help("set it in the repository's `pipewright.yaml`");
            }
            _ => reader.unknown(entry.key, "setting", &KEYS),
        }
    }
    let root = document.root().filter(|_| user.server.is_some() && user.azure.endpoint.is_some());
    if let Some(entry) = root.and_then(|root| root.entries().find(|entry| entry.name() == "azure")) {
        reader
            .wrong(entry.key.place(), "`azure` and `server` both say where prompts go")
            .help("keep one; `--server` asks another server once");
    }
    findings.sort_by_key(|finding| finding.span);
    (user, findings)
}

fn azure(node: Node<'_>, reader: &mut Reader<'_>) -> Azure {
    let mut azure = Azure::default();
    for entry in reader.entries(node, "`azure`") {
        match entry.name() {
            "endpoint" => azure.endpoint = reader.text(entry.value, "`azure.endpoint`"),
            "deployment" => azure.deployment = reader.text(entry.value, "`azure.deployment`"),
            "api-version" => azure.api_version = reader.text(entry.value, "`azure.api-version`"),
            "key" | "api-key" | "token" => key(entry, "`AZURE_OPENAI_API_KEY`", reader),
            _ => reader.unknown(entry.key, "setting of `azure`", &["endpoint", "deployment", "api-version"]),
        }
    }
    azure
}

fn key(entry: Entry<'_>, variables: &str, reader: &mut Reader<'_>) {
    reader
        .wrong(entry.key.place(), format!("`{}` can't be kept in a file", entry.name()))
        .help(format!("set {variables} in the environment"));
}
