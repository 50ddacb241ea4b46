//! OpenClaw, on answers of a real gateway.

use link::call::{Call, CallError, Reply, Steering, Verb, Verdict};
use link::dialect::{Allowed, ClientInfo, Kind, make};
use link::event::Body;
use serde_json::{Value, json};

use super::{ability, answers, asked, hello};
use crate::traps::openclaw::event;
use crate::traps::{Talk, credentials};

fn ready() -> Talk {
    let mut talk = Talk::opened(Kind::Openclaw);
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1_795_281_481_945_i64})));
    talk.hears(hello("openclaw/control-admin"));
    talk.said();
    talk.told();
    talk
}

fn found() -> Value {
    answers("openclaw/control-fork", "sessions.describe").remove(0)
}

#[test]
fn a_session_that_is_not_there_is_neither_renamed_nor_emptied_into_being() {
    let none = answers("openclaw/control-fork", "sessions.describe").remove(1);
    assert!(none["payload"]["session"].is_null());
    let session = "agent:main:nope".to_owned();
    for call in [
        Call::RenameSession { session: session.clone(), title: "x".into() },
        Call::ResetSession { session: session.clone() },
        Call::SetModel { session: Some(session.clone()), model: "fake/fake-model".into() },
    ] {
        let mut talk = ready();
        let Err(CallError::Refused { message, .. }) = asked(&mut talk, &call, &[&none]) else { panic!("{call:?}") };
        assert!(message.contains("agent:main:nope"), "{message}");
        assert!(talk.said().is_empty(), "nothing but the question was sent");
    }
}

#[test]
fn a_session_that_is_there_is_renamed_copied_and_deleted() {
    let mut talk = ready();
    let rename = Call::RenameSession { session: "agent:main:forkme".into(), title: "Birds".into() };
    let patched = answers("openclaw/control-sessions", "sessions.patch").remove(0);
    assert_eq!(asked(&mut talk, &rename, &[&found(), &patched]), Ok(Reply::Done));
    let fork = Call::ForkSession { session: "agent:main:forkme".into(), title: Some("Swans too".into()) };
    let copied = answers("openclaw/control-fork", "sessions.create").remove(0);
    let Ok(Reply::Session(copy)) = asked(&mut talk, &fork, &[&found(), &copied]) else { panic!() };
    assert!(copy.key.starts_with("agent:main:dashboard:"), "{copy:?}");
    assert_eq!(copy.title.as_deref(), Some("Swans too"));
    let delete = Call::DeleteSession { session: "agent:main:nosuch".into() };
    let nothing = answers("openclaw/control-sessions", "sessions.delete").remove(1);
    assert_eq!(nothing["payload"]["deleted"], false);
    assert!(asked(&mut talk, &delete, &[&found(), &nothing]).is_err(), "a deletion of nothing is no success");
}

#[test]
fn models_and_messages_are_found() {
    let mut talk = ready();
    let Ok(Reply::Models(models)) =
        asked(&mut talk, &Call::Models, &[&answers("openclaw/control-sessions", "models.list")[0]])
    else {
        panic!()
    };
    let of: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.default, model.context)).collect();
    assert_eq!(of, [("fake/fake-model", true, Some(128_000)), ("fake/fake-model-2", false, Some(128_000))]);
    let call = Call::SearchSessions { text: "pelicans".into(), limit: 5 };
    let given = answers("openclaw/control-sessions", "sessions.search").remove(0);
    let Ok(Reply::Found(hits)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert!(hits.iter().any(|hit| hit.session == "agent:main:control" && hit.snippet.contains("pelicans")));
}

