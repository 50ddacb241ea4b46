//! Events as lines of the one stream. Deltas are no lines, and neither is what only repeats.

use contract::activity::{Line, Mark};
use contract::straight;
use link::event::{Body, Event, Message, NodeState, Outcome, Role, RunEnd};
use link::sentence;

use super::cut::first_line;
use super::reveal::revealed;
use super::title::called;
use super::tool::told;
use crate::truth::{RowBody, Truth};

/// How long the words of a message are in its line, characters.
const WORDS: usize = 120;

/// What a line says, before it has a number.
#[derive(Debug, Clone, PartialEq)]
struct Says {
    mark: Mark,
    what: String,
    code: Option<String>,
    figure: Option<String>,
}

/// The line of an event that was just applied; its number is 0 until it has a place. `None` when it is worth none.
pub fn line(truth: &Truth, event: &Event, now: i64) -> Option<Line> {
    let (name, says) = says(truth, event, now)?;
    let session = event.session.as_deref();
    let agent = event.agent.as_deref().or_else(|| truth.agent_of(session));
    Some(Line {
        n: 0,
        at: now,
        node: truth.head.id.clone(),
        event: name.to_owned(),
        agent: agent.map(str::to_owned),
        session: session.map(str::to_owned),
        mark: says.mark,
        what: says.what,
        code: says.code,
        figure: says.figure,
    })
}

/// A line of the log's own: what it could not keep.
pub fn not_kept(node: &str, count: u64, now: i64) -> Line {
    Line {
        n: 0,
        at: now,
        node: node.to_owned(),
        event: "gap".to_owned(),
        agent: None,
        session: None,
        mark: Mark::Gap,
        what: format!("the log could not keep up: {count} events are not kept"),
        code: None,
        figure: None,
    }
}

fn says(truth: &Truth, event: &Event, now: i64) -> Option<(&'static str, Says)> {
    let says = match &event.body {
        Body::NodeState(NodeState::Ready { .. }) => connected(truth, now),
        Body::NodeState(state) => link(state)?,
        Body::Message(message) => said(message)?,
        Body::RunStarted => plain(Mark::Run, "started"),
        Body::RunQueued { position } => {
            let figure = position.map(|place| format!("place {place}"));
            Says { figure, ..plain(Mark::Run, "waits for the running turn") }
        }
        Body::RunFinished(end) => finished(truth, event, end),
        Body::ToolFinished { call, ok, ms, .. } => tool(truth, event, call, *ok, *ms),
        Body::SubagentStarted { label, .. } => coded(Mark::Run, "spawned", label),
        Body::SubagentFinished { label, ok } => match ok {
            Some(false) => coded(Mark::Failed, "sub-agent failed", label),
            _ => coded(Mark::Run, "sub-agent finished", label),
        },
        Body::ApprovalRequested(about) => coded(Mark::Asks, "asks", &revealed(&about.command)),
        Body::ApprovalResolved { id, .. } => settled(truth, id)?,
        Body::DeviceRequested(device) => coded(Mark::Asks, "a device asks to be let in", &device.name),
        Body::DeviceResolved { ok: Some(true), .. } => plain(Mark::Other, "a device was let in"),
        Body::DeviceResolved { .. } => plain(Mark::Other, "a device was turned away"),
        Body::SessionChanged(about) => {
            Says { code: called(about).map(|name| words(&name)), ..plain(Mark::Other, "new session") }
        }
        Body::SessionRemoved => plain(Mark::Other, "session removed"),
        Body::AgentChanged(agent) => coded(Mark::Other, "new agent", &agent.name),
        Body::AgentRemoved => plain(Mark::Other, "agent removed"),
        Body::Artifact { .. } => plain(Mark::Other, "made an artifact"),
        Body::Plan { .. } => plain(Mark::Other, "plan changed"),
        Body::Task { .. } => plain(Mark::Other, "task changed"),
        Body::Notice { text } => plain(Mark::Other, &words(text)),
        Body::Gap { .. } => plain(Mark::Gap, "something that it sent did not arrive"),
        // A tool's line comes with its end; the rest moves too often or means nothing to a reader.
        Body::ToolStarted { .. }
        | Body::RunStatus { .. }
        | Body::TextDelta { .. }
        | Body::ThinkingDelta { .. }
        | Body::NodeChanged { .. }
        | Body::Presence { .. }
        | Body::Health { .. }
        | Body::Other { .. } => return None,
    };
    Some((event.body.name(), says))
}

fn plain(mark: Mark, what: &str) -> Says {
    Says { mark, what: what.to_owned(), code: None, figure: None }
}

fn coded(mark: Mark, what: &str, code: &str) -> Says {
    Says { code: Some(words(code)), ..plain(mark, what) }
}

