//! A mutation score for people, and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::operators::OPERATORS;
use super::score::{Fate, Mutant, Mutation};
use crate::report::visible;

/// Writes the score of files: operator by operator, rule by rule, then what survived, with the change.
pub fn human(files: &[(String, Mutation)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<26} {:>6} {:>6} {:>8} {:>7}  made worse", "operator", "killed", "caught", "survived", "refused")?;
    for operator in OPERATORS {
        let counts = Counts::of(of(files).filter(|mutant| mutant.operator == operator.id));
        let Counts { killed, caught, survived, refused } = counts;
        if killed + caught + survived > 0 {
            writeln!(
                out,
                "{:<26} {killed:>6} {caught:>6} {survived:>8} {refused:>7}  {}",
                operator.id, operator.about
            )?;
        }
    }
    writeln!(out, "\n{:<26} {:>6} {:>8}", "rule", "killed", "survived")?;
    for (rule, killed, survived) in by_rule(files) {
        writeln!(out, "{rule:<26} {killed:>6} {survived:>8}")?;
    }
    let Counts { killed, caught, survived, refused } = Counts::of(of(files));
    let all = killed + caught + survived;
    writeln!(out)?;
    for (file, mutation) in files {
        for mutant in mutation.survivors() {
            let told = match mutant.fate {
                Fate::Told(rule) => format!("only told: `{rule}` says so in a note"),
                _ => "survived".to_owned(),
            };
            writeln!(out, "{}:{}: {} {told}", visible(file), mutant.line, mutant.operator)?;
            for (sign, text) in [('-', &mutant.change.0), ('+', &mutant.change.1)] {
                for line in text.lines() {
                    writeln!(out, "  {sign} {}", visible(line))?;
                }
            }
        }
    }
    let share = share(killed + caught, all).map_or(String::new(), |share| format!("; {share} % noticed"));
    writeln!(
        out,
        "{all} mutants: {killed} killed by their rule, {caught} caught by another, {survived} survived{share}; {refused} are refused"
    )
}

/// Mutants by their fate.
struct Counts {
    killed: usize,
    caught: usize,
    survived: usize,
    /// Of all of them.
    refused: usize,
}

impl Counts {
    fn of<'m>(mutants: impl Iterator<Item = &'m Mutant>) -> Self {
        let mut counts = Self { killed: 0, caught: 0, survived: 0, refused: 0 };
        for mutant in mutants {
            counts.refused += usize::from(mutant.refused);
            match mutant.fate {
                Fate::Killed(_) => counts.killed += 1,
                Fate::Caught(_) => counts.caught += 1,
                Fate::Told(_) | Fate::Survived => counts.survived += 1,
            }
        }
        counts
    }
}

fn of(files: &[(String, Mutation)]) -> impl Iterator<Item = &Mutant> {
    files.iter().flat_map(|(_, mutation)| &mutation.mutants)
}

/// Per cent with one digit, rounded down: 100 is said only where it is so.
fn share(noticed: usize, all: usize) -> Option<f64> {
    (all > 0).then(|| ((noticed * 1000) / all) as f64 / 10.0)
}

/// The mutants that each rule is there for: killed by it, and not killed at all.
fn by_rule(files: &[(String, Mutation)]) -> Vec<(&'static str, usize, usize)> {
    let mut rules: Vec<&'static str> = OPERATORS.iter().flat_map(|operator| operator.rules).copied().collect();
    rules.sort_unstable();
    rules.dedup();
    let counted = rules.into_iter().map(|rule| {
        let for_it = |mutant: &&Mutant| {
            OPERATORS.iter().any(|operator| operator.id == mutant.operator && operator.rules.first() == Some(&rule))
        };
        let killed = of(files).filter(|mutant| mutant.fate == Fate::Killed(rule)).count();
        (rule, killed, of(files).filter(for_it).filter(|mutant| !mutant.is_noticed()).count())
    });
    counted.filter(|(_, killed, survived)| killed + survived > 0).collect()
}

#[derive(Serialize)]
struct Wire<'m> {
    version: u32,
    mutants: usize,
    killed: usize,
    caught: usize,
    survived: usize,
    refused: usize,
    files: Vec<WireFile<'m>>,
}

#[derive(Serialize)]
struct WireFile<'m> {
    path: &'m str,
    mutants: Vec<WireMutant<'m>>,
}

#[derive(Serialize)]
struct WireMutant<'m> {
    operator: &'m str,
    line: usize,
    fate: &'m str,
    rule: Option<&'m str>,
    refused: bool,
    before: &'m str,
    after: &'m str,
}

/// Writes the score as JSON, version 1.
pub fn json(files: &[(String, Mutation)], out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(of(files));
    let wire = Wire {
        version: 1,
        mutants: of(files).count(),
        killed: counts.killed,
        caught: counts.caught,
        survived: counts.survived,
        refused: counts.refused,
        files: files
            .iter()
            .map(|(path, mutation)| WireFile { path, mutants: mutation.mutants.iter().map(wire).collect() })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}

fn wire(mutant: &Mutant) -> WireMutant<'_> {
    let (fate, rule) = match mutant.fate {
        Fate::Killed(rule) => ("killed", Some(rule)),
        Fate::Caught(rule) => ("caught", Some(rule)),
        Fate::Told(rule) => ("told", Some(rule)),
        Fate::Survived => ("survived", None),
    };
    let (before, after) = (mutant.change.0.as_str(), mutant.change.1.as_str());
    WireMutant { operator: mutant.operator, line: mutant.line, fate, rule, refused: mutant.refused, before, after }
}
