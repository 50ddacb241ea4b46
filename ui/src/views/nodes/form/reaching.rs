//! The folded part of the dialog: further addresses in their order, and the files that encryption needs.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::draft::Spot;
use super::entry::Entry;
use super::ways::{Towards, summary};
use crate::parts::button::{Button, IconButton};
use crate::parts::field::{Field as Input, Kind};
use crate::parts::icon::{Drawing, Icon};

/// The part; it opens by itself where something is set or refused in it.
#[component]
pub fn Reaching(entry: Entry) -> impl IntoView {
    let said = Memo::new(move |_| summary(&entry.reach()));
    let is_set = untrack(|| entry.reach() != contract::node::Reach::default());
    let open = RwSignal::new(is_set);
    Effect::new(move |_| {
        if entry.refused.with(|refused| refused.as_ref().is_some_and(|(spot, _)| spot.is_folded())) {
            open.set(true);
        }
    });
    view! {
        <section class="ways" aria-label="How to reach it">
            <button
                type="button" class="ways-head" aria-expanded=move || open.get().to_string() aria-controls="ways-body"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Drawing of=Signal::derive(move || if open.get() { Icon::Down } else { Icon::Right }) />
                <span>"How to reach it"</span>
                <span class="faint cut">{said}</span>
            </button>
            <div id="ways-body" class="ways-body" hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <Further entry />
                    <Files entry />
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Further(entry: Entry) -> impl IntoView {
    let numbers =
        Memo::new(move |_| entry.routes.with(|routes| routes.rows().iter().map(|row| row.number).collect::<Vec<_>>()));
    let add = move |()| {
        let added = entry.routes.try_update(|routes| routes.push(""));
        entry.way_typed();
        added.into_iter().for_each(focus);
    };
    let ssh = "Tried in this order when the address does not answer: the same node, with the same key. ssh://user@host/8765 goes \
               through SSH to port 8765 of that computer; your own ssh and its keys are used, and no port needs to be open.";
    view! {
        <div class="ways-group" role="group" aria-labelledby="ways-further">
            <span class="field-label" id="ways-further">"Further addresses"</span>
            <ol class="ways-list">
                <For each=move || numbers.get() key=|number| *number let:number>
                    <Route entry number />
                </For>
            </ol>
            <div class="ways-foot">
                <Button press=add>"Add an address"</Button>
            </div>
            <p class="field-note">{ssh}</p>
        </div>
    }
}

#[component]
fn Route(entry: Entry, number: u32) -> impl IntoView {
    let place = Memo::new(move |_| entry.routes.with(|routes| routes.place(number)).unwrap_or_default());
    let count = Memo::new(move |_| entry.routes.with(|routes| routes.rows().len()));
    let text = Memo::new(move |_| {
        entry.routes.with(|routes| routes.place(number).map(|at| routes.rows()[at].text.clone())).unwrap_or_default()
    });
    let fault = Memo::new(move |_| entry.fault_at(Spot::Route(place.get())).get());
    let name = move |what: &str| format!("{what} further address {}", place.get() + 1);
    let shift = move |towards| {
        entry.shift(number, towards);
        focus(number);
    };
    let remove = move |()| {
        let next = entry.routes.try_update(|routes| routes.remove(number)).flatten();
        entry.way_typed();
        next.into_iter().for_each(focus);
    };
    let keyed = move |event: KeyboardEvent| {
        let towards = match (event.alt_key(), event.key().as_str()) {
            (true, "ArrowUp") => Towards::Earlier,
            (true, "ArrowDown") => Towards::Later,
            _ => return,
        };
        event.prevent_default();
        shift(towards);
    };
    view! {
        <li class="ways-row" class=("field-wrong", move || fault.with(Option::is_some))>
            <span class="ways-number faint num" aria-hidden="true">{move || place.get() + 1}</span>
            <input
                id=format!("node-route-{number}") class="field-input words mono" type="text" autocomplete="off" autocapitalize="off"
                spellcheck="false" placeholder="ssh://me@homelab/8765" aria-label=move || format!("Further address {}", place.get() + 1)
                aria-invalid=move || fault.with(Option::is_some).to_string() aria-describedby=format!("node-route-{number}-note")
                aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                prop:value=move || text.get()
                on:input=move |event| {
                    entry.routes.update(|routes| routes.write(number, event_target_value(&event)));
                    entry.way_typed();
                }
                on:keydown=keyed
            />
            <IconButton icon=Icon::Up name=Signal::derive(move || name("Try earlier:")) disabled=Signal::derive(move || place.get() == 0) press=move |()| shift(Towards::Earlier) />
            <IconButton icon=Icon::Down name=Signal::derive(move || name("Try later:")) disabled=Signal::derive(move || place.get() + 1 == count.get()) press=move |()| shift(Towards::Later) />
            <IconButton icon=Icon::Close name=Signal::derive(move || name("Remove")) press=remove />
            <p class="field-note ways-fault" id=format!("node-route-{number}-note")>{move || fault.get()}</p>
        </li>
    }
}

/// Puts the cursor into a route's field, once the list stands as it will.
fn focus(number: u32) {
    request_animation_frame(move || {
        let field = document().get_element_by_id(&format!("node-route-{number}"));
        if let Some(Ok(field)) = field.map(JsCast::dyn_into::<HtmlElement>) {
            let _unfocused = field.focus();
        }
    });
}

#[component]
fn Files(entry: Entry) -> impl IntoView {
    let typed = Callback::new(move |()| entry.way_typed());
    view! {
        <Input
            label="Certificate authority, a file" id="node-ca" kind=Kind::Address value=entry.ca typed
            placeholder="/home/me/corporate-ca.pem" fault=entry.fault_at(Spot::CaFile)
            hint="PEM, its whole path. Trusted for this node besides this computer's own authorities."
        />
        <div class="ways-pair">
            <Input
                label="Client certificate, a file" id="node-client" kind=Kind::Address value=entry.certificate typed
                placeholder="/home/me/client.pem" fault=entry.fault_at(Spot::ClientCertificate)
                hint="PEM; only where the way to the node asks for one."
            />
            <Input
                label="Its private key, a file" id="node-client-key" kind=Kind::Address value=entry.certificate_key typed
                placeholder="the same file" fault=entry.fault_at(Spot::ClientKey)
                hint="Stays in its file, which only you may be able to read."
            />
        </div>
    }
}
