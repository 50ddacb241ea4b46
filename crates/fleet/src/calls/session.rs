//! Sessions: what a window shows of them, new ones, older rows.

use contract::calls::{RowsBefore, SessionCreate};
use contract::transcript::{Row, SessionRef};
use contract::{Code, Fault, Topic};
use link::call::{Call, Reply};
use link::event::{Body, Event};

use super::of_call;
use crate::apply::Fact;
use crate::core::Older;
use crate::fleet::Fleet;
use crate::nodes::Urgency;
use crate::{gate, inbox};

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

/// A new session with the agent.
pub async fn create(fleet: &Fleet, window: &str, args: SessionCreate) -> Result<SessionRef, Fault> {
    let post = fleet.inner.nodes.get(&args.node)?;
    let call = Call::CreateSession { agent: args.agent, title: args.title };
    let name = post.row().name;
    let session = match gate::act(&fleet.inner.parts, &post, call, &inbox::signed(window)).await {
        Ok(Reply::Session(session)) => session,
        Ok(_) => {
            return Err(Fault::new(Code::Other, format!("{name}: The node answered something else. Try again.")));
        }
        Err(error) => return Err(of_call(&name, &error)),
    };
    let of = SessionRef { node: post.id.clone(), session: session.key.clone() };
    // Not every node tells of a session that a client made itself.
    let mut event = Event::new(fleet.inner.parts.now(), Body::SessionChanged(session));
    event.session = Some(of.session.as_str().into());
    fleet.core().feed(&of.node, [Fact::Event(event)]);
    Ok(of)
}

/// Marks a session as looked at.
pub fn seen(fleet: &Fleet, of: SessionRef) {
    fleet.core().feed(&of.node, [Fact::Seen { session: of.session }]);
}

/// The rows before a row: from memory, or else from the node.
pub async fn rows_before(fleet: &Fleet, args: RowsBefore) -> Result<Vec<Row>, Fault> {
    let RowsBefore { of, order, limit } = args;
    let mut before = match fleet.core().rows_before(&of, order, limit) {
        Older::Rows(rows) => return Ok(rows),
        Older::Beginning => return Ok(Vec::new()),
        Older::Fetch { before } => before,
    };
    let post = fleet.inner.nodes.get(&of.node)?;
    let name = post.row().name;
    for _ in 0..MOST_PAGES {
        let call = Call::History { session: of.session.clone(), limit: limit.min(LARGEST_PAGE), before };
        let page = match gate::read(&fleet.inner.parts, &post, call, Urgency::Screen).await {
            Ok(Reply::History(page)) => page,
            Ok(_) => {
                return Err(Fault::new(Code::Other, format!("{name}: The node answered something else. Try again.")));
            }
            Err(error) => return Err(of_call(&name, &error)),
        };
        let rows = fleet.core().older_page(&of, order, &page);
        if !rows.is_empty() || page.before.is_none() {
            return Ok(rows);
        }
        before = page.before;
    }
    Ok(Vec::new())
}
