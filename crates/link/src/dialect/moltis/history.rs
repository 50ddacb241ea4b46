//! A session's history. Moltis gives all of it at once, fat with raw provider chunks
//! that are dropped while reading; our own gateway gives pages.

use serde::Deserialize;
use serde_json::Value;

use super::super::lax::{Flag, Int, Raw, Text, list, read, tree, tree_of};
use super::super::transcript::{Row, join, without_internals};
use super::chat::Trouble;
use super::chat::tokens;
use super::tool::{exit_code, given};
use crate::call::{Doing, Page};
use crate::event::{Message, Role, ToolCall, Usage};

#[derive(Default, Deserialize)]
struct Kept<'a> {
    #[serde(default, borrow)]
    role: Text<'a>,
    #[serde(default, borrow)]
    content: Option<Raw<'a>>,
    #[serde(default)]
    created_at: Int,
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, rename = "historyIndex")]
    index: Int,
    #[serde(default, borrow, rename = "messageId")]
    message_id: Text<'a>,
    #[serde(default, borrow, rename = "idempotencyKey")]
    idempotency_key: Text<'a>,
    #[serde(default, borrow)]
    model: Text<'a>,
    #[serde(default, borrow)]
    reasoning: Text<'a>,
    #[serde(default, borrow)]
    tool_calls: Option<Raw<'a>>,
    #[serde(default, borrow)]
    tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    tool_name: Text<'a>,
    #[serde(default, borrow)]
    arguments: Option<Raw<'a>>,
    #[serde(default)]
    success: Flag,
    #[serde(default, borrow)]
    result: Option<Raw<'a>>,
    #[serde(default, borrow)]
    error: Option<Raw<'a>>,
    #[serde(default, borrow)]
    provider: Text<'a>,
    #[serde(default, rename = "inputTokens")]
    input_tokens: Int,
    #[serde(default, rename = "outputTokens")]
    output_tokens: Int,
    #[serde(default, rename = "cacheReadTokens")]
    cache_read_tokens: Int,
    #[serde(default, rename = "cacheWriteTokens")]
    cache_write_tokens: Int,
}

/// The rows of an answer, which is an array or has one.
pub(super) fn rows(payload: Option<Raw<'_>>) -> Vec<Raw<'_>> {
    #[derive(Default, Deserialize)]
    struct Wrapped<'a> {
        #[serde(default, borrow)]
        history: Option<Raw<'a>>,
        #[serde(default, borrow)]
        messages: Option<Raw<'a>>,
    }
    if payload.is_some_and(|payload| payload.get().starts_with('[')) {
        return list(payload);
    }
    let wrapped: Wrapped<'_> = read(payload).unwrap_or_default();
    list(wrapped.history.or(wrapped.messages))
}

/// The rows as whole messages.
pub(super) fn messages(rows: &[Raw<'_>], session: &str) -> Vec<Message> {
    join(rows.iter().enumerate().filter_map(|(place, raw)| row(*raw, session, place)))
}

/// The page that a gateway which pages has sent.
pub(super) fn sent_page(rows: &[Raw<'_>], session: &str) -> Page {
    let first = rows.first().and_then(|raw| read::<Kept<'_>>(Some(*raw)));
    let first = first.and_then(|row| row.index.natural()).filter(|index| *index > 0);
    Page { messages: messages(rows, session), before: first.map(|index| index.to_string()), doing: Doing::Nothing }
}

/// A page cut out of the whole history: the last `limit` messages before the cursor,
/// which counts messages from the beginning.
pub(super) fn cut_page(rows: &[Raw<'_>], session: &str, limit: usize, before: Option<&str>) -> Page {
    let mut all = messages(rows, session);
    let end = before.and_then(|before| before.parse::<usize>().ok()).map_or(all.len(), |end| end.min(all.len()));
    let start = end.saturating_sub(limit.max(1));
    all.truncate(end);
    let before = (start > 0).then(|| start.to_string());
    Page { messages: all.split_off(start), before, doing: Doing::Nothing }
}

fn row(raw: Raw<'_>, session: &str, place: usize) -> Option<Row> {
    let kept: Kept<'_> = read(Some(raw))?;
    let role = match kept.role.or_empty() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "notice" => Role::Notice,
        "tool_result" | "tool" => return gave(&kept).map(Row::Gave),
        _ => return None,
    };
    let index = kept.index.natural().map_or(place, |index| usize::try_from(index).unwrap_or(place));
    Some(Row::Said(Message {
        id: kept.message_id.boxed().unwrap_or_else(|| format!("{session}#{index}").into()),
        role,
        text: words(kept.content),
        sent_at: kept.created_at.0.filter(|at| *at > 0),
        run_id: kept.run_id.boxed(),
        client_id: kept.idempotency_key.boxed(),
        thinking: kept.reasoning.boxed(),
        tools: calls(kept.tool_calls),
        model: kept.model.boxed(),
        usage: usage(&kept),
    }))
}

/// Tokens of a message, counted as those of its run's end.
fn usage(kept: &Kept<'_>) -> Option<Usage> {
    let (read, write) = (kept.cache_read_tokens, kept.cache_write_tokens);
    tokens(kept.input_tokens, kept.output_tokens, (read, write), kept.provider.or_empty())
}

/// A content's words: a text, or the texts of its blocks.
fn words(content: Option<Raw<'_>>) -> Box<str> {
    #[derive(Deserialize)]
    struct Block<'a> {
        #[serde(default, borrow)]
        text: Text<'a>,
    }
    if let Some(text) = read::<Text<'_>>(content).and_then(|text| text.boxed()) {
        return text;
    }
    let blocks: Vec<Block<'_>> = list(content);
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block.text.get()).collect();
    texts.join("\n").into()
}

