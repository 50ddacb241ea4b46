//! Which answer a request asks for: the first marker in the last message of the user.
//!
//! `[tool:CMD]` calls the tool `exec`, then answers · `[call:NAME JSON]` calls any tool · `[slow:N]` N words, 0.25 s
//! apart · `[long:N]` N words at once · `[think]` thinks first · `[error]` HTTP 500 · `[ratelimit]` HTTP 429 · else an
//! echo of the last line.

use serde_json::{Value, json};

/// What the model will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scenario {
    /// Says these words; `thought` comes before, `pause_ms` between them.
    Say {
        thought: Vec<String>,
        words: Vec<String>,
        pause_ms: u64,
    },
    /// Calls a tool; `arguments` is JSON text.
    Call {
        name: String,
        arguments: String,
    },
    Error,
    RateLimit,
}

const PAUSE_MS: u64 = 20;

impl Scenario {
    pub fn of(request: &Value) -> Scenario {
        let none = Vec::new();
        let messages = request["messages"].as_array().unwrap_or(&none);
        let (text, answered) = last_turn(messages);
        let tools = tool_names(request);
        let (kind, argument) = marker(&text).unwrap_or(("", None));
        match kind {
            "error" => Scenario::Error,
            "ratelimit" => Scenario::RateLimit,
            "tool" | "call" if answered || tools.is_empty() => {
                say(split("The tool finished; this is the final answer."), PAUSE_MS)
            }
            "tool" => run(argument.unwrap_or("echo hello-from-tool"), &tools),
            "call" => call(argument.unwrap_or("exec {}")),
            "slow" => say(numbered("slow", argument, 60), 250),
            "long" => say(numbered("word", argument, 2000), 0),
            kind => echo(&text, request["model"].as_str().unwrap_or("?"), kind == "think"),
        }
    }
}

fn say(words: Vec<String>, pause_ms: u64) -> Scenario {
    Scenario::Say { thought: Vec::new(), words, pause_ms }
}

fn echo(text: &str, model: &str, thinks: bool) -> Scenario {
    let last: String = text.trim().lines().last().unwrap_or_default().chars().take(400).collect();
    let thought = if thinks { split("Let me think about that. ") } else { Vec::new() };
    Scenario::Say { thought, words: split(&format!("Echo from {model}: {last}")), pause_ms: PAUSE_MS }
}

fn run(command: &str, tools: &[&str]) -> Scenario {
    let name = if tools.contains(&"exec") { "exec" } else { tools.first().copied().unwrap_or("exec") };
    Scenario::Call { name: name.into(), arguments: json!({ "command": command }).to_string() }
}

fn call(argument: &str) -> Scenario {
    let (name, arguments) = argument.split_once(' ').unwrap_or((argument, "{}"));
    Scenario::Call { name: name.into(), arguments: arguments.into() }
}

fn numbered(word: &str, count: Option<&str>, usual: usize) -> Vec<String> {
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(usual);
    (0..count).map(|number| format!("{word}{number} ")).collect()
}

/// Words with the white space that follows them, so that joined they are the text again.
fn split(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn tool_names(request: &Value) -> Vec<&str> {
    let tools = request["tools"].as_array().into_iter().flatten();
    tools.filter_map(|tool| tool["function"]["name"].as_str()).collect()
}

fn marker(text: &str) -> Option<(&str, Option<&str>)> {
    const KINDS: [&str; 7] = ["tool", "call", "slow", "error", "ratelimit", "long", "think"];
    text.match_indices('[').find_map(|(at, _)| {
        let (inside, _) = text[at + 1..].split_once(']')?;
        let (kind, argument) = match inside.split_once(':') {
            Some((kind, argument)) => (kind, Some(argument)),
            None => (inside, None),
        };
        KINDS.contains(&kind).then_some((kind, argument))
    })
}

/// The text of the user's last message, and whether a tool has answered since.
fn last_turn(messages: &[Value]) -> (String, bool) {
    let mut answered = false;
    for message in messages.iter().rev() {
        match message["role"].as_str() {
            Some("user") => {
                let text = text_of(&message["content"]);
                // OpenClaw adds messages of its own as if the person had said them.
                if !text.trim_start().starts_with("<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>") {
                    return (said_by_person(&text).to_owned(), answered);
                }
            }
            Some("tool") => answered = true,
            _ => {}
        }
    }
    (String::new(), answered)
}

fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}

/// Without the header and footer that OpenClaw puts around a message.
fn said_by_person(text: &str) -> &str {
    let text = text.split("\n\nRuntime: agent=").next().unwrap_or(text);
    match text.split_once("] Conversation info:") {
        Some((start, rest)) if start.starts_with('[') && start.ends_with("UTC") => {
            rest.split_once("```\n\n").map_or(text, |(_, said)| said)
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;

    fn asked(text: &str) -> Value {
        json!({ "model": "m", "messages": [{ "role": "user", "content": text }],
                "tools": [{ "function": { "name": "read" } }, { "function": { "name": "exec" } }] })
    }

    fn words(scenario: &Scenario) -> String {
        match scenario {
            Scenario::Say { words, .. } => words.concat(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_a_marker_the_last_line_comes_back() {
        assert_eq!(words(&Scenario::of(&asked("one\ntwo  [x] words"))), "Echo from m: two  [x] words");
        assert_eq!(words(&Scenario::of(&json!({}))), "Echo from ?: ");
    }

    #[test]
    fn a_tool_is_called_once_and_then_answered() {
        let mut request = asked("[tool:uname -a] please");
        let call = Scenario::of(&request);
        assert_eq!(call, Scenario::Call { name: "exec".into(), arguments: "{\"command\":\"uname -a\"}".into() });
        let messages = request["messages"].as_array_mut();
        messages.into_iter().for_each(|list| list.push(json!({ "role": "tool", "content": "Linux" })));
        assert!(words(&Scenario::of(&request)).ends_with("final answer."));
    }

    #[test]
    fn any_tool_can_be_called_by_name() {
        let call = Scenario::of(&asked("[call:spawn {\"task\":\"rivers\"}] go"));
        assert_eq!(call, Scenario::Call { name: "spawn".into(), arguments: "{\"task\":\"rivers\"}".into() });
    }

    #[test]
    fn slow_long_and_failing_answers_are_chosen() {
        assert_eq!(words(&Scenario::of(&asked("[slow:2]"))), "slow0 slow1 ");
        assert_eq!(words(&Scenario::of(&asked("[long:3]"))), "word0 word1 word2 ");
        assert_eq!(Scenario::of(&asked("[error]")), Scenario::Error);
        assert_eq!(Scenario::of(&asked("[ratelimit] x")), Scenario::RateLimit);
        assert!(matches!(Scenario::of(&asked("[think]")), Scenario::Say { thought, .. } if thought.len() == 5));
    }

    #[test]
    fn what_openclaw_adds_around_a_message_is_taken_off() {
        let text = "[Sat 2026-11-21 08:00 UTC] Conversation info: ```json\n{}\n```\n\n[slow:1]\n\nRuntime: agent=main x=[error]";
        assert_eq!(words(&Scenario::of(&asked(text))), "slow0 ");
    }
}
