//! What the fuzz targets hold of any text, held of the texts at hand: what breaks a target is noticed without building it.

use std::path::{Path, PathBuf};

#[path = "../../fuzz/bodies/check.rs"]
mod check;
#[path = "../../fuzz/bodies/document.rs"]
mod document;
#[path = "../../fuzz/bodies/extract.rs"]
mod extract;
#[path = "../../fuzz/bodies/shell.rs"]
mod shell;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn what_fuzz_targets_hold_is_held_of_the_texts_at_hand() {
    let mut found = Vec::new();
    for folder in ["tests/fixtures", "prompts", "docs/rules"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    let ends = |path: &Path, ends: &[&str]| path.extension().is_some_and(|end| ends.iter().any(|own| end == *own));
    let mut held = [0; 2];
    for path in &found {
        let Some(text) = std::fs::read_to_string(path).ok().filter(|text| text.len() < 8 << 10) else { continue };
        if ends(path, &["yml", "yaml"]) {
            document::holds(&text);
            check::holds(&text);
            shell::holds(&text);
            held[0] += 1;
        } else if ends(path, &["md", "sse"]) {
            extract::holds(&text);
            held[1] += 1;
        }
    }
    assert!(held.iter().all(|held| *held > 10), "{held:?}");
}
