//! Nodes: add, edit, remove, restore, pause, retry, trust. Each writes the table, keys into the keyring first, and
//! reconciles; what the window then sees comes from there.

use contract::calls::{NodePause, NodeTrust};
use contract::node::{NodeForm, NodeId};
use contract::{Code, Fault};
use link::event::NodeState;
use serde_json::{Value, json};

use super::{noted, of_store};
use crate::fleet::Fleet;
use crate::keys::Slot;
use crate::nodes::{self, UNDO_MS, check, fingerprint, fresh, keep_key, name_is_free, pinned, replaced, still_here};
use crate::table::node::{self as table, Kept, NodeRow};

/// Keeps a node and connects to it, by whatever door it came; that is written down here, so that no door passes it.
pub async fn add(fleet: &Fleet, window: &str, act: &'static str, form: NodeForm) -> Result<NodeId, Fault> {
    let (name, about) = (form.name.clone(), about(&form));
    noted(fleet, window, (act, &name, about), kept(fleet, form)).await
}

/// A form as the audit log has it: without its key.
pub fn about(form: &NodeForm) -> Value {
    json!({"name": form.name, "address": form.address, "vendor": form.vendor, "key": form.key.is_some()})
}

async fn kept(fleet: &Fleet, form: NodeForm) -> Result<NodeId, Fault> {
    let parts = &fleet.inner.parts;
    let checked = check(form)?;
    let mut row = fresh(&checked, parts.now());
    name_is_free(parts, &row.name, &row.id).await?;
    if let Some(fingerprint) = checked.pin {
        row.pins = vec![pinned(parts, &row, fingerprint).await];
    }
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
    let mut row = NodeRow {
        name: checked.name.clone(),
        vendor: checked.vendor,
        address: checked.route.to_string(),
        reach: checked.reach.clone().unwrap_or_else(|| old.reach.clone()),
        ..old.clone()
    };
    row.pins = still_here(&old, &row);
    if let Some(fingerprint) = checked.pin {
        row.pins = replaced(&row.pins, pinned(parts, &row, fingerprint).await);
    }
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

/// Trusts the certificate that was shown, or the authority that was shown with it, and no other: what the node shows
/// now must be what the person compared.
pub async fn trust(fleet: &Fleet, args: NodeTrust) -> Result<(), Fault> {
    let post = fleet.inner.nodes.get(&args.id)?;
    let row = post.changeable()?;
    let compared = fingerprint(&args.fingerprint)?;
    let NodeState::Untrusted { fingerprint: shown, authority, .. } = post.signals.standing().borrow().state.clone()
    else {
        return Err(Fault::new(Code::Settled, "The node does not wait for a certificate to be trusted any more."));
    };
    let is_authority = authority.is_some_and(|authority| authority.fingerprint == compared);
    if shown != compared.to_string() && !is_authority {
        let message =
            "The node shows another certificate now than the one you compared. Compare this one before you trust it.";
        return Err(Fault { details: Some(shown), ..Fault::new(Code::Untrusted, message) });
    }
    let new = pinned(&fleet.inner.parts, &row, compared).await;
    let pins = replaced(&row.pins, new);
    save(fleet, NodeRow { pins, ..row }).await
}

async fn save(fleet: &Fleet, row: NodeRow) -> Result<(), Fault> {
    let nodes::Parts { store, .. } = &*fleet.inner.parts;
    store.write(move |tx| table::put(tx, &row)).await.map_err(|error| of_store(&error))?;
    fleet.inner.nodes.reconcile().await.map_err(|error| of_store(&error))
}
