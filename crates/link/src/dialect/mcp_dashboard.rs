//! mcp-cli's dashboard: frames without ids, acknowledgements or errors. Each is taken as
//! news of a state; runs and messages are given ids here, made of the agent and the time.

mod ability;
mod agent;
mod approval;
mod calls;
mod control;
mod plan;
mod session;
mod silence;
mod token;
mod tool;
mod turn;

use std::collections::{HashMap, HashSet, VecDeque};

use serde::Deserialize;

use super::envelope::keep;
use super::fields::{fields, object, object_in};
use super::lax::{Raw, Text, kept};
use super::quiet::Quiet;
use super::runs::{Place, Runs};
use super::transcript::Told;
use super::{Close, Dialect, Origin, Out, Upgrade};
use crate::call::{Ability, Call, CallError, Verb};
use crate::event::{Agent, Body, Event, NodeState};
use approval::Approvals;
use calls::Waiting;
use session::Sessions;

/// The name every frame bears.
const PROTOCOL: &str = "mcp-dashboard";

/// One connection to a dashboard.
pub(crate) struct McpDashboard {
    /// Whether this is a socket of ours; a recording is only listened to.
    live: bool,
    ready: bool,
    /// The agent that unlabelled frames belong to: the focus last set on this socket.
    focus: Option<Box<str>>,
    /// The session that a recorded client switches to: its history comes before its name.
    switching: Option<Box<str>>,
    agents: Vec<Agent>,
    /// Who set a spawned agent to work: its parent and its name.
    parents: HashMap<Box<str>, (Box<str>, Box<str>)>,
    /// Tools that report a result when they ran.
    tools: Vec<Box<str>>,
    model: Option<String>,
    runs: Runs,
    /// The open run of each agent, and the last whole answer in it.
    turns: HashMap<Box<str>, turn::Turn>,
    /// Agents whose turn was heard to end here, and none of them took a message since.
    idle: HashSet<Box<str>>,
    last_token: token::Last,
    sessions: Sessions,
    approvals: Approvals,
    /// Own messages not taken yet: agent, text, the id we gave it.
    unsent: VecDeque<(Box<str>, Box<str>, Box<str>)>,
    /// What stands at the end of the history last read. It may be told live yet.
    shown: Option<session::Shown>,
    waiting: Vec<Waiting>,
    /// Lists of agents asked for, and answered.
    lists: (u64, u64),
    said: u64,
    told: Told,
    settings: control::Settings,
    /// What each agent has used up, as it last said.
    tokens: HashMap<Box<str>, u64>,
    /// The plan each agent works on, by the id it began with.
    plans: HashMap<Box<str>, Box<str>>,
    quiet: Quiet,
}

/// One frame of the dashboard.
#[derive(Default, Deserialize)]
struct Frame<'a> {
    #[serde(default, borrow)]
    protocol: Text<'a>,
    #[serde(rename = "type", default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    payload: Option<Raw<'a>>,
}

fields!(Frame<'a> {
    "protocol" => protocol,
    "type" => kind,
    "payload" => payload,
});

impl McpDashboard {
    pub fn new() -> Self {
        Self {
            live: false,
            ready: false,
            focus: None,
            switching: None,
            agents: Vec::new(),
            parents: HashMap::new(),
            tools: Vec::new(),
            model: None,
            runs: Runs::new(),
            turns: HashMap::new(),
            idle: HashSet::new(),
            last_token: token::Last::default(),
            sessions: Sessions::default(),
            approvals: Approvals::default(),
            unsent: VecDeque::new(),
            shown: None,
            waiting: Vec::new(),
            lists: (0, 0),
            said: 0,
            told: Told::new(),
            settings: control::Settings::default(),
            tokens: HashMap::new(),
            plans: HashMap::new(),
            quiet: Quiet::default(),
        }
    }

    fn message(&mut self, frame: &Frame<'_>, text: &str, now: i64, out: &mut Out) -> bool {
        let payload = frame.payload;
        match frame.kind.or_empty() {
            "CONVERSATION_TOKEN" => self.token(payload, text, now, out),
            "CONVERSATION_MESSAGE" => self.conversation(payload, now, out),
            "AGENT_STATE" => self.agent_state(payload, now, out),
            "AGENT_LIST" => self.agent_list(payload, now, out),
            "AGENT_REGISTERED" => self.registered(payload, now, out),
            "AGENT_STATUS" => self.agent_status(payload, now, out),
            "AGENT_UNREGISTERED" => self.unregistered(payload, now, out),
            "TOOL_RESULT" => self.tool_result(payload, now, out),
            "TOOL_APPROVAL_REQUEST" => self.approval_requested(payload, now, out),
            "CONFIG_STATE" => self.config(payload, now, out),
            "CONVERSATION_HISTORY" => self.history(payload, now, out),
            "ACTIVITY_HISTORY" => self.activity(payload),
            "SESSION_LIST" => self.session_list(payload, now, out),
            "SESSION_STATE" => self.session_state(payload, now, out),
            "PLAN_UPDATE" => self.plan(payload, now, out),
            "APP_LAUNCHED" | "APP_CLOSED" if self.asked_for(payload) => true,
            "APP_LAUNCHED" | "APP_CLOSED" => self.of_agent(payload, Body::Artifact { value: kept(payload) }, now, out),
            "TOOL_REGISTRY" => {
                self.learn_tools(payload);
                self.live
            }
            "VIEW_REGISTRY" | "THEME" => self.live,
            _ => false,
        }
    }

