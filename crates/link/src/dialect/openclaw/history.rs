//! A session's history and the run in flight, as a page of whole messages.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Int, Raw, Text, list, read};
use super::super::runs::Place;
use super::super::transcript::{Row, join};
use super::Openclaw;
use super::content::{Record, Said, tool_calls, usage};
use super::tool::Details;
use crate::call::{Doing, Page};
use crate::event::{Message, Role, ToolCall};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct History<'a> {
    #[serde(default, borrow)]
    session_key: Text<'a>,
    #[serde(default, borrow)]
    messages: Option<Raw<'a>>,
    #[serde(default, rename = "hasMore")]
    has_more: super::super::lax::Flag,
    #[serde(default)]
    next_offset: Int,
    #[serde(default, borrow)]
    in_flight_run: Option<Raw<'a>>,
    #[serde(default, borrow)]
    session_info: Option<Raw<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InFlight<'a> {
    #[serde(default, borrow)]
    run_id: Text<'a>,
    #[serde(default, borrow)]
    text: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    #[serde(default, borrow)]
    agent_id: Text<'a>,
}

impl Openclaw {
    /// Reads a page. The run in flight is taken over: what it says from here on
    /// continues the page's text.
    pub(super) fn page(&mut self, payload: Option<Raw<'_>>, session: &str, now: i64, out: &mut Out) -> Page {
        let history: History<'_> = read(payload).unwrap_or_default();
        let key = history.session_key.filled().unwrap_or(session);
        let rows = list::<Raw<'_>>(history.messages);
        let rows = rows.into_iter().enumerate().filter_map(|(index, raw)| row(raw, key, index));
        let more = history.has_more.set().then_some(history.next_offset.0).flatten();
        let info: Info<'_> = read(history.session_info).unwrap_or_default();
        let doing = read::<InFlight<'_>>(history.in_flight_run)
            .and_then(|flight| self.take_over(&flight, key, info.agent_id.filled(), now, out))
            .map_or(Doing::Idle, |(id, so_far)| Doing::Run { id, so_far });
        Page { messages: join(rows), before: more.map(|offset| offset.to_string()), doing }
    }

    fn take_over(
        &mut self,
        flight: &InFlight<'_>,
        session: &str,
        agent: Option<&str>,
        now: i64,
        out: &mut Out,
    ) -> Option<(Option<String>, String)> {
        let place = Place { run: flight.run_id.filled()?, agent, session: Some(session), at: now };
        let run = self.runs.enter(place, out)?;
        run.whole_text(now, flight.text.or_empty(), out);
        Some((Some(place.run.to_owned()), run.text.clone()))
    }
}

fn row(raw: Raw<'_>, session: &str, index: usize) -> Option<Row> {
    #[derive(Deserialize)]
    struct Blocks<'a> {
        #[serde(default, borrow)]
        content: Option<Raw<'a>>,
    }
    let said: Said<'_> = read(Some(raw))?;
    let record: Record<'_> = read(said.record).unwrap_or_default();
    let role = match said.role.or_empty() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "toolResult" => return gave(&said).map(Row::Gave),
        _ => return None,
    };
    let key_run = said.idempotency_key.get().and_then(|key| key.strip_suffix(":user"));
    let blocks = read::<Blocks<'_>>(Some(raw)).and_then(|blocks| blocks.content);
    Some(Row::Said(Message {
        id: record.id.boxed().unwrap_or_else(|| format!("{session}#{index}").into()),
        role,
        text: said.content.boxed().unwrap_or_default(),
        sent_at: said.timestamp.0.or(record.record_timestamp_ms.0),
        run_id: record.run_id.boxed().or(key_run.map(Box::from)),
        client_id: key_run.map(Box::from),
        thinking: said.content.thinking.as_deref().filter(|text| !text.is_empty()).map(Box::from),
        tools: tool_calls(blocks).into_iter().map(called).collect(),
        model: said.model.boxed(),
        usage: usage(said.usage),
    }))
}

fn called((call, name, input): (String, String, Value)) -> ToolCall {
    ToolCall { call: call.into(), name: name.into(), input, ok: None, output: "".into(), ms: None }
}

fn gave(said: &Said<'_>) -> Option<ToolCall> {
    let details: Details<'_> = read(said.details).unwrap_or_default();
    Some(ToolCall {
        call: said.tool_call_id.boxed()?,
        name: said.tool_name.boxed().unwrap_or_default(),
        input: Value::Null,
        ok: Some(details.ok(said.is_error.set())),
        output: said.content.boxed().unwrap_or_default(),
        ms: details.duration_ms.natural(),
    })
}
