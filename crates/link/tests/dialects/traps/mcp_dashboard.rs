//! mcp-cli's dashboard.

use link::call::{Call, CallError, Reply};
use link::dialect::{Kind, Origin};
use link::event::{Body, Decision, Outcome};
use serde_json::{Value, json};

use super::Talk;

fn frame(kind: &str, payload: Value) -> Value {
    json!({"protocol": "mcp-dashboard", "version": 2, "type": kind, "payload": payload})
}

fn agents() -> Value {
    frame("AGENT_LIST", json!({"agents": [{"agent_id": "default", "name": "default"}]}))
}

fn ready() -> Talk {
    let mut talk = Talk::opened(Kind::McpDashboard);
    talk.hears(agents());
    talk.hears(frame("TOOL_REGISTRY", json!({"tools": [{"name": "add"}]})));
    talk.said();
    talk.told();
    talk
}

fn state(status: &str) -> Value {
    frame("AGENT_STATE", json!({"agent_id": "default", "status": status, "turn_number": 1}))
}

fn ask_add(talk: &mut Talk) {
    talk.hears(state("thinking"));
    talk.hears(frame(
        "TOOL_APPROVAL_REQUEST",
        json!({"agent_id": "default", "tool_name": "add", "arguments": {"a": 1}, "call_id": "confirm-1"}),
    ));
    talk.told();
}

/// A connection that asked for the history of an agent.
fn asked_history() -> Talk {
    let mut talk = ready();
    let call = Call::History { session: "default".into(), limit: 10, before: None };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    talk
}

#[test]
fn the_origin_is_that_of_the_port_and_nothing_is_said_first() {
    let mut talk = Talk::opened(Kind::McpDashboard);
    assert_eq!(talk.dialect.upgrade().origin, Origin::Loopback);
    assert!(talk.said().is_empty() && !talk.dialect.ready());
}

#[test]
fn a_streamed_message_repeats_its_text_and_is_not_told_again() {
    let mut talk = ready();
    talk.hears(state("thinking"));
    for token in ["a ", "b"] {
        talk.hears(frame("CONVERSATION_TOKEN", json!({"agent_id": "default", "token": token, "done": false})));
    }
    talk.hears(frame("CONVERSATION_TOKEN", json!({"agent_id": "default", "token": "", "done": true})));
    talk.hears(frame(
        "CONVERSATION_MESSAGE",
        json!({"agent_id": "default", "role": "assistant", "content": "a b", "streaming": true}),
    ));
    talk.hears(state("idle"));
    assert_eq!(talk.names(), ["run.started", "run.status", "text.delta", "text.delta", "run.finished"]);
}

#[test]
fn a_model_that_fails_answers_with_its_failure() {
    let mut talk = ready();
    talk.hears(state("thinking"));
    talk.hears(frame("CONVERSATION_MESSAGE", json!({"agent_id": "default", "role": "assistant", "content": "Error: Error code: 500 - no", "streaming": true})));
    talk.hears(state("idle"));
    let last = talk.told().pop().unwrap();
    assert!(matches!(last.body, Body::RunFinished(end) if end.outcome == Outcome::Error));
}

#[test]
fn a_turn_that_dies_silently_ends_when_the_next_begins() {
    let mut talk = ready();
    talk.hears(state("thinking"));
    talk.hears(frame("CONVERSATION_MESSAGE", json!({"agent_id": "default", "role": "user", "content": "hello?"})));
    let told = talk.told();
    assert!(matches!(&told[2].body, Body::RunFinished(end) if end.outcome == Outcome::Unknown));
    assert!(matches!(told[3].body, Body::Message(_)));
}

#[test]
fn a_tool_that_says_it_failed_did_fail_whatever_the_frame_claims() {
    let mut talk = ready();
    let result = json!({"success": true, "result": {"isError": false, "content": {"content": [{"type": "text", "text": "boom"}], "isError": true}}});
    talk.hears(frame(
        "TOOL_RESULT",
        json!({"agent_id": "default", "tool_name": "add", "call_id": "c", "success": true, "result": result}),
    ));
    let last = talk.told().pop().unwrap();
    assert!(matches!(last.body, Body::ToolFinished { ok: Some(false), ref output, .. } if &**output == "boom"));
}

#[test]
fn a_result_of_the_same_tool_says_that_it_was_allowed() {
    let mut talk = ready();
    ask_add(&mut talk);
    talk.hears(frame("TOOL_RESULT", json!({"agent_id": "default", "tool_name": "add", "arguments": {"a": 1}, "call_id": "c", "success": true, "result": {}})));
    let resolved = talk.told().remove(0);
    assert_eq!(resolved.body, Body::ApprovalResolved { id: "confirm-1".into(), decision: Decision::Once, by: None });
}

#[test]
fn going_on_without_a_result_says_that_it_was_denied() {
    let mut talk = ready();
    ask_add(&mut talk);
    talk.hears(state("thinking"));
    let resolved = talk.told().remove(0);
    assert_eq!(resolved.body, Body::ApprovalResolved { id: "confirm-1".into(), decision: Decision::Deny, by: None });
}

