//! What sharing a commit promises to those who share it.

use rusqlite::OpenFlags;
use tokio::sync::oneshot;

use super::*;
use crate::error::StoreError;
use crate::job::Write;

type Answered<T> = oneshot::Receiver<Result<T, StoreError>>;

/// Queues a write as a store does.
fn queue<T: Send + 'static>(
    queued: &mut VecDeque<Box<dyn Job>>,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
) -> Answered<T> {
    let (answer, answered) = oneshot::channel();
    queued.push_back(Box::new(Write::new("t.db".as_ref(), work, answer)));
    answered
}

fn insert(word: &'static str) -> impl FnOnce(&Transaction<'_>) -> rusqlite::Result<usize> {
    move |tx| tx.execute("INSERT INTO word VALUES (?1)", [word])
}

fn words(db: &Connection) -> String {
    db.query_row("SELECT coalesce(group_concat(word, ' '), '') FROM word", [], |row| row.get(0)).unwrap()
}

struct Bench {
    _dir: tempfile::TempDir,
    writer: Connection,
    beside: Connection,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE word (word TEXT UNIQUE) STRICT").unwrap();
    let beside = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    Bench { _dir: dir, writer, beside }
}

#[test]
fn writes_that_wait_together_share_one_commit_and_are_answered_after_it() {
    let Bench { _dir, mut writer, beside } = bench();
    let mut queued = VecDeque::new();
    let mut first = queue(&mut queued, insert("one"));
    let (send, seen) = std::sync::mpsc::sync_channel(1);
    let mut second = queue(&mut queued, move |tx| {
        // The first is done here, but neither saved nor answered.
        send.send((words(tx), words(&beside), first.try_recv().is_err(), first, beside)).unwrap();
        insert("two")(tx)
    });
    commit_together(&mut writer, &mut queued);
    let (inside, outside, unanswered, mut first, beside) = seen.recv().unwrap();
    assert_eq!((inside.as_str(), outside.as_str(), unanswered), ("one", "", true));
    assert!(matches!((first.try_recv(), second.try_recv()), (Ok(Ok(1)), Ok(Ok(1)))));
    assert_eq!(words(&beside), "one two");
}

#[test]
fn a_failing_write_and_a_panicking_one_are_undone_alone() {
    let Bench { _dir, mut writer, beside } = bench();
    let mut queued = VecDeque::new();
    let mut before = queue(&mut queued, insert("one"));
    let mut failing = queue(&mut queued, |tx| {
        insert("half")(tx)?;
        insert("one")(tx)
    });
    let mut panicking = queue(&mut queued, |tx| -> rusqlite::Result<()> {
        insert("quarter")(tx)?;
        panic!("a defect")
    });
    let mut after = queue(&mut queued, insert("two"));
    commit_together(&mut writer, &mut queued);
    assert!(matches!(before.try_recv(), Ok(Ok(1))));
    let Ok(Err(StoreError::Sqlite(error))) = failing.try_recv() else { panic!("the double was kept") };
    assert!(error.to_string().contains("UNIQUE"), "{error}");
    let Ok(Err(StoreError::Panicked { message, .. })) = panicking.try_recv() else { panic!("no panic seen") };
    assert_eq!(message, "a defect");
    assert!(matches!(after.try_recv(), Ok(Ok(1))));
    assert_eq!(words(&beside), "one two");
}

#[test]
fn a_lost_transaction_fails_those_in_it_and_those_behind_it_go_on() {
    let Bench { _dir, mut writer, beside } = bench();
    let mut queued = VecDeque::new();
    let mut before = queue(&mut queued, insert("one"));
    let mut culprit = queue(&mut queued, |tx| tx.execute_batch("ROLLBACK"));
    let mut after = queue(&mut queued, insert("two"));
    while !queued.is_empty() {
        commit_together(&mut writer, &mut queued);
    }
    for lost in [before.try_recv().unwrap().map(drop), culprit.try_recv().unwrap()] {
        let error = lost.unwrap_err().to_string();
        assert!(error.contains("ended the transaction"), "{error}");
    }
    assert!(matches!(after.try_recv(), Ok(Ok(1))));
    assert_eq!(words(&beside), "two");
}

#[test]
fn a_lock_held_elsewhere_fails_the_writes_and_not_the_thread() {
    let Bench { _dir, mut writer, beside } = bench();
    let path = _dir.path().join("t.db");
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    writer.busy_timeout(Duration::ZERO).unwrap();
    let mut queued = VecDeque::new();
    let mut refused = [queue(&mut queued, insert("one")), queue(&mut queued, insert("two"))];
    commit_together(&mut writer, &mut queued);
    for answer in &mut refused {
        assert!(matches!(answer.try_recv(), Ok(Err(StoreError::Busy { .. }))));
    }
    other.execute_batch("ROLLBACK").unwrap();
    let mut again = queue(&mut queued, insert("one"));
    commit_together(&mut writer, &mut queued);
    assert!(matches!(again.try_recv(), Ok(Ok(1))));
    assert_eq!(words(&beside), "one");
}
