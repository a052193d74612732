//! What the rules say of commands that are not understood: an error needs evidence, and one cause is told once.

use pipewright::check::Checker;
use pipewright::finding::{Finding, Severity};
use pipewright::settings::Settings;

use crate::support::told;

/// A whole flow: what main runs after its build, how the tag plans name the image, and how they deploy.
fn flow(main: &str, retag: &str, deploy: &str) -> String {
    format!(
        "image: acme/ci-tools:1.8.0
pipelines:
  branches:
    main:
      - step:
          services: [docker]
          script:
            - docker build -t r.example/p/app:$BITBUCKET_COMMIT .
            - {main}
      - step:
          deployment: staging
          script: [kubectl set image deployment/app app=r.example/p/app:$BITBUCKET_COMMIT]
  tags:
    rc-*:
      - step: &retag
          services: [docker]
          script:
            - {retag}
      - step: &deploy
          deployment: staging
          script:
            {}
    release-*:
      - step: *retag
      - step: {{ <<: *deploy, deployment: production, trigger: manual }}
",
        deploy.replace('\n', "\n            ")
    )
}

const PUSH: &str = "docker push r.example/p/app:$BITBUCKET_COMMIT";
const RETAG: &str = "docker pull r.example/p/app:$BITBUCKET_COMMIT && docker tag r.example/p/app:$BITBUCKET_COMMIT r.example/p/app:$BITBUCKET_TAG && docker push r.example/p/app:$BITBUCKET_TAG";
const DEPLOY: &str = "- kubectl set image deployment/app app=r.example/p/app:$BITBUCKET_TAG";

fn findings(text: &str) -> Vec<Finding> {
    Checker::new(Settings::default()).check(text).findings
}

#[test]
fn a_push_behind_another_tool_is_a_push() {
    assert_eq!(told(&flow(PUSH, RETAG, DEPLOY)), Vec::<String>::new());
    for wrapped in
        ["gcloud docker -- push", "gcloud docker push", "sudo nerdctl push", "op run --env-file .env -- docker push"]
    {
        let main = format!("{wrapped} r.example/p/app:$BITBUCKET_COMMIT");
        assert_eq!(told(&flow(&main, RETAG, DEPLOY)), Vec::<String>::new(), "{wrapped}");
    }
}

#[test]
fn a_command_that_may_have_pushed_makes_no_error() {
    let whether = "note promote-by-commit: whether main pushes `r.example/p/app:$BITBUCKET_COMMIT` for the same commit can't be told";
    for main in [
        // No tool that the catalogue knows, and one that it knows with an unknown word.
        "frobnicate r.example/p/app:$BITBUCKET_COMMIT",
        "gcloud frobnicate r.example/p/app:$BITBUCKET_COMMIT",
        // Main pushes the image under another name, too, so that this one looks forgotten.
        "docker push r.example/p/app:latest && frobnicate r.example/p/app:$BITBUCKET_COMMIT",
        "python3 tools/put.py r.example/p/app:$BITBUCKET_COMMIT",
        "oras push-all --everything",
    ] {
        let found = told(&flow(main, RETAG, DEPLOY));
        assert_eq!(
            found.iter().filter(|text| text.contains("promote-by-commit")).collect::<Vec<_>>(),
            [whether],
            "{main}"
        );
    }
    let found = findings(&flow("frobnicate r.example/p/app:$BITBUCKET_COMMIT", RETAG, DEPLOY));
    let note = found.iter().find(|finding| finding.rule == "promote-by-commit").unwrap();
    assert_eq!(note.related[0].message, "`frobnicate` may push it, and is not understood");
}

#[test]
fn a_command_that_surely_pushes_nothing_is_no_excuse() {
    for main in ["docker inspect r.example/p/app:$BITBUCKET_COMMIT", "trivy image r.example/p/app:$BITBUCKET_COMMIT"] {
        let found = told(&flow(main, RETAG, DEPLOY));
        assert!(found.iter().any(|text| text.starts_with("error promote-by-commit")), "{main}: {found:?}");
    }
}

/// What `release-flow` says where production's step runs something.
fn production_by(script: &str) -> Vec<String> {
    let text = flow(PUSH, RETAG, DEPLOY);
    let step = "deployment: production, trigger: manual }";
    let with = format!("deployment: production, trigger: manual, services: [docker], script: [{script:?}] }}");
    told(&text.replace(step, &with)).into_iter().filter(|text| text.contains("release-flow")).collect()
}

