//! What a stranger sees of a frame.

use serde_json::{Value, json};

use super::*;

fn redactor(texts: Texts) -> Redactor {
    let person = Person { home: Some("/srv/people/ada".to_owned()), name: Some("lovelace".to_owned()) };
    let mut redactor = Redactor::new(texts, person, [7; 16]);
    redactor.is_of(Kind::Openclaw);
    redactor.keep_out(&SecretString::from("the-planted-key-0815".to_owned()));
    redactor
}

fn seen(texts: Texts, frame: Value) -> Value {
    serde_json::from_str(&redactor(texts).frame(&frame.to_string())).unwrap()
}

#[test]
fn secrets_go_by_the_name_of_their_field_whatever_they_look_like() {
    let frame = json!({"type": "req", "id": "1", "method": "connect", "params": {
        "auth": {"token": "hunter2", "password": "pin 1234", "deviceToken": "", "apiKey": ["a", {"b": "c", "n": 17}]},
        "device": {"id": "6f3e", "publicKey": "7ye1uNm7SHeGw2qDvD24WHHA7IU-Kks_gXN5dP6p", "signature": "J+PF6XABaCR/FuhKu6=="}}});
    for texts in [Texts::Filled, Texts::Kept] {
        let seen = seen(texts, frame.clone());
        let auth = &seen["params"]["auth"];
        assert_eq!(auth["token"], "REDACTED");
        assert_eq!(auth["password"], "REDACTED");
        assert_eq!(auth["deviceToken"], "");
        assert_eq!(auth["apiKey"], json!(["REDACTED", {"b": "REDACTED", "n": 11}]));
        assert_eq!(seen["params"]["device"]["signature"], "REDACTED");
        assert_eq!(seen["params"]["device"]["publicKey"], "7ye1uNm7SHeGw2qDvD24WHHA7IU-Kks_gXN5dP6p");
        assert_eq!((&seen["method"], &seen["id"]), (&json!("connect"), &json!("1")));
    }
}

#[test]
fn a_pieces_token_of_a_dashboard_is_words_and_no_secret() {
    let frame = json!({"protocol": "mcp-dashboard", "type": "CONVERSATION_TOKEN", "payload": {"token": "Good day "}});
    let mut redactor = redactor(Texts::Kept);
    redactor.is_of(Kind::McpDashboard);
    let seen: Value = serde_json::from_str(&redactor.frame(&frame.to_string())).unwrap();
    assert_eq!(seen["payload"]["token"], "Xxxx xxx ");
    assert_eq!(redactor.removed().secrets, 0);
}

/// A piece of an answer, of a thought or of an output, in every form that is known.
fn pieces(piece: &str) -> Vec<Value> {
    let event = |event: &str, payload: Value| json!({"type": "event", "event": event, "payload": payload});
    let part = || json!({"role": "assistant", "content": [{"type": "text", "text": piece}]});
    let result = || json!({"content": [{"type": "text", "text": piece}]});
    let agent = |stream: &str, data: Value| event("agent", json!({"runId": "r", "stream": stream, "data": data}));
    vec![
        event("chat", json!({"runId": "r", "state": "delta", "text": piece})),
        event("chat", json!({"runId": "r", "text": piece, "state": "thinking_text"})),
        event("chat", json!({"runId": "r", "state": "delta", "deltaText": piece, "message": part()})),
        agent("assistant", json!({"text": piece, "delta": piece})),
        agent("thinking", json!({"text": piece, "delta": piece})),
        agent("tool", json!({"phase": "update", "toolCallId": "c", "partialResult": result()})),
        agent("command_output", json!({"phase": "delta", "toolCallId": "c", "output": piece})),
        event("session.tool", json!({"stream": "tool", "data": {"phase": "update", "partialResult": result()}})),
        event("terminal.data", json!({"terminalId": "t", "data": piece})),
        json!({"protocol": "mcp-dashboard", "type": "CONVERSATION_TOKEN", "payload": {"token": piece, "done": false}}),
    ]
}

