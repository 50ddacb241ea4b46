//! What was asked and how it ended, kept for 90 days; and who may answer: of all windows and programs that would, the
//! one whose claim the database took.

use contract::approval::Decision;
use store::rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use store::{Migration, rusqlite};

use crate::truth::is_here;

/// The table.
pub const CREATE: Migration = Migration {
    name: "approvals",
    sql: "CREATE TABLE approval (
              node       TEXT    NOT NULL,
              id         TEXT    NOT NULL,
              digest     TEXT    NOT NULL,
              kind       TEXT    NOT NULL,
              command    TEXT    NOT NULL,
              cwd        TEXT,
              agent      TEXT,
              session    TEXT,
              asked_at   INTEGER,
              expires_at INTEGER,
              seen_at    INTEGER NOT NULL,
              claimed_by TEXT,
              claimed_at INTEGER,
              decision   TEXT,
              decided_by TEXT,
              decided_at INTEGER,
              PRIMARY KEY (node, id)
          ) STRICT;
          CREATE INDEX approval_seen ON approval (seen_at);",
};

/// How long a claim holds whose holder says nothing more, milliseconds: longer than any one call to a node may take. It
/// is renewed when the answer's turn has come, and for each further try; one that lapsed and went to another is lost.
pub const CLAIM_MS: i64 = 90_000;

/// One request. Times are Unix milliseconds by our clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub node: String,
    pub id: String,
    pub digest: String,
    pub kind: String,
    pub command: String,
    pub cwd: Option<String>,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub asked_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub seen_at: i64,
    pub end: Option<End>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub decision: Decision,
    pub by: Option<String>,
    pub at: i64,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The answer may go out.
    Mine,
    /// Somebody else is answering.
    Taken { by: String },
    /// It is over.
    Ended(End),
    /// It asks for something else than was shown.
    Changed,
    /// It has expired.
    Expired,
}

/// Writes a request down. One that asks for something else under a known id begins anew.
pub fn note(tx: &Transaction<'_>, asked: &Asked) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO approval (node, id, digest, kind, command, cwd, agent, session, asked_at, expires_at, seen_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
               ON CONFLICT (node, id) DO UPDATE SET
                   decision = iif(digest = ?3, decision, NULL), decided_by = iif(digest = ?3, decided_by, NULL),
                   decided_at = iif(digest = ?3, decided_at, NULL), claimed_by = iif(digest = ?3, claimed_by, NULL),
                   digest = ?3, kind = ?4, command = ?5, cwd = ?6, agent = ?7, session = ?8, asked_at = ?9,
                   expires_at = ?10";
    let a = asked;
    tx.execute(
        sql,
        params![
            a.node,
            a.id,
            a.digest,
            a.kind,
            a.command,
            a.cwd,
            a.agent,
            a.session,
            a.asked_at,
            a.expires_at,
            a.seen_at
        ],
    )?;
    match &a.end {
        Some(end) => settle(tx, &a.node, &a.id, end).map(drop),
        None => Ok(()),
    }
}

/// Takes the right to answer what that digest stands for. The request must have been noted.
pub fn claim(
    tx: &Transaction<'_>,
    (node, id): (&str, &str),
    digest: &str,
    by: &str,
    now: i64,
) -> rusqlite::Result<Claim> {
    let sql = "UPDATE approval SET claimed_by = ?4, claimed_at = ?5
               WHERE node = ?1 AND id = ?2 AND digest = ?3 AND decision IS NULL
                   AND (expires_at IS NULL OR expires_at > ?5)
                   AND (claimed_by IS NULL OR claimed_at <= ?5 - ?6)";
    if tx.execute(sql, params![node, id, digest, by, now, CLAIM_MS])? == 1 {
        return Ok(Claim::Mine);
    }
    let Some(asked) = get(tx, node, id)? else { return Ok(Claim::Changed) };
    if let Some(end) = asked.end {
        return Ok(Claim::Ended(end));
    }
    if asked.digest != digest {
        return Ok(Claim::Changed);
    }
    if asked.expires_at.is_some_and(|at| at <= now) {
        return Ok(Claim::Expired);
    }
    let sql = "SELECT coalesce(claimed_by, '') FROM approval WHERE node = ?1 AND id = ?2";
    Ok(Claim::Taken { by: tx.query_row(sql, [node, id], |row| row.get(0))? })
}

