//! The neutral vocabulary: what every vendor's frames become, and the only thing the
//! rest of the house sees. It does not say which node spoke: that is added, with a
//! sequence number, by whoever holds several nodes ([`Stamped`]).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One frame, or a part of one, made neutral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Unix milliseconds: the node's own time where the frame carries one, else the
    /// time it arrived.
    pub at: i64,
    /// The agent it concerns, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<str>>,
    /// The session it concerns, by the vendor's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Box<str>>,
    /// The run it belongs to, by the vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Box<str>>,
    /// What happened.
    #[serde(flatten)]
    pub body: Body,
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
        text: Box<str>,
    },
    /// More of the model's reasoning. Always an increment.
    #[serde(rename = "thinking.delta")]
    ThinkingDelta {
        /// The text to append.
        text: Box<str>,
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
    /// A turn ended. Exactly one a run.
    #[serde(rename = "run.finished")]
    RunFinished(RunEnd),
    /// A file or other thing an agent made.
    #[serde(rename = "artifact")]
    Artifact {
        /// What the vendor says of it.
        value: Value,
    },
    /// A plan's change, as the vendor says it.
    #[serde(rename = "plan.changed")]
    Plan {
        /// The plan.
        value: Value,
    },
    /// A task's change, as the vendor says it.
    #[serde(rename = "task.changed")]
    Task {
        /// The task.
        value: Value,
    },
    /// Who else is connected.
    #[serde(rename = "presence")]
    Presence {
        /// What the vendor says.
        value: Value,
    },
    /// The node's own measure of itself.
    #[serde(rename = "health")]
    Health {
        /// What the vendor says.
        value: Value,
    },
    /// A line worth showing that belongs to no run.
    #[serde(rename = "notice")]
    Notice {
        /// The sentence.
        text: Box<str>,
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
        raw: Value,
    },
}

/// The states of a node's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NodeState {
    /// Nothing tried yet.
    Idle,
    /// Opening the socket.
    Connecting,
    /// The socket is open; saying who we are.
    Handshaking,
    /// Usable.
    Ready {
        /// The gateway's version.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        /// The vendor's product name ("Moltis", "OpenClaw", "Pilothouse").
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product: Option<String>,
        /// What the credential may do, in the vendor's words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scopes: Vec<String>,
    },
    /// The gateway wants its owner to let this device in.
    Pairing {
        /// The request to approve.
        request: String,
        /// What to do, with the exact command.
        reason: String,
    },
    /// Its certificate is not known.
    Untrusted {
        /// SHA-256 of the DER certificate: `sha256:` and hex.
        fingerprint: String,
        /// The pinned one, when it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pinned: Option<String>,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The key is wrong, missing or may not do enough.
    Unauthorised {
        /// What happened and what to do.
        reason: String,
    },
    /// It speaks another protocol version.
    Incompatible {
        /// What we speak.
        ours: String,
        /// What it speaks.
        theirs: String,
        /// What happened and what to do.
        reason: String,
    },
    /// It asked us to wait.
    RateLimited {
        /// Unix milliseconds until which we stay away.
        until: i64,
        /// What it said.
        reason: String,
    },
    /// Waiting before the next try.
    BackingOff {
        /// The next try's number, from 1.
        attempt: u32,
        /// Unix milliseconds of it.
        next: i64,
        /// Why the last one failed.
        reason: String,
    },
    /// The person paused it.
    Paused,
    /// It cannot work as it is set up; nothing is tried until that changes.
    Failed {
        /// What happened and what to do.
        reason: String,
    },
}

/// An agent as a node describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The vendor's id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// A mark, mostly an emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The model it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The preset it was set up with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Whether messages without an agent go to it.
    #[serde(default)]
    pub default: bool,
}

/// A session as a node describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The vendor's key.
    pub key: String,
    /// The agent bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The title to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The end of the last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// The model in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Unix milliseconds of the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    /// How many messages it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<u64>,
    /// Whether a run is going on; `None` when this description does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// The session that spawned or forked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether it was put away.
    #[serde(default)]
    pub archived: bool,
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person (or a program in one's name).
    User,
    /// The agent.
    Assistant,
    /// The gateway's own words to the model.
    System,
    /// A remark for the reader.
    Notice,
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The vendor's id where it has one; else made from the session and the position.
    pub id: Box<str>,
    /// Who speaks.
    pub role: Role,
    /// The text, markdown.
    pub text: Box<str>,
    /// Unix milliseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<i64>,
    /// The run it belongs to (history rows carry it here; live ones in the address too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Box<str>>,
    /// The id we gave it when we sent it, where the vendor echoes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Box<str>>,
    /// The model's reasoning, where kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Box<str>>,
    /// Tool calls made in it (history; live calls are events of their own).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCall>,
    /// The model that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Box<str>>,
}

/// A tool call kept in history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's id.
    pub call: Box<str>,
    /// The tool's name.
    pub name: Box<str>,
    /// Its arguments, internals taken out.
    pub input: Value,
    /// Whether it worked; `None` while unknown.
    pub ok: Option<bool>,
    /// What it gave.
    pub output: Box<str>,
    /// Milliseconds, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

/// What waits for a person's word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// The vendor's id. An answer is bound to it.
    pub id: Box<str>,
    /// What kind of act ("exec", "write_file", "plugin" …).
    pub kind: Box<str>,
    /// The exact command or act.
    pub command: Box<str>,
    /// Where it would run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<Box<str>>,
    /// Unix milliseconds when it was asked, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<i64>,
    /// Unix milliseconds (node's clock) after which it counts as denied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// Which answers the node takes.
    pub allowed: Vec<Decision>,
    /// The tool call it holds up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<str>>,
}

/// An answer to an approval, or how it ended without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// This once.
    Once,
    /// From now on, by a rule the node makes.
    Always,
    /// No.
    Deny,
    /// Nobody answered in time: not allowed.
    Expired,
    /// It ended and the node does not say how.
    Unknown,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Well, with an error, or by a person's stop.
    pub outcome: Outcome,
    /// The whole answer; it replaces the joined deltas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Box<str>>,
    /// Tokens, where the vendor counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What went wrong, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<str>>,
}

/// How a run ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It answered.
    Ok,
    /// It failed.
    Error,
    /// Somebody stopped it.
    Aborted,
    /// Its end never reached us and the node does not tell.
    Unknown,
}

/// Tokens of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
}

impl Event {
    /// An event without an address.
    pub fn new(at: i64, body: Body) -> Self {
        Self { at, agent: None, session: None, run: None, body }
    }
}
