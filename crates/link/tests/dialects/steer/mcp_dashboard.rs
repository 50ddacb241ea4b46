//! mcp-cli's dashboard, which answers nothing and obeys what it should refuse.

use link::call::{Call, CallError, Reply, Verb};
use link::dialect::Kind;
use link::event::{Body, Decision};
use serde_json::{Value, json};

use super::ability;
use crate::recordings::Recording;
use crate::traps::Talk;

/// The frames of a recording that are of this type, in order.
fn heard(recording: &str, kind: &str) -> Vec<Value> {
    let text = Recording::named(recording).text;
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let frames = lines.filter(|line| line["dir"] == "in").filter_map(|line| match &line["frame"] {
        Value::String(text) => serde_json::from_str(text).ok(),
        frame => Some(frame.clone()),
    });
    frames.filter(|frame: &Value| frame["type"] == kind).collect()
}

const SESSIONS: &str = "mcp-dashboard/smart/07-sessions";

fn ready() -> Talk {
    let mut talk = Talk::opened(Kind::McpDashboard);
    talk.hears(heard(SESSIONS, "AGENT_LIST").remove(0));
    talk.hears(heard(SESSIONS, "CONFIG_STATE").remove(0));
    talk.said();
    talk.told();
    talk
}

fn kinds(talk: &mut Talk) -> Vec<String> {
    talk.said().iter().map(|frame| frame["type"].as_str().unwrap().to_owned()).collect()
}

fn agents(talk: &mut Talk) {
    talk.hears(heard(SESSIONS, "AGENT_LIST").remove(0));
}

/// The last list that has the session which is renamed in the recording, and one without it.
fn lists() -> (Value, Value, String) {
    let all = heard(SESSIONS, "SESSION_LIST");
    let named = |list: &Value| {
        let rows = list["payload"]["sessions"].as_array().unwrap();
        rows.iter().find(|row| row["description"] == "renamed by client").map(|row| row["session_id"].to_string())
    };
    let id = all.iter().find_map(named).unwrap().trim_matches('"').to_owned();
    let with = all.iter().find(|list| named(list).is_some()).unwrap().clone();
    let without = all.iter().rfind(|list| !list["payload"]["sessions"].to_string().contains(&id)).unwrap().clone();
    (with, without, id)
}

#[test]
fn an_unknown_session_is_never_switched_to_because_that_clears_the_open_one() {
    let mut talk = ready();
    talk.dialect.call(1, &Call::SwitchSession { session: "chat-doesnotexist".into() }, talk.now, &mut talk.out);
    assert_eq!(kinds(&mut talk), ["REQUEST_SESSIONS"]);
    talk.hears(lists().0);
    assert!(kinds(&mut talk).is_empty(), "no SWITCH_SESSION");
    assert!(matches!(&talk.out.replies[0].1, Err(CallError::Refused { code, .. }) if code == "NOT_FOUND"));
}

#[test]
fn a_renaming_is_done_when_a_list_says_so_and_ignored_when_none_does() {
    let (list, _, session) = lists();
    for (title, obeyed) in [("renamed by client", true), ("another", false)] {
        let mut talk = ready();
        talk.hears(list.clone());
        talk.told();
        let call = Call::RenameSession { session: session.clone(), title: title.into() };
        talk.dialect.call(1, &call, talk.now, &mut talk.out);
        assert_eq!(kinds(&mut talk), ["RENAME_SESSION", "REQUEST_AGENT_LIST"]);
        talk.hears(list.clone());
        agents(&mut talk);
        assert_eq!(talk.out.replies[0].1.is_ok(), obeyed, "{title}");
    }
}

#[test]
fn a_deletion_waits_for_a_list_without_the_session() {
    let (list, without, session) = lists();
    let mut talk = ready();
    talk.hears(list.clone());
    let call = Call::DeleteSession { session };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    if talk.out.replies.is_empty() {
        // An earlier list, still on its way, says nothing about the deletion.
        talk.hears(list);
        assert!(talk.out.replies.is_empty());
        talk.hears(without);
    }
    assert_eq!(talk.out.replies.len(), 1);
}

#[test]
fn the_open_session_is_not_deleted_and_no_other_is_emptied() {
    let (list, _, other) = lists();
    let open = list["payload"]["current_session_id"].as_str().unwrap().to_owned();
    assert_ne!(open, other);
    let mut talk = ready();
    talk.hears(list);
    talk.said();
    for call in [Call::DeleteSession { session: open }, Call::ResetSession { session: other }] {
        talk.dialect.call(1, &call, talk.now, &mut talk.out);
        assert!(talk.said().is_empty());
        assert!(matches!(&talk.out.replies.remove(0).1, Err(CallError::Refused { code, .. }) if code == "CONFLICT"));
    }
}

