//! Rows of the sidebar: a node, an agent.

use contract::node::{Activity, Node};
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent};

use crate::acts::open::{self, Where};
use crate::parts::icon::{Drawing, Icon};
use crate::parts::mark::{Mark, Shape};
use crate::state::counts::{Standing, asking, doing, since, standing};
use crate::state::clock::now;
use crate::state::{Route, State};
use crate::text::{time, words};

/// What a node's own row shows.
#[derive(Clone, PartialEq)]
struct Head {
    name: String,
    shape: Shape,
    aside: String,
    away: bool,
}

impl Head {
    fn of(node: &Node) -> Self {
        let away = matches!(standing(node), Standing::Away | Standing::Resting);
        let aside = match standing(node) {
            Standing::Away => format!("since {}", time::moment(since(node), now())),
            Standing::Resting => "paused".to_owned(),
            _ => words::vendor(node.vendor).to_owned(),
        };
        Self { name: node.name.clone(), shape: node.state.into(), aside, away }
    }
}

/// A node's own row; a press folds its agents away.
#[component]
pub fn NodeRow(id: String) -> impl IntoView {
    let state = State::here();
    let folded = expect_context::<super::Folded>().0;
    let of = id.clone();
    let head = Memo::new(move |_| state.told.node(&of, Head::of));
    let of = id.clone();
    let open = Memo::new(move |_| folded.with(|folded| !folded.contains(&of)));
    let shape = Signal::derive(move || head.with(|head| head.as_ref().map_or(Shape::Offline, |head| head.shape)));
    let text = move |pick: fn(&Head) -> String| move || head.with(|head| head.as_ref().map(pick));
    let away = move || head.with(|head| head.as_ref().is_none_or(|head| head.away));
    let fold = move |_| {
        folded.update(|folded| {
            if !folded.remove(&id) {
                folded.insert(id.clone());
            }
        });
    };
    view! {
        <div class="side-row side-node" class=("side-away", away)>
            <button type="button" class="side-main" aria-expanded=move || open.get().to_string() on:click=fold>
                <Mark of=shape />
                <b class="cut side-name">{text(|head| head.name.clone())}</b>
                <span class="side-aside">{text(|head| head.aside.clone())}</span>
            </button>
        </div>
    }
}

/// What an agent's row shows.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    doing: Activity,
    model: String,
}

/// An agent's row: a press opens it, with Ctrl beside.
#[component]
pub fn AgentRow(node: String, agent: String) -> impl IntoView {
    let state = State::here();
    let of = (node.clone(), agent.clone());
    let line = Memo::new(move |_| {
        let found = state.told.node(&of.0, |node| {
            let agent = node.agents.iter().find(|known| known.id == of.1)?;
            let model = agent.model.as_deref().map(words::model).unwrap_or_default();
            Some(Line { name: agent.name.clone(), doing: doing(node, agent), model })
        });
        found.flatten()
    });
    let of = (node.clone(), agent.clone());
    let asks = Memo::new(move |_| {
        let mine = |one: &&contract::approval::Approval| one.node == of.0 && one.agent.as_deref() == Some(&of.1);
        state.told.approvals(|all| asking(all).into_iter().filter(mine).count())
    });
    let of = (node.clone(), agent.clone());
    let shown = Memo::new(move |_| {
        let here = |shown: &crate::state::PaneState| {
            shown.node.as_deref() == Some(&of.0) && shown.agent.as_deref() == Some(&of.1)
        };
        state.route.get() == Route::Split && state.panes.with(|panes| panes.get(panes.focus()).is_some_and(here))
    });
    let shape = Signal::derive(move || line.with(|line| line.as_ref().map_or(Shape::Offline, |line| line.doing.into())));
    let away = move || line.with(|line| line.as_ref().is_none_or(|line| line.doing == Activity::Offline));
    let go = StoredValue::new(move |place| open::agent(state, &node, &agent, place));
    let go = move |place| go.with_value(|go| go(place));
    let keyed = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            go(Where::Beside);
        }
    };
    view! {
        <div class="side-row side-agent" class=("side-on", shown) class=("side-away", away)>
            <button
                type="button"
                class="side-main"
                aria-current=move || shown.get().then_some("true")
                on:click=move |event| go(place(&event))
                on:auxclick=move |event| if event.button() == 1 { go(Where::Beside) }
                on:keydown=keyed
            >
                <Mark of=shape />
                <span class="cut side-name">{move || line.with(|line| line.as_ref().map(|line| line.name.clone()))}</span>
                <span class="cut side-aside side-model">{move || line.with(|line| line.as_ref().map(|line| line.model.clone()))}</span>
                <Show when=move || { asks.get() > 0 }>
                    <span class="count count-asks">{asks}</span>
                </Show>
            </button>
            <button type="button" class="side-beside" title="Open beside" aria-label="Open beside" tabindex="-1" on:click=move |_| go(Where::Beside)>
                <Drawing of=Icon::SplitRight />
            </button>
        </div>
    }
}

fn place(event: &MouseEvent) -> Where {
    if event.ctrl_key() || event.meta_key() { Where::Beside } else { Where::Here }
}
