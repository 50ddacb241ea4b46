//! What a fact changes in the truth of a node. Pure: no lock, no clock, no window; the same facts give the same truth.
//!
//! The only writer of [`Truth`]. What it changed it notes in [`Changes`], and only what somebody shows: a session that
//! no window watches costs its rows and nothing else.

use contract::transcript::Fate;
use contract::usage::Spend;
use link::call::Page;
use link::event::{Agent, Approval, Body, Event, Session};

use crate::truth::{Guard, NodeHead, Truth};

mod changes;

mod approval;
mod clock;
mod history;
mod link_state;
mod lists;
mod message;
mod own;
mod rows;
mod run;
mod session;
mod text;
mod tool;
mod torn;

mod align;
mod draft;
mod fates;

#[cfg(test)]
mod tests;

pub use approval::{OUTCOME_KEPT_MS, next_deadline};
pub use changes::{Changes, RowChange, SessionChanges};
pub(crate) use history::{Exact, older};

/// Something that is true now of one node.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The node said something.
    Event(Event),
    /// The node's agents, all of them.
    Agents(Vec<Agent>),
    /// The node's sessions, as many as it gives. Read after the link came up, they make the node's data fresh.
    Sessions(Vec<Session>),
    /// A session's last messages.
    History { session: String, page: Page },
    /// They could not be read; a sentence says why.
    HistoryFailed { session: String, reason: String },
    /// They are being fetched.
    Loading { session: String },
    /// What waits on the node now, each with its session and agent.
    Approvals(Vec<(Option<String>, Option<String>, Approval)>),
    /// A person said something here; it is in the outbox.
    Sending { session: String, agent: Option<String>, text: String, client_id: String },
    /// How a message sent from here fares. `run` is the run that answers it, where the node named it.
    Fate { session: String, client_id: String, fate: Fate, run: Option<String>, fault: Option<String> },
    /// A message sent from here goes out under another key from now on.
    Key { session: String, client_id: String, key: String },
    /// The person took back a message that had not gone out.
    Withdrawn { session: String, client_id: String },
    /// A person looked at the session.
    Seen { session: String },
    /// Whether some window shows the session.
    Watched { session: String, shown: Shown },
    /// The last way there and back, milliseconds.
    Latency(f64),
    /// Whether the key is kept for this session only.
    KeyInMemory(bool),
    /// By which route the connection came about.
    Route(link::Taken),
    /// How a person guards the node.
    Guard(Guard),
    /// So many calls wait for their turn.
    Queued(u32),
    /// Whether its connection is being recorded.
    Recording(bool),
    /// What the node's runs used today.
    SpentToday(Option<Spend>),
    /// The node was renamed, moved, or set up anew.
    Head(NodeHead),
    /// Time passed: what was to end by now ends.
    Clock,
}

/// Whether a session is on some screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Yes,
    No,
}

/// Whether a fact told something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    New,
    /// It repeated what was known (a second end of a run, the echo of an own message): worth no line.
    Known,
}

