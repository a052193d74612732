//! What one step means in several pipelines: where it is reached, what may be skipped there.

use pipewright::check::Checker;
use pipewright::settings::Settings;

use crate::support::told;

/// A flow in which `retag` stands in the body of the retagging step.
fn flow(retag: &str) -> String {
    format!(
        "image: acme/ci-tools:1.8.0
pipelines:
  branches:
    main:
      - step:
          services: [docker]
          script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT]
      - step: {{ deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_COMMIT] }}
  tags:
    rc-*:
      - step: &retag
          name: Retag
          script: [crane tag r.example/app:$BITBUCKET_COMMIT $BITBUCKET_TAG]
{retag}
      - step: &deploy {{ name: Deploy, deployment: staging, script: [kubectl set image deploy/app app=r.example/app:$BITBUCKET_TAG] }}
    release-*:
      - step: *retag
      - step: {{ <<: *deploy, deployment: production, trigger: manual }}
"
    )
}

#[test]
fn a_retag_that_may_be_skipped_where_its_deployment_is_not_is_a_note() {
    let condition = |path: &str| format!("condition: {{ changesets: {{ includePaths: [{path}] }} }}");
    let retag = format!("          {}", condition("a"));
    let note = "note retag-not-rebuild: whether the image has its tag where `kubectl set image` deploys it can't be told: `Retag` \
                gives it, and may be skipped";
    assert_eq!(told(&flow(&retag)), [note]);
    // Both have the condition, or another retag stands beside it.
    let both = flow(&retag).replace("name: Deploy,", &format!("name: Deploy, {},", condition("a")));
    assert_eq!(told(&both), Vec::<String>::new());
    let other = flow(&retag).replace("name: Deploy,", &format!("name: Deploy, {},", condition("b")));
    assert_eq!(told(&other), [note]);
}

#[test]
fn of_two_pipelines_with_one_step_the_graver_finding_is_told() {
    let steps = |first: &str, then: &str| {
        format!(
            "definitions:\n  steps:\n    - step: &go {{ name: Go, trigger: manual, script: [date] }}\npipelines:\n  {first}  {then}"
        )
    };
    let (group, alone) = (
        "pull-requests:\n    a:\n      - parallel: [step: *go, step: { <<: *go, name: Two }]\n",
        "default:\n    - step: *go\n    - step: { script: [date] }\n",
    );
    let due = "error automatic-first-step: the first step of `default` is manual";
    for text in [steps(group, alone), steps(alone, group)] {
        let found: Vec<String> = told(&text).into_iter().filter(|text| text.contains("automatic-first-step")).collect();
        assert_eq!(found, [due], "{text}");
    }
}

#[test]
fn a_finding_in_an_aliased_node_names_the_alias_of_each_pipeline_that_has_it() {
    let text = "definitions:
  steps:
    - step: &build
        script: [docker build -t r.example/app:$BITBUCKET_TAG .]
  all: &all
    - step: *build
  common: &common
    caches: [none-such]
pipelines:
  branches:
    main:
      - step: { script: [docker build -t r.example/app:$BITBUCKET_COMMIT ., docker push r.example/app:$BITBUCKET_COMMIT] }
  tags:
    rc-*:
      - step: *build
    release-*: *all
  custom:
    other:
      - step: { <<: *common, script: [date] }
";
    let checked = Checker::new(Settings::default()).check(text);
    let related = |rule: &str| -> Vec<String> {
        let found = checked.findings.iter().find(|finding| finding.rule == rule).expect("a finding");
        let line = |at: usize| checked.document.position(at).line;
        found.related.iter().map(|related| format!("{} {}", line(related.span.start), related.message)).collect()
    };
    let of_lists = ["15 used here as `*build`", "16 used here as `*all`", "6 used here as `*build`"];
    assert_eq!(related("build-once"), of_lists);
    assert_eq!(related("known-cache"), ["19 used here as `*common`"]);
}
