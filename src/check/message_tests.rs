//! What findings say: the words that tell a reader which edit is next.

use super::Checker;
use crate::finding::{Finding, Layer};
use crate::settings::Settings;

/// The findings of a rule in a file with one step on main and what follows it.
fn said(rule: &str, main: &str, more: &str) -> Vec<Finding> {
    let text = format!("image: a:1\npipelines:\n  branches:\n    main:\n{main}{more}");
    let found = Checker::new(Settings::default()).check(text).findings;
    found.into_iter().filter(|finding| finding.rule == rule).collect()
}

fn step(more: &str, commands: &[&str]) -> String {
    let lines: String = commands.iter().map(|command| format!("            - {command}\n")).collect();
    format!("      - step:\n          name: Go{more}\n          script:\n{lines}")
}

const BUILD: [&str; 2] = ["docker build -t r/x:${BITBUCKET_COMMIT::8} .", "docker push r/x:${BITBUCKET_COMMIT::8}"];

#[test]
fn the_next_edit_names_the_image_as_main_pushes_it() {
    let tag = format!("  tags:\n    rc-*:\n{}", step("", &["crane tag r/x:${BITBUCKET_COMMIT::7} $BITBUCKET_TAG"]));
    let found = said("promote-by-commit", &step("", &BUILD), &tag);
    let help = "promote the image of the commit: `r/x:${BITBUCKET_COMMIT::8}`, as main pushes it";
    assert_eq!(found[0].help.as_deref(), Some(help));
    let deploys =
        ["crane tag r/x:${BITBUCKET_COMMIT::8} $BITBUCKET_TAG", "kubectl set image d/x x=r/x:${BITBUCKET_TAG#rc-}"];
    let tag = format!("  tags:\n    rc-*:\n{}", step("\n          deployment: staging", &deploys));
    let found = said("deploy-what-was-promoted", &step("", &BUILD), &tag);
    assert_eq!(found[0].help.as_deref(), Some("deploy what was retagged: `r/x:$BITBUCKET_TAG`"));
}

#[test]
fn a_retag_of_what_the_tag_builds_is_told_as_such() {
    let commands = [
        "docker build -t x .",
        "docker tag x r/x:$BITBUCKET_TAG",
        "docker push r/x:$BITBUCKET_TAG",
        "kubectl set image d/x x=r/x:$BITBUCKET_TAG",
    ];
    let tag = format!("  tags:\n    rc-*:\n{}", step("\n          deployment: staging", &commands));
    let found = said("retag-not-rebuild", &step("", &BUILD), &tag);
    assert!(
        found[0].message.ends_with("which names what this pipeline builds, not what main built"),
        "{}",
        found[0].message
    );
}

#[test]
fn a_doubt_shows_what_is_not_followed() {
    let main = step(
        "\n          deployment: staging",
        &[
            "./ci/image.sh $X",
            "docker build -t r/y:$BITBUCKET_COMMIT .",
            "kubectl set image d/x x=r/x:$BITBUCKET_COMMIT",
        ],
    );
    let found = said("deploy-what-was-promoted", &main, "");
    assert_eq!(found[0].message, "whether `r/x:$BITBUCKET_COMMIT` is what was built can't be told");
    assert_eq!(found[0].related[0].message, "`./ci/image.sh` is not followed");
    assert_eq!(found[0].help.as_deref(), Some("show its commands in the file, or keep the script in the repository"));
}

#[test]
fn one_line_works_with_one_branch() {
    let back = "git checkout develop && git merge main && git push origin develop";
    assert_eq!(said("trunk-only", &step("", &[back]), "").len(), 1);
    for command in [
        "git switch -c release/$VERSION",
        "git worktree add ../old release/1.x",
        "git worktree add -b release/$VERSION ../next main",
        "git worktree add ../releases",
        "if [[ $BITBUCKET_BRANCH =~ ^release/ ]]; then make; fi",
        "if [[ \"$BITBUCKET_BRANCH\" =~ ^(main|develop)$ ]]; then make; fi",
        "if echo $BITBUCKET_BRANCH | grep -qE '^release/'; then make; fi",
    ] {
        let command = format!("'{}'", command.replace('\'', "''"));
        assert_eq!(said("trunk-only", &step("", &[&command]), "").len(), 1, "{command}");
    }
    for command in [
        "git switch main",
        "git worktree add releases main",
        "git worktree add --detach ../releases",
        "if [[ $BITBUCKET_BRANCH =~ ^feature/release ]]; then make; fi",
        "if [[ $BITBUCKET_BRANCH =~ ^[a-z]+/[0-9]+ ]]; then make; fi",
        "if [[ $BITBUCKET_TAG =~ ^release- ]]; then make; fi",
        "if echo $BITBUCKET_BRANCH | grep -q release notes.txt; then make; fi",
    ] {
        let command = format!("'{}'", command.replace('\'', "''"));
        assert_eq!(said("trunk-only", &step("", &[&command]), "").len(), 0, "{command}");
    }
    assert_eq!(said("trunk-only", &step("", &["git checkout develop", "git push origin develop"]), "").len(), 2);
}

