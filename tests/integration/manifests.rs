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
        ("k8s/fill.yaml", &MANIFEST.replace("latest", "${BITBUCKET_TAG}")),
        ("ci/ecspresso.yml", "cluster: x\ntask_definition: ../task.json\n"),
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
fn a_command_that_names_an_image_replaces_that_of_its_container() {
    let manifest = |kind: &str, image: &str| {
        format!(
            "kind: {kind}\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{containers: [{{name: app, image: '{image}'}}]}}}}}}"
        )
    };
    let told = |kind: &str, image: &str, set: &str| {
        told(&format!("kubectl apply -f - <<'E'\n{}\nE\nkubectl set image {set}", manifest(kind, image)))
    };
    let tag = "r.example/app:$BITBUCKET_TAG";
    for image in ["app", "app:latest", "placeholder", "nginx", "r.example/app:latest"] {
        for workload in ["deployment/web", "deploy/web", "deployments.apps/web", "deployment web"] {
            assert_eq!(told("Deployment", image, &format!("{workload} app={tag}")), None, "{image} {workload}");
        }
        assert_eq!(told("StatefulSet", image, &format!("sts/web \"*={tag}\"")), None, "{image}");
    }
    // Another workload, or another container of it, keeps what the manifest says.
    for set in ["deployment/other", "sts/web"] {
        assert_eq!(
            told("Deployment", "r.example/app:latest", &format!("{set} app={tag}")),
            Some(Severity::Error),
            "{set}"
        );
    }
    assert_eq!(told("Deployment", "r.example/app:latest", &format!("deploy/web side={tag}")), Some(Severity::Error));
    // Where a variable names it, the image's name tells.
    assert_eq!(told("Deployment", "r.example/app:latest", &format!("deploy/$NAME app={tag}")), None);
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
        "(cd overlays/production && kustomize edit add resource x.yaml)\nkustomize build overlays/production | kubectl apply -f -",
        "./render.sh\nkustomize build overlays/production | kubectl apply -f -",
        "kustomize build overlays/production | envsubst | kubectl apply -f -",
        "kustomize build overlays/$WHERE | kubectl apply -f -",
        "kustomize build overlays/production -o all.yaml; kubectl apply -f all.yaml",
    ] {
        assert_eq!(told(deploy), Some(Severity::Note), "{deploy}");
    }
}

#[test]
fn an_overlay_has_the_images_that_are_set_in_it() {
    let apply = "kustomize build overlays/production | kubectl apply -f -";
    for (edit, wanted) in [
        ("app=r.example/app:$BITBUCKET_TAG", None),
        // The overlay's new name stays.
        ("app=*:$BITBUCKET_TAG", None),
        ("app=*:latest", Some(Severity::Error)),
        ("app=r.example/app:latest", Some(Severity::Error)),
        ("$NAME=r.example/app:$BITBUCKET_TAG", None),
        // It is about another image, so the own one stays as it is.
        ("other=r.example/other:$BITBUCKET_TAG", Some(Severity::Error)),
    ] {
        let edit = format!("cd overlays/production && kustomize edit set image {edit}");
        assert_eq!(told(&format!("({edit})\n{apply}")), wanted, "{edit}");
        assert_eq!(told(&format!("{edit} && kubectl apply -k .")), wanted, "{edit}");
    }
    let elsewhere = "cd k8s && kustomize edit set image app=r.example/app:$BITBUCKET_TAG && cd ..";
    assert_eq!(told(&format!("{elsewhere}\n{apply}")), Some(Severity::Error));
}

#[test]
fn a_manifest_is_applied_as_it_is_filled_in() {
    let good = [
        "sed \"s/IMAGE_TAG/$BITBUCKET_TAG/\" k8s/template.yaml | kubectl apply -f -",
        "cat k8s/template.yaml | sed -e \"s|IMAGE_TAG|${BITBUCKET_TAG}|g\" | kubectl apply -f -",
        "sed \"s/foo/bar/;s/IMAGE_TAG/$BITBUCKET_TAG/g\" < k8s/template.yaml | kubectl apply -f -",
        "sed -i \"s/IMAGE_TAG/$BITBUCKET_TAG/\" k8s/template.yaml\nkubectl apply -f k8s/template.yaml",
        "sed \"s#r.example/app:.*#r.example/app:$BITBUCKET_TAG'}]}}}#\" k8s/production/app.yaml | kubectl apply -f -",
        "envsubst < k8s/fill.yaml | kubectl apply -f -",
        "cat k8s/fill.yaml | envsubst '$BITBUCKET_TAG' | kubectl apply -f -",
        "envsubst < k8s/fill.yaml > out.yaml && kubectl apply -f out.yaml",
        "helm template x charts/x --set image.repository=r.example/app,image.tag=$BITBUCKET_TAG | kubectl apply -f -",
    ];
    for deploy in good {
        assert_eq!(told(deploy), None, "{deploy}");
        let wrong = deploy.replace("${BITBUCKET_TAG}", "latest").replace("$BITBUCKET_TAG", "latest");
        if !deploy.contains("envsubst") {
            assert_eq!(told(&wrong), Some(Severity::Error), "{wrong}");
        }
    }
    for deploy in [
        "sed 's/foo/bar/' k8s/production/app.yaml | kubectl apply -f -",
        "envsubst < k8s/production/app.yaml | kubectl apply -f -",
        "export BITBUCKET_TAG=latest; envsubst < k8s/fill.yaml | kubectl apply -f -",
    ] {
        assert_eq!(told(deploy), Some(Severity::Error), "{deploy}");
    }
    for deploy in [
        "sed \"s/I[A-Z]*_TAG/$BITBUCKET_TAG/\" k8s/template.yaml | kubectl apply -f -",
        "sed \"s/\\(app\\):.*/\\1:latest/\" k8s/template.yaml | kubectl apply -f -",
        "sed -n \"s/IMAGE_TAG/latest/p\" k8s/template.yaml | kubectl apply -f -",
        "sed \"s/IMAGE_TAG/latest/\" k8s/none.yaml | kubectl apply -f -",
        "./render.sh; sed \"s/IMAGE_TAG/latest/\" k8s/template.yaml | kubectl apply -f -",
        "envsubst '$OTHER' < k8s/fill.yaml | kubectl apply -f -",
        "helm template x charts/x | kubectl apply -f -",
    ] {
        assert_eq!(told(deploy), Some(Severity::Note), "{deploy}");
    }
}

