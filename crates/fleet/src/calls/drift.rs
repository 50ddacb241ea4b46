//! What a node does that nobody here knows.

use contract::Fault;
use contract::record::{Drift, Unknown, What};
use link::drift as found;

use super::of_store;
use crate::fleet::Fleet;
use crate::table::drift as table;

/// What was ever met of the node in its present version, with what its present connection shows.
pub async fn of(fleet: &Fleet, id: &str) -> Result<Drift, Fault> {
    let post = fleet.inner.nodes.get(id)?;
    let present = post.drift.lock().clone();
    let node = post.id.clone();
    let is_known = present.product.is_some() || !present.unknown.is_empty();
    let version = is_known.then(|| present.who());
    let kept = fleet.inner.parts.store.read(move |db| table::of(db, &node, version.as_deref())).await;
    let (gateway, mut all) = kept.map_err(|error| of_store(&error))?.unwrap_or_else(|| (present.who(), Vec::new()));
    for one in present.unknown {
        match all.iter_mut().find(|known| known.is(&one)) {
            Some(known) => known.times = known.times.max(one.times),
            None => all.push(one),
        }
    }
    all.sort_by_key(|one| one.what);
    let unknown = all.into_iter().map(|one| Unknown { what: what(one.what), name: one.name, times: one.times });
    Ok(Drift { gateway, unknown: unknown.collect() })
}

fn what(what: found::What) -> What {
    match what {
        found::What::Method => What::Method,
        found::What::Event => What::Event,
        found::What::Field => What::Field,
    }
}
