//! What the window kept: lines for people, whole events for programs, and a stretch of time played again.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use contract::activity::Filter;
use fleet::log::Kept;
use link::event::Stamped;

use crate::args::{Among, LogWanted};
use crate::desk::Desk;
use crate::out::{self, Form, line, time};
use crate::run::Misused;
use crate::when::when;

/// How many are shown when nobody says since when.
const LAST: u32 = 100;
/// How many are read at once.
const PAGE: u32 = 1_000;
/// The longest pause of a replay.
const LONGEST: Duration = Duration::from_secs(2);

/// Prints what was kept, oldest first.
pub async fn log(desk: &Desk, wanted: &LogWanted, form: Form) -> anyhow::Result<ExitCode> {
    there(desk)?;
    let filter = Filter {
        until: wanted.until.as_deref().map(when).transpose()?,
        events: wanted.events.clone(),
        text: wanted.grep.clone().unwrap_or_default(),
        ..filter(desk, &wanted.among)?
    };
    let speed = speed(wanted.replay)?;
    let limit = wanted.limit.or(filter.since.is_none().then_some(LAST));
    let mut after = match limit {
        Some(limit) => beginning(desk, &filter, limit, form).await?,
        None => 0,
    };
    let (mut last, mut shown) = (None, 0_u64);
    loop {
        let entries = desk.fleet.core().log().entries_after(&filter, after, PAGE).await?;
        let Some(end) = entries.last() else { break };
        after = end.n;
        for kept in entries.into_iter().filter(|kept| form == Form::Json || kept.line.is_some()) {
            pause(last.replace(kept.at), kept.at, speed).await;
            print(desk, kept, form)?;
            shown += 1;
        }
    }
    if shown == 0 {
        out::note("Nothing of that was kept. `pilot log` without a filter shows the last of all.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether there is a log at all.
pub fn there(desk: &Desk) -> anyhow::Result<()> {
    if !desk.fleet.core().log().is_there() {
        bail!("Nothing is kept yet. The window keeps what happens while it is open: `pilothouse`");
    }
    Ok(())
}

/// What is wanted, by the ids of nodes. A node that is not kept any more may still be in the log under its id.
pub fn filter(desk: &Desk, among: &Among) -> anyhow::Result<Filter> {
    let id = |name: &String| desk.fleet.node(name).map_or_else(|| name.clone(), |head| head.id);
    Ok(Filter {
        nodes: among.nodes.iter().map(id).collect(),
        agents: among.agents.clone(),
        sessions: among.sessions.clone(),
        since: among.since.as_deref().map(when).transpose()?,
        ..Filter::default()
    })
}

/// The number before the last `limit` lines; before the last events, where those are wanted.
async fn beginning(desk: &Desk, filter: &Filter, limit: u32, form: Form) -> anyhow::Result<u64> {
    let log = desk.fleet.core().log();
    let first = match form {
        Form::Text => log.lines(filter, u64::MAX, limit).await?.first().map(|line| line.n),
        Form::Json => log.entries(filter, u64::MAX, limit).await?.first().map(|kept| kept.n),
    };
    Ok(first.map_or(0, |n| n - 1))
}

fn speed(replay: Option<f64>) -> Result<Option<f64>, Misused> {
    match replay {
        Some(speed) if !(speed.is_finite() && speed > 0.0) => {
            Err(Misused("The speed of a replay is a number above 0: `--replay 4` is four times as fast".to_owned()))
        }
        speed => Ok(speed),
    }
}

/// Waits as long as nothing happened, at a replay's speed.
async fn pause(last: Option<i64>, at: i64, speed: Option<f64>) {
    if let (Some(last), Some(speed)) = (last, speed) {
        let gap = Duration::from_millis(u64::try_from(at - last).unwrap_or(0)).min(LONGEST);
        tokio::time::sleep(gap.div_f64(speed).min(LONGEST)).await;
    }
}

fn print(desk: &Desk, kept: Kept, form: Form) -> anyhow::Result<()> {
    let node = desk.name(&kept.event.node);
    if form == Form::Json {
        return out::event(&Stamped { node: node.into(), ..kept.event });
    }
    let Some(said) = kept.line else { return Ok(()) };
    let who = match &said.agent {
        Some(agent) => format!("{node} / {agent}"),
        None => node,
    };
    let code = said.code.map(|code| format!("  {code}")).unwrap_or_default();
    let figure = said.figure.map(|figure| format!("  {figure}")).unwrap_or_default();
    Ok(line(&format!("{} {who:<24} {}{code}{figure}", time(kept.at), said.what))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_has_a_speed_above_nothing() {
        assert!(speed(Some(0.0)).is_err() && speed(Some(-1.0)).is_err() && speed(Some(f64::NAN)).is_err());
        assert_eq!(speed(Some(4.0)).ok(), Some(Some(4.0)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_as_long_as_it_was_and_never_long() {
        let took = |last, at, speed| async move {
            let begin = tokio::time::Instant::now();
            pause(last, at, speed).await;
            begin.elapsed().as_millis()
        };
        assert_eq!(took(Some(0), 800, Some(2.0)).await, 400);
        assert_eq!(took(Some(0), 3_600_000, Some(1.0)).await, 2_000);
        assert_eq!(took(Some(0), 800, None).await, 0);
        assert_eq!(took(Some(800), 0, Some(1.0)).await, 0);
    }
}
