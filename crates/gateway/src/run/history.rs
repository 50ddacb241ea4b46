//! What a model is told of a session: its latest part, made whole where a run
//! was cut off.

use std::collections::BTreeSet;

use wire::chat_event::ChatErrorKind;
use wire::message::{Assistant, Body, Message};

use super::tooling::output;
use crate::model::{Call, ModelError, Turn};
use crate::state::State;
use crate::table::messages;

/// Messages that are looked at.
const MESSAGES: u64 = 400;
/// Characters that are told, counted from the end.
const CHARACTERS: usize = 300_000;

pub(super) async fn turns(state: &State, session_key: &str) -> Result<Vec<Turn>, ModelError> {
    let key = session_key.to_owned();
    let messages = state
        .store
        .read(move |db| messages::page(db, &key, u64::MAX, MESSAGES))
        .await
        .map_err(|error| ModelError::new(ChatErrorKind::Unknown, error.to_string()))?;
    Ok(told(messages))
}

/// Begins at a user's message, and answers every tool call.
fn told(messages: Vec<Message>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut open: BTreeSet<String> = BTreeSet::new();
    for message in messages {
        let turn = match message.body {
            Body::User(user) => Turn::User(user.content),
            Body::Assistant(assistant) => said(*assistant),
            Body::ToolResult(result) if open.remove(&result.tool_call_id) => Turn::Tool {
                call_id: result.tool_call_id,
                ok: result.success,
                output: output(result.result, result.error),
            },
            Body::ToolResult(_) | Body::Notice { .. } => continue,
        };
        if !matches!(turn, Turn::Tool { .. }) {
            turns.extend(std::mem::take(&mut open).into_iter().map(interrupted));
        }
        if let Turn::Assistant { calls, .. } = &turn {
            open.extend(calls.iter().map(|call| call.id.clone()));
        }
        turns.push(turn);
    }
    turns.extend(open.into_iter().map(interrupted));
    shortened(turns)
}

fn said(assistant: Assistant) -> Turn {
    let calls = assistant.tool_calls.into_iter().map(|call| Call {
        id: call.id,
        name: call.function.name,
        arguments: serde_json::from_str(&call.function.arguments).unwrap_or_default(),
    });
    Turn::Assistant { calls: calls.collect(), text: assistant.content, kept: Vec::new() }
}

fn interrupted(call_id: String) -> Turn {
    Turn::Tool { call_id, ok: false, output: "This was interrupted; its outcome is not known.".to_owned() }
}

fn shortened(mut turns: Vec<Turn>) -> Vec<Turn> {
    let mut room = CHARACTERS;
    let mut start = turns.len();
    for (place, turn) in turns.iter().enumerate().rev() {
        let length = match turn {
            Turn::User(text) | Turn::Assistant { text, .. } => text.len(),
            Turn::Tool { output, .. } => output.len(),
        };
        // The last message is told however long it is.
        let is_last_user = matches!(turn, Turn::User(_)) && start == turns.len();
        if length > room && !is_last_user && start < turns.len() {
            break;
        }
        room = room.saturating_sub(length);
        if matches!(turn, Turn::User(_)) {
            start = place;
        }
    }
    turns.drain(..start.min(turns.len()));
    turns
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::message::{Function, ToolCall, User};

    fn message(body: Body) -> Message {
        Message { body, created_at: 0, run_id: None, history_index: None, message_id: None }
    }

    fn user(text: &str) -> Message {
        message(Body::User(User { content: text.into(), seq: None, idempotency_key: None }))
    }

    fn caller(id: &str) -> Message {
        let function = Function { name: "glob".into(), arguments: "{}".into() };
        let tool_calls = vec![ToolCall { id: id.into(), kind: "function".into(), function }];
        message(Body::Assistant(Box::new(Assistant { tool_calls, ..Assistant::default() })))
    }

    #[test]
    fn a_call_that_was_cut_off_is_answered_before_the_next_message() {
        let turns = told(vec![user("a"), caller("c1"), user("b")]);
        assert!(matches!(&turns[2], Turn::Tool { call_id, ok: false, .. } if call_id == "c1"), "{turns:?}");
        assert_eq!(turns[3], Turn::User("b".into()));
    }

    #[test]
    fn what_is_too_long_ago_is_left_out_from_a_users_message_on() {
        let long = "x".repeat(CHARACTERS / 2 + 10);
        let turns = told(vec![user(&long), user(&long), user("now")]);
        assert_eq!(turns.len(), 2);
        assert_eq!(told(vec![user(&"x".repeat(CHARACTERS * 2))]).len(), 1);
    }
}