#[test]
fn a_package_is_deployed_where_a_step_says_so() {
    for publish in [
        "npm publish --tag test",
        "python3 -m twine upload --repository testpypi dist/*",
        "./mvnw -B deploy -DskipTests",
        "gradle :core:publish",
        "poetry publish --build",
        "npx semantic-release",
        "npx lerna publish from-git",
    ] {
        assert_eq!(production_by(publish), Vec::<String>::new(), "{publish}");
        // None elsewhere, and the registry's name is no environment.
        let found = told(&flow(&format!("{PUSH} && {publish}"), RETAG, DEPLOY));
        assert_eq!(found, Vec::<String>::new(), "{publish}");
    }
    for prepare in ["npm pack", "python -m build", "mvn package", "cargo build", "gem build x.gemspec"] {
        assert!(production_by(prepare).iter().all(|text| text.starts_with("error")), "{prepare}");
        assert!(!production_by(prepare).is_empty(), "{prepare}");
    }
}

#[test]
fn what_changes_something_outside_may_be_the_deployment() {
    for change in [
        "flyway -url=$URL migrate",
        "poetry run alembic upgrade head",
        "python src/manage.py migrate --noinput",
        "php artisan migrate --force",
        "kubectl delete job x",
        "curl -X POST https://ci.example/start",
        "ssh me@host 'cd /srv && git pull'",
        "docker -H ssh://me@host exec web reload",
        "make",
    ] {
        let found = production_by(change);
        assert!(found.len() == 1 && found[0].starts_with("note release-flow:"), "{change}: {found:?}");
    }
    for look in [
        "kubectl get pods",
        "ssh me@host 'cd /srv && ls'",
        "docker exec web id",
        "curl https://x.example",
        "make --version",
    ] {
        let found = production_by(look);
        assert!(found.len() == 1 && found[0].starts_with("error release-flow:"), "{look}: {found:?}");
    }
}

#[test]
fn a_subcommand_that_cant_be_read_may_deploy() {
    for hidden in ["kubectl $ARGS", "kubectl $(cat kubectl.args)", "helm -n app $ARGS", "terraform -chdir=x $COMMAND"] {
        let found = production_by(hidden);
        assert!(found.len() == 1 && found[0].starts_with("note release-flow:"), "{hidden}: {found:?}");
    }
    // Options may stand before it.
    assert_eq!(production_by("kubectl $OPTIONS set image deployment/app app=r.example/p/app:$BITBUCKET_TAG"), [""; 0]);
    for read in
        ["kubectl --context $CONTEXT get pods", "helm version", "terraform plan $ARGS", "kubectl $OPTIONS get pods"]
    {
        let found = production_by(read);
        assert!(found.len() == 1 && found[0].starts_with("error release-flow:"), "{read}: {found:?}");
    }
}

#[test]
fn a_container_in_the_background_of_a_server_is_deployed() {
    let image = "r.example/p/app:$BITBUCKET_TAG";
    for detached in ["-d --rm", "--rm --detach", "-itd --rm", "-d"] {
        let run = format!("ssh me@host 'docker run {detached} --name app {image}'");
        assert_eq!(production_by(&run), [""; 0], "{detached}");
    }
    for job in [format!("ssh me@host 'docker run --rm {image} migrate'"), format!("docker run -d --rm {image}")] {
        assert!(!production_by(&job).is_empty(), "{job}");
    }
}

#[test]
fn a_copy_goes_where_it_is_put() {
    let found = |copy: &str| {
        let text = flow(PUSH, RETAG, DEPLOY).replace(
            "deployment: production, trigger: manual }",
            &format!("deployment: production, trigger: manual, script: [{copy:?}] }}"),
        );
        told(&text).into_iter().filter(|told| told.contains("looks like")).count()
    };
    for copy in [
        "aws s3 sync s3://acme-staging/site s3://acme-site",
        "gsutil -m rsync -r gs://acme-staging gs://acme",
        "rsync -a me@staging.example:/srv/ /mnt/site/",
    ] {
        assert_eq!(found(copy), 0, "{copy}");
    }
    assert_eq!(found("aws s3 sync s3://acme-site s3://acme-staging"), 1);
    assert_eq!(found("aws s3 sync dist s3://acme-staging"), 1);
}

#[test]
fn a_cluster_in_a_container_of_the_build_machine_is_its_own() {
    let main = format!("{PUSH} && docker exec k3s kubectl apply -f test.yaml");
    assert_eq!(told(&flow(&main, RETAG, DEPLOY)), Vec::<String>::new());
}

