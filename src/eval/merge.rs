//! The parts of a run, put together.

use super::beside::Beside;
use super::instead::Divergence;
use super::report::Report;
use super::score::CaseScore;
use super::shard::Shard;

/// A part as it was read: how messages call it, its report, and what was judged a second time.
pub type Part = (String, Report, Beside);

/// Puts the parts of a run together: the report of one run over everything, whatever order the parts come in.
///
/// # Errors
/// The parts are not all parts of one run, in words that begin with a part's name.
pub fn merge(parts: Vec<Part>) -> Result<(Report, Beside), String> {
    let sorted = sorted(parts)?;
    let Some((_, first, beside)) = sorted.first() else { return Err("there is no part to put together".to_owned()) };
    let whole = Report {
        scores: Vec::new(),
        problems: first.problems.clone(),
        shard: None,
        chosen: first.chosen.clone(),
        stamp: first.stamp.clone(),
        times: Vec::new(),
        files: first.files.clone(),
    };
    let instead = beside.instead.clone();
    let (mut scores, mut divergences, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for (name, report, beside) in sorted {
        if !beside.divergences.is_empty() && beside.divergences.len() != report.scores.len() {
            return Err(format!("{name}: has other recordings judged a second time than the first"));
        }
        divergences.push((name.clone(), beside.divergences));
        // A part that was not measured has no times, and one that says nonsense has none either.
        let mut of_part = report.times;
        of_part.resize(report.scores.len(), None);
        times.push((name.clone(), of_part));
        scores.push((name, report.scores));
    }
    let report = Report { scores: dealt::<CaseScore>(scores)?, times: dealt(times)?, ..whole };
    let divergences = dealt::<Divergence>(divergences)?;
    Ok((report, Beside { divergences, instead, ..Beside::default() }))
}

/// The parts in their order, each once and all of one run.
fn sorted(parts: Vec<Part>) -> Result<Vec<Part>, String> {
    let mut sorted: Vec<(Shard, Part)> = Vec::new();
    for part in parts {
        let Some(shard) = part.1.shard else { return Err(format!("{}: is a whole report, not a part of one", part.0)) };
        sorted.push((shard, part));
    }
    sorted.sort_by_key(|(shard, _)| shard.number);
    let Some((first_shard, (first, first_report, first_beside))) = sorted.first() else { return Ok(Vec::new()) };
    let of = first_shard.of;
    for (index, (shard, (name, report, beside))) in sorted.iter().enumerate() {
        if shard.of != of {
            return Err(format!("{name}: is part {shard}, and {first} is one of {of}"));
        }
        if shard.number == index {
            return Err(format!("{name}: part {shard} is there twice"));
        }
        if shard.number != index + 1 {
            return Err(format!("part {}/{of} is missing", index + 1));
        }
        let (Some(stamp), Some(first_stamp)) = (&report.stamp, &first_report.stamp) else {
            return Err(format!("{name}: does not say what it was made of; run it again with this program"));
        };
        if let Some(how) = first_stamp.differs(stamp) {
            return Err(format!("{name}: was run {} than {first}", how.words()));
        }
        let asked = |report: &crate::eval::Report| (report.problems.clone(), report.chosen.clone());
        if asked(first_report) != asked(report) || first_beside.instead != beside.instead {
            return Err(format!("{name}: was run over other suites than {first}"));
        }
    }
    if sorted.len() != of {
        return Err(format!("part {}/{of} is missing", sorted.len() + 1));
    }
    Ok(sorted.into_iter().map(|(_, part)| part).collect())
}

/// Round robin dealt the recordings out, and takes them in again.
fn dealt<T>(parts: Vec<(String, Vec<T>)>) -> Result<Vec<T>, String> {
    let mut parts: Vec<_> = parts.into_iter().map(|(name, part)| (name, part.into_iter())).collect();
    let mut whole = Vec::new();
    let mut ended = None;
    loop {
        for (name, part) in &mut parts {
            match (part.next(), &ended) {
                (Some(one), None) => whole.push(one),
                (Some(_), Some(first)) => return Err(format!("{name}: has more recordings than {first} leaves it")),
                (None, None) => ended = Some(name.clone()),
                (None, Some(_)) => {}
            }
        }
        if ended.is_some() {
            return match parts.iter().find(|(_, part)| part.len() > 0) {
                Some((name, _)) => Err(format!("{name}: has too many recordings for a part of the same run")),
                None => Ok(whole),
            };
        }
    }
}
