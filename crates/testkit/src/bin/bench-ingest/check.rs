//! Whether every event arrived, once and in its place: in the state, in the log, and in the window.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use contract::transcript::{Row, RowBody, SessionRef};
use contract::{Batch, Update};
use fleet::core::Core;
use link::event::{Body, Event};

use crate::frames;
use crate::house::node;
use crate::measure::Task;
use crate::window::panes;

/// The least number of rows that a session keeps in memory.
const ROWS: usize = 60;

/// Compares all that is known with what was sent. The error says what differs first.
pub async fn all(core: &Core, told: &[Batch], task: Task) -> anyhow::Result<()> {
    let turns = frames::runs(task.frames / task.links);
    for link in 0..task.links {
        let id = node(link);
        let entries = core.log().replay(&id, 0, u32::MAX).await?;
        let found = heard(entries.into_iter().map(|entry| entry.event));
        same(&found, &sent(link, turns)).with_context(|| format!("the log of {id}"))?;
        for turn in 0..turns.min(4) {
            let session = frames::session(link, turn);
            let rows = rows_in_memory(core, &id, &session)?;
            same_end(&rows, &rows_sent(turn, turns)).with_context(|| format!("the rows of {session} on {id}"))?;
        }
        ensure!(core.read(&id, |truth| truth.running()) == Some(0), "a run on {id} still goes on");
    }
    in_the_window(core, told, task)
}

/// What a node said, one line an event, deltas of a run joined.
fn heard(events: impl Iterator<Item = Event>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for event in events {
        let run = event.run.unwrap_or_default();
        let line = match &event.body {
            Body::NodeState(_) => continue,
            Body::TextDelta { text } if last.as_ref() == Some(&run) => {
                lines.last_mut().into_iter().for_each(|line| line.push_str(&frames::unstamped(text)));
                continue;
            }
            Body::TextDelta { text } => format!("{run} text {}", frames::unstamped(text)),
            Body::Message(message) => format!("{run} message {}", message.text),
            Body::RunStarted => format!("{run} started"),
            Body::ToolStarted { call, .. } => format!("{run} tool {call}"),
            Body::ToolFinished { call, ok, .. } => format!("{run} tool {call} {ok:?}"),
            Body::RunStatus { phase } => format!("{run} {phase}"),
            Body::RunFinished(end) => format!("{run} {:?} {}", end.outcome, end.text.as_deref().unwrap_or_default()),
            other => format!("{run} {other:?}"),
        };
        last = matches!(event.body, Body::TextDelta { .. }).then_some(run);
        lines.push(line);
    }
    lines
}

/// What a node was made to say, in the same words.
fn sent(link: u64, turns: u64) -> Vec<String> {
    let turn = |turn| {
        let run = frames::run(link, turn);
        [
            format!(" message {}", frames::QUESTION),
            format!("{run} started"),
            format!("{run} text {}", frames::first_text(turn)),
            format!("{run} tool call_{turn}"),
            format!("{run} tool call_{turn} Some(true)"),
            format!("{run} round 2"),
            format!("{run} text {}", frames::second_text(turn)),
            format!("{run} Ok {}", frames::ANSWER),
        ]
    };
    (0..turns).flat_map(turn).collect()
}

/// The words of all rows of the session of a turn: those of this turn and every fourth after it.
fn rows_sent(turn: u64, turns: u64) -> Vec<String> {
    let rows = |turn| [frames::QUESTION.to_owned(), frames::first_text(turn), String::new(), frames::ANSWER.to_owned()];
    (turn..turns).step_by(4).flat_map(rows).collect()
}

fn rows_in_memory(core: &Core, id: &str, session: &str) -> anyhow::Result<Vec<String>> {
    let rows = core.read(id, |truth| {
        let rows = truth.session(session)?.transcript.as_ref()?.rows.iter();
        Some(rows.map(|row| frames::unstamped(row.text())).collect())
    });
    rows.flatten().with_context(|| format!("{session} is not in memory"))
}

/// Follows the batches as the window does: numbered without a hole, and what they make is what is in memory.
fn in_the_window(core: &Core, told: &[Batch], task: Task) -> anyhow::Result<()> {
    let mut shown: BTreeMap<SessionRef, Vec<Row>> = BTreeMap::new();
    for (batch, seq) in told.iter().zip(1..) {
        ensure!(batch.seq == seq, "batch {} came in place of {seq}", batch.seq);
        batch.updates.iter().for_each(|update| follow(&mut shown, update));
    }
    for of in panes(task.links) {
        let rows = shown.get(&of).with_context(|| format!("the window was told nothing of {}", of.session))?;
        let words: Vec<String> = rows.iter().map(|row| frames::unstamped(words(&row.body))).collect();
        let memory = rows_in_memory(core, &of.node, &of.session)?;
        same_end(&words, &memory).with_context(|| format!("the window's rows of {}", of.session))?;
    }
    Ok(())
}

fn follow(shown: &mut BTreeMap<SessionRef, Vec<Row>>, update: &Update) {
    match update {
        Update::Transcript { window } => drop(shown.insert(window.of.clone(), window.rows.clone())),
        Update::Row { of, row } => {
            let rows = shown.entry(of.clone()).or_default();
            match rows.iter_mut().find(|known| known.id == row.id) {
                Some(known) => known.clone_from(row),
                None => rows.insert(rows.partition_point(|known| known.order < row.order), row.clone()),
            }
        }
        Update::RowText { of, id, text: more } => {
            let row = shown.entry(of.clone()).or_default().iter_mut().find(|row| row.id == *id);
            if let Some(RowBody::Assistant { text, .. } | RowBody::Thinking { text, .. }) = row.map(|row| &mut row.body)
            {
                text.push_str(more);
            }
        }
        Update::RowGone { of, id } => shown.entry(of.clone()).or_default().retain(|row| row.id != *id),
        _ => {}
    }
}

fn words(body: &RowBody) -> &str {
    match body {
        RowBody::User { text, .. } | RowBody::Assistant { text, .. } => text,
        _ => "",
    }
}

/// Whether the shorter list is the longer one's end, and as long as what memory keeps.
fn same_end(found: &[String], whole: &[String]) -> anyhow::Result<()> {
    ensure!(found.len() >= whole.len().min(ROWS), "{} rows of {} are left", found.len(), whole.len());
    let length = found.len().min(whole.len());
    same(&found[found.len() - length..], &whole[whole.len() - length..])
}

fn same(found: &[String], expected: &[String]) -> anyhow::Result<()> {
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        ensure!(found == expected, "entry {at} is \"{found}\" in place of \"{expected}\"");
    }
    if found.len() != expected.len() {
        bail!("{} entries in place of {}", found.len(), expected.len());
    }
    Ok(())
}
