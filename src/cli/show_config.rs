//! `pipewright config`: what holds, and where it comes from.

use super::args::{Config, Global};
use super::config::{Configuration, Overrides, covered, masked};
use super::destination::Destination;
use super::origin::{Held, Origin};
use super::{CliError, Exit, World, doctor};
use crate::model::{DEFAULT_BASE, LiveOptions};
use crate::report::visible;

/// Writes one line for each value.
pub(super) fn run(arguments: &Config, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let configuration = Configuration::load(global, Overrides::model(&arguments.model), world)?;
    if arguments.check {
        return doctor::tell(&configuration, world);
    }
    let rows = rows(&configuration);
    let width = |column: fn(&[String; 3]) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0).min(48)
    };
    let (first, second) = (width(|row| &row[0]), width(|row| &row[1]));
    for [name, value, origin] in &rows {
        let value = visible(value);
        writeln!(world.out, "{name:first$}  {value:second$}  {}", visible(origin))?;
    }
    let file = |path: &Option<std::path::PathBuf>| {
        let named = path.as_ref().map(|path| (path.display().to_string(), path.exists()));
        named.map_or("none".to_owned(), |(path, exists)| if exists { path } else { format!("{path} (not there)") })
    };
    writeln!(world.out)?;
    writeln!(world.out, "settings of the repository: {}", visible(&file(&configuration.repository_file)))?;
    writeln!(world.out, "your own configuration:     {}", visible(&file(&configuration.user_file)))?;
    Ok(Exit::Fine)
}

fn rows(configuration: &Configuration) -> Vec<[String; 3]> {
    let settings = &configuration.settings;
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String, origin: &Origin| rows.push([name.to_owned(), value, origin.to_string()]);
    let unset = || "(not set)".to_owned();
    let text = |held: &Held<Option<String>>| held.value.as_deref().map_or_else(unset, covered);
    let Destination { server, azure, key, model, api, .. } = &configuration.destination;
    row("model", text(model), &model.origin);
    // Where nothing is set, what would hold is told; with neither key nor server nobody is asked.
    let defaults = LiveOptions::default();
    let base = match (&server.value, &key.value) {
        (None, Some(_)) => DEFAULT_BASE.to_owned(),
        _ => text(server),
    };
    row("server", base, &server.origin);
    if let Some(version) = azure {
        row("azure.api-version", version.value.clone(), &version.origin);
    }
    row("api", api.value.word().to_owned(), &api.origin);
    row("key", key.value.as_ref().map_or_else(unset, masked), &key.origin);
    let seconds = configuration.timeout.value.unwrap_or(defaults.idle_timeout.as_secs());
    row("timeout", format!("{seconds} s"), &configuration.timeout.origin);
    row("proxy", text(&configuration.proxy), &configuration.proxy.origin);
    row("ca-file", text(&configuration.ca_file), &configuration.ca_file.origin);
    let number = configuration.temperature.value.map_or_else(unset, |number| number.to_string());
    row("temperature", number, &configuration.temperature.origin);
    let number = configuration.max_tokens.value.map_or_else(unset, |number| number.to_string());
    row("max-tokens", number, &configuration.max_tokens.origin);
    row("color", configuration.color.value.word().to_owned(), &configuration.color.origin);
    row("hyperlinks", configuration.hyperlinks.value.word().to_owned(), &configuration.hyperlinks.origin);
    row("rule-pages", text(&configuration.rule_pages), &configuration.rule_pages.origin);
    row("file", configuration.file.value.clone(), &configuration.file.origin);
    let origin = |key: &str| configuration.settings_origins.get(key).unwrap_or(&Origin::Default);
    let policy = if settings.policy { "delivery" } else { "none" };
    row("policy", policy.to_owned(), origin("policy"));
    row("main-branch", settings.main_branch.clone(), origin("main-branch"));
    row("forbidden-branches", settings.forbidden_branches.join(", "), origin("forbidden-branches"));
    row("tags.candidate", settings.tags.candidate.clone(), origin("tags"));
    row("tags.release", settings.tags.release.clone(), origin("tags"));
    row("environments.candidate", settings.environments.candidate.clone(), origin("environments"));
    row("environments.release", settings.environments.release.clone(), origin("environments"));
    for (rule, severity) in &settings.severities {
        let word = severity.map_or("off", |severity| severity.word());
        row(&format!("rules.{rule}"), word.to_owned(), origin("rules"));
    }
    if settings.catalogue.is_some() {
        row("catalogue", "(extended)".to_owned(), origin("catalogue"));
    }
    rows
}
