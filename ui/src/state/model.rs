//! What the core told, as plain data. Changed by `apply` alone; tested without a browser.

use std::collections::BTreeMap;

use contract::activity::Line;
use contract::approval::Approval;
use contract::node::Node;
use contract::transcript::{Row, SessionRef};
use contract::update::Vitals;

/// Lines of the stream kept in the window; older ones are fetched again from the core.
pub const LINES_KEPT: usize = 4_000;

/// Everything the core told that is still watched.
#[derive(Debug, Default)]
pub struct Model {
    /// The last batch's number; `None` before the first.
    pub seq: Option<u64>,
    /// In the person's order.
    pub nodes: Vec<Node>,
    /// Whether a list of nodes has come at all: until then the window shows that it waits.
    pub nodes_known: bool,
    pub approvals: Vec<Approval>,
    pub approvals_known: bool,
    pub stream: Stream,
    pub transcripts: BTreeMap<SessionRef, Transcript>,
    pub vitals: Vitals,
}

/// The stream of all nodes, its newest lines.
#[derive(Debug, Default)]
pub struct Stream {
    /// Oldest first, at most [`LINES_KEPT`].
    pub lines: Vec<Line>,
    /// Whether older lines exist.
    pub more: bool,
    pub known: bool,
}

/// A session's newest rows.
#[derive(Debug, Default)]
pub struct Transcript {
    /// Oldest first, by `order`.
    pub rows: Vec<Row>,
    /// Whether older rows exist.
    pub more: bool,
    pub head: Head,
}

/// What a session says about itself, apart from its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    /// Whether rows are still being fetched.
    pub loading: bool,
    /// Unix milliseconds up to which the rows are true; `None` while live.
    pub stale_since: Option<i64>,
    /// Why they could not be fetched.
    pub fault: Option<String>,
    /// The run going on.
    pub running: Option<String>,
    /// What it is doing.
    pub phase: Option<String>,
}

impl Model {
    /// The node of that id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// A row of a session.
    pub fn row(&self, of: &SessionRef, id: &str) -> Option<&Row> {
        // From the end: what changes is nearly always the newest.
        self.transcripts.get(of)?.rows.iter().rev().find(|row| row.id == id)
    }
}
