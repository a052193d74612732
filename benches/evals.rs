//! What a large suite costs: recordings of ten turns, no two texts alike, from disk to the scores.

#![expect(clippy::expect_used, reason = "a bench that can't set itself up fails")]

use std::path::Path;

use pipewright::eval::{Options, Shelf, run};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const FILE: &str = include_str!("../tests/fixtures/policy/accepted-kustomize-overlays.yml");
/// Turns of a recording; every second one brings a file.
const TURNS: usize = 10;

/// A recording whose texts no other recording has, as `replay --live --record` would have written it.
fn recording(number: usize) -> String {
    let mut lines =
        vec![format!(r#"{{"type":"session","version":1,"id":"r{number}","created":"2026-11-24T10:00:00Z"}}"#)];
    for turn in 1..=TURNS {
        let prompt = format!("Prompt {turn} of conversation {number}: what about the service, and what comes next?");
        lines.push(serde_json::json!({"type": "prompt", "turn": turn, "origin": "user", "text": prompt}).to_string());
        let words =
            format!("For conversation {number}, turn {turn}: the image is built once and promoted by its commit. ")
                .repeat(8);
        let file =
            FILE.replace("invoices", &format!("service-{number}")).replace("--retry 5", &format!("--retry {turn}"));
        let text = if turn % 2 == 0 { format!("{words}\n\n```yaml\n{file}```\n") } else { words };
        lines.push(serde_json::json!({"type": "reply", "turn": turn, "text": text, "finish": "stop"}).to_string());
    }
    lines.join("\n") + "\n"
}

fn suite(folder: &Path, recordings: usize) {
    let target = folder.join("recordings");
    std::fs::create_dir_all(&target).expect("a bench that can't set itself up fails");
    for number in 0..recordings {
        std::fs::write(target.join(format!("{number:06}.jsonl")), recording(number))
            .expect("a bench that can't set itself up fails");
    }
    let text = "name: bench\ncases:\n  - {name: all, recordings: ['recordings/*.jsonl'], expect: {final: accepted}}\n";
    std::fs::write(folder.join("suite.yaml"), text).expect("a bench that can't set itself up fails");
}

/// So many recorded turns, judged on all cores.
#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 3, sample_size = 1)]
fn turns(bencher: divan::Bencher<'_, '_>, turns: usize) {
    let folder = tempfile::tempdir().expect("a bench that can't set itself up fails");
    suite(folder.path(), turns / TURNS);
    bencher.counter(divan::counter::ItemsCount::new(turns)).bench_local(|| {
        let report = run(&["suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default());
        assert_eq!(report.summary().passed, turns / TURNS, "what is measured is the whole work");
        report.scores.len()
    });
}
