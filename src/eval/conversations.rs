//! The conversations that a page shows, played again: scores don't hold them.

use rayon::prelude::*;

use super::job::Job;
use super::report::Report;
use super::run::Work;
use super::score::CaseScore;
use super::stamp::Other;
use crate::transcript::Told;

/// Whether each of these scores has its conversation on a page that holds so many: those that did not pass come before
/// others, and earlier ones before later ones.
fn chosen(scores: &[CaseScore], most: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by_key(|&index| scores[index].passed());
    let mut chosen = vec![false; scores.len()];
    order.into_iter().take(most).for_each(|index| chosen[index] = true);
    chosen
}

impl Work {
    /// The conversations for a page, at most so many, by the index of their score.
    pub fn told(&self, scores: &[CaseScore], most: usize) -> Vec<Option<Told>> {
        let pairs = self.jobs.par_iter().zip(chosen(scores, most));
        pairs.map(|(job, chosen)| if chosen { job.told(&self.shelf) } else { None }).collect()
    }

    /// The same for scores that were made elsewhere, and how many of the conversations are left out: their recordings
    /// are gone, or others than those that were judged.
    ///
    /// # Errors
    /// The whole work is another than the one that was judged: how.
    pub fn told_again(&self, report: &Report, most: usize) -> Result<(Vec<Option<Told>>, usize), Other> {
        let stamp = report.stamp.clone().unwrap_or_default().with(None);
        let others = || if self.jobs.len() == report.scores.len() { None } else { Some(Other::Suites) };
        if let Some(other) = self.stamp.differs(&stamp).or_else(others) {
            return Err(other);
        }
        let again = |((job, score), chosen): ((&Job, &CaseScore), bool)| {
            let same = !chosen || job.run(&self.shelf, None, None).0 == *score;
            (same, if same && chosen { job.told(&self.shelf) } else { None })
        };
        let pairs = self.jobs.par_iter().zip(&report.scores).zip(chosen(&report.scores, most));
        let (same, told): (Vec<bool>, Vec<Option<Told>>) = pairs.map(again).unzip();
        Ok((told, same.into_iter().filter(|same| !same).count()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_pass_is_told_before_the_rest() {
        let failed = CaseScore { failures: vec!["no".to_owned()], ..CaseScore::default() };
        let stale = CaseScore { undecided: Some("stale".to_owned()), ..CaseScore::default() };
        let scores = [CaseScore::default(), CaseScore::default(), failed, CaseScore::default(), stale];
        assert_eq!(chosen(&scores, 3), [true, false, true, false, true]);
        assert_eq!(chosen(&scores, 1), [false, false, true, false, false]);
        assert_eq!(chosen(&scores, 9), [true; 5]);
    }
}
