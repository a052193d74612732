//! What single lines and steps come to in a flow that is clean without them.

use crate::support::{pipewright, told};

/// A clean flow with lines added to the step that builds on main, to the one that retags for a release, and below the pipelines.
struct Added<'t> {
    main: &'t [&'t str],
    release: &'t [&'t str],
    pipelines: &'t str,
}

const NOTHING: Added<'_> = Added { main: &[], release: &[], pipelines: "" };

fn flow(added: &Added<'_>) -> Vec<String> {
    let items = |lines: &[&str]| {
        let item = |line: &&str| format!("            - |\n              {}\n", line.replace('\n', "\n              "));
        lines.iter().map(item).collect::<String>()
    };
    told(&format!(
        "image: acme/ci-tools:1.8.0
pipelines:
  branches:
    main:
      - step: &build
          name: Build
          services: [docker]
          script:
            - docker build -t r.example/app:$BITBUCKET_COMMIT .
            - docker push r.example/app:$BITBUCKET_COMMIT
{}      - step: {{ deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_COMMIT] }}
  tags:
    rc-*:
      - step: {{ script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG] }}
      - step: {{ deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG] }}
    release-*:
      - step:
          name: Retag
          services: [docker]
          script:
            - crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG
{}      - step:
          deployment: production
          trigger: manual
          script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG]
{}",
        items(added.main),
        items(added.release),
        added.pipelines
    ))
}

fn on_main(lines: &[&str]) -> Vec<String> {
    flow(&Added { main: lines, ..NOTHING })
}

fn on_pipelines(pipelines: &str) -> Vec<String> {
    flow(&Added { pipelines, ..NOTHING })
}

fn on_release(lines: &[&str]) -> Vec<String> {
    flow(&Added { release: lines, ..NOTHING })
}

#[test]
fn the_flow_itself_is_clean() {
    assert_eq!(flow(&NOTHING), [] as [&str; 0]);
}

#[test]
fn a_test_of_the_branch_is_told_wherever_it_stands() {
    let due = ["warning trunk-only: the branch is compared with `develop`, a develop or release branch"];
    for line in [
        "if [ \"$BITBUCKET_BRANCH\" = main ] || [ \"$BITBUCKET_BRANCH\" = develop ]; then echo a; fi",
        "X=$BITBUCKET_BRANCH; if [ \"$X\" = develop ]; then echo a; fi",
        "case $BITBUCKET_BRANCH in main) echo a ;; develop) echo b ;; esac",
        "if [ $BITBUCKET_BRANCH = main ]; then echo a; elif [ $BITBUCKET_BRANCH = develop ]; then echo b; fi",
    ] {
        assert_eq!(on_main(&[line]), due, "{line}");
    }
    // A name that says branch and holds another word is none.
    assert_eq!(on_main(&["BRANCH=main; if [ \"$BRANCH\" = develop ]; then echo a; fi"]), [] as [&str; 0]);
}

#[test]
fn what_follows_the_checkout_of_a_release_branch_works_with_it() {
    let verbs = |lines: &[&str]| -> Vec<String> {
        on_main(lines).iter().filter_map(|line| line.split('`').nth(1).map(str::to_owned)).collect()
    };
    assert_eq!(
        verbs(&["git checkout develop", "git merge --no-ff main", "git push"]),
        ["git checkout", "git merge", "git push"]
    );
    assert_eq!(verbs(&["git checkout -b release-1.2", "git push -u origin HEAD"]), ["git checkout", "git push"]);
    assert_eq!(verbs(&["git checkout develop", "git checkout main", "git merge x", "git push"]), ["git checkout"]);
    assert_eq!(verbs(&["git checkout develop -- a.txt", "git push"]), [] as [&str; 0]);
    // Each clone is on a branch of its own, and all folders of one are on the same.
    assert_eq!(verbs(&["git clone $OTHER o", "(cd o && git checkout develop)", "git push"]), ["git checkout"]);
    assert_eq!(verbs(&["(cd src && git checkout develop)", "git push"]), ["git checkout", "git push"]);
    assert_eq!(verbs(&["git checkout develop", "cd \"$WORK\" && git push"]), ["git checkout", "git push"]);
    assert_eq!(
        verbs(&["git clone $OTHER o", "cd o && git checkout -b develop", "cd charts && git push"]),
        ["git checkout", "git push"]
    );
    // To create one touches nothing, and to clean one away is what the policy wants.
    assert_eq!(
        verbs(&["git branch release/1.0", "git push origin --delete release/old", "git push origin :develop"]),
        [] as [&str; 0]
    );
}

