//! What of a check was asked for: layers and rules, over what the settings say, and what is shown.

use super::args::Check;
use super::{CliError, Exit, rules};
use crate::check::{Checker, REASON, USED};
use crate::finding::{Finding, Layer, RuleMeta, Severity, Verdict};
use crate::settings::{self, Settings};

/// What the command line asks for.
pub(super) struct Choice<'a> {
    arguments: &'a Check,
    only: Vec<&'static RuleMeta>,
}

/// What a file came to, as far as a choice changes it.
pub(super) struct Outcome<'f> {
    pub(super) findings: &'f mut Vec<Finding>,
    pub(super) skipped: &'f mut Vec<(Layer, String)>,
    pub(super) verdict: &'f mut Verdict,
}

impl<'a> Choice<'a> {
    /// Reads the choice, and makes the settings follow it: the command line goes before them for what it names.
    pub(super) fn new(arguments: &'a Check, settings: &mut Settings) -> Result<Self, CliError> {
        let only: Vec<&RuleMeta> = arguments.only.iter().map(|id| rules::find(id)).collect::<Result<_, _>>()?;
        settings.policy |=
            arguments.layer.contains(&Layer::Policy) || only.iter().any(|meta| meta.layer == Layer::Policy);
        let named = |id: &str| only.iter().any(|meta| meta.id == id);
        settings.severities.retain(|id, severity| severity.is_some() || !named(id));
        Ok(Self { arguments, only })
    }

    fn layer(&self, layer: Layer) -> bool {
        let named = self.arguments.layer.is_empty() || self.arguments.layer.contains(&layer);
        named && (self.only.is_empty() || self.only.iter().any(|meta| meta.layer == layer))
    }

    fn rule(&self, id: &str, layer: Layer) -> bool {
        self.layer(layer) && (self.only.is_empty() || self.only.iter().any(|meta| meta.id == id))
    }

    /// The rules that decide on a pipeline file: those that were asked for and that the settings leave on.
    pub(super) fn rules(&self, checker: &Checker) -> Vec<&'static RuleMeta> {
        // Comments are looked at whatever the layers: they may allow a rule of any.
        let of_comments = |meta: &RuleMeta| [REASON.id, USED.id].contains(&meta.id) && !checker.is_off(meta.id);
        let runs = |meta: &RuleMeta| checker.checks(meta.id) || of_comments(meta);
        rules::all().into_iter().filter(|meta| self.rule(meta.id, meta.layer) && runs(meta)).collect()
    }

    /// The rules that decide on a settings file.
    pub(super) fn rules_of_settings(&self) -> Vec<&'static RuleMeta> {
        let all = [&settings::META].into_iter();
        all.filter(|meta| self.rule(meta.id, meta.layer)).collect()
    }

    /// What is said where no rule decides: a file is not accepted for want of a question.
    pub(super) fn nothing_left(&self) -> CliError {
        let error = |reason: String| CliError::usage(format!("no rule is left to check: {reason}"));
        match self.only.first() {
            Some(first) if self.rule(first.id, first.layer) => {
                error(format!("`{}` is about pipewright.yaml", first.id)).hint("name that file to check it")
            }
            Some(first) => error(format!("`{}` is a rule of the layer {}", first.id, first.layer.word()))
                .hint("leave `--layer` out, or name that layer"),
            None => error("the settings switch all of them off".to_owned())
                .hint("name a rule with `--only`, which goes before the settings, or take it out of `rules`"),
        }
    }

    /// Leaves what was asked for in a file, and tells what it comes to and how many of its findings are hidden.
    pub(super) fn apply(&self, file: Outcome<'_>) -> (Exit, usize) {
        if !self.arguments.layer.is_empty() || !self.only.is_empty() {
            file.findings.retain(|finding| self.rule(finding.rule, finding.layer));
            file.skipped.retain(|(layer, _)| self.layer(*layer));
            *file.verdict = Verdict::of(file.findings, file.skipped.is_empty());
        }
        let fails = |least: Severity| file.findings.iter().any(|finding| finding.severity >= least);
        let exit = match *file.verdict {
            Verdict::Incomplete => Exit::Undone,
            _ if self.arguments.fail_on.0.is_some_and(fails) => Exit::Found,
            _ => Exit::Fine,
        };
        let all = file.findings.len();
        file.findings.retain(|finding| finding.severity >= self.arguments.severity);
        (exit, all - file.findings.len())
    }
}