#[test]
fn a_secret_that_is_said_in_pieces_does_not_stand_in_pieces_though_words_are_kept() {
    let mut redactor = redactor(Texts::Kept);
    for kind in [Kind::Moltis, Kind::Openclaw, Kind::McpDashboard] {
        redactor.is_of(kind);
        for piece in ["use the-plan", "ted-key-", "0815 or sk-pro", "j-abc123", "def456"] {
            for frame in pieces(piece) {
                let seen = redactor.frame(&frame.to_string());
                assert!(!seen.contains(piece), "{seen}");
            }
        }
    }
    let whole = json!({"type": "event", "event": "chat", "payload": {"runId": "r", "state": "final",
        "text": "use the-planted-key-0815 or sk-proj-abc123def456"}});
    let seen: Value = serde_json::from_str(&redactor.frame(&whole.to_string())).unwrap();
    assert_eq!(seen["payload"]["text"], "use REDACTED or REDACTED", "what is said whole is kept");
}

#[test]
fn a_text_that_only_begins_with_a_moment_is_somebodys_words() {
    let filled = |text: &str| {
        let frame = json!({"type": "event", "event": "x", "payload": {"line": text}});
        seen(Texts::Filled, frame)["payload"]["line"].as_str().unwrap().to_owned()
    };
    assert_eq!(filled("2026-11-21T05:29:14 ada, pin 4711"), "0000-00-00X00:00:00 xxx, xxx 0000");
    for moment in ["2026-11-21T05:29:14Z", "2026-11-21 05:29:14,123", "2026-11-21T05:29:14.123456+01:00"] {
        assert_eq!(filled(moment), moment);
    }
}

#[test]
fn what_was_said_keeps_its_shape_only_unless_it_is_wanted() {
    let frame = json!({"type": "event", "event": "chat", "payload": {"runId": "r-1", "state": "final",
        "sessionKey": "agent:main:whatsapp:+4930123456", "createdAt": "2026-11-21T05:29:14Z",
        "message": {"role": "assistant", "content": [{"type": "text", "text": "Call Ada at 5, it is urgent."}]}}});
    let filled = seen(Texts::Filled, frame.clone());
    let payload = &filled["payload"];
    assert_eq!(payload["message"]["content"][0], json!({"type": "text", "text": "Xxxx Xxx xx 0, xx xx xxxxxx."}));
    assert_eq!(payload["message"]["role"], "assistant");
    assert_eq!((&payload["runId"], &payload["state"]), (&json!("r-1"), &json!("final")));
    assert_eq!(payload["createdAt"], "2026-11-21T05:29:14Z");
    assert_ne!(payload["sessionKey"], frame["payload"]["sessionKey"]);
    let kept = seen(Texts::Kept, frame);
    assert_eq!(kept["payload"]["message"]["content"][0]["text"], "Call Ada at 5, it is urgent.");
    assert!(!kept.to_string().contains("4930123456"));
}

#[test]
fn what_was_handed_to_a_tool_is_somebodys_words_to_the_last_digit() {
    let frame = json!({"type": "event", "event": "agent", "payload": {"runId": "r", "data": {"name": "exec",
        "toolCallId": "c1", "args": {"command": "mail ada", "id": "ada", "pin": 4711, "deep": {"name": "bob"}},
        "result": {"content": [{"type": "text", "text": "sent"}], "details": {"status": "completed", "exitCode": 3}}}}});
    let data = seen(Texts::Filled, frame)["payload"]["data"].clone();
    assert_eq!((&data["name"], &data["toolCallId"]), (&json!("exec"), &json!("c1")));
    assert_eq!(data["args"], json!({"command": "xxxx xxx", "id": "xxx", "pin": 1111, "deep": {"name": "xxx"}}));
    assert_eq!(data["result"]["content"], json!([{"type": "text", "text": "xxxx"}]));
    assert_eq!(data["result"]["details"], json!({"status": "completed", "exitCode": 3}));
}

