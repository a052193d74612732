//! When a request is sent again, and after how long. Transport only: a repair is another prompt, not a retry.

use std::time::Duration;

/// How often, and how long between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// Times that a request is sent again at most.
    pub most: u32,
    /// The wait before the first retry; it doubles with each.
    pub first: Duration,
    /// The longest wait, also where a server asks for more: then the user decides.
    pub longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { most: 3, first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

impl Retry {
    /// The wait before retry number `done + 1`, or none if there is to be no other.
    ///
    /// `asked` is what the server asks for; `chance` in 0 to 1 spreads clients that failed together.
    pub fn wait(&self, done: u32, asked: Option<Duration>, chance: f64) -> Option<Duration> {
        if done >= self.most {
            return None;
        }
        let spread = chance.clamp(0.0, 1.0);
        if let Some(asked) = asked {
            // A little later than asked, never earlier.
            return (asked <= self.longest).then(|| asked + self.first.mul_f64(spread / 4.0));
        }
        let backoff = self.first.saturating_mul(1u32.checked_shl(done).unwrap_or(u32::MAX)).min(self.longest);
        Some(backoff.mul_f64(0.5 + spread / 2.0))
    }
}

/// What `Retry-After` (or `retry-after-ms`) asks for: seconds, or a date as HTTP writes it, seen from `now`.
///
/// `now` is in seconds since 1970.
pub fn retry_after(header: &str, now: u64) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<f64>() {
        return (seconds.is_finite() && (0.0..1e9).contains(&seconds)).then(|| Duration::from_secs_f64(seconds));
    }
    let at = http_date(header)?;
    Some(Duration::from_secs(at.saturating_sub(now)))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as seconds since 1970.
fn http_date(text: &str) -> Option<u64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = 1 + ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| *name == month)? as u64;
    let year: u64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if words.next() != Some("GMT") || !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970 with years that begin in March, so that leap days come last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = (365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1).checked_sub(719_468)?;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let retry = Retry { most: 3, first: Duration::from_millis(100), longest: Duration::from_millis(250) };
        let waits: Vec<_> = (0..4).map(|done| retry.wait(done, None, 1.0).map(|wait| wait.as_millis())).collect();
        assert_eq!(waits, [Some(100), Some(200), Some(250), None]);
        assert_eq!(retry.wait(0, None, 0.0), Some(Duration::from_millis(50)));
    }

    #[test]
    fn a_server_is_not_asked_earlier_than_it_says_and_not_waited_for_too_long() {
        let retry = Retry::default();
        assert_eq!(retry.wait(0, Some(Duration::from_secs(7)), 0.0), Some(Duration::from_secs(7)));
        assert!(retry.wait(0, Some(Duration::from_secs(7)), 1.0).unwrap() > Duration::from_secs(7));
        assert_eq!(retry.wait(0, Some(Duration::from_secs(3600)), 0.0), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7", 0), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("0.5", 0), Some(Duration::from_millis(500)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_770), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 1_000_000_000), Some(Duration::ZERO));
        for bad in ["", "-1", "soon", "NaN", "Sun, 06 Nov 1994", "1e99"] {
            assert_eq!(retry_after(bad, 0), None, "{bad:?}");
        }
    }
}
