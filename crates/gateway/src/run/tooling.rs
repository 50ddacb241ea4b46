//! One tool call of a run: may it, does a person allow it, what came of it.

use std::time::Duration;

use serde_json::Value;
use wire::approval::Decision;
use wire::chat::OpenToolCall;
use wire::chat_event::{ChatErrorKind, ChatState, ToolCallEnd};
use wire::message::{Body, ToolResult};

use super::life::{Run, chat_error};
use super::round::store;
use super::tell;
use crate::approvals::Asked;
use crate::model::{Call, ModelError, Turn};
use crate::table;
use crate::tools::{self, Bench, Tool, ToolError, Workspace};

/// Characters of a result that the model is given.
const MAX_OUTPUT: usize = 120_000;

/// Runs one call and tells, stores and gives back what came of it.
pub(super) async fn call(run: &Run, call: Call) -> Result<Turn, ModelError> {
    tell(
        &run.state,
        &run.order,
        ChatState::ToolCallStart {
            tool_call_id: call.id.clone(),
            tool_name: call.name.clone(),
            arguments: call.arguments.clone(),
        },
    );
    run.active.progress.lock().tools.push(OpenToolCall {
        id: call.id.clone(),
        name: call.name.clone(),
        arguments: call.arguments.clone(),
        started_at: table::now_ms(),
    });
    let outcome = allowed(run, &call).await;
    run.active.progress.lock().tools.retain(|open| open.id != call.id);
    let (success, result, error) = match outcome {
        Ok(result) => (true, Some(result), None),
        Err(error) => (false, None, Some(error.0)),
    };
    let stored = ToolResult {
        tool_call_id: call.id.clone(),
        tool_name: call.name.clone(),
        arguments: call.arguments,
        success,
        result: result.clone(),
        error: error.clone(),
    };
    store(run, Body::ToolResult(stored)).await?;
    let told = error.as_ref().map(|detail| chat_error(&ModelError::new(ChatErrorKind::Unknown, detail.clone()), None));
    tell(
        &run.state,
        &run.order,
        ChatState::ToolCallEnd(ToolCallEnd {
            tool_call_id: call.id.clone(),
            tool_name: call.name,
            success,
            result: result.clone(),
            error: told,
        }),
    );
    Ok(Turn::Tool { call_id: call.id, ok: success, output: output(result, error) })
}

/// What the model reads of a result.
pub(super) fn output(result: Option<Value>, error: Option<String>) -> String {
    let text = error.or_else(|| result.map(|result| result.to_string())).unwrap_or_default();
    text.chars().take(MAX_OUTPUT).collect()
}

async fn allowed(run: &Run, call: &Call) -> Result<Value, ToolError> {
    let tool = tools::find(&call.name)
        .ok_or_else(|| ToolError(format!("There is no tool {:?}. Use one of those you were given.", call.name)))?;
    if !run.agent.tools.contains(&tool.spec().name) {
        return Err(ToolError(format!("The preset of this agent does not allow {:?}.", call.name)));
    }
    let workspace = Workspace::new(&run.agent.workspace);
    let bench = Bench { workspace, scope: run.state.scope.clone() };
    approved(run, call, tool, &bench).await?;
    tool.run(&bench, call.arguments.clone()).await
}

/// Asks a person where the tool needs it; anything but a yes is an error.
async fn approved(run: &Run, call: &Call, tool: &dyn Tool, bench: &Bench) -> Result<(), ToolError> {
    let Some(ask) = tool.ask(bench, &call.arguments)? else {
        return Ok(());
    };
    let command = ask.command.clone();
    let asked = Asked {
        agent_id: run.agent.id.clone(),
        session_key: run.order.session_key.clone(),
        run_id: run.order.run_id.clone(),
        tool_call_id: call.id.clone(),
        cwd: run.agent.workspace.display().to_string(),
        patience: Duration::from_secs(run.state.setup().config.file.limits.approval_secs),
        ask,
    };
    if run.state.approvals.has_rule(&asked) {
        let message = format!("Allowed by what you always allow in this session: {command}");
        tell(&run.state, &run.order, ChatState::Notice { title: "Allowed by rule".to_owned(), message });
        return Ok(());
    }
    match run.state.approvals.ask(asked).await {
        Decision::Approved => Ok(()),
        Decision::Denied => Err(ToolError(format!("command denied by user: {command}"))),
        Decision::Expired => Err(ToolError(format!("approval timed out for command: {command}"))),
        Decision::Withdrawn => Err(ToolError(format!("approval withdrawn for command: {command}"))),
    }
}
