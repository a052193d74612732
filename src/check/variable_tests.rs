//! Variables that nobody sets, and uses that are ready for it.

use super::Checker;
use crate::settings::Settings;

/// What the two rules say of commands in a section of `pipelines`: `line message`, the head of the file taking five lines.
fn said(section: &str, commands: &[&str]) -> Vec<String> {
    let lines: String =
        commands.iter().map(|command| format!("            - '{}'\n", command.replace('\'', "''"))).collect();
    let text = format!("pipelines:\n  {section}:\n    'x':\n      - step:\n          script:\n{lines}");
    let checked = Checker::new(Settings::default()).check(text);
    let mine = checked.findings.iter().filter(|found| found.rule.ends_with("-variable"));
    mine.map(|found| {
        let line = checked.document.position(found.span.start).line;
        format!("{} {}", line - 5, found.message)
    })
    .collect()
}

#[test]
fn a_variable_that_nobody_sets_is_told() {
    let found = said(
        "branches",
        &[
            "docker push app:$BITBUCKET_COMIT",
            "docker push app:$BITBUCKET_BRANCH_$BITBUCKET_BUILD_NUMBER",
            "docker push app:${CI_COMMIT_SHORT_SHA}",
            "curl -H \"token: ${{ secrets.TOKEN }}\" x",
            "[ \"$BITBUCKET_BRACNH\" = main ] && make",
        ],
    );
    assert_eq!(
        found,
        [
            "1 Bitbucket sets no `$BITBUCKET_COMIT`, and nothing here does, so it is empty",
            "2 `_` is read as the end of the name, and `$BITBUCKET_BRANCH_` is empty",
            "3 `$CI_COMMIT_SHORT_SHA` is a variable of GitLab CI, and empty here",
            "4 `${{ … }}` is an expression of GitHub Actions, and no shell can read it",
            "5 Bitbucket sets no `$BITBUCKET_BRACNH`, and nothing here does, so it is empty",
        ]
    );
}

#[test]
fn what_may_be_set_is_not_told() {
    for commands in [
        &["export BITBUCKET_COMIT=1", "a $BITBUCKET_COMIT"][..],
        &["read -r BITBUCKET_COMIT < f", "a $BITBUCKET_COMIT"],
        &["a ${BITBUCKET_COMIT:-x} ${GITHUB_SHA:+x}"],
        &["a '$BITBUCKET_COMIT' \\$GITHUB_SHA # $GITHUB_SHA"],
        &["source ci/env.sh", "a $GITHUB_SHA"],
        &["set -a && . ./.env", "a $GITHUB_SHA"],
        &["a '${{ x }}'", "a $BITBUCKET_TOKEN $GITHUB_TOKEN $BITBUCKET_COMMIT"],
    ] {
        assert!(said("branches", commands).is_empty(), "{commands:?}: {:?}", said("branches", commands));
    }
}

#[test]
fn a_variable_is_told_where_its_event_leaves_it_empty() {
    let tags = said("tags", &["docker push app:$BITBUCKET_BRANCH", "a $BITBUCKET_TAG"]);
    assert_eq!(tags, ["1 `$BITBUCKET_BRANCH` is empty in a run that a tag starts"]);
    let branch = said("branches", &["a $BITBUCKET_BRANCH $BITBUCKET_PR_ID", "b $BITBUCKET_TAG"]);
    assert_eq!(
        branch,
        [
            "1 `$BITBUCKET_PR_ID` is empty in a run that a push to a branch starts",
            "2 `$BITBUCKET_TAG` is empty in a run that a push to a branch starts"
        ]
    );
    assert_eq!(said("pull-requests", &["a $BITBUCKET_BRANCH $BITBUCKET_PR_ID", "b $BITBUCKET_TAG"]).len(), 1);
    for commands in [
        &["a ${BITBUCKET_TAG:-$BITBUCKET_BRANCH}"][..],
        &["curl -d \"{\\\"branch\\\": \\\"$BITBUCKET_BRANCH\\\", \\\"tag\\\": \\\"$BITBUCKET_TAG\\\"}\" x"],
        &[
            "REF=$BITBUCKET_BRANCH$BITBUCKET_TAG",
            "b ${BITBUCKET_TAG}${BITBUCKET_BRANCH}-1 \"$BITBUCKET_TAG$BITBUCKET_BRANCH\"",
        ],
        &["echo on $BITBUCKET_BRANCH"],
        &["if [ -n \"$BITBUCKET_BRANCH\" ]; then a; fi", "b $BITBUCKET_BRANCH"],
        &["[[ -z $X && \"$BITBUCKET_BRANCH\" == main ]] || exit 0", "b $BITBUCKET_BRANCH"],
        &["BITBUCKET_BRANCH=main", "b $BITBUCKET_BRANCH"],
        &["export BITBUCKET_BRANCH=$(git branch --contains HEAD)", "b $BITBUCKET_BRANCH"],
    ] {
        assert!(said("tags", commands).is_empty(), "{commands:?}: {:?}", said("tags", commands));
    }
    assert!(said("custom", &["a $BITBUCKET_TAG $BITBUCKET_BRANCH"]).is_empty());
}

