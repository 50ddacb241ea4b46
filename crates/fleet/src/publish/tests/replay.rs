//! Whatever happens in whatever order: a window that does what the batches say shows what is true.

use contract::Topic;
use contract::activity::Filter;
use contract::approval::Approval;
use contract::transcript::{Fate, Window};
use link::call::{Doing, Page};
use link::event::{Body, Event, Message, NodeState, Outcome, Role, RunEnd, Session};
use proptest::prelude::*;

use super::model::Model;
use super::{House, after, of, ready};
use crate::apply::Fact;
use crate::view;

/// Something that may happen, to one of two nodes, one of two sessions, one of three runs.
#[derive(Debug, Clone)]
enum Step {
    Fact {
        node: usize,
        session: usize,
        run: usize,
        what: u8,
        text: String,
    },
    /// The window shows other sessions.
    Show {
        which: u8,
    },
    Resync,
    Wait {
        ms: u64,
    },
    /// The window takes what was sent.
    Take,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fact = (0..2_usize, 0..2_usize, 0..3_usize, 0..26_u8, "[a-cä]{0,3}")
        .prop_map(|(node, session, run, what, text)| Step::Fact { node, session, run, what, text });
    let step = prop_oneof![
        12 => fact,
        1 => (0..4_u8).prop_map(|which| Step::Show { which }),
        1 => Just(Step::Resync),
        3 => (0..40_u64).prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Wait { ms: 1_500 }),
        4 => Just(Step::Take),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_that_follows_its_batches_shows_the_truth(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(play(steps));
    }
}

const NODES: [&str; 2] = ["a", "b"];
const SESSIONS: [&str; 2] = ["s", "t"];

async fn play(steps: Vec<Step>) {
    let house = House::new(&NODES);
    let mut batches = house.core.attach("main");
    let mut shows = topics(0);
    house.core.watch("main", shows.clone());
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Fact { node, session, run, what, text } => {
                let facts = fact(SESSIONS[session], ["r0", "r1", ""][run], what, &text);
                house.core.feed(NODES[node], facts);
            }
            Step::Show { which } => {
                shows = topics(which);
                house.core.watch("main", shows.clone());
            }
            Step::Resync => house.core.resync("main"),
            Step::Wait { ms } => tokio::time::sleep(std::time::Duration::from_millis(ms)).await,
            Step::Take => model.take(after(0, &mut batches).await),
        }
    }
    for _ in 0..3 {
        model.take(after(2_000, &mut batches).await);
    }
    compare(&house, &model, &shows);
}

/// The window's rows against the state, as far back as memory goes.
fn compare(house: &House, model: &Model, shows: &[Topic]) {
    for (place, node) in NODES.iter().enumerate() {
        let card = house.core.read(node, view::node::node).unwrap();
        assert_eq!(model.nodes[place], card);
    }
    let mut approvals: Vec<Approval> = Vec::new();
    for node in NODES {
        let found = house.core.read(node, |truth| {
            truth.approvals.iter().map(|asked| view::approval::approval(truth, asked)).collect::<Vec<_>>()
        });
        approvals.extend(found.unwrap());
    }
    let mut shown = model.approvals.clone();
    for list in [&mut approvals, &mut shown] {
        list.sort_by_key(|card| (card.node.clone(), card.id.clone()));
    }
    assert_eq!(shown, approvals);
    let lines = house.core.inner.hub.stream.before(&Filter::default(), u64::MAX, 2_000);
    let seen = lines.len().saturating_sub(model.lines.len());
    assert_eq!(model.lines, lines[seen..]);
    for topic in shows {
        let Topic::Transcript { of, .. } = topic else {
            continue;
        };
        let truth = house
            .core
            .read(&of.node, |truth| view::row::window(truth, truth.session(&of.session).expect("the session"), 10_000));
        let (mut truth, mut shown) = (truth.unwrap(), model.rows[of].clone());
        level(&mut truth, &mut shown);
        assert_eq!(shown, truth);
    }
}

/// Leaves the rows that both know: a window keeps what memory let go of, and a snapshot may begin later than memory.
fn level(truth: &mut Window, shown: &mut Window) {
    let first = |window: &Window| window.rows.first().map_or(i64::MAX, |row| row.order);
    let from = first(truth).max(first(shown));
    for window in [truth, shown] {
        window.rows.retain(|row| row.order >= from);
        window.more = false;
    }
}

