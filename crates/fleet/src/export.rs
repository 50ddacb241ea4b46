//! A session written down: one neutral event a line for programs, or Markdown for people. Pure.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use link::event::{Body, Event, Message, Role, Stamped, ToolCall};

/// A session to be written down.
pub struct Session<'a> {
    /// The node's name.
    pub node: &'a str,
    pub session: &'a str,
    pub title: Option<String>,
    /// Oldest first.
    pub messages: &'a [Message],
    /// Whether they are what was kept here, because the node is away.
    pub from_log: bool,
    /// Unix milliseconds.
    pub now: i64,
}

/// One `message` event of the neutral vocabulary a line, numbered from 1.
pub fn jsonl(session: &Session<'_>) -> String {
    let mut text = String::new();
    for (message, seq) in session.messages.iter().zip(1..) {
        let at = message.sent_at.unwrap_or(session.now);
        let run = message.run_id.as_deref().map(Into::into);
        let event =
            Event { session: Some(session.session.into()), run, ..Event::new(at, Body::Message(message.clone())) };
        // What is made of strings and numbers can be written.
        if let Ok(line) = serde_json::to_string(&Stamped { node: session.node.into(), seq, event }) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// A page to be read: who said what when, and each tool call with what it gave.
pub fn markdown(session: &Session<'_>) -> String {
    let mut text = format!("# {}\n\n", session.title.as_deref().unwrap_or(session.session));
    let source = if session.from_log { ", from what Pilothouse kept while the node was away" } else { "" };
    put(
        &mut text,
        format_args!(
            "Session `{}` on **{}**; {} messages, exported {}{source}.\n",
            session.session,
            session.node,
            session.messages.len(),
            time(session.now)
        ),
    );
    for message in session.messages {
        put(&mut text, format_args!("\n## {}\n\n", heading(message)));
        if let Some(thinking) = message.thinking.as_deref().filter(|thinking| !thinking.trim().is_empty()) {
            put(&mut text, format_args!("> *Thinking:* {}\n\n", thinking.trim().replace('\n', "\n> ")));
        }
        if !message.text.trim().is_empty() {
            put(&mut text, format_args!("{}\n", message.text.trim_end()));
        }
        message.tools.iter().for_each(|tool| put_tool(&mut text, tool));
    }
    text
}

/// The messages among events that were kept as they came, a run's answer and its tool calls with them.
pub fn messages_of(events: impl Iterator<Item = Event>) -> Vec<Message> {
    let (mut messages, mut tools): (Vec<Message>, Vec<ToolCall>) = (Vec::new(), Vec::new());
    for event in events {
        let (at, run) = (event.at, event.run);
        match event.body {
            Body::Message(message) => messages.push(message),
            Body::ToolStarted { call, name, input } => {
                tools.push(ToolCall { call, name, input, ok: None, output: "".into(), ms: None });
            }
            Body::ToolFinished { call, ok, output, ms } => {
                if let Some(tool) = tools.iter_mut().rev().find(|tool| tool.call == call) {
                    (tool.ok, tool.output, tool.ms) = (ok, output, ms);
                }
            }
            Body::RunFinished(end) => {
                let text = end.text.or(end.error).unwrap_or_default();
                let is_told = messages.last().is_some_and(|last| last.role == Role::Assistant && last.text == text);
                let says_something = !text.is_empty() || !tools.is_empty();
                if says_something && !is_told {
                    messages.push(answer(at, run.as_deref(), text, std::mem::take(&mut tools)));
                }
            }
            _ => {}
        }
    }
    messages
}

fn answer(at: i64, run: Option<&str>, text: Box<str>, tools: Vec<ToolCall>) -> Message {
    Message {
        id: run.unwrap_or_default().into(),
        role: Role::Assistant,
        text,
        sent_at: Some(at),
        run_id: run.map(Into::into),
        client_id: None,
        thinking: None,
        tools,
        model: None,
        usage: None,
    }
}

fn heading(message: &Message) -> String {
    let who = match message.role {
        Role::User => "You",
        Role::Assistant => "Agent",
        Role::System => "System",
        Role::Notice => "Notice",
    };
    let model = message.model.as_deref().map(|model| format!(" ({model})")).unwrap_or_default();
    let at = message.sent_at.map(|at| format!(" · {}", time(at))).unwrap_or_default();
    format!("{who}{model}{at}")
}

fn put_tool(text: &mut String, tool: &ToolCall) {
    let how = match tool.ok {
        Some(true) => "done",
        Some(false) => "failed",
        None => "end unknown",
    };
    let took = tool.ms.map(|ms| format!(", {ms} ms")).unwrap_or_default();
    put(text, format_args!("\n**{}** ({how}{took})\n", tool.name));
    put_block(text, "json", &serde_json::to_string_pretty(&tool.input).unwrap_or_default());
    if !tool.output.trim().is_empty() {
        put_block(text, "", tool.output.trim_end());
    }
}

/// A fenced block whose fence is longer than any in it.
fn put_block(text: &mut String, language: &str, block: &str) {
    let longest = block.lines().map(|line| line.trim_start().chars().take_while(|c| *c == '`').count()).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    put(text, format_args!("\n{fence}{language}\n{block}\n{fence}\n"));
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Memory takes everything.
    let _ = text.write_fmt(what);
}

/// In the person's own time zone, to the minute.
fn time(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use link::event::{Outcome, RunEnd};

    fn message(role: Role, text: &str) -> Message {
        Message { role, ..answer(0, Some("r"), text.into(), Vec::new()) }
    }

    fn session(messages: &[Message]) -> Session<'_> {
        Session { node: "homelab", session: "main", title: None, messages, from_log: false, now: 0 }
    }

    #[test]
    fn every_message_is_an_event_on_a_line_of_its_own() {
        let messages = [message(Role::User, "a\nb"), message(Role::Assistant, "c")];
        let text = jsonl(&session(&messages));
        let lines: Vec<Stamped> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            lines.iter().map(|line| (&*line.node, line.seq)).collect::<Vec<_>>(),
            [("homelab", 1), ("homelab", 2)]
        );
        assert_eq!(lines[0].event.body, Body::Message(messages[0].clone()));
    }

    #[test]
    fn what_a_tool_gave_cannot_break_out_of_its_block() {
        let tool = ToolCall {
            call: "c".into(),
            name: "exec".into(),
            input: serde_json::json!({"command": "cat README.md"}),
            ok: Some(true),
            output: "# x\n````\nrm\n````\n".into(),
            ms: Some(12),
        };
        let messages = [Message { tools: vec![tool], ..message(Role::Assistant, "Done.") }];
        let text = markdown(&session(&messages));
        assert!(
            text.contains("**exec** (done, 12 ms)") && text.contains("\n`````\n# x\n````\nrm\n````\n`````\n"),
            "{text}"
        );
    }

    #[test]
    fn an_answer_kept_as_it_came_is_one_message_with_its_tools() {
        let end = RunEnd { outcome: Outcome::Ok, text: Some("Dry.".into()), usage: None, error: None };
        let bodies = [
            Body::Message(message(Role::User, "Look.")),
            Body::ToolStarted { call: "c".into(), name: "exec".into(), input: serde_json::Value::Null },
            Body::ToolFinished { call: "c".into(), ok: Some(true), output: "ok".into(), ms: None },
            Body::RunFinished(end),
        ];
        let messages = messages_of(bodies.into_iter().map(|body| Event::new(5, body)));
        assert_eq!(messages.len(), 2);
        assert_eq!((&*messages[1].text, &*messages[1].tools[0].output), ("Dry.", "ok"));
    }
}
