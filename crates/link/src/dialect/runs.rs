//! The runs of one connection: who they belong to, what they have said, which tool
//! calls are open. Here the promises are kept that every vendor's stream must give:
//! deltas are increments, a run ends once, a tool call that starts also ends.
//!
//! What is absent: no vendor's frame is known here.

mod run;

use std::sync::Arc;

use super::Out;
use super::recent::Recent;
use crate::event::{Body, Event, Outcome, RunEnd};
pub(crate) use run::{Run, ToolEnd};

/// Open runs kept at once; beyond it the oldest ends with an unknown outcome.
const OPEN_LIMIT: usize = 1024;
/// Ended runs remembered, so that a second end is recognised.
const DONE_LIMIT: usize = 4096;

/// Which run something belongs to, whose it is, and when it happened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place<'a> {
    /// The run, by the vendor's id.
    pub run: &'a str,
    pub agent: Option<&'a str>,
    pub session: Option<&'a str>,
    /// Unix milliseconds.
    pub at: i64,
}

impl Place<'_> {
    /// The same place at another time.
    pub fn at(self, at: i64) -> Self {
        Self { at, ..self }
    }

    /// Tells something of here; what belongs to no run belongs to the session, the agent or the node.
    pub fn say(self, body: Body, out: &mut Out) {
        let run = Some(self.run).filter(|run| !run.is_empty()).map(Arc::from);
        let (agent, session) = (self.agent.map(Arc::from), self.session.map(Arc::from));
        out.events.push(Event { at: self.at, agent, session, run, body });
    }
}

/// All runs of a connection.
#[derive(Debug)]
pub(crate) struct Runs {
    /// The oldest first. They are few, and the one that speaks is mostly the last.
    open: Vec<Run>,
    done: Recent,
}

impl Runs {
    pub fn new() -> Self {
        Self { open: Vec::new(), done: Recent::new(DONE_LIMIT) }
    }

    /// The run, begun now if nobody has heard of it; `None` when it has ended.
    pub fn enter(&mut self, place: Place<'_>, out: &mut Out) -> Option<&mut Run> {
        let index = match self.index(place.run) {
            Some(index) => index,
            None if self.done.contains(place.run) => return None,
            None => self.begin(place, out),
        };
        let run = self.open.get_mut(index)?;
        run.learn(place.agent, place.session);
        Some(run)
    }

    fn index(&self, id: &str) -> Option<usize> {
        self.open.iter().rposition(|run| run.id() == id)
    }

    fn begin(&mut self, place: Place<'_>, out: &mut Out) -> usize {
        self.make_room(place.at, out);
        let run = Run::new(place);
        run.say(place.at, Body::RunStarted, out);
        self.open.push(run);
        self.open.len() - 1
    }

    fn make_room(&mut self, at: i64, out: &mut Out) {
        while self.open.len() >= OPEN_LIMIT {
            self.give_up_oldest(at, out);
        }
    }

    fn give_up_oldest(&mut self, at: i64, out: &mut Out) {
        if let Some(oldest) = self.open.first().map(|run| run.id().to_owned()) {
            self.give_up(&oldest, at, out);
        }
    }

    /// Ends a run whose end was lost: the way it probably ended, else with an unknown outcome.
    pub fn give_up(&mut self, id: &str, at: i64, out: &mut Out) {
        if !self.end_likely(id, at, out) {
            self.finish(id, at, unknown_end(), out);
        }
    }

    /// An open run.
    pub fn get(&mut self, id: &str) -> Option<&mut Run> {
        self.open.iter_mut().rfind(|run| run.id() == id)
    }

    /// Whether the run is open or has ended here.
    pub fn knows(&self, id: &str) -> bool {
        self.index(id).is_some() || self.done.contains(id)
    }

    /// Whether the run has ended here.
    pub fn ended(&self, id: &str) -> bool {
        self.done.contains(id)
    }

