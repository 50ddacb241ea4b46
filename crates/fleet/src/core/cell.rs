//! One node: its truth, who shows it, and its page of the log, under one lock.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contract::node::NodeId;
use link::event::{Body, Event, Message, Role, Stamped};
use parking_lot::{Mutex, MutexGuard};

use super::Inner;
use crate::apply::{Changes, Fact, Taken, apply, apply_event};
use crate::log::{Log, Notebook, Notes};
use crate::publish::Subs;
use crate::truth::{NodeHead, Truth};
use crate::usage;
use crate::view;

/// A node's place in the core.
pub(crate) struct Cell {
    pub id: NodeId,
    state: Mutex<State>,
    notebook: Arc<Notebook>,
}

/// What the node's lock guards.
pub(crate) struct State {
    pub truth: Truth,
    /// Who shows what of it, with the marks of what they have not been told.
    pub subs: Subs,
    /// The number of its last event.
    pub seq: u64,
    /// By session: the cursor of the page before the row of that order; `None` at the beginning.
    pub cursors: HashMap<Box<str>, BTreeMap<i64, Option<String>>>,
    /// Set when the node was removed: nothing changes it any more.
    closed: bool,
}

impl Cell {
    pub fn new(head: NodeHead, log: &Log, now: i64) -> Arc<Cell> {
        let notebook = log.notebook(&head.id);
        let state = State {
            seq: log.seq(&head.id),
            truth: Truth::new(head, now),
            subs: Subs::default(),
            cursors: HashMap::new(),
            closed: false,
        };
        Arc::new(Cell { id: state.truth.head.id.clone(), state: Mutex::new(state), notebook })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// The node was removed.
    pub fn close(&self, log: &Log) {
        let mut state = self.state();
        state.closed = true;
        state.subs = Subs::default();
        log.left_at(&self.id, state.seq);
    }

    /// Changes the node, and tells who shows it once all is done.
    pub fn change(&self, inner: &Inner, now: i64, work: impl FnOnce(&mut Change<'_>)) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        let done = {
            let mut change = Change {
                inner,
                now,
                live: Arc::strong_count(&inner.readers) > 1,
                state: &mut state,
                notes: self.notebook.open(),
                done: Done::default(),
            };
            work(&mut change);
            change.notes.close();
            change.done
        };
        let deadline = done.changes.deadline;
        inner.ledger.asked(&self.id, &done.changes.approvals);
        state.subs.mark(done.changes);
        drop(state);
        if done.moved {
            inner.hub.nodes_moved();
        }
        if deadline {
            inner.deadline.moved();
        }
        inner.hub.stirred(done.events, done.lines);
    }
}

/// A change of one node under way.
pub(crate) struct Change<'a> {
    inner: &'a Inner,
    now: i64,
    /// Whether anybody reads the live stream.
    live: bool,
    state: &'a mut State,
    notes: Notes<'a>,
    done: Done,
}

/// What a change did.
#[derive(Default)]
struct Done {
    changes: Changes,
    /// How many events came, pulses not counted.
    events: u64,
    /// How many lines the stream got.
    lines: u64,
    /// Whether the node's place among the others changed.
    moved: bool,
}

impl Change<'_> {
    /// An event from the node: numbered, applied, told live, kept.
    pub fn event(&mut self, event: Event) {
        let state = &mut *self.state;
        state.seq += 1;
        let taken = apply_event(&mut state.truth, &event, self.now, &mut self.done.changes);
        if self.live {
            let node = state.truth.head.name.as_str().into();
            let stamped = Stamped { node, seq: state.seq, event: event.clone() };
            // Nobody reads when the last reader just went.
            let _ = self.inner.live.send(Arc::new(stamped));
        }
        if let (Body::RunFinished(end), Taken::New) = (&event.body, taken) {
            self.inner.ledger.spent(usage::run(&self.state.truth, &event, end, self.now));
        }
        let seq = self.state.seq;
        self.done.events += u64::from(!matches!(event.body, Body::Health { .. }));
        match event.body {
            Body::TextDelta { .. } | Body::ThinkingDelta { .. } => self.notes.delta(seq, self.now, event),
            // A pulse: told live, but neither work nor worth a place in the log every half minute.
            Body::Health { .. } => {}
            _ => self.keep(seq, event, taken),
        }
    }

    /// Anything else that is true now.
    pub fn fact(&mut self, fact: Fact) {
        let fact = match fact {
            Fact::Event(event) => return self.event(event),
            fact => fact,
        };
        let taken = apply(&mut self.state.truth, &fact, self.now, &mut self.done.changes);
        match fact {
            Fact::Sending { session, agent, text, client_id } if taken == Taken::New => {
                self.keep(0, own_words(self.now, session, agent, text, client_id), taken);
            }
            Fact::Head(_) => self.done.moved = true,
            Fact::History { session, page } => {
                let runs = usage::of_page(&self.state.truth, &session, &page);
                runs.into_iter().for_each(|run| self.inner.ledger.spent(run));
                // The rows may stand elsewhere now.
                self.state.cursors.remove(&*session);
            }
            _ => {}
        }
    }

    fn keep(&mut self, seq: u64, event: Event, taken: Taken) {
        let line = match taken {
            Taken::New => view::line::line(&self.state.truth, &event, self.now),
            Taken::Known => None,
        };
        self.done.lines += u64::from(line.is_some());
        let (n, line) = self.inner.hub.stream.push(self.notes.log(), line);
        self.notes.entry(n, seq, self.now, event, line);
    }
}

/// What a person said here, as the log keeps it. It is no event of the node's: its number is 0.
fn own_words(now: i64, session: String, agent: Option<String>, text: String, client_id: String) -> Event {
    let message = Message {
        id: client_id.as_str().into(),
        role: Role::User,
        text: text.into(),
        sent_at: Some(now),
        run_id: None,
        client_id: Some(client_id.into()),
        thinking: None,
        tools: Vec::new(),
        model: None,
        usage: None,
    };
    let (agent, session) = (agent.map(Into::into), Some(session.into()));
    Event { agent, session, ..Event::new(now, Body::Message(message)) }
}
