//! Moltis, and our own gateway, which speaks the same protocol with named extensions.
//!
//! The flat form of the greeting is used: it is subscribed to everything at once, so
//! that a key which may only read hears something at all; a key that may do more then
//! narrows it to the events that are of use.

mod ability;
mod agent;
mod answers;
mod approval;
mod calls;
mod chat;
mod control;
mod delta;
mod handshake;
mod history;
mod node;
mod replies;
mod session;
mod silence;
mod subagent;
mod tool;

use std::collections::VecDeque;

use super::envelope::{Envelope, keep};
use super::lax::Int;
use super::pending::{Asker, Pending, answer};
use super::quiet::Quiet;
use super::runs::{Place, Runs};
use super::transcript::Told;
use super::{ClientInfo, Close, Credentials, Dialect, Origin, Out, Upgrade};
use crate::call::{Ability, Call, CallError, Usage, Verb};
use crate::event::{Body, Event};
use approval::Approvals;
use chat::Chat;
use delta::Last;
use handshake::{Granted, Stage};
use session::Sessions;
use subagent::Children;

/// One connection to a gateway that speaks Moltis.
pub(crate) struct Moltis {
    credentials: Credentials,
    ours: ClientInfo,
    stage: Stage,
    /// Whether this is a socket of ours; a recording is only listened to.
    live: bool,
    granted: Granted,
    /// The number of the last broadcast. Holes in it mean nothing.
    seq: i64,
    /// User messages told, to give each an id.
    said: u64,
    /// Our own messages by the number the gateway echoes.
    echoes: VecDeque<(i64, String)>,
    pending: Pending,
    runs: Runs,
    sessions: Sessions,
    agents: Vec<crate::event::Agent>,
    approvals: Approvals,
    children: Children,
    told: Told,
    last_delta: Last,
    quiet: Quiet,
    /// What the gateway last said it has used up.
    usage: Option<Usage>,
}

impl Moltis {
    pub fn new(credentials: &Credentials, ours: &ClientInfo) -> Self {
        Self {
            credentials: credentials.clone(),
            ours: ours.clone(),
            stage: Stage::Greeting,
            live: false,
            granted: Granted::default(),
            seq: 0,
            said: 0,
            echoes: VecDeque::new(),
            pending: Pending::default(),
            runs: Runs::new(),
            sessions: Sessions::default(),
            agents: Vec::new(),
            approvals: Approvals::default(),
            children: Children::default(),
            told: Told::new(),
            last_delta: Last::default(),
            quiet: Quiet::default(),
            usage: None,
        }
    }

    fn event(&mut self, frame: &Envelope<'_>, chat: Option<&Chat<'_>>, text: &str, now: i64, out: &mut Out) {
        self.seq = frame.seq.0.unwrap_or(self.seq);
        let payload = frame.payload;
        let known = match frame.event.or_empty() {
            "chat" => chat.is_some_and(|chat| {
                self.last_delta.learn(text, frame, chat);
                self.chat(chat, now, out)
            }),
            "session" => self.session_event(payload, now, out),
            "exec.approval.requested" => self.approval_requested(payload, now, out),
            "exec.approval.resolved" => self.approval_resolved(payload, now, out),
            "agents.changed" => {
                self.agents_listed(payload, Asker::Own, now, out);
                true
            }
            "logs.entry" => self.live,
            name => self.node_event(name, payload, now, out),
        };
        if !known {
            keep(text, frame.event.get(), now, out);
        }
    }

    /// Where something of this session and run belongs; the agent is the session's.
    fn place<'a>(&'a self, run: &'a str, session: Option<&'a str>, at: i64) -> Place<'a> {
        Place { run, agent: session.and_then(|session| self.sessions.agent(session)), session, at }
    }
}

impl Dialect for Moltis {
    fn upgrade(&self) -> Upgrade {
        Upgrade { path: "/ws", headers: Vec::new(), origin: Origin::Absent }
    }

    fn opened(&mut self, _now: i64, out: &mut Out) {
        self.live = true;
        self.greet(out);
    }

    fn frame(&mut self, text: &str, now: i64, out: &mut Out) {
        if let Some(delta) = self.last_delta.read(text) {
            self.approvals.expire(now, out);
            self.seq = delta.seq.unwrap_or(self.seq);
            let session = Some(delta.session_key).filter(|key| !key.is_empty());
            return self.more_text(delta.run_id, session, &delta.text, now, out);
        }
        let Some((frame, chat)) = Envelope::read_with::<Chat<'_>>(text, "chat") else {
            return keep(text, None, now, out);
        };
        self.approvals.expire(now, out);
        match frame.kind.or_empty() {
            "event" => self.event(&frame, chat.as_ref(), text, now, out),
            "res" => self.response(&frame, text, now, out),
            "req" if self.live => calls::answer_unknown(frame.id.or_empty(), out),
            _ => keep(text, frame.method.get().or(frame.kind.get()), now, out),
        }
    }

    fn sent(&mut self, text: &str, _now: i64, _out: &mut Out) {
        if let Some(frame) = Envelope::read(text)
            && frame.kind.get() == Some("req")
            && let Some(id) = frame.id.owned()
        {
            let asked = calls::recorded(frame.method.or_empty(), frame.params);
            self.pending.record(id, asked);
        }
    }

    fn call(&mut self, id: u64, call: &Call, now: i64, out: &mut Out) {
        if !self.ready() {
            return out.replies.push((id, Err(CallError::NotConnected)));
        }
        let asker = Asker::Caller(id);
        if let Some(why) = self.cannot(call.verb()) {
            return answer(asker, Err(why), out);
        }
        match call.existing_session() {
            Some(session) if !self.sessions.knows(session) => self.check(call, asker, out),
            _ => self.ask(call, asker, now, out),
        }
    }

    fn tick(&mut self, now: i64, out: &mut Out) {
        self.approvals.expire(now, out);
        self.look_for_silence(now, out);
    }

    fn ability(&self, verb: Verb) -> Ability {
        self.ability_of(verb)
    }

    fn forget(&mut self, id: u64) {
        self.pending.forget(id);
    }

    fn closed(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.runs.end_all(now, out);
        self.children.end_all(now, out);
        self.lost(code, reason, now, out)
    }

    fn lost(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.pending.lose_all(out);
        self.after_close(code, reason, now)
    }

    fn reopened(&mut self) {
        self.stage = Stage::Greeting;
        self.granted = Granted::default();
        self.seq = 0;
    }

    fn silence_limit(&self) -> u64 {
        self.granted.tick_ms.saturating_mul(2).saturating_add(15_000)
    }

    fn ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }
}

/// Tells something that belongs to the node; always true, as a known frame is.
fn say(at: i64, body: Body, out: &mut Out) -> bool {
    out.events.push(Event::new(at, body));
    true
}

/// A count that is there and not negative.
fn count(number: Int) -> u64 {
    number.natural().unwrap_or(0)
}
