//! Updates into the model: pure, and exact about what it touched. What is not in the
//! returned set has not changed, so nothing that shows it is drawn again.

use std::collections::BTreeSet;

use contract::activity::Line;
use contract::approval::Approval;
use contract::node::Node;
use contract::transcript::{Row, RowBody, SessionRef};
use contract::{Batch, Update};

use super::counts::{Standing, standing};
use super::model::{Head, LINES_KEPT, Model, Transcript};

/// A part of the model that can be watched on its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Which nodes there are, in which order.
    Nodes,
    /// Which agents each node has, and which nodes wait for the person: the sidebar's rows.
    Tree,
    /// One node.
    Node(String),
    /// Any node at all, for sums over all of them.
    AnyNode,
    /// Which approvals there are and how each stands.
    Approvals,
    /// The stream's lines.
    Stream,
    /// Which rows a session shows.
    Rows(SessionRef),
    /// One row of a session.
    Row(SessionRef, String),
    /// What a session says about itself.
    Head(SessionRef),
    Vitals,
}

/// What a batch did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    pub touched: BTreeSet<Key>,
    /// Sentences for the corner of the window.
    pub notes: Vec<String>,
    /// Whether batches before this one are missing: snapshots must be asked for.
    pub missed: bool,
}

/// Takes a batch in. One that came before (or twice) changes nothing.
pub fn apply_batch(model: &mut Model, batch: Batch) -> Applied {
    let mut applied = Applied::default();
    if let Some(last) = model.seq {
        if batch.seq <= last {
            return applied;
        }
        applied.missed = batch.seq != last + 1;
    }
    model.seq = Some(batch.seq);
    for update in batch.updates {
        apply(model, update, &mut applied);
    }
    applied
}

fn apply(model: &mut Model, update: Update, applied: &mut Applied) {
    let touched = &mut applied.touched;
    match update {
        Update::Nodes { nodes } => replace_nodes(model, nodes, touched),
        Update::Node { node } => put_node(model, *node, touched),
        Update::NodeGone { id } => drop_node(model, &id, touched),
        Update::Approvals { approvals } => {
            model.approvals_known = true;
            model.approvals = approvals;
            touched.insert(Key::Approvals);
        }
        Update::Approval { approval } => {
            put_approval(model, *approval);
            touched.insert(Key::Approvals);
        }
        Update::Activity { lines, more } => {
            model.stream.known = true;
            model.stream.lines = lines;
            model.stream.more = more;
            touched.insert(Key::Stream);
        }
        Update::ActivityMore { lines } => append_lines(model, lines, touched),
        Update::Transcript { window } => replace_transcript(model, window, touched),
        Update::Row { of, row } => put_row(model, of, row, touched),
        Update::RowText { of, id, text } => append_text(model, of, id, &text, touched),
        Update::RowGone { of, id } => drop_row(model, of, &id, touched),
        Update::TranscriptHead { of, running, phase, stale_since, loading, fault } => {
            put_head(model, of, Head { loading, stale_since, fault, running, phase }, touched);
        }
        Update::Vitals { vitals } => {
            if model.vitals != vitals {
                model.vitals = vitals;
                touched.insert(Key::Vitals);
            }
        }
        Update::Toast { text } => applied.notes.push(text),
    }
}

fn put_approval(model: &mut Model, approval: Approval) {
    let same = |old: &&mut Approval| old.node == approval.node && old.id == approval.id;
    match model.approvals.iter_mut().find(same) {
        Some(old) => *old = approval,
        None => model.approvals.push(approval),
    }
}

fn replace_nodes(model: &mut Model, nodes: Vec<Node>, touched: &mut BTreeSet<Key>) {
    let same_list = model.nodes_known && model.nodes.iter().map(|node| &node.id).eq(nodes.iter().map(|node| &node.id));
    if !same_list {
        touched.insert(Key::Nodes);
    }
    for node in nodes.iter().filter(|node| model.node(&node.id) != Some(node)) {
        touched.insert(Key::Node(node.id.clone()));
    }
    for old in model.nodes.iter().filter(|old| nodes.iter().all(|node| node.id != old.id)) {
        touched.insert(Key::Node(old.id.clone()));
    }
    if !touched.is_empty() {
        touched.insert(Key::AnyNode);
    }
    if !same_list || model.nodes.iter().zip(&nodes).any(|(old, new)| branch(old).ne(branch(new))) {
        touched.insert(Key::Tree);
    }
    model.nodes_known = true;
    model.nodes = nodes;
}

fn put_node(model: &mut Model, node: Node, touched: &mut BTreeSet<Key>) {
    match model.nodes.iter_mut().find(|old| old.id == node.id) {
        Some(old) if *old == node => return,
        Some(old) => {
            touched.insert(Key::Node(node.id.clone()));
            if branch(old).ne(branch(&node)) {
                touched.insert(Key::Tree);
            }
            *old = node;
        }
        None => {
            touched.extend([Key::Nodes, Key::Tree, Key::Node(node.id.clone())]);
            model.nodes.push(node);
        }
    }
    touched.insert(Key::AnyNode);
}

fn drop_node(model: &mut Model, id: &str, touched: &mut BTreeSet<Key>) {
    let before = model.nodes.len();
    model.nodes.retain(|node| node.id != id);
    if model.nodes.len() != before {
        touched.extend([Key::Nodes, Key::Tree, Key::Node(id.to_owned()), Key::AnyNode]);
    }
}

