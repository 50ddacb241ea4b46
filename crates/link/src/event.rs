//! The neutral vocabulary: what every vendor's frames become, and the only thing the
//! rest of the house sees. It does not say which node spoke: that is added, with a
//! sequence number, by whoever holds several nodes ([`Stamped`]).

mod kept;
mod state;
mod things;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use kept::Kept;
pub use state::NodeState;
pub use things::{Agent, Approval, Decision, Device, Message, Outcome, Role, RunEnd, Session, ToolCall, Usage};

/// One frame, or a part of one, made neutral. The many events of a run share its address: each names it at no cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unix milliseconds: the node's own time where the frame carries one, else the
    /// time it arrived.
    pub at: i64,
    /// The agent it concerns, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Arc<str>>,
    /// The session it concerns, by the vendor's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Arc<str>>,
    /// The run it belongs to, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Arc<str>>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
}

impl Event {
    /// An event without an address.
    pub fn new(at: i64, body: Body) -> Self {
        Self { at, agent: None, session: None, run: None, body }
    }
}

/// An event with the node it came from and its place in that node's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// The node's name or id, as the holder calls it.
    pub node: Box<str>,
    /// Counts this node's events from 1, without holes.
    pub seq: u64,
    /// The event itself.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened. The serialised tag is the event's name in the vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Body {
    /// The link to the node moved to another state.
    #[serde(rename = "node.state")]
    NodeState(NodeState),
    /// An agent is new or its description changed; `agent` in the address names it.
    #[serde(rename = "agent.changed")]
    AgentChanged(Agent),
    /// An agent is gone.
    #[serde(rename = "agent.removed")]
    AgentRemoved,
    /// A session is new or its description changed; `session` in the address names it.
    #[serde(rename = "session.changed")]
    SessionChanged(Session),
    /// A session is gone.
    #[serde(rename = "session.removed")]
    SessionRemoved,
    /// A message waits for the session's running turn; its run may get another id.
    #[serde(rename = "run.queued")]
    RunQueued {
        /// Place in the queue from 1, where the vendor says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position: Option<u32>,
    },
    /// A turn began.
    #[serde(rename = "run.started")]
    RunStarted,
    /// A turn is in a phase worth a word (preparing, waiting for the model, retrying …).
    #[serde(rename = "run.status")]
    RunStatus {
        /// One word or short phrase.
        phase: Box<str>,
    },
    /// A whole message: a person's, or a finished one of an agent.
    #[serde(rename = "message")]
    Message(Message),
    /// More of the answer's text. Always an increment.
    #[serde(rename = "text.delta")]
    TextDelta {
        /// The text to append.
        text: String,
    },
    /// More of the model's reasoning. Always an increment.
    #[serde(rename = "thinking.delta")]
    ThinkingDelta {
        /// The text to append.
        text: String,
    },
    /// A tool call began.
    #[serde(rename = "tool.started")]
    ToolStarted {
        /// The call's id, the vendor's own.
        call: Box<str>,
        /// The tool's name.
        name: Box<str>,
        /// Its arguments, internals taken out.
        input: Value,
    },
    /// A tool call ended.
    #[serde(rename = "tool.finished")]
    ToolFinished {
        /// The call's id.
        call: Box<str>,
        /// Whether it did what it should; `None` when nobody knows (the run ended first).
        ok: Option<bool>,
        /// What it gave, as text.
        output: Box<str>,
        /// How long it took, milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
    },
    /// An agent set another one to work.
    #[serde(rename = "subagent.started")]
    SubagentStarted {
        /// What it was asked, or its label.
        label: Box<str>,
        /// The preset it runs with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preset: Option<Box<str>>,
    },
    /// That one is done.
    #[serde(rename = "subagent.finished")]
    SubagentFinished {
        /// What it was asked, or its label.
        label: Box<str>,
        /// Whether it succeeded; `None` when the vendor does not say.
        ok: Option<bool>,
    },
    /// Something waits for a person's word.
    #[serde(rename = "approval.requested")]
    ApprovalRequested(Approval),
    /// It waits no longer.
    #[serde(rename = "approval.resolved")]
    ApprovalResolved {
        /// The approval's id.
        id: Box<str>,
        /// How it ended.
        decision: Decision,
        /// Who decided, where the node says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Box<str>>,
    },
    /// A device asks the node's owner to be let in, or for more rights.
    #[serde(rename = "device.requested")]
    DeviceRequested(Device),
    /// It asks no longer.
    #[serde(rename = "device.resolved")]
    DeviceResolved {
        /// The request's id.
        request: Box<str>,
        /// Whether it was let in; `None` when the node does not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ok: Option<bool>,
    },
    /// A turn ended. Exactly one a run.
    #[serde(rename = "run.finished")]
    RunFinished(RunEnd),
    /// A file or other thing an agent made.
    #[serde(rename = "artifact")]
    Artifact {
        /// What the vendor says of it.
        value: Kept,
    },
    /// A plan's change, as the vendor says it.
    #[serde(rename = "plan.changed")]
    Plan {
        /// The plan.
        value: Kept,
    },
    /// A task's change, as the vendor says it.
    #[serde(rename = "task.changed")]
    Task {
        /// The task.
        value: Kept,
    },
    /// Something changed that nobody keeps a copy of: whoever shows it asks again.
    #[serde(rename = "node.changed")]
    NodeChanged {
        /// What: `cron`, `config`, `models`, `channels`, `machines`, `skills`, `tools`.
        what: Box<str>,
        /// What the vendor says of it.
        value: Kept,
    },
    /// Who else is connected.
    #[serde(rename = "presence")]
    Presence {
        /// What the vendor says.
        value: Kept,
    },
    /// The node's own measure of itself.
    #[serde(rename = "health")]
    Health {
        /// What the vendor says.
        value: Kept,
    },
    /// A line worth showing that belongs to no run.
    #[serde(rename = "notice")]
    Notice {
        /// The sentence.
        text: String,
    },
    /// Frames were lost between two points and no history can fill them.
    #[serde(rename = "gap")]
    Gap {
        /// The last number seen, or the time, before it.
        from: i64,
        /// The first one after it.
        to: i64,
    },
    /// A frame nobody here knows: kept whole.
    #[serde(rename = "other")]
    Other {
        /// The vendor's name of it, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Box<str>>,
        /// The frame as it came.
        raw: Kept,
    },
}