fn said(message: &Message) -> Option<Says> {
    match message.role {
        Role::User => Some(plain(Mark::Message, &format!("message: {}", words(&message.text)))),
        Role::Assistant => Some(plain(Mark::Message, &format!("says: {}", words(&message.text)))),
        Role::Notice => Some(plain(Mark::Other, &words(&message.text))),
        Role::System => None,
    }
}

fn finished(truth: &Truth, event: &Event, end: &RunEnd) -> Says {
    let error = || words(end.error.as_deref().unwrap_or("the gateway does not say why"));
    let mut says = match end.outcome {
        Outcome::Ok => plain(Mark::Run, "finished"),
        Outcome::Error => plain(Mark::Failed, &format!("failed: {}", error())),
        Outcome::Aborted => plain(Mark::Run, "stopped"),
        Outcome::Unknown => plain(Mark::Failed, "ended; nobody knows how"),
    };
    let session = event.session.as_deref().and_then(|key| truth.session(key));
    let run = session.and_then(|session| session.run(event.run.as_deref().unwrap_or_default()));
    let took = run.and_then(|run| Some(run.ended.as_ref()?.at - run.started)).filter(|ms| *ms > 0);
    says.figure = took.map(|ms| span(ms.unsigned_abs()));
    says
}

/// A tool's end, with what its row knows of its beginning.
fn tool(truth: &Truth, event: &Event, id: &str, ok: Option<bool>, ms: Option<u64>) -> Says {
    let session = event.session.as_deref().and_then(|key| truth.session(key));
    let rows = session.and_then(|session| session.transcript.as_ref());
    let found = rows.into_iter().flat_map(|rows| rows.rows.iter().rev()).find_map(|row| match &row.body {
        RowBody::Tool { call, name, summary, .. } if &**call == id => Some((name, summary)),
        _ => None,
    });
    let name = found.map_or("tool", |(name, _)| name);
    let (mark, what) = match ok {
        Some(false) => (Mark::Failed, format!("{} failed", words(name))),
        _ => (Mark::Tool, words(name)),
    };
    let code = found.map(|(_, summary)| summary.clone()).filter(|summary| !summary.is_empty());
    Says { mark, what, code, figure: ms.map(span) }
}

fn settled(truth: &Truth, id: &str) -> Option<Says> {
    let asked = truth.approval(id)?;
    let how = asked.settled.as_ref()?.decision.in_words(None);
    Some(coded(Mark::Asks, &how, &revealed(&asked.about.command)))
}

fn link(state: &NodeState) -> Option<Says> {
    let says = match state {
        NodeState::Paused => plain(Mark::Link, "paused"),
        NodeState::Ready { .. } | NodeState::Idle | NodeState::Connecting | NodeState::Handshaking => return None,
        NodeState::BackingOff { reason, .. } | NodeState::RateLimited { reason, .. } => {
            plain(Mark::Link, &format!("link lost. {}", words(&sentence(reason))))
        }
        NodeState::Pairing { .. } => plain(Mark::Failed, "waits until its owner lets this device in"),
        NodeState::Untrusted { .. } => plain(Mark::Failed, "its certificate is not trusted"),
        NodeState::Unauthorised { .. } => plain(Mark::Failed, "refused the key"),
        NodeState::Incompatible { .. } => plain(Mark::Failed, "speaks another protocol version"),
        NodeState::Failed { reason } => plain(Mark::Failed, &words(reason)),
    };
    Some(says)
}

/// After a break the stream has a hole: no node tells again what it told meanwhile, only its sessions are read anew.
fn connected(truth: &Truth, now: i64) -> Says {
    match truth.link.stale_since {
        None => plain(Mark::Link, "connected"),
        Some(since) => {
            let away = span(u64::try_from(now - since).unwrap_or_default());
            plain(Mark::Gap, &format!("back after {away}; what it did meanwhile is only in its sessions"))
        }
    }
}

fn words(text: &str) -> String {
    first_line(&straight(text), WORDS)
}

/// Milliseconds as a short figure.
pub fn span(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// The words of an event worth finding: messages, commands, tools, answers.
pub fn findable(body: &Body) -> Option<String> {
    match body {
        Body::Message(message) => Some(message.text.to_string()),
        Body::ToolStarted { name, input, .. } => Some(format!("{name} {}", told(input))),
        Body::ToolFinished { output, .. } => Some(super::tool::cut(output)),
        Body::ApprovalRequested(about) => Some(about.command.to_string()),
        Body::RunFinished(end) => {
            let words = end.text.as_deref().or(end.error.as_deref())?;
            Some(words.to_owned())
        }
        Body::SubagentStarted { label, .. } => Some(label.to_string()),
        Body::Notice { text } => Some(text.to_string()),
        _ => None,
    }
    .filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_line_turns_nothing_that_stands_beside_it() {
        assert_eq!(words("open \u{202e}fdp.exe\nnow"), "open ‹U+202E›fdp.exe");
    }
}
