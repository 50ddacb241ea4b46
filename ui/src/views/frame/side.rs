//! The sidebar: what needs the person, then every node with its agents. A window onto rows,
//! since fifty nodes have some hundred agents.

mod asks;
mod branch;
mod rows;

use std::collections::BTreeSet;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::parts::virtual_list::{RowHeight, Starts, VirtualList};
use crate::parts::walk::{by, walk};
use crate::state::State;
use crate::state::apply::Key;
use crate::state::counts::asking;
use crate::state::frame::Open;

use asks::{Ask, Waiting};
use branch::{AgentRow, NodeRow};
use rows::{Row, rows};

/// Nodes whose agents are folded away.
#[derive(Clone, Copy)]
struct Folded(RwSignal<BTreeSet<String>>);

/// The sidebar.
#[component]
pub fn Side() -> impl IntoView {
    let state = State::here();
    let folded = Folded(RwSignal::new(BTreeSet::new()));
    provide_context(folded);
    let asks = Memo::new(move |_| {
        state
            .told
            .approvals(|all| asking(all).into_iter().map(|one| (one.node.clone(), one.id.clone())).collect::<Vec<_>>())
    });
    let shown = Memo::new(move |_| {
        state.told.read(Key::Tree, |model| asks.with(|asks| folded.0.with(|folded| rows(&model.nodes, asks, folded))))
    });
    view! {
        <nav class="side" aria-label="Nodes and agents" on:keydown=go>
            <VirtualList ids=shown row=draw height=RowHeight::Fixed(28.0) starts=Starts::AtTop label="Nodes and agents" />
        </nav>
    }
}

fn draw(row: Row) -> AnyView {
    match row {
        Row::NeedsYou => view! { <div class="side-title">"Needs you"</div> }.into_any(),
        Row::Ask { node, id } => view! { <Ask node id /> }.into_any(),
        Row::Waiting(id) => view! { <Waiting id /> }.into_any(),
        Row::Nodes => view! { <NodesTitle /> }.into_any(),
        Row::Node(id) => view! { <NodeRow id /> }.into_any(),
        Row::Agent { node, agent } => view! { <AgentRow node agent /> }.into_any(),
    }
}

#[component]
fn NodesTitle() -> impl IntoView {
    let state = State::here();
    view! {
        <div class="side-title">
            <span>"Nodes"</span>
            <span class="grow"></span>
            <button type="button" class="side-add" on:click=move |_| state.frame.open(Open::AddNode)>"+ Add"</button>
        </div>
        <Show when=move || !state.told.nodes_known()>
            <div class="side-waits" aria-hidden="true"><i></i><i></i><i></i></div>
        </Show>
    }
}

/// Up and down through whatever rows there are.
fn go(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let side = event.current_target().and_then(|side| side.dyn_into::<HtmlElement>().ok());
    if side.is_some_and(|side| walk(&side, ".side-main", by(step))) {
        event.prevent_default();
    }
}
