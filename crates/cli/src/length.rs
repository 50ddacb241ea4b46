//! A length of time as a person types it.

use jiff::{Span, Unit};

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

#[cfg(test)]
mod tests {
    use super::*;

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