/// The whole flow on Windows runners.
fn on_windows(script: impl Fn(&str) -> String) -> String {
    let step = |name: &str, more: &str, command: &str| {
        format!(
            "      - step:\n          name: {name}\n          runs-on: [self.hosted, windows]\n{more}          script:\n{}",
            script(command)
        )
    };
    let tag = |environment: &str, gate: &str| {
        let promote = "docker pull \"$commit\"; docker tag \"$commit\" \"$tag\"; docker push \"$tag\"";
        let deploy = format!("          deployment: {environment}\n{gate}");
        step("Promote", "", promote) + &step("Deploy", &deploy, "docker -H ssh://host run -d \"$tag\"")
    };
    format!(
        "pipelines:\n  branches:\n    main:\n{}{}  tags:\n    rc-*:\n{}    release-*:\n{}",
        step("Build", "", "docker build -t $commit .; docker push $commit"),
        step("Staging", "          deployment: staging\n", "docker -H ssh://host run -d $commit"),
        tag("staging", ""),
        tag("production", "          trigger: manual\n"),
    )
}

#[test]
fn scripts_of_a_windows_runner_are_powershell() {
    // Names in variables, and in each command.
    let assigned = |cut: &str| {
        on_windows(|command| {
            let set = format!(
                "$commit = \"$env:REG/app:$($env:BITBUCKET_COMMIT{cut})\"\n$tag = \"${{env:REG}}/app:$env:BITBUCKET_TAG\"\n{command}\n"
            );
            format!(
                "            - |\n{}",
                set.lines().map(|line| format!("              {line}\n")).collect::<String>()
            )
        })
    };
    let inline = on_windows(|command| {
        let command = command
            .replace("$commit", "$env:REG/app:$env:BITBUCKET_COMMIT")
            .replace("$tag", "$Env:REG/app:$Env:BITBUCKET_TAG");
        command.split("; ").map(|one| format!("            - {one}\n")).collect()
    });
    for sound in [assigned(""), assigned(".Substring(0, 8)"), inline.clone()] {
        let found = told(&sound);
        assert!(!found.iter().any(|text| !text.starts_with("note")), "{found:#?}\n{sound}");
        assert!(!found.iter().any(|text| text.contains("promote")), "{found:#?}");
    }
    let moved =
        told(&inline.replace("docker tag \"$env:REG/app:$env:BITBUCKET_COMMIT\"", "docker tag $env:REG/app:latest"));
    assert!(moved.iter().any(|text| text.starts_with("error promote-by-commit")), "{moved:#?}");
}

#[test]
fn a_folder_names_the_environment_as_an_option_does() {
    for command in [
        "cd live/prod && terraform apply",
        "pushd envs/production; terragrunt apply",
        "terraform -chdir=live/prod apply",
        "cd overlays/production && kubectl apply -k .",
        "(cd deploy/prod && docker compose -H ssh://host up -d)",
        // An inventory, what renders a manifest, a variable that chooses the cluster, and a switch for production do so as well.
        "ansible-playbook -i inventories/production site.yml",
        "kustomize build overlays/production | kubectl apply -f -",
        "export KUBECONFIG=$HOME/kube/production.yaml && kubectl apply -f k8s/",
        "AWS_PROFILE=acme-production aws lambda update-function-code --function-name f --zip-file fileb://f.zip",
        "netlify deploy --dir dist --prod",
        "vercel deploy --prod",
        "cf target -s production && cf push",
        "firebase use production && firebase deploy",
        "oc project production && oc apply -f k8s/",
        "kubectl --context live apply -f k8s/",
        "npx serverless deploy --stage live-eu",
        "gsutil -m rsync -r dist gs://www-production.acme.example",
        "aws s3 cp --recursive dist s3://acme-production-web",
    ] {
        let found = told(&flow(&format!("{PUSH} && {command}"), RETAG, DEPLOY));
        for rule in ["declared-environment", "production-from-release-tag", "manual-production"] {
            assert!(found.iter().any(|text| text.starts_with(&format!("error {rule}"))), "{command}: {found:?}");
        }
    }
    for command in [
        "cd live/prod && cd - && cd ../.. && terraform apply",
        "(cd live/prod && terraform plan); terraform apply",
        // A chart's own name is none of an environment, and what the command says goes before the folder.
        "cd charts/prod-support && helm upgrade -i support .",
        "cd clusters/production && helm upgrade -i web . -n staging",
        "ansible-playbook -i inventories/staging site.yml",
        "kustomize build overlays/staging | kubectl apply -f -",
        "netlify deploy --dir dist",
        // What is copied from a folder says nothing of where it goes.
        "cd dist/production && aws s3 sync . s3://$BUCKET",
        "aws s3 sync build/production s3://$BUCKET",
        "rsync -az dist-prod/ u@dev.acme.example:/srv",
        "az storage blob upload-batch -s build/production -d '$web' --account-name acme",
        "aws s3 cp report.html s3://acme-production-web/report.html",
        // An environment for tests says as much as one for staging.
        "kubectl --context test apply -f k8s/production.yaml",
        "helm upgrade api ./chart -n dev -f values-production.yaml",
        "eb deploy api-dev --label production-7",
        "kubectl -n live-chat apply -f k8s/",
        "cd live && terragrunt run-all apply",
    ] {
        let found = told(&flow(&format!("{PUSH} && {command}"), RETAG, DEPLOY));
        assert!(!found.iter().any(|text| text.contains("production")), "{command}: {found:?}");
    }
}

