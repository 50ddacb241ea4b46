//! A script of facts, one a line, and the pane it makes. `-` stands for nothing; the rest of a line is text.

use contract::approval::Decision as Answer;
use contract::node::Vendor;
use contract::transcript::{Fate, RowBody};
use link::call::{Doing, Page};
use link::event::{
    self, Approval, Body, Decision, Event, Message, NodeState, Outcome, Role, RunEnd, Session, ToolCall,
};

use crate::apply::{Changes, Fact, Shown, Taken, apply};
use crate::truth::{NodeHead, Truth};
use crate::view;

/// The session every script plays in.
pub const KEY: &str = "main";

/// Plays the script from a connected node, and compares the pane with what is expected.
pub fn check(facts: &str, expected: &str) {
    let play = play(facts);
    let shown = pane(&play.truth);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown, expected, "after\n{facts}\nthe pane shows\n{}\n", shown.join("\n"));
}

/// A node and the time.
pub struct Play {
    pub truth: Truth,
    pub now: i64,
    pub changes: Changes,
}

pub fn play(facts: &str) -> Play {
    let head = NodeHead {
        id: "n1".into(),
        name: "homelab".into(),
        vendor: Vendor::Moltis,
        address: "wss://homelab".into(),
        local: false,
        order: 1,
        reach: Default::default(),
        pins: Vec::new(),
    };
    let mut play = Play { truth: Truth::new(head, 1_000), now: 1_000, changes: Changes::default() };
    play.fact(&Fact::Event(Event::new(0, Body::NodeState(ready()))));
    play.fact(&Fact::Watched { session: KEY.into(), shown: Shown::Yes });
    for line in facts.lines().map(str::trim).filter(|line| !line.is_empty()) {
        play.line(line);
    }
    play
}

impl Play {
    pub fn fact(&mut self, fact: &Fact) -> Taken {
        apply(&mut self.truth, fact, self.now, &mut self.changes)
    }

    pub fn line(&mut self, line: &str) {
        self.now += 100;
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "pass" => self.now += rest.parse::<i64>().expect("milliseconds"),
            _ => _ = self.fact(&fact(verb, rest, self.now)),
        }
    }
}

/// What a pane shows, one row a line.
pub fn pane(truth: &Truth) -> Vec<String> {
    let window = view::row::window(truth, truth.session(KEY).expect("the session"), 1_000);
    let orders: Vec<i64> = window.rows.iter().map(|row| row.order).collect();
    assert!(orders.windows(2).all(|pair| pair[0] < pair[1]), "orders rise: {orders:?}");
    let mut lines: Vec<String> = window.rows.iter().map(|row| shown(&row.body)).collect();
    if let Some(run) = window.running {
        lines.push(format!("running {run}").trim_end().to_owned());
    }
    if let Some(phase) = window.phase {
        lines.push(format!("phase {phase}"));
    }
    if let Some(fault) = window.fault {
        lines.push(format!("fault {fault}"));
    }
    lines
}

fn shown(row: &RowBody) -> String {
    let wave = |streaming: &bool| if *streaming { "~" } else { "" };
    match row {
        RowBody::User { text, fate: None, .. } => format!("user {text}"),
        RowBody::User { text, fate: Some(fate), fault, .. } => {
            let fault = fault.as_ref().map(|fault| format!(" ({fault})")).unwrap_or_default();
            format!("me {text} [{}{fault}]", format!("{fate:?}").to_lowercase())
        }
        RowBody::Assistant { text, streaming, .. } => format!("agent{} {text}", wave(streaming)),
        RowBody::Thinking { text, streaming } => format!("thinks{} {text}", wave(streaming)),
        RowBody::Tool { name, output, state, .. } => {
            format!("tool {name} {} {output}", format!("{state:?}").to_lowercase()).trim_end().to_owned()
        }
        RowBody::Subagent { label, state, .. } => {
            format!("subagent {label} {}", format!("{state:?}").to_lowercase())
        }
        RowBody::Approval { approval } => match &approval.outcome {
            None => format!("asks {}", approval.command),
            Some(outcome) => format!("asked {} {:?}", approval.command, outcome.decision).to_lowercase(),
        },
        RowBody::Notice { text, level } => format!("notice {} {text}", format!("{level:?}").to_lowercase()),
        RowBody::Gap { .. } => "gap".to_owned(),
    }
}

