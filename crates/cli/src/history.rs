//! A session's messages.

use std::process::ExitCode;

use contract::transcript::SessionRef;
use fleet::nodes::Urgency;
use link::event::{Body, Message, Role};

use crate::desk::Desk;
use crate::out::{Form, Numbered, line, short, time};

/// The newest `limit` messages, the oldest of them first.
pub async fn history(desk: &Desk, node: &str, session: &str, limit: u32, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let of = SessionRef { node: head.id.clone(), session: session.to_owned() };
    let messages = desk.fleet.last_messages(&of, limit as usize, Urgency::Screen).await?;
    let mut events = Numbered::new(&head.name);
    for message in messages {
        match form {
            Form::Json => events.print(None, Some(session), Body::Message(message))?,
            Form::Text => print(&message)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(message: &Message) -> anyhow::Result<()> {
    let who = match message.role {
        Role::User => "you",
        Role::Assistant => "agent",
        Role::System => "system",
        Role::Notice => "notice",
    };
    let at = message.sent_at.map(time).unwrap_or_default();
    line(&format!("── {who}  {at}"))?;
    if !message.text.is_empty() {
        line(&message.text)?;
    }
    for tool in &message.tools {
        let mark = match tool.ok {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "?",
        };
        line(&format!("   {mark} {} {}", tool.name, short(&tool.input.to_string(), 80)))?;
    }
    Ok(())
}
