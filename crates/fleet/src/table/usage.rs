//! What each run used, once a run however often it is heard of.

use store::rusqlite::{Connection, Row, Transaction, params};
use store::{Migration, rusqlite};

/// The table.
pub const CREATE: Migration = Migration {
    name: "usage",
    sql: "CREATE TABLE usage (
              node        TEXT    NOT NULL,
              name        TEXT    NOT NULL,
              run         TEXT    NOT NULL,
              agent       TEXT,
              session     TEXT,
              model       TEXT,
              day         TEXT    NOT NULL,
              at          INTEGER NOT NULL,
              counted     INTEGER NOT NULL,
              input       INTEGER NOT NULL,
              cache_read  INTEGER NOT NULL,
              cache_write INTEGER NOT NULL,
              output      INTEGER NOT NULL,
              PRIMARY KEY (node, run)
          ) STRICT;
          CREATE INDEX usage_at ON usage (at);",
};

/// What a run used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub node: String,
    /// Its name at that time.
    pub name: String,
    /// The vendor's id; where it gives none, one made of the session and the time.
    pub run: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub model: Option<String>,
    /// The day it ended, by this machine's calendar.
    pub day: String,
    /// Unix milliseconds of its end.
    pub at: i64,
    /// `None` where the node did not count.
    pub tokens: Option<Tokens>,
}

/// Tokens. Those of the cache are among those read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
}

/// Runs that have all but their number in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub node: String,
    /// The last name it had.
    pub name: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub model: Option<String>,
    pub day: String,
    /// Whether the node counted their tokens.
    pub counted: bool,
    pub runs: u64,
    pub tokens: Tokens,
}

/// Writes a run down. Heard of again it is the same run; what it says more the second time is taken over.
pub fn put(tx: &Transaction<'_>, run: &Run) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO usage (node, run, agent, session, model, day, at, counted, input, cache_read, cache_write, output,
                   name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
               ON CONFLICT (node, run) DO UPDATE SET
                   agent = coalesce(agent, ?3), session = coalesce(session, ?4), model = coalesce(model, ?5),
                   counted = max(counted, ?8), input = max(input, ?9), cache_read = max(cache_read, ?10),
                   cache_write = max(cache_write, ?11), output = max(output, ?12)";
    let r = run;
    let t = r.tokens.unwrap_or_default();
    let [input, read, write, output] = [t.input, t.cache_read, t.cache_write, t.output].map(signed);
    let counted = r.tokens.is_some();
    tx.execute(
        sql,
        params![r.node, r.run, r.agent, r.session, r.model, r.day, r.at, counted, input, read, write, output, r.name],
    )?;
    Ok(())
}

/// The runs that ended at that time or later, summed as far as their price is the same.
pub fn since(db: &Connection, at: i64) -> rusqlite::Result<Vec<Sum>> {
    sums(db, "at >= ?1", &[&at])
}

/// Those of one day; of one node, if one is named.
pub fn of_day(db: &Connection, day: &str, node: Option<&str>) -> rusqlite::Result<Vec<Sum>> {
    sums(db, "day = ?1 AND (?2 IS NULL OR node = ?2)", &[&day, &node])
}

fn sums(db: &Connection, which: &str, params: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<Vec<Sum>> {
    let sql = format!(
        "SELECT node, name, agent, session, model, day, counted, count(*) AS runs, sum(input) AS input,
             sum(cache_read) AS cache_read, sum(cache_write) AS cache_write, sum(output) AS output, max(at)
         FROM usage WHERE {which} GROUP BY node, agent, session, model, day, counted"
    );
    db.prepare(&sql)?.query_map(params, read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Sum> {
    let number = |name| row.get::<_, i64>(name).map(i64::unsigned_abs);
    Ok(Sum {
        node: row.get("node")?,
        name: row.get("name")?,
        agent: row.get("agent")?,
        session: row.get("session")?,
        model: row.get("model")?,
        day: row.get("day")?,
        counted: row.get("counted")?,
        runs: number("runs")?,
        tokens: Tokens {
            input: number("input")?,
            cache_read: number("cache_read")?,
            cache_write: number("cache_write")?,
            output: number("output")?,
        },
    })
}

/// More tokens than a signed number holds are none that anybody counted.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
