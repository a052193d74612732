//! Manifests of the repository: read where they are surely applied as they are kept, and doubted where they are not.

use pipewright::check::Checker;
use pipewright::finding::Severity;
use pipewright::settings::Settings;

const MANIFEST: &str = "kind: Deployment\nspec: {template: {spec: {containers: [{image: 'r.example/app:latest'}]}}}\n";

/// What `deploy-what-was-promoted` says of a deployment to production.
fn told(deploy: &str) -> Option<Severity> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [
        ("k8s/production/app.yaml", MANIFEST),
        ("k8s/production/service.yaml", "kind: Service\n"),
        ("k8s/template.yaml", &MANIFEST.replace("latest", "IMAGE_TAG")),
        (
            "overlays/production/kustomization.yaml",
            "resources: [../base]\nimages: [{name: app, newName: r.example/app, newTag: latest}]\n",
        ),
        ("Makefile", "include mk/deploy.mk mk/none.mk\nall:\n\techo\n"),
        ("mk/deploy.mk", "live:\n\tkubectl set image d/a a=r.example/app:latest\n"),
        ("ci/lib/common.sh", "live() { kubectl set image d/a a=r.example/app:latest; }\n"),
        ("ci/zero.sh", "source \"$(dirname \"$0\")/lib/common.sh\"\nlive\n"),
        ("ci/source.sh", "here=$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\n. \"$here/lib/common.sh\"\nlive\n"),
        ("ci/lib/up.sh", ". \"$(dirname -- \"$BASH_SOURCE\")/../zero.sh\"\n"),
        ("compose.yaml", "services: {app: {image: 'r.example/app:${TAG:-latest}'}}\n"),
        ("tree/readme.md", "no manifest"),
        ("tree/one/two/app.yaml", MANIFEST),
        (
            "task.json",
            "{\"family\": \"app\", \"containerDefinitions\": [{\"name\": \"app\", \"image\": \"r.example/app:latest\"}]}",
        ),
        ("task.template.json", "{\"containerDefinitions\": [{\"name\": \"app\", \"image\": \"<IMAGE>\"}]}"),
        ("stack.yml", "services: {web: {image: 'r.example/app:latest'}}\n"),
        ("copilot/named/manifest.yml", "type: Backend Service\nimage: {location: 'r.example/app:latest'}\n"),
        ("overlays/base/kustomization.yaml", "resources: [app.yaml]\n"),
        ("overlays/base/app.yaml", &MANIFEST.replace("r.example/app:latest", "app")),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
    let text = format!(
        "pipelines:
  branches:
    main:
      - step:
          services: [docker]
          script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT]
  tags:
    release-*:
      - step: {{script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG]}}
      - step:
          deployment: production
          trigger: manual
          script:
            - |
              {}
",
        deploy.replace('\n', "\n              ")
    );
    let checked = Checker::new(Settings::default()).with_files(folder.path()).check(text);
    let own = checked.findings.iter().filter(|finding| finding.rule == "deploy-what-was-promoted");
    own.map(|finding| finding.severity).max()
}

#[test]
fn what_stands_before_a_command_reaches_the_file_that_it_reads() {
    for (deploy, wanted) in [
        ("TAG=latest docker -H ssh://host compose up -d", Some(Severity::Error)),
        ("export TAG=latest; docker -H ssh://host compose up -d", Some(Severity::Error)),
        ("TAG=$BITBUCKET_TAG docker -H ssh://host compose up -d", None),
        ("TAG=latest date; TAG=$BITBUCKET_TAG docker -H ssh://host compose up -d", None),
    ] {
        assert_eq!(told(deploy), wanted, "{deploy}");
    }
}

#[test]
fn what_a_script_or_a_makefile_takes_from_beside_it_is_followed() {
    for deploy in
        ["make live", "bash ci/zero.sh", "./ci/source.sh", ". ci/source.sh", "bash ci/zero.sh; . ci/source.sh"]
    {
        assert_eq!(told(deploy), Some(Severity::Error), "{deploy}");
    }
    // Of a script that is sourced `$0` is not the path, and nothing is at hand outside of the checkout.
    for deploy in ["make all", ". ci/lib/up.sh", "bash ../ci/zero.sh"] {
        assert_eq!(told(deploy), None, "{deploy}");
    }
}

#[test]
fn latest_in_a_manifest_at_hand_is_found() {
    for deploy in [
        "kubectl apply -f k8s/production/app.yaml",
        "kubectl apply -f k8s/production/service.yaml,./k8s/production/app.yaml",
        "kubectl apply -f k8s/production/",
        "cd k8s && kubectl apply -f production",
        "cat k8s/production/app.yaml | kubectl apply -f -",
        "kubectl apply -f - < k8s/production/app.yaml",
        "kubectl apply -k overlays/production",
        "kustomize build overlays/production | kubectl apply -f -",
        "cd overlays && kustomize build --enable-helm production | tee all.yaml | kubectl apply -n x -f -",
        "kubectl kustomize ./overlays/production | kubectl apply -f -",
        "kustomize build overlays/production > all.yaml\nkubectl apply -f all.yaml",
        "kubectl apply -R -f tree",
        "kubectl apply --recursive --filename tree/one",
        "kubectl apply -Rf tree",
    ] {
        assert_eq!(told(deploy), Some(Severity::Error), "{deploy}");
    }
}

#[test]
fn a_folder_is_read_as_deep_as_it_is_applied() {
    assert_eq!(told("kubectl apply -f tree"), None, "nothing stands at its top");
    assert_eq!(told("touch tree/x.yaml; kubectl apply -R -f tree"), Some(Severity::Note));
}

