//! The dashboard: a card a node, and the dialogs that add, change and try one.

pub mod diagnose;
pub mod drift;
pub mod form;
pub mod guard;
pub mod nearby;
pub mod phrase;
pub mod record;

mod agents;
mod card;
mod menu;
mod steps;
mod trouble;

use leptos::prelude::*;

use crate::parts::button::{Button, Look};
use crate::parts::icon::{Drawing, Icon};
use crate::state::counts::fleet;
use crate::state::frame::{CoreState, Open};
use crate::state::{Route, State};

use card::Card;

/// Goes to a node's card.
pub fn go_to(state: State, id: &str) {
    state.route.set(Route::Nodes);
    state.frame.sidebar_over.set(false);
    state.frame.node.set(Some(id.to_owned()));
}

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {
    let state = State::here();
    let ids = Memo::new(move |_| state.told.node_ids());
    let known = Memo::new(move |_| state.told.nodes_known());
    let alone = Memo::new(move |_| known.get() && state.told.all_nodes(|nodes| nodes.iter().all(|node| node.local)));
    view! {
        <div class="nodes">
            <Head />
            <div class="nodes-grid" aria-busy=move || (!known.get()).to_string()>
                <For each=move || ids.get() key=|id| id.clone() let:id>
                    <Card id />
                </For>
                <Show when=move || !known.get() && !matches!(state.frame.core.get(), CoreState::Away(_))>
                    <Skeleton />
                </Show>
                <Show when=move || alone.get()>
                    <Invitation />
                </Show>
            </div>
        </div>
    }
}

#[component]
fn Head() -> impl IntoView {
    let state = State::here();
    let sum = Memo::new(move |_| state.told.all_nodes(fleet));
    let words = move || {
        sum.with(|sum| match (sum.all, sum.vendors) {
            (0, _) => String::new(),
            (all, 0 | 1) => all.to_string(),
            (all, vendors) => format!("{all} from {vendors} vendors"),
        })
    };
    view! {
        <header class="nodes-head">
            <h1>"Nodes"</h1>
            <span class="soft">{words}</span>
            <span class="grow"></span>
            <Button press=move |()| state.frame.open(Open::Nearby)>"Look nearby"</Button>
            <Button look=Look::Primary press=move |()| state.frame.open(Open::AddNode)>"Add node"</Button>
        </header>
    }
}

/// Stands for the cards until the core has told the nodes; not seen when that is quick.
#[component]
fn Skeleton() -> impl IntoView {
    let one = || view! { <div class="nodes-skeleton" aria-hidden="true"><i></i><i></i><i></i></div> };
    view! { {one()}{one()}{one()} }
}

/// Stands beside the local node while there is no other.
#[component]
fn Invitation() -> impl IntoView {
    let state = State::here();
    view! {
        <section class="nodes-invitation" aria-labelledby="nodes-invitation">
            <span class="nodes-invitation-mark"><Drawing of=Icon::Plus /></span>
            <h2 id="nodes-invitation">"Bring in another gateway"</h2>
            <p class="soft">
                "A Moltis, an OpenClaw or an mcp-cli dashboard, here or on another machine. You need its address and, mostly, its key; \
                 what runs nearby can be found."
            </p>
            <div class="nodes-invitation-acts">
                <Button press=move |()| state.frame.open(Open::Nearby)>"Look nearby…"</Button>
                <Button press=move |()| state.frame.open(Open::AddNode)>"Enter an address…"</Button>
            </div>
        </section>
    }
}
