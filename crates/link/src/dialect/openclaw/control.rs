//! What is asked of an OpenClaw gateway besides talking. Parameters are strict there: not one key more than its
//! schema knows.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Out;
use super::super::lax::{Raw, list, read};
use super::super::pending::{Ask, Asker, answer, no_session};
use super::Openclaw;
use super::ability::method;
use super::approval::Requested;
use crate::call::{Call, CallError, Reply, Steering, Verb, Verdict};

/// How many bytes of the log come at once.
const LOG_BYTES: u32 = 500_000;

impl Openclaw {
    /// Asks in one request what has an answer of its own.
    pub(super) fn control(&mut self, call: &Call, asker: Asker, out: &mut Out) {
        match call {
            Call::Steer { session, text, client_id, how } => {
                let mode = match how {
                    Steering::Steer => "steer",
                    Steering::Interrupt => "interrupt",
                };
                let params =
                    json!({"sessionKey": session, "message": text, "idempotencyKey": client_id, "queueMode": mode});
                let session = Some(self.resolve(session));
                self.request(Ask::Send { session }, asker, "chat.send", &params, out);
            }
            Call::ForkSession { session, title } => {
                let mut params = json!({"parentSessionKey": session, "fork": true});
                if let Some(title) = title {
                    params["displayName"] = json!(title);
                }
                let ask = Ask::Create { agent: None, title: title.clone() };
                self.request(ask, asker, "sessions.create", &params, out);
            }
            call => {
                if let Some((method, params, about)) = request(call) {
                    let ask = Ask::Of { verb: call.verb(), about };
                    self.request(ask, asker, method, &params, out);
                }
            }
        }
    }

    /// Before something is done to a session it is looked for: a patch or a reset of one that is not there makes one.
    pub(super) fn check(&mut self, call: &Call, session: &str, asker: Asker, out: &mut Out) {
        let ask = Ask::Check { call: Box::new(call.clone()) };
        self.request(ask, asker, "sessions.describe", &json!({"key": session}), out);
    }

    pub(super) fn checked(&mut self, call: &Call, payload: Option<Raw<'_>>, asker: Asker, out: &mut Out) {
        #[derive(Default, Deserialize)]
        struct Described<'a> {
            #[serde(default, borrow)]
            session: Option<Raw<'a>>,
        }
        let described: Described<'_> = read(payload).unwrap_or_default();
        let found = described.session.is_some_and(|session| session.get() != "null");
        match call.existing_session().filter(|_| !found) {
            Some(session) => answer(asker, Err(no_session(session)), out),
            None => self.ask(call, asker, out),
        }
    }

    /// The approvals of commands came; those of plugins are asked for next.
    pub(super) fn commands_waiting(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        let first = self.waiting(EXEC, payload, (asker, now), out);
        if !self.has(PLUGIN.0) {
            return answer(asker, Ok(Reply::Approvals(first)), out);
        }
        self.request(Ask::MoreApprovals { first }, asker, PLUGIN.0, &json!({}), out);
    }

    pub(super) fn plugins_waiting(
        &mut self,
        first: Waiting,
        payload: Option<Raw<'_>>,
        (asker, now): (Asker, i64),
        out: &mut Out,
    ) {
        let mut all = first;
        all.extend(self.waiting(PLUGIN, payload, (asker, now), out));
        answer(asker, Ok(Reply::Approvals(all)), out);
    }

    /// A list of what waits: for a caller its rows, else nothing, because each is told as an event.
    fn waiting(
        &mut self,
        (name, kind): (&str, &str),
        payload: Option<Raw<'_>>,
        (asker, now): (Asker, i64),
        out: &mut Out,
    ) -> Waiting {
        let rows: Vec<Requested<'_>> = list(payload);
        let mut listed = Vec::new();
        for asked in rows.iter().filter_map(|row| row.neutral(kind)) {
            if let Asker::Caller(_) = asker {
                // So that its answer goes to the method that takes it.
                self.approvals.learn(&asked, name);
                listed.push((asked.session, asked.agent, asked.approval));
            } else {
                self.approvals.open(asked, name, now, out);
            }
        }
        listed
    }
}

