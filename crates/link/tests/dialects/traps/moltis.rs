//! Moltis, and our own gateway's extensions of it.

use link::call::{Call, CallError, Doing, Reply};
use link::dialect::Kind;
use link::event::{Body, Decision, NodeState, Outcome};
use serde_json::{Value, json};

use super::{BEGIN, Talk};

fn hello(scopes: &[&str], extensions: &[&str]) -> Value {
    let product = (!extensions.is_empty()).then_some("pilothouse");
    json!({"type": "res", "id": "p1", "ok": true, "payload": {
        "type": "hello-ok", "protocol": 4,
        "server": {"version": "0.1.0", "product": product},
        "features": {"methods": [], "events": [], "extensions": extensions},
        "auth": {"role": "operator", "scopes": scopes, "issuedAtMs": 1},
        "policy": {"tickIntervalMs": 30000}}})
}

fn ready(extensions: &[&str]) -> Talk {
    let mut talk = Talk::opened(Kind::Moltis);
    talk.hears(hello(&["operator.admin"], extensions));
    talk.said();
    talk.told();
    talk
}

fn chat(state: &str, more: Value) -> Value {
    let mut payload = json!({"state": state, "runId": "r", "sessionKey": "s"});
    for (key, value) in more.as_object().unwrap() {
        payload[key] = value.clone();
    }
    json!({"type": "event", "event": "chat", "payload": payload, "seq": 1})
}

#[test]
fn the_greeting_is_flat_so_that_a_reading_key_hears_something() {
    let mut talk = Talk::opened(Kind::Moltis);
    let greeting = talk.said().remove(0);
    assert_eq!(greeting["method"], "connect");
    assert_eq!(greeting["params"]["minProtocol"], 3);
    assert_eq!(greeting["params"]["auth"], json!({"api_key": "mk_key"}));
    talk.hears(hello(&["operator.read"], &[]));
    assert_eq!(talk.said(), Vec::<Value>::new(), "subscribe needs a right that this key lacks");
    assert!(talk.dialect.ready());
}

#[test]
fn a_key_that_may_write_narrows_what_it_hears_and_leaves_the_log_out() {
    let mut talk = Talk::opened(Kind::Moltis);
    talk.said();
    talk.hears(hello(&["operator.read", "operator.write"], &[]));
    let subscribe = talk.said().remove(0);
    assert_eq!(subscribe["method"], "subscribe");
    let events = subscribe["params"]["events"].as_array().unwrap();
    assert!(events.contains(&json!("chat")) && events.contains(&json!("auth.credentials_changed")));
    assert!(!events.contains(&json!("*")) && !events.contains(&json!("logs.entry")));
}

