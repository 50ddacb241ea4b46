//! `pilot node test`: every route to a node, step by step.

use std::process::ExitCode;

use contract::calls::{Handler, NodeProbe};
use contract::node::{NodeForm, Probe, Step};
use fleet::truth::PILOT;

use super::{code, vendor, way};
use crate::args::{Kind, Way};
use crate::desk::{Desk, secret};
use crate::out::{Form, json, line};

/// What was given for an address, or in place of what is kept.
pub struct Given {
    pub kind: Kind,
    pub trust: Option<String>,
    pub way: Way,
}

pub async fn test(desk: &Desk, node: &str, given: Given, form: Form) -> anyhow::Result<ExitCode> {
    let known = desk.fleet.node(node);
    let kept = known.as_ref().map(|head| &head.reach);
    let filled = NodeForm {
        name: node.to_owned(),
        address: way::address(known.as_ref().map_or(node, |head| &head.address), &given.way)?,
        vendor: known.as_ref().map_or(vendor(given.kind), |head| head.vendor),
        key: desk.given.of(node).as_ref().map(secret),
        trust: given.trust,
        session_only: true,
        reach: way::reach(&given.way, kept)?,
    };
    let probe = desk.fleet.node_probe(PILOT, NodeProbe { form: filled, id: known.map(|head| head.id) }).await?;
    match form {
        Form::Json => json(&probe)?,
        Form::Text => told(&probe)?,
    }
    Ok(code(probe.fault.is_none()))
}

/// Every route with its steps; where there is but one, without a heading.
fn told(probe: &Probe) -> anyhow::Result<()> {
    for one in std::iter::once(probe).chain(&probe.others) {
        if let (false, Some(route)) = (probe.others.is_empty(), &one.route) {
            line(&format!("{}  {route}", if one.fault.is_none() { "works" } else { "fails" }))?;
        }
        steps(one)?;
    }
    Ok(())
}

fn steps(probe: &Probe) -> anyhow::Result<()> {
    for step in &probe.steps {
        line(&format!("{} {:<12} {}", mark(step), step.name, step.detail))?;
        if let Some(repair) = &step.repair {
            line(&format!("  {:<12} → {repair}", ""))?;
        }
    }
    if let Some(details) = probe.fault.as_ref().and_then(|fault| fault.details.as_ref()) {
        line(&format!("  {details}"))?;
    }
    Ok(())
}

fn mark(step: &Step) -> &'static str {
    match (step.ok, &step.repair) {
        (Some(true), None) => "✓",
        (Some(true), Some(_)) => "!",
        (Some(false), _) => "✗",
        (None, _) => "·",
    }
}
