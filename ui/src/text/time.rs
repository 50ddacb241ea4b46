//! Moments and durations in words. Local time comes from the web view, so that no time zone
//! table stands in the WASM.

use js_sys::Date;
use wasm_bindgen::JsValue;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// "14:23:07", by this machine's clock and zone.
pub fn clock_seconds(at: i64) -> String {
    let date = local(at);
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// "14:23" today, "19 Nov 14:23" on another day.
pub fn moment(at: i64, now: i64) -> String {
    let (date, today) = (local(at), local(now));
    let clock = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    let same_day = date.get_date() == today.get_date()
        && date.get_month() == today.get_month()
        && date.get_full_year() == today.get_full_year();
    match same_day {
        true => clock,
        false => format!("{} {} {clock}", date.get_date(), month(date.get_month())),
    }
}

/// "19 Nov 2026, 14:23:07", for a title that is read in full.
pub fn full(at: i64) -> String {
    format!("{}, {}", day(at), clock_seconds(at))
}

/// "19 Nov 2026".
pub fn day(at: i64) -> String {
    let date = local(at);
    format!("{} {} {}", date.get_date(), month(date.get_month()), date.get_full_year())
}

/// "just now", "4 min ago", "3 h ago", "2 days ago".
pub fn ago(at: i64, now: i64) -> String {
    match now - at {
        past if past < MINUTE => "just now".to_owned(),
        past if past < HOUR => format!("{} min ago", past / MINUTE),
        past if past < DAY => format!("{} h ago", past / HOUR),
        past if past < 2 * DAY => "yesterday".to_owned(),
        past => format!("{} days ago", past / DAY),
    }
}

/// What is left until then, as a countdown: "8 s" under a minute, "1:42" under an hour, "2 h 05" beyond. Never below zero.
pub fn left(until: i64, now: i64) -> String {
    // Rounded up: what shows "1 s" still has some of it.
    let seconds = ((until - now).max(0) + SECOND - 1) / SECOND;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{} h {:02}", seconds / 3600, seconds % 3600 / 60),
    }
}

/// How long something took: "342 ms", "1.8 s", "2 min 05 s".
pub fn took(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

fn local(at: i64) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
}

fn month(number: u32) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.get(number as usize).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_rounds_up_and_never_goes_below_zero() {
        assert_eq!(left(1, 0), "1 s");
        assert_eq!(left(102_000, 0), "1:42");
        assert_eq!(left(7_500_000, 0), "2 h 05");
        assert_eq!(left(0, 5_000), "0 s");
    }

    #[test]
    fn how_long_ago_is_said_in_the_largest_unit_that_fits() {
        assert_eq!(ago(0, 59_000), "just now");
        assert_eq!(ago(0, 4 * MINUTE + 1), "4 min ago");
        assert_eq!(ago(0, 3 * HOUR), "3 h ago");
        assert_eq!(ago(0, DAY), "yesterday");
        assert_eq!(ago(0, 9 * DAY), "9 days ago");
        assert_eq!(ago(5_000, 0), "just now");
    }

    #[test]
    fn a_duration_has_two_figures_that_matter() {
        assert_eq!(took(342), "342 ms");
        assert_eq!(took(18_240), "18.2 s");
        assert_eq!(took(125_000), "2 min 05 s");
    }
}
