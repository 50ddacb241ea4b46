//! A pane's head: state, agent, node, model, session; split and close.

use contract::node::{Agent, Node};
use leptos::prelude::*;

use crate::acts::open::{self, Where};
use crate::parts::button::IconButton;
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::parts::menu::{Item, Menu, Tone};
use crate::state::clock::now;
use crate::state::counts::doing;
use crate::state::panes::Cut;
use crate::state::{PaneId, PaneState, State};
use crate::text::{time, words};

/// What the head says.
#[derive(Clone, PartialEq, Default)]
struct Face {
    shape: Option<Shape>,
    agent: String,
    node: String,
    model: String,
    preset: String,
    session: String,
}

/// The head.
#[component]
pub fn Head(id: PaneId) -> impl IntoView {
    let state = State::here();
    let shown = state.pane(id);
    let face = Memo::new(move |_| shown.with(|shown| face(state, shown)));
    let chosen = Memo::new(move |_| shown.with(|shown| shown.node.is_some()));
    view! {
        <header class="pane-head">
            {move || match chosen.get() {
                true => view! { <Names face id /> }.into_any(),
                false => view! { <span class="faint">"Empty pane"</span> }.into_any(),
            }}
            <span class="grow"></span>
            <span class="pane-acts">
                <IconButton icon=Icon::SplitRight name="Split to the right (Ctrl D)" press=move |()| split(state, id, Cut::Right) />
                <IconButton icon=Icon::SplitDown name="Split downwards (Ctrl Shift D)" press=move |()| split(state, id, Cut::Down) />
                <IconButton icon=Icon::Close name="Close the pane (Ctrl W)" press=move |()| state.panes.update(|panes| panes.close(id)) />
            </span>
        </header>
    }
}

#[component]
fn Names(face: Memo<Face>, id: PaneId) -> impl IntoView {
    let state = State::here();
    let text = move |pick: fn(&Face) -> &String| move || face.with(|face| pick(face).clone());
    let shape = Signal::derive(move || face.with(|face| face.shape.unwrap_or(Shape::Offline)));
    let switch = Signal::derive(move || face.with(|face| format!("Session: {}", face.session)));
    let has = move |pick: fn(&Face) -> &String| move || face.with(|face| !pick(face).is_empty());
    view! {
        <Mark of=shape />
        <b class="cut pane-agent">{text(|face| &face.agent)}</b>
        <span class="soft cut pane-node">{text(|face| &face.node)}</span>
        <Show when=has(|face| &face.model)><span class="chip">{text(|face| &face.model)}</span></Show>
        <Show when=has(|face| &face.preset)><span class="chip">{text(|face| &face.preset)}</span></Show>
        <Menu name=switch class="pane-session" items=move || sessions(state, id)>
            <span class="cut">{text(|face| &face.session)}</span>
            <Drawing of=Icon::Down />
        </Menu>
    }
}

fn face(state: State, shown: &PaneState) -> Face {
    let Some(node) = &shown.node else {
        return Face::default();
    };
    let known = state.told.node(node, |node| {
        let agent = agent_of(node, shown);
        let session = node.sessions.iter().find(|session| Some(&session.key) == shown.session.as_ref());
        let activity = agent.map(|agent| doing(node, agent));
        Face {
            shape: Some(activity.map_or_else(|| node.state.into(), Shape::from)),
            agent: agent.map_or_else(
                || shown.agent.clone().unwrap_or_else(|| "Session".to_owned()),
                |agent| agent.name.clone(),
            ),
            node: node.name.clone(),
            model: agent.and_then(|agent| agent.model.as_deref()).map(words::model).unwrap_or_default(),
            preset: agent.and_then(|agent| agent.preset.clone()).unwrap_or_default(),
            session: match (session, &shown.session) {
                (Some(session), _) if !session.title.is_empty() => session.title.clone(),
                (_, Some(key)) => key.clone(),
                (_, None) => "New session…".to_owned(),
            },
        }
    });
    // The node is gone: say what the pane showed.
    known.unwrap_or_else(|| Face {
        agent: shown.agent.clone().unwrap_or_default(),
        node: "removed node".to_owned(),
        ..Face::default()
    })
}

fn agent_of<'a>(node: &'a Node, shown: &PaneState) -> Option<&'a Agent> {
    let of_session = || {
        let session = node.sessions.iter().find(|session| Some(&session.key) == shown.session.as_ref())?;
        session.agent.as_ref()
    };
    let id = shown.agent.as_ref().or_else(of_session)?;
    node.agents.iter().find(|agent| agent.id == *id)
}

/// The agent's sessions, the newest first, and a new one.
fn sessions(state: State, id: PaneId) -> Vec<Item> {
    let shown = state.panes.with_untracked(|panes| panes.get(id).cloned().unwrap_or_default());
    let Some(node) = shown.node.clone() else {
        return Vec::new();
    };
    let mut items = Vec::new();
    if let Some(agent) = shown.agent.clone() {
        let node = node.clone();
        items.push(Item::new("New session", move || open::new_session(state, &node, &agent, Where::Pane(id))));
    }
    let known = state.told.peek(|model| model.node(&node).map(|node| node.sessions.clone()).unwrap_or_default());
    let of_agent = known
        .into_iter()
        .filter(|session| shown.agent.is_none() || session.agent.is_none() || session.agent == shown.agent);
    items.extend(of_agent.map(|session| {
        let title = if session.title.is_empty() { session.key.clone() } else { session.title.clone() };
        let tone = if Some(&session.key) == shown.session.as_ref() { Tone::Chosen } else { Tone::Plain };
        let aside = session.updated_at.map(|at| time::ago(at, now())).unwrap_or_default();
        let (node, agent, key) = (node.clone(), session.agent.clone().or_else(|| shown.agent.clone()), session.key);
        Item::new(title, move || open::session(state, &node, agent.as_deref(), &key, Where::Pane(id)))
            .aside(aside)
            .tone(tone)
    }));
    items
}

fn split(state: State, id: PaneId, cut: Cut) {
    state.panes.update(|panes| _ = panes.split(id, cut));
}
