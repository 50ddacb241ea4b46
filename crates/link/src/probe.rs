//! The connection desk: one careful try, step by step, so that a person sees where the way to a gateway ends.

mod walk;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::certificate::Certificate;
use crate::connector::Tools;
use crate::dialect::Kind;
use crate::event::NodeState;
use crate::failure::{Failure, sentence, vendor};
use crate::recognise::{self, Recognised};
use crate::route::{Route, RouteError};
use crate::target::Target;

/// What a try found out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// The route that was tried; `None` when what was typed is none.
    pub route: Option<Route>,
    /// All of them, in order.
    pub steps: Vec<Step>,
    /// Whose gateway it is.
    pub kind: Option<Kind>,
    /// What it calls itself.
    pub product: Option<String>,
    pub version: Option<String>,
    /// The certificate it showed, where it showed one.
    pub certificate: Option<Certificate>,
    /// The way there and back.
    pub latency: Option<Duration>,
    /// How far the gateway's clock is ahead of this computer's, seconds; behind, when negative.
    pub ahead: Option<i64>,
    /// The state a link to this target would be in.
    pub state: NodeState,
    /// The gateway that was likely meant, where none is at this route.
    pub meant: Option<Recognised>,
}

/// One step on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub name: StepName,
    pub outcome: Outcome,
    /// What was found, a sentence; empty when the step was not reached.
    pub detail: String,
    /// What to do about it, where there is something to do.
    pub repair: Option<String>,
}

/// The steps, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// What was typed is an address.
    Address,
    /// The host's name is known.
    Name,
    /// Something listens there.
    Connection,
    /// TLS and a certificate that is trusted.
    Encryption,
    /// A gateway answers and opens a socket.
    Gateway,
    /// It knows us.
    Handshake,
    /// It lets us do something.
    Permissions,
    /// Its clock and this computer's go alike.
    Clock,
    /// How long the way there and back takes.
    Latency,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Ok,
    Failed,
    /// A step before it failed.
    NotReached,
}

/// Tries the routes of a target in order, each once, until one works; all that were tried. It never fails: what went
/// wrong is in the answers.
pub async fn probe(target: &Target) -> Vec<Probe> {
    probe_with(target, &Tools::default()).await
}

pub(crate) async fn probe_with(target: &Target, tools: &Tools) -> Vec<Probe> {
    let mut tried: Vec<Probe> = Vec::new();
    for route in target.routes.iter() {
        tried.push(probe_route(target, route, tools).await);
        if tried.last().is_some_and(Probe::works) {
            break;
        }
    }
    tried
}

/// Tries one route of a target.
pub async fn probe_by(target: &Target, route: &Route) -> Probe {
    probe_route(target, route, &Tools::default()).await
}

pub(crate) async fn probe_route(target: &Target, route: &Route, tools: &Tools) -> Probe {
    let mut probe = Probe::begin();
    probe.route = Some(route.clone());
    probe.ok(StepName::Address, route.to_string());
    if let Err(failure) = Box::pin(walk::walk(target, route, tools, &mut probe)).await {
        let step = probe.next_step();
        probe.failed(step, failure.reason());
        let nobody = matches!(failure, Failure::Wrong(_) | Failure::Away(_));
        probe.state = failure.into_state();
        if nobody && target.is_net() && is_about_the_place(step) {
            probe.suggest(recognise::meant(route, tools).await);
        }
    }
    probe
}

/// Whether another address may mend it.
fn is_about_the_place(step: StepName) -> bool {
    matches!(step, StepName::Connection | StepName::Encryption | StepName::Gateway)
}

impl Probe {
    /// The answer to a text that is no route.
    pub fn of_bad_address(error: &RouteError) -> Probe {
        let mut probe = Probe::begin();
        probe.failed(StepName::Address, &error.to_string());
        probe.state = Failure::Wrong(error.to_string()).into_state();
        probe
    }

