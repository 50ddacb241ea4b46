//! What may be asked of a node, in neutral words, and what comes back.
//!
//! A dialect writes a [`Call`] as its vendor's frame and reads the vendor's answer as
//! the [`Reply`] of the same name.

mod ability;
mod answers;
mod error;
mod wanted;

use serde_json::Value;

use crate::event::{Agent, Approval, Decision, Device, Kept, Message, Session};
pub use ability::{Ability, Verb};
pub use answers::{
    Config, CronJob, CronRun, Hit, LogLine, LogPage, Machine, Model, Peer, Preset, Settled, Tokens, Usage,
};
pub use error::CallError;

/// A question or an order to a node.
///
/// Behind each stands who can: **M** Moltis, **P** our own gateway, **O** OpenClaw, **D** mcp-cli's dashboard. What
/// a node in particular can do depends on its version and on the rights of the key: see [`Ability`]. To anybody else
/// the answer is [`CallError::Unsupported`], without a frame being sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// The node's agents. Answer: [`Reply::Agents`].
    Agents,
    /// The node's sessions, the newest first, as many as it gives. Answer: [`Reply::Sessions`].
    Sessions,
    /// The last `limit` messages before `before` (a cursor of an earlier page). Answer: [`Reply::History`].
    History { session: String, limit: u32, before: Option<String> },
    /// Says something. Without a session the agent's main one is meant; without an
    /// agent the default one. `client_id` is the idempotency key. Answer: [`Reply::Sent`].
    Send { session: Option<String>, agent: Option<String>, text: String, client_id: String },
    /// Stops what runs in the session. Answer: [`Reply::Aborted`].
    Abort { session: String, run: Option<String> },
    /// A new session with the agent. Answer: [`Reply::Session`].
    CreateSession { agent: Option<String>, title: Option<String> },
    /// What waits for a person's word. Answer: [`Reply::Approvals`].
    Approvals,
    /// Answers one. Answer: [`Reply::Decided`].
    Decide { approval: String, decision: Decision },
    /// Approvals that were answered, the newest first, at most `limit`. Answer: [`Reply::Settled`]. O.
    SettledApprovals { limit: u32 },
    /// The cheapest question there is; measures the way there and back. Answer: [`Reply::Pong`].
    Ping,

    /// Lets the session's agent work in this session from now on. Answer: [`Reply::Done`]. D, where an agent has one
    /// session at a time; elsewhere nothing needs to be switched.
    SwitchSession { session: String },
    /// Gives a session a title; an empty one takes it away. Answer: [`Reply::Done`]. M P O D.
    RenameSession { session: String, title: String },
    /// A copy of a session with its messages. Answer: [`Reply::Session`]. M O.
    ForkSession { session: String, title: Option<String> },
    /// Forgets a session's messages and keeps the session. Answer: [`Reply::Done`]. M P O D.
    ResetSession { session: String },
    /// Removes a session with its messages. Answer: [`Reply::Done`]. M P O D.
    DeleteSession { session: String },
    /// Has the model shorten what was said so far. Answer: [`Reply::Done`]. M O.
    CompactSession { session: String },
    /// Messages that contain the text, the best first, at most `limit`. Answer: [`Reply::Found`]. M O.
    SearchSessions { text: String, limit: u32 },
    /// Lets another agent answer in a session from now on. Answer: [`Reply::Done`]. M P.
    BindSession { session: String, agent: String },
    /// Says something into a turn that is running, instead of behind it. `client_id` is the idempotency key.
    /// Answer: [`Reply::Sent`]. O.
    Steer { session: String, text: String, client_id: String, how: Steering },
    /// Takes back what waits behind the running turn. Answer: [`Reply::Cleared`]. M P.
    ClearQueue { session: String },

    /// The models the node can use. Answer: [`Reply::Models`]. M P O D.
    Models,
    /// Another model, by [`Model::id`], for the session; for every agent where a node has one model. Answer:
    /// [`Reply::Done`]. M P O D.
    SetModel { session: Option<String>, model: String },
    /// The presets agents are set up with. Answer: [`Reply::Presets`]. M P.
    Presets,
    /// A new agent. Answer: [`Reply::Agent`]. M O.
    CreateAgent { name: String, emoji: Option<String>, model: Option<String> },
    /// Removes an agent; its sessions go to the default one or stay as they are. Answer: [`Reply::Done`]. M O.
    DeleteAgent { agent: String },
    /// Has one agent told something by another one. Answer: [`Reply::Done`]. D.
    MessageAgent { to: String, from: String, text: String },
    /// Hears of these agents only; of all with none named. Answer: [`Reply::Done`]. D.
    Listen { agents: Vec<String> },

    /// What runs by the clock. Answer: [`Reply::CronJobs`]. M O.
    CronJobs,
    /// Runs one now. Answer: [`Reply::Done`]. M O.
    RunCron { job: String },
    /// Switches one on or off. Answer: [`Reply::Done`]. M O.
    EnableCron { job: String, enabled: bool },
    /// How a job's last runs went, the newest first. Answer: [`Reply::CronRuns`]. M O.
    CronRuns { job: String, limit: u32 },

    /// Log lines after the cursor of an earlier page, the last ones without it; oldest first. Answer:
    /// [`Reply::Logs`]. M O.
    Logs { after: Option<String>, limit: u32 },
    /// Tokens and cost, as far as the node counts them. Answer: [`Reply::Usage`]. M O D.
    Usage,
    /// Who is connected to the node. Answer: [`Reply::Presence`]. M P O.
    Presence,
    /// The machines that run commands for the node. Answer: [`Reply::Machines`]. M O.
    Machines,
    /// Devices that may connect, and those that ask to. Answer: [`Reply::Devices`]. M O.
    Devices,
    /// Lets a device in, turns it away, or takes back what it was given. Answer: [`Reply::Done`]. M O.
    SettleDevice { id: String, verdict: Verdict },
    /// The node's settings, keys taken out by the node. Answer: [`Reply::Config`]. O D.
    Config,
    /// Changes settings: a JSON merge patch, and the [`Config::version`] it was made for. Answer: [`Reply::Done`]. O D.
    PatchConfig { patch: Value, version: Option<String> },
    /// The ways people reach the node's agents by (chat services). Answer: [`Reply::Shown`]. M O.
    Channels,
    /// Work the node keeps a record of. Answer: [`Reply::Shown`]. O.
    Tasks,
    /// What was made in a session. Answer: [`Reply::Shown`]. O D.
    Artifacts { session: String },
}

