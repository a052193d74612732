//! `pipewright rules`: the list, or one page.

use super::args::{Global, Rules};
use super::config::{Configuration, Overrides, plain_look};
use super::settings_file::repository_file;
use super::{CliError, Exit, World, files};
use crate::check::{Checker, REASON, USED};
use crate::finding::RuleMeta;
use crate::repl::Markdown;
use crate::report::visible;
use crate::settings::Settings;
use crate::yaml::Document;
use crate::{schema, settings};

/// Everything that can say a finding, sorted by id.
pub fn all() -> Vec<&'static RuleMeta> {
    let mut all = vec![&settings::META];
    all.extend(schema::rules());
    all.extend(crate::rules::all().iter().map(|rule| rule.meta()));
    all.extend([&REASON, &USED]);
    all.sort_by_key(|meta| meta.id);
    all
}

/// The ids.
pub(super) fn ids() -> Vec<&'static str> {
    all().into_iter().map(|meta| meta.id).collect()
}

/// The rule of an id, or what is wrong with the id.
pub(super) fn find(id: &str) -> Result<&'static RuleMeta, CliError> {
    let rules = all();
    if let Some(meta) = rules.iter().find(|meta| meta.id == id) {
        return Ok(meta);
    }
    let word = id.to_lowercase().replace('_', "-");
    let near = rules.iter().map(|meta| (strsim::damerau_levenshtein(&word, meta.id), meta.id)).min();
    let within: Vec<String> =
        rules.iter().filter(|meta| meta.id.contains(&word)).map(|meta| format!("`{}`", meta.id)).collect();
    let hint = match near {
        _ if !id.is_empty() && (1..=4).contains(&within.len()) => format!("did you mean {}?", within.join(" or ")),
        Some((distance, near)) if distance <= 3.max(id.len() / 3) => format!("did you mean `{near}`?"),
        _ => "`pipewright rules` lists them".to_owned(),
    };
    Err(CliError::usage(format!("no rule is called `{}`", visible(id))).hint(hint))
}

/// Writes the list, or the page of one rule.
pub(super) fn run(arguments: &Rules, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    match &arguments.id {
        Some(id) => {
            let (page, look) = (find(id)?.page, plain_look(global, world)?);
            if look.color {
                let mut markdown = Markdown::new(look);
                write!(world.out, "{}{}", markdown.feed(page), markdown.end())?;
            } else {
                write!(world.out, "{page}")?;
            }
        }
        None => {
            let (rules, checker) = (all(), Checker::new(settings(global, world)?));
            let width = rules.iter().map(|meta| meta.id.len()).max().unwrap_or(0);
            for meta in rules {
                let own = checker.settings().severities.get(meta.id).copied().flatten().unwrap_or(meta.severity);
                let (layer, severity) = (meta.layer.word(), if checker.is_off(meta.id) { "off" } else { own.word() });
                writeln!(world.out, "{:width$}  {layer:8}  {severity:7}  {}", meta.id, meta.summary)?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// The settings that a check would have here. A file that somebody has named has to be sound; what is wrong with the
/// repository's own is told by a check, and a list of rules may be what helps to mend it.
fn settings(global: &Global, world: &mut World<'_>) -> Result<Settings, CliError> {
    if global.config.is_some() || world.environment.contains_key("PIPEWRIGHT_CONFIG") {
        return Ok(Configuration::load(global, Overrides::default(), world)?.settings);
    }
    let text = repository_file(&world.directory).and_then(|path| files::read(&path).ok());
    Ok(text.map(|text| settings::read(&Document::read(text), &ids()).0).unwrap_or_default())
}
