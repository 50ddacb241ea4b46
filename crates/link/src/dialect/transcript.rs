//! A session's history as vendors keep it (rows: what was said, tool calls, what they gave) as whole messages in the
//! order they were said: what a tool gave stands with its call.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

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

/// Joins rows to messages: each result goes to the call it answers, and nothing changes its place.
pub(crate) fn join(rows: impl IntoIterator<Item = Row>) -> Vec<Message> {
    let mut messages = Vec::new();
    for row in rows {
        match row {
            Row::Said(message) if says_nothing(&message) => {}
            Row::Said(message) => messages.push(message),
            Row::Gave(result) => gave(&mut messages, result),
        }
    }
    messages
}

fn says_nothing(message: &Message) -> bool {
    message.role == Role::Assistant && message.text.is_empty() && message.thinking.is_none() && message.tools.is_empty()
}

fn gave(messages: &mut [Message], result: ToolCall) {
    let turn = || (0..messages.len()).rev().take_while(|at| messages[*at].role == Role::Assistant);
    let asks = |at: &usize| messages[*at].tools.iter().position(|call| call.call == result.call);
    if let Some((at, place)) = turn().find_map(|at| Some((at, asks(&at)?))) {
        let call = &mut messages[at].tools[place];
        call.ok = result.ok;
        call.output = result.output;
        call.ms = result.ms.or(call.ms);
        if call.input.is_null() {
            call.input = result.input;
        }
    } else if let Some(last) = messages.last_mut().filter(|last| last.role == Role::Assistant) {
        last.tools.push(result);
    }
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
        self.ids.insert(&mark(what))
    }

    /// Whether it was told.
    pub fn was_told(&self, what: &str) -> bool {
        self.ids.contains(&mark(what))
    }
}

/// The longest text that is remembered as it is, in bytes: ids are shorter.
const AS_IT_IS: usize = 64;

/// What is remembered of something told. A long text by its length and hash, so that memory does not grow with what
/// is said; they are this run's alone and never kept.
fn mark(what: &str) -> Cow<'_, str> {
    if what.len() <= AS_IT_IS {
        return Cow::Borrowed(what);
    }
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    Cow::Owned(format!("{}:{:016x}", what.len(), hasher.finish()))
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
            usage: None,
        })
    }

    fn gave(call: &str) -> Row {
        let (name, output) = ("exec".into(), "out".into());
        Row::Gave(ToolCall { call: call.into(), name, input: Value::Null, ok: Some(true), output, ms: None })
    }

    #[test]
    fn a_tool_round_stands_before_the_answer_it_led_to() {
        let rows = [
            said(Role::User, "q", &[]),
            said(Role::Assistant, "", &["c1", "c2"]),
            gave("c2"),
            gave("c1"),
            said(Role::Assistant, "a", &[]),
        ];
        let messages = join(rows);
        assert_eq!(messages.iter().map(|message| &*message.text).collect::<Vec<_>>(), ["q", "", "a"]);
        assert_eq!(messages[1].tools.iter().map(|tool| tool.ok).collect::<Vec<_>>(), [Some(true); 2]);
    }

    #[test]
    fn a_result_finds_its_call_over_later_words_of_the_turn() {
        let messages = join([said(Role::Assistant, "", &["c"]), said(Role::Assistant, "b", &[]), gave("c")]);
        assert_eq!((messages[0].tools[0].ok, messages[1].tools.len()), (Some(true), 0));
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
    fn a_long_text_is_remembered_in_little_room() {
        let (long, other) = ("a".repeat(100_000), "b".repeat(100_000));
        let mut told = Told::new();
        assert!(told.tell(&long) && !told.tell(&long) && told.was_told(&long) && !told.was_told(&other));
        assert!(mark(&long).len() <= AS_IT_IS);
    }

    #[test]
    fn internals_of_arguments_are_taken_out() {
        let arguments = serde_json::json!({"_conn_id": 1, "command": "ls"});
        assert_eq!(without_internals(arguments), serde_json::json!({"command": "ls"}));
    }
}