/// How a message gets into a running turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steering {
    /// The agent reads it before its next step.
    Steer,
    /// The running turn is stopped for it.
    Interrupt,
}

/// What is done with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its request is granted. The id is the request's.
    Approve,
    /// Its request is refused. The id is the request's.
    Reject,
    /// What it was given is taken back. The id is the device's.
    Revoke,
}

/// What a node answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Agents(Vec<Agent>),
    Sessions(Vec<Session>),
    History(Page),
    Sent(Sent),
    /// Whether something was running to be stopped.
    Aborted(bool),
    Session(Session),
    /// Each with the session and agent it belongs to.
    Approvals(Vec<(Option<String>, Option<String>, Approval)>),
    Decided,
    Pong,
    /// Approvals that were answered.
    Settled(Vec<Settled>),
    /// It was done.
    Done,
    /// So many waiting messages were taken back.
    Cleared(u64),
    Agent(Agent),
    Models(Vec<Model>),
    Presets(Vec<Preset>),
    Found(Vec<Hit>),
    CronJobs(Vec<CronJob>),
    CronRuns(Vec<CronRun>),
    Logs(LogPage),
    Usage(Usage),
    Presence(Vec<Peer>),
    Machines(Vec<Machine>),
    /// Those that ask first.
    Devices(Vec<Device>),
    Config(Config),
    /// What is only shown, as the vendor says it.
    Shown(Kept),
}

/// A page of a session's messages, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Cursor of the page before; `None` at the beginning.
    pub before: Option<String>,
    pub doing: Doing,
}

/// What the node does in a session, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Doing {
    /// Nothing: no turn runs, and no message waits for one.
    #[default]
    Nothing,
    /// A run is in flight.
    Run {
        /// Its id, when the node names it.
        id: Option<String>,
        /// What it said so far.
        so_far: String,
    },
    /// No turn runs; whether a message waits for one the node does not tell.
    Idle,
    /// The node does not tell.
    Unknown,
}

/// How a message was taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    /// The run that answers it, when the node names it at once.
    pub run: Option<String>,
    /// The session it went to.
    pub session: Option<String>,
    /// Whether it waits behind a running turn.
    pub queued: bool,
    /// Whether the node said that it has it. A vendor that acknowledges nothing shows it later, or never.
    pub taken: bool,
}
