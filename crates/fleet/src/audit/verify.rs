//! Looks the log through, record by record, and at its end.

use contract::audit::{Broken, Phase, Record, Verdict};
use store::rusqlite::{self, Connection};

use super::{broken, parsed};
use crate::table::audit::{self as table, GENESIS, Head};

/// What is wrong with the log, if anything is. `apart` is the text of the head that is kept apart.
pub fn verify(db: &Connection, apart: Option<&str>) -> rusqlite::Result<Verdict> {
    let mut chain = Chain::new(apart.and_then(parsed));
    let looked = table::each(db, |record| chain.link(&record))?;
    let whole = chain.last.n;
    let end = match looked {
        Ok(()) => chain.end(table::head(db)?.as_ref(), apart),
        Err(broken) => Err(broken),
    };
    Ok(Verdict { records: whole, broken: end.err() })
}

/// The records looked at so far.
struct Chain {
    last: Head,
    apart: Option<Head>,
}

impl Chain {
    fn new(apart: Option<Head>) -> Chain {
        Chain { last: Head { n: 0, hash: GENESIS.to_owned() }, apart }
    }

    fn link(&mut self, record: &Record) -> Result<(), Broken> {
        let due = self.last.n + 1;
        if record.n != due {
            return Err(broken(due, format!("Record {due} is missing; the next one there is {}.", record.n)));
        }
        if record.before != self.last.hash {
            return Err(broken(due, "It does not follow the record before it: one of the two was exchanged."));
        }
        if table::hash(record) != record.hash {
            return Err(broken(due, "What it says does not fit its hash: it was changed after it was written."));
        }
        if record.phase == Phase::Outcome && record.intent.is_none_or(|intent| intent >= due) {
            return Err(broken(due, "It is the outcome of nothing that was meant before."));
        }
        if self.apart.as_ref().is_some_and(|apart| apart.n == due && apart.hash != record.hash) {
            return Err(broken(due, "It is another record than the one kept apart: the log was written anew."));
        }
        self.last = Head { n: due, hash: record.hash.clone() };
        Ok(())
    }

    /// Whether this is where the log ended when it was last written.
    fn end(&self, head: Option<&Head>, apart: Option<&str>) -> Result<(), Broken> {
        let next = self.last.n + 1;
        let cut = |known: &Head| {
            broken(
                next,
                format!("The log ends at record {}, but it had {}: its end was cut off.", self.last.n, known.n),
            )
        };
        match head {
            Some(head) if head.n > self.last.n => return Err(cut(head)),
            Some(head) if *head != self.last => {
                return Err(broken(next, "The record of the log's end does not fit it."));
            }
            None if self.last.n > 0 => return Err(broken(next, "The record of the log's end is gone.")),
            _ => {}
        }
        match (&self.apart, apart) {
            (Some(apart), _) if apart.n > self.last.n => Err(cut(apart)),
            (None, Some(_)) => Err(broken(next, "The head kept apart cannot be read.")),
            (None, None) if self.last.n > 0 => {
                Err(broken(next, "The head kept apart is gone: nobody can say whether the log's end is whole."))
            }
            _ => Ok(()),
        }
    }
}
