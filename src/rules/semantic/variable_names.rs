//! The variables that Bitbucket sets, and names that are taken for one of them.

/// What Bitbucket sets for a run; all of them begin with the reserved `BITBUCKET_`.
const OWN: [&str; 39] = [
    "BITBUCKET_BOOKMARK",
    "BITBUCKET_BRANCH",
    "BITBUCKET_BUILD_NUMBER",
    "BITBUCKET_CLONE_DIR",
    "BITBUCKET_COMMIT",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT",
    "BITBUCKET_DEPLOYMENT_ENVIRONMENT_UUID",
    "BITBUCKET_DOCKER_HOST_INTERNAL",
    "BITBUCKET_EXIT_CODE",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BITBUCKET_GIT_SSH_ORIGIN",
    "BITBUCKET_PARALLEL_STEP",
    "BITBUCKET_PARALLEL_STEP_COUNT",
    "BITBUCKET_PIPELINES_VARIABLES_PATH",
    "BITBUCKET_PIPELINE_UUID",
    "BITBUCKET_PIPE_SHARED_STORAGE_DIR",
    "BITBUCKET_PIPE_STORAGE_DIR",
    "BITBUCKET_PROJECT_KEY",
    "BITBUCKET_PROJECT_UUID",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BITBUCKET_PR_DESTINATION_COMMIT",
    "BITBUCKET_PR_ID",
    "BITBUCKET_REPO_FULL_NAME",
    "BITBUCKET_REPO_IS_PRIVATE",
    "BITBUCKET_REPO_OWNER",
    "BITBUCKET_REPO_OWNER_UUID",
    "BITBUCKET_REPO_SLUG",
    "BITBUCKET_REPO_UUID",
    "BITBUCKET_SSH_KEY_FILE",
    "BITBUCKET_STEP_NAME",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BITBUCKET_STEP_RUN_NUMBER",
    "BITBUCKET_STEP_TRIGGERER_UUID",
    "BITBUCKET_STEP_UUID",
    "BITBUCKET_TAG",
    "BITBUCKET_TRIGGER_DEPLOYMENT_STATUS",
    "BITBUCKET_TRIGGER_PIPELINE_STATUS",
    "BITBUCKET_WORKSPACE",
    "BITBUCKET_WORKSPACE_UUID",
];

