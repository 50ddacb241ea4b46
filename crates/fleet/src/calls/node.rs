//! Nodes: add, edit, remove, restore, pause, retry, trust. Each writes the table, keys into the keyring first, and
//! reconciles; what the window then sees comes from there.

use contract::calls::{NodePause, NodeTrust};
use contract::node::{NodeForm, NodeId};
use contract::{Code, Fault};
use link::event::NodeState;

use super::of_store;
use crate::fleet::Fleet;
use crate::keys::Slot;
use crate::nodes::{self, UNDO_MS, check, fingerprint, fresh, keep_key, name_is_free};
use crate::table::node::{self as table, Kept, NodeRow};

/// Keeps a node and connects to it.
pub async fn add(fleet: &Fleet, form: NodeForm) -> Result<NodeId, Fault> {
    let parts = &fleet.inner.parts;
    let checked = check(form)?;
    let mut row = fresh(&checked, parts.now());
    name_is_free(parts, &row.name, &row.id).await?;
    keep_key(&parts.keys, &mut row, checked.key.as_ref(), checked.place).await?;
    let id = row.id.clone();
    if let Err(fault) = save(fleet, row).await {
        // A key without a node would stay in the keyring for ever.
        let _ = parts.keys.forget(&id, &Slot::NODE).await;
        return Err(fault);
    }
    Ok(id)
}

/// Changes a node and connects anew. Without a key in the form the stored one stays.
pub async fn edit(fleet: &Fleet, id: &str, form: NodeForm) -> Result<(), Fault> {
    let parts = &fleet.inner.parts;
    let old = fleet.inner.nodes.get(id)?.changeable()?;
    let checked = check(form)?;
    name_is_free(parts, &checked.name, id).await?;
    let address = checked.route.to_string();
    // A pin belongs to the place it was seen at.
    let kept_pin = old.pin.clone().filter(|_| old.address == address);
    let mut row = NodeRow {
        name: checked.name.clone(),
        vendor: checked.vendor,
        pin: checked.pin.map(|pin| pin.to_string()).or(kept_pin),
        address,
        reach: checked.reach.clone().unwrap_or(old.reach),
        ..old
    };
    if checked.key.is_some() {
        // What an earlier session kept in memory would come before the new key.
        parts.keys.forget_memory(id);
        row.device = if row.device == Kept::Session { Kept::None } else { row.device };
        if row.device == Kept::Keyring {
            // The token it gave for the old key may be why a new one was needed.
            parts.keys.forget(id, &[Slot::DeviceToken]).await?;
        }
    }
    keep_key(&parts.keys, &mut row, checked.key.as_ref(), checked.place).await?;
    save(fleet, row).await
}

/// Takes a node away; its row and its keys stay until the removal cannot be undone any more.
pub async fn remove(fleet: &Fleet, id: &str) -> Result<(), Fault> {
    let row = fleet.inner.nodes.get(id)?.changeable()?;
    let removed_at = Some(fleet.inner.parts.now());
    save(fleet, NodeRow { removed_at, ..row }).await
}

/// Undoes a removal.
pub async fn restore(fleet: &Fleet, id: NodeId) -> Result<(), Fault> {
    let parts = &fleet.inner.parts;
    let wanted = id.clone();
    let row = parts.store.read(move |db| table::get(db, &wanted)).await.map_err(|error| of_store(&error))?;
    let oldest = parts.now() - UNDO_MS;
    let Some(row) = row.filter(|row| row.removed_at.is_none_or(|at| at >= oldest)) else {
        return Err(Fault::new(
            Code::NotFound,
            "The removal is too long ago: the node and its key are gone. Add it again.",
        ));
    };
    name_is_free(parts, &row.name, &id).await?;
    save(fleet, NodeRow { removed_at: None, ..row }).await
}

/// Disconnects and stays away, or comes back.
pub async fn pause(fleet: &Fleet, args: NodePause) -> Result<(), Fault> {
    let row = fleet.inner.nodes.get(&args.id)?.changeable()?;
    save(fleet, NodeRow { paused: args.paused, ..row }).await
}

/// Tries at once instead of waiting.
pub async fn retry(fleet: &Fleet, id: &str) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(id)?;
    post.retry(&fleet.inner.parts).await;
    Ok(())
}

/// Trusts the certificate that was shown, and no other: what the node shows now must be what the person compared.
pub async fn trust(fleet: &Fleet, args: NodeTrust) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(&args.id)?;
    let row = post.changeable()?;
    let compared = fingerprint(&args.fingerprint)?.to_string();
    let NodeState::Untrusted { fingerprint: shown, .. } = post.signals.standing().borrow().state.clone() else {
        return Err(Fault::new(Code::Settled, "The node does not wait for a certificate to be trusted any more."));
    };
    if shown != compared {
        let message =
            "The node shows another certificate now than the one you compared. Compare this one before you trust it.";
        return Err(Fault { details: Some(shown), ..Fault::new(Code::Untrusted, message) });
    }
    save(fleet, NodeRow { pin: Some(shown), ..row }).await
}

async fn save(fleet: &Fleet, row: NodeRow) -> Result<(), Fault> {
    let nodes::Parts { store, .. } = &*fleet.inner.parts;
    store.write(move |tx| table::put(tx, &row)).await.map_err(|error| of_store(&error))?;
    fleet.inner.nodes.reconcile().await.map_err(|error| of_store(&error))
}
