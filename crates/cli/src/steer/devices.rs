//! Devices that may connect to a node, and those that ask to.

use std::process::ExitCode;

use anyhow::Context;
use link::call::{Call, Reply, Verdict};
use link::event::Device;

use super::{ask, meant, objects};
use crate::args::steer::DeviceVerb;
use crate::desk::Desk;
use crate::out::{Form, note, table, time};

pub async fn run(desk: &Desk, node: &str, verb: Option<DeviceVerb>, form: Form) -> anyhow::Result<ExitCode> {
    let head = desk.connected(node).await?;
    let devices = ask(desk, &head, Call::Devices, Reply::devices).await?;
    let asking: Vec<Device> = devices.iter().filter(|device| device.request.is_some()).cloned().collect();
    let request = |word: &str| {
        let asked = meant(&asking, word, |device| [device.request.as_deref().unwrap_or_default(), &device.id]);
        let device = asked.context("no device asks under that id")?;
        anyhow::Ok(device.request.clone().unwrap_or_default())
    };
    let let_in: Vec<Device> = devices.iter().filter(|device| device.request.is_none()).cloned().collect();
    let (id, verdict, done) = match verb.unwrap_or(DeviceVerb::List) {
        DeviceVerb::List => {
            match form {
                Form::Json => objects(&devices)?,
                Form::Text => table(&devices.iter().map(row).collect::<Vec<_>>())?,
            }
            return Ok(ExitCode::SUCCESS);
        }
        DeviceVerb::Approve { request: word } => (request(&word)?, Verdict::Approve, "It is let in."),
        DeviceVerb::Reject { request: word } => (request(&word)?, Verdict::Reject, "It is turned away."),
        DeviceVerb::Revoke { device } => {
            let device = meant(&let_in, &device, |device| [&device.id, &device.name])?;
            (device.id.clone(), Verdict::Revoke, "It is let in no more.")
        }
    };
    ask(desk, &head, Call::SettleDevice { id, verdict }, |_| Ok(())).await?;
    note(done);
    Ok(ExitCode::SUCCESS)
}

fn row(device: &Device) -> Vec<String> {
    let state = if device.request.is_some() { "asks" } else { "let in" };
    vec![
        state.to_owned(),
        device.request.clone().unwrap_or_else(|| device.id.clone()),
        device.name.clone(),
        device.address.clone().or_else(|| device.platform.clone()).unwrap_or_default(),
        device.at.map(time).unwrap_or_default(),
        device.scopes.join(" "),
    ]
}
