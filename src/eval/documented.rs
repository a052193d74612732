//! What the schemas and the page say is what the readers read.

use super::*;

#[test]
fn the_schemas_and_the_readers_agree() {
    let schema = |text: &str| jsonschema::draft7::new(&serde_json::from_str(text).unwrap()).unwrap();
    let suites = schema(include_str!("../../schemas/eval-suite.schema.json"));
    let scripts = schema(include_str!("../../schemas/prompt-script.schema.json"));
    let settings = crate::settings::Settings::default();
    let texts = [
        "name: a\ncases: []",
        "name: a\ncases: [{name: b, recordings: [c], expect: {final: accepted, by-turn: 1, verdicts: {1: refused}, drift: 0}}]",
        "name: a\nvariables: {x: 1}\ncases: [{name: b, matrix: {c: [d, 1]}, variables: {y: z}, recordings: ['${c}${x}${y}']}]",
        "name: a\ncases: [{name: b, matrix: {}, recordings: [c]}]",
        "name: a\ncases: [{name: b, matrix: {c: []}, recordings: [c]}]",
        "name: a\ncases: [{name: b, variables: {C: d}, recordings: [c]}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {tag x: {pipeline: none, gate-before: a, no-gate-before: [a], deploys-to: [b], builds: false, retags: true}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {tag: {}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {tag x: {builds: nothing}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {text: {1: {reply: {contains: x, matches: [y]}, file: {not-contains: z}}}, turns: 3}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {text: {1: {contains: x}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {file: {contains: x, equals: y, same-as-accepted: true}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {by-turn: gate, verdicts: {gate: refused}, yaml: {'2': file}, text: {gate: {file: {contains: x}}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {by-turn: 0}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {pull-request a/b..c: {}, 'pull-request a/*': {}, branch v1.2: {}, 'tag release-*': {}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {pull-request a: {}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {plans: {branch a..b: {}}}}]",
        "name: a\ncases: [{name: b, recordings: [c], tags: x}]",
        "name: a\ncases: [{name: b, recordings: [1]}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {turns: two}}]",
        "name: a\ncases: [{name: b, recordings: []}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {finally: accepted}}]",
        "name: a\ncases: [{recordings: [c]}]",
        "cases: []",
        "name: a\nturns: [{id: b, prompt: c, expect: {yaml: file, verdict: refused, rules: {build-once: holds}}}]",
        "name: a\nturns: []",
        "name: a\nturns: [{id: b}]",
        "name: a\nturns: [{id: b, prompt: ' '}]",
        "name: a\nturns: [{id: b, prompt: c, expect: {yaml: whole}}]",
        "name: a\nextra: 1\nturns: [{id: b, prompt: c}]",
    ];
    for text in texts {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let suite = Suite::read("s", text, &settings).is_ok_and(|(_, wrong)| wrong.is_empty());
        assert_eq!(suite, suites.is_valid(&value), "as a suite: {text}");
        let script = crate::engine::PromptScript::read("s", text, &settings).is_ok();
        assert_eq!(script, scripts.is_valid(&value), "as a prompt script: {text}");
    }
    for (path, text) in crate::engine::embedded::FILES.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let schema = if path.starts_with("prompts/") { &scripts } else { &suites };
        assert!(schema.is_valid(&value), "{path}");
    }
}

#[test]
fn the_examples_of_the_page_are_read() {
    let page = include_str!("../../docs/evals.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let settings = crate::settings::Settings::default();
    let script = crate::engine::PromptScript::read("docs/evals.md", blocks[0], &settings).unwrap();
    assert_eq!((script.turns.len(), script.settings.main_branch.as_str()), (2, "trunk"));
    let (suite, wrong) = Suite::read("docs/evals.md", blocks[1], &settings).unwrap();
    assert_eq!((suite.cases.len(), wrong), (2, Vec::new()));
    // Every key of `expect` stands in the table.
    let keys = blocks[1].split("expect:\n").nth(1).unwrap().lines().filter(|line| !line.starts_with("        "));
    for key in keys.filter_map(|line| line.split(':').next()) {
        assert!(page.contains(&format!("| `{}` |", key.trim())), "{key}");
    }
}

/// What is compiled in is tried with the program; here are the suites on disk, those that can't be compiled in included.
#[test]
fn the_suites_of_the_repository_pass() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shelf = Shelf::Disk(root);
    let suites = shelf.expand("evals/*.yaml");
    assert!(suites.contains(&"evals/existing.yaml".to_owned()), "{suites:?}");
    let report = run(&suites, &shelf, &Options::default());
    let bad: Vec<_> = report.scores.iter().filter(|score| !score.passed()).collect();
    assert!(bad.is_empty() && report.problems.is_empty(), "{bad:#?} {:?}", report.problems);
}