    /// Whether a link to this target would work.
    pub fn works(&self) -> bool {
        self.steps.iter().all(|step| step.outcome == Outcome::Ok)
    }

    fn begin() -> Probe {
        let untouched = |name| Step { name, outcome: Outcome::NotReached, detail: String::new(), repair: None };
        Probe {
            route: None,
            steps: StepName::ALL.map(untouched).to_vec(),
            kind: None,
            product: None,
            version: None,
            certificate: None,
            latency: None,
            ahead: None,
            state: NodeState::Idle,
            meant: None,
        }
    }

    fn ok(&mut self, name: StepName, detail: String) {
        self.set(name, Outcome::Ok, detail);
    }

    /// What went wrong and what to do, in one text.
    fn failed(&mut self, name: StepName, words: &str) {
        let (detail, repair) = apart(words);
        self.set(name, Outcome::Failed, detail.to_owned());
        self.repair(name, repair);
    }

    fn repair(&mut self, name: StepName, words: &str) {
        let words = Some(sentence(words)).filter(|words| !words.is_empty());
        self.steps.iter_mut().filter(|step| step.name == name).for_each(|step| step.repair.clone_from(&words));
    }

    fn set(&mut self, name: StepName, outcome: Outcome, detail: String) {
        let detail = sentence(&detail);
        for step in self.steps.iter_mut().filter(|step| step.name == name) {
            step.outcome = outcome;
            step.detail.clone_from(&detail);
        }
    }

    /// Names the gateway that was likely meant beside the step that failed.
    fn suggest(&mut self, meant: Option<Recognised>) {
        let Some(meant) = meant else {
            return;
        };
        let words = format!("{} answers at {}: use that address", vendor(meant.kind), meant.route);
        for step in self.steps.iter_mut().filter(|step| step.outcome == Outcome::Failed) {
            step.repair = Some(sentence(&words));
        }
        self.meant = Some(meant);
    }

    /// The first step that was not reached: the one a failure belongs to.
    fn next_step(&self) -> StepName {
        let untouched = self.steps.iter().find(|step| step.outcome == Outcome::NotReached);
        untouched.map_or(StepName::Permissions, |step| step.name)
    }
}

impl Step {
    /// What was found and what to do, in one text.
    pub fn words(&self) -> String {
        let repair = self.repair.iter().flat_map(|words| [" ", words]);
        std::iter::once(self.detail.as_str()).chain(repair).collect()
    }
}

/// What happened, and what to do: the house's sentences say the one before the other.
fn apart(words: &str) -> (&str, &str) {
    let cut = [". ", "; "].iter().filter_map(|end| words.find(end)).min();
    cut.map_or((words, ""), |at| (&words[..at], words[at + 2..].trim()))
}

impl StepName {
    pub const ALL: [StepName; 9] = [
        StepName::Address,
        StepName::Name,
        StepName::Connection,
        StepName::Encryption,
        StepName::Gateway,
        StepName::Handshake,
        StepName::Permissions,
        StepName::Clock,
        StepName::Latency,
    ];
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StepName::Address => "Address",
            StepName::Name => "Name",
            StepName::Connection => "Connection",
            StepName::Encryption => "Encryption",
            StepName::Gateway => "Gateway",
            StepName::Handshake => "Handshake",
            StepName::Permissions => "Permissions",
            StepName::Clock => "Clock",
            StepName::Latency => "Latency",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_stands_apart_from_what_to_do() {
        assert_eq!(apart("nothing listens at 1.2.3.4:5; is it on?"), ("nothing listens at 1.2.3.4:5", "is it on?"));
        assert_eq!(apart("It is old. Renew it; or not."), ("It is old", "Renew it; or not."));
        assert_eq!(apart("Wrong key."), ("Wrong key.", ""));
        let mut probe = Probe::begin();
        probe.failed(StepName::Name, "no computer is known; check the spelling");
        assert_eq!(probe.steps[1].words(), "No computer is known. Check the spelling.");
    }
}
