//! Scores that are kept as they are made, so that an interrupted run goes on where it ended.
//!
//! A score is kept under a hash of all that it follows from: program, settings, demands, prompts, recording. What has
//! changed since has another hash and is judged again.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::job::{Job, Of, Timed};
use super::score::CaseScore;
use super::wire::{from_seconds, seconds};
use crate::session::sha256;

/// The most bytes of a file of kept scores.
const LIMIT: u64 = 1 << 30;

/// Kept scores.
#[derive(Debug)]
pub struct Keep {
    program: String,
    known: HashMap<String, Timed>,
    hits: AtomicUsize,
    file: Mutex<File>,
}

#[derive(Serialize)]
struct Line<'s> {
    key: &'s str,
    seconds: f64,
    score: &'s CaseScore,
}

#[derive(Deserialize)]
struct ReadLine {
    key: String,
    #[serde(default)]
    seconds: Option<f64>,
    score: CaseScore,
}

/// How each line of such a file begins.
const BEGINNING: &[u8] = b"{\"key\"";

impl Keep {
    /// Opens a file of kept scores, or begins one. `program` tells one build of the program from another.
    ///
    /// # Errors
    /// The file can't be read or written, or another kind of file is there.
    pub fn open(path: &Path, program: &str) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(LIMIT).read_to_end(&mut bytes)?;
        let mut known = HashMap::new();
        let mut end = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let is_ours = line.starts_with(BEGINNING) || BEGINNING.starts_with(line.trim_ascii_end());
            match serde_json::from_slice::<ReadLine>(line) {
                Ok(line) => drop(known.insert(line.key, (line.score, line.seconds.and_then(from_seconds)))),
                // What a killed run was writing ends the file; anything else is not ours to change.
                Err(_) if !line.ends_with(b"\n") && is_ours => file.set_len(end)?,
                Err(_) if is_ours => {}
                Err(_) => return Err(io::Error::other("is no file of kept scores")),
            }
            end += line.len() as u64;
        }
        Ok(Self { program: program.to_owned(), known, hits: AtomicUsize::new(0), file: Mutex::new(file) })
    }

    /// How many scores were taken from before.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
    }

    pub(super) fn key(&self, job: &Job, recording: &[u8], equal: &Option<Result<String, String>>) -> String {
        let Of { suite, case, script, checker, file: _ } = &*job.of;
        let settings = checker.settings();
        // Derived forms name every field, so nothing that a score follows from is forgotten. The recording's name stands
        // in what is said of it.
        let said = format!(
            "{}\0{suite}\0{case:?}\0{script:?}\0{settings:?}\0{equal:?}\0{}\0{}",
            self.program,
            job.recording,
            sha256(recording)
        );
        sha256(said.as_bytes())
    }

    pub(super) fn known(&self, key: &str) -> Option<Timed> {
        let score = self.known.get(key).cloned();
        self.hits.fetch_add(usize::from(score.is_some()), Ordering::Relaxed);
        score
    }

    /// Appends a score. A file that can't be written costs the score in it, never the run.
    pub(super) fn tell(&self, key: String, score: &CaseScore, took: Duration) {
        let Ok(mut line) = serde_json::to_vec(&Line { key: &key, seconds: seconds(took), score }) else { return };
        line.push(b'\n');
        if let Ok(mut file) = self.file.lock() {
            let _ = file.write_all(&line);
        }
    }
}
