//! The answers of a card. A yes that lasts needs two words: the second names how far it goes.

use contract::approval::Decision;
use leptos::prelude::*;

use super::super::phrase::takes;
use super::{Ask, At, say};
use crate::parts::kbd::Kbd;

/// The buttons, or the second word of "Always".
#[component]
pub fn Buttons(ask: Ask) -> impl IntoView {
    move || match ask.always.get() {
        false => view! { <Answers ask /> }.into_any(),
        true => view! { <Always ask /> }.into_any(),
    }
}

#[component]
fn Answers(ask: Ask) -> impl IntoView {
    let allowed = ask.of.with(|of| of.allowed.clone());
    let keys = ask.at == At::Inbox;
    let key = move |key: &'static str| keys.then(|| view! { <Kbd keys=key /> });
    let off = move || !ask.open.get();
    let busy = move |decision, name: &'static str| {
        move || if ask.busy.get() == Some(decision) { "Answering…" } else { name }
    };
    let once = takes(&allowed, Decision::Once).then(|| view! {
        <button type="button" class="button" data-yes="" disabled=off on:click=move |_| say(ask, Decision::Once)>
            {busy(Decision::Once, "Allow once")}{key("a")}
        </button>
    });
    let always = takes(&allowed, Decision::Always).then(|| view! {
        <button type="button" class="button" data-yes="" disabled=off on:click=move |_| ask.always.set(true)>
            {busy(Decision::Always, "Always…")}{key("A")}
        </button>
    });
    let none_lasting = always.is_none().then(|| view! { <span class="ask-note">"“Always” is not offered here"</span> });
    let deny = takes(&allowed, Decision::Deny).then(|| view! {
        <button type="button" class="button button-danger" disabled=off on:click=move |_| say(ask, Decision::Deny)>
            {busy(Decision::Deny, "Deny")}{key("d")}
        </button>
    });
    view! { {once}{always}<span class="grow"></span>{none_lasting.filter(|_| keys)}{deny} }
}

#[component]
fn Always(ask: Ask) -> impl IntoView {
    let node = Memo::new(move |_| ask.of.with(|of| ask.state.told.node_name(&of.node)));
    let off = move || !ask.open.get();
    view! {
        <p class="ask-scope">
            "Never ask again for this? The rule is kept by "<b>{node}</b>", which decides what counts as the same."
        </p>
        <button type="button" class="button" data-yes="" disabled=off on:click=move |_| say(ask, Decision::Always)>"Always allow"</button>
        <button type="button" class="button button-quiet" on:click=move |_| ask.always.set(false)>"Back"</button>
    }
}