    /// A thing that was made is told as news unless somebody asked what there is.
    fn asked_for(&mut self, payload: Option<Raw<'_>>) -> bool {
        self.live && self.take_artifact(payload)
    }

    /// Tells something of the agent that a payload names.
    fn of_agent(&mut self, payload: Option<Raw<'_>>, body: Body, now: i64, out: &mut Out) -> bool {
        let agent = self.agent_of(payload);
        let run = self.turns.get(&agent).map(|turn| turn.run.clone()).unwrap_or_default();
        self.place(&agent, &run, now).say(body, out);
        true
    }

    /// The agent a payload names, else the one in focus.
    fn agent_of(&self, payload: Option<Raw<'_>>) -> Box<str> {
        #[derive(Default, Deserialize)]
        struct Named<'a> {
            #[serde(default, borrow)]
            agent_id: Text<'a>,
        }
        fields!(Named<'a> { "agent_id" => agent_id, });
        let named: Named<'_> = object(payload).unwrap_or_default();
        self.agent_named(&named.agent_id)
    }

    /// The agent of this name, else the one in focus.
    fn agent_named(&self, name: &Text<'_>) -> Box<str> {
        name.boxed().or_else(|| self.focus.clone()).unwrap_or_else(|| "default".into())
    }

    fn place<'a>(&'a self, agent: &'a str, run: &'a str, at: i64) -> Place<'a> {
        Place { run, agent: Some(agent), session: self.sessions.current(agent), at }
    }

    /// The first frame in the dashboard's own form is all the handshake there is.
    fn greet(&mut self, now: i64, out: &mut Out) {
        if !self.ready {
            self.ready = true;
            let product = Some("mcp-cli".to_owned());
            let state = NodeState::Ready { version: None, product, scopes: Vec::new() };
            out.events.push(Event::new(now, Body::NodeState(state)));
            if self.live {
                calls::write(&serde_json::json!({"type": "REQUEST_SESSIONS"}), out);
            }
        }
    }
}

impl Dialect for McpDashboard {
    fn upgrade(&self) -> Upgrade {
        Upgrade { path: "/ws", headers: Vec::new(), origin: Origin::Loopback }
    }

    fn opened(&mut self, _now: i64, _out: &mut Out) {
        // The dashboard speaks first and wants to hear nothing.
        self.live = true;
    }

    fn frame(&mut self, text: &str, now: i64, out: &mut Out) {
        if self.next_token(text, now, out) {
            return;
        }
        let Some(frame) = object_in::<Frame<'_>>(text) else {
            return keep(text, None, now, out);
        };
        if frame.protocol.get() == Some(PROTOCOL) {
            self.greet(now, out);
        }
        if !self.message(&frame, text, now, out) {
            keep(text, frame.kind.get(), now, out);
        }
    }

    fn sent(&mut self, text: &str, _now: i64, _out: &mut Out) {
        self.recorded(text);
    }

    fn call(&mut self, id: u64, call: &Call, _now: i64, out: &mut Out) {
        if !self.ready {
            out.replies.push((id, Err(CallError::NotConnected)));
        } else if let Some(why) = Self::cannot(call.verb()) {
            out.replies.push((id, Err(why)));
        } else {
            self.ask(id, call, out);
        }
    }

    fn tick(&mut self, now: i64, out: &mut Out) {
        self.expire(now, out);
        self.look_for_silence(now, out);
    }

    fn ability(&self, verb: Verb) -> Ability {
        Self::ability_of(verb)
    }

    fn forget(&mut self, id: u64) {
        self.waiting.retain(|waiting| waiting.call != id);
    }

    fn closed(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        self.runs.end_all(now, out);
        self.turns.clear();
        // The dashboard denies what is open when its last client leaves; whether we
        // were the last one, nobody says.
        self.approvals.end_all(now, out);
        self.end_children(now, out);
        self.lost(code, reason, now, out)
    }

    fn lost(&mut self, code: Option<u16>, reason: &str, now: i64, out: &mut Out) -> Close {
        let lost = std::mem::take(&mut self.waiting);
        out.replies.extend(lost.into_iter().map(|waiting| (waiting.call, Err(CallError::Lost))));
        let reason = match (code, reason) {
            (Some(1001), _) => "mcp-cli was ended on its machine.".to_owned(),
            (Some(1009), _) => "mcp-cli closed the connection: a message was too large for it.".to_owned(),
            (_, said) if !said.is_empty() => format!("mcp-cli closed the connection: {said}."),
            _ if !self.ready => {
                "The connection closed before mcp-cli said anything; it may not be its dashboard.".to_owned()
            }
            _ => "The connection to mcp-cli ended.".to_owned(),
        };
        Close { state: NodeState::BackingOff { attempt: 1, next: now.saturating_add(1_000), reason }, retry: true }
    }

    fn reopened(&mut self) {
        self.ready = false;
        self.last_token = token::Last::default();
        self.focus = None;
        self.switching = None;
    }

    fn silence_limit(&self) -> u64 {
        60_000
    }

    fn ready(&self) -> bool {
        self.ready
    }
}

/// Unix milliseconds of a time written as text.
fn moment(text: Option<&str>) -> Option<i64> {
    text?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}
