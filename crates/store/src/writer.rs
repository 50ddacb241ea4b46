//! The one thread that writes. Requests that wait together share a commit, each in a savepoint of its own, so that one
//! that fails is undone alone; they are answered only when the commit has happened.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::inbox::Inbox;
use crate::job::Job;

/// How many requests share a commit at most: the first of them waits for all.
const TOGETHER: usize = 128;

/// How long the end waits for reads that still run.
const LAST_READS: Duration = Duration::from_secs(1);

/// Serves the queue until it closes. `readers` hangs up when the last reader's connection is closed: the last one to
/// close folds the log into the file, and only a connection that may write can.
pub(crate) fn serve(mut db: Connection, inbox: Inbox<Box<dyn Job>>, readers: Receiver<()>) {
    while let Some(first) = inbox.next() {
        let mut queued = VecDeque::from([first]);
        queued.extend(std::iter::from_fn(|| inbox.waiting()).take(TOGETHER - 1));
        while !queued.is_empty() {
            commit_together(&mut db, &mut queued);
        }
    }
    // Nothing is ever sent: this waits for the hang-up.
    let _ = readers.recv_timeout(LAST_READS);
}

/// Takes jobs until the queue is empty or the transaction is lost, then answers all it took.
fn commit_together(db: &mut Connection, queued: &mut VecDeque<Box<dyn Job>>) {
    let mut taken = Vec::with_capacity(queued.len());
    let failure = run_all(db, queued, &mut taken).err();
    for job in taken {
        job.answer(failure.as_ref());
    }
}

fn run_all(
    db: &mut Connection,
    queued: &mut VecDeque<Box<dyn Job>>,
    taken: &mut Vec<Box<dyn Job>>,
) -> rusqlite::Result<()> {
    let tx = match db.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(tx) => tx,
        Err(error) => {
            // Waiting for the lock once more for each of them would keep the last one for minutes.
            taken.extend(queued.drain(..));
            return Err(error);
        }
    };
    while let Some(mut job) = queued.pop_front() {
        let step = run_one(&tx, job.as_mut());
        taken.push(job);
        step?;
    }
    tx.commit()
}

/// Runs a job in a savepoint. An error is the whole transaction's: SQLite gives it up by itself when the disk is full
/// or fails, and then the jobs before this one are lost with it.
fn run_one(tx: &Transaction<'_>, job: &mut dyn Job) -> rusqlite::Result<()> {
    tx.execute_batch("SAVEPOINT job")?;
    let verdict = job.run(tx);
    if tx.is_autocommit() {
        return verdict.and(Err(ended_inside()));
    }
    match verdict {
        Ok(()) => tx.execute_batch("RELEASE job"),
        Err(_) => tx.execute_batch("ROLLBACK TO job; RELEASE job"),
    }
}

fn ended_inside() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_MISUSE);
    rusqlite::Error::SqliteFailure(code, Some("a write ended the transaction it runs in".to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
