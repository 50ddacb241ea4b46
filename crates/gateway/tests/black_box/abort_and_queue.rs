//! Ending a run in the middle, and messages that wait for their turn.

use serde_json::{Value, json};

use tokio::io::DuplexStream;

use crate::house::{Client, House, deltas, states};

/// A message whose run stays until somebody answers its approval.
const HELD: &str = "run `true`";

/// Lets the oldest held run go on.
async fn let_go(client: &mut Client<DuplexStream>) {
    let mut listed = client.ok("exec.approval.request", json!({})).await;
    while listed["pending"] == json!([]) {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        listed = client.ok("exec.approval.request", json!({})).await;
    }
    let params = json!({"requestId": listed["pending"][0], "decision": "denied"});
    client.ok("exec.approval.resolve", params).await;
}

#[tokio::test]
async fn an_abort_keeps_what_was_said_and_comes_before_its_answer() {
    let house = House::new().await;
    let mut client = house.client().await;
    let sent = client.ok("chat.send", json!({"text": "hello", "sessionKey": "s"})).await;
    for _ in 0..3 {
        client.chat("delta").await;
    }
    let peek = client.ok("chat.peek", json!({"sessionKey": "s"})).await;
    assert_eq!((&peek["active"], &peek["runId"]), (&json!(true), &sent["runId"]));
    assert!(peek["text"].as_str().unwrap().starts_with("You said: "));
    let reply = client.ok("chat.abort", json!({"runId": sent["runId"]})).await;
    assert_eq!((&reply["aborted"], &reply["sessionKey"]), (&json!(true), &json!("s")));
    let told = client.events.iter().find(|event| event["payload"]["state"] == "aborted");
    let partial = told.expect("the event comes before the answer")["payload"]["partialMessage"].clone();
    assert_eq!(partial["partial"], true);
    let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    assert_eq!(history[1]["content"], partial["content"]);
    let again = client.ok("chat.abort", json!({"sessionKey": "s"})).await;
    assert_eq!(again["aborted"], false);
    assert_eq!(client.ok("chat.peek", json!({"sessionKey": "s"})).await, json!({"active": false}));
}

#[tokio::test]
async fn an_abort_ends_the_command_with_all_it_started() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "run `sleep 1000 & echo $! > pid; wait`", "sessionKey": "s"})).await;
    let request = client.event(|event| event["event"] == "exec.approval.requested").await;
    let params = json!({"requestId": request["payload"]["requestId"], "decision": "approved"});
    client.ok("exec.approval.resolve", params).await;
    let file = house.workspace().join("pid");
    let pid = eventually(|| std::fs::read_to_string(&file).ok()?.trim().parse::<u32>().ok()).await;
    assert!(is_running(pid));
    client.ok("chat.abort", json!({"sessionKey": "s"})).await;
    eventually(|| (!is_running(pid)).then_some(())).await;
}

#[tokio::test]
async fn a_command_that_leaves_something_behind_does_not_hold_the_run() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "run `sleep 1000 & echo $!`", "sessionKey": "s"})).await;
    let request = client.event(|event| event["event"] == "exec.approval.requested").await;
    let params = json!({"requestId": request["payload"]["requestId"], "decision": "approved"});
    client.ok("exec.approval.resolve", params).await;
    let end = client.chat("tool_call_end").await;
    let pid: u32 = end["result"]["stdout"].as_str().unwrap().trim().parse().unwrap();
    eventually(|| (!is_running(pid)).then_some(())).await;
}

#[tokio::test]
async fn messages_to_a_busy_session_wait_and_run_in_order() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": HELD, "sessionKey": "s"})).await;
    let second = client.ok("chat.send", json!({"text": "second", "sessionKey": "s"})).await;
    assert_eq!((&second["queued"], &second["mode"]), (&json!(true), &json!("followup")));
    let third = client.ok("chat.send", json!({"text": "third", "sessionKey": "s"})).await;
    let queued = client.chat("queued").await;
    assert_eq!((&queued["position"], &queued["runId"]), (&json!(1), &second["runId"]));
    let entry = client.ok("sessions.list", json!({})).await;
    assert_eq!((&entry[0]["replying"], &entry[0]["queued"]), (&json!(true), &json!(2)));

    let aborted = client.ok("chat.abort", json!({"runId": third["runId"]})).await;
    assert_eq!(aborted["aborted"], true);
    let_go(&mut client).await;
    client.chat("final").await;
    let chats = client.chats_until("s", "final").await;
    assert_eq!(states(&chats)[0], "user_message");
    assert!(chats.iter().all(|chat| chat["runId"] == second["runId"]), "{chats:?}");
    assert!(deltas(&chats).starts_with("You said: second"));
    let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    let said: Vec<&Value> = history.as_array().unwrap().iter().filter(|m| m["role"] == "user").collect();
    assert_eq!(said.len(), 2);
}

#[tokio::test]
async fn what_waits_can_be_taken_back_and_sent_again() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": HELD, "sessionKey": "s"})).await;
    let send = json!({"text": "second", "sessionKey": "s", "idempotencyKey": "k"});
    client.ok("chat.send", send.clone()).await;
    assert_eq!(client.ok("chat.cancel_queued", json!({"sessionKey": "s"})).await["cleared"], 1);
    assert_eq!(client.chat("queue_cleared").await["count"], 1);
    let again = client.ok("chat.send", send).await;
    assert_eq!((&again["queued"], again.get("duplicate")), (&json!(true), None));
}

#[tokio::test]
async fn a_full_queue_refuses_and_forgets() {
    let house = House::with("limits.queue = 1\n").await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": HELD, "sessionKey": "s"})).await;
    client.ok("chat.send", json!({"text": "second", "sessionKey": "s"})).await;
    let send = json!({"text": "third", "sessionKey": "s", "idempotencyKey": "k"});
    let error = client.refused("chat.send", send.clone()).await;
    assert_eq!((&error["code"], &error["retryable"]), (&json!("UNAVAILABLE"), &json!(true)));
    client.ok("chat.cancel_queued", json!({"sessionKey": "s"})).await;
    assert_eq!(client.ok("chat.send", send).await.get("duplicate"), None);
}

#[tokio::test]
async fn sessions_run_beside_each_other() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": HELD, "sessionKey": "a"})).await;
    client.ok("chat.send", json!({"text": HELD, "sessionKey": "b"})).await;
    assert_eq!(client.ok("status", json!({})).await["activeRuns"], 2);
    let_go(&mut client).await;
    let_go(&mut client).await;
    let mut keys =
        vec![client.chat("final").await["sessionKey"].clone(), client.chat("final").await["sessionKey"].clone()];
    keys.sort_by_key(Value::to_string);
    assert_eq!(keys, [json!("a"), json!("b")]);
}

fn is_running(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    state.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Looks until it is so.
async fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(seen) = look() {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it did not happen");
}