#[test]
fn an_overlay_that_something_may_have_changed_is_doubted() {
    for deploy in [
        "(cd overlays/production && kustomize edit set image app=r.example/app:$BITBUCKET_TAG)\nkustomize build overlays/production | kubectl apply -f -",
        "./render.sh\nkustomize build overlays/production | kubectl apply -f -",
        "kustomize build overlays/production | envsubst | kubectl apply -f -",
        "kustomize build overlays/$WHERE | kubectl apply -f -",
        "kustomize build overlays/production -o all.yaml; kubectl apply -f all.yaml",
    ] {
        assert_eq!(told(deploy), Some(Severity::Note), "{deploy}");
    }
}

#[test]
fn a_task_definition_at_hand_is_what_the_service_runs() {
    let run = "aws ecs update-service --service app --task-definition";
    for (deploy, wanted) in [
        (
            format!("aws ecs register-task-definition --cli-input-json file://task.json\n{run} app"),
            Some(Severity::Error),
        ),
        (
            format!("NEW=$(aws ecs register-task-definition --cli-input-json file://task.json --query x)\n{run} $NEW"),
            Some(Severity::Error),
        ),
        (
            format!(
                "sed \"s/latest/$BITBUCKET_TAG/\" task.json > next.json\naws ecs register-task-definition --cli-input-json file://next.json\n{run} app"
            ),
            Some(Severity::Note),
        ),
        (
            format!(
                "echo \"{{containerDefinitions: [{{image: r.example/app:$BITBUCKET_TAG}}]}}\" > next.json\naws ecs register-task-definition --cli-input-json file://next.json\n{run} app"
            ),
            None,
        ),
        (
            format!("aws ecs register-task-definition --cli-input-json file://task.template.json\n{run} app"),
            Some(Severity::Note),
        ),
        // A revision that was there before.
        (
            format!("aws ecs register-task-definition --cli-input-json file://task.json\n{run} app:3"),
            Some(Severity::Note),
        ),
        (format!("{run} app"), Some(Severity::Note)),
    ] {
        assert_eq!(told(&deploy), wanted, "{deploy}");
    }
}

#[test]
fn a_manifest_that_something_may_have_changed_is_doubted() {
    for before in [
        "sed -i \"s/latest/$BITBUCKET_TAG/\" k8s/production/app.yaml",
        "find . -name '*.yaml' | xargs sed -i \"s/latest/$BITBUCKET_TAG/\"",
        "for f in k8s/production/*.yaml; do envsubst < $f > /tmp/x && mv /tmp/x $f; done",
        "yq -i '.x = 1' k8s/production/app.yaml",
        "./render.sh",
        "envsubst < k8s/template.yaml > k8s/production/app.yaml",
        "(cd overlays/production && kustomize edit set image app=r.example/app:$BITBUCKET_TAG)",
    ] {
        let folder = if before.contains("overlays") { "-k overlays/production" } else { "-f k8s/production" };
        let deploy = format!("{before}\nkubectl apply {folder}");
        assert_eq!(told(&deploy), Some(Severity::Note), "{deploy}");
    }
    assert_eq!(told("kubectl apply -f k8s/template.yaml"), Some(Severity::Note), "a word to be replaced");
    assert_eq!(told("kubectl apply -f $FOLDER/app.yaml"), Some(Severity::Note));
}

#[test]
fn a_manifest_says_nothing_where_it_has_no_image_or_a_command_names_one() {
    assert_eq!(told("npm ci\nkubectl apply -f k8s/production/service.yaml"), None);
    let set = "kubectl set image deployment/app app=r.example/app:$BITBUCKET_TAG";
    assert_eq!(told(&format!("kubectl apply -f k8s/production\n{set}")), None);
}

/// What `build-once` says of a tag that deploys with Copilot.
#[test]
fn copilot_builds_what_its_manifest_does_not_name() {
    for (name, wanted) in
        [("built", Some(Severity::Error)), ("named", None), ("static", None), ("elsewhere", Some(Severity::Note))]
    {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("built", "type: Backend Service\nimage: {build: Dockerfile, port: 80}\n"),
            ("named", "type: Backend Service\nimage: {location: 'r.example/app:${BITBUCKET_TAG}'}\n"),
            ("static", "type: Static Site\n"),
        ] {
            let path = folder.path().join("copilot").join(name);
            std::fs::create_dir_all(&path).expect("folders");
            std::fs::write(path.join("manifest.yml"), text).expect("a file");
        }
        let text = format!(
            "pipelines:
  branches:
    main:
      - step: {{services: [docker], script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT]}}
  tags:
    rc-*:
      - step: {{script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG]}}
      - step: {{deployment: staging, script: [copilot svc deploy --name {name} --env staging]}}
"
        );
        let checked = Checker::new(Settings::default()).with_files(folder.path()).check(text);
        let told = |rule: &str| {
            let own = checked.findings.iter().filter(|finding| finding.rule == rule);
            own.map(|finding| finding.severity).max()
        };
        assert_eq!(told("build-once"), wanted, "{name}");
        assert_eq!(told("retag-not-rebuild"), None, "{name}");
    }
}

#[test]
fn a_stack_is_deployed_with_all_its_services() {
    assert_eq!(told("docker stack deploy --with-registry-auth -c stack.yml app"), Some(Severity::Error));
    assert_eq!(told("docker stack deploy -c other.yml app"), Some(Severity::Note));
}
