//! Times and ids in words.

use std::time::{SystemTime, UNIX_EPOCH};

/// A time as RFC 3339 in UTC, to the second.
pub fn timestamp(time: SystemTime) -> String {
    let (year, month, day, rest) = civil(time);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// An id for a session that begins now: sorts by time; `salt` (a process id, say) keeps two of one second apart.
pub fn new_id(time: SystemTime, salt: u32) -> String {
    let (year, month, day, rest) = civil(time);
    let nanos = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
    let mixed = (u64::from(nanos) ^ (u64::from(salt) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}-{mixed:06x}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month, day and seconds of the day; Gregorian, from days since 1970.
fn civil(time: SystemTime) -> (i64, i64, i64, i64) {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Counted from 1 March of year 0, so that the leap day is the last of a year; eras of 400 years.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_told_in_utc() {
        let at = |seconds| timestamp(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(at(1_795_464_000), "2026-11-23T20:00:00Z");
    }

    #[test]
    fn ids_sort_by_time_and_differ() {
        let time = UNIX_EPOCH + Duration::from_secs(1_795_464_000);
        assert!(new_id(time, 1).starts_with("20261123-200000-"));
        assert_ne!(new_id(time, 1), new_id(time, 2));
        assert!(new_id(time, 9) < new_id(time + Duration::from_secs(1), 1));
    }
}
