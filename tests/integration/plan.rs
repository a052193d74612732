//! `pipewright plan` and `pipewright diff`.

use insta::assert_snapshot;

use crate::support::pipewright;

const FLOW: &str = "\
image: atlassian/default-image:4
pipelines:
  branches:
    main:
      - step:
          name: Build
          services: [docker]
          script:
            - docker build -t $REPO/api:$BITBUCKET_COMMIT .
            - docker push $REPO/api:$BITBUCKET_COMMIT
  tags:
    release-*:
      - parallel:
          - step: {name: A, script: [make a]}
          - step: {name: B, condition: {changesets: {includePaths: [src/**]}}, script: [./b.sh]}
      - stage:
          name: Ship
          steps:
            - step:
                name: Promote
                script:
                  - docker pull $REPO/api:$BITBUCKET_COMMIT
                  - docker tag $REPO/api:$BITBUCKET_COMMIT $REPO/api:$BITBUCKET_TAG
                  - docker push $REPO/api:$BITBUCKET_TAG
            - step:
                name: Deploy
                deployment: production
                trigger: manual
                script:
                  - kubectl set image deployment/api api=$REPO/api:$BITBUCKET_TAG
";

#[test]
fn an_event_is_told_with_steps_gates_and_effects() {
    let run = pipewright().file("bitbucket-pipelines.yml", FLOW);
    assert_snapshot!(run.args(["plan", "--tag", "release-1.0.0", "--branch", "x"]).run().block(), @r"
    branch x runs nothing

    tag release-1.0.0 runs tags.release-*
      1. A (parallel group 1)  line 14
           not followed: make a
      2. B (parallel group 1, only if changesets: includePaths: [src/**])  line 15
           not followed: ./b.sh
      3. Promote (stage Ship)  line 20
           read variable REPO
           pull $REPO/api:$BITBUCKET_COMMIT
           retag $REPO/api:$BITBUCKET_COMMIT as $REPO/api:release-1.0.0
           push $REPO/api:release-1.0.0
      4. Deploy (by hand, production, stage Ship)  line 26
           read variable REPO
           deploy $REPO/api:release-1.0.0 to production
    --- stderr
    --- exit 0
    ");
}

#[test]
fn what_is_no_deployment_here_is_no_line_and_a_custom_name_is_looked_up() {
    let file = "image: a:1
pipelines:
  custom:
    sync:
      - step:
          script:
            - git clone https://h/x x
            - git push
            - X=${BITBUCKET_TAG#v}
            - docker tag a r/a:${X#prod-}
      - step: { deployment: staging, script: [git push] }
";
    let run = |name: &str| pipewright().file("f.yml", file).args(["plan", "f.yml", "--custom", name]).run().out;
    assert_snapshot!(run("sync"), @r"
    custom sync runs custom.sync
      1. (no name)  line 6
           retag a as r/a:${${BITBUCKET_TAG#v}#prod-}
      2. (no name) (staging)  line 11
           deploy with git push to staging
    ");
    assert_snapshot!(run("sink"), @r"
    custom sink runs nothing
      = the file's custom pipelines: `sync`
    ");
}

#[test]
fn a_deployment_says_what_goes_where_and_each_thing_is_told_once() {
    let file = "image: a:1
pipelines:
  branches:
    main:
      - step:
          script:
            - aws ecr get-login-password | docker login -u AWS --password-stdin $REGISTRY
            - docker login -u $USER -p $TOKEN
            - cp x $HOME/y
            - aws s3 sync --delete build s3://acme-docs
            - git push https://heroku:$TOKEN@git.heroku.com/acme.git main
            - docker logout
      - step:
          deployment: production
          script:
            - pipe: atlassian/aws-s3-deploy:1.1.0
              variables: { S3_BUCKET: acme-site, LOCAL_PATH: build }
            - helm upgrade --install docs chart --set image.tag=$BITBUCKET_COMMIT
            - terraform apply
            - terraform apply
";
    let run = |arguments: &[&str]| {
        pipewright().file("f.yml", file).args(["plan", "f.yml"]).args(arguments.iter().copied()).run().out
    };
    assert_snapshot!(run(&["--branch", "main"]), @r"
    branch main runs branches.main
      1. (no name)  line 6
           read variable REGISTRY
           login
           read variable USER
           read variable TOKEN
           deploy with aws s3 sync to s3://acme-docs
           deploy with git push to https://git.heroku.com/acme.git
      2. (no name) (production)  line 14
           deploy with atlassian/aws-s3-deploy to production: acme-site
           deploy <the chart's image>:$BITBUCKET_COMMIT to production: docs
           deploy with terraform apply to production
    ");
    let plans: serde_json::Value = serde_json::from_str(&run(&["--branch", "main", "--format", "json"])).expect("JSON");
    let effect = &plans["plans"][0]["steps"][1]["effects"][0];
    assert_eq!((&effect["command"], &effect["to"]), (&"atlassian/aws-s3-deploy".into(), &"acme-site".into()));
}

#[test]
fn all_classes_are_the_default_and_json_is_what_its_schema_says() {
    let run = |arguments: &[&str]| {
        let run = pipewright().file("bitbucket-pipelines.yml", FLOW).args(["plan", "--format", "json"]);
        run.args(arguments.iter().copied()).run().out
    };
    assert_eq!(run(&[]), run(&["--all"]));
    let schema = serde_json::from_str(include_str!("../../schemas/plan.schema.json")).expect("JSON");
    let validator = jsonschema::draft7::new(&schema).expect("a schema");
    for out in [run(&[]), run(&["--pull-request", "a..main", "--custom", "none"])] {
        let plans: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&plans).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{out}");
        assert_eq!(plans["plans"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn what_is_no_event_or_no_file_is_told() {
    let block = |arguments: &[&str]| {
        let run = pipewright().file("bad.yml", "pipelines: [\n").args(["plan"]);
        run.args(arguments.iter().copied()).run().block()
    };
    assert_snapshot!(block(&["--pull-request", "..main"]), @r"
    --- stderr
    error: `..main` is no pull request
    hint: write SOURCE..DESTINATION, as in feature/x..main
    --- exit 2
    ");
    assert_snapshot!(block(&["gone.yml"]), @r"
    --- stderr
    error: gone.yml: is not there
    --- exit 3
    ");
    assert_snapshot!(block(&["bad.yml"]), @r"
    --- stderr
    error: bad.yml: it could not be read as a pipeline file
    hint: `pipewright check bad.yml` tells what is wrong
    --- exit 3
    ");
}

#[test]
fn an_event_without_a_name_and_a_file_compared_with_itself_are_refused() {
    let run = |arguments: &[&str]| {
        let ended = pipewright().file("bitbucket-pipelines.yml", "a: 1\n").args(arguments.iter().copied()).run();
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}: {}", ended.err);
        ended.err
    };
    assert_eq!(run(&["plan", "--branch", ""]), "error: `--branch` has no name\nhint: write it as in `--branch main`\n");
    for arguments in [["plan", "--tag", " "], ["plan", "--custom", ""]] {
        assert!(run(&arguments).contains("has no name"), "{arguments:?}");
    }
    for both in ["x", "x..", "..main", ""] {
        assert!(run(&["plan", "--pull-request", both]).contains("hint: write SOURCE..DESTINATION"), "{both}");
    }
    assert_eq!(
        run(&["diff", "-", "-"]),
        "error: standard input is one file, and two are compared\nhint: name the other file, as in `pipewright diff - \
         bitbucket-pipelines.yml`\n"
    );
}

#[test]
fn a_step_says_that_it_is_final_or_of_a_child_pipeline_and_each_group_has_its_number() {
    let text = r"image: a:1
pipelines:
  custom:
    all:
      - step: {name: A, script: [date]}
      - stage:
          name: S
          trigger: manual
          steps:
            - parallel: [{step: {name: B, script: [date]}}, {step: {name: C, script: [date]}}]
            - parallel: [{step: {name: D, script: [date]}}, {step: {name: E, script: [date]}}]
      - step: {name: Child, type: pipeline, custom: deep}
      - final: {name: Last, script: [date]}
    deep:
      - step: {name: Deep, script: [date]}
";
    let run = pipewright().file("a.yml", text);
    assert_snapshot!(run.args(["plan", "a.yml", "--custom", "all"]).run().out, @"
    custom all runs custom.all
      1. A  line 5
      2. B (by hand, stage S, parallel group 1)  line 10
      3. C (by hand, stage S, parallel group 1)  line 10
      4. D (stage S, parallel group 2)  line 11
      5. E (stage S, parallel group 2)  line 11
      6. Child  line 12
      7. Deep (of the child pipeline deep)  line 15
      8. Last (final)  line 13
    ");
}

#[test]
fn a_difference_is_text_and_meaning() {
    let after = FLOW.replace("                trigger: manual\n", "").replace("make a", "make b");
    let run = pipewright().file("a.yml", FLOW).file("b.yml", after);
    assert_snapshot!(run.args(["diff", "a.yml", "b.yml"]).run().block(), @r"
    --- a.yml
    +++ b.yml
    @@ -11,7 +11,7 @@
       tags:
         release-*:
           - parallel:
    -          - step: {name: A, script: [make a]}
    +          - step: {name: A, script: [make b]}
               - step: {name: B, condition: {changesets: {includePaths: [src/**]}}, script: [./b.sh]}
           - stage:
               name: Ship
    @@ -25,6 +25,5 @@
                 - step:
                     name: Deploy
                     deployment: production
    -                trigger: manual
                     script:
                       - kubectl set image deployment/api api=$REPO/api:$BITBUCKET_TAG

    push of tag release-*:
      `A` no longer runs `make a`, which is not followed
      `A` now runs `make b`, which is not followed
      weaker: `Deploy` was behind a gate, now is not
    rules:
      `known-value` was violated, now holds
      weaker: `manual-production` held, now is violated
    --- stderr
    --- exit 0
    ");
    let same = pipewright().file("a.yml", FLOW).file("b.yml", format!("# why\n{FLOW}"));
    assert!(
        same.args(["diff", "a.yml", "b.yml"])
            .run()
            .out
            .ends_with("every event runs the same commands, with the same gates and effects\n")
    );
}

#[test]
fn that_main_runs_nothing_comes_first_and_one_name_has_one_answer() {
    let run = |arguments: &[&str]| {
        let text = "pipelines:\n  branches:\n    '{hot,cold}/*': [step: {script: [date]}]\n    'hot/*': [step: {script: [date]}]\n";
        pipewright().file("a.yml", text).args(["plan", "a.yml"]).args(arguments.iter().copied()).run().out
    };
    let all = run(&["--all"]);
    assert!(all.starts_with("branch main runs nothing\n\nbranch hot/* runs branches.{hot,cold}/*\n"), "{all}");
    assert!(run(&["--branch", "hot/z"]).starts_with("branch hot/z runs branches.{hot,cold}/*\n"));
}

#[test]
fn what_triggers_and_merge_queues_start_is_part_of_the_whole() {
    let text = "triggers:\n  pullrequest-push:\n    - condition: BITBUCKET_PR_DESTINATION_BRANCH == \"main\"\n      pipelines: [all]\npipelines:\n  custom:\n    all: [step: {name: All, script: [date]}]\n  merge-queues:\n    main: [step: {name: Queue, script: [date]}]\n";
    let run = |text: &str, format: &str| {
        pipewright().file("a.yml", text).args(["plan", "--format", format, "a.yml"]).run().out
    };
    insta::assert_snapshot!(run(text, "human"), @r#"
    branch main runs nothing

    custom all runs custom.all
      1. All  line 7

    trigger pullrequest-push where BITBUCKET_PR_DESTINATION_BRANCH == "main" runs custom.all

    merge-queue main runs merge-queues.main
      1. Queue  line 9
    "#);
    let plans: serde_json::Value = serde_json::from_str(&run(text, "json")).expect("JSON");
    let kinds: Vec<&str> =
        plans["plans"].as_array().into_iter().flatten().filter_map(|plan| plan["event"]["kind"].as_str()).collect();
    assert_eq!(kinds, ["branch", "custom", "trigger", "merge-queue"]);
    assert_eq!(plans["plans"][2]["steps"], plans["plans"][1]["steps"]);
    assert_eq!(run("pipelines: {}\n", "human"), "nothing runs: the file has no pipeline that an event starts\n");
}

#[test]
fn a_condition_that_the_event_does_not_settle_leaves_its_step_in() {
    let steps = |condition: &str, event: &[&str]| -> String {
        let text = format!(
            "pipelines:\n  default:\n    - step: {{name: Test, script: [date]}}\n    - step: {{name: Ship, condition: {{state: '{condition}'}}, script: [date]}}\n"
        );
        let run = pipewright().file("bitbucket-pipelines.yml", text);
        run.args(["plan"].into_iter().chain(event.iter().copied())).run().out
    };
    let main: &[&str] = &["--branch", "main"];
    for kept in ["SHIP == \"yes\"", "SHIP == yes", "BITBUCKET_BRANCH == \"main\"", "BITBUCKET_BRANCH != \"dev\""] {
        let told = steps(kept, main);
        assert!(told.contains("Ship") && !told.contains("skipped"), "{kept}");
    }
    assert_snapshot!(steps("BITBUCKET_BRANCH == \"dev\"", main), @r#"
    branch main runs default
      1. Test  line 3
      -  Ship (only if state: BITBUCKET_BRANCH == "dev")  line 4
           skipped: its condition does not hold
    "#);
    // Any other branch is not main, and may be any but that.
    let all = steps("BITBUCKET_BRANCH == \"main\"", &["--all"]);
    assert_eq!((all.matches(". Ship").count(), all.matches("-  Ship").count()), (1, 1), "{all}");
    assert_eq!(steps("BITBUCKET_BRANCH == \"dev\"", &["--all"]).matches(". Ship").count(), 1);
    let alone = "pipelines:\n  default:\n    - step: {condition: {state: 'BITBUCKET_TAG != \"\"'}, script: [date]}\n";
    let run = pipewright().file("bitbucket-pipelines.yml", alone).args(["plan", "--branch", "main"]).run();
    assert!(run.out.contains("skipped: ") && !run.out.contains("can be read"), "{}", run.out);
}

#[test]
fn each_event_is_listed_once_and_a_trigger_beside_a_pattern_says_what_is_not_documented() {
    let text = "\
pipelines:
  branches:
    '{f{,o,{oo,o}},dev}/z':
      - step: {script: [date]}
    '{main2,dev}':
      - step: {script: [date]}
    main2:
      - step: {script: [date]}
    main:
      - step: {script: [date]}
  custom:
    all:
      - step: {script: [date]}
triggers:
  repository-push:
    - {condition: BITBUCKET_BRANCH == \"main\", pipelines: [all]}
";
    let run = pipewright().file("bitbucket-pipelines.yml", text).args(["plan"]).run();
    let told: Vec<&str> = run.out.lines().filter(|line| line.contains(" runs ") || line.contains(" = ")).collect();
    assert_snapshot!(told.join("\n"), @r#"
    branch main runs branches.main
    branch main runs custom.all
      = a trigger starts it, and whether it runs beside what a pattern selects is not documented
    branch f/z runs branches.{f{,o,{oo,o}},dev}/z
    branch fo/z runs branches.{f{,o,{oo,o}},dev}/z
    branch foo/z runs branches.{f{,o,{oo,o}},dev}/z
    branch dev/z runs branches.{f{,o,{oo,o}},dev}/z
    branch main2 runs branches.main2
      = `{main2,dev}` matches too, and which one wins is not documented
    branch dev runs branches.{main2,dev}
    custom all runs custom.all
    trigger repository-push where BITBUCKET_BRANCH == "main" runs custom.all
    "#);
}

#[test]
fn a_child_that_starts_itself_is_shown_once_and_one_that_is_not_there_is_told() {
    let run = |custom: &str| {
        let text = format!(
            "pipelines:\n  custom:\n    a: [step: {{name: A, type: pipeline, custom: {custom}}}]\n    b: [step: {{name: B, type: pipeline, custom: a}}]\n"
        );
        pipewright().file("bitbucket-pipelines.yml", text).args(["plan", "--custom", "a"]).run().out
    };
    assert_snapshot!(run("b"), @r"
    custom a runs custom.a
      = `a` starts itself, which is shown once
      1. A  line 3
      2. B (of the child pipeline b)  line 4
    ");
    assert!(run("gone").contains("= there is no custom pipeline `gone` for a step to start"), "{}", run("gone"));
}

#[test]
fn names_that_are_empty_or_end_in_blanks_are_shown_as_such() {
    let text = "pipelines:\n  branches:\n    '{a, b}':\n      - stage: {steps: [step: {name: A, script: [date]}]}\n";
    let run = pipewright().file("bitbucket-pipelines.yml", text).args(["plan", "--all"]).run();
    assert!(run.out.contains("branch ` b` runs") && run.out.contains("A (a stage without a name)"), "{}", run.out);
}