#[test]
fn a_copy_of_the_branch_is_compared_too() {
    let compares = |name: &str| {
        let test = format!("if [[ \"${name}\" == \"release\"* ]]; then date; fi");
        said("trunk-only", &step("", &["BRANCH=$BITBUCKET_BRANCH", "OTHER=main", &test]), "").len()
    };
    assert_eq!((compares("BRANCH"), compares("OTHER")), (1, 0));
}

#[test]
fn a_printed_secret_is_told_where_its_name_stands() {
    let found = said("no-inline-secret", &step("", &["'echo \"$HOME and ${API_TOKEN} go\"'"]), "");
    assert_eq!(found[0].message, "`$API_TOKEN` is written to the log");
    let line = "            - 'echo \"$HOME and ";
    let before =
        "image: a:1\npipelines:\n  branches:\n    main:\n      - step:\n          name: Go\n          script:\n";
    assert_eq!((found[0].span.start, found[0].span.len()), (before.len() + line.len(), "${API_TOKEN}".len()));
}

#[test]
fn an_environment_that_a_variable_names_is_not_guessed() {
    let says = |command: &str, message: &str| {
        let found = said("release-flow", &step("", &["docker build -t r/x:1 .", command]), "");
        assert!(found.iter().any(|finding| finding.message == message), "{found:?}");
    };
    let doubt = "whether a push to main deploys to staging can't be told: `$STAGE` names the environment";
    says("serverless deploy --stage $STAGE", doubt);
    let unnamed = "whether a push to main deploys to staging can't be told: `serverless deploy` names no environment";
    says("serverless deploy --stage $X", unnamed);
    let taken =
        "whether a push to main deploys to staging can't be told: `acmectl` takes the image and is not understood";
    says("docker push r/x:1\n            - acmectl roll r/x:1", taken);
    says("acmectl roll r/x:1", "a push to main never deploys to staging");
    let unknown = "`Go` may deploy to staging; its commands are not followed and it declares no environment";
    says("npx @acme/cli deploy", unknown);
}

#[test]
fn an_image_in_a_clone_that_is_pushed_may_be_deployed_from_there() {
    let commands =
        ["git clone https://h/env.git env", "cd env", "kustomize edit set image x=r/x:$BITBUCKET_COMMIT", "git push"];
    let found = said("declared-environment", &step("", &commands), "");
    assert!(found[0].message.starts_with("whether the image of `kustomize edit set image` is deployed"), "{found:?}");
    assert!(said("declared-environment", &step("", &commands[1..]), "").is_empty());
    assert!(said("declared-environment", &step("\n          deployment: test", &commands), "").is_empty());
}

#[test]
fn words_before_the_file_are_told() {
    let check = |text: &str| {
        let found = Checker::new(Settings::default()).check(text).findings;
        found.first().map(|first| (first.rule, first.message.clone(), first.span.start))
    };
    let prose = |line: usize, at| Some(("readable-yaml", format!("line {line} is text, not `key: value`"), at));
    assert_eq!(check("Point via workspace\n$X = $Y\n\nimage: a\n"), prose(1, 0));
    assert_eq!(check("# c\nimage a\npipelines: x\n"), prose(2, 4));
    assert_ne!(check("a: b: c\n"), prose(1, 0));
}

#[test]
fn an_empty_file_is_told_as_such() {
    for text in ["", "# nothing yet\n"] {
        let checked = Checker::new(Settings::default()).check(text);
        assert!(checked.skipped.iter().all(|(_, reason)| reason == "the file is empty"), "{:?}", checked.skipped);
        assert!(!checked.skipped.is_empty());
    }
}

#[test]
fn a_program_outside_of_the_checkout_is_no_script_of_it() {
    let scripts = |commands: &[&str]| said("visible-script", &step("", commands), "").len();
    assert_eq!(scripts(&["cd /tmp/sam", "./sam/install"]), 0);
    assert_eq!(scripts(&["cd /tmp/sam", "cd $BITBUCKET_CLONE_DIR", "./sam/install"]), 1);
    assert_eq!(scripts(&["cd sam", "./install"]), 1);
}

