//! The shapes: one filled-in value of each, and every variant of each enum.

use super::check;
use crate::activity::{Filter, Found, Line, Mark};
use crate::approval::{Answer, Approval, Decision, Hidden, Keeper, Outcome, Piece, Rule, StandingRule};
use crate::audit::{Broken, Phase, Record, Verdict};
use crate::fault::{Code, Fault};
use crate::node::{
    Activity, Agent, Certificate, ClientFiles, FormField, Import, ImportKey, LinkState, Nearby, Node, NodeForm, Probe,
    Reach, Session, Step, Vendor,
};
use crate::settings::{Hello, Layout, Settings, Theme};
use crate::transcript::{ExportForm, Fate, Level, Row, RowBody, SessionRef, ToolState, Window};
use crate::update::{Batch, Topic, Update, Vitals};
use crate::usage::{By, Money, Spend, UsageReport, UsageRow};
use crate::{Request, Secret};

fn of() -> SessionRef {
    SessionRef { node: "n1".into(), session: "agent:main:main".into() }
}

fn approval() -> Approval {
    Approval {
        node: "n1".into(),
        id: "a-7".into(),
        agent: Some("forge".into()),
        session: Some("publish".into()),
        kind: "exec".into(),
        command: "cargo publish -p wire --dry-run".into(),
        shown: vec![
            Piece { text: "cargo publish -p wire --dry-run".into(), hidden: None, drawn: None },
            Piece { text: "\u{202e}".into(), hidden: Some(Hidden::Direction), drawn: Some("U+202E".into()) },
        ],
        cwd: Some("/srv/wire".into()),
        shown_cwd: vec![Piece { text: "/srv/wire".into(), hidden: None, drawn: None }],
        digest: "00ff".into(),
        asked_at: Some(1_000),
        expires_at: Some(121_000),
        allowed: vec![Decision::Once, Decision::Deny],
        rule: Some(rule()),
        outcome: Some(Outcome { decision: Decision::Deny, by: Some("ops".into()), at: 2_000 }),
    }
}

fn rule() -> Rule {
    Rule {
        node: "n1".into(),
        agent: Some("forge".into()),
        session: Some("publish".into()),
        kind: "exec".into(),
        text: "cargo publish *".into(),
        cwd: Some("/srv/wire".into()),
        expires_at: Some(9_000),
        keeper: Keeper::Here,
    }
}

fn agent() -> Agent {
    Agent {
        id: "main".into(),
        name: "Main".into(),
        emoji: Some("🛠".into()),
        model: Some("opus".into()),
        preset: Some("assistant".into()),
        default: true,
        activity: Activity::Running,
        session: Some("agent:main:main".into()),
    }
}

fn session() -> Session {
    Session {
        key: "agent:main:main".into(),
        agent: Some("main".into()),
        title: "Release".into(),
        preview: Some("done".into()),
        updated_at: Some(5_000),
        messages: Some(12),
        activity: Activity::Unread,
        parent: None,
    }
}

fn node() -> Node {
    Node {
        id: "n1".into(),
        name: "homelab".into(),
        vendor: Vendor::Moltis,
        address: "wss://homelab.lan:8765".into(),
        reach: reach(),
        route: Some(1),
        passed: vec!["Nothing listens there.".into()],
        local: false,
        state: LinkState::BackingOff,
        reason: "Nobody answers at homelab.lan:8765.".into(),
        since: 10,
        next_try: Some((3, 8_000)),
        fingerprint: Some("sha256:00ff".into()),
        pinned: Some("sha256:aa00".into()),
        certificate: Some(certificate()),
        trusted: None,
        version: Some("2026.8".into()),
        product: Some("Moltis".into()),
        stale_since: Some(9),
        latency_ms: Some(3.5),
        scopes: vec!["operator.read".into()],
        agents: vec![agent()],
        sessions: vec![session()],
        session_count: 1,
        running: 1,
        asking: 2,
        key_in_memory: false,
        production: true,
        unlocked_until: Some(900_000),
        queued: 3,
        recording: true,
        per_minute: 600,
        burst: 40,
        spent_today: Some(spend()),
    }
}

fn certificate() -> Certificate {
    Certificate {
        fingerprint: "sha256:00ff".into(),
        subject: "CN=homelab.lan".into(),
        issuer: "CN=Home".into(),
        names: vec!["homelab.lan".into()],
        from: Some(1),
        until: Some(2),
        trusted_at: Some(3),
        at: Some("homelab.lan:8765".into()),
    }
}

