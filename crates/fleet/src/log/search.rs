//! Words found again: in messages, tools, commands and answers of all nodes.

use contract::activity::{Filter, Found};
use rusqlite::Connection;

use super::page::{Record, records};
use super::read::{Nodes, is_wanted, nodes};
use crate::view::line::findable;

/// How much text is shown around a word, characters on each side.
const AROUND: usize = 80;

/// Entries that pass the filter and hold all the words, newest first.
pub(super) fn search(db: &Connection, words: &str, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<Found>> {
    let query = query(words);
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let nodes = nodes(db)?;
    let mut found = db.prepare_cached(
        "SELECT found.rowid, entries
         FROM found JOIN page ON page.id = (SELECT min(id) FROM page WHERE id >= found.rowid)
         WHERE found MATCH ?1 ORDER BY found.rowid DESC",
    )?;
    let mut rows = found.query([query])?;
    let mut hits = Vec::new();
    while hits.len() < limit as usize
        && let Some(row) = rows.next()?
    {
        let n = row.get::<_, i64>(0)?.cast_unsigned();
        let record = records(row.get_ref(1)?.as_blob()?).find(|record| record.n == n);
        hits.extend(record.and_then(|record| hit(&record, words, filter, &nodes)));
    }
    Ok(hits)
}

fn hit(record: &Record<'_>, words: &str, filter: &Filter, nodes: &Nodes) -> Option<Found> {
    let node = nodes.get(&record.node)?;
    if !is_wanted(filter, record.at, node, record.name(), record.agent(), record.session) {
        return None;
    }
    Some(Found {
        n: record.n,
        at: record.at,
        node: node.clone(),
        event: record.name().to_owned(),
        agent: record.agent().map(str::to_owned),
        session: record.session.map(str::to_owned),
        excerpt: excerpt(&findable(&record.event()?.body)?, words),
    })
}

/// The text around the first of the words, on one line; from its beginning where none stands literally.
fn excerpt(text: &str, words: &str) -> String {
    let flat: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let lower: String = flat.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let places = words.split_whitespace().filter_map(|word| lower.find(&word.to_lowercase()));
    let at = places.min().map_or(0, |byte| lower[..byte].chars().count());
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND).min(flat.len());
    let mut excerpt = flat[from..to].iter().collect::<String>().trim().to_owned();
    if from > 0 {
        excerpt.insert(0, '…');
    }
    if to < flat.len() {
        excerpt.push('…');
    }
    excerpt
}

/// A person's words as a query: every one of them must be there, or the beginning of a longer one. Quotes keep what
/// means something to the index from meaning it.
fn query(words: &str) -> String {
    let quoted = words.split_whitespace().map(|word| format!("\"{}\"*", word.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_the_word_with_what_stands_around_it() {
        assert_eq!(excerpt("mend the\n bilge  pump", "PUMP"), "mend the bilge pump");
        let long = format!("{} Ärger an der Boje {}", "a ".repeat(200), "z ".repeat(200));
        let shown = excerpt(&long, "boje");
        assert!(shown.starts_with("…a") && shown.ends_with("z…") && shown.contains("Ärger an der Boje"), "{shown}");
        assert_eq!(excerpt("Café", "cafe"), "Café");
    }
}