#[test]
fn an_answer_to_an_approval_names_its_agent_or_it_would_be_lost() {
    let mut talk = ready();
    ask_add(&mut talk);
    talk.dialect.call(
        1,
        &Call::Decide { approval: "confirm-1".into(), decision: Decision::Once },
        talk.now,
        &mut talk.out,
    );
    let answer =
        json!({"type": "TOOL_APPROVAL_RESPONSE", "agent_id": "default", "call_id": "confirm-1", "approved": true});
    assert_eq!(talk.said(), [answer]);
    assert_eq!(talk.out.replies, [(1, Ok(Reply::Decided))]);
}

#[test]
fn words_that_would_end_the_program_are_not_sent() {
    for text in ["exit", " quit ", "/clear"] {
        let mut talk = ready();
        let call = Call::Send { session: None, agent: None, text: text.into(), client_id: "k".into() };
        talk.dialect.call(1, &call, talk.now, &mut talk.out);
        assert!(talk.said().is_empty());
        assert!(matches!(talk.out.replies[0].1, Err(CallError::Refused { .. })));
    }
}

#[test]
fn a_session_that_was_never_saved_is_listed_too() {
    let mut talk = ready();
    talk.hears(frame("SESSION_LIST", json!({"agent_id": "default", "sessions": [], "current_session_id": "chat-1"})));
    let told = talk.told().into_iter().map(|event| (event.session.as_deref().map(str::to_owned), event.body.clone()));
    let told: Vec<_> = told.filter(|(_, body)| matches!(body, Body::SessionChanged(_))).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0.as_deref(), Some("chat-1"));
}

#[test]
fn a_message_that_a_history_showed_before_it_was_told_is_one_message() {
    let mut talk = asked_history();
    talk.hears(agents());
    talk.hears(frame("CONVERSATION_HISTORY", json!({"messages": [{"role": "user", "content": "again"}]})));
    talk.hears(agents());
    let (_, Ok(Reply::History(page))) = talk.out.replies.remove(0) else { panic!() };
    let said = frame("CONVERSATION_MESSAGE", json!({"agent_id": "default", "role": "user", "content": "again"}));
    let mut told = || {
        talk.hears(said.clone());
        let ids = talk.told().into_iter().filter_map(|event| match &event.body {
            Body::Message(message) => Some(message.id.clone()),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    assert_eq!(told(), [page.messages[0].id.clone()]);
    assert_ne!(told(), [page.messages[0].id.clone()], "said once more it is another one");
}

#[test]
fn an_answer_that_a_history_showed_before_it_was_told_is_not_told_again() {
    let mut talk = asked_history();
    talk.hears(agents());
    let said = json!([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]);
    talk.hears(frame("CONVERSATION_HISTORY", json!({"messages": said})));
    talk.hears(agents());
    let mut told = || {
        talk.hears(frame("CONVERSATION_MESSAGE", json!({"agent_id": "default", "role": "assistant", "content": "a"})));
        talk.told().iter().filter(|event| matches!(event.body, Body::TextDelta { .. })).count()
    };
    assert_eq!(told(), 0);
    assert_eq!(told(), 1, "said once more it is another one");
}

#[test]
fn an_empty_history_sends_nothing_and_the_list_behind_it_ends_it() {
    let mut talk = asked_history();
    let kinds: Vec<Value> = talk.said().iter().map(|frame| frame["type"].clone()).collect();
    assert_eq!(kinds, ["REQUEST_AGENT_LIST", "FOCUS_AGENT", "REQUEST_AGENT_LIST"]);
    // What every connection is shown when it begins is not the answer, whoever's it is.
    talk.hears(frame("CONVERSATION_HISTORY", json!({"messages": [{"role": "user", "content": "of another agent"}]})));
    talk.hears(agents());
    assert!(talk.out.replies.is_empty());
    talk.hears(agents());
    let (_, Ok(Reply::History(page))) = talk.out.replies.remove(0) else { panic!() };
    assert!(page.messages.is_empty());
}

#[test]
fn an_unlabelled_history_belongs_to_the_focus_and_success_in_it_means_nothing() {
    let mut talk = asked_history();
    talk.hears(agents());
    let called = json!([{"id": "c", "function": {"name": "add", "arguments": "{\"a\":1}"}}]);
    talk.hears(frame("CONVERSATION_HISTORY", json!({"messages": [
        {"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": called}, {"role": "assistant", "content": "a"}]})));
    talk.hears(frame(
        "ACTIVITY_HISTORY",
        json!({"events": [
        {"type": "TOOL_RESULT", "payload": {"call_id": "c", "tool_name": "add", "result": "5", "success": true}}]}),
    ));
    talk.hears(agents());
    let (_, Ok(Reply::History(page))) = talk.out.replies.remove(0) else { panic!() };
    assert_eq!(page.messages.len(), 3);
    let tool = &page.messages[1].tools[0];
    assert_eq!((tool.ok, &*tool.output), (None, "5"));
}
