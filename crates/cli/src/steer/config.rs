//! A node's settings.

use std::process::ExitCode;

use anyhow::bail;
use fleet::truth::NodeHead;
use link::call::{Call, Config, Reply};
use serde_json::Value;

use super::ask;
use crate::args::steer::ConfigVerb;
use crate::desk::Desk;
use crate::input;
use crate::out::{Form, document, json, note};
use crate::run::Misused;

pub async fn run(desk: &Desk, node: &str, verb: Option<ConfigVerb>, form: Form) -> anyhow::Result<ExitCode> {
    let patch = match verb.unwrap_or(ConfigVerb::Get) {
        ConfigVerb::Get => None,
        ConfigVerb::Patch { patch } => Some(read(&patch)?),
    };
    let head = desk.connected(node).await?;
    let config = get(desk, &head).await?;
    let Some(patch) = patch else {
        return show(&config, form);
    };
    // Bound to what was just read: whatever somebody changes in between is not overwritten.
    ask(desk, &head, Call::PatchConfig { patch, version: config.version }, |_| Ok(())).await?;
    note("Changed.");
    Ok(ExitCode::SUCCESS)
}

fn read(patch: &str) -> anyhow::Result<Value> {
    let text = input::dash(patch.to_owned(), "patch")?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| Misused(format!("The patch is no JSON: {error}")))?;
    if !value.is_object() {
        bail!(Misused("A patch is a JSON object, as in {\"name\": \"new\"}.".to_owned()));
    }
    Ok(value)
}

async fn get(desk: &Desk, head: &NodeHead) -> anyhow::Result<Config> {
    ask(desk, head, Call::Config, Reply::config).await
}

fn show(config: &Config, form: Form) -> anyhow::Result<ExitCode> {
    match form {
        Form::Json => json(config)?,
        Form::Text => {
            let value: Value = serde_json::from_str(config.value.as_str())?;
            document(&format!("{}\n", serde_json::to_string_pretty(&value)?))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
