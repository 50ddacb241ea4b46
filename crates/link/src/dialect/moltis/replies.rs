//! Moltis' answers: to a caller as a reply, to a recording or to the dialect itself as
//! events.

use serde::Deserialize;

use super::super::Out;
use super::super::envelope::{Envelope, Failure, keep};
use super::super::lax::{Flag, Int, Raw, Text, kept, list, read};
use super::super::pending::{Ask, Asked, Asker, answer};
use super::super::runs::Place;
use super::ability::missing;
use super::approval::Requested;
use super::control::Asks;
use super::handshake::Hello;
use super::history::{cut_page, rows, sent_page};
use super::session::Entry;
use super::{Moltis, answers, calls, say};
use crate::call::{CallError, Doing, Page, Reply, Verb};
use crate::event::{Body, Message, Role, Session};

impl Moltis {
    pub(super) fn response(&mut self, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        let asked = self.pending.take(frame.id.or_empty());
        if frame.ok.set()
            && let Some(hello) = Hello::read(frame.payload)
        {
            return self.hello(hello, now, out);
        }
        if self.greeting_is_open() && !frame.ok.set() {
            return self.handshake_refused(frame, now, out);
        }
        match asked {
            Some(asked) if frame.ok.set() => self.answered(asked, frame, text, now, out),
            Some(asked) => self.refused(&asked, frame, text, now, out),
            // A late answer to a call that was given up is nobody's; in a recording it is kept.
            None if self.live => {}
            None => keep(text, None, now, out),
        }
    }

    fn answered(&mut self, Asked { ask, asker }: Asked, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        let payload = frame.payload;
        match ask {
            Ask::Agents => self.agents_listed(payload, asker, now, out),
            Ask::Sessions => self.sessions_listed(payload, asker, now, out),
            Ask::History { session, limit, before } => {
                let rows = rows(payload);
                let paged = self.granted.extends("chat.history.page");
                let page = if paged {
                    sent_page(&rows, &session)
                } else {
                    cut_page(&rows, &session, limit, before.as_deref())
                };
                self.switched(payload, now, asker, out);
                self.history_read(page, session, (asker, now), out);
            }
            Ask::Peek { session, limit } => {
                self.peeked(payload, now, out);
                self.ask_history(&session, limit, None, asker, out);
            }
            Ask::Send { session } => answer(asker, calls::sent(payload, session), out),
            Ask::Abort => {
                let aborted: Aborted = read(payload).unwrap_or_default();
                answer(asker, Ok(Reply::Aborted(aborted.aborted.set())), out);
            }
            Ask::Create { agent, title } => self.created(payload, agent, title, asker, out),
            Ask::Prepare { session, agent, then } => self.prepared(session, agent, *then, (asker, now), out),
            Ask::Approvals => self.approvals_listed(payload, asker, now, out),
            Ask::Decide { .. } => answer(asker, Ok(Reply::Decided), out),
            Ask::Ping => {
                if asker == Asker::Recorded {
                    say(now, Body::Health { value: kept(payload) }, out);
                }
                answer(asker, Ok(Reply::Pong), out);
            }
            Ask::Subscribe => {}
            Ask::Of { verb, about } => self.told(verb, &about, payload, (asker, now), out),
            Ask::Check { call } => self.checked(&call, payload, (asker, now), out),
            Ask::Recheck { runs } => self.rechecked(&runs, payload, now, out),
            Ask::Devices => self.devices_asked(payload, asker, out),
            Ask::MoreDevices { first } => {
                let more = list::<Asks<'_>>(payload);
                let all = first.into_iter().chain(more.iter().filter_map(Asks::let_in)).collect();
                answer(asker, Ok(Reply::Devices(all)), out);
            }
            Ask::MoreApprovals { first } => answer(asker, Ok(Reply::Approvals(first)), out),
            Ask::Foreign { method } => keep(text, Some(&method), now, out),
            Ask::Connect => keep(text, Some("connect"), now, out),
        }
    }

    /// An answer with a reply of its own; what it changed here is changed here too.
    fn told(&mut self, verb: Verb, about: &str, payload: Option<Raw<'_>>, (asker, now): (Asker, i64), out: &mut Out) {
        let reply = answers::reply(verb, about, payload, now);
        if let Ok(Reply::Session(session)) = &reply {
            self.sessions.note(session, Int(None));
        }
        if verb == Verb::DeleteSession {
            self.sessions.forget(about);
        }
        answer(asker, reply, out);
    }

    /// A call that was refused. The words are for the person; the codes say little.
    fn refused(&mut self, asked: &Asked, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        if let Asker::Own = asked.asker {
            return;
        }
        let Asker::Caller(_) = asked.asker else {
            return keep(text, method(&asked.ask), now, out);
        };
        match &asked.ask {
            Ask::Peek { session, limit } => return self.ask_history(session, *limit, None, asked.asker, out),
            // Half of the list is better than none.
            Ask::MoreDevices { first } => return answer(asked.asker, Ok(Reply::Devices(first.clone())), out),
            _ => {}
        }
        let failure: Failure<'_> = read(frame.error).unwrap_or_default();
        let said = failure.message.filled().unwrap_or("The gateway refused without a reason.");
        let message = match said.strip_prefix("missing scope: ") {
            Some(scope) => missing(scope),
            None => said.to_owned(),
        };
        let code = failure.code.filled().unwrap_or("UNKNOWN").to_owned();
        answer(asked.asker, Err(failure.error(code, message)), out);
    }

