//! Sums over nodes and approvals, as the top bar, the sidebar and the strip show them.

use std::collections::BTreeSet;

use contract::approval::Approval;
use contract::node::{Activity, Agent, LinkState, Node, Vendor};

use crate::text::words;

/// All nodes in a few figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fleet {
    /// Nodes whose link is up.
    pub up: usize,
    /// Nodes there are.
    pub all: usize,
    pub running: u32,
    /// Names of nodes that are away, and since when (Unix milliseconds).
    pub away: Vec<(String, i64)>,
    /// Names of nodes that wait for the person: pairing, trust, a key.
    pub waiting: Vec<String>,
    /// Different makers, of the nodes that said what they are or were added as it.
    pub vendors: usize,
}

/// Sums up.
pub fn fleet(nodes: &[Node]) -> Fleet {
    let mut sum = Fleet { all: nodes.len(), ..Fleet::default() };
    let mut vendors = BTreeSet::new();
    for node in nodes {
        if node.product.is_some() || node.vendor != Vendor::Auto {
            vendors.insert(words::product(node));
        }
        match standing(node) {
            Standing::Up => {
                sum.up += 1;
                sum.running += node.running;
            }
            Standing::Away => sum.away.push((node.name.clone(), since(node))),
            Standing::Waits => sum.waiting.push(node.name.clone()),
            Standing::Coming | Standing::Resting => (),
        }
    }
    sum.vendors = vendors.len();
    sum
}

/// How a node stands, in the five ways that matter from afar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The link is up.
    Up,
    /// On its way.
    Coming,
    /// Nothing answers.
    Away,
    /// It needs the person: a fingerprint, a key, a pairing, another version.
    Waits,
    /// The person told it to rest.
    Resting,
}

/// How a node stands.
pub fn standing(node: &Node) -> Standing {
    match node.state {
        LinkState::Ready => Standing::Up,
        LinkState::Idle | LinkState::Connecting | LinkState::Handshaking => Standing::Coming,
        LinkState::BackingOff | LinkState::RateLimited | LinkState::Failed => Standing::Away,
        LinkState::Pairing | LinkState::Untrusted | LinkState::Unauthorised | LinkState::Incompatible => {
            Standing::Waits
        }
        LinkState::Paused => Standing::Resting,
    }
}

/// Since when its data is old, or it is in its state.
pub fn since(node: &Node) -> i64 {
    node.stale_since.unwrap_or(node.since)
}

/// What waits for the person's word, the one that expires first on top.
pub fn asking(approvals: &[Approval]) -> Vec<&Approval> {
    let mut waiting: Vec<&Approval> = approvals.iter().filter(|approval| approval.outcome.is_none()).collect();
    waiting.sort_by_key(|approval| (approval.expires_at.unwrap_or(i64::MAX), approval.asked_at.unwrap_or(i64::MAX)));
    waiting
}

/// What an agent does, as far as anyone knows: nothing on a node that is away is ever "running".
pub fn doing(node: &Node, agent: &Agent) -> Activity {
    match standing(node) {
        Standing::Up => agent.activity,
        _ => Activity::Offline,
    }
}

#[cfg(test)]
#[path = "counts_tests.rs"]
mod tests;
