//! Neutral calls as Moltis' requests, and what it takes to do in several steps there
//! what our own gateway does in one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::Scope;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, read};
use super::super::pending::{Ask, Asked, Asker, Then, answer};
use super::Moltis;
use crate::call::{Call, CallError, Reply, Sent};
use crate::event::{Decision, Session};

/// Own messages whose echo is still awaited.
const ECHOES: usize = 256;

/// Writes one request.
pub(super) fn write<P: Serialize>(id: &str, method: &str, params: &P, out: &mut Out) {
    let request = wire::frame::Request { id, method, params };
    // Our own parameters are plain data: writing them cannot fail.
    out.frames.extend(serde_json::to_string(&request));
}

/// The gateway asked us something; no such thing exists yet.
pub(super) fn answer_unknown(id: &str, out: &mut Out) {
    let error = wire::Error::new(wire::Code::UnknownMethod, "this client answers no requests");
    out.frames.extend(serde_json::to_string(&wire::frame::Response::refused(id, &error)));
}

impl Moltis {
    /// Asks what `call` wants to know.
    pub(super) fn ask(&mut self, call: &Call, asker: Asker, now: i64, out: &mut Out) {
        match call {
            Call::Agents => self.request(Ask::Agents, asker, "agents.list", &json!({}), out),
            Call::Sessions => self.request(Ask::Sessions, asker, "sessions.list", &json!({}), out),
            Call::History { session, limit, before } => {
                self.history(session, *limit, before.as_deref(), asker, out);
            }
            Call::Send { session, agent, text, client_id } => {
                let key = self.session_for(session.as_deref(), agent.as_deref());
                let then = Then::Send { text: text.clone(), client_id: client_id.clone() };
                self.send(key, agent.as_deref(), then, (asker, now), out);
            }
            Call::Abort { session, run } => {
                let params = wire::chat::AbortParams { session_key: Some(session.clone()), run_id: run.clone() };
                self.request(Ask::Abort, asker, "chat.abort", &params, out);
            }
            Call::CreateSession { agent, title } => self.create(agent.as_deref(), title.as_deref(), asker, out),
            Call::Approvals => self.request(Ask::Approvals, asker, "exec.approval.request", &json!({}), out),
            Call::Decide { approval, decision } => self.decide(approval, *decision, asker, out),
            Call::Ping => self.request(Ask::Ping, asker, "health", &json!({}), out),
            other => self.control(other, asker, out),
        }
    }

    pub(super) fn request<P: Serialize>(&mut self, ask: Ask, asker: Asker, method: &str, params: &P, out: &mut Out) {
        let id = self.pending.enter(ask, asker);
        write(&id, method, params, out);
    }

    /// Asks for a page. Before the last one it is asked what runs there: the list of sessions may be old, and what does
    /// not run before the page is read stands in it. The other way round, what began and ended between the two answers
    /// would be in neither.
    fn history(&mut self, session: &str, limit: u32, before: Option<&str>, asker: Asker, out: &mut Out) {
        if before.is_some() || self.runs.of_session(session).is_some() || !self.granted.extends("chat.peek.text") {
            return self.ask_history(session, limit, before, asker, out);
        }
        let params = wire::chat::SessionParams { session_key: Some(session.to_owned()) };
        let ask = Ask::Peek { session: session.to_owned(), limit };
        self.request(ask, asker, "chat.peek", &params, out);
    }

    pub(super) fn ask_history(&mut self, session: &str, limit: u32, before: Option<&str>, asker: Asker, out: &mut Out) {
        let paged = self.granted.extends("chat.history.page");
        let params = wire::chat::HistoryParams {
            session_key: Some(session.to_owned()),
            limit: paged.then_some(limit.into()),
            before: before.filter(|_| paged).and_then(|before| before.parse().ok()),
        };
        let (limit, before) = (usize::try_from(limit).unwrap_or(usize::MAX), before.map(str::to_owned));
        let ask = Ask::History { session: session.to_owned(), limit, before };
        self.request(ask, asker, "chat.history", &params, out);
    }

