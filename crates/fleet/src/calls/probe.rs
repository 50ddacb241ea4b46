//! Trying an address without keeping anything.

use contract::calls::NodeProbe;
use contract::node::{Probe, Step, Vendor};
use contract::{Code, Fault};
use link::dialect::Kind;
use link::event::NodeState;
use link::sentence;
use link::{Outcome, Probe as Found, Route, RouteError, Target};

use crate::fleet::Fleet;
use crate::nodes::{Checked, Missing, check, credentials, once, target};
use crate::table::node::NodeRow;

/// Tries what the form says; for a node that is there, with its stored keys unless the form has another.
pub async fn probe(fleet: &Fleet, args: NodeProbe) -> Result<Probe, Fault> {
    let NodeProbe { mut form, id } = args;
    if let Err(error) = Route::parse(&form.address) {
        return Ok(told(&Found::of_bad_address(&error)));
    }
    // A try needs no name.
    form.name = "a try".to_owned();
    let checked = check(form)?;
    let parts = &fleet.inner.parts;
    let known = id.and_then(|id| fleet.inner.nodes.find(&id)).map(|post| post.row());
    let row = row(&checked, known.as_ref(), parts.now());
    let credentials = credentials(parts, &row, checked.key).await;
    if known.is_none() {
        // The identity that was made for this try.
        parts.keys.forget_memory(&row.id);
    }
    let credentials = credentials.map_err(Missing::into_fault)?;
    let target = target(parts, &row, credentials).map_err(|reason| Fault::new(Code::Invalid, sentence(&reason)))?;
    Ok(all_told(&tried(&target).await))
}

/// Every route, each once: a person who tests wants to know of each, also behind one that works.
async fn tried(target: &Target) -> Vec<Found> {
    let mut tried = Vec::new();
    for route in target.routes.iter() {
        tried.push(link::probe_by(target, route).await);
    }
    tried
}

/// The row as it would be if the form were kept.
fn row(form: &Checked, known: Option<&NodeRow>, now: i64) -> NodeRow {
    let new = once(form, now);
    match known.cloned() {
        None => new,
        Some(old) => NodeRow {
            address: new.address,
            reach: form.reach.clone().unwrap_or(old.reach),
            vendor: new.vendor,
            pins: if new.pins.is_empty() { old.pins } else { new.pins },
            ..old
        },
    }
}

/// The first route that works, else the first of all, and the others beside it.
fn all_told(tried: &[Found]) -> Probe {
    let best = tried.iter().position(Found::works).unwrap_or(0);
    let mut all: Vec<_> = tried.iter().map(told).collect();
    if all.is_empty() {
        return told(&Found::of_bad_address(&RouteError::Unreadable));
    }
    let chosen = all.remove(best);
    Probe { others: all, ..chosen }
}

fn told(found: &Found) -> Probe {
    let fault = if found.works() { None } else { Some(fault(found)) };
    let steps = found.steps.iter().map(|step| Step {
        name: step.name.to_string(),
        ok: match step.outcome {
            Outcome::Ok => Some(true),
            Outcome::Failed => Some(false),
            Outcome::NotReached => None,
        },
        detail: step.detail.clone(),
        repair: step.repair.clone(),
    });
    Probe {
        route: found.route.as_ref().map(ToString::to_string),
        steps: steps.collect(),
        vendor: found.kind.map(|kind| vendor(kind, found.product.as_deref())),
        latency_ms: found.latency.map(|way| way.as_secs_f64() * 1000.0),
        ahead_s: found.ahead,
        product: found.product.clone(),
        version: found.version.clone(),
        fault,
        meant: found.meant.as_ref().map(|meant| meant.route.to_string()),
        others: Vec::new(),
    }
}

pub fn vendor(kind: Kind, product: Option<&str>) -> Vendor {
    match kind {
        Kind::Moltis if product.is_some_and(|name| name.eq_ignore_ascii_case("pilothouse")) => Vendor::Pilothouse,
        Kind::Moltis => Vendor::Moltis,
        Kind::Openclaw => Vendor::Openclaw,
        Kind::McpDashboard => Vendor::McpDashboard,
    }
}

/// What to do about it, with the code the window acts on.
fn fault(found: &Found) -> Fault {
    let failed = found.steps.iter().find(|step| step.outcome == Outcome::Failed);
    let said = failed.map_or_else(String::new, |step| step.words());
    match &found.state {
        NodeState::Untrusted { fingerprint, .. } => {
            Fault { details: Some(fingerprint.clone()), ..Fault::new(Code::Untrusted, said) }
        }
        NodeState::Pairing { request, .. } => {
            Fault { details: Some(request.clone()), ..Fault::new(Code::Pairing, said) }
        }
        NodeState::Unauthorised { .. } => Fault::new(Code::Unauthorised, said),
        _ => Fault::new(Code::Other, said),
    }
}
