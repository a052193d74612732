//! Syntax, schema and semantic layers against collections beside the repository: files with known defects, real files,
//! policy cases. Each test is passed over where the collection is not there; the rules' own pages test the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipewright::finding::{Finding, Severity};
use pipewright::yaml::Document;

/// The folder of collections: `PIPEWRIGHT_SHARED`, or `shared` beside the repository.
fn shared(part: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("PIPEWRIGHT_SHARED").map_or_else(beside, PathBuf::from).join(part);
    let found = folder.is_dir();
    if !found {
        println!("passed over: no {}", folder.display());
    }
    found.then_some(folder)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

/// The rows of a table below its head, by column.
fn table(path: &Path) -> Vec<Vec<String>> {
    read(path).lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn findings(document: &Document) -> Vec<Finding> {
    let mut found = pipewright::schema::findings(document);
    found.extend(pipewright::schema::check(document));
    found
}

fn say(document: &Document, finding: &Finding) -> String {
    let at = document.position(finding.span.start);
    format!("{}:{} {}[{}] {}", at.line, at.column, finding.severity.word(), finding.rule, finding.message)
}

/// The weight of the heaviest finding, with notes left out.
fn level(found: &[Finding]) -> &'static str {
    match found.iter().map(|finding| finding.severity).max() {
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        _ => "accept",
    }
}

#[test]
fn files_with_known_defects_get_the_level_that_is_asked_for() {
    let Some(folder) = shared("bitbucket/schema-gaps") else { return };
    let weight = |level: &str| ["accept", "warning", "error"].iter().position(|one| *one == level);
    let (mut hits, mut misses, mut alarms) = (0, Vec::new(), Vec::new());
    for row in table(&folder.join("verdicts.tsv")) {
        let (file, wanted) = (&row[0], row[5].as_str());
        let document = Document::read(read(&folder.join(file)));
        let found = findings(&document);
        let said: Vec<_> = found.iter().map(|finding| say(&document, finding)).collect();
        println!("{file} ({wanted})\n    {}", said.join("\n    "));
        let got = level(&found);
        match weight(got).cmp(&weight(wanted)) {
            std::cmp::Ordering::Equal => hits += 1,
            std::cmp::Ordering::Less => misses.push(format!("{file}: {got} instead of {wanted}; {}", row[6])),
            std::cmp::Ordering::Greater => alarms.push(format!("{file}: {got} instead of {wanted}; {said:?}")),
        }
    }
    println!("{hits} hits; {} misses {misses:#?}; {} false alarms {alarms:#?}", misses.len(), alarms.len());
}

#[test]
fn real_files_are_refused_only_for_a_reason() {
    let Some(folder) = shared("corpus") else { return };
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for row in table(&folder.join("official-verdicts.tsv")) {
        let document = Document::read(read(&folder.join("real").join(&row[0])));
        let found = findings(&document);
        let got = level(&found);
        *counts.entry((row[1].clone(), got)).or_default() += 1;
        let said: Vec<_> = found.iter().map(|finding| say(&document, finding)).collect();
        if !said.is_empty() {
            println!("{} ({})\n    {}", row[0], row[1], said.join("\n    "));
        }
    }
    println!("{counts:#?}");
}

#[test]
fn policy_cases_have_the_semantic_findings_that_are_expected() {
    let Some(folder) = shared("policy-cases") else { return };
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            let document = Document::read(read(&path));
            let said: Vec<_> = findings(&document).iter().map(|finding| say(&document, finding)).collect();
            assert!(said.is_empty(), "{}: {said:#?}", path.display());
        }
    }
}
