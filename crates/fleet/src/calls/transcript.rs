//! What a window shows of sessions: what it watches, what was looked at, older rows.

use contract::calls::RowsBefore;
use contract::transcript::{Row, SessionRef};
use contract::{Fault, Topic};
use link::call::{Call, Reply};

use super::ask::ask;
use crate::apply::Fact;
use crate::core::Older;
use crate::fleet::Fleet;

/// A page is never larger, whatever the window asks.
const LARGEST_PAGE: u32 = 200;
/// How many pages are asked for when the first ones hold nothing that is shown.
const MOST_PAGES: usize = 8;

/// Shows what the window wants to see, and has what is missing of it fetched.
pub fn watch(fleet: &Fleet, window: &str, topics: Vec<Topic>) {
    let nodes: Vec<String> = topics
        .iter()
        .filter_map(|topic| match topic {
            Topic::Transcript { of, .. } => Some(of.node.clone()),
            _ => None,
        })
        .collect();
    fleet.core().watch(window, topics);
    for post in nodes.iter().filter_map(|node| fleet.inner.nodes.find(node)) {
        post.signals.wanted.notify_one();
    }
}

/// Marks a session as looked at.
pub fn seen(fleet: &Fleet, of: SessionRef) {
    fleet.core().feed(&of.node, [Fact::Seen { session: of.session }]);
}

/// The rows before a row: from memory, or else from the node.
pub async fn rows_before(fleet: &Fleet, window: &str, args: RowsBefore) -> Result<Vec<Row>, Fault> {
    let RowsBefore { of, order, limit } = args;
    let mut before = match fleet.core().rows_before(&of, order, limit) {
        Older::Rows(rows) => return Ok(rows),
        Older::Beginning => return Ok(Vec::new()),
        Older::Fetch { before } => before,
    };
    for _ in 0..MOST_PAGES {
        let call = Call::History { session: of.session.clone(), limit: limit.min(LARGEST_PAGE), before };
        let page = ask(fleet, window, &of.node, call, Reply::history).await?;
        let rows = fleet.core().older_page(&of, order, &page);
        if !rows.is_empty() || page.before.is_none() {
            return Ok(rows);
        }
        before = page.before;
    }
    Ok(Vec::new())
}