#[test]
fn a_command_behind_a_path_or_dashes_is_read() {
    let latest = "error deploy-what-was-promoted: `latest` is deployed: a constant tag does not say which commit runs";
    for line in [
        "ssh a@host -- docker service update --image r.example/app:latest app",
        "kubectl --kubeconfig <(echo \"$KEY\") set image deploy/app app=r.example/app:latest",
        "$HOME/.fly/bin/flyctl deploy --image r.example/app:latest",
    ] {
        assert!(on_release(&[line]).contains(&latest.to_owned()), "{line}");
    }
}

/// What is told of a pull request's step with some lines.
fn in_pull_request(lines: &[&str]) -> Vec<String> {
    let script = lines.iter().map(|line| format!("            - {line}\n")).collect::<String>();
    let pipelines = format!(
        "  pull-requests:\n    '**':\n      - step:\n          services: [docker]\n          runtime: {{ cloud: {{ version: '3' }} }}\n          script:\n{script}"
    );
    flow(&Added { pipelines: &pipelines, ..NOTHING })
}

#[test]
fn a_build_for_the_daemon_pushes_nothing() {
    for build in [
        "mvn -B compile jib:dockerBuild -Djib.to.image=r.example/app:$BITBUCKET_COMMIT",
        "./gradlew jibDockerBuild --image=r.example/app:$BITBUCKET_COMMIT",
        "./mvnw spring-boot:build-image -Dspring-boot.build-image.imageName=r.example/app:$BITBUCKET_COMMIT",
        "./gradlew bootBuildImage --imageName=r.example/app:$BITBUCKET_COMMIT",
        "az acr build -r acme -t app:$BITBUCKET_COMMIT --no-push .",
    ] {
        let errors: Vec<String> =
            in_pull_request(&[build]).into_iter().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors, [] as [&str; 0], "{build}");
    }
    let pushed =
        in_pull_request(&["./gradlew bootBuildImage --imageName=r.example/app:$BITBUCKET_COMMIT --publishImage"]);
    assert!(pushed.iter().any(|line| line.starts_with("error build-once")), "{pushed:?}");
}

#[test]
fn images_that_a_pull_request_pushes_under_hidden_names_are_a_note() {
    for (lines, command) in [
        (&["docker compose build", "docker compose push"][..], "docker compose push"),
        (&["earthly --push +docker"], "earthly"),
    ] {
        let due = format!(
            "note build-once: which images `{command}` pushes on a pull request from ** can't be read, and they may be main's"
        );
        assert_eq!(in_pull_request(lines), [due], "{command}");
    }
}

#[test]
fn a_constant_tag_of_an_own_image_is_told_in_every_plan() {
    let by_hand = |image: &str| {
        let pipelines = format!(
            "  custom:\n    again:\n      - step: {{ deployment: test, script: [kubectl set image deploy/app app={image}] }}\n"
        );
        flow(&Added { pipelines: &pipelines, ..NOTHING })
    };
    let due = "error deploy-what-was-promoted: `latest` is deployed: a constant tag does not say which commit runs";
    assert_eq!(by_hand("r.example/app:latest"), [due]);
    assert_eq!(by_hand("redis:7"), [] as [&str; 0]);
    assert_eq!(by_hand("r.example/app:$VERSION"), [] as [&str; 0]);
}

