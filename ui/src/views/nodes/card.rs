//! A node's card: its state by shape, colour and words, how the link and how the data stand,
//! its figures and its agents.

use contract::node::{LinkState, Node};
use leptos::html;
use leptos::prelude::*;

use crate::parts::copy_button::CopyButton;
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::parts::menu::Menu;
use crate::parts::near::near;
use crate::parts::relative_time::RelativeTime;
use crate::state::State;
use crate::state::clock::now;
use crate::state::counts::{Standing, standing};
use crate::text::{time, words};

use super::agents::Agents;
use super::guard::Guarded;
use super::menu::items;
use super::phrase;
use super::record::Recorded;
use super::trouble::Trouble;

/// A card.
#[component]
pub fn Card(id: String) -> impl IntoView {
    let state = State::here();
    let of = StoredValue::new(id.clone());
    // Of a node that was never reached there is nothing to count.
    let told = Memo::new(move |_| {
        let told = |node: &Node| standing(node) == Standing::Up || node.session_count > 0 || !node.agents.is_empty();
        read(state, of, told).unwrap_or_default()
    });
    let element = NodeRef::<html::Article>::new();
    let near = near(element);
    let stands = Memo::new(move |_| read(state, of, standing).unwrap_or(Standing::Away));
    let changed = Memo::new(move |_| read(state, of, changed).unwrap_or_default());
    let production = Memo::new(move |_| read(state, of, |node| node.production).unwrap_or_default());
    let class = move || match stands.get() {
        _ if changed.get() => "card card-alarm",
        Standing::Up | Standing::Coming => "card",
        Standing::Waits => "card card-waits",
        Standing::Away | Standing::Resting => "card card-away",
    };
    let class = move || if production.get() { format!("{} card-production", class()) } else { class().to_owned() };
    Effect::new(move |_| {
        let wanted = state.frame.node.with(|node| node.as_deref() == Some(of.get_value().as_str()));
        if let (true, Some(card)) = (wanted, element.get()) {
            state.frame.node.set(None);
            card.scroll_into_view();
            let _unfocused = card.focus();
        }
    });
    view! {
        <article class=class tabindex="-1" aria-labelledby=format!("node-{id}") node_ref=element>
            <Show when=move || near.get()>
                <Head of heading=format!("node-{}", of.get_value()) />
                <Address of />
                <dl class="card-lines">
                    <Link of />
                    <Data of />
                    <Rights of />
                </dl>
                <Guarded of />
                <Recorded of />
                <Trouble of />
                <Show when=move || told.get()>
                    <Figures of />
                </Show>
                <Agents of />
            </Show>
        </article>
    }
}

/// Reads the node of a card; woken when it changes.
pub fn read<T>(state: State, of: StoredValue<String>, pick: impl FnOnce(&Node) -> T) -> Option<T> {
    of.with_value(|id| state.told.node(id, pick))
}

#[component]
fn Head(of: StoredValue<String>, heading: String) -> impl IntoView {
    let state = State::here();
    let shape = Memo::new(move |_| read(state, of, |node| Shape::from(node.state)).unwrap_or(Shape::Offline));
    let word = Memo::new(move |_| read(state, of, |node| phrase::short(node.state).to_owned()).unwrap_or_default());
    let name = Memo::new(move |_| read(state, of, |node| node.name.clone()).unwrap_or_default());
    let product = Memo::new(move |_| read(state, of, product).unwrap_or_default());
    view! {
        <header class="card-head">
            <Mark of=shape word=word />
            <h2 class="card-name cut" id=heading title=move || name.get()>{name}</h2>
            <span class="soft cut">{product}</span>
            <span class="grow"></span>
            <Menu name=Signal::derive(move || format!("More about {}", name.get())) class="icon-button" items=move || items(state, of)>
                <Drawing of=Icon::More />
            </Menu>
        </header>
    }
}

/// Whether it shows another certificate than the one that was trusted.
fn changed(node: &Node) -> bool {
    node.state == LinkState::Untrusted && node.pinned.is_some()
}

