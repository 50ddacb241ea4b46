//! What opening promises about files it does not know and steps that fail.

use std::fs;

use supervise::Scope;
use tempfile::TempDir;

use super::*;
use crate::store::Store;

const ONE: Migration = Migration { name: "words", sql: "CREATE TABLE word (word TEXT NOT NULL) STRICT" };
const TWO: Migration = Migration { name: "counts", sql: "ALTER TABLE word ADD COLUMN count INTEGER" };
const BROKEN: Migration =
    Migration { name: "typo", sql: "CREATE TABLE half (a TEXT); ALTER TABLE wrod ADD COLUMN b TEXT" };

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.db");
    (dir, path)
}

async fn open(path: &Path, steps: &[Migration]) -> Result<(Scope, Store), StoreError> {
    let scope = Scope::root("test");
    let store = Store::open(&scope, path, steps).await?;
    Ok((scope, store))
}

/// Opens, and shuts everything down again; that leaves one file, with the log folded in.
async fn visit(path: &Path, steps: &[Migration]) -> Result<u32, StoreError> {
    let (scope, store) = open(path, steps).await?;
    let found = store.read(version).await;
    assert!(scope.shutdown(crate::open::PATIENCE).await.in_time());
    assert!(!log_of(path).exists());
    found
}

/// Copies the database as a crash at this moment would leave it.
fn crash_copy(path: &Path) -> (TempDir, PathBuf) {
    let (dir, copy) = folder();
    fs::copy(path, &copy).unwrap();
    fs::copy(log_of(path), log_of(&copy)).unwrap();
    (dir, copy)
}

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

