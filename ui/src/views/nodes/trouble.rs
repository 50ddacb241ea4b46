//! What stands between a node and its work, and the one next step for it.

use contract::node::{Certificate, LinkState};
use leptos::prelude::*;

use crate::acts;
use crate::parts::button::{Button, Look};
use crate::parts::machine::Machine;
use crate::parts::said::Said;
use crate::state::State;
use crate::state::frame::{Field, Open};
use crate::text::said::command;

use super::card::read;
use super::phrase;

/// The reason, what to run or compare, and the buttons of the state.
#[component]
pub fn Trouble(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let link = Memo::new(move |_| read(state, of, |node| node.state).unwrap_or(LinkState::Idle));
    view! {
        {move || match link.get() {
            LinkState::Ready | LinkState::Idle | LinkState::Connecting | LinkState::Handshaking => ().into_any(),
            LinkState::Pairing => view! { <Pairing of /> }.into_any(),
            LinkState::Untrusted => view! { <Reason of /><Untrusted of /> }.into_any(),
            LinkState::Unauthorised => view! { <Reason of /><Unauthorised of /> }.into_any(),
            LinkState::Paused => view! {
                <div class="card-acts"><Resume of /></div>
            }.into_any(),
            LinkState::Incompatible | LinkState::RateLimited | LinkState::BackingOff | LinkState::Failed => view! {
                <Reason of />
                <div class="card-acts"><TryNow of /><Diagnose of /><Pause of /></div>
            }.into_any(),
        }}
    }
}

#[component]
fn Reason(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let reason = Memo::new(move |_| read(state, of, |node| node.reason.clone()).unwrap_or_default());
    view! {
        <Show when=move || reason.with(|reason| !reason.is_empty())>
            <p class="card-reason"><Said text=reason /></p>
        </Show>
    }
}

#[component]
fn Pairing(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let split = Memo::new(move |_| {
        read(state, of, |node| command(&node.reason).unwrap_or_else(|| (node.reason.clone(), String::new())))
            .unwrap_or_default()
    });
    let before = Signal::derive(move || split.with(|split| split.0.clone()));
    let run = Signal::derive(move || split.with(|split| split.1.clone()));
    view! {
        <p class="card-reason"><Said text=before /></p>
        <Show when=move || run.with(|run| !run.is_empty())>
            <Machine text=run name="Copy the command" />
        </Show>
        <div class="card-acts"><TryNow of /><Pause of /></div>
    }
}

#[component]
fn Untrusted(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let prints =
        Memo::new(move |_| read(state, of, |node| (node.fingerprint.clone(), node.pinned.clone())).unwrap_or_default());
    let new = Memo::new(move |_| prints.with(|prints| prints.0.clone()));
    let facts = Memo::new(move |_| {
        let said = |one: &Option<Certificate>| one.as_ref().map(phrase::certificate).filter(|line| !line.is_empty());
        read(state, of, |node| (said(&node.trusted), said(&node.certificate))).unwrap_or_default()
    });
    let trust = move |()| {
        if let Some(fingerprint) = new.get_untracked() {
            acts::node::trust(state, &of.get_value(), &fingerprint);
        }
    };
    let changed = move || prints.with(|prints| prints.1.is_some());
    let label = move || {
        if changed() { "Trust the new one" } else { "Trust it" }
    };
    view! {
        {move || prints.get().1.map(|old| view! {
            <p class="card-print-name">"Known so far"</p>
            <Machine text=old name="Copy the known fingerprint" />
            {move || facts.get().0.map(|line| view! { <p class="card-print-facts words">{line}</p> })}
        })}
        {move || new.get().map(|new| view! {
            <p class="card-print-name">{move || if changed() { "Shown now" } else { "Its fingerprint" }}</p>
            <Machine text=new name="Copy the fingerprint" />
            {move || facts.get().1.map(|line| view! { <p class="card-print-facts words">{line}</p> })}
        })}
        <div class="card-acts">
            {move || {
                let look = if changed() { Look::Danger } else { Look::Primary };
                view! { <Button look disabled=Signal::derive(move || new.with(Option::is_none)) press=trust>{label}</Button> }
            }}
            <Diagnose of />
            <Pause of />
        </div>
    }
}

#[component]
fn Unauthorised(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let enter = move |()| state.frame.open(Open::EditNode(of.get_value(), Field::Key));
    view! {
        <div class="card-acts">
            <Button look=Look::Primary press=enter>"Enter key…"</Button>
            <Diagnose of />
            <Pause of />
        </div>
    }
}

#[component]
fn TryNow(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    view! { <Button press=move |()| acts::node::retry(state, &of.get_value())>"Try now"</Button> }
}

#[component]
fn Diagnose(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    view! { <Button press=move |()| state.frame.open(Open::Diagnose(of.get_value()))>"Diagnose"</Button> }
}

#[component]
fn Pause(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    view! { <Button look=Look::Quiet press=move |()| acts::node::pause(state, &of.get_value())>"Pause"</Button> }
}

#[component]
fn Resume(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    view! { <Button press=move |()| acts::node::resume(state, &of.get_value())>"Resume"</Button> }
}
