//! Tool calls, told up to three times: by the `tool` stream (with arguments and
//! results, to the one that started the run or watches its session), and to everybody
//! by `item` and `command_output`. One beginning and one end come out.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::envelope::Envelope;
use super::super::lax::{Flag, Int, Raw, Text, cut, read, tree};
use super::super::runs::{Place, ToolEnd};
use super::Openclaw;
use super::agent::Agent;
use super::content::Words;

/// How long, in milliseconds, the fuller account of the same thing may follow.
const PATIENCE: i64 = 250;
/// Arguments remembered until their call begins.
const ARGUMENTS: usize = 256;

/// The thinner account of a tool call, held back until the next frame shows whether
/// the fuller one follows.
pub(super) struct Held {
    run: Box<str>,
    call: Box<str>,
    name: Box<str>,
    at: i64,
    ended: Option<Ended>,
}

#[derive(Default)]
struct Ended {
    ok: Option<bool>,
    output: Box<str>,
    ms: Option<u64>,
}

/// The data of `tool`, `item` and `command_output` alike.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step<'a> {
    #[serde(default, borrow)]
    phase: Text<'a>,
    #[serde(default, borrow)]
    kind: Text<'a>,
    #[serde(default, borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    args: Option<Raw<'a>>,
    #[serde(default, borrow)]
    result: Option<Raw<'a>>,
    #[serde(default)]
    is_error: Flag,
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default, borrow)]
    error: Text<'a>,
    #[serde(default, borrow)]
    output: Text<'a>,
    #[serde(default)]
    exit_code: Int,
    #[serde(default)]
    duration_ms: Int,
    #[serde(default)]
    started_at: Int,
    #[serde(default)]
    ended_at: Int,
    #[serde(default)]
    command_bearing: Flag,
}

#[derive(Default, Deserialize)]
struct Given<'a> {
    #[serde(default, borrow)]
    content: Words<'a>,
    #[serde(default, borrow)]
    details: Option<Raw<'a>>,
}

/// What a tool says of its own end.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details<'a> {
    #[serde(default, borrow)]
    status: Text<'a>,
    #[serde(default)]
    exit_code: Int,
    #[serde(default)]
    pub duration_ms: Int,
    #[serde(default, borrow)]
    pub aggregated: Text<'a>,
}

impl Details<'_> {
    /// Whether it did what it should; a command that exits non-zero did not.
    pub fn ok(&self, is_error: bool) -> bool {
        !is_error && self.exit_code.0.unwrap_or(0) == 0 && !failed(self.status.or_empty())
    }
}

fn failed(status: &str) -> bool {
    matches!(status, "failed" | "error" | "denied" | "timeout" | "timed_out" | "cancelled" | "aborted" | "killed")
}

impl Openclaw {
    pub(super) fn tool(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let step: Step<'_> = read(agent.data).unwrap_or_default();
        let (Some(call), name) = (step.tool_call_id.filled(), step.name.or_empty()) else {
            return;
        };
        match step.phase.or_empty() {
            "start" | "update" => {
                self.forget_held_start(call);
                let input = match step.args {
                    Some(_) => tree(step.args),
                    None => self.arguments.remove(call).unwrap_or(Value::Null),
                };
                if let Some(run) = self.runs.enter(place, out) {
                    run.tool_started(place.at, call, name, input, out);
                }
            }
            "result" => {
                let given: Given<'_> = read(step.result).unwrap_or_default();
                let details: Details<'_> = read(given.details).unwrap_or_default();
                let output = given.content.boxed().or(details.aggregated.boxed()).unwrap_or_default();
                let (ok, ms) = (Some(details.ok(step.is_error.set())), details.duration_ms.natural());
                if let Some(run) = self.runs.enter(place, out) {
                    run.tool_finished(place.at, ToolEnd { call, name, ok, output, ms }, out);
                }
            }
            _ => {}
        }
    }

    pub(super) fn item(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let step: Step<'_> = read(agent.data).unwrap_or_default();
        let Some(call) = step.tool_call_id.filled() else {
            return;
        };
        if step.kind.get().is_some_and(|kind| kind != "tool") {
            return;
        }
        let Some(run) = self.runs.enter(place, out) else {
            return;
        };
        let ended = match step.phase.or_empty() {
            "start" if run.knows_tool(call) => return,
            "start" => None,
            "end" => Some(Ended {
                ok: Some(!step.is_error.set() && step.error.filled().is_none() && !failed(step.status.or_empty())),
                output: step.error.boxed().unwrap_or_default(),
                ms: span(step.started_at, step.ended_at),
            }),
            _ => return,
        };
        let held =
            Held { run: place.run.into(), call: call.into(), name: step.name.or_empty().into(), at: place.at, ended };
        if held.ended.is_some() && !step.command_bearing.set() {
            self.release(held, out);
        } else {
            self.held = Some(held);
        }
    }

    pub(super) fn command_output(&mut self, agent: &Agent<'_>, place: Place<'_>, out: &mut Out) {
        let step: Step<'_> = read(agent.data).unwrap_or_default();
        let Some(call) = step.tool_call_id.filled() else {
            return;
        };
        if step.phase.get() != Some("end") {
            return;
        }
        let name = step.name.or_empty();
        let exit = step.exit_code.0;
        let ok = Some(exit.unwrap_or(0) == 0 && !failed(step.status.or_empty()));
        let (output, ms) = (step.output.boxed().unwrap_or_default(), step.duration_ms.natural());
        if self.held.as_ref().is_some_and(|held| &*held.call == call) {
            self.held = None;
        }
        if let Some(run) = self.runs.enter(place, out) {
            run.tool_finished(place.at, ToolEnd { call, name, ok, output, ms }, out);
        }
    }

    fn forget_held_start(&mut self, call: &str) {
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

    fn release(&mut self, held: Held, out: &mut Out) {
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

    /// Remembers arguments that were told before their call began.
    pub(super) fn remember_arguments(&mut self, calls: Vec<(String, String, Value)>) {
        for (call, _, arguments) in calls {
            if self.arguments.len() >= ARGUMENTS {
                self.arguments.clear();
            }
            self.arguments.insert(call.into(), arguments);
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

fn span(started: Int, ended: Int) -> Option<u64> {
    u64::try_from(ended.0?.checked_sub(started.0?)?).ok()
}
