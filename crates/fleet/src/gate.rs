//! The gate that every call to a node passes, and the only place that hands one to its link: locked or not, written
//! down before and after, in its turn.

use std::convert::Infallible;
use std::fmt::Display;
use std::time::{Duration, Instant};

use link::call::{Call, CallError, Reply};
use parking_lot::Mutex;
use serde_json::json;
use store::StoreError;

use crate::audit::{self, Act};
use crate::nodes::{Parts, Post, Urgency};
use crate::table::guard::{self as table, Guard};

/// The code of a refusal because the node is production and locked.
pub const LOCKED: &str = "PRODUCTION_LOCKED";
/// The code of a refusal because the audit log cannot be written.
pub const UNWRITTEN: &str = "AUDIT_UNWRITTEN";

/// Why an act was not done, or why nobody knows whether it was.
#[derive(Debug)]
pub enum Undone<E> {
    /// Who asked for it looked again when its turn had come, and wants it no more: nothing was handed over.
    Held(E),
    /// What the node, its link or the gate said.
    Call(CallError),
}

/// How often a call is handed over to a node that says it is busy.
#[derive(Debug, Clone, Copy)]
pub enum Tries {
    Once,
    Several,
}

/// Asks the node something that changes nothing there.
///
/// # Errors
/// As `link` gives them.
pub async fn read(parts: &Parts, post: &Post, call: Call, urgency: Urgency) -> Result<Reply, CallError> {
    debug_assert!(audit::about(&call).is_none(), "what changes a node is an act of somebody");
    post.hand_over(parts, call, urgency, Tries::Several, at_once).await.map_err(of_link)
}

/// How long the way to the node and back is. Waiting for a turn is no part of it.
///
/// # Errors
/// As `link` gives them.
pub async fn ping(parts: &Parts, post: &Post) -> Result<Duration, CallError> {
    let left = Mutex::new(Instant::now());
    let turn = || {
        *left.lock() = Instant::now();
        at_once()
    };
    post.hand_over(parts, Call::Ping, Urgency::Bulk, Tries::Once, turn).await.map_err(of_link)?;
    Ok(left.into_inner().elapsed())
}

/// Does something to the node, in somebody's name.
///
/// # Errors
/// As `link` gives them; [`LOCKED`] and [`UNWRITTEN`] where it was not handed over at all.
pub async fn act(parts: &Parts, post: &Post, call: Call, who: &str) -> Result<Reply, CallError> {
    if audit::about(&call).is_none() {
        return read(parts, post, call, Urgency::Screen).await;
    }
    act_when(parts, post, call, who, Tries::Several, || std::future::ready(Ok(()))).await.map_err(of_link)
}

/// Does something to the node, in somebody's name. Its turn may come late: `ready` is asked before each handing over
/// whether it is to be done still.
///
/// # Errors
/// As [`act`], and what `ready` said.
pub async fn act_when<E, F>(
    parts: &Parts,
    post: &Post,
    call: Call,
    who: &str,
    tries: Tries,
    ready: impl Fn() -> F,
) -> Result<Reply, Undone<E>>
where
    E: Display,
    F: Future<Output = Result<(), E>>,
{
    let (act, about) = noted(parts, post, &call);
    let (node, name) = (post.guarded_as.clone(), known_as(parts, post));
    let act = Act { node, name, who: who.to_owned(), act, about };
    let may = || async {
        unlocked(parts, post).await.map_err(Undone::Call)?;
        ready().await.map_err(Undone::Held)
    };
    let work = async {
        unlocked(parts, post).await.map_err(Undone::Call)?;
        post.hand_over(parts, call, Urgency::Act, tries, may).await
    };
    let done = parts.audit.noted(&*parts.clock, act, work, outcome).await;
    done.unwrap_or_else(|error| Err(Undone::Call(unwritten(&error))))
}

/// What the audit log says of the call.
fn noted(parts: &Parts, post: &Post, call: &Call) -> (&'static str, serde_json::Value) {
    let (act, mut about) = audit::about(call).unwrap_or(("read", json!({})));
    if let Call::Decide { approval, .. } = call {
        let digest = parts.core.read(&post.id, |truth| {
            truth.approval(approval).map(|asked| crate::view::approval::digest(&post.id, asked))
        });
        about["digest"] = json!(digest.flatten());
    }
    (act, about)
}

fn at_once() -> std::future::Ready<Result<(), Undone<Infallible>>> {
    std::future::ready(Ok(()))
}

fn of_link(undone: Undone<Infallible>) -> CallError {
    match undone {
        Undone::Call(error) => error,
        Undone::Held(never) => match never {},
    }
}

/// The guard as the table has it now: another process may have set it a moment ago.
///
/// # Errors
/// The database cannot be read: then nothing may be changed on the node.
pub async fn guard(parts: &Parts, post: &Post) -> Result<Guard, StoreError> {
    let node = post.guarded_as.clone();
    parts.store.read(move |db| table::get(db, &node)).await
}

/// The guard, if it lets anybody change the node now.
///
/// # Errors
/// [`LOCKED`]; [`UNWRITTEN`] where nobody knows.
pub async fn unlocked(parts: &Parts, post: &Post) -> Result<Guard, CallError> {
    let guard = guard(parts, post).await.map_err(|error| unwritten(&error))?;
    if guard.is_locked(parts.now()) { Err(locked(&known_as(parts, post))) } else { Ok(guard) }
}

/// The name a person keeps the node under, also where it was come to by its address.
pub fn known_as(parts: &Parts, post: &Post) -> String {
    parts.core.read(&post.guarded_as, |truth| truth.head.name.clone()).unwrap_or_else(|| post.row().name)
}

/// What a person is told who would change a locked node.
fn locked(name: &str) -> CallError {
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

fn outcome<E: Display>(answer: &Result<Reply, Undone<E>>) -> String {
    match answer {
        Ok(Reply::Aborted(false)) => "done: nothing ran".to_owned(),
        Ok(_) => "done".to_owned(),
        Err(Undone::Held(why)) => format!("not done: {why}"),
        Err(Undone::Call(CallError::Refused { code, .. })) => format!("refused: {code}"),
        Err(Undone::Call(CallError::NotConnected)) => "not done: the node is not connected".to_owned(),
        Err(Undone::Call(CallError::Busy { .. })) => "not done: the node is busy".to_owned(),
        Err(Undone::Call(error)) => format!("unknown: {error}"),
    }
}