fn calls(raw: Option<Raw<'_>>) -> Vec<ToolCall> {
    #[derive(Deserialize)]
    struct Called<'a> {
        #[serde(default, borrow)]
        id: Text<'a>,
        #[serde(default, borrow)]
        function: Option<Raw<'a>>,
    }
    #[derive(Default, Deserialize)]
    struct Function<'a> {
        #[serde(default, borrow)]
        name: Text<'a>,
        #[serde(default, borrow)]
        arguments: Option<Raw<'a>>,
    }
    let called: Vec<Called<'_>> = list(raw);
    let made = called.into_iter().filter_map(|called| {
        let function: Function<'_> = read(called.function).unwrap_or_default();
        // The arguments are JSON inside a JSON text.
        let input = match read::<Text<'_>>(function.arguments).and_then(|text| text.owned()) {
            Some(text) => tree_of(&text),
            None => tree(function.arguments),
        };
        Some(ToolCall {
            call: called.id.boxed()?,
            name: function.name.boxed().unwrap_or_default(),
            input: without_internals(input),
            ok: None,
            output: "".into(),
            ms: None,
        })
    });
    made.collect()
}

fn gave(kept: &Kept<'_>) -> Option<ToolCall> {
    let output = match kept.result {
        Some(result) => given(Some(result)),
        None => Trouble::words(kept.error).unwrap_or_else(|| words(kept.content)),
    };
    let input = kept.arguments.map_or(Value::Null, |arguments| without_internals(tree(Some(arguments))));
    Some(ToolCall {
        call: kept.tool_call_id.boxed()?,
        name: kept.tool_name.boxed().unwrap_or_default(),
        input,
        ok: kept.success.0.map(|success| success && exit_code(kept.result) == 0),
        output,
        ms: None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HISTORY: &str = r#"[
        {"role":"user","content":"q1","created_at":1,"run_id":"r"},
        {"role":"assistant","content":"","tool_calls":[{"id":"c","function":{"name":"exec","arguments":"{\"command\":\"ls\",\"_conn_id\":1}"}}]},
        {"role":"tool_result","tool_call_id":"c","tool_name":"exec","success":true,"result":{"stdout":"x","exit_code":0}},
        {"role":"assistant","content":"a1","llmApiResponse":[{"choices":[]}]},
        {"role":"user","content":[{"type":"text","text":"q2"}]},
        {"role":"assistant","content":"a2"}]"#;

    fn page(limit: usize, before: Option<&str>) -> Page {
        let raw: Raw<'_> = serde_json::from_str(HISTORY).unwrap();
        cut_page(&rows(Some(raw)), "s", limit, before)
    }

    #[test]
    fn a_long_history_is_cut_to_pages_that_join_without_a_hole() {
        let last = page(3, None);
        assert_eq!(last.messages.iter().map(|message| &*message.text).collect::<Vec<_>>(), ["a1", "q2", "a2"]);
        let first = page(3, last.before.as_deref());
        assert_eq!(first.messages.iter().map(|message| &*message.text).collect::<Vec<_>>(), ["q1", ""]);
        assert_eq!(first.before, None);
    }

    #[test]
    fn a_tool_round_has_what_the_tool_gave_and_no_internals() {
        let round = &page(4, None).messages[0];
        assert_eq!(round.tools.len(), 1);
        assert_eq!(round.tools[0].input, serde_json::json!({"command": "ls"}));
        assert_eq!((round.tools[0].ok, &*round.tools[0].output), (Some(true), "x"));
    }
}
