//! Whatever is done to the log, its reader sees it.

use std::path::Path;

use supervise::Scope;

use super::*;
use crate::table;

struct Desk {
    scope: Scope,
    folder: tempfile::TempDir,
    audit: Audit,
}

impl Desk {
    async fn new() -> Desk {
        let (scope, folder) = (Scope::root("test"), tempfile::tempdir().unwrap());
        let store = Store::open(&scope, &folder.path().join("fleet.db"), table::MIGRATIONS).await.unwrap();
        let audit = Audit::new(store, folder.path().join(HEAD));
        Desk { scope, folder, audit }
    }

    async fn act(&self, node: &str) {
        let act = Act {
            node: node.into(),
            name: node.into(),
            who: "you".into(),
            act: "send",
            about: about(&link::call::Call::Send {
                session: None,
                agent: None,
                text: "the secret plan".into(),
                client_id: "c1".into(),
            })
            .unwrap()
            .1,
        };
        let intent = self.audit.intend(1, act).await.unwrap();
        self.audit.came(2, intent, "done").await;
    }

    async fn broken(&self) -> (u64, String) {
        let verdict = self.audit.verify().await.unwrap();
        verdict.broken.map(|broken| (broken.n, broken.why)).unwrap()
    }

    /// As somebody with the file in hand could.
    async fn meddle(&self, sql: &'static str) {
        let work = move |tx: &rusqlite::Transaction<'_>| {
            tx.execute_batch("DROP TRIGGER IF EXISTS audit_stays; DROP TRIGGER IF EXISTS audit_stands;")?;
            tx.execute_batch(sql)
        };
        self.audit.store.write(work).await.unwrap();
    }

    fn head(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join(HEAD)
    }
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole_and_holds_no_message() {
    let desk = Desk::new().await;
    assert_eq!(desk.audit.verify().await.unwrap(), Verdict { records: 0, broken: None });
    desk.act("a").await;
    desk.act("b").await;
    assert_eq!(desk.audit.verify().await.unwrap(), Verdict { records: 4, broken: None });
    let records = desk.audit.since(0, Some("B".into()), 10).await.unwrap();
    let seen: Vec<_> = records.iter().map(|r| (r.n, r.phase, r.intent, r.outcome.as_deref())).collect();
    assert_eq!(seen, [(3, Phase::Intent, None, None), (4, Phase::Outcome, Some(3), Some("done"))]);
    assert!(
        records[0].about.contains("\"characters\":15") && !records[0].about.contains("plan"),
        "{}",
        records[0].about
    );
    desk.scope.shutdown(std::time::Duration::from_secs(2)).await;
}

#[tokio::test]
async fn the_database_itself_changes_and_drops_no_record() {
    let desk = Desk::new().await;
    desk.act("a").await;
    for sql in ["UPDATE audit SET who = 'x'", "DELETE FROM audit"] {
        assert!(desk.audit.store.write(move |tx| tx.execute(sql, [])).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_changed_a_missing_and_an_exchanged_record_are_named() {
    for (sql, n, why) in [
        ("UPDATE audit SET who = 'nobody' WHERE n = 3", 3, "changed after"),
        ("UPDATE audit SET outcome = 'done ' WHERE n = 2", 2, "changed after"),
        ("DELETE FROM audit WHERE n = 2", 2, "missing"),
        ("UPDATE audit SET before = hash WHERE n = 4", 4, "does not follow"),
    ] {
        let desk = Desk::new().await;
        desk.act("a").await;
        desk.act("b").await;
        desk.meddle(sql).await;
        let (found, says) = desk.broken().await;
        assert!(found == n && says.contains(why), "{sql}: {found} {says}");
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_missed() {
    let desk = Desk::new().await;
    desk.act("a").await;
    desk.act("b").await;
    desk.meddle("DELETE FROM audit WHERE n > 2").await;
    assert_eq!(desk.broken().await, (3, "The log ends at record 2, but it had 4: its end was cut off.".into()));
    // Even when the head in the database was made to fit.
    desk.meddle("UPDATE audit_head SET n = 2, hash = (SELECT hash FROM audit WHERE n = 2)").await;
    assert_eq!(desk.broken().await, (3, "The log ends at record 2, but it had 4: its end was cut off.".into()));
    std::fs::remove_file(desk.head()).unwrap();
    assert!(desk.broken().await.1.contains("kept apart is gone"));
}

#[tokio::test]
async fn a_log_written_anew_is_not_the_one_that_was_kept_apart() {
    let desk = Desk::new().await;
    desk.act("a").await;
    let apart = std::fs::read_to_string(desk.head()).unwrap();
    desk.meddle("DELETE FROM audit; DELETE FROM audit_head").await;
    desk.act("b").await;
    std::fs::write(desk.head(), apart).unwrap();
    let (n, why) = desk.broken().await;
    assert!(n == 2 && why.contains("written anew"), "{n} {why}");
}

#[tokio::test]
async fn a_head_apart_that_a_crash_left_behind_is_no_lie() {
    let desk = Desk::new().await;
    desk.act("a").await;
    let apart = std::fs::read_to_string(desk.head()).unwrap();
    desk.act("b").await;
    std::fs::write(desk.head(), apart).unwrap();
    assert_eq!(desk.audit.verify().await.unwrap().broken, None);
}
