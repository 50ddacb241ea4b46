//! Rows of what needs the person: an approval, or a node that cannot go on alone.

use contract::approval::Approval;
use leptos::prelude::*;

use crate::parts::mark::{Mark, Shape};
use crate::state::{Route, State};
use crate::text::time;

/// An approval: who asks, where, how long it waits still.
#[component]
pub fn Ask(node: String, id: String) -> impl IntoView {
    let state = State::here();
    let of = (node.clone(), id.clone());
    let find = move |all: &[Approval]| all.iter().find(|one| one.node == of.0 && one.id == of.1).cloned();
    let approval = Memo::new(move |_| state.told.approvals(&find));
    let home = node.clone();
    let place = Memo::new(move |_| state.told.node(&home, |node| node.name.clone()).unwrap_or_default());
    let home = node.clone();
    let who = move || {
        let agent = approval.with(|approval| approval.as_ref()?.agent.clone());
        let agent = agent.unwrap_or_default();
        let name = state
            .told
            .node(&home, |node| node.agents.iter().find(|known| known.id == agent).map(|known| known.name.clone()));
        name.flatten().unwrap_or_else(|| if agent.is_empty() { "approval".to_owned() } else { agent })
    };
    let command = move || approval.with(|approval| approval.as_ref().map(|one| one.command.clone()));
    let until = Memo::new(move |_| approval.with(|approval| approval.as_ref()?.expires_at));
    let press = move |_| {
        state.frame.approval.set(Some((node.clone(), id.clone())));
        state.route.set(Route::Approvals);
        state.frame.sidebar_over.set(false);
    };
    view! {
        <div class="side-row">
            <button type="button" class="side-main" title=command on:click=press>
                <Mark of=Shape::Asks />
                <span class="cut side-name">{who}" "<span class="faint">{place}</span></span>
                {move || until.get().map(|until| view! { <Countdown until /> })}
            </button>
        </div>
    }
}

/// A node that waits to be let in, trusted, or given a key.
#[component]
pub fn Waiting(id: String) -> impl IntoView {
    let state = State::here();
    let of = id.clone();
    let name = Memo::new(move |_| state.told.node(&of, |node| node.name.clone()).unwrap_or_default());
    let of = id.clone();
    let what = Memo::new(move |_| state.told.node(&of, |node| crate::views::nodes::phrase::short(node.state)));
    view! {
        <div class="side-row">
            <button type="button" class="side-main" on:click=move |_| crate::views::nodes::go_to(state, &id)>
                <Mark of=Shape::Asks />
                <span class="cut side-name">{name}</span>
                <span class="side-aside">{what}</span>
            </button>
        </div>
    }
}

/// What is left until a moment.
#[component]
fn Countdown(until: i64) -> impl IntoView {
    let now = State::here().clock.seconds();
    view! { <span class="side-aside num" aria-hidden="true">{move || time::left(until, now.get())}</span> }
}
