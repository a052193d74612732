//! Syntax, schema and semantic layers against collections beside the repository: files with known defects, real files.
//! Each test is passed over where the collection is not there; the rules' own pages test the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pipewright::check::{Checked, Checker};
use pipewright::finding::{Finding, Layer, Severity};
use pipewright::settings::Settings;
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

/// What the layers before the policy say.
pub(crate) fn findings(text: &str) -> Checked {
    let layers = [Layer::Syntax, Layer::Schema, Layer::Semantic];
    Checker::new(Settings::default()).with_layers(&layers).check(text)
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

/// Files on which we know better than the table, or where its words and its level differ.
const OTHER_LEVELS: [(&str, &str, &str); 4] = [
    ("lax-cache-bad-name.yml", "warning", "only the published schema of 2023 refused it, and nobody reports it"),
    ("lax-deployment-twice-case.yml", "warning", "the table's words leave it open, and the evidence is inferred"),
    ("lax-first-parallel-all-manual.yml", "warning", "the table's words leave it open, and the evidence is inferred"),
    ("lax-runs-on-no-label.yml", "error", "its words ask for an error: the second label is empty"),
];

#[test]
fn files_with_known_defects_get_the_level_that_is_asked_for() {
    let Some(folder) = shared("bitbucket/schema-gaps") else { return };
    let (mut hits, mut wrong) = (0, Vec::new());
    for row in table(&folder.join("verdicts.tsv")) {
        let (file, mut wanted) = (row[0].as_str(), row[5].as_str());
        if let Some((_, level, _)) = OTHER_LEVELS.iter().find(|(other, ..)| *other == file) {
            assert_ne!(*level, wanted, "{file} is no exception");
            wanted = level;
        }
        let Checked { document, findings: found, .. } = findings(&read(&folder.join(file)));
        let said: Vec<_> = found.iter().map(|finding| say(&document, finding)).collect();
        println!("{file} ({wanted})\n    {}", said.join("\n    "));
        match level(&found) {
            got if got == wanted => hits += 1,
            got => wrong.push(format!("{file}: {got} instead of {wanted} ({}); {said:?}", row[6])),
        }
    }
    println!("{hits} hits, {} exceptions", OTHER_LEVELS.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The files of a collection on which the official verdict and ours differ: name without ending, official, ours.
fn differences(rows: &[(String, bool)], folder: &Path) -> BTreeSet<(String, String, String)> {
    let word = |taken: bool| if taken { "takes" } else { "refuses" }.to_owned();
    let mut found = BTreeSet::new();
    for (file, official) in rows {
        let ours = level(&findings(&read(&folder.join(file))).findings) != "error";
        if ours != *official {
            found.insert((file.trim_end_matches(".yml").to_owned(), word(*official), word(ours)));
        }
    }
    found
}

/// The differences that a table of `docs/official-schema.md` tells of.
fn documented(heading: &str) -> BTreeSet<(String, String, String)> {
    let page = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/official-schema.md"));
    let part = page.split("\n## ").find(|part| part.starts_with(heading)).expect("the heading");
    let mut found = BTreeSet::new();
    for line in part.lines().filter(|line| line.starts_with("| takes") || line.starts_with("| refuses")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 8, "{line}");
        for file in cells[4].split(", ") {
            let new = found.insert((file.trim_matches('`').to_owned(), cells[1].to_owned(), cells[2].to_owned()));
            assert!(new, "{file} stands twice");
        }
    }
    found
}

#[test]
fn every_difference_to_the_official_schema_is_documented() {
    let Some(folder) = shared("bitbucket/schema-gaps") else { return };
    let rows = table(&folder.join("verdicts.tsv")).into_iter().map(|row| (row[0].clone(), row[2] == "accepted"));
    assert_eq!(differences(&rows.collect::<Vec<_>>(), &folder), documented("Files with one known defect"));
    let Some(folder) = shared("corpus") else { return };
    let rows = table(&folder.join("official-verdicts.tsv")).into_iter().map(|row| (row[0].clone(), row[1] == "valid"));
    assert_eq!(differences(&rows.collect::<Vec<_>>(), &folder.join("real")), documented("Real files"));
}

/// What real files meet, rule by rule; with `--nocapture` each finding too.
#[test]
fn the_rules_that_speak_on_real_files_are_few() {
    let Some(folder) = shared("corpus") else { return };
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let rows = table(&folder.join("official-verdicts.tsv"));
    let mut silent = 0;
    for row in &rows {
        let Checked { document, findings, .. } = findings(&read(&folder.join("real").join(&row[0])));
        silent += usize::from(level(&findings) == "accept");
        for finding in &findings {
            *counts.entry((finding.severity.word(), finding.rule)).or_default() += 1;
            println!("{}:{}", row[0], say(&document, finding));
        }
    }
    println!("{silent} of {} files meet neither error nor warning; findings by rule: {counts:#?}", rows.len());
    assert!(silent * 10 > rows.len() * 7, "only {silent} of {} files are free of errors and warnings", rows.len());
}
