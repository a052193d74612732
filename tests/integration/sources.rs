//! What the rules say of deployments from source, in files with and without an image.

use pipewright::check::Checker;
use pipewright::settings::Settings;

fn told(text: &str) -> Vec<String> {
    let report = Checker::new(Settings::default()).check(text);
    let line = |at: usize| text.get(..at).unwrap_or("").matches('\n').count() + 1;
    let shown = report.findings.iter().map(|finding| {
        format!("{} {} {}: {}", line(finding.span.start), finding.severity.word(), finding.rule, finding.message)
    });
    shown.collect()
}

/// A flow whose steps all run one command; `declares` puts the environments in.
fn flow(command: &str, declares: bool) -> String {
    let environment = |name: &str| if declares { format!(" deployment: {name},") } else { String::new() };
    let (staging, production) = (environment("staging"), environment("production"));
    format!(
        "image: node:20.17
pipelines:
  branches:
    main:
      - step: {{name: One,{staging} script: ['{command}']}}
  tags:
    rc-*:
      - step: {{name: Two,{staging} script: ['{command}']}}
    release-*:
      - step: {{script: [npm test]}}
      - step: {{name: Three,{production} trigger: manual, script: ['{command}']}}
"
    )
}

#[test]
fn source_that_is_deployed_in_a_file_without_an_image_is_held_to_no_rule_of_images() {
    for command in [
        "git push paas HEAD:master",
        "git subtree push --prefix dist paas master",
        "curl -X POST https://a.example/deploy",
        "doctl apps create-deployment $ID",
    ] {
        assert_eq!(told(&flow(command, true)), Vec::<String>::new(), "{command}");
    }
    // An unknown command counts by the declaration, and there is no image of which more could be said.
    let unknown = told(&flow("acme-ship it", true));
    assert!(unknown.iter().all(|told| told.contains("note release-flow")), "{unknown:?}");
    assert_eq!(unknown.len(), 3, "{unknown:?}");
}

#[test]
fn where_the_file_has_images_a_request_is_taken_for_one_of_theirs() {
    let text = flow("curl -X POST https://a.example/deploy", true).replace(
        "      - step: {name: One",
        "      - step: {services: [docker], script: ['docker build -t r/a:$BITBUCKET_COMMIT . && docker push r/a:$BITBUCKET_COMMIT']}
      - step: {name: One",
    );
    let errors: Vec<String> = told(&text).into_iter().filter(|told| told.contains(" error ")).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().all(|told| told.contains("retag-not-rebuild")), "{errors:?}");
}

#[test]
fn what_may_deploy_on_another_machine_is_told_where_nothing_is_declared() {
    for (command, shown) in [
        ("ssh me@host \"cd /srv && git pull && pm2 restart all\"", "`git pull` on another machine"),
        ("ssh me@host sudo systemctl restart app", "`systemctl restart` on another machine"),
        ("sshpass -e ssh me@host \"git checkout v1\"", "`git checkout v1` on another machine"),
        ("curl -X POST https://a.example/deploy", "`curl`"),
    ] {
        let all = told(&flow(command, false));
        for line in [5, 8, 11] {
            let due = format!("{line} note declared-environment: whether {shown} deploys can't be told");
            assert!(all.contains(&due), "{command}: {all:?}");
        }
        assert!(!all.iter().any(|told| told.contains("never deploys")), "{command}: {all:?}");
    }
    for command in [
        "ssh me@host \"mkdir -p /srv && docker system prune -f && tail log\"",
        "curl -X POST https://hooks.slack.example/deploy",
        "curl https://a.example/deploy.json",
    ] {
        let all = told(&flow(command, false));
        assert!(!all.iter().any(|told| told.contains("note declared-environment")), "{command}: {all:?}");
        assert!(all.iter().any(|told| told.contains("a push to main never deploys")), "{command}: {all:?}");
    }
}

#[test]
fn an_image_that_is_written_into_another_repository_and_pushed_may_be_deployed_from_there() {
    let clone = "git clone git@bitbucket.org:acme/state.git && cd state";
    for edit in [
        "sed -i \"s|r.example/a:.*|r.example/a:latest|\" prod/app.yaml",
        "sed -i -e \"s/newTag.*/newTag: $BITBUCKET_COMMIT/\" prod/kustomization.yaml",
        "sed --in-place=.bak s/image:.*/image:b/ a.yaml",
        "yq -i \".image.tag = strenv(V)\" prod/values.yaml",
    ] {
        let all = told(&flow(&format!("{clone} && {edit} && git commit -am new && git push"), false));
        let due = all.iter().filter(|told| told.contains("is deployed from the repository that is pushed")).count();
        assert_eq!(due, 3, "{edit}: {all:?}");
        let flow = all.iter().filter(|told| told.contains("note release-flow")).count();
        assert_eq!(flow, 3, "{edit}: {all:?}");
    }
    let silent = [
        // Nothing of an image, the pipeline's own repository, and a push before the edit.
        format!("{clone} && sed -i s/a/b/ README.md && git commit -am new && git push"),
        "git clone $BITBUCKET_GIT_SSH_ORIGIN a && cd a && sed -i s/image:.*/image:b/ a.yaml && git push".to_owned(),
        format!("{clone} && sed -i s/a/b/ docs/staging.md && git commit -am new && git push"),
        format!("{clone} && git push && sed -i s/image:.*/image:b/ a.yaml"),
        "sed -i s/image:.*/image:b/ a.yaml && git push".to_owned(),
    ];
    for commands in silent {
        let all = told(&flow(&commands, false));
        assert!(!all.iter().any(|told| told.contains(" note ")), "{commands}: {all:?}");
        assert!(all.iter().any(|told| told.contains("a push to main never deploys")), "{commands}: {all:?}");
    }
}
