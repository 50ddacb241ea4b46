//! What crosses the connection to a node, recorded for a report.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use contract::calls::{Handler, RecordStart, RecordStop};
use contract::record::Recording;
use fleet::truth::{NodeHead, PILOT};
use link::event::NodeState;
use tokio::time::sleep;

use crate::args::RecordWanted;
use crate::desk::{Desk, why};
use crate::out::{Form, json, line, note, problem};
use crate::when::length;

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The time is over, or the person ended it.
    Wanted,
    /// The file takes no more.
    Fault,
    /// The node waits for a person: nothing more would come.
    Rests,
}

/// Records from before the connection until its time is over, Ctrl-C, or a fault; says what there is then.
pub async fn record(desk: &Desk, wanted: &RecordWanted, form: Form) -> anyhow::Result<ExitCode> {
    let limit = wanted.length.as_deref().map(length).transpose()?;
    let head = desk.find(&wanted.node).await?;
    let file = wanted.out.clone().unwrap_or_else(|| named_after(&head));
    let start = RecordStart {
        node: head.id.clone(),
        file: std::path::absolute(&file)?.display().to_string(),
        with_text: wanted.with_text,
        replace: wanted.force,
    };
    if !wanted.force && file.exists() {
        anyhow::bail!("{} exists already; name another file, or write over it with --force", file.display());
    }
    desk.fleet.record_start(PILOT, start).await?;
    let until = if limit.is_some() { "Ctrl-C ends it earlier." } else { "Ctrl-C ends it." };
    note(&format!("Recording {} into {}. {until}", head.name, file.display()));
    let end = tokio::select! {
        end = goes_on(desk, &head) => end?,
        () = over(limit) => End::Wanted,
        _ = tokio::signal::ctrl_c() => End::Wanted,
    };
    let stop = desk.fleet.record_stop(PILOT, RecordStop { node: head.id.clone() });
    let recording = stop.await?;
    match form {
        Form::Json => json(&recording)?,
        Form::Text => told(&recording, wanted.with_text)?,
    }
    if let Some(fault) = &recording.fault {
        problem(fault);
    }
    let good = end == End::Wanted && recording.fault.is_none() && recording.connections > 0;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Ends when recording on makes no sense.
async fn goes_on(desk: &Desk, head: &NodeHead) -> anyhow::Result<End> {
    let mut tally = desk.fleet.recording(&head.id).ok_or_else(|| anyhow::anyhow!("The recording is gone"))?;
    let fault = async move {
        // Nobody tallies any more once the recording is gone, and that is no fault of the file's.
        let _ = tally.wait_for(|tally| tally.fault.is_some()).await;
    };
    let talk = async {
        let state = desk.reach(&head.id).await?;
        if !matches!(state, NodeState::Ready { .. }) {
            problem(&format!("{}: {}", head.name, why(&state)));
        }
        // What tries again by itself is worth waiting for.
        let tries_on = matches!(
            state,
            NodeState::Ready { .. }
                | NodeState::BackingOff { .. }
                | NodeState::Pairing { .. }
                | NodeState::RateLimited { .. }
                | NodeState::Connecting
                | NodeState::Handshaking
        );
        if tries_on {
            std::future::pending::<()>().await;
        }
        anyhow::Ok(End::Rests)
    };
    tokio::select! {
        () = fault => Ok(End::Fault),
        end = talk => end,
    }
}

async fn over(limit: Option<i64>) {
    match limit {
        Some(ms) => sleep(Duration::from_millis(ms.unsigned_abs())).await,
        None => std::future::pending().await,
    }
}

/// `homelab-2026-11-21-140507.jsonl`
fn named_after(head: &NodeHead) -> PathBuf {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let name: String = head.name.chars().map(plain).collect();
    let name = Some(name.trim_matches('-')).filter(|name| !name.is_empty()).unwrap_or("node");
    PathBuf::from(format!("{name}-{}.jsonl", jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S")))
}

fn told(recording: &Recording, with_text: bool) -> std::io::Result<()> {
    let count = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    line(&format!(
        "{} in and {} out over {} stand in {} ({}).",
        count(recording.frames_in, "frame"),
        recording.frames_out,
        count(recording.connections, "connection"),
        recording.file,
        size(recording.bytes)
    ))?;
    let texts = if with_text { "what was said whole is kept".to_owned() } else { count(recording.texts, "text") };
    line(&format!(
        "Taken out: {}, {texts}, {} of people or their folders. Ids, times, errors and names of agents, tools and models stay: \
         look it through before you give it away.",
        count(recording.secrets, "key"),
        count(recording.persons, "mention")
    ))?;
    match &recording.dialect {
        Some(dialect) => line(&format!("pilot decode --dialect {dialect} {} reads it.", recording.file)),
        None => line("The gateway never opened a socket; what it answered instead is in the recording."),
    }
}

fn size(bytes: u64) -> String {
    if bytes < 10 * 1024 { format!("{bytes} bytes") } else { format!("{} KiB", bytes / 1024) }
}