fn spend() -> Spend {
    let costs = vec![Money { currency: "USD".into(), amount: 1.25 }];
    Spend { runs: 4, input: 9_000, cached: 8_000, output: 500, costs, unpriced: 1 }
}

fn row(body: RowBody) -> Row {
    Row { id: "r1".into(), order: 3, at: Some(4_000), body }
}

fn rows() -> Vec<Row> {
    let user = RowBody::User {
        text: "Hi".into(),
        fate: Some(Fate::Queued),
        fate_at: Some(1),
        fault: Some("refused".into()),
        client_id: Some("c1".into()),
    };
    let tool = RowBody::Tool {
        name: "exec".into(),
        summary: "cargo test".into(),
        input: "{}".into(),
        output: "ok".into(),
        state: ToolState::Ok,
        ms: Some(18_200),
    };
    let subagent =
        RowBody::Subagent { label: "scout".into(), preset: Some("researcher".into()), state: ToolState::Running };
    [
        user,
        RowBody::Assistant { text: "Hello".into(), streaming: true, model: Some("opus".into()) },
        RowBody::Thinking { text: "Hm".into(), streaming: false },
        tool,
        subagent,
        RowBody::Approval { approval: Box::new(approval()) },
        RowBody::Notice { text: "stopped".into(), level: Level::Warning },
        RowBody::Gap { text: "12 s without a link".into() },
    ]
    .into_iter()
    .map(row)
    .collect()
}

fn line() -> Line {
    Line {
        n: 9,
        at: 7_000,
        node: "n1".into(),
        event: "tool.finished".into(),
        agent: Some("forge".into()),
        session: Some("publish".into()),
        mark: Mark::Tool,
        what: "exec".into(),
        code: Some("cargo test".into()),
        figure: Some("18.2 s".into()),
    }
}

fn window() -> Window {
    Window {
        of: of(),
        rows: rows(),
        more: true,
        loading: false,
        stale_since: Some(3),
        fault: Some("gone".into()),
        running: Some("run-1".into()),
        phase: Some("preparing".into()),
    }
}

fn form() -> NodeForm {
    NodeForm {
        name: "homelab".into(),
        address: "homelab.lan:8765".into(),
        vendor: Vendor::Auto,
        key: Some(Secret::new(" mk_1 ")),
        trust: Some("sha256:00ff".into()),
        session_only: true,
        reach: Some(reach()),
    }
}

fn reach() -> Reach {
    Reach {
        routes: vec!["ssh://me@homelab/8765".into()],
        ca_file: Some("/etc/ssl/corporate.pem".into()),
        client: Some(ClientFiles { certificate: "/home/me/cert.pem".into(), key: "/home/me/key.pem".into() }),
    }
}

#[test]
fn a_field_that_a_refusal_is_about_crosses_and_comes_back() {
    let told = [
        (FormField::Address, "address"),
        (FormField::Name, "name"),
        (FormField::Route(2), "route:2"),
        (FormField::CaFile, "ca_file"),
        (FormField::ClientCertificate, "client_certificate"),
        (FormField::ClientKey, "client_key"),
    ];
    for (field, word) in told {
        assert_eq!((field.told().as_str(), FormField::read(word)), (word, Some(field)));
    }
    assert_eq!(FormField::read("sha256:00ff"), None);
}

fn filter() -> Filter {
    Filter {
        nodes: vec!["n1".into()],
        agents: vec!["forge".into()],
        sessions: vec![],
        events: vec!["tool.*".into()],
        text: "cargo".into(),
        since: Some(1),
        until: None,
    }
}

#[test]
fn nodes_keep_their_form() {
    check("node", &node());
    check("session_ref", &of());
    check("node_form", &form());
    let step =
        Step { name: "Encryption".into(), ok: Some(false), detail: "expired".into(), repair: Some("renew".into()) };
    let fault = Fault { code: Code::Untrusted, message: "Not trusted.".into(), details: Some("sha256:00ff".into()) };
    let probe = Probe {
        route: Some("wss://homelab.lan:8765".into()),
        ahead_s: Some(7),
        meant: Some("wss://homelab.lan:8766".into()),
        others: Vec::new(),
        steps: vec![step],
        vendor: Some(Vendor::Moltis),
        product: None,
        version: None,
        latency_ms: None,
        fault: Some(fault),
    };
    check("probe", &probe);
    let import = Import {
        id: "00ff".into(),
        file: "/home/me/.openclaw/openclaw.json".into(),
        key: ImportKey::Elsewhere("Enter it.".into()),
        fingerprint: Some("sha256:00ff".into()),
    };
    let nearby = Nearby {
        name: "openclaw".into(),
        address: "ws://127.0.0.1:18789".into(),
        vendor: Vendor::Openclaw,
        version: Some("2026.9.6".into()),
        how: vec!["it listens on this computer".into()],
        kept_as: Some("lab".into()),
        import: Some(import),
    };
    check("nearby", &nearby);
}

