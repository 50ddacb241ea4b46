//! Tool calls, told up to three times: by the `tool` stream (with arguments and
//! results, to the one that started the run or watches its session), and to everybody
//! by `item` and `command_output`. One beginning and one end come out.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Flag, Int, Raw, Text, read, tree};
use super::super::runs::{Place, ToolEnd};
use super::Openclaw;
use super::agent::Agent;
use super::content::Words;
use super::held::{Ended, Held};

/// Arguments remembered until their call begins.
const ARGUMENTS: usize = 256;

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

fn span(started: Int, ended: Int) -> Option<u64> {
    u64::try_from(ended.0?.checked_sub(started.0?)?).ok()
}
