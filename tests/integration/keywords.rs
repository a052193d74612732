//! Small files of keywords, rare ones and mistaken ones: what the layers below the policy say of them.

use std::collections::BTreeMap;
use std::path::Path;

use pipewright::check::Checker;
use pipewright::finding::{Layer, Severity};
use pipewright::settings::Settings;

#[test]
fn rare_keywords_are_silent_and_mistakes_are_told_with_their_mend() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/keywords");
    let table = std::fs::read_to_string(folder.join("expected.tsv")).expect("the table");
    let mut files: BTreeMap<&str, Vec<[&str; 4]>> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let rows = files.entry(columns[0]).or_default();
        if columns[1] != "-" {
            rows.push([columns[1], columns[2], columns[3], columns[4]]);
        }
    }
    let layers = [Layer::Syntax, Layer::Schema, Layer::Semantic];
    let checker = Checker::new(Settings::default()).with_layers(&layers);
    let mut wrong = Vec::new();
    for (file, mut wanted) in files {
        let checked = checker.check(std::fs::read_to_string(folder.join(file)).expect("a file"));
        for finding in checked.findings.iter().filter(|finding| finding.severity > Severity::Note) {
            let line = checked.document.position(finding.span.start).line.to_string();
            let said = format!("{} {}", finding.message, finding.help.as_deref().unwrap_or("")).to_lowercase();
            let fits = |row: &[&str; 4]| {
                row[..3] == [finding.rule, finding.severity.word(), &line]
                    && (row[3] == "-" || said.contains(&row[3].to_lowercase()))
            };
            match wanted.iter().position(fits) {
                Some(at) => drop(wanted.remove(at)),
                None => wrong.push(format!("{file}:{line} not due: {} {said}", finding.rule)),
            }
        }
        wrong.extend(wanted.iter().map(|row| format!("{file} missing: {row:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
