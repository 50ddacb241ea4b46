//! The inside of an empty pane: every agent there is, to choose one.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::acts::open::{self, Where};
use crate::parts::button::{Button, Look};
use crate::parts::mark::{Mark, Shape};
use crate::state::counts::doing;
use crate::state::frame::Open;
use crate::state::model::Model;
use crate::state::{PaneId, State};
use crate::text::{fuzzy, words};

/// An agent to choose.
#[derive(Clone, PartialEq)]
struct Choice {
    node: String,
    node_name: String,
    agent: String,
    name: String,
    model: String,
    shape: Shape,
}

/// The choice of an agent for a pane.
#[component]
pub fn Picker(id: PaneId) -> impl IntoView {
    let state = State::here();
    let typed = RwSignal::new(String::new());
    let all = Memo::new(move |_| state.told.read(crate::state::apply::Key::AnyNode, choices));
    let hits = Memo::new(move |_| {
        let fits =
            |choice: &Choice| fuzzy::score(&typed.get(), &format!("{} {}", choice.name, choice.node_name)).is_some();
        all.with(|all| all.iter().filter(|choice| fits(choice)).cloned().collect::<Vec<_>>())
    });
    let none = Memo::new(move |_| all.with(Vec::is_empty));
    let keyed = move |event: KeyboardEvent| {
        if event.key() == "Enter"
            && let Some(first) = hits.with_untracked(|hits| hits.first().cloned())
        {
            open::agent(state, &first.node, &first.agent, Where::Pane(id));
        }
    };
    let row = move |choice: Choice| view! { <Line choice id /> };
    view! {
        <div class="picker">
            <div class="picker-body">
                <h2 class="picker-title">"Open an agent here"</h2>
                <Show when=move || !none.get() fallback=Nobody>
                    <input
                        class="picker-field words" type="text" placeholder="Filter agents" aria-label="Filter agents"
                        autocomplete="off" spellcheck="false" on:keydown=keyed
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <ul class="picker-list">
                        {move || hits.get().into_iter().map(row).collect_view()}
                    </ul>
                    <Show when=move || hits.with(Vec::is_empty)>
                        <p class="faint picker-none">"No agent has these letters in its name."</p>
                    </Show>
                </Show>
            </div>
        </div>
    }
}

#[component]
fn Line(choice: Choice, id: PaneId) -> impl IntoView {
    let state = State::here();
    let Choice { node, node_name, agent, name, model, shape } = choice;
    view! {
        <li>
            <button
                type="button"
                class="picker-row"
                on:click=move |_| open::agent(state, &node, &agent, Where::Pane(id))
            >
                <Mark of=shape />
                <span class="cut">{name}</span>
                <span class="cut faint">{node_name}</span>
                <span class="grow"></span>
                <span class="cut faint picker-model">{model}</span>
            </button>
        </li>
    }
}

#[component]
fn Nobody() -> impl IntoView {
    let state = State::here();
    view! {
        <p class="soft">"No node has told of an agent yet. They appear here as soon as one is connected."</p>
        <Button look=Look::Primary press=move |()| state.frame.open(Open::AddNode)>"Add node"</Button>
    }
}

fn choices(model: &Model) -> Vec<Choice> {
    let of_node = |node: &contract::node::Node| {
        let choice = |agent: &contract::node::Agent| Choice {
            node: node.id.clone(),
            node_name: node.name.clone(),
            agent: agent.id.clone(),
            name: agent.name.clone(),
            model: agent.model.as_deref().map(words::model).unwrap_or_default(),
            shape: doing(node, agent).into(),
        };
        node.agents.iter().map(choice).collect::<Vec<_>>()
    };
    model.nodes.iter().flat_map(of_node).collect()
}
