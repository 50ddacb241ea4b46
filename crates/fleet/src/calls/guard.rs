//! How a node is guarded: production, unlocked for a while, asked no faster than so.

use contract::calls::{NodeLimit, NodeProduction, NodeUnlock};
use contract::{Code, Fault};

use super::of_store;
use crate::fleet::Fleet;
use crate::table::guard::{self as table, Guard};

/// An unlocked node locks itself after this many minutes at the latest.
const LONGEST_MINUTES: u32 = 8 * 60;
/// Faster than this no gateway is asked.
const MOST_PER_MINUTE: u32 = 60_000;

/// Marks a node as production, locked, or takes the mark away.
pub async fn production(fleet: &Fleet, args: NodeProduction) -> Result<(), Fault> {
    change(fleet, &args.id, move |guard| Guard { production: args.production, unlocked_until: None, ..guard }).await
}

/// Unlocks a production node for a while, or locks it.
pub async fn unlock(fleet: &Fleet, args: NodeUnlock) -> Result<(), Fault> {
    if args.minutes > LONGEST_MINUTES {
        return Err(Fault::new(Code::Invalid, "A node is unlocked for eight hours at most; name a shorter time."));
    }
    let now = fleet.inner.parts.now();
    let until = (args.minutes > 0).then(|| now + i64::from(args.minutes) * 60_000);
    if !current(fleet, &args.id).await?.production {
        return Err(Fault::new(Code::Invalid, "The node is not marked production, so it is not locked."));
    }
    change(fleet, &args.id, move |guard| Guard { unlocked_until: until, ..guard }).await
}

/// How fast the node may be asked.
pub async fn limit(fleet: &Fleet, args: NodeLimit) -> Result<(), Fault> {
    let wrong = |set: Option<u32>| set.is_some_and(|set| set == 0 || set > MOST_PER_MINUTE);
    if wrong(args.per_minute) || wrong(args.burst) {
        return Err(Fault::new(Code::Invalid, "A limit is a number from 1 to 60000."));
    }
    change(fleet, &args.id, move |guard| Guard { per_minute: args.per_minute, burst: args.burst, ..guard }).await
}

async fn current(fleet: &Fleet, id: &str) -> Result<Guard, Fault> {
    let post = fleet.inner.nodes.get(id)?;
    crate::gate::guard(&fleet.inner.parts, &post).await.map_err(|error| of_store(&error))
}

async fn change(fleet: &Fleet, id: &str, set: impl FnOnce(Guard) -> Guard + Send + 'static) -> Result<(), Fault> {
    let node = fleet.inner.nodes.get(id)?.guarded_as.clone();
    let write = fleet.inner.parts.store.write(move |tx| {
        let guard = set(table::get(tx, &node)?);
        table::put(tx, &node, &guard)
    });
    write.await.map_err(|error| of_store(&error))?;
    fleet.inner.nodes.read_guards().await.map_err(|error| of_store(&error))
}