#[test]
fn the_answer_to_one_question_does_not_end_another() {
    let mut talk = ready();
    talk.dialect.call(1, &Call::Ping, talk.now, &mut talk.out);
    let history = Call::History { session: "default".into(), limit: 10, before: None };
    talk.dialect.call(2, &history, talk.now, &mut talk.out);
    agents(&mut talk);
    assert_eq!(talk.out.replies, [(1, Ok(Reply::Pong))], "the history has not come yet");
    talk.hears(heard(SESSIONS, "CONVERSATION_HISTORY").remove(0));
    agents(&mut talk);
    assert!(matches!(&talk.out.replies[1], (2, Ok(Reply::History(_)))));
}

#[test]
fn a_model_that_does_not_exist_is_not_switched_to() {
    let mut talk = ready();
    for model in ["nowhere/x", "x"] {
        talk.dialect.call(1, &Call::SetModel { session: None, model: model.into() }, talk.now, &mut talk.out);
        assert!(talk.said().is_empty());
        assert!(talk.out.replies.remove(0).1.is_err(), "{model}");
    }
    let caution = ability(&talk, Verb::SetModel).caution.unwrap();
    assert!(caution.contains("all of its agents"), "{caution}");
}

#[test]
fn a_message_to_nobody_is_not_swallowed() {
    let mut talk = ready();
    let to = |to: &str| Call::MessageAgent { to: to.into(), from: "default".into(), text: "hi".into() };
    talk.dialect.call(1, &to("agent-nobody"), talk.now, &mut talk.out);
    assert!(talk.said().is_empty() && talk.out.replies.remove(0).1.is_err());
    talk.dialect.call(1, &to("default"), talk.now, &mut talk.out);
    assert_eq!(kinds(&mut talk), ["AGENT_MESSAGE"]);
}

#[test]
fn listening_to_some_does_not_mean_everything() {
    let mut talk = ready();
    talk.dialect.call(1, &Call::Listen { agents: vec!["default".into()] }, talk.now, &mut talk.out);
    assert_eq!(talk.said(), [json!({"type": "SUBSCRIBE", "agents": ["default"], "global": false})]);
}

#[test]
fn a_plan_keeps_its_id_from_beginning_to_end() {
    let updates = heard("mcp-dashboard/plan/13-plan", "PLAN_UPDATE");
    let (first, last) = (&updates[0]["payload"], &updates[1]["payload"]);
    assert_ne!(first["plan_id"], last["plan_id"], "the dashboard changes it");
    let decoded = Recording::named("mcp-dashboard/plan/13-plan").decoded();
    let told = decoded.events.iter().filter_map(|told| match &told.event.body {
        Body::Plan { value } => Some(serde_json::from_str::<Value>(value.as_str()).unwrap()["plan_id"].clone()),
        _ => None,
    });
    let told: Vec<Value> = told.collect();
    assert_eq!((&told[0], &told[1]), (&first["plan_id"], &first["plan_id"]));
}

#[test]
fn a_spawned_agent_that_thinks_for_ever_is_given_up() {
    const SPAWN: &str = "mcp-dashboard/real-spawn-broken/05-agents";
    let mut talk = ready();
    let spawned = heard(SPAWN, "AGENT_REGISTERED").remove(0);
    let agent = spawned["payload"]["agent_id"].as_str().unwrap().to_owned();
    talk.hears(spawned);
    let states = heard(SPAWN, "AGENT_STATE");
    talk.hears(states.into_iter().find(|state| state["payload"]["agent_id"] == agent.as_str()).unwrap());
    talk.told();
    for _ in 0..2 {
        talk.later(61_000);
        talk.dialect.tick(talk.now, &mut talk.out);
    }
    assert!(talk.told().is_empty(), "it gets two minutes from when it was last seen");
    talk.later(61_000);
    talk.dialect.tick(talk.now, &mut talk.out);
    assert_eq!(talk.names(), ["notice", "run.finished"]);
}

#[test]
fn an_approval_runs_out_without_a_frame() {
    let mut talk = ready();
    let asked = heard("mcp-dashboard/always/03-tools", "TOOL_APPROVAL_REQUEST").remove(0);
    talk.now = 1_900_000_000_000;
    talk.hears(asked);
    talk.told();
    talk.later(400_000);
    talk.dialect.tick(talk.now, &mut talk.out);
    assert!(
        talk.told().iter().any(|told| matches!(told.body, Body::ApprovalResolved { decision: Decision::Expired, .. }))
    );
    assert!(ability(&talk, Verb::Decide).caution.unwrap().contains("denial"));
}
