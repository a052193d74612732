//! Whole files with the findings that the policy asks for: hits, misses and false alarms by rule. Ours always; those
//! beside the repository where they are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pipewright::check::Checker;
use pipewright::finding::Severity;
use pipewright::settings::Settings;

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("PIPEWRIGHT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut folders = vec![root.join("tests/fixtures/policy")];
    folders.extend(Some(shared.join("policy-cases")).filter(|folder| folder.is_dir()));
    folders
}

type Row = (String, String, usize);

fn expected(folder: &Path) -> BTreeMap<String, BTreeSet<Row>> {
    let table = std::fs::read_to_string(folder.join("expected.tsv")).expect("the table");
    let mut rows: BTreeMap<String, BTreeSet<Row>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let of_file = rows.entry(columns[0].to_owned()).or_default();
        if columns[1] != "-" {
            of_file.insert((columns[1].to_owned(), columns[2].to_owned(), columns[3].parse().expect("a line")));
        }
    }
    rows
}

#[test]
fn each_case_gets_its_findings_and_no_others() {
    let checker = Checker::new(Settings::default());
    let (mut hits, mut misses, mut alarms) = (BTreeMap::<String, usize>::new(), Vec::new(), Vec::new());
    for folder in folders() {
        for (file, wanted) in expected(&folder) {
            let text = std::fs::read_to_string(folder.join(&file)).expect("a case");
            let checked = checker.check(text);
            let mut found = BTreeSet::new();
            for finding in checked.findings.iter().filter(|finding| finding.severity > Severity::Note) {
                let line = checked.document.position(finding.span.start).line;
                let row = (finding.rule.to_owned(), finding.severity.word().to_owned(), line);
                if !wanted.contains(&row) {
                    alarms.push(format!("{file}:{line} {} {}: {}", row.1, row.0, finding.message));
                }
                found.insert(row);
            }
            for row in &wanted {
                if found.contains(row) {
                    *hits.entry(row.0.clone()).or_default() += 1;
                } else {
                    misses.push(format!("{file}:{} {} {}", row.2, row.1, row.0));
                }
            }
        }
    }
    println!("hits: {hits:#?}\nmisses: {misses:#?}\nfalse alarms: {alarms:#?}");
    assert!(misses.is_empty() && alarms.is_empty(), "{} misses, {} false alarms", misses.len(), alarms.len());
}
