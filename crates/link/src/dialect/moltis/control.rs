//! What is asked of a Moltis gateway besides talking: sessions, agents, models, timed jobs, the log, devices.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Out;
use super::super::lax::{Raw, Text, list, words};
use super::super::pending::{Ask, Asker, answer, no_session};
use super::Moltis;
use super::ability::method;
use super::session::Entry;
use crate::call::{Call, CallError, Reply, Verdict};
use crate::event::Device;

impl Moltis {
    /// Asks in one request what has an answer of its own.
    pub(super) fn control(&mut self, call: &Call, asker: Asker, out: &mut Out) {
        match call {
            Call::Devices => self.request(Ask::Devices, asker, "node.pair.list", &json!({}), out),
            Call::Usage => self.tell_usage(asker, out),
            call => {
                if let Some((method, params, about)) = request(call) {
                    let ask = Ask::Of { verb: call.verb(), about };
                    self.request(ask, asker, method, &params, out);
                }
            }
        }
    }

    /// Before something is done to a session that nobody has heard of, it is looked for: Moltis makes a session of
    /// every key that it is told.
    pub(super) fn check(&mut self, call: &Call, asker: Asker, out: &mut Out) {
        let ask = Ask::Check { call: Box::new(call.clone()) };
        self.request(ask, asker, "sessions.list", &json!({}), out);
    }

    pub(super) fn checked(&mut self, call: &Call, payload: Option<Raw<'_>>, (asker, now): (Asker, i64), out: &mut Out) {
        for entry in list::<Entry<'_>>(payload) {
            if let Some(session) = entry.session() {
                self.sessions.note(&session, entry.version);
            }
        }
        match call.existing_session() {
            Some(session) if !self.sessions.knows(session) => answer(asker, Err(no_session(session)), out),
            _ => self.ask(call, asker, now, out),
        }
    }

    /// The requests of machines came; the devices that were let in are asked for next, where the gateway lists them.
    pub(super) fn devices_asked(&mut self, payload: Option<Raw<'_>>, asker: Asker, out: &mut Out) {
        let first: Vec<Device> = list::<Asks<'_>>(payload).iter().filter_map(Asks::device).collect();
        if self.granted.has("device.pair.list") {
            return self.request(Ask::MoreDevices { first }, asker, "device.pair.list", &json!({}), out);
        }
        answer(asker, Ok(Reply::Devices(first)), out);
    }

    fn tell_usage(&self, asker: Asker, out: &mut Out) {
        let reply = self.usage.clone().map(Reply::Usage).ok_or_else(|| CallError::Refused {
            code: "NOT_YET".into(),
            message: "Moltis tells what it has counted every 30 s, and has not yet. Ask again in half a minute.".into(),
            retryable: true,
        });
        answer(asker, reply, out);
    }
}

/// The request of a call: method, parameters, and what its answer does not repeat.
fn request(call: &Call) -> Option<(&'static str, Value, String)> {
    let plain = |method, params| Some((method, params, String::new()));
    match call {
        Call::RenameSession { session, title } => plain("sessions.patch", json!({"key": session, "label": title})),
        Call::SetModel { session, model } => {
            let session = session.as_deref().unwrap_or("main");
            plain("sessions.patch", json!({"key": session, "model": model}))
        }
        Call::ForkSession { session, title } => {
            let mut params = json!({"key": session});
            if let Some(title) = title {
                params["label"] = json!(title);
            }
            Some(("sessions.fork", params, session.clone()))
        }
        Call::ResetSession { session } => plain("sessions.reset", json!({"key": session})),
        Call::DeleteSession { session } => Some(("sessions.delete", json!({"key": session}), session.clone())),
        Call::CompactSession { session } => plain("chat.compact", json!({"sessionKey": session})),
        Call::SearchSessions { text, limit } => Some(("sessions.search", json!({"query": text}), limit.to_string())),
        Call::BindSession { session, agent } => {
            plain("agents.set_session", json!({"session_key": session, "agent_id": agent}))
        }
        Call::ClearQueue { session } => plain("chat.cancel_queued", json!({"sessionKey": session})),
        Call::CreateAgent { name, emoji, .. } => {
            Some(("agents.create", json!({"id": slug(name), "name": name, "emoji": emoji}), name.clone()))
        }
        Call::DeleteAgent { agent } => plain("agents.delete", json!({"id": agent})),
        Call::SettleDevice { id, verdict } => match verdict {
            Verdict::Approve => plain("node.pair.approve", json!({"id": id})),
            Verdict::Reject => plain("node.pair.reject", json!({"id": id})),
            Verdict::Revoke => plain("device.token.revoke", json!({"deviceId": id})),
        },
        call => timed(call).or_else(|| plain(method(call.verb())?.0, json!({}))),
    }
}

fn timed(call: &Call) -> Option<(&'static str, Value, String)> {
    let plain = |method, params| Some((method, params, String::new()));
    match call {
        Call::RunCron { job } => plain("cron.run", json!({"id": job, "force": true})),
        Call::EnableCron { job, enabled } => plain("cron.update", json!({"id": job, "patch": {"enabled": enabled}})),
        Call::CronRuns { job, limit } => plain("cron.runs", json!({"id": job, "limit": limit})),
        Call::Logs { after, limit } => {
            Some(("logs.tail", json!({"limit": (*limit).clamp(1, 1000)}), after.clone().unwrap_or_default()))
        }
        _ => None,
    }
}

/// An id made of a name: small letters, digits and dashes.
fn slug(name: &str) -> String {
    let mapped = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let slug = mapped.collect::<String>();
    let words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "agent".to_owned() } else { words.join("-") }
}

/// Somebody who asks to be let in, or was: of a machine or of a device.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asks<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    device_id: Text<'a>,
    #[serde(default, borrow)]
    display_name: Text<'a>,
    #[serde(default, borrow)]
    platform: Text<'a>,
    #[serde(default, borrow)]
    fingerprint: Text<'a>,
    #[serde(default, borrow)]
    scopes: Option<Raw<'a>>,
}

impl Asks<'_> {
    /// One that asks.
    pub fn device(&self) -> Option<Device> {
        Some(Device { request: Some(self.id.owned()?), ..self.let_in()? })
    }

    /// One that was let in.
    pub fn let_in(&self) -> Option<Device> {
        let id = self.device_id.owned().or_else(|| self.id.owned())?;
        Some(Device {
            name: self.display_name.owned().unwrap_or_else(|| id.clone()),
            platform: self.platform.owned(),
            fingerprint: self.fingerprint.owned(),
            scopes: words(self.scopes),
            id,
            ..Device::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_id_is_made_of_its_name() {
        assert_eq!(slug("Release Scribe!"), "release-scribe");
        assert_eq!(slug("…"), "agent");
    }
}