#[test]
fn a_digest_is_followed_where_it_is_of_the_commit() {
    let released = |lines: &[&str]| on_release(&[&["git fetch"], lines].concat());
    for ask in [
        "aws ecr describe-images --repository-name app --image-ids imageTag=$BITBUCKET_COMMIT --query 'imageDetails[0].imageDigest' --output text",
        "crane digest r.example/app:$BITBUCKET_COMMIT",
    ] {
        let asked = format!("D=$({ask})");
        assert_eq!(released(&[&asked, "crane tag r.example/app@$D v-$BITBUCKET_TAG"]), [] as [&str; 0], "{ask}");
    }
    let own = on_release(&[
        "D=$(crane digest r.example/app:$BITBUCKET_TAG)",
        "kubectl set image deploy/app app=r.example/app@$D",
    ]);
    assert!(!own.iter().any(|line| line.contains("deploy-what-was-promoted")), "{own:?}");
    let due = "note promote-by-commit: the digest of `r.example/app` is asked for when the pipeline runs";
    let latest = released(&["D=$(crane digest r.example/app:latest)", "crane tag r.example/app@$D v-$BITBUCKET_TAG"]);
    assert_eq!(latest, [due]);
}

#[test]
fn what_only_passes_through_a_step_is_no_deployment_of_it() {
    for line in [
        "docker run -t postman/newman:latest run a.json",
        "kubectl run smoke --rm -i --image=curlimages/curl -- curl x",
    ] {
        let pipelines = format!(
            "  custom:\n    smoke:\n      - step: {{ deployment: test, services: [docker], script: ['{line}'] }}\n"
        );
        assert_eq!(flow(&Added { pipelines: &pipelines, ..NOTHING }), [] as [&str; 0], "{line}");
    }
}

#[test]
fn an_environment_that_is_one_of_several_is_not_inferred() {
    let told =
        on_main(&["ENV=${ENV:-production}\nkubectl -n $ENV set image deploy/app app=r.example/app:$BITBUCKET_COMMIT"]);
    assert_eq!(told, ["error declared-environment: `kubectl set image` deploys and its step declares no `deployment`"]);
}

#[test]
fn a_copied_file_is_called_what_it_is_called_wherever_it_goes() {
    let told = |line: &str| -> Vec<String> {
        on_main(&[line]).into_iter().filter(|line| line.contains("reaches production")).collect()
    };
    for copy in [
        "scp compose.prod.yml u@$HOST:/srv/app/compose.prod.yml",
        "scp compose.yml u@$HOST:/srv/app/compose.prod.yml",
        "scp compose.prod.yml u@$HOST:compose.prod.yml",
        "rsync -az .env.production u@$HOST:/srv/app/.env.production",
    ] {
        assert_eq!(told(copy), [] as [&str; 0], "{copy}");
    }
    for copy in [
        "scp compose.yml u@prod.example.com:/srv/app/compose.yml",
        "scp compose.yml u@$HOST:/srv/production/compose.yml",
        "scp -r dist u@$HOST:/srv/production",
    ] {
        assert_eq!(told(copy).len(), 1, "{copy}");
    }
}

#[test]
fn what_names_no_environment_leaves_the_flow_open() {
    let text = "image: a:1\npipelines:\n  branches:\n    main:\n      - step:\n          script: [ssh a@$HOST docker service update --image r.example/app:$BITBUCKET_COMMIT app]\n";
    let on_main: Vec<String> = told(text).into_iter().filter(|line| line.contains("a push to main")).collect();
    assert_eq!(
        on_main,
        [
            "note release-flow: whether a push to main deploys to staging can't be told: `docker service update` names no environment"
        ]
    );
}

#[test]
fn what_comments_allow_is_counted_in_the_last_line() {
    let text =
        "image: a # pipewright: allow pinned-image -- ours\npipelines:\n  default:\n    - step: {script: [ls]}\n";
    let run = pipewright().file("f.yml", text).args(["check", "f.yml", "--only", "pinned-image"]).run();
    assert_eq!(run.out, "accepted: f.yml: no findings; 1 warning is allowed by a comment (line 1)\n");
}

