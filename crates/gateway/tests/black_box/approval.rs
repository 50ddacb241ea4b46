//! What needs a person's word, and what happens without it.

use serde_json::{Value, json};
use tokio::io::DuplexStream;

use crate::house::{Client, House};

async fn requested(client: &mut Client<DuplexStream>, text: &str) -> Value {
    client.ok("chat.send", json!({"text": text, "sessionKey": "s"})).await;
    client.event(|event| event["event"] == "exec.approval.requested").await["payload"].clone()
}

async fn resolve(client: &mut Client<DuplexStream>, request: &Value, decision: &str) -> Result<Value, Value> {
    client.call("exec.approval.resolve", json!({"requestId": request["requestId"], "decision": decision})).await
}

#[tokio::test]
async fn an_approved_command_runs_in_the_workspace() {
    let house = House::new().await;
    let mut client = house.client().await;
    let request = requested(&mut client, "run `pwd; echo out; echo err >&2; exit 3`").await;
    assert_eq!((&request["kind"], &request["agentId"]), (&json!("exec"), &json!("main")));
    assert_eq!(request["command"], "pwd; echo out; echo err >&2; exit 3");
    let lasts = request["expiresAtMs"].as_u64().unwrap() - request["createdAtMs"].as_u64().unwrap();
    assert_eq!(lasts, 120_000);
    let listed = client.ok("exec.approval.request", json!({})).await;
    assert_eq!(listed["pending"], json!([request["requestId"]]));
    assert_eq!(listed["requests"][0]["session_key"], "s");
    let peek = client.ok("chat.peek", json!({"sessionKey": "s"})).await;
    assert_eq!(peek["toolCalls"][0]["name"], "exec");

    resolve(&mut client, &request, "approved").await.unwrap();
    let resolved = client.event(|event| event["event"] == "exec.approval.resolved").await["payload"].clone();
    assert_eq!((&resolved["decision"], &resolved["by"]), (&json!("approved"), &json!("test")));
    let end = client.chat("tool_call_end").await;
    let workspace = house.workspace().canonicalize().unwrap();
    assert_eq!(end["result"]["stdout"], format!("{}\nout\n", workspace.display()));
    assert_eq!((&end["result"]["stderr"], &end["result"]["exit_code"]), (&json!("err\n"), &json!(3)));
    client.chat("final").await;
    let late = resolve(&mut client, &request, "denied").await.unwrap_err();
    assert_eq!((&late["code"], &late["details"]["decision"]), (&json!("CONFLICT"), &json!("approved")));
}

#[tokio::test]
async fn a_denied_write_leaves_nothing_and_an_approved_one_writes() {
    let house = House::new().await;
    let mut client = house.client().await;
    let request = requested(&mut client, "write notes/a.txt some words").await;
    assert_eq!((&request["kind"], &request["path"]), (&json!("write_file"), &json!("notes/a.txt")));
    assert_eq!(request["preview"], "some words\n");
    resolve(&mut client, &request, "denied").await.unwrap();
    let end = client.chat("tool_call_end").await;
    assert_eq!(end["success"], false);
    assert!(end["error"]["detail"].as_str().unwrap().starts_with("command denied by user"), "{end}");
    client.chat("final").await;
    assert!(!house.workspace().join("notes").exists());

    let request = requested(&mut client, "write notes/a.txt some words").await;
    resolve(&mut client, &request, "approved").await.unwrap();
    client.chat("final").await;
    assert_eq!(std::fs::read_to_string(house.workspace().join("notes/a.txt")).unwrap(), "some words\n");
}

#[tokio::test]
async fn nobody_answers_so_nothing_happens() {
    let house = House::with("limits.approval_secs = 1\n").await;
    let mut client = house.client().await;
    let request = requested(&mut client, "run `touch made`").await;
    let resolved = client.event(|event| event["event"] == "exec.approval.resolved").await;
    assert_eq!(resolved["payload"]["decision"], "expired");
    let end = client.chat("tool_call_end").await;
    assert!(end["error"]["detail"].as_str().unwrap().starts_with("approval timed out"), "{end}");
    client.chat("final").await;
    assert!(!house.workspace().join("made").exists());
    let late = resolve(&mut client, &request, "approved").await.unwrap_err();
    assert_eq!(late["details"]["decision"], "expired");
}

#[tokio::test]
async fn answers_that_do_not_fit_allow_nothing() {
    let house = House::new().await;
    let mut client = house.client().await;
    let request = requested(&mut client, "run `touch made`").await;
    let id = &request["requestId"];
    for (params, code) in [
        (json!({"requestId": "other", "decision": "approved"}), "NOT_FOUND"),
        (json!({"requestId": id, "decision": "approved", "command": "ls"}), "CONFLICT"),
        (json!({"requestId": id, "decision": "yes"}), "INVALID_REQUEST"),
        (json!({"decision": "approved"}), "INVALID_REQUEST"),
    ] {
        assert_eq!(client.refused("exec.approval.resolve", params).await["code"], code);
    }
    assert!(!house.workspace().join("made").exists());
    client.ok("chat.abort", json!({"sessionKey": "s"})).await;
    let resolved = client.event(|event| event["event"] == "exec.approval.resolved").await;
    assert_eq!(resolved["payload"]["decision"], "withdrawn");
    let late = resolve(&mut client, &request, "approved").await.unwrap_err();
    assert_eq!(late["code"], "CONFLICT");
    assert!(!house.workspace().join("made").exists());
}

#[tokio::test]
async fn always_allows_that_command_in_that_session_alone() {
    let house = House::new().await;
    let mut client = house.client().await;
    let request = requested(&mut client, "run `echo same`").await;
    let params = json!({"requestId": request["requestId"], "decision": "approved", "always": true});
    client.ok("exec.approval.resolve", params).await;
    client.chat("final").await;
    let rules = client.ok("exec.approval.rules", json!({})).await;
    assert_eq!((&rules["rules"][0]["rule"], &rules["rules"][0]["sessionKey"]), (&json!("echo same"), &json!("s")));

    client.ok("chat.send", json!({"text": "run `echo same`", "sessionKey": "s"})).await;
    let chats = client.chats_until("s", "final").await;
    assert!(chats.iter().any(|chat| chat["state"] == "notice"), "it is shown that a rule allowed it");
    let request = requested(&mut client, "run `echo same; touch made`").await;
    resolve(&mut client, &request, "denied").await.unwrap();
    client.chat("final").await;

    client.ok("exec.approval.rules.remove", json!({"ruleId": rules["rules"][0]["ruleId"]})).await;
    requested(&mut client, "run `echo same`").await;
}
