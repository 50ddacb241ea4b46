//! Where a node's events are noted until the writer takes them. Noting is cheap and never waits for a disk.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use contract::activity::Line;
use link::event::{Body, Event};
use parking_lot::{Mutex, MutexGuard};

use super::{Shared, WAITING_BYTES};

/// How many events wait before they are written without waiting for more.
const WAITING_EVENTS: usize = 2_000;

/// What an entry costs besides its text, bytes: a guess that bounds memory, not a measure.
const ENTRY_BYTES: usize = 256;

/// A node's notes.
pub struct Notebook {
    pub(super) node: Box<str>,
    shared: Arc<Shared>,
    pages: Mutex<Pages>,
}

/// Notes that were not written yet.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub entries: Vec<Entry>,
    /// Indices of entries that still take deltas of their run.
    open: Vec<usize>,
    /// What there was no room for.
    pub lost: Option<Lost>,
}

/// One entry to be: an event, or the joined deltas of a run.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its place in the log of all nodes.
    pub n: u64,
    /// The numbers of the node's events in it; 0 for what the node did not say.
    pub first: u64,
    pub seq: u64,
    /// Unix milliseconds it reached us.
    pub at: i64,
    /// Deltas with their joined text.
    pub event: Event,
    pub line: Option<Arc<Line>>,
}

/// A stretch of events that were not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost {
    pub n: u64,
    pub first: u64,
    pub seq: u64,
    pub count: u64,
    pub at: i64,
}

impl Notebook {
    pub(super) fn new(node: &str, shared: Arc<Shared>) -> Notebook {
        Notebook { node: node.into(), shared, pages: Mutex::default() }
    }

    /// Opens it for notes; keep it open for one delivery.
    pub(crate) fn open(&self) -> Notes<'_> {
        Notes { shared: &self.shared, pages: self.pages.lock(), bytes: 0, events: 0 }
    }

    /// Takes out what was noted with numbers up to that one.
    pub(super) fn take(&self, upto: u64) -> Pages {
        self.pages.lock().take(upto)
    }
}

/// An open notebook.
pub(crate) struct Notes<'a> {
    shared: &'a Shared,
    pages: MutexGuard<'a, Pages>,
    bytes: usize,
    events: usize,
}

impl Notes<'_> {
    pub fn log(&self) -> &Shared {
        self.shared
    }

    /// Notes a delta: joined with what its run said before, unless something else came between.
    pub fn delta(&mut self, seq: u64, at: i64, mut event: Event) {
        if !self.has_room(0, seq, at) {
            return;
        }
        self.events += 1;
        let Some(text) = increment(&mut event.body) else { return };
        self.bytes += text.len();
        let pages = &mut *self.pages;
        let found = pages.open.iter().rev().find(|index| pages.entries[**index].takes(&event)).copied();
        if let Some(entry) = found.and_then(|index| pages.entries.get_mut(index)) {
            if let (Some(joined), Some(text)) = (increment(&mut entry.event.body), increment(&mut event.body)) {
                joined.push_str(text);
            }
            entry.seq = seq;
            return;
        }
        self.bytes += ENTRY_BYTES;
        let n = self.shared.next_id();
        pages.close_session(event.session.as_deref());
        pages.open.push(pages.entries.len());
        pages.entries.push(Entry { n, first: seq, seq, at, event, line: None });
    }

    /// Notes anything else.
    pub fn entry(&mut self, n: u64, seq: u64, at: i64, event: Event, line: Option<Arc<Line>>) {
        if !self.has_room(n, seq, at) {
            return;
        }
        self.events += 1;
        self.bytes += ENTRY_BYTES + weight(&event.body);
        let pages = &mut *self.pages;
        pages.close_session(event.session.as_deref());
        pages.entries.push(Entry { n, first: seq, seq, at, event, line });
    }

    /// Tells the writer, when there is something for it.
    pub fn close(self) {
        if self.events == 0 && self.pages.lost.is_none() {
            return;
        }
        drop(self.pages);
        self.shared.bytes.fetch_add(self.bytes, Ordering::Relaxed);
        let before = self.shared.events.fetch_add(self.events.max(1), Ordering::AcqRel);
        if before == 0 {
            self.shared.noted.notify_one();
        }
        if before < WAITING_EVENTS && before + self.events >= WAITING_EVENTS {
            self.shared.full.notify_one();
        }
    }

    /// Whether another note fits; if not, what is lost is counted.
    fn has_room(&mut self, n: u64, seq: u64, at: i64) -> bool {
        if !self.shared.keeps {
            return false;
        }
        if self.shared.bytes.load(Ordering::Relaxed) + self.bytes < WAITING_BYTES && self.pages.lost.is_none() {
            return true;
        }
        let next = || if n == 0 { self.shared.next_id() } else { n };
        match &mut self.pages.lost {
            Some(lost) => (lost.seq, lost.count) = (seq.max(lost.seq), lost.count + 1),
            None => self.pages.lost = Some(Lost { n: next(), first: seq, seq, count: 1, at }),
        }
        false
    }
}

impl Pages {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.lost.is_none()
    }

    /// Takes out what has numbers up to that one, which rise. What is taken takes no more deltas.
    fn take(&mut self, upto: u64) -> Pages {
        let later = self.entries.partition_point(|entry| entry.n <= upto);
        let left = Pages {
            entries: self.entries.split_off(later),
            open: self.open.iter().filter_map(|index| index.checked_sub(later)).collect(),
            lost: self.lost.take_if(|lost| lost.n > upto),
        };
        std::mem::replace(self, left)
    }

    /// What comes next in this session stands behind what was noted.
    fn close_session(&mut self, session: Option<&str>) {
        let Pages { open, entries, .. } = self;
        open.retain(|index| entries[*index].event.session.as_deref() != session);
    }
}

impl Entry {
    /// Whether the delta goes on where this one ends.
    fn takes(&self, event: &Event) -> bool {
        std::mem::discriminant(&self.event.body) == std::mem::discriminant(&event.body)
            && self.event.run == event.run
            && self.event.session == event.session
    }
}

/// The text of a delta.
fn increment(body: &mut Body) -> Option<&mut String> {
    match body {
        Body::TextDelta { text } | Body::ThinkingDelta { text } => Some(text),
        _ => None,
    }
}

/// About how many bytes an event's body holds.
fn weight(body: &Body) -> usize {
    match body {
        Body::Message(message) => message.text.len(),
        Body::ToolFinished { output, .. } => output.len(),
        Body::RunFinished(end) => end.text.as_ref().map_or(0, |text| text.len()),
        Body::Presence { .. } | Body::Health { .. } | Body::NodeChanged { .. } | Body::Other { .. } => 4_096,
        _ => 256,
    }
}
