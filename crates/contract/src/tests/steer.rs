//! The shapes of what is steered on a node, one filled-in value of each.

use super::check;
use crate::steer::{Ability, Config, CronJob, CronRun, Device, Hit, LogLine, LogPage, Model, Verdict};

#[test]
fn what_a_node_can_is_said_with_its_reason() {
    let ability = Ability {
        verb: "rename_session".into(),
        cannot: Some("The key may not do that.".into()),
        caution: Some("The title is forgotten.".into()),
    };
    check("ability", &ability);
}

#[test]
fn sessions_and_models_keep_their_form() {
    let hit = Hit {
        session: "main".into(),
        title: Some("Birds".into()),
        role: "user".into(),
        snippet: "pelicans".into(),
        at: Some(1),
    };
    check("hit", &hit);
    let model = Model {
        id: "fake/fake-model".into(),
        name: "Fake Model".into(),
        provider: Some("fake".into()),
        context: Some(128_000),
        reasoning: Some(false),
        default: true,
        available: true,
    };
    check("model", &model);
}

#[test]
fn timed_jobs_and_the_log_keep_their_form() {
    let job = CronJob {
        id: "j".into(),
        name: "nightly".into(),
        enabled: true,
        schedule: "0 3 * * *".into(),
        what: "Tidy up.".into(),
        agent: Some("main".into()),
        next: Some(2),
        last: Some(1),
        last_status: Some("ok".into()),
    };
    check("cron_job", &job);
    let run = CronRun {
        job: "j".into(),
        at: Some(1),
        ms: Some(800),
        status: "ok".into(),
        output: "done".into(),
        session: Some("cron:1".into()),
    };
    check("cron_run", &run);
    let line = LogLine { at: Some(1), level: "warn".into(), target: Some("gateway/ws".into()), text: "slow".into() };
    check("log_page", &LogPage { lines: vec![line], cursor: Some("44290".into()), gap: false });
}

#[test]
fn devices_and_settings_keep_their_form() {
    let device = Device {
        id: "220e".into(),
        name: "Pilothouse".into(),
        request: Some("65f8".into()),
        platform: Some("linux".into()),
        address: Some("10.1.2.3".into()),
        scopes: vec!["operator.read".into()],
        fingerprint: None,
        at: Some(1),
    };
    check("device", &device);
    check("verdicts", &[Verdict::Approve, Verdict::Reject, Verdict::Revoke]);
    let config = Config { value: serde_json::json!({"agents": {}}), version: Some("hash".into()) };
    check("config", &config);
}
