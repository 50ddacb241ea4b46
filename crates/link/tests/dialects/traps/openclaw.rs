//! The numbered traps of OpenClaw's protocol, one test each.

use link::call::{Call, Doing, Reply};
use link::dialect::Kind;
use link::event::{Body, NodeState, Outcome};
use serde_json::{Value, json};

use super::Talk;

pub fn event(name: &str, seq: i64, payload: Value) -> Value {
    json!({"type": "event", "event": name, "seq": seq, "payload": payload})
}

fn hello(scopes: &[&str]) -> Value {
    json!({"type": "res", "id": "p1", "ok": true, "payload": {
        "type": "hello-ok", "protocol": 4, "server": {"version": "2026.9.6"},
        "auth": {"scopes": scopes, "deviceToken": "issued"},
        "snapshot": {"sessionDefaults": {"mainSessionKey": "agent:main:main"}},
        "policy": {"tickIntervalMs": 30000}}})
}

pub fn ready() -> Talk {
    let mut talk = Talk::opened(Kind::Openclaw);
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1_795_238_008_751_i64})));
    talk.hears(hello(&["operator.read", "operator.write", "operator.approvals", "operator.pairing", "operator.admin"]));
    talk.said();
    talk.told();
    talk
}

fn chat(state: &str, more: Value) -> Value {
    let mut payload = json!({"state": state, "runId": "r", "sessionKey": "agent:main:main", "agentId": "main"});
    for (key, value) in more.as_object().unwrap() {
        payload[key] = value.clone();
    }
    json!({"type": "event", "event": "chat", "payload": payload})
}

fn said(text: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "text", "text": text}], "timestamp": 1_795_238_012_177_i64})
}

pub fn agent(stream: &str, data: Value) -> Value {
    json!({"type": "event", "event": "agent", "payload":
        {"runId": "r", "sessionKey": "agent:main:main", "agentId": "main", "stream": stream, "data": data}})
}

fn texts(talk: &mut Talk) -> String {
    let told = talk.told();
    let texts = told.iter().filter_map(|event| match &event.body {
        Body::TextDelta { text } => Some(&**text),
        _ => None,
    });
    texts.collect()
}

#[test]
fn the_greeting_waits_for_the_challenge_and_signs_it() {
    let mut talk = Talk::opened(Kind::Openclaw);
    assert!(talk.said().is_empty());
    talk.hears(event("connect.challenge", 0, json!({"nonce": "the-nonce", "ts": 1_795_238_008_751_i64})));
    let params = talk.said().remove(0)["params"].clone();
    assert_eq!(params["client"]["id"], "gateway-client");
    assert_eq!(params["client"]["mode"], "ui");
    assert_eq!(params["device"]["nonce"], "the-nonce");
    assert_eq!(params["device"]["signedAt"], 1_795_238_008_751_i64);
    let caps = params["caps"].as_array().unwrap();
    assert!(caps.contains(&json!("exec-approvals")) && !caps.contains(&json!("session-scoped-events")));
    let keys: Vec<&String> = params.as_object().unwrap().keys().collect();
    let known =
        ["auth", "caps", "client", "device", "locale", "maxProtocol", "minProtocol", "role", "scopes", "userAgent"];
    assert_eq!(keys, known, "unknown keys are refused");
}

#[test]
fn a_hello_without_rights_is_no_success() {
    let mut talk = Talk::opened(Kind::Openclaw);
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1})));
    talk.hears(hello(&[]));
    assert!(!talk.dialect.ready());
    let close = talk.out.close.take().unwrap();
    assert!(!close.retry);
    assert!(matches!(close.state, NodeState::Unauthorised { reason } if reason.contains("openclaw devices approve")));
}

#[test]
fn the_token_of_a_paired_device_is_handed_on_and_sessions_are_watched() {
    let mut talk = Talk::opened(Kind::Openclaw);
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1})));
    talk.said();
    talk.hears(hello(&["operator.read"]));
    let watch = talk.said().remove(0);
    assert_eq!((&watch["method"], &watch["params"]), (&json!("sessions.subscribe"), &json!({"limit": 60})));
    assert!(talk.dialect.issued_token().is_some());
}

#[test]
fn deltas_are_read_from_the_whole_text_and_told_as_increments() {
    let mut talk = ready();
    // The second delta was dropped on its way; what it said is in the third.
    talk.hears(chat("delta", json!({"deltaText": "Hel", "message": said("Hel")})));
    talk.hears(chat("delta", json!({"deltaText": "!", "message": said("Hello!")})));
    talk.hears(chat("delta", json!({"deltaText": "!", "message": said("Hello!")})));
    assert_eq!(texts(&mut talk), "Hello!");
}

#[test]
fn a_text_that_is_taken_back_is_not_told_as_more() {
    let mut talk = ready();
    talk.hears(chat("delta", json!({"deltaText": "Draft one", "message": said("Draft one")})));
    talk.hears(chat("delta", json!({"deltaText": "Final", "replace": true, "message": said("Final")})));
    talk.hears(chat("final", json!({"message": said("Final answer")})));
    let told = talk.told();
    let Body::RunFinished(end) = &told.last().unwrap().body else { panic!("{told:?}") };
    assert_eq!(end.text.as_deref(), Some("Final answer"));
    let deltas = told.iter().filter(|event| matches!(event.body, Body::TextDelta { .. })).count();
    assert_eq!(deltas, 1);
}