#[tokio::test]
async fn steps_run_once_and_in_order() {
    let (_dir, path) = folder();
    assert_eq!(visit(&path, &[ONE]).await.unwrap(), 1);
    let (scope, store) = open(&path, &[ONE, TWO]).await.unwrap();
    store.write(|tx| tx.execute("INSERT INTO word VALUES ('aye', 2)", [])).await.unwrap();
    assert!(scope.shutdown(crate::open::PATIENCE).await.in_time());
    assert_eq!(visit(&path, &[ONE, TWO]).await.unwrap(), 2);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_not_a_byte_of_it_changes() {
    let (dir, path) = folder();
    visit(&path, &[ONE, TWO]).await.unwrap();
    let before = fs::read(&path).unwrap();
    let error = visit(&path, &[ONE]).await.unwrap_err();
    assert!(matches!(error, StoreError::FromTheFuture { found: 2, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "a file appeared beside the database");
    assert_eq!(visit(&path, &[ONE, TWO]).await.unwrap(), 2);
}

#[tokio::test]
async fn a_newer_version_that_stands_only_in_the_log_is_refused_untouched() {
    let (_dir, path) = folder();
    visit(&path, &[ONE]).await.unwrap();
    let crashed = Connection::open(&path).unwrap();
    crashed.execute_batch("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 7").unwrap();
    let (_dir, copy) = crash_copy(&path);
    assert_eq!(version_in_file(&copy).unwrap(), Some(1));
    let before = (fs::read(&copy).unwrap(), fs::read(log_of(&copy)).unwrap());
    let error = visit(&copy, &[ONE]).await.unwrap_err();
    assert!(matches!(error, StoreError::FromTheFuture { found: 7, known: 1, .. }), "{error}");
    assert_eq!((fs::read(&copy).unwrap(), fs::read(log_of(&copy)).unwrap()), before);
}

#[tokio::test]
async fn a_failing_step_leaves_the_version_before_it_whole() {
    let (_dir, path) = folder();
    let (scope, store) = open(&path, &[ONE]).await.unwrap();
    store.write(|tx| tx.execute("INSERT INTO word VALUES ('aye')", [])).await.unwrap();
    scope.shutdown(crate::open::PATIENCE).await;
    let error = visit(&path, &[ONE, BROKEN]).await.unwrap_err();
    assert!(matches!(&error, StoreError::MigrationFailed { name, .. } if name == "typo"), "{error}");
    let (_scope, store) = open(&path, &[ONE]).await.unwrap();
    let tables = "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'";
    let found: String = store.read(move |db| db.query_row(tables, [], |row| row.get(0))).await.unwrap();
    let word: String = store.read(|db| db.query_row("SELECT word FROM word", [], |row| row.get(0))).await.unwrap();
    assert_eq!((found.as_str(), word.as_str()), ("word", "aye"));
}

#[tokio::test]
async fn a_step_cut_off_by_a_crash_is_run_again_from_the_start() {
    let (_dir, path) = folder();
    visit(&path, &[ONE]).await.unwrap();
    let crashed = Connection::open(&path).unwrap();
    // A tiny cache, so that half of the step is in the log when the crash comes.
    crashed
        .execute_batch(
            "PRAGMA cache_size = 1; BEGIN IMMEDIATE; ALTER TABLE word ADD COLUMN count INTEGER; CREATE TABLE big (b);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
             INSERT INTO big SELECT randomblob(4000) FROM n; PRAGMA user_version = 2",
        )
        .unwrap();
    assert!(!crashed.is_autocommit());
    assert!(log_of(&path).metadata().unwrap().len() > 50_000, "nothing of the step was on disk");
    let (_dir, copy) = crash_copy(&path);
    assert_eq!(visit(&copy, &[ONE]).await.unwrap(), 1);
    assert_eq!(visit(&copy, &[ONE, TWO]).await.unwrap(), 2);
}

#[tokio::test]
async fn a_step_that_breaks_a_reference_is_refused() {
    const LINKED: Migration = Migration {
        name: "linked",
        sql: "CREATE TABLE ship (id INTEGER PRIMARY KEY); CREATE TABLE crew (ship REFERENCES ship);
              INSERT INTO ship VALUES (1); INSERT INTO crew VALUES (1)",
    };
    const SUNK: Migration = Migration { name: "sunk", sql: "DELETE FROM ship" };
    let (_dir, path) = folder();
    visit(&path, &[LINKED]).await.unwrap();
    let StoreError::MigrationFailed { source, .. } = visit(&path, &[LINKED, SUNK]).await.unwrap_err() else {
        panic!("another error");
    };
    assert!(source.to_string().contains("\"crew\""), "{source}");
    assert_eq!(visit(&path, &[LINKED]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_untouched() {
    let long = "Dear diary, ".repeat(20);
    for text in ["Dear diary", long.as_str()] {
        let (dir, path) = folder();
        fs::write(&path, text).unwrap();
        let error = visit(&path, &[ONE]).await.unwrap_err();
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn an_empty_file_is_a_new_database() {
    let (_dir, path) = folder();
    fs::write(&path, "").unwrap();
    assert_eq!(visit(&path, &[ONE]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_path_of_any_letters_opens_and_is_checked() {
    let (dir, _) = folder();
    let path = dir.path().join("Ä # 100%? &x=1.db");
    assert_eq!(visit(&path, &[ONE, TWO]).await.unwrap(), 2);
    assert!(matches!(visit(&path, &[ONE]).await, Err(StoreError::FromTheFuture { .. })));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_as_that() {
    let (dir, _) = folder();
    let error = visit(&dir.path().join("nowhere").join("events.db"), &[ONE]).await.unwrap_err();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
    let error = visit(dir.path(), &[ONE]).await.unwrap_err();
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
}

#[tokio::test]
async fn two_programs_that_open_a_new_file_at_once_both_get_it() {
    for _ in 0..20 {
        let (_dir, path) = folder();
        let (one, two) = tokio::join!(open(&path, &[ONE, TWO]), open(&path, &[ONE, TWO]));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.1.read(version).await.unwrap(), 2);
        assert_eq!(two.1.read(version).await.unwrap(), 2);
    }
}