    /// The session a message goes to: the one named, else the agent's own.
    fn session_for(&self, session: Option<&str>, agent: Option<&str>) -> String {
        let default = |agent: &str| self.agents.iter().any(|known| known.id == agent && known.default);
        match (session, agent) {
            (Some(session), _) => session.to_owned(),
            (None, Some(agent)) if agent != "main" && !default(agent) => format!("agent:{agent}:main"),
            (None, _) => "main".to_owned(),
        }
    }

    /// Sends a message. On Moltis an agent is bound to a session, not to a message:
    /// where the session is not the agent's yet, it is made so first.
    fn send(&mut self, key: String, agent: Option<&str>, then: Then, (asker, now): (Asker, i64), out: &mut Out) {
        let bound = agent.is_none_or(|agent| self.sessions.agent(&key) == Some(agent));
        let default = agent == Some("main") && key == "main";
        if bound || default || self.granted.extends("chat.send.agent") {
            self.say_to(key, agent, then, (asker, now), out);
        } else {
            self.prepare(key, agent, then, asker, out);
        }
    }

    fn say_to(&mut self, key: String, agent: Option<&str>, then: Then, (asker, now): (Asker, i64), out: &mut Out) {
        let Then::Send { text, client_id } = then else {
            return;
        };
        let params = wire::chat::SendParams {
            text: Some(text),
            session_key: Some(key.clone()),
            seq: u64::try_from(self.number(&client_id, now)).ok(),
            idempotency_key: Some(client_id),
            agent_id: agent.filter(|_| self.granted.extends("chat.send.agent")).map(str::to_owned),
            ..wire::chat::SendParams::default()
        };
        self.request(Ask::Send { session: Some(key) }, asker, "chat.send", &params, out);
    }

    /// A number for this message that no other client is likely to use too; the echo
    /// bears it.
    fn number(&mut self, client_id: &str, now: i64) -> i64 {
        let last = self.echoes.back().map_or(0, |(number, _)| *number);
        let number = now.max(1).saturating_mul(1000).max(last.saturating_add(1));
        if self.echoes.len() >= ECHOES {
            self.echoes.pop_front();
        }
        self.echoes.push_back((number, client_id.to_owned()));
        number
    }

    fn prepare(&mut self, key: String, agent: Option<&str>, then: Then, asker: Asker, out: &mut Out) {
        let params = json!({"key": key, "include_history": false});
        let ask = Ask::Prepare { session: key, agent: agent.map(str::to_owned), then: Box::new(then) };
        self.request(ask, asker, "sessions.switch", &params, out);
    }

    /// One step of the preparation is done; the next one, or what it was for.
    pub(super) fn prepared(
        &mut self,
        key: String,
        agent: Option<String>,
        then: Then,
        (asker, now): (Asker, i64),
        out: &mut Out,
    ) {
        if let Some(agent) = agent {
            let params = json!({"session_key": key, "agent_id": agent});
            let bound = Session { key: key.clone(), agent_id: Some(agent), ..Session::default() };
            self.sessions.note(&bound, Int(None));
            let ask = Ask::Prepare { session: key, agent: None, then: Box::new(then) };
            return self.request(ask, asker, "agents.set_session", &params, out);
        }
        match then {
            Then::Send { .. } => self.say_to(key, None, then, (asker, now), out),
            Then::Tell { title } => self.tell_made(key, title, asker, out),
        }
    }

    fn tell_made(&mut self, key: String, title: Option<String>, asker: Asker, out: &mut Out) {
        if let Some(title) = title.as_ref().filter(|_| self.granted.may(Scope::Admin)) {
            self.request(Ask::Subscribe, Asker::Own, "sessions.patch", &json!({"key": key, "label": title}), out);
        }
        let agent_id = self.sessions.agent(&key).map(str::to_owned);
        answer(asker, Ok(Reply::Session(Session { key, agent_id, title, ..Session::default() })), out);
    }