#[test]
fn a_choice_that_holds_production_is_a_doubt() {
    let custom = |values: &str| {
        let head = format!(
            "  custom:\n    go:\n      - variables:\n          - name: STAGE\n            allowed-values: [{values}]\n"
        );
        said(
            "production-from-release-tag",
            &step("", &["date"]),
            &format!("{head}{}", step("", &["serverless deploy --stage $STAGE"])),
        )
    };
    assert_eq!(custom("dev, staging, prod")[0].message, "whether `Go` deploys to production depends on what is chosen");
    assert!(custom("dev, staging").is_empty());
}

#[test]
fn docker_is_asked_of_a_runtime_that_has_it() {
    let runtime = |more: &str, command: &str| said("docker-runtime", &step(more, &[command]), "");
    let docker = "\n          services: [docker]";
    let three =
        "\n          image: node:20.1.0\n          services: [docker]\n          runtime: {cloud: {version: \"3\"}}";
    let refused = "`--privileged` is refused on version 2 of the runtime, which the step has";
    assert_eq!(runtime(docker, "docker run --privileged x:1")[0].message, refused);
    for command in ["docker buildx build -t x .", "docker build --platform linux/arm64 -t x ."] {
        assert_eq!(runtime(docker, command).len(), 1, "{command}");
        assert!(runtime(&three.replace("node", "docker"), command).is_empty(), "{command}");
        assert!(
            runtime(&format!("{docker}\n          runs-on: [self.hosted, linux]"), command).is_empty(),
            "{command}"
        );
    }
    for command in
        ["docker build -t x .", "docker run x:1 serve --privileged=false", "docker buildx imagetools inspect x"]
    {
        assert!(runtime(docker, command).is_empty(), "{command}");
    }
    let client = "`docker build` has no client: version 3 of the runtime mounts none, and `node:20.1.0` holds none";
    assert_eq!(runtime(three, "docker build -t x .")[0].message, client);
    assert!(
        said("docker-runtime", &step(three, &["apt-get install -y docker-cli", "docker build -t x ."]), "").is_empty()
    );
}

#[test]
fn a_pipe_that_pushes_and_a_cache_of_layers_need_docker() {
    let push = ["pipe: atlassian/aws-ecr-push-image:2.4.0"];
    assert_eq!(said("docker-service", &step("", &push), "").len(), 1);
    assert!(said("docker-service", &step("\n          services: [docker]", &push), "").is_empty());
    let cache = "\n          caches: [docker]";
    assert_eq!(said("docker-cache", &step(cache, &["make"]), "").len(), 1);
    assert!(said("docker-cache", &step(&format!("{cache}\n          services: [docker]"), &["make"]), "").is_empty());
    assert!(said("docker-cache", &step(cache, &["make"]), "options: {docker: true}\n").is_empty());
}

#[test]
fn what_one_mistake_leads_to_is_told_with_it() {
    let rules = |text: &str| {
        let layers = [Layer::Syntax, Layer::Schema, Layer::Semantic];
        let found = Checker::new(Settings::default()).with_layers(&layers).check(text.to_owned()).findings;
        found.iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect::<Vec<_>>()
    };
    let step = |more: &str| format!("pipelines:\n  default:\n    - step:\n        script: [make]\n        {more}\n");
    let shallow =
        |name: &str| vec![format!("indented-body: `{name}` is empty: the keys below it are one level too shallow")];
    let services = "services: [db]";
    assert_eq!(
        rules(&format!("definitions:\nservices: {{db: {{image: a:1}}}}\n{}", step(services))),
        shallow("definitions")
    );
    assert_eq!(
        rules(&format!("definitions:\n  services:\n  db: {{image: a:1}}\n{}", step(services))),
        shallow("services")
    );
    let imports = "imports: {a: b/c:main}\npipelines:\n  default: {import: d@a}\n";
    assert_eq!(rules(imports), ["known-key: unknown key `imports` in the file"]);
    for list in ["caches: [~]", "services: [~]"] {
        let name = list.split(':').next().unwrap();
        let expected = format!("right-type: an item of `{name}` is empty; it should be a string");
        assert_eq!(rules(&step(list)), [expected]);
    }
    let blank = "pipelines:\n  default:\n    - step:\n\u{a0}       script: [make]\n";
    assert_eq!(rules(blank), ["known-key: U+00A0 is part of this key, where `script` is meant"]);
    // Where no schema looks at the key, the blank is a warning as ever.
    let free = format!("definitions:\n  \u{a0}a: b\n{}", step("size: 2x"));
    assert_eq!(rules(&free), ["visible-characters: U+00A0 is part of this key: YAML takes it for no blank"]);
}