#[test]
fn an_own_message_is_known_again_by_the_number_that_comes_back() {
    let mut talk = ready(&[]);
    let call = Call::Send { session: Some("s".into()), agent: None, text: "hi".into(), client_id: "mine".into() };
    talk.dialect.call(7, &call, talk.now, &mut talk.out);
    let seq = talk.said()[0]["params"]["_seq"].clone();
    talk.hears(json!({"type": "event", "event": "chat", "payload":
        {"state": "user_message", "sessionKey": "s", "text": "hi", "seq": seq}}));
    talk.hears(json!({"type": "event", "event": "chat", "payload":
        {"state": "user_message", "sessionKey": "s", "text": "hi", "seq": 1}}));
    let told = talk.told();
    let client = |index: usize| match &told[index].body {
        Body::Message(message) => message.client_id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((client(0).as_deref(), client(1)), (Some("mine"), None));
}

#[test]
fn a_queued_message_has_no_run_and_its_answer_says_so() {
    let mut talk = ready(&[]);
    let call = Call::Send { session: Some("s".into()), agent: None, text: "hi".into(), client_id: "mine".into() };
    talk.dialect.call(7, &call, talk.now, &mut talk.out);
    let id = talk.said()[0]["id"].clone();
    talk.hears(
        json!({"type": "res", "id": id, "ok": true, "payload": {"ok": true, "queued": true, "mode": "followup"}}),
    );
    let (number, reply) = talk.out.replies.remove(0);
    let Ok(Reply::Sent(sent)) = reply else { panic!("{reply:?}") };
    assert_eq!((number, sent.run, sent.queued), (7, None, true));
}

#[test]
fn the_final_text_stands_for_the_last_round_only() {
    let mut talk = ready(&[]);
    talk.hears(chat("delta", json!({"text": "let me look "})));
    talk.hears(chat("tool_call_start", json!({"toolCallId": "c", "toolName": "glob", "arguments": {"_x": 1, "p": 2}})));
    talk.hears(chat(
        "tool_call_end",
        json!({"toolCallId": "c", "toolName": "glob", "success": true, "result": {"n": 1}}),
    ));
    talk.hears(chat("delta", json!({"text": "found it "})));
    talk.hears(chat("final", json!({"text": "found it", "inputTokens": 3, "outputTokens": 2})));
    let told = talk.told();
    let end = told.last().unwrap();
    let Body::RunFinished(end) = &end.body else { panic!("{end:?}") };
    assert_eq!((end.outcome, end.text.as_deref()), (Outcome::Ok, Some("found it")));
    let input = told.iter().find_map(|event| match &event.body {
        Body::ToolStarted { input, .. } => Some(input.clone()),
        _ => None,
    });
    assert_eq!(input, Some(json!({"p": 2})));
}

#[test]
fn a_command_that_exits_badly_did_not_succeed() {
    let mut talk = ready(&[]);
    talk.hears(chat("tool_call_start", json!({"toolCallId": "c", "toolName": "exec", "arguments": {}})));
    let result = json!({"exit_code": 2, "stdout": "", "stderr": "no"});
    talk.hears(chat("tool_call_end", json!({"toolCallId": "c", "success": true, "result": result})));
    let last = talk.told().pop().unwrap();
    assert!(matches!(last.body, Body::ToolFinished { ok: Some(false), ref output, .. } if &**output == "no"));
}

#[test]
fn a_rejected_tool_call_comes_without_a_beginning_and_gets_one() {
    let mut talk = ready(&[]);
    let error = json!({"type": "unknown", "title": "Error", "detail": "not allowed"});
    let end = json!({"toolCallId": "c", "toolName": "exec", "success": false, "rejected": true, "error": error});
    talk.hears(chat("tool_call_end", end));
    assert_eq!(talk.names(), ["run.started", "run.status", "tool.started", "tool.finished"]);
}

#[test]
fn an_approval_nobody_answers_expires_by_the_clock() {
    let mut talk = ready(&[]);
    talk.hears(json!({"type": "event", "event": "exec.approval.requested",
        "payload": {"requestId": "a", "command": "ls", "sessionKey": "s"}}));
    talk.later(100_000).hears(json!({"type": "event", "event": "tick", "payload": {"ts": 1}}));
    talk.later(30_000).hears(json!({"type": "event", "event": "tick", "payload": {"ts": 1}}));
    let told = talk.told();
    let Body::ApprovalRequested(approval) = &told[0].body else { panic!("{told:?}") };
    assert_eq!(approval.expires_at.unwrap() - approval.asked_at.unwrap(), 120_000);
    let resolved: Vec<&Body> =
        told.iter().map(|event| &event.body).filter(|body| matches!(body, Body::ApprovalResolved { .. })).collect();
    assert_eq!(resolved, [&Body::ApprovalResolved { id: "a".into(), decision: Decision::Expired, by: None }]);
}

#[test]
fn how_an_approval_ended_is_read_from_the_call_it_held_up() {
    for (detail, decision) in
        [("command denied by user: ls", Decision::Deny), ("approval timed out for command: ls", Decision::Expired)]
    {
        let mut talk = ready(&[]);
        talk.hears(chat(
            "tool_call_start",
            json!({"toolCallId": "c", "toolName": "exec", "arguments": {"command": "ls"}}),
        ));
        talk.hears(json!({"type": "event", "event": "exec.approval.requested",
            "payload": {"requestId": "a", "command": "ls", "sessionKey": "s"}}));
        let error = json!({"type": "unknown", "title": "Error", "detail": detail});
        talk.hears(chat("tool_call_end", json!({"toolCallId": "c", "success": false, "error": error})));
        let told = talk.told();
        let resolved = told.iter().find_map(|event| match &event.body {
            Body::ApprovalResolved { decision, .. } => Some(*decision),
            _ => None,
        });
        assert_eq!(resolved, Some(decision));
    }
}

#[test]
fn the_end_of_a_call_settles_nothing_in_a_session_whose_model_gave_its_call_the_same_id() {
    let mut talk = ready(&["approval.resolved"]);
    for (id, session) in [("b", "other"), ("a", "s")] {
        talk.hears(json!({"type": "event", "event": "exec.approval.requested",
            "payload": {"requestId": id, "command": "ls", "sessionKey": session, "toolCallId": "call_0"}}));
    }
    talk.hears(chat("tool_call_end", json!({"toolCallId": "call_0", "success": true, "result": {"stdout": "."}})));
    let told = talk.told();
    let settled = told.iter().filter_map(|event| match &event.body {
        Body::ApprovalResolved { id, .. } => Some((&**id, event.session.as_deref())),
        _ => None,
    });
    assert_eq!(settled.collect::<Vec<_>>(), [("a", Some("s"))]);
}

#[test]
fn moltis_cannot_remember_an_approval_and_is_not_asked_to() {
    let mut talk = ready(&[]);
    let call = Call::Decide { approval: "a".into(), decision: Decision::Always };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    assert!(matches!(talk.out.replies[0].1, Err(CallError::Unsupported { vendor: "Moltis", .. })));
    assert!(talk.said().is_empty());
}

#[test]
fn our_own_gateway_says_how_an_approval_ended_and_binds_the_answer_to_the_command() {
    let mut talk = ready(&["approval.strict", "approval.always", "approval.resolved"]);
    let asked = json!({"requestId": "a", "command": "ls", "sessionKey": "s", "rule": "exec:ls", "expiresAtMs": BEGIN + 120_000, "createdAtMs": BEGIN});
    talk.hears(json!({"type": "event", "event": "exec.approval.requested", "payload": asked}));
    let call = Call::Decide { approval: "a".into(), decision: Decision::Always };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    let params = talk.said()[0]["params"].clone();
    assert_eq!(params, json!({"requestId": "a", "decision": "approved", "command": "ls", "always": true}));
    talk.hears(json!({"type": "event", "event": "exec.approval.resolved",
        "payload": {"requestId": "a", "decision": "approved", "always": true, "by": "me", "atMs": 9}}));
    let told = talk.told();
    let Body::ApprovalRequested(approval) = &told[0].body else { panic!("{told:?}") };
    assert_eq!(approval.allowed, [Decision::Once, Decision::Always, Decision::Deny]);
    let last = told.last().unwrap();
    assert_eq!(
        (last.at, &last.body),
        (9, &Body::ApprovalResolved { id: "a".into(), decision: Decision::Always, by: Some("me".into()) })
    );
}

#[test]
fn changed_credentials_end_a_connection_that_would_hear_nothing_more() {
    let mut talk = ready(&[]);
    talk.hears(
        json!({"type": "event", "event": "auth.credentials_changed", "payload": {"reason": "password_changed"}}),
    );
    let close = talk.out.close.take().unwrap();
    assert!(close.retry && matches!(close.state, NodeState::BackingOff { .. }));
    assert!(!talk.dialect.ready());
}

#[test]
fn a_request_of_the_gateway_is_answered_that_nobody_knows_it() {
    let mut talk = ready(&[]);
    talk.hears(json!({"type": "req", "id": "7", "method": "x", "params": {}}));
    let answer = talk.said().remove(0);
    assert_eq!(
        (&answer["id"], &answer["ok"], &answer["error"]["code"]),
        (&json!("7"), &json!(false), &json!("UNKNOWN_METHOD"))
    );
}

#[test]
fn on_moltis_a_session_is_bound_to_its_agent_before_the_message_goes() {
    let mut talk = ready(&[]);
    let call = Call::Send { session: None, agent: Some("ops".into()), text: "hi".into(), client_id: "m".into() };
    talk.dialect.call(7, &call, talk.now, &mut talk.out);
    let mut methods = Vec::new();
    for _ in 0..3 {
        let asked = talk.said().remove(0);
        methods.push(asked["method"].as_str().unwrap().to_owned());
        talk.hears(json!({"type": "res", "id": asked["id"], "ok": true, "payload": {"ok": true, "runId": "r"}}));
    }
    assert_eq!(methods, ["sessions.switch", "agents.set_session", "chat.send"]);
    assert_eq!(talk.out.replies.len(), 1);
}

#[test]
fn our_own_gateway_takes_the_agent_with_the_message() {
    let mut talk = ready(&["chat.send.agent"]);
    let call = Call::Send { session: None, agent: Some("ops".into()), text: "hi".into(), client_id: "m".into() };
    talk.dialect.call(7, &call, talk.now, &mut talk.out);
    let asked = talk.said().remove(0);
    assert_eq!((&asked["method"], &asked["params"]["agentId"]), (&json!("chat.send"), &json!("ops")));
    assert_eq!(asked["params"]["idempotencyKey"], "m");
}

#[test]
fn a_reader_too_slow_is_told_as_a_gap() {
    let mut talk = ready(&[]);
    talk.hears(json!({"type": "event", "event": "tick", "payload": {}, "seq": 40}));
    talk.hears(json!({"type": "event", "event": "error", "payload": {"code": "LAGGED", "message": "m", "dropped": 3}}));
    assert_eq!(talk.told().last().unwrap().body, Body::Gap { from: 40, to: 44 });
}

#[test]
fn a_missing_right_is_named_to_the_caller() {
    let mut talk = ready(&[]);
    talk.dialect.call(7, &Call::Agents, talk.now, &mut talk.out);
    let id = talk.said()[0]["id"].clone();
    let error = json!({"code": "UNAUTHORIZED", "message": "missing scope: operator.read"});
    talk.hears(json!({"type": "res", "id": id, "ok": false, "error": error}));
    let Err(CallError::Refused { message, .. }) = &talk.out.replies[0].1 else { panic!() };
    assert!(message.contains("operator.read"), "{message}");
}

#[test]
fn the_text_so_far_of_a_run_begun_elsewhere_is_asked_of_our_own_gateway() {
    let mut talk = ready(&["chat.history.page", "chat.peek.text"]);
    let call = Call::History { session: "s".into(), limit: 10, before: None };
    talk.dialect.call(7, &call, talk.now, &mut talk.out);
    let peek = talk.said().remove(0);
    assert_eq!(peek["method"], "chat.peek", "whether something runs is asked first, whatever a list said");
    talk.hears(json!({"type": "res", "id": peek["id"], "ok": true, "payload":
        {"active": true, "sessionKey": "s", "runId": "r", "text": "so far"}}));
    let history = talk.said().remove(0);
    assert_eq!(history["params"], json!({"sessionKey": "s", "limit": 10}));
    let rows = json!([{"role": "user", "content": "q", "historyIndex": 5, "messageId": "m5", "created_at": 1}]);
    talk.hears(json!({"type": "res", "id": history["id"], "ok": true, "payload": rows}));
    talk.hears(chat("delta", json!({"text": " and on"})));
    let (_, Ok(Reply::History(page))) = talk.out.replies.remove(0) else { panic!() };
    assert_eq!(page.before.as_deref(), Some("5"));
    assert_eq!(page.doing, Doing::Run { id: Some("r".into()), so_far: "so far".into() });
    let texts: Vec<String> = talk
        .told()
        .iter()
        .filter_map(|event| match &event.body {
            Body::TextDelta { text } => Some(text.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["so far", " and on"]);
}