#[test]
fn a_registry_that_is_unknown_on_both_sides_hides_no_other_image() {
    let sound = flow(PUSH, RETAG, DEPLOY).replace("r.example", "$REGISTRY");
    let other = |from: &str, to: &str| told(&sound.replace(from, to));
    assert_eq!(told(&sound), Vec::<String>::new());
    let deployed = DEPLOY.replace("r.example", "$REGISTRY");
    let found = other(&deployed, &deployed.replace("p/app:", "p/other:"));
    assert!(found.iter().any(|text| text.starts_with("error deploy-what-was-promoted")), "{found:?}");
    let found = other(&deployed, &deployed.replace("$REGISTRY/p/app:", "$MIRROR/other:"));
    assert!(found.iter().any(|text| text.starts_with("note deploy-what-was-promoted")), "{found:?}");
}

#[test]
fn what_single_quotes_keep_from_the_shell_is_told_as_that() {
    let found =
        told(&flow(PUSH, RETAG, &DEPLOY.replace("r.example/p/app:$BITBUCKET_TAG", "'r.example/p/app:$BITBUCKET_TAG'")));
    assert!(found.iter().any(|text| text.contains("`$BITBUCKET_TAG` is deployed as it stands")), "{found:?}");
}

#[test]
fn a_host_names_the_environment_before_a_compose_file_does() {
    for host in [
        "DOCKER_HOST=ssh://d@staging.acme.example docker",
        "docker -H ssh://staging.acme.example",
        "docker --context staging",
        "docker --context test",
        "DOCKER_HOST=ssh://u@dev.acme.example docker",
    ] {
        let deploy = format!("{host} compose -f compose.prod.yml up -d");
        let found = told(&flow(&format!("{PUSH} && {deploy}"), RETAG, DEPLOY));
        assert!(!found.iter().any(|text| text.contains("production")), "{deploy}: {found:?}");
    }
    let found = told(&flow(&format!("{PUSH} && docker -H $HOST compose -f compose.prod.yml up -d"), RETAG, DEPLOY));
    assert!(found.iter().any(|text| text.starts_with("error manual-production")), "{found:?}");
}

#[test]
fn what_builds_from_source_and_deploys_gives_no_tag() {
    let deploy = "gcloud run deploy app --source .";
    let found = told(&flow(&format!("{PUSH} && {deploy}"), "date", &format!("- {deploy}")));
    for rule in ["build-once", "retag-not-rebuild"] {
        assert!(found.iter().any(|text| text.starts_with(&format!("error {rule}"))), "{found:?}");
    }
    assert!(!found.iter().any(|text| text.contains("deploy-what-was-promoted")), "{found:?}");
}

#[test]
fn the_docker_of_all_steps_takes_memory_in_steps_that_name_no_service() {
    let sound = flow(PUSH, RETAG, DEPLOY);
    let with = |memory: u32, more: &str| {
        let head =
            format!("options: {{docker: true{more}}}\ndefinitions: {{services: {{docker: {{memory: {memory}}}}}}}\n");
        told(&format!("{head}{}", sound.replace("          services: [docker]\n", "")))
    };
    let found = with(4096, "");
    assert!(found.len() == 1 && found[0].starts_with("error service-memory"), "{found:?}");
    assert_eq!(with(4096, ", size: 2x"), Vec::<String>::new());
    assert_eq!(with(3072, ""), Vec::<String>::new());
}

#[test]
fn the_full_name_is_workspace_and_slug() {
    for same in ["$BITBUCKET_REPO_FULL_NAME", "${BITBUCKET_REPO_FULL_NAME%/*}/${BITBUCKET_REPO_FULL_NAME##*/}"] {
        let deploy = DEPLOY.replace("r.example/p/app", &format!("r.example/{same}"));
        let text = flow(PUSH, RETAG, &deploy);
        let text = text.replace("r.example/p/app", "r.example/$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG");
        assert_eq!(told(&text), [""; 0], "{same}");
    }
}

#[test]
fn what_follows_from_another_finding_is_not_told() {
    let sound = flow(PUSH, RETAG, DEPLOY);
    let unknown = told(&sound.replace("- step: *retag", "- step: *promote"));
    assert!(unknown.iter().any(|text| text.starts_with("error defined-alias")), "{unknown:?}");
    assert_eq!(unknown.iter().filter(|text| text.starts_with("error")).count(), 1, "{unknown:?}");
    for (was, is, rule) in [
        ("image: acme/ci-tools:1.8.0", "image: ''", "not-empty"),
        ("- docker build", "- pipe: aws-s3-deploy\n            - docker build", "well-formed"),
    ] {
        let found = told(&sound.replace(was, is));
        assert!(found.len() == 1 && found[0].starts_with(&format!("error {rule}")), "{found:?}");
    }
}