#[test]
fn the_tag_of_an_image_is_needed_by_every_event_of_a_step() {
    let shared = |command: &str| {
        let text = format!(
            "definitions:\n  steps:\n    - step: &s\n        script: ['{command}']\nimage: a:1\npipelines:\n  branches:\n    main: [step: *s]\n  tags:\n    rc-*: [step: *s]\n"
        );
        let found = Checker::new(Settings::default()).check(text).findings;
        found.iter().filter(|finding| finding.rule == "event-variable").count()
    };
    assert_eq!(shared("docker build -t a/b:$BITBUCKET_TAG ."), 1);
    assert_eq!(shared("docker push \"$R/b:${BITBUCKET_TAG}\""), 1);
    for fine in
        ["./notes.sh $BITBUCKET_TAG", "docker build -t a/b:v$BITBUCKET_TAG .", "docker run -e T:$BITBUCKET_TAG-x a"]
    {
        assert_eq!(shared(fine), 0, "{fine}");
    }
}

/// The names that are told for two steps with these scripts, in order.
fn of_two_steps(first: &str, second: &str) -> Vec<String> {
    of_steps(first, "B", second)
}

/// The same, where the second step has more behind its name.
fn of_steps(first: &str, head: &str, second: &str) -> Vec<String> {
    let step = |name: &str, script: &str| format!("    - step:\n        name: {name}\n        script:\n{script}\n");
    let items = |lines: &str| {
        lines.split('\n').map(|line| format!("          - '{}'\n", line.replace('\'', "''"))).collect::<String>()
    };
    let text =
        format!("image: a:1\npipelines:\n  default:\n{}{}", step("A", &items(first)), step(head, &items(second)));
    let found = Checker::new(Settings::default()).check(text).findings;
    let own = found.iter().filter(|finding| finding.rule == "step-variable");
    own.filter_map(|finding| finding.message.split('`').nth(1).map(str::to_owned)).collect()
}

#[test]
fn what_only_a_step_before_sets_is_told() {
    assert_eq!(of_two_steps("export IMAGE=a:1", "docker push $IMAGE"), ["$IMAGE"]);
    assert_eq!(of_two_steps("IMAGE=a:1\nTAG=$(git describe)", "docker push \"${IMAGE}:$TAG\""), ["$IMAGE", "$TAG"]);
    assert_eq!(of_two_steps("make && export IMAGE=a:1", "echo $IMAGE"), ["$IMAGE"]);
    // A folder and a word that say the same sign load nothing.
    assert_eq!(of_two_steps("export V=1", "docker build -t a:1 .\ncp -r source b\nnpm version $V"), ["$V"]);
}

#[test]
fn an_environment_has_no_variable_that_each_run_makes_anew() {
    let deployment = "B\n        deployment: staging";
    assert_eq!(of_steps("export IMAGE=a:$BITBUCKET_COMMIT", deployment, "kubectl set image x=$IMAGE"), ["$IMAGE"]);
    assert_eq!(of_steps("TAG=$(git describe)\nIMAGE=\"a:$TAG\"", deployment, "deploy $IMAGE"), ["$IMAGE"]);
    // One that never changes, or that a program makes, may be a variable of the environment as well.
    assert_eq!(of_steps("export DB=$(node db.js)", deployment, "deploy $DB"), [""; 0]);
    assert_eq!(of_steps("export REGION=eu-1", deployment, "deploy $REGION"), [""; 0]);
    assert_eq!(of_steps("A=b && echo $BITBUCKET_COMMIT", deployment, "deploy $A"), [""; 0]);
}

