//! The `chat` event: everything that happens in a run. Text comes in increments,
//! reasoning cumulatively, and `final` has the last word.

use serde::Deserialize;

use super::super::Out;
use super::super::fields::fields;
use super::super::lax::{Flag, Int, Raw, Text, read};
use super::super::runs::{Place, Runs};
use super::{Moltis, count};
use crate::event::{Body, Message, Outcome, Role, RunEnd, Usage};

/// The payload of a `chat` event, of whatever state.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chat<'a> {
    #[serde(default, borrow)]
    pub run_id: Text<'a>,
    #[serde(default, borrow)]
    pub session_key: Text<'a>,
    #[serde(default, borrow)]
    pub state: Text<'a>,
    #[serde(default, borrow)]
    pub text: Text<'a>,
    #[serde(default)]
    seq: Int,
    #[serde(default)]
    iteration: Int,
    #[serde(default, borrow)]
    pub tool_call_id: Text<'a>,
    #[serde(default, borrow)]
    pub tool_name: Text<'a>,
    #[serde(default, borrow)]
    pub arguments: Option<Raw<'a>>,
    #[serde(default)]
    pub success: Flag,
    #[serde(default, borrow)]
    pub result: Option<Raw<'a>>,
    #[serde(default, borrow)]
    pub error: Option<Raw<'a>>,
    #[serde(default, borrow)]
    pub task: Text<'a>,
    #[serde(default)]
    pub iterations: Int,
    #[serde(default)]
    retry_after_ms: Int,
    #[serde(default)]
    position: Int,
    #[serde(default)]
    count: Int,
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    message: Text<'a>,
    #[serde(default, borrow)]
    reason: Text<'a>,
    #[serde(default, borrow)]
    phase: Text<'a>,
    #[serde(default, borrow)]
    message_id: Text<'a>,
    #[serde(default, borrow)]
    idempotency_key: Text<'a>,
    #[serde(default, borrow)]
    provider: Text<'a>,
    #[serde(default)]
    input_tokens: Int,
    #[serde(default)]
    output_tokens: Int,
    #[serde(default)]
    cache_read_tokens: Int,
    #[serde(default)]
    cache_write_tokens: Int,
    #[serde(default, borrow)]
    partial_message: Option<Raw<'a>>,
}

fields!(Chat<'a> {
    "runId" => run_id,
    "sessionKey" => session_key,
    "state" => state,
    "text" => text,
    "seq" => seq,
    "iteration" => iteration,
    "toolCallId" => tool_call_id,
    "toolName" => tool_name,
    "arguments" => arguments,
    "success" => success,
    "result" => result,
    "error" => error,
    "task" => task,
    "iterations" => iterations,
    "retryAfterMs" => retry_after_ms,
    "position" => position,
    "count" => count,
    "title" => title,
    "message" => message,
    "reason" => reason,
    "phase" => phase,
    "messageId" => message_id,
    "idempotencyKey" => idempotency_key,
    "provider" => provider,
    "inputTokens" => input_tokens,
    "outputTokens" => output_tokens,
    "cacheReadTokens" => cache_read_tokens,
    "cacheWriteTokens" => cache_write_tokens,
    "partialMessage" => partial_message,
});

/// What went wrong, in the gateway's words.
#[derive(Default, Deserialize)]
pub(super) struct Trouble<'a> {
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    detail: Text<'a>,
    #[serde(default, borrow)]
    message: Text<'a>,
}

impl Trouble<'_> {
    /// Reads an error, which is an object or, in histories, a text.
    pub fn words(raw: Option<Raw<'_>>) -> Option<Box<str>> {
        let plain: Text<'_> = read(raw)?;
        if let Some(text) = plain.boxed() {
            return Some(text);
        }
        let trouble: Trouble<'_> = read(raw)?;
        trouble.detail.boxed().or(trouble.message.boxed()).or(trouble.title.boxed())
    }

    /// Title and detail in one line.
    fn line(raw: Option<Raw<'_>>) -> Box<str> {
        let trouble: Trouble<'_> = read(raw).unwrap_or_default();
        match (trouble.title.filled(), trouble.detail.filled()) {
            (Some(title), Some(detail)) => format!("{title}: {detail}").into(),
            _ => Self::words(raw).unwrap_or_else(|| "The run failed.".into()),
        }
    }
}

