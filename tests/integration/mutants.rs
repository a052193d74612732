//! The mutation score of the rules, over every accepted fixture and the last accepted file of every recording. What survives is
//! explained in `tests/fixtures/mutants.yaml`, mutant by mutant: a change that means the same, or a limit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pipewright::check::Checker;
use pipewright::engine::{Answers, Options, Recording, Silent, cues_of_recording, play};
use pipewright::finding::Verdict;
use pipewright::mutate::{Mutation, OPERATORS, mutate};
use pipewright::settings::Settings;

/// Accepted files by name: the fixtures, and the last one of each recording.
fn accepted() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeMap::new();
    for entry in root.join("tests/fixtures/policy").read_dir().expect("fixtures") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("accepted-") {
            files.insert(name, std::fs::read_to_string(path).expect("a fixture"));
        }
    }
    let mut seen = BTreeSet::new();
    let of = |folder: &Path| {
        let mut paths: Vec<_> =
            folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    for folder in of(&root.join("evals/recordings")).into_iter().filter(|path| path.is_dir()) {
        for path in of(&folder).iter().filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
            let recording = Recording::new(pipewright::session::open(path).expect("a recording"));
            let cues = cues_of_recording(&recording);
            let checker = Checker::new(Settings::default());
            let played = play(&cues, Answers::Recorded(&recording), checker, Options::default(), &mut Silent);
            let last = played.conversation.revisions().iter().rfind(|one| one.verdict() == Verdict::Accepted);
            if let Some(revision) = last.filter(|one| seen.insert(one.sha256.clone())) {
                let case = folder.file_name().expect("a name").to_string_lossy();
                let file = path.file_stem().expect("a name").to_string_lossy();
                files.insert(format!("{case}/{file} revision {}", revision.number), revision.text().to_owned());
            }
        }
    }
    files
}

/// Operator, file, line: what a survivor is called.
type Name = (String, String, usize);

#[derive(serde::Deserialize)]
struct Explained {
    why: String,
    kind: String,
    mutants: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

#[test]
fn every_mutant_is_killed_or_explained() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mutants.yaml"));
    let explained: Vec<Explained> = serde_yaml::from_str(&text.expect("the explanations")).expect("of their form");
    let mut known: BTreeSet<Name> = BTreeSet::new();
    let (mut equivalent, mut limits) = (0, 0);
    for one in &explained {
        assert!(!one.why.trim().is_empty(), "an explanation says why");
        for (operator, files) in &one.mutants {
            for (file, lines) in files {
                for line in lines {
                    assert!(
                        known.insert((operator.clone(), file.clone(), *line)),
                        "{operator} {file}:{line} stands twice"
                    );
                    match one.kind.as_str() {
                        "equivalent" => equivalent += 1,
                        "limit" => limits += 1,
                        other => panic!("{other} is no kind of explanation"),
                    }
                }
            }
        }
    }
    let mut files: Vec<(String, Mutation)> = Vec::new();
    for (name, text) in accepted() {
        let mutation = mutate(&text, &Checker::new(Settings::default()));
        files.push((name.clone(), mutation.unwrap_or_else(|reason| panic!("{name}: {reason}"))));
    }
    let mut survived: BTreeSet<Name> = BTreeSet::new();
    let mut all = 0;
    for (file, mutation) in &files {
        all += mutation.mutants.len();
        for mutant in mutation.survivors() {
            survived.insert((mutant.operator.to_owned(), file.clone(), mutant.line));
        }
    }
    let mut out = Vec::new();
    pipewright::mutate::human(&files, &mut out).expect("a vector takes all");
    println!("{}", String::from_utf8_lossy(&out));
    println!(
        "{all} mutants of {} files, {} survived: {equivalent} mean the same, {limits} are limits",
        files.len(),
        survived.len()
    );
    let unexplained: Vec<&Name> = survived.difference(&known).collect();
    let gone: Vec<&Name> = known.difference(&survived).collect();
    assert!(
        unexplained.is_empty() && gone.is_empty(),
        "not explained: {unexplained:#?}\nexplained and killed: {gone:#?}"
    );
    assert!(survived.len() * 100 < all, "docs/evals.md promises 99 in 100");
    for operator in OPERATORS {
        let used =
            files.iter().flat_map(|(_, mutation)| &mutation.mutants).any(|mutant| mutant.operator == operator.id);
        assert!(used, "`{}` finds no place in any file, so it shows nothing", operator.id);
    }
}