#[test]
fn the_audit_log_and_usage_keep_their_form() {
    let record = Record {
        n: 2,
        at: 1_000,
        node: "n1".into(),
        name: "homelab".into(),
        who: "you".into(),
        act: "send".into(),
        about: "{}".into(),
        phase: Phase::Outcome,
        intent: Some(1),
        outcome: Some("done".into()),
        before: "00".into(),
        hash: "ff".into(),
    };
    check("audit_record", &vec![Record { phase: Phase::Intent, ..record.clone() }, record]);
    let broken = Some(Broken { n: 3, why: "It was changed.".into() });
    check("audit_verdict", &Verdict { records: 2, broken });
    let by_day = UsageRow { day: Some("2026-11-21".into()), spend: spend(), ..UsageRow::default() };
    let fault = Some("prices.toml, line 1, column 1: no.".into());
    check("usage", &UsageReport { rows: vec![by_day], total: spend(), prices: "prices.toml".into(), fault });
    check("usage_by", &vec![By::Node, By::Agent, By::Session, By::Model, By::Day]);
}

#[test]
fn answers_and_rules_keep_their_form() {
    let always = Answer::Always { rule: Rule { keeper: Keeper::Node, ..rule() } };
    check("answers", &vec![Answer::Once, always, Answer::Deny, Answer::DenyStop]);
    check("standing_rule", &StandingRule { id: 3, rule: rule(), made_at: 1_000, used: 2 });
    let hidden = [Hidden::Direction, Hidden::Invisible, Hidden::Control, Hidden::Blank, Hidden::LookAlike];
    check("hidden", &hidden.to_vec());
}

#[test]
fn what_is_found_and_written_down_keeps_its_form() {
    let found = Found {
        n: 9,
        at: 7_000,
        node: "n1".into(),
        event: "message".into(),
        agent: Some("forge".into()),
        session: None,
        excerpt: "mend the bilge pump".into(),
    };
    check("found", &found);
    check("export_forms", &vec![ExportForm::Jsonl, ExportForm::Markdown]);
}

#[test]
fn updates_keep_their_form() {
    let head =
        Update::TranscriptHead { of: of(), running: None, phase: None, stale_since: None, loading: true, fault: None };
    let vitals = Vitals { events_per_second: 18.0, cpu_percent: 0.1, memory_bytes: 305_135_616 };
    let updates = vec![
        Update::Nodes { nodes: vec![node()] },
        Update::Node { node: Box::new(node()) },
        Update::NodeGone { id: "n1".into() },
        Update::Approvals { approvals: vec![approval()] },
        Update::Approval { approval: Box::new(approval()) },
        Update::Activity { lines: vec![line()], more: true },
        Update::ActivityMore { lines: vec![line()] },
        Update::Transcript { window: window() },
        Update::Row { of: of(), row: rows().remove(0) },
        Update::RowText { of: of(), id: "r1".into(), text: "lo".into() },
        Update::RowGone { of: of(), id: "r1".into() },
        head,
        Update::Vitals { vitals },
        Update::Toast { text: "Key kept.".into() },
    ];
    check("batch", &Batch { seq: 7, updates });
}

#[test]
fn requests_and_settings_keep_their_form() {
    let topics = vec![
        Topic::Nodes,
        Topic::Approvals,
        Topic::Activity { filter: filter(), limit: 200 },
        Topic::Transcript { of: of(), limit: 100 },
        Topic::Vitals,
    ];
    check("topics", &topics);
    let request = Request { window: "main".into(), call: "hello".into(), args: serde_json::json!({}) };
    insta::assert_json_snapshot!("request", request);
    let hello = Hello {
        version: "0.1.0".into(),
        settings: Settings { theme: Theme::Dark },
        layout: Some(Layout { json: "{}".into() }),
        keyring_fault: Some("locked".into()),
        start_faults: vec!["typo".into()],
    };
    check("hello", &hello);
}

#[test]
fn a_secret_is_never_shown_by_debug() {
    assert_eq!(format!("{:?}", form().key), "Some(Secret(…))");
}
