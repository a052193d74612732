//! `runner-label`: `runs-on` names a runner of your own by `self.hosted`.

use super::site::Told;

use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("runner-label", Warning, "`runs-on` has no `self.hosted` label");

pub(super) struct RunnerLabel;

impl Rule for RunnerLabel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let sites = flow.steps();
        let all = flow.file.option("runs-on").into_iter();
        for runs_on in all.chain(sites.iter().filter_map(|site| site.step.get("runs-on"))) {
            let labels: Vec<_> = if runs_on.is_sequence() { runs_on.items().collect() } else { vec![runs_on] };
            let named = labels.iter().any(|label| label.text().is_some_and(|text| text.starts_with("self.hosted")));
            let Some(first) = labels.first().filter(|first| first.text().is_some_and(|text| !text.is_empty())) else {
                continue;
            };
            if !named && told.first(first.span()) {
                let text = first.text().unwrap_or("");
                let hosted = ["ubuntu-", "macos-", "windows-"].iter().any(|system| text.starts_with(system));
                let message = if hosted {
                    format!(
                        "`{text}` is a machine of GitHub; `runs-on` is for runners of your own, which have `self.hosted`"
                    )
                } else {
                    "`runs-on` is for runners of your own, and has no `self.hosted` label".to_owned()
                };
                out.violated(first.span(), message)
                    .help("write `[self.hosted, linux]` and labels of your own, or remove it to run in the cloud")
                    .through(runs_on);
            }
        }
    }
}