impl Body {
    /// Its name in the vocabulary, which is its tag in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Body::NodeState(_) => "node.state",
            Body::AgentChanged(_) => "agent.changed",
            Body::AgentRemoved => "agent.removed",
            Body::SessionChanged(_) => "session.changed",
            Body::SessionRemoved => "session.removed",
            Body::RunQueued { .. } => "run.queued",
            Body::RunStarted => "run.started",
            Body::RunStatus { .. } => "run.status",
            Body::Message(_) => "message",
            Body::TextDelta { .. } => "text.delta",
            Body::ThinkingDelta { .. } => "thinking.delta",
            Body::ToolStarted { .. } => "tool.started",
            Body::ToolFinished { .. } => "tool.finished",
            Body::SubagentStarted { .. } => "subagent.started",
            Body::SubagentFinished { .. } => "subagent.finished",
            Body::ApprovalRequested(_) => "approval.requested",
            Body::ApprovalResolved { .. } => "approval.resolved",
            Body::DeviceRequested(_) => "device.requested",
            Body::DeviceResolved { .. } => "device.resolved",
            Body::RunFinished(_) => "run.finished",
            Body::Artifact { .. } => "artifact",
            Body::Plan { .. } => "plan.changed",
            Body::Task { .. } => "task.changed",
            Body::NodeChanged { .. } => "node.changed",
            Body::Presence { .. } => "presence",
            Body::Health { .. } => "health",
            Body::Notice { .. } => "notice",
            Body::Gap { .. } => "gap",
            Body::Other { .. } => "other",
        }
    }
}