#[test]
fn an_image_that_another_docker_has_is_told() {
    let told = |lines: &[&str]| -> Vec<String> {
        on_release(lines).into_iter().filter(|line| line.contains("image-at-hand")).collect()
    };
    let due = |command: &str, does: &str, name: &str| {
        format!(
            "warning image-at-hand: `{command}` {does} `{name}`, which this step has neither built nor pulled: each step has a docker of its own"
        )
    };
    let commit = "r.example/app:$BITBUCKET_COMMIT";
    let (tag, push) = (format!("docker tag {commit} r.example/app:x"), format!("docker push {commit}"));
    assert_eq!(told(&[&tag, "docker push r.example/app:x"]), [due("docker tag", "names", commit)]);
    assert_eq!(told(&[&push]), [due("docker push", "pushes", commit)]);
    for before in [
        &format!("docker pull {commit}")[..],
        "docker load -i app.tar",
        "./fetch.sh",
        "docker compose pull",
        "make images",
    ] {
        assert_eq!(told(&[before, &tag, "docker push r.example/app:x"]), [] as [&str; 0], "{before}");
    }
    assert_eq!(told(&["docker -H ssh://a@host push r.example/app:x"]), [] as [&str; 0]);
    // A pipe pushes what the docker of its step has.
    let of_pipe = |build: &str| -> Vec<String> {
        let push = "{pipe: atlassian/aws-ecr-push-image:2.4.2, variables: {IMAGE_NAME: app, TAGS: $BITBUCKET_COMMIT}}";
        let step = format!("{{services: [docker], script: [{build}{push}]}}");
        let lines = on_pipelines(&format!("  custom:\n    again:\n      - step: {step}\n"));
        lines.into_iter().filter(|line| line.contains("image-at-hand")).collect()
    };
    assert_eq!(of_pipe(""), [due("atlassian/aws-ecr-push-image", "pushes", "app")]);
    for build in ["docker build -t app ., ", "docker build -t app:$BITBUCKET_COMMIT ., ", "docker load -i a.tar, "] {
        assert_eq!(of_pipe(build), [] as [&str; 0], "{build}");
    }
}

#[test]
fn what_is_deployed_before_it_is_built_is_told() {
    let build = "script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT], services: [docker]";
    let deploy =
        "deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_COMMIT], name: Go";
    let told = |items: &str| -> Vec<String> {
        let text = format!("image: a:1\npipelines:\n  branches:\n    main:\n{items}");
        told(&text).into_iter().filter(|line| line.contains("deploy-what-was-promoted")).collect()
    };
    let (build, deploy) = (format!("      - step: {{ {build} }}\n"), format!("      - step: {{ {deploy} }}\n"));
    let due =
        ["error deploy-what-was-promoted: `r.example/app:$BITBUCKET_COMMIT` is deployed before it is surely built"];
    assert_eq!(told(&format!("{build}{deploy}")), [] as [&str; 0]);
    assert_eq!(told(&format!("{deploy}{build}")), due);
    // What another step behind it pushes under a hidden name is too late as well.
    let hidden = "      - step: { script: [{pipe: bitbucketpipelines/docker-push:1.0.0}], services: [docker] }\n";
    assert_eq!(told(&format!("{deploy}{build}{hidden}")), due);
    assert_eq!(told(&format!("{hidden}{deploy}{build}")), [] as [&str; 0]);
    let beside = format!(
        "      - parallel:\n{}{}",
        build.replace("      -", "          -"),
        deploy.replace("      -", "          -")
    );
    assert_eq!(told(&beside), due);
}

#[test]
fn a_custom_pipeline_that_replaces_the_image_of_main_is_told() {
    let step = |step: &str| {
        let pipelines = format!("  custom:\n    again:\n      - step: {step}\n");
        flow(&Added { pipelines: &pipelines, ..NOTHING })
    };
    let custom =
        |name: &str| step(&format!("{{ services: [docker], script: [docker build -t {name} ., docker push {name}] }}"));
    let due = [
        "warning build-once: `docker build` builds and pushes `r.example/app:$BITBUCKET_COMMIT` in the custom pipeline again: main pushes the same name, which this replaces",
    ];
    assert_eq!(custom("r.example/app:$BITBUCKET_COMMIT"), due);
    assert_eq!(step("*build"), due);
    assert_eq!(custom("r.example/app:nightly-$BITBUCKET_BUILD_NUMBER"), [] as [&str; 0]);
}