/// What tells of a run on another system, whose it is, and what stands for it here. Names that a person may keep among the
/// variables of a repository (`GITHUB_TOKEN`, `CI_REGISTRY`) are none of these.
const FOREIGN: [(&[&str], &str, &str); 49] = [
    (&["GITHUB_SHA"], GITHUB, "BITBUCKET_COMMIT"),
    (&["GITHUB_HEAD_REF"], GITHUB, "BITBUCKET_BRANCH"),
    (&["GITHUB_REF", "GITHUB_REF_NAME"], GITHUB, BRANCH_OR_TAG),
    (&["GITHUB_BASE_REF"], GITHUB, "BITBUCKET_PR_DESTINATION_BRANCH"),
    (&["GITHUB_RUN_NUMBER", "GITHUB_RUN_ID"], GITHUB, "BITBUCKET_BUILD_NUMBER"),
    (&["GITHUB_WORKSPACE"], GITHUB, "BITBUCKET_CLONE_DIR"),
    (&["GITHUB_REPOSITORY"], GITHUB, "BITBUCKET_REPO_FULL_NAME"),
    (&["GITHUB_ENV", "GITHUB_OUTPUT"], GITHUB, "BITBUCKET_PIPELINES_VARIABLES_PATH"),
    (&["RUNNER_OS", "RUNNER_TEMP"], GITHUB, ""),
    (&["CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA"], GITLAB, "BITBUCKET_COMMIT"),
    (&["CI_COMMIT_BRANCH"], GITLAB, "BITBUCKET_BRANCH"),
    (&["CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG"], GITLAB, BRANCH_OR_TAG),
    (&["CI_COMMIT_TAG"], GITLAB, "BITBUCKET_TAG"),
    (&["CI_PIPELINE_ID", "CI_PIPELINE_IID", "CI_JOB_ID"], GITLAB, "BITBUCKET_BUILD_NUMBER"),
    (&["CI_PROJECT_DIR"], GITLAB, "BITBUCKET_CLONE_DIR"),
    (&["CI_MERGE_REQUEST_IID"], GITLAB, "BITBUCKET_PR_ID"),
    (&["CI_ENVIRONMENT_NAME"], GITLAB, "BITBUCKET_DEPLOYMENT_ENVIRONMENT"),
    (&["CI_DEFAULT_BRANCH", "CI_JOB_TOKEN", "CI_JOB_NAME"], GITLAB, ""),
    (&["CI_REGISTRY_IMAGE"], GITLAB, ""),
    (&["TRAVIS_COMMIT"], "Travis CI", "BITBUCKET_COMMIT"),
    (&["TRAVIS_BRANCH"], "Travis CI", "BITBUCKET_BRANCH"),
    (&["TRAVIS_TAG"], "Travis CI", "BITBUCKET_TAG"),
    (&["TRAVIS_BUILD_NUMBER", "TRAVIS_BUILD_ID"], "Travis CI", "BITBUCKET_BUILD_NUMBER"),
    (&["TRAVIS_BUILD_DIR"], "Travis CI", "BITBUCKET_CLONE_DIR"),
    (&["TRAVIS_PULL_REQUEST"], "Travis CI", "BITBUCKET_PR_ID"),
    (&["TRAVIS_REPO_SLUG"], "Travis CI", "BITBUCKET_REPO_FULL_NAME"),
    (&["DRONE_COMMIT", "DRONE_COMMIT_SHA"], "Drone", "BITBUCKET_COMMIT"),
    (&["DRONE_BRANCH", "DRONE_COMMIT_BRANCH"], "Drone", "BITBUCKET_BRANCH"),
    (&["DRONE_TAG"], "Drone", "BITBUCKET_TAG"),
    (&["DRONE_BUILD_NUMBER"], "Drone", "BITBUCKET_BUILD_NUMBER"),
    (&["DRONE_PULL_REQUEST"], "Drone", "BITBUCKET_PR_ID"),
    (&["CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_SOURCE_VERSION"], "AWS CodeBuild", "BITBUCKET_COMMIT"),
    (&["CODEBUILD_BUILD_NUMBER", "CODEBUILD_BUILD_ID"], "AWS CodeBuild", "BITBUCKET_BUILD_NUMBER"),
    (&["BUILD_SOURCEVERSION"], AZURE, "BITBUCKET_COMMIT"),
    (&["BUILD_SOURCEBRANCH", "BUILD_SOURCEBRANCHNAME"], AZURE, BRANCH_OR_TAG),
    (&["BUILD_BUILDID", "BUILD_BUILDNUMBER"], AZURE, "BITBUCKET_BUILD_NUMBER"),
    (
        &["BUILD_SOURCESDIRECTORY", "SYSTEM_DEFAULTWORKINGDIRECTORY", "BUILD_REPOSITORY_LOCALPATH"],
        AZURE,
        "BITBUCKET_CLONE_DIR",
    ),
    (&["BUILD_REPOSITORY_NAME"], AZURE, "BITBUCKET_REPO_FULL_NAME"),
    (&["SYSTEM_PULLREQUEST_PULLREQUESTID"], AZURE, "BITBUCKET_PR_ID"),
    (&["BUILD_ARTIFACTSTAGINGDIRECTORY", "SYSTEM_ACCESSTOKEN"], AZURE, ""),
    (&["BUILDKITE_COMMIT"], "Buildkite", "BITBUCKET_COMMIT"),
    (&["BUILDKITE_BRANCH"], "Buildkite", "BITBUCKET_BRANCH"),
    (&["BUILDKITE_TAG"], "Buildkite", "BITBUCKET_TAG"),
    (&["BUILDKITE_BUILD_NUMBER"], "Buildkite", "BITBUCKET_BUILD_NUMBER"),
    (&["BUILDKITE_PULL_REQUEST"], "Buildkite", "BITBUCKET_PR_ID"),
    (&["CIRCLE_SHA1"], "CircleCI", "BITBUCKET_COMMIT"),
    (&["CIRCLE_BRANCH"], "CircleCI", "BITBUCKET_BRANCH"),
    (&["CIRCLE_TAG"], "CircleCI", "BITBUCKET_TAG"),
    (&["CIRCLE_BUILD_NUM"], "CircleCI", "BITBUCKET_BUILD_NUMBER"),
];

