//! A session's messages.

use std::process::ExitCode;

use contract::transcript::SessionRef;
use link::event::{Body, Message, Role};

use crate::desk::Desk;
use crate::out::{Form, Numbered, line, short, time};

/// The newest `limit` messages, the oldest of them first.
pub async fn history(desk: &Desk, node: &str, session: &str, limit: u32, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let of = SessionRef { node: head.id.clone(), session: session.to_owned() };
    let messages = newest(desk, &of, limit).await?;
    let mut events = Numbered::new(&head.name);
    for message in messages {
        match form {
            Form::Json => events.print(None, Some(session), Body::Message(message))?,
            Form::Text => print(&message)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Pages back until there are enough.
async fn newest(desk: &Desk, of: &SessionRef, limit: u32) -> anyhow::Result<Vec<Message>> {
    let (mut messages, mut before) = (Vec::new(), None);
    loop {
        let missing = limit.saturating_sub(u32::try_from(messages.len())?);
        let mut page = desk.fleet.history(of, missing, before).await?;
        let empty = page.messages.is_empty();
        page.messages.append(&mut messages);
        messages = page.messages;
        before = page.before;
        if before.is_none() || empty || messages.len() >= limit as usize {
            let surplus = messages.len().saturating_sub(limit as usize);
            return Ok(messages.split_off(surplus));
        }
    }
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
