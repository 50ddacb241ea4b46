//! How a page of the log is written and read: the entries of all nodes for a short while, one after the other.
//!
//! A row of the database for each event cost more than the event. A page is one row; what is asked of an entry without
//! reading its event (when, whose, its line) stands before it unescaped, so that going through pages is cheap.

use std::sync::Arc;

use contract::activity::{Line, Mark};
use link::event::{Body, Event};
use serde::{Deserialize, Serialize};

use super::Entry;

/// An entry as it stands on a page. Its form is that of every file written so far: fields are only added at the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record<'a> {
    /// Its place in the log of all nodes.
    pub n: u64,
    /// The node's row.
    pub node: u32,
    /// The numbers of the node's events in it; 0 for what the node did not say.
    pub first: u64,
    pub seq: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    /// Unix milliseconds of the event itself.
    pub when: i64,
    pub agent: Option<&'a str>,
    pub session: Option<&'a str>,
    pub run: Option<&'a str>,
    /// The event's body as JSON; that of deltas is without their text.
    pub body: &'a str,
    /// The text of joined deltas.
    pub deltas: Option<&'a str>,
    /// `None` for what is no line of the stream.
    pub line: Option<Words<'a>>,
}

/// What a line says that its entry does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Words<'a> {
    pub mark: Mark,
    pub event: &'a str,
    pub agent: Option<&'a str>,
    pub session: Option<&'a str>,
    pub what: &'a str,
    pub code: Option<&'a str>,
    pub figure: Option<&'a str>,
}

/// A page that is being written.
#[derive(Default)]
pub(super) struct Page {
    pub bytes: Vec<u8>,
    pub entries: usize,
    /// When its first entry reached us, Unix milliseconds.
    pub at: i64,
    /// The number of its last entry.
    pub last: u64,
    /// Room for a body.
    room: Vec<u8>,
}

impl Page {
    /// Adds an entry of the node of that row.
    pub fn add(&mut self, node: u32, entry: &Entry) {
        let Entry { n, first, seq, at, event, line } = entry;
        let (body, deltas) = apart(&event.body, &mut self.room);
        let record = Record {
            n: *n,
            node,
            first: *first,
            seq: *seq,
            at: *at,
            when: event.at,
            agent: event.agent.as_deref(),
            session: event.session.as_deref(),
            run: event.run.as_deref(),
            body,
            deltas,
            line: line.as_deref().map(Words::of),
        };
        match postcard::to_extend(&record, std::mem::take(&mut self.bytes)) {
            Ok(bytes) => self.bytes = bytes,
            // Nothing in a record can fail to be written; were it to, this page alone would be lost.
            Err(error) => {
                tracing::error!("a page of the log was not written: {error}");
                return self.clear();
            }
        }
        if self.entries == 0 {
            self.at = entry.at;
        }
        self.entries += 1;
        self.last = entry.n;
    }

    /// Begins anew.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries = 0;
    }
}

/// The records of a page; ends at what cannot be read.
pub(super) fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = postcard::take_from_bytes(bytes).ok()?;
        bytes = rest;
        Some(record)
    })
}

impl<'a> Record<'a> {
    /// The event's name in the vocabulary.
    pub fn name(&self) -> &'a str {
        // Its tag is what the body begins with.
        self.line.as_ref().map_or_else(|| self.body.split('"').nth(3).unwrap_or_default(), |line| line.event)
    }

    /// The agent it concerns: that of the line where the event names none.
    pub fn agent(&self) -> Option<&'a str> {
        self.line.as_ref().and_then(|line| line.agent).or(self.agent)
    }

    /// The event again; `None` when it cannot be read.
    pub fn event(&self) -> Option<Event> {
        let mut body: Body = serde_json::from_str(self.body).ok()?;
        if let (Body::TextDelta { text } | Body::ThinkingDelta { text }, Some(deltas)) = (&mut body, self.deltas) {
            text.push_str(deltas);
        }
        let (agent, session, run) = (self.agent.map(Arc::from), self.session.map(Arc::from), self.run.map(Arc::from));
        Some(Event { at: self.when, agent, session, run, body })
    }
}