#[test]
fn a_tool_that_deploys_by_a_file_deploys_its_image() {
    for deploy in [
        "gcloud run services replace k8s/production/app.yaml",
        "gcloud run jobs replace --region x k8s/production/app.yaml",
        "kapp deploy -y -a app -f k8s/production",
        "ecspresso deploy --config ci/ecspresso.yml",
    ] {
        assert_eq!(told(deploy), Some(Severity::Error), "{deploy}");
    }
    for deploy in [
        "gcloud run services replace none.yaml",
        "gcloud run services replace service.yaml",
        "kapp deploy -a app -f none",
        "ytt -f k8s | kbld -f - | kapp deploy -a app -f -",
        "ecspresso deploy --config none.yml",
        "waypoint deploy",
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
            None,
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
        "(cd overlays/production && kustomize edit set nameprefix x-)",
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

/// What is said of a build on a tag by Cloud Build.
#[test]
fn cloud_build_makes_the_images_that_its_file_names() {
    let flow = |config: &str, main: &str, tag: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("cloudbuild.yaml"), config).expect("a file");
        let text = format!(
            "pipelines:
  branches:
    main:
      - step: {{script: ['{main}']}}
      - step: {{deployment: staging, script: [kubectl set image d/a a=r.example/app:$BITBUCKET_COMMIT]}}
  tags:
    rc-*:
      - step: {{script: ['{tag}', crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG]}}
      - step: {{deployment: staging, script: [kubectl set image d/a a=r.example/app:$BITBUCKET_TAG]}}
"
        );
        let checked = Checker::new(Settings::default()).with_files(folder.path()).check(text);
        let own = checked.findings.iter().filter(|one| !matches!(one.rule, "release-flow" | "pinned-image"));
        own.map(|finding| format!("{} {}", finding.severity.word(), finding.rule)).collect::<Vec<_>>()
    };
    let images = "steps: [{name: gcr.io/cloud-builders/docker, args: [build, .]}]\nimages: ['r.example/app:$_TAG']\n";
    let submit = "gcloud builds submit --substitutions=_TAG=$BITBUCKET_COMMIT";
    assert_eq!(flow(images, submit, "date"), [""; 0]);
    assert!(flow(images, &submit.replace("COMMIT", "BRANCH"), "date").contains(&"error promote-by-commit".to_owned()));
    assert_eq!(flow(images, submit, &format!("{submit} --config cloudbuild.yaml")), ["error build-once"]);
    // What a file does that builds nothing can't be told.
    let deploys = "steps: [{name: gcr.io/cloud-builders/gcloud, args: [run, deploy, x]}]\n";
    let told = flow(deploys, submit, submit);
    assert!(
        told.iter().all(|one| one.starts_with("note ")) && told.contains(&"note build-once".to_owned()),
        "{told:?}"
    );
}

#[test]
fn a_stack_is_deployed_with_all_its_services() {
    assert_eq!(told("docker stack deploy --with-registry-auth -c stack.yml app"), Some(Severity::Error));
    assert_eq!(told("docker stack deploy -c other.yml app"), Some(Severity::Note));
}

/// A command that YAML takes for a map may have filled in what is applied after it.
#[test]
fn a_file_behind_a_command_that_is_a_map_can_not_be_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("app.yaml"), "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers: [{name: a, image: 'r.example/app:latest'}]\n")
        .expect("a file");
    let said = |command: &str| {
        let text = format!(
            "pipelines:
  branches:
    main:
      - step: {{services: [docker], script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT]}}
      - step:
          deployment: staging
          script:
            - {command}
            - kubectl apply -f app.yaml
"
        );
        let checked = Checker::new(Settings::default()).with_files(folder.path()).check(text);
        let own = checked.findings.iter().filter(|one| one.rule == "deploy-what-was-promoted");
        own.map(|finding| finding.severity.word()).collect::<Vec<_>>()
    };
    assert_eq!(said("sed -i \"s/app:.*/app: $BITBUCKET_COMMIT/\" app.yaml"), ["note"]);
    assert_eq!(said("'date'"), ["error"]);
}