#[test]
fn a_script_that_bash_cannot_read_is_told_where_it_breaks() {
    for (lines, due) in [
        (&["if [ -n \"$A\" ]; then\n  echo a"][..], "`if` has no `fi`, so the shell stops here"),
        (&["if [ -n \"$A\" ] then\n  echo a\nfi"], "the shell can't take `fi` here, and stops"),
        (&["echo \"a", "echo \"b\""], "this `\"` is never closed, so the shell stops here"),
        (&["cat > a <<EOF\nb\n  EOF"], "this here-document never ends: no line is `EOF` alone"),
        (&["echo a | | cat"], "the shell can't take `|` here, and stops"),
        (&["echo a &&"], "no command stands behind `&&`, so the shell stops here"),
        (&["echo a; fi"], "`fi` belongs to nothing that is open, so the shell stops here"),
        (&["echo a > ; echo b"], "`>` names no file, so the shell stops here"),
    ] {
        assert_eq!(on_main(lines), [format!("warning readable-script: {due}")], "{lines:?}");
    }
    // The items are one script, and what another rule tells of is told once.
    for lines in [
        &["if [ -n \"$A\" ]; then", "echo a", "fi"][..],
        &["for a in b c; do", "echo $a", "done"],
        &["echo a \\", "echo b"],
    ] {
        assert_eq!(on_main(lines), [] as [&str; 0], "{lines:?}");
    }
    assert_eq!(on_main(&["echo <NAME>"]).len(), 1);
}

#[test]
fn a_quote_that_goes_on_into_the_next_item_is_told_in_its_own() {
    let text = "image: node:20.1.0\npipelines:\n  default:\n    - step:\n        script:\n          - echo \"a\n          - echo \"b\"\n          - echo it's\n";
    let found = pipewright::check::Checker::new(pipewright::settings::Settings::default()).check(text).findings;
    let places: Vec<_> =
        found.iter().filter(|finding| finding.rule == "readable-script").map(|finding| finding.span.start).collect();
    assert_eq!(places, [text.find("\"a").unwrap()]);
}

#[test]
fn what_runs_behind_a_deployment_excuses_nothing() {
    let text = |script: &str| {
        told(&format!(
            "image: acme/ci-tools:1.8.0
pipelines:
  branches:
    main:
      - step:
          services: [docker]
          script:
            - docker build -t r.example/app:$BITBUCKET_COMMIT .
            - docker push r.example/app:$BITBUCKET_COMMIT
      - step: {{ deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_COMMIT] }}
  tags:
    rc-*:
      - step: {{ deployment: staging, script: {script} }}
    release-*:
      - step: {{ script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG] }}
      - step: {{ deployment: production, trigger: manual, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG] }}
"
        ))
    };
    let deploy = "kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG";
    let judged = |script: &str| text(script).into_iter().map(|line| line.split(':').next().unwrap_or("").to_owned());
    let due = ["error retag-not-rebuild"];
    assert_eq!(judged(&format!("[{deploy}]")).collect::<Vec<_>>(), due);
    let behind = judged(&format!("[{deploy}, ./smoke-test.sh]"));
    assert_eq!(behind.filter(|line| line.ends_with("retag-not-rebuild")).collect::<Vec<_>>(), due);
    let before: Vec<String> = judged(&format!("[./promote.sh, {deploy}]")).collect();
    assert!(before.contains(&"note retag-not-rebuild".to_owned()), "{before:?}");
    let scanned = format!("[docker run --rm aquasec/trivy:0.54.1 image r.example/app:$BITBUCKET_TAG, {deploy}]");
    assert!(judged(&scanned).any(|line| line == due[0]), "a tool that only looks gives no tag");
}

