//! Tool results: a call is told only when it is over, and it counts as done well even
//! when the tool itself says that it failed.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Flag, Int, Raw, Text, read, tree};
use super::super::runs::ToolEnd;
use super::{McpDashboard, moment};
use crate::event::Body;

#[derive(Default, Deserialize)]
struct Result<'a> {
    #[serde(default, borrow)]
    tool_name: Text<'a>,
    #[serde(default, borrow)]
    call_id: Text<'a>,
    #[serde(default, borrow)]
    timestamp: Text<'a>,
    #[serde(default, borrow)]
    result: Option<Raw<'a>>,
    #[serde(default, borrow)]
    error: Text<'a>,
    #[serde(default)]
    success: Flag,
    #[serde(default)]
    duration_ms: Int,
    #[serde(default, borrow)]
    arguments: Option<Raw<'a>>,
}

/// What the tool gave, wrapped by the program that called it.
#[derive(Default, Deserialize)]
struct Given<'a> {
    #[serde(default)]
    success: Flag,
    #[serde(default, borrow)]
    error: Text<'a>,
    #[serde(default)]
    duration_ms: Int,
    #[serde(default, borrow)]
    result: Option<Raw<'a>>,
    #[serde(default, rename = "isError")]
    is_error: Flag,
    #[serde(default, borrow)]
    content: Option<Raw<'a>>,
}

impl McpDashboard {
    pub(super) fn tool_result(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let Some(result) = read::<Result<'_>>(payload) else {
            return false;
        };
        let agent = self.agent_of(payload);
        let at = moment(result.timestamp.get()).unwrap_or(now);
        let name = result.tool_name.or_empty();
        let given: Given<'_> = read(result.result).unwrap_or_default();
        let inner: Given<'_> = read(given.result).unwrap_or_default();
        let content: Given<'_> = read(inner.content).unwrap_or_default();
        let failed = inner.is_error.set() || content.is_error.set() || given.success.0 == Some(false);
        let failed = failed || result.error.filled().is_some();
        let ok = Some(result.success.0 != Some(false) && !failed);
        let ms = result.duration_ms.natural().or(given.duration_ms.natural());
        let input = tree(result.arguments);
        let output = output(&result, &given, &inner);
        self.approvals.ran(&agent, name, &input, at, out);
        let Some(call) = result.call_id.filled() else {
            return self.asked_directly(&agent, name, input, (ok, output, ms, at), out);
        };
        if let Some(run) = self.turn(&agent, now, out) {
            run.tool_started(at, call, name, input, out);
            run.tool_finished(at, ToolEnd { call, name, ok, output, ms }, out);
        }
        true
    }

    /// A tool that a client ran by itself belongs to no turn and has no id.
    fn asked_directly(
        &mut self,
        agent: &str,
        name: &str,
        input: Value,
        (ok, output, ms, at): (Option<bool>, Box<str>, Option<u64>, i64),
        out: &mut Out,
    ) -> bool {
        self.said += 1;
        let call: Box<str> = format!("request@{at}-{}", self.said).into();
        let place = self.place(agent, "", at);
        place.say(Body::ToolStarted { call: call.clone(), name: name.into(), input }, out);
        place.say(Body::ToolFinished { call, ok, output, ms }, out);
        true
    }
}

/// What the tool gave, as text: the texts of its content, else its error, else whatever
/// it is.
fn output(result: &Result<'_>, given: &Given<'_>, inner: &Given<'_>) -> Box<str> {
    let mut texts = Vec::new();
    collect(&tree(inner.content.or(given.content)), &mut texts);
    if !texts.is_empty() {
        return texts.join("\n").into();
    }
    if let Some(error) = result.error.boxed().or(inner.error.boxed()).or(given.error.boxed()) {
        return error;
    }
    match tree(given.result.or(result.result)) {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// The texts in a content, however deep it wraps itself.
fn collect(content: &Value, texts: &mut Vec<String>) {
    match content {
        Value::Array(blocks) => blocks.iter().for_each(|block| collect(block, texts)),
        Value::Object(entries) => {
            if let Some(text) = entries.get("text").and_then(Value::as_str) {
                texts.push(text.to_owned());
            } else if let Some(inner) = entries.get("content") {
                collect(inner, texts);
            }
        }
        _ => {}
    }
}
