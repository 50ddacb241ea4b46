//! A whole session as a document: from the node's history, or from what was kept here while the node is away.

use contract::activity::Filter;
use contract::calls::SessionExport;
use contract::transcript::{ExportForm, SessionRef};
use contract::{Code, Fault};
use link::call::CallError;
use link::event::Message;

use super::{of_call, of_store};
use crate::export::{self, Session};
use crate::fleet::Fleet;
use crate::nodes::Urgency;

/// A session of more messages than this is cut at its beginning: a document must fit into memory.
const MOST: usize = 100_000;

/// The session in the wanted form.
pub async fn session(fleet: &Fleet, args: SessionExport) -> Result<String, Fault> {
    let SessionExport { of, form } = args;
    let post = fleet.inner.nodes.get(&of.node)?;
    let node = post.row().name;
    let (messages, from_log) = match fleet.last_messages(&of, MOST, Urgency::Bulk).await {
        Ok(messages) => (messages, false),
        Err(CallError::NotConnected) => (kept(fleet, &of).await?, true),
        Err(error) => return Err(of_call(&node, &error)),
    };
    if messages.is_empty() {
        let what = if from_log { " while the node is away: nothing of it was kept here" } else { "" };
        return Err(Fault::new(
            Code::Invalid,
            format!("{node}: There is nothing to export in “{}”{what}.", of.session),
        ));
    }
    let title = fleet.core().read(&of.node, |truth| Some(truth.session(&of.session)?.about.title.clone())).flatten();
    let session = Session {
        node: &node,
        session: &of.session,
        title: title.flatten().filter(|title| !title.is_empty()),
        messages: &messages,
        from_log,
        now: fleet.inner.parts.now(),
    };
    Ok(match form {
        ExportForm::Jsonl => export::jsonl(&session),
        ExportForm::Markdown => export::markdown(&session),
    })
}

/// What was kept here of the session.
async fn kept(fleet: &Fleet, of: &SessionRef) -> Result<Vec<Message>, Fault> {
    let filter = Filter { nodes: vec![of.node.clone()], sessions: vec![of.session.clone()], ..Filter::default() };
    let log = fleet.core().log();
    log.flush().await;
    let most = u32::try_from(MOST).unwrap_or(u32::MAX);
    let entries = log.entries_after(&filter, 0, most).await.map_err(|error| of_store(&error))?;
    Ok(export::messages_of(entries.into_iter().map(|kept| kept.event.event)))
}
