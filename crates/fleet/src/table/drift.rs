//! What nodes do that nobody here knows, by node and version, so that a person hears of it once.

use link::drift::{Unknown, What};
use store::rusqlite::{Connection, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "drift",
    sql: "CREATE TABLE drift (
              node     TEXT    NOT NULL,
              gateway  TEXT    NOT NULL,
              what     TEXT    NOT NULL,
              name     TEXT    NOT NULL,
              times    INTEGER NOT NULL,
              first_at INTEGER NOT NULL,
              told     INTEGER NOT NULL,
              PRIMARY KEY (node, gateway, what, name)
          ) STRICT;",
};

/// Whether a person hears of it now, by this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    Yes,
    /// Beside a window, which will.
    No,
}

/// Writes down what was met. Whether it is to be told: it is by this process, and of this node and version nobody was
/// told yet.
pub fn note(
    tx: &Transaction<'_>,
    node: &str,
    gateway: &str,
    unknown: &[Unknown],
    telling: Telling,
    now: i64,
) -> rusqlite::Result<bool> {
    let told = tx.query_row(
        "SELECT count(*) FROM drift WHERE node = ?1 AND gateway = ?2 AND told = 1",
        [node, gateway],
        |row| row.get::<_, i64>(0),
    )?;
    let is_news = telling == Telling::Yes && told == 0 && !unknown.is_empty();
    let sql = "INSERT INTO drift VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (node, gateway, what, name) DO UPDATE SET times = max(times, ?5), told = max(told, ?7)";
    let mut put = tx.prepare_cached(sql)?;
    for one in unknown {
        put.execute(params![node, gateway, one.what.word(), one.name, one.times, now, telling == Telling::Yes])?;
    }
    Ok(is_news)
}

/// What was met of a node in that version, or where none is known in the one that something new was last met in, the
/// oldest first, and the version.
pub fn of(db: &Connection, node: &str, gateway: Option<&str>) -> rusqlite::Result<Option<(String, Vec<Unknown>)>> {
    let sql = "SELECT gateway, what, name, times FROM drift WHERE node = ?1 AND gateway = coalesce(?2,
                   (SELECT gateway FROM drift WHERE node = ?1 ORDER BY first_at DESC, rowid DESC LIMIT 1))
               ORDER BY first_at, rowid";
    let rows = db.prepare(sql)?.query_map(params![node, gateway], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let gateway = rows.first().map(|(gateway, _)| gateway.clone());
    Ok(gateway.map(|gateway| (gateway, rows.into_iter().map(|(_, unknown)| unknown).collect())))
}

/// Forgets a node.
pub fn forget(tx: &Transaction<'_>, node: &str) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM drift WHERE node = ?1", [node]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<(String, Unknown)> {
    let what = What::named(&row.get::<_, String>("what")?).unwrap_or(What::Field);
    Ok((row.get("gateway")?, Unknown { what, name: row.get("name")?, times: row.get("times")? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(name: &str, times: u32) -> Unknown {
        Unknown { what: What::Method, name: name.to_owned(), times }
    }

    #[test]
    fn it_is_news_once_for_each_node_and_version_and_only_to_whom_is_told() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(CREATE.sql).unwrap();
        let tx = db.transaction().unwrap();
        let note = |node, version, name, telling| note(&tx, node, version, &[unknown(name, 1)], telling, 1).unwrap();
        assert!(!note("n", "OpenClaw 1", "a", Telling::No), "a guest tells nobody");
        assert!(note("n", "OpenClaw 1", "a", Telling::Yes));
        assert!(!note("n", "OpenClaw 1", "a", Telling::Yes), "after a restart");
        assert!(!note("n", "OpenClaw 1", "b", Telling::Yes), "more of the same version");
        assert!(note("n", "OpenClaw 2", "a", Telling::Yes) && note("m", "OpenClaw 1", "a", Telling::Yes));
        assert!(!super::note(&tx, "k", "OpenClaw 1", &[], Telling::Yes, 1).unwrap(), "nothing is no news");
    }

    #[test]
    fn what_was_met_last_is_listed_with_its_counts() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(CREATE.sql).unwrap();
        let tx = db.transaction().unwrap();
        note(&tx, "n", "OpenClaw 1", &[unknown("old", 1)], Telling::Yes, 1).unwrap();
        note(&tx, "n", "OpenClaw 2", &[unknown("a", 5), unknown("b", 1)], Telling::Yes, 2).unwrap();
        note(&tx, "n", "OpenClaw 2", &[unknown("a", 2)], Telling::Yes, 3).unwrap();
        let (gateway, all) = of(&tx, "n", None).unwrap().unwrap();
        assert_eq!((gateway.as_str(), all), ("OpenClaw 2", vec![unknown("a", 5), unknown("b", 1)]));
        let (_, before) = of(&tx, "n", Some("OpenClaw 1")).unwrap().unwrap();
        assert_eq!(before, [unknown("old", 1)], "after a step back to an older version");
        forget(&tx, "n").unwrap();
        assert_eq!(of(&tx, "n", None).unwrap(), None);
    }
}