#[test]
fn whether_a_pushed_tag_starts_a_trigger_is_not_known() {
    let trigger = "triggers:
  repository-push:
    - { condition: 'glob(BITBUCKET_TAG, \"rc-*\")', pipelines: [candidate] }
image: a/b:1
pipelines:
  custom:
    candidate:
      - step: { deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG] }
";
    let found = told(trigger);
    let of_candidates: Vec<&String> = found.iter().filter(|line| line.contains("`rc-` tag")).collect();
    assert!(matches!(of_candidates.as_slice(), [one] if one.starts_with("note release-flow")), "{found:?}");
}

#[test]
fn what_goes_through_a_filter_reaches_the_log() {
    for line in ["env | sort", "printenv | sort | head -20", "env | tee all.txt", "env | sort || true"] {
        let due = [
            "note no-inline-secret: all variables are written to the log, and whether secrets are among them can't be told",
        ];
        assert_eq!(on_main(&[line]), due, "{line}");
    }
    assert_eq!(
        on_main(&["echo \"token=$API_TOKEN\" | tee token.txt"]),
        ["warning no-inline-secret: `$API_TOKEN` is written to the log"]
    );
    for line in [
        "env | sort > all.txt",
        "X=$(env | sort)",
        "env | grep -q CI",
        "echo \"$API_TOKEN\" | gh auth login --with-token",
    ] {
        assert_eq!(on_main(&[line]), [] as [&str; 0], "{line}");
    }
}

#[test]
fn a_sign_that_yaml_escapes_is_named_as_the_shell_reads_it_and_powershell_is_not_read() {
    let said = |step: &str| -> Vec<String> {
        let text = format!("image: node:20.1.0\npipelines:\n  default:\n    - step: {step}\n");
        let found = pipewright::check::Checker::new(pipewright::settings::Settings::default()).check(text).findings;
        found.into_iter().filter(|finding| finding.rule == "readable-script").map(|finding| finding.message).collect()
    };
    assert_eq!(said("{script: [\"echo \\\"a\"]}"), ["this `\"` is never closed, so the shell stops here"]);
    let windows = "{runtime: {cloud: {platform: windows}}, script: ['if ($A -ne 0) { exit 1 }']}";
    assert_eq!(said(windows), [] as [&str; 0]);
}

#[test]
fn the_one_tag_of_a_pipeline_is_no_constant() {
    let text = |tag: &str, deployed: &str| {
        format!(
            "image: acme/ci-tools:1.8.0
pipelines:
  tags:
    {tag}:
      - step: {{ script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG] }}
      - step: {{ deployment: production, trigger: manual, script: ['kubectl set image deploy/app app=r.example/app:{deployed}'] }}
"
        )
    };
    let of_rule = |text: &str| -> Vec<String> {
        told(text).into_iter().filter(|line| line.contains("deploy-what-was-promoted")).collect()
    };
    assert_eq!(of_rule(&text("release-1.0", "$BITBUCKET_TAG")), [] as [&str; 0]);
    assert_eq!(of_rule(&text("release-1.0", "release-1.1")).len(), 1);
    assert_eq!(of_rule(&text("release-*", "release-1.0")).len(), 1);
}

#[test]
fn a_program_that_a_language_runs_may_deploy() {
    let warned = |call: &str| {
        format!("warning visible-script: `{call}` is not at hand, and its name says that it builds or deploys")
    };
    for (line, call) in [
        ("go run ./cmd/deploy -env production", "go run ./cmd/deploy"),
        ("java -jar ci/deployer.jar --env=production", "java -jar ci/deployer.jar"),
        ("ruby deploy.rb", "deploy.rb"),
        ("bun deploy.ts", "deploy.ts"),
    ] {
        assert_eq!(on_main(&[line]), [warned(call)], "{line}");
    }
    let asked = on_main(&["python -c 'import deploy; deploy.run()'"]);
    assert_eq!(
        asked,
        ["note declared-environment: whether `python` deploys can't be told: what its program does is not followed"]
    );
    for line in ["go run ./cmd/gen", "cargo run --release", "java -cp lib com.acme.Main", "mix ecto.migrate"] {
        assert_eq!(on_main(&[line]), [] as [&str; 0], "{line}");
    }
}

