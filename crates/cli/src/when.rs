//! Times as people type them: `15m`, `8h`, `7d`, or a date.

use jiff::{Span, Timestamp, Unit, Zoned, civil};

use crate::run::Misused;

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

/// A moment in the past, Unix milliseconds: a length of time ago, a date, or a date with a time.
pub fn ago(text: &str, now: i64) -> Result<i64, Misused> {
    if let Ok(ms) = length(text) {
        return Ok(now - ms);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let zone = Zoned::now().time_zone().clone();
    let civil = text.parse::<civil::DateTime>().or_else(|_| text.parse::<civil::Date>().map(Into::into));
    civil
        .and_then(|at| at.to_zoned(zone))
        .map(|at| at.timestamp().as_millisecond())
        .map_err(|_| Misused(format!("“{text}” is no time; write 7d (ago), 2026-11-01, or 2026-11-01T08:30")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_dates_are_understood_and_nonsense_is_told() {
        assert_eq!(length("15m").unwrap(), 900_000);
        assert_eq!(length("1h 30m").unwrap(), 5_400_000);
        assert_eq!(length("2d").unwrap(), 172_800_000);
        for wrong in ["", "-5m", "0s", "soon", "15"] {
            assert!(length(wrong).is_err(), "{wrong}");
        }
        assert_eq!(ago("1h", 3_600_500).unwrap(), 500);
        assert_eq!(ago("1970-01-01T00:00:01Z", 0).unwrap(), 1_000);
        assert!(ago("2026-11-01", 0).unwrap() > 1_700_000_000_000);
        assert!(ago("yesterday-ish", 0).is_err());
    }
}
