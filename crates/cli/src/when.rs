//! A point in time, or a length of it, as a person types it.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, Unit, Zoned};

use crate::run::Misused;

/// Unix milliseconds of a while ago (`2h`), a time of today (`14:05`), a day, a day with a time, or an instant with its
/// zone; local where no zone is named.
pub fn when(text: &str) -> Result<i64, Misused> {
    at(text.trim(), &Zoned::now()).ok_or_else(|| {
        Misused(format!(
            "“{text}” is no time: write a while ago (90s, 30m, 2h, 3d), a time of today (14:05), a day (2026-11-21) or \
             both (2026-11-21T14:05)"
        ))
    })
}

fn at(text: &str, now: &Zoned) -> Option<i64> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.as_millisecond());
    }
    let here = |civil: DateTime| Some(civil.to_zoned(now.time_zone().clone()).ok()?.timestamp().as_millisecond());
    if let Ok(date) = Date::strptime("%Y-%m-%d", text) {
        return here(date.at(0, 0, 0, 0));
    }
    if let Ok(civil) = text.replace(' ', "T").parse::<DateTime>() {
        return here(civil);
    }
    if let Ok(time) = Time::strptime("%H:%M", text).or_else(|_| Time::strptime("%H:%M:%S", text)) {
        return here(now.date().to_datetime(time));
    }
    // Last: 14:05:09 is a length, too, to those who read lengths.
    now.timestamp().as_millisecond().checked_sub(length(text).ok()?)
}

/// A length of time, milliseconds.
pub fn length(text: &str) -> Result<i64, Misused> {
    let wrong = |_| Misused(format!("“{text}” is no length of time; write 15m, 8h or 7d"));
    let span: Span = text.parse().map_err(wrong)?;
    // A day here is 24 hours: nobody waits for a change of the clocks.
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    let ms = span.total((Unit::Millisecond, relative)).map_err(wrong)?;
    if ms <= 0.0 {
        return Err(Misused(format!("“{text}” is no length of time; write 15m, 8h or 7d")));
    }
    Ok(ms as i64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        let now: Zoned = "2026-11-21T15:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        for (text, meant) in [
            ("2h", "2026-11-21T13:00:00+01:00"),
            ("90s", "2026-11-21T14:58:30+01:00"),
            ("3d", "2026-11-18T15:00:00+01:00"),
            ("1h30m", "2026-11-21T13:30:00+01:00"),
            ("14:05", "2026-11-21T14:05:00+01:00"),
            ("14:05:09", "2026-11-21T14:05:09+01:00"),
            ("2026-11-20", "2026-11-20T00:00:00+01:00"),
            ("2026-11-20T08:30", "2026-11-20T08:30:00+01:00"),
            ("2026-11-20 08:30", "2026-11-20T08:30:00+01:00"),
            ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00Z"),
        ] {
            assert_eq!(at(text, &now), Some(ms(meant)), "{text}");
        }
        for text in ["", "2", "yesterday", "25:00", "2026-13-01", "99999999999999999999d", "9223372036854775807w"] {
            assert_eq!(at(text, &now), None, "{text}");
        }
    }

    #[test]
    fn lengths_are_understood_and_nonsense_is_told() {
        assert_eq!(length("15m").unwrap(), 900_000);
        assert_eq!(length("1h 30m").unwrap(), 5_400_000);
        assert_eq!(length("2d").unwrap(), 172_800_000);
        for wrong in ["", "-5m", "0s", "soon", "15"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
    }
}