/// Changes the truth by a fact that holds at `now` (Unix milliseconds), and notes what a window would see of it.
pub fn apply(truth: &mut Truth, fact: &Fact, now: i64, changes: &mut Changes) -> Taken {
    match fact {
        Fact::Event(event) => return apply_event(truth, event, now, changes),
        Fact::Agents(agents) => lists::agents(truth, agents, changes),
        Fact::Sessions(list) => lists::sessions(truth, list, now, changes),
        Fact::History { session, page } => history::merge(truth, session, page, now, changes),
        Fact::HistoryFailed { session, reason } => history::failed(truth, session, reason, changes),
        Fact::Loading { session } => history::loading(truth, session, changes),
        Fact::Approvals(list) => approval::list(truth, list, now, changes),
        Fact::Sending { session, agent, text, client_id } => {
            let said = own::Said { session, agent: agent.as_deref(), text, client_id };
            return own::sending(truth, &said, now, changes);
        }
        Fact::Fate { session, client_id, fate, run, fault } => {
            let news = own::News { client_id, fate: *fate, run: run.as_deref(), fault: fault.as_deref() };
            own::fate(truth, session, &news, now, changes);
        }
        Fact::Key { session, client_id, key } => own::key(truth, session, client_id, key, now, changes),
        Fact::Withdrawn { session, client_id } => own::withdrawn(truth, session, client_id, changes),
        Fact::Seen { session } => session::seen(truth, session, changes),
        Fact::Watched { session, shown } => session::watched(truth, session, *shown, changes),
        Fact::Latency(ms) => link_state::latency(truth, *ms, changes),
        Fact::Route(taken) => link_state::route(truth, taken.clone(), changes),
        Fact::KeyInMemory(yes) => link_state::key_in_memory(truth, *yes, changes),
        Fact::Guard(guard) => link_state::guard(truth, *guard, now, changes),
        Fact::Queued(count) => link_state::queued(truth, *count, changes),
        Fact::Recording(on) => link_state::recording(truth, *on, changes),
        Fact::SpentToday(spent) => link_state::spent(truth, spent.as_ref(), changes),
        Fact::Head(head) => link_state::head(truth, head, changes),
        Fact::Clock => approval::time_passed(truth, now, changes),
    }
    Taken::New
}

/// As [`apply`], for what arrives from the socket.
pub fn apply_event(truth: &mut Truth, event: &Event, now: i64, changes: &mut Changes) -> Taken {
    match &event.body {
        Body::TextDelta { text } => text::delta(truth, event, text, text::Kind::Answer, now, changes),
        Body::ThinkingDelta { text } => text::delta(truth, event, text, text::Kind::Thinking, now, changes),
        Body::ToolStarted { call, name, input } => {
            tool::started(truth, event, &tool::Call { call, name, input }, now, changes)
        }
        Body::ToolFinished { call, ok, output, ms } => {
            tool::finished(truth, event, &tool::End { call, ok: *ok, output, ms: *ms }, now, changes)
        }
        Body::Message(message) => message::said(truth, event, message, now, changes),
        Body::RunQueued { .. } => run::queued(truth, event, now, changes),
        Body::RunStarted => run::started(truth, event, now, changes),
        Body::RunStatus { phase } => run::status(truth, event, phase, now, changes),
        Body::RunFinished(end) => run::finished(truth, event, end, now, changes),
        Body::SubagentStarted { label, preset } => {
            tool::subagent_started(truth, event, label, preset.as_deref(), now, changes)
        }
        Body::SubagentFinished { label, ok } => tool::subagent_finished(truth, event, label, *ok, now, changes),
        Body::ApprovalRequested(about) => approval::requested(truth, event, about, now, changes),
        Body::ApprovalResolved { id, decision, by } => {
            approval::resolved(truth, id, *decision, by.as_deref(), now, changes)
        }
        Body::NodeState(state) => link_state::moved(truth, state, now, changes),
        Body::AgentChanged(agent) => lists::agent_changed(truth, agent, changes),
        Body::AgentRemoved => lists::agent_removed(truth, event, changes),
        Body::SessionChanged(about) => lists::session_changed(truth, about, now, changes),
        Body::SessionRemoved => lists::session_removed(truth, event, changes),
        Body::Gap { .. } => rows::gap(truth, event, now, changes),
        Body::Notice { text } => rows::notice(truth, event, text, now, changes),
        Body::Health { value } => clock::beat(truth, value, now, changes),
        Body::Artifact { .. }
        | Body::Plan { .. }
        | Body::Task { .. }
        | Body::DeviceRequested(_)
        | Body::DeviceResolved { .. }
        | Body::NodeChanged { .. }
        | Body::Presence { .. }
        | Body::Other { .. } => Taken::New,
    }
}
