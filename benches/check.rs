//! What a check costs, next to reading the same bytes with libyaml; what twice the file costs; and what a file costs that
//! was made to cost much. `docs/speed.md` has the numbers.
//!
//! Set `PIPEWRIGHT_CORPUS` to a folder of pipeline files; without it the files of `tests/fixtures` are read.

#![expect(clippy::expect_used, reason = "a bench that can't set itself up fails")]

use std::path::{Path, PathBuf};

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use pipewright::check::Checker;
use pipewright::finding::Layer;
use pipewright::settings::Settings;
use pipewright::yaml::Document;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Deserialize;
use serde::de::IgnoredAny;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn corpus() -> Vec<String> {
    let folder = std::env::var_os("PIPEWRIGHT_CORPUS").map_or(PathBuf::from("tests/fixtures"), PathBuf::from);
    let mut texts = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_yaml(&path) {
                texts.extend(std::fs::read_to_string(path));
            }
        }
    }
    texts
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

fn bytes(texts: &[String]) -> BytesCount {
    BytesCount::new(texts.iter().map(String::len).sum::<usize>())
}

/// All events of libyaml, as its Rust edition gives them to `yaml_serde`, and nothing made of them; up to the first mistake,
/// after which it would give the same error for ever.
fn libyaml(text: &str) {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    while documents.next().is_some_and(|document| black_box(IgnoredAny::deserialize(document)).is_ok()) {}
}

mod files {
    use super::*;

    /// The measure: one core.
    #[divan::bench]
    fn a_libyaml(bencher: Bencher<'_, '_>) {
        let texts = corpus();
        bencher.counter(bytes(&texts)).bench_local(|| texts.iter().for_each(|text| libyaml(text)));
    }

    #[divan::bench]
    fn b_document(bencher: Bencher<'_, '_>) {
        let texts = corpus();
        let read = |text: &String| drop(black_box(Document::read(text.as_str())));
        bencher.counter(bytes(&texts)).bench_local(|| texts.iter().for_each(read));
    }

    #[divan::bench(args = [Layer::Syntax, Layer::Schema, Layer::Semantic, Layer::Policy])]
    fn c_layer(bencher: Bencher<'_, '_>, layer: Layer) {
        let texts = corpus();
        let checker = Checker::new(Settings::default()).with_layers(&[layer]);
        bencher.counter(bytes(&texts)).bench_local(|| {
            texts.iter().for_each(|text| drop(black_box(checker.check(text.as_str()))));
        });
    }

    #[divan::bench]
    fn d_check_on_one_core(bencher: Bencher<'_, '_>) {
        let texts = corpus();
        let checker = Checker::new(Settings::default());
        bencher.counter(bytes(&texts)).bench_local(|| {
            texts.iter().for_each(|text| drop(black_box(checker.check(text.as_str()))));
        });
    }

    #[divan::bench]
    fn e_check_on_all_cores(bencher: Bencher<'_, '_>) {
        let texts = corpus();
        let checker = Checker::new(Settings::default());
        bencher.counter(bytes(&texts)).bench_local(|| {
            texts.par_iter().for_each(|text| drop(black_box(checker.check(text.as_str()))));
        });
    }
}

/// A file of so many steps, each of five lines.
fn steps(count: usize) -> String {
    let mut text = "image: node:22.1\npipelines:\n  branches:\n    main:\n".to_owned();
    for number in 0..count {
        text.push_str(&format!(
            "      - step:\n          name: Step {number}\n          script:\n            - make part-{number}\n            \
             - docker push acme/app:$BITBUCKET_COMMIT\n"
        ));
    }
    text
}

/// A file of so many steps, each with an anchor that a pipeline of its own uses.
fn anchors(count: usize) -> String {
    let mut text = "image: node:22.1\ndefinitions:\n  steps:\n".to_owned();
    for number in 0..count {
        text.push_str(&format!("    - step: &s{number}\n        name: &n{number} Step {number}\n        script: &r{number} [&c{number} make x]\n"));
    }
    text.push_str("pipelines:\n  custom:\n");
    for number in 0..count {
        text.push_str(&format!("    run-{number}:\n      - step: *s{number}\n      - step: {{name: *n{number}, script: *r{number}}}\n      - step: {{<<: *s{number}, script: [*c{number}]}}\n"));
    }
    text
}

