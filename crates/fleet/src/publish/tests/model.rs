//! A window as simple as can be: it does what batches say, and complains when it cannot.

use std::collections::BTreeMap;

use contract::activity::Line;
use contract::approval::Approval;
use contract::node::Node;
use contract::transcript::{RowBody, SessionRef, Window};
use contract::{Batch, Update};

#[derive(Debug, Default)]
pub struct Model {
    pub seq: u64,
    pub nodes: Vec<Node>,
    pub approvals: Vec<Approval>,
    pub lines: Vec<Line>,
    pub rows: BTreeMap<SessionRef, Window>,
}

impl Model {
    pub fn take(&mut self, batches: Vec<Batch>) {
        for batch in batches {
            assert_eq!(batch.seq, self.seq + 1, "numbers have no hole");
            self.seq = batch.seq;
            assert!(!batch.updates.is_empty(), "a batch says something");
            for update in batch.updates {
                self.update(update);
            }
        }
    }

    pub fn texts(&self, of: &SessionRef) -> Vec<String> {
        let texts = self.rows[of].rows.iter().filter_map(|row| match &row.body {
            RowBody::Assistant { text, .. } | RowBody::User { text, .. } => Some(text.clone()),
            _ => None,
        });
        texts.collect()
    }

    fn update(&mut self, update: Update) {
        match update {
            Update::Nodes { nodes } => self.nodes = nodes,
            Update::Node { node } => put(&mut self.nodes, *node, |a, b| a.id == b.id),
            Update::NodeGone { id } => self.nodes.retain(|node| node.id != id),
            Update::Approvals { approvals } => self.approvals = approvals,
            Update::Approval { approval } => {
                put(&mut self.approvals, *approval, |a, b| a.id == b.id && a.node == b.node);
            }
            Update::Activity { lines, .. } => self.lines = lines,
            Update::ActivityMore { lines } => self.lines.extend(lines),
            Update::Transcript { window } => {
                self.rows.insert(window.of.clone(), window);
            }
            Update::Row { of, row } => {
                let rows = &mut self.rows.get_mut(&of).expect("a snapshot came first").rows;
                put(rows, row, |a, b| a.id == b.id);
                rows.sort_by_key(|row| row.order);
            }
            Update::RowText { of, id, text: more } => {
                let rows = &mut self.rows.get_mut(&of).expect("a snapshot came first").rows;
                let row = rows.iter_mut().find(|row| row.id == id).expect("text for a row that is there");
                match &mut row.body {
                    RowBody::Assistant { text, .. } | RowBody::Thinking { text, .. } => text.push_str(&more),
                    other => panic!("text for {other:?}"),
                }
            }
            Update::RowGone { of, id } => {
                self.rows.get_mut(&of).expect("a snapshot came first").rows.retain(|row| row.id != id);
            }
            Update::TranscriptHead { of, running, phase, stale_since, loading, fault } => {
                let window = self.rows.get_mut(&of).expect("a snapshot came first");
                (window.running, window.phase, window.stale_since) = (running, phase, stale_since);
                (window.loading, window.fault) = (loading, fault);
            }
            Update::Vitals { .. } | Update::Toast { .. } => {}
        }
    }
}

fn put<T>(all: &mut Vec<T>, one: T, same: impl Fn(&T, &T) -> bool) {
    match all.iter_mut().find(|known| same(known, &one)) {
        Some(known) => *known = one,
        None => all.push(one),
    }
}
