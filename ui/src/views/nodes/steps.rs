//! What trying an address found out, step by step.

use contract::node::{Probe, Step};
use leptos::prelude::*;

use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::text::words;

/// How a try stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Try {
    NotYet,
    Running,
    Done(Box<Probe>),
}

impl Try {
    /// Whether a step of it says this already.
    pub fn says(&self, sentence: &str) -> bool {
        matches!(self, Self::Done(probe) if probe.steps.iter().any(|step| step.detail == sentence || said(step) == sentence))
    }
}

/// The steps and the outcome.
#[component]
pub fn Steps(#[prop(into)] of: Signal<Try>) -> impl IntoView {
    view! {
        <div class="steps" aria-live="polite">
            {move || match of.get() {
                Try::NotYet => ().into_any(),
                Try::Running => view! {
                    <p class="steps-now"><Mark of=Shape::Coming word=Signal::stored("trying".to_owned()) />"Trying…"</p>
                }.into_any(),
                Try::Done(probe) => outcome(*probe).into_any(),
            }}
        </div>
    }
}

fn outcome(probe: Probe) -> impl IntoView {
    let works = probe.fault.is_none();
    let summary = summary(&probe);
    view! {
        <ol class="steps-list">{probe.steps.into_iter().map(line).collect_view()}</ol>
        {works.then(|| view! {
            <p class="steps-works"><Mark of=Shape::Ok word=Signal::stored("works".to_owned()) />{summary}</p>
        })}
    }
}

fn summary(probe: &Probe) -> String {
    let who = probe.product.clone().or_else(|| probe.vendor.map(|vendor| words::vendor(vendor).to_owned()));
    let parts = [who, probe.version.clone(), probe.latency_ms.map(|ms| format!("in {}", words::latency(ms)))];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if said.is_empty() { "It works.".to_owned() } else { format!("It works: {}.", said.join(" ")) }
}

fn line(step: Step) -> impl IntoView {
    let (shape, word) = match step.ok {
        Some(true) => (Shape::Ok, "done"),
        Some(false) => (Shape::Failed, "failed"),
        None => (Shape::Offline, "not reached"),
    };
    let said = said(&step);
    view! {
        <li class="steps-one" class=("steps-failed", step.ok == Some(false)) class=("steps-open", step.ok.is_none())>
            <Mark of=shape word=Signal::stored(word.to_owned()) />
            <span class="steps-name">{step.name}</span>
            <span class="steps-detail"><Said text=said /></span>
        </li>
    }
}

/// What came of a step, and what to do about it.
fn said(step: &Step) -> String {
    [Some(step.detail.as_str()), step.repair.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_says_with_its_repair_is_not_said_again() {
        let step = Step {
            name: "Connection".into(),
            ok: Some(false),
            detail: "Nothing listens there.".into(),
            repair: Some("Is the gateway running?".into()),
        };
        let tried = Try::Done(Box::new(Probe {
            route: None,
            steps: vec![step],
            vendor: None,
            product: None,
            version: None,
            latency_ms: None,
            ahead_s: None,
            fault: None,
            meant: None,
            others: Vec::new(),
        }));
        assert!(tried.says("Nothing listens there."));
        assert!(tried.says("Nothing listens there. Is the gateway running?"));
        assert!(!tried.says("The key was refused."));
    }
}