#[test]
fn a_pipe_does_what_its_command_says() {
    for (command, wanted) in [("package-only", 0), ("all", 1)] {
        let pipe = format!(
            "{PUSH}\n            - pipe: atlassian/aws-sam-deploy:2.4.0\n              variables: {{ COMMAND: {command} }}"
        );
        let found = told(&flow(&pipe, RETAG, DEPLOY));
        let undeclared = found.iter().filter(|text| text.starts_with("error declared-environment")).count();
        assert_eq!((undeclared, found.len()), (wanted, wanted), "{command}: {found:?}");
    }
}

#[test]
fn a_pipe_pushes_what_has_its_name_on_the_build_machine() {
    let pipe = |pipe: &str, build: &str| {
        let push = format!(
            "\n            - pipe: {pipe}\n              variables: {{ IMAGE_NAME: app, IMAGE: app, TAGS: $BITBUCKET_TAG }}"
        );
        let text = flow(PUSH, &format!("{build} && {RETAG}{push}"), DEPLOY);
        told(&text).into_iter().filter(|told| told.contains("build-once")).collect::<Vec<_>>()
    };
    let known = "atlassian/aws-ecr-push-image:2.4.2";
    let built = "error build-once: `docker build` builds `app` on a push of tag rc-*";
    assert_eq!(pipe(known, "docker build -t app ."), [built]);
    assert_eq!(pipe("atlassian/google-gcr-push-image:1.1.0", "docker build -t app:latest ."), [built]);
    // Another local image is pushed by nothing, and one that was pulled is built by nothing.
    assert_eq!(pipe(known, "docker build -t app:unit ."), [""; 0]);
    assert_eq!(pipe(known, "docker tag r.example/p/app:$BITBUCKET_COMMIT app"), [""; 0]);
    let whether = "note build-once: whether `microsoft/azure-acr-push` pushes what `docker build` builds on a push of tag rc-* can't be told";
    assert_eq!(pipe("microsoft/azure-acr-push:1.0.0", "docker build -t app ."), [whether]);
}

#[test]
fn an_import_is_mended_by_its_steps() {
    let text = "definitions: {imports: {shared: ci/main.yml}}\npipelines: {branches: {main: {import: x@shared}}}\n";
    let found = findings(text);
    let import = found.iter().find(|finding| finding.message.contains("`x@shared` is imported"));
    assert_eq!(
        import.and_then(|finding| finding.help.as_deref()),
        Some("write the imported steps here or in a file of this repository, where they are followed")
    );
}

#[test]
fn a_later_step_pushes_what_it_loads() {
    let built = |push: &str| {
        let text = format!(
            "pipelines:
  branches:
    main:
      - step: {{services: [docker], script: ['docker build -t r.example/p/app:$BITBUCKET_COMMIT .', {PUSH}]}}
  tags:
    rc-*:
      - step: {{services: [docker], artifacts: [app.tar], script: [docker build -t app ., docker save app -o app.tar]}}
      - step: {{services: [docker], script: ['{push}']}}
"
        );
        told(&text).iter().filter(|told| told.starts_with("error build-once")).count()
    };
    let tag = "docker tag app r.example/p/app:$BITBUCKET_TAG && docker push r.example/p/app:$BITBUCKET_TAG";
    assert_eq!(built(&format!("docker load -i app.tar && {tag}")), 1);
    // Without that, it is another image of that name.
    assert_eq!(
        built(&format!(
            "docker pull r.example/p/app:$BITBUCKET_COMMIT && docker tag r.example/p/app:$BITBUCKET_COMMIT app && {tag}"
        )),
        0
    );
}

#[test]
fn a_pipe_that_pushes_what_was_pulled_gives_it_a_name() {
    let promote = |source: &str| {
        let pipe = "- pipe: atlassian/aws-ecr-push-image:2.4.2\n              variables: { IMAGE_NAME: app, TAGS: $BITBUCKET_TAG }";
        let retag = format!("docker pull {source} && docker tag {source} app\n            {pipe}");
        told(&flow(PUSH, &retag, &DEPLOY.replace("r.example/p/app", "$ECR/app")))
    };
    assert_eq!(
        promote("r.example/p/app:$BITBUCKET_COMMIT"),
        ["note deploy-what-was-promoted: whether `$ECR/app:$BITBUCKET_TAG` is what was promoted can't be told"]
    );
    let latest = promote("r.example/p/app:latest");
    assert!(latest.iter().any(|told| told.starts_with("error promote-by-commit: `latest` is promoted")), "{latest:?}");
    assert!(!latest.iter().any(|told| told.contains("retag-not-rebuild")), "{latest:?}");
}