fn topics(which: u8) -> Vec<Topic> {
    let mut topics = vec![
        Topic::Nodes,
        Topic::Approvals,
        Topic::Activity { filter: Filter::default(), limit: 2_000 },
        Topic::Transcript { of: of("a", "s"), limit: 30 },
    ];
    if which & 1 == 1 {
        topics.push(Topic::Transcript { of: of("a", "t"), limit: 3 });
    }
    if which & 2 == 2 {
        topics.push(Topic::Transcript { of: of("b", "s"), limit: 200 });
    }
    topics
}

fn fact(session: &str, run: &str, what: u8, text: &str) -> Vec<Fact> {
    match what {
        0..20 => {
            let run = Some(run).filter(|run| !run.is_empty()).map(Into::into);
            let body = body(what, text);
            let session = Some(session.into());
            vec![Fact::Event(Event { session, run, ..Event::new(7, body) })]
        }
        _ => vec![other_fact(session.to_owned(), run, what, text)],
    }
}

fn body(what: u8, text: &str) -> Body {
    match what {
        0..=4 => Body::TextDelta { text: text.into() },
        5 => Body::ThinkingDelta { text: text.into() },
        6 => Body::RunStarted,
        7 => Body::RunFinished(end(Outcome::Ok, text)),
        8 => Body::RunFinished(end(Outcome::Error, text)),
        9 => Body::RunFinished(end(Outcome::Aborted, text)),
        10 => Body::RunStatus { phase: text.into() },
        11 => Body::ToolStarted { call: text.into(), name: "exec".into(), input: serde_json::Value::Null },
        12 => Body::ToolFinished { call: text.into(), ok: Some(true), output: text.into(), ms: None },
        13 => Body::SubagentStarted { label: text.into(), preset: None },
        14 => Body::SubagentFinished { label: text.into(), ok: Some(false) },
        15 => Body::Message(said(&format!("m{text}"), text)),
        16 => Body::ApprovalRequested(asked(text)),
        17 => Body::ApprovalResolved { id: text.into(), decision: link::event::Decision::Once, by: None },
        18 => Body::NodeState(NodeState::BackingOff { attempt: 1, next: 1, reason: text.into() }),
        _ => Body::NodeState(ready()),
    }
}

fn other_fact(session: String, run: &str, what: u8, text: &str) -> Fact {
    match what {
        20 => Fact::Sessions(vec![Session {
            key: session,
            title: Some(text.into()),
            running: [None, Some(true), Some(false)][text.len() % 3],
            ..Session::default()
        }]),
        21 => Fact::Sending { session, agent: None, text: text.into(), client_id: text.into() },
        22 => Fact::Fate {
            session,
            client_id: text.into(),
            fate: [Fate::Sent, Fate::Acknowledged, Fate::Unknown, Fate::Failed][text.len() % 4],
            run: Some(run).filter(|run| !run.is_empty()).map(str::to_owned),
            fault: None,
        },
        23 => Fact::Withdrawn { session, client_id: text.into() },
        24 => Fact::Seen { session },
        _ => Fact::History { session, page: page(text) },
    }
}

fn page(text: &str) -> Page {
    let messages = text.chars().map(|letter| said(&format!("h{letter}"), &letter.to_string())).collect();
    let doing = match text.chars().next() {
        Some('a') => Doing::Run { id: Some("r0".to_owned()), so_far: text.to_owned() },
        Some('c') => Doing::Unknown,
        _ => Doing::Nothing,
    };
    Page { messages, before: text.starts_with('b').then(|| "x".to_owned()), doing }
}

fn said(id: &str, text: &str) -> Message {
    let role = if text.len().is_multiple_of(2) { Role::User } else { Role::Assistant };
    Message {
        id: id.into(),
        role,
        text: text.into(),
        sent_at: None,
        run_id: None,
        client_id: None,
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    }
}

fn end(outcome: Outcome, text: &str) -> RunEnd {
    RunEnd { outcome, text: Some(text.into()), usage: None, error: Some(text.into()) }
}

fn asked(id: &str) -> link::event::Approval {
    link::event::Approval {
        id: id.into(),
        kind: "exec".into(),
        command: "ls".into(),
        cwd: None,
        asked_at: None,
        expires_at: None,
        allowed: Vec::new(),
        call: None,
        rule: None,
    }
}
