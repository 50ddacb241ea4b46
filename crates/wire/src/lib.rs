//! The protocol that our own gateway speaks: Moltis protocol v4 plus the named
//! extensions below. Types and one table of methods; no I/O, no clock, no
//! runtime, so that it compiles for the window as well as for the core.
//!
//! Reading order: [`frame`] (what is on the socket), [`connect`] (the first
//! exchange), [`methods`] (the table of everything a client may ask),
//! [`event`] and [`chat_event`] (what a client is told), then the types of each
//! area.
//!
//! # Extensions
//!
//! A client recognises our gateway by `hello.server.product == "pilothouse"`;
//! `hello.features.extensions` lists the names in bold. A real Moltis sends
//! none of these fields and refuses none of them.
//!
//! | name | what it adds |
//! |---|---|
//! | **`server`** | `hello.server.product` (`"pilothouse"`), `hello.server.gatewayId` (a UUID that survives restarts), `hello.server.name` |
//! | **`subscribe.read`** | `subscribe` and `unsubscribe` need only `operator.read` |
//! | **`chat.history.page`** | `chat.history` takes `limit` and `before` (a `historyIndex`, exclusive) and answers the newest `limit` messages before it, oldest first; each message has `historyIndex` and `messageId`. More exist as long as the first `historyIndex` is above 0 |
//! | **`chat.send.idempotency`** | `chat.send` takes `idempotencyKey` (1 to 128 characters); the same key in the same session never runs twice: the answer repeats the first one's `runId` with `duplicate:true`. The `user_message` event bears the key |
//! | **`chat.send.agent`** | `chat.send` takes `agentId` (also `agent_id`): the agent of a session that the message creates |
//! | **`chat.queue.run`** | a queued message has its `runId` already: in the answer, in the `queued` event, and in `user_message` when its turn comes |
//! | **`chat.peek.text`** | an active `chat.peek` has `runId` and `text`: what was streamed so far in this round |
//! | **`sessions.create`** | method `sessions.create {key?, agentId?, label?, model?}` → `{entry}` |
//! | **`sessions.list.filter`** | `sessions.list` takes `agentId` (also `agent_id`) and `limit` |
//! | **`sessions.entry`** | a session's `entry` always bears `replying` and `queued`, in `session` events too |
//! | **`agents.entry`** | an agent's entry bears `preset`, `workspace`, `model`, `tools` |
//! | **`agents.changed`** | event `agents.changed`, payload as the answer of `agents.list` |
//! | **`approval.fields`** | `exec.approval.requested` and the list bear `kind` (`exec`, `write_file`), `agentId`, `runId`, `toolCallId`, `cwd`, `path`, `preview`, `rule`, `createdAtMs`, `expiresAtMs` |
//! | **`approval.resolved`** | event `exec.approval.resolved {requestId, sessionKey, decision, always, rule?, by?, runId, toolCallId, agentId, atMs}` is really sent; `decision` is `approved`, `denied`, `expired` or `withdrawn` (its run was aborted) |
//! | **`approval.strict`** | `exec.approval.resolve` fails closed: an unknown id is `NOT_FOUND`, a settled or expired one `CONFLICT` (`details.decision` says how it ended), a `command` that differs from the request's is `CONFLICT` |
//! | **`approval.always`** | `exec.approval.resolve` takes `always:true` with `approved`: exactly `rule` (that command, or writing to that path) is then allowed in that agent and session until the gateway ends; a run that a rule let pass says so in a `notice`. `exec.approval.rules` lists the rules, `exec.approval.rules.remove {ruleId}` takes one away |
//! | **`presence.clients`** | `presence` events `client.connected` and `client.disconnected {connId, clientId, platform}` |
//! | **`lagged`** | a client that reads too slowly gets `error {code:"LAGGED", message, dropped}` and a close frame (1013) instead of silent loss |
//! | **`close.reason`** | every close by the gateway has a close frame with a code and a reason |

pub mod chat_event;
pub mod connect;
pub mod event;
pub mod frame;
pub mod methods;

pub mod agents;
pub mod approval;
pub mod chat;
pub mod error;
pub mod message;
pub mod models;
pub mod scope;
pub mod sessions;
pub mod status;

#[cfg(test)]
mod snapshot;

pub use error::{Code, Error};
pub use frame::Frame;
pub use methods::{Call, Method, call};
pub use scope::Scope;

use serde::{Deserialize, Serialize};

/// The protocol version that our gateway speaks.
pub const PROTOCOL: u32 = 4;

/// What `hello.server.product` says of our own gateway.
pub const PRODUCT: &str = "pilothouse";

/// The names of the extensions, as `hello.features.extensions` lists them.
pub const EXTENSIONS: &[&str] = &[
    "server",
    "subscribe.read",
    "chat.history.page",
    "chat.send.idempotency",
    "chat.send.agent",
    "chat.queue.run",
    "chat.peek.text",
    "sessions.create",
    "sessions.list.filter",
    "sessions.entry",
    "agents.entry",
    "agents.changed",
    "approval.fields",
    "approval.resolved",
    "approval.strict",
    "approval.always",
    "presence.clients",
    "lagged",
    "close.reason",
];

/// Parameters or an answer with nothing in it: `{}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// The answer `{"ok": true}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub ok: bool,
}

impl Done {
    /// What a method answers that did what it was asked.
    pub const OK: Self = Self { ok: true };
}
