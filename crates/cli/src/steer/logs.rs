//! A node's own log: its last lines, and what comes.

use std::process::ExitCode;
use std::time::Duration;

use fleet::truth::NodeHead;
use link::call::{Call, LogLine, LogPage, Reply};

use super::{ask, objects};
use crate::desk::Desk;
use crate::out::{Form, line, note, time};

/// How often new lines are asked for; no gateway sends them by itself to everybody.
const EVERY: Duration = Duration::from_secs(1);
/// Lines asked for at once while following.
const PAGE: u32 = 1000;

pub async fn last(desk: &Desk, node: &str, lines: u32, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    print(&page(desk, &head, None, lines).await?, form)?;
    Ok(ExitCode::SUCCESS)
}

/// Until the person ends it. A connection that breaks is waited for: the cursor outlives it.
pub async fn follow(desk: &Desk, node: &str, lines: u32, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let mut page = page(desk, &head, None, lines).await?;
    let mut away = false;
    loop {
        print(&page, form)?;
        let after = page.cursor.take();
        tokio::time::sleep(EVERY).await;
        page = match self::page(desk, &head, after.clone(), PAGE).await {
            Ok(mut next) => {
                away = false;
                next.cursor = next.cursor.or(after);
                if next.gap {
                    note("Some lines were lost here.");
                }
                next
            }
            Err(error) => {
                if !std::mem::replace(&mut away, true) {
                    note(&format!("{error}; waiting."));
                }
                LogPage { cursor: after, ..LogPage::default() }
            }
        };
    }
}

async fn page(desk: &Desk, head: &NodeHead, after: Option<String>, limit: u32) -> anyhow::Result<LogPage> {
    ask(desk, head, Call::Logs { after, limit }, Reply::logs).await
}

fn print(page: &LogPage, form: Form) -> anyhow::Result<()> {
    if form == Form::Json {
        return objects(&page.lines);
    }
    for entry in &page.lines {
        line(&text(entry))?;
    }
    Ok(())
}

fn text(entry: &LogLine) -> String {
    let at = entry.at.map(time).unwrap_or_default();
    let target = entry.target.as_deref().map(|target| format!("{target}: ")).unwrap_or_default();
    format!("{at}  {:5}  {target}{}", entry.level, entry.text)
}
