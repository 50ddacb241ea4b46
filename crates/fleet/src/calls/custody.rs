//! The audit log as a window reads it.

use contract::Fault;
use contract::audit::{Record, Verdict};
use contract::calls::AuditRead;

use super::of_store;
use crate::fleet::Fleet;

/// Records since that time, oldest first.
pub async fn read(fleet: &Fleet, args: AuditRead) -> Result<Vec<Record>, Fault> {
    let node = args.node.map(|node| fleet.node(&node).map_or(node, |head| head.id));
    let read = fleet.inner.parts.audit.since(args.since.unwrap_or(i64::MIN), node, args.limit);
    read.await.map_err(|error| of_store(&error))
}

/// Looks the whole log through.
pub async fn verify(fleet: &Fleet) -> Result<Verdict, Fault> {
    fleet.inner.parts.audit.verify().await.map_err(|error| of_store(&error))
}