const GITHUB: &str = "GitHub Actions";
const AZURE: &str = "Azure Pipelines";
const GITLAB: &str = "GitLab CI";
const BRANCH_OR_TAG: &str = "BITBUCKET_BRANCH` or `$BITBUCKET_TAG";

/// Why nothing sets a variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unset {
    /// It is spelt almost as this one.
    Misspelt(&'static str),
    /// It is this one, and what comes after it was read as the end of the name.
    RunsOn(&'static str),
    /// Another system sets it: which, and what stands for it here.
    Foreign(&'static str, &'static str),
    /// It is spelt as Bitbucket's are, after another system's; what it may mean here.
    Invented(&'static str),
    /// It tells of a run, in Bitbucket's way, and Bitbucket has no such one; the next edit. A person may have set it.
    Vague(&'static str),
}

/// Whether a name may be one of these, told without a table.
pub(super) fn may_be(name: &str) -> bool {
    ["BIT", "GITHUB_", "CI_", "CIRCLE_", "TRAVIS_", "DRONE_", "CODEBUILD_", "BUILD", "RUNNER_", "SYSTEM_"]
        .iter()
        .any(|begin| name.starts_with(begin))
}

/// Why nothing but the script itself or a person can have set this variable; `None` where they may well have.
pub(super) fn unset(name: &str) -> Option<Unset> {
    if OWN.contains(&name) {
        return None;
    }
    if let Some(own) = invented(name) {
        return Some(Unset::Invented(own));
    }
    if let Some((_, whose, own)) = FOREIGN.iter().find(|(names, ..)| names.contains(&name)) {
        return Some(Unset::Foreign(whose, own));
    }
    if !name.starts_with("BIT") {
        return None;
    }
    let ends = |own: &&&str| {
        let end = name.strip_prefix(**own).and_then(|rest| rest.strip_prefix('_'));
        end.is_some_and(|end| !end.contains(|c: char| c.is_ascii_uppercase()))
    };
    if let Some(own) = OWN.iter().filter(ends).max_by_key(|own| own.len()) {
        return Some(Unset::RunsOn(own));
    }
    if let Some(slip) = misspelt(name) {
        return Some(slip);
    }
    tells_of_run(name).then(|| Unset::Vague(next_to(name)))
}

/// The variable of which a name is a slip.
fn misspelt(name: &str) -> Option<Unset> {
    let alike = OWN.iter().filter(|own| own.len().abs_diff(name.len()) <= 2 && may_be_near(own, name));
    let near = alike.map(|own| (strsim::damerau_levenshtein(own, name), *own)).min();
    let (distance, own) = near?;
    // A short name has many neighbours: `BITBUCKET_TEAM` is nobody's `BITBUCKET_TAG`.
    let most = if own.len() > "BITBUCKET_BRANC".len() { 2 } else { 1 };
    (distance <= most).then_some(Unset::Misspelt(own))
}

/// Whether two names may be two edits apart, told by how often each letter stands in them: to measure costs a hundred times more.
fn may_be_near(one: &str, other: &str) -> bool {
    let mut counts = [0_i32; 32];
    one.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    other.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    // An edit changes two counts at most.
    counts.iter().map(|count| count.abs()).sum::<i32>() <= 4
}

/// Words for what changes from run to run, which nobody keeps among a repository's variables.
const OF_RUNS: [&str; 12] =
    ["COMMIT", "BRANCH", "TAG", "PR", "PULL", "STEP", "BUILD", "PIPELINE", "JOB", "REF", "EVENT", "TRIGGER"];

/// Words for what such a thing has.
const OF_THINGS: [&str; 33] = [
    "AUTHOR",
    "ACTOR",
    "BASE",
    "COMMITTER",
    "DATE",
    "DEFAULT",
    "DESCRIPTION",
    "DESTINATION",
    "EMAIL",
    "HASH",
    "HEAD",
    "ID",
    "LINK",
    "MAIN",
    "MESSAGE",
    "MSG",
    "NAME",
    "NUMBER",
    "PARENT",
    "PREVIOUS",
    "REPO",
    "REPOSITORY",
    "REQUEST",
    "SHA",
    "SHORT",
    "SOURCE",
    "STATUS",
    "SUBJECT",
    "TARGET",
    "TIME",
    "TITLE",
    "TYPE",
    "URL",
];

/// Whether a name is made of words for a run and what it has alone: `BITBUCKET_COMMIT_AUTHOR`, and not `BITBUCKET_BRANCH_TOKEN`.
fn tells_of_run(name: &str) -> bool {
    let Some(words) = name.strip_prefix("BITBUCKET_") else { return false };
    let of_run = |word: &str| OF_RUNS.contains(&word);
    words.split('_').any(of_run) && words.split('_').all(|word| of_run(word) || OF_THINGS.contains(&word))
}

/// What to write for such a name.
fn next_to(name: &str) -> &'static str {
    let has = |word: &str| name.split('_').any(|own| own == word);
    match () {
        () if has("MESSAGE") || has("MSG") || has("SUBJECT") => "ask git: `$(git log -1 --format=%s)`",
        () if has("EMAIL") && has("COMMIT") => "ask git: `$(git log -1 --format=%ae)`",
        () if has("AUTHOR") && !has("PR") => "ask git: `$(git log -1 --format=%an)`",
        () if has("STATUS") => "use `$BITBUCKET_EXIT_CODE` in `after-script`",
        () if has("DEFAULT") || has("MAIN") => "write the branch's name",
        () if has("URL") => "put it together: `https://bitbucket.org/$BITBUCKET_REPO_FULL_NAME/…`",
        () => "set it in the script before it is read",
    }
}

/// What a name that Bitbucket never had may mean.
fn invented(name: &str) -> Option<&'static str> {
    match name {
        "BITBUCKET_REF" | "BITBUCKET_REF_NAME" => Some(BRANCH_OR_TAG),
        "BITBUCKET_SHA" | "BITBUCKET_COMMIT_SHA" | "BITBUCKET_COMMIT_HASH" | "BITBUCKET_COMMIT_ID" => {
            Some("BITBUCKET_COMMIT")
        }
        "BITBUCKET_COMMIT_SHORT"
        | "BITBUCKET_SHORT_COMMIT"
        | "BITBUCKET_COMMIT_SHORT_SHA"
        | "BITBUCKET_SHORT_SHA"
        | "BITBUCKET_COMMIT_SHORT_HASH" => Some("{BITBUCKET_COMMIT::8}"),
        "BITBUCKET_BRANCH_NAME" | "BITBUCKET_SOURCE_BRANCH" | "BITBUCKET_PR_SOURCE_BRANCH" | "BITBUCKET_PR_BRANCH" => {
            Some("BITBUCKET_BRANCH")
        }
        "BITBUCKET_TAG_NAME" | "BITBUCKET_REPO_TAG" => Some("BITBUCKET_TAG"),
        "BITBUCKET_BUILD_ID" | "BITBUCKET_BUILD_NUM" | "BITBUCKET_PIPELINE_NUMBER" => Some("BITBUCKET_BUILD_NUMBER"),
        "BITBUCKET_REPOSITORY_SLUG" | "BITBUCKET_REPO_NAME" | "BITBUCKET_REPOSITORY_NAME" => {
            Some("BITBUCKET_REPO_SLUG")
        }
        "BITBUCKET_REPOSITORY" => Some("BITBUCKET_REPO_FULL_NAME"),
        "BITBUCKET_TARGET_BRANCH" | "BITBUCKET_PR_TARGET_BRANCH" => Some("BITBUCKET_PR_DESTINATION_BRANCH"),
        "BITBUCKET_PR_NUMBER" | "BITBUCKET_PULL_REQUEST_ID" => Some("BITBUCKET_PR_ID"),
        "BITBUCKET_EVENT_NAME" => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{OWN, Unset, unset};

    #[test]
    fn a_name_is_taken_for_the_one_that_was_meant() {
        for (name, meant) in [
            ("BITBUCKET_COMIT", "BITBUCKET_COMMIT"),
            ("BITBUCKET_BRACNH", "BITBUCKET_BRANCH"),
            ("BITBUKET_TAG", "BITBUCKET_TAG"),
            ("BITBUCKET_BUILDNUMBER", "BITBUCKET_BUILD_NUMBER"),
        ] {
            assert_eq!(unset(name), Some(Unset::Misspelt(meant)), "{name}");
        }
        for name in ["BITBUCKET_COMMIT_", "BITBUCKET_COMMIT_latest"] {
            assert_eq!(unset(name), Some(Unset::RunsOn("BITBUCKET_COMMIT")), "{name}");
        }
        assert_eq!(unset("GITHUB_SHA"), Some(Unset::Foreign("GitHub Actions", "BITBUCKET_COMMIT")));
        assert_eq!(unset("TRAVIS_TAG"), Some(Unset::Foreign("Travis CI", "BITBUCKET_TAG")));
        assert_eq!(unset("BITBUCKET_SHA"), Some(Unset::Invented("BITBUCKET_COMMIT")));
        assert_eq!(unset("BITBUCKET_COMMIT_SHORT"), Some(Unset::Invented("{BITBUCKET_COMMIT::8}")));
    }

    #[test]
    fn what_tells_of_a_run_and_is_none_of_bitbuckets_is_vague() {
        for name in
            ["BITBUCKET_COMMIT_MESSAGE", "BITBUCKET_COMMIT_AUTHOR", "BITBUCKET_PR_TITLE", "BITBUCKET_DEFAULT_BRANCH"]
        {
            assert!(matches!(unset(name), Some(Unset::Vague(_))), "{name}");
        }
        assert_eq!(unset("BITBUCKET_REPO_NAME"), Some(Unset::Invented("BITBUCKET_REPO_SLUG")));
        assert_eq!(unset("BITBUCKET_PR_SOURCE_BRANCH"), Some(Unset::Invented("BITBUCKET_BRANCH")));
    }

    #[test]
    fn what_a_person_may_have_set_is_not_judged() {
        for name in [
            "BITBUCKET_TOKEN",
            "BITBUCKET_TEAM",
            "BITBUCKET_REPO",
            "BITBUCKET_URL",
            "BITBUCKET_PR_TOKEN",
            "BITBUCKET_USERNAME",
            "BITBUCKET_APP_PASSWORD",
            "BITBUCKET_BRANCH_LOWER",
            "BITBUCKET_GIT_TOKEN",
            "BITNAMI_TAG",
            "GITHUB_TOKEN",
            "CI_REGISTRY",
            "BUILD_NUMBER",
            "DRONE_TOKEN",
            "CI",
        ] {
            assert_eq!(unset(name), None, "{name}");
        }
        assert!(OWN.iter().all(|own| unset(own).is_none()));
    }
}
