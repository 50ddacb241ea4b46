//! What is done with whole sessions: renamed, copied, emptied, removed, searched.

use contract::Fault;
use contract::calls::{SessionFork, SessionRename, SessionSearch};
use contract::steer::Hit;
use contract::transcript::SessionRef;
use link::call::{Call, Reply};
use link::event::{Body, Event};

use super::ask::{across, ask, odd, order};
use crate::apply::Fact;
use crate::fleet::Fleet;

pub async fn rename(fleet: &Fleet, window: &str, args: SessionRename) -> Result<(), Fault> {
    let call = Call::RenameSession { session: args.of.session, title: args.title };
    order(fleet, window, &args.of.node, call).await
}

/// A copy, which is shown at once: not every node tells of a session that a client made itself.
pub async fn fork(fleet: &Fleet, window: &str, args: SessionFork) -> Result<SessionRef, Fault> {
    let call = Call::ForkSession { session: args.of.session, title: args.title };
    let Reply::Session(session) = ask(fleet, window, &args.of.node, call).await? else {
        return Err(odd());
    };
    let of = SessionRef { node: args.of.node, session: session.key.clone() };
    let mut event = Event::new(fleet.inner.parts.now(), Body::SessionChanged(session));
    event.session = Some(of.session.as_str().into());
    fleet.core().feed(&of.node, [Fact::Event(event)]);
    Ok(of)
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
    match ask(fleet, window, &args.node, call).await? {
        Reply::Found(hits) => across(&hits),
        _ => Err(odd()),
    }
}
