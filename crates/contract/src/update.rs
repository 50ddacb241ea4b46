//! What the window is told: numbered batches of updates.

use serde::{Deserialize, Serialize};

use crate::activity::{Filter, Line};
use crate::approval::Approval;
use crate::node::Node;
use crate::transcript::{Row, SessionRef, Window};

/// What a window wants to see. A window gets what it shows and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Topic {
    /// All nodes with their agents and sessions.
    Nodes,
    /// What waits, and the last answers.
    Approvals,
    /// The stream's last `limit` lines that pass, and then what comes.
    Activity { filter: Filter, limit: u32 },
    /// A session's last `limit` rows, and then what changes.
    Transcript { of: SessionRef, limit: u32 },
    /// The core's own figures, once in two seconds while something changes.
    Vitals,
}

/// Updates of one display frame. `seq` rises by one; a hole means: ask for a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub seq: u64,
    pub updates: Vec<Update>,
}

/// One change of what the window shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "update", rename_all = "snake_case")]
pub enum Update {
    /// All nodes, in the person's order: replaces what was there.
    Nodes { nodes: Vec<Node> },
    /// One node is new or changed.
    Node { node: Box<Node> },
    /// A node is gone.
    NodeGone { id: String },
    /// The approvals: replaces what was there.
    Approvals { approvals: Vec<Approval> },
    /// One approval is new or changed.
    Approval { approval: Box<Approval> },
    /// The stream's last lines: replaces what was there. `more` says whether older ones exist.
    Activity { lines: Vec<Line>, more: bool },
    /// Lines to append, in order.
    ActivityMore { lines: Vec<Line> },
    /// A session's last rows: replaces what was there.
    Transcript { window: Window },
    /// A row is new or changed.
    Row { of: SessionRef, row: Row },
    /// Text to append to a row that streams.
    RowText { of: SessionRef, id: String, text: String },
    /// A row is gone.
    RowGone { of: SessionRef, id: String },
    /// The session's head changed, its rows did not.
    TranscriptHead {
        of: SessionRef,
        running: Option<String>,
        phase: Option<String>,
        stale_since: Option<i64>,
        loading: bool,
        fault: Option<String>,
    },
    /// The core's figures.
    Vitals { vitals: Vitals },
    /// A sentence for the corner of the window.
    Toast { text: String },
}

/// The core's own figures, for the status strip.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// Events from all nodes in the last second.
    pub events_per_second: f64,
    /// Of one core, 0 to 100 a core, all processes of the window.
    pub cpu_percent: f64,
    /// Proportional set size of all processes, bytes.
    pub memory_bytes: u64,
}