#[test]
fn a_second_final_is_a_remark_and_a_second_error_too() {
    for (state, body) in [("final", json!({"message": said("a")})), ("error", json!({"errorMessage": "e"}))] {
        let mut talk = ready();
        talk.hears(chat(state, body));
        talk.hears(chat("final", json!({"seq": 1, "message": said("policy set")})));
        talk.hears(chat("error", json!({"seq": 1, "errorMessage": "failed before reply"})));
        assert_eq!(talk.names(), ["run.started", "run.finished", "notice", "notice"]);
    }
}

#[test]
fn a_final_without_a_message_says_only_that_the_message_was_taken() {
    let mut talk = ready();
    talk.hears(chat("status", json!({"phase": "starting_model"})));
    talk.told();
    talk.hears(chat("final", json!({"runId": "second"})));
    let told = talk.told();
    assert_eq!(told.len(), 2);
    assert!(matches!(told[0].body, Body::RunQueued { .. }));
    assert!(matches!(&told[1].body, Body::RunFinished(end) if end.outcome == Outcome::Ok && end.text.is_none()));
    assert!(told.iter().all(|event| event.run.as_deref() == Some("second")));
}

#[test]
fn only_the_chat_says_that_a_run_was_stopped() {
    let mut talk = ready();
    talk.hears(agent("lifecycle", json!({"phase": "start"})));
    talk.hears(chat("aborted", json!({"stopReason": "rpc", "message": said("half")})));
    talk.hears(agent("lifecycle", json!({"phase": "end", "status": "cancelled", "aborted": true})));
    talk.hears(agent("lifecycle", json!({"phase": "error", "error": "This operation was aborted"})));
    let told = talk.told();
    assert_eq!(told.len(), 2);
    assert!(
        matches!(&told[1].body, Body::RunFinished(end) if end.outcome == Outcome::Aborted && end.text.as_deref() == Some("half"))
    );
}

#[test]
fn a_run_without_chat_ends_when_its_session_is_idle_again() {
    let mut talk = ready();
    talk.hears(agent("lifecycle", json!({"phase": "start"})));
    talk.hears(agent("lifecycle", json!({"phase": "end", "terminalReply": {"text": "done"}})));
    let row = json!({"key": "agent:main:main", "hasActiveRun": false, "activeRunIds": []});
    talk.hears(event("sessions.changed", 1, json!({"sessionKey": "agent:main:main", "ts": 5, "session": row})));
    assert_eq!(talk.names(), ["run.started", "run.finished", "session.changed"]);
}

#[test]
fn a_hole_in_the_connection_is_a_loss_and_everything_is_read_again() {
    let mut talk = ready();
    talk.hears(event("tick", 1, json!({})));
    talk.hears(event("tick", 2, json!({})));
    talk.hears(event("tick", 6, json!({})));
    assert_eq!(talk.told().last().unwrap().body, Body::Gap { from: 2, to: 6 });
    let methods: Vec<Value> = talk.said().iter().map(|frame| frame["method"].clone()).collect();
    assert_eq!(methods, ["sessions.list", "exec.approval.list", "agents.list"]);
}

#[test]
fn holes_in_the_numbers_of_a_run_mean_nothing() {
    let mut talk = ready();
    talk.hears(chat("status", json!({"seq": 6, "phase": "starting_model"})));
    talk.hears(chat("status", json!({"seq": 1, "phase": "preparing_context"})));
    talk.hears(agent("error", json!({"reason": "seq gap", "expected": 7, "received": 1})));
    assert_eq!(talk.names(), ["run.started", "run.status", "run.status"]);
}

#[test]
fn the_text_of_a_run_in_flight_is_taken_over_and_continued() {
    let mut talk = ready();
    let call = Call::History { session: "agent:main:main".into(), limit: 20, before: None };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    let id = talk.said()[0]["id"].clone();
    talk.hears(
        json!({"type": "res", "id": id, "ok": true, "payload": {"sessionKey": "agent:main:main", "messages": [],
        "hasMore": false, "inFlightRun": {"runId": "r", "text": "one two"}}}),
    );
    talk.hears(chat("delta", json!({"deltaText": " three", "message": said("one two three")})));
    let (_, Ok(Reply::History(page))) = talk.out.replies.remove(0) else { panic!() };
    assert_eq!(page.doing, Doing::Run { id: Some("r".into()), so_far: "one two".into() });
    assert_eq!(texts(&mut talk), "one two three");
}

#[test]
fn a_message_without_a_session_goes_to_the_main_one_under_its_real_name() {
    let mut talk = ready();
    let call = Call::Send { session: None, agent: None, text: "hi".into(), client_id: "k".into() };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    let asked = talk.said().remove(0);
    assert_eq!(asked["params"], json!({"sessionKey": "agent:main:main", "message": "hi", "idempotencyKey": "k"}));
    talk.hears(json!({"type": "res", "id": asked["id"], "ok": true, "payload": {"runId": "k", "status": "started"}}));
    let (_, Ok(Reply::Sent(sent))) = talk.out.replies.remove(0) else { panic!() };
    assert_eq!((sent.run.as_deref(), sent.session.as_deref()), (Some("k"), Some("agent:main:main")));
}

#[test]
fn the_words_before_a_close_tell_a_restart_from_a_stop() {
    let mut talk = ready();
    talk.hears(event("shutdown", 1, json!({"reason": "gateway restarting", "restartExpectedMs": 1500})));
    let close = talk.dialect.closed(Some(1012), "service restart", talk.now, &mut talk.out);
    assert!(matches!(close.state, NodeState::BackingOff { next, .. } if next == talk.now + 1500));
}
