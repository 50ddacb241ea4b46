//! What is done with whole sessions: made, renamed, copied, emptied, removed, searched.

use contract::Fault;
use contract::calls::{SessionCreate, SessionFork, SessionRename, SessionSearch};
use contract::steer::Hit;
use contract::transcript::SessionRef;
use link::call::{Call, Reply};
use link::event::{Body, Event};

use super::ask::{across, ask, order};
use crate::apply::Fact;
use crate::fleet::Fleet;

/// A new session with the agent, shown at once.
pub async fn create(fleet: &Fleet, window: &str, args: SessionCreate) -> Result<SessionRef, Fault> {
    let call = Call::CreateSession { agent: args.agent, title: args.title };
    made(fleet, window, args.node, call).await
}

pub async fn rename(fleet: &Fleet, window: &str, args: SessionRename) -> Result<(), Fault> {
    let call = Call::RenameSession { session: args.of.session, title: args.title };
    order(fleet, window, &args.of.node, call).await
}

/// A copy, shown at once.
pub async fn fork(fleet: &Fleet, window: &str, args: SessionFork) -> Result<SessionRef, Fault> {
    let call = Call::ForkSession { session: args.of.session, title: args.title };
    made(fleet, window, args.of.node, call).await
}

pub async fn reset(fleet: &Fleet, window: &str, of: SessionRef) -> Result<(), Fault> {
    order(fleet, window, &of.node, Call::ResetSession { session: of.session }).await
}

pub async fn delete(fleet: &Fleet, window: &str, of: SessionRef) -> Result<(), Fault> {
    order(fleet, window, &of.node, Call::DeleteSession { session: of.session }).await
}

pub async fn switch(fleet: &Fleet, window: &str, of: SessionRef) -> Result<(), Fault> {
    order(fleet, window, &of.node, Call::SwitchSession { session: of.session }).await
}

pub async fn search(fleet: &Fleet, window: &str, args: SessionSearch) -> Result<Vec<Hit>, Fault> {
    let call = Call::SearchSessions { text: args.text, limit: args.limit };
    across(&ask(fleet, window, &args.node, call, Reply::found).await?)
}

/// Has a session made. Not every node tells of one that a client made itself.
async fn made(fleet: &Fleet, window: &str, node: String, call: Call) -> Result<SessionRef, Fault> {
    let session = ask(fleet, window, &node, call, Reply::session).await?;
    let of = SessionRef { node, session: session.key.clone() };
    let mut event = Event::new(fleet.inner.parts.now(), Body::SessionChanged(session));
    event.session = Some(of.session.as_str().into());
    fleet.core().feed(&of.node, [Fact::Event(event)]);
    Ok(of)
}
