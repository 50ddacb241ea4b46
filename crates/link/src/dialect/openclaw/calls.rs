//! Neutral calls as OpenClaw's requests. Parameters are strict there: not one key more
//! than its schema knows.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, read};
use super::super::pending::{Ask, Asked, Asker};
use super::Openclaw;
use super::approval::{decision, word};
use crate::call::Call;
use crate::event::Decision;

/// Rows asked of a session list.
const ROWS: usize = 500;
/// Rows that come with the subscription.
const WATCHED: usize = 60;

/// Requests that may wait for their answers at once; beyond twice as many the gateway says that it is busy.
const IN_FLIGHT: usize = 100;

/// Writes one request.
pub(super) fn write<P: Serialize>(id: &str, method: &str, params: &P, out: &mut Out) {
    let request = wire::frame::Request { id, method, params };
    // Our own parameters are plain data: writing them cannot fail.
    out.frames.extend(serde_json::to_string(&request));
}

impl Openclaw {
    /// Asks what `call` wants to know.
    pub(super) fn ask(&mut self, call: &Call, asker: Asker, out: &mut Out) {
        match call {
            Call::Agents => self.request(Ask::Agents, asker, "agents.list", &json!({}), out),
            Call::Sessions => {
                self.request(
                    Ask::Sessions,
                    asker,
                    "sessions.list",
                    &json!({"limit": ROWS, "includeLastMessage": true}),
                    out,
                );
            }
            Call::History { session, limit, before } => {
                self.ask_history(session, *limit, before.as_deref(), asker, out)
            }
            Call::Send { session, agent, text, client_id } => {
                let key = self.session_for(session.as_deref(), agent.as_deref());
                let params = json!({"sessionKey": key, "message": text, "idempotencyKey": client_id});
                let session = Some(self.resolve(&key));
                self.request(Ask::Send { session }, asker, "chat.send", &params, out);
            }
            Call::Abort { session, run } => {
                let mut params = json!({"sessionKey": session});
                if let Some(run) = run {
                    params["runId"] = json!(run);
                }
                self.request(Ask::Abort, asker, "chat.abort", &params, out);
            }
            Call::CreateSession { agent, title } => self.create(agent.clone(), title.clone(), asker, out),
            Call::Approvals => self.request(Ask::Approvals, asker, "exec.approval.list", &json!({}), out),
            Call::Decide { approval, decision } => {
                let method = self.approvals.method(approval);
                let params = json!({"id": approval, "decision": word(*decision)});
                let ask = Ask::Decide { approval: approval.clone(), decision: *decision };
                self.request(ask, asker, method, &params, out);
            }
            Call::Ping => self.request(Ask::Ping, asker, "health", &json!({}), out),
            other => self.control(other, asker, out),
        }
    }

    fn create(&mut self, agent: Option<String>, title: Option<String>, asker: Asker, out: &mut Out) {
        let mut params = json!({});
        if let Some(agent) = &agent {
            params["agentId"] = json!(agent);
        }
        if let Some(title) = &title {
            // A label has to be unique; a name to show need not be.
            params["displayName"] = json!(title);
        }
        self.request(Ask::Create { agent, title }, asker, "sessions.create", &params, out);
    }

    /// Sends a request, or holds it back while so many wait that the gateway would turn it away as busy.
    pub(super) fn request<P: Serialize>(&mut self, ask: Ask, asker: Asker, method: &str, params: &P, out: &mut Out) {
        let id = self.pending.enter(ask, asker);
        if self.pending.len() <= IN_FLIGHT {
            return write(&id, method, params, out);
        }
        let request = wire::frame::Request { id: &id, method, params };
        self.held_back.extend(serde_json::to_string(&request));
    }

    /// A request was answered: the next one that was held back goes.
    pub(super) fn send_held_back(&mut self, out: &mut Out) {
        if self.pending.len().saturating_sub(self.held_back.len()) < IN_FLIGHT {
            out.frames.extend(self.held_back.pop_front());
        }
    }

    fn ask_history(&mut self, session: &str, limit: u32, before: Option<&str>, asker: Asker, out: &mut Out) {
        let limit = limit.clamp(1, 1000);
        let mut params = json!({"sessionKey": session, "limit": limit});
        if let Some(offset) = before.and_then(|before| before.parse::<u64>().ok()) {
            params["offset"] = json!(offset);
        }
        let before = before.map(str::to_owned);
        let ask = Ask::History { session: session.to_owned(), limit: limit as usize, before };
        self.request(ask, asker, "chat.history", &params, out);
    }

    /// One subscription tells all sessions; its answer carries the list.
    pub(super) fn watch_sessions(&mut self, out: &mut Out) {
        let params = json!({"limit": WATCHED});
        self.request(Ask::Subscribe, Asker::Own, "sessions.subscribe", &params, out);
    }

    /// After a loss: everything that can be read again.
    pub(super) fn reread(&mut self, out: &mut Out) {
        self.ask(&Call::Sessions, Asker::Own, out);
        self.ask(&Call::Approvals, Asker::Own, out);
        self.reread_agents(out);
    }

    pub(super) fn reread_agents(&mut self, out: &mut Out) {
        self.ask(&Call::Agents, Asker::Own, out);
    }

    fn session_for(&self, session: Option<&str>, agent: Option<&str>) -> String {
        match (session, agent) {
            (Some(session), _) => session.to_owned(),
            (None, Some(agent)) => format!("agent:{agent}:main"),
            (None, None) => self.main_session.clone().unwrap_or_else(|| "main".to_owned()),
        }
    }

    /// The key under which events of the session will come.
    pub(super) fn resolve(&self, key: &str) -> String {
        match &self.main_session {
            Some(main) if key == "main" => main.clone(),
            _ => key.to_owned(),
        }
    }

    /// What a recorded request asked.
    pub(super) fn recorded(&self, method: &str, params: Option<Raw<'_>>) -> Asked {
        let params: Recorded<'_> = read(params).unwrap_or_default();
        let session = params.session_key.owned();
        let ask = match method {
            "connect" => Ask::Connect,
            method if method.ends_with(".subscribe") || method.ends_with(".unsubscribe") => Ask::Subscribe,
            "agents.list" => Ask::Agents,
            "sessions.list" => Ask::Sessions,
            "chat.history" | "chat.startup" => Ask::History {
                session: session.unwrap_or_default(),
                limit: usize::try_from(params.limit.natural().unwrap_or(0)).unwrap_or(0),
                before: None,
            },
            "chat.send" => Ask::Send { session },
            "chat.abort" => Ask::Abort,
            "sessions.create" => Ask::Create {
                agent: params.agent_id.owned(),
                title: params.display_name.owned().or_else(|| params.label.owned()),
            },
            "exec.approval.list" => Ask::Approvals,
            "exec.approval.resolve" | "plugin.approval.resolve" | "approval.resolve" => Ask::Decide {
                approval: params.id.owned().unwrap_or_default(),
                decision: decision(params.decision.or_empty()).unwrap_or(Decision::Unknown),
            },
            "health" => Ask::Ping,
            method => Ask::Foreign { method: method.to_owned() },
        };
        Asked { ask, asker: Asker::Recorded }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorded<'a> {
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    agent_id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    label: Text<'a>,
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    decision: Text<'a>,
    #[serde(default)]
    limit: Int,
}
