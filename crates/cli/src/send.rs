//! Say something, and wait for the answer if asked to.

use std::process::ExitCode;

use fleet::core::Live;
use fleet::truth::NodeHead;
use link::call::Sent;
use link::event::{Body, Outcome, RunEnd, Stamped};

use crate::approvals;
use crate::desk::Desk;
use crate::input;
use crate::out::{self, Form, line, note, piece, short};
use crate::run::Misused;

/// What to say, and to whom.
pub struct Message {
    pub node: String,
    pub text: String,
    pub session: Option<String>,
    pub agent: Option<String>,
    pub wait: bool,
}

/// Sends the message; with `wait` it streams the answer, and the run's outcome decides the exit code.
pub async fn send(desk: &Desk, message: Message, form: Form) -> anyhow::Result<ExitCode> {
    let text = text(message.text)?;
    let head = desk.connected(&message.node).await?;
    // From before the message, so that no early event is missed.
    let mut events = desk.fleet.core().events();
    let sent = desk.fleet.say(&head.id, message.session.clone(), message.agent, &text).await?;
    if !message.wait {
        if form == Form::Text {
            note(if sent.queued { "Queued behind the turn that runs." } else { "Sent." });
        }
        return Ok(ExitCode::SUCCESS);
    }
    let answer = Answer { head, sent, session: message.session, form };
    answer.stream(desk, &mut events).await
}

fn text(given: String) -> anyhow::Result<String> {
    let text = input::dash(given, "message")?;
    if text.trim().is_empty() {
        return Err(Misused("The message is empty; give a text, or pipe one in with -".to_owned()).into());
    }
    Ok(text)
}

/// The run that answers a message.
struct Answer {
    head: NodeHead,
    sent: Sent,
    session: Option<String>,
    form: Form,
}

impl Answer {
    async fn stream(&self, desk: &Desk, events: &mut Live) -> anyhow::Result<ExitCode> {
        while let Some(event) = events.next().await {
            if !self.concerns(&event) {
                continue;
            }
            if self.form == Form::Json {
                out::event(&event)?;
            } else {
                self.show(desk, &event)?;
            }
            if let Body::RunFinished(end) = &event.event.body
                && self.is_ours(&event)
            {
                return finish(end, self.form);
            }
            if let Body::NodeState(state) = &event.event.body
                && !matches!(state, link::event::NodeState::Ready { .. })
            {
                note(&format!("{}: {}", self.head.name, crate::desk::in_words(state)));
            }
        }
        anyhow::bail!("The stream of events ended before the run did; its outcome is unknown")
    }

    fn show(&self, desk: &Desk, event: &Stamped) -> anyhow::Result<()> {
        match &event.event.body {
            Body::TextDelta { text } => piece(text)?,
            Body::ToolStarted { name, input, .. } => note(&format!("→ {name} {}", short(&input.to_string(), 100))),
            Body::ToolFinished { ok, output, .. } => {
                let mark = if *ok == Some(false) { "✗" } else { "✓" };
                note(&format!("{mark} {}", short(output, 100)));
            }
            Body::ApprovalRequested(asked) => {
                if let Some(card) = approvals::shown(desk, &self.head, &asked.id) {
                    note(&format!("Waits for your word (`pilot approve ID`, `pilot deny ID`):\n{card}"));
                }
            }
            Body::RunStatus { phase } => tracing::info!(%phase, "the run goes on"),
            _ => {}
        }
        Ok(())
    }

    fn concerns(&self, event: &Stamped) -> bool {
        if *event.node != *self.head.name {
            return false;
        }
        let body_of_node = matches!(event.event.body, Body::NodeState(_));
        body_of_node || self.is_ours(event)
    }

    /// A run is known by its id where the node gave one that is in use; else by its session. A queued message runs
    /// under an id nobody has told yet.
    fn is_ours(&self, event: &Stamped) -> bool {
        let session = self.sent.session.as_deref().or(self.session.as_deref());
        let same_session = session.is_none() || event.event.session.as_deref() == session;
        match (self.sent.run.as_deref(), event.event.run.as_deref()) {
            (Some(ours), Some(theirs)) if !self.sent.queued => ours == theirs,
            _ => same_session,
        }
    }
}

fn finish(end: &RunEnd, form: Form) -> anyhow::Result<ExitCode> {
    if form == Form::Text {
        line("")?;
    }
    match end.outcome {
        Outcome::Ok => Ok(ExitCode::SUCCESS),
        outcome => {
            let why = end.error.as_deref().unwrap_or("the node gave no reason");
            if form == Form::Text {
                out::problem(&format!("The run ended with “{outcome:?}”: {why}"));
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
