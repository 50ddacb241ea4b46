//! Tokens and cost as a node itself counts them.

use std::process::ExitCode;

use link::call::{Call, Reply, Tokens};

use crate::desk::Desk;
use crate::out::{Form, json, note, table};
use crate::steer::ask;

pub async fn run(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let usage = ask(desk, &head, Call::Usage, Reply::usage).await?;
    if form == Form::Json {
        json(&usage)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = vec![row(&format!("all, {}", usage.span), &usage.total)];
    rows.extend(usage.parts.iter().map(|part| row(&part.of, part)));
    table(&rows)?;
    if usage.counting {
        note("The node is still counting: ask again in a moment.");
    }
    Ok(ExitCode::SUCCESS)
}

fn row(of: &str, tokens: &Tokens) -> Vec<String> {
    let count = |word: &str, number: Option<u64>| match number {
        Some(number) => format!("{number} {word}"),
        None => String::new(),
    };
    let cost = tokens.cost.map_or_else(|| "price unknown".to_owned(), |cost| format!("$ {cost:.4}"));
    if tokens.input.is_none() && tokens.output.is_none() && tokens.total.is_none() {
        return vec![of.to_owned(), "not counted yet".to_owned()];
    }
    let total = tokens.total.filter(|_| tokens.input.is_none());
    vec![of.to_owned(), count("read", tokens.input), count("written", tokens.output), count("tokens", total), cost]
}
