//! What a store promises across a kill of the whole process: every write that was answered is there.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::{env, io};

use super::*;

/// Set in the process that is killed, to the file it writes to.
const VICTIM: &str = "STORE_TEST_VICTIM";
const SCHEMA: &[Migration] = &[Migration { name: "n", sql: "CREATE TABLE n (n INTEGER PRIMARY KEY) STRICT" }];

/// Writes number after number and says each on stdout once it was answered, until it is killed.
async fn write_until_killed(path: &Path) {
    let scope = Scope::root("victim");
    let store = Store::open(&scope, path, SCHEMA).await.unwrap();
    for number in 0_u32.. {
        store.write(move |tx| tx.execute("INSERT INTO n VALUES (?1)", [number])).await.unwrap();
        writeln!(io::stdout(), "answered {number}").unwrap();
    }
}

#[tokio::test]
async fn every_answered_write_survives_a_kill() {
    if let Some(path) = env::var_os(VICTIM) {
        return write_until_killed(Path::new(&path)).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.db");
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "store::kill_tests::every_answered_write_survives_a_kill", "--nocapture"]);
    let mut victim = command.env(VICTIM, &path).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    lines.find(|line| line.ends_with("answered 100")).unwrap();
    victim.kill().unwrap();
    victim.wait().unwrap();
    // What it said between the last line read and the kill counts too; its very last line may be cut off.
    let last = lines.filter_map(|line| line.strip_prefix("answered ")?.parse().ok()).last().unwrap_or(100_u32);

    let scope = Scope::root("after the kill");
    let store = Store::open(&scope, &path, SCHEMA).await.unwrap();
    let found = store.read(|db| db.query_row("SELECT count(*), max(n) FROM n", [], |row| row.try_into()));
    let (count, max): (u32, u32) = found.await.unwrap();
    assert_eq!(count, max + 1, "a write in the middle is gone");
    assert!(max >= last, "{last} was answered, {max} is the last that is there");
}
