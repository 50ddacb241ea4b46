//! What the log says of a call: enough to know what was done, never what was said. A message is named by its length and
//! its digest, so that who has the message can prove that it was this one. Of a message of a word or two the digest can
//! be guessed; whoever reads the log has this machine's history of the messages beside it.

use link::call::Call;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::digest::hex;

/// The act that a call is, and what it is about; `None` for a call that only reads.
pub fn about(call: &Call) -> Option<(&'static str, Value)> {
    match call {
        Call::Agents
        | Call::Sessions
        | Call::History { .. }
        | Call::Approvals
        | Call::SettledApprovals { .. }
        | Call::Ping
        | Call::SearchSessions { .. }
        | Call::Models
        | Call::Presets
        | Call::Listen { .. }
        | Call::CronJobs
        | Call::CronRuns { .. }
        | Call::Logs { .. }
        | Call::Usage
        | Call::Presence
        | Call::Machines
        | Call::Devices
        | Call::Config
        | Call::Channels
        | Call::Tasks
        | Call::Artifacts { .. } => None,
        Call::Send { .. }
        | Call::Steer { .. }
        | Call::Abort { .. }
        | Call::ClearQueue { .. }
        | Call::MessageAgent { .. }
        | Call::Decide { .. } => Some(said(call)),
        Call::CreateSession { .. }
        | Call::SwitchSession { .. }
        | Call::RenameSession { .. }
        | Call::ForkSession { .. }
        | Call::ResetSession { .. }
        | Call::DeleteSession { .. }
        | Call::CompactSession { .. }
        | Call::BindSession { .. } => Some(of_session(call)),
        Call::SetModel { .. }
        | Call::CreateAgent { .. }
        | Call::DeleteAgent { .. }
        | Call::RunCron { .. }
        | Call::EnableCron { .. }
        | Call::SettleDevice { .. }
        | Call::PatchConfig { .. } => Some(of_node(call)),
    }
}

/// What is said to an agent, and what stops or lets it.
fn said(call: &Call) -> (&'static str, Value) {
    match call {
        Call::Send { session, agent, text, client_id } => {
            ("send", json!({"session": session, "agent": agent, "message": words(text), "client_id": client_id}))
        }
        Call::Steer { session, text, client_id, .. } => {
            ("steer", json!({"session": session, "message": words(text), "client_id": client_id}))
        }
        Call::Abort { session, run } => ("abort", json!({"session": session, "run": run})),
        Call::ClearQueue { session } => ("queue.clear", json!({"session": session})),
        Call::MessageAgent { to, from, text } => {
            ("agent.message", json!({"to": to, "from": from, "message": words(text)}))
        }
        Call::Decide { approval, decision } => ("decide", json!({"approval": approval, "decision": decision})),
        _ => ("call", Value::Null),
    }
}

/// What is done to a session.
fn of_session(call: &Call) -> (&'static str, Value) {
    match call {
        Call::CreateSession { agent, title } => {
            ("session.create", json!({"agent": agent, "title": title.as_deref().map(words)}))
        }
        Call::SwitchSession { session } => ("session.switch", json!({"session": session})),
        Call::RenameSession { session, title } => {
            ("session.rename", json!({"session": session, "title": words(title)}))
        }
        Call::ForkSession { session, title } => {
            ("session.fork", json!({"session": session, "title": title.as_deref().map(words)}))
        }
        Call::ResetSession { session } => ("session.reset", json!({"session": session})),
        Call::DeleteSession { session } => ("session.delete", json!({"session": session})),
        Call::CompactSession { session } => ("session.compact", json!({"session": session})),
        Call::BindSession { session, agent } => ("session.bind", json!({"session": session, "agent": agent})),
        _ => ("call", Value::Null),
    }
}

/// What is done to the node itself. Settings are named by their digest: a patch may hold anything.
fn of_node(call: &Call) -> (&'static str, Value) {
    match call {
        Call::SetModel { session, model } => ("model.set", json!({"session": session, "model": model})),
        Call::CreateAgent { name, model, .. } => ("agent.create", json!({"name": name, "model": model})),
        Call::DeleteAgent { agent } => ("agent.delete", json!({"agent": agent})),
        Call::RunCron { job } => ("cron.run", json!({"job": job})),
        Call::EnableCron { job, enabled } => ("cron.enable", json!({"job": job, "enabled": enabled})),
        Call::SettleDevice { id, verdict } => ("device.settle", json!({"id": id, "verdict": verdict})),
        Call::PatchConfig { patch, version } => {
            ("config.patch", json!({"patch": words(&patch.to_string()), "version": version}))
        }
        _ => ("call", Value::Null),
    }
}

/// A text by its length in characters and the first half of its SHA-256.
pub fn words(text: &str) -> Value {
    json!({"characters": text.chars().count(), "sha256": hex(&Sha256::digest(text.as_bytes())[..16])})
}
