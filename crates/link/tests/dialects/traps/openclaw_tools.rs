//! OpenClaw's tool calls and the approvals that hold them up.

use link::call::{Call, CallError};
use link::event::{Body, Decision};
use serde_json::json;

use super::openclaw::{agent, event, ready};

#[test]
fn a_tool_that_exits_badly_is_no_success_though_it_is_no_error() {
    let mut talk = ready();
    talk.hears(agent("tool", json!({"phase": "start", "name": "exec", "toolCallId": "c", "args": {"command": "x"}})));
    let result = json!({"content": [{"type": "text", "text": "no such file"}], "details": {"status": "completed", "exitCode": 2, "durationMs": 7}});
    talk.hears(agent(
        "tool",
        json!({"phase": "result", "name": "exec", "toolCallId": "c", "isError": false, "result": result}),
    ));
    let last = talk.told().pop().unwrap();
    assert!(matches!(last.body, Body::ToolFinished { ok: Some(false), ms: Some(7), .. }));
}

#[test]
fn one_tool_call_told_by_three_streams_is_one() {
    let mut talk = ready();
    let item = |phase: &str| json!({"phase": phase, "kind": "tool", "name": "exec", "toolCallId": "c", "commandBearing": true, "status": "completed"});
    talk.hears(agent("item", item("start")));
    talk.hears(agent("tool", json!({"phase": "start", "name": "exec", "toolCallId": "c", "args": {"command": "x"}})));
    talk.hears(agent(
        "tool",
        json!({"phase": "result", "name": "exec", "toolCallId": "c", "result": {"content": "out"}}),
    ));
    talk.hears(agent("item", item("end")));
    talk.hears(agent(
        "command_output",
        json!({"phase": "end", "toolCallId": "c", "name": "exec", "output": "out", "exitCode": 0}),
    ));
    assert_eq!(talk.names(), ["run.started", "tool.started", "tool.finished"]);
}

#[test]
fn a_reader_without_the_tool_stream_still_sees_tools_with_their_output() {
    let mut talk = ready();
    talk.hears(agent(
        "item",
        json!({"phase": "start", "kind": "tool", "name": "exec", "toolCallId": "c", "commandBearing": true}),
    ));
    talk.hears(agent("command_output", json!({"phase": "delta", "toolCallId": "c", "name": "exec", "output": "o"})));
    talk.hears(agent("item", json!({"phase": "end", "kind": "tool", "name": "exec", "toolCallId": "c", "commandBearing": true, "status": "failed"})));
    talk.hears(agent(
        "command_output",
        json!({"phase": "end", "toolCallId": "c", "name": "exec", "output": "out", "exitCode": 1, "durationMs": 3}),
    ));
    let told = talk.told();
    assert_eq!(told.len(), 3);
    assert!(
        matches!(&told[2].body, Body::ToolFinished { ok: Some(false), output, ms: Some(3), .. } if &**output == "out")
    );
}

#[test]
fn an_approval_settled_by_somebody_else_is_told_with_who() {
    let mut talk = ready();
    let request = json!({"command": "ls", "agentId": "main", "sessionKey": "agent:main:main", "runId": "r", "allowedDecisions": ["allow-once", "deny"]});
    talk.hears(event(
        "exec.approval.requested",
        1,
        json!({"id": "a", "request": request, "createdAtMs": 1, "expiresAtMs": 2}),
    ));
    talk.hears(event(
        "exec.approval.resolved",
        2,
        json!({"id": "a", "decision": "allow-once", "resolvedBy": "B", "ts": 3, "request": request}),
    ));
    let told = talk.told();
    let Body::ApprovalRequested(approval) = &told[0].body else { panic!("{told:?}") };
    assert_eq!(approval.allowed, [Decision::Once, Decision::Deny]);
    assert_eq!(told[1].body, Body::ApprovalResolved { id: "a".into(), decision: Decision::Once, by: Some("B".into()) });
    assert_eq!(told[1].run.as_deref(), Some("r"));
}

#[test]
fn a_late_answer_to_an_approval_is_told_for_what_it_is() {
    let mut talk = ready();
    talk.dialect.call(1, &Call::Decide { approval: "a".into(), decision: Decision::Deny }, talk.now, &mut talk.out);
    let id = talk.said()[0]["id"].clone();
    let error = json!({"code": "INVALID_REQUEST", "message": "approval already resolved", "details": {"reason": "APPROVAL_ALREADY_RESOLVED"}});
    talk.hears(json!({"type": "res", "id": id, "ok": false, "error": error}));
    let Err(CallError::Refused { code, message, .. }) = &talk.out.replies[0].1 else { panic!() };
    assert_eq!(code, "APPROVAL_ALREADY_RESOLVED");
    assert!(message.contains("Somebody else"), "{message}");
}