#[test]
fn what_may_have_a_value_is_not() {
    for (first, second) in [
        ("export IMAGE=a:1", "IMAGE=b; docker push $IMAGE"),
        ("export IMAGE=a:1", "docker push ${IMAGE:-b}"),
        ("export IMAGE=a:1", "if [ -n \"$IMAGE\" ]; then docker push $IMAGE; fi"),
        ("export IMAGE=a:1", "source build.env\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "[ -f a.env ] && . a.env\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "while read -r k v; do export \"$k=$v\"; done < a.env\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "set -a; if true; then . ./a.env; fi\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "export $(cat a.env | xargs)\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "read IMAGE < file\ndocker push $IMAGE"),
        ("export IMAGE=a:1", "echo '$IMAGE'"),
        ("export REGION=${REGION:-eu}", "aws --region $REGION x"),
        ("export PATH=$PATH:/x", "echo $PATH"),
        ("IMAGE=a:1 make", "docker push $IMAGE"),
        ("curl -d x=$Y z", "echo $x"),
        ("make IMAGE=a", "echo $IMAGE"),
    ] {
        assert_eq!(of_two_steps(first, second), [] as [&str; 0], "{first} / {second}");
    }
}

#[test]
fn what_another_machine_is_left_to_fill_in_is_told() {
    for (command, due) in [
        ("ssh h 'docker run -d a:$BITBUCKET_COMMIT'", 1),
        ("ssh h <<'E'\n  docker run -d a:$BITBUCKET_COMMIT\nE", 1),
        ("ssh h \"docker run -d a:$BITBUCKET_COMMIT\"", 0),
        ("ssh h <<E\n  docker run -d a:$BITBUCKET_COMMIT\nE", 0),
        ("ssh -o SendEnv=BITBUCKET_COMMIT h 'docker run -d a:$BITBUCKET_COMMIT'", 0),
        ("ssh h 'BITBUCKET_COMMIT=$(cat rev); docker run -d a:$BITBUCKET_COMMIT'", 0),
        ("ssh h \"BITBUCKET_COMMIT=$BITBUCKET_COMMIT bash -s\" <<'E'\n  docker run -d a:$BITBUCKET_COMMIT\nE", 0),
        ("ssh h 'docker run -d a:${BITBUCKET_COMMIT:-latest} $HOME'", 0),
        ("ssh h 'echo $BITBUCKET_COMMIT'", 0),
        ("export T=1; ssh h 'docker run -d a:$T'", 1),
        ("T=1; ssh h bash -s <<'E'\n  docker run -d a:$T\nE", 1),
        ("T=1; ssh h \"docker run -d a:$T\"", 0),
        ("T=1; ssh h \"T=$T bash -s\" <<'E'\n  docker run -d a:$T\nE", 0),
        ("T=1; ssh h T=\"$T\" 'bash -seu' <<'E'\n  docker run -d a:$T\nE", 0),
        ("T=1; ssh h T=$T bash -s <<'E'\n  docker run -d a:$T\nE", 0),
        ("T=1; ssh h 'T=2; docker run -d a:$T'", 0),
        ("T=1; ssh -o SendEnv=T h 'docker run -d a:$T'", 0),
        ("T=1; ssh h '. ./.env && docker run -d a:$T'", 0),
        ("HOST=a; ssh $HOST 'docker run -d -h $HOST a:1'", 0),
        ("T=1; ssh h 'docker run -d a:${T:-2}'", 0),
    ] {
        let lines = command.replace('\n', "\n              ");
        let text = format!(
            "image: a:1\npipelines:\n  default:\n    - step:\n        script:\n          - |\n              {lines}\n"
        );
        let found = Checker::new(Settings::default()).check(text).findings;
        assert_eq!(found.iter().filter(|finding| finding.rule == "remote-variable").count(), due, "{command}");
    }
}

#[test]
fn an_expression_is_told_in_values_that_are_no_commands() {
    let text = "image: {name: a/b:1, password: '${{ secrets.P }}'}\n\
                pipelines:\n  default:\n    - step:\n        name: '${{ github.ref }}'\n        script:\n          \
                - pipe: acme/notify:1.0.0\n            variables:\n              A: '$(Build.BuildId)'\n              B: ${{NAME}}\n";
    let checked = Checker::new(Settings::default()).check(text);
    let mine = checked.findings.iter().filter(|found| found.rule == "known-variable");
    let mut lines: Vec<_> = mine.map(|found| checked.document.position(found.span.start).line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [1, 5, 9]);
}