impl<'a> Words<'a> {
    fn of(line: &'a Line) -> Words<'a> {
        Words {
            mark: line.mark,
            event: &line.event,
            agent: line.agent.as_deref(),
            session: line.session.as_deref(),
            what: &line.what,
            code: line.code.as_deref(),
            figure: line.figure.as_deref(),
        }
    }

    /// The line again, at its place.
    pub fn line(&self, n: u64, at: i64, node: String) -> Line {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Line {
            n,
            at,
            node,
            event: self.event.to_owned(),
            agent: owned(self.agent),
            session: owned(self.session),
            mark: self.mark,
            what: self.what.to_owned(),
            code: owned(self.code),
            figure: owned(self.figure),
        }
    }
}

/// A body as JSON, and the text of deltas beside it: that may be long, and need not be escaped.
fn apart<'a>(body: &'a Body, room: &'a mut Vec<u8>) -> (&'a str, Option<&'a str>) {
    match body {
        Body::TextDelta { text } => (r#"{"event":"text.delta","text":""}"#, Some(text)),
        Body::ThinkingDelta { text } => (r#"{"event":"thinking.delta","text":""}"#, Some(text)),
        body => {
            room.clear();
            let written = serde_json::to_writer(&mut *room, body).is_ok();
            (if written { str::from_utf8(room).unwrap_or_default() } else { "" }, None)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn entry(n: u64, body: Body, line: Option<Line>) -> Entry {
        let event = Event { session: Some("s".into()), run: Some("r".into()), ..Event::new(7, body) };
        Entry { n, first: n, seq: n + 1, at: 9, event, line: line.map(Into::into) }
    }

    fn line(mark: Mark) -> Line {
        let words = Words {
            mark,
            event: "notice",
            agent: Some("scout"),
            session: None,
            what: "says",
            code: Some("Reef \"ahead\""),
            figure: None,
        };
        words.line(2, 9, "a".to_owned())
    }

    #[test]
    fn what_is_written_on_a_page_is_read_again() {
        let entries = [
            entry(1, Body::TextDelta { text: "He said \"ahoy\"\n".to_owned() }, None),
            entry(2, Body::Notice { text: "Reef ahead".to_owned() }, Some(line(Mark::Other))),
        ];
        let mut page = Page::default();
        entries.iter().for_each(|entry| page.add(3, entry));
        let read: Vec<Record<'_>> = records(&page.bytes).collect();
        assert_eq!((page.entries, read.len()), (2, 2));
        for (record, entry) in read.iter().zip(&entries) {
            assert_eq!(record.event().as_ref(), Some(&entry.event));
            assert_eq!(record.name(), entry.event.body.name());
            assert_eq!(
                (record.n, record.node, record.first, record.seq, record.at),
                (entry.n, 3, entry.n, entry.n + 1, 9)
            );
        }
        let words = read[1].line.as_ref().unwrap();
        assert_eq!(words.line(2, 9, "a".to_owned()), line(Mark::Other));
    }

    /// Written by the first version. It must be readable for ever; a change of the marks' order would break it.
    #[test]
    fn a_page_of_the_first_version_is_read() {
        let bytes =
            b"\x02\x03\x02\x03\x12\x0e\x00\x01\x01s\x01\x01r\x26{\"event\":\"notice\",\"text\":\"Reef ahead\"}\x00\
            \x01\x07\x06notice\x01\x05scout\x00\x04says\x01\x0cReef \"ahead\"\x00";
        let mut page = Page::default();
        page.add(3, &entry(2, Body::Notice { text: "Reef ahead".to_owned() }, Some(line(Mark::Other))));
        assert_eq!(page.bytes, bytes);
        let read: Vec<Record<'_>> = records(bytes).collect();
        assert_eq!(read[0].line.as_ref().unwrap().line(2, 9, "a".to_owned()), line(Mark::Other));
    }

    #[test]
    fn a_page_that_breaks_off_gives_what_is_whole() {
        let mut page = Page::default();
        (1..=3).for_each(|n| page.add(1, &entry(n, Body::Notice { text: "x".to_owned() }, None)));
        for cut in 0..page.bytes.len() {
            assert!(records(&page.bytes[..cut]).count() < 3);
        }
    }
}