    fn create(&mut self, agent: Option<&str>, title: Option<&str>, asker: Asker, out: &mut Out) {
        let (agent_id, label) = (agent.map(str::to_owned), title.map(str::to_owned));
        if self.granted.extends("sessions.create") {
            let params = wire::sessions::CreateParams {
                key: None,
                agent_id: agent_id.clone(),
                label: label.clone(),
                model: None,
            };
            return self.request(Ask::Create { agent: agent_id, title: label }, asker, "sessions.create", &params, out);
        }
        // On Moltis a session exists as soon as somebody switches to it.
        let key = format!("session:{}", uuid::Uuid::new_v4());
        self.prepare(key, agent, Then::Tell { title: label }, asker, out);
    }

    /// Answers an approval. On our own gateway the answer is bound to the exact command
    /// and may make a rule; Moltis can do neither.
    fn decide(&mut self, approval: &str, decision: Decision, asker: Asker, out: &mut Out) {
        let strict = self.granted.extends("approval.strict");
        if decision == Decision::Always && !self.granted.extends("approval.always") {
            let (vendor, what) = (self.granted.vendor(), "remember an approval for later; allow it once");
            return answer(asker, Err(CallError::Unsupported { vendor, what }), out);
        }
        let word = match decision {
            Decision::Once | Decision::Always => "approved",
            // Whatever is not a clear yes is a no.
            Decision::Deny | Decision::Expired | Decision::Unknown => "denied",
        };
        let mut params = json!({"requestId": approval, "decision": word});
        if let Some(command) = self.approvals.command(approval).filter(|_| strict) {
            params["command"] = json!(command);
        }
        if decision == Decision::Always {
            params["always"] = json!(true);
        }
        let ask = Ask::Decide { approval: approval.to_owned(), decision };
        self.request(ask, asker, "exec.approval.resolve", &params, out);
    }
}

/// How a message was taken.
pub(super) fn sent(payload: Option<Raw<'_>>, session: Option<String>) -> Result<Reply, CallError> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Taken<'a> {
        #[serde(default, borrow)]
        run_id: Text<'a>,
        #[serde(default)]
        queued: super::super::lax::Flag,
        #[serde(default)]
        rejected: super::super::lax::Flag,
        #[serde(default, borrow)]
        reason: Text<'a>,
    }
    let taken: Taken<'_> = read(payload).unwrap_or_default();
    if taken.rejected.set() {
        let why = taken.reason.filled().unwrap_or("a rule of the gateway");
        let message = format!("The gateway refused the message: {why}");
        return Err(CallError::refused("REJECTED", message));
    }
    Ok(Reply::Sent(Sent { run: taken.run_id.owned(), session, queued: taken.queued.set(), taken: true }))
}

/// What a recorded request asked.
pub(super) fn recorded(method: &str, params: Option<Raw<'_>>) -> Asked {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params<'a> {
        #[serde(default, borrow)]
        session_key: Text<'a>,
        #[serde(default, borrow)]
        key: Text<'a>,
        #[serde(default, borrow)]
        request_id: Text<'a>,
        #[serde(default, borrow)]
        agent_id: Text<'a>,
        #[serde(default, borrow)]
        label: Text<'a>,
    }
    let params: Params<'_> = read(params).unwrap_or_default();
    let session = params.session_key.owned().or_else(|| params.key.owned());
    let ask = match method {
        "connect" => Ask::Connect,
        "subscribe" | "unsubscribe" => Ask::Subscribe,
        "agents.list" => Ask::Agents,
        "sessions.list" => Ask::Sessions,
        "chat.history" | "sessions.switch" | "sessions.preview" | "sessions.resolve" => {
            Ask::History { session: session.unwrap_or_else(|| "main".into()), limit: usize::MAX, before: None }
        }
        "chat.send" | "chat.send_sync" => Ask::Send { session },
        "chat.abort" | "chat.cancel_queued" => Ask::Abort,
        "sessions.create" => Ask::Create { agent: params.agent_id.owned(), title: params.label.owned() },
        "exec.approval.request" => Ask::Approvals,
        "exec.approval.resolve" => {
            Ask::Decide { approval: params.request_id.owned().unwrap_or_default(), decision: Decision::Unknown }
        }
        "health" => Ask::Ping,
        method => Ask::Foreign { method: method.to_owned() },
    };
    Asked { ask, asker: Asker::Recorded }
}
