//! Moltis, on answers of a real gateway.

use link::call::{Call, CallError, Reply, Verb, Verdict};
use link::dialect::Kind;
use link::event::{Body, Decision, Outcome};
use serde_json::json;

use super::{ability, answers, asked, hello};
use crate::traps::Talk;

fn ready(recording: &str) -> Talk {
    let mut talk = Talk::opened(Kind::Moltis);
    talk.hears(hello(recording));
    talk.said();
    talk.told();
    talk
}

#[test]
fn a_session_is_copied_renamed_emptied_and_removed() {
    let mut talk = ready("moltis/sessions_lifecycle");
    let list = answers("moltis/sessions_lifecycle", "sessions.list").remove(0);
    let known = list["payload"][0]["key"].as_str().unwrap().to_owned();
    let fork = Call::ForkSession { session: known.clone(), title: Some("forked".into()) };
    let given = answers("moltis/sessions_lifecycle", "sessions.fork").remove(0);
    // It was not heard of yet: it is looked for first.
    let Ok(Reply::Session(copy)) = asked(&mut talk, &fork, &[&list, &given]) else { panic!() };
    assert_eq!((copy.title.as_deref(), copy.messages), (Some("forked"), Some(4)));
    let rename = Call::RenameSession { session: copy.key.clone(), title: "My label".into() };
    let given = answers("moltis/sessions_lifecycle", "sessions.patch").remove(0);
    assert_eq!(asked(&mut talk, &rename, &[&given]), Ok(Reply::Done));
    for (call, method) in [
        (Call::ResetSession { session: copy.key.clone() }, "sessions.reset"),
        (Call::DeleteSession { session: copy.key.clone() }, "sessions.delete"),
    ] {
        let given = answers("moltis/sessions_lifecycle", method).remove(0);
        assert_eq!(asked(&mut talk, &call, &[&given]), Ok(Reply::Done));
    }
    let again = Call::ResetSession { session: copy.key };
    assert!(asked(&mut talk, &again, &[&list]).is_err(), "it is gone");
}

#[test]
fn models_presets_and_messages_are_listed() {
    let sweep = "moltis/rpc_sweep_reads";
    let mut talk = ready(sweep);
    let Ok(Reply::Models(models)) = asked(&mut talk, &Call::Models, &[&answers(sweep, "models.list")[0]]) else {
        panic!()
    };
    assert_eq!((models[0].id.as_str(), models[0].default), ("custom-fake::fake-model", true));
    let given = answers(sweep, "agents.presets_list").remove(0);
    let Ok(Reply::Presets(presets)) = asked(&mut talk, &Call::Presets, &[&given]) else { panic!() };
    assert!(presets.iter().any(|preset| preset.id == "research" && preset.name == "Researcher"));
    let call = Call::SearchSessions { text: "hello".into(), limit: 2 };
    let Ok(Reply::Found(hits)) = asked(&mut talk, &call, &[&answers(sweep, "sessions.search")[0]]) else { panic!() };
    assert_eq!((hits.len(), hits[0].session.as_str()), (2, "probe:nosub"));
    let given = answers(sweep, "system-presence").remove(0);
    let Ok(Reply::Presence(peers)) = asked(&mut talk, &Call::Presence, &[&given]) else { panic!() };
    assert_eq!((peers[0].name.as_str(), peers[0].role.as_deref()), ("example-client", Some("operator")));
    assert_eq!(peers[0].since, Some(talk.now), "it counts the seconds since then");
}

