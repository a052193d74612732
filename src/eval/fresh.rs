//! Where new recordings of a case go.

use std::path::{Component, Path, PathBuf};

use super::case::Case;

/// What makes a part of a pattern stand for many names.
const OPEN: [char; 4] = ['*', '?', '[', '{'];

impl Case {
    /// Where a new recording of this name goes, as the case's pattern for it is written: seen from the suite's folder, or
    /// absolute. The first pattern that takes it there says where.
    ///
    /// # Errors
    /// No pattern takes it; where the first would have it.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, PathBuf> {
        let patterns: Vec<String> = self.patterns().map(plain).collect();
        let there = |pattern: &String| home(pattern).join(name);
        let takes = |pattern: &&String| fast_glob::glob_match(pattern.as_str(), &*there(pattern).to_string_lossy());
        let first = || patterns.first().map_or_else(|| PathBuf::from(name), there);
        patterns.iter().find(takes).map(there).ok_or_else(first)
    }

    /// Whether one more recording could be taken: its patterns do not all name a single file.
    pub(super) fn is_open(&self) -> bool {
        self.patterns().any(|pattern| pattern.contains(OPEN))
    }

    /// The patterns of recordings that a model gave.
    fn patterns(&self) -> impl Iterator<Item = &str> {
        self.recordings.iter().filter(|own| !own.authored).map(|own| own.path.as_str())
    }
}

/// The folder where the recordings of a pattern lie.
fn home(pattern: &str) -> PathBuf {
    let parts = Path::new(pattern).components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.take_while(|part| !part.contains(OPEN) && !part.ends_with(".jsonl")).collect()
}

/// A pattern without parts that mean nothing: `./a//b` is `a/b`.
fn plain(pattern: &str) -> String {
    let parts = Path::new(pattern).components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use crate::eval::Suite;
    use crate::settings::Settings;

    #[test]
    fn the_first_pattern_that_takes_a_new_recording_says_where_it_goes() {
        let fresh = |patterns: &str| {
            let text = format!("name: m\ncases: [{{name: c, recordings: [{patterns}]}}]\n");
            let suite = Suite::read("m.yaml", &text, &Settings::default()).unwrap().0;
            let path = suite.cases[0].fresh("1.jsonl");
            path.map(|path| path.display().to_string()).map_err(|path| path.display().to_string())
        };
        for (patterns, path) in [
            ("'r/*.jsonl'", "r/1.jsonl"),
            ("'./r//*.jsonl'", "r/1.jsonl"),
            ("'../r/**/*.jsonl'", "../r/1.jsonl"),
            ("'/w/r/*.jsonl'", "/w/r/1.jsonl"),
            ("a/fixed.jsonl, 'b/*.jsonl', 'c/*.jsonl'", "b/1.jsonl"),
            ("{path: 'hand/*.jsonl', authored: true}, 'b/*.jsonl'", "b/1.jsonl"),
        ] {
            assert_eq!(fresh(patterns), Ok(path.to_owned()), "{patterns}");
        }
        for (patterns, path) in [("a/fixed.jsonl", "a/1.jsonl"), ("'r/day-*.jsonl'", "r/1.jsonl"), ("r", "r/1.jsonl")] {
            assert_eq!(fresh(patterns), Err(path.to_owned()), "{patterns}");
        }
    }
}
