//! OpenClaw's answers: to a caller as a reply, to a recording or to the dialect itself
//! as events.

use serde::Deserialize;

use super::super::Out;
use super::super::envelope::{Envelope, Failure, is_of_type, keep};
use super::super::lax::{Flag, Raw, Text, kept, list, read};
use super::super::pending::{Ask, Asked, Asker, answer};
use super::super::runs::Place;
use super::answers;
use super::chat::answer as remembered;
use super::session::{Row, agent_in};
use super::{Openclaw, say};
use crate::call::{CallError, Page, Reply, Sent};
use crate::event::{Agent, Body, Session};

impl Openclaw {
    pub(super) fn response(&mut self, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        if frame.ok.set()
            && let Some(payload) = frame.payload.filter(|payload| is_of_type("hello-ok", *payload))
        {
            self.pending.take(frame.id.or_empty());
            return self.hello(payload, now, out);
        }
        let asked = self.pending.take(frame.id.or_empty());
        self.send_held_back(out);
        if self.greeting_is_open() && !frame.ok.set() {
            return self.handshake_refused(frame, now, out);
        }
        match asked {
            Some(asked) if frame.ok.set() => self.answered(asked, frame, text, now, out),
            Some(asked) => self.refused(asked, frame, text, now, out),
            // A late answer to a call that was given up is nobody's; in a recording it is kept.
            None if self.live => {}
            None => keep(text, None, now, out),
        }
    }

    fn answered(&mut self, asked: Asked, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        let Asked { ask, asker } = asked;
        let payload = frame.payload;
        match ask {
            Ask::Agents => self.agents_listed(payload, asker, now, out),
            Ask::Sessions => self.sessions_listed(payload, asker, now, out),
            Ask::Subscribe => {
                let subscribed: Subscribed<'_> = read(payload).unwrap_or_default();
                self.sessions_listed(subscribed.list, Asker::Own, now, out);
            }
            Ask::History { session, .. } => {
                let page = self.page(payload, &session, now, out);
                self.history_read(page, &session, (asker, now), out);
            }
            Ask::Send { session } => {
                let taken: Taken<'_> = read(payload).unwrap_or_default();
                answer(
                    asker,
                    Ok(Reply::Sent(Sent { run: taken.run_id.owned(), session, queued: false, taken: true })),
                    out,
                );
            }
            Ask::Abort => {
                let taken: Taken<'_> = read(payload).unwrap_or_default();
                answer(asker, Ok(Reply::Aborted(taken.aborted.set())), out);
            }
            Ask::Create { agent, title } => self.created(payload, agent, title, asker, out),
            Ask::Approvals => self.commands_waiting(payload, asker, now, out),
            Ask::MoreApprovals { first } => self.plugins_waiting(first, payload, (asker, now), out),
            Ask::Of { verb, about } => answer(asker, answers::reply(verb, &about, payload), out),
            Ask::Check { call } => self.checked(&call, payload, asker, out),
            Ask::Recheck { runs } => self.rechecked(&runs, payload, now, out),
            Ask::Decide { .. } => answer(asker, Ok(Reply::Decided), out),
            Ask::Ping => self.pinged(payload, asker, now, out),
            Ask::Foreign { method } => keep(text, Some(&method), now, out),
            Ask::Connect | Ask::Peek { .. } | Ask::Prepare { .. } | Ask::Devices | Ask::MoreDevices { .. } => {
                keep(text, None, now, out)
            }
        }
    }

    fn pinged(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        if asker == Asker::Recorded {
            say(now, Body::Health { value: kept(payload) }, out);
        }
        answer(asker, Ok(Reply::Pong), out);
    }

