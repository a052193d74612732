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
fn latest_in_a_manifest_at_hand_is_found() {
    for deploy in [
        "kubectl apply -f k8s/production/app.yaml",
        "kubectl apply -f k8s/production/service.yaml,./k8s/production/app.yaml",
        "kubectl apply -f k8s/production/",
        "cd k8s && kubectl apply -f production",
        "cat k8s/production/app.yaml | kubectl apply -f -",
        "kubectl apply -f - < k8s/production/app.yaml",
        "kubectl apply -k overlays/production",
    ] {
        assert_eq!(told(deploy), Some(Severity::Error), "{deploy}");
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
