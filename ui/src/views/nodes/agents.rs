//! The agents of a node, on its card: a press opens one.

use contract::node::Agent;
use leptos::prelude::*;

use crate::acts::open::{self, Where};
use crate::parts::mark::{Mark, Shape};
use crate::state::State;
use crate::state::counts::doing;

use super::card::read;

/// More than these stand in the sidebar only.
const SHOWN: usize = 6;

/// The agents, the first few.
#[component]
pub fn Agents(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let ids = Memo::new(move |_| {
        let ids = |agents: &[Agent]| agents.iter().take(SHOWN).map(|agent| agent.id.clone()).collect::<Vec<_>>();
        read(state, of, |node| ids(&node.agents)).unwrap_or_default()
    });
    let more = Memo::new(move |_| read(state, of, |node| node.agents.len().saturating_sub(SHOWN)).unwrap_or_default());
    view! {
        <Show when=move || ids.with(|ids| !ids.is_empty())>
            <ul class="card-agents">
                <For each=move || ids.get() key=|id| id.clone() let:agent>
                    <One of agent />
                </For>
                <Show when=move || { more.get() > 0 }>
                    <li class="faint card-more">{move || format!("and {} more", more.get())}</li>
                </Show>
            </ul>
        </Show>
    }
}

#[component]
fn One(of: StoredValue<String>, agent: String) -> impl IntoView {
    let state = State::here();
    let id = agent.clone();
    let face = Memo::new(move |_| {
        let found = read(state, of, |node| {
            let agent = node.agents.iter().find(|agent| agent.id == id)?;
            Some((agent.name.clone(), Shape::from(doing(node, agent))))
        });
        found.flatten()
    });
    let shape = Signal::derive(move || face.with(|face| face.as_ref().map_or(Shape::Offline, |face| face.1)));
    let name = move || face.with(|face| face.as_ref().map(|face| face.0.clone()));
    let press = move |event: web_sys::MouseEvent| {
        let place = if event.ctrl_key() || event.meta_key() { Where::Beside } else { Where::Here };
        open::agent(state, &of.get_value(), &agent, place);
    };
    view! {
        <li>
            <button type="button" class="card-agent" title="Open; with Ctrl beside" on:click=press>
                <Mark of=shape />
                <span class="cut">{name}</span>
            </button>
        </li>
    }
}
