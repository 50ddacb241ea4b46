//! The dialog that adds a node or changes one: address, name, vendor, key; a test that shows
//! its steps; every refusal at the field it is about, with what to do.

mod draft;
mod entry;
mod reaching;
mod refusal;
mod ways;

use contract::node::Vendor;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::field::{Field as Input, Kind};
use crate::parts::segmented::Segmented;
use crate::state::State;
use crate::state::frame::{Field, Open, Start};

use super::steps::{Steps, Try};
use draft::Spot;
use entry::Entry;
use reaching::Reaching;
use refusal::Refusal;

/// The dialog. `edits`: the node to change and the field to start in; without it, one is added, from `start` on.
#[component]
pub fn NodeDialog(
    #[prop(optional)] edits: Option<(String, Field)>,
    #[prop(optional, into)] start: Option<Start>,
) -> impl IntoView {
    let state = State::here();
    // What was found lacks its key alone.
    let field = edits.as_ref().map_or(if start.is_some() { Field::Key } else { Field::Address }, |(_, field)| *field);
    let entry = Entry::new(state, edits.map(|(id, _)| id), start);
    let title = if entry.adds() { "Add a node" } else { "Edit the node" };
    let keyed = move |event: KeyboardEvent| {
        // Enter in a field is the primary act; on a button it is that button's.
        let in_field = event.target().is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
        if event.key() == "Enter" && in_field && !event.is_composing() {
            event.prevent_default();
            entry.keep();
        }
    };
    let body = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if entry.refused.with(Option::is_some) {
            // The field is marked once this is drawn.
            request_animation_frame(move || to_the_wrong_field(body));
        }
    });
    view! {
        <Dialog title beside=Beside::Stays class="form" close=move |()| state.frame.close()>
            <div class="form-body" node_ref=body on:keydown=keyed>
                <Fields entry start=field />
                <Reaching entry />
                <Refusal entry />
                <Steps of=entry.tried />
            </div>
            <Foot entry />
        </Dialog>
    }
}

/// Where something is wrong in a field, it is in sight and the next thing typed goes there.
fn to_the_wrong_field(body: NodeRef<html::Div>) {
    let wrong = body.get_untracked().and_then(|body| body.query_selector("[aria-invalid=true]").ok()?);
    if let Some(field) = wrong.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

#[component]
fn Fields(entry: Entry, start: Field) -> impl IntoView {
    let (address, key) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    Effect::new(move |_| {
        let first = match start {
            Field::Address => address.get(),
            Field::Key => key.get(),
        };
        first.map(|field| field.focus())
    });
    let vendors = vec![
        (Vendor::Auto, "Find out"),
        (Vendor::Moltis, "Moltis"),
        (Vendor::Openclaw, "OpenClaw"),
        (Vendor::McpDashboard, "mcp-cli"),
        (Vendor::Pilothouse, "Pilothouse"),
    ];
    let kept = if entry.adds() { "" } else { "Unchanged" };
    view! {
        <Input
            label="Address" id="node-address" kind=Kind::Address value=entry.address
            placeholder="wss://homelab.lan:8765" fault=entry.fault_at(Spot::Address)
            hint="Without a scheme it is wss://; ws:// is for this machine only."
            typed=Callback::new(move |()| entry.address_typed()) element=address
        />
        <Input
            label="Name" id="node-name" value=entry.name placeholder="homelab" fault=entry.fault_at(Spot::Name)
            typed=Callback::new(move |()| entry.name_typed())
        />
        <div class="field">
            <span class="field-label">"Vendor"</span>
            <Segmented name="Vendor" options=vendors chosen=entry.vendor choose=Callback::new(move |vendor| entry.vendor.set(vendor)) />
        </div>
        <Input
            label="Key" id="node-key" kind=Kind::Key value=entry.key placeholder=kept fault=entry.fault_at(Spot::Key)
            hint="Its token or password, if it wants one. It goes into the system's keyring and is never shown again."
            typed=Callback::new(move |()| entry.key_typed()) element=key
        />
    }
}

#[component]
fn Foot(entry: Entry) -> impl IntoView {
    let state = State::here();
    let trying = Signal::derive(move || entry.tried.get() == Try::Running);
    let label = if entry.adds() { "Add node" } else { "Save" };
    // While a question stands above with an answer of its own, this is not the next step.
    let asked = Memo::new(move |_| entry.asks());
    let keep = move || {
        let look = if asked.get() { Look::Plain } else { Look::Primary };
        view! { <Button look disabled=entry.busy press=move |()| entry.keep()>{label}</Button> }
    };
    view! {
        <footer class="form-foot">
            <Button disabled=trying press=move |()| entry.test()>"Test"</Button>
            <Show when=move || entry.is_blank()>
                <Button look=Look::Quiet press=move |()| state.frame.open(Open::Nearby)>"Look nearby…"</Button>
            </Show>
            <span class="grow"></span>
            <Button look=Look::Quiet press=move |()| state.frame.close()>"Cancel"</Button>
            {keep}
        </footer>
    }
}
