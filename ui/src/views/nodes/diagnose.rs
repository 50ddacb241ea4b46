//! Tries a node that is already there, step by step, with the key it has.

use contract::calls::NodeProbe;
use contract::node::NodeForm;
use contract::{Code, Fault};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::steps::{Steps, Try};
use crate::core;
use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::said::Said;
use crate::state::State;
use crate::state::frame::{Field, Open};

/// The dialog; it starts trying when it opens.
#[component]
pub fn Diagnose(id: String) -> impl IntoView {
    let state = State::here();
    let (tried, fault) = (RwSignal::new(Try::NotYet), RwSignal::new(None::<Fault>));
    let name = state.told.peek(|model| model.node(&id).map(|node| node.name.clone())).unwrap_or_default();
    let node = id.clone();
    let again = Callback::new(move |()| attempt(state, &node, tried, fault));
    again.run(());
    let todo = move || {
        let unsaid = fault.get().filter(|fault| !tried.with(|tried| tried.says(&fault.message)));
        unsaid.map(|fault| view! { <p class="form-fault" role="alert"><Said text=fault.message /></p> })
    };
    let edit = move |field| {
        let id = id.clone();
        move |()| state.frame.open(Open::EditNode(id.clone(), field))
    };
    let (edit_address, edit_key) = (edit(Field::Address), edit(Field::Key));
    let wants_key = move || fault.with(|fault| fault.as_ref().is_some_and(|fault| fault.code == Code::Unauthorised));
    view! {
        <Dialog title=format!("Test {name}") beside=Beside::Closes class="form" close=move |()| state.frame.close()>
            <div class="form-body form-steps">
                <Steps of=tried />
                {todo}
            </div>
            <footer class="form-foot">
                <Button press=edit_address>"Edit…"</Button>
                {move || wants_key().then(|| view! { <Button press=edit_key.clone()>"Enter key…"</Button> })}
                <span class="grow"></span>
                <Button look=Look::Primary disabled=Signal::derive(move || tried.get() == Try::Running) press=again>"Try again"</Button>
            </footer>
        </Dialog>
    }
}

fn attempt(state: State, id: &str, tried: RwSignal<Try>, fault: RwSignal<Option<Fault>>) {
    let form = state.told.peek(|model| {
        model.node(id).map(|node| NodeForm {
            name: node.name.clone(),
            address: node.address.clone(),
            vendor: node.vendor,
            key: None,
            trust: None,
            session_only: false,
            reach: None,
        })
    });
    let Some(form) = form else { return };
    let id = Some(id.to_owned());
    tried.set(Try::Running);
    fault.set(None);
    spawn_local(async move {
        match core::call(NodeProbe { form, id }).await {
            Ok(probe) => {
                let refused = probe.fault.clone();
                tried.try_set(Try::Done(Box::new(probe)));
                fault.try_set(refused);
            }
            Err(refused) => {
                fault.try_set(Some(refused));
                tried.try_set(Try::NotYet);
            }
        }
    });
}
