//! The audit log: what was done to nodes, one record after the other, each holding the hash of the one before. Records
//! are only added: the database itself refuses to change or take away one.
//!
//! What never stands here: a key, or what a person said. A message is named by its length and its digest.

use contract::audit::{Phase, Record};
use store::rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use store::{Migration, rusqlite};

use crate::digest::{self, hex};

/// The table, and the record of its end.
pub const CREATE: Migration = Migration {
    name: "audit",
    sql: "CREATE TABLE audit (
              n       INTEGER PRIMARY KEY,
              at      INTEGER NOT NULL,
              node    TEXT    NOT NULL,
              name    TEXT    NOT NULL,
              who     TEXT    NOT NULL,
              act     TEXT    NOT NULL,
              about   TEXT    NOT NULL,
              phase   TEXT    NOT NULL,
              intent  INTEGER,
              outcome TEXT,
              before  TEXT    NOT NULL,
              hash    TEXT    NOT NULL
          ) STRICT;
          CREATE INDEX audit_at ON audit (at);
          CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
          CREATE TRIGGER audit_stays BEFORE DELETE ON audit
              BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
          CREATE TRIGGER audit_stands BEFORE UPDATE ON audit
              BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;",
};

/// What the first record holds as the hash before it.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of the log: the number and the hash of its last record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub n: u64,
    pub hash: String,
}

/// What a record says, before it has its place.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Unix milliseconds.
    pub at: i64,
    pub node: String,
    pub name: String,
    pub who: String,
    pub act: String,
    pub about: String,
    pub phase: Phase,
    /// For an outcome: the number of its intent.
    pub intent: Option<u64>,
    pub outcome: Option<String>,
}

/// Adds a record to the end. Two processes that add at once do it one after the other.
pub fn add(tx: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<Head> {
    let last = last(tx)?;
    let (before, n) = last.map_or((GENESIS.to_owned(), 1), |head| (head.hash, head.n + 1));
    let e = entry.clone();
    let mut record = Record {
        n,
        at: e.at,
        node: e.node,
        name: e.name,
        who: e.who,
        act: e.act,
        about: e.about,
        phase: e.phase,
        intent: e.intent,
        outcome: e.outcome,
        before,
        hash: String::new(),
    };
    record.hash = hash(&record);
    let r = &record;
    let sql = "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let (n, intent) = (signed(r.n), r.intent.map(signed));
    let phase = word(r.phase);
    tx.execute(
        sql,
        params![n, r.at, r.node, r.name, r.who, r.act, r.about, phase, intent, r.outcome, r.before, r.hash],
    )?;
    let sql = "INSERT INTO audit_head VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET n = ?1, hash = ?2";
    tx.execute(sql, params![n, r.hash])?;
    Ok(Head { n: r.n, hash: record.hash })
}

/// The head as it is kept in the table of its own.
pub fn head(db: &Connection) -> rusqlite::Result<Option<Head>> {
    db.query_row("SELECT n, hash FROM audit_head", [], read_head).optional()
}

/// Records of that time and later, oldest first; of one node only, if one is named by its id or name.
pub fn since(db: &Connection, at: i64, node: Option<&str>, limit: u32) -> rusqlite::Result<Vec<Record>> {
    let sql =
        "SELECT * FROM (SELECT * FROM audit WHERE at >= ?1 AND (?2 IS NULL OR node = ?2 OR name = ?2 COLLATE NOCASE)
                   ORDER BY n DESC LIMIT ?3) ORDER BY n";
    db.prepare(sql)?.query_map(params![at, node, limit], read)?.collect()
}

/// Looks at all records in their order, until one does not please.
pub fn each<E>(db: &Connection, mut look: impl FnMut(Record) -> Result<(), E>) -> rusqlite::Result<Result<(), E>> {
    let mut statement = db.prepare("SELECT * FROM audit ORDER BY n")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Err(stop) = look(read(row)?) {
            return Ok(Err(stop));
        }
    }
    Ok(Ok(()))
}

/// What a record's hash must be: SHA-256 over the hash before it and all it says, each part with its length before it.
pub fn hash(record: &Record) -> String {
    let r = record;
    let (n, at, intent) = (r.n.to_string(), r.at.to_string(), r.intent.map(|n| n.to_string()));
    let parts = [
        Some(r.before.as_str()),
        Some(&n),
        Some(&at),
        Some(&r.node),
        Some(&r.name),
        Some(&r.who),
        Some(&r.act),
        Some(&r.about),
        Some(word(r.phase)),
        intent.as_deref(),
        r.outcome.as_deref(),
    ];
    hex(&digest::of(parts))
}

fn last(db: &Connection) -> rusqlite::Result<Option<Head>> {
    db.query_row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", [], read_head).optional()
}

fn read_head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head { n: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        n: row.get::<_, i64>("n")?.cast_unsigned(),
        at: row.get("at")?,
        node: row.get("node")?,
        name: row.get("name")?,
        who: row.get("who")?,
        act: row.get("act")?,
        about: row.get("about")?,
        phase: if row.get::<_, String>("phase")? == "intent" { Phase::Intent } else { Phase::Outcome },
        intent: row.get::<_, Option<i64>>("intent")?.map(i64::cast_unsigned),
        outcome: row.get("outcome")?,
        before: row.get("before")?,
        hash: row.get("hash")?,
    })
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Intent => "intent",
        Phase::Outcome => "outcome",
    }
}

fn signed(n: u64) -> i64 {
    n.cast_signed()
}
