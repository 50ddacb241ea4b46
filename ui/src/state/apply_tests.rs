//! Batches in, touched keys out: what may be drawn again, and nothing else.
#![allow(clippy::unwrap_used)]

use contract::node::LinkState;
use contract::transcript::Window;
use contract::update::Vitals;

use super::*;
use crate::state::samples::node;

fn of() -> SessionRef {
    SessionRef { node: "a".into(), session: "main".into() }
}

fn row(id: &str, order: i64, text: &str) -> Row {
    let body = RowBody::Assistant { text: text.into(), streaming: true, model: None };
    Row { id: id.into(), order, at: None, body }
}

fn window(rows: Vec<Row>) -> Update {
    Update::Transcript {
        window: Window {
            of: of(),
            rows,
            more: true,
            loading: false,
            stale_since: None,
            fault: None,
            running: None,
            phase: None,
        },
    }
}

fn line(n: u64) -> Line {
    Line {
        n,
        at: 0,
        node: "a".into(),
        event: "message".into(),
        agent: None,
        session: None,
        mark: contract::activity::Mark::Message,
        what: String::new(),
        code: None,
        figure: None,
    }
}

struct House(Model, u64);

impl House {
    fn new(updates: Vec<Update>) -> Self {
        let mut house = Self(Model::default(), 0);
        house.take(updates);
        house
    }

    fn take(&mut self, updates: Vec<Update>) -> Applied {
        self.1 += 1;
        apply_batch(&mut self.0, Batch { seq: self.1, updates })
    }
}

#[test]
fn a_token_touches_its_row_and_nothing_else() {
    let mut house = House::new(vec![window(vec![row("1", 1, "Hel"), row("2", 2, "")])]);
    let applied = house.take(vec![Update::RowText { of: of(), id: "1".into(), text: "lo".into() }]);
    assert_eq!(applied.touched, BTreeSet::from([Key::Row(of(), "1".into())]));
    let RowBody::Assistant { text, .. } = &house.0.row(&of(), "1").unwrap().body else { panic!("another row") };
    assert_eq!(text, "Hello");
}

#[test]
fn a_node_told_again_unchanged_touches_nothing() {
    let mut house = House::new(vec![Update::Nodes { nodes: vec![node("a"), node("b")] }]);
    let applied = house
        .take(vec![Update::Node { node: Box::new(node("a")) }, Update::Nodes { nodes: vec![node("a"), node("b")] }]);
    assert_eq!(applied, Applied::default());
}

#[test]
fn one_changed_node_does_not_touch_its_neighbours_or_the_list() {
    let mut house = House::new(vec![Update::Nodes { nodes: vec![node("a"), node("b")] }]);
    let changed = Node { latency_ms: Some(3.0), ..node("b") };
    let applied = house.take(vec![Update::Node { node: Box::new(changed) }]);
    assert_eq!(applied.touched, BTreeSet::from([Key::Node("b".into()), Key::AnyNode]));
}

#[test]
fn the_sidebar_gets_new_rows_only_when_agents_or_what_waits_changed() {
    let mut house = House::new(vec![Update::Nodes { nodes: vec![node("a")] }]);
    let mut tell = |node: Node| house.take(vec![Update::Node { node: Box::new(node) }]).touched.contains(&Key::Tree);
    assert!(!tell(Node { latency_ms: Some(9.0), running: 3, ..node("a") }));
    assert!(!tell(Node { state: LinkState::BackingOff, ..node("a") }));
    assert!(tell(Node { state: LinkState::Pairing, ..node("a") }));
}

#[test]
fn a_node_that_is_gone_leaves_the_list() {
    let mut house = House::new(vec![Update::Nodes { nodes: vec![node("a"), node("b")] }]);
    house.take(vec![Update::NodeGone { id: "a".into() }]);
    assert_eq!(house.0.nodes.iter().map(|node| node.id.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_hole_in_the_numbers_is_noticed_and_a_repeated_batch_changes_nothing() {
    let mut model = Model::default();
    let batch = |seq, text: &str| Batch { seq, updates: vec![Update::Toast { text: text.into() }] };
    assert!(!apply_batch(&mut model, batch(7, "first")).missed);
    assert!(apply_batch(&mut model, batch(9, "third")).missed);
    assert_eq!(apply_batch(&mut model, batch(9, "third")), Applied::default());
}

#[test]
fn rows_stand_by_their_order_whenever_they_come() {
    let mut house = House::new(vec![window(vec![row("1", 10, ""), row("3", 30, "")])]);
    let applied = house.take(vec![Update::Row { of: of(), row: row("2", 20, "") }]);
    assert!(applied.touched.contains(&Key::Rows(of())));
    house.take(vec![Update::Row { of: of(), row: row("1", 40, "") }]);
    let ids: Vec<_> = house.0.transcripts[&of()].rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["2", "3", "1"]);
}

#[test]
fn a_row_that_only_changed_its_words_leaves_the_list_alone() {
    let mut house = House::new(vec![window(vec![row("1", 1, "a")])]);
    let applied = house.take(vec![Update::Row { of: of(), row: row("1", 1, "b") }]);
    assert_eq!(applied.touched, BTreeSet::from([Key::Row(of(), "1".into())]));
}

#[test]
fn updates_for_a_session_that_is_not_shown_are_dropped() {
    let mut house = House::new(vec![]);
    let applied = house.take(vec![
        Update::Row { of: of(), row: row("1", 1, "a") },
        Update::RowText { of: of(), id: "1".into(), text: "b".into() },
        Update::RowGone { of: of(), id: "1".into() },
    ]);
    assert_eq!(applied, Applied::default());
}

#[test]
fn a_snapshot_names_only_the_rows_that_differ() {
    let mut house = House::new(vec![window(vec![row("1", 1, "a"), row("2", 2, "b")])]);
    let applied = house.take(vec![window(vec![row("1", 1, "a"), row("2", 2, "B")])]);
    assert_eq!(applied.touched, BTreeSet::from([Key::Rows(of()), Key::Row(of(), "2".into())]));
}

#[test]
fn the_stream_keeps_a_bounded_tail_and_says_that_older_lines_exist() {
    let mut house = House::new(vec![Update::Activity { lines: vec![line(1)], more: false }]);
    let many: Vec<Line> = (1..=LINES_KEPT as u64 + 5).map(line).collect();
    house.take(vec![Update::ActivityMore { lines: many }]);
    let stream = &house.0.stream;
    assert_eq!((stream.lines.len(), stream.lines[0].n, stream.more), (LINES_KEPT, 6, true));
}

#[test]
fn older_rows_come_before_the_known_ones_and_never_twice() {
    let mut house = House::new(vec![window(vec![row("3", 30, ""), row("4", 40, "")])]);
    prepend_rows(&mut house.0, &of(), vec![row("1", 10, ""), row("3", 30, "")], More::No);
    let transcript = &house.0.transcripts[&of()];
    assert_eq!(transcript.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["1", "3", "4"]);
    assert!(!transcript.more);
}

#[test]
fn figures_that_did_not_move_are_not_drawn_again() {
    let mut house = House::new(vec![]);
    let vitals = Vitals { events_per_second: 1.0, ..Vitals::default() };
    assert_eq!(house.take(vec![Update::Vitals { vitals: vitals.clone() }]).touched.len(), 1);
    assert!(house.take(vec![Update::Vitals { vitals }]).touched.is_empty());
}
