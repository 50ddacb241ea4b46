//! Tool calls of a run, and what they gave.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Int, Raw, read, tree};
use super::super::runs::{Place, ToolEnd};
use super::super::transcript::without_internals;
use super::Moltis;
use super::chat::{Chat, Trouble};

impl Moltis {
    pub(super) fn tool(&mut self, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) {
        let Some(call) = chat.tool_call_id.filled() else {
            return;
        };
        let name = chat.tool_name.or_empty();
        let Some(run) = self.runs.enter(place, out) else {
            return;
        };
        if chat.arguments.is_some() || chat.state.get() == Some("tool_call_start") {
            run.tool_started(place.at, call, name, without_internals(tree(chat.arguments)), out);
        }
        if chat.state.get() == Some("tool_call_end") {
            let (ok, output) = outcome(chat);
            let end = ToolEnd { call, name, ok: Some(ok), output: output.clone(), ms: None };
            // The end of the call is all that says how its approval ended.
            self.approvals.call_ended(place, call, ok, &output, out);
            if let Some(run) = self.runs.get(place.run) {
                run.tool_finished(place.at, end, out);
            }
        }
    }
}

fn outcome(chat: &Chat<'_>) -> (bool, Box<str>) {
    let given = chat.result.map(|result| given(Some(result)));
    let output = given.or_else(|| Trouble::words(chat.error)).unwrap_or_default();
    (chat.success.set() && exit_code(chat.result) == 0, output)
}

/// What a tool gave, as text: a command's output plainly, anything else as JSON.
pub(super) fn given(result: Option<Raw<'_>>) -> Box<str> {
    match tree(result) {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        Value::Object(entries) if entries.contains_key("stdout") || entries.contains_key("stderr") => {
            let part = |name: &str| entries.get(name).and_then(Value::as_str).unwrap_or_default();
            let (stdout, stderr) = (part("stdout"), part("stderr"));
            let between = if stdout.is_empty() || stderr.is_empty() || stdout.ends_with('\n') { "" } else { "\n" };
            format!("{stdout}{between}{stderr}").into()
        }
        other => other.to_string().into(),
    }
}

/// A command's exit code; 0 for what is no command.
pub(super) fn exit_code(result: Option<Raw<'_>>) -> i64 {
    #[derive(Deserialize)]
    struct Exit {
        #[serde(default)]
        exit_code: Int,
    }
    read::<Exit>(result).and_then(|exit| exit.exit_code.0).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(result: &str) -> String {
        given(Some(serde_json::from_str(result).unwrap())).into()
    }

    #[test]
    fn a_command_gives_its_output_plainly() {
        assert_eq!(of(r#"{"exit_code":0,"stdout":"a\n","stderr":"b"}"#), "a\nb");
        assert_eq!(of(r#""text""#), "text");
        assert_eq!(of(r#"{"paths":[]}"#), r#"{"paths":[]}"#);
    }
}
