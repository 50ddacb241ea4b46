//! Approvals: what waits for the person's word, and what was answered.

pub mod card;
pub mod phrase;

mod answer;
mod command;
mod history;
mod inbox;
mod keys;
mod order;

use leptos::prelude::*;

use crate::parts::kbd::Kbd;
use crate::state::State;
use crate::state::counts::asking;
use crate::text::time;

use history::History;
use inbox::{Cards, Inbox};

pub use command::Command;

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {
    let inbox = Inbox::new(State::here());
    let shown = inbox.shown();
    view! {
        <div class="inbox">
            <Head />
            <Cards inbox />
            <History cards=shown />
        </div>
    }
}

#[component]
fn Head() -> impl IntoView {
    let state = State::here();
    let waiting = Memo::new(move |_| {
        state.told.approvals(|all| {
            let waiting = asking(all);
            (waiting.len(), waiting.iter().filter_map(|of| of.expires_at).min())
        })
    });
    let clock = state.clock.seconds();
    let sum = move || {
        let (count, next) = waiting.get();
        let left = next.map(|until| time::left(until, clock.get()));
        phrase::sum(count, left.as_deref())
    };
    view! {
        <header class="inbox-head">
            <h1>"Approvals"</h1>
            <span class="soft" aria-hidden="true">{sum}</span>
            <span class="grow"></span>
            <Show when=move || { waiting.get().0 > 0 }>
                <p class="inbox-keys"><Kbd keys="j" /><Kbd keys="k" />"walk"<Kbd keys="a" />"allow once"<Kbd keys="d" />"deny"</p>
            </Show>
        </header>
    }
}

/// Reads out that an agent needs the person, for as long as the calling component lives.
pub fn herald(state: State) {
    let asks =
        Memo::new(move |_| state.told.approvals(|all| asking(all).into_iter().map(order::key).collect::<Vec<_>>()));
    Effect::new(move |before: Option<Vec<order::Key>>| {
        let now = asks.get();
        let fresh = before.and_then(|before| now.iter().find(|key| !before.contains(key)).cloned());
        if let Some((node, id)) = fresh {
            state.frame.say(untrack(|| needs(state, &node, &id)));
        }
        now
    });
}

fn needs(state: State, node: &str, id: &str) -> String {
    let agent = state.told.peek(|model| {
        let of = model.approvals.iter().find(|of| of.node == node && of.id == id)?;
        Some((of.agent.clone()?, phrase::wants(&of.kind)))
    });
    let place = state.told.node_name(node);
    match agent {
        Some((agent, wants)) => format!("{} on {place} {wants}", state.told.agent_name(node, &agent)),
        None => format!("{place} needs you"),
    }
}
