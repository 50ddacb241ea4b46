//! The answers of a card. A yes that lasts needs two words: the second names how far it goes.

use contract::approval::{Decision, Keeper};
use leptos::prelude::*;

use super::super::phrase::takes;
use super::{Ask, At, say};
use crate::parts::kbd::Kbd;
use crate::views::nodes::guard::Unlock;

/// The buttons, or the second word of "Always".
#[component]
pub fn Buttons(ask: Ask) -> impl IntoView {
    move || match (ask.locked.get(), ask.always.get()) {
        (true, _) => view! { <Locked ask /> }.into_any(),
        (false, false) => view! { <Answers ask /> }.into_any(),
        (false, true) => view! { <Always ask /> }.into_any(),
    }
}

/// In the place of the answers, at the end where none of them says yes: they come under the pointer.
#[component]
fn Locked(ask: Ask) -> impl IntoView {
    let id = Signal::derive(move || ask.of.with(|of| of.node.clone()));
    let name = move || ask.state.told.node_name(&id.get());
    view! {
        <p class="ask-scope"><b>{name}</b>" is production and locked: unlock it to answer."</p>
        <Unlock node=id class="button" />
    }
}

#[component]
fn Answers(ask: Ask) -> impl IntoView {
    let allowed = Memo::new(move |_| ask.of.with(|of| of.allowed.clone()));
    let takes = move |decision| allowed.with(|allowed| takes(allowed, decision));
    let keys = ask.at == At::Inbox;
    let key = move |key: &'static str| keys.then(|| view! { <Kbd keys=key /> });
    let off = move || !ask.open.get();
    let name = move |decision, name: &'static str| {
        move || {
            if ask.busy.get() == Some(decision) { "Answering…" } else { name }
        }
    };
    view! {
        <Show when=move || takes(Decision::Once)>
            <button type="button" class="button" data-yes="" disabled=off on:click=move |_| say(ask, Decision::Once)>
                {name(Decision::Once, "Allow once")}{key("a")}
            </button>
        </Show>
        <Show when=move || takes(Decision::Always)>
            <button type="button" class="button" data-yes="" disabled=off on:click=move |_| ask.always.set(true)>
                {name(Decision::Always, "Always…")}{key("A")}
            </button>
        </Show>
        <span class="grow"></span>
        <Show when=move || keys && !takes(Decision::Always)>
            <span class="ask-note">"“Always” is not offered here"</span>
        </Show>
        <Show when=move || takes(Decision::Deny)>
            <button type="button" class="button button-danger" disabled=off on:click=move |_| say(ask, Decision::Deny)>
                {name(Decision::Deny, "Deny")}{key("d")}
            </button>
        </Show>
    }
}

#[component]
fn Always(ask: Ask) -> impl IntoView {
    let node = Memo::new(move |_| ask.of.with(|of| ask.state.told.node_name(&of.node)));
    let off = move || !ask.open.get();
    let here = Memo::new(move |_| ask.of.with(|of| of.rule.as_ref().is_some_and(|rule| rule.keeper == Keeper::Here)));
    let scope = move || match here.get() {
        true => " asks again, and Pilothouse answers for you while it runs: to exactly this command, in this session.",
        false => " keeps the rule: exactly this, by this agent, in this session.",
    };
    view! {
        <p class="ask-scope">"Allow this from now on? "<b>{node}</b>{scope}</p>
        <button type="button" class="button" data-yes="" disabled=off on:click=move |_| say(ask, Decision::Always)>"Always allow"</button>
        <button type="button" class="button button-quiet" on:click=move |_| ask.always.set(false)>"Back"</button>
    }
}
