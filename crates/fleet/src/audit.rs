//! The audit log: everything done to a node is written down before it is done, and what came of it after. What cannot
//! be written down is not done.
//!
//! The record of the log's end stands twice: in a table of its own, and in a file apart from the database, so that
//! records taken off the end are missed. The file may be behind by what was written in the moment of a crash.

use std::path::PathBuf;

use contract::audit::{Broken, Phase, Record, Verdict};
use store::{Store, StoreError};
use tokio::sync::Mutex;

mod about;
mod verify;

#[cfg(test)]
mod tests;

pub use about::{about, words};

use crate::core::Clock;
use crate::table::audit::{self as table, Entry, Head};

/// The file of the log's end, in the state folder.
pub const HEAD: &str = "audit.head";
/// An outcome is never longer, in characters: a node's words may be anything.
const LONGEST: usize = 200;

/// The one writer of the log in this process.
pub struct Audit {
    store: Store,
    head: PathBuf,
    /// One record and its head at a time.
    turn: Mutex<()>,
}

/// Something that is done to a node.
#[derive(Debug, Clone)]
pub struct Act {
    pub node: String,
    pub name: String,
    pub who: String,
    /// "send", "node.add" …
    pub act: &'static str,
    /// A JSON object.
    pub about: serde_json::Value,
}

/// An act that is written down and not done yet.
struct Intent {
    act: Act,
    n: u64,
}

impl Audit {
    /// Of that database; its head in that file.
    pub fn new(store: Store, head: PathBuf) -> Audit {
        Audit { store, head, turn: Mutex::default() }
    }

    /// Writes down what is meant, has it done, and writes down what came of it, in the words of `outcome`.
    ///
    /// # Errors
    /// It cannot be written down: then it was not done.
    pub async fn noted<T>(
        &self,
        clock: &dyn Clock,
        act: Act,
        work: impl Future<Output = T>,
        outcome: impl FnOnce(&T) -> String,
    ) -> Result<T, StoreError> {
        let intent = self.intend(clock.now(), act).await?;
        let done = work.await;
        self.came(clock.now(), intent, &outcome(&done)).await;
        Ok(done)
    }

    /// Writes down what is about to be done. An act without an outcome is shown as interrupted.
    async fn intend(&self, at: i64, act: Act) -> Result<Intent, StoreError> {
        let n = self.add(entry(at, &act, Phase::Intent)).await?;
        Ok(Intent { act, n })
    }

    /// Writes down what came of it: "done", or why not. It was done all the same when this cannot be written.
    async fn came(&self, at: i64, intent: Intent, outcome: &str) {
        let outcome = Some(outcome.chars().take(LONGEST).collect());
        let entry = Entry { intent: Some(intent.n), outcome, ..entry(at, &intent.act, Phase::Outcome) };
        if let Err(error) = self.add(entry).await {
            tracing::error!(%error, n = intent.n, "the outcome of an act is missing in the audit log");
        }
    }

    /// Records since that time (Unix milliseconds), oldest first; the newest where there are more than `limit`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn since(&self, at: i64, node: Option<String>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.store.read(move |db| table::since(db, at, node.as_deref(), limit)).await
    }

    /// Looks the whole log through.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn verify(&self) -> Result<Verdict, StoreError> {
        let _turn = self.turn.lock().await;
        // First the file: a record that another process adds in between is no lie.
        let apart = tokio::fs::read_to_string(&self.head).await.ok();
        self.store.read(move |db| verify::verify(db, apart.as_deref())).await
    }

    async fn add(&self, entry: Entry) -> Result<u64, StoreError> {
        let _turn = self.turn.lock().await;
        let head = self.store.write(move |tx| table::add(tx, &entry)).await?;
        let n = head.n;
        if let Err(error) = self.keep_head(&head).await {
            tracing::error!(%error, "the end of the audit log cannot be kept apart");
        }
        Ok(n)
    }

    /// Only ever forward: another process may have written a later one.
    async fn keep_head(&self, head: &Head) -> std::io::Result<()> {
        let known = tokio::fs::read_to_string(&self.head).await.ok();
        if known.as_deref().and_then(parsed).is_some_and(|known| known.n >= head.n) {
            return Ok(());
        }
        let fresh = self.head.with_extension(format!("head.{}", std::process::id()));
        tokio::fs::write(&fresh, format!("{} {}\n", head.n, head.hash)).await?;
        tokio::fs::rename(&fresh, &self.head).await
    }
}

fn entry(at: i64, act: &Act, phase: Phase) -> Entry {
    Entry {
        at,
        node: act.node.clone(),
        name: act.name.clone(),
        who: act.who.clone(),
        act: act.act.to_owned(),
        about: act.about.to_string(),
        phase,
        intent: None,
        outcome: None,
    }
}

fn parsed(text: &str) -> Option<Head> {
    let (n, hash) = text.trim().split_once(' ')?;
    Some(Head { n: n.parse().ok()?, hash: hash.to_owned() })
}

fn broken(n: u64, why: impl Into<String>) -> Broken {
    Broken { n, why: why.into() }
}
