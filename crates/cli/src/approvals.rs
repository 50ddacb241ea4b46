//! What waits for a person's word, and the word.

use std::process::ExitCode;

use anyhow::bail;
use contract::approval::Decision;
use contract::calls::{Decide, Handler};
use fleet::apply::Fact;
use fleet::truth::NodeHead;
use link::event::{Approval, Body};

use crate::desk::Desk;
use crate::out::{Form, Numbered, line, note, problem, short, time};

/// An approval and where it stands.
struct Waiting {
    head: NodeHead,
    session: Option<String>,
    agent: Option<String>,
    approval: Approval,
}

/// Lists what waits; with `watch` it goes on with what comes.
pub async fn list(desk: &Desk, watch: bool, form: Form) -> anyhow::Result<ExitCode> {
    let heads = desk.all_connected(&[]).await?;
    let waiting = waiting(desk, &heads).await;
    if waiting.is_empty() && form == Form::Text {
        note("Nothing waits for your word.");
    }
    for one in &waiting {
        match form {
            Form::Json => {
                let body = Body::ApprovalRequested(one.approval.clone());
                Numbered::new(&one.head.name).print(one.agent.as_deref(), one.session.as_deref(), body)?;
            }
            Form::Text => print(one)?,
        }
    }
    if !watch {
        return Ok(ExitCode::SUCCESS);
    }
    crate::watch::watch(desk, &[], &["approval.*".to_owned()], form).await
}

/// Answers one, by its id or the unique beginning of it.
pub async fn decide(desk: &Desk, id: &str, decision: Decision, form: Form) -> anyhow::Result<ExitCode> {
    let (node, id) = id.split_once('/').map_or((None, id), |(node, id)| (Some(node.to_owned()), id));
    let heads = desk.all_connected(&node.into_iter().collect::<Vec<_>>()).await?;
    let waiting = waiting(desk, &heads).await;
    let mut fits = waiting.iter().filter(|one| one.approval.id.starts_with(id));
    let Some(one) = fits.next() else {
        bail!("Nothing with the id “{id}” waits; it may be answered or expired. Nothing was sent");
    };
    if fits.next().is_some() {
        bail!("Several requests begin with “{id}”; give the whole id, or NODE/ID. Nothing was sent");
    }
    let asked = Decide { node: one.head.id.clone(), id: one.approval.id.to_string(), decision };
    desk.fleet.decide("pilot", asked).await?;
    if form == Form::Text {
        let word = if decision == Decision::Deny { "Denied" } else { "Allowed" };
        line(&format!("{word} on {}: {}", one.head.name, short(&one.approval.command, 100)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks every node; one that does not answer is told.
async fn waiting(desk: &Desk, heads: &[NodeHead]) -> Vec<Waiting> {
    let mut all = Vec::new();
    for head in heads {
        match desk.fleet.approvals(&head.id).await {
            Ok(asked) => {
                desk.fleet.core().feed(&head.id, [Fact::Approvals(asked.clone())]);
                all.extend(asked.into_iter().map(|(session, agent, approval)| Waiting {
                    head: head.clone(),
                    session,
                    agent,
                    approval,
                }));
            }
            Err(error) => problem(&format!("{}: {error}", head.name)),
        }
    }
    all
}

fn print(one: &Waiting) -> anyhow::Result<()> {
    let who: Vec<_> = [Some(one.head.name.as_str()), one.agent.as_deref()].into_iter().flatten().collect();
    let until = one.approval.expires_at.map(|at| format!("  until {}", time(at))).unwrap_or_default();
    line(&format!("{}  {}{until}", one.approval.id, who.join(" / ")))?;
    line(&format!("  {}", one.approval.command))?;
    if let Some(cwd) = &one.approval.cwd {
        line(&format!("  in {cwd}"))?;
    }
    Ok(())
}
