//! The demo model: needs no network, says plainly that it is no language model,
//! and shows streaming, thinking, tool calls and approvals by simple words in
//! the message. It calls the real tools and repeats what they really answer.

use std::path::Path;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use serde_json::{Value, json};

use super::{Call, Delta, Model, ModelError, Prompt, Turn, Usage};

/// Between two words, so that streaming can be seen.
const PACE: Duration = Duration::from_millis(25);

pub(super) struct Demo {
    about: String,
}

impl Demo {
    pub fn new(settings: &Path) -> Self {
        let about = format!(
            "I am the **demo model** of Pilothouse, not a language model: I only repeat and show what this window \
             can do.\n\nTo talk to a real one, start Ollama or LM Studio on this machine (both are found by \
             themselves), or add a provider such as OpenAI, OpenRouter or Anthropic to `{}`.\n\nMeanwhile try: \
             `list files`, `read README.md`, `search agent`, `run uname -a`, `write notes.txt hello`, or `think`.",
            settings.display()
        );
        Self { about }
    }
}

impl Model for Demo {
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Delta, ModelError>> {
        let deltas = script(&self.about, &prompt);
        stream::iter(deltas)
            .then(|delta| async move {
                if matches!(delta, Delta::Text(_) | Delta::Thinking(_)) {
                    tokio::time::sleep(PACE).await;
                }
                Ok(delta)
            })
            .boxed()
    }
}

fn script(about: &str, prompt: &Prompt) -> Vec<Delta> {
    let asked = prompt.turns.iter().rev().find_map(|turn| match turn {
        Turn::User(text) => Some(text.as_str()),
        Turn::Assistant { .. } | Turn::Tool { .. } => None,
    });
    let asked = asked.unwrap_or_default();
    let mut deltas = Vec::new();
    if let Some(Turn::Tool { ok, output, .. }) = prompt.turns.last() {
        words(&mut deltas, &report(*ok, output), Delta::Text);
    } else {
        if mentions(asked, &["think", "why"]) {
            words(&mut deltas, &thoughts(asked), Delta::Thinking);
        }
        match wish(asked) {
            Some((name, _)) if !prompt.tools.iter().any(|tool| tool.name == name) => {
                let refusal = format!(
                    "I would call the tool `{name}` now, but this agent's preset does not allow it. \
                     Ask the agent of another preset, such as coder."
                );
                words(&mut deltas, &refusal, Delta::Text);
            }
            Some((name, arguments)) => {
                words(&mut deltas, &format!("I call the tool `{name}`."), Delta::Text);
                let id = format!("demo_{}", uuid::Uuid::new_v4().simple());
                deltas.push(Delta::Call(Call { id, name: name.to_owned(), arguments }));
            }
            None => words(&mut deltas, &format!("You said: {asked}\n\n{about}"), Delta::Text),
        }
    }
    deltas.push(Delta::Usage(usage(prompt, &deltas)));
    deltas.push(Delta::End);
    deltas
}

/// The tool that the words ask for.
fn wish(asked: &str) -> Option<(&'static str, Value)> {
    let trimmed = asked.trim();
    let (first, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
    let rest = rest.trim();
    let quoted = asked.split('`').nth(1).filter(|inside| !inside.is_empty());
    let argument = quoted.or((!rest.is_empty()).then_some(rest));
    match first.to_lowercase().trim_end_matches(':') {
        "run" | "exec" => Some(("exec", json!({"command": argument.unwrap_or("uname -a")}))),
        "write" => {
            let (path, content) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let path = if path.is_empty() { "notes.txt" } else { path.trim_end_matches(':') };
            let content = if content.is_empty() { "Written by the demo model." } else { content };
            Some(("write_file", json!({"path": path, "content": format!("{content}\n")})))
        }
        "read" => Some(("read_file", json!({"path": argument.unwrap_or("README.md")}))),
        "grep" | "search" | "find" => Some(("grep", json!({"pattern": argument.unwrap_or("agent")}))),
        _ if mentions(asked, &["list files", "tool", "glob", "files"]) => Some(("glob", json!({"pattern": "**/*"}))),
        _ => None,
    }
}

fn mentions(asked: &str, words: &[&str]) -> bool {
    let asked = asked.to_lowercase();
    words.iter().any(|word| asked.contains(word))
}

fn thoughts(asked: &str) -> String {
    format!(
        "The person wrote {} characters. I am the demo model, so there is little to think about: I look for a word \
         that I know, and answer with what belongs to it.",
        asked.chars().count()
    )
}

fn report(ok: bool, output: &str) -> String {
    let shown: String = output.chars().take(4000).collect();
    match ok {
        true => format!("The tool answered:\n\n```json\n{shown}\n```"),
        false => format!("The tool did not do it:\n\n```text\n{shown}\n```"),
    }
}

/// Cuts at spaces and keeps them, so that the pieces joined are the text.
fn words(deltas: &mut Vec<Delta>, text: &str, make: impl Fn(String) -> Delta) {
    deltas.extend(text.split_inclusive(' ').map(|word| make(word.to_owned())));
}

/// A word counts as a token: there is no real count to tell.
fn usage(prompt: &Prompt, deltas: &[Delta]) -> Usage {
    let read = |turn: &Turn| match turn {
        Turn::User(text) | Turn::Assistant { text, .. } => text.split_whitespace().count(),
        Turn::Tool { output, .. } => output.split_whitespace().count(),
    };
    let input: usize = prompt.turns.iter().map(read).sum();
    Usage { input: input as u64, output: deltas.len() as u64, ..Usage::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ToolSpec;

    fn said(text: &str, tools: &[&'static str]) -> (String, Vec<Call>) {
        let tools = tools.iter().map(|&name| ToolSpec { name, description: "", schema: Value::Null }).collect();
        let prompt = Prompt { turns: vec![Turn::User(text.to_owned())], tools, ..Prompt::default() };
        let demo = Demo::new(Path::new("/x/gateway.toml"));
        let (mut said, mut calls) = (String::new(), Vec::new());
        for delta in script(&demo.about, &prompt) {
            match delta {
                Delta::Text(text) => said.push_str(&text),
                Delta::Call(call) => calls.push(call),
                _ => {}
            }
        }
        (said, calls)
    }

    #[test]
    fn it_says_that_it_is_a_demo_and_what_to_do_about_it() {
        let (said, calls) = said("hello there", &[]);
        assert!(said.starts_with("You said: hello there"));
        assert!(said.contains("demo model") && said.contains("Ollama") && said.contains("/x/gateway.toml"));
        assert!(calls.is_empty());
    }

    #[test]
    fn words_lead_to_tools() {
        let tools = ["exec", "write_file", "read_file", "grep", "glob"];
        let call = |text: &str| said(text, &tools).1.remove(0);
        assert_eq!(call("run `ls -l`").arguments, json!({"command": "ls -l"}));
        assert_eq!(call("write a.txt two words").arguments, json!({"path": "a.txt", "content": "two words\n"}));
        assert_eq!(call("read a.txt").arguments, json!({"path": "a.txt"}));
        assert_eq!(call("show me a tool").name, "glob");
    }

    #[test]
    fn a_tool_that_the_preset_forbids_is_not_called() {
        let (said, calls) = said("run ls", &["glob"]);
        assert!(calls.is_empty() && said.contains("does not allow it"));
    }
}
