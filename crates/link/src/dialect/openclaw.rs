//! OpenClaw: its challenge, its several streams that tell the same run, its names.
//!
//! `chat` is the truth about text and about how a run ends; `agent` and `session.tool`
//! tell the tools; `session.message` tells who said what. One event comes out of each
//! thing that happened, whichever streams a connection receives.

mod ability;
mod agent;
mod answers;
mod approval;
mod calls;
mod chat;
mod content;
mod control;
mod events;
mod handshake;
mod held;
mod history;
mod identity;
mod refusal;
mod replies;
mod session;
mod silence;
mod subagent;
mod tool;

use std::collections::HashMap;

use secrecy::SecretString;
use serde::Deserialize;

use super::envelope::{Envelope, keep};
use super::lax::{Int, Raw, Text, kept, read};
use super::names::Names;
use super::pending::{Asker, Pending, answer};
use super::quiet::Quiet;
use super::runs::Runs;
use super::transcript::Told;
use super::{Allowed, ClientInfo, Close, Credentials, Dialect, Origin, Out, Upgrade};
use crate::call::{Ability, Call, CallError, Verb};
use crate::event::{Body, Event, NodeState};
use approval::Approvals;
use handshake::Stage;
use held::Held;
use session::Sessions;
use subagent::Children;

/// One connection to an OpenClaw gateway.
pub(crate) struct Openclaw {
    credentials: Credentials,
    ours: ClientInfo,
    stage: Stage,
    /// Whether this is a socket of ours; a recording is only listened to.
    live: bool,
    main_session: Option<String>,
    tick_ms: u64,
    issued: Option<SecretString>,
    /// The number of the last broadcast; holes are losses.
    seq: Option<i64>,
    /// Why the gateway said it goes away, and when it is back.
    goodbye: Option<(String, Option<i64>)>,
    pending: Pending,
    runs: Runs,
    held: Option<Held>,
    /// When the frame before this one arrived; what is held back came with it.
    held_since: i64,
    arguments: HashMap<Box<str>, serde_json::Value>,
    sessions: Sessions,
    agents: Vec<crate::event::Agent>,
    approvals: Approvals,
    children: Children,
    told: Told,
    /// What it can be asked; empty when it does not say.
    methods: Names,
    /// What this device may do.
    scopes: Vec<String>,
    /// The rights there are, when more were asked for.
    allowed: Option<Allowed>,
    quiet: Quiet,
    /// Requests that wait until others are answered.
    held_back: std::collections::VecDeque<String>,
}

impl Openclaw {
    pub fn new(credentials: &Credentials, ours: &ClientInfo) -> Self {
        Self {
            credentials: credentials.clone(),
            ours: ours.clone(),
            stage: Stage::Greeting,
            live: false,
            main_session: None,
            tick_ms: 30_000,
            issued: None,
            seq: None,
            goodbye: None,
            pending: Pending::default(),
            runs: Runs::new(),
            held: None,
            held_since: 0,
            arguments: HashMap::new(),
            sessions: Sessions::default(),
            agents: Vec::new(),
            approvals: Approvals::default(),
            children: Children::default(),
            told: Told::new(),
            methods: Names::default(),
            scopes: Vec::new(),
            allowed: None,
            quiet: Quiet::default(),
            held_back: std::collections::VecDeque::new(),
        }
    }

    fn event(&mut self, frame: &Envelope<'_>, text: &str, now: i64, out: &mut Out) {
        self.watch_seq(frame.seq, now, out);
        let name = frame.event.or_empty();
        let known = match name {
            "chat" => self.chat(frame.payload, now, out),
            "agent" | "session.tool" => self.agent(frame.payload, now, out),
            "session.message" => self.session_message(frame.payload, now, out),
            "sessions.changed" => self.sessions_changed(frame.payload, now, out),
            "task" => self.task(frame.payload, now, out),
            "exec.approval.requested" | "plugin.approval.requested" | "openclaw.approval.requested" => {
                self.approval_requested(name, frame.payload, now, out)
            }
            "exec.approval.resolved" | "plugin.approval.resolved" | "openclaw.approval.resolved" => {
                self.approval_resolved(frame.payload, now, out)
            }
            "connect.challenge" => self.challenge(frame.payload, now, out),
            "tick" => true,
            "health" => say(time(frame, now), Body::Health { value: kept(frame.payload) }, out),
            "presence" => say(now, Body::Presence { value: kept(frame.payload) }, out),
            "shutdown" => self.shutdown(frame.payload, now, out),
            name => self.node_event(name, frame.payload, now, out),
        };
        if !known {
            keep(text, frame.event.get(), time(frame, now), out);
        }
        if self.live && name == "config.changed" {
            self.reread_agents(out);
        }
    }