    fn agents_listed(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        let listed: Agents<'_> = read(payload).unwrap_or_default();
        let rows: Vec<AgentRow<'_>> = list(listed.agents);
        let agents: Vec<Agent> = rows.iter().filter_map(|row| row.agent(listed.default_id.get())).collect();
        if let Asker::Caller(_) = asker {
            self.agents.clone_from(&agents);
            return answer(asker, Ok(Reply::Agents(agents)), out);
        }
        for gone in self.agents.iter().filter(|old| !agents.iter().any(|new| new.id == old.id)) {
            let place = Place { agent: Some(&gone.id), at: now, ..Place::default() };
            place.say(Body::AgentRemoved, out);
        }
        for agent in agents.iter().filter(|agent| !self.agents.contains(agent)) {
            let place = Place { agent: Some(&agent.id), at: now, ..Place::default() };
            place.say(Body::AgentChanged(agent.clone()), out);
        }
        self.agents = agents;
    }

    fn sessions_listed(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        let listed: Listed<'_> = read(payload).unwrap_or_default();
        let rows: Vec<Row<'_>> = list(listed.sessions);
        let sessions: Vec<Session> = rows.iter().filter_map(Row::session).collect();
        if let Asker::Caller(_) = asker {
            return answer(asker, Ok(Reply::Sessions(sessions)), out);
        }
        for session in sessions {
            self.sessions.tell(session, now, out);
        }
    }

    fn history_read(&mut self, page: Page, session: &str, (asker, now): (Asker, i64), out: &mut Out) {
        if let Asker::Caller(_) = asker {
            return answer(asker, Ok(Reply::History(page)), out);
        }
        for message in page.messages {
            // A run that was followed here has told its answer already.
            let followed = message.run_id.as_deref().is_some_and(|run| self.runs.knows(run));
            let followed =
                followed || (message.run_id.is_none() && self.told.was_told(&remembered(Some(session), &message.text)));
            let answered = followed && message.role == crate::event::Role::Assistant;
            if self.told.tell(&message.id) && !answered {
                let run = message.run_id.clone().unwrap_or_default();
                let at = message.sent_at.unwrap_or(now);
                Place { run: &run, agent: agent_in(session), session: Some(session), at }
                    .say(Body::Message(message), out);
            }
        }
    }

    fn created(
        &mut self,
        payload: Option<Raw<'_>>,
        agent: Option<String>,
        title: Option<String>,
        asker: Asker,
        out: &mut Out,
    ) {
        let created: Created<'_> = read(payload).unwrap_or_default();
        let row: Row<'_> = read(created.entry).unwrap_or_default();
        let key = created.key.or_empty().to_owned();
        let agent_id = agent.or_else(|| agent_in(&key).map(str::to_owned));
        let entry = Session { key: key.clone(), agent_id, title, ..row.session().unwrap_or_default() };
        let unreadable = || CallError::Unreadable("the new session has no key".into());
        let reply = if key.is_empty() { Err(unreadable()) } else { Ok(Reply::Session(entry)) };
        answer(asker, reply, out);
    }

    /// A call that was refused. OpenClaw calls nearly everything an invalid request; what tells refusals apart
    /// stands in the details.
    fn refused(&self, asked: Asked, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        let (error, message) = self.refusal(frame);
        match (asked.asker, asked.ask) {
            // Half of the list is better than none.
            (Asker::Caller(_), Ask::MoreApprovals { first }) => answer(asked.asker, Ok(Reply::Approvals(first)), out),
            (Asker::Caller(_), _) => answer(asked.asker, Err(error), out),
            (Asker::Own, _) => {
                say(now, Body::Notice { text: format!("The gateway refused a request: {message}") }, out);
            }
            (Asker::Recorded, ask) => keep(text, method(&ask), now, out),
        }
    }

