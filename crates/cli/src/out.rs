//! What is printed: text for people, or one JSON object a line. The only file that writes to the terminal.
//!
//! Much of it comes from nodes and agents. So no character reaches a terminal that could order it about: it is drawn.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use link::event::{Body, Event, Stamped};
use serde::Serialize;

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
    write(&format!("{}\n", seen(text)))
}

/// Prints text without a line's end, at once: streamed answers.
pub fn piece(text: &str) -> io::Result<()> {
    write(&seen(text))
}

/// Prints a whole document: as it is, unless a terminal reads it.
pub fn document(text: &str) -> io::Result<()> {
    if io::stdout().is_terminal() { piece(text) } else { write(text) }
}

/// Prints one object as a line of JSON.
pub fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    Ok(write(&format!("{}\n", escaped(&serde_json::to_string(value)?)))?)
}

/// Prints a neutral event as one JSON line.
pub fn event(event: &Stamped) -> anyhow::Result<()> {
    json(event)
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The text with what orders a terminal about drawn: escape sequences, returns over the line, turns of the direction.
fn seen(text: &str) -> Cow<'_, str> {
    if !text.contains(orders) {
        return Cow::Borrowed(text);
    }
    let mut drawn = String::with_capacity(text.len() + 16);
    for c in text.replace("\r\n", "\n").chars() {
        if orders(c) {
            drawn.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            drawn.push(c);
        }
    }
    Cow::Owned(drawn)
}

/// JSON says the same with these characters escaped; serde leaves some of them as they are.
fn escaped(json: &str) -> Cow<'_, str> {
    if !json.contains(orders) {
        return Cow::Borrowed(json);
    }
    let escape = |c: char| if orders(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(json.chars().map(escape).collect())
}

/// Whether the character does something to a terminal, or to the text after it, instead of standing there.
fn orders(c: char) -> bool {
    let turns = matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

/// Says something beside the answer, to the error stream.
#[allow(clippy::let_underscore_must_use, reason = "a closed error stream cannot be told to anybody")]
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{}", seen(text));
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
    fn nothing_that_orders_a_terminal_about_is_printed() {
        assert_eq!(seen("rm -rf /\r\x1b[2Kls\u{9b}1A"), "rm -rf /‹U+000D›‹U+001B›[2Kls‹U+009B›1A");
        assert_eq!(seen("a\u{202e}b\u{2066}\u{7}"), "a‹U+202E›b‹U+2066›‹U+0007›");
        for plain in ["two\nlines\tof text", "שלום 👩‍💻 äöü"] {
            assert!(matches!(seen(plain), Cow::Borrowed(same) if same == plain));
        }
        assert_eq!(seen("of\r\nWindows\x08"), "of\nWindows‹U+0008›");
    }

    #[test]
    fn json_is_the_same_json_without_them() {
        let told = serde_json::to_string("a\u{9b}\u{7f}\u{202e}\x1bä\n").unwrap();
        let escaped = escaped(&told);
        assert!(!escaped.contains(orders), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), "a\u{9b}\u{7f}\u{202e}\x1bä\n");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(short("äöü äöü", 4), "äöü…");
        assert_eq!(short("a\n b", 10), "a b");
    }
}