#[test]
fn what_the_gateway_says_of_an_error_is_kept() {
    let frame = json!({"type": "res", "id": "1", "ok": false, "error": {"code": "NOT_PAIRED",
        "message": "pairing required for /home/bob, token=abc", "details": {"code": "X", "hint": "ask bob"}},
        "payload": {"error": {"message": "secret talk"}}});
    let error = seen(Texts::Filled, frame);
    assert_eq!(error["error"]["message"], "pairing required for /home/user, token=REDACTED");
    assert_eq!(error["error"]["details"], json!({"code": "X", "hint": "xxx xxx"}));
    assert_eq!(error["payload"]["error"]["message"], "xxxxxx xxxx");
}

#[test]
fn json_inside_of_a_text_is_looked_into() {
    let inner = json!({"apiKey": "hunter2", "city": "Ulm"}).to_string();
    let frame = json!({"type": "event", "event": "x", "payload": {"partialJson": inner}});
    let told = |texts| seen(texts, frame.clone())["payload"]["partialJson"].as_str().unwrap().to_owned();
    assert_eq!(told(Texts::Filled), r#"{"apiKey":"REDACTED","city":"Xxx"}"#);
    assert_eq!(told(Texts::Kept), r#"{"apiKey":"REDACTED","city":"Ulm"}"#);
}

#[test]
fn a_known_key_is_nowhere_not_even_as_a_name_or_in_another_writing() {
    let key = "the-planted-key-0815";
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("me:{key}"));
    for value in [key, &hex, &hex.to_uppercase(), &base64, &format!("a {key}, b"), &format!("x/{key}?y")] {
        let frame =
            json!({"type": "event", "event": value, "id": value, "payload": {value: {"text": value, "runId": value}}});
        for texts in [Texts::Filled, Texts::Kept] {
            let seen = seen(texts, frame.clone()).to_string();
            assert!(!seen.contains(value) && !seen.contains(key), "{seen}");
        }
    }
}

#[test]
fn the_person_is_nobody_and_lives_nowhere() {
    let frame = json!({"type": "event", "event": "x", "payload": {"text":
        "lovelace has /srv/people/ada/notes, /home/bob/x, C:\\Users\\eve\\y and Lovelacean ideas"}});
    let text = seen(Texts::Kept, frame)["payload"]["text"].as_str().unwrap().to_owned();
    assert_eq!(text, "user has /home/user/notes, /home/user/x, C:\\Users\\user\\y and Lovelacean ideas");
}

#[test]
fn what_is_no_json_is_a_text_and_everything_is_one_line() {
    let mut redactor = redactor(Texts::Filled);
    assert_eq!(redactor.frame("hello {"), "\"xxxxx {\"");
    assert_eq!(redactor.frame("\"hello\""), r#""\"xxxxx\"""#);
    assert_eq!(redactor.frame("{\n  \"type\": \"event\"\n}"), "{   \"type\": \"event\" }");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(redactor.frame(&deep).len(), deep.len());
}

#[test]
fn half_of_a_surrogate_hides_nothing_that_stands_beside_it() {
    let with = |texts, text: &str| redactor(texts).frame(&format!(r#"{{"type":"event","text":"{text}"}}"#));
    for texts in [Texts::Filled, Texts::Kept] {
        assert_eq!(with(texts, r"\ud83d"), r#"{"type":"event","text":"\ud83d"}"#);
    }
    assert_eq!(with(Texts::Kept, r"\ud83d ada\n"), r#"{"type":"event","text":"\ud83d ada\n"}"#);
    let filled: Value = serde_json::from_str(&with(Texts::Filled, r"\ud83d ada\n")).unwrap();
    assert_eq!(filled["text"], "\u{fffd}\u{fffd}\u{fffd} xxx\n");
    let removed: Value = serde_json::from_str(&with(Texts::Kept, r"\ud83d --token a\u0062c")).unwrap();
    assert_eq!(removed["text"], "\u{fffd}\u{fffd}\u{fffd} --token REDACTED");
}

#[test]
fn what_was_taken_out_is_counted() {
    let mut redactor = redactor(Texts::Filled);
    redactor.frame(r#"{"token":"a","text":"hello","other":"/home/bob/x"}"#);
    let removed = redactor.removed();
    assert_eq!((removed.secrets, removed.texts, removed.persons), (1, 2, 1));
}
