//! Models and presets of a node.

use std::process::ExitCode;

use link::call::{Call, Model, Preset, Reply};

use super::{ask, objects, order};
use crate::desk::Desk;
use crate::out::{Form, short, table};

pub async fn list(desk: &Desk, node: &str, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let models = ask(desk, &head, Call::Models, Reply::models).await?;
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
    let presets = ask(desk, &head, Call::Presets, Reply::presets).await?;
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
