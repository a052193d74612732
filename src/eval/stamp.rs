//! What a run was made of, so that parts of different runs are not put together.

use serde::{Deserialize, Serialize};

use super::instead::Instead;
use super::job::Job;
use crate::session::sha256;
use crate::settings::Settings;

/// The program and hashes of what it ran over, all parts of the run included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The program's version.
    pub program: String,
    /// Suites, cases, prompt scripts and the names of recordings.
    pub suites: String,
    /// The settings of all cases.
    pub settings: String,
    /// What was laid over them for a second judgement, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

impl Stamp {
    pub(super) fn of(jobs: &[Job]) -> Self {
        let (mut suites, mut settings) = (String::new(), String::new());
        let mut last = None;
        for job in jobs {
            let same = last.is_some_and(|last| std::sync::Arc::ptr_eq(last, &job.of));
            if !same {
                // Derived forms name every field; settings are told apart.
                let mut case = job.of.case.clone();
                case.settings = Settings::default();
                let script = job.of.script.as_ref().map(|script| (&script.name, &script.file, &script.turns));
                suites.push_str(&sha256(format!("{}\0{case:?}\0{script:?}", job.of.suite).as_bytes()));
                settings.push_str(&sha256(format!("{:?}", job.of.checker.settings()).as_bytes()));
            }
            last = Some(&job.of);
            suites.push_str(&job.recording);
            suites.push('\0');
        }
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { program, suites: sha256(suites.as_bytes()), settings: sha256(settings.as_bytes()), instead: None }
    }

    /// The stamp of a run that also judges everything otherwise.
    pub fn with(self, instead: Option<&Instead>) -> Self {
        Self { instead: instead.map(Instead::hash), ..self }
    }

    /// What differs first from another run.
    pub(super) fn differs(&self, other: &Self) -> Option<Other> {
        match () {
            () if self.program != other.program => Some(Other::Program),
            () if self.suites != other.suites => Some(Other::Suites),
            () if self.settings != other.settings => Some(Other::Settings),
            () if self.instead != other.instead => Some(Other::Instead),
            () => None,
        }
    }
}

/// What another run was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Another version of the program.
    Program,
    /// Other suites, cases, prompt scripts or recordings.
    Suites,
    /// Other settings.
    Settings,
    /// Other settings or prompts of the second judgement.
    Instead,
}

impl Other {
    /// In words that stand between "was run" and "than".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Program => "by another version of the program",
            Self::Suites => "over other suites",
            Self::Settings => "under other settings",
            Self::Instead => "against other settings or prompts",
        }
    }
}