#[test]
fn timed_jobs_are_listed_with_their_state_and_their_runs() {
    let mut talk = ready();
    let lists = answers("openclaw/control-cron", "cron.list");
    for (list, enabled) in lists.iter().zip([true, false]) {
        let Ok(Reply::CronJobs(jobs)) = asked(&mut talk, &Call::CronJobs, &[list]) else { panic!() };
        let job = jobs.iter().find(|job| job.name == "probe-job").unwrap();
        assert_eq!((job.enabled, job.schedule.as_str(), job.what.as_str()), (enabled, "every 1 h", "cron says hi"));
        assert_eq!(job.agent.as_deref(), Some("main"));
    }
    let call = Call::CronRuns { job: "j".into(), limit: 5 };
    let given = answers("openclaw/control-cron", "cron.runs").remove(0);
    let Ok(Reply::CronRuns(runs)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert_eq!((runs[0].status.as_str(), runs[0].ms), ("ok", Some(2461)));
    let refused = answers("openclaw/control-cron", "cron.run").remove(1);
    let Err(error) = asked(&mut talk, &Call::RunCron { job: "nosuch".into() }, &[&refused]) else { panic!() };
    assert_eq!(error.to_string(), "There is no such timed job on this node any more.");
}

#[test]
fn the_log_goes_on_where_it_stopped() {
    let mut talk = ready();
    let pages = answers("openclaw/control-admin", "logs.tail");
    let Ok(Reply::Logs(first)) = asked(&mut talk, &Call::Logs { after: None, limit: 5 }, &[&pages[0]]) else {
        panic!()
    };
    assert_eq!((first.lines.len(), first.cursor.as_deref()), (5, Some("44290")));
    let line = &first.lines[0];
    assert_eq!((line.level.as_str(), line.target.as_deref()), ("info", Some("gateway/ws")));
    assert!(line.at.is_some() && line.text.contains("cron.run"), "{line:?}");
    let call = Call::Logs { after: first.cursor, limit: 20 };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    assert_eq!(talk.said()[0]["params"]["cursor"], 44_290);
}

#[test]
fn a_count_that_goes_on_is_no_zero() {
    let mut talk = ready();
    let counting = answers("openclaw/control-admin", "usage.cost").remove(0);
    assert_eq!(counting["payload"]["totals"]["totalTokens"], 0);
    let Ok(Reply::Usage(usage)) = asked(&mut talk, &Call::Usage, &[&counting]) else { panic!() };
    assert!(usage.counting);
    assert_eq!((usage.total.input, usage.total.cost), (None, None));
}

#[test]
fn settings_are_read_without_keys_and_changed_for_the_state_that_was_read() {
    let mut talk = ready();
    let given = answers("openclaw/control-admin", "config.get").remove(0);
    let Ok(Reply::Config(config)) = asked(&mut talk, &Call::Config, &[&given]) else { panic!() };
    let value: Value = serde_json::from_str(config.value.as_str()).unwrap();
    assert_eq!(value["gateway"]["auth"]["token"], "__OPENCLAW_REDACTED__");
    let call = Call::PatchConfig { patch: json!({"agents": {}}), version: config.version.clone() };
    let stale = answers("openclaw/control-admin", "config.patch").remove(0);
    let Err(error) = asked(&mut talk, &call, &[&stale]) else { panic!() };
    assert!(error.to_string().starts_with("Somebody changed the settings in between"), "{error}");
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    assert_eq!(talk.said()[0]["params"]["baseHash"], json!(config.version));
}

#[test]
fn devices_that_ask_come_first_and_are_told_as_they_ask() {
    let mut talk = ready();
    let given = answers("openclaw/control-devices", "device.pair.list").remove(0);
    let Ok(Reply::Devices(devices)) = asked(&mut talk, &Call::Devices, &[&given]) else { panic!() };
    assert_eq!(devices[0].address.as_deref(), Some("10.1.2.3"));
    assert!(devices[0].request.is_some() && devices.last().unwrap().request.is_none());
    let refused = answers("openclaw/control-devices", "device.pair.reject").remove(1);
    let call = Call::SettleDevice { id: "gone".into(), verdict: Verdict::Reject };
    let Err(error) = asked(&mut talk, &call, &[&refused]) else { panic!() };
    assert!(error.to_string().contains("asks no longer"), "{error}");
    let decoded = crate::recordings::Recording::named("openclaw/control-devices").decoded();
    let told = decoded.events.iter().filter(|told| matches!(told.event.body, Body::DeviceRequested(_))).count();
    assert_eq!(told, 3);
    let resolved = |told: &link::event::Stamped| match &told.event.body {
        Body::DeviceResolved { ok, .. } => Some(*ok),
        _ => None,
    };
    let resolved: Vec<_> = decoded.events.iter().filter_map(resolved).collect();
    assert_eq!(resolved, [Some(true), Some(false)]);
}

#[test]
fn agents_are_made_and_removed() {
    let mut talk = ready();
    let call = Call::CreateAgent { name: "Scribe".into(), emoji: Some("✒".into()), model: None };
    let given = answers("openclaw/control-admin", "agents.create").remove(0);
    let Ok(Reply::Agent(agent)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    assert_eq!((agent.id.as_str(), agent.name.as_str()), ("scribe", "Scribe"));
    talk.dialect.call(1, &Call::DeleteAgent { agent: agent.id }, talk.now, &mut talk.out);
    assert_eq!(talk.said()[0]["params"], json!({"agentId": "scribe", "deleteFiles": false}));
}

#[test]
fn what_waits_at_plugins_is_listed_too_and_answered_by_its_own_method() {
    let mut talk = ready();
    let commands = answers("openclaw/control-admin", "exec.approval.list").remove(0);
    let mut plugins = answers("openclaw/control-admin", "plugin.approval.list").remove(0);
    plugins["payload"] = json!([{"id": "plugin-1", "request": {"title": "Post", "description": "to the channel"}}]);
    let Ok(Reply::Approvals(waiting)) = asked(&mut talk, &Call::Approvals, &[&commands, &plugins]) else { panic!() };
    assert_eq!((&*waiting[0].2.kind, &*waiting[0].2.command), ("plugin", "Post: to the channel"));
    let decide = Call::Decide { approval: "plugin-1".into(), decision: link::event::Decision::Deny };
    talk.dialect.call(1, &decide, talk.now, &mut talk.out);
    assert_eq!(talk.said()[0]["method"], "plugin.approval.resolve");
}

#[test]
fn answered_approvals_say_what_was_asked_and_who_answered() {
    let mut talk = ready();
    let given = answers("openclaw/approval-history", "approval.history").remove(0);
    let call = Call::SettledApprovals { limit: 5 };
    let Ok(Reply::Settled(settled)) = asked(&mut talk, &call, &[&given]) else { panic!() };
    let of = |index: usize| (&*settled[index].approval.command, settled[index].decision, settled[index].by.as_deref());
    use link::event::Decision::{Deny, Once};
    assert_eq!(of(0), ("echo hi", Deny, Some("Control plane test")));
    assert_eq!(of(1), ("echo hi", Once, Some("Control plane test")));
    assert_eq!(settled[0].session.as_deref(), Some("agent:main:apprh"));
}

#[test]
fn what_it_cannot_do_is_said_without_a_frame() {
    let mut talk = ready();
    talk.dialect.call(1, &Call::Presets, talk.now, &mut talk.out);
    assert!(talk.said().is_empty());
    assert!(matches!(talk.out.replies[0].1, Err(CallError::Unsupported { vendor: "OpenClaw", .. })));
    assert!(ability(&talk, Verb::Presets).cannot.is_some() && ability(&talk, Verb::CronJobs).cannot.is_none());
}

#[test]
fn a_message_is_steered_into_the_running_turn() {
    let mut talk = ready();
    let call = Call::Steer {
        session: "agent:main:forkme".into(),
        text: "turn left".into(),
        client_id: "k".into(),
        how: Steering::Interrupt,
    };
    talk.dialect.call(1, &call, talk.now, &mut talk.out);
    let params = talk.said()[0]["params"].clone();
    assert_eq!((&params["queueMode"], &params["idempotencyKey"]), (&json!("interrupt"), &json!("k")));
}

/// The refusal that a device gets when it asks for more than it was allowed.
fn upgrade() -> Value {
    let mut refusal = answers("openclaw/pair-3-scope-upgrade", "connect").remove(0);
    assert_eq!(refusal["error"]["details"]["reason"], "scope-upgrade");
    refusal["id"] = "p1".into();
    refusal
}

fn allowed() -> Allowed {
    let mut talk = Talk::opened(Kind::Openclaw);
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1})));
    assert!(talk.said()[0]["params"]["scopes"].as_array().unwrap().contains(&json!("operator.admin")));
    talk.hears(upgrade());
    assert!(talk.out.close.take().unwrap().retry);
    talk.dialect.allowed().unwrap().clone()
}

