//! The end of a removed node: for ten minutes the removal can be undone, key and all; then, or at the program's end,
//! its keys leave the keyring and its row the table.

use store::StoreError;

use super::Parts;
use crate::keys::Slot;
use crate::table::drift;
use crate::table::node as table;

/// How long a removal can be undone, milliseconds.
pub const UNDO_MS: i64 = 10 * 60 * 1000;

/// Lets go of the nodes removed before that time (Unix milliseconds). A node whose keys the keyring does not give up
/// stays in the table, so that it is tried again.
///
/// # Errors
/// The database refused.
pub async fn purge(parts: &Parts, before: i64) -> Result<(), StoreError> {
    let gone = parts.store.read(move |db| table::removed(db, before)).await?;
    for row in gone {
        if has_keys(&row)
            && let Err(fault) = parts.keys.forget(&row.id, &Slot::NODE).await
        {
            tracing::warn!(node = row.name, %fault, "the keys of a removed node stay in the keyring for now");
            continue;
        }
        parts.keys.forget_memory(&row.id);
        parts.store.write(move |tx| drift::forget(tx, &row.id).and_then(|()| table::purge(tx, &row.id))).await?;
    }
    Ok(())
}

fn has_keys(row: &table::NodeRow) -> bool {
    row.key == table::Kept::Keyring || row.device == table::Kept::Keyring
}