/// What of a node decides which rows the sidebar has: whether it waits, then its agents.
fn branch(node: &Node) -> impl Iterator<Item = &str> {
    let waits = if standing(node) == Standing::Waits { "waits" } else { "" };
    std::iter::once(waits).chain(node.agents.iter().map(|agent| agent.id.as_str()))
}

fn append_lines(model: &mut Model, lines: Vec<Line>, touched: &mut BTreeSet<Key>) {
    let stream = &mut model.stream;
    let newest = stream.lines.last().map_or(0, |line| line.n);
    stream.lines.extend(lines.into_iter().filter(|line| line.n > newest));
    if stream.lines.len() > LINES_KEPT {
        stream.lines.drain(..stream.lines.len() - LINES_KEPT);
        stream.more = true;
    }
    touched.insert(Key::Stream);
}

fn replace_transcript(model: &mut Model, window: contract::transcript::Window, touched: &mut BTreeSet<Key>) {
    let of = window.of;
    let head = Head {
        loading: window.loading,
        stale_since: window.stale_since,
        fault: window.fault,
        running: window.running,
        phase: window.phase,
    };
    let old = model.transcripts.remove(&of);
    let changed = |row: &&Row| old.as_ref().is_none_or(|old| !old.rows.contains(row));
    touched.extend(window.rows.iter().filter(changed).map(|row| Key::Row(of.clone(), row.id.clone())));
    touched.insert(Key::Rows(of.clone()));
    if old.as_ref().is_none_or(|old| old.head != head) {
        touched.insert(Key::Head(of.clone()));
    }
    model.transcripts.insert(of, Transcript { rows: window.rows, more: window.more, head });
}

fn put_row(model: &mut Model, of: SessionRef, row: Row, touched: &mut BTreeSet<Key>) {
    let Some(transcript) = model.transcripts.get_mut(&of) else {
        return;
    };
    let rows = &mut transcript.rows;
    let key = Key::Row(of.clone(), row.id.clone());
    match rows.iter().rposition(|old| old.id == row.id) {
        Some(at) if rows[at] == row => return,
        Some(at) if rows[at].order == row.order => rows[at] = row,
        known => {
            if let Some(at) = known {
                rows.remove(at);
            }
            let at = rows.partition_point(|old| old.order <= row.order);
            rows.insert(at, row);
            touched.insert(Key::Rows(of));
        }
    }
    touched.insert(key);
}

fn append_text(model: &mut Model, of: SessionRef, id: String, more: &str, touched: &mut BTreeSet<Key>) {
    let Some(transcript) = model.transcripts.get_mut(&of) else {
        return;
    };
    let Some(row) = transcript.rows.iter_mut().rev().find(|row| row.id == id) else {
        return;
    };
    match &mut row.body {
        RowBody::Assistant { text, .. }
        | RowBody::Thinking { text, .. }
        | RowBody::User { text, .. }
        | RowBody::Notice { text, .. }
        | RowBody::Gap { text } => text.push_str(more),
        RowBody::Tool { output, .. } => output.push_str(more),
        RowBody::Subagent { .. } | RowBody::Approval { .. } => return,
    }
    touched.insert(Key::Row(of, id));
}

fn drop_row(model: &mut Model, of: SessionRef, id: &str, touched: &mut BTreeSet<Key>) {
    let Some(transcript) = model.transcripts.get_mut(&of) else {
        return;
    };
    let before = transcript.rows.len();
    transcript.rows.retain(|row| row.id != id);
    if transcript.rows.len() != before {
        touched.insert(Key::Rows(of));
    }
}

fn put_head(model: &mut Model, of: SessionRef, head: Head, touched: &mut BTreeSet<Key>) {
    let Some(transcript) = model.transcripts.get_mut(&of) else {
        return;
    };
    if transcript.head != head {
        transcript.head = head;
        touched.insert(Key::Head(of));
    }
}

/// Older rows, fetched by the window itself, before those it has. Answers what it touched.
pub fn prepend_rows(model: &mut Model, of: &SessionRef, older: Vec<Row>, more: More) -> BTreeSet<Key> {
    let mut touched = BTreeSet::new();
    let Some(transcript) = model.transcripts.get_mut(of) else {
        return touched;
    };
    let first = transcript.rows.first().map_or(i64::MAX, |row| row.order);
    let new: Vec<Row> = older.into_iter().filter(|row| row.order < first).collect();
    transcript.rows.splice(0..0, new);
    transcript.more = more == More::Yes;
    touched.insert(Key::Rows(of.clone()));
    touched
}

/// Older lines of the stream before those the window has.
pub fn prepend_lines(model: &mut Model, older: Vec<Line>, more: More) -> BTreeSet<Key> {
    let stream = &mut model.stream;
    let first = stream.lines.first().map_or(u64::MAX, |line| line.n);
    stream.lines.splice(0..0, older.into_iter().filter(|line| line.n < first).collect::<Vec<_>>());
    stream.more = more == More::Yes;
    BTreeSet::from([Key::Stream])
}

/// Whether there is something older still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    Yes,
    No,
}

#[cfg(test)]
#[path = "apply_tests.rs"]
mod tests;
