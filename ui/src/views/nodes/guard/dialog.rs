//! The dialog that marks a node as production and sets how fast it is asked.

use contract::node::{Node, USUAL_BURST, USUAL_PER_MINUTE};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::KeyboardEvent;

use super::draft::{Spot, Typed};
use crate::core;
use crate::parts::button::{Button, Look};
use crate::parts::dialog::{Beside, Dialog};
use crate::parts::field::Field;
use crate::parts::said::Said;
use crate::parts::switch::Switch;
use crate::state::State;

/// The dialog's own state.
#[derive(Clone, Copy)]
struct Desk {
    state: State,
    node: StoredValue<String>,
    production: RwSignal<bool>,
    per_minute: RwSignal<String>,
    burst: RwSignal<String>,
    /// What is wrong, at its figure or under all.
    wrong: RwSignal<Option<(Option<Spot>, String)>>,
    busy: RwSignal<bool>,
}

impl Desk {
    fn new(state: State, node: &Node) -> Self {
        let Typed { production, per_minute, burst } = Typed::of(node);
        Self {
            state,
            node: StoredValue::new(node.id.clone()),
            production: RwSignal::new(production),
            per_minute: RwSignal::new(per_minute),
            burst: RwSignal::new(burst),
            wrong: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn wrong_at(self, spot: Option<Spot>) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.wrong.with(|wrong| wrong.as_ref().filter(|(at, _)| *at == spot).map(|(_, said)| said.clone()))
        })
    }

    fn keep(self) {
        if self.busy.get_untracked() {
            return;
        }
        let typed = Typed {
            production: self.production.get_untracked(),
            per_minute: self.per_minute.get_untracked(),
            burst: self.burst.get_untracked(),
        };
        let Some(node) = self.state.told.peek(|model| model.node(&self.node.get_value()).cloned()) else {
            self.wrong.set(Some((None, "This node was removed.".to_owned())));
            return;
        };
        let (production, limit) = match typed.asks(&node) {
            Ok(asks) => asks,
            Err((spot, said)) => return self.wrong.set(Some((Some(spot), said))),
        };
        self.wrong.set(None);
        self.busy.set(true);
        spawn_local(async move {
            let kept = async {
                if let Some(limit) = limit {
                    core::call(limit).await?;
                }
                if let Some(production) = production {
                    core::call(production).await?;
                }
                Ok::<(), contract::Fault>(())
            };
            let kept = kept.await;
            self.busy.try_set(false);
            match kept {
                Ok(()) => self.state.frame.close(),
                Err(fault) => drop(self.wrong.try_set(Some((None, fault.message)))),
            }
        });
    }
}

/// The dialog.
#[component]
pub fn GuardDialog(id: String) -> impl IntoView {
    let state = State::here();
    let node = state.told.peek(|model| model.node(&id).cloned());
    node.map(|node| view! { <Inside desk=Desk::new(state, &node) name=node.name /> })
}

#[component]
fn Inside(desk: Desk, name: String) -> impl IntoView {
    let keyed = move |event: KeyboardEvent| {
        let in_field =
            event.target().is_some_and(|target| wasm_bindgen::JsCast::has_type::<web_sys::HtmlInputElement>(&target));
        if event.key() == "Enter" && in_field && !event.is_composing() {
            event.prevent_default();
            desk.keep();
        }
    };
    let under = desk.wrong_at(None);
    view! {
        <Dialog title=format!("Production and limit of {name}") beside=Beside::Stays class="form" close=move |()| desk.state.frame.close()>
            <div class="form-body" on:keydown=keyed>
                <Switch
                    label="Production" id="node-production" on=desk.production
                    hint="Nothing is sent, answered or changed on it until you unlock it, for a while; nothing on it is allowed “always”."
                />
                <section class="guard-limit" role="group" aria-labelledby="guard-limit">
                    <h3 id="guard-limit">"Limit of requests"</h3>
                    <p class="guard-note">"What is more waits for its turn; what you do goes before what a screen needs. Nothing is lost."</p>
                    <div class="guard-pair">
                        <Field
                            label="A minute, at most" id="node-per-minute" value=desk.per_minute placeholder=format!("{USUAL_PER_MINUTE}, as usual")
                            fault=desk.wrong_at(Some(Spot::PerMinute)) typed=Callback::new(move |()| desk.wrong.set(None))
                        />
                        <Field
                            label="At once, after a rest" id="node-burst" value=desk.burst placeholder=format!("{USUAL_BURST}, as usual")
                            fault=desk.wrong_at(Some(Spot::Burst)) typed=Callback::new(move |()| desk.wrong.set(None))
                        />
                    </div>
                </section>
                {move || under.get().map(|said| view! { <p class="form-fault" role="alert"><Said text=said /></p> })}
            </div>
            <footer class="form-foot">
                <span class="grow"></span>
                <Button look=Look::Quiet press=move |()| desk.state.frame.close()>"Cancel"</Button>
                <Button look=Look::Primary disabled=desk.busy press=move |()| desk.keep()>"Save"</Button>
            </footer>
        </Dialog>
    }
}
