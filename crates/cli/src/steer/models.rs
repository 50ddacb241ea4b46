//! Models and presets of a node.

use std::process::ExitCode;

use anyhow::bail;
use link::call::{Call, Model, Preset, Reply};

use super::{ask, objects, order};
use crate::desk::Desk;
use crate::out::{Form, short, table};

pub async fn list(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let Reply::Models(models) = ask(desk, &head, Call::Models).await? else {
        bail!("{}: It answered something else", head.name);
    };
    match form {
        Form::Json => objects(&models)?,
        Form::Text => table(&models.iter().map(row).collect::<Vec<_>>())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn row(model: &Model) -> Vec<String> {
    let context = model.context.map(|tokens| format!("{} k", tokens / 1000)).unwrap_or_default();
    let mark = match (model.available, model.default) {
        (false, _) => "not available",
        (true, true) => "default",
        (true, false) => "",
    };
    vec![model.id.clone(), model.name.clone(), context, mark.to_owned()]
}

pub async fn switch(desk: &Desk, node: &str, session: Option<String>, model: String) -> anyhow::Result<ExitCode> {
    order(desk, node, Call::SetModel { session, model }, "Switched.").await
}

pub async fn presets(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let Reply::Presets(presets) = ask(desk, &head, Call::Presets).await? else {
        bail!("{}: It answered something else", head.name);
    };
    let row = |preset: &Preset| {
        let about = preset.about.as_deref().unwrap_or_default();
        vec![preset.id.clone(), preset.name.clone(), preset.model.clone().unwrap_or_default(), short(about, 60)]
    };
    match form {
        Form::Json => objects(&presets)?,
        Form::Text => table(&presets.iter().map(row).collect::<Vec<_>>())?,
    }
    Ok(ExitCode::SUCCESS)
}
