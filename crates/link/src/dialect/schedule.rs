//! When a timed job runs, as people say it. Moltis and OpenClaw have the same kinds of schedule.

use serde::Deserialize;

use super::lax::{Int, Raw, Text, read};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule<'a> {
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default)]
    every_ms: Int,
    #[serde(default, rename = "every_ms")]
    every_ms_snake: Int,
    #[serde(default, borrow)]
    expr: Text<'a>,
    #[serde(default, borrow)]
    tz: Text<'a>,
    #[serde(default, borrow)]
    at: Text<'a>,
    #[serde(default)]
    at_ms: Int,
    #[serde(default, rename = "at_ms")]
    at_ms_snake: Int,
    #[serde(default, borrow)]
    command: Text<'a>,
}

/// A schedule in words: "every 1 h", "0 3 * * *", "once at 2026-11-21 03:00 UTC".
pub(crate) fn words(raw: Option<Raw<'_>>) -> String {
    let schedule: Schedule<'_> = read(raw).unwrap_or_default();
    let every = schedule.every_ms.natural().or(schedule.every_ms_snake.natural());
    let at = schedule.at_ms.0.or(schedule.at_ms_snake.0);
    match (schedule.kind.or_empty(), every, at) {
        ("every", Some(ms), _) => format!("every {}", span(ms)),
        ("cron", _, _) => match schedule.tz.filled() {
            Some(zone) => format!("{} ({zone})", schedule.expr.or_empty()),
            None => schedule.expr.or_empty().to_owned(),
        },
        ("at", _, Some(at)) => format!("once at {}", moment(at)),
        ("at", _, None) => format!("once at {}", schedule.at.or_empty()),
        ("on-exit", _, _) => format!("when it ends: {}", schedule.command.or_empty()),
        (other, _, _) => other.to_owned(),
    }
}

fn moment(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at);
    at.map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Milliseconds in the largest unit that fits: "30 min", "1 h", "7 d".
fn span(ms: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let fits = UNITS.into_iter().find(|(unit, _)| ms >= *unit && ms % unit == 0);
    fits.map_or_else(|| format!("{ms} ms"), |(unit, name)| format!("{} {name}", ms / unit))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_said_as_people_say_it() {
        let of = |text: &str| words(serde_json::from_str(text).ok());
        assert_eq!(of(r#"{"kind":"every","everyMs":3600000}"#), "every 1 h");
        assert_eq!(of(r#"{"kind":"every","every_ms":90000}"#), "every 90 s");
        assert_eq!(of(r#"{"kind":"cron","expr":"0 3 * * *"}"#), "0 3 * * *");
        assert_eq!(of(r#"{"kind":"cron","expr":"0 3 * * *","tz":"Europe/Rome"}"#), "0 3 * * * (Europe/Rome)");
        assert_eq!(of(r#"{"kind":"at","atMs":0}"#), "once at 1970-01-01 00:00 UTC");
    }
}
