//! One run: what it has told and which of its tool calls are open.

use std::sync::Arc;

use serde_json::Value;

use super::Place;
use crate::dialect::Out;
use crate::event::{Body, Event, RunEnd, Usage};

/// Tool calls of one run kept at once.
const TOOL_LIMIT: usize = 1024;

/// How much room a text that grows has at first, bytes.
const ROOM: usize = 512;

/// A run that has not ended.
#[derive(Debug, Default)]
pub(crate) struct Run {
    id: Arc<str>,
    pub agent: Option<Arc<str>>,
    pub session: Option<Arc<str>>,
    /// The text told so far.
    pub text: String,
    /// The reasoning of this round told so far.
    pub thinking: String,
    phase: Box<str>,
    /// How many phases were told.
    phases: usize,
    pub usage: Option<Usage>,
    /// A remark that the vendor sends in place of text; it is not part of the answer.
    pub remark: Option<Box<str>>,
    /// How it will probably have ended, should nobody say it.
    pub likely: Option<RunEnd>,
    tools: Vec<Tool>,
}

#[derive(Debug)]
struct Tool {
    call: Box<str>,
    name: Box<str>,
    input: Value,
    open: bool,
}

/// How a tool call ended.
#[derive(Debug)]
pub(crate) struct ToolEnd<'a> {
    pub call: &'a str,
    pub name: &'a str,
    pub ok: Option<bool>,
    pub output: Box<str>,
    pub ms: Option<u64>,
}

impl Run {
    /// The vendor's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same, to be kept.
    pub fn address(&self) -> Arc<str> {
        self.id.clone()
    }

    pub(super) fn new(place: Place<'_>) -> Self {
        let mut run = Self { id: place.run.into(), ..Self::default() };
        run.learn(place.agent, place.session);
        run
    }

    /// Whether nothing is left to learn of whose it is.
    pub fn is_placed(&self) -> bool {
        self.agent.is_some() && self.session.is_some()
    }

    /// Takes note of whose it is, as far as that was not known.
    pub fn learn(&mut self, agent: Option<&str>, session: Option<&str>) {
        if self.agent.is_none() {
            self.agent = agent.map(Arc::from);
        }
        if self.session.is_none() {
            self.session = session.map(Arc::from);
        }
    }

    /// Tells something of this run.
    pub fn say(&self, at: i64, body: Body, out: &mut Out) {
        let run = Some(self.id.clone());
        out.events.push(Event { at, agent: self.agent.clone(), session: self.session.clone(), run, body });
    }

    /// Tells a phase, unless it was told last.
    pub fn phase(&mut self, at: i64, phase: &str, out: &mut Out) {
        if !phase.is_empty() && &*self.phase != phase {
            self.phase = phase.into();
            self.phases += 1;
            self.say(at, Body::RunStatus { phase: phase.into() }, out);
        }
    }

    /// More text, as an increment.
    pub fn more_text(&mut self, at: i64, text: &str, out: &mut Out) {
        if text.is_empty() {
            return;
        }
        if self.text.is_empty() {
            self.text.reserve(4 * ROOM);
        }
        self.text.push_str(text);
        match self.told_last(at, out) {
            Some(Body::TextDelta { text: told }) => told.push_str(text),
            _ => self.say(at, Body::TextDelta { text: with_room(text) }, out),
        }
    }

    /// The whole text so far: what is new in it is told. A text that takes back what
    /// was told is not told at all; the run's end has the whole truth.
    pub fn whole_text(&mut self, at: i64, text: &str, out: &mut Out) {
        if let Some(more) = text.strip_prefix(self.text.as_str()) {
            self.more_text(at, more, out);
        }
    }

    /// The whole reasoning of this round so far: what is new in it is told.
    pub fn whole_thinking(&mut self, at: i64, text: &str, out: &mut Out) {
        if let Some(more) = text.strip_prefix(self.thinking.as_str()).filter(|more| !more.is_empty()) {
            self.thinking.push_str(more);
            match self.told_last(at, out) {
                Some(Body::ThinkingDelta { text: told }) => told.push_str(more),
                _ => self.say(at, Body::ThinkingDelta { text: more.into() }, out),
            }
        }
    }

    /// The last event, if it is this run's and nobody has it yet: increments that arrive together are told as one.
    fn told_last<'o>(&self, at: i64, out: &'o mut Out) -> Option<&'o mut Body> {
        let last = out.events.last_mut()?;
        (last.at == at && last.run.as_deref() == Some(&*self.id)).then_some(&mut last.body)
    }

    /// A tool call begins, unless it is known.
    pub fn tool_started(&mut self, at: i64, call: &str, name: &str, input: Value, out: &mut Out) {
        if self.tools.iter().any(|tool| &*tool.call == call) {
            return;
        }
        if self.tools.len() >= TOOL_LIMIT {
            self.drop_oldest_tool(at, out);
        }
        self.tools.push(Tool { call: call.into(), name: name.into(), input: input.clone(), open: true });
        self.say(at, Body::ToolStarted { call: call.into(), name: name.into(), input }, out);
    }

    fn drop_oldest_tool(&mut self, at: i64, out: &mut Out) {
        let oldest = self.tools.iter().position(|tool| !tool.open).unwrap_or(0);
        let tool = self.tools.remove(oldest);
        if tool.open {
            self.say(at, unknown_tool_end(tool.call), out);
        }
    }

    /// A tool call ends, unless it has; one that never began is begun first.
    pub fn tool_finished(&mut self, at: i64, end: ToolEnd<'_>, out: &mut Out) {
        self.tool_started(at, end.call, end.name, Value::Null, out);
        let Some(tool) = self.tools.iter_mut().find(|tool| &*tool.call == end.call && tool.open) else {
            return;
        };
        tool.open = false;
        tool.input = Value::Null;
        let call = end.call.into();
        self.say(at, Body::ToolFinished { call, ok: end.ok, output: end.output, ms: end.ms }, out);
    }

    /// A number that changes with each phase and each step of a tool.
    pub fn steps(&self) -> usize {
        let open = self.tools.iter().filter(|tool| tool.open).count();
        self.tools.len() * 1000 + open + self.phases * 1_000_000
    }

    /// Whether the call has begun here.
    pub fn knows_tool(&self, call: &str) -> bool {
        self.tools.iter().any(|tool| &*tool.call == call)
    }

    /// The open tool calls: id, name and arguments.
    pub fn open_tools(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let open = self.tools.iter().filter(|tool| tool.open);
        open.map(|tool| (&*tool.call, &*tool.name, &tool.input))
    }

    pub(super) fn close_tools(&mut self, at: i64, out: &mut Out) {
        for tool in std::mem::take(&mut self.tools) {
            if tool.open {
                self.say(at, unknown_tool_end(tool.call), out);
            }
        }
    }
}

/// The text, with room for what may arrive together with it.
fn with_room(text: &str) -> String {
    let mut told = String::with_capacity(text.len().max(ROOM));
    told.push_str(text);
    told
}

fn unknown_tool_end(call: Box<str>) -> Body {
    Body::ToolFinished { call, ok: None, output: "".into(), ms: None }
}
