//! The sidebar: what needs the person, then every node with its agents.

mod asks;
mod branch;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::state::State;
use crate::state::counts::{Standing, asking, standing};
use crate::state::frame::Open;

use asks::{Ask, Waiting};
use branch::Branch;

/// The sidebar.
#[component]
pub fn Side() -> impl IntoView {
    let state = State::here();
    view! {
        <nav class="side" aria-label="Nodes and agents" on:keydown=walk>
            <NeedsYou />
            <div class="side-title">
                <span>"Nodes"</span>
                <span class="grow"></span>
                <button type="button" class="side-add" on:click=move |_| state.frame.open(Open::AddNode)>"+ Add"</button>
            </div>
            <ul class="side-list">
                <For each=move || state.told.node_ids() key=|id| id.clone() let:id>
                    <Branch id />
                </For>
            </ul>
            <Show when=move || !state.told.nodes_known()>
                <Waits />
            </Show>
        </nav>
    }
}

#[component]
fn NeedsYou() -> impl IntoView {
    let state = State::here();
    let approvals = Memo::new(move |_| {
        state.told.approvals(|all| {
            asking(all).into_iter().map(|one| (one.node.clone(), one.id.clone())).collect::<Vec<_>>()
        })
    });
    let nodes = Memo::new(move |_| {
        state.told.all_nodes(|nodes| {
            let waits = nodes.iter().filter(|node| standing(node) == Standing::Waits);
            waits.map(|node| node.id.clone()).collect::<Vec<_>>()
        })
    });
    let any = move || approvals.with(|list| !list.is_empty()) || nodes.with(|list| !list.is_empty());
    view! {
        <Show when=any>
            <div class="side-title"><span>"Needs you"</span></div>
            <ul class="side-list">
                <For each=move || approvals.get() key=|key| key.clone() let:key>
                    <Ask node=key.0 id=key.1 />
                </For>
                <For each=move || nodes.get() key=|id| id.clone() let:id>
                    <Waiting id />
                </For>
            </ul>
        </Show>
    }
}

/// Stands for the nodes until the core has told them.
#[component]
fn Waits() -> impl IntoView {
    view! {
        <div class="side-waits" aria-hidden="true">
            <i></i><i></i><i></i>
        </div>
    }
}

/// Up and down through whatever rows there are.
fn walk(event: KeyboardEvent) {
    let step: i32 = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let Some(side) = event.current_target().and_then(|side| side.dyn_into::<HtmlElement>().ok()) else { return };
    let Ok(rows) = side.query_selector_all(".side-main") else { return };
    let rows: Vec<HtmlElement> = (0..rows.length()).filter_map(|at| rows.get(at)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let at = rows.iter().position(|row| active.as_ref().is_some_and(|active| **row == *active));
    let to = at.map_or(0, |at| at as i32 + step).clamp(0, rows.len().saturating_sub(1) as i32);
    if let Some(row) = rows.get(to as usize) {
        event.prevent_default();
        let _unfocused = row.focus();
    }
}
