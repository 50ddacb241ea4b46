//! A session's rows as a pane shows them. The core makes rows of messages, runs and
//! tool calls; the window only draws them.

use serde::{Deserialize, Serialize};

use crate::approval::Approval;

/// Which session, on which node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionRef {
    pub node: String,
    pub session: String,
}

/// A part of a session's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub of: SessionRef,
    /// Oldest first.
    pub rows: Vec<Row>,
    /// Whether older rows exist.
    pub more: bool,
    /// Whether the rows are still being fetched from the node.
    pub loading: bool,
    /// Unix milliseconds up to which they are true; `None` while live.
    pub stale_since: Option<i64>,
    /// Why they could not be fetched.
    pub fault: Option<String>,
    /// The run going on, by the vendor's id ("" when the vendor gave none).
    pub running: Option<String>,
    /// What it is doing ("preparing", "waiting for the model" …).
    pub phase: Option<String>,
}

/// One row. Its id is unique in the session and stays over updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    /// Rises with the place in the session.
    pub order: i64,
    /// Unix milliseconds, where known.
    pub at: Option<i64>,
    #[serde(flatten)]
    pub body: RowBody,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum RowBody {
    /// A person's words.
    User {
        text: String,
        /// Only for messages sent from here.
        fate: Option<Fate>,
        /// Unix milliseconds of the fate.
        fate_at: Option<i64>,
        /// Why it failed.
        fault: Option<String>,
        /// The id it was sent with, for cancel and resend.
        client_id: Option<String>,
    },
    /// An agent's words.
    Assistant { text: String, streaming: bool, model: Option<String> },
    /// A model's reasoning.
    Thinking { text: String, streaming: bool },
    /// A tool call.
    Tool {
        name: String,
        /// The one line of its arguments worth reading.
        summary: String,
        /// All arguments, as indented JSON.
        input: String,
        /// What it gave; cut at 64 KiB.
        output: String,
        state: ToolState,
        ms: Option<u64>,
    },
    /// A sub-agent at work.
    Subagent { label: String, preset: Option<String>, state: ToolState },
    /// Something waits for the person's word, here.
    Approval { approval: Box<Approval> },
    /// A remark: an error of the run, an abort, a notice of the gateway.
    Notice { text: String, level: Level },
    /// Something was lost here.
    Gap { text: String },
}

/// How a message that was sent from here fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Kept here; goes out when the node is back.
    Queued,
    /// Written to the socket.
    Sent,
    /// The node has it.
    Acknowledged,
    /// A run works on it.
    Running,
    /// That run ended well.
    Done,
    /// The node refused it, or the run failed.
    Failed,
    /// The answer got lost: nobody knows.
    Unknown,
}

/// How a tool call or a sub-agent fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    Running,
    Ok,
    Failed,
    /// The run ended before it did.
    Unknown,
}

/// How loud a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Info,
    Warning,
    Error,
}

/// The form of an exported session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// One neutral event a line.
    Jsonl,
    /// To be read by people.
    Markdown,
}
