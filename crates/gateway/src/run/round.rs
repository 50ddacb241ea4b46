//! The rounds of a run: ask the model, do what it wants done, ask again, until
//! it only says something.

use std::time::Duration;

use futures_util::StreamExt;
use wire::chat_event::{ChatErrorKind, ChatState, Final};
use wire::message::{Assistant, Body, Function, ToolCall};

use super::life::{Run, chat_error};
use super::{history, tell, tooling};
use crate::model::{Call, Delta, ModelError, Prompt, Turn, Usage};
use crate::table::{self, messages};
use crate::tools;

/// What one round brought.
#[derive(Default)]
struct Heard {
    text: String,
    thinking: String,
    calls: Vec<Call>,
    kept: Vec<serde_json::Value>,
    usage: Usage,
}

/// Sums over the rounds.
#[derive(Default)]
struct Sums {
    usage: Usage,
    tool_calls: u32,
}

pub(super) async fn rounds(run: &Run) -> Result<Box<Final>, ModelError> {
    let mut prompt = Prompt {
        model: run.chosen.name.clone(),
        system: run.agent.system_prompt(),
        turns: history::turns(&run.state, &run.order.session_key).await?,
        tools: tools::specs(&run.agent.tools),
    };
    let mut sums = Sums::default();
    for iteration in 1..=run.agent.max_iterations {
        let heard = heard_with_patience(run, &prompt, iteration).await?;
        sums.add(&heard);
        let position = keep(run, &heard).await?;
        if heard.calls.is_empty() {
            return Ok(Box::new(told(run, heard, iteration, position, &sums)));
        }
        let calls = heard.calls.clone();
        prompt.turns.push(Turn::Assistant { text: heard.text, calls: heard.calls, kept: heard.kept });
        for call in calls {
            prompt.turns.push(tooling::call(run, call).await?);
        }
    }
    Err(ModelError::new(
        ChatErrorKind::MaxIterationsReached,
        format!(
            "The agent used its {} rounds without coming to an end. Send a message to let it go on.",
            run.agent.max_iterations
        ),
    ))
}

/// One round; asked again as long as the failure allows it.
async fn heard_with_patience(run: &Run, prompt: &Prompt, iteration: u32) -> Result<Heard, ModelError> {
    let mut attempt = 0;
    loop {
        tell(&run.state, &run.order, ChatState::Iteration { iteration });
        tell(&run.state, &run.order, ChatState::Thinking);
        let error = match heard(run, prompt.clone()).await {
            Ok(heard) => return Ok(heard),
            Err(error) => error,
        };
        attempt += 1;
        let Some(wait) = error.wait(attempt) else {
            return Err(error);
        };
        let retry_after_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let error = chat_error(&error, Some(&run.chosen.provider));
        tell(&run.state, &run.order, ChatState::Retrying { error, retry_after_ms });
        tokio::time::sleep(wait).await;
    }
}

/// Asks once and tells what comes as it comes.
async fn heard(run: &Run, prompt: Prompt) -> Result<Heard, ModelError> {
    let mut heard = Heard::default();
    {
        let mut progress = run.active.progress.lock();
        progress.text.clear();
        progress.thinking.clear();
    }
    let mut told_thinking = 0;
    let mut answer = run.chosen.model.answer(prompt);
    let outcome = loop {
        match answer.next().await {
            Some(Ok(Delta::End)) => break Ok(()),
            Some(Ok(delta)) => hear(run, &mut heard, delta, &mut told_thinking),
            Some(Err(error)) => break Err(error),
            None => {
                let detail = "The model ended its answer in the middle.";
                break Err(ModelError::new(ChatErrorKind::ServerError, detail));
            }
        }
    };
    if told_thinking < heard.thinking.len() {
        tell(&run.state, &run.order, ChatState::ThinkingText { text: heard.thinking.clone() });
    }
    tell(&run.state, &run.order, ChatState::ThinkingDone);
    outcome.map(|()| heard)
}

fn hear(run: &Run, heard: &mut Heard, delta: Delta, told_thinking: &mut usize) {
    match delta {
        Delta::Text(text) => {
            run.active.progress.lock().text.push_str(&text);
            heard.text.push_str(&text);
            tell(&run.state, &run.order, ChatState::Delta { text });
        }
        Delta::Thinking(text) => {
            run.active.progress.lock().thinking.push_str(&text);
            heard.thinking.push_str(&text);
            // It is told as a whole each time, so it is told less often as it grows.
            let new = heard.thinking.len() - *told_thinking;
            if new >= (heard.thinking.len() / 16).max(24) {
                *told_thinking = heard.thinking.len();
                tell(&run.state, &run.order, ChatState::ThinkingText { text: heard.thinking.clone() });
            }
        }
        Delta::Call(call) => heard.calls.push(call),
        Delta::Keep(block) => heard.kept.push(block),
        Delta::Usage(usage) => heard.usage = usage,
        Delta::End => {}
    }
}

/// Stores what the round said; gives its position in the session.
async fn keep(run: &Run, heard: &Heard) -> Result<u64, ModelError> {
    let tool_calls = heard.calls.iter().map(|call| ToolCall {
        id: call.id.clone(),
        kind: "function".to_owned(),
        function: Function { name: call.name.clone(), arguments: call.arguments.to_string() },
    });
    let body = Body::Assistant(Box::new(Assistant {
        content: heard.text.trim_end().to_owned(),
        model: run.chosen.id(),
        provider: run.chosen.provider.clone(),
        input_tokens: heard.usage.input,
        output_tokens: heard.usage.output,
        cache_read_tokens: heard.usage.cache_read,
        cache_write_tokens: heard.usage.cache_write,
        duration_ms: millis(run.started.elapsed()),
        tool_calls: tool_calls.collect(),
        reasoning: Some(heard.thinking.clone()).filter(|thinking| !thinking.is_empty()),
        partial: false,
    }));
    let stored = store(run, body).await?;
    // It is in the history now; an abort must not store it once more.
    run.active.progress.lock().text.clear();
    Ok(stored)
}

/// Adds to the session; gives the position.
pub(super) async fn store(run: &Run, body: Body) -> Result<u64, ModelError> {
    let (key, run_id) = (run.order.session_key.clone(), run.order.run_id.clone());
    let stored = run
        .state
        .store
        .write(move |tx| messages::append(tx, &key, Some(&run_id), body, table::now_ms()))
        .await
        .map_err(|error| ModelError::new(ChatErrorKind::Unknown, error.to_string()))?;
    Ok(stored.history_index.unwrap_or(0))
}

fn told(run: &Run, heard: Heard, iterations: u32, position: u64, sums: &Sums) -> Final {
    Final {
        text: heard.text.trim_end().to_owned(),
        model: run.chosen.id(),
        provider: run.chosen.provider.clone(),
        input_tokens: sums.usage.input,
        output_tokens: sums.usage.output,
        cache_read_tokens: sums.usage.cache_read,
        cache_write_tokens: sums.usage.cache_write,
        duration_ms: millis(run.started.elapsed()),
        message_index: position,
        reply_medium: "text".to_owned(),
        iterations,
        tool_calls_made: sums.tool_calls,
        reasoning: Some(heard.thinking).filter(|thinking| !thinking.is_empty()),
    }
}

impl Sums {
    fn add(&mut self, heard: &Heard) {
        self.usage.input += heard.usage.input;
        self.usage.output += heard.usage.output;
        self.usage.cache_read += heard.usage.cache_read;
        self.usage.cache_write += heard.usage.cache_write;
        self.tool_calls += u32::try_from(heard.calls.len()).unwrap_or(0);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
