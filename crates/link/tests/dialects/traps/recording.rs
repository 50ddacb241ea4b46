//! Recordings as people make them: with blank lines, carriage returns, broken lines,
//! several clients, several connections.

use link::dialect::Kind;
use link::event::{Body, NodeState, Outcome};

use crate::recordings::decode_text;

const HELLO: &str = r#"{"dir":"in","t_ms":1,"frame":{"type":"res","id":"1","ok":true,"payload":{"type":"hello-ok","server":{"version":"1"},"auth":{"scopes":["operator.read"],"issuedAtMs":1795000000001}}}}"#;

fn chat(state: &str, text: &str) -> String {
    format!(
        r#"{{"dir":"in","t_ms":5,"frame":{{"type":"event","event":"chat","payload":{{"state":"{state}","runId":"r","sessionKey":"s","text":"{text}"}}}}}}"#
    )
}

#[test]
fn blank_lines_carriage_returns_and_a_byte_order_mark_are_no_problem() {
    let text = format!("\u{feff}{HELLO}\r\n\r\n   \n{}\r\n", chat("final", "x"));
    let decoded = decode_text(Kind::Moltis, text.as_bytes());
    assert_eq!(decoded.problems, []);
    assert!(matches!(decoded.events.last().unwrap().event.body, Body::RunFinished(_)));
}

#[test]
fn a_bad_line_is_named_by_its_number_and_the_next_one_is_read() {
    let text = format!("{HELLO}\n{{\"dir\":\"in\"\n\u{0}\n{{\"dir\":\"up\",\"frame\":1}}\n{}", chat("final", "x"));
    let decoded = decode_text(Kind::Moltis, text.as_bytes());
    assert_eq!(decoded.problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(matches!(decoded.events.last().unwrap().event.body, Body::RunFinished(_)));
}

#[test]
fn a_line_that_is_no_text_is_named_too() {
    let mut bytes = HELLO.as_bytes().to_vec();
    bytes.extend_from_slice(b"\n\xff\xfe\n");
    assert_eq!(decode_text(Kind::Moltis, &bytes).problems.len(), 1);
}

#[test]
fn times_are_those_of_the_world_when_a_frame_says_what_time_it_was() {
    let decoded = decode_text(Kind::Moltis, format!("{HELLO}\n{}", chat("delta", "x")).as_bytes());
    assert_eq!(decoded.events.last().unwrap().event.at, 1_795_000_000_005);
}

#[test]
fn a_recorded_close_ends_what_was_open() {
    let text =
        format!("{HELLO}\n{}\n{}", chat("delta", "x"), r#"{"dir":"close","t_ms":9,"frame":{"code":1006,"reason":""}}"#);
    let decoded = decode_text(Kind::Moltis, text.as_bytes());
    let bodies: Vec<&Body> = decoded.events.iter().map(|stamped| &stamped.event.body).rev().take(2).collect();
    assert!(matches!(bodies[0], Body::NodeState(NodeState::BackingOff { .. })));
    assert!(matches!(bodies[1], Body::RunFinished(end) if end.outcome == Outcome::Unknown));
}

#[test]
fn a_run_that_goes_on_over_a_reconnect_ends_once_and_well() {
    let close = r#"{"dir":"meta","t_ms":7,"frame":{"closed":true,"code":1006,"reason":""}}"#;
    let text = [HELLO, &chat("delta", "x"), close, HELLO, &chat("delta", "y"), &chat("final", "xy")].join("\n");
    let decoded = decode_text(Kind::Moltis, text.as_bytes());
    let ends: Vec<Outcome> = decoded
        .events
        .iter()
        .filter_map(|stamped| match &stamped.event.body {
            Body::RunFinished(end) => Some(end.outcome),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [Outcome::Ok]);
    let states = decoded.events.iter().filter(|stamped| matches!(stamped.event.body, Body::NodeState(_))).count();
    assert_eq!(states, 3, "ready, broken, ready");
}

#[test]
fn an_upgrade_that_was_refused_tells_the_state_of_the_node() {
    let text = r#"{"dir":"meta","t_ms":1,"frame":{"upgrade_refused":403,"body":"cross-origin"}}"#;
    let decoded = decode_text(Kind::Moltis, text.as_bytes());
    let Body::NodeState(NodeState::Failed { reason }) = &decoded.events[0].event.body else { panic!() };
    assert!(reason.contains("403") && reason.contains("cross-origin"), "{reason}");
}

#[test]
fn each_client_of_a_recording_is_a_link_of_its_own() {
    let state = |client: &str, status: &str| {
        format!(
            r#"{{"dir":"in","client":"{client}","t_ms":1,"frame":"{{\"protocol\":\"mcp-dashboard\",\"type\":\"AGENT_STATE\",\"payload\":{{\"agent_id\":\"d\",\"status\":\"{status}\"}}}}"}}"#
        )
    };
    let text = [state("A", "thinking"), state("B", "thinking"), state("A", "idle"), state("B", "idle")].join("\n");
    let decoded = decode_text(Kind::McpDashboard, text.as_bytes());
    let nodes: Vec<&str> = decoded.events.iter().map(|stamped| &*stamped.node).collect();
    assert_eq!(nodes.iter().filter(|node| **node == "node").count(), nodes.len() / 2);
    assert!(nodes.contains(&"node:B"));
}
