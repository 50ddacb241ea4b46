//! A session's history as vendors keep it (rows: what was said, tool calls, what they
//! gave) as whole messages: the tool calls of a turn belong to the message they led to.

use serde_json::Value;

use super::recent::Recent;
use crate::event::{Message, Role, ToolCall};

/// One row of a history.
#[derive(Debug)]
pub(crate) enum Row {
    /// Somebody said something; `tools` are the calls made with it.
    Said(Message),
    /// A tool call's result.
    Gave(ToolCall),
}

/// Joins rows to messages.
pub(crate) fn join(rows: impl IntoIterator<Item = Row>) -> Vec<Message> {
    let mut joined = Joined::default();
    for row in rows {
        match row {
            Row::Said(message) => joined.said(message),
            Row::Gave(result) => joined.gave(result),
        }
    }
    joined.flush();
    joined.messages
}

#[derive(Default)]
struct Joined {
    messages: Vec<Message>,
    /// A turn's message that has said nothing yet, only called tools.
    silent: Option<Message>,
}

impl Joined {
    fn said(&mut self, mut message: Message) {
        if message.role != Role::Assistant {
            self.flush();
            self.messages.push(message);
            return;
        }
        if let Some(silent) = self.silent.take() {
            if silent.run_id.is_some() && message.run_id.is_some() && silent.run_id != message.run_id {
                self.messages.push(silent);
            } else {
                message = after(silent, message);
            }
        }
        if message.text.is_empty() && !message.tools.is_empty() {
            self.silent = Some(message);
        } else if !message.text.is_empty() || message.thinking.is_some() || !message.tools.is_empty() {
            self.messages.push(message);
        }
    }

    fn gave(&mut self, result: ToolCall) {
        let silent = self.silent.iter_mut();
        let turn = self.messages.iter_mut().rev().take_while(|message| message.role == Role::Assistant);
        let mut calls = silent.chain(turn).flat_map(|message| message.tools.iter_mut());
        if let Some(call) = calls.find(|call| call.call == result.call) {
            call.ok = result.ok;
            call.output = result.output;
            call.ms = result.ms.or(call.ms);
            if call.input.is_null() {
                call.input = result.input;
            }
        } else if let Some(silent) = &mut self.silent {
            silent.tools.push(result);
        } else if let Some(last) = self.messages.last_mut().filter(|last| last.role == Role::Assistant) {
            last.tools.push(result);
        }
    }

    fn flush(&mut self) {
        self.messages.extend(self.silent.take());
    }
}

/// The message of a turn that called tools before it said something.
fn after(silent: Message, said: Message) -> Message {
    let mut tools = silent.tools;
    tools.extend(said.tools);
    let thinking = match (silent.thinking, said.thinking) {
        (Some(first), Some(second)) => Some(format!("{first}\n\n{second}").into()),
        (first, second) => first.or(second),
    };
    let run_id = said.run_id.or(silent.run_id);
    Message { tools, thinking, run_id, ..said }
}

/// Arguments without the vendor's own additions, which begin with `_`.
pub(crate) fn without_internals(mut arguments: Value) -> Value {
    if let Value::Object(entries) = &mut arguments {
        entries.retain(|key, _| !key.starts_with('_'));
    }
    arguments
}

/// What was told already on this connection, so that a history that is read again
/// (in a recording) tells only what is new.
#[derive(Debug)]
pub(crate) struct Told {
    ids: Recent,
}

impl Told {
    pub fn new() -> Self {
        Self { ids: Recent::new(16 * 1024) }
    }

    /// Remembers something told; whether it is new.
    pub fn tell(&mut self, what: &str) -> bool {
        self.ids.insert(what)
    }

    /// Whether it was told.
    pub fn was_told(&self, what: &str) -> bool {
        self.ids.contains(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(role: Role, text: &str, calls: &[&str]) -> Row {
        let tool = |call: &&str| ToolCall {
            call: (*call).into(),
            name: "exec".into(),
            input: Value::Null,
            ok: None,
            output: "".into(),
            ms: None,
        };
        Row::Said(Message {
            id: text.into(),
            role,
            text: text.into(),
            sent_at: None,
            run_id: None,
            client_id: None,
            thinking: None,
            tools: calls.iter().map(tool).collect(),
            model: None,
        })
    }

    fn gave(call: &str) -> Row {
        let (name, output) = ("exec".into(), "out".into());
        Row::Gave(ToolCall { call: call.into(), name, input: Value::Null, ok: Some(true), output, ms: None })
    }

    #[test]
    fn a_tool_round_belongs_to_the_answer_it_led_to() {
        let rows = [
            said(Role::User, "q", &[]),
            said(Role::Assistant, "", &["c1", "c2"]),
            gave("c2"),
            gave("c1"),
            said(Role::Assistant, "a", &[]),
        ];
        let messages = join(rows);
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[1].tools.iter().map(|tool| tool.ok).collect::<Vec<_>>(), [Some(true); 2]);
    }

    #[test]
    fn a_turn_that_never_answered_still_shows_its_tools() {
        let messages = join([said(Role::Assistant, "", &["c"]), said(Role::User, "q", &[])]);
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].tools[0].ok, None);
    }

    #[test]
    fn a_result_without_its_call_is_kept_where_an_answer_is() {
        let messages = join([said(Role::Assistant, "a", &[]), gave("c")]);
        assert_eq!(&*messages[0].tools[0].output, "out");
    }

    #[test]
    fn internals_of_arguments_are_taken_out() {
        let arguments = serde_json::json!({"_conn_id": 1, "command": "ls"});
        assert_eq!(without_internals(arguments), serde_json::json!({"command": "ls"}));
    }
}