pub fn ready() -> NodeState {
    NodeState::Ready { version: Some("1".into()), product: Some("Moltis".into()), scopes: vec!["read".into()] }
}

fn fact(verb: &str, rest: &str, now: i64) -> Fact {
    let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    let (second, last) = tail.split_once(' ').unwrap_or((tail, ""));
    match verb {
        "send" => Fact::Sending { session: KEY.into(), agent: None, text: tail.into(), client_id: first.into() },
        "fate" => Fact::Fate {
            session: KEY.into(),
            client_id: first.into(),
            fate: fate(second),
            run: some(last).map(str::to_owned),
            fault: None,
        },
        "key" => Fact::Key { session: KEY.into(), client_id: first.into(), key: second.into() },
        "withdraw" => Fact::Withdrawn { session: KEY.into(), client_id: first.into() },
        "unwatch" => Fact::Watched { session: KEY.into(), shown: Shown::No },
        "seen" => Fact::Seen { session: KEY.into() },
        "loading" => Fact::Loading { session: KEY.into() },
        "unreadable" => Fact::HistoryFailed { session: KEY.into(), reason: rest.into() },
        "sessions" => Fact::Sessions(vec![listed(rest)]),
        "history" => Fact::History { session: KEY.into(), page: page(rest) },
        "approvals" => Fact::Approvals(rest.split_whitespace().map(|id| (Some(KEY.into()), None, asked(id))).collect()),
        "clock" => Fact::Clock,
        _ => Fact::Event(event(verb, rest, now)),
    }
}

fn event(verb: &str, rest: &str, now: i64) -> Event {
    let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    let (second, last) = tail.split_once(' ').unwrap_or((tail, ""));
    let (run, body) = match verb {
        "start" => (first, Body::RunStarted),
        "queued" => (first, Body::RunQueued { position: None }),
        "phase" => (first, Body::RunStatus { phase: tail.into() }),
        "text" => (first, Body::TextDelta { text: tail.into() }),
        "think" => (first, Body::ThinkingDelta { text: tail.into() }),
        "tool" => (first, Body::ToolStarted { call: second.into(), name: last.into(), input: serde_json::Value::Null }),
        "tooled" => {
            let ok = match second {
                "ok" => Some(true),
                "failed" => Some(false),
                _ => None,
            };
            ("-", Body::ToolFinished { call: first.into(), ok, output: last.into(), ms: Some(5) })
        }
        "says" => (second, Body::Message(message(first, Role::Assistant, None, last))),
        "finish" => (first, Body::RunFinished(end(second, last))),
        _ => ("-", of_no_run(verb, rest)),
    };
    Event { run: some(run).map(Into::into), session: Some(KEY.into()), ..Event::new(now, body) }
}

/// What names no run.
fn of_no_run(verb: &str, rest: &str) -> Body {
    let (first, tail) = rest.split_once(' ').unwrap_or((rest, ""));
    let (second, last) = tail.split_once(' ').unwrap_or((tail, ""));
    match verb {
        "spawn" => Body::SubagentStarted { label: first.into(), preset: None },
        "spawned" => Body::SubagentFinished { label: first.into(), ok: Some(tail != "failed") },
        "heard" => Body::Message(message(first, Role::User, some(second), last)),
        "ask" => Body::ApprovalRequested(asked(first)),
        "answer" => resolved(first, tail),
        "notice" => Body::Notice { text: rest.into() },
        "gap" => Body::Gap { from: 1, to: 2 },
        "removed" => Body::SessionRemoved,
        "down" => Body::NodeState(NodeState::BackingOff { attempt: 1, next: 0, reason: "gone".into() }),
        "ready" => Body::NodeState(ready()),
        other => panic!("no such verb: {other}"),
    }
}