impl Moltis {
    pub(super) fn chat(&mut self, chat: &Chat<'_>, now: i64, out: &mut Out) -> bool {
        let session = chat.session_key.filled();
        if let (Some("delta"), Some(run)) = (chat.state.get(), chat.run_id.filled()) {
            self.more_text(run, session, chat.text.or_empty(), now, out);
            return true;
        }
        let agent = session.and_then(|session| self.sessions.agent(session)).map(str::to_owned);
        let run = chat.run_id.or_empty();
        let place = Place { run, agent: agent.as_deref(), session, at: now };
        match (chat.state.or_empty(), chat.run_id.filled()) {
            ("final" | "error" | "aborted", Some(_)) => {
                self.ended(chat, place, out);
                true
            }
            ("tool_call_start" | "tool_call_end", Some(_)) => {
                join_late(&mut self.runs, place, out);
                self.tool(chat, place, out);
                true
            }
            ("sub_agent_start" | "sub_agent_end", _) => {
                self.subagent(chat, now, out);
                true
            }
            (state, Some(_)) if self.progressed(state, chat, place, out) => true,
            (state, _) => self.happened(state, chat, place, out),
        }
    }

    /// The answer goes on.
    pub(super) fn more_text(&mut self, run: &str, session: Option<&str>, text: &str, now: i64, out: &mut Out) {
        let Self { sessions, runs, .. } = self;
        let agent = || session.and_then(|session| sessions.agent(session));
        if let Some(run) = runs.get(run) {
            if !run.is_placed() {
                run.learn(agent(), session);
            }
            return run.more_text(now, text, out);
        }
        let place = Place { run, agent: agent(), session, at: now };
        join_late(runs, place, out);
        if let Some(run) = runs.enter(place, out) {
            run.more_text(now, text, out);
        }
    }

    /// What a run does on its way; false when the state is none of these.
    fn progressed(&mut self, state: &str, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) -> bool {
        let known = matches!(
            state,
            "iteration"
                | "thinking"
                | "thinking_text"
                | "thinking_done"
                | "retrying"
                | "steered"
                | "running"
                | "voice_pending"
        );
        let Some(run) = known.then(|| self.runs.enter(place, out)).flatten() else {
            return known;
        };
        match state {
            "iteration" => {
                run.thinking.clear();
                if let Some(round) = chat.iteration.0.filter(|round| *round > 1) {
                    run.phase(place.at, &format!("round {round}"), out);
                }
            }
            "thinking" => run.phase(place.at, "thinking", out),
            "thinking_text" => run.whole_thinking(place.at, chat.text.or_empty(), out),
            "retrying" => {
                let seconds = count(chat.retry_after_ms).div_ceil(1000);
                let why = Trouble::line(chat.error);
                run.phase(place.at, &format!("retrying in {seconds} s: {why}"), out);
            }
            "steered" => run.phase(place.at, "steered", out),
            "voice_pending" => run.phase(place.at, "speaking", out),
            _ => {}
        }
        true
    }

    /// What happens beside a run; false when nobody knows the state.
    fn happened(&mut self, state: &str, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) -> bool {
        let notice = |text: String, out: &mut Out| place.say(Body::Notice { text }, out);
        match state {
            "user_message" | "channel_user" => self.user_spoke(chat, place, out),
            "queued" => {
                let position = chat.position.natural().and_then(|place| u32::try_from(place).ok());
                place.say(Body::RunQueued { position }, out);
            }
            "queue_cleared" => {
                notice(format!("{} waiting messages were taken out of the queue.", count(chat.count)), out);
            }
            "notice" => notice(joined(chat.title.or_empty(), chat.message.or_empty()), out),
            "session_cleared" => notice("The session's history was cleared.".into(), out),
            "auto_compact" | "compact" => notice(compacted(chat), out),
            "rejected" => {
                let why = chat.reason.filled().unwrap_or("no reason given");
                self.rejected(&format!("The message was refused: {why}"), place, out);
            }
            _ => return false,
        }
        true
    }

