//! The audit log: read, looked through, taken out.

use std::process::ExitCode;

use contract::audit::{Phase, Record};
use contract::calls::{AuditRead, AuditVerify, Handler};
use fleet::truth::PILOT;

use crate::args::AuditVerb;
use crate::desk::Desk;
use crate::out::{Form, json, line, note, problem, short, time};
use crate::when;

/// Prints records, or looks the log through.
pub async fn run(
    desk: &Desk,
    verb: Option<AuditVerb>,
    since: Option<&str>,
    node: Option<String>,
    form: Form,
) -> anyhow::Result<ExitCode> {
    let since = since.map(when::when).transpose()?;
    match verb {
        Some(AuditVerb::Verify) => verify(desk, form).await,
        Some(AuditVerb::Export) => list(desk, AuditRead { since, node, limit: u32::MAX }, Form::Json).await,
        None => list(desk, AuditRead { since, node, limit: 10_000 }, form).await,
    }
}

async fn verify(desk: &Desk, form: Form) -> anyhow::Result<ExitCode> {
    let verdict = desk.fleet.audit_verify(PILOT, AuditVerify {}).await?;
    if form == Form::Json {
        json(&verdict)?;
    }
    let Some(broken) = verdict.broken else {
        if form == Form::Text {
            line(&format!("The audit log is whole: {} records.", verdict.records))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    if form == Form::Text {
        problem(&format!("The audit log is broken at record {}: {}", broken.n, broken.why));
        note(&format!("The {} records before it are whole.", verdict.records));
    }
    Ok(ExitCode::FAILURE)
}

async fn list(desk: &Desk, asked: AuditRead, form: Form) -> anyhow::Result<ExitCode> {
    let records = desk.fleet.audit(PILOT, asked).await?;
    if records.is_empty() && form == Form::Text {
        note("Nothing was done to a node in that time.");
    }
    for record in &records {
        match form {
            Form::Json => json(record)?,
            Form::Text => line(&text(record))?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn text(record: &Record) -> String {
    let what = match (record.phase, record.intent, record.outcome.as_deref()) {
        (Phase::Outcome, Some(intent), Some(outcome)) => format!("of {intent}: {outcome}"),
        _ => short(&record.about, 120),
    };
    format!("{:>6}  {}  {:<14} {:<16} {:<16} {what}", record.n, time(record.at), record.name, record.who, record.act)
}
