//! The thinner of two accounts of a tool call comes first: it is held back until the next frame shows whether the fuller
//! one follows.

use serde_json::Value;

use super::super::Out;
use super::super::envelope::Envelope;
use super::super::lax::{Raw, cut};
use super::super::runs::ToolEnd;
use super::Openclaw;

/// How long, in milliseconds, the fuller account of the same thing may follow.
const PATIENCE: i64 = 250;

/// The thinner account of a tool call, held back until the next frame shows whether
/// the fuller one follows.
pub(super) struct Held {
    pub run: Box<str>,
    pub call: Box<str>,
    pub name: Box<str>,
    /// Unix milliseconds.
    pub at: i64,
    pub ended: Option<Ended>,
}

/// How it ended.
#[derive(Default)]
pub(super) struct Ended {
    pub ok: Option<bool>,
    pub output: Box<str>,
    pub ms: Option<u64>,
}

impl Openclaw {
    pub(super) fn forget_held_start(&mut self, call: &str) {
        if self.held.as_ref().is_some_and(|held| &*held.call == call && held.ended.is_none()) {
            self.held = None;
        }
    }

    /// Lets go of what was held back, unless this frame is the fuller account of it
    /// or has nothing to do with it and comes at once.
    pub(super) fn let_go_of_held(&mut self, frame: &Envelope<'_>, now: i64, out: &mut Out) {
        let Some(held) = &self.held else { return };
        let body = frame.payload.map(Raw::get).unwrap_or_default();
        let head = cut(body, 64 * 1024);
        let same_run = head.contains(&*held.run);
        let fuller = same_run && head.contains(&*held.call) && is_fuller(head, held.ended.is_some());
        let late = now.saturating_sub(self.held_since) > PATIENCE;
        if !fuller && (same_run || late) {
            self.let_all_held_go(out);
        }
    }

    pub(super) fn let_all_held_go(&mut self, out: &mut Out) {
        if let Some(held) = self.held.take() {
            self.release(held, out);
        }
    }

    /// Before a run ends, what is held back of it is told.
    pub(super) fn settle(&mut self, id: &str, out: &mut Out) {
        if self.held.as_ref().is_some_and(|held| &*held.run == id) {
            self.let_all_held_go(out);
        }
    }

    pub(super) fn release(&mut self, held: Held, out: &mut Out) {
        let input = self.arguments.remove(&held.call).unwrap_or(Value::Null);
        let Some(run) = self.runs.get(&held.run) else {
            return;
        };
        run.tool_started(held.at, &held.call, &held.name, input, out);
        if let Some(Ended { ok, output, ms }) = held.ended {
            let end = ToolEnd { call: &held.call, name: &held.name, ok, output, ms };
            run.tool_finished(held.at, end, out);
        }
    }
}

fn is_fuller(body: &str, ended: bool) -> bool {
    if ended {
        body.contains("\"command_output\"")
    } else {
        body.contains("\"stream\":\"tool\"") || body.contains("\"stream\": \"tool\"")
    }
}