#[test]
fn a_device_that_may_do_less_connects_with_what_it_may_do() {
    let allowed = allowed();
    let ours = ClientInfo { allowed: Some(allowed.clone()), ..ClientInfo::new("1.2.3", "instance") };
    let mut talk = Talk::with(make(Kind::Openclaw, &credentials(), &ours));
    talk.hears(event("connect.challenge", 0, json!({"nonce": "n", "ts": 1})));
    assert_eq!(talk.said()[0]["params"]["scopes"], json!(allowed.scopes));
    let mut hello = hello("openclaw/pair-2-approved");
    hello["id"] = "p1".into();
    talk.hears(hello);
    talk.said();
    let Some(CallError::Refused { message, .. }) = ability(&talk, Verb::RunCron).cannot else { panic!() };
    assert!(message.contains(&format!("openclaw devices approve {}", allowed.request)), "{message}");
    talk.dialect.call(1, &Call::RunCron { job: "j".into() }, talk.now, &mut talk.out);
    assert!(talk.said().is_empty(), "what the gateway would refuse is not sent");
    // The owner allows the rest: it is taken up at once.
    let granted = json!({"requestId": allowed.request, "deviceId": "d", "decision": "approved", "ts": 2});
    talk.hears(event("device.pair.resolved", 2, granted));
    assert!(talk.out.close.take().unwrap().retry);
    assert!(talk.dialect.allowed().unwrap().scopes.is_empty(), "all rights are asked for again");
}