/// Keeps the right that is held since that time. `false`: it is not held any more.
pub fn renew(tx: &Transaction<'_>, (node, id): (&str, &str), by: &str, since: i64, now: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE approval SET claimed_at = ?5
               WHERE node = ?1 AND id = ?2 AND claimed_by = ?3 AND claimed_at = ?4 AND decision IS NULL
                   AND (expires_at IS NULL OR expires_at > ?5)";
    Ok(tx.execute(sql, params![node, id, by, since, now])? == 1)
}

/// Gives the right back: the answer did not go out, or nobody knows whether it did.
pub fn release(tx: &Transaction<'_>, (node, id): (&str, &str), by: &str, since: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE approval SET claimed_by = NULL
               WHERE node = ?1 AND id = ?2 AND claimed_by = ?3 AND claimed_at = ?4";
    tx.execute(sql, params![node, id, by, since]).map(drop)
}

/// Writes down how it ended, once. Only a guess gives way to somebody's word, and the name by which a node knows us to
/// our own. `false`: it had ended.
pub fn settle(tx: &Transaction<'_>, node: &str, id: &str, end: &End) -> rusqlite::Result<bool> {
    let sql = "UPDATE approval SET decision = ?3, decided_by = ?4, decided_at = ?5, claimed_by = NULL
               WHERE node = ?1 AND id = ?2 AND (decision IS NULL OR
                   (decision IN ('expired', 'unknown') AND ?3 NOT IN ('expired', 'unknown')) OR
                   (decision = ?3 AND ?6))";
    let ours = end.by.as_deref().is_some_and(is_here);
    Ok(tx.execute(sql, params![node, id, word(end.decision), end.by, end.at, ours])? == 1)
}

/// One request.
pub fn get(db: &Connection, node: &str, id: &str) -> rusqlite::Result<Option<Asked>> {
    db.query_row("SELECT * FROM approval WHERE node = ?1 AND id = ?2", [node, id], read).optional()
}

/// What was first seen since that time, the newest first.
pub fn since(db: &Connection, at: i64, limit: u32) -> rusqlite::Result<Vec<Asked>> {
    let sql = "SELECT * FROM approval WHERE seen_at >= ?1 ORDER BY seen_at DESC, id LIMIT ?2";
    db.prepare(sql)?.query_map(params![at, limit], read)?.collect()
}

/// Forgets what was seen before that time.
pub fn prune(tx: &Transaction<'_>, before: i64) -> rusqlite::Result<usize> {
    tx.execute("DELETE FROM approval WHERE seen_at < ?1", [before])
}

/// What waited past its time while nobody looked has expired.
pub fn expire(tx: &Transaction<'_>, now: i64) -> rusqlite::Result<usize> {
    let sql = "UPDATE approval SET decision = 'expired', decided_at = expires_at
               WHERE decision IS NULL AND expires_at <= ?1 AND claimed_by IS NULL";
    tx.execute(sql, [now])
}

fn read(row: &Row<'_>) -> rusqlite::Result<Asked> {
    let decision: Option<String> = row.get("decision")?;
    let at: Option<i64> = row.get("decided_at")?;
    let by: Option<String> = row.get("decided_by")?;
    Ok(Asked {
        node: row.get("node")?,
        id: row.get("id")?,
        digest: row.get("digest")?,
        kind: row.get("kind")?,
        command: row.get("command")?,
        cwd: row.get("cwd")?,
        agent: row.get("agent")?,
        session: row.get("session")?,
        asked_at: row.get("asked_at")?,
        expires_at: row.get("expires_at")?,
        seen_at: row.get("seen_at")?,
        end: decision.map(|word| End { decision: decision_of(&word), by, at: at.unwrap_or_default() }),
    })
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Once => "once",
        Decision::Always => "always",
        Decision::Deny => "deny",
        Decision::Expired => "expired",
        Decision::Unknown => "unknown",
    }
}

/// A word that only a later version knows: nobody here knows how it ended.
fn decision_of(word: &str) -> Decision {
    match word {
        "once" => Decision::Once,
        "always" => Decision::Always,
        "deny" => Decision::Deny,
        "expired" => Decision::Expired,
        _ => Decision::Unknown,
    }
}

#[cfg(test)]
mod tests;