#[test]
fn a_pipe_without_a_tag_pushes_latest() {
    let text = "pipelines:
  branches:
    main:
      - step: {script: [date]}
  pull-requests:
    '**':
      - step:
          services: [docker]
          script:
            - docker build -t app .
            - pipe: atlassian/aws-ecr-push-image:2.4.2
              variables: { IMAGE_NAME: app }
";
    assert!(told(text).iter().any(|told| told.starts_with("error build-once: `docker build` builds and pushes")));
}

#[test]
fn whether_a_build_pushes_may_stand_in_its_file() {
    for (main, wanted) in [
        ("docker buildx bake", "note"),
        ("docker buildx bake -f ci/images.hcl --set *.output=type=registry app", "note"),
        ("docker buildx bake --load", "error"),
    ] {
        let found = told(&flow(main, RETAG, DEPLOY));
        let promotes: Vec<&String> = found.iter().filter(|text| text.contains("promote-by-commit")).collect();
        assert!(!promotes.is_empty() && promotes.iter().all(|text| text.starts_with(wanted)), "{main}: {found:?}");
    }
}

#[test]
fn a_command_that_may_have_retagged_makes_no_error() {
    for retag in ["frobnicate r.example/p/app:$BITBUCKET_TAG", "az acr frobnicate r.example/p/app:$BITBUCKET_TAG"] {
        let found = told(&flow(PUSH, retag, DEPLOY));
        assert!(found.iter().any(|text| text.starts_with("note retag-not-rebuild: whether")), "{retag}: {found:?}");
        assert!(!found.iter().any(|text| text.starts_with("error")), "{retag}: {found:?}");
    }
    // A look at the image gives it no name.
    let found = told(&flow(PUSH, "docker manifest inspect r.example/p/app:$BITBUCKET_COMMIT", DEPLOY));
    assert!(found.iter().any(|text| text.starts_with("error retag-not-rebuild")), "{found:?}");
}

#[test]
fn deployments_of_one_image_are_one_finding() {
    let manifests =
        "- kubectl apply -f config/app.yaml\n- kubectl apply -f worker.yaml\n- kubectl apply -f service.yaml";
    let text = flow(PUSH, "date", manifests);
    let found: Vec<Finding> =
        findings(&text).into_iter().filter(|finding| finding.rule == "retag-not-rebuild").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(&text[found[0].span.start..found[0].span.end], "kubectl apply -f config/app.yaml");
    let related: Vec<&str> = found[0].related.iter().map(|related| related.message.as_str()).collect();
    assert_eq!(related, ["and here", "used here as `*deploy`"]);
    // Two images that can be read are two.
    let both = format!("{DEPLOY}\n- kubectl set image deployment/b b=r.example/p/b:$BITBUCKET_TAG\n{DEPLOY}");
    let found = told(&flow(PUSH, "date", &both));
    assert_eq!(found.iter().filter(|text| text.contains("retag-not-rebuild")).count(), 2, "{found:?}");
}

