//! A recording's events as lines that a person can check: deltas of one run joined,
//! times relative, long texts cut.

use std::fmt::Write;

use link::event::{Body, Stamped};
use serde_json::Value;

use crate::recordings::Recording;

/// The recordings whose events are pinned one by one.
pub const IMPORTANT: &[&str] = &[
    "moltis/handshake_ok_v4_full_scopes",
    "moltis/handshake_refused_key_without_scopes",
    "moltis/handshake_refused_protocol_too_old",
    "moltis/chat_streaming",
    "moltis/chat_thinking",
    "moltis/chat_tool_call_glob",
    "moltis/chat_queue_while_busy",
    "moltis/chat_abort_by_session_key",
    "moltis/chat_provider_429_retry",
    "moltis/exec_approval_approved",
    "moltis/exec_approval_timeout_120s",
    "moltis/sub_agent_spawn_nonblocking",
    "moltis/sub_agent_two_sessions_concurrent_ambiguous",
    "moltis/reconnect_mid_run_1_before",
    "moltis/reconnect_mid_run_2_after",
    "moltis/sessions_lifecycle",
    "openclaw/remote-refused-pairing-required",
    "openclaw/refused-ratelimit-4",
    "openclaw/gateway-restart-reconnect-0",
    "openclaw/nodevice-gateway-client-ui",
    "openclaw/chat-streaming",
    "openclaw/chat-tool-call",
    "openclaw/chat-slash-command",
    "openclaw/chat-abort",
    "openclaw/chat-queue-followup",
    "openclaw/exec-approval",
    "openclaw/exec-approval-other-a",
    "openclaw/sub-agent-spawn",
    "openclaw/observers-sessions-sub",
    "openclaw/observers-readonly",
    "openclaw/errors",
    "openclaw/reconnect-mid-run-2-after",
    "openclaw/gateway-shutdown-sigterm",
    "openclaw/sessions-lifecycle-watcher",
    "mcp-dashboard/smart/02-chat",
    "mcp-dashboard/smart/03-tools",
    "mcp-dashboard/smart/07-sessions",
    "mcp-dashboard/always/03-tools",
    "mcp-dashboard/always/10-approval-edges",
    "mcp-dashboard/fixed/05-agents",
    "mcp-dashboard/plan/13-plan",
];

/// Longest text shown.
const CUT: usize = 100;

pub fn of(recording: &Recording) -> String {
    let decoded = recording.decoded();
    let begin = decoded.events.first().map_or(0, |first| first.event.at);
    let mut lines = Vec::new();
    let mut joined: Option<(String, i64, usize, String)> = None;
    for stamped in &decoded.events {
        let (head, line) = line(stamped);
        match (&mut joined, delta(&stamped.event.body)) {
            (Some((open, _, count, text)), Some(more)) if *open == head => {
                *count += 1;
                text.push_str(more);
            }
            (open, more) => {
                lines.extend(open.take().map(shown));
                match more {
                    Some(more) => *open = Some((head, stamped.event.at - begin, 1, more.to_owned())),
                    None => lines.push(format!("{:+} {head}{line}", stamped.event.at - begin)),
                }
            }
        }
    }
    lines.extend(joined.take().map(shown));
    lines.join("\n")
}

fn shown((head, at, count, text): (String, i64, usize, String)) -> String {
    format!("{at:+} {head} ×{count} {:?}", cut(&text))
}

fn delta(body: &Body) -> Option<&str> {
    match body {
        Body::TextDelta { text } | Body::ThinkingDelta { text } => Some(text),
        _ => None,
    }
}

/// The event's name and address, and the rest of it.
fn line(stamped: &Stamped) -> (String, String) {
    let written = serde_json::to_value(&stamped.event).unwrap();
    let mut head = written["event"].as_str().unwrap().to_owned();
    if &*stamped.node != "node" {
        head = format!("[{}] {head}", stamped.node);
    }
    let mut rest = String::new();
    for (key, value) in written.as_object().unwrap() {
        match key.as_str() {
            "event" | "at" => {}
            "agent" | "session" | "run" => write!(head, " {key}={}", short(value)).unwrap(),
            "raw" | "value" => write!(rest, " {key}=…").unwrap(),
            _ => write!(rest, " {key}={}", short(value)).unwrap(),
        }
    }
    (head, rest)
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", cut(text)),
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= CUT {
        return text.to_owned();
    }
    format!("{}…({count})", text.chars().take(CUT).collect::<String>())
}
