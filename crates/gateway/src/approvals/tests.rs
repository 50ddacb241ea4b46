//! What an approval may and may not do.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::tools::Ask;
use std::pin::pin;

fn asked(command: &str) -> Asked {
    Asked {
        agent_id: "a".into(),
        session_key: "s".into(),
        run_id: "r".into(),
        tool_call_id: "c".into(),
        cwd: "/".into(),
        patience: Duration::from_secs(120),
        ask: Ask { kind: Kind::Exec, command: command.into(), rule: command.into(), path: None, preview: None },
    }
}

fn approvals() -> Approvals {
    Approvals::new(Arc::default(), Clock::default())
}

fn params(id: &str, decision: Answer) -> ResolveParams {
    ResolveParams { request_id: id.into(), decision, command: None, always: false }
}

fn only_id(approvals: &Approvals) -> String {
    approvals.pending()[0].request_id.clone()
}

/// Polls once, so that the request stands.
async fn begun<F: Future>(future: &mut std::pin::Pin<&mut F>) {
    assert!(futures_util::poll!(future.as_mut()).is_pending());
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_so_it_is_not_allowed() {
    let approvals = approvals();
    let started = Instant::now();
    assert_eq!(approvals.ask(asked("ls")).await, Decision::Expired);
    assert_eq!(started.elapsed(), Duration::from_secs(120));
    assert!(approvals.pending().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_the_very_end_comes_too_late() {
    let approvals = approvals();
    let mut waiting = pin!(approvals.ask(asked("ls")));
    begun(&mut waiting).await;
    let id = only_id(&approvals);
    tokio::time::advance(Duration::from_secs(120)).await;
    let refused = approvals.resolve(&params(&id, Answer::Approved), "me").unwrap_err();
    assert_eq!(refused.code, Code::Conflict);
    assert_eq!(waiting.await, Decision::Expired);
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_counts_and_the_second_is_refused() {
    let approvals = approvals();
    let mut waiting = pin!(approvals.ask(asked("ls")));
    begun(&mut waiting).await;
    let id = only_id(&approvals);
    approvals.resolve(&params(&id, Answer::Denied), "me").unwrap();
    assert_eq!(waiting.await, Decision::Denied);
    let refused = approvals.resolve(&params(&id, Answer::Approved), "you").unwrap_err();
    assert_eq!(refused.details.unwrap()["decision"], "denied");
    assert_eq!(approvals.resolve(&params("no-such", Answer::Approved), "you").unwrap_err().code, Code::NotFound);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_bound_to_the_command_that_was_seen() {
    let approvals = approvals();
    let mut waiting = pin!(approvals.ask(asked("rm -rf x")));
    begun(&mut waiting).await;
    let mut params = params(&only_id(&approvals), Answer::Approved);
    params.command = Some("ls".into());
    assert_eq!(approvals.resolve(&params, "me").unwrap_err().code, Code::Conflict);
    assert_eq!(approvals.pending().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_question_is_withdrawn() {
    let approvals = approvals();
    let id = {
        let mut waiting = pin!(approvals.ask(asked("ls")));
        begun(&mut waiting).await;
        only_id(&approvals)
    };
    let refused = approvals.resolve(&params(&id, Answer::Approved), "me").unwrap_err();
    assert_eq!(refused.details.unwrap()["decision"], "withdrawn");
}

#[tokio::test(start_paused = true)]
async fn always_allows_exactly_that_and_nothing_wider() {
    let approvals = approvals();
    let mut waiting = pin!(approvals.ask(asked("cargo test")));
    begun(&mut waiting).await;
    let params = ResolveParams { always: true, ..params(&only_id(&approvals), Answer::Approved) };
    approvals.resolve(&params, "me").unwrap();
    assert_eq!(waiting.await, Decision::Approved);
    assert!(approvals.has_rule(&asked("cargo test")));
    assert!(!approvals.has_rule(&asked("cargo test; rm -rf ~")));
    assert!(!approvals.has_rule(&Asked { session_key: "other".into(), ..asked("cargo test") }));
    assert!(!approvals.has_rule(&Asked { agent_id: "other".into(), ..asked("cargo test") }));
    let rule_id = approvals.rules()[0].rule_id.clone();
    assert!(approvals.remove_rule(&rule_id) && !approvals.remove_rule(&rule_id));
    assert!(!approvals.has_rule(&asked("cargo test")));
}