#[test]
fn a_manifest_that_can_hold_no_image_by_its_name_is_a_note_at_most() {
    let found = told(&flow(PUSH, "date", "- kubectl apply -f service.yaml"));
    let whether =
        "note retag-not-rebuild: whether `kubectl apply` deploys an image can't be told: `service.yaml` is not at hand";
    assert!(found.iter().any(|text| text == whether), "{found:?}");
    assert!(!found.iter().any(|text| text.starts_with("error")), "{found:?}");
    // Beside an image that is promoted it says nothing.
    let found = told(&flow(PUSH, RETAG, &format!("- kubectl apply -f ingress.yaml\n{DEPLOY}")));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn an_image_of_the_commit_that_gets_no_name_is_told_as_that() {
    let found =
        findings(&flow(PUSH, "date", "- kubectl set image deployment/app app=r.example/p/app:$BITBUCKET_COMMIT"));
    let missing = found.iter().find(|finding| finding.severity == Severity::Error).unwrap();
    assert_eq!(
        missing.message,
        "`kubectl set image` deploys `r.example/p/app:$BITBUCKET_COMMIT`, the commit's image, and this pipeline never gives it the tag's name"
    );
    let help = missing.help.as_deref().unwrap_or("");
    assert!(help.contains("`docker push r.example/p/app:$BITBUCKET_TAG`; then deploy that"), "{help}");
}

#[test]
fn a_value_that_steps_hand_on_is_doubted_across_events_and_shown() {
    let version = |script: &str| {
        format!(
            "      - step: {{name: Version, output-variables: [VERSION], script: ['{script} >> $BITBUCKET_PIPELINES_VARIABLES_PATH']}}\n"
        )
    };
    let of = |script: &str| {
        let text = flow(PUSH, RETAG, DEPLOY).replace("app:$BITBUCKET_COMMIT", "app:$VERSION");
        let text = text.replace("    main:\n", &format!("    main:\n{}", version(script)));
        text.replace("    rc-*:\n", &format!("    rc-*:\n{}", version(script)))
            .replace("    release-*:\n", &format!("    release-*:\n{}", version(script)))
    };
    let found = findings(&of("./version.sh"));
    let doubts: Vec<&Finding> = found.iter().filter(|finding| finding.rule == "promote-by-commit").collect();
    assert!(!doubts.is_empty() && doubts.iter().all(|finding| finding.severity == Severity::Note), "{found:?}");
    let related = &doubts[0].related[0].message;
    assert_eq!(related, "`$VERSION` is handed on by `Version`, and its value is not followed");
    // Within one run it is one value.
    assert!(!found.iter().any(|finding| finding.rule == "deploy-what-was-promoted"), "{found:?}");
    assert_eq!(told(&of("echo VERSION=$BITBUCKET_COMMIT")), Vec::<String>::new());
}

#[test]
fn what_is_not_known_is_told_in_every_plan() {
    let unknown = |command: &str| {
        let found = findings(&flow(&format!("{PUSH}\n            - {command}"), RETAG, DEPLOY));
        let shown =
            found.iter().map(|finding| format!("{} {}: {}", finding.severity.word(), finding.rule, finding.message));
        shown.collect::<Vec<_>>()
    };
    let none = "it is none of the known commands and pipes";
    assert_eq!(
        unknown("acme-ship --env production"),
        [format!("note declared-environment: whether `acme-ship` deploys can't be told: {none}")]
    );
    assert_eq!(
        unknown("pipe: acme/ship-pipe:1.2.3"),
        [format!("note declared-environment: whether `acme/ship-pipe` deploys can't be told: {none}")]
    );
    assert_eq!(
        unknown("curl -fsSL https://a.example/ship.sh | bash"),
        ["note declared-environment: whether `bash` deploys can't be told: what it is given to run can't be read"]
    );
    assert_eq!(unknown("pipe: docker://shipper:1.2.3").len(), 1);
    // What a tag's plan runs is told there, and once.
    let everywhere =
        flow(&format!("{PUSH}\n            - acme-ship"), &format!("{RETAG}\n            - acme-ship"), DEPLOY);
    assert_eq!(
        told(&everywhere),
        [format!("note build-once: whether `acme-ship` builds or deploys an image can't be told: {none}")]
    );
}

#[test]
fn a_form_that_no_event_changes_is_equal_to_itself() {
    let lower = |text: &str| {
        // The form has commas and braces, which a list in brackets does not take.
        let text = text.replace("script: [kubectl", "script:\n            - kubectl").replace("COMMIT]", "COMMIT");
        text.replace("r.example/p/app", "${DOCKER_REGISTRY,,}/app")
    };
    assert_eq!(told(&lower(&flow(PUSH, RETAG, DEPLOY))), Vec::<String>::new());
}

#[test]
fn a_program_at_hand_that_is_not_followed_is_told_as_that() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("ci")).expect("a folder");
    for path in ["ci/deploy.py", "justfile", "Taskfile.yml"] {
        std::fs::write(folder.path().join(path), "image:\n").expect("a file");
    }
    for (command, at_hand) in
        [("python3 ci/deploy.py", true), ("just image", true), ("task image", true), ("python3 ci/release.py", false)]
    {
        let text = flow(&format!("{PUSH}\n            - {command}"), RETAG, DEPLOY);
        let found = Checker::new(Settings::default()).with_files(folder.path()).check(&text).findings;
        let (severity, words) = match at_hand {
            true => (Severity::Note, "is at hand and not followed"),
            false => (Severity::Warning, "is not at hand"),
        };
        assert!(
            found.iter().any(|finding| finding.rule == "visible-script"
                && finding.severity == severity
                && finding.message.contains(words)),
            "{command}: {found:?}"
        );
    }
}