    /// A hole in the numbers of a connection means that frames were dropped for good:
    /// what can be read again is read again.
    fn watch_seq(&mut self, seq: Int, now: i64, out: &mut Out) {
        let Some(seq) = seq.0 else { return };
        let last = self.seq.replace(seq);
        if let Some(last) = last
            && seq > last.saturating_add(1)
        {
            out.events.push(Event::new(now, Body::Gap { from: last, to: seq }));
            if self.live {
                self.reread(out);
            }
        }
    }

    fn shutdown(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        #[derive(Default, Deserialize)]
        struct Shutdown<'a> {
            #[serde(default, borrow)]
            reason: Text<'a>,
            #[serde(default, rename = "restartExpectedMs")]
            restart: Int,
        }
        let shutdown: Shutdown<'_> = read(payload).unwrap_or_default();
        let (text, back) = match shutdown.restart.0 {
            Some(ms) => ("The gateway restarts and will be back in a moment.".to_owned(), Some(ms)),
            None => {
                let why = shutdown.reason.filled().map(|why| format!(" ({why})")).unwrap_or_default();
                (format!("The gateway was stopped{why}. It is reached again once somebody starts it."), None)
            }
        };
        self.goodbye = Some((text.clone(), back));
        say(now, Body::Notice { text }, out)
    }
}

impl Dialect for Openclaw {
    fn upgrade(&self) -> Upgrade {
        Upgrade { path: "/", headers: Vec::new(), origin: Origin::Absent }
    }

    fn opened(&mut self, _now: i64, _out: &mut Out) {
        // The gateway speaks first: its challenge is part of what is signed.
        self.live = true;
    }

    fn frame(&mut self, text: &str, now: i64, out: &mut Out) {
        let Some(frame) = Envelope::read(text) else {
            return keep(text, None, now, out);
        };
        self.let_go_of_held(&frame, now, out);
        self.held_since = if self.held.is_some() { self.held_since } else { now };
        match frame.kind.or_empty() {
            "event" => self.event(&frame, text, now, out),
            "res" => self.response(&frame, text, now, out),
            _ => keep(text, frame.kind.get(), now, out),
        }
    }

    fn sent(&mut self, text: &str, _now: i64, _out: &mut Out) {
        if let Some(frame) = Envelope::read(text)
            && frame.kind.get() == Some("req")
            && let Some(id) = frame.id.owned()
        {
            let asked = self.recorded(frame.method.or_empty(), frame.params);
            self.pending.record(id, asked);
        }
    }

    fn call(&mut self, id: u64, call: &Call, _now: i64, out: &mut Out) {
        if !self.ready() {
            return out.replies.push((id, Err(CallError::NotConnected)));
        }
        let asker = Asker::Caller(id);
        if let Some(why) = self.cannot(call.verb()) {
            return answer(asker, Err(why), out);
        }
        match call.existing_session() {
            Some(session) if self.has("sessions.describe") => self.check(call, session, asker, out),
            _ => self.ask(call, asker, out),
        }
    }

    fn tick(&mut self, now: i64, out: &mut Out) {
        self.look_for_silence(now, out);
    }

    fn ability(&self, verb: Verb) -> Ability {
        self.ability_of(verb)
    }

    fn allowed(&self) -> Option<&Allowed> {
        self.allowed.as_ref()
    }

    fn forget(&mut self, id: u64) {
        self.pending.forget(id);
    }

    fn closed(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.let_all_held_go(out);
        self.runs.end_all(now, out);
        self.end_children(now, out);
        self.lost(code, reason, now, out)
    }

    fn lost(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.let_all_held_go(out);
        self.pending.lose_all(out);
        self.after_close(code, reason, now)
    }

    fn reopened(&mut self) {
        self.stage = Stage::Greeting;
        self.seq = None;
        self.goodbye = None;
    }

    fn silence_limit(&self) -> u64 {
        self.tick_ms.saturating_mul(2).saturating_add(15_000)
    }

    fn ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }

    fn issued_token(&self) -> Option<&SecretString> {
        self.issued.as_ref()
    }
}

/// Tells something that belongs to the node; always true, as a known frame is.
fn say(at: i64, body: Body, out: &mut Out) -> bool {
    out.events.push(Event::new(at, body));
    true
}

/// Tells the node's state.
fn say_state(at: i64, state: NodeState, out: &mut Out) {
    say(at, Body::NodeState(state), out);
}

/// The frame's own time, where its payload has a `ts`.
fn time(frame: &Envelope<'_>, now: i64) -> i64 {
    #[derive(Deserialize)]
    struct Timed {
        #[serde(default)]
        ts: Int,
    }
    read::<Timed>(frame.payload).and_then(|timed| timed.ts.0).unwrap_or(now)
}