    fn sessions_listed(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        let entries: Vec<Entry<'_>> = list(payload);
        if let Asker::Caller(_) = asker {
            let mut sessions = Vec::new();
            for (session, version) in entries.iter().filter_map(|entry| Some((entry.session()?, entry.version))) {
                self.sessions.note(&session, version);
                sessions.push(session);
            }
            return answer(asker, Ok(Reply::Sessions(sessions)), out);
        }
        for entry in &entries {
            if let Some(session) = entry.session() {
                self.sessions.tell(session, entry.version, now, out);
            }
        }
    }

    /// A recorded switch tells the session beside its history.
    fn switched(&mut self, payload: Option<Raw<'_>>, now: i64, asker: Asker, out: &mut Out) {
        #[derive(Default, Deserialize)]
        struct Switched<'a> {
            #[serde(default, borrow)]
            entry: Option<Raw<'a>>,
            #[serde(default)]
            replying: Flag,
        }
        if asker != Asker::Recorded || payload.is_none_or(|payload| payload.get().starts_with('[')) {
            return;
        }
        let switched: Switched<'_> = read(payload).unwrap_or_default();
        let entry: Entry<'_> = read(switched.entry).unwrap_or_default();
        if let Some(mut session) = entry.session() {
            session.running = session.running.or(switched.replying.0);
            self.sessions.tell(session, entry.version, now, out);
        }
    }

    fn history_read(&mut self, mut page: Page, session: String, (asker, now): (Asker, i64), out: &mut Out) {
        if let Asker::Caller(_) = asker {
            let open = self.runs.of_session(&session);
            page.doing = open
                .map_or(Doing::Nothing, |run| Doing::Run { id: Some(run.id().to_owned()), so_far: run.text.clone() });
            return answer(asker, Ok(Reply::History(page)), out);
        }
        for message in page.messages {
            if self.is_news(&message, &session) {
                let (run, at) = (message.run_id.clone().unwrap_or_default(), message.sent_at.unwrap_or(now));
                self.place(&run, Some(&session), at).say(Body::Message(message), out);
            }
        }
    }

    /// Whether a message of a recorded history was not told as it happened.
    fn is_news(&mut self, message: &Message, session: &str) -> bool {
        let followed = message.run_id.as_deref().is_some_and(|run| self.runs.knows(run));
        let said = message.role == Role::User && self.told.was_told(&format!("said {session} {}", message.text));
        self.told.tell(&message.id) && !said && !(followed && message.role == Role::Assistant)
    }

    /// A run that began before this connection, or whose beginning was lost: it goes on with its text so far.
    fn peeked(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Peeked<'a> {
            #[serde(default)]
            active: Flag,
            #[serde(default, borrow)]
            session_key: Text<'a>,
            #[serde(default, borrow)]
            run_id: Text<'a>,
            #[serde(default, borrow)]
            text: Text<'a>,
        }
        let peeked: Peeked<'_> = read(payload).unwrap_or_default();
        let Some(run) = peeked.run_id.filled().filter(|_| peeked.active.set()) else { return };
        let session = peeked.session_key.filled();
        let agent = session.and_then(|key| self.sessions.agent(key)).map(str::to_owned);
        if let Some(run) = self.runs.enter(Place { run, agent: agent.as_deref(), session, at: now }, out) {
            run.whole_text(now, peeked.text.or_empty(), out);
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
        #[derive(Default, Deserialize)]
        struct Made<'a> {
            #[serde(default, borrow)]
            entry: Option<Raw<'a>>,
        }
        let made: Made<'_> = read(payload).unwrap_or_default();
        let entry: Entry<'_> = read(made.entry).unwrap_or_default();
        let Some(session) = entry.session() else {
            return answer(asker, Err(CallError::Unreadable("the new session has no key".into())), out);
        };
        let (agent_id, title) = (session.agent_id.clone().or(agent), session.title.clone().or(title));
        let session = Session { agent_id, title, ..session };
        self.sessions.note(&session, entry.version);
        answer(asker, Ok(Reply::Session(session)), out);
    }

    fn approvals_listed(&mut self, payload: Option<Raw<'_>>, asker: Asker, now: i64, out: &mut Out) {
        #[derive(Default, Deserialize)]
        struct Pending<'a> {
            #[serde(default, borrow)]
            requests: Option<Raw<'a>>,
        }
        let pending: Pending<'_> = read(payload).unwrap_or_default();
        let rows: Vec<Requested<'_>> = list(pending.requests);
        let open = rows.iter().filter_map(Requested::open);
        if let Asker::Caller(_) = asker {
            let own = |text: Option<Box<str>>| text.map(Into::into);
            let approvals = open.map(|open| (own(open.session), own(open.agent), open.approval)).collect();
            return answer(asker, Ok(Reply::Approvals(approvals)), out);
        }
        for open in open {
            self.open_approval(open, now, out);
        }
    }
}

/// The name of a recorded request whose refusal is kept.
fn method(ask: &Ask) -> Option<&str> {
    Some(match ask {
        Ask::Foreign { method } => method,
        Ask::Connect => "connect",
        Ask::Subscribe => "subscribe",
        Ask::Agents => "agents.list",
        Ask::Sessions => "sessions.list",
        Ask::History { .. } => "chat.history",
        Ask::Send { .. } => "chat.send",
        Ask::Abort => "chat.abort",
        Ask::Create { .. } => "sessions.create",
        Ask::Approvals => "exec.approval.request",
        Ask::Decide { .. } => "exec.approval.resolve",
        Ask::Ping => "health",
        _ => return None,
    })
}

#[derive(Default, Deserialize)]
struct Aborted {
    #[serde(default)]
    aborted: Flag,
}
