//! The next call of the program, as hints show it: what of this one holds for it as well.

use super::args::Eval;
use crate::cli::args::{Global, REPAIRS};
use crate::text::{command, option, with};

/// The same call once more, with further options.
pub(super) fn same(global: &Global, more: &[&str]) -> String {
    command(&with(global.words.iter().map(String::as_str), more.iter().copied()))
}

/// The options of this call that hold for another one over the same suites: settings, and how a model is asked.
pub(super) fn options(global: &Global, arguments: Option<&Eval>) -> Vec<String> {
    let mut given: Vec<(&str, String)> = Vec::new();
    given.extend(global.config.iter().map(|path| ("--config", path.display().to_string())));
    if let Some(Eval { model, repairs, jobs, max_tokens, per_minute, .. }) = arguments {
        given.extend(model.model.iter().map(|name| ("--model", name.clone())));
        // One with a password in it is refused where a model is asked, and is for no report.
        let server = model.server.iter().filter(|url| !url.contains('@'));
        given.extend(server.map(|url| ("--server", url.clone())));
        given.extend(model.timeout.iter().map(|seconds| ("--timeout", seconds.to_string())));
        given.extend(model.api.iter().map(|api| ("--api", api.word().to_owned())));
        given.extend((*repairs != REPAIRS).then(|| ("--repairs", repairs.to_string())));
        given.extend((*jobs != 1).then(|| ("--jobs", jobs.to_string())));
        given.extend(max_tokens.iter().map(|tokens| ("--max-tokens", tokens.to_string())));
        given.extend(per_minute.iter().map(|requests| ("--per-minute", requests.to_string())));
    }
    given.into_iter().flat_map(|(name, value)| option(name, &value)).collect()
}
