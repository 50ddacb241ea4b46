//! Sums over a small fleet.

use contract::approval::{Decision, Outcome};

use super::*;
use crate::state::samples;

fn node(name: &str, state: LinkState, running: u32) -> Node {
    Node { state, since: 5, running, ..samples::node(name) }
}

#[test]
fn a_node_that_is_away_never_counts_as_running() {
    let sum = fleet(&[node("a", LinkState::Ready, 2), node("b", LinkState::BackingOff, 3)]);
    assert_eq!((sum.up, sum.running), (1, 2));
    assert_eq!(sum.away, [("b".to_owned(), 5)]);
}

#[test]
fn who_made_a_node_counts_once_it_is_known() {
    let of = |vendor, product: Option<&str>| Node {
        vendor,
        product: product.map(str::to_owned),
        ..node("a", LinkState::Ready, 0)
    };
    let here = of(Vendor::Pilothouse, None);
    let workshop = of(Vendor::Moltis, Some("Pilothouse"));
    let unknown = of(Vendor::Auto, None);
    assert_eq!(fleet(&[here.clone(), workshop, unknown]).vendors, 1);
    assert_eq!(fleet(&[here, of(Vendor::Openclaw, None)]).vendors, 2);
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
    let outcome = Outcome { decision: Decision::Deny, by: None, at: 0 };
    let ask = |id: &str, expires_at, answered: bool| Approval {
        expires_at,
        outcome: answered.then(|| outcome.clone()),
        ..samples::approval(id)
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