#[test]
fn no_more_requests_are_in_flight_than_the_gateway_bears() {
    let mut talk = ready();
    for number in 0..150 {
        talk.dialect.call(number, &Call::Ping, talk.now, &mut talk.out);
    }
    let mut open = talk.said();
    assert!(open.len() <= 100, "{} at once", open.len());
    let mut answered = 0;
    while let Some(request) = open.pop() {
        talk.hears(json!({"type": "res", "id": request["id"], "ok": true, "payload": {}}));
        open.extend(talk.said());
        assert!(open.len() <= 100);
        answered += 1;
    }
    assert_eq!((answered, talk.out.replies.len()), (150, 150));
}

#[test]
fn a_run_whose_end_was_dropped_is_asked_about_and_ended() {
    let mut talk = ready();
    let payload =
        json!({"state": "status", "runId": "lost", "sessionKey": "agent:main:forkme", "phase": "starting_model"});
    talk.hears(event("chat", 1, payload));
    for _ in 0..2 {
        talk.later(61_000);
        talk.dialect.tick(talk.now, &mut talk.out);
    }
    let recheck = talk.said().remove(0);
    assert_eq!(recheck["method"], "sessions.list");
    talk.told();
    let mut list = answers("openclaw/control-fork", "sessions.list").remove(0);
    list["id"] = recheck["id"].clone();
    talk.hears(list);
    let names = talk.names();
    let end: Vec<&String> = names.iter().filter(|name| *name == "gap" || *name == "run.finished").collect();
    assert_eq!(end, ["gap", "run.finished"], "{names:?}");
}

#[test]
fn an_answer_of_an_older_version_is_told_once_though_its_message_names_no_run() {
    for version in ["openclaw/v2026.5.28", "openclaw/v2026.7.35"] {
        let decoded = crate::recordings::Recording::named(version).decoded();
        let (mut said, mut ends, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        for told in &decoded.events {
            match &told.event.body {
                Body::Message(message) if message.role == link::event::Role::User => questions.push(&message.text),
                Body::Message(message) => said.push(message.text.trim()),
                Body::RunFinished(end) => ends.extend(end.text.as_deref().map(str::trim)),
                _ => {}
            }
        }
        let twice: Vec<_> = ends.iter().filter(|text| !text.is_empty() && said.contains(*text)).collect();
        assert!(twice.is_empty(), "{version}: {twice:?}");
        let mut once = questions.clone();
        once.dedup();
        assert_eq!(questions, once, "{version}: a question is told once");
    }
}
