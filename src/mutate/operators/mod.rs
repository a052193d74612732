//! The ways to make a file worse, each with the rules that are there for it.

mod commands;
mod gates;
mod images;
mod selectors;
mod writing;

use super::subject::{Edits, Subject};

/// A way to make a file worse.
pub struct Operator {
    /// Its name.
    pub id: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The rules of which one has to say so.
    pub rules: &'static [&'static str],
    /// The changes, one list for each place.
    pub(super) make: fn(&Subject<'_>) -> Vec<Edits>,
}

const fn operator(
    id: &'static str,
    about: &'static str,
    rules: &'static [&'static str],
    make: fn(&Subject<'_>) -> Vec<Edits>,
) -> Operator {
    Operator { id, about, rules, make }
}

/// All operators, in the order in which they are told.
pub static OPERATORS: &[Operator] = &[
    operator("gate-dropped", "no gate is left before production", &["manual-production"], gates::dropped),
    operator("gate-skippable", "the gate before production gets a condition", &["manual-production"], gates::skippable),
    operator("gate-on-staging", "a person has to let main onto staging", &["automatic-staging"], gates::on_staging),
    operator("first-step-by-hand", "a pipeline begins with a gate", &["automatic-first-step"], gates::first_step),
    operator(
        "environment-undeclared",
        "a deploying step loses its `deployment`",
        &["declared-environment"],
        gates::undeclared,
    ),
    operator(
        "environment-key",
        "`deployment` becomes `environment`",
        &["declared-environment"],
        gates::environment_key,
    ),
    operator("production-becomes-staging", "a release goes to staging", &["release-flow"], gates::to_staging),
    operator(
        "staging-becomes-production",
        "main goes to production",
        &["production-from-release-tag"],
        gates::main_to_production,
    ),
    operator(
        "candidate-to-production",
        "a candidate goes to production",
        &["production-from-release-tag"],
        gates::candidate_to_production,
    ),
    operator("tag-any", "`release-*` becomes `*`", &["tag-prefix"], selectors::any_tag),
    operator("tag-version", "`release-*` becomes `v*`", &["tag-prefix"], selectors::version_tag),
    operator("tag-upper", "`rc-*` becomes `RC-*`", &["tag-prefix"], selectors::upper_tag),
    operator("tag-also", "`rc-*` becomes `{rc-*,v*}`", &["tag-prefix"], selectors::also_tag),
    operator(
        "candidate-lost",
        "the pipeline of candidates becomes a second one of releases",
        &["release-flow"],
        selectors::candidate_lost,
    ),
    operator(
        "release-as-candidate",
        "the pipeline of releases takes candidates",
        &["production-from-release-tag", "release-flow"],
        selectors::release_as_candidate,
    ),
    operator("branch-develop", "`main` becomes `develop`", &["trunk-only"], selectors::develop),
    operator("branch-release", "`main` becomes `release/*`", &["trunk-only"], selectors::release_branch),
    operator("branch-also", "`main` becomes `{main,develop}`", &["trunk-only"], selectors::also_develop),
    operator("branch-other", "`main` becomes `master`", &["release-flow"], selectors::master),
    operator(
        "production-by-hand",
        "the pipeline of releases becomes a custom one",
        &["production-from-release-tag", "release-flow"],
        selectors::custom,
    ),
    operator("rebuild", "a tag builds instead of retagging", &["build-once"], images::rebuild),
    operator("rebuild-beside", "a tag retags and builds again", &["build-once"], images::rebuild_beside),
    operator("build-twice", "main builds the image twice", &["build-once"], images::build_twice),
    operator("retag-dropped", "a tag deploys without a retag", &["retag-not-rebuild"], images::retag_dropped),
    operator("retag-from-latest", "a tag promotes `latest`", &["promote-by-commit"], images::from_latest),
    operator(
        "retag-from-branch",
        "a tag promotes what a branch is called",
        &["promote-by-commit"],
        images::from_branch,
    ),
    operator("retag-from-run", "a tag promotes by the number of the run", &["promote-by-commit"], images::from_run),
    operator("retag-cut", "a tag promotes by seven digits of the commit", &["promote-by-commit"], images::cut),
    operator(
        "push-by-run",
        "main pushes by the number of the run",
        &["promote-by-commit", "deploy-what-was-promoted"],
        images::push_by_run,
    ),
    operator("deploy-latest", "`latest` is deployed", &["deploy-what-was-promoted"], images::deploy_latest),
    operator(
        "deploy-other",
        "another image than the promoted one is deployed",
        &["deploy-what-was-promoted"],
        images::deploy_other,
    ),
    operator("deploy-hidden", "a script that is not at hand deploys", &["visible-script"], commands::hidden),
    operator("secret-inline", "a password stands in a script", &["no-inline-secret"], commands::secret),
    operator("secret-key", "a private key stands in a script", &["no-inline-secret"], commands::key),
    operator("secret-url", "a password stands in an address", &["no-inline-secret"], commands::address),
    operator("develop-in-script", "a script merges into develop", &["trunk-only"], commands::merge),
    operator("pipe-unpinned", "a pipe loses its version", &["pinned-pipe"], writing::pipe),
    operator("image-unpinned", "an image becomes `latest`", &["pinned-image"], writing::image),
    operator("service-unknown", "a service that nobody defines", &["known-service"], writing::service),
    operator("docker-lost", "a building step loses its docker service", &["docker-service"], writing::docker),
    operator("keyword-misspelt", "`script` becomes `scripts`", &["known-key", "required-key"], writing::keyword),
    operator("command-owed", "a script ends with `&&`", &["readable-script"], writing::owed),
    operator(
        "allowed-without-reason",
        "a rule is allowed with no reason",
        &["suppression-reason"],
        writing::suppression,
    ),
];