fn product(node: &Node) -> String {
    let product = words::product(node);
    match &node.version {
        Some(version) => format!("{product} {version}"),
        None => product,
    }
}

#[component]
fn Address(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let address = Memo::new(move |_| read(state, of, phrase::route).unwrap_or_default());
    let all = Memo::new(move |_| read(state, of, phrase::routes).unwrap_or_default());
    let local = Memo::new(move |_| read(state, of, |node| node.local).unwrap_or_default());
    view! {
        <div class="card-address">
            <span class="mono faint cut words" title=move || all.get()>{address}</span>
            <Show when=move || !local.get()>
                <CopyButton text=address name="Copy the address" />
            </Show>
        </div>
    }
}

#[component]
fn Link(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let counts_down = Memo::new(move |_| read(state, of, |node| node.next_try.is_some()).unwrap_or_default());
    let words = move |at: i64| read(state, of, |node| phrase::link(node, at, |moment| time::moment(moment, at)));
    let title = move || read(state, of, |node| format!("In this state since {}", time::full(node.since)));
    let counting = move || {
        let at = state.clock.seconds();
        move || words(at.get())
    };
    view! {
        <dt>"Link"</dt>
        <dd class="card-link" title=title>
            {move || match counts_down.get() {
                true => counting().into_any(),
                false => (move || words(now())).into_any(),
            }}
        </dd>
    }
}

#[component]
fn Data(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let words = move || read(state, of, |node| phrase::data(node, |moment| time::moment(moment, now())));
    let since = Memo::new(move |_| {
        let kept = |node: &Node| !node.agents.is_empty() || node.session_count > 0;
        read(state, of, |node| node.stale_since.filter(|_| kept(node))).flatten()
    });
    view! {
        <dt>"Data"</dt>
        <dd class=("card-old", move || since.get().is_some())>
            {words}
            {move || since.get().map(|at| view! { ", "<RelativeTime at /> })}
        </dd>
    }
}

#[component]
fn Rights(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let scopes = Memo::new(move |_| read(state, of, |node| node.scopes.join(", ")).unwrap_or_default());
    let memory = Memo::new(move |_| read(state, of, |node| node.key_in_memory).unwrap_or_default());
    view! {
        <Show when=move || scopes.with(|scopes| !scopes.is_empty())>
            <dt>"Rights"</dt>
            <dd class="cut" title=move || scopes.get()>{scopes}</dd>
        </Show>
        <Show when=move || memory.get()>
            <dt>"Key"</dt>
            <dd class="card-old">"Kept until this window closes"</dd>
        </Show>
    }
}

#[component]
fn Figures(of: StoredValue<String>) -> impl IntoView {
    let state = State::here();
    let figure = move |pick: fn(&Node) -> u64| move || read(state, of, |node| pick(node).to_string());
    // Nobody knows what runs on a node that is away.
    let live = move |pick: fn(&Node) -> u64| {
        move || {
            read(state, of, |node| match standing(node) {
                Standing::Up => pick(node).to_string(),
                _ => "–".to_owned(),
            })
        }
    };
    let named = move |pick: fn(&Node) -> u64, one: &'static str, many: &'static str| {
        move || read(state, of, |node| if pick(node) == 1 { one } else { many })
    };
    let agents = |node: &Node| node.agents.len() as u64;
    let sessions = |node: &Node| node.session_count;
    let asks =
        Memo::new(move |_| read(state, of, |node| node.asking > 0 && standing(node) == Standing::Up) == Some(true));
    view! {
        <dl class="card-figures">
            <div><dd>{figure(agents)}</dd><dt>{named(agents, "agent", "agents")}</dt></div>
            <div><dd>{figure(sessions)}</dd><dt>{named(sessions, "session", "sessions")}</dt></div>
            <div><dd>{live(|node| node.running.into())}</dd><dt>"running"</dt></div>
            <div class=("card-asks", asks)>
                <dd>{live(|node| node.asking.into())}</dd>
                <dt>"asking"</dt>
            </div>
        </dl>
    }
}
