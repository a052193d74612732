//! `pipewright rules`: the list, or one page.

use super::args::{Global, Rules};
use super::config::plain_look;
use super::{CliError, Exit, World};
use crate::check::{REASON, USED};
use crate::finding::RuleMeta;
use crate::repl::Markdown;
use crate::report::visible;
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
            let rules = all();
            let width = rules.iter().map(|meta| meta.id.len()).max().unwrap_or(0);
            for meta in rules {
                let (layer, severity) = (meta.layer.word(), meta.severity.word());
                writeln!(world.out, "{:width$}  {layer:8}  {severity:7}  {}", meta.id, meta.summary)?;
            }
        }
    }
    Ok(Exit::Fine)
}