/// Twice the file may cost 2.2 times as much.
#[divan::bench(args = [1, 2, 4], sample_count = 20)]
fn doubling_steps(bencher: Bencher<'_, '_>, factor: usize) {
    let text = steps(1000 * factor);
    let checker = Checker::new(Settings::default());
    bencher.bench_local(|| checker.check(text.as_str()));
}

#[divan::bench(args = [1, 2, 4], sample_count = 20)]
fn doubling_anchors(bencher: Bencher<'_, '_>, factor: usize) {
    let text = anchors(1000 * factor);
    let checker = Checker::new(Settings::default());
    bencher.bench_local(|| checker.check(text.as_str()));
}

/// A file of 5,000 lines: 20 ms.
#[divan::bench]
fn five_thousand_lines(bencher: Bencher<'_, '_>) {
    let text = steps(999);
    let checker = Checker::new(Settings::default());
    bencher.bench_local(|| checker.check(text.as_str()));
}

/// A pipeline around a script.
fn around(script: &str) -> String {
    let script = serde_json::to_string(script).expect("a string");
    format!("pipelines:\n  default:\n    - step:\n        script:\n          - {script}\n")
}

/// Files that were made to cost much: each at most a second.
#[divan::bench(sample_count = 3, args = [
    "a scalar of 10 MiB", "a script of 1 MiB", "a MiB of [", "nine levels of nine aliases", "10,000 times $(", "10,000 times {",
    "10,000 times if", "5,000 functions", "braces in a branch pattern", "10,000 branches", "10,000 branches that end alike", "10,000 variables",
])]
fn hostile(bencher: Bencher<'_, '_>, what: &str) {
    let text = match what {
        "a scalar of 10 MiB" => format!("image: {}\npipelines: {{}}\n", "x".repeat(10 << 20)),
        "a script of 1 MiB" => around(&"docker build -t \"$A\" . && ".repeat(40_000)),
        "a MiB of [" => "[".repeat(1 << 20),
        "nine levels of nine aliases" => {
            let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
            for level in 1..=9 {
                let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
                text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
            }
            text + "pipelines:\n  default:\n    - step:\n        script: *a9\n"
        }
        "10,000 times $(" => around(&"$(".repeat(10_000)),
        "10,000 times {" => around(&"{ ".repeat(10_000)),
        "10,000 times if" => around(&"if a; then ".repeat(10_000)),
        "5,000 functions" => {
            let functions = (0..5000).map(|n| format!("f{n}() {{ f{}; f{}; }}\n", (n + 1) % 5000, (n * 7) % 5000));
            around(&(functions.collect::<String>() + "f0\n"))
        }
        "braces in a branch pattern" => {
            let pattern = "{a,b}".repeat(1000);
            format!(
                "pipelines:\n  branches:\n    '{pattern}':\n      - step:\n          script: [x]\n    '{{{pattern}}}*':\n      - step:\n          script: [x]\n"
            )
        }
        "10,000 branches" => {
            let branch = |n: usize| format!("    feature-{n}-*:\n      - step:\n          script: [make x]\n");
            "pipelines:\n  branches:\n".to_owned() + &(0..10_000).map(branch).collect::<String>()
        }
        "10,000 branches that end alike" => {
            let branch = |n: usize| format!("    '*-{n}-*x':\n      - step:\n          script: [make x]\n");
            "pipelines:\n  branches:\n".to_owned() + &(0..10_000).map(branch).collect::<String>()
        }
        _ => around(&(0..10_000).map(|n| format!("A{}=\"$A{n}$A{n}\"\n", n + 1)).collect::<String>()),
    };
    let checker = Checker::new(Settings::default());
    bencher.bench_local(|| checker.check(text.as_str()));
}