/// Approvals with the session and the agent each belongs to.
type Waiting = Vec<(Option<String>, Option<String>, crate::event::Approval)>;

/// The lists of what waits, and the kind of their rows.
const EXEC: (&str, &str) = ("exec.approval.list", "exec");
const PLUGIN: (&str, &str) = ("plugin.approval.list", "plugin");

type Request = Option<(&'static str, Value, String)>;

fn plain(method: &'static str, params: Value) -> Request {
    Some((method, params, String::new()))
}

/// The request of a call: method, parameters, and what its answer does not repeat.
fn request(call: &Call) -> Request {
    match call {
        Call::RenameSession { session, title } => {
            let title = Some(title).filter(|title| !title.is_empty());
            plain("sessions.patch", json!({"key": session, "label": title}))
        }
        Call::SetModel { session, model } => {
            let session = session.as_deref().unwrap_or("main");
            plain("sessions.patch", json!({"key": session, "model": model}))
        }
        Call::ResetSession { session } => plain("sessions.reset", json!({"key": session})),
        Call::DeleteSession { session } => Some(("sessions.delete", json!({"key": session}), session.clone())),
        Call::CompactSession { session } => plain("sessions.compact", json!({"key": session})),
        Call::SearchSessions { text, limit } => {
            plain("sessions.search", json!({"query": text, "limit": (*limit).clamp(1, 100)}))
        }
        Call::SettledApprovals { limit } => plain("approval.history", json!({"limit": (*limit).clamp(1, 100)})),
        Call::CreateAgent { name, emoji, model } => {
            let mut params = json!({"name": name});
            for (key, value) in [("emoji", emoji), ("model", model)] {
                if let Some(value) = value {
                    params[key] = json!(value);
                }
            }
            Some(("agents.create", params, name.clone()))
        }
        Call::DeleteAgent { agent } => plain("agents.delete", json!({"agentId": agent, "deleteFiles": false})),
        call => of_node(call).or_else(|| listed(call)),
    }
}

/// What concerns the node itself.
fn of_node(call: &Call) -> Request {
    match call {
        Call::RunCron { job } => plain("cron.run", json!({"id": job, "mode": "force"})),
        Call::EnableCron { job, enabled } => plain("cron.update", json!({"id": job, "patch": {"enabled": enabled}})),
        Call::CronRuns { job, limit } => plain("cron.runs", json!({"id": job, "limit": (*limit).clamp(1, 200)})),
        Call::Logs { after, limit } => {
            let mut params = json!({"limit": (*limit).clamp(1, 5000), "maxBytes": LOG_BYTES});
            if let Some(cursor) = after.as_deref().and_then(|after| after.parse::<u64>().ok()) {
                params["cursor"] = json!(cursor);
            }
            plain("logs.tail", params)
        }
        Call::SettleDevice { id, verdict } => match verdict {
            Verdict::Approve => plain("device.pair.approve", json!({"requestId": id})),
            Verdict::Reject => plain("device.pair.reject", json!({"requestId": id})),
            Verdict::Revoke => plain("device.pair.remove", json!({"deviceId": id})),
        },
        Call::PatchConfig { patch, version } => {
            let mut params = json!({"raw": patch.to_string()});
            if let Some(version) = version {
                params["baseHash"] = json!(version);
            }
            plain("config.patch", params)
        }
        Call::Artifacts { session } => plain("artifacts.list", json!({"sessionKey": session})),
        _ => None,
    }
}

/// What is listed whole.
fn listed(call: &Call) -> Request {
    let params = match call.verb() {
        Verb::CronJobs => json!({"includeDisabled": true, "limit": 200}),
        Verb::Usage => json!({"days": 30}),
        _ => json!({}),
    };
    plain(method(call.verb())?.0, params)
}

/// What a deletion says when there was nothing to delete.
pub(super) fn deleted(payload: Option<Raw<'_>>, session: &str) -> Result<Reply, CallError> {
    #[derive(Default, Deserialize)]
    struct Deleted {
        #[serde(default)]
        deleted: super::super::lax::Flag,
    }
    match read::<Deleted>(payload).unwrap_or_default().deleted.0 {
        Some(false) => Err(no_session(session)),
        _ => Ok(Reply::Done),
    }
}
