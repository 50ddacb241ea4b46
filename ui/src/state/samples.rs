//! A node and an approval for tests, with nothing special about them.

use contract::approval::Approval;
use contract::node::{LinkState, Node, Vendor};

/// A node that is ready and has no agents.
pub fn node(id: &str) -> Node {
    Node {
        id: id.into(),
        name: id.into(),
        vendor: Vendor::Moltis,
        address: "wss://x".into(),
        reach: contract::node::Reach::default(),
        route: None,
        passed: Vec::new(),
        local: false,
        state: LinkState::Ready,
        reason: String::new(),
        since: 0,
        next_try: None,
        fingerprint: None,
        pinned: None,
        certificate: None,
        trusted: None,
        version: None,
        product: None,
        stale_since: None,
        latency_ms: None,
        scopes: vec![],
        agents: vec![],
        sessions: vec![],
        session_count: 0,
        running: 0,
        asking: 0,
        key_in_memory: false,
        production: false,
        unlocked_until: None,
        queued: 0,
        recording: false,
        per_minute: 600,
        burst: 40,
        spent_today: None,
    }
}

/// An approval on the node `n` that waits and does not expire.
pub fn approval(id: &str) -> Approval {
    Approval {
        node: "n".into(),
        id: id.into(),
        agent: None,
        session: None,
        kind: "exec".into(),
        command: "ls".into(),
        shown: vec![],
        cwd: None,
        shown_cwd: vec![],
        digest: String::new(),
        asked_at: None,
        expires_at: None,
        allowed: vec![],
        rule: None,
        outcome: None,
    }
}