#[test]
fn the_log_is_read_on_demand_and_no_line_twice() {
    let sweep = "moltis/rpc_sweep_reads";
    let mut talk = ready(sweep);
    let given = answers(sweep, "logs.tail").remove(0);
    let Ok(Reply::Logs(page)) = asked(&mut talk, &Call::Logs { after: None, limit: 3 }, &[&given]) else { panic!() };
    assert_eq!((page.lines.len(), page.lines[0].level.as_str()), (3, "info"));
    assert!(page.lines[0].text.contains("method=config.schema"), "{:?}", page.lines[0]);
    let call = Call::Logs { after: page.cursor.clone(), limit: 3 };
    let Ok(Reply::Logs(next)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert!(next.lines.is_empty() && !next.gap, "{next:?}");
    assert_eq!(next.cursor, page.cursor);
}

#[test]
fn agents_and_machines_come_and_go() {
    let mut talk = ready("moltis/agents_lifecycle");
    let call = Call::CreateAgent { name: "Ops".into(), emoji: Some("🔧".into()), model: None };
    let given = answers("moltis/agents_lifecycle", "agents.create").remove(0);
    let Ok(Reply::Agent(agent)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert_eq!((agent.id.as_str(), agent.emoji.as_deref()), ("ops", Some("🔧")));
    let pairing = "moltis/node_pairing_ed25519_operator";
    let mut talk = ready(pairing);
    let asking = answers(pairing, "node.pair.list").remove(0);
    let none = answers("moltis/rpc_sweep_reads", "device.pair.list").remove(0);
    let Ok(Reply::Devices(devices)) = asked(&mut talk, &Call::Devices, &[&asking, &none]) else { panic!() };
    assert!(devices[0].fingerprint.as_deref().unwrap().starts_with("SHA256:"));
    let call = Call::SettleDevice { id: devices[0].request.clone().unwrap(), verdict: Verdict::Approve };
    let given = answers(pairing, "node.pair.approve").remove(0);
    assert!(given["payload"]["deviceToken"].is_string());
    assert_eq!(asked(&mut talk, &call, &[&given]), Ok(Reply::Done), "the new token goes nowhere");
    let Ok(Reply::Machines(machines)) = asked(&mut talk, &Call::Machines, &[&answers(pairing, "node.list")[0]]) else {
        panic!()
    };
    assert_eq!(
        (machines[0].name.as_str(), machines[0].commands.as_slice()),
        ("Ed node", &["system.run".to_owned()][..])
    );
}

#[test]
fn the_runs_of_a_timed_job_are_listed() {
    let mut talk = ready("moltis/cron_job_run");
    let call = Call::CronRuns { job: "e5db".into(), limit: 3 };
    let given = answers("moltis/cron_job_run", "cron.runs").remove(0);
    let Ok(Reply::CronRuns(runs)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert_eq!((runs[0].status.as_str(), runs[0].ms), ("ok", Some(806)));
    assert!(runs[0].session.as_deref().unwrap().starts_with("cron:"));
}

#[test]
fn tokens_are_those_the_gateway_counts_and_no_money_is_made_up() {
    let mut talk = ready("moltis/idle_75s_ticks");
    assert!(matches!(asked(&mut talk, &Call::Usage, &[]), Err(CallError::Refused { retryable: true, .. })));
    let text = crate::recordings::Recording::named("moltis/idle_75s_ticks").text;
    let metrics = text
        .lines()
        .find(|line| line.contains("\"event\": \"metrics.update\"") || line.contains("\"event\":\"metrics.update\""))
        .unwrap();
    talk.hears(serde_json::from_str::<serde_json::Value>(metrics).unwrap()["frame"].take());
    let Ok(Reply::Usage(usage)) = asked(&mut talk, &Call::Usage, &[]) else { panic!() };
    assert_eq!((usage.total.input, usage.total.cost), (Some(0), None));
}

#[test]
fn a_key_that_may_not_is_told_so_without_a_frame() {
    let mut talk = ready("moltis/v3_flat_gets_everything_without_subscribe");
    let scopes = hello("moltis/v3_flat_gets_everything_without_subscribe");
    let admin = scopes["payload"]["auth"]["scopes"].to_string().contains("admin");
    let mut read_only = hello("moltis/v3_flat_gets_everything_without_subscribe");
    read_only["payload"]["auth"]["scopes"] = json!(["operator.read"]);
    assert!(admin || ability(&talk, Verb::DeleteSession).cannot.is_some());
    talk.hears(read_only);
    talk.said();
    let Some(CallError::Refused { code, message, .. }) = ability(&talk, Verb::DeleteSession).cannot else { panic!() };
    assert_eq!(code, "MISSING_SCOPE");
    assert!(message.contains("operator.admin"), "{message}");
    assert!(ability(&talk, Verb::CronJobs).cannot.is_none());
    talk.dialect.call(1, &Call::DeleteSession { session: "s".into() }, talk.now, &mut talk.out);
    assert!(talk.said().is_empty());
}

fn chat(state: &str, run: &str) -> serde_json::Value {
    json!({"type": "event", "event": "chat", "seq": 1,
        "payload": {"state": state, "runId": run, "sessionKey": "probe:stream", "iteration": 1}})
}

#[test]
fn a_run_whose_end_was_dropped_is_asked_about_and_ended() {
    let mut talk = ready("moltis/sessions_lifecycle");
    talk.hears(chat("iteration", "lost"));
    for _ in 0..2 {
        talk.later(46_000);
        talk.dialect.tick(talk.now, &mut talk.out);
    }
    let recheck = talk.said().remove(0);
    talk.told();
    let mut list = answers("moltis/sessions_lifecycle", "sessions.list").remove(0);
    list["id"] = recheck["id"].clone();
    talk.hears(list);
    let told = talk.told();
    assert!(matches!(told[0].body, Body::Gap { .. }), "{told:?}");
    assert!(matches!(&told[1].body, Body::RunFinished(end) if end.outcome == Outcome::Unknown), "{told:?}");
}

#[test]
fn an_approval_runs_out_without_a_frame() {
    let mut talk = ready("moltis/sessions_lifecycle");
    let payload = json!({"requestId": "a", "command": "ls", "sessionKey": "s"});
    talk.hears(json!({"type": "event", "event": "exec.approval.requested", "seq": 1, "payload": payload}));
    talk.told();
    talk.later(126_000);
    talk.dialect.tick(talk.now, &mut talk.out);
    let told = talk.told();
    assert!(
        matches!(&told[0].body, Body::ApprovalResolved { decision: Decision::Expired, .. }),
        "nobody says so: {told:?}"
    );
}
