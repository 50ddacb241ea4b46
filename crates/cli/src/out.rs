//! What is printed: text for people, or one JSON object a line. The only file that writes to the terminal.

use std::io::{self, Write};

use link::event::{Body, Event, Stamped};

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One neutral object a line.
    Json,
}

/// Prints a line. A closed pipe is an error, so that the caller ends.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Prints text without a line's end, at once: streamed answers.
pub fn piece(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a neutral event as one JSON line.
pub fn event(event: &Stamped) -> anyhow::Result<()> {
    Ok(line(&serde_json::to_string(event)?)?)
}

/// Says something beside the answer, to the error stream.
#[allow(clippy::let_underscore_must_use, reason = "a closed error stream cannot be told to anybody")]
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says what went wrong.
pub fn problem(text: &str) {
    note(&format!("pilot: {text}"));
}

/// Numbers what a list prints as neutral events, from 1.
pub struct Numbered {
    node: Box<str>,
    seq: u64,
    at: i64,
}

impl Numbered {
    /// For the events of one node, seen now.
    pub fn new(node: &str) -> Numbered {
        Numbered { node: node.into(), seq: 0, at: now() }
    }

    /// Prints one.
    pub fn print(&mut self, agent: Option<&str>, session: Option<&str>, body: Body) -> anyhow::Result<()> {
        self.seq += 1;
        let mut inner = Event::new(self.at, body);
        inner.agent = agent.map(Into::into);
        inner.session = session.map(Into::into);
        event(&Stamped { node: self.node.clone(), seq: self.seq, event: inner })
    }
}

/// Unix milliseconds.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A time as people read it here: `14:23:07`, with the date when it is another day's.
pub fn time(ms: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(ms) else {
        return "?".to_owned();
    };
    let at = at.to_zoned(jiff::tz::TimeZone::system());
    let form = if at.date() == jiff::Zoned::now().date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M" };
    at.strftime(form).to_string()
}

/// Rows in columns, two blanks between; the last column is not filled up.
pub fn table(rows: &[Vec<String>]) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    for row in rows {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(cell);
            let fill = width.saturating_sub(cell.chars().count()) + 2;
            text.extend(std::iter::repeat_n(' ', fill));
        }
        line(text.trim_end())?;
    }
    Ok(())
}

/// A text on one line, cut where it gets long.
pub fn short(text: &str, most: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return flat;
    }
    flat.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(short("äöü äöü", 4), "äöü…");
        assert_eq!(short("a\n b", 10), "a b");
    }
}