fn some(word: &str) -> Option<&str> {
    Some(word).filter(|word| !word.is_empty() && *word != "-")
}

fn end(outcome: &str, text: &str) -> RunEnd {
    let (outcome, error) = match outcome {
        "ok" => (Outcome::Ok, None),
        "error" => (Outcome::Error, some(text)),
        "aborted" => (Outcome::Aborted, None),
        _ => (Outcome::Unknown, None),
    };
    let text = if error.is_some() { None } else { some(text) };
    RunEnd { outcome, text: text.map(Into::into), usage: None, error: error.map(Into::into) }
}

fn resolved(id: &str, decision: &str) -> Body {
    let decision = match decision {
        "once" => Decision::Once,
        "always" => Decision::Always,
        "deny" => Decision::Deny,
        "expired" => Decision::Expired,
        _ => Decision::Unknown,
    };
    Body::ApprovalResolved { id: id.into(), decision, by: None }
}

/// An approval the node waits 10 s for, by a clock that is far ahead of ours.
fn asked(id: &str) -> Approval {
    Approval {
        id: id.into(),
        kind: "exec".into(),
        command: format!("run-{id}").into(),
        cwd: None,
        asked_at: Some(9_000_000),
        expires_at: Some(9_010_000),
        allowed: vec![Decision::Once, Decision::Deny],
        call: None,
        rule: None,
    }
}

fn fate(word: &str) -> Fate {
    match word {
        "queued" => Fate::Queued,
        "sent" => Fate::Sent,
        "acknowledged" => Fate::Acknowledged,
        "running" => Fate::Running,
        "done" => Fate::Done,
        "failed" => Fate::Failed,
        _ => Fate::Unknown,
    }
}

fn listed(word: &str) -> Session {
    let running = match word {
        "running" => Some(true),
        "still" => Some(false),
        _ => None,
    };
    Session { key: KEY.into(), title: Some("Main".into()), running, ..Session::default() }
}

/// A page: `role:text` words, underscores for spaces; `tool:call` for a call; `role@run:text` with a run;
/// `mine@client:text` with the id it was sent by; `running@run:text so far`; `silent:` for a node
/// that does not tell what it does, `idle:` for one that tells only what runs; `before:cursor`.
fn page(words: &str) -> Page {
    let mut page = Page::default();
    for (place, word) in words.split_whitespace().enumerate() {
        let (what, text) = word.split_once(':').expect("what:text");
        let (what, run) = what.split_once('@').unwrap_or((what, ""));
        let text = text.replace('_', " ");
        let id = format!("h{place}-{text}");
        let mut add = |role| {
            let mut message = message(&id, role, None, &text);
            message.run_id = some(run).map(Into::into);
            page.messages.push(message);
        };
        match what {
            "u" => add(Role::User),
            "a" => add(Role::Assistant),
            "mine" => page.messages.push(message(&id, Role::User, some(run), &text)),
            "running" => page.doing = Doing::Run { id: some(run).map(str::to_owned), so_far: text },
            "silent" => page.doing = Doing::Unknown,
            "idle" => page.doing = Doing::Idle,
            "before" => page.before = Some(text),
            "tool" => page.messages.push(Message {
                tools: vec![ToolCall {
                    call: text.as_str().into(),
                    name: "exec".into(),
                    input: serde_json::Value::Null,
                    ok: Some(true),
                    output: "out".into(),
                    ms: None,
                }],
                ..message(&id, Role::Assistant, None, "")
            }),
            other => panic!("no such part: {other}"),
        }
    }
    page
}

fn message(id: &str, role: Role, client: Option<&str>, text: &str) -> event::Message {
    event::Message {
        id: id.into(),
        role,
        text: text.into(),
        sent_at: None,
        run_id: None,
        client_id: client.map(Into::into),
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    }
}

/// How an approval ended, as the window has it.
pub fn outcome(truth: &Truth, id: &str) -> Option<Answer> {
    truth.approval(id)?.settled.as_ref().map(|settled| settled.decision)
}