#[test]
fn a_pipeline_that_is_nearly_the_one_named_is_told() {
    let child = "      - step: {type: pipeline, custom: deploy_prod}\n";
    let custom = "  custom:\n    deploy-prod:\n      - step: {script: [make]}\n";
    let found = said("known-pipeline", child, custom);
    let help = found[0].help.as_deref().unwrap();
    assert!(help.starts_with("did you mean `deploy-prod`?"), "{help}");
}

#[test]
fn the_command_that_deploys_is_told_and_not_the_one_that_names_the_image() {
    let commands = ["cd overlays/x", "kustomize edit set image x=r/x:$BITBUCKET_TAG", "kubectl apply -k ."];
    let tag = format!("  tags:\n    rc-*:\n{}", step("\n          deployment: staging", &commands));
    let found = said("retag-not-rebuild", &step("", &BUILD), &tag);
    let message = "`kubectl apply` deploys `r/x:$BITBUCKET_TAG`, and nothing before it gives a built image this tag";
    assert_eq!(found.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>(), [message]);
    assert_eq!(found[0].related.len(), 1);
}

#[test]
fn what_runs_in_some_cases_may_be_for_another_environment() {
    let staging = "\n          deployment: staging";
    let told = |commands: &[&str]| {
        let found = said("declared-environment", &step(staging, commands), "");
        found.iter().map(|finding| finding.severity.word().to_owned()).collect::<Vec<_>>()
    };
    let (prod, stage) = ("kubectl --context prod apply -f x", "kubectl --context staging apply -f x");
    assert_eq!(told(&[prod]), ["warning"]);
    assert_eq!(told(&[&format!("if [ \"$T\" = p ]; then {prod}; else {stage}; fi")]), [""; 0]);
    assert_eq!(told(&[&format!("if [ \"$T\" = p ]; then {prod}; fi")]), ["note"]);
}

#[test]
fn files_of_a_branch_are_no_checkout_of_it() {
    let told = |command: &str| said("trunk-only", &step("", &[command]), "").len();
    assert_eq!(told("git checkout develop -- docs/README.md"), 0);
    assert_eq!(told("git checkout develop"), 1);
    assert_eq!(told("git checkout develop --"), 1);
}

#[test]
fn a_pipe_is_known_by_its_image_too() {
    let pipe = |name: &str| {
        let call = format!(
            "pipe: {name}\n              variables:\n                SERVER: $HOST\n                COMMAND: docker service update --image r/x:latest x"
        );
        said("deploy-what-was-promoted", &step("\n          deployment: staging", &[&call]), "").len()
    };
    assert_eq!((pipe("atlassian/ssh-run:0.8.1"), pipe("docker://bitbucketpipelines/ssh-run:0.8.1")), (1, 1));
    assert_eq!(pipe("docker://acme/ssh-run:0.8.1"), 0);
}

#[test]
fn a_gate_is_asked_for_where_it_can_stand() {
    let help = |pipeline: &str| {
        let found = said("manual-production", &step("", &BUILD), &format!("  tags:\n    release-*:\n{pipeline}"));
        found[0].help.clone().unwrap_or_default()
    };
    let retag = step("", &["crane tag r/x:${BITBUCKET_COMMIT::8} $BITBUCKET_TAG"]);
    let deploy = step("\n          deployment: production", &["kubectl set image d/x x=r/x:$BITBUCKET_TAG"]);
    let in_stage = |text: &str| {
        let steps: String = text.lines().map(|line| format!("      {line}\n")).collect();
        format!("      - stage:\n          name: Live\n          steps:\n{steps}")
    };
    let before = "such as the one that gives the image its tag";
    assert_eq!(help(&format!("{retag}{deploy}")), "set `trigger: manual` on this step, or on a step before it");
    assert_eq!(help(&deploy), format!("put a step before it, {before}, and set `trigger: manual` on this one"));
    assert_eq!(help(&format!("{retag}{}", in_stage(&deploy))), "set `trigger: manual` on the stage `Live`");
    let first = format!("put a step before the stage `Live`, {before}, and set `trigger: manual` on the stage");
    assert_eq!(help(&in_stage(&deploy)), first);
}
