//! What a store promises to those who read and write.

use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use futures_util::future::join_all;
use tempfile::TempDir;

use super::*;

const SCHEMA: &[Migration] =
    &[Migration { name: "words", sql: "CREATE TABLE word (word TEXT NOT NULL UNIQUE) STRICT" }];
const GRACE: Duration = Duration::from_secs(30);

struct Bench {
    _dir: TempDir,
    path: PathBuf,
    scope: Scope,
    store: Store,
}

async fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.db");
    let scope = Scope::root("test");
    let store = Store::open(&scope, &path, SCHEMA).await.unwrap();
    Bench { _dir: dir, path, scope, store }
}

async fn add(store: &Store, word: &str) -> Result<usize, StoreError> {
    let word = word.to_owned();
    store.write(move |tx| tx.execute("INSERT INTO word VALUES (?1)", [word])).await
}

fn count(db: &Connection) -> rusqlite::Result<u32> {
    db.query_row("SELECT count(*) FROM word", [], |row| row.get(0))
}

#[tokio::test]
async fn what_was_written_is_read_at_once_and_after_reopening() {
    let Bench { _dir, path, scope, store } = bench().await;
    assert_eq!(add(&store, "aye").await.unwrap(), 1);
    assert_eq!(store.read(count).await.unwrap(), 1);
    assert_eq!(store.path(), Some(path.as_path()));
    assert!(scope.shutdown(GRACE).await.in_time());
    let scope = Scope::root("again");
    let store = Store::open(&scope, &path, SCHEMA).await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn the_version_is_another_after_any_write_and_the_same_after_none() {
    let Bench { _dir, path, store, .. } = bench().await;
    let first = store.version().await.unwrap();
    store.read(count).await.unwrap();
    assert_eq!(store.version().await.unwrap(), first);
    add(&store, "ours").await.unwrap();
    let second = store.version().await.unwrap();
    assert_ne!(second, first);
    let beside = Store::open(&Scope::root("another"), &path, SCHEMA).await.unwrap();
    assert_eq!(store.version().await.unwrap(), second, "opening changes nothing");
    add(&beside, "theirs").await.unwrap();
    assert_ne!(store.version().await.unwrap(), second);
}

#[tokio::test]
async fn a_failed_write_and_a_panicking_one_change_nothing_and_the_next_one_works() {
    let Bench { _dir, store, .. } = bench().await;
    add(&store, "aye").await.unwrap();
    assert!(matches!(add(&store, "aye").await, Err(StoreError::Sqlite(_))));
    let panicked = store
        .write(|tx| -> rusqlite::Result<()> {
            tx.execute("INSERT INTO word VALUES ('half')", [])?;
            panic!("a defect")
        })
        .await;
    assert!(matches!(panicked, Err(StoreError::Panicked { .. })));
    add(&store, "nay").await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 2);
}

#[tokio::test]
async fn a_panicking_read_is_an_answer_and_every_reader_goes_on() {
    let Bench { _dir, store, .. } = bench().await;
    for _ in 0..8 {
        let panicked = store.read(|_| -> rusqlite::Result<()> { panic!("a defect") }).await;
        assert!(matches!(panicked, Err(StoreError::Panicked { .. })));
    }
    let reads = join_all((0..8).map(|_| store.read(count))).await;
    assert!(reads.into_iter().all(|read| read.unwrap() == 0));
}