#[test]
fn an_environment_that_another_pattern_may_take_away_is_left_open() {
    let sound = flow(PUSH, RETAG, DEPLOY);
    let found = |from: &str, to: &str| told(&sound.replace(from, to));
    let open = |event: &str, word: &str, other: &str| {
        let why = format!("`{other}` matches too, and which one wins is not documented");
        [format!("note release-flow: whether {event} deploys to {word} can't be told: {why}")]
    };
    // Staging only, for releases as well.
    let release = |other| open("a `release-` tag", "production", other);
    assert_eq!(found("rc-*:", "'{rc-*,release-*}':"), release("{rc-*,release-*}"));
    assert_eq!(found("rc-*:", "'{rc-*,release-**}':"), release("{rc-*,release-**}"));
    // Whichever runs, production is deployed; or one of them is surely more special.
    let twin = "release-*: &both\n      - step: *retag\n";
    let twins = sound.replace("release-*:\n      - step: *retag\n", twin) + "    '{release-*,release-b*}': *both\n";
    assert_eq!(told(&twins), Vec::<String>::new());
    assert_eq!(told(&twins.replace("release-b*", "release-*")), Vec::<String>::new());
    assert_eq!(found("rc-*:", "'{rc-*,release-2*}':"), Vec::<String>::new());
    // A name beside braces that hold it, too.
    let main = found("    main:\n", "    '{main,next}': [step: {script: [date]}]\n    main:\n");
    assert_eq!(main, open("a push to main", "staging", "{main,next}"));
}

#[test]
fn what_is_missing_in_a_flow_is_told_with_what_is_there() {
    let of_flow = |text: &str| -> Vec<(String, Option<String>)> {
        let found = findings(text).into_iter().filter(|finding| finding.rule == "release-flow");
        found.map(|finding| (finding.message, finding.help)).collect()
    };
    let one = |message: &str, help: &str| vec![(message.to_owned(), Some(help.to_owned()))];
    let named = flow(PUSH, RETAG, DEPLOY).replace("      - step:\n          deployment: staging\n          script: [kubectl set image deployment/app app=r.example/p/app:$BITBUCKET_COMMIT]", "      - step:\n          name: Stage\n          deployment: staging\n          script: [echo done, ls]");
    assert_eq!(
        of_flow(&named),
        one(
            "a push to main never deploys to staging: the commands of `Stage` deploy nothing",
            "write the command that deploys into `Stage`"
        )
    );
    let to_test = flow(PUSH, RETAG, DEPLOY).replace(
        "      - step: &deploy\n          deployment: staging",
        "      - step: &deploy\n          deployment: test",
    );
    assert_eq!(
        of_flow(&to_test),
        one("a `rc-` tag never deploys to staging", "add a step with `deployment: staging` to `pipelines.tags.rc-*`")
    );
}

#[test]
fn an_image_is_asked_for_where_a_container_runs_and_latest_is_any_tag_that_begins_so() {
    let pinned = |step: &str| -> Vec<String> {
        let text = format!("pipelines: {{default: [{{step: {{{step}, script: [make]}}}}]}}\n");
        told(&text).into_iter().filter(|told| told.contains("pinned-image")).collect()
    };
    let none = "note pinned-image: no `image` is named, so Bitbucket's oldest default image runs";
    assert_eq!(pinned("name: a"), [none]);
    assert_eq!(pinned("runs-on: [self.hosted, linux]"), [none]);
    for machine in ["[self.hosted, windows]", "[self.hosted, macos]", "[self.hosted, linux.shell]"] {
        assert_eq!(pinned(&format!("runs-on: {machine}")), [""; 0], "{machine}");
    }
    let newest = |image: &str| format!("warning pinned-image: `{image}` is whatever is newest on the day of the run");
    assert_eq!(pinned("image: 'a/b:latest-full'"), [newest("a/b:latest-full")]);
    assert_eq!(pinned("image: 'a/b:1-latest'"), [""; 0]);
}

#[test]
fn what_bitbucket_fills_in_before_the_run_is_the_variable() {
    let filled = "docker push r.example/p/app:${{BITBUCKET_COMMIT}}";
    assert_eq!(told(&flow(filled, RETAG, DEPLOY)), Vec::<String>::new());
    let image = flow(PUSH, RETAG, DEPLOY).replace("image: acme/ci-tools:1.8.0", "image: ${{TOOLS_IMAGE}}");
    assert_eq!(told(&image), Vec::<String>::new());
    let of_run = "echo ${{BITBUCKET_TAG}}; docker push r.example/p/app:$BITBUCKET_COMMIT";
    let told = told(&flow(of_run, RETAG, DEPLOY));
    assert!(
        told[0].starts_with("warning known-variable: `${{BITBUCKET_TAG}}` is filled in before the run"),
        "{told:?}"
    );
}

#[test]
fn a_child_step_hands_artifacts_on_by_name() {
    let file = |artifacts: &str| {
        format!(
            "pipelines:\n  default:\n    - step: {{type: pipeline, custom: a, artifacts: {{{artifacts}}}}}\n  custom:\n    a:\n      \
             - step: {{script: [make]}}\n"
        )
    };
    let refused = |artifacts: &str| findings(&file(artifacts)).iter().any(|finding| finding.rule == "known-key");
    assert!(!refused("input: [app.tgz], output: [report.json]") && !refused("upload: [a], download: [b]"));
    assert!(refused("paths: [a]"));
}
