//! Everything that happens, live.

use std::process::ExitCode;

use fleet::view;
use globset::{Glob, GlobSet, GlobSetBuilder};
use link::event::{Body, Outcome, Stamped};

use crate::desk::Desk;
use crate::out::{self, Form, line, short, time};
use crate::run::Misused;

/// Prints events until it is stopped. A node that goes away is told and waited for.
pub async fn watch(desk: &Desk, nodes: &[String], patterns: &[String], form: Form) -> anyhow::Result<ExitCode> {
    let wanted = globs(patterns)?;
    // From before the connections, so that the states on the way are seen too.
    let mut events = desk.fleet.core().events();
    let heads = desk.all_connected(nodes).await?;
    let names: Vec<_> = heads.iter().map(|head| head.name.as_str()).collect();
    while let Some(event) = events.next().await {
        if !names.contains(&&*event.node) || !passes(&wanted, &event) {
            continue;
        }
        print(&event, form)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one event.
pub fn print(event: &Stamped, form: Form) -> anyhow::Result<()> {
    match form {
        Form::Json => out::event(event),
        Form::Text => Ok(text(event)?),
    }
}

fn globs(patterns: &[String]) -> anyhow::Result<Option<GlobSet>> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(
            Glob::new(pattern)
                .map_err(|error| Misused(format!("“{pattern}” is no pattern of event names: {error}")))?,
        );
    }
    Ok(Some(set.build()?))
}

fn passes(wanted: &Option<GlobSet>, event: &Stamped) -> bool {
    wanted.as_ref().is_none_or(|set| set.is_match(event.event.body.name()))
}

fn text(event: &Stamped) -> std::io::Result<()> {
    let who = match &event.event.agent {
        Some(agent) => format!("{} / {agent}", event.node),
        None => event.node.to_string(),
    };
    line(&format!("{} {who:<24} {:<20} {}", time(event.event.at), event.event.body.name(), what(&event.event.body)))
}

fn what(body: &Body) -> String {
    match body {
        Body::NodeState(state) => crate::desk::in_words(state),
        Body::TextDelta { text } | Body::ThinkingDelta { text } | Body::Notice { text } => short(text, 90),
        Body::Message(message) => short(&message.text, 90),
        Body::ToolStarted { name, input, .. } => format!("{name} {}", short(&input.to_string(), 80)),
        Body::ToolFinished { output, ms, .. } => {
            let took = ms.map(|ms| format!(" ({ms} ms)")).unwrap_or_default();
            format!("{}{took}", short(output, 80))
        }
        Body::ApprovalRequested(approval) => format!("{}  [{}]", short(&approval.command, 80), approval.id),
        Body::ApprovalResolved { id, decision, by } => {
            format!("{} [{id}]", view::approval::decision(*decision).in_words(by.as_deref()))
        }
        Body::RunStatus { phase } => phase.to_string(),
        Body::SubagentStarted { label, .. } | Body::SubagentFinished { label, .. } => label.to_string(),
        Body::RunFinished(end) => match (&end.outcome, &end.error) {
            (Outcome::Error, Some(error)) => format!("error: {error}"),
            (outcome, _) => format!("{outcome:?}").to_lowercase(),
        },
        Body::AgentChanged(agent) => agent.name.clone(),
        Body::SessionChanged(session) => session.title.clone().unwrap_or_else(|| session.key.clone()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_is_none_is_a_misuse() {
        assert!(globs(&["run.[".to_owned()]).unwrap_err().is::<Misused>());
        assert!(globs(&["run.*".to_owned()]).unwrap().unwrap().is_match("run.finished"));
    }
}