#[tokio::test]
async fn a_read_cannot_write_on_file_or_in_memory() {
    let Bench { _dir, store, scope, .. } = bench().await;
    let memory = Store::in_memory(&scope, SCHEMA).await.unwrap();
    assert_eq!(memory.path(), None);
    for store in [store, memory] {
        let refused = store.read(|db| db.execute("INSERT INTO word VALUES ('aye')", [])).await;
        assert!(refused.unwrap_err().to_string().contains("readonly"));
        assert!(store.read(|_| -> rusqlite::Result<()> { panic!("a defect") }).await.is_err());
        add(&store, "aye").await.unwrap();
        assert_eq!(store.read(count).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_read_sees_one_moment_through_all_its_statements() {
    let Bench { _dir, store, .. } = bench().await;
    let (began, begun) = tokio::sync::oneshot::channel();
    let (go_on, wait) = sync_channel::<()>(1);
    let read = store.read(move |db| {
        let before = count(db)?;
        began.send(()).unwrap();
        wait.recv().unwrap();
        Ok((before, count(db)?))
    });
    let write = async {
        begun.await.unwrap();
        add(&store, "aye").await.unwrap();
        go_on.send(()).unwrap();
    };
    let (seen, ()) = tokio::join!(read, write);
    assert_eq!(seen.unwrap(), (0, 0));
    assert_eq!(store.read(count).await.unwrap(), 1);
}

#[tokio::test]
async fn reads_go_on_while_a_write_takes_long() {
    let Bench { _dir, store, .. } = bench().await;
    let (began, begun) = tokio::sync::oneshot::channel();
    let (go_on, wait) = sync_channel::<()>(1);
    let write = store.write(move |tx| {
        tx.execute("INSERT INTO word VALUES ('slow')", [])?;
        began.send(()).unwrap();
        wait.recv().unwrap();
        Ok(())
    });
    let read = async {
        begun.await.unwrap();
        let seen = store.read(count).await.unwrap();
        go_on.send(()).unwrap();
        seen
    };
    let (written, seen) = tokio::join!(write, read);
    written.unwrap();
    assert_eq!((seen, store.read(count).await.unwrap()), (0, 1));
}

#[tokio::test]
async fn a_thousand_writes_at_once_are_all_saved() {
    let Bench { _dir, store, .. } = bench().await;
    let writes = join_all((0..1_000).map(|number| {
        let store = store.clone();
        async move { add(&store, &number.to_string()).await }
    }));
    assert!(writes.await.into_iter().all(|written| written.is_ok()));
    assert_eq!(store.read(count).await.unwrap(), 1_000);
}

#[tokio::test]
async fn writes_are_done_in_the_order_they_were_queued() {
    let Bench { _dir, store, .. } = bench().await;
    let words = ["d", "b", "e", "a", "c"];
    join_all(words.map(|word| add(&store, word))).await;
    let order = "SELECT group_concat(word) FROM (SELECT word FROM word ORDER BY rowid)";
    let done: String = store.read(move |db| db.query_row(order, [], |row| row.get(0))).await.unwrap();
    assert_eq!(done, words.join(","));
}

#[tokio::test]
async fn a_full_disk_is_told_as_that_and_loses_nothing() {
    let Bench { _dir, store, .. } = bench().await;
    add(&store, "before").await.unwrap();
    let limit = |pages: u32| store.write(move |tx| tx.pragma_update(None, "max_page_count", pages));
    limit(1).await.unwrap();
    let big = "x".repeat(100_000);
    let (small, full) = tokio::join!(add(&store, "small"), add(&store, &big));
    let error = full.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    assert!(error.to_string().contains("Free some space"));
    let expected = 1 + u32::from(small.is_ok());
    assert_eq!(store.read(count).await.unwrap(), expected);
    limit(1_000_000).await.unwrap();
    add(&store, &big).await.unwrap();
    let sound: String = store.read(|db| db.query_row("PRAGMA integrity_check", [], |row| row.get(0))).await.unwrap();
    assert_eq!((sound.as_str(), store.read(count).await.unwrap()), ("ok", expected + 1));
}

#[tokio::test]
async fn two_stores_on_one_file_take_turns_and_see_each_other() {
    let Bench { _dir, path, store, .. } = bench().await;
    let other_scope = Scope::root("other");
    let other = Store::open(&other_scope, &path, SCHEMA).await.unwrap();
    let writes = (0..100).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        async move { add(&store, &number.to_string()).await }
    });
    for written in join_all(writes).await {
        written.unwrap();
    }
    assert_eq!(store.read(count).await.unwrap(), 100);
    assert_eq!(other.read(count).await.unwrap(), 100);
}

#[tokio::test]
async fn a_write_that_was_not_committed_at_a_crash_is_not_there() {
    let Bench { _dir, path, store, .. } = bench().await;
    add(&store, "saved").await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let (from, to) = (path.clone(), copy.path().join("events.db"));
    let (file, log) = (to.clone(), to.with_extension("db-wal"));
    store
        .write(move |tx| {
            tx.pragma_update(None, "cache_size", 1)?;
            let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
                        INSERT INTO word SELECT hex(randomblob(1000)) FROM n";
            tx.execute(many, [])?;
            // What is on the disk now is what a crash now would leave.
            std::fs::copy(&from, &file).unwrap();
            let copied = std::fs::copy(from.with_extension("db-wal"), &log).unwrap();
            assert!(copied > 200_000, "the write was not on the disk yet");
            Ok(())
        })
        .await
        .unwrap();
    let scope = Scope::root("after the crash");
    let crashed = Store::open(&scope, &to, SCHEMA).await.unwrap();
    assert_eq!(crashed.read(count).await.unwrap(), 1);
    assert_eq!(store.read(count).await.unwrap(), 201);
}

#[tokio::test]
async fn a_damaged_file_is_told_as_that() {
    let Bench { _dir, path, scope, store } = bench().await;
    for number in 0..50 {
        add(&store, &format!("{number}{}", "y".repeat(1_000))).await.unwrap();
    }
    assert!(scope.shutdown(GRACE).await.in_time());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let scope = Scope::root("again");
    let store = Store::open(&scope, &path, SCHEMA).await.unwrap();
    let error = store.read(count).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn tasks_can_write_while_they_drain_and_nobody_afterwards() {
    let Bench { _dir, scope, store, .. } = bench().await;
    let (stop, last) = (scope.child("fleet"), store.clone());
    stop.clone().spawn("log", async move {
        stop.cancelled().await;
        add(&last, "last words").await.map(drop)
    });
    // This test still holds the store: its threads end all the same.
    let drained = scope.shutdown(GRACE).await;
    assert!(drained.in_time(), "{drained}");
    assert!(matches!(add(&store, "late").await, Err(StoreError::Closed { .. })));
    assert!(matches!(store.read(count).await, Err(StoreError::Closed { .. })));
}

#[tokio::test]
async fn the_threads_end_with_the_last_handle() {
    let Bench { _dir, scope, store, .. } = bench().await;
    let names: Vec<_> = scope.status().into_iter().map(|task| task.path).collect();
    assert!(names.contains(&"test/store events.db/writer".to_owned()), "{names:?}");
    let mut reports = scope.reports();
    drop(store);
    for _ in names {
        assert_eq!(reports.recv().await.unwrap().end, supervise::End::Finished);
    }
    assert!(scope.status().is_empty());
}

#[tokio::test]
async fn a_write_whose_caller_went_away_is_done_once_queued() {
    let Bench { _dir, store, .. } = bench().await;
    let (go_on, wait) = sync_channel::<()>(1);
    let gate = store.clone();
    let slow = gate.write(move |_| {
        wait.recv().unwrap();
        Ok(())
    });
    let leave = async {
        let mut gone = Box::pin(add(&store, "orphan"));
        assert!(futures_util::poll!(&mut gone).is_pending());
        drop(gone);
        go_on.send(()).unwrap();
    };
    let (slow, ()) = tokio::join!(slow, leave);
    slow.unwrap();
    add(&store, "behind it").await.unwrap();
    assert_eq!(store.read(count).await.unwrap(), 2);
}

#[tokio::test]
async fn full_durability_is_what_sqlite_is_told() {
    let Bench { _dir, path, scope, .. } = bench().await;
    for (durability, synchronous) in [(Durability::Normal, 1), (Durability::Full, 2)] {
        let options = OpenOptions { durability };
        let store = Store::open_with(&scope, &path, SCHEMA, options).await.unwrap();
        let told = store.write(|tx| tx.pragma_query_value(None, "synchronous", |row| row.get::<_, u32>(0)));
        assert_eq!(told.await.unwrap(), synchronous);
        let mode = store.write(|tx| tx.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)));
        assert_eq!(mode.await.unwrap(), "wal");
        let keys = store.write(|tx| tx.pragma_query_value(None, "foreign_keys", |row| row.get::<_, bool>(0)));
        assert!(keys.await.unwrap());
    }
}

#[tokio::test]
async fn no_error_says_its_source_twice() {
    let Bench { _dir, path, .. } = bench().await;
    for code in [5, 6, 10, 11, 13, 14, 26] {
        let source = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let said = source.to_string();
        let error = StoreError::sorted(&path, source);
        assert!(!error.to_string().contains(&said), "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

#[test]
fn the_threads_end_when_the_runtime_went_first() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let Bench { _dir, scope, store, .. } = runtime.block_on(bench());
    let mut reports = scope.reports();
    let threads = scope.status().len();
    drop(runtime);
    drop(store);
    for _ in 0..threads {
        assert_eq!(reports.blocking_recv().unwrap().end, supervise::End::Finished);
    }
}