    fn rejected(&mut self, why: &str, place: Place<'_>, out: &mut Out) {
        if place.run.is_empty() {
            return place.say(Body::Notice { text: why.into() }, out);
        }
        let end = RunEnd { outcome: Outcome::Error, text: None, usage: None, error: Some(why.into()) };
        self.runs.end(place, end, out);
    }

    fn user_spoke(&mut self, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) {
        let text = chat.text.boxed().or(chat.message.boxed()).unwrap_or_default();
        let session = place.session.unwrap_or_default();
        self.said += 1;
        let id = chat.message_id.boxed();
        let id = id.unwrap_or_else(|| format!("{session}@{}-{}", place.at, self.said).into());
        self.told.tell(&id);
        self.told.tell(&format!("said {session} {text}"));
        let message = Message {
            id,
            role: Role::User,
            text,
            sent_at: Some(place.at),
            run_id: chat.run_id.boxed(),
            client_id: chat.idempotency_key.boxed().or_else(|| self.echoed(chat.seq)),
            thinking: None,
            tools: Vec::new(),
            model: None,
            usage: None,
        };
        place.say(Body::Message(message), out);
    }

    /// The id we gave a message when we sent it, by the number that comes back.
    fn echoed(&mut self, seq: Int) -> Option<Box<str>> {
        let seq = seq.0?;
        let index = self.echoes.iter().position(|(ours, _)| *ours == seq)?;
        self.echoes.remove(index).map(|(_, client_id)| client_id.into())
    }

    fn ended(&mut self, chat: &Chat<'_>, place: Place<'_>, out: &mut Out) {
        let state = chat.state.or_empty();
        let end = match state {
            "final" => RunEnd {
                outcome: Outcome::Ok,
                text: Some(chat.text.or_empty().into()),
                usage: usage(chat),
                error: None,
            },
            "error" => {
                RunEnd { outcome: Outcome::Error, text: None, usage: None, error: Some(Trouble::line(chat.error)) }
            }
            _ => RunEnd { outcome: Outcome::Aborted, text: partial(chat), usage: None, error: None },
        };
        self.runs.end(place, end, out);
        self.approvals.end_of_run(place, out);
    }
}

/// A run that is heard of in its middle was begun before this connection.
fn join_late(runs: &mut Runs, place: Place<'_>, out: &mut Out) {
    if !runs.knows(place.run)
        && let Some(run) = runs.enter(place, out)
    {
        run.phase(place.at, "joined late", out);
    }
}

fn usage(chat: &Chat<'_>) -> Option<Usage> {
    let (read, write) = (chat.cache_read_tokens, chat.cache_write_tokens);
    tokens(chat.input_tokens, chat.output_tokens, (read, write), chat.provider.or_empty())
}

/// Tokens that were counted. Whether the input already counts the cached ones depends on the provider; it cannot where
/// there are more of them.
pub(super) fn tokens(input: Int, output: Int, (read, write): (Int, Int), provider: &str) -> Option<Usage> {
    let input = input.natural()?;
    let (cache_read, cache_write) = (count(read), count(write));
    let cached = cache_read.saturating_add(cache_write);
    let apart = cached > input || provider.contains("anthropic");
    let input = if apart { input.saturating_add(cached) } else { input };
    Some(Usage { input, output: count(output), cache_read, cache_write })
}

/// What was said before the stop, where the gateway kept it.
fn partial(chat: &Chat<'_>) -> Option<Box<str>> {
    #[derive(Deserialize)]
    struct Partial<'a> {
        #[serde(default, borrow)]
        content: Text<'a>,
    }
    read::<Partial<'_>>(chat.partial_message)?.content.boxed()
}

fn joined(title: &str, message: &str) -> String {
    match (title.is_empty(), message.is_empty()) {
        (false, false) => format!("{title}: {message}"),
        (false, true) => title.to_owned(),
        _ => message.to_owned(),
    }
}

fn compacted(chat: &Chat<'_>) -> String {
    match chat.phase.or_empty() {
        "start" => "The conversation grew long; the gateway is shortening it.".to_owned(),
        "error" => {
            let why = chat.reason.filled().unwrap_or("no reason given");
            format!("The gateway could not shorten the conversation: {why}")
        }
        _ => "The conversation was shortened.".to_owned(),
    }
}
