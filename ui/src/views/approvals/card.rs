//! An approval as a card: the exact command, how long it waits, and the answers. It cannot be
//! answered by accident: it is deaf for a moment after it appears or changes, Enter never says
//! yes, and letters count only while the card has the focus.

mod buttons;

use std::time::Duration;

use contract::approval::{Approval, Decision, drawn};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::answer::answer;
use super::command::{Command, Pieces};
use super::order::key;
use super::phrase;
use crate::acts::open::{self, Where};
use crate::parts::mark::{Mark, Shape};
use crate::state::State;
use crate::text::time;
use crate::views::nodes::guard;

use buttons::Buttons;

/// How long a card is deaf after it appeared.
const DEAF: Duration = Duration::from_millis(600);

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// In the transcript of its own session.
    Session,
    /// In the inbox: it names node and session.
    Inbox,
}

/// What the parts of a card share.
#[derive(Clone, Copy)]
pub struct Ask {
    pub state: State,
    pub of: Signal<Approval>,
    pub at: At,
    /// Whether it may be answered now: not deaf, not expired, not answered.
    pub open: Memo<bool>,
    /// Whether its node is production and locked: nothing is answered on it.
    pub locked: Memo<bool>,
    /// Whether "Always" was pressed and waits for a second word.
    pub always: RwSignal<bool>,
    /// The answer that is on its way.
    pub busy: RwSignal<Option<Decision>>,
}

/// A card.
#[component]
pub fn Card(
    #[prop(into)] of: Signal<Approval>,
    at: At,
    #[prop(optional)] element: NodeRef<html::Article>,
) -> impl IntoView {
    let state = State::here();
    let locked = guard::locked(state, Signal::derive(move || of.with(|of| of.node.clone())));
    let awake = wakes(of, locked);
    let expired = expires(state, of);
    let (always, busy) = (RwSignal::new(false), RwSignal::new(None));
    let waits = Memo::new(move |_| of.with(|of| of.outcome.is_none()));
    let open =
        Memo::new(move |_| awake.get() && waits.get() && !expired.get() && !locked.get() && busy.get().is_none());
    let ask = Ask { state, of, at, open, locked, always, busy };
    let names = names(state, of);
    let label =
        move || of.with(|of| format!("{} {}: {}", names.get().agent, phrase::wants(&of.kind), drawn(&of.shown)));
    view! {
        <article
            class="ask"
            class=("ask-over", move || !waits.get() || expired.get())
            class=("ask-deaf", move || !awake.get())
            tabindex="0"
            aria-label=label
            node_ref=element
            on:keydown=move |event| pressed(ask, &event)
        >
            <header class="ask-head">
                <Mark of=Signal::derive(move || of.with(shape)) />
                <Who ask names />
                <span class="grow"></span>
                <Left ask expired />
            </header>
            <Command pieces=Signal::derive(move || of.with(|of| of.shown.clone())) />
            {move || of.with(|of| of.cwd.is_some()).then(|| view! {
                <p class="ask-note">"in "<span class="mono"><Pieces of=Signal::derive(move || of.with(|of| of.shown_cwd.clone())) /></span></p>
            })}
            <footer class="ask-foot">
                {move || match (waits.get(), expired.get()) {
                    (true, false) => view! { <Buttons ask /> }.into_any(),
                    _ => view! { <p class="ask-end">{move || of.with(end)}</p> }.into_any(),
                }}
            </footer>
        </article>
    }
}

/// Who asks, and where.
#[derive(Clone, PartialEq)]
struct Names {
    agent: String,
    node: String,
    session: Option<String>,
}

fn names(state: State, of: Signal<Approval>) -> Memo<Names> {
    Memo::new(move |_| {
        of.with(|of| {
            let agent = of.agent.as_deref().map(|agent| state.told.agent_name(&of.node, agent));
            let session =
                of.session.clone().map(|session| contract::transcript::SessionRef { node: of.node.clone(), session });
            Names {
                agent: agent.unwrap_or_else(|| "Someone".to_owned()),
                node: state.told.node_name(&of.node),
                session: session.map(|session| state.told.session_title(&session)),
            }
        })
    })
}

