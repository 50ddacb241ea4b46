//! The gate that every call to a node passes, and the only place that hands one to its link: locked or not, written
//! down before and after, in its turn.

use std::sync::Arc;

use link::call::{Call, CallError, Reply};
use serde_json::json;
use store::StoreError;

use crate::audit::{self, Act, Intent};
use crate::nodes::{Parts, Post, Urgency};
use crate::table::guard::{self as table, Guard};

/// The code of a refusal because the node is production and locked.
pub const LOCKED: &str = "PRODUCTION_LOCKED";
/// The code of a refusal because the audit log cannot be written.
pub const UNWRITTEN: &str = "AUDIT_UNWRITTEN";

/// Asks the node something that changes nothing there.
///
/// # Errors
/// As `link` gives them.
pub async fn read(parts: &Parts, post: &Post, call: Call, urgency: Urgency) -> Result<Reply, CallError> {
    debug_assert!(audit::about(&call).is_none(), "what changes a node is an act of somebody");
    post.hand_over(parts, call, urgency).await
}

/// Does something to the node, in somebody's name.
///
/// # Errors
/// As `link` gives them; [`LOCKED`] and [`UNWRITTEN`] where it was not handed over at all.
pub async fn act(parts: &Parts, post: &Post, call: Call, who: &str) -> Result<Reply, CallError> {
    let Some((act, mut about)) = audit::about(&call) else {
        return read(parts, post, call, Urgency::Screen).await;
    };
    if let Call::Decide { approval, .. } = &call {
        let digest = parts.core.read(&post.id, |truth| {
            truth.approval(approval).map(|asked| crate::view::approval::digest(&post.id, asked))
        });
        about["digest"] = json!(digest.flatten());
    }
    let (node, name) = (post.guarded_as.clone(), known_as(parts, post));
    let act = Act { node, name, who: who.to_owned(), act, about };
    let intent = parts.audit.intend(parts.now(), act).await.map_err(|error| unwritten(&error))?;
    let answer = match unlocked(parts, post).await {
        Ok(()) => post.hand_over(parts, call, Urgency::Act).await,
        Err(refused) => Err(refused),
    };
    parts.audit.came(parts.now(), intent, &outcome(&answer)).await;
    answer
}

/// The guard as the table has it now: another process may have set it a moment ago.
///
/// # Errors
/// The database cannot be read: then nothing may be changed on the node.
pub async fn guard(parts: &Parts, post: &Post) -> Result<Guard, StoreError> {
    let node = post.guarded_as.clone();
    parts.store.read(move |db| table::get(db, &node)).await
}

/// Writes an act of this program's own down: to a node's row, not to the node.
///
/// # Errors
/// It cannot be written: then it must not be done.
pub async fn intend(parts: &Arc<Parts>, act: Act) -> Result<Intent, contract::Fault> {
    parts.audit.intend(parts.now(), act).await.map_err(|error| crate::calls::of_store(&error))
}

async fn unlocked(parts: &Parts, post: &Post) -> Result<(), CallError> {
    let guard = guard(parts, post).await.map_err(|error| unwritten(&error))?;
    if guard.is_locked(parts.now()) { Err(locked(&known_as(parts, post))) } else { Ok(()) }
}

/// The name a person keeps the node under, also where it was come to by its address.
pub fn known_as(parts: &Parts, post: &Post) -> String {
    parts.core.read(&post.guarded_as, |truth| truth.head.name.clone()).unwrap_or_else(|| post.row().name)
}

/// What a person is told who would change a locked node.
pub fn locked(name: &str) -> CallError {
    let message = format!(
        "it is marked production and locked, so nothing was done. Unlock it first: `pilot node unlock {name}`, for 15 \
         minutes"
    );
    CallError::refused(LOCKED, message)
}

fn unwritten(error: &StoreError) -> CallError {
    let message = format!("it could not be written down, so nothing was done: {error}");
    CallError::refused(UNWRITTEN, message)
}

fn outcome(answer: &Result<Reply, CallError>) -> String {
    match answer {
        Ok(Reply::Aborted(false)) => "done: nothing ran".to_owned(),
        Ok(_) => "done".to_owned(),
        Err(CallError::Refused { code, .. }) => format!("refused: {code}"),
        Err(CallError::NotConnected) => "not done: the node is not connected".to_owned(),
        Err(error) => format!("unknown: {error}"),
    }
}
