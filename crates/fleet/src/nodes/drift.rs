//! What a node does that nobody here knows: kept by node and version, and told once, calmly.

use std::sync::Arc;

use link::OnDrift;
use link::drift::{Found, Unknown};
use link::event::{Body, Event};
use store::StoreError;
use supervise::Scope;

use super::{Parts, Post};
use crate::apply::Fact;
use crate::table::drift::{self as table, Telling};

/// Takes what a link found: into memory at once, into the table behind.
pub(super) fn tell(parts: &Arc<Parts>, post: &Arc<Post>, scope: &Scope) -> OnDrift {
    let (parts, scope, id, kept) = (parts.clone(), scope.clone(), post.id.clone(), post.is_kept() || post.is_local());
    let present = post.drift.clone();
    Arc::new(move |found: &Found| {
        let before = std::mem::replace(&mut *present.lock(), found.clone());
        let is_new = |one: &Unknown| !before.unknown.iter().any(|known| known.is(one));
        let has_more = before.who() != found.who() || found.unknown.iter().any(is_new);
        if kept && has_more && !found.unknown.is_empty() {
            let (parts, id, found) = (parts.clone(), id.clone(), found.clone());
            scope.spawn("note what is new", async move { note(&parts, id, found).await });
        }
    })
}

async fn note(parts: &Parts, id: String, found: Found) -> Result<(), StoreError> {
    let telling = if parts.shared { Telling::No } else { Telling::Yes };
    let (node, who, unknown, now) = (id.clone(), found.who(), found.unknown.clone(), parts.now());
    let write = move |tx: &rusqlite::Transaction<'_>| table::note(tx, &node, &who, &unknown, telling, now);
    if parts.store.write(write).await?
        && let Some(text) = found.sentence()
    {
        parts.core.feed(&id, [Fact::Event(Event::new(now, Body::Notice { text }))]);
    }
    Ok(())
}