#[test]
fn a_step_that_declares_production_and_runs_a_program_counts() {
    let sync = "- step: { deployment: staging, script: [aws s3 sync dist s3://acme-staging] }";
    let flow = |command: &str| {
        told(&format!(
            "image: acme/ci-tools:1.8.0
pipelines:
  branches:
    main:
      {sync}
  tags:
    rc-*:
      {sync}
    release-*:
      - step: {{ script: [npm ci] }}
      - step: {{ name: Go, deployment: production, trigger: manual, script: ['{command}'] }}
"
        ))
    };
    let missing =
        "error release-flow: a `release-` tag never deploys to production: the commands of `Go` deploy nothing";
    for command in [
        "go run ./cmd/gen -env production",
        "dotnet run --project build",
        "java -jar app.jar",
        "./gradlew run",
        "mvn exec:java",
        "Rscript x.R",
        "dotnet ef database update",
    ] {
        let found = flow(command);
        assert!(found.iter().any(|line| line.starts_with("note release-flow: `Go` counts")), "{command}: {found:?}");
        assert!(!found.contains(&missing.to_owned()), "{command}");
    }
    for command in ["go run ./cmd/lint", "java -version", "pipx run ruff check", "go build ./cmd/deploy"] {
        assert_eq!(flow(command), [missing], "{command}");
    }
    for command in ["curl \"https://api.acme.example/deploy/$ID?key=$KEY\"", "echo \"put dist\" | sftp u@h"] {
        assert_eq!(flow(command), [] as [&str; 0], "{command}");
    }
}

#[test]
fn a_file_that_a_step_may_have_of_its_own_is_no_finding() {
    let told_of = |first: &str, more: &str, second: &str| {
        let text = format!(
            "image: acme/ci-tools:1.8.0
pipelines:
  default:
    - step: {{ name: A, {more} script: ['{first}'] }}
    - step: {{ name: B, script: ['{second}'] }}
"
        );
        told(&text).iter().filter(|line| line.starts_with("warning step-file")).count()
    };
    let write = "echo V=1 > v.env";
    assert_eq!(told_of(write, "", "source v.env"), 1);
    assert_eq!(told_of("docker save -o app.tar a:1", "artifacts: [dist/**],", "docker load -i app.tar"), 1);
    for (more, second) in [
        ("artifacts: [v.env],", "source v.env"),
        ("artifacts: [\"*.env\"],", "source v.env"),
        ("artifacts: {upload: [{name: n, paths: [\"*.env\"]}]},", "source v.env"),
        ("caches: [own],", "source v.env"),
        ("", "echo V=2 > v.env; source v.env"),
        ("", "[ -f v.env ] && source v.env"),
        ("", "source v.env || true"),
        ("", "./prepare.sh; source v.env"),
        ("", "git pull; source v.env"),
        ("", "ssh u@h docker run --env-file v.env a:1"),
        ("", "cd sub; source v.env"),
    ] {
        assert_eq!(told_of(write, more, second), 0, "{more} {second}");
    }
}

#[test]
fn a_commit_of_the_step_stands_before_those_that_it_cloned() {
    let asks = |script: &str| {
        let text =
            format!("image: a/b:1\nclone: {{depth: 1}}\npipelines:\n  default:\n    - step: {{script: [{script}]}}\n");
        told(&text).iter().filter(|line| line.contains("cloned-history")).count()
    };
    assert_eq!(asks("git diff --name-only HEAD~1 HEAD"), 1);
    assert_eq!(asks("git commit -am x, git diff --stat HEAD~1"), 0);
}

#[test]
fn what_is_put_aside_on_another_machine_is_no_deployment() {
    for line in ["ssh u@h \"cat > /tmp/x\" < x", "ssh u@h 'cat >> ~/.ssh/known_hosts' < hosts"] {
        assert_eq!(on_main(&[line]), [] as [&str; 0], "{line}");
    }
}
