//! What single lines and steps come to in a flow that is clean without them.

use crate::support::told;

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
      - step:
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
    assert_eq!(verbs(&["git checkout develop -- a.txt", "git push"]), ["git checkout"]);
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