    /// The open runs, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Run> {
        self.open.iter()
    }

    /// The latest open run of a session.
    pub fn of_session(&self, session: &str) -> Option<&Run> {
        let in_session = |run: &&Run| run.session.as_deref() == Some(session);
        self.open.iter().rfind(in_session)
    }

    /// Ends a run; false when it had ended before. A run never heard of ends too: it
    /// is begun first, so that whoever counts sees both.
    pub fn end(&mut self, place: Place<'_>, end: RunEnd, out: &mut Out) -> bool {
        self.enter(place, out).is_some() && self.finish(place.run, place.at, end, out)
    }

    /// Ends a run that never began, because its message waits for another one.
    pub fn end_queued(&mut self, place: Place<'_>, end: RunEnd, out: &mut Out) {
        if self.knows(place.run) {
            return;
        }
        let run = Run::new(place);
        self.done.insert(place.run);
        run.say(place.at, Body::RunQueued { position: None }, out);
        run.say(place.at, Body::RunFinished(end), out);
    }

    /// Ends a run the way it probably ended; false when nobody knows a way.
    pub fn end_likely(&mut self, id: &str, at: i64, out: &mut Out) -> bool {
        let likely = self.get(id).and_then(|run| run.likely.take());
        likely.is_some_and(|end| self.finish(id, at, end, out))
    }

    fn finish(&mut self, id: &str, at: i64, end: RunEnd, out: &mut Out) -> bool {
        let Some(index) = self.index(id) else {
            return false;
        };
        let mut run = self.open.remove(index);
        self.done.insert(id);
        run.close_tools(at, out);
        let end = RunEnd { usage: end.usage.or(run.usage), ..end };
        run.say(at, Body::RunFinished(end), out);
        true
    }

    /// Ends every open run with an unknown outcome: the connection is gone.
    pub fn end_all(&mut self, at: i64, out: &mut Out) {
        while !self.open.is_empty() {
            self.give_up_oldest(at, out);
        }
    }
}

fn unknown_end() -> RunEnd {
    RunEnd { outcome: Outcome::Unknown, text: None, usage: None, error: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::event::Event;
    use serde_json::Value;

    fn place(run: &str) -> Place<'_> {
        Place { run, at: 1, ..Place::default() }
    }

    fn ok_end() -> RunEnd {
        RunEnd { outcome: Outcome::Ok, text: Some("t".into()), usage: None, error: None }
    }

    fn names(out: &Out) -> Vec<String> {
        let tag = |event: &Event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned();
        out.events.iter().map(tag).collect()
    }

    #[test]
    fn a_run_ends_once_whatever_comes_after() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        runs.enter(place("r"), &mut out);
        assert!(runs.end(place("r"), ok_end(), &mut out));
        assert!(!runs.end(place("r"), ok_end(), &mut out));
        assert!(runs.enter(place("r"), &mut out).is_none());
        assert_eq!(names(&out), ["run.started", "run.finished"]);
    }

    #[test]
    fn an_open_tool_call_ends_with_its_run_as_unknown() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        let run = runs.enter(place("r"), &mut out).unwrap();
        run.tool_started(1, "c", "exec", Value::Null, &mut out);
        run.tool_started(1, "c", "exec", Value::Null, &mut out);
        runs.end(place("r"), ok_end(), &mut out);
        assert_eq!(names(&out), ["run.started", "tool.started", "tool.finished", "run.finished"]);
        assert!(matches!(out.events[2].body, Body::ToolFinished { ok: None, .. }));
    }

    #[test]
    fn a_tool_call_that_only_ends_has_a_beginning_too() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        let run = runs.enter(place("r"), &mut out).unwrap();
        let end = || ToolEnd { call: "c", name: "exec", ok: Some(false), output: "".into(), ms: None };
        run.tool_finished(1, end(), &mut out);
        run.tool_finished(1, end(), &mut out);
        assert_eq!(names(&out), ["run.started", "tool.started", "tool.finished"]);
    }

    #[test]
    fn cumulative_text_is_told_as_increments_and_never_taken_back() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        let run = runs.enter(place("r"), &mut out).unwrap();
        for (whole, at) in ["He", "Hello", "Hello", "Bye", "Hello you"].into_iter().zip(1..) {
            run.whole_text(at, whole, &mut out);
        }
        assert_eq!(run.text, "Hello you");
        assert_eq!(out.events.len(), 4);
    }

    #[test]
    fn increments_that_arrive_together_are_told_as_one_and_no_others() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        for (run, at, text) in [("r", 1, "a"), ("r", 1, "b"), ("r", 2, "c"), ("s", 2, "d"), ("r", 2, "e")] {
            runs.enter(place(run), &mut out).unwrap().more_text(at, text, &mut out);
        }
        let text = |event: &Event| match &event.body {
            Body::TextDelta { text } => Some(text.clone()),
            _ => None,
        };
        assert_eq!(out.events.iter().filter_map(text).collect::<Vec<_>>(), ["ab", "c", "d", "e"]);
    }

    #[test]
    fn too_many_open_runs_end_the_oldest() {
        let (mut runs, mut out) = (Runs::new(), Out::default());
        for number in 0..=OPEN_LIMIT {
            runs.enter(place(&format!("r{number}")), &mut out);
        }
        assert!(runs.ended("r0") && !runs.ended("r1"));
    }
}
