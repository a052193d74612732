//! `runner-label`: `runs-on` names a runner of your own by `self.hosted`.

use super::site::Told;

use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta = meta!("runner-label", Warning, "no runner has the labels of `runs-on`, or any has them");

/// The first words of the labels that Bitbucket gives runners by their systems: `linux.shell` is one of Linux.
const SYSTEMS: [&str; 3] = ["linux", "windows", "macos"];

pub(super) struct RunnerLabel;

impl Rule for RunnerLabel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let sites = flow.steps();
        // A child step can have none, which is told as that.
        let all = flow.file.option("runs-on").into_iter();
        for runs_on in
            all.chain(sites.iter().filter(|site| !site.step.is_child()).filter_map(|site| site.step.get("runs-on")))
        {
            let labels: Vec<_> = if runs_on.is_sequence() { runs_on.items().collect() } else { vec![runs_on] };
            let named = labels.iter().any(|label| label.text().is_some_and(|text| text.starts_with("self.hosted")));
            let Some(first) = labels.first().filter(|first| first.text().is_some_and(|text| !text.is_empty())) else {
                continue;
            };
            if named {
                self.of_systems(runs_on, &labels, &mut told, out);
            } else if told.first(first.span()) {
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

impl RunnerLabel {
    /// Tells of labels of two systems, and of none at all.
    fn of_systems(&self, runs_on: Node<'_>, labels: &[Node<'_>], told: &mut Told, out: &mut Findings<'_>) {
        let system = |label: &Node<'_>| {
            let first = label.text()?.split('.').next()?;
            SYSTEMS.iter().find(|system| first == **system).copied()
        };
        let named: Vec<(Node<'_>, &str)> = labels.iter().filter_map(|label| Some((*label, system(label)?))).collect();
        let other = named.iter().find(|(_, system)| named.first().is_some_and(|(_, first)| first != system));
        if let (Some((_, first)), Some((label, second))) = (named.first(), other) {
            if told.first(label.span()) {
                let message =
                    format!("no runner is of `{first}` and of `{second}`, and a step needs one with all labels");
                out.violated(label.span(), message)
                    .help("keep one system, and give the other a step of its own")
                    .through(runs_on);
            }
            return;
        }
        // A label of one's own may be on runners of one system only.
        let alone = labels.iter().all(|label| label.text() == Some("self.hosted"));
        if let Some(label) = labels.first().filter(|label| alone && told.first(label.span())) {
            out.violated(label.span(), "`self.hosted` alone takes any runner of yours, of whatever system")
                .severity(Severity::Note)
                .help("name the system too, such as `[self.hosted, linux]`, where you have runners of several")
                .through(runs_on);
        }
    }
}
