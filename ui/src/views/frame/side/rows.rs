//! Which rows the sidebar has, in order. Pure.

use std::collections::BTreeSet;

use contract::node::Node;

use crate::state::counts::{Standing, standing};

/// A row, by what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Row {
    /// The title over what waits for the person.
    NeedsYou,
    /// An approval.
    Ask {
        node: String,
        id: String,
    },
    /// A node that cannot go on alone.
    Waiting(String),
    /// The title over the nodes.
    Nodes,
    Node(String),
    Agent {
        node: String,
        agent: String,
    },
}

/// What needs the person first, then nodes with their agents unless folded away.
pub fn rows(nodes: &[Node], asks: &[(String, String)], folded: &BTreeSet<String>) -> Vec<Row> {
    let waiting = nodes.iter().filter(|node| standing(node) == Standing::Waits);
    let mut rows: Vec<Row> = asks.iter().map(|(node, id)| Row::Ask { node: node.clone(), id: id.clone() }).collect();
    rows.extend(waiting.map(|node| Row::Waiting(node.id.clone())));
    if !rows.is_empty() {
        rows.insert(0, Row::NeedsYou);
    }
    rows.push(Row::Nodes);
    for node in nodes {
        rows.push(Row::Node(node.id.clone()));
        if !folded.contains(&node.id) {
            let agents = node.agents.iter();
            rows.extend(agents.map(|agent| Row::Agent { node: node.id.clone(), agent: agent.id.clone() }));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_anything_that_waits_there_is_no_title_for_it() {
        assert_eq!(rows(&[], &[], &BTreeSet::new()), [Row::Nodes]);
        let asks = [("a".to_owned(), "1".to_owned())];
        let ask = Row::Ask { node: "a".to_owned(), id: "1".to_owned() };
        assert_eq!(rows(&[], &asks, &BTreeSet::new()), [Row::NeedsYou, ask, Row::Nodes]);
    }
}
