//! A small accepted file, made worse in every way that it has a place for.

use super::*;
use crate::check::Checker;
use crate::finding::Severity;
use crate::settings::Settings;

const PAGE: &str = include_str!("../../docs/rules/tag-prefix.md");

fn good() -> &'static str {
    PAGE.split("## Good").nth(1).unwrap().split("```yaml\n").nth(1).unwrap().split("```").next().unwrap()
}

#[test]
fn the_page_of_a_rule_is_made_worse_and_all_is_noticed() {
    let mutation = mutate(good(), &Checker::new(Settings::default())).unwrap();
    let files = [("good.yml".to_owned(), mutation)];
    let mut out = Vec::new();
    json(&files, &mut out).unwrap();
    let schema = serde_json::from_str(include_str!("../../schemas/mutation.schema.json")).unwrap();
    jsonschema::draft7::new(&schema).unwrap().validate(&serde_json::from_slice(&out).unwrap()).unwrap();
    let mut out = Vec::new();
    human(&files, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
    operator                   killed caught survived refused  made worse
    gate-dropped                    1      0        0       1  no gate is left before production
    gate-on-staging                 1      0        0       0  a person has to let main onto staging
    first-step-by-hand              2      0        0       2  a pipeline begins with a gate
    environment-undeclared          2      1        0       3  a deploying step loses its `deployment`
    environment-key                 2      1        0       3  `deployment` becomes `environment`
    production-becomes-staging      1      0        0       1  a release goes to staging
    staging-becomes-production      1      0        0       1  main goes to production
    candidate-to-production         1      0        0       1  a candidate goes to production
    tag-any                         1      0        0       1  `release-*` becomes `*`
    tag-version                     1      0        0       1  `release-*` becomes `v*`
    tag-upper                       1      0        0       1  `rc-*` becomes `RC-*`
    tag-also                        1      0        0       1  `rc-*` becomes `{rc-*,v*}`
    candidate-lost                  1      0        0       1  the pipeline of candidates becomes a second one of releases
    release-as-candidate            1      0        0       1  the pipeline of releases takes candidates
    branch-develop                  1      0        0       1  `main` becomes `develop`
    branch-release                  1      0        0       1  `main` becomes `release/*`
    branch-also                     1      0        0       1  `main` becomes `{main,develop}`
    branch-other                    1      0        0       1  `main` becomes `master`
    production-by-hand              1      0        0       1  the pipeline of releases becomes a custom one
    rebuild                         1      0        0       1  a tag builds instead of retagging
    rebuild-beside                  1      0        0       1  a tag retags and builds again
    build-twice                     1      0        0       1  main builds the image twice
    retag-dropped                   1      0        0       1  a tag deploys without a retag
    retag-from-latest               1      0        0       1  a tag promotes `latest`
    retag-from-branch               1      0        0       1  a tag promotes what a branch is called
    retag-from-run                  1      0        0       1  a tag promotes by the number of the run
    retag-cut                       1      0        0       1  a tag promotes by seven digits of the commit
    push-by-run                     1      0        0       1  main pushes by the number of the run
    deploy-latest                   2      0        0       2  `latest` is deployed
    deploy-other                    2      0        0       2  another image than the promoted one is deployed
    deploy-hidden                   2      0        0       0  a script that is not at hand deploys
    secret-inline                   2      0        0       2  a password stands in a script
    secret-key                      2      0        0       2  a private key stands in a script
    secret-url                      2      0        0       2  a password stands in an address
    develop-in-script               2      0        0       0  a script merges into develop
    image-unpinned                  1      0        0       0  an image becomes `latest`
    service-unknown                 1      0        0       1  a service that nobody defines
    docker-lost                     1      0        0       0  a building step loses its docker service
    keyword-misspelt                1      0        0       1  `script` becomes `scripts`
    command-owed                    1      0        0       0  a script ends with `&&`
    allowed-without-reason          1      0        0       0  a rule is allowed with no reason

    rule                       killed survived
    automatic-first-step            2        0
    automatic-staging               1        0
    build-once                      3        0
    declared-environment            4        0
    deploy-what-was-promoted        4        0
    docker-service                  1        0
    known-key                       1        0
    known-service                   1        0
    manual-production               1        0
    no-inline-secret                6        0
    pinned-image                    1        0
    production-from-release-tag      4        0
    promote-by-commit               5        0
    readable-script                 1        0
    release-flow                    3        0
    retag-not-rebuild               1        0
    suppression-reason              1        0
    tag-prefix                      4        0
    trunk-only                      5        0
    visible-script                  2        0

    53 mutants: 51 killed by their rule, 2 caught by another, 0 survived; 100 % noticed; 44 are refused
    ");
}

#[test]
fn a_rule_that_is_switched_off_kills_nothing() {
    let mut settings = Settings::default();
    settings.severities.insert("manual-production".to_owned(), None);
    let mutation = mutate(good(), &Checker::new(settings)).unwrap();
    let dropped: Vec<&Fate> =
        mutation.mutants.iter().filter(|mutant| mutant.operator == "gate-dropped").map(|mutant| &mutant.fate).collect();
    assert_eq!(dropped, [&Fate::Survived]);
    let mut lax = Settings::default();
    lax.severities.insert("manual-production".to_owned(), Some(Severity::Note));
    let mutation = mutate(good(), &Checker::new(lax)).unwrap();
    let fates = |mutation: &Mutation| {
        let of_gate = mutation.mutants.iter().find(|mutant| mutant.operator == "gate-dropped");
        of_gate.map(|mutant| (mutant.fate.clone(), mutant.refused))
    };
    assert_eq!(
        fates(&mutation),
        Some((Fate::Told("manual-production"), false)),
        "a note refuses nothing, and warns nobody"
    );
    let mut warned = Settings::default();
    warned.severities.insert("manual-production".to_owned(), Some(Severity::Warning));
    let mutation = mutate(good(), &Checker::new(warned)).unwrap();
    assert_eq!(
        fates(&mutation),
        Some((Fate::Killed("manual-production"), false)),
        "noticed, and accepted all the same"
    );
}

#[test]
fn a_refused_file_has_no_score() {
    let told = mutate("pipelines: {}\n", &Checker::new(Settings::default())).unwrap_err();
    assert!(told.ends_with("a mutation score needs an accepted file"), "{told}");
}

#[test]
fn operators_are_named_once_and_their_rules_are_there() {
    let known = crate::engine::script::rule_ids();
    let known = |rule: &&'static str| known.contains(rule);
    for (index, operator) in OPERATORS.iter().enumerate() {
        assert!(OPERATORS[..index].iter().all(|earlier| earlier.id != operator.id), "{}", operator.id);
        assert!(operator.rules.iter().all(known), "{}: {:?}", operator.id, operator.rules);
    }
}
