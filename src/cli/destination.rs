//! Where prompts go, and the key that goes with them: Azure's to Azure alone, any other to the server alone.

use secrecy::SecretString;

use super::CliError;
use super::config::Overrides;
use super::origin::{Environment, Held, Origin, flag, optional};
use crate::session::Redact;
use crate::settings::{Api, User};

/// The API version that Azure is asked for where none is configured: the last stable one with a date, by Microsoft's
/// reference of the REST API (`docs/models.md`).
const API_VERSION: &str = "2024-10-21";

/// The variables that hold keys.
const KEYS: [&str; 3] = ["PIPEWRIGHT_API_KEY", "OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"];

/// What people set for a server that wants no key: no secret, and to hide it would hide words.
const PLACEHOLDERS: [&str; 10] = [
    "ollama",
    "lm-studio",
    "lmstudio",
    "not-needed",
    "not-used",
    "unused",
    "no-key",
    "no-key-required",
    "sk-no-key-required",
    "api-key",
];

/// What hides all keys that the environment holds, whichever is asked with: none is shown, kept, or sent unasked.
pub(super) fn redact(environment: &Environment<'_>) -> Redact {
    let held = KEYS.iter().filter_map(|name| environment.get(name));
    let secret = |key: &&str| !PLACEHOLDERS.contains(&key.trim().to_lowercase().as_str());
    Redact::new(held.filter(secret).map(str::to_owned))
}

/// A server, or a resource of Azure OpenAI, with its key and its model.
#[derive(Debug)]
pub(super) struct Destination {
    /// The base URL of a server, or the endpoint of Azure.
    pub(super) server: Held<Option<String>>,
    /// The API version of Azure; none is another server.
    pub(super) azure: Option<Held<String>>,
    /// The key; never shown.
    pub(super) key: Held<Option<SecretString>>,
    /// What hides it and all other keys of the environment.
    pub(super) redact: Redact,
    /// The model's name, which Azure calls a deployment.
    pub(super) model: Held<Option<String>>,
    /// How it is asked for a reply.
    pub(super) api: Held<Api>,
}

impl Destination {
    /// The first place that says where prompts go decides; within one place a server goes before Azure.
    pub(super) fn choose(
        over: &Overrides,
        environment: &Environment<'_>,
        user: &User,
        own: impl Fn(&str) -> Origin,
    ) -> Result<Self, CliError> {
        let of_file = |value: &Option<String>, key: &str| value.clone().map(|value| Held::new(value, own(key)));
        let server = flag(over.server.clone(), "--server")
            .or(environment.text(&["PIPEWRIGHT_SERVER", "OPENAI_BASE_URL"]))
            .map(|held| (held, false))
            .or_else(|| Some((environment.text(&["AZURE_OPENAI_ENDPOINT"])?, true)))
            .or_else(|| Some((of_file(&user.server, "server")?, false)))
            .or_else(|| Some((of_file(&user.azure.endpoint, "azure")?, true)));
        let azure = server.as_ref().is_some_and(|(_, azure)| *azure);
        let server = server.map(|(held, _)| held);

        let keys: &[&'static str] =
            if azure { &["AZURE_OPENAI_API_KEY"] } else { &["PIPEWRIGHT_API_KEY", "OPENAI_API_KEY"] };
        let key = environment.text(keys).map(|held| Held::new(SecretString::from(held.value), held.origin));
        let models: &[&'static str] = if azure {
            &["PIPEWRIGHT_MODEL", "AZURE_OPENAI_DEPLOYMENT"]
        } else {
            &["PIPEWRIGHT_MODEL", "OPENAI_MODEL"]
        };
        let deployment = of_file(&user.azure.deployment, "azure").filter(|_| azure);
        let model = flag(over.model.clone(), "--model").or(environment.text(models)).or(deployment);
        let version = environment.text(&["OPENAI_API_VERSION"]).or(of_file(&user.azure.api_version, "azure"));
        let named = environment.text(&["PIPEWRIGHT_API"]).map(|held| {
            let wrong = || CliError::usage(format!("PIPEWRIGHT_API is not {}", Api::WORDS.join(" or ")));
            Api::parse(held.value.trim()).map(|api| Held::new(api, held.origin)).ok_or_else(wrong)
        });
        let api = flag(over.api, "--api").or(named.transpose()?);
        let api = api.or(user.api.map(|api| Held::new(api, own("api"))));
        Ok(Self {
            api: api.unwrap_or(Held::new(Api::default(), Origin::Default)),
            server: optional(server, None, Origin::Default),
            azure: azure.then(|| version.unwrap_or(Held::new(API_VERSION.to_owned(), Origin::Default))),
            key: optional(key, None, Origin::Default),
            redact: redact(environment),
            model: optional(model, user.model.clone(), own("model")),
        })
    }
}
