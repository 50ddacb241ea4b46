//! Approvals: the answer, what was asked before, and the rules that are kept here.

use contract::Fault;
use contract::approval::{Approval, Outcome, StandingRule};
use contract::calls::{ApprovalHistory, Decide};

use super::of_store;
use crate::fleet::Fleet;
use crate::inbox::{self, Word};
use crate::table::{approval as table, rule as rules};
use crate::view::reveal::reveal;

/// A list is never longer, whatever is asked.
const MOST: u32 = 10_000;

/// Answers an approval.
pub async fn decide(fleet: &Fleet, window: &str, args: Decide) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(&args.node)?;
    let Decide { id, digest, answer, .. } = args;
    let word = Word { id, digest, answer, by: inbox::signed(window), rule: None };
    inbox::decide(&fleet.inner.parts, &post, word).await?;
    // A rule may have been made that covers more of what waits.
    fleet.inner.nodes.all().iter().for_each(|post| post.signals.asked.notify_one());
    Ok(())
}

/// What was asked since that time, the newest first.
pub async fn history(fleet: &Fleet, args: ApprovalHistory) -> Result<Vec<Approval>, Fault> {
    let parts = &fleet.inner.parts;
    let since = args.since.unwrap_or(i64::MIN).max(parts.now() - inbox::KEPT_MS);
    let read = parts.store.read(move |db| table::since(db, since, args.limit.min(MOST)));
    Ok(read.await.map_err(|error| of_store(&error))?.into_iter().map(card).collect())
}

/// The rules that are kept here.
pub async fn rules(fleet: &Fleet) -> Result<Vec<StandingRule>, Fault> {
    let parts = &fleet.inner.parts;
    let now = parts.now();
    parts.store.read(move |db| rules::all(db, now)).await.map_err(|error| of_store(&error))
}

/// Takes a rule away.
pub async fn remove_rule(fleet: &Fleet, id: i64) -> Result<bool, Fault> {
    let write = fleet.inner.parts.store.write(move |tx| rules::remove(tx, id));
    write.await.map_err(|error| of_store(&error))
}

fn card(asked: table::Asked) -> Approval {
    Approval {
        shown: reveal(&asked.command),
        node: asked.node,
        id: asked.id,
        agent: asked.agent,
        session: asked.session,
        kind: asked.kind,
        command: asked.command,
        shown_cwd: asked.cwd.as_deref().map(reveal).unwrap_or_default(),
        cwd: asked.cwd,
        digest: asked.digest,
        asked_at: asked.asked_at.or(Some(asked.seen_at)),
        expires_at: asked.expires_at,
        allowed: Vec::new(),
        rule: None,
        outcome: asked.end.map(|end| Outcome { decision: end.decision, by: end.by, at: end.at }),
    }
}