    /// The refusal as an answer, and its sentence.
    fn refusal(&self, frame: &Envelope<'_>) -> (CallError, String) {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Details<'a> {
            #[serde(default, borrow)]
            code: Text<'a>,
            #[serde(default, borrow)]
            reason: Text<'a>,
            #[serde(default, borrow)]
            missing_scope: Text<'a>,
        }
        let failure: Failure<'_> = read(frame.error).unwrap_or_default();
        let details: Details<'_> = read(failure.details).unwrap_or_default();
        let code = details.code.filled().or(details.reason.filled()).or(failure.code.filled()).unwrap_or("UNKNOWN");
        let said = failure.message.filled().unwrap_or("The gateway refused without a reason.");
        let mut message = match (code, details.missing_scope.filled()) {
            ("APPROVAL_ALREADY_RESOLVED", _) => "Somebody else has answered this approval already.".to_owned(),
            ("APPROVAL_NOT_FOUND", _) => {
                "This approval is no longer open: it expired, or the gateway restarted.".to_owned()
            }
            ("CRON_JOB_NOT_FOUND", _) => "There is no such timed job on this node any more.".to_owned(),
            (_, Some(scope)) => self.missing(scope),
            _ if said.starts_with("config changed since") => {
                "Somebody changed the settings in between. Read them again, then change them.".to_owned()
            }
            _ if said.contains("unexpected property") || said.starts_with("unknown method") => {
                format!("This version of OpenClaw cannot do that ({said}). Update the gateway.")
            }
            _ if said == "unknown requestId" => "This device asks no longer: it was answered or gave up.".to_owned(),
            _ if said == "unknown deviceId" => "There is no such device on this node.".to_owned(),
            _ => said.to_owned(),
        };
        if let Some(ms) = failure.retry_after_ms.natural() {
            message.push_str(&format!(" It takes more in {} s.", ms.div_ceil(1000)));
        }
        (failure.error(code.to_owned(), message.clone()), message)
    }
}

/// The name of a recorded request whose refusal is kept.
fn method(ask: &Ask) -> Option<&str> {
    Some(match ask {
        Ask::Foreign { method } => method,
        Ask::Connect => "connect",
        Ask::Subscribe => "sessions.subscribe",
        Ask::Agents => "agents.list",
        Ask::Sessions => "sessions.list",
        Ask::History { .. } => "chat.history",
        Ask::Send { .. } => "chat.send",
        Ask::Abort => "chat.abort",
        Ask::Create { .. } => "sessions.create",
        Ask::Approvals => "exec.approval.list",
        Ask::Decide { .. } => "exec.approval.resolve",
        Ask::Ping => "health",
        _ => return None,
    })
}

#[derive(Default, Deserialize)]
struct Subscribed<'a> {
    #[serde(default, borrow)]
    list: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Listed<'a> {
    #[serde(default, borrow)]
    sessions: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Taken<'a> {
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default)]
    aborted: Flag,
}

#[derive(Default, Deserialize)]
struct Created<'a> {
    #[serde(default, borrow)]
    key: Text<'a>,
    #[serde(default, borrow)]
    entry: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agents<'a> {
    #[serde(default, borrow)]
    default_id: Text<'a>,
    #[serde(default, borrow)]
    agents: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct AgentRow<'a> {
    #[serde(default, borrow)]
    id: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    identity: Option<Raw<'a>>,
    #[serde(default, borrow)]
    model: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
struct Identity<'a> {
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    emoji: Text<'a>,
    #[serde(default, borrow)]
    primary: Text<'a>,
}

impl AgentRow<'_> {
    fn agent(&self, default: Option<&str>) -> Option<Agent> {
        let id = self.id.owned()?;
        let identity: Identity<'_> = read(self.identity).unwrap_or_default();
        let model: Identity<'_> = read(self.model).unwrap_or_default();
        let plain: Text<'_> = read(self.model).unwrap_or_default();
        Some(Agent {
            name: self.name.owned().or(identity.name.owned()).unwrap_or_else(|| id.clone()),
            emoji: identity.emoji.owned(),
            model: model.primary.owned().or(plain.owned()),
            preset: None,
            default: default == Some(id.as_str()),
            id,
        })
    }
}
