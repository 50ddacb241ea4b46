//! Timed jobs. Moltis and OpenClaw write them alike, with a few names that differ.

use serde::Deserialize;

use super::lax::{Flag, Int, Raw, Text, read};
use crate::call::{CronJob, CronRun};

/// A job as a list has it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default)]
    enabled: Flag,
    #[serde(default, borrow)]
    schedule: Option<Raw<'a>>,
    #[serde(default, borrow)]
    payload: Option<Raw<'a>>,
    #[serde(default, borrow)]
    description: Text<'a>,
    #[serde(default, borrow)]
    effective_agent_id: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    state: Option<Raw<'a>>,
    #[serde(default)]
    next_run_at_ms: Int,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobState<'a> {
    #[serde(default)]
    next_run_at_ms: Int,
    #[serde(default)]
    last_run_at_ms: Int,
    #[serde(default, borrow)]
    last_run_status: Text<'a>,
    #[serde(default, borrow)]
    last_status: Text<'a>,
}

/// What a job does.
#[derive(Default, Deserialize)]
struct Does<'a> {
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    message: Text<'a>,
    #[serde(default, borrow)]
    text: Text<'a>,
}

impl JobRow<'_> {
    /// The neutral job; `None` without an id.
    pub fn job(&self) -> Option<CronJob> {
        let state: JobState<'_> = read(self.state).unwrap_or_default();
        let does: Does<'_> = read(self.payload).unwrap_or_default();
        let id = self.id.owned()?;
        let what = self.description.owned().or(does.message.owned()).or(does.text.owned()).or(does.kind.owned());
        Some(CronJob {
            name: self.display_name.owned().or_else(|| self.name.owned()).unwrap_or_else(|| id.clone()),
            enabled: self.enabled.set(),
            schedule: words(self.schedule),
            what: what.unwrap_or_default(),
            agent: self.effective_agent_id.owned().or_else(|| self.agent_id.owned()),
            next: state.next_run_at_ms.0.or(self.next_run_at_ms.0),
            last: state.last_run_at_ms.0,
            last_status: state.last_run_status.owned().or(state.last_status.owned()),
            id,
        })
    }
}

/// A run of a job.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunRow<'a> {
    #[serde(default, borrow)]
    job_id: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default)]
    started_at_ms: Int,
    #[serde(default)]
    run_at_ms: Int,
    #[serde(default)]
    duration_ms: Int,
    #[serde(default, borrow)]
    output: Text<'a>,
    #[serde(default, borrow)]
    summary: Text<'a>,
    #[serde(default, borrow)]
    error: Text<'a>,
    #[serde(default, borrow)]
    session_key: Text<'a>,
}

impl RunRow<'_> {
    /// The neutral run; `None` without its job.
    pub fn run(&self) -> Option<CronRun> {
        let gave = self.error.owned().or_else(|| self.output.owned()).or_else(|| self.summary.owned());
        Some(CronRun {
            job: self.job_id.owned()?,
            at: self.started_at_ms.0.or(self.run_at_ms.0),
            ms: self.duration_ms.natural(),
            status: self.status.or_empty().to_owned(),
            output: gave.unwrap_or_default(),
            session: self.session_key.owned(),
        })
    }
}

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
fn words(raw: Option<Raw<'_>>) -> String {
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
    let fits = UNITS.into_iter().find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit));
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
