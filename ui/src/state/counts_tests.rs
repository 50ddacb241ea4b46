//! Sums over a small fleet.

use contract::node::Vendor;

use super::*;

fn node(name: &str, state: LinkState, running: u32) -> Node {
    Node {
        id: name.into(),
        name: name.into(),
        vendor: Vendor::Openclaw,
        address: String::new(),
        local: false,
        state,
        reason: String::new(),
        since: 5,
        next_try: None,
        fingerprint: None,
        pinned: None,
        version: None,
        product: None,
        stale_since: None,
        latency_ms: None,
        scopes: vec![],
        agents: vec![],
        sessions: vec![],
        session_count: 0,
        running,
        asking: 0,
        key_in_memory: false,
    }
}

#[test]
fn a_node_that_is_away_never_counts_as_running() {
    let sum = fleet(&[node("a", LinkState::Ready, 2), node("b", LinkState::BackingOff, 3)]);
    assert_eq!((sum.up, sum.running), (1, 2));
    assert_eq!(sum.away, [("b".to_owned(), 5)]);
}

#[test]
fn an_agent_on_a_node_that_is_away_is_offline_whatever_it_did_last() {
    let agent = Agent {
        id: "main".into(),
        name: "Main".into(),
        emoji: None,
        model: None,
        preset: None,
        default: true,
        activity: Activity::Running,
        session: None,
    };
    assert_eq!(doing(&node("a", LinkState::Ready, 1), &agent), Activity::Running);
    assert_eq!(doing(&node("a", LinkState::BackingOff, 1), &agent), Activity::Offline);
}

#[test]
fn what_expires_first_waits_on_top_and_answered_ones_are_left_out() {
    let ask = |id: &str, expires_at, answered: bool| Approval {
        node: "a".into(),
        id: id.into(),
        agent: None,
        session: None,
        kind: "exec".into(),
        command: "ls".into(),
        cwd: None,
        asked_at: None,
        expires_at,
        allowed: vec![],
        outcome: answered.then_some(contract::approval::Outcome {
            decision: contract::approval::Decision::Deny,
            by: None,
            at: 0,
        }),
    };
    let all = [
        ask("late", Some(90), false),
        ask("never", None, false),
        ask("soon", Some(30), false),
        ask("done", Some(1), true),
    ];
    let ids: Vec<_> = asking(&all).into_iter().map(|approval| approval.id.as_str()).collect();
    assert_eq!(ids, ["soon", "late", "never"]);
}