#[component]
fn Who(ask: Ask, names: Memo<Names>) -> impl IntoView {
    let Ask { state, of, at, .. } = ask;
    let wants = move || of.with(|of| phrase::wants(&of.kind));
    let go = move |_| {
        let (node, agent, session) = of.with_untracked(|of| (of.node.clone(), of.agent.clone(), of.session.clone()));
        if let Some(session) = session {
            open::session(state, &node, agent.as_deref(), &session, Where::Here);
        }
    };
    match at {
        At::Session => view! { <b class="cut">{move || names.get().agent}" "{wants}</b> }.into_any(),
        At::Inbox => view! {
            <b class="cut ask-agent">{move || names.get().agent}</b>
            <span class="cut soft ask-wants">{wants}</span>
            <span class="cut soft ask-place">
                {move || names.get().node}
                {move || names.get().session.map(|title| view! {
                    " · "<button type="button" class="ask-session" title="Open the session" on:click=go>{title}</button>
                })}
            </span>
        }
        .into_any(),
    }
}

/// What is left of its time. It ticks, so it is never read out by itself.
#[component]
fn Left(ask: Ask, expired: Memo<bool>) -> impl IntoView {
    let Ask { state, of, at, .. } = ask;
    let until = Memo::new(move |_| of.with(|of| of.expires_at.filter(|_| of.outcome.is_none())));
    let ticking = move |until: i64| {
        let clock = state.clock.seconds();
        let words = move || match at {
            At::Session => format!("{} left", time::left(until, clock.get())),
            At::Inbox => format!("expires in {}", time::left(until, clock.get())),
        };
        view! { <span class="ask-left" aria-hidden="true">{words}</span> }
    };
    move || until.get().filter(|_| !expired.get()).map(ticking)
}

/// False for a moment after the card appeared, asks something else or can be answered again.
fn wakes(of: Signal<Approval>, locked: Memo<bool>) -> RwSignal<bool> {
    let awake = RwSignal::new(false);
    let what = Memo::new(move |_| (of.with(|of| (key(of), of.command.clone())), locked.get()));
    let due = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        what.track();
        awake.set(false);
        if let Some(Some(earlier)) = due.try_update_value(Option::take) {
            earlier.clear();
        }
        due.set_value(set_timeout_with_handle(move || _ = awake.try_set(true), DEAF).ok());
    });
    awake
}

/// Whether its time is over although nobody said so.
fn expires(state: State, of: Signal<Approval>) -> Memo<bool> {
    let until = Memo::new(move |_| of.with(|of| of.expires_at));
    let clock = state.clock.seconds();
    Memo::new(move |_| until.get().is_some_and(|until| until <= clock.get()))
}

fn shape(of: &Approval) -> Shape {
    match of.outcome.as_ref().map(|outcome| outcome.decision) {
        None => Shape::Asks,
        Some(decision) if phrase::allowed(decision) => Shape::Ok,
        Some(Decision::Deny) => Shape::Failed,
        Some(_) => Shape::Offline,
    }
}

fn end(of: &Approval) -> String {
    match &of.outcome {
        Some(outcome) => format!("{} at {}", outcome.in_words(), time::clock_seconds(outcome.at)),
        None => "expired: the node counts it as denied".to_owned(),
    }
}

/// Says an answer, if the card may be answered and its node takes it.
pub fn say(ask: Ask, decision: Decision) {
    let takes = ask.of.with_untracked(|of| phrase::takes(&of.allowed, decision));
    if ask.open.get_untracked() && takes {
        answer(ask.state, ask.of.get_untracked(), decision, ask.busy);
    }
}

fn pressed(ask: Ask, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat() {
        return;
    }
    match event.key().as_str() {
        "Enter" if on_a_yes(event) => (),
        "a" => say(ask, Decision::Once),
        "A" if ask.open.get_untracked() => {
            let takes = ask.of.with_untracked(|of| phrase::takes(&of.allowed, Decision::Always));
            ask.always.set(takes);
        }
        "d" => say(ask, Decision::Deny),
        "Escape" if ask.always.get_untracked() => ask.always.set(false),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Whether the press would push a button that allows.
fn on_a_yes(event: &KeyboardEvent) -> bool {
    let on = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    on.is_some_and(|on| on.closest("[data-yes]").ok().flatten().is_some())
}
