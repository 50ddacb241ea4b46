//! What outlives the process, and what a start refuses.

use std::time::Duration;

use gateway::{Config, Gateway, StartError};
use serde_json::json;
use supervise::Scope;

use crate::house::House;

#[tokio::test]
async fn sessions_history_and_identity_survive() {
    let house = House::new().await;
    let id = house.gateway.id().to_owned();
    let mut client = house.client().await;
    client.ok("sessions.create", json!({"key": "s", "label": "Deck"})).await;
    client.ok("chat.send", json!({"text": "read README.md", "sessionKey": "s"})).await;
    client.chat("final").await;
    let before = client.ok("chat.history", json!({"sessionKey": "s"})).await;

    let house = house.restarted().await;
    assert_eq!(house.gateway.id(), id);
    let mut client = house.client().await;
    assert_eq!(client.ok("chat.history", json!({"sessionKey": "s"})).await, before);
    let sessions = client.ok("sessions.list", json!({})).await;
    assert_eq!((&sessions[0]["label"], &sessions[0]["replying"]), (&json!("Deck"), &json!(false)));
}

#[tokio::test]
async fn clients_are_told_why_when_the_gateway_stops() {
    let house = House::new().await;
    let mut client = house.client().await;
    let scope = house.scope.clone();
    let (drained, closed) = tokio::join!(scope.shutdown(Duration::from_secs(5)), client.closed());
    assert!(drained.in_time());
    assert_eq!(closed, (1001, "the gateway stops".to_owned()));
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_run_keeps_what_was_said() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "hello", "sessionKey": "s"})).await;
    client.chat("delta").await;
    let house = house.restarted().await;
    let mut client = house.client().await;
    let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
    assert_eq!(history[0]["content"], "hello");
    assert_eq!(history[1]["partial"], true, "{history}");
}

#[tokio::test]
async fn messages_that_wait_when_the_gateway_stops_run_after_its_next_start() {
    let house = House::new().await;
    let mut client = house.client().await;
    client.ok("chat.send", json!({"text": "run sleep 1000", "sessionKey": "s"})).await;
    client.event(|event| event["event"] == "exec.approval.requested").await;
    for (text, key) in [("second", "k2"), ("third", "k3")] {
        let sent = json!({"text": text, "sessionKey": "s", "idempotencyKey": key});
        assert_eq!(client.ok("chat.send", sent).await["queued"], true);
    }
    let house = house.restarted().await;
    let mut client = house.client().await;
    let again = json!({"text": "third", "sessionKey": "s", "idempotencyKey": "k3"});
    assert_eq!(client.ok("chat.send", again).await["duplicate"], true);
    let said = loop {
        let history = client.ok("chat.history", json!({"sessionKey": "s"})).await;
        let people = history.as_array().unwrap().iter().filter(|message| message["role"] == "user");
        let said: Vec<_> = people.map(|message| message["content"].as_str().unwrap().to_owned()).collect();
        if said.len() >= 3 {
            break said;
        }
        client.chat("user_message").await;
    };
    assert_eq!(said, ["run sleep 1000", "second", "third"]);
}

#[tokio::test]
async fn a_message_that_could_not_be_stored_is_forgotten_and_may_be_sent_again() {
    let house = House::new().await;
    let mut client = house.client().await;
    let disk = store::rusqlite::Connection::open(house.folder.path().join("gateway.db")).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON message BEGIN SELECT raise(ABORT, 'the disk is full'); END";
    disk.execute_batch(full).unwrap();
    let sent = json!({"text": "hello", "sessionKey": "s", "idempotencyKey": "k"});
    client.refused("chat.send", sent.clone()).await;
    disk.execute_batch("DROP TRIGGER full").unwrap();
    drop((disk, client));
    let house = house.restarted().await;
    let mut client = house.client().await;
    assert_eq!(client.ok("chat.history", json!({"sessionKey": "s"})).await, json!([]), "it had failed");
    let again = client.ok("chat.send", sent).await;
    assert_ne!(again["duplicate"], true, "{again}");
    client.chat("final").await;
}

#[tokio::test]
async fn a_folder_has_one_gateway() {
    let house = House::new().await;
    let config = Config::open(house.folder.path()).unwrap();
    let second = Gateway::start(&Scope::root("second"), house.folder.path(), config).await;
    assert!(matches!(second, Err(StartError::InUse { .. })), "{second:?}");
}

#[tokio::test]
async fn a_first_start_writes_settings_that_say_how() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let config = Config::default_in(&data);
    let gateway = Gateway::start(&Scope::root("test"), &data, config).await.unwrap();
    let text = std::fs::read_to_string(gateway.config_path()).unwrap();
    assert!(text.contains("[providers.anthropic]"));
    assert!(Config::load(&gateway.config_path()).is_ok());
}

#[tokio::test]
async fn settings_are_read_again_and_a_mistake_leaves_the_old_ones() {
    let house = House::new().await;
    let mut client = house.client().await;
    let path = house.gateway.config_path();
    std::fs::write(&path, "models.discover = false\n[[gateway.agents]]\nid = \"solo\"\npreset = \"coder\"\n").unwrap();
    house.gateway.reload().await.unwrap();
    let told = client.event(|event| event["event"] == "agents.changed").await;
    assert_eq!(told["payload"]["default_id"], "solo");
    std::fs::write(&path, "[[gateway.agents]]\nid = \"solo\"\npreest = \"coder\"\n").unwrap();
    let error = house.gateway.reload().await.unwrap_err();
    assert!(
        error.to_string().ends_with("line 3, column 1: the key \"preest\" is not known here. Did you mean \"preset\"?"),
        "{error}"
    );
    assert_eq!(client.ok("agents.list", json!({})).await["default_id"], "solo");
}
